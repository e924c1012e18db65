"""Two models in turn: the fast one reads all candidates, the accurate one what will be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compare.models.runtime import Progress, counted_on
from compare.results.result import ranking_score

if TYPE_CHECKING:
    from compare.models.load import Pair, StanceModel

READ_AGAIN = 30
"""Candidates nearest the top of either list that the accurate model reads; on dev queries the lists
then are as good as if it had read all."""


class CascadeStance:
    """A stance model that saves the accurate reading for what stands near the top of a list.

    A pair that is scored by itself is read by the accurate model, whose name and digest it has.
    """

    def __init__(self, fast: StanceModel, accurate: StanceModel) -> None:
        """Join the two."""
        self.fast, self.accurate = fast, accurate
        self.name, self.digest = accurate.name, accurate.digest

    def score(
        self, pairs: Sequence[Pair], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Return the accurate model's probabilities: see `StanceModel.score`."""
        return self.accurate.score(pairs, on_progress)

    def score_parts(
        self, pairs: Sequence[Pair], on_progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], list[Pair]]:
        """Return the accurate model's probabilities and what they are of."""
        return self.accurate.score_parts(pairs, on_progress)

    def score_candidates(
        self,
        pairs: Sequence[Pair],
        similarities: Sequence[float],
        on_progress: Progress | None = None,
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Score the candidates of a search.

        Args:
            pairs: What was found.
            similarities: The cosine of each.
            on_progress: Told of pairs read, those read twice counted twice.

        Returns:
            Probabilities, float32 [n, 3], and which of them are the accurate model's, bool [n].
        """
        most = len(pairs) + min(2 * READ_AGAIN, len(pairs))
        scores = self.fast.score(pairs, counted_on(on_progress, 0, most))
        again = np.zeros(len(pairs), bool)
        for column in (0, 1):
            ranks = [
                ranking_score(float(row[column]), similarity)
                for row, similarity in zip(scores, similarities, strict=True)
            ]
            again[np.argsort(-np.asarray(ranks), kind="stable")[:READ_AGAIN]] = True
        numbers = np.flatnonzero(again).tolist()
        scores[numbers] = self.accurate.score(
            [pairs[n] for n in numbers], counted_on(on_progress, len(pairs), most)
        )
        if on_progress:
            on_progress(most, most)
        return scores, again
