"""Measure the stance model and the search on labelled files."""

from compare.evaluate.metrics import Report, by_mode, gold_of, report
from compare.evaluate.pairs import LabelledPair, read_labelled, read_pairs
from compare.evaluate.search_batch import NamedQuote, SearchedFile, read_quotes, search_file
from compare.evaluate.searching import PoolReport, SearchReport, evaluate_pool, evaluate_search

__all__ = [
    "LabelledPair",
    "NamedQuote",
    "PoolReport",
    "Report",
    "SearchReport",
    "SearchedFile",
    "by_mode",
    "evaluate_pool",
    "evaluate_search",
    "gold_of",
    "read_labelled",
    "read_pairs",
    "read_quotes",
    "report",
    "search_file",
]
