"""Scores of the lists of a search: of what it shows, and of the full ranking of what it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from compare.evaluate.metrics import BINS
from compare.results import Figure, Result, Stance, clustered_share, share_interval

FIRST = 5
"""Entries of a list for P@5."""

DEPTH = 10
"""Entries of a list for recall@10 and nDCG@10."""

# -- Lists as a search shows them ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListedPair:
    """An entry of a list.

    Attributes:
        probability: As it is shown.
        label: People's label; None if the entry is not judged.
        unsure: Whether the entry is marked as unclear and only fills the list.
    """

    probability: float
    label: Stance | None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class ShownList:
    """One list of one query as a search shows it.

    Attributes:
        stance: The list, agree or oppose.
        known: Number of passages that people labelled so; `found` are among the first ten.
        pairs: All entries of the list, best first, those marked as unclear last.
    """

    stance: Stance
    known: int
    found: int
    pairs: Sequence[ListedPair]

    @classmethod
    def of(cls, result: Result, stance: Stance, judged: Mapping[str, Stance]) -> ShownList:
        """Return a list of a search, with the label of each pair by the statements' ids.

        A pair has the label of its statement, or else of the first judged statement with the same
        words.
        """
        known = {name for name, label in judged.items() if label is stance}
        listed = result.listed(stance)
        names = [[one.id for one in (pair.b.statement, *pair.b.repeats)] for pair in listed]
        pairs = [
            ListedPair(
                float(pair.probabilities.of(stance)),
                next((judged[id] for id in ids if id in judged), None),
                result.is_unsure(pair),
            )
            for pair, ids in zip(listed, names, strict=True)
        ]
        found = {id for ids in names[:DEPTH] for id in ids}
        return cls(stance, len(known), len(known & found), pairs)

    @property
    def sure(self) -> Sequence[ListedPair]:
        """Return the entries that are not marked as unclear."""
        return [pair for pair in self.pairs if not pair.unsure]

    @property
    def right(self) -> int:
        """Return the number of sure entries that people labelled as the list does."""
        return sum(pair.label is self.stance for pair in self.sure)

    @property
    def unjudged(self) -> int:
        """Return the number of sure entries without a label."""
        return sum(pair.label is None for pair in self.sure)

    @property
    def right_at_5(self) -> int:
        """Return the number of right entries among the first five."""
        return sum(pair.label is self.stance for pair in self.pairs[:FIRST])

    @property
    def p_at_5(self) -> float:
        """Return the share of five places with a right entry; missing and unjudged are misses."""
        return self.right_at_5 / FIRST

    @property
    def recall_at_10(self) -> float | None:
        """Return the share of all known passages that are among the first ten; None without any."""
        return self.found / self.known if self.known else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "known": self.known,
            "p_at_5": self.p_at_5 if self.known else None,
            "recall_at_10": self.recall_at_10,
            "listed": len(self.sure),
            "right": self.right,
            "unjudged": self.unjudged,
        }


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The listed pairs whose shown probability is from `low` to `high`.

    Attributes:
        probability: Mean of the probabilities shown.
        right: Share that is right if every unjudged pair is wrong.
        right_of_judged: Share of the judged that is right; None if none is judged.
    """

    low: float
    high: float
    listed: int
    judged: int
    probability: float
    right: float
    right_of_judged: float | None


@dataclass(frozen=True, slots=True)
class ShownReport:
    """One list of all queries as a search shows it; each interval draws queries again.

    P@5, recall@10 and `with_right` are over the `claims` with a known passage of that label, and
    include what is marked as unclear; the others are over all other pairs listed for any query.

    Attributes:
        p_at_5: Mean share of the first five places with a right passage; missing and unjudged are
            misses.
        recall_at_10: Mean share of the known passages that are among the first ten.
        claims_with_right: Claims with a right passage among the first five; `with_right` is their
            share.
        right: Share of what is listed that is right if every unjudged pair is wrong.
        right_of_judged: Share of the judged pairs that is right.
        probability: Mean probability shown, to be compared with the shares that are right.
        unjudged: Share of the listed passages without a judgement.
        reliability: The same by the probability shown, in tenths.
    """

    claims: int
    p_at_5: Figure
    recall_at_10: Figure
    claims_with_right: int
    with_right: Figure
    listed: int
    judged: int
    right: Figure
    right_of_judged: Figure
    probability: Figure
    unjudged: Figure
    reliability: Sequence[ReliabilityBin]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def shown_report(lists: Sequence[ShownList]) -> ShownReport:
    """Return the figures of one list over all queries."""
    counting = [one for one in lists if one.known]
    listed, right = [len(one.sure) for one in lists], [one.right for one in lists]
    judged = [len(one.sure) - one.unjudged for one in lists]
    shown = [sum(pair.probability for pair in one.sure) for one in lists]
    return ShownReport(
        claims=len(counting),
        p_at_5=clustered_share([one.p_at_5 for one in counting]),
        recall_at_10=clustered_share([one.found / one.known for one in counting]),
        claims_with_right=sum(one.right_at_5 > 0 for one in counting),
        with_right=clustered_share([float(one.right_at_5 > 0) for one in counting]),
        listed=sum(listed),
        judged=sum(judged),
        right=clustered_share(right, listed),
        right_of_judged=clustered_share(right, judged),
        probability=clustered_share(shown, listed),
        unjudged=clustered_share([one.unjudged for one in lists], listed),
        reliability=tuple(_reliability(lists)),
    )


