"""How well labels and probabilities fit what readers say, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.results.result import Stance

Probabilities = NDArray[np.floating[Any]]
Gold = NDArray[np.integer[Any]]

BINS = 10
RESAMPLES = 2000
_SEED = 0
_CLASSES = list(range(len(Stance)))


@dataclass(frozen=True, slots=True)
class ClassScores:
    """How well one label is found; `support` is how often it is right."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a labelled file.

    Attributes:
        macro_f1: Mean F1 of the three labels; one that is neither right nor given counts as 0.
        ece: Expected calibration error of the top label, 0 to 1.
        brier: 0 to 2.
        polarity_auc: See `polarity_auc`.
        confusion: Pairs; a row for each right label and in it a column for each label given, both
            in the order agree, oppose, neither.
        macro_f1_ci: Lower and upper end of the bootstrap 95 % interval; so `accuracy_ci`.
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
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        data["per_class"] = {
            stance.value: asdict(scores) for stance, scores in self.per_class.items()
        }
        data["confusion"] = [list(row) for row in self.confusion]
        data["macro_f1_ci"] = list(self.macro_f1_ci)
        data["accuracy_ci"] = list(self.accuracy_ci)
        return data


@dataclass(frozen=True, slots=True)
class ModeScores:
    """The figures of the pairs that test one thing.

    Attributes:
        macro_f1: Mean F1 of the labels that are right for one of these pairs.
        labels: How many pairs each label is right for.
    """

    n: int
    accuracy: float
    macro_f1: float
    labels: Mapping[Stance, int]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        labels = {stance.value: count for stance, count in self.labels.items()}
        return {
            "n": self.n,
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "labels": labels,
        }


def gold_of(labels: Sequence[Stance]) -> Gold:
    """Return the column of each label: int64 [n]."""
    columns = {stance: column for column, stance in enumerate(Stance)}
    return np.array([columns[label] for label in labels], np.int64)


def report(probabilities: Probabilities, gold: Gold) -> Report:
    """Return all figures.

    Args:
        probabilities: [n, 3], columns agree, oppose, neither; n at least 1.
        gold: The right column of each row, [n].
    """
    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

    guess = probabilities.argmax(axis=1)
    figures = precision_recall_fscore_support(gold, guess, labels=_CLASSES, zero_division=0)
    confusion = confusion_matrix(gold, guess, labels=_CLASSES)
    macro_f1_ci, accuracy_ci = _confusion_intervals(confusion)
    return Report(
        n=len(gold),
        accuracy=float(accuracy_score(gold, guess)),
        macro_f1=float(figures[2].mean()),
        per_class={
            stance: ClassScores(float(precision), float(recall), float(f1), int(support))
            for stance, precision, recall, f1, support in zip(Stance, *figures, strict=True)
        },
        ece=expected_calibration_error(probabilities, gold),
        brier=brier_score(probabilities, gold),
        polarity_auc=polarity_auc(probabilities, gold),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
        macro_f1_ci=macro_f1_ci,
        accuracy_ci=accuracy_ci,
    )


def by_mode(
    probabilities: Probabilities, gold: Gold, modes: Sequence[str]
) -> dict[str, ModeScores]:
    """Return the figures of each mode, in the order in which the modes come."""
    places: dict[str, list[int]] = {}
    for place, mode in enumerate(modes):
        places.setdefault(mode, []).append(place)
    return {mode: _mode_scores(probabilities[rows], gold[rows]) for mode, rows in places.items()}


def _mode_scores(probabilities: Probabilities, gold: Gold) -> ModeScores:
    from sklearn.metrics import accuracy_score, f1_score

    guess = probabilities.argmax(axis=1)
    present = sorted({int(column) for column in gold})
    return ModeScores(
        n=len(gold),
        accuracy=float(accuracy_score(gold, guess)),
        macro_f1=float(f1_score(gold, guess, labels=present, average="macro", zero_division=0)),
        labels={stance: int((gold == column).sum()) for column, stance in enumerate(Stance)},
    )


def expected_calibration_error(probabilities: Probabilities, gold: Gold, bins: int = BINS) -> float:
    """Return how far the top label's probability is from how often it is right, 0 to 1.

    That is the sum over bins of equal width of |share right - mean probability|, weighted by the
    bin's share of the pairs (Guo et al. 2017, equation 3). A bin holds its lower edge, the last
    one 1 too.
    """
    top = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == gold
    place = np.minimum((top * bins).astype(int), bins - 1)
    gaps = np.bincount(place, right - top, minlength=bins)
    return float(np.abs(gaps).sum() / len(gold))


def brier_score(probabilities: Probabilities, gold: Gold) -> float:
    """Return the mean over pairs of the sum over labels of (p - y)², 0 to 2.

    y is 1 for the right label and 0 for the others (Brier 1950, equation 2: with all classes
    summed, not the half of it that is common for two).
    """
    right = np.eye(probabilities.shape[1])[gold]
    return float(((probabilities.astype(np.float64) - right) ** 2).sum(axis=1).mean())


def polarity_auc(probabilities: Probabilities, gold: Gold) -> float | None:
    """Return how well p_agree - p_oppose tells agreement from opposition, 0.5 for chance.

    It is the area under the ROC curve over the pairs that agree or oppose, whatever the model gives
    "neither"; None where one of both is missing.
    """
    from sklearn.metrics import roc_auc_score

    taken = gold < 2
    agrees = gold[taken] == 0
    if agrees.all() or not agrees.any():
        return None
    return float(roc_auc_score(agrees, (probabilities[:, 0] - probabilities[:, 1])[taken]))


# -- Intervals -----------------------------------------------------------------------------------


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the bootstrap 95 % interval of a mean (Efron 1979, percentiles), always the same."""
    drawn = np.random.default_rng(_SEED).integers(0, len(values), (RESAMPLES, len(values)))
    return _middle(np.asarray(values, np.float64)[drawn].mean(axis=1))


def _confusion_intervals(
    confusion: NDArray[np.integer[Any]],
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the bootstrap 95 % intervals of macro-F1 and of accuracy, always the same.

    Drawing pairs with replacement is drawing their cells of the confusion matrix, which are all
    that these figures depend on: one multinomial draw a resample.
    """
    total = int(confusion.sum())
    shares = confusion.ravel() / total
    drawn = np.random.default_rng(_SEED).multinomial(total, shares, RESAMPLES)
    drawn = drawn.reshape(-1, *confusion.shape)
    right = np.diagonal(drawn, axis1=1, axis2=2)
    both = drawn.sum(axis=1) + drawn.sum(axis=2)
    f1 = np.divide(2 * right, both, out=np.zeros(both.shape), where=both > 0)
    return _middle(f1.mean(axis=1)), _middle(right.sum(axis=1) / total)


def _middle(figures: NDArray[np.floating[Any]]) -> tuple[float, float]:
    low, high = np.percentile(figures, [2.5, 97.5])
    return float(low), float(high)
