"""Retrieve the candidates for a quote or a proposition.

The candidates for a quote are the passages most similar to it and those that share rare words with
it. The candidates for a proposition are the passages of each actor most similar to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import accumulate, chain, compress, takewhile
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compare.library import Filters
from compare.library.filters import applicable, parse_filters
from compare.library.index.base import Floats, Neighbours, Rows, RowSpans, Selection
from compare.library.passage_store import READ_AT_MOST, ActorPassages, occurrence, passages_by_actor
from compare.models.loading import ENCODER
from compare.results import MOST_OF_STATEMENT
from compare.safe_text import one_line
from compare.statements import (
    Quote,
    complete,
    country_key,
    fold,
    is_language,
    language_of,
    speaker_key,
    split_quote,
    unread_language,
)
from compare.statements.languages import language_code, language_name, language_names

if TYPE_CHECKING:
    from compare.library.library import OpenLibrary
    from compare.library.passage_store import PassageStore
    from compare.models import Encoder
    from compare.statements import Statement

SHARING_WORDS = 30
"""Number of passages read because they share rare words with a quote; at most half as many as
similar ones. If a quote has more than five sentences, it is six for each of them."""

UNJUDGED = 10
"""Most statements shown that are in languages which the stance model does not read."""

_LEAST_SIMILAR, _LEAST_SHARING_WORDS = 12, 6  # for each sentence of a quote
_MOST_PARTS = 12
_NEIGHBOURS = 10  # most similar passages, searched for the quote's own statement


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The candidates for a quote.

    Attributes:
        quote: The quote, with its speaker if its statement is in the library.
        parts: The sentences of the quote.
        vectors: Float32 [parts, dim]; if the quote has an opposite, its vector is one row more.
        contested: The sentence that the opposite answers, the most similar to it, by its number.
        pairs: Part number and row of each candidate.
        sources: The quote's own statements in the library; `own` has their rows.
        within: The passages that pass the filters; `filters` are those that could be applied.
        notes: Notes to the reader.
        quote_language: The code of the quote's language if the stance model does not read it, so
            that no pair with it can be judged and there are no candidates; else "".
        unread: Row and similarity of the most similar passages that cannot be judged, one of a
            statement, best first.
    """

    quote: Quote
    parts: Sequence[str]
    vectors: Floats
    contested: int
    pairs: Sequence[tuple[int, int]]
    sources: Sequence[Statement]
    own: Collection[int]
    filters: Filters
    within: Selection
    notes: Sequence[str]
    quote_language: str = ""
    unread: Sequence[tuple[int, float]] = ()


