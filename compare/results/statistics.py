"""95 % intervals: percentile bootstrap (Efron 1979) and Wilson (1927), with reproducible draws."""

from __future__ import annotations

from collections.abc import Sequence
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


def share_interval(count: int, total: int) -> tuple[float, float]:
    """Return the Wilson interval of a share."""
    from scipy.stats import binomtest

    found = binomtest(count, total).proportion_ci(0.95, "wilson")
    return float(found.low), float(found.high)


def mean_interval(values: Sequence[float], seed: int = SEED) -> tuple[float, float]:
    """Return the bootstrap interval of the mean of one value or more.

    It depends on the values and the seed alone, not on their order. It is `scipy.stats.bootstrap`
    with the draws of each size kept, since a matrix of actors has tens of thousands of intervals.
    With few values it is somewhat too narrow.
    """
    drawn = np.sort(np.asarray(values, np.float64))[_draws(len(values), seed)]
    return percentile_interval(drawn.mean(axis=1))


@lru_cache(maxsize=64)
def _draws(size: int, seed: int) -> Counts:
    """Return the places drawn, int64 [DRAWS, size]."""
    return np.random.default_rng((seed, size)).integers(size, size=(DRAWS, size), dtype=np.int64)


def resampled(table: NDArray[Any]) -> Counts:
    """Draw tables of as many pairs as `table` counts, with replacement: int64 [DRAWS, *shape].

    Figures that depend only on the counts need no draw of the single pairs: one multinomial draw of
    the cells is the same.

    Args:
        table: Counts of pairs, of any shape.
    """
    total = int(table.sum())
    if not total:
        return np.zeros((0, *table.shape), np.int64)
    drawn = np.random.default_rng(SEED).multinomial(total, table.ravel() / total, DRAWS)
    return drawn.reshape(-1, *table.shape)


def percentile_interval(draws: Floats) -> tuple[float, float]:
    """Return the middle 95 % of the draws."""
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)
