"""Find who agrees with a quote and who opposes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compare.comparison.explain import explain_listed
from compare.comparison.model_input import passage_side, quote_side
from compare.comparison.quote_source import NEIGHBOURS, may_be_own, own_statements
from compare.comparison.repeats import distinct, nearest_distinct, repetitions
from compare.library.filters import Filters, applicable
from compare.models.calibration import library_model
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
from compare.statements.languages import is_language
from compare.statements.passages import Passage, complete, split_quote
from compare.statements.quotes import Quote, clean_quote, language_notes
from compare.statements.statement import Statement

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.models.protocols import StanceModel
    from compare.progress import Progress

CANDIDATES = 60
"""Passages nearest by vectors that are read for each quote; half as many again by their words."""

_LEAST_CANDIDATES = 12
_MOST_PARTS = 12


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
    filters, left_out = readable(library, filters or Filters())
    asked = Quote(quote) if isinstance(quote, str) else quote
    asked = replace(asked, text=clean_quote(asked.text))
    model = stance_model or library_model(library.folder)
    parts, notes = _parts(asked)
    notes += left_out
    each = _for_each(candidates, parts)
    with ThreadPoolExecutor(1) as beside:
        reading = beside.submit(_worded, library, parts, each // 2 + NEIGHBOURS)
        vectors = _embedded(library, asked, parts)
        found = library.nearest(vectors, 2 * each + NEIGHBOURS)
        worded = reading.result()
    sources = own_statements(library, asked, found.rows[0][:NEIGHBOURS])
    if sources and not _who_is_known(asked):
        asked = replace(Quote.from_statement(sources[0]), text=asked.text)
        sources = [entry for entry in sources if may_be_own(asked, entry)]
        if asked.context:
            vectors = _embedded(library, asked, parts)
            found = library.nearest(vectors, 2 * each + NEIGHBOURS)
        notes.append(
            f"The words stand in the library: read as said by {_who(sources[0])} "
            f"(statement {sources[0].id})."
        )
    if others := sources[1:]:
        notes.append(f"The same words stand in {', '.join(entry.id for entry in others)}, too.")
    filters, not_applied = applicable(filters, asked)
    notes += not_applied
    own = {row for statement in sources for row in library.statement_rows(statement.id)}
    allowed = library.allowed(filters, asked)
    if allowed is not None or len(own) > NEIGHBOURS:
        worded = _worded(library, parts, each // 2 + len(own), allowed)
    start = found if allowed is None else None
    near = nearest_distinct(library, vectors, each, own, allowed, start)
    alike = [distinct(library, part.tolist(), own)[: each // 2] for part in worded]
    pairs = _candidates(near, alike)
    scored = _score(library, asked, pairs, parts, vectors, model, on_progress)
    repeated = repetitions(library, [entry.row for entry in _strongest(scored)], own, allowed)
    source = sources[0] if sources else None
    sentences = {part: Excerpt.of_quote(asked, part, source) for part in parts}
    result = Result(
        Kind.SEARCH,
        asked.text,
        _pairs(scored, repeated, sentences),
        thresholds=thresholds or Thresholds(),
        provenance=provenance(
            library, model, filters_in_force(filters), {"candidates": candidates}
        ),
        quote=asked,
        source=source,
        notes=tuple(notes),
    )
    return explain_listed(result, model, on_progress) if why else result


def scored_pool(
    library: Library, quote: str, stance_model: StanceModel, candidates: int = CANDIDATES
) -> list[Pair]:
    """Return all that a search reads for a quote of which only the words are known.

    One pair a statement, its strongest, and the statements with the same words as well:
    none is left out by a threshold or as the quote's own.
    """
    asked = Quote(clean_quote(quote))
    parts, _ = _parts(asked)
    vectors = _embedded(library, asked, parts)
    each = _for_each(candidates, parts)
    near = nearest_distinct(library, vectors, each, set())
    worded = _worded(library, parts, each // 2)
    alike = [distinct(library, part.tolist(), set()) for part in worded]
    scored = _score(library, asked, _candidates(near, alike), parts, vectors, stance_model, None)
    sentences = {part: Excerpt.of_quote(asked, part) for part in parts}
    strongest = _strongest(_with_copies(library, scored))
    return [_pair(entry, sentences[entry.part]) for entry in strongest]


def _with_copies(library: Library, scored: Sequence[_Scored]) -> list[_Scored]:
    """Return what was scored, followed by all other passages with the same words."""
    keys = library.words_keys([entry.row for entry in scored]).tolist()
    rows = defaultdict(list)
    for key, row, _ in library.rows_with_words(set(keys)):
        rows[key].append(row)
    copies = []
    for entry, key in zip(scored, keys, strict=True):
        for row in rows[key]:
            if row != entry.row:
                passage = library.passage(row)
                statement = library.statement(passage.statement_id)
                copies.append(replace(entry, row=row, passage=passage, statement=statement))
    return [*scored, *copies]


def readable(library: Library, filters: Filters) -> tuple[Filters, list[str]]:
    """Leave out statements in other languages than the stance model's, unless they are asked for.

    Returns the filters, and what the reader should know.
    """
    foreign = sum(n for name, n in library.languages.items() if not is_language(name, "en"))
    if filters.languages or not foreign:
        return filters, []
    note = (
        f"Statements that are not English, which is what the stance model reads, were left out "
        f"({foreign}): choose their language to have them read."
    )
    english = tuple(name for name in library.languages if is_language(name, "en"))
    return replace(filters, languages=english or ("en",)), [note]


def _parts(quote: Quote) -> tuple[list[str], list[str]]:
    """Return the sentences of a quote that are searched, and what the reader should know."""
    notes = language_notes(("The quote", quote.text))
    parts = split_quote(quote.text)
    if len(parts) > _MOST_PARTS:
        notes.append(
            f"The quote has {len(parts)} sentences; the first {_MOST_PARTS} were searched."
        )
    return parts[:_MOST_PARTS], notes


def _embedded(library: Library, quote: Quote, parts: Sequence[str]) -> NDArray[np.float32]:
    """Return the vectors of the parts, completed by the quote's context as passages are."""
    return library.encoder.encode([complete(part, quote.context) for part in parts])


