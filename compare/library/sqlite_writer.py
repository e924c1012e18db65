"""Write the files of a SQLite store: its tables and the vectors.

Vectors are written in blocks. Every few seconds they are flushed to disk with a record of how many
are finished, so that the next writer can resume if this one is interrupted.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from compare.library.build import Embedding, columns_of, in_order, passage_key
from compare.library.filters import COLUMN_NAMES, COLUMNS
from compare.library.generations import RESUME
from compare.library.index.base import Rows
from compare.progress import Progress, within_total
from compare.statements import (
    Passage,
    Statement,
    WordsRead,
    complete,
    split_statement,
    words_key,
)
from compare.statements.normalize import segmented
from compare.statements.statement_file import new_database
from compare.strict_json import read_json

STORE = "library.sqlite"
VECTORS = "vectors.npy"

_STATEMENTS_AT_ONCE = 2000
_REUSED_AT_ONCE = 8192
_SAVED_EVERY = 5.0  # seconds

_TOKENIZE = "porter unicode61 remove_diacritics 2"
TRANSLATIONS = """
CREATE TABLE translations (row INTEGER PRIMARY KEY, n INTEGER NOT NULL, text TEXT NOT NULL,
    is_read INTEGER NOT NULL)"""
"""The table of the translations of passages; libraries of format 4 have none."""

_TABLES = f"""
CREATE TABLE statements (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL, first_row INTEGER NOT NULL, row_count INTEGER NOT NULL,
    {", ".join(f"{name} TEXT NOT NULL" for name in COLUMN_NAMES)},
    first_day INTEGER, last_day INTEGER, text_key INTEGER NOT NULL);
CREATE TABLE contents (n INTEGER PRIMARY KEY, context TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE countries (n INTEGER NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
    name_key TEXT NOT NULL);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, n INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    text TEXT NOT NULL, key INTEGER NOT NULL, words INTEGER NOT NULL);
{TRANSLATIONS};
CREATE VIRTUAL TABLE passage_words USING fts5(text, context, content='', tokenize='{_TOKENIZE}');
CREATE VIRTUAL TABLE statement_words USING fts5(about, content='', tokenize='{_TOKENIZE}');
"""
_ON_COLUMNS = [f"CREATE INDEX statements_{c.name} ON statements ({c.key_column});" for c in COLUMNS]
_INDEXES = f"""
CREATE UNIQUE INDEX statements_id ON statements (id);
CREATE INDEX translations_read ON translations (is_read, n);
{"".join(_ON_COLUMNS)}
CREATE INDEX statements_days ON statements (first_day, last_day);
CREATE INDEX statements_text_key ON statements (text_key);
CREATE INDEX passages_words ON passages (words);
CREATE INDEX countries_key ON countries (key, n);
CREATE INDEX countries_name_key ON countries (name_key, n);
INSERT INTO passage_words (passage_words) VALUES ('optimize');
INSERT INTO statement_words (statement_words) VALUES ('optimize');
"""


# -- Tables --------------------------------------------------------------------------------------


def write_tables(
    path: Path, statements: Iterable[Statement], read: WordsRead = WordsRead.TRANSLATIONS
) -> tuple[int, Rows, str]:
    """Write statements, sorted by id, to a new file; `read` is what models read of them.

    Returns their number, the key of each passage's text, int64, and the corpus digest.

    Raises:
        LibraryError: An id is used twice, a text is not Unicode, or the disk is full.
    """
    hashes: list[bytes] = []
    keys = array("q")
    ordered = in_order(statements)
    with new_database(path) as database:
        _run(database, _TABLES)
        while batch := list(islice(ordered, _STATEMENTS_AT_ONCE)):
            rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
            for statement, data in batch:
                passages = split_statement(statement, read)
                keys.extend(_add(rows, len(hashes), len(keys), statement, passages, data))
                hashes.append(hashlib.sha256(data.encode()).digest())  # equals its content_hash
            for table, added in rows.items():
                marks = ", ".join("?" * len(added[0]))
                database.executemany(f"INSERT INTO {table} VALUES ({marks})", added)
        _run(database, _INDEXES)
    digest = hashlib.sha256(b"".join(sorted(hashes))).hexdigest()
    return len(hashes), np.array(keys, np.int64), digest


def _run(database: sqlite3.Connection, script: str) -> None:
    """Run a script inside the open transaction, which `executescript` would end."""
    for command in filter(None, map(str.strip, script.split(";"))):
        database.execute(command)


def _add(
    rows: dict[str, list[tuple[Any, ...]]],
    n: int,
    row: int,
    statement: Statement,
    passages: Sequence[Passage],
    data: str,
) -> list[int]:
    """Add a statement's rows to those of each table; return the keys of its passages."""
    columns = columns_of(statement)
    place = (n, statement.id, row, len(passages))
    rows["statements"].append((*place, *columns.values, *columns.days, columns.text_key))
    rows["contents"].append((n, statement.context, data))
    for country in columns.countries:
        rows["countries"].append((n, *country))
    rows["statement_words (rowid, about)"].append((n, segmented(columns.about)))
    keys = []
    context = segmented(statement.context)
    for at, passage in enumerate(passages, start=row):
        keys.append(passage_key(passage.completed))
        words = words_key(passage.read, passage.context)
        rows["passages"].append((at, n, passage.start, passage.end, passage.text, keys[-1], words))
        searched = segmented(passage.searched)
        rows["passage_words (rowid, text, context)"].append((at, searched, context))
        if passage.translation:
            said = (at, n, passage.translation, passage.reads_translation)
            rows["translations"].append(said)
    return keys