def retrieve(
    library: OpenLibrary,
    quote: Quote,
    filters: Filters,
    candidates: int,
    languages: tuple[str, ...],
    only: Rows | None = None,
) -> Retrieved:
    """Return the candidates for a quote: see `comparison.search.search`.

    `languages` are those that the stance model reads, empty if it reads any. A quote in another
    language has no candidates, since no pair with it can be judged.
    """
    store = library.store
    parts, notes = _parts(quote)
    if quote.opposite and (language := unread_language(quote.opposite, languages)):
        quote = replace(quote, opposite="")
        notes.append(
            f"The opposite looks {language_name(language)} and was left out: the stance model "
            f"reads {language_names(languages)}."
        )
    asked_for = filters
    filters, not_read = with_readable_languages(store, filters, languages)
    not_read += _not_found(store, library.encoder) if not_read else []
    notes = [*not_read, *notes]
    texts = [*parts, *filter(None, [quote.opposite])]
    each, sharing = _for_each(candidates, texts)
    with ThreadPoolExecutor(1) as executor:  # SQLite ranks words while the encoder runs
        ranking = executor.submit(_ranked_by_words, store, texts, sharing + _NEIGHBOURS)
        vectors = _embedded(library, quote, parts)
        nearest = store.nearest(vectors, 2 * each + _NEIGHBOURS)
        by_words = ranking.result()
    sources: list[Statement] = []
    if only is None:  # among new statements, one with the quote's words is one to find, not its own
        found, sources, told = _with_source(library, quote, nearest.rows[0][:_NEIGHBOURS])
        notes += told
        if found.context != quote.context:  # embed it with the context of its statement
            vectors = _embedded(library, found, parts)
            nearest = store.nearest(vectors, 2 * each + _NEIGHBOURS)
        quote = found
    filters, not_applied = applicable(filters, quote)
    notes += not_applied
    spans = store.rows_of([entry.id for entry in sources] or [quote.statement_id or ""])
    own = {row for span in spans.values() for row in span}
    within = readable(store, filters.excluding_own(quote), languages)
    if not len(within) and not len(store.select(asked_for)) and len(store):
        notes.append(f"No passage passes the filters. {why_nothing(store, filters)}")
    elif len(within):
        notes += unmatched(store, filters, if_several=True)
    if only is not None:
        within = RowSpans.of(only[within.holds(only)])
    # The first rankings still hold if nothing is filtered and few rows are the quote's own.
    everything = len(within) == len(store)
    if not everything or len(own) > _NEIGHBOURS:
        by_words = _ranked_by_words(store, texts, sharing + len(own), within)
    similar = _nearest_distinct(store, vectors, each, own, within, nearest if everything else None)
    sharing_words = [rows[:sharing] for rows in _distinct(store, by_words, own)]
    contested = int((vectors[: len(parts)] @ vectors[-1]).argmax())
    # Of each part, then of the opposite: first the similar passages, then those by words.
    ends = zip((*range(len(parts)), contested), similar, sharing_words, strict=False)
    pairs = list(dict.fromkeys((part, row) for part, *rows in ends for row in chain(*rows)))
    unread = _unread_source(sources, quote, languages) or unread_language(quote.text, languages)
    if unread:
        pairs = []
        notes = [_not_judged(unread, languages), *notes[len(not_read) :]]
    others = None if only is not None else _others(library, quote, asked_for, languages, unread)
    nearest_others = _nearest_statements(library, vectors[: len(parts)], own, others)
    return Retrieved(
        *(quote, parts, vectors, contested, pairs, sources, own, filters, within, notes),
        unread,
        nearest_others,
    )


def _unread_source(sources: Sequence[Statement], quote: Quote, languages: tuple[str, ...]) -> str:
    """Return the language of the quote's own statement if the stance model does not read it."""
    for source in sources[:1]:
        tag = language_code(source.language)
        if languages and not is_language(tag, *languages) and quote.text in source.text:
            return tag
    return ""


def _not_judged(language: str, languages: tuple[str, ...]) -> str:
    return (
        f"The quote looks {language_name(language)}. The stance model reads "
        f"{language_names(languages)} and gives no verdicts on it: paste a translation to see who "
        "agrees and who opposes."
    )


def _others(
    library: OpenLibrary,
    quote: Quote,
    filters: Filters,
    languages: tuple[str, ...],
    unread: str,
) -> Selection:
    """Select what no verdict can be given on: all if the quote is not read, else what is not."""
    store = library.store
    filters = applicable(filters, quote)[0].excluding_own(quote)
    if unread:
        return store.select(filters)
    return unreadable(store, filters, languages, library.encoder.languages)


def _nearest_statements(
    library: OpenLibrary, vectors: Floats, own: Collection[int], within: Selection | None
) -> list[tuple[int, float]]:
    """Return the row and similarity of the most similar passages, one of a statement."""
    if within is None or not len(within):
        return []
    store, k = library.store, 2 * UNJUDGED
    while True:
        nearest = _nearest_distinct(store, vectors, k, own, within)
        rows = [*dict.fromkeys(chain(*nearest))]
        cosines = (store.vectors(np.array(rows, np.int64)) @ vectors.T).max(1, initial=-1)
        best: dict[str, tuple[int, float]] = {}
        for cosine, row, passage in sorted(
            zip(cosines.clip(-1, 1).tolist(), rows, library.passages(rows), strict=True),
            key=lambda one: -one[0],
        ):
            best.setdefault(passage.statement_id, (row, cosine))
        if len(best) >= UNJUDGED or max(map(len, nearest)) < k:
            return [*best.values()][:UNJUDGED]
        k *= 4


