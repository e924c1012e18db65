"""The watches of a library: add, run, read and remove them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from compare.comparison.retrieval import CANDIDATES, with_readable_languages
from compare.errors import WatchError
from compare.library.library import Library
from compare.results import Kind, Result
from compare.results.provenance import filters_from
from compare.watch.document import (
    Document,
    Kept,
    UnknownStateError,
    change,
    read,
    read_known,
    watch_to_json,
)
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
)

if TYPE_CHECKING:
    from compare.library import Filters
    from compare.models import StanceModel
    from compare.progress import Progress
    from compare.watch.known import Changes, Known


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
        kept = sorted(read(self._backend).watches, key=lambda one: one.watch.name.casefold())
        return iter([one.watch for one in kept])

    def watch(self, name: str) -> Watch:
        """Return the watch with a name, ignoring case.

        Raises:
            WatchError: There is none of this name.
        """
        return self._kept(read(self._backend), name).watch

    def entries(self, name: str, *, with_baseline: bool = False) -> tuple[Entry, ...]:
        """Return what a watch found, the newest first.

        Args:
            name: The name, ignoring case.
            with_baseline: Also what the search listed when the watch was added.

        Raises:
            WatchError: There is no watch of this name.
        """
        ((_, entries),) = self.found([name], with_baseline=with_baseline)
        return entries

    def found(
        self, names: Iterable[str] | None = None, *, with_baseline: bool = False
    ) -> list[tuple[Watch, tuple[Entry, ...]]]:
        """Return several watches, each with what it found, the newest first; see `entries`.

        Args:
            names: Which; None for all.
            with_baseline: Also what the searches listed when the watches were added.
        """
        document = read(self._backend)
        wanted = document.watches if names is None else [self._kept(document, n) for n in names]
        shown = []
        for kept in wanted:
            entries = without_gone(
                self.library,
                (
                    entry
                    for entry in kept.entries
                    if with_baseline or entry.kind is not EntryKind.BASELINE
                ),
            )
            newest = sorted(entries, key=lambda entry: entry.found, reverse=True)
            shown.append((kept.watch, tuple(newest)))
        return shown

    def is_behind(self, watch: Watch) -> bool:
        """Whether the library has changed since the watch was last run or added."""
        return watch.digest != self.library.digest

    # -- Changing --------------------------------------------------------------------------------

    def add(self, name: str, result: Result, *, stance_model: StanceModel | None = None) -> Watch:
        """Save the search of a result; what it lists now is never reported as new.

        Args:
            name: Unique among the watches, ignoring case.
            result: Of a search of this library in its current state. The watch has its quote,
                filters and thresholds.
            stance_model: The model that will run it; None for the library's.

        Raises:
            WatchError: The name cannot be used, there are too many watches, or the result is of
                something else.
            LibraryError: The library cannot be written.
        """
        name, library = checked_name(name), self.library
        if result.kind is not Kind.SEARCH or result.quote is None:
            raise WatchError("Only the search of a quote can be watched, not a comparison.")
        if result.provenance.library_digest != library.digest:
            raise WatchError(
                f"The result is of another library than {self._backend}, or of an older state of "
                "it: search again."
            )
        now = _now()
        watch = Watch(
            name,
            result.quote,
            self._filters(result, stance_model),
            result.thresholds,
            int(result.provenance.settings.get("candidates", CANDIDATES)),
            now,
            library.digest,
        )
        kept = Kept(watch, tuple(baseline(library, name, result, now)[-MOST_ENTRIES:]))

        def with_it(document: Document) -> Document:
            if document.named(name):
                raise WatchError(f"There is a watch {name!r} already: choose another name.")
            if len(document.watches) >= MOST_WATCHES:
                raise WatchError(
                    f"The library has {MOST_WATCHES} watches, and no more are kept: remove one."
                )
            return replace(document, watches=(*document.watches, kept))

        document = read(self._backend)
        with_it(document)  # raises before the statements are read
        known = None if library.digest in document.known else self._survey([])[0]
        try:
            change(self._backend, with_it, known)
        except UnknownStateError:  # another program has removed what was there
            change(self._backend, with_it, self._survey([])[0])
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
            WatchError: There is none of this name.
            LibraryError: The library cannot be written.
        """

        def without(document: Document) -> Document:
            gone = self._kept(document, name)
            watches = tuple(one for one in document.watches if one is not gone)
            return replace(document, watches=watches)

        without(read(self._backend))  # raises before anything is locked or written
        change(self._backend, without)

    def run(
        self,
        names: Iterable[str] | None = None,
        *,
        stance_model: StanceModel | None = None,
        on_progress: Progress | None = None,
    ) -> Run:
        """Find what is new in the library as it is now, report it once, and keep it.

        Only statements that are new, or whose words changed, are read. A run that is interrupted
        changes nothing.

        Args:
            names: Which watches; None for all.
            stance_model: None uses the library's: the shipped model, adapted if it has an
                adaptation.
            on_progress: Reports statements looked through, then watches run.

        Raises:
            WatchError: There is no watch of a name, or the watches are damaged.
            LibraryError: The library cannot be written.
        """
        self._open_current()
        library, now = self.library, _now()
        document = self._locked()
        wanted = document.watches
        if names is not None:
            wanted = tuple({id(k): k for k in (self._kept(document, n) for n in names)}.values())
        behind = [one for one in wanted if one.watch.digest != library.digest]
        known, changes = self._changes(document, behind, on_progress)
        if any(one.new or one.changed for one in changes.values()):
            stance_model = stance_model or library.stance_model()
        ran: dict[str, tuple[Kept, tuple[Entry, ...]]] = {}
        for number, kept in enumerate(behind):

            def on_read(*_: int, done: int = number) -> None:  # lets the caller stop the run
                if on_progress:
                    on_progress(done, len(behind))

            news = changes[kept.watch.digest]
            entries = entries_after(library, kept, news, now, stance_model, on_read)
            ran[kept.watch.name] = kept, entries[-MOST_ENTRIES:]
        if on_progress and behind:
            on_progress(len(behind), len(behind))
        found = {name: _added(kept, entries) for name, (kept, entries) in ran.items()}
        read_of = {digest: len(one.new) + len(one.changed) for digest, one in changes.items()}
        left_out = self._keep(wanted, ran, read_of, now, known)
        return Run(
            now,
            library.digest,
            max(read_of.values(), default=0),
            {one.watch.name: found.get(one.watch.name, ()) for one in wanted
             if one.watch.name not in left_out},
            tuple(one.watch.name for one in wanted if one.watch.name not in ran),
            tuple(left_out),
        )  # fmt: skip

    # -- Steps of a run --------------------------------------------------------------------------

    def _open_current(self) -> None:
        """Open the library as it is now, since an older state would undo what runs have seen."""
        if self.library.generation != self._backend.current():
            self.library = Library.open(self._backend, self.library.encoder)

    def _locked(self) -> Document:
        """Return the watches; raise if the library cannot be written, before the work starts."""
        if read(self._backend).watches:
            return change(self._backend, lambda document: document)
        return Document()

    def _survey(
        self, before: Sequence[Known], on_progress: Progress | None = None
    ) -> tuple[Known, list[Changes]]:
        from compare.watch.known import survey

        return survey(self.library, before, on_progress)

    def _changes(
        self, document: Document, behind: Sequence[Kept], on_progress: Progress | None
    ) -> tuple[Known | None, dict[str, Changes]]:
        """Return the statements now, and what has changed since each state that was seen."""
        digests = sorted({one.watch.digest for one in behind})
        if not digests:
            return None, {}
        before = [read_known(self._backend, document, digest) for digest in digests]
        known, found = self._survey(before, on_progress)
        return known, dict(zip(digests, found, strict=True))

    def _keep(
        self,
        wanted: Sequence[Kept],
        ran: dict[str, tuple[Kept, tuple[Entry, ...]]],
        read_of: dict[str, int],
        now: str,
        known: Known | None,
    ) -> Collection[str]:
        """Write what the watches found; return those that changed while they were run."""
        library = self.library
        left_out: list[str] = []
        by_name = {one.watch.name: one for one in wanted}

        def after_run(kept: Kept) -> Kept:
            name = kept.watch.name
            before = by_name.get(name)
            if before is None:
                return kept
            if (kept.watch.created, kept.watch.digest) != (
                before.watch.created, before.watch.digest,
            ):  # fmt: skip
                left_out.append(name)
                return kept
            _, entries = ran.get(name, (before, kept.entries))
            news = _added(before, entries)
            kinds = [entry.kind for entry in news]
            run = LastRun(
                now,
                len(library),
                read_of.get(before.watch.digest, 0),
                kinds.count(EntryKind.NEW),
                kinds.count(EntryKind.CORRECTED),
            )
            return Kept(replace(kept.watch, digest=library.digest, last_run=run), entries)

        def after(document: Document) -> Document:
            watches = tuple(map(after_run, document.watches))
            there = {one.watch.name for one in watches}
            left_out.extend(name for name in by_name if name not in there)
            if self._backend.current() != library.generation:  # something was deleted, perhaps
                watches = self._without_deleted(watches)
            return replace(document, watches=watches)

        if wanted:
            change(self._backend, after, known)
        return left_out

    def _without_deleted(self, watches: Iterable[Kept]) -> tuple[Kept, ...]:
        """Return watches without the words of statements that have left the library meanwhile."""
        now = Library.open(self._backend)
        try:
            return tuple(Kept(one.watch, without_gone(now, one.entries)) for one in watches)
        finally:
            now.close()

    def _kept(self, document: Document, name: str) -> Kept:
        if found := document.named(name):
            return found
        there = ", ".join(sorted(one.watch.name for one in document.watches)) or "none"
        raise WatchError(
            f"There is no watch {name!r} in {self._backend}: name an existing one ({there}), or "
            "add it with `compare watch add`."
        )


def watch_json(watches: Watches, watch: Watch) -> dict[str, Any]:
    """Return what `watch list --json` prints of a watch."""
    behind = watches.is_behind(watch)
    return {**watch_to_json(watch), "total": watch.total, "library_changed": behind}


def _added(kept: Kept, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries that a watch has after a run, and had not before."""
    before = {entry.id for entry in kept.entries}
    return tuple(entry for entry in entries if entry.id not in before)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
