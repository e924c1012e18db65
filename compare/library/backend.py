"""Where a library is kept: in a folder or in a database, and how an address names one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Protocol

from compare.errors import LibraryError
from compare.statements import WordsRead

if TYPE_CHECKING:
    from compare.library.generations import Manifest
    from compare.library.passage_store import PassageStore
    from compare.models import Encoder
    from compare.progress import Progress
    from compare.statements import Statement

BACKENDS = {
    "postgresql": "compare.library.postgres:PostgresBackend",
    "postgres": "compare.library.postgres:PostgresBackend",
}
"""The class of each database, by the scheme of its addresses: that before `://`."""


class Generation(Protocol):
    """One state of a library, which never changes."""

    @property
    def name(self) -> str:
        """Return its name, which no other generation of any library has."""

    @property
    def manifest(self) -> Manifest:
        """Return how it was built."""

    @property
    def built(self) -> datetime:
        """Return when it was published, with its time zone."""

    def open_store(self) -> PassageStore:
        """Open its statements, passages and vectors.

        Raises:
            LibraryError: They are damaged or no longer there.
        """

    def verify(self) -> None:
        """Read everything and compare it with the manifest.

        Raises:
            LibraryError: Something is missing or changed.
        """


class Backend(Protocol):
    """Where a library is kept, or can be; `str` names it in messages, without a password.

    The methods raise LibraryError if a library cannot be read or written.
    """

    @property
    def address(self) -> str:
        """Return an absolute location for `backend_at`, from any working folder."""

    @property
    def name(self) -> str:
        """Return a short name: that of the folder, or of the database's schema."""

    @property
    def folder(self) -> Path | None:
        """Return the folder for files beside the library; None in a database."""

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written."""

    def exists(self) -> bool:
        """Tell whether there is a library, damaged or not."""

    def current(self) -> str:
        """Return the name of the generation in use."""

    def open(self) -> Generation:
        """Return the generation in use."""

    def build(
        self,
        statements: Iterable[Statement],
        encoder: Encoder,
        on_progress: Progress | None = None,
        *,
        store: str | None = None,
        read: WordsRead = WordsRead.TRANSLATIONS,
    ) -> Generation:
        """Write a generation of these statements; see `Library.build`."""

    def update(
        self,
        add: Iterable[Statement],
        remove: frozenset[str],
        encoder: Encoder | None,
        on_progress: Progress | None = None,
        *,
        for_good: bool = False,
    ) -> Generation:
        """Write a generation after the one in use; see `Library.update`.

        Args:
            add: Statements to add, or to put in the place of those with the same ids.
            remove: Ids of statements to remove.
            encoder: That of the library if it is loaded already, else None.
            on_progress: Reports passages written.
            for_good: Whether the generations before are removed, and with them the statements.
        """

    def forget_before(self) -> None:
        """Remove all generations but the one in use, and with them deleted statements.

        Raises:
            LibraryError: Another program is writing, or they cannot be removed.
        """

    # -- Documents beside the library --------------------------------------------------------------

    def place_of(self, document: str) -> str:
        """Return where a document is or would be, for messages."""

    def read_document(self, document: str) -> str | None:
        """Return the text of a document; None if there is none of this name.

        Raises:
            OSError: It cannot be read.
        """

    def write_document(self, document: str, text: str) -> None:
        """Write a document at once or not at all, replacing one of the same name."""

    def update_document(self, document: str, change: Callable[[str | None], str]) -> None:
        """Replace a document by what `change` makes of its text, None if there is none.

        One program at a time does so. `change` may read, write and remove other documents. If it
        raises, or returns the same text, this document stays as it was.

        Raises:
            OSError: The document cannot be read.
        """

    def remove_document(self, document: str) -> bool:
        """Remove a document; return whether there was one.

        Raises:
            OSError: It cannot be removed.
        """


def backend_at(location: Backend | Path | str) -> Backend:
    """Return the backend at a folder or an address, `postgresql://…?library=NAME`.

    Several, joined by ";", are searched as one.

    Raises:
        LibraryError: The address is invalid, or the extra `postgres` is not installed.
    """
    _check_name(str(location))
    if isinstance(location, str) and ";" in location and not os.path.lexists(location):
        from compare.library.merged import MergedBackend

        parts = [backend_at(part.strip()) for part in location.split(";")]
        for number, part in enumerate(parts):
            if any(part.address == other.address for other in parts[:number]):
                raise LibraryError(f"The library in {part} is named twice: name it once.")
        return MergedBackend(tuple(parts))
    if isinstance(location, str) and "://" in location:
        scheme = location.partition("://")[0]
        if scheme.lower() in BACKENDS:
            return _in_database(location)
        raise LibraryError(
            f"{scheme}://… is not where a library can be: name a folder, or "
            "a database as postgresql://host/database?library=NAME."
        )
    if isinstance(location, str | Path):
        from compare.library.folder import FolderBackend

        try:
            return FolderBackend(Path(location).expanduser())
        except RuntimeError as error:  # "~NAME" of an unknown user
            raise LibraryError(f"{location} is no folder ({error}): name another.") from error
    return location


def _check_name(location: str) -> None:
    """Refuse a location that no folder and no database can have."""
    if not location.strip():
        raise LibraryError("The location of the library is empty: name a folder or a database.")
    if "\0" in location:
        raise LibraryError("The location of the library has a null character: write it anew.")
    try:
        location.encode()
    except UnicodeEncodeError:  # FAISS and SQLite take only names in UTF-8
        raise LibraryError(
            f"The name of the folder {location} is not UTF-8: rename it, or name another."
        ) from None


@lru_cache(maxsize=8)
def _in_database(address: str) -> Backend:
    """Return the one backend of an address, which keeps its connection."""
    backend: Backend = resolve_name(BACKENDS[address.partition("://")[0].lower()])(address)
    return backend
