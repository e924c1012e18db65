"""Briefings as plain text: answers, questions, and lines about the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compare.corpus.importers.sources import Reason
from compare.corpus.importing import Import
from tests.corpus.importers.helpers import format_of, read, write

STATE = """An official website of the United States Government Here's how you know

Official websites use .gov

Department Press Briefing – March 4, 2022
Ada Roe, Department Spokesperson
Washington, DC

2:16 p.m. EDT

MS ROE: Good afternoon.  (Laughter.)

We build roads.

QUESTION: When?

QUESTION: (Inaudible.)

STAFF: (Off-mike.)

MS ROE: Soon.

FOREIGN MINISTER LUND: I agree.

(The briefing was concluded at 3:30 p.m.)

# # #
"""
CHINESE = """HOME > Remarks

Foreign Ministry Spokesperson Ada Veld’s Regular Press Conference on March 4, 2022

2022-03-04 19:13

The Minister will visit Valdoria.

The Old Road: Does it rain? What’s your comment?

AFP: And where?

Ada Veld: It does.

First: it rains here. China: a land of roads.

Follow-up: Why?

Ada Veld: Thank you.

***

The following question was raised after the press conference:

Q: And now?

A: It still does.
"""
RUSSIAN = """15:53

Briefing by Foreign Ministry Spokeswoman Ada Veld, Moscow, March 4, 2022

• de-DE1 en-GB1 ru-RU1

2517-04-03-2022

Table of contents:

  1. Roads in Valdoria
  2. Rain

Answers to media questions:

1. Snow

Roads in Valdoria

We build roads. Valdoria: a land of roads.

- One road

Rain

It rains.

Answers to media questions:

Snow

Question (retranslated from French): Will it snow?

Ada Veld: It will.

In Bergen too.

back to top

Per Lund: And today?

