"""The watches of a library: add, run, read and remove them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from compare.comparison.retrieval import CANDIDATES, with_readable_languages
from compare.errors import UnknownWatchError, WatchError
from compare.library.build import unfinished_deletion
from compare.library.library import Library
from compare.results import Kind, Result
from compare.results.provenance import filters_from
from compare.watch.document import Document, Kept, change, now, plain, read, read_known
from compare.watch.known import Known, survey
from compare.watch.reading import baseline, entries_after, without_gone
from compare.watch.values import (
    MOST_ENTRIES,
    MOST_WATCHES,
    Entry,
    EntryKind,
    LastRun,
    Run,
    Watch,
    checked_name,
    name_key,
)

if TYPE_CHECKING:
    from compare.library import Filters
    from compare.models import StanceModel
    from compare.progress import Progress


class _Ran(NamedTuple):
    """What a run read of a watch, and found for it."""

    before: Kept
    read: int = 0
    followed: tuple[Entry, ...] = ()
    added: tuple[Entry, ...] = ()


class Watches:
    """The watches of a library, by name.

    >>> ours = Library.build(library.statements(), "ours")
    >>> watch = ours.watches.add("aid", ours.search("China denies military aid."))
    >>> after = ours.update([Statement("new-1", "China never denied military aid.")])
    >>> run = after.watches.run()
    >>> [entry.statement.id for entry in run.entries["aid"]]
    ['new-1']
    """

    def __init__(self, library: Library) -> None:
        """Use the watches beside a library."""
        self.library = library
        self._backend = library.backend

    # -- Reading ---------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Watch]:
        """Yield the watches by name.

        Raises:
            WatchError: The document that holds them is damaged.
        """
        watches = [kept.watch for kept in read(self._backend).watches]
        return iter(sorted(watches, key=lambda one: name_key(one.name)))

    def watch(self, name: str) -> Watch:
        """Return the watch with a name, ignoring case.

        Raises:
            UnknownWatchError: There is none of this name.
        """
        return self._named(read(self._backend), [name])[0].watch

    def found(self, names: Iterable[str] | None = None) -> list[tuple[Watch, tuple[Entry, ...]]]:
        """Return watches, each with what its runs found, the newest first.

        Args:
            names: Which, ignoring case; None for all.

        Raises:
            UnknownWatchError: There is no watch of a name.
        """
        shown = []
        gone = unfinished_deletion(self._backend, self.library.store)
        for kept in self._named(read(self._backend), names):
            reported = [one for one in kept.entries if one.kind is not EntryKind.BASELINE]
            reported = [one.without_words(None) if one.ids & gone else one for one in reported]
            newest = sorted(reported, key=lambda entry: entry.found, reverse=True)
            shown.append((kept.watch, without_gone(self.library, newest)))
        return shown

    @property
    def id(self) -> str:
        """Return what stays the same as watches come and go; "" before the first one."""
        return read(self._backend).id

    def is_behind(self, watch: Watch) -> bool:
        """Whether the library has changed since the watch was last run or added."""
        return watch.digest != self.library.digest

    def to_json(self, watch: Watch) -> dict[str, Any]:
        """Return what `watch list --json` prints of a watch."""
        return {**plain(watch), "library_changed": self.is_behind(watch)}

    # -- Changing --------------------------------------------------------------------------------

    def add(self, name: str, result: Result, *, stance_model: StanceModel | None = None) -> Watch:
        """Save the search of a result; what it lists now is never reported as new.

        Args:
            name: Unique among the watches, ignoring case.
            result: Of a search of this library in its current state. The watch has its quote,
                filters and thresholds.
            stance_model: The model that will run it; None for the library's.

        Raises:
            WatchError: The name cannot be used, there are too many watches, or the result is
                damaged or of something else.
            LibraryError: The library cannot be written.
        """
        name, library = checked_name(name), self.library
        library.finish_deletion()
        if result.kind is not Kind.SEARCH or result.quote is None:
            raise WatchError("Only the search of a quote can be watched, not a comparison.")
        if result.provenance.library_digest != library.digest:
            raise WatchError(
                f"The result is of another library than {self._backend}, or of an older state of "
                "it: search again."
            )
        own = result.quote.statement_id or (result.source.id if result.source else None)
        watch = Watch(
            name,
            replace(result.quote, statement_id=own),
            self._filters(result, stance_model),
            result.thresholds,
            result.provenance.settings.get("candidates", CANDIDATES),
            now(),
            library.digest,
        )
        kept = Kept(watch, tuple(baseline(library, watch, result)[:MOST_ENTRIES]))

        def with_it(document: Document) -> Document:
            if document.named(name):
                raise WatchError(f"There is a watch {name!r} already: choose another name.")
            if len(document.watches) >= MOST_WATCHES:
                raise WatchError(f"A library has at most {MOST_WATCHES} watches: remove one.")
            return replace(document, watches=(*document.watches, *self._without_deleted([kept])))

        document = read(self._backend)
        with_it(document)  # raises before the statements are read
        known = None if library.digest in document.seen else survey(library)[0]
        # Another program may remove what is known meanwhile, but seldom.
        change(self._backend, with_it, lambda: known or survey(library)[0])
        return watch

    def _filters(self, result: Result, stance_model: StanceModel | None) -> Filters:
        """Return the filters of a search, without the languages that it added to them."""
        filters = filters_from(result.provenance.filters)
        if not filters.languages:
            return filters
        languages = (stance_model or self.library.stance_model()).languages
        typed = replace(filters, languages=())
        usual, _ = with_readable_languages(self.library.store, typed, languages)
        return typed if usual == filters else filters

    def remove(self, name: str) -> None:
        """Remove a watch for good, with its entries.

        Raises:
            UnknownWatchError: There is none of this name.
            LibraryError: The library cannot be written.
        """

        def without(document: Document) -> Document:
            gone = self._named(document, [name])
            watches = tuple(one for one in document.watches if one not in gone)
            return replace(document, watches=watches)

        without(read(self._backend))  # raises before anything is locked or written
        self.library.finish_deletion()
        change(self._backend, without)

    def run(
        self,
        names: Iterable[str] | None = None,
        *,
        stance_model: StanceModel | Callable[[], StanceModel] | None = None,
        on_progress: Progress | None = None,
    ) -> Run:
        """Find what is new in the library as it is now, report it once, and keep it.

        Only statements that are new, or whose words changed, are scored. A run that is interrupted
        changes nothing.

        Args:
            names: Which watches; None for all.
            stance_model: A model, or what returns it if something has to be read; None uses the
                shipped one.
            on_progress: Reports statements looked through, then watches run.

        Raises:
            UnknownWatchError: There is no watch of a name.
            WatchError: The watches are damaged.
            LibraryError: The library cannot be written.
        """
        self.library.finish_deletion()
        if self.library.generation != self._backend.current():
            # An older state would undo what runs have seen.
            self.library = Library.open(self._backend, self.library.encoder)
        library, time = self.library, now()
        names = None if names is None else [*names]
        wanted, before = self._start(names)
        if not wanted:
            return Run(time, library.digest, 0, (), {})
        known, changes = survey(library, [*before.values()], on_progress) if before else (None, [])
        news = dict(zip(before, changes, strict=True))
        model = None
        if any(one.new or one.changed for one in changes):
            model = stance_model() if callable(stance_model) else stance_model
            model = model or library.stance_model()
        ran: dict[str, _Ran] = {}
        for number, kept in enumerate(wanted):

            def on_read(*_: int, done: int = number) -> None:  # lets the caller stop the run
                if on_progress:
                    on_progress(done, len(wanted))

            ran[kept.watch.name] = _Ran(kept, 0, kept.entries)
            if new := news.get(kept.watch.digest):
                found = entries_after(library, kept, new, time, model, on_read)
                ran[kept.watch.name] = _Ran(kept, len(new.new) + len(new.changed), *found)
        if on_progress and news:
            on_progress(len(wanted), len(wanted))
        return self._keep(ran, time, known)

    # -- Steps of a run --------------------------------------------------------------------------

    def _start(self, names: Iterable[str] | None) -> tuple[list[Kept], dict[str, Known]]:
        """Return the watches to run, and what was known in each older state that they have seen.

        They are read under the lock, since another run may remove what was known; and a library
        that cannot be written is refused before the work starts.
        """
        wanted: list[Kept] = []
        known: dict[str, Known] = {}

        def look(document: Document) -> Document:
            wanted.extend(self._named(document, names))
            for digest in {one.watch.digest for one in wanted} - {self.library.digest}:
                known[digest] = read_known(self._backend, digest)
            return document

        if self._named(read(self._backend), names):
            change(self._backend, look)
        return wanted, known

    def _keep(self, ran: Mapping[str, _Ran], time: str, known: Known | None) -> Run:
        """Write what the watches found, except those that changed while they were run."""
        library = self.library
        kept: dict[str, Watch] = {}

        def after_run(there: Kept) -> Kept:
            of = there.watch
            if (one := ran.get(of.name)) is None:
                return there
            was = one.before.watch
            if (was.created, was.digest) != (of.created, of.digest):  # another has run it
                return there
            kinds = [entry.kind for entry in one.added]
            counts = kinds.count(EntryKind.NEW), kinds.count(EntryKind.CORRECTED)
            watch = replace(
                of,
                digest=library.digest,
                last_run=LastRun(time, len(library), one.read, *counts),
                total=of.total + len(kinds),
            )
            kept[watch.name] = watch
            return Kept(watch, _newest((*one.followed, *one.added)))

        def after(document: Document) -> Document:
            watches = map(after_run, document.watches)
            return replace(document, watches=self._without_deleted([*watches]))

        change(self._backend, after, (lambda: known) if known else None)
        unchanged = [n for n in kept if ran[n].before.watch.digest == library.digest]
        return Run(
            time,
            library.digest,
            max(one.read for one in ran.values()),
            tuple(kept.values()),
            {name: ran[name].added for name in kept},
            tuple(unchanged),
            tuple(name for name in ran if name not in kept),
        )

    def _without_deleted(self, watches: Sequence[Kept]) -> tuple[Kept, ...]:
        """Return watches without the words of statements that have left the library meanwhile."""
        if self._backend.current() == self.library.generation:
            return tuple(watches)
        current, time = Library.open(self._backend), now()
        try:
            return tuple(
                replace(k, entries=without_gone(current, k.entries, time)) for k in watches
            )
        finally:
            current.close()

    def _named(self, document: Document, names: Iterable[str] | None) -> list[Kept]:
        """Return the watches with these names, each once; None for all."""
        if names is None:
            return [*document.watches]
        found: dict[str, Kept] = {}
        for name in names:
            if not (kept := document.named(name)):
                there = ", ".join(sorted(one.watch.name for one in document.watches)) or "none"
                raise UnknownWatchError(
                    f"There is no watch {name!r} in {self._backend}: name an existing one "
                    f"({there}), or add it with `compare watch add`."
                )
            found[kept.watch.name] = kept
        return [*found.values()]


def _newest(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the baseline, without which corrections of it were new, and the newest others."""
    first = sum(entry.kind is EntryKind.BASELINE for entry in entries)
    return (*entries[:first], *entries[first:][-MOST_ENTRIES:])
