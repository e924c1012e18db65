"""UNSCon: sentences with their annotations; the country is from the file's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.corpus.importing import Import
from tests.corpus.importers.helpers import format_of

HEADER = (
    "file_id,sentence_text,sentence_char_offsets,sentence_token_offsets,A0,A2,A3,A4,B1,B2,B3,"
    "basename,speech_id,filename,country\n"
)
PARTS = (
    "file_id,EDU_text,EDU_char_offsets,EDU_token_offsets,A0,A2,A3,A4,B1,B2,B3\nx,y,0-1,0,,,,,,,\n"
)


def sentence(file_id: str, text: str, offsets: str, marks: str, country: str) -> str:
    return f'{file_id},"{text}",{offsets},0-1,{marks},x,x,x,{country}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "README.md").write_text("About it.")
    (tmp_path / "conflict_annotations.csv").write_text(PARTS)
    (tmp_path / "conflict_annotations_sentences.csv").write_text(
        HEADER
        + sentence(
            "UNSC_2031_SPV.9999_spch004_New_Zealand_neg_03.txt",
            'The lock \'s keeper , they say ,  is " wrong " .  '.replace('"', '""'),
            "12-60",
            "Direct_NegEval,Country,-NONE-,valdoria,_,_,_",
            "Chad",
        )
        + sentence(
            "UNSC_2031_SPV.9999_spch021_FranceA2_07_GD.txt",
            "No .",
            "0-4",
            "_,_,_,_,_,_,_",
            "France",
        )
        + sentence(
            "UNSC_2031_SPV.9999_spch021_NAMIBIA_neg%2000.txt",
            "Yes .",
            "0-4",
            "_,_,_,_,_,_,_",
            "Chad",
        )
        + sentence(
            "UNSC_2031_SPV.9999_spch021_NAMIBIA_01.txt", '""', "5-6", "_,_,_,_,_,_,_", "Chad"
        )
        + sentence("an odd name", "So be it .", "0-4", "_,_,_,_,Challenge,_,_", "Chad")
    )
    return tmp_path


def test_sentences_and_their_marks(folder: Path) -> None:
    reading = Import([folder])
    first, second, third, odd = reading.statements()
    assert reading.format.name == "unscon"
    assert first.id == "unscon-UNSC_2031_SPV.9999_spch004_New_Zealand_neg_03-12"
    assert first.text == 'The lock\'s keeper, they say, is "wrong".'
    assert (first.country[0].name, first.country[0].code) == ("New Zealand", "NZL")
    assert (str(first.date), first.venue) == ("2031", "UN Security Council")
    assert (first.title, first.speaker, first.language) == ("S/PV.9999", "", "en")
    assert first.extra == {
        "doc_type": "sentence of a speech",
        "turn": "4",
        "characters": "12-60",
        "licence": "CC BY-SA",
        "source_file": "conflict_annotations_sentences.csv",
        "A0": "Direct_NegEval",
        "A2": "Country",
        "A4": "valdoria",
    }
    assert [one.country[0].code for one in (second, third)] == ["FRA", "NAM"]
    assert second.extra["turn"] == "21"
    assert (odd.country, odd.date, odd.extra["B1"]) == ((), None, "Challenge")
    account = reading.report.account
    assert account.left_out == {"sentences without words": 1}
    assert account.files_left_out == {
        "of another kind": 1,
        "the same words in parts of sentences (EDUs)": 1,
    }
    assert account.notes == {
        'rows whose column "country" is not the country in their file\'s name': 2
    }


def test_the_file_of_parts_alone_is_refused_in_a_sentence(folder: Path) -> None:
    reading = Import([folder / "conflict_annotations.csv"])
    assert list(reading.statements()) == []
    assert "name conflict_annotations_sentences.csv" in str(reading.report.problems[0])


def test_other_tables_are_not_taken_for_it(tmp_path: Path) -> None:
    path = tmp_path / "conflict_annotations_sentences.csv"
    path.write_text("file_id,sentence_text\n")
    assert format_of(path) is None
