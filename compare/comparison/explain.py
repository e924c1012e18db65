"""Find the words that decide the verdicts of a result, with the model that gave them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from compare.results.result import Excerpt, Pair, Result
from compare.statements.quotes import Quote

if TYPE_CHECKING:
    from compare.models.protocols import StanceModel
    from compare.progress import Progress


def explain_pair(pair: Pair, stance_model: StanceModel, quote: Quote | None = None) -> Pair:
    """Return the pair with the words that decide its verdict, found by the model that gave it.

    Args:
        pair: Of a search, or of two sides.
        stance_model: The model that read it.
        quote: Of a search, as it was asked and read.
    """
    from compare.models.rationale import find_rationale

    stage = stance_model.stages[0 if pair.first_stage_only else -1]
    a = Excerpt.of_quote(quote, pair.a.text) if quote else pair.a
    _, rationale = find_rationale(stage, a.model_input, pair.b.model_input)
    return replace(pair, rationale=rationale)


def explain_listed(
    result: Result,
    stance_model: StanceModel,
    on_progress: Progress | None = None,
    *,
    most: int | None = None,
) -> Result:
    """Return the result with the deciding words of what stands in the agree and oppose lists.

    Args:
        result: Of a search, or of two sides.
        stance_model: The model that gave the verdicts.
        on_progress: Told of pairs.
        most: Only of the first so many of each list; None: of all.
    """
    listed = [*result.agree[:most], *result.oppose[:most]]
    wanted = [pair for pair in listed if pair.rationale is None]
    found: dict[int, Pair] = {}
    for done, pair in enumerate(wanted, start=1):
        found[id(pair)] = explain_pair(pair, stance_model, result.quote)
        if on_progress:
            on_progress(done, len(wanted))
    return result.replacing(found)
