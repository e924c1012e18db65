"""The watches of a library: add, run, read and remove them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.comparison.retrieval import without_added_languages
from compare.comparison.search import search
from compare.defaults import CANDIDATES
from compare.errors import UnknownWatchError, WatchError
from compare.library.library import OpenLibrary
from compare.models import Use
from compare.results import Kind, Result
from compare.results.provenance import filters_from
from compare.safe_text import checked_name
from compare.watch.document import Document, Kept, KeptEntry, change, now, plain, read
from compare.watch.reading import listed_entries, survey, with_words
from compare.watch.values import (
    MOST_ENTRIES,
    MOST_WATCHES,
    Entry,
    LastRun,
    Run,
    Watch,
    clean_name,
    name_key,
)

if TYPE_CHECKING:
    from compare.library import Filters
    from compare.models import StanceModel
    from compare.progress import Progress


class Watches:
    """The watches of a library, by name.

    >>> ours = Library.build(library.statements(), "ours")
    >>> watch = ours.watches.add("aid", ours.search("China denies military aid."))
    >>> after = ours.update([Statement("new-1", "China never denied military aid.")])
    >>> run = after.watches.run()
    >>> [entry.statement.id for entry in run.entries["aid"]]
    ['new-1']
    """

    def __init__(self, library: OpenLibrary) -> None:
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

        An entry is left out once its words are no longer in the library.

        Args:
            names: Which, ignoring case; None for all.

        Raises:
            UnknownWatchError: There is no watch of a name.
        """
        kept = self._named(read(self._backend), names)
        return [(one.watch, with_words(self.library, one)) for one in kept]

    @property
    def are_behind(self) -> bool:
        """Whether the library has changed since the watches were last run."""
        return read(self._backend).digest != self.library.digest

    def to_json(self, watch: Watch) -> dict[str, Any]:
        """Return what `watch list --json` prints of a watch."""
        return {**plain(watch), "library_changed": self.are_behind}

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
        name, library = checked_name(clean_name(name), "watch", WatchError), self.library
        if result.kind is not Kind.SEARCH or result.quote is None:
            raise WatchError("Only the search of a quote can be watched, not a comparison.")
        if result.quote_language:
            raise WatchError(
                "The stance model does not read the language of the quote, so nothing could be "
                "reported: search for its translation, and watch that."
            )
        if result.provenance.library_digest != library.digest:
            raise WatchError(
                f"The result is of another library than {self._backend}, or of an older state of "
                "it: search again."
            )
        model = (stance_model or library.stance_model()).for_use(Use.QUOTE)
        made = result.provenance
        is_plain = made.stance_digest == model.digest and "same_actor" not in made.settings
        if model.same_actor and is_plain:
            raise WatchError(
                "A watch weighs a country's statements together, and this search does not: search "
                "again without --no-same-actor."
            )
        own = result.quote.statement_id or (result.source.id if result.source else None)
        watch = Watch(
            name,
            replace(result.quote, statement_id=own),
            self._filters(result, stance_model),
            result.thresholds,
            result.provenance.settings.get("candidates", CANDIDATES),
            now(),
        )
        listed = {entry.id for entry in listed_entries(library, watch, result, "")}
        known = cache(lambda: survey(library)[0])

        def with_it(document: Document) -> Document:
            if document.named(name):
                raise WatchError(f"There is a watch {name!r} already: choose another name.")
            if len(document.watches) >= MOST_WATCHES:
                raise WatchError(f"A library has at most {MOST_WATCHES} watches: remove one.")
            after = replace(
                document, watches=(*document.watches, Kept(watch, tuple(sorted(listed))))
            )
            if document.digest:
                return after
            return replace(after, digest=library.digest, known=known())

        with_it(read(self._backend))  # raises, and reads the statements, before the lock
        change(self._backend, with_it)
        return watch

    def _filters(self, result: Result, stance_model: StanceModel | None) -> Filters:
        """Return the filters of a search, without the languages that it added to them."""
        filters = filters_from(result.provenance.filters)
        languages = (stance_model or self.library.stance_model()).languages
        return without_added_languages(self.library.store, filters, languages)

    def remove(self, name: str) -> None:
        """Remove a watch for good, with its entries.

        Raises:
            UnknownWatchError: There is none of this name.
            LibraryError: The library cannot be written.
        """

        def without(document: Document) -> Document:
            gone = self._named(document, [name])
            watches = tuple(one for one in document.watches if one not in gone)
            return replace(document, watches=watches) if watches else Document()

        without(read(self._backend))  # raises before anything is locked or written
        change(self._backend, without)

    def run(
        self,
        *,
        stance_model: StanceModel | Callable[[], StanceModel] | None = None,
        on_progress: Progress | None = None,
    ) -> Run:
        """Find what is new in the library as it is now, for all watches, and report it once.

        Only statements that are new, or whose words changed, are scored. A run that is interrupted
        changes nothing.

        Args:
            stance_model: A model, or what returns it if something has to be read; None uses the
                shipped one.
            on_progress: Reports statements looked through, then watches run.

        Raises:
            WatchError: The watches are damaged, or another program runs them at the same time.
            LibraryError: The library cannot be written.
        """
        if self.library.generation != self._backend.current():
            # An older state would undo what runs have seen.
            self.library = OpenLibrary.open(self._backend, self.library.encoder)
        library, time, before = self.library, now(), read(self._backend)
        if not before.watches:
            return Run(time, library.digest, 0, (), {})
        change(self._backend, lambda document: document)  # raises before the work starts
        known, new = before.known, list[str]()
        if before.digest != library.digest:
            known, new = survey(library, known, on_progress)
        if not before.digest:  # of an older version, which begins anew
            new = []
        added = self._new_entries(before, new, time, stance_model, on_progress)
        ran: dict[str, Kept] = {}

        def after_run(kept: Kept) -> Kept:
            of = kept.watch
            if (found := added.get((of.name, of.created))) is None:  # added meanwhile
                return kept
            last = LastRun(time, len(library), len(new), len(found))
            watch = replace(of, last_run=last, total=of.total + len(found))
            ran[watch.name] = Kept(watch, entries=found)
            return Kept(watch, kept.baseline, (*kept.entries, *found)[-MOST_ENTRIES:])

        def after(document: Document) -> Document:
            if document.digest != before.digest:
                raise WatchError(
                    "Another program ran the watches at the same time: `compare watch show` lists "
                    "what it found."
                )
            return Document(tuple(map(after_run, document.watches)), library.digest, known)

        change(self._backend, after)
        return Run(
            time,
            library.digest,
            len(new),
            tuple(kept.watch for kept in ran.values()),
            {name: with_words(library, kept) for name, kept in ran.items()},
            before.digest == library.digest,
        )

    def _new_entries(
        self,
        before: Document,
        new: list[str],
        time: str,
        stance_model: StanceModel | Callable[[], StanceModel] | None,
        on_progress: Progress | None,
    ) -> dict[tuple[str, str], tuple[KeptEntry, ...]]:
        """Search new statements; return the entries of each watch by its name and creation time.

        Words that already have an entry get no other.
        """
        spans = self.library.store.rows_of(new)
        if not spans:
            return {(one.watch.name, one.watch.created): () for one in before.watches}
        rows = np.concatenate([np.arange(one.start, one.stop) for one in spans.values()])
        model = stance_model() if callable(stance_model) else stance_model
        model = model or self.library.stance_model()
        added = {}
        for number, kept in enumerate(before.watches):

            def on_read(*_: int, done: int = number) -> None:  # lets the caller stop the run
                if on_progress:
                    on_progress(done, len(before.watches))

            watch = kept.watch
            result = search(
                self.library,
                watch.quote,
                stance_model=model,
                filters=watch.filters,
                thresholds=watch.thresholds,
                candidates=watch.candidates,
                only=rows,
                on_progress=on_read,
            )
            had = {*kept.baseline, *(entry.id for entry in kept.entries)}
            found = listed_entries(self.library, watch, result, time)
            news = {one.id: one for one in found if one.id not in had and one.statement in spans}
            added[watch.name, watch.created] = tuple(news.values())
        if on_progress:
            on_progress(len(before.watches), len(before.watches))
        return added

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
