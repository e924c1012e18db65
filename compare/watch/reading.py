"""Find the new statements of a library, the entries of a watch, and the words of each entry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from compare.results import Excerpt, Pair, Result, Stance
from compare.statements import words_key
from compare.watch.document import RECORD, Kept, KeptEntry
from compare.watch.values import Entry, Watch

if TYPE_CHECKING:
    from compare.library.library import OpenLibrary
    from compare.progress import Progress
    from compare.statements import Passage, Statement

_AT_ONCE = 5_000


def survey(
    library: OpenLibrary, known: bytes = b"", on_progress: Progress | None = None
) -> tuple[bytes, list[str]]:
    """Return a record of each statement, sorted, and the ids of those that are not known.

    A record is the first bytes of the sha256 of the id, words and context. Other fields do not
    count: a corrected venue is no news, and a statement with other words is a new one.
    `on_progress` reports statements read.
    """
    before = np.frombuffer(known, f"S{RECORD}")
    parts, new = [np.zeros(0, f"S{RECORD}")], []
    done, every = 0, library.store.all_statements()
    while statements := [*islice(every, _AT_ONCE)]:
        parts.append(np.frombuffer(b"".join(map(_record, statements)), f"S{RECORD}"))
        first, after = (np.searchsorted(before, parts[-1], side) for side in ("left", "right"))
        new += [statements[number].id for number in np.flatnonzero(first == after).tolist()]
        done += len(statements)
        if on_progress:
            on_progress(done, len(library))
    return np.sort(np.concatenate(parts)).tobytes(), new


def _record(statement: Statement) -> bytes:
    texts = [statement.id, statement.text, statement.context]
    said = json.dumps([*texts, *filter(None, [statement.translation])])
    return hashlib.sha256(said.encode()).digest()[:RECORD]


def listed_entries(
    library: OpenLibrary, watch: Watch, result: Result, now: str
) -> Iterator[KeptEntry]:
    """Yield an entry for each statement that a search of a watch lists, but for no unsure one."""
    for stance in (Stance.AGREE, Stance.OPPOSE):
        for pair in result.listed(stance):
            if result.is_unsure(pair):
                continue
            key = words_key(pair.b.text, pair.b.context)
            ids = [one.id for one in (pair.b.statement, *pair.b.repeats)]
            for statement, rows in library.store.rows_of(ids).items():
                passages = library.passages(rows)
                said = next(one for one in passages if words_key(one.text, one.context) == key)
                yield KeptEntry(
                    _entry_id(watch, said),
                    now,
                    statement,
                    stance,
                    pair.probabilities,
                    pair.similarity,
                    result.provenance.label_source_of(pair),
                )


def with_words(library: OpenLibrary, kept: Kept) -> tuple[Entry, ...]:
    """Return the entries whose words are in the library, the newest first."""
    watch = kept.watch
    spans = library.store.rows_of({one.statement for one in kept.entries})
    passages = library.passages([row for rows in spans.values() for row in rows])
    there = {_entry_id(watch, passage): passage for passage in passages}
    statements = library.store.statements(spans)
    quote = Excerpt.of_quote(watch.quote, watch.quote.text)
    found = []
    for one in kept.entries:
        if passage := there.get(one.id):
            side = Excerpt(statements[one.statement], passage)
            pair = Pair(quote, side, one.probabilities, one.similarity)
            found.append(Entry(one.id, one.found, one.stance, pair, one.label_source))
    return tuple(sorted(found, key=lambda entry: entry.found, reverse=True))


def _entry_id(watch: Watch, passage: Passage) -> str:
    parts = [watch.name, watch.created, watch.quote.text]
    parts += [passage.statement_id, passage.read, passage.context]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
