"""Keep the scores of pairs of passages on disk: a comparison that was stopped goes on there."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.errors import LibraryError
from compare.library.index.base import Rows
from compare.library.locations import CACHE_VARIABLE, writable_cache

_AT_ONCE = 512
_MOST_FILES = 20
_KNOWN = """
SELECT pair.key, agree, oppose, neither FROM json_each(?) AS pair CROSS JOIN scores
WHERE a = json_extract(pair.value, '$[0]') AND b = json_extract(pair.value, '$[1]')
"""


class Journal:
    """The scores that one model gave to pairs of one library's passages, whichever came first."""

    def __init__(self, what: Mapping[str, Any], folder: Path | None = None) -> None:
        """Open the journal of a model and a library, made if it is not there.

        Args:
            what: All that the scores depend on.
            folder: Where it is; in the cache where None.

        Raises:
            LibraryError: It cannot be read or written, as all that follows can.
        """
        key = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:24]
        folder = folder or writable_cache() / "comparisons"
        self._path = folder / f"{key}.sqlite"
        with self._said_plainly():
            folder.mkdir(parents=True, exist_ok=True)
            _remove_oldest(folder, self._path)
            try:
                self._make()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # damaged: its scores can be made again
                self._path.unlink(missing_ok=True)
                self._make()

    def _make(self) -> None:
        with closing(self._connect()) as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS scores (a INTEGER, b INTEGER, agree REAL, oppose REAL, "
                "neither REAL, PRIMARY KEY (a, b)) WITHOUT ROWID"
            )
            database.execute("SELECT a FROM scores LIMIT 1").fetchall()

    def known(self, a: Rows, b: Rows) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return the scores of pairs, float32 [n, 3], and which of them are there, bool [n]."""
        scores = np.zeros((len(a), 3), np.float32)
        there = np.zeros(len(a), bool)
        with self._said_plainly(), closing(self._connect()) as database:
            for place, *row in database.execute(_KNOWN, (json.dumps(_pairs(a, b)),)):
                scores[place], there[place] = row, True
        return scores, there

    def read(
        self,
        a: Rows,
        b: Rows,
        score: Callable[[Rows], NDArray[np.float32]],
        on_progress: Callable[[int, int], None] | None = None,
    ) -> NDArray[np.float32]:
        """Return the scores of pairs, float32 [n, 3]; what is known is not read again.

        Args:
            a: Rows of one side.
            b: Rows of the other.
            score: Told the numbers of some pairs, gives their scores, which are kept at once.
            on_progress: Told of pairs whose scores are there.
        """
        scores, known = self.known(a, b)
        left = np.flatnonzero(~known)
        done = len(a) - len(left)
        for start in range(0, len(left), _AT_ONCE):
            part = left[start : start + _AT_ONCE]
            scores[part] = score(part)
            self.add(a[part], b[part], scores[part])
            done += len(part)
            if on_progress:
                on_progress(done, len(a))
        return scores

    def add(self, a: Rows, b: Rows, scores: NDArray[np.float32]) -> None:
        """Keep the scores of pairs; they are on the disk when this returns."""
        rows = [(*pair, *row) for pair, row in zip(_pairs(a, b), scores.tolist(), strict=True)]
        with self._said_plainly(), closing(self._connect()) as database, database:
            database.executemany("INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?)", rows)

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise LibraryError(
                f"Scores cannot be kept in {self._path} ({error}); those kept so far stay. Make "
                f"room, or name another folder with {CACHE_VARIABLE}."
            ) from error

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=60)


def _pairs(a: Rows, b: Rows) -> list[tuple[int, int]]:
    """Return pairs with the lower row first: the order of the sides changes no score."""
    low, high = np.minimum(a, b).tolist(), np.maximum(a, b).tolist()
    return list(zip(low, high, strict=True))


def _remove_oldest(folder: Path, keep: Path) -> None:
    """Remove the journals that were longest unused, so that the cache stays small."""
    with suppress(OSError):
        files = sorted(folder.glob("*.sqlite"), key=lambda path: path.stat().st_mtime)
        for path in files[:-_MOST_FILES]:
            if path != keep:
                path.unlink(missing_ok=True)
