"""How far readers agree, beyond chance, with 95 % intervals.

Percent agreement has the interval of Wilson (1927). Kappa and alpha have bootstrap intervals (Efron
1979, percentiles): pairs are drawn with replacement, `RESAMPLES` times, always the same. Draws in
which a figure is not defined are left out. Where all others are equal, as where readers never
differ, there is no interval: how sure such a figure is, drawing again cannot tell.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compare.comparison.counts import interval
from compare.results.result import Stance

Counts = NDArray[np.int64]
"""A confusion of two readers: a row for each label of the first, a column for each of the second;
or for each unit how many readers gave it each label."""

Floats = NDArray[np.float64]

RESAMPLES = 2000
_SEED = 0
NO_INTERVAL = (
    "Kappa and alpha have no interval where drawing the pairs anew never changes them, as where "
    "the readers never differ, or mostly leaves them undefined: how sure they are cannot be told "
    "so, only how sure the agreement is."
)
_LEAST_DEFINED = 0.5
"""Share of the draws in which a figure must be defined for its interval to be given."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval; None where it is not defined, as kappa is for one label.

    `low` and `high` alone are None where nothing can be said of how sure the figure is.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far two readers agree.

    Attributes:
        pairs: That both answered; what one of them skipped is left out.
        agreement: Share of pairs to which both gave one label, 0 to 1.
        kappa: Cohen's, -1 to 1.
        alpha: Krippendorff's for nominal data, at most 1.
    """

    pairs: int
    agreement: Figure
    kappa: Figure
    alpha: Figure

    @property
    def lacks_interval(self) -> bool:
        """Tell whether kappa or alpha stands without an interval; see `NO_INTERVAL`."""
        return any(of.value is not None and of.low is None for of in (self.kappa, self.alpha))


def confusion(first: Sequence[Stance], second: Sequence[Stance]) -> Counts:
    """Return how often the first gave a row's label and the second a column's, int64 [3, 3].

    The labels are in the order agree, oppose, neither.
    """
    column = {stance: number for number, stance in enumerate(Stance)}
    table = np.zeros((len(Stance), len(Stance)), np.int64)
    for one, other in zip(first, second, strict=True):
        table[column[one], column[other]] += 1
    return table


def one_label(table: Counts, label: int) -> Counts:
    """Return a confusion of the label and all others, int64 [2, 2]."""
    both = table[label, label]
    first, second = table[label].sum() - both, table[:, label].sum() - both
    return np.array([[both, first], [second, table.sum() - both - first - second]], np.int64)


def reliability(table: Counts) -> Reliability:
    """Return the figures of a confusion of two readers, [k, k]."""
    pairs, same = int(table.sum()), int(np.trace(table))
    agreement = Figure(same / pairs, *interval(same, pairs)) if pairs else Figure(None)
    drawn = _drawn(table)
    return Reliability(
        pairs,
        agreement,
        _with_interval(cohen_kappa(table), kappas(drawn)),
        _with_interval(
            krippendorff_alpha(units_of(table)), alphas(drawn + np.swapaxes(drawn, 1, 2))
        ),
    )


def cohen_kappa(table: Counts) -> float | None:
    """Return Cohen's kappa of a confusion (Cohen 1960); None where it is not defined."""
    from sklearn.metrics import cohen_kappa_score

    first, second = np.nonzero(table)
    if not len(np.union1d(first, second)) > 1:
        return None
    weight = table[first, second]
    return float(cohen_kappa_score(first, second, sample_weight=weight))


def krippendorff_alpha(counts: Counts) -> float | None:
    """Return Krippendorff's alpha for nominal data (Krippendorff 2011); None: not defined.

    Args:
        counts: How many readers gave each unit each label, [units, labels]; a unit that fewer than
            two labelled counts for nothing.
    """
    import krippendorff

    pairable = counts[counts.sum(axis=1) > 1]
    if (pairable.sum(axis=0) > 0).sum() < 2:
        return None
    return float(krippendorff.alpha(value_counts=pairable, level_of_measurement="nominal"))


def counts_of(answers: Sequence[Sequence[Hashable | None]]) -> Counts:
    """Return how many readers gave each unit each label, int64 [units, labels].

    Args:
        answers: A row for each reader and in it an answer for each unit, None for none.
    """
    labels = dict.fromkeys(answer for row in answers for answer in row if answer is not None)
    column = {label: number for number, label in enumerate(labels)}
    counts = np.zeros((len(answers[0]), len(column)), np.int64)
    for row in answers:
        for unit, answer in enumerate(row):
            if answer is not None:
                counts[unit, column[answer]] += 1
    return counts


def units_of(table: Counts) -> Counts:
    """Return the units of a confusion of two readers, int64 [units, k]."""
    first, second = np.nonzero(table)
    ones = np.eye(len(table), dtype=np.int64)
    return np.repeat(ones[first] + ones[second], table[first, second], axis=0)


# -- Many draws at once --------------------------------------------------------------------------


def kappas(tables: NDArray[np.int64]) -> Floats:
    """Return the kappa of each confusion, float64 [n]; nan where it is not defined.

    Args:
        tables: [n, k, k].
    """
    total = tables.sum(axis=(1, 2)).astype(np.float64)
    same = np.trace(tables, axis1=1, axis2=2)
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
    return _ratio(same * total - chance, total**2 - chance)


def alphas(coincidences: NDArray[np.int64]) -> Floats:
    """Return the alpha of each table of coincidences, float64 [n]; nan where it is not defined.

    Args:
        coincidences: Of two readers, a confusion and its mirror added, [n, k, k].
    """
    each = coincidences.sum(axis=1).astype(np.float64)
    total = each.sum(axis=1)
    apart = total - np.trace(coincidences, axis1=1, axis2=2)
    by_chance = total**2 - (each**2).sum(axis=1)
    return 1 - _ratio(apart * (total - 1), by_chance)


def _ratio(over: Floats, under: Floats) -> Floats:
    shares = np.full(len(under), np.nan)
    np.divide(over, under, out=shares, where=under > 0)
    return shares


def _drawn(table: Counts) -> NDArray[np.int64]:
    """Draw pairs with replacement: their cells are all that the figures depend on."""
    total = int(table.sum())
    if not total:
        return np.zeros((0, *table.shape), np.int64)
    source = np.random.default_rng(_SEED)
    drawn = source.multinomial(total, table.ravel() / total, RESAMPLES)
    return drawn.reshape(-1, *table.shape)


def _with_interval(value: float | None, draws: Floats) -> Figure:
    return Figure(value) if value is None else Figure(value, *middle(draws))


def middle(draws: Floats) -> tuple[float | None, float | None]:
    """Return the middle 95 % of draws.

    (None, None) where too few of them are defined, or those that are defined are equal.
    """
    defined = draws[~np.isnan(draws)]
    if len(defined) < max(1.0, _LEAST_DEFINED * len(draws)) or np.ptp(defined) == 0:
        return None, None
    low, high = np.percentile(defined, [2.5, 97.5])
    return float(low), float(high)
