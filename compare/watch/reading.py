"""What a watch finds: its baseline, and its entries after the library has changed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from compare.comparison.search import search
from compare.results import Excerpt, Pair, Result, Stance
from compare.statements import Passage, Statement, fold, speaker_key, words_key
from compare.watch.values import Before, Entry, EntryKind, Watch, entry_id

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
_RAREST, _MOST_SHARING, _MOST_COMPARED, _LEAST_OVERLAP = 5, 200, 10, 0.4


class _Found(NamedTuple):
    """A statement as a search lists it."""

    stance: Stance
    pair: Pair
    label_source: str


def baseline(library: Library, watch: Watch, result: Result) -> list[Entry]:
    """Return the entries of what a result lists, for a watch that is added."""
    listed = _listed(library, result).values()
    return [_entry(watch, EntryKind.BASELINE, watch.created, one.pair.b, one) for one in listed]


def without_gone(
    library: Library, entries: Sequence[Entry], when: str | None = None
) -> tuple[Entry, ...]:
    """Return entries without the words of statements that are not in the library.

    `when` is the time of removal if the entries are kept so, None if they are only shown.
    """
    there = library.store.rows_of({entry.statement.id for entry in entries})
    return tuple(one if one.statement.id in there else one.without_words(when) for one in entries)


def entries_after(
    library: Library,
    kept: Kept,
    changes: Changes,
    now: str,
    stance_model: StanceModel | None = None,
    on_progress: Progress | None = None,
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Return the entries of a watch after a run, the oldest first: those before, and new ones.

    Entries of statements whose words are unchanged get the other fields as they are now; those of
    statements that are gone lose their words.

    Args:
        library: The library as it is now.
        kept: The watch with its entries.
        changes: The statements that are new to it, or whose words changed.
        now: The time of the run.
        stance_model: None for the library's.
        on_progress: Called while pairs are scored, and statements followed.
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
    reading = _Reading(library, watch, now, found, on_progress)
    reading.follow(kept.entries, changes)
    for statement_id in [*changes.new, *changes.changed]:
        reading.add_new(statement_id)
    return without_gone(library, reading.entries, now), tuple(reading.added)


@dataclass(slots=True)
class _Reading:
    """The entries of one watch during a run."""

    library: Library
    watch: Watch
    now: str
    found: Mapping[str, _Found]
    on_progress: Progress | None
    taken: set[str] = field(default_factory=set)
    """Ids of statements that need no entry of their own."""
    latest: dict[str, Entry] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    added: list[Entry] = field(default_factory=list)

    def follow(self, entries: Sequence[Entry], changes: Changes) -> None:
        """Follow the statements of the entries: unchanged, corrected, under another id, gone."""
        self.latest = {entry.statement.id: entry for entry in entries}
        there = {one.id: one for one in _each(self.library, [*self.latest])}
        changed = set(changes.changed)
        gone: list[Entry] = []
        renewed: dict[str, Statement] = {}
        for statement_id, entry in self.latest.items():
            if not entry.in_library:
                continue
            if statement_id not in there:
                gone.append(entry)
                continue
            statement = there[statement_id]
            self.taken.add(statement_id)
            if statement_id not in changed or not self._is_corrected(entry, statement):
                renewed[statement_id] = statement
        moved = self._follow_to_new_ids(gone, changes.new) if gone and changes.new else {}
        self.entries = [
            _renewed(one, renewed.get(one.statement.id) or moved.get(one.id)) for one in entries
        ]

    def add_new(self, statement_id: str) -> None:
        """Add an entry for a statement that is found, unless it was followed already."""
        if (found := self.found.get(statement_id)) and statement_id not in self.taken:
            after = self.latest.get(statement_id)
            self.added.append(
                _entry(self.watch, EntryKind.NEW, self.now, found.pair.b, found, after)
            )

    def _is_corrected(self, entry: Entry, statement: Statement) -> bool:
        """Add an entry if the words that were found in a statement are corrected."""
        found, before = self.found.get(statement.id), entry.statement
        still_there = before.context == statement.context and before.text in statement.text
        if found is None:
            if still_there or entry.stance is None:
                return False
            passages = _passages(self.library, statement)
            side = Excerpt(statement, _nearest(passages, before.text))
        else:
            side = found.pair.b
            if still_there and side.text == before.text:
                return False
        said = Before(before.id, before.text, before.context, entry.stance)
        added = _entry(self.watch, EntryKind.CORRECTED, self.now, side, found, entry)
        self.added.append(replace(added, before=said))
        return True

    def _follow_to_new_ids(self, gone: Sequence[Entry], new: Sequence[str]) -> dict[str, Statement]:
        """Find the new statements that are statements gone, with nearly the same words.

        Returns those with the very same words, by the id of the entry.
        """
        before = _Gone(gone)
        choices = []
        for number, statement in enumerate(_each(self.library, new)):
            if self.on_progress and not number % _AT_ONCE:
                self.on_progress(number, len(new))
            if not before.has_origin_of(statement):
                continue
            for passage in _passages(self.library, statement):
                for entry in before.likely(statement, passage):
                    ratio = _ratio(passage.text, entry.statement.text, NEARLY_THE_SAME)
                    if ratio >= NEARLY_THE_SAME:
                        choices.append((ratio, entry, statement))
        same: dict[str, Statement] = {}
        followed: set[str] = set()
        for _, entry, statement in sorted(choices, key=lambda one: (-one[0], one[1].id, one[2].id)):
            if entry.id in followed or statement.id in self.taken:
                continue
            followed.add(entry.id)
            self.taken.add(statement.id)
            if not self._is_corrected(entry, statement):
                same[entry.id] = statement
        return same


class _Gone:
    """Entries whose statements are gone, by speaker, date and parts of words."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._with: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
        for entry in entries:
            origin = _origin(entry.statement)
            for key in (origin, *((*origin, part) for part in _parts(entry.statement.text))):
                self._with[key].append(entry)

    def has_origin_of(self, statement: Statement) -> bool:
        """Whether an entry has the speaker and the date of a statement."""
        return _origin(statement) in self._with

    def likely(self, statement: Statement, passage: Passage) -> list[Entry]:
        """Return entries of a statement's origin that share the most of a passage's rare words."""
        parts = _parts(passage.text)
        keys = [(*_origin(statement), part) for part in parts]
        sharing = sorted((self._with[key] for key in keys if key in self._with), key=len)
        # A few rare words are enough, since nearly the same words share most of them.
        some = [one for same in sharing[:_RAREST] for one in same[:_MOST_SHARING]]
        by_id, counts = {one.id: one for one in some}, Counter(one.id for one in some)
        likely = (by_id[name] for name, _ in counts.most_common(_MOST_COMPARED))
        return [
            entry
            for entry in likely
            if _same_source(entry.statement, statement)
            and _overlap(parts, _parts(entry.statement.text)) >= _LEAST_OVERLAP
        ]


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one), len(other), 1)


