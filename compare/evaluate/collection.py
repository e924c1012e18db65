"""Read a test collection for search: passages, queries, and what readers said of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compare.corpus.columns import missing_text, resolve
from compare.corpus.validate import Validator
from compare.corpus.values import BadCellError, Problem
from compare.errors import CorpusError, LibraryError, QueryError
from compare.evaluate.labelled import read_label
from compare.evaluate.pair_files import needed, read_rows
from compare.library.library import Library
from compare.library.locations import CACHE_VARIABLE, cache_dir
from compare.results.result import Stance
from compare.statements.quotes import clean_quote
from compare.statements.statement import Statement

if TYPE_CHECKING:
    from compare.library.library import Progress
    from compare.models.encoder import Encoder

_QUERIES = "a file of queries has the columns query_id and query"
_JUDGEMENTS = "a file of judgements has the columns query_id, passage_id and label"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What readers said of one passage under one query; `line` is where it stands in the file."""

    query_id: str
    passage_id: str
    label: Stance
    line: int


def read_queries(path: Path) -> dict[str, str]:
    """Return the queries by their ids, in the order of the file.

    Raises:
        CorpusError: The file cannot be read, an id is there twice, or a query is empty.
    """
    found: dict[str, str] = {}
    for row in read_rows(path):
        name, text = (needed(row, column, _QUERIES).strip() for column in ("query_id", "query"))
        if name in found:
            message = "this id is used already; give each query its own"
            raise CorpusError(str(row.problem(message, "query_id", name)))
        try:
            found[name] = clean_quote(text)
        except QueryError:
            message = "this is empty or too long for a query; give the words to search for"
            raise CorpusError(str(row.problem(message, "query", text))) from None
    return found


def read_judgements(path: Path, queries: Mapping[str, str]) -> tuple[list[Judgement], int]:
    """Return what readers said under these queries, and how many said something under others.

    Raises:
        CorpusError: The file cannot be read, a label is none, a passage has two labels under one
            query, or none of the queries is judged.
    """
    found: dict[tuple[str, str], Judgement] = {}
    for row in read_rows(path):
        query, passage = (
            needed(row, name, _JUDGEMENTS).strip() for name in ("query_id", "passage_id")
        )
        judged = Judgement(query, passage, read_label(row, _JUDGEMENTS), row.line)
        first = found.setdefault((query, passage), judged)
        if first.label is not judged.label:
            message = (
                f"this passage is labelled {first.label.value} under the same query in line "
                f"{first.line}; keep one of the two"
            )
            raise CorpusError(str(row.problem(message, "label", judged.label.value)))
    kept = [judged for judged in found.values() if judged.query_id in queries]
    if not kept:
        message = "no query of the file of queries is judged; name the judgements that go with it"
        raise CorpusError(str(Problem(str(path), 0, "", "", message)))
    return kept, len(found) - len(kept)


def by_query(
    judgements: Iterable[Judgement], ids: Container[str], path: Path
) -> dict[str, dict[str, Stance]]:
    """Return the labels of the judged passages of each query.

    Args:
        judgements: Of the file `path`.
        ids: Of the passages of the collection.
        path: For the message.

    Raises:
        CorpusError: A passage is not in the collection.
    """
    labels: dict[str, dict[str, Stance]] = {}
    for judged in judgements:
        if judged.passage_id not in ids:
            message = "the collection has no such passage; name the collection that was judged"
            where = Problem(str(path), judged.line, "passage_id", judged.passage_id, message)
            raise CorpusError(str(where))
        labels.setdefault(judged.query_id, {})[judged.passage_id] = judged.label
    return labels


def read_collection(path: Path) -> list[Statement]:
    """Return the passages of a collection as statements with the collection's ids.

    Raises:
        CorpusError: It cannot be read, or a row is none that a corpus could have.
    """
    validator, statements = Validator(), []
    for row in read_rows(path):
        fields = resolve(row.cells, {})
        if "text" not in fields.values():
            raise CorpusError(str(row.problem(missing_text(row.cells, {}))))
        try:
            statements.append(validator.statement(row, fields))
        except BadCellError as error:
            problem = row.problem(str(error), error.column, error.value)
            raise CorpusError(str(problem)) from None
    return statements


def open_collection(
    path: Path,
    encoder: Encoder,
    on_progress: Progress | None = None,
    check: Callable[[Container[str]], object] | None = None,
) -> Library:
    """Open the library of a collection; the first time it is built, in the cache.

    Args:
        path: The collection.
        encoder: For the vectors. Another file and another encoder have another library.
        on_progress: Told how many passages are embedded.
        check: Given the ids of the passages ahead of the embedding, to raise what is wrong.

    Raises:
        CorpusError: The collection cannot be read.
        LibraryError: The cache cannot be written.
    """
    from filelock import FileLock

    folder = cache_dir() / "evaluation" / _key(path, encoder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if (opened := _whole(folder, encoder)) is not None:
                return opened
            statements = read_collection(path)
            if check:
                check({statement.id for statement in statements})
            return Library.build(statements, folder, encoder, on_progress)
    except OSError as error:
        raise LibraryError(
            f"The cache {folder.parent} cannot be written ({error.strerror or error}): name "
            f"another folder with {CACHE_VARIABLE}."
        ) from error


def _key(path: Path, encoder: Encoder) -> str:
    """Return what is another for other words, other vectors and other ways to write them."""
    from compare import __version__
    from compare.library.generations import FORMAT
    from compare.models.runtime import file_sha256

    try:
        content = file_sha256(path)
    except OSError:
        read_rows(path)  # which says what is wrong with the file
        raise
    read_as = "".join(path.suffixes[-2:]).casefold()
    made_of = [content, read_as, encoder.name, encoder.digest, str(FORMAT), __version__]
    return hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:16]


def _whole(folder: Path, encoder: Encoder) -> Library | None:
    """Open a library that is whole; one that is not can always be made again."""
    try:
        return Library.open(folder, encoder)
    except LibraryError:
        return None