def readable(store: PassageStore, filters: Filters, languages: tuple[str, ...]) -> Selection:
    """Select what passes the filters, but nothing that the stance model cannot read.

    `languages` are those that it reads, empty for any; `filters` have been through
    `with_readable_languages`.
    """
    within = store.select(filters)
    if not languages or all(is_language(tag, *languages) for tag in filters.languages):
        return within
    return _among(within, _in_readable(store, languages), read=True)


def unreadable(
    store: PassageStore, filters: Filters, languages: tuple[str, ...], embeds: tuple[str, ...]
) -> Selection:
    """Select what passes the filters and is in a language that only the encoder can read.

    `embeds` are the languages that the encoder reads, empty for any.
    """
    tags = [tag for tag in store.languages() if languages and not is_language(tag, *languages)]
    tags = [tag for tag in tags if not embeds or is_language(tag, *embeds)]
    if not tags:
        return RowSpans.whole(0)
    within = store.select(replace(filters, languages=filters.languages or tuple(tags)))
    if filters.languages:
        within = _among(within, store.select(Filters(languages=tuple(tags))), read=True)
    return _among(within, _in_readable(store, languages), read=False)


def without_added_languages(
    store: PassageStore, filters: Filters, languages: tuple[str, ...]
) -> Filters:
    """Return the filters as they were before `with_readable_languages`."""
    typed = replace(filters, languages=())
    return typed if with_readable_languages(store, typed, languages)[0] == filters else filters


def _in_readable(store: PassageStore, languages: tuple[str, ...]) -> Selection:
    tags = tuple(tag for tag in store.languages() if is_language(tag, *languages))
    return store.select(Filters(languages=tags or languages))


def _among(within: Selection, others: Selection, *, read: bool) -> Selection:
    found = [block[others.holds(block) == read] for block in within.blocks()]
    rows = np.concatenate([np.zeros(0, np.int64), *found])
    return RowSpans(rows, rows + 1)


def unmatched(store: PassageStore, filters: Filters, *, if_several: bool = False) -> list[str]:
    """Return a sentence for each value of the filters that no passage has.

    With `if_several`, a value that is the only one of its filter is left out.
    """
    said = []
    for entry, attribute, values in filters.chosen():
        for value in values if not entry.excludes and len(values) > if_several else ():
            if not len(store.select(parse_filters({entry.name: [value]}))):
                facets = store.facets().get(entry.name, ())
                known = {fold(one): one for facet in facets for one in facet.spellings}
                like = get_close_matches(fold(value), known, 1)
                meant = f": is {one_line(known[like[0]])} meant?" if like else "."
                shown = one_line(value) or "“not given”"
                said.append(f"No passage has the {attribute.name} {shown}{meant}")
    return said


def why_nothing(store: PassageStore, filters: Filters, notes: Sequence[str] = ()) -> str:
    """Return why nothing is read, in sentences: the filters, or else what `notes` say of languages.

    `filters` are those that were given, without languages added to them.
    """
    said = notes if len(store.select(filters)) else unmatched(store, filters)
    return " ".join(said) or "Loosen the filters."


def with_readable_languages(
    store: PassageStore, filters: Filters, languages: tuple[str, ...]
) -> tuple[Filters, list[str]]:
    """Exclude languages the stance model cannot read, unless requested.

    Returns the filters and notes to the reader. `languages` is empty if the model reads any.
    """
    if not languages:
        return filters, []
    if filters.languages:
        unread = [tag for tag in filters.languages if not is_language(tag, *languages)]
        return filters, [_not_read(unread, languages)] if unread else []
    counts = store.languages()
    read = tuple(name for name in counts if is_language(name, *languages))
    if not (left_out := sum(counts.values()) - sum(counts[name] for name in read)):
        return filters, []
    return replace(filters, languages=read or languages), [
        _not_read([tag for tag in counts if tag not in read], languages, left_out)
    ]


