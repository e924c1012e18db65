from dataclasses import replace

import pytest

from compare.results import (
    FILLED_TO,
    MOST_OF_STATEMENT,
    Kind,
    Probabilities,
    Result,
    Stance,
    Thresholds,
)
from compare.statements import Quote
from tests.fabricate import OPPOSITE, QUOTE, a_search, excerpt, on_a_topic, pair_of, two_sides
from tests.fakes import statement

AGREE, OPPOSE, NEITHER = (0.8, 0.1, 0.1), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8)


def said(id, words="", **more):
    return statement(id, words or f"Words of {id}.", **more)


def pair(a, b, probabilities=AGREE, similarity=0.8, screened=False):
    return pair_of(a, b, probabilities, similarity=similarity, first_stage_only=screened)


def table(*pairs, over_time=False):
    made = two_sides(over_time=over_time, subject="A and B")
    return replace(made, pairs=pairs, candidates=len(pairs))


def ids(pairs):
    return [f"{one.a.statement.id}-{one.b.statement.id}" for one in pairs]


def test_lists_are_ranked_and_what_only_the_fast_model_read_stands_last():
    made = table(
        pair(said("a1"), said("b1"), (0.5, 0.1, 0.4)),
        pair(said("a2"), said("b2"), (0.9, 0.05, 0.05), screened=True),
        pair(said("a3"), said("b3"), (0.7, 0.1, 0.2)),
        pair(said("a4"), said("b4"), OPPOSE),
        pair(said("a5"), said("b5"), NEITHER),
        pair(said("a6"), said("b6"), AGREE, similarity=0.2),
    )
    assert ids(made.agree) == ["a3-b3", "a1-b1", "a2-b2"]
    assert ids(made.oppose) == ["a4-b4"]
    assert ids(made.listed(Stance.NEITHER)) == ["a5-b5"]
    assert made.stance_of(made.pairs[-1]) is None


def test_lists_weigh_the_verdict_against_closeness():
    made = table(
        pair(said("a1"), said("b1"), (0.9, 0.05, 0.05), similarity=0.36),
        pair(said("a2"), said("b2"), (0.7, 0.1, 0.2), similarity=0.99),
        pair(said("a3"), said("b3"), (0.8, 0.1, 0.1), similarity=0.5),
    )
    assert ids(made.agree) == ["a2-b2", "a1-b1", "a3-b3"]


def test_thresholds_cut_again_without_reading():
    made = table(pair(said("a1"), said("b1"), (0.5, 0.1, 0.4), similarity=0.5))
    assert made.agree
    assert not made.rethreshold(probability=0.6).agree
    assert ids(made.rethreshold(probability=0.6).listed(Stance.NEITHER)) == ["a1-b1"]
    strict = made.rethreshold(similarity=0.6)
    assert strict.thresholds == Thresholds(Thresholds().probability, 0.6)
    assert not strict.agree
    assert strict.rethreshold(similarity=0.1).agree


def test_the_same_words_stand_once_whichever_side_said_them():
    first, again = said("x1", "We will open it."), said("x2", "We will open it!")
    other, more = said("y1", "It stays shut."), said("y2", "it stays shut")
    made = table(pair(first, other, OPPOSE), pair(again, more, OPPOSE), pair(more, first, OPPOSE))
    assert len(made.oppose) == 1
    assert len(made.listed(Stance.OPPOSE, all_of_it=True)) == 3


def test_over_time_going_back_is_a_change_of_its_own():
    first, last = said("x1", "We will open it."), said("x3", "We will open it.")
    between = said("x2", "It stays shut.")
    both = pair(first, between, OPPOSE), pair(between, last, OPPOSE)
    assert ids(table(*both, over_time=True).oppose) == ["x1-x2", "x2-x3"]
    assert len(table(*both).oppose) == 1


def test_no_statement_fills_a_list():
    often = said("a")
    many = [pair(often, said(f"b{n}")) for n in range(6)]
    made = table(*many, pair(said("c"), said("d"), (0.5, 0.1, 0.4)))
    assert sum(one.a.statement.id == "a" for one in made.agree) == MOST_OF_STATEMENT
    assert ids(made.agree)[-1] == "c-d"
    assert len(made.listed(Stance.AGREE, all_of_it=True)) == 7


