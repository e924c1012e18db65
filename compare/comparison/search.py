"""Find who agrees with a quote and who opposes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from compare.comparison.retrieval import (
    CANDIDATES,
    Retrieved,
    by_date,
    duplicates,
    repetitions,
    retrieve,
    retrieve_pool,
)
from compare.comparison.scoring import (
    explain_listed,
    read_excerpts,
    score_in_stages,
    top_of_lists,
)
from compare.library import Filters
from compare.results import Excerpt, Kind, Pair, Result, Stance, Thresholds, filters_in_force
from compare.results.provenance import provenance
from compare.statements import Quote, clean_quote, words_key

if TYPE_CHECKING:
    from compare.library.index.base import Floats, Rows
    from compare.library.library import Library
    from compare.models import StanceModel
    from compare.progress import Progress

READ_AGAIN = 30
"""Candidates at the top of each list that the second stage scores; on dev queries the lists are as
good as if it scored all."""


def search(
    library: Library,
    quote: Quote | str,
    *,
    stance_model: StanceModel | None = None,
    filters: Filters | None = None,
    thresholds: Thresholds | None = None,
    candidates: int = CANDIDATES,
    why: bool = False,
    on_progress: Progress | None = None,
) -> Result:
    """Search a library for statements that agree with a quote or oppose it.

    Candidates are the passages most similar to each sentence of the quote and those that share rare
    words with it. Each statement is represented by its pair with the strongest verdict.

    Args:
        library: The library to search.
        quote: The words, with the speaker if known.
        stance_model: None uses the library's: the shipped model, adapted if there is an adaptation.
        filters: Applied exactly, before candidates are chosen.
        thresholds: What a pair must reach to be listed; see `Result.rethreshold`.
        candidates: Number of similar passages scored; half as many more that share words.
        why: Also find the rationale of all listed pairs.
        on_progress: Reports pairs scored.

    Raises:
        QueryError: The quote is empty or too long.
        ModelError: A model is missing or not the library's.
    """
    asked = Quote(quote) if isinstance(quote, str) else quote
    asked = replace(asked, text=clean_quote(asked.text))
    model = stance_model or library.stance_model()
    found = retrieve(library, asked, filters or Filters(), candidates, model.languages)
    scored = _score(library, found, model, on_progress)
    result = Result(
        Kind.SEARCH,
        asked.text,
        _one_per_statement(library, found, scored),
        thresholds=thresholds or Thresholds(),
        provenance=provenance(
            library, model, filters_in_force(found.filters), {"candidates": candidates}
        ),
        quote=found.quote,
        source=next(iter(found.sources), None),
        notes=tuple(found.notes),
        passages_read=len({entry.row for entry in scored}),
    )
    return explain_listed(result, model, on_progress) if why else result


def scored_pool(
    library: Library, quote: str, stance_model: StanceModel, candidates: int = CANDIDATES
) -> list[Pair]:
    """Return the strongest pair of each candidate statement for a quote without a speaker.

    Duplicates are included, and neither thresholds nor the quote's own statement exclude any.
    """
    found = retrieve_pool(library, Quote(clean_quote(quote)), candidates)
    scored = _score(library, found, stance_model, None)
    by_row = duplicates(library.store, [row for row, _ in scored])
    excerpts = read_excerpts(library, (row for rows in by_row.values() for row, _ in rows))
    scored += [
        _Scored(other, replace(pair, b=excerpts[other]))
        for row, pair in scored
        for other, _ in by_row[row]
        if other != row
    ]
    return [pair for _, pair in _strongest(scored)]


class _Scored(NamedTuple):
    """A pair of a sentence of the quote with the passage in a row."""

    row: int
    pair: Pair

    @property
    def strength(self) -> tuple[bool, bool, bool, float, float]:
        """Return the sort key by which a statement's strongest pair is chosen."""
        pair = self.pair
        return (
            not pair.first_stage_only,
            pair.similarity >= Thresholds().similarity,  # a pair too dissimilar is never listed
            pair.probabilities.stance is not Stance.NEITHER,
            max(pair.score(Stance.AGREE), pair.score(Stance.OPPOSE)),
            pair.similarity,
        )


def _score(
    library: Library, found: Retrieved, model: StanceModel, on_progress: Progress | None
) -> list[_Scored]:
    excerpts = read_excerpts(library, (row for _, row in found.pairs))
    numbers = {row: n for n, row in enumerate(excerpts)}
    vectors = library.store.vectors(np.array([*excerpts], np.int64))
    cosines = np.clip(
        vectors @ found.vectors.T, -1, 1
    )  # 16-bit vectors are not exactly of unit length
    similarities = [float(cosines[numbers[row], part]) for part, row in found.pairs]
    asked = [Excerpt.of_quote(found.quote, part).model_input for part in found.parts]
    inputs = [(asked[part], excerpts[row].model_input) for part, row in found.pairs]

    def score(stage: StanceModel, chosen: Rows, on_progress: Progress | None) -> Floats:
        return stage.score([inputs[n] for n in chosen.tolist()], on_progress)

    choices = [top_of_lists(similarities, READ_AGAIN)]
    scores = score_in_stages(model, len(inputs), score, choices, on_progress)
    source = next(iter(found.sources), None)
    sentences = [Excerpt.of_quote(found.quote, part, source) for part in found.parts]
    return [
        _Scored(
            row,
            Pair(sentences[part], excerpts[row], probabilities, similarity, first_stage_only=only),
        )
        for (part, row), similarity, (probabilities, only) in zip(
            found.pairs, similarities, scores.of_each(), strict=True
        )
    ]


def _strongest(scored: Iterable[_Scored]) -> list[_Scored]:
    """Return the strongest pair of each statement; the first wins a tie."""
    best: dict[str, _Scored] = {}
    for entry in scored:
        held = best.setdefault(entry.pair.b.statement.id, entry)
        if entry.strength > held.strength:
            best[entry.pair.b.statement.id] = entry
    return list(best.values())


def _one_per_statement(
    library: Library, found: Retrieved, scored: Sequence[_Scored]
) -> tuple[Pair, ...]:
    """Return each statement's strongest pair; duplicates with the same verdict are merged."""
    strongest = _strongest(scored)
    repeated = repetitions(library, [entry.row for entry in strongest], found.own, found.within)
    groups: dict[tuple[int, Stance], list[_Scored]] = defaultdict(list)
    # By id, so that the result does not depend on the order of retrieval.
    for entry in sorted(strongest, key=lambda entry: entry.pair.b.statement.id):
        words = words_key(entry.pair.b.text, entry.pair.b.context)
        groups[words, entry.pair.probabilities.stance].append(entry)
    pairs = []
    for entries in groups.values():
        first, *others = sorted(entries, key=lambda entry: entry.strength, reverse=True)
        repeats = {entry.pair.b.statement.id: entry.pair.b.statement for entry in others}
        for entry in entries:
            repeats |= {other.id: other for other in repeated.get(entry.row, ())}
        repeats.pop(first.pair.b.statement.id, None)
        excerpt = replace(first.pair.b, repeats=by_date(repeats.values()))
        pairs.append(replace(first.pair, b=excerpt))
    return tuple(pairs)
