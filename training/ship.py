"""Turn trained models into shipped weights: quantise, check, calibrate, write manifest and card.

    python -m training.ship accurate fast --data DIR

Recipes that have not been run are run first. The accurate tier ships before the fast one, which
learns from it.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax
from scipy.special import softmax as normalized
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold, StratifiedKFold
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from compare.evaluate import by_mode, gold_of, read_labelled, report
from compare.files import file_sha256
from compare.models.model_input import reading_order
from compare.models.runtime import Feed, GraphRunner
from compare.models.stance import OUTPUTS, WEIGHTS, ShippedStance, softmax
from compare.statements import country_key, parse_countries
from training import backbones
from training import pairs as pair_files
from training.card import write_card
from training.engine import WordsHead
from training.examples import ARGUMENT_FILE, NLI_FILE
from training.figures import dev_figures
from training.pairs import LABELS, LabelledPair
from training.probes import probe_pairs
from training.quantize import export_graph, quantize, read_tokens, smooth
from training.recipes import BACKBONES, RECIPES
from training.run import RUNS, backbone_of, check, data_files, more_files, run
from training.words import fit_head, marked_examples

Logits = NDArray[np.float32]
Gold = NDArray[np.int64]
FOLDS = 10
_LEAST = 1e-3  # least probability that isotonic regression may give
MAX_TOKENS = 256
_WHEN = re.compile(r"(?:(?:^|, )\d{4})?: $")  # what follows the country in a prefix

LEAST_SAME_LABEL = 0.98
SMOOTHED_ON = 300
FAILURE_MODES = Path(__file__).parents[1] / "tests" / "data" / "failure_modes.tsv"
"""Made-up pairs that each test one difficulty; none is trained on."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A shipped model: the recipe that makes it, its name, and its largest size."""

    recipe: str
    name: str
    most_bytes: int


TIERS = {
    "fast": Tier("small-deep", "compare-stance-fast", 25_000_000),
    "accurate": Tier("large-last", "compare-stance-accurate", 95_000_000),
}


class Scorer(torch.nn.Module):
    """The classifier with the head for deciding words.

    The last layer computes only the first token of each text. The head reads that layer's input, so
    the words cost hardly more.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.whole = AutoModelForSequenceClassification.from_pretrained(folder)
        self.words = WordsHead.load(folder, self.whole.config.hidden_size)

    def forward(
        self, input_ids: torch.Tensor, token_type_ids: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        whole = self.whole
        first, hidden = read_tokens(whole.base_model, input_ids, token_type_ids, first_only=True)
        pooler = getattr(whole.base_model, "pooler", None)
        logits = whole.classifier(first if pooler is None else pooler(first))
        return logits, torch.sigmoid(self.words(hidden))[..., 0]


def input_names(tokenizer: Any) -> tuple[str, ...]:
    """Return the names of a model's inputs: MPNet has no token types."""
    return tuple(
        name for name in ("input_ids", "token_type_ids") if name in tokenizer.model_input_names
    )


def feeds(tokenizer: Any, pool: list[LabelledPair]) -> list[Feed]:
    """Return a feed for each pair: the shorter side first."""
    texts = [reading_order(*pair.texts(None, 0.0)) for pair in pool]
    return [
        {
            name: np.asarray(values, np.int64)
            for name, values in tokenizer([a], [b], truncation=True, max_length=MAX_TOKENS).items()
            if name in input_names(tokenizer)
        }
        for a, b in texts
    ]


def logits_of(graph: Path | bytes, read: list[Feed]) -> NDArray[np.float32]:
    """Return the logits of pairs, float32 [pairs, 3]."""
    return GraphRunner(graph).run(read)


