"""What a watch finds: its baseline, and its entries after the library has changed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import numpy as np

from compare.comparison.search import search
from compare.results import Excerpt, Pair, Result, Stance
from compare.statements import Passage, Statement, speaker_key, words_key
from compare.watch.values import Before, Entry, EntryKind, entry_id, only_words

if TYPE_CHECKING:
    from compare.library.index.base import Rows
    from compare.library.library import Library
    from compare.models import StanceModel
    from compare.progress import Progress
    from compare.watch.document import Kept
    from compare.watch.known import Changes

NEARLY_THE_SAME = 0.8
"""The least ratio (`difflib`) of two passages of which one is the other, corrected."""

_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class _Found:
    """A statement as a search lists it."""

    stance: Stance
    pair: Pair
    label_source: str

    @property
    def side(self) -> Excerpt:
        return self.pair.b


def baseline(library: Library, name: str, result: Result, now: str) -> list[Entry]:
    """Return the entries of what a result lists, for the watch `name` that is added `now`."""
    return [
        _entry(name, EntryKind.BASELINE, now, found.side.statement, found.side.passage, found)
        for found in _listed(library, result).values()
    ]


def without_gone(library: Library, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return entries without the words of statements that are not in the library."""
    entries = tuple(entries)
    ids = sorted({entry.statement.id for entry in entries})
    starts = range(0, len(ids), _AT_ONCE)
    there = {one for n in starts for one in library.store.rows_of(ids[n : n + _AT_ONCE])}
    return tuple(one if one.statement.id in there else one.without_words() for one in entries)


def entries_after(
    library: Library,
    kept: Kept,
    changes: Changes,
    now: str,
    stance_model: StanceModel | None = None,
    on_progress: Progress | None = None,
) -> tuple[Entry, ...]:
    """Return the entries of a watch after a run, the oldest first.

    Entries of statements whose words are unchanged get the other fields as they are now; those of
    statements that are gone lose their words.

    Args:
        library: The library as it is now.
        kept: The watch with its entries.
        changes: The statements that are new to it, or whose words changed.
        now: The time of the run.
        stance_model: None for the library's.
        on_progress: Called while pairs are scored.
    """
    watch = kept.watch
    rows = _rows(library, [*changes.new, *changes.changed])
    found: dict[str, _Found] = {}
    if len(rows):
        result = search(
            library,
            watch.quote,
            stance_model=stance_model,
            filters=watch.filters,
            thresholds=watch.thresholds,
            candidates=watch.candidates,
            only=rows,
            on_progress=on_progress,
        )
        found = _listed(library, result)
    reading = _Reading(library, watch.name, now, found)
    reading.follow(kept.entries, changes)
    for statement_id in [*changes.new, *changes.changed]:
        reading.add_new(statement_id)
    return without_gone(library, (*reading.entries, *reading.added))


class _Reading:
    """The entries of one watch during a run."""

    def __init__(self, library: Library, name: str, now: str, found: Mapping[str, _Found]) -> None:
        self._library, self._name, self._now, self._found = library, name, now, found
        self._taken: set[str] = set()  # ids of statements that need no entry of their own
        self._latest: dict[str, Entry] = {}
        self.entries: list[Entry] = []
        self.added: list[Entry] = []

    def follow(self, entries: Sequence[Entry], changes: Changes) -> None:
        """Follow the statements of the entries: unchanged, corrected, under another id, gone."""
        self._latest = {entry.statement.id: entry for entry in entries}
        there = _present(self._library, self._latest)
        changed = set(changes.changed)
        gone: list[Entry] = []
        renewed: dict[str, Statement] = {}
        for statement_id, entry in self._latest.items():
            if not entry.in_library:
                continue
            if statement_id not in there:
                gone.append(entry)
                continue
            statement = there[statement_id]
            if statement_id in changed and self._is_corrected(entry, statement):
                self._taken.add(statement_id)
                continue
            self._taken.add(statement_id)
            renewed[statement_id] = statement
        moved = self._follow_to_new_ids(gone, changes.new)
        self.entries = [
            _renewed(one, renewed.get(one.statement.id) or moved.get(one.id)) for one in entries
        ]

    def add_new(self, statement_id: str) -> None:
        """Add an entry for a statement that is found, unless it was followed already."""
        if (found := self._found.get(statement_id)) and statement_id not in self._taken:
            side, after = found.side, self._latest.get(statement_id)
            self.added.append(
                _entry(
                    self._name, EntryKind.NEW, self._now, side.statement, side.passage, found, after
                )
            )

    def _is_corrected(self, entry: Entry, statement: Statement) -> bool:
        """Add an entry if a statement's words, as far as they were found, are corrected."""
        found, before = self._found.get(statement.id), entry.statement
        still_there = before.context == statement.context and before.text in statement.text
        if found is None:
            if still_there or entry.stance is None:
                return False
            passage = _nearest(self._library, statement, before.text)[1]
        else:
            passage = found.side.passage
            if still_there and passage.text == before.text:
                return False
        said = Before(before.id, before.text, before.context, entry.stance)
        kind, now = EntryKind.CORRECTED, self._now
        added = _entry(self._name, kind, now, statement, passage, found, entry)
        self.added.append(replace(added, before=said))
        return True

    def _follow_to_new_ids(self, gone: Sequence[Entry], new: Sequence[str]) -> dict[str, Statement]:
        """Find the new statements that are statements gone, with nearly the same words.

        Returns those with the very same words, by the id of the entry.
        """
        same: dict[str, Statement] = {}
        if not (gone and new):
            return same
        by_origin: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in gone:
            by_origin[_origin(entry.statement)].append(entry)
        choices = [
            (ratio, entry, statement)
            for statement in _each(self._library, new)
            for entry in by_origin.get(_origin(statement), ())
            if _same_source(entry.statement, statement)
            and (ratio := _nearest(self._library, statement, entry.statement.text)[0])
            >= NEARLY_THE_SAME
        ]
        followed: set[str] = set()
        for _, entry, statement in sorted(choices, key=lambda one: (-one[0], one[1].id, one[2].id)):
            if entry.id in followed or statement.id in self._taken:
                continue
            followed.add(entry.id)
            self._taken.add(statement.id)
            if not self._is_corrected(entry, statement):
                same[entry.id] = statement
        return same


