import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from benchmarks import coverage
from compare.results import clustered_share, share_interval, table_draws


@pytest.mark.parametrize(("part", "whole"), [(0, 3), (3, 3), (8, 10), (1, 500)])
def test_an_interval_of_a_share_is_the_exact_one(part, whole):
    theirs = binomtest(part, whole).proportion_ci(0.95, "exact")
    assert share_interval(part, whole) == pytest.approx((theirs.low, theirs.high))
    narrower = share_interval(part, whole, 0.5)
    assert narrower[1] - narrower[0] < theirs.high - theirs.low


def test_a_sum_of_shares_lies_between_those_of_counts():
    lows, highs = zip(*(share_interval(part, 10) for part in (6, 6.5, 7)), strict=True)
    assert list(lows) == sorted(lows)
    assert list(highs) == sorted(highs)


def test_clusters_of_one_are_counted_as_they_are():
    found = clustered_share([1.0] * 80 + [0.0] * 20)
    exact = (0.8, *share_interval(80, 100))
    assert (found.value, found.low, found.high) == pytest.approx(exact, abs=0.002)


def test_pairs_of_few_clusters_say_less():
    alike = clustered_share([10, 10, 10, 0, 0], [10] * 5)  # five voices, not fifty
    mixed = clustered_share([6] * 5, [10] * 5)
    assert alike.value == mixed.value == 0.6
    assert alike.high - alike.low > 0.7 > 0.5 > mixed.high - mixed.low > 0.2


@pytest.mark.parametrize(("part", "clusters"), [(1.0, 5), (0.0, 5), (0.6, 1), (1.0, 1)])
def test_what_does_not_vary_is_not_certain(part, clusters):
    found = clustered_share([part] * clusters)
    assert found.low <= found.value <= found.high
    assert found.high - found.low > 0.4


def test_a_pool_that_was_read_in_full_is_certain():
    assert clustered_share([1.0] * 8, pool=8).low == 1
    part, all_but_one = (clustered_share([1.0, 0.0] * 8, pool=n).low for n in (100, 17))
    assert part < 0.3 < all_but_one


def test_nothing_has_no_share():
    for empty in (clustered_share([]), clustered_share([0, 0], [0, 0])):
        assert (empty.value, empty.low, empty.high) == (None, None, None)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=9))
def test_an_interval_holds_its_share(cells):
    parts, wholes = zip(*((min(cell), max(cell)) for cell in cells), strict=True)
    found = clustered_share(parts, wholes)
    if found.value is not None:
        assert 0 <= found.low <= found.value + 1e-9
        assert found.value - 1e-9 <= found.high <= 1


def test_tables_are_drawn_around_what_was_counted():
    table = np.array([[30, 10], [0, 60]])
    drawn = table_draws(table)
    assert drawn.sum(axis=(1, 2)) == pytest.approx(100)
    assert drawn.mean(axis=0) == pytest.approx(table, abs=1.0)
    assert (drawn[:, 1, 0] > 0).all()  # a cell that happens to be empty need not be so
    assert len(table_draws(np.zeros((2, 2)))) == 0


SIMULATIONS = (
    *(coverage.shares, coverage.positions, coverage.clusters),
    *(coverage.readers, coverage.speeches, coverage.corrected),
)


@pytest.mark.parametrize("simulations", SIMULATIONS, ids=lambda one: one.__name__)
def test_intervals_cover_as_often_as_they_say(simulations):
    # 0.93 is the aim; with 100 draws, 0.87 lies two and a half standard errors below it.
    told = [
        (name, share)
        for names, draw in simulations()
        for name, share in zip(names, coverage.covered(draw, 100), strict=True)
    ]
    assert told
    assert [(name, share) for name, share in told if share < 0.87] == []
