from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.adapt.fitting import fit, folds
from compare.adapt.learning import change, figures
from compare.evaluate import report
from compare.models import Kind
from compare.models.calibration import Layer, inputs_of
from compare.models.stance import softmax

KEYS = st.lists(
    st.frozensets(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=1, max_size=4),
    min_size=1,
    max_size=40,
)


@given(KEYS)
@settings(max_examples=50, deadline=None)
def test_no_statement_is_on_both_sides_of_a_fold(keys: list[frozenset[str]]) -> None:
    measured: list[int] = []
    for learned, left in folds(keys, 5):
        seen = frozenset().union(*(keys[row] for row in left))
        assert all(seen.isdisjoint(keys[row]) for row in learned)
        outside = set(range(len(keys))) - set(learned.tolist()) - set(left.tolist())
        assert all(not seen.isdisjoint(keys[row]) for row in outside)
        measured += left.tolist()
    assert sorted(measured) == list(range(len(keys)))


def test_rows_that_share_a_statement_are_cut_together() -> None:
    keys = [frozenset({f"quote {n % 10}", f"answer {n}"}) for n in range(200)]
    for learned, left in folds(keys):
        assert len(learned) >= 160
        assert len({n % 10 for n in left.tolist()}) <= 2


def test_nothing_is_learned_without_labels() -> None:
    none = np.zeros((0, 3)), np.zeros(0, np.int64)
    weights = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    assert fit(Kind.RECALIBRATION, *none) == Layer(Kind.RECALIBRATION, weights, (0.0, 0.0, 0.0))


def test_scales_are_never_negative() -> None:
    source = np.random.default_rng(0)
    told = softmax(source.normal(0, 2, (300, 3)))
    learned = fit(Kind.RECALIBRATION, inputs_of(Kind.RECALIBRATION, told, []), told.argmin(axis=1))
    assert (np.array(learned.weights) >= 0).all()


def test_scale_and_shift_are_recovered() -> None:
    source = np.random.default_rng(1)
    logits = source.normal(0, 1.5, (4000, 3))
    told = softmax(logits, 2.0)
    truth = softmax(np.log(told), (0.5, 0.5, 0.5), (0.6, -0.6, 0.0)).astype(float)
    drawn = np.array([source.choice(3, p=row / row.sum()) for row in truth])
    learned = fit(Kind.RECALIBRATION, inputs_of(Kind.RECALIBRATION, told, []), drawn)
    np.testing.assert_allclose(np.diag(learned.weights), 0.5, atol=0.08)
    np.testing.assert_allclose(learned.shift[0] - learned.shift[1], 1.2, atol=0.2)


def test_figures_equal_those_of_the_evaluation() -> None:
    source = np.random.default_rng(2)
    before, after = (softmax(source.normal(0, 1, (80, 3))) for _ in range(2))
    gold = source.integers(0, 3, 80)
    found, moved = figures(before, gold), change(before, after, gold)
    assert found.macro_f1 == report(before, gold).macro_f1
    assert np.isclose(found.log_loss, -np.log(before[np.arange(80), gold]).mean())
    assert np.isclose(moved.macro_f1, report(after, gold).macro_f1 - found.macro_f1)
    assert np.isclose(moved.log_loss, figures(after, gold).log_loss - found.log_loss)
    assert moved.macro_f1_interval[0] < moved.macro_f1 < moved.macro_f1_interval[1]
    assert change(before, before, gold).macro_f1_interval == (0.0, 0.0)