def _reliability(lists: Sequence[ShownList]) -> list[ReliabilityBin]:
    """Return the bins of equal width that have pairs."""
    bins: dict[int, list[tuple[float, bool, bool]]] = {}
    for one in lists:
        for pair in one.sure:
            place = min(int(pair.probability * BINS), BINS - 1)  # 1 is in the last bin
            row = pair.probability, pair.label is one.stance, pair.label is not None
            bins.setdefault(place, []).append(row)
    found = []
    for place in sorted(bins):
        shown, right, judged = (np.array(column) for column in zip(*bins[place], strict=True))
        of_judged = float(right.sum() / judged.sum()) if judged.any() else None
        ends, size = (place / BINS, (place + 1) / BINS), len(shown)
        means = float(shown.mean()), float(right.mean())
        found.append(ReliabilityBin(*ends, size, int(judged.sum()), *means, of_judged))
    return found


# -- Full rankings -------------------------------------------------------------------------------

LEAST_RELEVANT = 3
"""Relevant passages that a query needs to enter the means of a list."""


@dataclass(frozen=True, slots=True)
class ListScores:
    """Scores of one query's list; `relevant` is the number of judged passages that belong in it."""

    relevant: int
    p_at_5: float
    ndcg_at_10: float
    unjudged_at_5: float
    """Share of the first five that were not judged, before they are removed."""

    @property
    def has_enough_relevant(self) -> bool:
        """Tell whether enough passages are relevant for the scores to be meaningful."""
        return self.relevant >= LEAST_RELEVANT

    @property
    def ceiling(self) -> float:
        """Return the highest possible P@5."""
        return min(self.relevant, FIRST) / FIRST

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RankingReport:
    """Means over the `queries` with enough relevant passages; None if there are none."""

    p_at_5: float | None = None
    ndcg_at_10: float | None = None
    p_at_5_ci: tuple[float, float] | None = None
    ceiling: float | None = None
    queries: int = 0
    unjudged_at_5: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def list_scores(ranked: Sequence[str], judged: Mapping[str, Stance], stance: Stance) -> ListScores:
    """Return the scores of a list of ids, best first, against the labels by id."""
    relevant = sum(label is stance for label in judged.values())
    # Unjudged passages are dropped, since they are not known to be wrong.
    gains = [judged[name] is stance for name in ranked if name in judged]
    unjudged = [name not in judged for name in ranked[:FIRST]]
    return ListScores(
        relevant=relevant,
        p_at_5=sum(gains[:FIRST]) / FIRST,  # a list shorter than 5 has misses at its end
        ndcg_at_10=ndcg(gains, relevant),
        unjudged_at_5=sum(unjudged) / len(unjudged) if unjudged else 0.0,
    )


def ndcg(gains: Sequence[bool], relevant: int) -> float:
    """Return the normalised discounted cumulative gain at `DEPTH`; 0 if nothing is relevant.

    A hit at rank r gains 1 / log2(r + 1); the sum is divided by that of the ideal list (Järvelin &
    Kekäläinen 2002), which holds all `relevant` passages, found or not.
    """
    discounts = 1 / np.log2(np.arange(2, DEPTH + 2))
    best = discounts[: min(relevant, DEPTH)].sum()
    taken = np.asarray(gains[:DEPTH], np.float64)
    return float(taken @ discounts[: len(taken)] / best) if relevant else 0.0


def ranking_report(lists: Sequence[ListScores]) -> RankingReport:
    """Return the means over the queries with enough relevant passages."""
    counting = [scores for scores in lists if scores.has_enough_relevant]
    if not counting:
        return RankingReport()
    names = ("p_at_5", "ndcg_at_10", "ceiling", "unjudged_at_5")
    means = {name: float(np.mean([getattr(one, name) for one in counting])) for name in names}
    interval = share_interval(sum(scores.p_at_5 for scores in counting), len(counting))
    return RankingReport(**means, p_at_5_ci=interval, queries=len(counting))
