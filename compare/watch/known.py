"""The statements of a library at the last run, and what has changed since.

A statement is known by 8 bytes of the sha256 of its id and 8 bytes of that of its words, so that
no words are kept. Other fields do not count: a corrected venue is no news.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compare.watch.values import words_hash

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.progress import Progress
    from compare.statements import Statement

FORMAT, _VERSION = "compare-known-statements", 1

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
        about = {"format": FORMAT, "version": _VERSION, "digest": self.digest}
        return json.dumps({**about, "statements": records}) + "\n"

    @classmethod
    def read(cls, digest: str, statements: str) -> Known:
        """Read the fields of what `to_json` returned.

        Raises:
            ValueError: The statements are not such.
        """
        try:
            records = base64.b64decode(statements, validate=True)
        except ValueError:
            raise ValueError("statements: they are not in base64") from None
        if len(records) % 16:
            raise ValueError("statements: the last record is cut")
        hashes = np.frombuffer(records, ">u8").astype(np.uint64).reshape(-1, 2)
        if (hashes[1:, 0] < hashes[:-1, 0]).any():
            raise ValueError("statements: the records are not sorted")
        return cls(digest, hashes)


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
    done, every = 0, library.store.all_statements()
    while statements := [*islice(every, _AT_ONCE)]:
        hashes = np.frombuffer(b"".join(map(_record, statements)), ">u8").astype(np.uint64)
        parts.append(hashes.reshape(-1, 2))
        for known, changes in zip(before, found, strict=True):
            _compare(statements, parts[-1], known.hashes, changes)
        done += len(statements)
        if on_progress:
            on_progress(done, len(library))
    all_hashes = np.concatenate(parts)
    return Known(
        library.digest, all_hashes[np.lexsort((all_hashes[:, 1], all_hashes[:, 0]))]
    ), found


def _record(statement: Statement) -> bytes:
    of_id = hashlib.sha256(statement.id.encode("utf-8", "surrogatepass")).digest()
    return of_id[:8] + words_hash(statement)[:8]


def _compare(
    statements: Sequence[Statement], hashes: _Hashes, known: _Hashes, changes: Changes
) -> None:
    at = np.searchsorted(known[:, 0], hashes[:, 0])
    there = at < len(known)
    there[there] = known[at[there], 0] == hashes[there, 0]
    same = there.copy()
    same[there] = known[at[there], 1] == hashes[there, 1]
    changes.new += [statements[n].id for n in np.flatnonzero(~there).tolist()]
    changes.changed += [statements[n].id for n in np.flatnonzero(there & ~same).tolist()]
