"""Fetch a public collection and build a library from it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from compare.collections.download import downloads, fetch_collection
from compare.corpus.importing import Import, Report
from compare.errors import LibraryError
from compare.facade import Library
from compare.library.backend import Backend, backend_at
from compare.statements.statement_file import in_file

if TYPE_CHECKING:
    from compare.collections.registry import Collection
    from compare.collections.services import Listing
    from compare.models import Encoder
    from compare.progress import Progress

Steps = Callable[[str, str], AbstractContextManager["Progress | None"]]
"""Called with what a step does and what it counts; yields the callback for its progress."""


def _silently(does: str, counts: str) -> AbstractContextManager[None]:
    return nullcontext()


def get_collection(
    collection: Collection,
    location: Backend | Path | str,
    listing: Listing | None = None,
    *,
    since: int | None = None,
    until: int | None = None,
    encoder: Encoder | None = None,
    steps: Steps = _silently,
) -> tuple[Library, Report]:
    """Fetch a collection and build a library from it, or add it to a library that exists.

    Each step resumes where it was interrupted: the download, and the embedding of the passages.

    >>> collection = named_collection("un-general-debate")
    >>> accept_licence(collection)  # doctest: +SKIP
    >>> library, report = get_collection(collection, "un")  # doctest: +SKIP

    Args:
        collection: See `named_collection`.
        location: A folder or the address of a database.
        listing: What `list_files` returned; None asks the service.
        since: The first year; see `list_files`.
        until: The last year.
        encoder: None for the library's, or the usual one for a new library.
        steps: Shows the progress of each step.

    Returns:
        The library, and the account of what was imported and left out.

    Raises:
        CorpusError: The licence is not accepted, or the files cannot be fetched or read.
        LibraryError: The library cannot be written.
    """
    where = backend_at(location)
    if where.exists():  # what would fail later should fail before the download
        if where.read_only:
            raise LibraryError(f"The library in {where} is read-only: name another with --library.")
        with closing(Library.open(where, encoder)) as opened:
            encoder = opened.encoder
    with steps("Downloading", "bytes") as on_progress:
        paths = fetch_collection(
            collection,
            downloads(collection),
            listing,
            since=since,
            until=until,
            on_progress=on_progress,
        )
    with ExitStack() as files:
        with steps("Reading statements", "statements read") as on_progress:
            reading = Import(paths, collection.format)
            count = _without_total(on_progress)
            statements = files.enter_context(in_file(reading.statements(), count))
            reading.check_found()
        with steps("Embedding", "passages read") as on_progress:
            if where.exists():
                library = Library.open(where, encoder).update(statements, on_progress=on_progress)
            else:
                library = Library.build(statements, where, encoder, on_progress)
    return library, reading.report


def _without_total(on_progress: Progress | None) -> Callable[[int], None] | None:
    """Return a callback for a step whose total is not known, which is reported as 0."""
    return None if on_progress is None else lambda done: on_progress(done, 0)
