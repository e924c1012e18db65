"""Fit what turns logits into probabilities, on the dev pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from compare.stance.load import softmax

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Each logit is multiplied by its scale and its shift is added, ahead of the softmax."""

    kind: str
    scale: tuple[float, float, float]
    shift: tuple[float, float, float]

    def apply(self, logits: Logits) -> NDArray[np.float32]:
        """Return probabilities, float32 [n, 3]."""
        return softmax(logits, self.scale, self.shift)


def temperature(logits: Logits, gold: NDArray[np.int64]) -> Calibration:
    """Fit the one scale with the least log loss (Guo et al. 2017, section 4.2)."""
    found = minimize_scalar(
        lambda log_scale: log_loss(gold, softmax(logits, np.exp(log_scale)), labels=[0, 1, 2]),
        bounds=(-2.0, 1.5),
        method="bounded",
    )
    scale = round(float(np.exp(found.x)), 4)
    return Calibration("temperature", (scale, scale, scale), (0.0, 0.0, 0.0))
