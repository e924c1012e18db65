"""The statements of a library at the last run, and what has changed since.

A statement is known by 8 bytes of the sha256 of its id and 8 bytes of that of its words, so that
no words are kept. Other fields do not count: a corrected venue is no news.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compare.export.dictionary import check
from compare.strict_json import read_json
from compare.watch.values import words_hash

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.progress import Progress
    from compare.statements import Statement

FORMAT, VERSION = "compare-known-statements", 1

_AT_ONCE = 5_000
_Hashes = NDArray[np.uint64]  # [n, 2]: of each statement's id and of its words


@dataclass(frozen=True, slots=True)
class Known:
    """The statements of a library in one state.

    Attributes:
        digest: The digest of the library.
        hashes: uint64 [statements, 2]: of the id and of the words, sorted.
    """

    digest: str
    hashes: _Hashes

    def to_json(self) -> str:
        """Return the text of the document."""
        records = base64.b64encode(self.hashes.astype(">u8").tobytes()).decode()
        about = {"format": FORMAT, "version": VERSION, "digest": self.digest}
        return json.dumps({**about, "statements": records}) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Known:
        """Read what `to_json` returned.

        Raises:
            ValueError: It is not such a document.
        """
        data = read_json(text)
        check("known statements", data)
        records = base64.b64decode(data["statements"], validate=True)
        if len(records) % 16:
            raise ValueError("statements: the last record is cut")
        hashes = np.frombuffer(records, ">u8").astype(np.uint64).reshape(-1, 2)
        if (hashes[1:, 0] < hashes[:-1, 0]).any():
            raise ValueError("statements: the records are not sorted")
        return cls(data["digest"], hashes)


@dataclass(slots=True)
class Changes:
    """What a library has that it had not, or had with other words: ids of statements."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def survey(
    library: Library, before: Sequence[Known] = (), on_progress: Progress | None = None
) -> tuple[Known, list[Changes]]:
    """Read all statements; return them as known, and what has changed since each state before.

    `on_progress` reports statements read.
    """
    parts: list[_Hashes] = [np.zeros((0, 2), np.uint64)]
    found = [Changes() for _ in before]
    done = 0
    for statements in _in_parts(library.store.all_statements()):
        hashes = _hashes_of(statements)
        parts.append(hashes)
        for known, changes in zip(before, found, strict=True):
            _compare(statements, hashes, known.hashes, changes)
        done += len(statements)
        if on_progress:
            on_progress(done, len(library))
    every = np.concatenate(parts)
    return Known(library.digest, every[np.lexsort((every[:, 1], every[:, 0]))]), found


def _in_parts(statements: Iterator[Statement]) -> Iterator[list[Statement]]:
    while part := list(islice(statements, _AT_ONCE)):
        yield part


def _hashes_of(statements: Sequence[Statement]) -> _Hashes:
    records = b"".join(_id_hash(one.id)[:8] + words_hash(one)[:8] for one in statements)
    return np.frombuffer(records, ">u8").astype(np.uint64).reshape(-1, 2)


def _id_hash(statement_id: str) -> bytes:
    return hashlib.sha256(statement_id.encode("utf-8", "surrogatepass")).digest()


def _compare(
    statements: Sequence[Statement], hashes: _Hashes, known: _Hashes, changes: Changes
) -> None:
    at = np.searchsorted(known[:, 0], hashes[:, 0])
    there = at < len(known)
    there[there] = known[at[there], 0] == hashes[there, 0]
    same = there.copy()
    same[there] = known[at[there], 1] == hashes[there, 1]
    for statement, is_there, is_same in zip(statements, there, same, strict=True):
        if not is_there:
            changes.new.append(statement.id)
        elif not is_same:
            changes.changed.append(statement.id)
