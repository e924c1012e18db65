"""Turn trained models into shipped weights: quantise, check, calibrate, write manifest and card.

    python -m training.ship accurate fast --data DIR [--calibrate-only]

Recipes that have not been run are run first. The accurate tier ships before the fast one, which
learns from it. With --calibrate-only, the shipped weights stay, and only what is fitted to labels
and measured on them is made anew.
"""

from __future__ import annotations

import argparse
import datetime
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from compare.evaluate import by_mode, gold_of, read_labelled, report
from compare.files import file_sha256
from compare.models import Use
from compare.models.model_input import reading_order
from compare.models.runtime import Feed, GraphRunner
from compare.models.stance import OUTPUTS, READING, WEIGHTS, ShippedStance
from training import backbones
from training import pairs as pair_files
from training.calibrations import Calibration, fit_all, labelled_by_use
from training.card import write_card
from training.engine import WordsHead
from training.examples import ARGUMENT_FILE, NLI_FILE
from training.figures import dev_figures
from training.pairs import LABELS, LabelledPair
from training.probes import probe_pairs
from training.quantize import export_graph, quantize, read_tokens, smooth
from training.recipes import BACKBONES, RECIPES
from training.run import (
    RUNS,
    backbone_of,
    check,
    data_files,
    inputs,
    more_files,
    read_once,
    run,
    shipped_stages,
)
from training.words import fit_head, marked_examples

Logits = NDArray[np.float32]

MAX_TOKENS = 256

_NONE = Calibration((1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
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
    "fast": Tier("small-forms", "compare-stance-fast", 25_000_000),
    "accurate": Tier("large-forms", "compare-stance-accurate", 95_000_000),
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
        manifest = {
            "name": wanted.name,
            "made": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "labels": list(LABELS),
            "max_tokens": MAX_TOKENS,
            "files": {path.name: file_sha256(path) for path in sorted(folder.iterdir())},
            **origin(wanted.recipe, data),
            "int8_same_label": round(same, 4),
        }
        write_manifest(folder, manifest)
        write_manifest(folder, calibrated(folder, data))
        put_in_place(folder, WEIGHTS / tier, Path(scratch) / "old")


def calibrated(folder: Path, data: Path) -> dict[str, Any]:
    """Return the manifest of a folder with the calibrations fitted, and all that is measured."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["calibrations"] = {use.value: asdict(_NONE) for use in Use}
    write_manifest(folder, manifest)
    model = ShippedStance(folder)

    def read(pairs: Sequence[LabelledPair], use: Use) -> Logits:
        version = f"{manifest['files']['model.onnx'][:8]}-{READING}"
        orders = ".both-orders" if use is Use.PAIR else ""
        kept = RUNS / f"logits.{manifest['name']}-{version}{orders}.npz"
        asked = model.for_use(use)
        return read_once(kept, pairs, lambda: lambda of: asked.logits([inputs(one) for one in of]))

    learned = any(stage["reads"].get("uses") for stage in manifest["stages"])
    by_use = labelled_by_use(data, learned=learned)
    fitted = fit_all(by_use, read)
    dev = pair_files.agreed_dev(data / "pairs" / "officials.dev.tsv")
    gold = np.asarray([pair.label for pair in dev])
    probabilities = fitted[Use.PAIR][0].apply(read(dev, Use.PAIR))
    manifest |= {
        "calibrations": {use.value: asdict(found) for use, (found, _) in fitted.items()},
        "measured": {use.value: figures for use, (_, figures) in fitted.items()},
        "dev": dev_figures(gold, probabilities),
        "reliability": reliability(gold, probabilities),
        "measured_on": {path.name: file_sha256(path) for path in _measured_on(data)},
    }
    write_manifest(folder, manifest)
    return manifest | beside_dev(folder)


def _measured_on(data: Path) -> list[Path]:
    """Return the files with the labels of calibrations."""
    searches = [data / "search" / name for name in ("qrels.dev.deep.tsv", "forms.dev.tsv")]
    return [
        data / "pairs" / "officials.dev.tsv",
        *searches,
        pair_files.USE_READINGS,
        pair_files.OPPOSITES,
    ]


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a tier's folder."""
    text = json.dumps(manifest, indent=1) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")


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
            "licence": backbones.LICENCES[backbone],
            "sha256": backbones.DIGESTS[backbone],
        },
        "stages": [
            {
                **report_of(name),
                "what": RECIPES[name].what,
                "reads": asdict(mixture),
            }
            for name, mixture in zip(names, mixtures, strict=True)
        ],
        "general_sources": dict(sources.most_common()),
        "data_files": data_files(data)
        | {n: digest for name in names for n, digest in more_files(RECIPES[name], data).items()},
    }


def report_of(name: str) -> dict[str, Any]:
    """Return the report of a recipe that was run here, or when a shipped tier was made."""
    if (path := RUNS / name / "report.json").exists():
        return dict(json.loads(path.read_text()))
    return shipped_stages()[name][1]


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


def beside_dev(folder: Path) -> dict[str, Any]:
    """Return the probabilities of the probe pairs and the figures on the failure modes."""
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


def main() -> None:
    """Ship the tiers named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tiers", nargs="+", choices=sorted(TIERS))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--calibrate-only", action="store_true")
    arguments = parser.parse_args()
    check(arguments.data)
    for tier in sorted(set(arguments.tiers)):
        if arguments.calibrate_only:
            with tempfile.TemporaryDirectory(dir=WEIGHTS.parent) as scratch:
                folder = Path(shutil.copytree(WEIGHTS / tier, Path(scratch) / tier))
                write_manifest(folder, calibrated(folder, arguments.data))
                put_in_place(folder, WEIGHTS / tier, Path(scratch) / "old")
        else:
            ship(tier, arguments.data)
    write_card()


if __name__ == "__main__":
    main()