def _not_read(tags: Sequence[str], languages: tuple[str, ...], count: int = 0) -> str:
    """Return the note on languages that the stance model does not read."""
    many = f" ({count:,} {'statement' if count == 1 else 'statements'})" if count else ""
    return (
        f"The stance model reads {language_names(languages)}. What is in {language_names(tags)}"
        f"{many} is not judged unless it has an English translation, which compare translate can "
        "add."
    )


def _not_found(store: PassageStore, encoder: Encoder) -> list[str]:
    """Return a note on the languages of a library that its encoder does not read."""
    embeds = encoder.languages
    tags = [tag for tag in store.languages() if embeds and not is_language(tag, *embeds)]
    if not tags:
        return []
    return [
        f"What is in {language_names(tags)} is not found by meaning either: the encoder, "
        f"{encoder.name}, reads {language_names(embeds)}."
        + (" Build the library again with another encoder." if encoder.name == ENCODER else "")
    ]


def _parts(quote: Quote) -> tuple[list[str], list[str]]:
    """Return the sentences of a quote to search for, and notes to the reader."""
    notes = []
    parts = [*dict.fromkeys(split_quote(quote.text, language_of(quote.text)))]
    if len(parts) > _MOST_PARTS:
        notes.append(
            f"The quote has {len(parts)} sentences; the first {_MOST_PARTS} were searched."
        )
    return parts[:_MOST_PARTS], notes


def _embedded(library: OpenLibrary, quote: Quote, parts: Sequence[str]) -> Floats:
    """Embed the parts with the quote's context, as passages are embedded, then its opposite."""
    texts = [complete(part, quote.context) for part in parts]
    return library.encoder.encode([*texts, *filter(None, [quote.opposite])])


