import csv
import io
from dataclasses import replace

import pytest

from compare.comparison import SidesTaken, by_year, matrix, random_sample, sides_taken
from compare.comparison.counts import between, check
from compare.export import columns, csv_bytes
from compare.export.rows import checked_rows
from compare.results import Kind, Stance
from compare.results.statistics import share_interval
from compare.statements import Quote
from tests.results.test_result import AGREE, NEITHER, OPPOSE, pair, said, table

A, O, N = Stance  # noqa: E741  # as they stand in the tables below: one letter a pair


def of(country, id, date="", **more):
    return said(id, country=country, date=date, **more)


def test_a_pair_counts_in_the_year_of_the_later_statement():
    made = table(
        pair(of("V", "1", "2001-05"), of("O", "2", "2003"), OPPOSE),
        pair(of("V", "3", "2003-02-01"), of("O", "4", "2000"), AGREE),
        pair(of("V", "5", "2001"), of("O", "6", "2000"), NEITHER),
        pair(of("V", "7", "2009"), of("O", "8"), AGREE),
    )
    counts = [(count.year, count.agree, count.oppose, count.read) for count in by_year(made)]
    assert counts == [(2001, 0, 0, 1), (2002, 0, 0, 0), (2003, 1, 1, 2)]
    assert by_year(table()) == []


def test_the_matrix_counts_each_two_parties_once_a_pair():
    made = table(
        pair(of("Valdoria", "1"), of("Ostravia", "2"), OPPOSE),
        pair(of("Ostravia", "3"), of("Valdoria", "4"), AGREE),
        pair(of("Ostravia; Valdoria", "5"), of("Valdoria; Ostravia", "6"), AGREE),
        pair(of("Valdoria", "7"), of("Valdoria", "8"), OPPOSE),
        pair(of("Marenia", "9"), of("Ostravia", "10"), NEITHER),
        pair(of("", "11"), of("Ostravia", "12"), AGREE),
    )
    first, second = matrix(made)
    assert (first.a, first.b, first.agree, first.oppose, first.read) == (
        "Ostravia", "Valdoria", 2, 1, 3
    )  # fmt: skip
    assert first.opposed == pytest.approx(1 / 3)
    assert (first.low, first.high) == share_interval(1, 3)
    assert (second.a, second.b, second.read, second.opposed, second.low) == (
        "Marenia", "Ostravia", 1, None, None
    )  # fmt: skip


@pytest.mark.parametrize("by", ["country", "speaker"])
def test_spellings_of_one_actor_are_one(by):
    made = table(
        pair(
            of("OSTRAVIA", "1", speaker="Ms. Ada Lorn"),
            of("Republic of Valdoria=VLD", "2", speaker="Bren Tal"),
        ),
        pair(
            of("Ostravia", "3", speaker="Ada Lorn"),
            of("Valdoria=VLD", "4", speaker="H.E. BREN TAL"),
        ),
        pair(of("Ostravia", "5", speaker="Ada Lorn"), of("Valdoria=VLD", "6", speaker="Bren Tal")),
    )
    [cell] = matrix(made, by)
    assert cell.read == 3
    names = {"country": ("Ostravia", "VLD"), "speaker": ("Ada Lorn", "Bren Tal")}
    assert (cell.a, cell.b) == names[by]
    assert between(made, cell.b, cell.a, by) == list(made.pairs)


def test_the_pairs_behind_a_cell_are_those_it_counts():
    made = table(
        pair(of("Valdoria", "1"), of("Ostravia", "2"), OPPOSE),
        pair(of("Marenia", "3"), of("Valdoria", "4"), AGREE),
        pair(of("Ostravia", "5"), of("Valdoria", "6"), NEITHER),
        pair(of("Ostravia; Marenia", "7"), of("Valdoria", "8"), AGREE),
    )
    for cell in matrix(made):
        behind = between(made, cell.a, cell.b)
        stances = [made.stance_of(one) for one in behind]
        assert (stances.count(A), stances.count(O), len(behind)) == (
            cell.agree, cell.oppose, cell.read
        )  # fmt: skip


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
