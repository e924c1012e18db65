"""Run recipes and record their figures.

    python -m training.run NAME... --data DIR

The recipes that a recipe starts from or learns from run first. An interrupted run resumes from its
checkpoint; a finished run is not repeated. Each run adds its row to EXPERIMENTS.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.files import file_sha256, write_whole
from compare.models import ModelInput
from compare.models.runtime import read_manifest
from compare.models.stance import READING, TIERS, WEIGHTS, ShippedStance, softmax
from training import backbones
from training.backbones import trim
from training.engine import MADE_OF, SEED, load, mix, precision, predict, train
from training.examples import DEEP_FILE, Pool
from training.figures import dev_figures, dev_pairs, figures, write_row
from training.pairs import (
    CLAIM_READINGS,
    CLAIMS,
    CONTRASTS,
    DECIDING_WORDS,
    FORMS_FILE,
    LEARNED,
    READINGS,
    STATEMENT_EDITS,
    USE_READINGS,
    LabelledPair,
    digest_of_rounds,
)
from training.recipes import BACKBONES, RECIPES, Recipe
from training.restore import restore
from training.unlabelled import unlabelled_pairs, wide_pairs

RUNS = Path(__file__).parent / "runs"
VOCABULARY = 9_700
"""Tokens that the large model keeps of its backbone's 30,527."""

DATA = (
    "pairs/nli.tsv.gz",
    "pairs/argument_stance.tsv.gz",
    "pairs/officials.train.tsv",
    "pairs/officials.dev.tsv",
    "pairs/claims.train.tsv",
    "pairs/claims.deep.tsv",
    "pairs/claim_forms.tsv",
    "search/forms.dev.tsv",
    "search/collection.jsonl.gz",
    "search/queries.dev.tsv",
    "search/qrels.dev.tsv",
    "search/qrels.dev.deep.tsv",
)
"""The files that training reads, in the folder that --data names."""

_LABELLED_AT_ONCE = 2_000


def run(name: str, data: Path) -> Path:
    """Return the folder of a recipe's model; train it first unless it is there.

    Raises:
        SystemExit: The folder was made by another recipe of this name.
    """
    RUNS.mkdir(exist_ok=True)
    folder, recipe = RUNS / name, RECIPES[name]
    made_of = version(name, data)
    if folder.exists() and (folder / MADE_OF).read_text(encoding="utf-8") != made_of:
        raise SystemExit(
            f"{folder} was made by another recipe of this name, from other data, or taught by "
            "another model: remove it first."
        )
    if (folder / "report.json").exists():
        return folder
    origin = beginning(recipe, data)
    drawn = unlabelled_pairs(data, recipe.mixture.unlabelled)
    drawn += wide_pairs(data, recipe.mixture.wide, forms=recipe.mixture.forms > 0)
    pool = Pool(recipe.mixture, data, drawn)
    if recipe.mixture.teachers:
        pool.probabilities = np.mean(
            [read_by(teacher, pool.taught(), data) for teacher in recipe.mixture.teachers], axis=0
        )

    def after_epoch(model, tokenizer) -> str:
        pairs = dev_pairs(data)
        logits = predict(model, tokenizer, [pair.texts(None, 0.0) for pair in pairs])
        gold = np.asarray([pair.label for pair in pairs])
        return str(dev_figures(gold, softmax(logits)))

    print(f"{name}: {len(pool.pairs):,} pairs", flush=True)
    if not folder.exists():
        train(origin, pool.epoch, recipe.settings, folder, after_epoch, made_of=made_of)
        mix(origin, folder, recipe.kept)
    model, tokenizer = load(folder)
    found = figures(model.to(precision()), tokenizer, data)
    report = {
        **found,
        "name": name,
        "made_of": made_of,
        "teachers": {teacher: version(teacher, data) for teacher in recipe.mixture.teachers},
        "what": recipe.what,
        "start": recipe.start,
        "pairs": len(pool.pairs),
        "epochs": recipe.settings.epochs,
        "rate": recipe.settings.rate,
        "seed": SEED,
        "minutes": json.loads((folder / "minutes.json").read_text()),
    }
    print(json.dumps(report), flush=True)
    write_row(report, backbone_of(name))
    text = json.dumps(report, indent=1) + "\n"
    write_whole(folder / "report.json", text.encode(), force=True)
    return folder


