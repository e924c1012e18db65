"""A library in a folder; `library.backend` documents the methods."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compare.errors import LibraryError
from compare.files import locked, write_whole
from compare.library import generations
from compare.library.generations import FolderGeneration
from compare.statements import WordsRead

if TYPE_CHECKING:
    from compare.library.passage_store import FileStore
    from compare.models import Encoder
    from compare.progress import Progress
    from compare.statements import Statement


_WAIT = 30
"""Seconds to wait for another program that changes a document."""


@dataclass(frozen=True, slots=True)
class FolderBackend:
    """The backend of a folder; `Backend` documents the methods.

    Attributes:
        folder: The folder, which also holds the library's documents and reviews.
    """

    folder: Path

    def __str__(self) -> str:
        return str(self.folder)

    @property
    def address(self) -> str:
        return os.path.realpath(self.folder)

    @property
    def name(self) -> str:
        return Path(self.address).name

    @property
    def read_only(self) -> bool:
        return generations.is_read_only(self.folder)

    def exists(self) -> bool:
        return generations.is_library(self.folder)

    def current(self) -> str:
        return generations.current_name(self.folder)

    def open(self) -> FolderGeneration:
        return generations.open_generation(self.folder)

    def build(
        self,
        statements: Iterable[Statement],
        encoder: Encoder,
        on_progress: Progress | None = None,
        *,
        store: str | None = None,
        read: WordsRead = WordsRead.TRANSLATIONS,
    ) -> FolderGeneration:
        from compare.library.build import Change, Embedding, write_generation  # loads numpy

        with generations.writing(self.folder) as scratch:
            known = self._embedded_by(encoder)
            with nullcontext() if known is None else closing(known):
                change, embedding = Change(scratch, statements), Embedding.by(encoder, known, read)
                manifest = write_generation(
                    scratch, store or self._kind, change, embedding, on_progress
                )
            return generations.publish(self.folder, scratch, manifest)

    def update(
        self,
        add: Iterable[Statement],
        remove: frozenset[str],
        encoder: Encoder | None,
        on_progress: Progress | None = None,
        *,
        for_good: bool = False,
    ) -> FolderGeneration:
        from compare.library.build import Change, Embedding, no_statement, write_generation

        with generations.writing(self.folder) as scratch:
            before = self.open()
            made = before.manifest
            before.verify()
            with closing(before.open_store()) as there:
                embedding = Embedding.as_before(self, made, encoder, there)
                for missing in sorted(remove - there.statements(remove).keys()):
                    raise no_statement(missing, self)
                change = Change(scratch, add, there, remove)
                manifest = write_generation(scratch, made.store, change, embedding, on_progress)
            return generations.publish(self.folder, scratch, manifest, for_good=for_good)

    @property
    def _kind(self) -> str | None:
        """Return the kind of store of the library that is there; None without a library."""
        with suppress(LibraryError):
            return self.open().manifest.store
        return None

    def _embedded_by(self, encoder: Encoder) -> FileStore | None:
        """Open the store that is there; None if it is missing, damaged or of another encoder."""
        with suppress(LibraryError):
            before = self.open()
            made = before.manifest
            if (made.encoder_digest, made.dim) == (encoder.digest, encoder.dim):
                before.verify()
                return before.open_store()
        return None

    def forget_before(self) -> None:
        generations.forget_before(self.folder)

    # -- Documents ---------------------------------------------------------------------------------

    def place_of(self, document: str) -> str:
        return str(self.folder / document)

    def read_document(self, document: str) -> str | None:
        try:
            return (self.folder / document).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write_document(self, document: str, text: str) -> None:
        write_whole(self.folder / document, text.encode(), force=True)

    def update_document(self, document: str, change: Callable[[str | None], str]) -> None:
        place = self.place_of(document)
        if self.read_only:
            raise LibraryError(
                f"The library in {self} is read-only, so {document} cannot be written there: build "
                "a library of your own with `compare build --corpus FILE --library FOLDER`."
            )
        with ExitStack() as held:
            try:
                held.enter_context(locked(Path(f"{place}.lock"), _WAIT))
            except TimeoutError:
                raise LibraryError(
                    f"Another program has been changing {place} for {_WAIT} seconds: wait until it "
                    "has finished, then try again."
                ) from None
            except OSError as error:
                raise LibraryError(
                    f"{place} cannot be written ({error.strerror}): check that the folder is yours."
                ) from error
            before = self.read_document(document)
            after = change(before)
            if after != before:
                self.write_document(document, after)

    def remove_document(self, document: str) -> bool:
        try:
            (self.folder / document).unlink()
        except FileNotFoundError:
            return False
        return True
