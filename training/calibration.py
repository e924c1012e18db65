"""Fit what turns logits into probabilities, on the dev pairs, and say which way fits best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

from compare.models.stance import softmax

Logits = NDArray[np.float32]
Gold = NDArray[np.int64]
FOLDS = 10
_LEAST = 1e-3  # what isotonic regression calls impossible is given this much


@dataclass(frozen=True, slots=True)
class Calibration:
    """Each logit is multiplied by its scale and its shift is added, ahead of the softmax."""

    kind: str
    scale: tuple[float, float, float]
    shift: tuple[float, float, float]

    def apply(self, logits: Logits) -> NDArray[np.float32]:
        """Return probabilities, float32 [n, 3]."""
        return softmax(logits, self.scale, self.shift)


def temperature(logits: Logits, gold: Gold) -> Calibration:
    """Fit one scale (Guo et al. 2017, section 4.2)."""
    found = _fit(lambda p: (np.repeat(np.exp(p[0]), 3), np.zeros(3)), 1, logits, gold)
    return Calibration("temperature", *found)


def vector(logits: Logits, gold: Gold) -> Calibration:
    """Fit a scale and a shift for each label (Guo et al. 2017, section 4.2, vector scaling)."""
    found = _fit(lambda p: (np.exp(p[:3]), np.append(p[3:], 0.0)), 5, logits, gold)
    return Calibration("vector", *found)


def _fit(
    shape: Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]],
    size: int,
    logits: Logits,
    gold: Gold,
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    exact, rows = logits.astype(np.float64), np.arange(len(gold))

    def loss(parameters: NDArray[np.float64]) -> float:
        scale, shift = shape(parameters)
        return -float(log_softmax(exact * scale + shift, axis=1)[rows, gold].mean())

    best = minimize(loss, np.zeros(size), method="BFGS").x
    scale, shift = (tuple(round(float(v), 4) for v in part) for part in shape(best))
    return scale, shift  # type: ignore[return-value]


def fold_losses(logits: Logits, gold: Gold) -> dict[str, float]:
    """Return the log loss of each way on pairs that it was not fitted on (ten folds)."""
    losses: dict[str, list[float]] = {"none": [], "temperature": [], "vector": [], "isotonic": []}
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for fitted, left in folds.split(logits, gold):
        here, there = logits[left], gold[left]
        ways = {
            "none": softmax(here, (1, 1, 1), (0, 0, 0)),
            "temperature": temperature(logits[fitted], gold[fitted]).apply(here),
            "vector": vector(logits[fitted], gold[fitted]).apply(here),
            "isotonic": _isotonic(logits[fitted], gold[fitted], here),
        }
        for name, probabilities in ways.items():
            losses[name].append(float(log_loss(there, probabilities, labels=[0, 1, 2])))
    return {name: round(float(np.mean(values)), 4) for name, values in losses.items()}


def _isotonic(logits: Logits, gold: Gold, new: Logits) -> NDArray[np.float64]:
    """Fit each label against the rest, and make rows sum to 1 (Zadrozny and Elkan 2002)."""
    known, asked = (softmax(part, (1, 1, 1), (0, 0, 0)) for part in (logits, new))
    columns = [
        IsotonicRegression(y_min=_LEAST, y_max=1 - _LEAST, out_of_bounds="clip")
        .fit(known[:, n], gold == n)
        .predict(asked[:, n])
        for n in range(3)
    ]
    rows = np.stack(columns, axis=1)
    return rows / rows.sum(axis=1, keepdims=True)


def chosen(losses: dict[str, float], logits: Logits, gold: Gold) -> Calibration:
    """Return the better of the two ways that ship: one scale unless three and shifts are better."""
    if losses["vector"] < losses["temperature"]:
        return vector(logits, gold)
    return temperature(logits, gold)
