"""How often the model's labels are right, and counts that are corrected for its errors.

A sample may be stratified: drawn separately from the pairs of each of the model's labels. So every
figure weights a pair by the number of pairs that it represents (`ReviewPair.weight`).

For the pairs that nobody read, labels are drawn in each stratum from a Dirichlet posterior with the
prior of Perks (1947), which weighs as much as one pair. Labels that were read are kept, so a pool
that was read in full leaves no doubt. (A bootstrap would be certain that the model misses nothing
if no miss happened to be drawn.) The pairs of a pool are drawn one by one, so it does not matter
whether those of a speech are alike: there is no design effect. Intervals are of 95 %, and all draws
are reproducible; `python -m benchmarks.coverage` measures how often they cover.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.errors import ReviewError
from compare.evaluate import gold_of
from compare.export import counted
from compare.results import Figure, Result, Stance, percentile_interval, share_interval
from compare.results.statistics import DRAWS, SEED, Counts, Floats
from compare.review.drawing import frame_digest
from compare.review.review import Review
from compare.review.reviews import Reviews
from compare.review.values import Choice, ReviewPair
from compare.statements import Statement


class Stratum(NamedTuple):
    """The labels of the pairs that were drawn from one part of a pool: one label of the model.

    Attributes:
        table: The model's labels in rows, people's in columns: [3, 3].
        size: Pairs of this part of the pool, drawn or not.
        row: The row that all its pairs are in.
    """

    table: Counts
    size: float
    row: int


Of = Callable[[Floats], Floats]
"""A figure of each of several tables or weightings of cells: [n], nan where it is undefined."""


def pool_tables(strata: Sequence[Stratum]) -> tuple[Floats, Floats]:
    """Return the table of the whole pool, [1, 3, 3], and DRAWS tables that may lie behind it.

    The strata are all parts of the pool, which is all there is: what was read is certain.
    """
    source, whole = np.random.default_rng(SEED), np.zeros(strata[0].table.shape)
    draws = np.zeros((DRAWS, *whole.shape))
    for table, size, row in strata:
        known = table[row].astype(np.float64)
        whole[row] += known / max(known.sum(), 1) * size
        shares = source.dirichlet(known + 1 / known.size, DRAWS)
        left = max(round(size - known.sum()), 0)
        draws[:, row] += known + source.multinomial(left, shares)
    return whole[None], draws


def drawn_figure(value: float, drawn: Floats) -> Figure:
    """Return a figure with the interval of its draws; it and some of them may be nan."""
    if np.isnan(value):
        return Figure(None)
    low, high = percentile_interval(drawn[~np.isnan(drawn)])
    # The prior pulls inwards: a share of 0 or 1 lies outside the middle 95 % of the draws.
    return Figure(value, min(low, value), max(high, value))


def confusion(first: Sequence[Stance], second: Sequence[Stance]) -> Counts:
    """Count the pairs of labels: int64 [3, 3], in the order agree, oppose, neither."""
    table = np.zeros((len(Stance), len(Stance)), np.int64)
    np.add.at(table, (gold_of(first), gold_of(second)), 1)
    return table


def ratio(over: Floats, under: Floats) -> Floats:
    """Return the quotients, nan where the divisor is not positive."""
    shares = np.full(len(under), np.nan)
    np.divide(over, under, out=shares, where=under > 0)
    return shares


# -- Estimates -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LabelEstimate:
    """Precision, recall and share of one label of the model.

    Attributes:
        precision: Share of the model's pairs with this label that people give it, too.
        recall: Share of people's pairs with this label that the model gives it, too, among the
            pairs of the pool. None unless all three labels were in the pool.
        called: Number of pairs read that the model gives this label, and `found` that people give
            it.
        raw: Share of the pool to which the model gives this label.
        corrected: Share of the pool to which people would give it. `raw` counts the model's errors
            in; this is what to cite. None as `recall`.
    """

    precision: Figure
    recall: Figure | None
    called: int
    found: int
    raw: float
    corrected: Figure | None


@dataclass(frozen=True, slots=True)
class GroupEstimate:
    """How often the model is right within a group of pairs, such as those of one country.

    Attributes:
        name: The country, the decade or the source of side b.
        pairs: Number of its pairs that people labelled.
        accuracy: Share of these with the same label from the model.
    """

    name: str
    pairs: int
    accuracy: Figure


@dataclass(frozen=True, slots=True)
class Estimates:
    """Accuracy, precision, recall and shares of the model's labels, from a random sample.

    Attributes:
        pairs: Number of pairs that people labelled, and `left_out` that they could not judge.
        pool: Number of pairs that could be drawn: all figures are of these.
        frame: A sentence that says which pairs these are, and what is in none of the figures.
        accuracy: Share of pairs with the same label from the model and from people.
        by: Groups with five pairs or more, by "country", "decade" and "source".
    """

    pairs: int
    left_out: int
    pool: int
    frame: str
    accuracy: Figure
    labels: Mapping[Stance, LabelEstimate]
    by: Mapping[str, tuple[GroupEstimate, ...]]


def estimates(review: Review) -> Estimates:
    """Estimate precision, recall and shares of the model's labels.

    Raises:
        ReviewError: The pairs are not a random sample, a reader has not handed in, a pair is
            undecided, or no pair was labelled.
    """
    made = review.settings
    if made.choice is Choice.IMPORTED:
        raise ReviewError(
            "Only a random sample says how often the labels are right, or a list that was read in "
            f"full; {review.name!r} holds pairs chosen elsewhere: draw a sample for it."
        )
    final = review.final_labels()
    if undecided := len(review) - len(final):
        raise ReviewError(
            f"The readers differ on {undecided} pairs that are not decided yet: decide them first; "
            "without the hard pairs the labels would look better than they are."
        )
    rows = [
        (pair, stance)
        for place, pair in review.pairs()
        if pair.machine and (stance := final[place])
    ]
    if not rows:
        raise ReviewError(f"No pair of {review.name!r} was labelled: all were skipped.")
    pool = {Stance(label): size for label, size in made.of.items()}
    estimated = sample_estimates(rows, pool, left_out=len(review) - len(rows))
    return replace(estimated, frame=_frame(review, estimated.pool, [pair for pair, _ in rows]))


def corrected(reviews: Reviews, result: Result) -> tuple[Review, Estimates] | None:
    """Return the newest review of a result that corrects its counts, and its estimates.

    It has been finished and decided, holds a random sample of all labels, and was drawn from the
    same pairs with the same labels.
    """
    frame = frame_digest(result)
    for review in reviews.all():
        if review.settings.frame == frame and not review.settings.left_out:
            try:
                estimated = estimates(review)
            except ReviewError:
                continue
            if all(
                of.corrected and of.corrected.value is not None for of in estimated.labels.values()
            ):
                return review, estimated
    return None


def _frame(review: Review, pool: int, read: Sequence[ReviewPair]) -> str:
    made = review.settings
    by = Counter(pair.label_source for pair in read if pair.label_source)
    who = " and ".join(f"{name} ({n} of those labelled here)" for name, n in by.most_common())
    frame = f"The figures are of the {counted(pool, 'pair')} that could be drawn"
    frame += f"; their labels are of {who}." if who else "."
    if made.screening and made.screening not in by:  # positions keep what it read alone
        frame += (
            f" What {made.screening} alone read and took for neither is not among them, so it is "
            "in no figure, least of all in recall."
        )
    return frame


def sample_estimates(
    rows: Sequence[tuple[ReviewPair, Stance]], pool: Mapping[Stance, int], left_out: int = 0
) -> Estimates:
    """Return the estimates from a random sample, drawn from all pairs or label by label.

    Args:
        rows: Pairs with a label of the model, and people's labels; at least one.
        pool: For each of the model's labels that could be drawn, the number of pairs with it.
        left_out: Number of pairs of the sample that could not be judged.
    """
    read = [(pair.machine, people) for pair, people in rows if pair.machine]
    counts = confusion(*zip(*read, strict=True))  # the model's labels in rows
    called = counts.sum(axis=1)
    sizes = [max(pool.get(stance, 0), int(n)) for stance, n in zip(Stance, called, strict=True)]
    strata = [Stratum(counts, size, row) for row, size in enumerate(sizes) if size]
    diagonal, everywhere = np.eye(len(Stance), dtype=bool), np.ones_like(counts, bool)
    tables_of = {}

    def share(right: NDArray[np.bool_], among: NDArray[np.bool_]) -> Figure:
        """Return the share of pairs in the cells `right` among those in the cells `among`.

        If no pair of a stratum was labelled, the share is unknown.
        """
        counting = [one for one in strata if among[one.row].any()]
        if not all(counts[one.row].any() for one in counting):
            return Figure(None)
        rows_read = tuple(one.row for one in counting)
        if rows_read not in tables_of:
            tables_of[rows_read] = pool_tables(counting)
        value, drawn = (
            ratio(tables[:, right].sum(axis=1), tables[:, among].sum(axis=1))
            for tables in tables_of[rows_read]
        )
        return drawn_figure(float(value[0]), drawn)

    is_whole = set(pool) == set(Stance)  # so that pairs the model misses could be drawn
    labels = {}
    for number, stance in enumerate(Stance):
        if stance not in pool:
            continue
        row, column = (np.zeros_like(everywhere) for _ in range(2))
        row[number], column[:, number] = True, True
        labels[stance] = LabelEstimate(
            share(diagonal & row, row) if called[number] else Figure(None),
            share(diagonal & column, column) if is_whole else None,
            int(called[number]),
            int(counts[:, number].sum()),
            sizes[number] / sum(sizes),
            share(column, everywhere) if is_whole else None,
        )
    accuracy = share(diagonal, everywhere)
    pairs = int(counts.sum())
    return Estimates(pairs, left_out, sum(sizes), "", accuracy, labels, _groups(rows))


LEAST_OF_GROUP = 5
"""Pairs that a group must have to be shown."""


def _groups(rows: Sequence[tuple[ReviewPair, Stance]]) -> dict[str, tuple[GroupEstimate, ...]]:
    """Return how often the model is right by country, decade and source of side b."""
    by_kind = {}
    for by, names_of in _GROUPS.items():
        groups: dict[str, list[tuple[ReviewPair, bool]]] = defaultdict(list)
        for pair, people in rows:
            for name in names_of(pair.b.statement):
                groups[name].append((pair, pair.machine is people))
        by_kind[by] = tuple(
            GroupEstimate(name, len(of), _accuracy(of))
            for name, of in sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))
            if len(of) >= LEAST_OF_GROUP
        )
    return by_kind


def _accuracy(of: Sequence[tuple[ReviewPair, bool]]) -> Figure:
    """Return the weighted share of right labels; unequal weights count as fewer equal ones."""
    weights = np.array([pair.weight for pair, _ in of])
    share = float(weights @ np.array([right for _, right in of]) / weights.sum())
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    return Figure(share, *share_interval(share * effective, effective))


_GROUPS: Mapping[str, Callable[[Statement], Collection[str]]] = {
    "country": lambda said: [country.name for country in said.country],
    "decade": lambda said: [f"{said.date.year // 10 * 10}s"] if said.date else [],
    "source": lambda said: [said.source] if said.source else [],
}
