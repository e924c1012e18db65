"""Metrics of predicted labels, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.results import Stance, percentile_interval, share_interval, table_draws

Predicted = NDArray[np.floating[Any]]
Gold = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]

BINS = 10
_CLASSES = list(range(len(Stance)))


@dataclass(frozen=True, slots=True)
class ClassScores:
    """Precision and recall of one label; `support` is the number of pairs with it."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Report:
    """The metrics of labelled pairs.

    Attributes:
        macro_f1: Mean F1 of the three labels; F1 is 0 for a label that does not occur.
        ece: See `expected_calibration_error`; for `brier`, see `brier_score`.
        polarity_auc: See `polarity_auc`; None unless some pairs agree and some oppose.
        confusion: Counts of pairs, right labels in rows, predicted labels in columns, in the order
            agree, oppose, neither.
        macro_f1_ci: Ends of its interval (see `table_draws`), and of the exact one of the accuracy.
    """

    n: int
    accuracy: float
    macro_f1: float
    per_class: Mapping[Stance, ClassScores]
    ece: float
    brier: float
    polarity_auc: float | None
    confusion: Sequence[Sequence[int]]
    macro_f1_ci: tuple[float, float]
    accuracy_ci: tuple[float, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ModeScores:
    """The metrics of the pairs that test one thing, such as negation.

    `macro_f1` averages over the labels that occur among these pairs; `labels` counts them.
    """

    n: int
    accuracy: float
    macro_f1: float
    labels: Mapping[Stance, int]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def gold_of(labels: Sequence[Stance]) -> Gold:
    """Return the column of each label in a table of probabilities: int64 [n]."""
    columns = {stance: column for column, stance in enumerate(Stance)}
    return np.array([columns[label] for label in labels], np.int64)


def report(probabilities: Predicted, gold: Gold) -> Report:
    """Return all metrics.

    Args:
        probabilities: [n, 3], columns agree, oppose, neither; n at least 1.
        gold: The right column of each row, [n].
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    guess = probabilities.argmax(axis=1)
    scores = precision_recall_fscore_support(gold, guess, labels=_CLASSES, zero_division=0)
    confusion = confusion_matrix(gold, guess, labels=_CLASSES)
    macro_f1 = float(scores[2].mean())
    low, high = percentile_interval(macro_f1s(table_draws(confusion)))
    return Report(
        n=len(gold),
        accuracy=float((guess == gold).mean()),
        macro_f1=macro_f1,
        per_class={
            stance: ClassScores(float(precision), float(recall), float(f1), int(support))
            for stance, precision, recall, f1, support in zip(Stance, *scores, strict=True)
        },
        ece=expected_calibration_error(probabilities, gold),
        brier=brier_score(probabilities, gold),
        polarity_auc=polarity_auc(probabilities, gold),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        macro_f1_ci=(min(low, macro_f1), max(high, macro_f1)),
        accuracy_ci=share_interval(int((guess == gold).sum()), len(gold)),
    )


def by_mode(probabilities: Predicted, gold: Gold, modes: Sequence[str]) -> dict[str, ModeScores]:
    """Return the metrics of each mode, in the order of their first pairs."""
    from sklearn.metrics import f1_score

    found = {}
    for mode in dict.fromkeys(modes):
        rows = np.array([other == mode for other in modes])
        right, guess = gold[rows], probabilities[rows].argmax(axis=1)
        f1 = f1_score(right, guess, labels=np.unique(right), average="macro", zero_division=0)
        counts = {stance: int((right == column).sum()) for column, stance in enumerate(Stance)}
        found[mode] = ModeScores(len(right), float((guess == right).mean()), float(f1), counts)
    return found


def expected_calibration_error(probabilities: Predicted, gold: Gold) -> float:
    """Return the gap between the top probability and how often that label is right, 0 to 1.

    The sum over ten bins of equal width of |share right - mean probability|, weighted by the bin's
    share of the pairs (Guo et al. 2017, equation 3).
    """
    top = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == gold
    place = np.minimum((top * BINS).astype(int), BINS - 1)  # a probability of 1 is in the last bin
    gaps = np.bincount(place, right - top, minlength=BINS)
    return float(np.abs(gaps).sum() / len(gold))


def brier_score(probabilities: Predicted, gold: Gold) -> float:
    """Return the mean over pairs of the sum over labels of (p - right)² (Brier 1950), 0 to 2."""
    right = np.eye(probabilities.shape[1])[gold]
    return float(((probabilities.astype(np.float64) - right) ** 2).sum(axis=1).mean())


def polarity_auc(probabilities: Predicted, gold: Gold) -> float | None:
    """Return how well p_agree - p_oppose separates agreement from opposition, 0.5 for chance.

    It is the area under the ROC curve over the pairs that agree or oppose; None unless both occur.
    """
    from sklearn.metrics import roc_auc_score

    taken = gold < 2  # agree or oppose
    agrees = gold[taken] == 0
    if agrees.all() or not agrees.any():
        return None
    return float(roc_auc_score(agrees, (probabilities[:, 0] - probabilities[:, 1])[taken]))


def macro_f1s(tables: NDArray[Any]) -> Floats:
    """Return the macro-F1 of confusion matrices [n, k, k]: [n]; F1 is 0 for an absent label."""
    right = np.diagonal(tables, axis1=1, axis2=2)
    both = tables.sum(axis=1) + tables.sum(axis=2)
    f1 = np.divide(2 * right, both, out=np.zeros(both.shape), where=both > 0)
    return np.asarray(f1.mean(axis=1), np.float64)
