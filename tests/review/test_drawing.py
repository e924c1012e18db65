from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from compare.errors import ReviewError
from compare.results import Probabilities
from compare.review import Choice, Order, PairSelection, Reviews, draw, with_divergence
from compare.review.drawing import in_reading_order, review_pairs
from compare.review.values import pair_id
from compare.statements import Quote
from tests.fabricate import AGREEING, QUOTE, a_search
from tests.fakes import OneStage
from tests.review.conftest import AGREE, NEITHER, OPPOSE, pair, read_by, table

LABELS = [AGREE] * 30 + [OPPOSE] * 6 + [NEITHER] * 64


def test_a_random_sample_is_of_all_pairs_and_the_same_for_one_seed() -> None:
    drawn = draw(table(LABELS), size=40, seed=3)
    assert drawn == draw(table(LABELS[::-1][::-1]), Choice.RANDOM, 40, 3)
    assert drawn != draw(table(LABELS), size=40, seed=4)
    assert len({entry.id for entry in drawn.pairs}) == 40
    assert drawn.pool == {"agree": 30, "oppose": 6, "neither": 64}
    assert {entry.weight for entry in drawn.pairs} == {2.5}
    assert drawn.pairs[0].topic == "canal"
    assert drawn.pairs[0].label_source == "judge@555555555555"
    assert len(draw(table(LABELS), size=400).pairs) == 100


def test_every_pair_is_drawn_equally_often() -> None:
    times = Counter(
        entry.id
        for seed in range(400)
        for entry in draw(table(LABELS[:20]), size=5, seed=seed).pairs
    )
    assert len(times) == 20
    assert all(60 < number < 145 for number in times.values())  # 100 expected, sd 8.7


def test_a_stratified_sample_weighs_what_it_stands_for() -> None:
    drawn = draw(table(LABELS), Choice.STRATIFIED, 30, seed=1)
    assert Counter(entry.stratum for entry in drawn.pairs) == {
        "agree": 12,
        "oppose": 6,
        "neither": 12,
    }
    assert all(entry.machine == entry.stratum for entry in drawn.pairs)
    total = Counter[str]()
    for entry in drawn.pairs:
        total[entry.stratum] += entry.weight
    assert total == pytest.approx({"agree": 30, "oppose": 6, "neither": 64})


def test_the_order_of_a_stratified_sample_does_not_tell_its_labels() -> None:
    orders = [
        [entry.machine for entry in draw(table(LABELS), Choice.STRATIFIED, 9, seed).pairs]
        for seed in range(12)
    ]
    assert len({tuple(order) for order in orders}) > 6
    assert {order[0] for order in orders} == {AGREE, OPPOSE, NEITHER}
    again = draw(table(LABELS), Choice.STRATIFIED, 9, 0)
    assert [entry.machine for entry in again.pairs] == orders[0]


def test_whole_takes_all_pairs_with_the_labels() -> None:
    drawn = draw(table(LABELS), Choice.WHOLE, stances=[OPPOSE])
    assert len(drawn.pairs) == 6
    assert (drawn.seed, drawn.pool) == (None, {"oppose": 6})


def test_pairs_of_finished_reviews_can_be_excluded(reviews: Reviews) -> None:
    first = draw(table(LABELS), size=30)
    done = reviews.create("canal", first, ["Ada"])
    reviews.create("half", draw(table(LABELS), size=50, seed=9), ["Ada"])
    assert reviews.finished_pairs() == frozenset()
    read_by(done, "Ada", [AGREE] * 30)
    finished = reviews.finished_pairs()
    assert {entry.id for entry in first.pairs} < finished
    again = reviews.create("again", draw(table(LABELS), size=30), ["Ada"])
    assert (again.settings.read_before, again.settings.left_out) == (30, 0)
    fresh = draw(table(LABELS), size=30, exclude=finished)
    assert finished.isdisjoint(entry.id for entry in fresh.pairs)
    assert (sum(fresh.pool.values()), fresh.left_out) == (70, 30)
    assert fresh.pairs[0].weight == pytest.approx(70 / 30)
    made = reviews.create("fresh", fresh, ["Ada"]).settings
    assert (made.read_before, made.left_out) == (0, 30)
    with pytest.raises(ReviewError, match="except for 100 that were read before"):
        draw(table(LABELS), exclude={entry.id for entry in review_pairs(table(LABELS))})


def test_a_finished_pair_is_recognised_with_its_sides_exchanged(reviews: Reviews) -> None:
    there = pair(1)
    read_by(reviews.create("canal", PairSelection.imported([there]), ["Ada"]), "Ada", [AGREE])
    turned = pair_id(there.b, there.a)
    same = pair_id(there.a, there.b)
    assert reviews.finished_pairs() == {same, turned}
    other = replace(pair(2), id="p1")  # another pair under the same name, in a file
    again = reviews.create(
        "again", PairSelection.imported([replace(there, id="x"), other]), ["Ada"]
    )
    assert again.settings.read_before == 1


