"""Read the labelled pairs and put them into the form the stance model reads."""

from __future__ import annotations

import csv
import gzip
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from compare.stance.pairs import who_when_prefix

LABELS = ("agree", "oppose", "neither")
NLI_LABELS = {"entailment": "agree", "contradiction": "oppose", "neutral": "neither"}
CAPTION_SOURCES = ("snli", "cad_nli", "esxnli")


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two texts, the prefix that says who and when on each side, and the label's index."""

    a: str
    b: str
    who_a: str
    who_b: str
    label: int
    weight: float = 1.0

    def texts(self, rng: random.Random | None, drop: float) -> tuple[str, str]:
        """Return the two texts as the model reads them, each prefix dropped with chance `drop`."""
        keep_a = rng is None or rng.random() >= drop
        keep_b = rng is None or rng.random() >= drop
        return (self.who_a if keep_a else "") + self.a, (self.who_b if keep_b else "") + self.b


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a TSV file; quotes are ordinary characters in these files."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)


def officials(path: Path) -> list[LabelledPair]:
    """Read pairs of officials' statements or of typed claims and statements."""
    return [
        LabelledPair(
            row["a"],
            row["b"],
            who_when_prefix(row["a_country"], row["a_date"]),
            who_when_prefix(row["b_country"], row["b_date"]),
            LABELS.index(row["label"]),
        )
        for row in rows(path)
    ]


def agreed_dev(path: Path) -> list[LabelledPair]:
    """Read the dev pairs on which both readers gave the same label."""
    kept = {n for n, row in enumerate(rows(path)) if row["label"] == row["second_label"]}
    return [pair for n, pair in enumerate(officials(path)) if n in kept]


def general(paths: Sequence[Path], count: int, seed: int) -> list[LabelledPair]:
    """Sample `count` general pairs, image captions left out."""
    return [
        LabelledPair(
            row["premise"], row["hypothesis"], "", "", LABELS.index(NLI_LABELS[row["label"]])
        )
        for row in _general_rows(paths, count, seed)
    ]


def general_sources(paths: Sequence[Path], count: int, seed: int) -> dict[str, int]:
    """Count the pairs of each source in the sample that `general` returns."""
    drawn = Counter(row["source"].split(".")[0] for row in _general_rows(paths, count, seed))
    return dict(drawn.most_common())


def _general_rows(paths: Sequence[Path], count: int, seed: int) -> list[dict[str, str]]:
    pool = [
        row for path in paths for row in rows(path) if not row["source"].startswith(CAPTION_SOURCES)
    ]
    random.Random(seed).shuffle(pool)
    return pool[:count]
