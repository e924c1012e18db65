"""95 % intervals, made to cover at least that often, also of few values and of shares near 0 or 1.

A share has the exact interval (Clopper and Pearson 1934). It holds for a sum of values from 0 to 1
as well, since these vary less than yes and no with the same mean. Where values come in clusters, as
the passages of a claim do, the number that counts is the effective one, by how much the clusters
vary (Korn and Graubard 1998; their upper bound is left out for single values, such as precisions,
which vary less than yes and no).
`python -m benchmarks.coverage` measures how often each interval of the program covers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

DRAWS = 2_000
SEED = 0
_EQUAL = 1e-12  # a variance below it is of equal values, but for rounding
TOO_FEW = 5
"""Fewer speeches or propositions have no interval: it would hold nearly every value."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval.

    `value` is None if the figure is undefined, as a mean of no values is; `low` and `high` alone
    are None if there is no interval.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


def share_interval(part: float, whole: float, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share: `part` of `whole`, which need not be integers.

    >>> low, high = share_interval(5, 5)
    >>> round(low, 2), high
    (0.48, 1.0)
    """
    from scipy.stats import beta

    tail = (1 - level) / 2
    low = beta.ppf(tail, part, whole - part + 1) if part > 0 else 0.0
    high = beta.ppf(1 - tail, part + 1, whole - part) if part < whole else 1.0
    return float(low), float(high)


def clustered_share(
    parts: Sequence[float], wholes: Sequence[float] | None = None, pool: int | None = None
) -> Figure:
    """Return sum(parts) / sum(wholes) over clusters, with its interval.

    >>> found = clustered_share([3, 0, 2], [3, 4, 2])
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (0.56, 0.0, 1.0)

    Args:
        parts: What counts in each cluster, from 0 to its whole.
        wholes: The size of each cluster, 0 or more; None: 1 for each.
        pool: The size of the population that the wholes were drawn from; None if it is unlimited.
    """
    part = np.asarray(parts, np.float64)
    whole = np.ones_like(part) if wholes is None else np.asarray(wholes, np.float64)
    part, whole = part[whole > 0], whole[whole > 0]
    total, clusters = float(whole.sum()), len(whole)
    if not clusters:
        return Figure(None)
    share = float(part.sum() / total)
    if pool is not None and total >= pool:
        return Figure(share, share, share)
    squares = float(((part - share * whole) ** 2).sum()) / total**2
    effective = float(clusters)  # where all or nothing counts, each cluster says as much as one
    if 0 < share < 1 and clusters > 1:
        from scipy.stats import t

        of_one = share * (1 - share) * (clusters - 1) / clusters
        effective = of_one / squares if squares > _EQUAL else total
        if wholes is not None:
            effective = min(effective, total)  # of yes and no, no more than there are
        effective *= float(1.96 / t.ppf(0.975, clusters - 1)) ** 2
    if pool is not None:
        effective *= (pool - 1) / (pool - total)
    return Figure(share, *share_interval(share * effective, effective))


def table_draws(table: NDArray[Any]) -> Floats:
    """Draw tables that may lie behind a table of counts: float64 [DRAWS, *shape], sums as given.

    They are drawn from the Dirichlet posterior under the prior of Perks (1947), which weighs as
    much as one count. Resampled counts would make a cell certainly empty if it happens to be so.
    """
    counts = np.asarray(table, np.float64)
    if not counts.sum():
        return np.zeros((0, *counts.shape))
    drawn = np.random.default_rng(SEED).dirichlet(counts.ravel() + 1 / counts.size, DRAWS)
    return np.asarray(drawn.reshape(-1, *counts.shape) * counts.sum(), np.float64)


def percentile_interval(draws: Floats) -> tuple[float, float]:
    """Return the middle 95 % of the draws."""
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)
