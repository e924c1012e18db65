"""Compare: retrieve candidates, score their stance, and collect the result.

`Library.search`, `compare`, `timeline` and `positions` are the usual ways in.
"""

from compare.comparison.counts import NOT_A_SAMPLE, SidesTaken, YearCount, by_year, sides_taken
from compare.comparison.positions import AgreementMatrix, PositionTable, position_table
from compare.comparison.reproduce import Reproduction
from compare.comparison.sides import compare_sides
from compare.comparison.third_reader import load_third_reader

__all__ = [
    "NOT_A_SAMPLE",
    "AgreementMatrix",
    "PositionTable",
    "Reproduction",
    "SidesTaken",
    "YearCount",
    "by_year",
    "compare_sides",
    "load_third_reader",
    "position_table",
    "sides_taken",
]