def ship(tier: str, data: Path) -> None:
    """Write a tier's weights, or stop if a check fails."""
    wanted = TIERS[tier]
    source = run(wanted.recipe, data)
    if not (source / WordsHead.FILE).exists():
        fit_head(source, marked_examples(data))
    tokenizer = AutoTokenizer.from_pretrained(source)
    train = pair_files.officials(data / "pairs" / "officials.train.tsv")
    dev = pair_files.agreed_dev(data / "pairs" / "officials.dev.tsv")
    gold = np.asarray([pair.label for pair in dev])
    dev_feeds = feeds(tokenizer, dev)
    model = export_graph(Scorer(source), input_names(tokenizer), OUTPUTS)
    exact = logits_of(model.SerializeToString(), dev_feeds)
    WEIGHTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WEIGHTS.parent) as scratch:
        folder = Path(scratch) / tier
        folder.mkdir()
        smooth(model, feeds(tokenizer, train[:SMOOTHED_ON]))
        quantize(model, folder / "model.onnx", tables=True)
        logits = logits_of(folder / "model.onnx", dev_feeds)
        same = float((exact.argmax(1) == logits.argmax(1)).mean())
        write_tokenizer(source / "tokenizer.json", folder / "tokenizer.json")
        size = sum(path.stat().st_size for path in folder.iterdir())
        print(f"8 bits against full precision: same label on {same:.4f} of dev; {size:,} bytes")
        if same < LEAST_SAME_LABEL or size > wanted.most_bytes:
            raise SystemExit("The export does not pass its gate; nothing was written.")
        losses = fold_losses(logits, gold)
        calibration = chosen(losses, logits, gold)
        probabilities = calibration.apply(logits)
        manifest = {
            "name": wanted.name,
            "made": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "labels": list(LABELS),
            "max_tokens": MAX_TOKENS,
            "calibration": asdict(calibration),
            **claims_calibration(folder / "model.onnx", tokenizer, data),
            "files": {path.name: file_sha256(path) for path in sorted(folder.iterdir())},
            **origin(wanted.recipe, data),
            "dev": dev_figures(gold, probabilities),
            "reliability": reliability(gold, probabilities),
            "log_loss_of_calibrations": losses,
            "int8_same_label": round(same, 4),
        }
        manifest |= beside_dev(folder, manifest)
        text = json.dumps(manifest, indent=1) + "\n"
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        put_in_place(folder, WEIGHTS / tier, Path(scratch) / "old")
    print(text)
    write_card()


def claims_calibration(graph: Path, tokenizer: Any, data: Path) -> dict[str, Any]:
    """Return the manifest's entries on the calibration for typed claims.

    It is fitted to the deep judgements of the dev claims, together with the weight of the same
    country's other passages: see `compare.comparison.search.weigh_actors`. Their log loss, and that
    without this weight, are measured in ten folds that share no claim.
    """
    judged = pair_files.judged_claims(data / "search", pair_files.DEEP_JUDGEMENTS)
    pairs = [pair for _, pair in judged]
    logits = logits_of(graph, feeds(tokenizer, pairs))
    gold = np.asarray([pair.label for pair in pairs])
    queries = [query for query, _ in judged]
    actors = actors_of(queries, [pair.who_b for pair in pairs])
    losses: dict[str, list[float]] = {"vector": [], "with_actors": []}
    for fitted, left in GroupKFold(FOLDS).split(logits, gold, queries):
        alone = vector(logits[fitted], gold[fitted]).apply(logits[left])
        both, weight = fit_with_actors(logits[fitted], gold[fitted], actors[fitted])
        weighed = weigh(both.apply(logits[left]), actors[left], weight)
        for name, probabilities in zip(losses, (alone, weighed), strict=True):
            losses[name].append(float(log_loss(gold[left], probabilities, labels=[0, 1, 2])))
    calibration, weight = fit_with_actors(logits, gold, actors)
    return {
        "claims_calibration": asdict(calibration),
        "same_actor": weight,
        "claims_log_loss": {name: round(float(np.mean(v)), 4) for name, v in losses.items()},
    }


def actors_of(queries: Sequence[str], prefixes: Sequence[str]) -> NDArray[np.int64]:
    """Return a number for each query and country; a passage without a country has its own."""
    numbers: dict[tuple[str, ...], int] = {}
    found = []
    for n, (query, prefix) in enumerate(zip(queries, prefixes, strict=True)):
        countries = sorted(map(country_key, parse_countries(_WHEN.sub("", prefix))))
        key = (query, *countries) if countries else (query, "", str(n))
        found.append(numbers.setdefault(key, len(numbers)))
    return np.asarray(found, np.int64)


