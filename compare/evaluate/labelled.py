"""Read files of labelled pairs, and bad ones not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from compare.corpus.values import Row
from compare.errors import CorpusError
from compare.evaluate.pair_files import cell, needed, read_pairs
from compare.results.result import Side, Stance

LABELS: Mapping[str, Stance] = {
    "agree": Stance.AGREE,
    "oppose": Stance.OPPOSE,
    "neither": Stance.NEITHER,
    "entailment": Stance.AGREE,
    "contradiction": Stance.OPPOSE,
    "neutral": Stance.NEITHER,
}
"""What a label may be, in capital letters too, and what it means."""

_COLUMNS = (
    "a file of labelled pairs has the columns premise, hypothesis and label, or a, b and label"
)


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two sides and how they relate.

    Attributes:
        mode: What the pair tests ("negation"); None where the file has no such column.
    """

    a: Side
    b: Side
    label: Stance
    mode: str | None = None


def read_labelled(path: Path) -> list[LabelledPair]:
    """Return the labelled pairs of a file; see `read_pairs` for its columns.

    Raises:
        CorpusError: It cannot be read, a column is missing or there twice, or a label is none of
            `LABELS`.
    """
    return [
        LabelledPair(pair.a, pair.b, read_label(pair.row, _COLUMNS), _mode(pair.row))
        for pair in read_pairs(path, _COLUMNS)
    ]


def read_label(row: Row, what: str) -> Stance:
    """Return the label of a row.

    Args:
        row: Where.
        what: The columns that such a file has, for the message.

    Raises:
        CorpusError: There is none, or none that is known.
    """
    given = needed(row, "label", what)
    label = LABELS.get(given.strip().casefold())
    if label is None:
        message = "this is no label; write agree, oppose or neither, or entailment, contradiction "
        raise CorpusError(str(row.problem(f"{message}or neutral", "label", given)))
    return label


def _mode(row: Row) -> str | None:
    mode = cell(row, "mode")
    return None if mode is None else mode.strip()
