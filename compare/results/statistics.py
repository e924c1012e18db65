"""95 % intervals: percentile bootstrap (Efron 1979) and Wilson (1927), with reproducible draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

DRAWS = 2_000
SEED = 0
TOO_FEW = 3
"""Means of fewer values are shown without an interval."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval.

    `value` is None if the figure is undefined, as a mean of no values is; `low` and `high` alone
    are None if there is no interval.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


def share_interval(count: int, total: int) -> tuple[float, float]:
    """Return the Wilson interval of a share."""
    from scipy.stats import binomtest

    found = binomtest(count, total).proportion_ci(0.95, "wilson")
    return float(found.low), float(found.high)


def mean_interval(values: Sequence[float], seed: int = SEED) -> tuple[float, float]:
    """Return the bootstrap interval of the mean; it is somewhat too narrow for few values."""
    # As `scipy.stats.bootstrap`, but with cached draws, since a matrix has 10,000s of intervals.
    # Sorted, so that the order of the values does not matter.
    drawn = np.sort(np.asarray(values, np.float64))[_draws(len(values), seed)]
    return percentile_interval(drawn.mean(axis=1))


def distance_interval(
    values: Sequence[float], others: Sequence[float], seed: int = SEED
) -> tuple[float, float]:
    """Return the bootstrap interval of the distance between two means, from that of the difference.

    It begins at 0 if the interval of the difference holds 0: a distance drawn itself never would.
    """
    one, other = (
        np.sort(np.asarray(side, np.float64))[_draws(len(side), draw)].mean(axis=1)
        for side, draw in ((values, seed), (others, seed + 1))  # two samples, drawn by themselves
    )
    low, high = percentile_interval(one - other)
    near, far = sorted((abs(low), abs(high)))
    return (0.0 if low <= 0 <= high else near), far


def ratio_interval(
    parts: Sequence[float], wholes: Sequence[float], seed: int = SEED
) -> tuple[float, float]:
    """Return the bootstrap interval of sum(parts) / sum(wholes), which draws both together.

    The wholes are 0 or more, and not all 0; draws in which all are 0 do not count.
    """
    rows = np.array(sorted(zip(parts, wholes, strict=True)), np.float64)
    part, whole = rows[_draws(len(rows), seed)].sum(axis=1).T
    return percentile_interval(part[whole > 0] / whole[whole > 0])


@lru_cache(maxsize=64)
def _draws(size: int, seed: int) -> Counts:
    """Return the drawn indices, int64 [DRAWS, size]."""
    return np.random.default_rng((seed, size)).integers(size, size=(DRAWS, size), dtype=np.int64)


def resampled(table: NDArray[Any]) -> Counts:
    """Resample a table of counts of any shape: int64 [DRAWS, *shape], or [0, *shape] if empty."""
    total = int(table.sum())
    if not total:
        return np.zeros((0, *table.shape), np.int64)
    # For figures that depend on the counts alone, drawing the cells equals drawing single pairs.
    drawn = np.random.default_rng(SEED).multinomial(total, table.ravel() / total, DRAWS)
    return drawn.reshape(-1, *table.shape)


def percentile_interval(draws: Floats) -> tuple[float, float]:
    """Return the middle 95 % of the draws."""
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)