def test_an_impossible_draw_is_one_sentence() -> None:
    with pytest.raises(ReviewError, match="No pair is labelled oppose at these thresholds"):
        draw(table([AGREE]), stances=[OPPOSE])
    with pytest.raises(ReviewError, match="0 pairs cannot be drawn"):
        draw(table([AGREE]), size=0)
    with pytest.raises(ReviewError, match="or imported from a file"):
        draw(table([AGREE]), Choice.IMPORTED)
    with pytest.raises(ReviewError, match="'some' is not one of random, stratified"):
        draw(table([AGREE]), "some")


def test_the_pairs_of_a_search_have_the_quote_on_side_a() -> None:
    found = {entry.b.statement.id: entry for entry in review_pairs(a_search())}
    assert len(found) == 3
    assert {entry.a.text for entry in found.values()} == {QUOTE}
    agreeing = found["ost-1"]
    assert agreeing.machine is AGREE
    assert agreeing.b.text == "Valdoria arms the rebels, and it must stop."
    assert draw(a_search(), Choice.WHOLE).subject == QUOTE


def test_side_a_is_what_the_model_read_even_if_the_corpus_has_other_words() -> None:
    source = replace(AGREEING, id="own-1", text=f"We know it. {QUOTE.upper()}")
    for result in (
        a_search(source=source),
        a_search(source=replace(source, text="Other words.")),
    ):
        found = review_pairs(result)
        assert {entry.a.text for entry in found} == {QUOTE}
        assert {entry.a.statement.id for entry in found} == {""}
    own = replace(source, text=f"We know it. {QUOTE}")
    found = review_pairs(a_search(source=own))
    assert {entry.a.statement.id for entry in found} == {own.id}
    assert {entry.a.passage.start for entry in found} == {len("We know it. ")}
    other = Quote(QUOTE, speaker="Somebody else", statement_id=own.id)
    assert {entry.a.statement.id for entry in review_pairs(a_search(source=own, quote=other))} == {
        ""
    }


# -- Order ---------------------------------------------------------------------------------------


def test_a_random_order_depends_on_the_seed_alone() -> None:
    pairs = [pair(number) for number in range(30)]
    first = in_reading_order(pairs, Order.RANDOM, 1)
    assert first == in_reading_order(pairs[::-1], Order.RANDOM, 1)
    assert first != in_reading_order(pairs, Order.RANDOM, 2)
    assert sorted(entry.id for entry in first) == sorted(entry.id for entry in pairs)
    assert in_reading_order(pairs, Order.GIVEN) == pairs


def test_the_most_uncertain_come_first() -> None:
    tops = [0.9, 0.4, 0.6, 0.4]
    pairs = [
        replace(pair(n), probabilities=Probabilities(top, (1 - top) / 2, (1 - top) / 2))
        for n, top in enumerate(tops)
    ]
    assert [entry.id for entry in in_reading_order(pairs, Order.UNCERTAIN)] == [
        "p1",
        "p3",
        "p2",
        "p0",
    ]
    with pytest.raises(ReviewError, match="Pair p9 has no probabilities"):
        in_reading_order([pair(9, None)], Order.UNCERTAIN)


class Fixed(OneStage):
    name, digest = "fixed", "0" * 64

    def __init__(self, *rows: tuple[float, float, float]) -> None:
        self.rows = rows

    def score(self, pairs, on_progress=None):
        if on_progress:
            on_progress(len(pairs), len(pairs))
        return np.array(self.rows, np.float32)


def test_pairs_on_which_the_models_differ_most_come_first() -> None:
    pairs = [pair(number) for number in range(3)]
    fast = Fixed((0.5, 0.25, 0.25), (1, 0, 0), (0.5, 0.5, 0))
    accurate = Fixed((0.5, 0.25, 0.25), (0, 1, 0), (0.25, 0.5, 0.25))
    told: list[tuple[int, int]] = []
    read = with_divergence(pairs, fast, accurate, lambda *done: told.append(done))
    assert [entry.divergence for entry in read] == [0, 1, 0.25]
    assert told == [(3, 6), (6, 6)]
    assert [entry.id for entry in in_reading_order(read, Order.INFORMATIVE)] == ["p1", "p2", "p0"]
    with pytest.raises(ReviewError, match="was not scored by both models"):
        in_reading_order(pairs, Order.INFORMATIVE)


def test_imported_pairs_are_not_said_to_be_a_sample() -> None:
    drawn = PairSelection.imported([pair(1)], "a file")
    assert (drawn.choice, drawn.seed, drawn.pool) == (Choice.IMPORTED, None, {})