def shipped_stages() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the reports of all stages of the shipped tiers, each with its tier, by recipe."""
    found = {}
    for tier in TIERS:
        for stage in read_manifest(WEIGHTS / tier)["stages"]:
            found[stage["name"]] = tier, stage
    return found


def restored(tier: str) -> Path:
    """Return the folder of a shipped tier's weights in 32 bits, instead of running its recipe."""
    digest = read_manifest(WEIGHTS / tier)["files"]["model.onnx"]
    folder = RUNS / f"{tier}-{digest[:8]}"
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=RUNS) as scratch:
            restore(WEIGHTS / tier, Path(scratch) / "model")
            (Path(scratch) / "model").replace(folder)
    return folder


def version(name: str, data: Path) -> str:
    """Return a digest of a recipe, its data, the weights it starts from and its teachers.

    For a shipped tier, it is a digest of its files, its calibrations, and how it reads texts. As a
    teacher, a shipped tier counts by its name alone: what learned from it stays valid when the next
    one ships.
    """
    if name in TIERS:
        manifest = read_manifest(WEIGHTS / name)
        rests_on = [manifest.get(key) for key in ("files", "calibrations", "max_tokens")]
        return hashlib.sha256(json.dumps([*rests_on, READING], sort_keys=True).encode()).hexdigest()
    recipe = RECIPES[name]
    if recipe.start in BACKBONES:
        start = f"mpnet-{VOCABULARY}" if recipe.start == "mpnet" else recipe.start
    else:
        start = version(recipe.start, data)
    teachers = [
        teacher if teacher in TIERS else version(teacher, data)
        for teacher in recipe.mixture.teachers
    ]
    read = sorted((data_files(data) | more_files(recipe, data)).items())
    made_of = (start, recipe.mixture, recipe.settings, recipe.kept, teachers, read)
    return hashlib.sha256(repr(made_of).encode()).hexdigest()


def check(data: Path) -> None:
    """Stop at once if a file is missing, even if only a later stage needs it.

    Raises:
        SystemExit: Names the file.
    """
    for name in DATA:
        if not (data / name).is_file():
            raise SystemExit(
                f"{data / name} is missing: --data names the folder that holds pairs/ and search/."
            )


@cache
def data_files(data: Path) -> dict[str, str]:
    """Return the digests of the files that recipes read: pairs, and the judged searches.

    Unlabelled pairs come from the collection, except for passages that the judged queries use.
    """
    pairs = [
        path
        for path in sorted((data / "pairs").glob("*.tsv*"))
        if path.name.startswith(("nli", "argument", "officials", "claims.train"))
        and "why" not in path.name
    ]
    names = ("collection.jsonl.gz", "queries.dev.tsv", "qrels.dev.tsv", "qrels.dev.deep.tsv")
    searches = [path for name in names if (path := data / "search" / name).exists()]
    return {path.name: file_sha256(path) for path in (*pairs, *searches)}


def more_files(recipe: Recipe, data: Path) -> dict[str, str]:
    """Return the digests of the files that only some recipes read."""
    mixture = recipe.mixture
    wanted = {
        DECIDING_WORDS: bool(recipe.settings.words),
        READINGS: mixture.readings,
        CONTRASTS: mixture.contrasts,
        STATEMENT_EDITS: mixture.edits,
        CLAIMS: bool(mixture.rounds or mixture.wide or mixture.forms),
        data / "pairs" / DEEP_FILE: mixture.deep,
        data / "pairs" / FORMS_FILE: mixture.forms,
    }
    found = {path.name: file_sha256(path) for path, read in wanted.items() if read}
    if mixture.rounds:
        rounds = ", ".join(map(str, mixture.rounds))
        of_rounds = digest_of_rounds(CLAIM_READINGS, mixture.rounds)
        found[f"{CLAIM_READINGS.name} (rounds {rounds})"] = of_rounds
    if mixture.uses:
        rounds = ", ".join(map(str, LEARNED))
        of_rounds = digest_of_rounds(USE_READINGS, LEARNED)
        found[f"{USE_READINGS.name} (rounds {rounds})"] = of_rounds
    return found