def weigh(
    probabilities: NDArray[np.floating], actors: NDArray[np.int64], weight: float
) -> NDArray[np.float64]:
    """Weigh probabilities as a search does: see `compare.comparison.search.weigh_actors`."""
    exact = np.asarray(probabilities, np.float64)
    polarity = exact[:, 0] - exact[:, 1]
    others = np.bincount(actors, polarity)[actors] - polarity
    by = weight * others / np.bincount(actors)[actors]
    moved = exact * np.exp(np.stack([by, -by, np.zeros_like(by)], axis=1))
    return moved / moved.sum(axis=1, keepdims=True)


def fit_with_actors(
    logits: Logits, gold: Gold, actors: NDArray[np.int64]
) -> tuple[Calibration, float]:
    """Fit a scale and a shift for each label and, together with them, the weight of `weigh`."""
    rows, exact = np.arange(len(gold)), logits.astype(np.float64)

    def loss(p: NDArray[np.float64]) -> float:
        calibrated = normalized(exact * np.exp(p[:3]) + np.append(p[3:5], 0.0), axis=1)
        found = weigh(calibrated, actors, float(p[5]))[rows, gold]
        return -float(np.log(np.maximum(found, 1e-9)).mean())

    *scale, first, second, weight = minimize(loss, np.zeros(6), method="BFGS").x.tolist()
    a, b, c = (round(float(np.exp(power)), 4) for power in scale)
    calibration = Calibration("vector", (a, b, c), (round(first, 4), round(second, 4), 0.0))
    return calibration, round(weight, 4)


def put_in_place(new: Path, target: Path, old: Path) -> None:
    """Replace a folder; the old one moves to `old`, or stays if the move fails."""
    if target.exists():
        target.replace(old)
    try:
        new.replace(target)
    except BaseException:
        if old.exists():
            old.replace(target)
        raise


def origin(recipe: str, data: Path) -> dict[str, Any]:
    """Return where a model comes from: backbone, stages, and digests of the data."""
    backbone = backbone_of(recipe)
    names = []
    while recipe not in BACKBONES:
        names.insert(0, recipe)
        recipe = RECIPES[recipe].start
    mixtures = [RECIPES[name].mixture for name in names]
    sources: Counter[str] = Counter()
    for mixture in mixtures:
        sources += pair_files.sources(data / "pairs" / NLI_FILE, mixture.nli, mixture.nli_skip)
        sources += pair_files.sources(data / "pairs" / ARGUMENT_FILE, mixture.argument)
    return {
        "backbone": {
            "name": backbones.NAMES[backbone],
            "licence": "Apache-2.0",
            "sha256": backbones.DIGESTS[backbone],
        },
        "stages": [
            {
                **json.loads((RUNS / name / "report.json").read_text()),
                "what": RECIPES[name].what,
                "reads": asdict(mixture),
            }
            for name, mixture in zip(names, mixtures, strict=True)
        ],
        "general_sources": dict(sources.most_common()),
        "data_files": data_files(data)
        | {n: digest for name in names for n, digest in more_files(RECIPES[name], data).items()},
    }


def reliability(
    gold: NDArray[np.int64], probabilities: NDArray[np.float32], bins: int = 10
) -> list[dict[str, float]]:
    """Return the mean probability of the top label, share right and number of pairs in each bin."""
    top, right = probabilities.max(1), probabilities.argmax(1) == gold
    place = np.minimum((top * bins).astype(int), bins - 1)
    return [
        {
            "probability": round(float(top[place == n].mean()), 3),
            "right": round(float(right[place == n].mean()), 3),
            "pairs": int((place == n).sum()),
        }
        for n in range(bins)
        if (place == n).any()
    ]