def _entry(
    name: str,
    kind: EntryKind,
    now: str,
    statement: Statement,
    passage: Passage,
    found: _Found | None,
    after: Entry | None = None,
) -> Entry:
    return Entry(
        entry_id(name, statement, after),
        kind,
        now,
        only_words(statement, passage.text, passage.context, passage.start),
        found.stance if found else None,
        found.pair.probabilities if found else None,
        found.pair.similarity if found else None,
        found.label_source if found else after.label_source if after else "",
    )


def _renewed(entry: Entry, statement: Statement | None) -> Entry:
    """Return an entry with a statement's fields as they are now, if its words are still there."""
    words = entry.statement
    if statement is None or not words.text:
        return entry
    if words.text not in statement.text or words.context != statement.context:
        return entry
    # Among equal words, those on the page that is known.
    starts = [found.start() for found in re.finditer(re.escape(words.text), statement.text)]
    start = next((at for at in starts if statement.page_of(at) == words.page_of(0)), starts[0])
    return replace(entry, statement=only_words(statement, words.text, words.context, start))


# -- What a search lists -------------------------------------------------------------------------


def _listed(library: Library, result: Result) -> dict[str, _Found]:
    """Return the statements that agree or oppose, not the unsure ones, by id."""
    found: dict[str, _Found] = {}
    for stance in (Stance.AGREE, Stance.OPPOSE):
        for pair in result.listed(stance):
            if result.is_unsure(pair):
                continue
            source = result.provenance.label_source_of(pair)
            for one in (pair, *_repeated(library, pair)):
                found.setdefault(one.b.statement.id, _Found(stance, one, source))
    return found


def _repeated(library: Library, pair: Pair) -> Iterator[Pair]:
    """Yield the pair once for each other statement with the same words."""
    if not pair.b.repeats:
        return
    key = words_key(pair.b.text, pair.b.context)
    spans = library.store.rows_of([one.id for one in pair.b.repeats])
    for statement in pair.b.repeats:
        for passage in library.passages(spans.get(statement.id, ())):
            if words_key(passage.text, passage.context) == key:
                yield replace(pair, b=Excerpt(statement, passage))
                break


# -- The library ---------------------------------------------------------------------------------


def _rows(library: Library, ids: Sequence[str]) -> Rows:
    """Return the rows of all passages of these statements."""
    spans = [
        np.arange(span.start, span.stop, dtype=np.int64)
        for start in range(0, len(ids), _AT_ONCE)
        for span in library.store.rows_of(ids[start : start + _AT_ONCE]).values()
    ]
    return np.concatenate([np.zeros(0, np.int64), *spans])


def _present(library: Library, ids: Collection[str]) -> dict[str, Statement]:
    """Return the statements of these ids that are in the library."""
    return {statement.id: statement for statement in _each(library, [*ids])}


def _each(library: Library, ids: Sequence[str]) -> Iterator[Statement]:
    for start in range(0, len(ids), _AT_ONCE):
        yield from library.store.statements(ids[start : start + _AT_ONCE]).values()


def _origin(statement: Statement) -> tuple[str, str]:
    return speaker_key(statement.speaker), statement.date.iso if statement.date else ""


def _same_source(one: Statement, other: Statement) -> bool:
    by_url = bool(one.url) and one.url == other.url
    return by_url or (bool(one.source) and one.source == other.source)


def _nearest(library: Library, statement: Statement, words: str) -> tuple[float, Passage]:
    """Return a statement's passage most like these words, with the ratio of the two."""
    passages = library.passages(library.store.rows_of([statement.id]).get(statement.id, ()))
    best = 0.0, passages[0] if passages else Passage(statement.id, 0, 0, "", statement.context)
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(words)
    for passage in passages:
        matcher.set_seq1(passage.text)
        if matcher.real_quick_ratio() > best[0] and matcher.quick_ratio() > best[0]:
            best = max(best, (matcher.ratio(), passage), key=lambda one: one[0])
    return best
