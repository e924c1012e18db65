"""Guess from vectors alone which pairs of passages agree or oppose each other.

The guess only decides which pairs the stance model reads if there are too many for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.library.index.base import Floats, Rows
from compare.models.stance import WEIGHTS

FILE = WEIGHTS / "prefilter.npz"
_BLOCK = 16_384


class Prefilter(NamedTuple):
    """A bilinear form of two unit vectors u and v, the same for v and u.

    The logits of agree and of oppose are `(u * v) @ product + |u - v| @ difference +
    ((u @ basis) * (v @ basis)) @ form + bias`.

    Attributes:
        encoder: Digest of the encoder whose vectors it reads.
        product: float32 [dim, 2], as `difference`.
        basis: float32 [dim, rank].
        form: float32 [rank, 2].
        bias: float32 [2].
    """

    encoder: str
    product: Floats
    difference: Floats
    basis: Floats
    form: Floats
    bias: Floats

    def logits(self, vectors: Callable[[Rows], Floats], a: Rows, b: Rows) -> Floats:
        """Return the logits of agree and of oppose for pairs of rows, float32 [pairs, 2].

        `vectors` gives the vectors of some rows, float32 [rows, dim].
        """
        found = np.empty((len(a), 2), np.float32)
        for start in range(0, len(a), _BLOCK):
            here = slice(start, start + _BLOCK)
            u, v = vectors(a[here]), vectors(b[here])
            found[here] = (
                (u * v) @ self.product
                + np.abs(u - v) @ self.difference
                + ((u @ self.basis) * (v @ self.basis)) @ self.form
                + self.bias
            )
        return found


@cache
def load_prefilter() -> Prefilter:
    """Load the shipped one."""
    with np.load(FILE, allow_pickle=False) as kept:
        arrays = {
            name: kept[name].astype(np.float32) for name in Prefilter._fields if name != "encoder"
        }
        return Prefilter(str(kept["encoder"]), **arrays)


def opposition_first(logits: NDArray[np.float32]) -> Rows:
    """Return the numbers of the pairs, likeliest first: two for opposition, one for agreement.

    Opposition is rarer and less similar, and is what a reader of two sides looks for first.
    """
    places = np.empty((len(logits), 2), np.int64)
    for column in (0, 1):
        places[np.argsort(-logits[:, column], kind="stable"), column] = np.arange(len(logits))
    places[:, 0] *= 2
    return np.argsort(places.min(axis=1), kind="stable")