# -- Vectors -------------------------------------------------------------------------------------


def write_vectors(
    folder: Path, keys: Rows, embedding: Embedding, on_progress: Progress | None
) -> np.ndarray:
    """Write the vector of each passage, float16 [passages, dim], and return them, mapped.

    A vector comes from the known store, an earlier row with the same text, or the encoder.
    """
    path, unfinished = folder / VECTORS, folder / RESUME
    shape = (len(keys), embedding.dim)
    if not len(keys):
        np.save(path, np.zeros(shape, np.float16))
        return np.zeros(shape, np.float16)
    record = {"keys": hashlib.sha256(keys.tobytes()).hexdigest(), "encoder": embedding.digest}
    done = _finished(unfinished, record) if _shape_of(path) == shape else 0
    if not 0 < done <= len(keys) or not _are_unit(np.load(path, mmap_mode="r")[:done]):
        done = 0
        unfinished.unlink(missing_ok=True)  # the record of another build
    vectors = np.lib.format.open_memmap(
        path, mode="r+" if done else "w+", dtype=np.float16, shape=shape
    )
    _reserve(path)
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    earliest = first[which]
    known = np.full(len(keys), -1)
    if embedding.known is not None:
        known = embedding.known.embedded_rows(keys)
    new = (known < 0) & (earliest == np.arange(len(keys)))
    total, count = int(new.sum()), int(new[:done].sum())
    saved = time.monotonic()
    size = embedding.at_once if total else _REUSED_AT_ONCE
    with closing(sqlite3.connect(folder / STORE)) as database:
        for start in range(done, len(keys), size):
            block = np.arange(start, min(start + size, len(keys)))
            if len(wanted := block[new[block]]):
                step = within_total(on_progress, count, total)
                vectors[wanted] = embedding.encode(_texts(database, wanted), step)
                count += len(wanted)
            if embedding.known is not None:
                reused = block[known[block] >= 0]
                vectors[reused] = embedding.known.vectors(known[reused])
            repeated = block[~new[block] & (known[block] < 0)]
            vectors[repeated] = vectors[earliest[repeated]]
            if time.monotonic() - saved > _SAVED_EVERY:
                vectors.flush()
                _write_record(unfinished, {**record, "rows": int(block[-1]) + 1})
                saved = time.monotonic()
    vectors.flush()
    if unfinished.exists() or time.monotonic() - saved > _SAVED_EVERY:
        _write_record(unfinished, {**record, "rows": len(keys)})
    return vectors


def _texts(database: sqlite3.Connection, rows: Rows) -> list[str]:
    """Return the embedded texts of the passages in ascending rows."""
    found = database.execute(
        "SELECT coalesce(t.text, p.text), c.context FROM passages p JOIN contents c USING (n) "
        "LEFT JOIN translations t ON t.row = p.row AND t.is_read "
        "WHERE p.row IN (SELECT value FROM json_each(?)) ORDER BY p.row",
        (json.dumps(rows.tolist()),),
    )
    return [complete(text, context) for text, context in found]


def _reserve(path: Path) -> None:
    # Without room on the disk, writing to a mapped page would kill the process.
    if hasattr(os, "posix_fallocate"):
        with path.open("rb+") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)


def _shape_of(path: Path) -> tuple[int, ...] | None:
    try:
        shape: tuple[int, ...] = np.load(path, mmap_mode="r", allow_pickle=False).shape
    except (OSError, ValueError):
        return None
    return shape


def _are_unit(vectors: np.ndarray) -> bool:
    """Whether all have unit length, unlike rows that were never written."""
    for start in range(0, len(vectors), _REUSED_AT_ONCE):
        block = vectors[start : start + _REUSED_AT_ONCE].astype(np.float32)
        lengths = np.sqrt(np.einsum("ij,ij->i", block, block))
        if not (np.abs(lengths - 1) < 1e-2).all():
            return False
    return True


def _finished(path: Path, record: Mapping[str, str]) -> int:
    """Return how many rows an interrupted writer of the same passages had finished."""
    try:
        found = read_json(path.read_text(encoding="utf-8"))
        rows = found.pop("rows")
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return 0
    return rows if found == record and type(rows) is int else 0


def _write_record(path: Path, record: Mapping[str, str | int]) -> None:
    new = path.with_suffix(".new")
    new.write_text(json.dumps(record), encoding="utf-8")
    new.replace(path)
