"""An open library: its statements, passages and vectors, ready to read."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from compare.errors import LibraryError
from compare.library.backend import Backend, Generation, backend_at
from compare.library.build import check_encoder, encoder_of, no_statement
from compare.library.filters import FacetByYear, Facets, Filters
from compare.library.generations import Manifest
from compare.statements import Passage, Statement

if TYPE_CHECKING:
    from typing import Self

    from compare.library.passage_store import Period
    from compare.models import Encoder, StanceModel


class OpenLibrary:
    """One generation of a library, open for reading; safe to use from several threads.

    An open library does not change if a program writes a new generation. `compare.Library` adds
    writing and comparing.

    Attributes:
        backend: The folder or database, which also holds reviews and watches.
        store: The statements, passages and vectors.
    """

    def __init__(self, backend: Backend, generation: Generation, encoder: Encoder | None) -> None:
        """Open the store of a generation; use `open` or `build`."""
        self.backend = backend
        self.store = generation.open_store()
        self._generation = generation
        self._encoder = encoder
        self._lock = threading.RLock()

    # -- Opening ---------------------------------------------------------------------------------

    @classmethod
    def open(cls, location: Backend | Path | str, encoder: Encoder | None = None) -> Self:
        """Open a library; its encoder is loaded when it is first needed.

        >>> Library.open(library.folder).digest == library.digest
        True

        Args:
            location: A folder, or the address of a database: `postgresql://host/db?library=un`.
            encoder: None loads that of the library when it is first needed.

        Raises:
            LibraryError: There is no library, it is damaged or of another format, or it was built
                with another encoder than `encoder`.
        """
        backend = backend_at(location)
        tries = 5
        while True:
            generation = backend.open()
            if encoder is not None:
                check_encoder(backend, generation.manifest, encoder)
            try:
                return cls(backend, generation, encoder)
            except LibraryError:
                # A writer may have published two generations since this one was named.
                tries -= 1
                if tries < 0 or backend.current() == generation.name:
                    raise

    def verify(self) -> None:
        """Read all files completely and compare them with the manifest.

        Raises:
            LibraryError: A file is missing or changed.
        """
        self._generation.verify()

    def close(self) -> None:
        """Close the store; the library cannot be used afterwards."""
        self.store.close()

    # -- Properties ------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Return the number of statements."""
        return self.manifest.statements

    def __repr__(self) -> str:
        """Name the folder or database, and the size."""
        return f"<Library {str(self.backend)!r}: {len(self)} statements>"

    @property
    def folder(self) -> Path:
        """Return the folder of a library in files, which also holds its reviews.

        Raises:
            LibraryError: The library is kept in a database.
        """
        if self.backend.folder is None:
            raise LibraryError(f"The library in {self.backend} is in a database, not in a folder.")
        return self.backend.folder

    @property
    def manifest(self) -> Manifest:
        """Return how the library was built, with counts and digests."""
        return self._generation.manifest

    @property
    def digest(self) -> str:
        """Return the sha256 (hex) of the library's statements."""
        return self.manifest.corpus_digest

    @property
    def generation(self) -> str:
        """Return the name of the generation, which changes with every write."""
        return self._generation.name

    @property
    def read_only(self) -> bool:
        """Whether the library cannot be changed, as the sample cannot."""
        return self.backend.read_only

    @property
    def encoder(self) -> Encoder:
        """Return the encoder that the library was built with; it is loaded on first use.

        Raises:
            ModelError: The encoder is not on this machine.
            LibraryError: The model of that name has changed.
        """
        with self._lock:
            if self._encoder is None:
                self._encoder = encoder_of(self.backend, self.manifest)
            return self._encoder

    def stance_model(self) -> StanceModel:
        """Return the shipped stance model, which reads the library unless another is named.

        Raises:
            ModelError: The model is missing or damaged.
        """
        from compare.models import load_stance_model

        return load_stance_model()

    # -- Statements and passages -----------------------------------------------------------------

    def statement(self, statement_id: str) -> Statement:
        """Return the statement with this id.

        Raises:
            LibraryError: There is none with this id.
        """
        return self.statements([statement_id])[0]

    def statements(self, ids: Iterable[str] | None = None) -> list[Statement]:
        """Return the statements with these ids, in the given order; None returns all.

        >>> [statement.country[0].name for statement in library.statements(["embassy-1"])]
        ['China']

        Raises:
            LibraryError: There is no statement with one of the ids.
        """
        if ids is None:
            return list(self.store.all_statements())
        ids = list(ids)
        by_id = self.store.statements(ids)
        for missing in (entry for entry in ids if entry not in by_id):
            raise no_statement(missing, self.backend)
        return [by_id[statement_id] for statement_id in ids]

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        """Return the passages in these rows, in the given order.

        Raises:
            IndexError: There is no such row.
        """
        return self.store.passages(rows)

    def statement_rows(self, statement_id: str) -> range:
        """Return the rows of a statement's passages, which are consecutive.

        Raises:
            LibraryError: There is no such statement.
        """
        rows = self.store.rows_of([statement_id])
        if not rows:
            raise no_statement(statement_id, self.backend)
        return rows[statement_id]

    def duplicates_of(self, statement_id: str) -> list[Statement]:
        """Return the other statements with the same words and context."""
        return self.store.same_text(statement_id)

    def browse(
        self, filters: Filters | None = None, query: str = "", limit: int = 50, offset: int = 0
    ) -> tuple[list[Statement], int]:
        """Return a page of the statements that pass, newest first, and their total number.

        >>> statements, count = library.browse(query="disinformation")
        >>> count
        1

        Args:
            filters: Which statements.
            query: Words that must all occur in the statement or its metadata.
            limit: Maximum number of statements on the page.
            offset: Number of statements on earlier pages.
        """
        return self.store.browse(filters or Filters(), query, limit, offset)

    def facets(self) -> Facets:
        """Return the values that filters offer, with the number of statements of each."""
        return self.store.facets()

    def facets_by_year(
        self, by: str = "country", filters: Filters | None = None, query: str = ""
    ) -> tuple[FacetByYear, ...]:
        """Return who speaks and when: countries or speakers, those with most statements first.

        >>> [(one.label, one.years) for one in library.facets_by_year("country")[:2]]
        [('China', {2022: 5}), ('United States', {2022: 3})]

        Args:
            by: "country" or "speaker"; a joint statement counts for each of its countries.
            filters: Which statements.
            query: Words that must all occur in the statement or its metadata, as for `browse`.

        Raises:
            QueryError: `by` is neither.
        """
        return self.store.facets_by_year(by, filters or Filters(), query)

    def period(self) -> Period | None:
        """Return the first and the last day that a statement may be of; None without any date."""
        return self.store.period()

    @property
    def built(self) -> datetime:
        """Return when the library was last built or changed."""
        return self._generation.built
