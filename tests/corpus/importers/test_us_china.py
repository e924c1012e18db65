"""The US-China corpus: turns within a cell; the government is known from the site."""

from __future__ import annotations

import json
from pathlib import Path

from compare.corpus.importers.sources import Reason
from compare.corpus.importing import Import, Report
from compare.statements import Statement
from tests.corpus.importers import helpers
from tests.corpus.importers.helpers import table

HEADER = ["publish_time", "type", "title", "content", "source_url"]


def read(path: Path, *rows: tuple[str, str, str]) -> tuple[list[Statement], Report]:
    written = (["2023-01-02", "briefing", *row[:2], f"https://{row[2]}/1"] for row in rows)
    path.write_text(table(HEADER, *written), "utf-8-sig")
    return helpers.read(path)


def test_a_guests_words_are_not_the_hosts(tmp_path: Path) -> None:
    content = (
        "SECRETARY ROE: We welcome you.\n\nFOREIGN MINISTER TAL: Thank you.\n\n"
        "MINISTER WEI: We came gladly.\n\nMR ROE: And we stay.\n\n"
        "DEPUTY PRIME MINISTER LUND: So do we.\n\nDEFENSE MINISTER BERG: And we.\n\n"
        "HIGH REPRESENTATIVE DAHL: And we.\n\nPRESIDENT VELD: And we.\n"
    )
    said, _ = read(tmp_path / "a.csv", ("A title", content, "www.defense.gov"))
    assert {entry.speaker: entry.countries for entry in said} == {
        "SECRETARY ROE": "United States",
        "FOREIGN MINISTER TAL": "",
        "MINISTER WEI": "",
        "MR ROE": "United States",
        "DEPUTY PRIME MINISTER LUND": "",
        "DEFENSE MINISTER BERG": "",
        "HIGH REPRESENTATIVE DAHL": "",
        "PRESIDENT VELD": "",
    }
    said, _ = read(tmp_path / "b.csv", ("A title", content, "www.mfa.gov.cn"))
    assert {entry.speaker: entry.countries for entry in said if entry.countries} == {
        "MR ROE": "China"
    }


def test_a_briefing_of_the_state_department(tmp_path: Path) -> None:
    content = (
        "2:29 p.m. EST\nMR ROE: Good afternoon.  (Laughter.)\n\nWe build.\n"
        "QUESTION: Does it rain?\nQUESTION: Matt. And now?\nMR ROE: It does.\n"
    )
    (one, two), report = read(tmp_path / "a.csv", ("A title", content, "www.state.gov"))
    assert report.format == "us-china"
    assert (one.text, one.speaker) == ("Good afternoon.\nWe build.", "MR ROE")
    assert (one.countries, str(one.date)) == ("United States", "2023-01-02")
    assert (one.title, one.url) == ("A title", "https://www.state.gov/1")
    assert one.extra == {"doc_type": "briefing", "turn": "1", "source_file": "a.csv"}
    assert two.text == "It does."
    assert two.extra["question"] == "Does it rain?\nMatt. And now?"
    assert (two.id.rpartition("-")[0], two.extra["turn"]) == (one.id.rpartition("-")[0], "4")
    account = report.account
    assert account.left_out == {"questions (kept beside the answer)": 2}
    assert account.characters_left_out["words before the first turn"] == 13


def test_a_press_conference_of_a_named_spokesperson(tmp_path: Path) -> None:
    content = (
        "The Paper: Does it rain?\nAda Veld: It does. I note: it is winter.\nIt rains on.\n"
        "AFP: And now?\nAda Veld: We build.\nQ: Once more?\nA: Yes."
    )
    title = "Foreign Ministry Spokesperson Ada Veld’s Regular Press Conference"
    found, _ = read(tmp_path / "a.csv", (title, content, "www.mfa.gov.cn"))
    assert [(s.text, s.speaker, s.extra.get("asked_by", "")) for s in found] == [
        ("It does. I note: it is winter.\nIt rains on.", "Ada Veld", "The Paper"),
        ("We build.", "Ada Veld", "AFP"),
        ("Yes.", "Ada Veld", ""),
    ]
    assert {s.countries for s in found} == {"China"}


def test_a_heading_is_no_outlet(tmp_path: Path) -> None:
    content = (
        "The Paper: Does it rain?\nAda Veld: It does.\nChina’s Position: the roads must stay.\n"
        "We build.\nOur Position: The roads.\nAFP: And now?\nAda Veld: We build on."
    )
    title = "Foreign Ministry Spokesperson Ada Veld’s Regular Press Conference"
    found, report = read(tmp_path / "a.csv", (title, content, "www.mfa.gov.cn"))
    assert [(s.text, s.extra["question"], s.extra["asked_by"]) for s in found] == [
        ("It does.\nChina’s Position: the roads must stay.\nWe build.", "Does it rain?",
         "The Paper"),
        ("We build on.", "And now?", "AFP"),
    ]  # fmt: skip
    assert report.account.left_out[Reason.UNIDENTIFIED] == 1


def test_a_statement_with_headings_stays_whole(tmp_path: Path) -> None:
    content = "Ada Veld: We build.\nOur Position: The roads.\nOur Roads: They stay."
    title = "Foreign Ministry Spokesperson Ada Veld’s Remarks"
    (said,), _ = read(tmp_path / "a.csv", (title, content, "www.mfa.gov.cn"))
    assert (said.text, said.speaker) == (content, "")


def test_a_document_without_turns_stays_whole(tmp_path: Path) -> None:
    found, report = read(
        tmp_path / "a.csv",
        ("A title", "NOTE: We build.\n\nWe stay.", "home.army.mil"),
        ("A title", "We build.", "news.invalid"),
        ("A title", "", "news.invalid"),
    )
    assert [(s.text, s.speaker, s.countries) for s in found] == [
        ("NOTE: We build.\n\nWe stay.", "", "United States"),
        ("We build.", "", ""),
    ]
    assert report.account.notes == {"documents without turns, whose speaker is not known": 3}
    assert report.account.left_out == {"rows without words": 1}


def test_json_lines_and_the_briefings_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    row = ["2023-01-02", "statement", "A title", "We build.", "https://a.gov.cn/1"]
    path.write_text(json.dumps(dict(zip(HEADER, row, strict=True))), "utf-8")
    reading = Import([path])
    (statement,) = reading.statements()
    assert (reading.format.name, statement.countries) == ("us-china", "China")
    briefing = {"source": "State", "type": "briefing", "title": "A title", "date": "2023-01-02",
                "url": "https://www.state.gov/1", "content": "We build."}  # fmt: skip
    path.rename(tmp_path / "b.json").write_text(json.dumps([briefing]), "utf-8")
    reading = Import([tmp_path / "b.json"])
    (statement,) = reading.statements()
    assert (reading.format.name, statement.countries) == ("us-china", "United States")
    assert (str(statement.date), statement.url) == ("2023-01-02", "https://www.state.gov/1")