def _who_is_known(quote: Quote) -> bool:
    return bool(quote.speaker or quote.role or quote.country or quote.date or quote.context)


def _who(statement: Statement) -> str:
    return ", ".join(part for part in (statement.speaker, statement.countries) if part) or "unknown"


def _for_each(candidates: int, parts: Sequence[str]) -> int:
    """Return how many passages are read for each sentence of a quote by closeness."""
    return max(candidates // len(parts), _LEAST_CANDIDATES)


def _worded(
    library: Library, parts: Sequence[str], k: int, allowed: NDArray[np.int64] | None = None
) -> list[NDArray[np.int64]]:
    """Return the k passages that share most words with each part."""
    return [library.full_text(part, k, allowed) for part in parts]


def _candidates(
    near: Sequence[Sequence[int]], worded: Sequence[Sequence[int]]
) -> list[tuple[int, int]]:
    """Return pairs (number of the part, passage row) to read: the nearest, and the worded alike."""
    pairs: dict[tuple[int, int], None] = {}
    for number, (by_vector, by_words) in enumerate(zip(near, worded, strict=True)):
        pairs.update(dict.fromkeys((number, row) for row in (*by_vector, *by_words)))
    return list(pairs)


def _score(
    library: Library,
    quote: Quote,
    pairs: Sequence[tuple[int, int]],
    parts: Sequence[str],
    vectors: NDArray[np.float32],
    model: StanceModel,
    on_progress: Progress | None,
) -> list[_Scored]:
    rows = sorted({row for _, row in pairs})
    passages = dict(zip(rows, library.passages(rows), strict=True))
    statements = {
        entry.id: entry
        for entry in library.statements(sorted({p.statement_id for p in passages.values()}))
    }
    cosines = np.clip(library.vectors(rows) @ vectors.T, -1, 1)  # of vectors in 16 bits
    closeness = dict(zip(rows, cosines, strict=True))
    sides = [quote_side(quote, part) for part in parts]
    read = [
        (sides[part], passage_side(statements[passages[row].statement_id], passages[row]))
        for part, row in pairs
    ]
    similarities = [float(closeness[row][part]) for part, row in pairs]
    probabilities, screened = score_candidates(model, read, similarities, on_progress)
    return [
        _Scored(
            parts[part],
            row,
            statements[passages[row].statement_id],
            passages[row],
            float(closeness[row][part]),
            Probabilities(*(float(value) for value in values)),
            bool(only),
        )
        for (part, row), values, only in zip(pairs, probabilities, screened, strict=True)
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
