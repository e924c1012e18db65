"""A library in a folder; `library.backend` documents the methods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compare.files import write_whole
from compare.library import generations
from compare.library.generations import Generation

if TYPE_CHECKING:
    from compare.models import Encoder
    from compare.progress import Progress
    from compare.statements import Statement


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
        return str(self.folder.resolve())

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    @property
    def read_only(self) -> bool:
        return generations.is_read_only(self.folder)

    def exists(self) -> bool:
        return generations.is_library(self.folder)

    def current(self) -> str:
        return generations.current_name(self.folder)

    def open(self) -> Generation:
        return generations.open_generation(self.folder)

    def build(
        self,
        statements: Iterable[Statement],
        encoder: Encoder,
        on_progress: Progress | None = None,
        *,
        store: str | None = None,
    ) -> Generation:
        from compare.library.build import build_generation  # loads numpy

        return build_generation(self, statements, encoder, on_progress, store=store)

    def update(
        self,
        add: Iterable[Statement],
        remove: frozenset[str],
        encoder: Encoder | None,
        on_progress: Progress | None = None,
        *,
        for_good: bool = False,
    ) -> Generation:
        from compare.library.build import update_generation

        after = update_generation(self, add, remove, encoder, on_progress)
        if for_good:
            generations.forget_before(self.folder)
        return after

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

    def remove_document(self, document: str) -> bool:
        try:
            (self.folder / document).unlink()
        except FileNotFoundError:
            return False
        return True
