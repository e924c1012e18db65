"""How well probabilities fit people's labels, before and after, with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.evaluate.metrics import RESAMPLES, Gold, Probabilities, mean_interval, report
from compare.models.calibration import LEAST
from compare.results.result import Stance

Interval = tuple[float, float]
_SEED = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Of pairs that were not learned from; intervals are bootstrap 95 % intervals, over pairs.

    Attributes:
        macro_f1: Mean F1 of the three labels, 0 to 1.
        log_loss: Mean of -log p of the right label (natural logarithm), from 0; less is better.
        ece: Expected calibration error, 0 to 1.
    """

    macro_f1: float
    macro_f1_interval: Interval
    log_loss: float
    log_loss_interval: Interval
    ece: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return _plain(asdict(self))


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the figures of the same pairs, after less before, with 95 % intervals."""

    macro_f1: float
    macro_f1_interval: Interval
    log_loss: float
    log_loss_interval: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return _plain(asdict(self))


def _plain(values: Mapping[str, float | Interval]) -> dict[str, Any]:
    return {
        name: {"low": value[0], "high": value[1]} if isinstance(value, tuple) else value
        for name, value in values.items()
    }


def figures(probabilities: Probabilities, gold: Gold) -> Figures:
    """Return the figures of pairs.

    Args:
        probabilities: [n, 3], columns agree, oppose, neither; n at least 1.
        gold: The right column of each row, [n].
    """
    found, losses = report(probabilities, gold), _losses(probabilities, gold)
    return Figures(
        found.macro_f1,
        found.macro_f1_ci,
        float(losses.mean()),
        mean_interval(losses.tolist()),
        found.ece,
    )


def change(before: Probabilities, after: Probabilities, gold: Gold) -> Change:
    """Return what changed, with intervals of the difference on the same pairs drawn anew.

    Drawing pairs is drawing cells of the table of right label, label before and label after, which
    are all that the F1 depend on.
    """
    losses = _losses(after, gold) - _losses(before, gold)
    cells = np.zeros((len(Stance),) * 3)
    np.add.at(cells, (gold, before.argmax(axis=1), after.argmax(axis=1)), 1)
    drawn = np.random.default_rng(_SEED).multinomial(
        len(gold), cells.ravel() / len(gold), RESAMPLES
    )
    low, high = np.percentile(_rise(drawn.reshape(-1, *cells.shape)), [2.5, 97.5])
    return Change(
        float(_rise(cells[None])[0]),
        (float(low), float(high)),
        float(losses.mean()),
        mean_interval(losses.tolist()),
    )


def _losses(probabilities: Probabilities, gold: Gold) -> NDArray[np.float64]:
    given = probabilities[np.arange(len(gold)), gold].astype(np.float64)
    return -np.log(np.maximum(given, LEAST))


def _rise(cells: NDArray[np.floating[Any]] | NDArray[np.integer[Any]]) -> NDArray[np.float64]:
    """Return the rise of macro-F1, [draws], of tables [draws, right, before, after]."""
    return _macro_f1(cells.sum(axis=2)) - _macro_f1(cells.sum(axis=3))


def _macro_f1(confusion: NDArray[Any]) -> NDArray[np.float64]:
    right = np.diagonal(confusion, axis1=1, axis2=2).astype(np.float64)
    both = confusion.sum(axis=1) + confusion.sum(axis=2)
    found = np.divide(2 * right, both, out=np.zeros(both.shape), where=both > 0)
    return np.asarray(found.mean(axis=1), np.float64)
