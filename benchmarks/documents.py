"""How right are verdicts on documents and propositions from which no model learned anything?

    python -m benchmarks.documents --data DIR

`training/document_test.tsv` labels 1,312 passages under 152 propositions, each read twice by a
large language model under the codebook; passages on which the two readings differ are kept and
marked. The passages are from 492 documents of which no sentence is labelled for training, for
calibrations or for the choice of models. They were drawn from those most similar to a proposition
or to its opposite, by the encoder alone, so no stance model chose them.
"""

from __future__ import annotations

import argparse
import re
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.verdicts import by_claim
from compare.comparison.scoring import score_both_ends
from compare.models import LEAST_CALLED, ModelInput, Stance, StanceModel, Use, load_stance_model
from training.pairs import collection, rows

TEST = Path(__file__).parents[1] / "training" / "document_test.tsv"
_SPEECHES = "corpora/ungdc/UNGDC_1946-2024.tgz"
_WITHIN = re.compile(r"\n(?!\s*\n)")  # breaks of lines within a paragraph


@dataclass(frozen=True, slots=True)
class Entry:
    """A labelled passage: the label of the first reading, and whether the second agrees."""

    claim: str
    opposite: str
    passage: ModelInput
    label: int
    is_agreed: bool


def entries(data: Path) -> Iterator[Entry]:
    """Yield the labelled passages, with their words from the corpora."""
    labelled, order = [*rows(TEST)], [stance.value for stance in Stance]
    by_id, by_source = {}, {}
    for entry in collection(data / "search"):
        by_id[entry["id"]] = by_source[entry["source"]] = entry
    speeches = _speeches(data / _SPEECHES, {row["passage"] for row in labelled if row["start"]})
    for row in labelled:
        name = row["passage"]
        found = by_source[name] if row["start"] else by_id[name]
        text = found["text"] or ""
        if row["start"]:
            start = int(row["start"])
            text = speeches[name][start : start + int(row["length"])]
        said = ModelInput(text, "", found["country"] or "", found["date"] or "")
        agreed = row["label"] == row["second_label"]
        yield Entry(row["claim"], row["opposite"], said, order.index(row["label"]), agreed)


def _speeches(archive: Path, names: set[str]) -> dict[str, str]:
    """Return the texts of speeches by their names, each paragraph in one line."""
    found = {}
    with tarfile.open(archive) as opened:
        for member in opened:
            name = f"ungdc/{Path(member.name).name}"
            if name in names and (file := opened.extractfile(member)):
                text = file.read().decode("utf-8", "replace").lstrip("\ufeff")
                found[name] = _WITHIN.sub(" ", text)
    return found


def measure(name: str, tested: Sequence[Entry], scores: np.ndarray) -> None:
    """Print the figures of probabilities, [entries, 3], with intervals over propositions."""
    claims = [entry.claim for entry in tested]
    gold = np.array([entry.label for entry in tested])
    side, other = gold, np.array([1, 0, 2])[gold]
    sided, every = gold < 2, np.arange(len(gold))
    for word, labels in (("rightly", side), ("on the wrong side", other)):
        called = scores[every, labels][sided] >= LEAST_CALLED
        figure = by_claim([claim for claim, one in zip(claims, sided, strict=True) if one], called)
        print(f"  {name}, of {sided.sum()} that take a side, called {word}: {figure}")
    for column, stance in enumerate((Stance.AGREE, Stance.OPPOSE)):
        called = scores[:, column] >= LEAST_CALLED
        named = [claim for claim, one in zip(claims, called, strict=True) if one]
        right, shown = by_claim(named, gold[called] == column), scores[called, column].mean()
        print(f"  {name}, called {stance}: {called.sum()}; right {right}; shown {shown:.3f}")


def read(model: StanceModel, tested: Sequence[Entry]) -> dict[str, np.ndarray]:
    """Return probabilities by the claim alone, and by both ends."""
    one = model.for_use(Use.QUOTE)
    pairs = [(ModelInput(entry.claim), entry.passage) for entry in tested]
    opposites = [ModelInput(entry.opposite) for entry in tested]
    return {"claim": one.score(pairs), "both ends": score_both_ends(one, pairs, opposites)}


def main() -> None:
    """Print the figures of both shipped models."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    every = [*entries(parser.parse_args().data)]
    agreed = [entry for entry in every if entry.is_agreed]
    print(f"{len(every)} passages, {len(agreed)} with the same label in both readings")
    for tier in ("accurate", "fast"):
        model = load_stance_model(tier)
        for what, tested in (("both readings", agreed), ("all, first reading", every)):
            print(f"{tier}, {what}")
            for name, scores in read(model, tested).items():
                measure(name, tested, scores)


if __name__ == "__main__":
    main()
