"""P@5, nDCG@10 and the ceiling against cases worked by hand and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from compare.evaluate.metrics import ListScores, list_scores, ndcg, ranking_report
from compare.results.result import Stance

YES, NO, NEITHER = Stance.AGREE, Stance.OPPOSE, Stance.NEITHER


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


def test_ndcg_is_that_of_scikit_learn() -> None:
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
    assert found.p_at_5_ci == pytest.approx((0.2, 0.6))


def test_without_a_query_that_counts_there_is_no_figure() -> None:
    assert ranking_report([]).to_dict() == {
        "p_at_5": None,
        "ndcg_at_10": None,
        "p_at_5_ci": None,
        "ceiling": None,
        "queries": 0,
        "unjudged_at_5": None,
    }