@lru_cache(maxsize=10_000)
def _parts(text: str) -> frozenset[str]:
    """Return the words of a text in parts, so that languages without blanks have some, too."""
    return frozenset(re.findall(r"\w{1,4}", fold(text)))


def _entry(
    watch: Watch,
    kind: EntryKind,
    now: str,
    side: Excerpt,
    found: _Found | None,
    after: Entry | None = None,
) -> Entry:
    statement, passage = side.statement, side.passage
    return Entry(
        entry_id(watch, statement, after),
        kind,
        now,
        _only(statement, passage.text, passage.context, passage.start),
        found.stance if found else None,
        found.pair.probabilities if found else None,
        found.pair.similarity if found else None,
        found.label_source if found else after.label_source if after else "",
    )


def _only(statement: Statement, words: str, context: str, start: int) -> Statement:
    """Return a statement with only the words that begin at `start`, and their page."""
    pages = (0,) * (statement.page_of(start) or 0)
    return replace(statement, text=words, context=context, extra={}, pages=pages)


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
    return replace(entry, statement=_only(statement, words.text, words.context, start))


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
    spans = library.store.rows_of(ids).values()
    return np.concatenate([np.zeros(0, np.int64), *(np.arange(s.start, s.stop) for s in spans)])


def _each(library: Library, ids: Sequence[str]) -> Iterator[Statement]:
    for start in range(0, len(ids), _AT_ONCE):
        yield from library.store.statements(ids[start : start + _AT_ONCE]).values()


def _origin(statement: Statement) -> tuple[str, str]:
    return speaker_key(statement.speaker), statement.date.iso if statement.date else ""


def _same_source(one: Statement, other: Statement) -> bool:
    by_url = bool(one.url) and one.url == other.url
    return by_url or (bool(one.source) and one.source == other.source)


def _passages(library: Library, statement: Statement) -> list[Passage]:
    found = library.passages(library.store.rows_of([statement.id]).get(statement.id, ()))
    return found or [Passage(statement.id, 0, 0, "", statement.context)]


def _nearest(passages: Sequence[Passage], words: str) -> Passage:
    """Return the passage most like these words."""
    best = 0.0, passages[0]
    for passage in passages:
        best = max(best, (_ratio(passage.text, words, best[0]), passage), key=lambda one: one[0])
    return best[1]


def _ratio(one: str, other: str, least: float) -> float:
    """Return how much two texts are the same, 0 to 1; 0 if it is less than `least`."""
    if one == other:
        return 1.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()
