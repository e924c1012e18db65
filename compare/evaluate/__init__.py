"""Measure the stance model on labelled pairs."""

from compare.batch.tables import LabelledPair, read_labelled, read_pairs
from compare.evaluate.metrics import Report, by_mode, gold_of, report

__all__ = [
    "LabelledPair",
    "Report",
    "by_mode",
    "gold_of",
    "read_labelled",
    "read_pairs",
    "report",
]