def beginning(recipe: Recipe, data: Path) -> Path:
    """Return the folder of the weights that a recipe starts from.

    If those are of a shipped tier, its 8 bits are turned back: running its recipe takes days.
    """
    if recipe.start == "minilm":
        return backbones.folder("minilm")
    if recipe.start == "mpnet":
        return trimmed(data)
    for tier in TIERS:
        if read_manifest(WEIGHTS / tier)["stages"][-1]["name"] == recipe.start:
            return restored(tier)
    return run(recipe.start, data)


def trimmed(data: Path) -> Path:
    """Return the folder of the large backbone with the smaller vocabulary."""
    read = hashlib.sha256(repr(sorted(data_files(data).items())).encode()).hexdigest()
    folder = RUNS / f"mpnet-{VOCABULARY}-{read[:8]}"
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=RUNS) as scratch:
            trim(backbones.folder("mpnet"), Path(scratch) / "model", data, VOCABULARY)
            (Path(scratch) / "model").replace(folder)
    return folder


def backbone_of(name: str) -> str:
    """Return the backbone at the beginning of a recipe's chain."""
    while name not in BACKBONES:
        name = RECIPES[name].start
    return name


def read_by(teacher: str, pairs: Sequence[LabelledPair], data: Path) -> NDArray[np.float32]:
    """Return a teacher's probabilities for pairs, float32 [pairs, 3]; a shipped tier is calibrated.

    They are cached beside the runs: see `read_once`.
    """
    kept = RUNS / f"labels.{teacher}-{version(teacher, data)[:8]}.npz"
    return read_once(kept, pairs, lambda: _reader(teacher, data))


def read_once(
    kept: Path,
    pairs: Sequence[LabelledPair],
    reader: Callable[[], Callable[[Sequence[LabelledPair]], NDArray[np.float32]]],
) -> NDArray[np.float32]:
    """Return what a reader returns for pairs, float32 [pairs, 3], from a file where possible.

    The file holds it by the words of each pair, so that interrupted reading resumes and no pair is
    read twice. `reader` loads the reader if some pair is left to read.
    """
    kept.parent.mkdir(exist_ok=True)
    known = _kept(kept)
    keys = [_key(pair.texts(None, 0.0)) for pair in pairs]
    left = [*{key: n for n, key in enumerate(keys) if key not in known}.values()]
    read = reader() if left else None
    for start in range(0, len(left), _LABELLED_AT_ONCE):
        part = left[start : start + _LABELLED_AT_ONCE]
        assert read is not None
        known |= zip((keys[n] for n in part), read([pairs[n] for n in part]), strict=True)
        unfinished = kept.with_suffix(".tmp.npz")
        np.savez(unfinished, keys=[*known], probabilities=[*known.values()])
        unfinished.replace(kept)
        print(f"{kept.stem}: {start + len(part):,} of {len(left):,} pairs read", flush=True)
    return np.asarray([known[key] for key in keys], np.float32).reshape(-1, 3)


def _kept(path: Path) -> dict[str, NDArray[np.float32]]:
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as kept:
        return dict(zip(kept["keys"].tolist(), kept["probabilities"], strict=True))


def _key(pair: tuple[str, str]) -> str:
    return hashlib.sha256("\n".join(pair).encode()).hexdigest()[:16]


def _reader(teacher: str, data: Path) -> Callable[[Sequence[LabelledPair]], NDArray[np.float32]]:
    if teacher in TIERS:
        shipped = ShippedStance(WEIGHTS / teacher)
        return lambda pairs: shipped.score([inputs(pair) for pair in pairs])
    model, tokenizer = load(run(teacher, data))
    model.to(precision())
    return lambda pairs: softmax(
        predict(model, tokenizer, [pair.texts(None, 0.0) for pair in pairs])
    )


def inputs(pair: LabelledPair) -> tuple[ModelInput, ModelInput]:
    """Return what the program reads: a typed claim has no prefix, and its own calibration."""
    a, b = (
        ModelInput(text, country=who.removesuffix(": "))
        for text, who in ((pair.a, pair.who_a), (pair.b, pair.who_b))
    )
    return a, b


def main() -> None:
    """Run the recipes named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", choices=sorted(RECIPES), metavar="NAME")
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    check(arguments.data)
    for name in arguments.names:
        run(name, arguments.data)


if __name__ == "__main__":
    main()