Answer: No.
"""


def test_a_state_department_briefing(tmp_path: Path) -> None:
    (first, second, guest), report = read(write(tmp_path, {"briefing.txt": STATE}))
    assert report.format == "state-department"
    assert first.text == "Good afternoon.\nWe build roads."
    assert (first.speaker, first.role, first.countries) == (
        "Ada Roe", "Department Spokesperson", "United States",
    )  # fmt: skip
    assert (str(first.date), first.title) == (
        "2022-03-04", "Department Press Briefing – March 4, 2022",
    )  # fmt: skip
    assert re.fullmatch(r"state-briefing-[0-9a-f]{12}-1", first.id)
    assert first.language == "en"
    assert first.source == "US Department of State, briefing.txt"
    assert second.text == "Soon."
    assert second.extra["question"] == "When?\n(Inaudible.)"
    assert (guest.speaker, guest.role, guest.countries) == ("FOREIGN MINISTER LUND", "", "")
    assert report.account.left_out == {
        "questions (kept beside the answer)": 2,
        "moderators, staff and interpreters": 1,
    }


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("department-press-briefing-august-18-2022.txt", "2022-08-18"),
        ("2022-08-18.txt", "2022-08-18"),
        ("briefing.txt", "None"),
    ],
)
def test_the_day_of_a_state_department_briefing_can_stand_in_the_name(
    tmp_path: Path, name: str, date: str
) -> None:
    text = "state.gov\n\n2:16 p.m. EDT\n\nMR ROE: Hello.\n\nQUESTION: Hello.\n"
    (said,), _ = read(write(tmp_path, {name: text}))
    assert (said.speaker, said.role, str(said.date)) == ("MR ROE", "", date)


@pytest.mark.parametrize(
    ("person", "label", "speaker", "role", "country"),
    [
        ("", "DEPUTY PRIME MINISTER LUND", "DEPUTY PRIME MINISTER LUND", "", ""),
        ("", "DEFENSE MINISTER LUND", "DEFENSE MINISTER LUND", "", ""),
        ("", "HIGH REPRESENTATIVE LUND", "HIGH REPRESENTATIVE LUND", "", ""),
        ("", "PRESIDENT LUND", "PRESIDENT LUND", "", ""),
        ("", "SECRETARY LUND", "SECRETARY LUND", "", "United States"),
        ("Per Lund, Secretary of State", "SECRETARY LUND", "Per Lund", "Secretary of State",
         "United States"),
        ("Per Lund, President of the United States", "PRESIDENT LUND", "Per Lund",
         "President of the United States", "United States"),
        ("Per Lund, President of Norway", "PRESIDENT LUND", "Per Lund", "President of Norway", ""),
        ("Per Lund, Norwegian Foreign Minister", "FOREIGN MINISTER LUND", "Per Lund",
         "Norwegian Foreign Minister", ""),
        ("Per Lund, Ambassador to the Kingdom of Norway", "AMBASSADOR LUND", "Per Lund",
         "Ambassador to the Kingdom of Norway", "United States"),
        ("Per Lund, Department Spokesperson", "FOREIGN MINISTER LUND", "FOREIGN MINISTER LUND",
         "", ""),
        ("Per Lund, Director\nIda Lund, Director", "MS LUND", "MS LUND", "", "United States"),
    ],
)  # fmt: skip
def test_guests_of_the_state_department_speak_for_no_country(
    tmp_path: Path, person: str, label: str, speaker: str, role: str, country: str
) -> None:
    text = f"state.gov\n{person}\n\nMR ROE: Hello.\n\n{label}: It rains.\n\nQUESTION: So?\n"
    (_, said), _ = read(write(tmp_path, {"a.txt": text}))
    assert (said.speaker, said.role, said.countries) == (speaker, role, country)


def test_a_chinese_press_conference(tmp_path: Path) -> None:
    (opening, rain, thanks, later), report = read(write(tmp_path, {"a.txt": CHINESE}))
    assert report.format == "cmfa-text"
    assert opening.text == "The Minister will visit Valdoria."
    assert {(s.speaker, s.role, s.countries, str(s.date)) for s in (opening, rain, later)} == {
        ("Ada Veld", "Foreign Ministry Spokesperson", "China", "2022-03-04")
    }
    assert rain.text == "It does.\nFirst: it rains here. China: a land of roads."
    assert rain.extra["question"] == "Does it rain? What’s your comment?\nAnd where?"
    assert rain.extra["asked_by"] == "The Old Road; AFP"
    assert (thanks.extra["question"], "asked_by" in thanks.extra) == ("Why?", False)
    assert (later.text, later.extra["question"]) == ("It still does.", "And now?")
    assert report.account.left_out == {"questions (kept beside the answer)": 4}


@pytest.mark.parametrize(
    "heading", ["China’s Position: the roads", "Norway: The roads", "Our Position: the roads"]
)
def test_a_heading_with_a_colon_stays_the_words_of_the_spokesperson(
    tmp_path: Path, heading: str
) -> None:
    told = f"Ada Veld: It does.\n\n{heading} must stay.\n\nWe build.\n\nAFP: And where?"
    text = CHINESE.replace("AFP: And where?", told, 1)
    (_, rain, where, *_), _ = read(write(tmp_path, {"a.txt": text}))
    assert (rain.speaker, rain.text) == (
        "Ada Veld", f"It does.\n{heading} must stay.\nWe build.",
    )  # fmt: skip
    assert rain.extra["asked_by"] == "The Old Road"
    assert (where.extra["question"], where.extra["asked_by"]) == ("And where?", "AFP")


def test_what_may_be_a_heading_or_a_label_is_nobodys(tmp_path: Path) -> None:
    told = "Ada Veld: It does.\n\nOur Position: The roads.\n\nWe build.\n\nAFP: And where?"
    text = CHINESE.replace("AFP: And where?", told, 1)
    (_, rain, where, *_), report = read(write(tmp_path, {"a.txt": text}))
    assert (rain.text, where.extra["asked_by"]) == ("It does.", "AFP")
    assert report.account.left_out[Reason.UNIDENTIFIED] == 1


def test_headings_of_a_chinese_statement_stay(tmp_path: Path) -> None:
    text = (
        "Foreign Ministry Spokesperson Ada Veld’s Remarks on China’s Roads\n\nWe build.\n\n"
        "Our Position: The roads.\n\nThey stay.\n"
    )
    (said,), _ = read(write(tmp_path, {"a.txt": text}))
    assert (said.speaker, said.text) == (
        "Ada Veld", "We build.\nOur Position: The roads.\nThey stay.",
    )  # fmt: skip


def test_a_russian_briefing(tmp_path: Path) -> None:
    (roads, rain, snow, today), report = read(write(tmp_path, {"a.txt": RUSSIAN}))
    assert report.format == "russian-mfa"
    assert roads.text == "We build roads. Valdoria: a land of roads.\n- One road"
    assert (roads.speaker, roads.role, roads.countries) == (
        "Ada Veld", "Foreign Ministry Spokeswoman", "Russia",
    )  # fmt: skip
    assert (str(roads.date), roads.venue) == ("2022-03-04", "Moscow")
    assert roads.extra["section"] == "Roads in Valdoria"
    assert (rain.text, rain.extra["section"]) == ("It rains.", "Rain")
    assert (snow.text, snow.extra["section"]) == ("It will.\nIn Bergen too.", "Snow")
    assert snow.extra["question"] == "Will it snow?"
    assert (today.text, today.extra["asked_by"]) == ("No.", "Per Lund")


def test_who_asks_at_a_russian_briefing_needs_no_question_mark(tmp_path: Path) -> None:
    told = "Per Lund: Tell us of today.\n\nAda Veld: No.\n\nNorway Today: A land of roads."
    text = RUSSIAN.partition("Per Lund:")[0] + told
    (*_, today), _ = read(write(tmp_path, {"a.txt": text}))
    assert (today.text, today.extra["asked_by"]) == (
        "No.\nNorway Today: A land of roads.",
        "Per Lund",
    )


@pytest.mark.parametrize("text", [STATE, CHINESE, RUSSIAN], ids=["state", "chinese", "russian"])
def test_files_of_one_name_have_ids_of_their_own(tmp_path: Path, text: str) -> None:
    other = text.replace("rain", "snow").replace("roads", "locks")
    write(tmp_path, {"1/a.txt": text, "2/a.txt": other})
    one, two = ({said.id for said in read(tmp_path / name)[0]} for name in ("1", "2"))
    assert not one & two
    reading = Import([tmp_path / "1" / "a.txt", tmp_path / "2" / "a.txt"])
    assert {said.id for said in reading.statements()} == one | two
    assert not reading.report.problems
    assert {said.id for said in read(tmp_path / "1")[0]} == one


def test_bad_texts_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("No title.\n", "utf-8")
    (tmp_path / "c.txt").write_bytes(b"\xff")
    (tmp_path / "d.txt").write_text("\n", "utf-8")
    (tmp_path / "e.pdf").write_text("x", "utf-8")
    (tmp_path / "a.txt").write_text(CHINESE, "utf-8")
    for name, text in (("cmfa-text", CHINESE), ("russian-mfa", RUSSIAN)):
        (tmp_path / "a.txt").write_text(text, "utf-8")
        reading = Import([tmp_path], name)
        assert len([*reading.statements()]) == 4
        told = [str(problem) for problem in reading.report.problems]
        assert [line.partition(": ")[0].rpartition("/")[2] for line in told] == [
            "b.txt", "c.txt", "d.txt",
        ]  # fmt: skip
        assert "there is no title like" in told[0]
        account = reading.report.account
        assert account.characters_left_out["texts of another kind"] == 9
        assert account.files_left_out == {"of another kind": 1, "unreadable": 3}


def test_a_table_that_holds_such_texts_is_not_recognised(tmp_path: Path) -> None:
    for number, text in enumerate((STATE, CHINESE, RUSSIAN)):
        path = tmp_path / f"{number}.csv"
        path.write_text(f'a,b\n1,"{text}"\n', "utf-8")
        assert format_of(path) is None
