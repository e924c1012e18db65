"""Run recipes and write down what they came to.

    python -m training.run NAME... --data DIR

A recipe whose beginning or whose teachers are not there runs them first. A run that was cut off
goes on from its checkpoint; one that is there is not run again. Each adds its row to
EXPERIMENTS.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compare.encoder import file_sha256
from compare.results import Side
from compare.stance.load import TIERS, softmax
from compare.stance.shipped import WEIGHTS, ShippedStance
from training import backbones
from training.engine import load, precision, predict, train
from training.examples import Pool
from training.experiments import write_row
from training.figures import dev_figures, dev_pairs, figures
from training.recipes import BACKBONES, RECIPES, Recipe
from training.unlabelled import unlabelled_pairs
from training.vocabulary import trim

RUNS = Path(__file__).parent / "runs"
VOCABULARY = 9_700
"""Words and pieces that the large model keeps of its backbone's 30,527."""

_LABELLED_AT_ONCE = 2_000


def run(name: str, data: Path) -> Path:
    """Return the folder of a recipe's model, made first if it is not there."""
    folder = RUNS / name
    if (folder / "report.json").exists():
        return folder
    recipe = RECIPES[name]
    origin = beginning(recipe, data)
    pool = Pool(recipe.mixture, data, unlabelled_pairs(data, recipe.mixture.unlabelled))
    if recipe.mixture.teachers:
        pool.probabilities = np.mean(
            [taught(teacher, name, pool, data) for teacher in recipe.mixture.teachers], axis=0
        )

    def after_epoch(model, tokenizer) -> str:
        pairs = dev_pairs(data)
        logits = predict(model, tokenizer, [pair.texts(None, 0.0) for pair in pairs])
        gold = np.asarray([pair.label for pair in pairs])
        return str(dev_figures(gold, softmax(logits)))

    print(f"{name}: {len(pool.pairs):,} pairs", flush=True)
    if not folder.exists():
        train(origin, pool.epoch, recipe.settings, folder, after_epoch)
    model, tokenizer = load(folder)
    found = figures(model.to(precision()), tokenizer, data)
    report = {
        **found,
        "name": name,
        "what": recipe.what,
        "start": recipe.start,
        "pairs": len(pool.pairs),
        "epochs": recipe.settings.epochs,
        "rate": recipe.settings.rate,
        "seed": recipe.settings.seed,
        "minutes": json.loads((folder / "minutes.json").read_text()),
    }
    (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report), flush=True)
    write_row(report, backbone_of(name))
    return folder


def beginning(recipe: Recipe, data: Path) -> Path:
    """Return the folder whose weights a recipe begins with."""
    if recipe.start == "minilm":
        return backbones.folder("minilm")
    if recipe.start == "mpnet":
        return trimmed(data)
    return run(recipe.start, data)


def trimmed(data: Path) -> Path:
    """Return the large backbone with the words that statements use, made if it is not there."""
    folder = RUNS / f"mpnet-{VOCABULARY}"
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=RUNS) as scratch:
            trim(backbones.folder("mpnet"), Path(scratch) / "model", data, VOCABULARY)
            (Path(scratch) / "model").replace(folder)
    return folder


def backbone_of(name: str) -> str:
    """Return the backbone that a recipe goes back to."""
    while name not in BACKBONES:
        name = RECIPES[name].start
    return name


def taught(teacher: str, pupil: str, pool: Pool, data: Path) -> NDArray[np.float32]:
    """Return a teacher's probabilities of a pool, float32 [pairs, 3].

    They are kept beside the pupil's run, and a labelling that was cut off goes on. A recipe reads
    one order of a pair; a shipped tier reads both and is calibrated.
    """
    return read_by(teacher, pool.taught(), pupil, data)


def read_by(
    teacher: str, texts: Sequence[tuple[str, str]], name: str, data: Path
) -> NDArray[np.float32]:
    """Return a teacher's probabilities of pairs of texts, kept under `name` as in `taught`."""
    kept = RUNS / f"{name}.{_version(teacher)}.npy"
    known = np.load(kept) if kept.exists() else np.zeros((0, 3), np.float32)
    if len(known) == len(texts):
        return known
    read = _reader(teacher, data)
    while len(known) < len(texts):
        part = texts[len(known) : len(known) + _LABELLED_AT_ONCE]
        known = np.concatenate([known, read(part)])
        unfinished = kept.with_suffix(".tmp.npy")
        np.save(unfinished, known)
        unfinished.replace(kept)
        print(f"{name}: {teacher} has read {len(known):,} of {len(texts):,} pairs", flush=True)
    return known


def _version(teacher: str) -> str:
    if teacher in RECIPES:
        return teacher
    return f"{teacher}-{file_sha256(WEIGHTS / teacher / 'manifest.json')[:8]}"


def _reader(teacher: str, data: Path) -> Callable[[Sequence[tuple[str, str]]], NDArray[np.float32]]:
    if teacher in TIERS:
        shipped = ShippedStance(WEIGHTS / teacher)
        return lambda texts: shipped.score([(Side(a), Side(b)) for a, b in texts])
    model, tokenizer = load(run(teacher, data))
    model.to(precision())
    return lambda texts: softmax(predict(model, tokenizer, texts, orders=1))


def main() -> None:
    """Run the recipes named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", choices=sorted(RECIPES), metavar="NAME")
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    RUNS.mkdir(exist_ok=True)
    for name in arguments.names:
        run(name, arguments.data)


if __name__ == "__main__":
    main()
