"""The sample, the template and the page that explains them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from compare.corpus import SUFFIXES, read_corpus
from compare.corpus.columns import ALIASES, FIELDS
from compare.statements import (
    MISSING,
    Country,
    Quotation,
    Statement,
    country_code,
    parse_countries,
    parse_date,
)

CORPORA = Path(__file__).parents[2] / "corpora"
README = (CORPORA / "README.md").read_text(encoding="utf-8")
SOURCE = (
    "Washington Examiner, \"EU has 'very reliable evidence' China may send military aid to "
    'Russia", 18–19 March 2022'
)


@pytest.fixture(scope="module")
def sample() -> dict[str, Statement]:
    corpus = read_corpus([CORPORA / "sample.csv"], strict=True)
    assert corpus.notes == ()
    return {statement.id: statement for statement in corpus.statements}


@pytest.mark.parametrize(
    ("name", "speaker", "role", "country", "date", "venue", "quotation"),
    [
        ("eu-official-1", "senior EU official (anonymous)", "", "EUU", "2022-03-18", "to Politico",
         "direct"),
        ("eu-official-2", "senior EU official (anonymous)", "", "EUU", "2022-03-18", "to Politico",
         "direct"),
        ("xi-1", "Xi Jinping", "President", "CHN", "2022-03-18",
         "Chinese readout of a call with President Biden", "direct"),
        ("xi-2", "Xi Jinping", "President", "CHN", "2022-03-18",
         "Chinese readout of a call with President Biden", "direct"),
        ("xi-3", "Xi Jinping", "President", "CHN", "2022-03-18",
         "Chinese readout of a call with President Biden", "direct"),
        ("embassy-1", "Chinese Embassy", "", "CHN", "2022-03-15", "statement", "direct"),
        ("blinken-1", "Antony Blinken", "Secretary of State", "USA", "2022-03-17",
         "press conference", "direct"),
        ("blinken-2", "Antony Blinken", "Secretary of State", "USA", "2022-03-17",
         "press conference", "direct"),
        ("us-officials-1", "U.S. officials", "", "USA", "2022-03", "via Financial Times",
         "reported"),
        ("russia-china-denial", "Russian and Chinese officials", "", "RUS CHN", "2022-03", "",
         "reported"),
        ("ukraine-mfa-1", "Ministry of Foreign Affairs", "", "UKR", "2022-03", "", "reported"),
    ],
)  # fmt: skip
def test_attributions(
    sample: dict[str, Statement],
    name: str,
    speaker: str,
    role: str,
    country: str,
    date: str,
    venue: str,
    quotation: str,
) -> None:
    statement = sample[name]
    assert (statement.speaker, statement.role, statement.venue) == (speaker, role, venue)
    assert " ".join(str(entry.code) for entry in statement.country) == country
    assert str(statement.date) == date
    assert statement.quotation == quotation


def test_the_sample_has_eleven_statements_of_one_report(sample: dict[str, Statement]) -> None:
    assert len(sample) == 11
    for statement in sample.values():
        assert statement.source == SOURCE
        assert (statement.title, statement.url, statement.language) == ("", "", "")
        assert statement.extra == {}
        assert not re.match("[\"“']|.*[\"”']$", statement.text)


def test_fragments_are_completed_by_their_context(sample: dict[str, Statement]) -> None:
    assert {name: f"{s.text} ({s.context})" for name, s in sample.items() if s.context} == {
        "xi-1": "is not something China wants to see (said of the war in Ukraine)",
        "xi-3": "shoulder[ing] our share of international responsibilities and work for world "
        "peace and tranquility (what he urged President Biden to join China in)",
        "embassy-1": "malicious disinformation (dismissing the allegations by U.S. officials that "
        "Russia asked China for military aid)",
        "blinken-1": "We're concerned that they are considering directly assisting Russia with "
        "military equipment to use in Ukraine. (they: China)",
        "us-officials-1": sample["us-officials-1"].text + " (they: U.S. officials)",
        "russia-china-denial": "both denied that Russia asked China for military aid "
        "(both: Russian and Chinese officials)",
    }


@pytest.mark.parametrize("name", ["sample.csv", "template.csv"])
def test_both_open_in_a_spreadsheet_program(name: str) -> None:
    content = (CORPORA / name).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n") > 0
    header = next(csv.reader([content.decode("utf-8-sig").splitlines()[0]]))
    # All statements of the sample are in English.
    assert tuple(header) == (FIELDS[:-3] if name == "sample.csv" else FIELDS)


def test_the_template_takes_a_row(tmp_path: Path) -> None:
    assert len(read_corpus([CORPORA / "template.csv"])) == 0
    path = tmp_path / "mine.csv"
    row = "v-1,words,,Ana Veld,,Republic of Valdoria,2019,,,,,,direct,,,\r\n"
    path.write_bytes((CORPORA / "template.csv").read_bytes() + row.encode())
    (statement,) = read_corpus([path], strict=True).statements
    assert (statement.id, statement.text, statement.speaker) == ("v-1", "words", "Ana Veld")


def test_the_folder_can_be_read_as_it_is() -> None:
    corpus = read_corpus([CORPORA], strict=True)
    assert len(corpus) == 11
    assert any("README.md" in note for note in corpus.notes)


def cells(title: str) -> list[list[str]]:
    """Return the rows of the table in a section of the page."""
    section = README.split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_page_names_the_columns_that_are_read() -> None:
    rows = {row[0].strip("`"): tuple(re.findall("`([^`]+)`", row[2])) for row in cells("Columns")}
    assert rows == {field: ALIASES.get(field, ()) for field in FIELDS}


def test_the_page_names_the_formats_that_are_read() -> None:
    assert {
        name for row in cells("Formats") for name in re.findall(r"`(\.\w+)`", row[0])
    } == SUFFIXES


def test_the_example_on_the_page_can_be_read(tmp_path: Path) -> None:
    (example,) = re.findall("```csv\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "a.csv"
    path.write_text(example, encoding="utf-8")
    statements = read_corpus([path], strict=True).statements
    assert [statement.id for statement in statements] == ["border-1", "border-2", "border-3"]
    assert statements[2].country == (
        Country("Republic of Valdoria"),
        Country("Kingdom of Ostmark"),
    )
    assert statements[2].quotation is Quotation.REPORTED
    assert [str(statement.date) for statement in statements] == ["2019-05-02", "2019-05", "2019"]


def test_the_page_is_right_about_dates() -> None:
    section = README.split("\n## Dates\n")[1].split("\n## ")[0]
    taken, rest = section.split(", each with a time")
    forms = [" ".join(form.split()) for form in re.findall("`([^`]+)`", taken)]
    assert len(forms) == 9
    for form in forms:
        assert parse_date(form) is not None
        if len(str(parse_date(form))) == 10:
            assert parse_date(f"{form} 10:15") == parse_date(form)
    refused, accepted, *unknown = re.findall("`([^`]+)`", rest)
    with pytest.raises(ValueError, match="two days"):
        parse_date(refused)
    assert str(parse_date(accepted)) == "2022-03-18"
    assert unknown
    assert {word.casefold() for word in unknown} <= MISSING


def test_the_page_is_right_about_codes() -> None:
    section = README.split("\n## Countries\n")[1].split("\n## ")[0]
    for code in re.findall("`([A-Z]{3})`", section):
        assert country_code(code) == code
    assert [country.code for country in parse_countries("European Union; United Nations")] == [
        "EUU",
        "UNO",
    ]
