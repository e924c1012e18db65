"""The orders a reader can put a list in; the first is the search's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from compare.results import Match, Stance

RANK = "Rank"
PROBABILITY = "Probability"
CLOSENESS = "Closeness"
NEWEST = "Newest first"
OLDEST = "Oldest first"
ORDERS = (RANK, PROBABILITY, CLOSENESS, NEWEST, OLDEST)


def in_order(matches: Sequence[Match], order: str, stance: Stance) -> list[Match]:
    """Return matches in an order of `ORDERS`; undated statements come last in those by date."""
    if order == PROBABILITY:
        return sorted(matches, key=lambda match: -match.probabilities.of(stance))
    if order == CLOSENESS:
        return sorted(matches, key=lambda match: -match.similarity)
    if order in (NEWEST, OLDEST):
        dated = [match for match in matches if match.statement.date]
        undated = [match for match in matches if not match.statement.date]
        return sorted(dated, key=_first_day, reverse=order == NEWEST) + undated
    return list(matches)


def _first_day(match: Match) -> date:
    assert match.statement.date is not None
    return match.statement.date.first
