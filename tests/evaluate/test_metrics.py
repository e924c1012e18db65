"""Metrics against scikit-learn and against cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    precision_score,
    recall_score,
    roc_auc_score,
)

from compare.evaluate import by_mode, gold_of, report
from compare.evaluate.metrics import brier_score, expected_calibration_error, polarity_auc
from compare.results import Stance

RNG = np.random.default_rng(11)
GOLD = RNG.integers(0, 3, 400)
PROBABILITIES = RNG.dirichlet((1, 1, 1), 400).astype(np.float32)
PROBABILITIES[np.arange(400), GOLD] += 0.3
PROBABILITIES /= PROBABILITIES.sum(axis=1, keepdims=True)
GUESS = PROBABILITIES.argmax(axis=1)


def test_figures_equal_those_of_scikit_learn() -> None:
    found = report(PROBABILITIES, GOLD)
    assert found.n == 400
    assert found.accuracy == pytest.approx(accuracy_score(GOLD, GUESS))
    assert found.macro_f1 == pytest.approx(f1_score(GOLD, GUESS, average="macro"))
    assert [list(row) for row in found.confusion] == confusion_matrix(GOLD, GUESS).tolist()
    for column, stance in enumerate(Stance):
        scores = found.per_class[stance]
        mine, right = np.equal(GUESS, column), np.equal(GOLD, column)
        assert scores.precision == pytest.approx(precision_score(right, mine))
        assert scores.recall == pytest.approx(recall_score(right, mine))
        assert scores.f1 == pytest.approx(f1_score(right, mine))
        assert scores.support == right.sum()
    polar = GOLD < 2
    wanted = roc_auc_score(GOLD[polar] == 0, (PROBABILITIES[:, 0] - PROBABILITIES[:, 1])[polar])
    assert found.polarity_auc == pytest.approx(wanted)
    wanted = brier_score_loss(GOLD, PROBABILITIES, scale_by_half=False)
    assert found.brier == pytest.approx(wanted, abs=1e-6)


def test_macro_f1_is_over_three_labels_even_if_one_is_absent() -> None:
    probabilities = np.eye(3)[[0, 0, 1]]
    found = report(probabilities, np.array([0, 0, 1]))
    assert (found.accuracy, found.macro_f1) == (1, pytest.approx(2 / 3))
    neither = found.per_class[Stance.NEITHER]
    assert (neither.precision, neither.recall, neither.f1, neither.support) == (0, 0, 0, 0)
    assert found.macro_f1_ci[0] < 2 / 3 < found.macro_f1_ci[1]


def test_rows_of_the_confusion_are_right_labels() -> None:
    found = report(np.eye(3)[[1, 1, 2]], np.array([0, 0, 2]))
    assert found.confusion == ((0, 2, 0), (0, 0, 0), (0, 0, 1))


def test_calibration_error_by_hand() -> None:
    # Two at 0.65, one right: gap 0.15. One at 0.95, right: gap 0.05. One at 0.5, wrong: gap 0.5.
    probabilities = np.array(
        [[0.65, 0.35, 0], [0.65, 0.35, 0], [0.03, 0.95, 0.02], [0.25, 0.25, 0.5]]
    )
    gold = np.array([0, 1, 1, 0])
    wanted = 2 / 4 * 0.15 + 1 / 4 * 0.05 + 1 / 4 * 0.5
    assert expected_calibration_error(probabilities, gold) == pytest.approx(wanted)


def test_sure_and_right_is_no_calibration_error() -> None:
    assert expected_calibration_error(np.eye(3), np.array([0, 1, 2])) == 0
    assert expected_calibration_error(np.eye(3), np.array([1, 2, 0])) == 1


def test_over_and_under_confidence_in_one_bin_cancel() -> None:
    probabilities = np.array([[0.8, 0.1, 0.1]] * 5)
    assert expected_calibration_error(probabilities, np.array([0, 0, 0, 0, 1])) == pytest.approx(0)


def test_brier_score_by_hand() -> None:
    probabilities = np.array([[0.7, 0.2, 0.1], [0, 0, 1]])
    wanted = ((0.3**2 + 0.2**2 + 0.1**2) + (1 + 0 + 1)) / 2
    assert brier_score(probabilities, np.array([0, 0])) == pytest.approx(wanted)


def test_polarity_auc_by_hand() -> None:
    # p_agree - p_oppose: agree 0.1 and 0.6; oppose 0.2 and -0.5. Three of four pairs in order.
    probabilities = np.array(
        [[0.2, 0.1, 0.7], [0.7, 0.1, 0.2], [0.3, 0.1, 0.6], [0.1, 0.6, 0.3], [0, 0.9, 0.1]]
    )
    assert polarity_auc(probabilities, np.array([0, 0, 1, 1, 2])) == pytest.approx(3 / 4)


@pytest.mark.parametrize("gold", [[0, 2], [1, 1], [2, 2]])
def test_polarity_auc_needs_both(gold: list[int]) -> None:
    assert polarity_auc(np.full((2, 3), 1 / 3), np.array(gold)) is None


def test_ties_count_half_in_polarity_auc() -> None:
    assert polarity_auc(np.full((2, 3), 1 / 3), np.array([0, 1])) == 0.5


def test_intervals_equal_those_of_resampled_pairs() -> None:
    found = report(PROBABILITIES, GOLD)
    rng = np.random.default_rng(3)
    drawn = rng.integers(0, 400, (600, 400))
    f1 = [f1_score(GOLD[rows], GUESS[rows], average="macro") for rows in drawn]
    right = (GOLD == GUESS)[drawn].mean(axis=1)
    assert found.macro_f1_ci == pytest.approx(np.percentile(f1, [2.5, 97.5]), abs=0.01)
    assert found.accuracy_ci == pytest.approx(np.percentile(right, [2.5, 97.5]), abs=0.01)
    assert found.macro_f1_ci[0] < found.macro_f1 < found.macro_f1_ci[1]
    assert report(PROBABILITIES, GOLD) == found


def test_modes_have_macro_f1_over_the_labels_they_have() -> None:
    gold = np.array([0, 1, 0, 2])
    found = by_mode(np.eye(3)[[0, 2, 0, 2]], gold, ["threats", "threats", "dates", "dates"])
    assert list(found) == ["threats", "dates"]
    assert found["threats"].accuracy == 0.5
    assert found["threats"].macro_f1 == pytest.approx((1 + 0) / 2)
    assert found["threats"].labels == {"agree": 1, "oppose": 1, "neither": 0}
    assert (found["dates"].n, found["dates"].macro_f1) == (2, 1)


def test_columns_of_labels() -> None:
    assert gold_of([Stance.NEITHER, Stance.AGREE, Stance.OPPOSE]).tolist() == [2, 0, 1]
