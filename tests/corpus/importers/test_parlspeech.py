"""ParlSpeech V2: a table for each parliament, the chair's words, and values as R writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.corpus.importers import datasets
from compare.corpus.importing import Import
from tests.corpus.importers.helpers import format_of

HEADER = (
    '"","date","agenda","speechnumber","speaker","party","party.facts.id","chair","terms","text",'
    '"parliament","iso3country"\n'
)
ROWS = (
    '"1","2031-02-03","Canals",1,"Ada Made-Up","CP",1516,FALSE,12,"We open the ""lock"".\n'
    'Thank you.","UK-HouseOfCommons","GBR"\n'
    '"2","2031-02-03","Canals",2,"CHAIR",NA,NA,TRUE,5,"Order.","UK-HouseOfCommons","GBR"\n'
    '"3","2031-02-03","Locks",2,"Ban Invented","LP",NA,FALSE,7,"No.","UK-HouseOfCommons","GBR"\n'
    '"4","2031-02-04",NA,1,NA,NA,NA,FALSE,0,NA,"UK-HouseOfCommons","GBR"\n'
)


def test_speeches_and_the_words_of_the_chair(tmp_path: Path) -> None:
    path = tmp_path / "Corp_HouseOfCommons_V2.csv"
    path.write_text(HEADER + ROWS, "utf-8")
    reading = Import([path])
    first, chair, third = reading.statements()
    assert reading.format.name == "parlspeech"
    assert first.id == "parlspeech-Corp_HouseOfCommons_V2-2031-02-03-1"
    assert first.text == 'We open the "lock".\nThank you.'
    assert (first.speaker, first.role, first.title) == ("Ada Made-Up", "", "Canals")
    assert (first.country[0].code, str(first.date)) == ("GBR", "2031-02-03")
    assert first.venue == "UK-HouseOfCommons"
    assert first.extra == {
        "doc_type": "parliamentary speech",
        "turn": "1",
        "party": "CP",
        "party_facts_id": "1516",
        "source_file": path.name,
    }
    assert (chair.speaker, chair.role) == ("CHAIR", "Chair")
    assert (third.id, third.role) == ("parlspeech-Corp_HouseOfCommons_V2-2031-02-03-2-2", "")
    account = reading.report.account
    assert account.left_out == {"rows without words": 1}
    assert account.notes == {"speeches of the chair": 1}


def test_short_speeches_are_in_the_language_of_their_parliament(tmp_path: Path) -> None:
    path = tmp_path / "Corp_Bundestag_V2.csv"
    path.write_text(HEADER + ROWS.replace("GBR", "DEU").replace("No.", "Nein, danke."), "utf-8")
    assert [said.language for said in Import([path]).statements()] == ["de"] * 3


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "Codebook.pdf").write_bytes(b"%PDF")
    (tmp_path / "Corp_A.csv").write_text("")
    (tmp_path / "Corp_B.csv").write_text("date,speechnumber,party,chair,text\n2031,1,x,FALSE,y\n")
    (tmp_path / "Corp_C.csv").write_bytes(HEADER.encode() + b'"1","\xe9"')
    (tmp_path / "Corp_D.rds").write_bytes(b"\x1f\x8b\0")
    (tmp_path / "Corp_E.csv").write_text(HEADER + ROWS, "utf-8")
    reading = Import([tmp_path])
    assert len(list(reading.statements())) == 3
    said = [problem.message for problem in reading.report.problems]
    assert said[0].startswith("it is empty")
    assert said[1].startswith("it has no 'agenda' and no 'speaker' and no 'parliament'")
    assert "is not UTF-8" in said[2]
    assert "save it as CSV in R: write.csv(readRDS(" in said[3]
    assert reading.report.account.files_left_out == {
        "of another kind": 1,
        "unreadable": 4,
    }


def test_rows_can_stand_in_any_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        f'"{n}","2031-02-0{day}","Canals",1,"Ada Made-Up","CP",1,FALSE,9,"Lock {n}.","UK","GBR"\n'
        for n, day in enumerate((3, 4, 3, 5, 3, 4))
    ]
    path = tmp_path / "Corp_A.csv"
    path.write_text(HEADER + "".join(rows), "utf-8")
    days = ["03-1", "04-1", "03-1-2", "05-1", "03-1-3", "04-1-2"]
    found = list(Import([path]).statements())
    assert [said.id for said in found] == [f"parlspeech-Corp_A-2031-02-{day}" for day in days]
    monkeypatch.setattr(datasets, "MOST_DAYS", 2)
    reading = Import([path])
    assert len(list(reading.statements())) == 5
    assert "this id is already used" in str(reading.report.problems[0])


@pytest.mark.parametrize("columns", ["date,speaker,text", "session,year,country,text"])
def test_other_tables_are_not_taken_for_it(tmp_path: Path, columns: str) -> None:
    path = tmp_path / "Corp_A.csv"
    path.write_text(columns + "\n")
    assert format_of(path) != "parlspeech"
