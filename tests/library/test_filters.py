"""The list of filters, which the store, the command line and the app follow."""

from __future__ import annotations

from dataclasses import fields

import pytest

from compare.cli.options import filtering
from compare.library.filters import FACETED, FILTERS, Filters, applicable
from compare.statements.quotes import Quote
from compare.statements.statement import Country, PartialDate


def test_every_field_is_in_the_list_and_has_names_of_its_own() -> None:
    assert list(FILTERS) == [entry.name for entry in fields(Filters)]
    for told in ("label", "option", "help"):
        values = [getattr(entry, told) for entry in FILTERS.values()]
        assert all(values)
        assert len(set(values)) == len(values)
    assert FILTERS["not_countries"].word == "not-country"
    assert (
        *("speakers", "countries", "roles", "parties", "venues", "sources", "languages"),
    ) == FACETED


def test_the_command_line_has_an_option_for_each() -> None:
    def command() -> None: ...

    options = filtering(command).__click_params__
    assert {option.name: option.opts for option in options} == {
        name: [entry.option] for name, entry in FILTERS.items()
    }


def test_filters_are_told_in_words() -> None:
    filters = Filters(
        countries=("USA", "Ostravia"), not_speakers=("Ada Lorn",), date_from=PartialDate("2014")
    )
    assert filters.in_words() == "United States, Ostravia, not Ada Lorn, from 2014"
    assert Filters().in_words() == "all statements"


def test_the_quotes_own_side_is_one_to_leave_out() -> None:
    filters = Filters(not_countries=("FRA",), not_own_speaker=True, not_own_country=True)
    quote = Quote("x", speaker="Ada Lorn", country=(Country("Val", "VLD"), Country("Ostravia")))
    assert filters.excluding_own(quote) == Filters(
        not_speakers=("Ada Lorn",), not_countries=("FRA", "VLD", "Ostravia")
    )
    assert Filters().excluding_own(quote) == Filters()
    assert applicable(filters, quote) == (filters, [])
    left, notes = applicable(filters, Quote("x"))
    assert left == Filters(not_countries=("FRA",))
    assert [note.split()[2] for note in notes] == ["speaker", "country"]


@pytest.mark.parametrize(
    ("since", "until", "within"),
    [
        ("2014", "2016", ("2014", "2016")),
        ("2010", None, ("2012", "2020")),
        (None, None, ("2012", "2020")),
    ],
)
def test_a_further_period_only_narrows(since: str, until: str, within: tuple[str, str]) -> None:
    filters = Filters(date_from=PartialDate("2012"), date_to=PartialDate("2020"))
    days = (PartialDate(day) if day else None for day in (since, until))
    found = filters.within(*days)
    assert (str(found.date_from), str(found.date_to)) == within
