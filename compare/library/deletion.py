"""Deletions that an interruption cannot leave half done.

A deletion publishes a library without the statements, and then removes their words from everything
else: the generations before, and what watches found. Its ids are noted beside the library until
all of this is done, so that the next program that writes can finish it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from compare.library.generations import unreadable

if TYPE_CHECKING:
    from compare.library.backend import Backend

NOTE = "deletion.json"


def note_deletion(backend: Backend, ids: Collection[str]) -> None:
    """Note that the deletion of these statements begins; they are all in the library."""
    backend.write_document(NOTE, json.dumps({"ids": sorted(ids)}) + "\n")


def finish_deletion(backend: Backend) -> frozenset[str]:
    """Finish a deletion that was interrupted after it was published.

    Returns:
        The ids of its statements; none if there is no such deletion.

    Raises:
        LibraryError: The library cannot be read or written.
        WatchError: Its watches are damaged.
    """
    from compare.watch.document import forget

    try:
        text = backend.read_document(NOTE)
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(Path(backend.place_of(NOTE)), error) from error
    if text is None:
        return frozenset()
    ids: frozenset[str] = frozenset()
    with suppress(ValueError, LookupError, TypeError, RecursionError):  # edited by hand
        ids = frozenset(map(str, json.loads(text)["ids"]))
    with closing(backend.open().open_store()) as store:
        gone = ids - store.statements(ids).keys()
    if gone or not ids:  # otherwise it was interrupted before, and nothing was deleted
        backend.forget_before()
        forget(backend, gone)
        backend.remove_document(NOTE)
    return gone
