"""The words that decide the verdicts of a result, found by the model that gave them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, overload

from compare.comparison.model_input import passage_side, quote_side
from compare.models.cascade import CascadeStance
from compare.results.pairs import Pair, PairTable
from compare.results.result import Match, SearchResult, Side, Why
from compare.statements.quotes import Quote

if TYPE_CHECKING:
    from compare.models.load import StanceModel
    from compare.models.runtime import Progress

_Entry = TypeVar("_Entry", Match, Pair)


def explain(match: Match, quote: Quote, stance_model: StanceModel) -> Match:
    """Return the match with the words that decide its verdict, found by the model that gave it."""
    sides = quote_side(quote, match.quote_part), passage_side(match.statement, match.passage)
    return replace(match, why=_why(*sides, stance_model, match.screened))


def explain_pair(pair: Pair, stance_model: StanceModel) -> Pair:
    """Return the pair with the words that decide its verdict, found by the model that gave it."""
    sides = passage_side(pair.a, pair.a_passage), passage_side(pair.b, pair.b_passage)
    return replace(pair, why=_why(*sides, stance_model, pair.screened))


def _why(a: Side, b: Side, stance_model: StanceModel, screened: bool) -> Why:
    from compare.models import deciding_words

    if screened and isinstance(stance_model, CascadeStance):
        stance_model = stance_model.fast
    return deciding_words(stance_model, a, b)[1]


@overload
def explain_listed(
    result: SearchResult,
    stance_model: StanceModel,
    on_progress: Progress | None = None,
    *,
    most: int | None = None,
) -> SearchResult: ...


@overload
def explain_listed(
    result: PairTable,
    stance_model: StanceModel,
    on_progress: Progress | None = None,
    *,
    most: int | None = None,
) -> PairTable: ...


def explain_listed(
    result: SearchResult | PairTable,
    stance_model: StanceModel,
    on_progress: Progress | None = None,
    *,
    most: int | None = None,
) -> SearchResult | PairTable:
    """Return the result with the deciding words of what stands in the agree and oppose lists.

    Args:
        result: Of a search, or of two sides.
        stance_model: What gave the verdicts.
        on_progress: Told of matches or pairs.
        most: Only of the first so many of each list; None: of all.
    """
    if isinstance(result, PairTable):
        pairs = [pair for listed in (result.agree, result.oppose) for pair in listed[:most]]
        told = _each(pairs, lambda pair: explain_pair(pair, stance_model), on_progress)
        return replace(result, pairs=tuple(told.get(id(pair), pair) for pair in result.pairs))
    matches = [match for listed in (result.agree, result.oppose) for match in listed[:most]]
    found = _each(matches, lambda match: explain(match, result.quote, stance_model), on_progress)
    return replace(result, scored=tuple(found.get(id(match), match) for match in result.scored))


def _each(
    entries: list[_Entry], explained: Callable[[_Entry], _Entry], on_progress: Progress | None
) -> Mapping[int, _Entry]:
    """Return those that have no words yet with their words, by the identity of what was given."""
    wanted = [entry for entry in entries if entry.why is None]
    found = {}
    for done, entry in enumerate(wanted, start=1):
        found[id(entry)] = explained(entry)
        if on_progress:
            on_progress(done, len(wanted))
    return found