def beside_dev(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the probabilities of the probe pairs and the figures on the failure modes."""
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    model = ShippedStance(folder)
    pairs = read_labelled(FAILURE_MODES)
    found = model.score([(pair.a, pair.b) for pair in pairs])
    gold = gold_of([pair.label for pair in pairs])
    modes = by_mode(found, gold, [str(pair.mode) for pair in pairs])
    whole = report(found, gold)
    return {
        "failure_modes": {
            "all": {"pairs": whole.n, **_short(whole.accuracy, whole.macro_f1)},
            **{m: {"pairs": f.n, **_short(f.accuracy, f.macro_f1)} for m, f in modes.items()},
        },
        "probe": [[round(float(v), 4) for v in row] for row in model.score(probe_pairs())],
    }


def _short(accuracy: float, macro_f1: float) -> dict[str, float]:
    return {"accuracy": round(accuracy, 3), "macro_f1": round(macro_f1, 3)}


def write_tokenizer(source: Path, target: Path) -> None:
    """Write the tokenizer without padding or truncation; the program sets its own."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(source))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(target), pretty=False)


# -- Calibration -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calibration:
    """A scale and a shift for each logit, applied before the softmax."""

    kind: str
    scale: tuple[float, float, float]
    shift: tuple[float, float, float]

    def apply(self, logits: Logits) -> NDArray[np.float32]:
        """Return probabilities, float32 [n, 3]."""
        return softmax(logits, self.scale, self.shift)


def temperature(logits: Logits, gold: Gold) -> Calibration:
    """Fit one scale (Guo et al. 2017, section 4.2)."""
    found = _fit(lambda p: (np.repeat(np.exp(p[0]), 3), np.zeros(3)), 1, logits, gold)
    return Calibration("temperature", *found)


def vector(logits: Logits, gold: Gold) -> Calibration:
    """Fit a scale and a shift for each label (Guo et al. 2017, section 4.2, vector scaling)."""
    found = _fit(lambda p: (np.exp(p[:3]), np.append(p[3:], 0.0)), 5, logits, gold)
    return Calibration("vector", *found)


def _fit(
    shape: Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]],
    size: int,
    logits: Logits,
    gold: Gold,
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    exact, rows = logits.astype(np.float64), np.arange(len(gold))

    def loss(parameters: NDArray[np.float64]) -> float:
        scale, shift = shape(parameters)
        return -float(log_softmax(exact * scale + shift, axis=1)[rows, gold].mean())

    best = minimize(loss, np.zeros(size), method="BFGS").x
    scale, shift = (tuple(round(float(v), 4) for v in part) for part in shape(best))
    return scale, shift  # type: ignore[return-value]


def fold_losses(logits: Logits, gold: Gold) -> dict[str, float]:
    """Return the log loss of each kind on pairs that it was not fitted on (ten folds)."""
    losses: dict[str, list[float]] = {"none": [], "temperature": [], "vector": [], "isotonic": []}
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for fitted, left in folds.split(logits, gold):
        here, there = logits[left], gold[left]
        ways = {
            "none": softmax(here, (1, 1, 1), (0, 0, 0)),
            "temperature": temperature(logits[fitted], gold[fitted]).apply(here),
            "vector": vector(logits[fitted], gold[fitted]).apply(here),
            "isotonic": _isotonic(logits[fitted], gold[fitted], here),
        }
        for name, probabilities in ways.items():
            losses[name].append(float(log_loss(there, probabilities, labels=[0, 1, 2])))
    return {name: round(float(np.mean(values)), 4) for name, values in losses.items()}


def _isotonic(logits: Logits, gold: Gold, new: Logits) -> NDArray[np.float64]:
    """Fit each label against the rest, and make rows sum to 1 (Zadrozny and Elkan 2002)."""
    known, asked = (softmax(part, (1, 1, 1), (0, 0, 0)) for part in (logits, new))
    columns = [
        IsotonicRegression(y_min=_LEAST, y_max=1 - _LEAST, out_of_bounds="clip")
        .fit(known[:, n], gold == n)
        .predict(asked[:, n])
        for n in range(3)
    ]
    rows = np.stack(columns, axis=1)
    return rows / rows.sum(axis=1, keepdims=True)


def chosen(losses: dict[str, float], logits: Logits, gold: Gold) -> Calibration:
    """Return vector scaling if its loss is less, else temperature; isotonic is only measured."""
    if losses["vector"] < losses["temperature"]:
        return vector(logits, gold)
    return temperature(logits, gold)


def main() -> None:
    """Ship the tiers named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tiers", nargs="+", choices=sorted(TIERS))
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    check(arguments.data)
    for tier in sorted(set(arguments.tiers)):
        ship(tier, arguments.data)


if __name__ == "__main__":
    main()
