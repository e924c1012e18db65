"""The fast model reads all candidates, the accurate one those near the top of a list."""

import numpy as np
import pytest

from compare.models import signature
from compare.models.cascade import READ_AGAIN, CascadeStance
from compare.results.provenance import screening
from compare.results.result import Side


class Table:
    """Gives pair n the n-th row, and remembers what it was asked."""

    def __init__(self, name, rows):
        self.name, self.digest, self.rows, self.asked = name, name * 64, rows, []

    def score(self, pairs, on_progress=None):
        numbers = [int(a.text) for a, _ in pairs]
        self.asked += numbers
        if on_progress:
            on_progress(len(pairs), len(pairs))
        return np.array([self.rows[n] for n in numbers], np.float32)

    def score_parts(self, pairs, on_progress=None):
        return self.score(pairs), list(pairs)


def numbered(count):
    return [(Side(str(n)), Side("b")) for n in range(count)]


def test_the_accurate_model_reads_the_top_of_either_list():
    count = 100
    fast = Table("f", [(n / 200, (count - n) / 200, 0.5) for n in range(count)])
    accurate = Table("a", [(0.0, 0.0, 1.0)] * count)
    cascade = CascadeStance(fast, accurate)
    scores, again = cascade.score_candidates(numbered(count), [0.5] * count)
    wanted = {*range(READ_AGAIN), *range(count - READ_AGAIN, count)}
    assert set(np.flatnonzero(again)) == wanted == set(accurate.asked)
    assert (scores[again] == [0, 0, 1]).all()
    assert np.allclose(scores[50], [0.25, 0.25, 0.5])
    assert fast.asked == list(range(count))


def test_closeness_counts_in_the_choice():
    fast = Table("f", [(0.6, 0.0, 0.4)] * 50 + [(0.5, 0.0, 0.5)] * READ_AGAIN)
    accurate = Table("a", fast.rows)
    closeness = [0.1] * 50 + [0.9] * READ_AGAIN
    _, again = CascadeStance(fast, accurate).score_candidates(numbered(len(closeness)), closeness)
    assert again[50:].all()


def test_few_candidates_are_all_read_by_both():
    fast, accurate = Table("f", [(0.2, 0.3, 0.5)] * 5), Table("a", [(0.9, 0.05, 0.05)] * 5)
    seen = []
    scores, again = CascadeStance(fast, accurate).score_candidates(
        numbered(5), [0.5] * 5, lambda *told: seen.append(told)
    )
    assert again.all()
    assert scores == pytest.approx(np.array([[0.9, 0.05, 0.05]] * 5))
    assert seen[-1] == (10, 10)


def test_a_pair_by_itself_is_the_accurate_models():
    fast, accurate = Table("f", []), Table("a", [(0.9, 0.05, 0.05)])
    cascade = CascadeStance(fast, accurate)
    assert np.array_equal(cascade.score(numbered(1)), accurate.score(numbered(1)))
    assert cascade.score_parts(numbered(1))[1] == numbered(1)
    assert fast.asked == []


def test_it_is_named_after_the_model_that_gives_its_verdicts():
    cascade = CascadeStance(Table("f", []), Table("a", []))
    assert signature(cascade) == f"a@{'a' * 12}"
    assert screening(cascade) == f"f@{'f' * 12}"
    assert screening(cascade.accurate) == ""
