"""Read a proposition beside the passages of many actors; what was read once is kept."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.comparison.model_input import passage_side, quote_side
from compare.comparison.retrieval import duplicates
from compare.comparison.score_cache import Journal
from compare.library.actors import Actors, actor_keys
from compare.library.build import passage_key
from compare.library.passage_store import ActorPassages
from compare.models.protocols import Pair as ModelInput
from compare.models.protocols import StanceModel, signature
from compare.progress import counted_on
from compare.results.result import Excerpt, Pair, Probabilities, ranking_score
from compare.statements.quotes import Quote
from compare.statements.statement import Statement

if TYPE_CHECKING:
    from compare.library.index.base import Rows, Selection
    from compare.library.library import Library
    from compare.progress import Progress

_MAY_TAKE_A_SIDE = 0.2
"""Probability of a side by the fast model from which a cascade's accurate model reads it again, so
that what takes a side is all read by one model: the two are not equally sure of the same."""


class Read(NamedTuple):
    """What came out for each passage of each actor.

    Attributes:
        scores: Probabilities, float32 [n, 3].
        screened: Which only the fast model of a cascade read, bool [n].
    """

    scores: NDArray[np.float32]
    screened: NDArray[np.bool_]


def read_actors_passages(
    library: Library,
    proposition: str,
    near: ActorPassages,
    model: StanceModel,
    on_progress: Progress | None = None,
    journal_folder: Path | None = None,
) -> Read:
    """Read all passages; of a cascade the accurate model reads again what decides a place.

    A passage of several actors is read once. Scores are in the journal that comparisons of the
    same library keep, so that a run that was stopped goes on.
    """
    rows, at = np.unique(near.row, return_inverse=True)
    reader = _Reader(library, proposition, journal_folder)
    first, *more = model.stages
    if not more:
        return Read(reader.scores(first, rows, on_progress)[at], np.zeros(len(at), bool))
    most = 2 * len(rows)
    scores = reader.scores(first, rows, counted_on(on_progress, 0, most))
    again = np.unique(near.row[_deciding(near, scores[at])])
    beyond = counted_on(on_progress, most - len(again), most)
    twice = np.isin(rows, again)
    scores[twice] = reader.scores(more[0], again, beyond)
    return Read(scores[at], ~twice[at])


class _Reader:
    """A proposition, to be read beside passages of a library."""

    def __init__(self, library: Library, text: str, journal_folder: Path | None) -> None:
        self._library, self._folder = library, journal_folder
        self._side = quote_side(Quote(text), text)
        key = passage_key(text)
        self._number = min(key, ~key)  # of the proposition in the journal: below every row's

    def scores(
        self, model: StanceModel, rows: Rows, on_progress: Progress | None
    ) -> NDArray[np.float32]:
        """Return probabilities, float32 [rows, 3]; what is known is not read again."""
        what = {"library": self._library.generation, "model": signature(model)}
        own = np.full(len(rows), self._number)

        def score(part: Rows) -> NDArray[np.float32]:
            return model.score(self._pairs(rows[part]))

        return Journal(what, self._folder).read(own, rows, score, on_progress)

    def _pairs(self, rows: Rows) -> list[ModelInput]:
        passages = self._library.passages(rows.tolist())
        statements = self._library.statements([passage.statement_id for passage in passages])
        return [
            (self._side, passage_side(statement, passage))
            for statement, passage in zip(statements, passages, strict=True)
        ]


def _deciding(near: ActorPassages, scores: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which passages may decide a place, and of each actor the strongest of either side."""
    again: NDArray[np.bool_] = scores[:, :2].max(axis=1, initial=0) >= _MAY_TAKE_A_SIDE
    for column in (0, 1):
        pairs = zip(scores[:, column], near.similarity, strict=True)
        ranks = np.array([ranking_score(float(p), float(s)) for p, s in pairs])
        order = np.lexsort((near.row, -ranks, near.actor))
        _, first = np.unique(near.actor[order], return_index=True)
        again[order[first]] = True
    return again


def pairs_of_actors(
    library: Library,
    actors: Actors,
    near: ActorPassages,
    read: Read,
    proposition: str,
    by: str,
    within: Selection | None = None,
) -> dict[int, list[Pair]]:
    """Return what was read of each actor, by its number, the nearest first.

    The actor's other statements with the same words stand in `repeats`; they count for nothing
    but their dates.
    """
    rows = np.unique(near.row).tolist()
    passages = dict(zip(rows, library.passages(rows), strict=True))
    again = duplicates(library.store, rows, within)
    ids = {statement_id for alike in again.values() for _, statement_id in alike}
    ids |= {passage.statement_id for passage in passages.values()}
    statements = {entry.id: entry for entry in library.statements(sorted(ids))}
    whose = {entry.id: actor_keys(entry, by) for entry in statements.values()}
    claim = Excerpt.of_quote(Quote(proposition), proposition)
    found: dict[int, list[Pair]] = defaultdict(list)
    for n, (row, actor) in enumerate(zip(near.row.tolist(), near.actor.tolist(), strict=True)):
        own = passages[row].statement_id
        others = [
            statements[other]
            for other in dict.fromkeys(statement_id for _, statement_id in again[row])
            if other != own and actors[actor].key in whose[other]
        ]
        chances = Probabilities(*(float(value) for value in read.scores[n]))
        found[actor].append(
            Pair(
                claim,
                Excerpt(statements[own], passages[row], tuple(sorted(others, key=_by_date))),
                chances,
                float(near.similarity[n]),
                first_stage_only=bool(read.screened[n]),
            )
        )
    return found


def _by_date(statement: Statement) -> tuple[str, str]:
    return statement.date.iso if statement.date else "", statement.id
