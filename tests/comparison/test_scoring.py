"""Scoring in stages, and scores on disk."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from compare.comparison.scoring import ScoreCache, Scores, score_in_stages, top_of_lists
from compare.comparison.search import READ_AGAIN
from compare.models.stance import CascadeStance
from compare.results import Probabilities
from tests.models.test_stance import Table, numbered


def scored(model, pairs, similarities, on_progress=None, budgets=(READ_AGAIN,)):
    """Score as a search does."""

    def score(stage, numbers, told):
        return stage.score([pairs[n] for n in numbers.tolist()], told)

    choices = [top_of_lists(similarities, *most) for most in budgets]
    return score_in_stages(model, len(pairs), score, choices, on_progress)


def test_the_accurate_model_reads_the_top_of_either_list():
    count = 100
    fast = Table("f", [(n / 200, (count - n) / 200, 0.5) for n in range(count)])
    accurate = Table("a", [(0.0, 0.0, 1.0)] * count)
    cascade = CascadeStance(fast, accurate)
    found = scored(cascade, numbered(count), [0.5] * count)
    scores, first_only = found.probabilities, found.first_stage_only
    most_agree, most_oppose = READ_AGAIN
    wanted = {*range(most_oppose), *range(count - most_agree, count)}
    assert set(np.flatnonzero(~first_only)) == wanted == set(accurate.asked)
    assert (scores[~first_only] == [0, 0, 1]).all()
    assert np.allclose(scores[50], [0.25, 0.25, 0.5])
    assert fast.asked == list(range(count))


def test_similarity_counts_in_the_choice():
    fast = Table("f", [(0.6, 0.0, 0.4)] * 50 + [(0.5, 0.0, 0.5)] * READ_AGAIN[0])
    accurate = Table("a", fast.rows)
    similarities = [0.1] * 50 + [0.9] * READ_AGAIN[0]
    cascade = CascadeStance(fast, accurate)
    found = scored(cascade, numbered(len(similarities)), similarities)
    assert not found.first_stage_only[50:].any()


def test_few_candidates_are_all_read_by_both():
    fast, accurate = Table("f", [(0.2, 0.3, 0.5)] * 5), Table("a", [(0.9, 0.05, 0.05)] * 5)
    seen = []
    scores = scored(
        CascadeStance(fast, accurate), numbered(5), [0.5] * 5, lambda *told: seen.append(told)
    )
    assert not scores.first_stage_only.any()
    assert scores.probabilities == pytest.approx(np.array([[0.9, 0.05, 0.05]] * 5))
    assert seen[-1] == (10, 10)


def test_each_stage_chooses_from_what_the_stage_before_scored():
    count, seen = 40, []
    first = Table("1", [(n / 80, 0.0, 1 - n / 80) for n in range(count)])
    second = Table("2", [(0.5, 0.0, 0.5)] * 30 + [(0.1, 0.3, 0.6)] * 10)
    third = Table("3", [(0.0, 1.0, 0.0)] * count)
    cascade = CascadeStance(first, second, third)
    found = scored(
        cascade, numbered(count), [0.5] * count, lambda *told: seen.append(told), ((12, 12), (2, 2))
    )
    read = {*range(12), *range(28, 40)}  # all oppose equally, so the first ones lead that list
    assert set(second.asked) == read
    assert set(third.asked) == {0, 1, 30, 31}
    assert [np.flatnonzero(found.stages_left == left).tolist() for left in (0, 1, 2)] == [
        sorted(third.asked),
        sorted(read - set(third.asked)),
        list(range(12, 28)),
    ]
    assert (found.probabilities[[0, 31]] == [0, 1, 0]).all()
    assert found.first_stage_only.sum() == count - 4
    assert seen[-1] == (count + 24 + 4, count + 24 + 4)
    # A cascade of two stages takes the last choice.
    pair = CascadeStance(Table("1", first.rows), third)
    both = scored(pair, numbered(count), [0.5] * count, None, ((12, 12), (2, 2)))
    assert (both.stages_left == 0).sum() == 4


def test_a_model_of_one_stage_scores_everything_once():
    model, seen = Table("m", [(0.2, 0.3, 0.5)] * 4), []
    scores = scored(model, numbered(4), [0.5] * 4, lambda *told: seen.append(told))
    assert model.asked == [0, 1, 2, 3]
    assert not scores.first_stage_only.any()
    assert seen[-1] == (4, 4)


def test_no_candidates_are_no_scores():
    for model in (Table("m", []), CascadeStance(Table("f", []), Table("a", []))):
        scores = scored(model, [], [])
        assert (scores.probabilities.shape, list(scores.of_each())) == ((0, 3), [])


def test_scores_are_told_pair_by_pair():
    scores = Scores(np.array([[0.5, 0.25, 0.25], [0, 1, 0]], np.float32), np.array([1, 0]))
    assert list(scores.of_each()) == [
        (Probabilities(0.5, 0.25, 0.25), True),
        (Probabilities(0.0, 1.0, 0.0), False),
    ]


# -- Scores on disk ------------------------------------------------------------------------------


def test_only_unknown_pairs_are_scored_and_the_order_of_the_sides_does_not_matter(tmp_path):
    a, b = np.array([-(2**63), 1, 2, 3, 2**62]), np.array([5, 6, 7, 8, 9])
    rows = np.random.default_rng(0).dirichlet((1, 1, 1), 5).astype(np.float32)
    asked, told = [], []

    def score(numbers):
        asked.extend(numbers.tolist())
        return rows[numbers]

    cache = ScoreCache({"library": "one"}, tmp_path)
    cache.add(a[1:2], b[1:2], rows[1:2])
    found = cache.score(a, b, score, lambda *done: told.append(done), at_once=3)
    assert np.array_equal(found, rows)
    assert asked == [0, 2, 3, 4]
    assert told == [(4, 5), (5, 5)]
    again = ScoreCache({"library": "one"}, tmp_path)
    assert np.array_equal(again.score(b, a, score), rows)
    assert len(asked) == 4
    scores, known = again.known(np.array([1, 99]), np.array([6, 6]))
    assert known.tolist() == [True, False]
    assert np.array_equal(scores, [rows[1], [0, 0, 0]])
    assert not ScoreCache({"library": "two"}, tmp_path).known(a, b)[1].any()


@pytest.mark.parametrize("value", [None, "much", float("inf"), -0.1, 1.5, b"x"])
def test_a_score_that_is_no_probability_is_not_known(tmp_path, value):
    a, b = np.array([1, 2]), np.array([3, 4])
    cache = ScoreCache({"library": "one"}, tmp_path)
    cache.add(a, b, np.array([[0.5, 0.25, 0.25]] * 2, np.float32))
    with closing(sqlite3.connect(cache._path)) as database, database:
        database.execute("UPDATE scores SET oppose = ? WHERE a = 1", (value,))
    assert cache.known(a, b)[1].tolist() == [False, True]


def test_a_damaged_file_of_scores_begins_anew(tmp_path):
    a, b = np.array([1, 2]), np.array([3, 4])
    cache = ScoreCache({"library": "one"}, tmp_path)
    cache.add(a, b, np.array([[0.5, 0.25, 0.25]] * 2, np.float32))
    content = cache._path.read_bytes()
    cache._path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert not cache.known(a, b)[1].any()
    cache.add(a, b, np.array([[0.5, 0.25, 0.25]] * 2, np.float32))
    assert cache.known(a, b)[1].all()


def test_text_that_is_not_utf_8_in_a_file_of_scores_begins_anew(tmp_path):
    a, b = np.array([1, 2]), np.array([3, 4])
    cache = ScoreCache({"library": "one"}, tmp_path)
    cache.add(a, b, np.array([[0.5, 0.25, 0.25]] * 2, np.float32))
    with closing(sqlite3.connect(cache._path)) as database, database:
        database.execute("UPDATE scores SET agree = CAST(x'ff' AS text)")
    assert not cache.known(a, b)[1].any()


def test_the_files_longest_unused_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("compare.comparison.scoring._MOST_FILES", 2)
    for number in range(4):
        ScoreCache({"library": number}, tmp_path)
    assert len(list(tmp_path.glob("*.sqlite"))) == 3
