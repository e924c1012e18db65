"""A library: statements, their passages and vectors in one folder, ready to be searched."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from compare.errors import LibraryError
from compare.library import fulltext, questions
from compare.library.actors import Parties, read_parties
from compare.library.building import EncoderIdentity, Known, changed, load_vectors, write_files
from compare.library.built_with import check_encoder, known_or_none, no_statement
from compare.library.facets import Facets, read_facets
from compare.library.filters import Filters, Whose, allowed_rows, browse, read_whose, selection
from compare.library.generations import (
    INDEX,
    STAGED,
    STORE,
    Generation,
    Manifest,
    current_name,
    forget_before,
    is_library,
    is_read_only,
    open_generation,
    publish,
    writing,
)
from compare.library.index.faiss import FaissIndex, Floats, Halves, Neighbours, Rows, VectorIndex
from compare.library.staging import Staged
from compare.library.store import Store
from compare.statements.passages import Passage
from compare.statements.quotes import Quote
from compare.statements.statement import Statement

if TYPE_CHECKING:
    from typing import Self

    from compare.models import Encoder

Progress = Callable[[int, int], None]


class Library:
    """One generation of a library folder, open for reading; safe to use from several threads.

    It stays as it was opened, whatever is written to the folder meanwhile. `update` and `delete`
    write the next generation and return the library opened anew.
    """

    def __init__(self, folder: Path, generation: Generation, encoder: Encoder | None) -> None:
        """Open the files of a generation; use `open` or `build`."""
        self.folder = folder
        self._generation = generation
        self._encoder = encoder
        self._lock = threading.RLock()
        self._store = Store.open(generation.path / STORE)
        self._vectors = load_vectors(generation)

    # -- Opening and writing ---------------------------------------------------------------------

    @classmethod
    def open(cls, folder: Path | str, encoder: Encoder | None = None) -> Self:
        """Open a library; the encoder it was built with is loaded when it is needed.

        Raises:
            LibraryError: There is no library, it is damaged or of another format, or `encoder` is
                not the one it was built with.
        """
        folder = Path(folder)
        generation = open_generation(folder)
        if encoder is not None:
            check_encoder(folder, generation.manifest, encoder)
        for _ in range(5):
            try:
                return cls(folder, generation, encoder)
            except LibraryError:
                # Removed between the look at CURRENT and this: a writer has moved on, twice.
                if current_name(folder) == generation.name:
                    raise
                generation = open_generation(folder)
        return cls(folder, generation, encoder)

    @classmethod
    def build(
        cls,
        statements: Iterable[Statement],
        folder: Path | str,
        encoder: Encoder | None = None,
        on_progress: Progress | None = None,
    ) -> Self:
        """Write a library that holds just these statements, over one that may be there.

        Vectors that the same encoder made of the same words are taken over. `on_progress` is told
        how many of the other passages are embedded.

        Raises:
            LibraryError: The folder cannot be written, or two statements have one id.
        """
        folder = Path(folder)
        if encoder is None:
            from compare.models import load_encoder

            encoder = load_encoder()
        chosen = encoder
        with writing(folder) as scratch:
            identity = EncoderIdentity.of(chosen)
            known = known_or_none(folder, identity)
            staged = Staged(scratch / STAGED, statements)
            manifest = write_files(scratch, staged, known, identity, lambda: chosen, on_progress)
            generation = publish(folder, scratch, manifest)
        return cls(folder, generation, chosen)

    def update(
        self,
        add: Iterable[Statement] = (),
        remove: Iterable[str] = (),
        on_progress: Progress | None = None,
    ) -> Self:
        """Add statements, or change those whose id is known, and remove others.

        The change is made to the folder as it is now, which may be newer than this object. Only
        passages with new words are embedded; the result equals a build from nothing.

        Raises:
            LibraryError: The library cannot be written, an id to remove is not there, or two of
                the statements have one id.
        """
        gone = set(remove)
        with writing(self.folder) as scratch:
            before = open_generation(self.folder)
            identity = EncoderIdentity.recorded(before.manifest)
            encoder = self._encoder
            if encoder is not None:
                check_encoder(self.folder, before.manifest, encoder)
            known = Known.of(before, identity)
            store = Store.open(before.path / STORE)
            try:
                missing = sorted(gone - store.statements(sorted(gone)).keys())
                if missing:
                    raise no_statement(missing[0], self.folder)
                staged = Staged(scratch / STAGED, add)
                statements = changed(store.every_statement(), staged, gone)
                load = partial(_load_encoder, self.folder, before.manifest, encoder)
                manifest = write_files(scratch, statements, known, identity, load, on_progress)
            finally:
                store.close()
            generation = publish(self.folder, scratch, manifest)
        return type(self)(self.folder, generation, encoder)

    def delete(self, ids: Iterable[str]) -> Self:
        """Remove statements for good and return the library opened anew.

        The generation before, which holds them, is removed, too; who has it open reads on in it.
        """
        after = self.update(remove=ids)
        forget_before(self.folder)
        return after

    def verify(self) -> None:
        """Read every file whole and compare it with the manifest.

        Raises:
            LibraryError: A file is not as it was written.
        """
        self._generation.verify()

    def close(self) -> None:
        """Close the files; the library cannot be used any more."""
        self._store.close()

    # -- What it is ------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Return the number of statements."""
        return self.manifest.statements

    def __repr__(self) -> str:
        """Name the folder and the size."""
        return f"<Library {str(self.folder)!r}: {len(self)} statements>"

    @property
    def manifest(self) -> Manifest:
        """Return what the library was built from, with counts and digests."""
        return self._generation.manifest

    @property
    def digest(self) -> str:
        """Return the sha256 (hex) of what the library holds: its statements."""
        return self.manifest.corpus_digest

    @property
    def generation(self) -> str:
        """Return the name of the generation; it changes with every writing."""
        return self._generation.name

    @property
    def is_current(self) -> bool:
        """Tell whether nothing was written since the library was opened."""
        return is_library(self.folder) and current_name(self.folder) == self.generation

    @property
    def read_only(self) -> bool:
        """Tell whether the library is not to be written, as the sample is not."""
        return is_read_only(self.folder)

    @property
    def encoder(self) -> Encoder:
        """Return the encoder the library was built with, loading it the first time.

        Raises:
            ModelError: It is not on this machine.
            LibraryError: What has its name now is another model.
        """
        with self._lock:
            if self._encoder is None:
                self._encoder = _load_encoder(self.folder, self.manifest)
            return self._encoder

    @cached_property
    def index(self) -> VectorIndex:
        """Return the index over the vectors of all passages, opened the first time."""
        with self._lock:
            path = self._generation.path / INDEX
            if path.exists():
                return FaissIndex.open(path, self._vectors)
            return FaissIndex.build(self._vectors)  # newer generations have replaced this one

    # -- Statements and passages -----------------------------------------------------------------

    def statement(self, statement_id: str) -> Statement:
        """Return the statement with this id.

        Raises:
            LibraryError: There is none.
        """
        return self.statements([statement_id])[0]

    def statements(self, ids: Iterable[str] | None = None) -> list[Statement]:
        """Return the statements with these ids, in the order given; all of them for None.

        Raises:
            LibraryError: There is none with one of the ids.
        """
        if ids is None:
            return list(self._store.every_statement())
        ids = list(ids)
        found = self._store.statements(ids)
        for statement_id in ids:
            if statement_id not in found:
                raise no_statement(statement_id, self.folder)
        return [found[statement_id] for statement_id in ids]

    def ids(self) -> set[str]:
        """Return the ids of all statements."""
        return {identity for (identity,) in self._store.all("SELECT id FROM statements")}

    def passage(self, row: int) -> Passage:
        """Return the passage in a row."""
        return self.passages([row])[0]

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        """Return the passages in these rows, in the order given.

        Raises:
            IndexError: There is no such row.
        """
        wanted = [int(row) for row in rows]
        found = self._store.passages(wanted)
        for row in wanted:
            if row not in found:
                raise IndexError(f"row {row} of {self.manifest.passages} passages")
        return [found[row] for row in wanted]

    def words_keys(self, rows: Sequence[int]) -> Rows:
        """Return the keys of passages' words, int64 [rows]; see `linking.words_key`."""
        found = dict(
            self._store.all(
                "SELECT row, words FROM passages WHERE row IN (SELECT value FROM json_each(?))",
                (json.dumps(list(rows)),),
            )
        )
        return np.array([found[row] for row in rows], np.int64)

    def rows_with_words(self, keys: Iterable[int]) -> list[tuple[int, int, str]]:
        """Return key, row and statement id of the passages whose words have these keys, by row."""
        return [
            (key, row, statement_id)
            for key, row, statement_id in self._store.all(
                "SELECT p.words, p.row, s.id FROM passages p JOIN statements s USING (n) "
                "WHERE p.words IN (SELECT value FROM json_each(?)) ORDER BY p.row",
                (json.dumps(list(keys)),),
            )
        ]

    def statement_rows(self, statement_id: str) -> range:
        """Return the rows of a statement's passages, which stand together and in order.

        Raises:
            LibraryError: There is no such statement.
        """
        found = self._store.all(
            "SELECT first_row, row_count FROM statements WHERE id = ?", (statement_id,)
        )
        if not found:
            raise no_statement(statement_id, self.folder)
        first, count = found[0]
        return range(first, first + count)

    def vectors(self, rows: Iterable[int] | None = None) -> Floats:
        """Return the vectors of these passages, float32 [rows, dim]; of all for None.

        They are kept in 16 bits.
        """
        kept = self._vectors if rows is None else self._vectors[np.fromiter(rows, np.int64)]
        return kept.astype(np.float32)

    def kept_vectors(self) -> Halves:
        """Return the vectors of all passages as they are kept, float16 [passages, dim], mapped."""
        return self._vectors

    @cached_property
    def whose(self) -> Whose:
        """Return which statement each passage is of, and what days those were made on."""
        return read_whose(self._store, self.manifest.passages)

    def parties(self, by: str) -> Parties:
        """Return whose each statement is, by "country" or by "speaker".

        Raises:
            QueryError: `by` is something else.
        """
        with self._lock:
            if by not in self._parties:
                self._parties[by] = read_parties(self._store, by)
            return self._parties[by]

    @cached_property
    def _parties(self) -> dict[str, Parties]:
        return {}

    def similar_texts(self, statement_id: str) -> list[Statement]:
        """Return the other statements with the same words and context; see `linking`."""
        found = self._store.all(
            "SELECT c.data FROM statements s JOIN contents c USING (n) WHERE s.text_key = "
            "(SELECT text_key FROM statements WHERE id = ?) AND s.id <> ? ORDER BY s.n",
            (statement_id, statement_id),
        )
        return [Statement.from_json(data) for (data,) in found]

    # -- Asking ----------------------------------------------------------------------------------

    search = questions.search
    pairs = questions.pairs
    timeline = questions.timeline
    positions = questions.positions
    review = questions.review

    # -- Finding ---------------------------------------------------------------------------------

    def nearest(self, vectors: Floats, k: int, allowed: Rows | None = None) -> Neighbours:
        """Return scores and rows of the k nearest passages of each vector, exactly.

        Args:
            vectors: float32 [n, dim].
            k: How many.
            allowed: The rows that may be found; None: all. See `allowed`.
        """
        return self.index.search(vectors, k, allowed)

    def full_text(self, query: str, k: int, allowed: Rows | None = None) -> Rows:
        """Return the rows of the passages that share words with `query`, best first (BM25).

        Stop words do not count. Nor do the most common of the other words, where together they
        stand in more passages than can be ranked quickly; the rarest always counts.
        """
        if allowed is None:
            return fulltext.ranked(self._store, query, k)
        rows = fulltext.ranked(self._store, query)
        return rows[np.isin(rows, allowed)][: max(0, k)]

    def holding(self, query: str) -> Rows:
        """Return the rows of the passages that hold all words of `query` but stop words."""
        return fulltext.holding_all(self._store, query)

    def allowed(self, filters: Filters, quote: Quote | None = None) -> Rows | None:
        """Return the rows of the passages that pass the filters, ascending; None: all pass.

        Args:
            filters: Which statements may be found.
            quote: Whose speaker and country "not the quote's own" means.
        """
        return allowed_rows(self._store, selection(filters, quote))

    def browse(
        self, filters: Filters | None = None, query: str = "", limit: int = 50, offset: int = 0
    ) -> tuple[list[Statement], int]:
        """Return a page of the statements that pass, newest first, and how many there are.

        Args:
            filters: Which statements.
            query: Words that must all stand in the statement, or in what is known of it.
            limit: Most statements on a page.
            offset: Statements on the pages before.
        """
        chosen = selection(filters or Filters())
        for word in fulltext.words(query):
            fulltext.require_word(chosen, word)
        return browse(self._store, chosen, limit, offset)

    @cached_property
    def languages(self) -> Mapping[str, int]:
        """Return the statements' languages as they are spelt, "" included, with their numbers."""
        return dict(self._store.all("SELECT language, count(*) FROM statements GROUP BY 1"))

    @cached_property
    def _facets(self) -> Facets:
        return read_facets(self._store)

    def facets(self) -> Facets:
        """Return the values that filters can choose from, with the number of statements of each."""
        return self._facets


def _load_encoder(folder: Path, manifest: Manifest, at_hand: Encoder | None = None) -> Encoder:
    """Return the encoder that a library was built with, loaded unless it is at hand."""
    if at_hand is not None:
        return at_hand
    from compare.models import load_encoder

    encoder = load_encoder(manifest.encoder)
    check_encoder(folder, manifest, encoder)
    return encoder
