"""The list of filters, which the store, the command line and the app follow."""

from __future__ import annotations

import re
from dataclasses import fields

import click
import pytest

from compare.cli.actors import SIDE_FIELDS, sides
from compare.cli.options import filtering
from compare.errors import QueryError
from compare.library import FILTERS, Filters
from compare.library.filters import COLUMNS, COUNTRY, FACETED, ID, applicable, required_words
from compare.statements import Country, PartialDate, Quote
from tests.printed import ROOT


def test_every_field_is_in_the_list_and_has_names_of_its_own() -> None:
    assert list(FILTERS) == [entry.name for entry in fields(Filters)]
    for told in ("label", "option", "help"):
        values = [getattr(entry, told) for entry in FILTERS.values()]
        assert all(values)
        assert len(set(values)) == len(values)
    assert FILTERS["not_countries"].word == "not-country"
    for entry in fields(Filters):
        assert isinstance(entry.default, tuple) == FILTERS[entry.name].takes_values


def test_all_values_are_offered_but_ids_and_those_to_exclude() -> None:
    assert (
        tuple(
            name
            for name, entry in FILTERS.items()
            if entry.attribute and not entry.excludes and name != "statement_ids"
        )
        == FACETED
    )
    assert {"speakers", "countries", "roles", "parties", "venues", "sources", "languages"} <= {
        *FACETED
    }


def test_every_attribute_to_filter_by_is_a_column_of_the_store() -> None:
    used = {entry.attribute for entry in FILTERS.values()} - {None, ID, COUNTRY}
    assert used == set(COLUMNS)
    assert len({one.name for one in COLUMNS}) == len(COLUMNS)


def test_the_command_line_has_an_option_for_each() -> None:
    def command() -> None: ...

    options = filtering(command).__click_params__
    assert {option.name: option.opts for option in options} == {
        name: [entry.option] for name, entry in FILTERS.items()
    }


def test_the_help_and_the_page_name_all_fields_of_a_side() -> None:
    words = {entry.word for entry in FILTERS.values() if entry.takes_values}
    assert set(SIDE_FIELDS) == words | {"since", "until"}
    told = "".join(sides.get_help(click.Context(sides)).split())  # lines break at hyphens, too
    assert f"FIELDisoneof{','.join(SIDE_FIELDS)}." in told
    page = (ROOT / "docs" / "how-to" / "two-sides.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"Describe a side by one or more of ([^.]+)\.", page)
    assert set(re.findall(r"`([\w-]+)`", listed)) == words


def test_filters_are_told_in_words() -> None:
    filters = Filters(
        countries=("USA", "Ostravia"), not_speakers=("Ada Lorn",), date_from=PartialDate("2014")
    )
    assert filters.in_words() == "United States, Ostravia, not Ada Lorn, from 2014"
    assert Filters().in_words() == "all statements"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("veto reform", [["veto"], ["reform"]]),
        ("“Security Council” OR «UNSC»", [["Security Council", "UNSC"]]),
        ("ve\0to \ud800", [["ve"], ["to"]]),
        ("Ünal's право", [["Ünal's"], ["право"]]),
        ("-veto", None),
        ("ve*", None),
        ("veto AND reform", None),
        ("veto " * 65, None),
        ("v" * 201, None),
        ('"Security Council" OR UNSC', [["Security Council", "UNSC"]]),
        ('veto OR "right of veto" reform', [["veto", "right of veto"], ["reform"]]),
        ("veto - reform", [["veto"], ["reform"]]),
        ('"Security Council', [["Security Council"]]),
        ("OR veto", None),
        ("veto OR", None),
        ("veto OR OR reform", None),
        ('"" …', None),
        ("", None),
    ],
)
def test_words_are_joined_by_and_unless_by_or(text: str, expected: list[list[str]] | None) -> None:
    if expected is None:
        with pytest.raises(QueryError, match="word"):
            required_words([text])
    else:
        assert required_words([text]) == expected
        assert required_words([text, "more"]) == [*expected, ["more"]]


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
