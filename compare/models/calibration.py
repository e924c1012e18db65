"""A small layer above a stance model: what it says of a pair, read anew for one corpus.

It is symmetric in the two sides, as the model is, and its rows sum to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compare.models.load import softmax
from compare.results.result import Side

if TYPE_CHECKING:
    from compare.models.encoder import Encoder
    from compare.models.load import Pair

Inputs = NDArray[np.float64]

LEAST = 1e-6
"""A probability below this counts as this, so that its logarithm is a number."""

LOGITS = ("log_p_agree", "log_p_oppose", "log_p_neither")
CLOSENESS = ("closeness", "first_pass_agree", "first_pass_oppose")
"""Of the vectors of the two texts: their cosine, and the logits of `models.prefilter`. The length
of their difference would say the same as the cosine, since they have unit length."""

_MIDDLE = np.array([0.5, -1.5, -2.8])
_SPREAD = np.array([0.2, 2.0, 1.5])
"""About what `CLOSENESS` has, so that its numbers are of one size."""

_VECTORS = 20_000


class Kind(StrEnum):
    """How much of the model's reading is learned anew."""

    RECALIBRATION = "recalibration"
    """A scale and a shift for each label's logit."""
    HEAD = "head"
    """A multinomial logistic regression on the logits and on how close the two texts are."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the names of the numbers that are read of a pair."""
        return LOGITS if self is Kind.RECALIBRATION else (*LOGITS, *CLOSENESS)


@dataclass(frozen=True, slots=True)
class Layer:
    """What turns the inputs of a pair into logits: `inputs @ weights + shift`; then the softmax.

    On log-probabilities this is Dirichlet calibration (Kull et al. 2019, section 3, linear
    parametrisation), with weights on the diagonal only for a recalibration.

    Attributes:
        weights: A row for each of `kind.inputs`; columns agree, oppose, neither, as of `shift`.
    """

    kind: Kind
    weights: tuple[tuple[float, float, float], ...]
    shift: tuple[float, float, float]

    def apply(self, inputs: Inputs) -> NDArray[np.float32]:
        """Return probabilities, float32 [n, 3]; a row depends on no other."""
        return softmax(np.einsum("ni,ij->nj", inputs, np.asarray(self.weights)), 1.0, self.shift)


def inputs_of(
    kind: Kind, probabilities: NDArray[np.floating[Any]], pairs: Sequence[Pair]
) -> Inputs:
    """Return what a layer reads of pairs, float64 [n, inputs].

    Args:
        kind: Of the layer.
        probabilities: The model's, [n, 3].
        pairs: What they are of.
    """
    logits = np.log(np.maximum(probabilities.astype(np.float64), LEAST))
    if kind is Kind.RECALIBRATION:
        return logits
    return np.hstack([logits, (_closeness(pairs) - _MIDDLE) / _SPREAD])


def _closeness(pairs: Sequence[Pair]) -> Inputs:
    """Return `CLOSENESS` of each pair, [n, 3], computed pair by pair."""
    from compare.models.prefilter import load_first_pass

    first_pass, found = load_first_pass(), np.empty((len(pairs), len(CLOSENESS)))
    one, other = np.array([0]), np.array([1])
    for n, pair in enumerate(pairs):
        vectors = np.stack([_vector(side) for side in pair])
        found[n, 0] = np.dot(*vectors.astype(np.float64))
        found[n, 1:] = first_pass.logits(vectors, one, other)[0]
    return found


def _vector(side: Side) -> NDArray[np.float32]:
    from compare.statements.passages import complete

    return _embedded(complete(side.text, side.context))


@lru_cache(maxsize=_VECTORS)
def _embedded(text: str) -> NDArray[np.float32]:
    (vector,) = _encoder().encode([text])
    return np.asarray(vector, np.float32)


@lru_cache(maxsize=1)
def _encoder() -> Encoder:
    from compare.models.encoder import load_encoder

    return load_encoder()
