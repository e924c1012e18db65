"""Score pairs with the one or two stages of a stance model, and keep the scores on disk."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.errors import LibraryError
from compare.library.index.base import Floats, Rows
from compare.library.locations import CACHE_VARIABLE, writable_cache
from compare.models import signature
from compare.models.values import Probabilities
from compare.progress import Progress, counted_on
from compare.results.result import Excerpt, ranking_score

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.models import StanceModel


# -- Two stages ----------------------------------------------------------------------------------


class Scores(NamedTuple):
    """The scores of pairs.

    Attributes:
        probabilities: Of agree, oppose and neither, float32 [n, 3].
        first_stage_only: Which pairs the second stage of a cascade did not score, bool [n].
    """

    probabilities: Floats
    first_stage_only: NDArray[np.bool_]

    def of_each(self) -> Iterator[tuple[Probabilities, bool]]:
        """Yield the probabilities of each pair, and whether only the first stage scored it."""
        rows = zip(self.probabilities.tolist(), self.first_stage_only.tolist(), strict=True)
        yield from ((Probabilities(*row), only) for row, only in rows)


def score_in_stages(
    model: StanceModel,
    count: int,
    score: Callable[[StanceModel, Rows, Progress | None], Floats],
    choose: Callable[[Floats], Rows],
    most_again: int,
    on_progress: Progress | None = None,
) -> Scores:
    """Score pairs, of a cascade those that will be seen again with its second stage.

    Args:
        model: A model of one or two stages.
        count: Number of pairs.
        score: Returns the probabilities of some pairs, by number, by one stage.
        choose: Returns the numbers of the pairs to score again, given the first stage's
            probabilities.
        most_again: At most so many are chosen.
        on_progress: Reports pairs scored; those scored twice count twice.
    """
    first, *more = model.stages
    every = np.arange(count)
    if not more:
        return Scores(score(first, every, on_progress), np.zeros(count, bool))
    total = count + min(count, most_again)
    scores = score(first, every, counted_on(on_progress, 0, total))
    again = choose(scores)
    scores[again] = score(more[0], again, counted_on(on_progress, total - len(again), total))
    first_stage_only = np.ones(count, bool)
    first_stage_only[again] = False
    if on_progress:
        on_progress(total, total)
    return Scores(scores, first_stage_only)


def top_of_lists(scores: Floats, similarities: Sequence[float] | Floats, most: int) -> Rows:
    """Return the numbers of the first `most` pairs of the agree and of the oppose list."""
    again: set[int] = set()
    for column in (0, 1):
        ranks = [
            ranking_score(float(probability), float(similarity))
            for probability, similarity in zip(scores[:, column], similarities, strict=True)
        ]
        again.update(np.argsort(-np.asarray(ranks), kind="stable")[:most].tolist())
    return np.array(sorted(again), np.int64)


def read_excerpts(library: Library, rows: Iterable[int]) -> dict[int, Excerpt]:
    """Return the passages in these rows with their statements."""
    wanted = sorted(set(rows))
    passages = library.passages(wanted)
    ids = sorted({passage.statement_id for passage in passages})
    statements = dict(zip(ids, library.statements(ids), strict=True))
    return {
        row: Excerpt(statements[passage.statement_id], passage)
        for row, passage in zip(wanted, passages, strict=True)
    }


# -- Scores on disk ------------------------------------------------------------------------------

_AT_ONCE = 512
_MOST_FILES = 20
_KNOWN = """
SELECT pair.key, agree, oppose, neither FROM json_each(?) AS pair CROSS JOIN scores
WHERE a = json_extract(pair.value, '$[0]') AND b = json_extract(pair.value, '$[1]')
"""


class ScoreCache:
    """The scores that one model gave to pairs of one library's passages, in either order.

    They are written every few hundred pairs: a comparison that was stopped resumes there.
    """

    def __init__(self, key: Mapping[str, Any], folder: Path | None = None) -> None:
        """Open the file for a key, or make it.

        Args:
            key: All that the scores depend on.
            folder: The folder of the file; None: the cache.

        Raises:
            LibraryError: It cannot be read or written; all methods may raise this.
        """
        name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]
        folder = folder or writable_cache() / "comparisons"
        self._path = folder / f"{name}.sqlite"
        with self._plain_errors():
            folder.mkdir(parents=True, exist_ok=True)
            _remove_oldest(folder, self._path)
            try:
                self._make()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # damaged: its scores can be made again
                self._path.unlink(missing_ok=True)
                self._make()

    @classmethod
    def of(cls, library: Library, model: StanceModel, folder: Path | None = None) -> ScoreCache:
        """Open the file for a generation of a library and a model of one stage."""
        return cls({"library": library.generation, "model": signature(model)}, folder)

    def _make(self) -> None:
        with closing(self._connect()) as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS scores (a INTEGER, b INTEGER, agree REAL, oppose REAL, "
                "neither REAL, PRIMARY KEY (a, b)) WITHOUT ROWID"
            )
            database.execute("SELECT a FROM scores LIMIT 1").fetchall()

    def known(self, a: Rows, b: Rows) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the scores of pairs, float32 [n, 3], and which of them are known, bool [n]."""
        scores = np.zeros((len(a), 3), np.float32)
        known = np.zeros(len(a), bool)
        with self._plain_errors(), closing(self._connect()) as database:
            for place, *row in database.execute(_KNOWN, (json.dumps(_pairs(a, b)),)):
                scores[place], known[place] = row, True
        return scores, known

    def score(
        self,
        a: Rows,
        b: Rows,
        score: Callable[[Rows], Floats],
        on_progress: Progress | None = None,
    ) -> Floats:
        """Return the scores of pairs, float32 [n, 3]; only those not known are computed.

        Args:
            a: Rows of one side.
            b: Rows of the other.
            score: Computes the scores of some pairs, by number.
            on_progress: Reports pairs with a score.
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

    def add(self, a: Rows, b: Rows, scores: Floats) -> None:
        """Keep the scores of pairs; they are on disk when this returns."""
        rows = [(*pair, *row) for pair, row in zip(_pairs(a, b), scores.tolist(), strict=True)]
        with self._plain_errors(), closing(self._connect()) as database, database:
            database.executemany("INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?)", rows)

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
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
    """Remove the files that were longest unused, so that the cache stays small."""
    with suppress(OSError):
        files = sorted(folder.glob("*.sqlite"), key=lambda path: path.stat().st_mtime)
        for path in files[:-_MOST_FILES]:
            if path != keep:
                path.unlink(missing_ok=True)
