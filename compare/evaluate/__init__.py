"""Measure the stance model and the search on labelled files."""

from compare.evaluate.metrics import Report, by_mode, gold_of, report
from compare.evaluate.pairs import LabelledPair, read_labelled, read_pairs
from compare.evaluate.searching import SearchReport, evaluate_search

__all__ = [
    "LabelledPair",
    "Report",
    "SearchReport",
    "by_mode",
    "evaluate_search",
    "gold_of",
    "read_labelled",
    "read_pairs",
    "report",
]
