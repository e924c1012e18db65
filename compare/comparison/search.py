"""Find who agrees with a quote and who opposes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from compare.comparison.explain import explain_listed
from compare.comparison.model_input import passage_side, quote_side
from compare.comparison.retrieval import (
    CANDIDATES,
    Retrieved,
    duplicates,
    repetitions,
    retrieve,
    retrieve_pool,
)
from compare.library.filters import Filters
from compare.models.stance import score_candidates
from compare.results.provenance import filters_in_force, provenance
from compare.results.result import (
    Excerpt,
    Kind,
    Pair,
    Probabilities,
    Result,
    Stance,
    Thresholds,
    ranking_score,
)
from compare.statements.duplicates import words_key
from compare.statements.passages import Passage
from compare.statements.quotes import Quote, clean_quote
from compare.statements.statement import Statement

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.models.protocols import StanceModel
    from compare.progress import Progress


@dataclass(frozen=True, slots=True)
class _Scored:
    """A passage with the sentence of the quote it was compared with, and what came out."""

    part: str
    row: int
    statement: Statement
    passage: Passage
    similarity: float
    probabilities: Probabilities
    first_stage_only: bool

    @property
    def strength(self) -> tuple[bool, bool, bool, float, float]:
        """Return what decides which of a statement's pairs stands for it.

        One that is too far off to be listed hides none that is near enough, and one that takes no
        side hides none that takes one.
        """
        found = max(self.probabilities.agree, self.probabilities.oppose)
        return (
            not self.first_stage_only,
            self.similarity >= Thresholds().similarity,
            self.probabilities.stance is not Stance.NEITHER,
            ranking_score(found, self.similarity),
            self.similarity,
        )


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

    The passages nearest to each sentence of the quote by cosine and, for names and rare words,
    by full text are read as pairs with it by the stance model. A statement is shown by the pair
    with the strongest verdict.

    Args:
        library: Where to search.
        quote: The words, with who said them where that is known.
        stance_model: The shipped one where None, as adapted to the library where it is.
        filters: Applied exactly, ahead of the choice of candidates.
        thresholds: What a pair must reach to be listed; see `Result.rethreshold`.
        candidates: Passages read for the quote by closeness; half as many more by words.
        why: Find the deciding words of all that is listed, too.
        on_progress: Told of pairs read.

    Raises:
        QueryError: The quote is empty or too long.
        ModelError: A model is missing or not the library's.
    """
    asked = Quote(quote) if isinstance(quote, str) else quote
    asked = replace(asked, text=clean_quote(asked.text))
    model = stance_model or library.stance_model()
    found = retrieve(library, asked, filters or Filters(), model.languages, candidates)
    scored = _score(library, found, model, on_progress)
    rows = [entry.row for entry in _strongest(scored)]
    repeated = repetitions(library, rows, found.own, found.within)
    source = next(iter(found.sources), None)
    sentences = {part: Excerpt.of_quote(found.quote, part, source) for part in found.parts}
    result = Result(
        Kind.SEARCH,
        asked.text,
        _pairs(scored, repeated, sentences),
        thresholds=thresholds or Thresholds(),
        provenance=provenance(
            library, model, filters_in_force(found.filters), {"candidates": candidates}
        ),
        quote=found.quote,
        source=source,
        notes=tuple(found.notes),
    )
    return explain_listed(result, model, on_progress) if why else result


def scored_pool(
    library: Library, quote: str, stance_model: StanceModel, candidates: int = CANDIDATES
) -> list[Pair]:
    """Return all that a search reads for a quote of which only the words are known.

    One pair a statement, its strongest, and the statements with the same words as well:
    none is left out by a threshold or as the quote's own.
    """
    found = retrieve_pool(library, Quote(clean_quote(quote)), candidates)
    scored = _score(library, found, stance_model, None)
    sentences = {part: Excerpt.of_quote(found.quote, part) for part in found.parts}
    strongest = _strongest(_with_duplicates(library, scored))
    return [_pair(entry, sentences[entry.part]) for entry in strongest]