def test_the_order_of_the_pairs_that_were_read_means_nothing():
    pairs = [pair(said(f"a{n % 3}"), said(f"b{n}"), AGREE) for n in range(12)]
    assert table(*pairs).agree == table(*reversed(pairs)).agree


def test_the_likelier_side_is_listed_from_the_least_probability_up():
    made = table(
        pair(said("a1"), said("b1"), (0.0, 0.5, 0.5)),
        pair(said("a2"), said("b2"), (0.4, 0.55, 0.05)),
        pair(said("a3"), said("b3"), (0.49, 0.3, 0.21)),
    )
    lists = (made.agree, made.oppose, made.neither)
    assert list(map(ids, lists)) == [[], ["a2-b2", "a1-b1"], ["a3-b3"]]
    assert ids(made.rethreshold(probability=0.35).agree) == []


def found(*pairs):
    """Return the result of a search that read these pairs."""
    return replace(a_search(), pairs=pairs)


def test_a_short_list_of_a_search_is_filled_with_the_likeliest_unsure_pairs():
    unsure = [pair(said("q"), said(f"u{n}"), (0.1, 0.3 + n / 100, 0.6 - n / 100)) for n in range(6)]
    sure = [pair(said("q"), said(f"s{n}"), OPPOSE, similarity=0.5) for n in range(FILLED_TO - 2)]
    less = pair(said("q"), said("less"), (0.1, 0.24, 0.66))
    made = found(less, *unsure, *sure)
    names = [f"s{n}" for n in range(FILLED_TO - 2)]
    column = made.listed(Stance.OPPOSE)
    assert [one.b.statement.id for one in column] == [*names, "u5", "u4"]
    assert list(map(made.is_unsure, column)) == [False] * (FILLED_TO - 2) + [True] * 2
    assert made.oppose == made.sure(Stance.OPPOSE) == column[:-2]
    assert {made.column_of(replace(one)) for one in column} == {Stance.OPPOSE}
    assert {made.stance_of(replace(one)) for one in column[-2:]} == {Stance.NEITHER}
    assert unsure[0] in made.neither
    assert less in made.neither
    assert not made.near(Stance.OPPOSE)
    full = found(*unsure, *sure, *(pair(said("q"), said(f"t{n}"), OPPOSE) for n in range(2)))
    assert full.listed(Stance.OPPOSE) == full.oppose
    assert len(full.oppose) == FILLED_TO


def test_below_one_half_nothing_is_called_agreeing_or_opposing():
    even, likeliest = (0.0, 0.5, 0.5), (0.1, 0.49, 0.41)
    assert Probabilities(*even).stance is Stance.OPPOSE
    assert Probabilities(*likeliest).stance is Stance.NEITHER
    assert Probabilities(*likeliest).is_unclear
    assert not Probabilities(0.3, 0.2, 0.5).is_unclear
    for over_time in (False, True):
        lowered = table(pair(said("a"), said("b"), likeliest), over_time=over_time)
        lowered = lowered.rethreshold(probability=0.1)
        assert (lowered.agree, lowered.oppose) == ((), ())
        assert lowered.is_unsure(lowered.pairs[0]) is False
    searched = found(pair(said("q"), said("b"), likeliest)).rethreshold(probability=0.1)
    assert (len(searched.listed(Stance.OPPOSE)), searched.oppose) == (1, ())


def test_only_the_likelier_side_is_filled_and_only_of_a_search():
    both = pair(said("q"), said("b"), (0.3, 0.35, 0.35))
    assert found(both).listed(Stance.OPPOSE) == (both,)
    assert found(both).listed(Stance.AGREE) == ()
    assert found(both).oppose == ()
    far = pair(said("q"), said("far"), (0.1, 0.39, 0.51), similarity=0.2)
    assert found(far).listed(Stance.OPPOSE) == ()
    assert table(pair(said("a"), said("b"), (0.1, 0.39, 0.51))).oppose == ()