def _for_each(candidates: int, parts: Sequence[str]) -> tuple[int, int]:
    """Return, for each text, the number of similar passages and of those that share words."""
    similar = max(candidates // len(parts), _LEAST_SIMILAR)
    return similar, min(similar // 2, max(SHARING_WORDS // len(parts), _LEAST_SHARING_WORDS))


def _ranked_by_words(
    store: PassageStore, parts: Sequence[str], k: int, within: Selection | None = None
) -> list[Rows]:
    return [store.ranked_by_words(part, k, within) for part in parts]


# -- Duplicates ----------------------------------------------------------------------------------


def duplicates(
    store: PassageStore, rows: Sequence[int], within: Selection | None = None
) -> dict[int, list[tuple[int, str]]]:
    """Return, for each row, row and statement id of all selected passages with the same words."""
    keys = store.words(np.array(rows, np.int64)).tolist()
    same_words = store.with_words(set(keys))
    selected = [True] * len(same_words)
    if within is not None:
        selected = within.holds(np.array([row for _, row, _ in same_words], np.int64)).tolist()
    by_key: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for key, row, statement_id in compress(same_words, selected):
        by_key[key].append((row, statement_id))
    return {row: by_key[key] for row, key in zip(rows, keys, strict=True)}


def repetitions(
    library: OpenLibrary, rows: Sequence[int], leave_out: Collection[int], within: Selection
) -> dict[int, list[Statement]]:
    """Return, for each row, the other statements with its words, except those in `leave_out`."""
    by_row = duplicates(library.store, rows, within)
    own = [passage.statement_id for passage in library.passages(rows)]
    ids = {
        row: dict.fromkeys(i for at, i in by_row[row] if at not in leave_out and i != statement_id)
        for row, statement_id in zip(rows, own, strict=True)
    }
    wanted = sorted({statement_id for others in ids.values() for statement_id in others})
    statements = dict(zip(wanted, library.statements(wanted), strict=True))
    return {row: [statements[other] for other in others] for row, others in ids.items()}


def by_date(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Sort statements by date and id, those without a date first."""
    return tuple(sorted(statements, key=lambda s: (s.date.iso if s.date else "", s.id)))


def _distinct(
    store: PassageStore, lists: Iterable[Rows], leave_out: Collection[int]
) -> list[list[int]]:
    """Return each list without the rows to leave out and without duplicates."""
    distinct = []
    for rows in lists:
        kept = np.array([row for row in rows.tolist() if row not in leave_out], np.int64)
        distinct.append(kept[occurrence(store.words(kept)) == 0].tolist())
    return distinct


def _nearest_distinct(
    store: PassageStore,
    vectors: Floats,
    k: int,
    leave_out: Collection[int],
    within: Selection,
    neighbours: Neighbours | None = None,
) -> list[list[int]]:
    """Return the k passages most similar to each vector, without duplicates, best first.

    `neighbours` were fetched before; more are fetched if duplicates leave fewer than k.
    """
    fetch = 0
    while True:
        if neighbours is None:
            fetch = max(2 * (k + len(leave_out)), 4 * fetch)
            neighbours = store.nearest(vectors, fetch, within)
        rows = [part[:k] for part in _distinct(store, neighbours.rows, leave_out)]
        if neighbours.rows.shape[1] >= len(within) or min(map(len, rows)) >= k:
            return rows
        fetch, neighbours = neighbours.rows.shape[1], None


# -- The quote's own statement -------------------------------------------------------------------


def own_statements(library: OpenLibrary, quote: Quote, rows: Iterable[int]) -> list[Statement]:
    """Return the statements that the quote comes from, first the one with its id.

    The others are statements of `rows` in which the quote's words are whole sentences, unless the
    quote is known to be from another speaker.
    """
    wanted = fold(quote.text)
    ids = dict.fromkeys(filter(None, [quote.statement_id]))
    ids |= dict.fromkeys(
        p.statement_id
        for p in library.passages(rows)
        if fold(p.text) in wanted or fold(p.read) in wanted
    )
    rows_of = library.store.rows_of(ids)

    def own(statement: Statement) -> bool:
        passages = library.passages(rows_of[statement.id])
        texts = ([fold(p.text) for p in passages], [fold(p.read) for p in passages])
        return _may_be_own(quote, statement) and any(_holds(wanted, each) for each in texts)

    statements = library.statements(ids)
    return [each for each in statements if each.id == quote.statement_id or own(each)]


def _with_source(
    library: OpenLibrary, quote: Quote, near: Rows
) -> tuple[Quote, list[Statement], list[str]]:
    """Return a quote, with what is known of its own statement, its statements, and notes."""
    sources, notes = own_statements(library, quote, near), []
    if sources and not _who_is_known(quote):
        said = Quote.from_statement(sources[0])
        quote = replace(said, text=quote.text, opposite=quote.opposite)
        sources = [entry for entry in sources if _may_be_own(quote, entry)]
        notes.append(
            f"The quote is in the library, said by {_who(sources[0])} (statement {sources[0].id})."
        )
    if others := sources[1:]:
        notes.append(f"The same words are in {', '.join(entry.id for entry in others)}, too.")
    return quote, sources, notes


def _holds(wanted: str, sentences: Sequence[str]) -> bool:
    """Return whether the wanted words are exactly one or more consecutive sentences."""
    # Whole sentences only: "It is false that ..." before the words would reverse them.
    joined = (accumulate(sentences[first:], "{} {}".format) for first in range(len(sentences)))
    return any(wanted in takewhile(lambda text: len(text) <= len(wanted), each) for each in joined)


def _may_be_own(quote: Quote, statement: Statement) -> bool:
    """Tell whether a statement with the quote's words can be its source: the same actor."""
    if quote.speaker and statement.speaker:
        return speaker_key(quote.speaker) == speaker_key(statement.speaker)
    own, others = (set(map(country_key, each.country)) for each in (quote, statement))
    return not own or not others or bool(own & others)


def _who_is_known(quote: Quote) -> bool:
    return bool(quote.speaker or quote.role or quote.country or quote.date or quote.context)


def _who(statement: Statement) -> str:
    return ", ".join(part for part in (statement.speaker, statement.countries) if part) or "unknown"


# -- Propositions ----------------------------------------------------------------------------------


def nearest_to(library: OpenLibrary, ends: Sequence[str], within: Selection, most: int) -> Rows:
    """Return the rows of the passages nearest to a proposition or its opposite, ascending.

    Of each end these are the `most` most similar ones, and a quarter as many that share rare words
    with it, without duplicates: of these the one with the narrowest date, then the earliest. A
    statement has at most three in each of these lists, so that one long speech does not crowd out
    others.
    """
    store = library.store

    def once(rows: Rows) -> Rows:
        known = store.metadata(rows)
        days = np.where(known.first_day > 0, known.last_day - known.first_day, np.inf)
        order = np.lexsort((known.first_day, days))
        first_rows: Rows = rows[np.sort(order[occurrence(known.words[order]) == 0])]
        return first_rows

    def distinct(rows: Rows, most: int) -> Rows:
        rows = once(rows)
        return rows[occurrence(store.metadata(rows).statement) < MOST_OF_STATEMENT][:most]

    nearest = store.nearest(library.encoder.encode([*ends]), 3 * most, within).rows
    every = [distinct(rows, most) for rows in nearest]
    for text in ends:
        every.append(distinct(store.ranked_by_words(text, most, within), most // 4))
    return once(np.unique(np.concatenate(every)))


def nearest_per_actor(
    library: OpenLibrary,
    ends: Sequence[str],
    kind: str,
    *,
    least: float,
    most_each: int,
    within: Selection | None = None,
) -> tuple[ActorPassages, Rows]:
    """Return each actor's passages to read, and how many similar passages each actor has.

    Every selected passage is compared with the proposition, and with its opposite if it has one,
    since the most similar ones in the library belong to the actors that speak most. An actor's
    duplicates count once, and a statement has at most three passages, so that one long speech does
    not crowd out others.

    Args:
        library: The library to search.
        ends: The proposition, one sentence, and its opposite, if it has one.
        kind: Kind of the actors, one of `library.actors.KINDS`.
        least: Minimum cosine.
        most_each: See `MOST_PER_ACTOR`.
        within: The selected passages; None for all.
    """
    store = library.store
    similar = [
        passages_by_actor(store, kind, *store.at_least(query, least, within))
        for query in library.encoder.encode(list(ends))
    ]
    passages = _most_similar(similar) if len(similar) > 1 else similar[0]
    counts = np.bincount(passages.actor, minlength=len(store.actors(kind)))
    passages = passages.take(
        occurrence(passages.actor, store.metadata(passages.row).statement) < MOST_OF_STATEMENT
    )
    chosen = occurrence(passages.actor) < most_each
    for text in ends:
        by_words = store.ranked_by_words(text, READ_AT_MOST, within)
        chosen |= _first_by_words(passages, by_words, most_each // 2)
    return passages.take(chosen), counts


def _most_similar(similar: Sequence[ActorPassages]) -> ActorPassages:
    """Return the passages of several queries, each once for an actor, the most similar first."""
    every = ActorPassages(*map(np.concatenate, zip(*similar, strict=True)))
    every = every.take(np.lexsort((every.row, -every.similarity, every.actor)))
    return every.take(occurrence(every.actor, every.row) == 0)


def _first_by_words(passages: ActorPassages, by_words: Rows, most: int) -> NDArray[np.bool_]:
    """Tell which passages are among their actor's first `most` in `by_words`."""
    place = {row: n for n, row in enumerate(by_words.tolist())}
    ranks = np.array([place.get(row, len(place)) for row in passages.row.tolist()], np.int64)
    order = np.argsort(ranks, kind="stable")
    first = np.zeros(len(ranks), bool)
    first[order] = occurrence(passages.actor[order]) < most
    return first & (ranks < len(place))
