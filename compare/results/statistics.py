"""How far a mean could be another had other things of the same kind been drawn: the bootstrap."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from compare.library.index.faiss import Rows

TOO_FEW = 3
"""Under so many values there is no interval."""

DRAWS = 2_000


def mean_interval(
    values: Sequence[float], seed: int = 0, fewest: int = TOO_FEW
) -> tuple[float, float] | None:
    """Return the 95 % interval of the mean of values, None for fewer than `fewest`.

    It is the percentile bootstrap (Efron 1979): the values are drawn anew with replacement,
    `DRAWS` times, and 2.5 % of the means of the draws lie below it, 2.5 % above. It depends on the
    values and the seed alone, not on their order. Of few values it is somewhat too narrow.
    """
    if len(values) < max(1, fewest):
        return None
    means = np.sort(np.asarray(values, np.float64))[_draws(len(values), seed)].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


@lru_cache(maxsize=64)
def _draws(size: int, seed: int) -> Rows:
    """Return the places drawn, int64 [DRAWS, size]."""
    return np.random.default_rng((seed, size)).integers(size, size=(DRAWS, size), dtype=np.int64)