def _with_duplicates(library: Library, scored: Sequence[_Scored]) -> list[_Scored]:
    """Return what was scored, followed by all other passages with the same words."""
    alike = duplicates(library.store, [entry.row for entry in scored])
    rows = sorted({row for found in alike.values() for row, _ in found})
    passages = dict(zip(rows, library.passages(rows), strict=True))
    ids = sorted({passage.statement_id for passage in passages.values()})
    statements = dict(zip(ids, library.statements(ids), strict=True))
    return [
        *scored,
        *(
            replace(entry, row=row, passage=passages[row], statement=statements[statement_id])
            for entry in scored
            for row, statement_id in alike[entry.row]
            if row != entry.row
        ),
    ]


def _score(
    library: Library, found: Retrieved, model: StanceModel, on_progress: Progress | None
) -> list[_Scored]:
    rows = sorted({row for _, row in found.pairs})
    passages = dict(zip(rows, library.passages(rows), strict=True))
    ids = sorted({passage.statement_id for passage in passages.values()})
    statements = dict(zip(ids, library.statements(ids), strict=True))
    vectors = library.store.vectors(np.array(rows, np.int64))
    cosines = np.clip(vectors @ found.vectors.T, -1, 1)  # of vectors in 16 bits
    closeness = dict(zip(rows, cosines, strict=True))
    sides = [quote_side(found.quote, part) for part in found.parts]
    read = [
        (sides[part], passage_side(statements[passages[row].statement_id], passages[row]))
        for part, row in found.pairs
    ]
    similarities = [float(closeness[row][part]) for part, row in found.pairs]
    probabilities, screened = score_candidates(model, read, similarities, on_progress)
    return [
        _Scored(
            found.parts[part],
            row,
            statements[passages[row].statement_id],
            passages[row],
            float(closeness[row][part]),
            Probabilities(*(float(value) for value in values)),
            bool(only),
        )
        for (part, row), values, only in zip(found.pairs, probabilities, screened, strict=True)
    ]


def _strongest(scored: Sequence[_Scored]) -> list[_Scored]:
    """Return the strongest pair of each statement, the first of those equally strong."""
    best: dict[str, _Scored] = {}
    for entry in scored:
        held = best.get(entry.statement.id)
        if held is None or entry.strength > held.strength:
            best[entry.statement.id] = entry
    return list(best.values())


def _pairs(
    scored: Sequence[_Scored],
    repeated: Mapping[int, Sequence[Statement]],
    sentences: Mapping[str, Excerpt],
) -> tuple[Pair, ...]:
    """Return one pair a statement, passages with the same words and verdict made one."""
    alike: dict[tuple[int, object], list[_Scored]] = defaultdict(list)
    for entry in sorted(_strongest(scored), key=lambda found: found.statement.id):
        words = words_key(entry.passage.text, entry.passage.context)
        alike[words, entry.probabilities.stance].append(entry)
    pairs = []
    for entries in alike.values():
        first, *others = sorted(entries, key=lambda found: found.strength, reverse=True)
        said = {entry.statement.id: entry.statement for entry in others}
        for entry in entries:
            said |= {other.id: other for other in repeated.get(entry.row, ())}
        said.pop(first.statement.id, None)
        pairs.append(_pair(first, sentences[first.part], said.values()))
    return tuple(pairs)


def _pair(entry: _Scored, sentence: Excerpt, repeats: Iterable[Statement] = ()) -> Pair:
    by_date = sorted(repeats, key=lambda s: (s.date.iso if s.date else "", s.id))
    return Pair(
        sentence,
        Excerpt(entry.statement, entry.passage, tuple(by_date)),
        entry.probabilities,
        entry.similarity,
        first_stage_only=entry.first_stage_only,
    )
