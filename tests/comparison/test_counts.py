import csv
import io
from dataclasses import replace

import pytest

from compare.comparison import SidesTaken, YearCount, by_year, random_sample, sides_taken
from compare.comparison.counts import check
from compare.export import columns, csv_bytes
from compare.export.rows import checked_rows
from compare.results import Kind, Pair, Probabilities, Stance
from compare.results.statistics import share_interval
from compare.statements import Quote
from tests.fabricate import QUOTE, excerpt
from tests.results.test_result import AGREE, NEITHER, OPPOSE, pair, said, table

A, O, N = Stance  # noqa: E741  # as they stand in the tables below: one letter a pair


def of(country, id, date="", **more):
    return said(id, country=country, date=date, **more)


def placed(*sides, over_time=False):
    """A result whose sides said these, each with its odds on the proposition."""
    claim = said("", QUOTE)
    found = tuple(tuple(pair(claim, one, odds) for one, odds in side) for side in sides)
    return replace(table(over_time=over_time), placed=found)


def test_what_a_side_said_counts_in_its_year():
    a = [
        (of("V", "1", "2001-05"), OPPOSE),
        (of("V", "2", "2003"), AGREE),
        (of("V", "3", "2003-02-01"), OPPOSE),
        (of("V", "4", "2003"), NEITHER),
        (of("V", "5"), AGREE),
    ]
    b = [(of("O", "6", "1999"), AGREE)]
    assert by_year(placed(a, b)) == [
        YearCount("a", 2001, 0, 1, 1),
        YearCount("a", 2002, 0, 0, 0),
        YearCount("a", 2003, 1, 1, 3),
        YearCount("b", 1999, 1, 0, 1),
    ]
    assert {count.side for count in by_year(placed(a, over_time=True))} == {"a"}
    assert by_year(placed(a[-1:], b)) == [YearCount("b", 1999, 1, 0, 1)]
    assert by_year(placed([], [])) == by_year(replace(table(), placed=())) == []


def test_a_statement_counts_once_by_its_strongest_passage_at_the_thresholds():
    text = "It must be open. It must not be shut."
    whole, later = of("V", "1", "2001", words=text), of("V", "2", "2001")
    claim = excerpt(said("", QUOTE))
    read = [
        Pair(claim, excerpt(one, part), Probabilities(*odds), 0.8)
        for one, part, odds in (
            (whole, "It must not be shut.", NEITHER),
            (whole, "It must be open.", AGREE),
            (later, None, (0.55, 0.2, 0.25)),
        )
    ]
    made = replace(table(), placed=(tuple(read), ()))
    assert by_year(made) == [YearCount("a", 2001, 2, 0, 2)]
    assert by_year(made.rethreshold(probability=0.6)) == [YearCount("a", 2001, 1, 0, 2)]


def many(count=40):
    kinds = (AGREE, OPPOSE, NEITHER)
    return [pair(said(f"a{n:02}"), said(f"b{n:02}"), kinds[n % 3]) for n in range(count)]


def test_a_sample_is_drawn_from_all_that_is_labelled_and_the_seed_brings_it_back():
    made = table(*many())
    sample = random_sample(made, 10, seed=3)
    assert sample == random_sample(table(*reversed(many())), 10, seed=3)
    assert sample != random_sample(made, 10, seed=4)
    assert len({one.a.statement.id for one in sample}) == 10
    assert {made.stance_of(one) for one in sample} == {A, O}
    assert len(random_sample(made, 1000)) == 27
    assert {made.stance_of(one) for one in random_sample(made, 99, stances=[N])} == {N}


def checked():
    made = table(*many(6))
    sample = list(made.pairs[:2] + made.pairs[3:5])
    return made, sample, [A, A, None, O]


def test_the_share_that_is_right_leaves_out_what_was_skipped():
    made, sample, answers = checked()
    found = check(made, sample, answers)
    assert (found.answered, found.right, found.share) == (3, 2, pytest.approx(2 / 3))
    assert (found.low, found.high) == share_interval(2, 3)
    opposed = check(made, sample, answers, O)
    assert (opposed.answered, opposed.right) == (2, 1)
    nothing = check(made, sample, [None] * 4)
    assert (nothing.answered, nothing.share, nothing.low, nothing.high) == (0, None, None, None)
    with pytest.raises(ValueError, match="zip"):
        check(made, sample, answers[:2])


def test_a_checked_sample_is_written_with_the_answers():
    made, sample, answers = checked()
    text = csv_bytes(
        (*columns("pairs"), *columns("checked sample")), checked_rows(made, sample, answers, 7)
    ).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    told = [(row["rank"], row["stance"], row["reader"], row["right"]) for row in rows]
    assert told == [
        ("1", "agree", "agree", "yes"),
        ("2", "oppose", "agree", "no"),
        ("3", "agree", "", ""),
        ("4", "oppose", "oppose", "yes"),
    ]
    assert rows[0]["a_text"] == "Words of a00."
    assert {row["seed"] for row in rows} == {"7"}


def test_over_time_the_answer_is_called_changed_too():
    made = table(pair(said("a"), said("b"), OPPOSE), over_time=True)
    [row] = checked_rows(made, made.pairs, [O])
    assert (row["stance"], row["reader"], row["right"]) == ("changed", "changed", "yes")


def test_the_actors_of_a_search_agree_oppose_or_have_said_both():
    quote = said("", "Open the canal.")

    def found(country, id, odds):
        return pair(quote, of(country, id), odds)

    made = replace(
        table(
            found("Valdoria", "1", AGREE),
            found("Valdoria; Lorn", "2", OPPOSE),
            found("Lorn", "3", OPPOSE),
            found("Marenia", "4", AGREE),
            found("Ostravia", "5", NEITHER),
            found("", "6", OPPOSE),
        ),
        kind=Kind.SEARCH,
        quote=Quote("Open the canal."),
    )
    taken = sides_taken(made)
    assert (taken.agree, taken.oppose, taken.both) == (("Marenia",), ("Lorn",), ("Valdoria",))
    assert taken.in_words() == "By country: 1 agrees, 1 opposes, 1 has said both (Valdoria)."
    two = SidesTaken(("Lorn", "Marenia"), (), ())
    assert two.in_words() == "By country: 2 agree, none opposes, none has said both."
