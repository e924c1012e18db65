import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap

from compare.results import mean_interval, ratio_interval, resampled
from compare.results.statistics import DRAWS, share_interval


def test_an_interval_of_a_share_is_wilsons():
    low, high = share_interval(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert share_interval(5, 5)[1] == pytest.approx(1.0)


def test_an_interval_is_that_of_the_mean():
    low, high = mean_interval([0.0, 1.0] * 50)
    # The normal interval of a share of one half in a hundred: 0.5 ± 1.96 * 0.05.
    assert (low, high) == (pytest.approx(0.402, abs=0.015), pytest.approx(0.598, abs=0.015))
    assert mean_interval([0.5] * 5) == (0.5, 0.5)
    assert mean_interval([0.6]) == (0.6, 0.6)


def test_an_interval_has_the_width_of_the_normal_one():
    values = [0.0, 0.2, 0.4, 1.0] * 25
    spread = 1.96 * np.std(values) / 10
    assert mean_interval(values) == pytest.approx((0.4 - spread, 0.4 + spread), abs=0.02)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=12), st.integers(0, 5), st.randoms())
def test_an_interval_depends_on_values_and_seed_alone(values, seed, shuffling):
    low, high = mean_interval(values, seed)
    turned = list(values)
    shuffling.shuffle(turned)
    assert mean_interval(turned, seed) == (low, high)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9


@pytest.mark.parametrize("seed", [0, 7])
def test_an_interval_of_a_mean_is_that_of_scipy(seed):
    values = np.sort(np.random.default_rng(1).uniform(-1, 1, 23))
    theirs = bootstrap(
        (values,),
        np.mean,
        n_resamples=DRAWS,
        method="percentile",
        rng=np.random.default_rng((seed, len(values))),
    ).confidence_interval
    assert mean_interval(values.tolist(), seed) == pytest.approx((theirs.low, theirs.high))


def test_an_interval_of_a_ratio_draws_parts_and_wholes_together():
    values = np.sort(np.random.default_rng(2).uniform(0, 1, 15)).tolist()
    assert ratio_interval(values, [1.0] * 15) == pytest.approx(mean_interval(values))
    wholes = np.arange(1.0, 16.0)
    assert ratio_interval((wholes / 4).tolist(), wholes.tolist()) == pytest.approx((0.25, 0.25))
    assert ratio_interval([0, 1], [0, 2]) == (0.5, 0.5)  # draws of the first alone do not count


def test_tables_drawn_again_hold_as_many_pairs_spread_alike():
    table = np.array([[30, 10], [0, 60]])
    drawn = resampled(table)
    assert drawn.shape == (DRAWS, 2, 2)
    assert (drawn.sum(axis=(1, 2)) == 100).all()
    assert drawn.mean(axis=0) == pytest.approx(table, abs=0.5)
    assert (drawn[:, 1, 0] == 0).all()
    assert np.array_equal(drawn, resampled(table))
    assert resampled(np.zeros((2, 2), int)).shape == (0, 2, 2)
