"""Delete statements for good: from the library, and from the generations before.

A deletion publishes a library without the statements, and then removes the generations before. A
note names them until all of it is done, so that the next writer can finish it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import closing
from shlex import join, quote
from typing import TYPE_CHECKING

from compare.errors import CompareError, LibraryError
from compare.library.build import no_statement
from compare.library.merged import MergedBackend
from compare.strict_model import read
from compare.watch.document import upgrade

if TYPE_CHECKING:
    from compare.library.backend import Backend, Generation
    from compare.library.passage_store import PassageStore
    from compare.models import Encoder
    from compare.progress import Progress

NOTE = "deletion.json"
"""The document that names the statements of a deletion until all of it is done."""

_MOST_NAMED = 5  # ids in a command that a person is told


def delete_statements(
    backend: Backend, ids: Collection[str], encoder: Encoder | None, on_progress: Progress | None
) -> Generation:
    """Delete statements, and finish a deletion that was interrupted; see `Library.delete`.

    Raises:
        LibraryError: There is no such statement, or the library cannot be written.
        WatchError: Its watches are damaged; nothing is deleted.
    """
    upgrade(backend)
    finished = frozenset[str]() if backend.read_only else finish_deletion(backend)
    gone = frozenset(ids) - finished
    if not gone:
        return backend.open()
    with closing(backend.open().open_store()) as store:
        missing = gone - store.statements(gone).keys()
    if missing:
        raise no_statement(min(missing), backend)
    before = backend.current()
    waiting = noted_deletion(backend) or frozenset()  # of a deletion that deleted nothing yet
    if not backend.read_only:  # otherwise `update` refuses
        _note(backend, gone | waiting)
    try:
        generation = backend.update((), gone, encoder, on_progress, for_good=True)
    except CompareError:
        if backend.current() == before:  # nothing was deleted
            _settle(backend, waiting)
        raise
    _settle(backend, waiting - gone)
    return generation


def finish_deletion(backend: Backend) -> frozenset[str]:
    """Finish a deletion that was interrupted after it was published.

    Returns:
        The ids of its statements; none if there is no such deletion, or if they are not known.

    Raises:
        LibraryError: The library or the note cannot be read or written.
        WatchError: Its watches are damaged.
    """
    noted = noted_deletion(backend)
    if noted is None:
        return frozenset()
    with closing(backend.open().open_store()) as store:
        gone = noted - store.statements(noted).keys()
    if noted and not gone:  # it was interrupted before, and nothing was deleted
        return frozenset()
    backend.forget_before()
    upgrade(backend)
    _settle(backend, noted - gone)
    return noted & gone


def about_deletion(backend: Backend, store: PassageStore) -> str:
    """Say that a deletion is not finished, and what finishes it; "" if there is none."""
    if isinstance(backend, MergedBackend):
        return " ".join(filter(None, (about_deletion(part, store) for part in backend.parts)))
    try:
        ids = noted_deletion(backend)
    except LibraryError as error:
        return str(error)
    if ids is None:
        return ""
    if not ids:
        return (
            f"A deletion is not finished, and {backend.place_of(NOTE)}, which named the "
            "statements, is damaged: the next change to the library removes the words of all that "
            "is no longer in it."
        )
    gone = ids - store.statements(ids).keys()
    first, library = min(gone or ids), f"--library {quote(str(backend))}"
    of = f"{first} and {len(ids) - 1} more" if len(ids) > 1 else first
    if not gone:
        repeated = join(sorted(ids)) if len(ids) <= _MOST_NAMED else "ID..."
        return (
            f"The deletion of {of} has deleted nothing yet: if it was interrupted, repeat it with "
            f"`compare delete {repeated} {library}`."
        )
    return (
        f"The deletion of {of} is not finished, and the words may still be in the library's files: "
        f"`compare delete {quote(first)} {library}` finishes it, and so does the next change to "
        "the library."
    )


def _note(backend: Backend, ids: Collection[str]) -> None:
    """Note that the deletion of these statements begins; they are all in the library."""
    backend.write_document(NOTE, json.dumps({"ids": sorted(ids)}) + "\n")


def _settle(backend: Backend, waiting: Collection[str]) -> None:
    """Note only the statements whose deletion still waits; without any, remove the note."""
    if waiting:
        _note(backend, waiting)
        return
    try:
        backend.remove_document(NOTE)
    except OSError as error:
        raise LibraryError(
            f"{backend.place_of(NOTE)} cannot be removed ({error.strerror}): remove it yourself."
        ) from error


def noted_deletion(backend: Backend) -> frozenset[str] | None:
    """Return the ids in the note: none if it is damaged, None if there is no note.

    Raises:
        LibraryError: It cannot be read.
    """
    try:
        text = backend.read_document(NOTE)
        return None if text is None else frozenset(read("deletion", text).ids)
    except ValueError:
        return frozenset()
    except OSError as error:
        raise LibraryError(
            f"{backend.place_of(NOTE)} cannot be read ({error.strerror}): make it readable, since "
            "it names statements whose deletion is not finished."
        ) from error
