"""Hansard in the XML of parlparse: speakers, headings, and text without a speaker."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.statements import Country
from tests.corpus.importers.helpers import format_of, read

ID = "uk.org.publicwhip"
DAY = f"""<publicwhip scraperversion="b" latest="yes">
<major-heading id="{ID}/debate/2031-02-03b.1.0" nospeaker="true"> Canals </major-heading>
<minor-heading id="{ID}/debate/2031-02-03b.1.1" nospeaker="true">Locks</minor-heading>
<speech id="{ID}/debate/2031-02-03b.1.2" speakername="Ada Made-Up" person_id="{ID}/person/1"
 colnum="7" time="12:30:00" type="Start Speech" url="https://example.org/a#
 b">
<p pid="b1.2/1">We open the <i>lock</i>,
 today.</p>
<p pid="b1.2/2">Thank you.</p>
</speech>
<speech id="{ID}/debate/2031-02-03b.1.3" speakername="Hon. Members" nospeaker="true"><p>Hear!</p>
</speech>
<speech id="{ID}/debate/2031-02-03b.1.4" nospeaker="true"><p>The House divided.</p></speech>
<division id="{ID}/debate/2031-02-03b.1.5"><mplist><mpname>Ada Made-Up</mpname></mplist></division>
<speech id="{ID}/debate/2031-02-03b.1.6" speakername="Ban Invented" speakerid="{ID}/member/2"
 speakeroffice="The Minister for Canals" url="c.htm"><p>No.</p></speech>
<speech id="{ID}/debate/2031-02-03b.1.7" speakername="Ban Invented"><p> </p></speech>
</publicwhip>
"""
ANSWERS = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE publicwhip [
<!ENTITY pound "&#163;">
]>
<publicwhip>
<major-heading id="{ID}/wrans/2004-05-06.1.0h">Canals</major-heading>
<minor-heading id="{ID}/wrans/2004-05-06.1.1h">Tolls</minor-heading>
<ques id="{ID}/wrans/2004-05-06.1.q0" speakerid="{ID}/member/3" speakername="Cy Devised">
<p qnum="1">What is the toll?</p></ques>
<ques id="{ID}/wrans/2004-05-06.1.q1" speakername="Di Feigned"><p>And who pays?</p></ques>
<reply id="{ID}/wrans/2004-05-06.1.r0" speakername="Ban Invented"><p>It is &pound;5.</p></reply>
<minor-heading id="{ID}/wrans/2004-05-06.2.0h">Locks</minor-heading>
<reply id="{ID}/wrans/2004-05-06.2.r0" speakername="Ban Invented"><p>None.</p></reply>
</publicwhip>
"""


def test_a_day_of_debates(tmp_path: Path) -> None:
    path = tmp_path / "debates2031-02-03b.xml"
    path.write_text(DAY, "utf-8")
    (first, second), report = read(path)
    assert report.format == "hansard"
    assert first.id == "hansard-debate-2031-02-03b.1.2"
    assert first.text == "We open the lock, today.\nThank you."
    assert (first.speaker, first.role, first.title) == ("Ada Made-Up", "", "Canals: Locks")
    assert first.country == (Country("United Kingdom", "GBR"),)
    assert (str(first.date), first.venue) == ("2031-02-03", "House of Commons")
    assert (first.url, first.language) == ("https://example.org/a#b", "en")
    assert first.source == "Hansard (parlparse), debates2031-02-03b.xml"
    assert first.extra == {
        "doc_type": "speech",
        "turn": "1",
        "time": "12:30:00",
        "column": "7",
        "speech_type": "Start Speech",
        "speaker_id": f"{ID}/person/1",
        "source_file": path.name,
    }
    assert (second.speaker, second.role) == ("Ban Invented", "The Minister for Canals")
    assert (second.extra["speaker_id"], second.url) == (f"{ID}/member/2", "")
    account = report.account
    assert account.left_out == {
        "procedural text without a speaker": 2,
        "speeches without words": 1,
    }
    assert account.characters_left_out["headings and separators"] == len("CanalsLocks")
    assert account.characters_left_out["lists of votes"] == len("Ada Made-Up")
    assert not report.problems


def test_questions_stand_beside_their_answer(tmp_path: Path) -> None:
    path = tmp_path / "answers2004-05-06.xml"
    path.write_text(ANSWERS, "latin-1")
    (first, second), report = read(path)
    assert (first.text, first.venue) == ("It is £5.", "UK Parliament, written answers")
    assert first.extra["question"] == "What is the toll?\nAnd who pays?"
    assert first.extra["asked_by"] == "Cy Devised; Di Feigned"
    assert first.extra["doc_type"] == "written answer"
    assert (second.text, second.title) == ("None.", "Canals: Locks")
    assert "question" not in second.extra
    assert report.account.left_out == {"questions (kept beside the answer)": 2}


def test_older_versions_strays_and_broken_files(tmp_path: Path) -> None:
    (tmp_path / "debates2031-02-03a.xml").write_text(DAY.replace('"yes"', '"no"'), "utf-8")
    (tmp_path / "debates2031-02-03b.xml").write_text(DAY, "utf-8")
    (tmp_path / "debates2031-02-04a.xml").write_text(DAY[:-20].replace("03b", "04a"), "utf-8")
    (tmp_path / "debates2031-02-05a.xml").write_text("")
    (tmp_path / "people.xml").write_text("<people/>")
    (tmp_path / "zeros.txt").write_text("0")
    found, report = read(tmp_path, "hansard")
    assert len(found) == 4
    account = report.account
    assert account.files_left_out == {
        "older versions of a day": 1,
        "no debates": 1,
        "of another kind": 1,
        "unreadable": 1,
    }
    assert [Path(problem.file).name for problem in report.problems] == [
        "debates2031-02-04a.xml",
        "debates2031-02-05a.xml",
    ]


def test_the_australian_debates_are_not_british(tmp_path: Path) -> None:
    path = tmp_path / "2031-02-03.xml"
    path.write_text(DAY.replace("https://example.org", "http://parlinfo.aph.gov.au"), "utf-8")
    first = read(path)[0][0]
    assert (first.country[0].code, first.venue) == ("AUS", "House of Representatives")


@pytest.mark.parametrize("text", ["<TEI/>", "date,speaker,text\n", "A note."])
def test_other_files_are_not_taken_for_hansard(tmp_path: Path, text: str) -> None:
    path = tmp_path / "debates2031-02-03b.xml"
    path.write_text(text)
    assert format_of(path) is None
