"""Calibrations: what is fitted is better than nothing, and is measured on other groups."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss

from compare.comparison.search import _Scored, weigh_actors
from compare.models import LEAST_CALLED, SameActor, Use
from compare.models.stance import softmax
from tests.fabricate import found_pair
from tests.fakes import statement
from training.calibrations import Labelled, actors_of, fit, fit_with_actors, vector, weigh
from training.pairs import LabelledPair


@pytest.fixture(scope="module")
def drawn():
    """Labels drawn from known probabilities, and logits three times as sure."""
    rng = np.random.default_rng(6)
    logits = rng.normal(0, 1, (3000, 3)).astype(np.float32)
    gold = np.array([rng.choice(3, p=row / row.sum()) for row in softmax(logits).astype(float)])
    return logits * 3, gold


def test_logits_that_are_too_sure_are_scaled_down(drawn):
    logits, gold = drawn
    found = vector(logits, gold)
    assert found.scale == pytest.approx((1 / 3,) * 3, abs=0.05)
    before, after = (log_loss(gold, p) for p in (softmax(logits), found.apply(logits)))
    assert after < before


def test_a_shift_of_one_label_is_found(drawn):
    logits, gold = drawn
    found = vector(logits + np.array([0, 3, 0], np.float32), gold)
    relative = found.shift[1] - (found.shift[0] + found.shift[2]) / 2
    assert relative == pytest.approx(-1.0, abs=0.15)


def test_what_counts_more_is_told_more_often(drawn):
    logits, gold = drawn
    counts = np.where(gold == 2, 1.5, 1.0)
    plain, weighed = (vector(logits, gold, one).apply(logits)[:, 2] for one in (None, counts))
    expected = np.average(gold == 2, weights=counts)
    assert weighed.mean() > plain.mean() + 0.05
    assert np.average(weighed, weights=counts) == pytest.approx(expected, abs=0.01)


def test_what_is_called_is_measured_in_groups_that_were_not_fitted(drawn):
    logits, gold = drawn
    pairs = [LabelledPair("a", str(n), "", "", int(label)) for n, label in enumerate(gold)]
    groups = [str(n % 20) for n in range(len(pairs))]
    found, figures = fit(
        Use.PAIR, Labelled("made up", pairs, groups), lambda asked, _: logits[: len(asked)], {}
    )
    assert (figures["pairs"], figures["groups"], found.same_actor) == (3000, 20, None)
    for name in ("agree", "oppose"):
        of = figures[name]
        assert of["called"] > 100
        assert of["right"] == pytest.approx(of["shown"], abs=0.06)


def test_the_weight_of_an_actors_other_passages_is_found():
    rng = np.random.default_rng(3)
    actors = np.repeat(np.arange(300), 5)
    sides = rng.choice([-1.0, 1.0], 300)[actors]
    true = np.stack([sides, -sides, np.zeros_like(sides)], axis=1)
    told = softmax(2 * true).astype(float)
    gold = np.array([rng.choice(3, p=row / row.sum()) for row in told])
    logits = (true + rng.normal(0, 1.5, true.shape)).astype(np.float32)
    shuffled = rng.permutation(actors)
    found = fit_with_actors(logits, gold, actors)
    same, none = found.same_actor, fit_with_actors(logits, gold, shuffled).same_actor
    assert same.weight > 0.5 > none.weight + 0.2
    alone = found.apply(logits)
    assert alone == pytest.approx(vector(logits, gold).apply(logits))  # true by itself, too
    weighed = weigh(alone, actors, same)
    assert weighed.sum(axis=1) == pytest.approx(1)
    assert log_loss(gold, weighed) < log_loss(gold, alone)
    assert weigh(alone, actors, None) == pytest.approx(alone, abs=1e-6)
    clear = alone[:, :2].max(axis=1) >= LEAST_CALLED
    first, then = (
        one[clear, 0] - one[clear, 1] for one in (alone, weigh(alone, actors, SameActor(9.0)))
    )
    assert (first * then >= -1e-6).all()  # no clear reading moves to the other side


def test_an_actor_is_a_country_under_one_query():
    same = ["USA, 1999: ", "United States, 2001: ", "USA: "]
    others = ["Cuba, 1999: ", "1999: ", "1999: ", "", ""]
    assert actors_of(["q"] * 9, [*same, *others, "USA: "]).tolist() == [0, 0, 0, 1, 2, 3, 4, 5, 0]
    assert actors_of(["q", "r"], ["USA: ", "USA: "]).tolist() == [0, 1]
    joint = ["Cuba; Korea, Republic of, 1999: ", "South Korea; Cuba: ", "South Korea, 1999: "]
    assert actors_of(["q"] * 3, joint).tolist() == [0, 0, 1]


def test_verdicts_are_weighed_as_a_search_weighs_them():
    countries = ["Valdoria", "Ostravia", "Valdoria", "Ostravia", "Valdoria", "Norland"]
    read = np.random.default_rng(5).dirichlet([1, 1, 1], len(countries))
    scored = [
        _Scored(n, found_pair(statement(str(n), "Yes.", country=country), tuple(row)))
        for n, (country, row) in enumerate(zip(countries, read.tolist(), strict=True))
    ]
    same = SameActor(1.5, (0.8, 0.7, 1.1), (-0.5, -0.6, 0.0))
    actors = actors_of(["q"] * len(countries), [f"{country}: " for country in countries])
    found = [entry.pair.probabilities for entry in weigh_actors(scored, same)]
    wanted = weigh(read, actors, same)
    assert [[one.agree, one.oppose, one.neither] for one in found] == pytest.approx(wanted)
