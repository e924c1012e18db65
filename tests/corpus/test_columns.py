"""From columns to fields."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import compare
from compare.corpus import Corpus, read_corpus
from compare.corpus.columns import ALIASES, FIELDS, resolve
from compare.errors import CorpusError
from compare.statements import Statement

Read = Callable[..., Corpus]
VALUES = {"country": "Norway", "date": "2022", "url": "https://example.org", "quotation": "direct"}
VALUES |= {"translated_by": "person"}


def test_every_field_of_a_statement_can_be_a_column(read: Read) -> None:
    assert set(FIELDS) | {"extra", "pages"} == set(Statement.__dataclass_fields__)
    values = [VALUES.get(field, f"a {field}") for field in FIELDS]
    (statement,) = read("a.csv", ",".join(FIELDS) + "\n" + ",".join(values)).statements
    assert statement.extra == {}
    for field, value in zip(FIELDS, values, strict=True):
        given = statement.countries if field == "country" else str(getattr(statement, field))
        assert given == value


def test_no_name_stands_for_two_fields() -> None:
    names = [*FIELDS, *(name for names in ALIASES.values() for name in names)]
    assert len({resolve([name], {})[name] + name.casefold() for name in names}) == len(names)
    assert ALIASES.keys() <= set(FIELDS)
    for field, names in ALIASES.items():
        for name in names:
            assert resolve([name], {}) == {name: field}


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Name of Person Speaking", "speaker"),
        ("SPOKESPERSON", "speaker"),
        ("speakername", "speaker"),
        ("Speaker_name", "speaker"),
        ("ISO Code", "country"),
        ("country-org", "country"),
        ("Speaker Country", "country"),
        ("iso3country", "country"),
        ("Posted Date", "date"),
        ("publish-time", "date"),
        ("seendate", "date"),
        ("YEAR", "date"),
        ("SpeechText", "text"),
        ("full text", "text"),
        ("concatenated_speech", "text"),
        ("Source URL", "url"),
        ("href", "url"),
        (" Text ", "text"),
    ],
)
def test_names_are_known_in_any_dress(column: str, field: str) -> None:
    assert resolve([column], {}) == {column: field}


def test_the_fields_own_name_counts_first_and_the_rest_is_kept(read: Read) -> None:
    (statement,) = read(
        "a.csv",
        "Year,published_time,date,body,text,source_url,link\n"
        "2020,2021-01-01,2022-03-18,b,t,https://example.org/s,https://example.org/l\n",
    ).statements
    assert str(statement.date) == "2022-03-18"
    assert statement.text == "t"
    assert statement.url == "https://example.org/s"
    assert statement.extra == {
        "Year": "2020",
        "published_time": "2021-01-01",
        "body": "b",
        "link": "https://example.org/l",
    }


@pytest.mark.parametrize(
    ("columns", "years", "year"),
    [
        ("Year,seendate,posted_date", "2001,2002,2003", "2003"),
        ("Year,seendate,publish_time", "2001,2002,2003", "2003"),
        ("Year,seendate", "2001,2002", "2002"),
    ],
)
def test_dates_by_other_names_count_in_their_order(
    read: Read, columns: str, years: str, year: str
) -> None:
    (statement,) = read("a.csv", f"text,{columns}\nx,{years}\n").statements
    assert str(statement.date) == year


def test_further_columns_are_kept_as_given(read: Read) -> None:
    (statement,) = read("a.csv", "text,original_language,Turn No,empty\nx, ru ,7,\n").statements
    assert statement.extra == {"original_language": " ru ", "Turn No": "7"}


def test_mapping(read: Read) -> None:
    (statement,) = read(
        "a.csv",
        "Wortlaut,text,Redner\na,b,Ana Veld\n",
        mapping={"wortlaut": "Text", "Redner": "speaker"},
    ).statements
    assert (statement.text, statement.speaker) == ("a", "Ana Veld")
    assert statement.extra == {"text": "b"}


def test_a_column_can_be_no_field(read: Read) -> None:
    text = "text,link,post\na,not an address,blue\n"
    assert read("a.csv", text).statements == ()
    (statement,) = read("a.csv", text, mapping={"LINK": "", "post": " "}).statements
    assert (statement.url, statement.role) == ("", "")
    assert statement.extra == {"link": "not an address", "post": "blue"}


def test_what_is_plainly_not_english_is_said(read: Read) -> None:
    rows = (
        "text,language\nNous rejetons fermement ces accusations sans fondement.,\n"
        "We reject these accusations as baseless.,\nNous les rejetons tous ensemble ici.,en\n"
    )
    corpus = read("a.csv", rows)
    assert [entry.language for entry in corpus.statements] == ["fr", "", "en"]
    (note,) = corpus.notes
    assert "1 statements without a language are clearly not English (fr: 1)" in note


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (
            {"Redner": "orator"},
            "--map Redner=orator: a statement has no field 'orator'; its fields are id, text, "
            "context, speaker, role, country, date, venue, title, source, url, language, "
            "quotation, translation, translation_language, translated_by.",
        ),
        ({"Redner": "extra"}, "--map Redner=extra: a statement has no field 'extra'; its fields "
         "are id, text, context, speaker, role, country, date, venue, title, source, url, "
         "language, quotation, translation, translation_language, translated_by."),
        ({"who": "role", "WHO": "venue"}, "--map WHO=venue: who is the same column: give it one "
         "field."),
        ({"a": "role", "b": "Role"}, "--map b=Role: another column is mapped to role too."),
        (
            {"Redner": "speaker"},
            "There is no column 'Redner', which --map names: use one of those found (text, who).",
        ),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_used(read: Read, mapping: dict[str, str], message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read("a.csv", "text,who\nx,y\n", mapping=mapping)
    assert str(caught.value) == message


def test_a_mapping_may_be_for_one_file_of_several(read: Read) -> None:
    Path("b.csv").write_text("text,role\nx,y\n")
    Path("a.csv").write_text("Wortlaut\nz\n")
    corpus = read_corpus(["a.csv", "b.csv"], mapping={"Wortlaut": "text"})
    assert [statement.text for statement in corpus.statements] == ["z", "x"]


def test_without_words(read: Read) -> None:
    with pytest.raises(CorpusError) as caught:
        read("a.csv", "speaker,rede\nx,y\n")
    assert str(caught.value) == (
        "a.csv: no column holds the words of a statement (found: speaker, rede); "
        "name one with --map COLUMN=text."
    )
    with pytest.raises(CorpusError) as caught:
        read("a.csv", "speaker,rede\nx,y\n", mapping={"Reden": "text"})
    assert str(caught.value) == (
        "a.csv: no column holds the words of a statement (found: speaker, rede); there is no "
        "column 'Reden', which --map names; name one with --map COLUMN=text."
    )


def test_many_columns_are_not_all_listed(read: Read) -> None:
    names = ",".join(f"c{number}" for number in range(50))
    with pytest.raises(CorpusError, match=r"c38, c39 and 10 more\)"):
        read("a.csv", f"{names}\n{names}\n")


def test_reading_csv_imports_nothing_heavy(read: Read) -> None:
    read("a.csv", "text\nx\n")
    program = (
        "import sys; from compare.corpus import read_corpus; read_corpus(['a.csv']);"
        "print(*{'numpy', 'torch', 'faiss', 'pandas', 'yaml', 'openpyxl', 'pycountry'}"
        " & set(sys.modules))"
    )
    root = str(Path(compare.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert done.stdout.strip() == ""
