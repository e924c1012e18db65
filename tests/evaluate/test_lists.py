"""Scores of lists by hand: as a search shows them, and full rankings against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from compare.evaluate.lists import (
    ListedPair,
    ListScores,
    ShownList,
    list_scores,
    ndcg,
    ranking_report,
    shown_report,
)
from compare.results import Stance, share_interval

YES, NO, NEITHER = Stance.AGREE, Stance.OPPOSE, Stance.NEITHER

# -- As a search shows them ----------------------------------------------------------------------


def shown(known: int, found: int, *pairs: tuple[float, Stance | None]) -> ShownList:
    return ShownList(YES, known, found, [ListedPair(*pair) for pair in pairs])


LISTS = [
    shown(3, 2, (0.95, YES), (0.92, None), (0.9, YES), (0.55, NO)),
    shown(1, 0, (0.5, None)),
    shown(2, 0),  # nothing is listed
    shown(0, 0, (0.9, NEITHER), (1.0, None)),  # nothing is known
]


def test_missing_and_unjudged_places_are_misses() -> None:
    first = LISTS[0]
    assert (first.p_at_5, first.recall_at_10, first.right, first.unjudged) == (2 / 5, 2 / 3, 2, 1)
    assert [one.p_at_5 for one in LISTS[1:]] == [0, 0, 0]
    assert [one.recall_at_10 for one in LISTS[1:]] == [0, 0, None]
    long = shown(9, 9, *[(0.9, NO)] * 4, *[(0.9, YES)] * 5)
    assert (long.p_at_5, long.right, long.right_at_5) == (1 / 5, 5, 1)


def test_figures_of_claims_are_over_claims_with_known_passages() -> None:
    found = shown_report(LISTS)
    assert found.claims == 3
    assert found.p_at_5.value == pytest.approx(2 / 5 / 3)
    assert found.recall_at_10.value == pytest.approx(2 / 3 / 3)
    assert (found.claims_with_right, found.with_right.value) == (1, pytest.approx(1 / 3))


def test_figures_of_what_is_listed_are_over_all_queries() -> None:
    found = shown_report(LISTS)
    assert (found.listed, found.judged) == (7, 4)
    assert found.right.value == pytest.approx(2 / 7)
    assert found.right_of_judged.value == pytest.approx(2 / 4)
    assert found.unjudged.value == pytest.approx(3 / 7)
    assert found.probability.value == pytest.approx((0.95 + 0.92 + 0.9 + 0.55 + 0.5 + 0.9 + 1) / 7)


def test_probabilities_are_compared_in_tenths() -> None:
    low, high = shown_report(LISTS).reliability
    assert (low.low, low.high, low.listed, low.judged) == (0.5, 0.6, 2, 1)
    assert (low.probability, low.right, low.right_of_judged) == (pytest.approx(0.525), 0, 0)
    assert (high.low, high.high, high.listed, high.judged) == (0.9, 1, 5, 3)
    assert (high.right, high.right_of_judged) == (pytest.approx(2 / 5), pytest.approx(2 / 3))


def test_intervals_are_over_queries() -> None:
    found, again = shown_report(LISTS), shown_report(LISTS * 20)
    assert found.p_at_5.low < 0.01
    assert found.p_at_5.high > 0.6  # three queries say little
    assert again.right.value == pytest.approx(found.right.value)
    assert again.right.high - again.right.low < 0.3 < found.right.high - found.right.low
    assert found.right == shown_report(LISTS[::-1]).right


def test_without_lists_there_is_no_figure() -> None:
    found = shown_report([shown(0, 0)])
    assert (found.claims, found.listed, found.reliability) == (0, 0, ())
    figures = (found.p_at_5, found.recall_at_10, found.with_right, found.right, found.probability)
    assert {(one.value, one.low, one.high) for one in figures} == {(None, None, None)}


# -- Full rankings -------------------------------------------------------------------------------


def test_unjudged_passages_are_removed_before_the_first_five_are_taken() -> None:
    judged = {"a": YES, "b": NEITHER, "c": YES, "d": NO, "e": YES, "f": YES}
    ranked = ["x", "a", "b", "y", "c", "z", "d", "e", "f"]
    found = list_scores(ranked, judged, YES)
    assert found.relevant == 4
    assert found.p_at_5 == 3 / 5  # a, c and e of a b c d e
    assert found.unjudged_at_5 == 2 / 5  # x and y of x a b y c
    assert found.ceiling == 4 / 5
    assert list_scores(ranked, judged, NO).p_at_5 == 1 / 5


def test_a_shorter_list_counts_as_misses() -> None:
    judged = {"a": YES, "b": YES, "c": YES}
    found = list_scores(["a", "x", "b"], judged, YES)
    assert (found.p_at_5, found.ceiling) == (2 / 5, 3 / 5)
    assert found.unjudged_at_5 == 1 / 3
    empty = list_scores([], judged, YES)
    assert (empty.p_at_5, empty.ndcg_at_10, empty.unjudged_at_5) == (0, 0, 0)


def test_ndcg_by_hand() -> None:
    # Right at ranks 1 and 3 of three that could be right.
    wanted = (1 + 1 / 2) / (1 + 1 / np.log2(3) + 1 / 2)
    assert ndcg([True, False, True], relevant=3) == pytest.approx(wanted)
    assert ndcg([True] * 12, relevant=12) == pytest.approx(1)
    assert ndcg([True, True], relevant=2) == pytest.approx(1)
    assert ndcg([False], relevant=0) == 0


def test_ndcg_equals_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(5)
    for size in (4, 10, 25):
        gains = rng.random(size) < 0.4
        gains[0] = True
        order = np.arange(size, 0, -1)[None]
        wanted = ndcg_score(gains[None].astype(float), order, k=10)
        assert ndcg(list(gains), int(gains.sum())) == pytest.approx(wanted)


def test_the_ideal_is_over_all_relevant_passages_found_or_not() -> None:
    judged = {"a": YES, "b": YES, "c": YES}
    wanted = 1 / (1 + 1 / np.log2(3) + 1 / 2)
    assert list_scores(["a"], judged, YES).ndcg_at_10 == pytest.approx(wanted)


def test_queries_with_fewer_than_three_do_not_count() -> None:
    lists = [
        ListScores(relevant=3, p_at_5=0.6, ndcg_at_10=1, unjudged_at_5=0.2),
        ListScores(relevant=9, p_at_5=0.2, ndcg_at_10=0.5, unjudged_at_5=0),
        ListScores(relevant=2, p_at_5=0.4, ndcg_at_10=1, unjudged_at_5=1),
    ]
    found = ranking_report(lists)
    assert found.queries == 2
    assert found.p_at_5 == pytest.approx(0.4)
    assert found.ndcg_at_10 == pytest.approx(0.75)
    assert found.ceiling == pytest.approx((3 / 5 + 1) / 2)
    assert found.unjudged_at_5 == pytest.approx(0.1)
    assert found.p_at_5_ci == share_interval(0.8, 2)


def test_without_a_query_that_counts_there_is_no_figure() -> None:
    assert ranking_report([]).to_dict() == {
        "p_at_5": None,
        "ndcg_at_10": None,
        "p_at_5_ci": None,
        "ceiling": None,
        "queries": 0,
        "unjudged_at_5": None,
    }
