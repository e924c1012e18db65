"""What a generation is built from: changed statements, their columns and the source of vectors."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from compare import __version__
from compare.errors import LibraryError, ModelError
from compare.library.filters import COLUMNS
from compare.library.generations import FORMAT, MANIFEST, Manifest, record_files
from compare.library.index.base import Floats, check_vectors
from compare.library.passage_store import DEFAULT_STORE, FileStore, PassageStore, store_kind
from compare.statements import Statement, WordsRead, country_key, fold
from compare.statements.duplicates import text_key
from compare.statements.statement_file import StatementFile

if TYPE_CHECKING:
    from typing import Self

    from compare.library.backend import Backend
    from compare.models import Encoder
    from compare.progress import Progress

_STAGED = "staged.sqlite"


class Change:
    """The statements of a new generation: those of a store plus added, minus removed ones.

    Attributes:
        added: The statements to add, by id; an id may occur twice.
        removed: The ids of the statements to remove.
    """

    def __init__(
        self,
        scratch: Path,
        add: Iterable[Statement],
        before: PassageStore | None = None,
        remove: Collection[str] = (),
    ) -> None:
        """Write the added statements to a file in the scratch folder if they are in none.

        Raises:
            LibraryError: The disk is full.
        """
        self._before, self.removed, self._path = before, remove, scratch / _STAGED
        self.added = add if isinstance(add, StatementFile) else StatementFile(self._path, add)

    def statements(self) -> Iterator[Statement]:
        """Yield the statements after the change, by id; the file is removed at the end."""
        gone = {*self.removed, *self.added.ids()}
        before = iter(()) if self._before is None else self._before.all_statements()
        kept = (statement for statement in before if statement.id not in gone)
        yield from heapq.merge(kept, self.added, key=attrgetter("id"))
        self._path.unlink(missing_ok=True)


def in_order(statements: Iterable[Statement]) -> Iterator[tuple[Statement, str]]:
    """Yield each statement with its JSON, having checked order, id and encoding.

    Raises:
        LibraryError: An id is used twice, or a text is not Unicode.
    """
    before: str | None = None
    for statement in statements:
        if before == statement.id:
            raise LibraryError(
                f"The id {statement.id!r} is used twice: give every statement an id of its own."
            )
        if before is not None and before > statement.id:
            raise ValueError(f"{statement.id!r} comes after {before!r}: sort by id")
        before = statement.id
        data = statement.to_json()
        try:
            data.encode()
        except UnicodeEncodeError as error:
            raise LibraryError(
                f"The statement {statement.id!r} holds half a character "
                f"({error.object[error.start]!r}), which no file can keep: save its corpus as "
                "UTF-8 again."
            ) from None
        yield statement, data


@dataclass(frozen=True, slots=True)
class Embedding:
    """The source of a new generation's vectors.

    Attributes:
        name: Name of the encoder; `digest` identifies its weights, and `dim` is its dimension.
        load: Loads the encoder; only called if there is something to embed.
        known: A store with vectors of the same encoder, which are reused.
        read: What is embedded of statements with a translation.
    """

    name: str
    digest: str
    dim: int
    load: Callable[[], Encoder]
    known: FileStore | None = None
    read: WordsRead = WordsRead.TRANSLATIONS

    @classmethod
    def by(
        cls,
        encoder: Encoder,
        known: FileStore | None = None,
        read: WordsRead = WordsRead.TRANSLATIONS,
    ) -> Self:
        """Return an encoder as the source."""
        return cls(encoder.name, encoder.digest, encoder.dim, lambda: encoder, known, read)

    @classmethod
    def as_before(
        cls, where: Backend, made: Manifest, encoder: Encoder | None, known: FileStore | None = None
    ) -> Self:
        """Return the source that a library was built with, which is loaded if it is not given.

        Raises:
            LibraryError: The encoder is another.
        """
        if encoder is not None:
            check_encoder(where, made, encoder)
        load = cache(lambda: encoder or encoder_of(where, made))
        return cls(made.encoder, made.encoder_digest, made.dim, load, known, made.read)

    @property
    def at_once(self) -> int:
        """Return how many texts to encode at once; this loads the encoder."""
        return self.load().at_once

    def manifest(self, **made: Any) -> Manifest:
        """Return the manifest of a generation with these vectors, given its other fields."""
        return Manifest(
            program=__version__, encoder=self.name, encoder_digest=self.digest, dim=self.dim,
            read=self.read, **made,
        )  # fmt: skip

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Floats:
        """Encode texts and check the vectors.

        Raises:
            ModelError: They are not float32 [texts, dim] with rows of unit length.
        """
        vectors = self.load().encode(texts, on_progress)
        try:
            vectors = check_vectors(vectors, self.dim)
            if len(vectors) != len(texts):
                raise ValueError(f"{len(vectors)} vectors for {len(texts)} texts")
            lengths = np.linalg.norm(vectors, axis=1)
            if texts and np.abs(lengths - 1).max() > 1e-3:
                raise ValueError(f"a vector of length {lengths[np.abs(lengths - 1).argmax()]:.3f}")
        except ValueError as error:
            raise ModelError(
                f"The encoder {self.name!r} did not give unit vectors ({error}): use another with "
                "--encoder."
            ) from error
        return vectors


class Columns(NamedTuple):
    """What every store keeps of a statement beside its JSON.

    Attributes:
        values: The values of `filters.COLUMN_NAMES`.
        days: First and last day of its date as ordinals; None if undated.
        text_key: Equal for duplicates; see `statements.duplicates.text_key`.
        about: The words of its metadata, in which `browse` looks.
        countries: Key, name and folded name of each country.
    """

    values: tuple[str, ...]
    days: tuple[int | None, int | None]
    text_key: int
    about: str
    countries: tuple[tuple[str, str, str], ...]


def columns_of(statement: Statement) -> Columns:
    """Return the columns of a statement."""
    values: dict[str, str] = {}
    for column in COLUMNS:
        values[column.name] = value = column.read(statement)
        values[column.key_column] = column.key(value) if column.key else value
    date = statement.date
    about = (statement.speaker, statement.role, statement.countries, statement.venue)
    more = (statement.title, statement.source, statement.context, statement.id)
    return Columns(
        tuple(values.values()),
        (date.first.toordinal(), date.last.toordinal()) if date else (None, None),
        text_key(statement),
        "\n".join((*about, *more)),
        tuple((country_key(one), one.name, fold(one.name)) for one in statement.country),
    )


def passage_key(completed: str) -> int:
    """Return 64 bits of the sha256 of a passage's embedded text, as a signed integer.

    Among ten million texts the chance that any two share a key is 3 in a million.
    """
    digest = hashlib.sha256(completed.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def write_generation(
    scratch: Path,
    kind: str | None,
    change: Change,
    embedding: Embedding,
    on_progress: Progress | None,
) -> Manifest:
    """Write the files of a generation in a store of a kind, and return the manifest for them."""
    (scratch / MANIFEST).unlink(missing_ok=True)  # left by an interrupted writer
    kind = kind or DEFAULT_STORE
    written = store_kind(kind).write(scratch, change, embedding, on_progress)
    files = record_files(scratch)
    return embedding.manifest(format=FORMAT, store=kind, files=files, **written._asdict())


# -- Encoders ----------------------------------------------------------------------------------


def encoder_of(where: Backend, manifest: Manifest) -> Encoder:
    """Load the encoder that a library was built with.

    Raises:
        ModelError: The encoder is not on this machine.
        LibraryError: The model of that name has changed.
    """
    from compare.models import load_encoder

    encoder = load_encoder(manifest.encoder)
    check_encoder(where, manifest, encoder)
    return encoder


def check_encoder(where: Backend, manifest: Manifest, encoder: Encoder) -> None:
    """Raise LibraryError unless this is the encoder that the library was built with."""
    if (encoder.digest, encoder.dim) != (manifest.encoder_digest, manifest.dim):
        raise LibraryError(
            f"The library in {where} was built with the encoder {manifest.encoder!r} "
            f"({manifest.encoder_digest[:12]}…), not with {encoder.name!r} "
            f"({encoder.digest[:12]}…): pass --encoder {manifest.encoder}, or build it again with "
            "`compare build`."
        )


def no_statement(statement_id: str, where: Backend) -> LibraryError:
    """Return the error for an id that no statement has."""
    return LibraryError(
        f"There is no statement {statement_id!r} in the library in {where}: `compare show` lists "
        "the ids."
    )
