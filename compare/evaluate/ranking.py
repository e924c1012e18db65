"""How good a ranked list is, by what readers said of the passages in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.evaluate.metrics import mean_interval
from compare.results.result import Stance

FIRST = 5
DEPTH = 10
LEAST_RELEVANT = 3
"""A query counts for a list only if so many judged passages belong there."""


@dataclass(frozen=True, slots=True)
class ListScores:
    """One query's list of one stance.

    Attributes:
        relevant: How many judged passages belong in the list.
        unjudged_at_5: Share of the first five that were not judged, before they are removed.
    """

    relevant: int
    p_at_5: float
    ndcg_at_10: float
    unjudged_at_5: float

    @property
    def counts(self) -> bool:
        """Tell whether enough belongs in the list for its figures to say something."""
        return self.relevant >= LEAST_RELEVANT

    @property
    def ceiling(self) -> float:
        """Return the best P@5 that there can be."""
        return min(self.relevant, FIRST) / FIRST

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class RankingReport:
    """Means over the queries that count; None where none does.

    Attributes:
        p_at_5_ci: Lower and upper end of the bootstrap 95 % interval over queries.
        ceiling: The best P@5 that there can be.
        queries: How many count.
    """

    p_at_5: float | None
    ndcg_at_10: float | None
    p_at_5_ci: tuple[float, float] | None
    ceiling: float | None
    queries: int
    unjudged_at_5: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        data["p_at_5_ci"] = None if self.p_at_5_ci is None else list(self.p_at_5_ci)
        return data


def list_scores(ranked: Sequence[str], judged: Mapping[str, Stance], stance: Stance) -> ListScores:
    """Return the figures of a list.

    Passages that were not judged are removed first: they are not known to be wrong. A place that
    is then empty counts as a miss.

    Args:
        ranked: Ids, best first.
        judged: What readers said, by id.
        stance: What belongs in the list.
    """
    relevant = sum(label is stance for label in judged.values())
    gains = [judged[name] is stance for name in ranked if name in judged]
    unjudged = [name not in judged for name in ranked[:FIRST]]
    return ListScores(
        relevant=relevant,
        p_at_5=sum(gains[:FIRST]) / FIRST,
        ndcg_at_10=ndcg(gains, relevant),
        unjudged_at_5=sum(unjudged) / len(unjudged) if unjudged else 0.0,
    )


def ndcg(gains: Sequence[bool], relevant: int, depth: int = DEPTH) -> float:
    """Return the normalised discounted cumulative gain with gains of 0 and 1; 0 for no relevant.

    The gain at rank r counts 1 / log2(r + 1), and the sum is divided by that of the best list
    (Järvelin & Kekäläinen 2002, with the discount that became usual).

    Args:
        gains: Whether each place of the list is right.
        relevant: How many could be right, in the list or not.
        depth: How many places count.
    """
    discounts = 1 / np.log2(np.arange(2, depth + 2))
    best = discounts[: min(relevant, depth)].sum()
    taken = np.asarray(gains[:depth], np.float64)
    return float(taken @ discounts[: len(taken)] / best) if relevant else 0.0


def ranking_report(lists: Sequence[ListScores]) -> RankingReport:
    """Return the means over the queries that count."""
    counting = [scores for scores in lists if scores.counts]
    if not counting:
        return RankingReport(None, None, None, None, 0, None)
    return RankingReport(
        p_at_5=_mean([scores.p_at_5 for scores in counting]),
        ndcg_at_10=_mean([scores.ndcg_at_10 for scores in counting]),
        p_at_5_ci=mean_interval([scores.p_at_5 for scores in counting]),
        ceiling=_mean([scores.ceiling for scores in counting]),
        queries=len(counting),
        unjudged_at_5=_mean([scores.unjudged_at_5 for scores in counting]),
    )


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