def test_a_raised_minimum_is_kept_and_what_comes_near_is_told_apart():
    near = pair(said("q"), said("near"), (0.1, 0.6, 0.3))
    made = found(near, pair(said("q"), said("sure"), OPPOSE)).rethreshold(probability=0.7)
    assert [one.b.statement.id for one in made.oppose] == ["sure"]
    assert made.near(Stance.OPPOSE) == (near,)
    assert made.stance_of(near) is Stance.NEITHER
    assert not made.near(Stance.AGREE)
    lowered = made.rethreshold(probability=0.2)
    assert near in lowered.oppose
    assert not lowered.is_unsure(near)


def test_what_a_side_said_on_the_proposition_is_a_search():
    made = two_sides()
    a, b = made.said_by(), made.said_by(1)
    assert (a.kind, a.quote.text, a.quote.opposite) == (Kind.POSITIONS, QUOTE, OPPOSITE)
    assert [one.b.statement.id for one in (*a.agree, *a.neither)] == ["ost-1", "lak-1"]
    assert [one.b.statement.id for one in (*b.oppose, *b.neither)] == ["val-1", "lak-1"]
    assert (a.oppose, b.agree, a.passages_read, b.passages_read) == ((), (), 2, 2)
    assert (a.provenance.filters, b.provenance.filters) == tuple(made.provenance.filters.values())
    assert a.provenance.settings == made.provenance.settings
    assert two_sides(over_time=True).said_by() == a
    assert made.opposite == OPPOSITE
    assert on_a_topic(made).opposite == ""
    assert a_search(quote=Quote(QUOTE, opposite=OPPOSITE)).opposite == OPPOSITE


def test_of_a_side_a_statement_is_listed_once_and_no_list_is_filled():
    claim = said("q", QUOTE)
    both = said("x", "It must be open. It was shut.")
    strong, weak, unsure = (
        replace(pair(claim, both, odds), b=excerpt(both, part))
        for part, odds in (
            ("It must be open.", AGREE),
            ("It was shut.", NEITHER),
            ("It was shut.", (0.45, 0.2, 0.35)),
        )
    )
    made = replace(table(), placed=((weak, strong), (unsure,)))
    assert made.said_by(0).pairs == (strong,)
    assert made.said_by(1).listed(Stance.AGREE) == ()
    assert made.said_by(1).neither == (unsure,)
    assert found(unsure).listed(Stance.AGREE) == (unsure,)  # as a search fills it
    assert made.rethreshold(probability=0.9).said_by(0).agree == ()


def test_kinds_of_sentence_are_left_out_of_lists_without_scoring():
    asks, holds = said("asks", "Who closed the canal?"), said("holds", "The canal is closed.")
    made = found(pair(said("q", "Is it closed?"), asks), pair(said("q", "Is it closed?"), holds))
    without = made.rethreshold(without_kinds=["question"])
    assert ids(without.agree) == ["q-holds"]  # the quote may be a question
    assert (without.left_out, made.left_out) == (1, 0)
    assert without.rethreshold(probability=0.6).thresholds.without_kinds == ("question",)
    assert without.rethreshold(without_kinds=[]) == made
    with pytest.raises(ValueError, match="rumour"):
        made.rethreshold(without_kinds=["rumour"])


def test_two_sides_leave_out_a_pair_if_either_side_is_of_the_kind():
    asks, holds = said("asks", "Who closed the canal?"), said("holds", "The canal is closed.")
    made = table(pair(asks, holds), pair(holds, asks), pair(holds, said("b")))
    without = made.rethreshold(without_kinds=["question"])
    assert (ids(without.agree), without.left_out) == (["holds-b"], 2)


def test_a_file_keeps_the_kinds_that_are_left_out(tmp_path):
    made = a_search().rethreshold(without_kinds=["report", "question"])
    assert made.thresholds.without_kinds == ("question", "report")
    kept = Result.load(made.save(tmp_path / "result.json"))
    assert kept == made
    assert "without_kinds" not in a_search().save(tmp_path / "plain.json").read_text()
