"""EUSpeech: files without a header, day first, tags between paragraphs, translations."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.importers.helpers import read, table

FIRST = ["A title", "02-01-2014", "Government NL", "Ada Veld", "5",
         "<p>We build.</p> <p>We, \"too\", stay.\n</p>", "build stay", "en"]  # fmt: skip


@pytest.fixture
def first(tmp_path: Path) -> Path:
    path = tmp_path / "Speeches_NL_Cleaned.csv"
    path.write_text(table(FIRST), "utf-8")
    return path


def test_the_first_version(first: Path) -> None:
    (speech,), report = read(first)
    assert report.format == "euspeech1"
    assert report.recognised
    assert speech.text == 'We build.\nWe, "too", stay.'
    assert (speech.speaker, speech.countries, speech.title) == ("Ada Veld", "Netherlands", FIRST[0])
    assert str(speech.date) == "2014-01-02"
    assert speech.language == "en"
    assert speech.extra == {
        "doc_type": "speech",
        "institution": "Government NL",
        "source_file": "Speeches_NL_Cleaned.csv",
    }
    account = report.account
    assert account.characters == len(FIRST[5])
    assert account.characters_left_out == {"paragraph tags": 14, "white space": 1}


def test_ids_hang_on_what_is_said(first: Path) -> None:
    (one,), _ = read(first)
    first.write_text(table(["x", *FIRST[1:]], [*FIRST[:5], "Other words.", *FIRST[6:]]), "utf-8")
    (again, other), _ = read(first)
    assert one.id == again.id
    assert other.id != one.id


def test_translations_are_told(tmp_path: Path) -> None:
    path = tmp_path / "Speeches_ALDE_Cleaned_Translated.csv"
    path.write_text(table([*FIRST[:7], "Wij bouwen.", "entr"]), "utf-8")
    (speech,), report = read(path)
    assert (speech.language, speech.countries) == ("en", "")
    assert speech.extra["translation"] == "machine"
    assert report.account.notes == {"machine translations into English": 1}


def test_bad_rows_are_left_out_one_by_one(first: Path) -> None:
    first.write_text(
        table(FIRST, ["too", "short"], [], [*FIRST[:5], " NA ", "", "en"])
        + '"a"b,c\n'
        + table([*FIRST[:1], "25-12-2013", *FIRST[2:5], "Day first.", "", "en"]),
        "utf-8",
    )
    (_, last), report = read(first, "euspeech1")
    assert str(last.date) == "2013-12-25"
    assert [problem.line for problem in report.problems] == [3, 6]
    assert "the row has 2 cells" in str(report.problems[0])
    assert "a quotation mark stands alone" in str(report.problems[1])
    assert report.account.left_out == {"rows without words": 1}


def test_a_day_that_cannot_come_first_is_read_as_it_is(first: Path) -> None:
    first.write_text(table([FIRST[0], "12-25-2013", *FIRST[2:]]), "utf-8")
    (speech,), _ = read(first, "euspeech1")
    assert str(speech.date) == "2013-12-25"


def test_an_empty_file_is_told(first: Path) -> None:
    first.write_text("\n", "utf-8")
    found, report = read(first, "euspeech1")
    assert not found
    assert "it is empty" in str(report.problems[0])


def test_the_second_version(tmp_path: Path) -> None:
    path = tmp_path / "collection.csv"
    path.write_text(
        "date,country,speaker,title,url,origtext,lang,lang_prob,nooflanguages,lenspeech_w,"
        "lenspeech_char\n05-06-2019,Valdoria,Ada Veld,A title,https://a.invalid/1,"
        "<p>Vi bygger.</p>,no,[no:0.99],1,2,10\n",
        "utf-8",
    )
    (speech,), report = read(path)
    assert report.format == "euspeech2"
    assert (speech.text, speech.speaker, speech.countries) == ("Vi bygger.", "Ada Veld", "Valdoria")
    assert (str(speech.date), speech.url) == ("2019-06-05", "https://a.invalid/1")
    assert speech.language == "no"
    assert report.foreign == 1
