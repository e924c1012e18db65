"""The values: partial dates, and statements as plain data and back."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.statements import Country, PartialDate, Precision, Quotation, Statement

FULL = Statement(
    id="v-1",
    text="a plain lie",
    context="said of the report",
    speaker="Ana Veld",
    role="Prime Minister",
    country=(Country("Republic of Valdoria"), Country("Norway", "NOR")),
    date=PartialDate("2019-05"),
    venue="press conference",
    title="On the border",
    source="Valdoria Gazette",
    url="https://example.org/1",
    language="en",
    quotation=Quotation.REPORTED,
    extra={"original_language": "vd"},
)


@pytest.mark.parametrize(
    ("iso", "precision", "first", "last"),
    [
        ("2022", Precision.YEAR, date(2022, 1, 1), date(2022, 12, 31)),
        ("2022-02", Precision.MONTH, date(2022, 2, 1), date(2022, 2, 28)),
        ("2024-02", Precision.MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        ("2022-12", Precision.MONTH, date(2022, 12, 1), date(2022, 12, 31)),
        ("2022-03-18", Precision.DAY, date(2022, 3, 18), date(2022, 3, 18)),
    ],
)
def test_a_partial_date_spans_what_it_can_mean(
    iso: str, precision: Precision, first: date, last: date
) -> None:
    value = PartialDate(iso)
    assert (value.precision, value.first, value.last) == (precision, first, last)
    assert value.year == first.year
    assert str(value) == iso


@pytest.mark.parametrize(
    "text",
    [
        "",
        "22",
        "２０２２",
        "2022-3",
        "2022-13",
        "2022-02-30",
        "2022-03-18 ",
        "2022-03-18\n",
        "0000",
    ],
)
def test_what_is_no_partial_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"YYYY|month|day|year"):
        PartialDate(text)


def test_partial_dates_are_in_order() -> None:
    dates = [PartialDate(iso) for iso in ("2022-03-18", "2021", "2022", "2022-03")]
    assert [value.iso for value in sorted(dates)] == ["2021", "2022", "2022-03", "2022-03-18"]


def test_a_statement_comes_back_from_plain_data() -> None:
    plain = json.loads(json.dumps(FULL.to_dict()))
    assert Statement.from_dict(plain) == FULL
    assert plain["date_precision"] == "month"
    assert plain["quotation"] == "reported"
    assert plain["country"][1] == {"name": "Norway", "code": "NOR"}


@given(text=st.text(), context=st.text(), extra=st.dictionaries(st.text(), st.text()))
def test_any_words_come_back(text: str, context: str, extra: dict[str, str]) -> None:
    statement = Statement("x", text, context, extra=extra)
    assert Statement.from_dict(statement.to_dict()) == statement


def test_little_is_needed() -> None:
    assert Statement.from_dict({"id": "x", "text": "words"}) == Statement("x", "words")
    assert Statement("x", "words").to_dict()["date"] == ""
    assert Statement("x", "words").quotation is Quotation.DIRECT


def test_the_countries_are_joined_as_given() -> None:
    assert FULL.countries == "Republic of Valdoria; Norway"
    assert Statement("x", "words").countries == ""


@pytest.mark.parametrize(
    "change",
    [
        {"id": "v-2"},
        {"text": "a lie"},
        {"context": ""},
        {"speaker": "Ana Vild"},
        {"role": ""},
        {"country": ()},
        {"country": (Country("Republic of Valdoria"), Country("Norway"))},
        {"date": PartialDate("2019")},
        {"venue": ""},
        {"title": ""},
        {"source": ""},
        {"url": ""},
        {"language": ""},
        {"quotation": Quotation.DIRECT},
        {"extra": {}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_change_changes_the_content_hash(change: dict[str, object]) -> None:
    changed = replace(FULL, **change)
    assert changed.content_hash != FULL.content_hash


def test_the_content_hash_is_that_of_the_content() -> None:
    assert Statement.from_dict(FULL.to_dict()).content_hash == FULL.content_hash
    other = replace(FULL, extra={"a": "1", "b": "2"})
    assert replace(FULL, extra={"b": "2", "a": "1"}).content_hash == other.content_hash
    assert len(FULL.content_hash) == 64


def test_a_statement_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        FULL.text = "other words"


def test_members() -> None:
    assert [member.value for member in Quotation] == ["direct", "reported"]
    assert [member.value for member in Precision] == ["year", "month", "day"]
