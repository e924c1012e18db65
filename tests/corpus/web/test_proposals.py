"""Accepted proposals become rows, and the rows statements."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from compare.corpus.columns import FIELDS
from compare.corpus.validate import Validator
from compare.corpus.web import Page, confirmed_row, propose
from compare.statements import Country, PartialDate, Quotation, Statement

PAGE = Page(
    title="Valdoria rejects the blockade",
    site="The Meren Post",
    date="2021-05-03",
    url="https://post.example/a/1",
    language="en",
    paragraphs=(
        "Envoy Ada Lorn called the plan “an insult to every sailor of ours”, and left.",
        "“The sea is ours to share,” she said.",
        "She added that no ship would be turned away.",
    ),
)


def test_rows_of_confirmed_proposals() -> None:
    first, _, third = (confirmed_row(PAGE, found, date(2022, 1, 2)) for found in propose(PAGE))
    assert (first.file, first.place, first.line) == ("https://post.example/a/1", "paragraph", 1)
    assert first.cells == {
        "text": "an insult to every sailor of ours",
        "context": "Envoy Ada Lorn called the plan “…”, and left.",
        "speaker": "Ada Lorn",
        "role": "Envoy",
        "country": "",
        "date": "2021-05-03",
        "title": "Valdoria rejects the blockade",
        "source": "The Meren Post",
        "url": "https://post.example/a/1",
        "language": "en",
        "quotation": "direct",
        "confirmed_on": "2022-01-02",
    }
    assert (third.line, third.cells["quotation"]) == (3, "reported")
    assert third.cells["context"] == ""


@pytest.mark.parametrize(
    ("sentence", "context"),
    [
        ("Lorn denied that “Valdoria has ever sold arms”.", "Lorn denied that “…”."),
        ("Lorn never said that “Valdoria must give in now”.", "Lorn never said that “…”."),
        ("Lorn called reports that “Valdoria sells its arms” a lie.",
         "Lorn called reports that “…” a lie."),
        ("“Valdoria has sold its arms,” is a lie, Lorn said.", "“…,” is a lie, Lorn said."),
        ("If Lorn says “Valdoria must give in now”, we go.", "If Lorn says “…”, we go."),
        ("“Valdoria has never sold arms,” Lorn said.", ""),
        ("Lorn said: “Valdoria has never sold arms.”", ""),
        ("Lorn said, “Valdoria has never sold arms.”", ""),
        ("“Valdoria has never sold arms.”", ""),
    ],
)  # fmt: skip
def test_what_a_sentence_denies_is_not_said_without_it(sentence: str, context: str) -> None:
    page = replace(PAGE, paragraphs=(sentence,))
    (proposal,) = propose(page)
    row = confirmed_row(page, proposal)
    assert row.cells["context"] == context


def test_a_row_is_a_statement() -> None:
    row = confirmed_row(PAGE, propose(PAGE)[1], date(2022, 1, 2))
    cells = {**row.cells, "country": "Valdoria"}
    fields = {name: name for name in cells if name in FIELDS}
    statement = Validator().statement(type(row)(row.file, row.line, cells), fields)
    assert statement == Statement(
        id=statement.id,
        text="The sea is ours to share",
        speaker="Ada Lorn",
        role="Envoy",
        country=(Country("Valdoria"),),
        date=PartialDate("2021-05-03"),
        title="Valdoria rejects the blockade",
        source="The Meren Post",
        url="https://post.example/a/1",
        language="en",
        quotation=Quotation.DIRECT,
        extra={"confirmed_on": "2022-01-02"},
    )
