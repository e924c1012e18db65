from dataclasses import replace

from compare.comparison import SidesTaken, YearCount, by_year, sides_taken
from compare.results import Kind, Pair, Probabilities
from compare.statements import Quote
from tests.fabricate import QUOTE, excerpt
from tests.results.test_result import AGREE, NEITHER, OPPOSE, pair, said, table


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
