"""The orders a reader can put a list in; the first is the search's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from compare.results.pairs import Pair
from compare.results.result import Match, Stance

RANK = "Rank"
PROBABILITY = "Probability"
CLOSENESS = "Closeness"
NEWEST = "Newest first"
OLDEST = "Oldest first"
ORDERS = (RANK, PROBABILITY, CLOSENESS, NEWEST, OLDEST)


Shown = TypeVar("Shown", Match, Pair)


def in_order(shown: Sequence[Shown], order: str, stance: Stance) -> list[Shown]:
    """Return matches or pairs in an order of `ORDERS`; what has no date comes last by date.

    A pair has the date of the later of its two statements.
    """
    if order == PROBABILITY:
        return sorted(shown, key=lambda one: -one.probabilities.of(stance))
    if order == CLOSENESS:
        return sorted(shown, key=lambda one: -one.similarity)
    if order in (NEWEST, OLDEST):
        dated = [(first, one) for one in shown if (first := _first_day(one))]
        dated.sort(key=lambda entry: entry[0], reverse=order == NEWEST)
        return [one for _, one in dated] + [one for one in shown if not _first_day(one)]
    return list(shown)


def _first_day(one: Match | Pair) -> date | None:
    said = (one.statement,) if isinstance(one, Match) else (one.a, one.b)
    return max((statement.date.first for statement in said if statement.date), default=None)
