"""The White House's Markdown: turns, questions, markup, places, and who speaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.corpus.importers.united_states import OFFICE_HOLDERS, is_foreign_office, split_office
from compare.corpus.importing import Import
from tests.corpus.importers.helpers import format_of, read

BRIEFING = """\
MS. ROE-VELD:\xa0 Good afternoon.\xa0 (Laughter.)\xa0 We build
roads — <s>too</s> \\[two\\] roads — for all.  \n  \nMr. Lund will tell you
of the 14<sup>th</sup> road.

     And \\*that\\* is [a fact](https://a.invalid/x).

Q\xa0\xa0\xa0 Thank you.\xa0 When?

And where?

Q    (Inaudible) cost?

MODERATOR:\xa0 One more.

MS. ROE-VELD:\xa0 Soon.

MR. LUND:  (As interpreted.)  I agree.  (inaudible) roads.

AUDIENCE MEMBER:  Hear, hear!

(A bell rings.)

MS. ROE-VELD:  (No answer.)

END                2:31 P.M. EDT
"""
TITLE = (
    "Press Briefing by Press Secretary Ada\\_Roe-Veld and Deputy Advisor for Transport and\\\n"
    "  \\ Trade Per Lund"
)


def write(
    folder: Path,
    body: str,
    title: str = TITLE,
    section: str = "press-briefings",
    stem: str = "2022-03-04-a-briefing",
) -> Path:
    path = folder / section / "2022-03" / f"{stem}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = f"---\ntags: {section}\ndate: '2022-03-04'\npublished_time: 2022-03-04 21:00:00-05:00\n"
    address = "source_url: https://whitehouse.invalid/1\n"
    path.write_text(f'{head}{address}title: "{title}"\n---\n \n{body}', "utf-8")
    return path


def test_who_held_the_offices() -> None:
    assert OFFICE_HOLDERS == {
        "president": ("Joe Biden", "Joseph Biden"),
        "vice president": ("Kamala Harris",),
        "first lady": ("Jill Biden",),
        "second gentleman": ("Douglas Emhoff",),
    }


def test_turns_are_statements_with_the_questions_before_them(tmp_path: Path) -> None:
    write(tmp_path, f"Roads Room\n\n1:58 P.M. EDT\n\n{BRIEFING}")
    (first, second, third), report = read(tmp_path)
    assert report.format == "whitehouse"
    assert first.text == (
        "Good afternoon. We build roads — [two] roads — for all.\n"
        "Mr. Lund will tell you of the 14th road.\nAnd *that* is a fact."
    )
    assert (first.speaker, first.role) == ("Ada Roe-Veld", "Press Secretary")
    assert (first.countries, str(first.date), first.venue) == (
        "United States", "2022-03-04", "Roads Room",
    )  # fmt: skip
    assert first.title.startswith("Press Briefing by Press Secretary Ada Roe-Veld and Deputy")
    assert (first.url, first.language) == ("https://whitehouse.invalid/1", "en")
    assert first.id == "whitehouse-2022-03-04-a-briefing-1"
    assert first.extra == {
        "doc_type": "press-briefings",
        "published": "2022-03-04 21:00:00-05:00",
        "source_file": "press-briefings/2022-03/2022-03-04-a-briefing.md",
        "turn": "1",
    }
    assert second.extra["question"] == "Thank you. When?\nAnd where?\n(Inaudible) cost?"
    assert (second.text, second.extra["turn"]) == ("Soon.", "5")
    assert (third.speaker, third.role) == ("Per Lund", "Deputy Advisor for Transport and Trade")
    assert (third.text, third.extra["translated"]) == ("I agree. (inaudible) roads.", "yes")
    assert "question" not in third.extra
    assert report.account.left_out == {
        "questions (kept beside the answer)": 2,
        "moderators, staff and interpreters": 1,
        "audience and other unnamed voices": 1,
        "turns without words": 1,
    }
    assert report.account.characters_left_out["struck words that a correction follows"] == 10


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "Q   Why?\n\nTHE PRESIDENT:  Because.\n")
    (answer,) = Import([tmp_path]).statements()
    assert answer.text == "Because."
    path.write_text(path.read_text("utf-8").replace("2022-03-04'", "4/5/2022'"), "utf-8")
    _, report = read(tmp_path)
    assert report.problems[0].line == 12


@pytest.mark.parametrize(
    ("label", "title", "section", "speaker", "role", "country"),
    [
        ("THE PRESIDENT", "Remarks", "speeches-remarks", "Jon Dahl", "President", "United States"),
        ("VICE PRESIDENT HOLM", "Remarks", "speeches-remarks", "Kaja Holm",
         "Vice President", "United States"),
        ("PRESIDENT LUND", "Remarks by President Dahl and President Per Lund of the Kingdom of "
         "Valdoria Before Bilateral Meeting", "speeches-remarks", "Per Lund", "President",
         "Kingdom of Valdoria"),
        ("PRIME MINISTER LUND", "Remarks by Prime Minister Lund of Valdoria", "speeches-remarks",
         "Prime Minister Lund", "Prime Minister", "Valdoria"),
        ("PRESIDENT LUND", "Remarks", "speeches-remarks", "PRESIDENT LUND", "President", ""),
        ("SECRETARY MCLUND", "Remarks with Secretary McLund", "speeches-remarks",
         "Secretary McLund", "Secretary", "United States"),
        ("MR. LUND", "Remarks", "speeches-remarks", "MR. LUND", "", ""),
        ("MR. LUND", "Gaggle", "press-briefings", "MR. LUND", "", "United States"),
        ("FIRST LADY LUND", "Remarks by President Per Lund", "speeches-remarks",
         "FIRST LADY LUND", "First Lady", ""),
        ("SENIOR ADMINISTRATION OFFICIAL", "Call", "press-briefings",
         "Senior Administration Official", "", "United States"),
    ],
)  # fmt: skip
def test_who_speaks(
    tmp_path: Path, label: str, title: str, section: str, speaker: str, role: str, country: str
) -> None:
    write(tmp_path, f"{label}:  We build.\n\nQ   Why?\n", title, section)
    (said,), _ = read(tmp_path)
    assert (said.speaker, said.role, said.countries) == (speaker, role, country)


def test_a_name_that_was_said_before_is_known_where_it_is_the_only_one(tmp_path: Path) -> None:
    body = "THE PRESIDENT:  Here are Per Lund, Ida Berg and Ola Berg.\n\n"
    write(tmp_path, f"{body}MR. LUND:  Yes.\n\nMS. BERG:  No.\n", "Remarks", "speeches-remarks")
    (_, lund, berg), _ = read(tmp_path)
    assert (lund.speaker, berg.speaker) == ("Per Lund", "MS. BERG")


def test_the_day_and_place_above_a_transcript(tmp_path: Path) -> None:
    head = "*Town Hall  \nBergen, Norway*\n\n(February 28, 2022)\n\n"
    write(tmp_path, f"{head}2:07 P.M. EDT THE PRESIDENT:  Hello.\n\n")
    (said,), report = read(tmp_path)
    assert (said.text, said.venue) == ("Hello.", "Town Hall, Bergen, Norway")
    assert str(said.date) == "2022-02-28"
    left = report.account.characters_left_out
    assert left["places, times and notes before the first turn"] == 42


@pytest.mark.parametrize(
    ("title", "speaker", "role"),
    [
        ("Statement by President Jon Dahl on Rain", "Jon Dahl", "President"),
        ("Statement by the President Three Years After the Rain", "Jon Dahl", "President"),
        ("President Dahl Statement on Rain", "Jon Dahl", "President"),
        ("Statement by NSC Spokesperson Ada Veld on President Lund’s Call", "Ada Veld",
         "NSC Spokesperson"),
        ("Readout from Press Secretary Ada Veld on Rain", "Ada Veld", "Press Secretary"),
        ("Statement by President Dahl and Prime Minister Per Lund on Rain", "", ""),
        ("Readout of President Dahl’s Call with Per Lund", "", ""),
        ("Letter to the Speaker of the House and the President of the Senate", "", ""),
        ("FACT SHEET: Rain", "", ""),
    ],
)  # fmt: skip
def test_written_texts_are_by_whom_the_title_says(
    tmp_path: Path, title: str, speaker: str, role: str
) -> None:
    body = "We build\nroads.\n\n-   One **road**\n-   Two\n\n\\###\n"
    write(tmp_path, body, title, "statements-releases")
    (said,), report = read(tmp_path)
    assert (said.speaker, said.role, said.countries) == (speaker, role, "United States")
    assert said.text == "We build roads.\n- One road - Two"
    assert said.id == "whitehouse-2022-03-04-a-briefing"
    assert "turn" not in said.extra
    assert report.account.characters_left_out["end marks"] == 3


@pytest.mark.parametrize(
    "title",
    [
        "Joint Statement by the Chancellor of Ostravia Ada Veld, Prime Minister of the Kingdom of "
        "Valdoria Per Lund, and President of the United States Jonathan R. Dahl, Jr. on Rain",
        "Statement by President Jon Dahl, Prime Minister Ada Veld, and Prime Minister Per Lund "
        "Mourning the Rain",
        "Statement by President Dahl and President von der Berg on Rain",
        "Statement by President Jon Dahl and Nominee for Office of the Roads Ada Veld",
        "Statement by President Jonathan R. Dahl, Jr. and Congressional Leaders on Rain",
        "Statement by Prime Minister Ada Veld of Valdoria and President Jon Dahl on Rain",
        "Statement by the Prime Minister and President Jon Dahl on Rain",
        "Statement by Secretary of State Lund and Administrator Ada Veld on Rain",
        "Statement by the Chancellor of Ostravia and Prime Minister Per Lund on Rain",
        "Statement by Press Secretary Ada Veld, Per Lund and Ida Berg on Rain",
        "Statement by Assistant to the President and Advisor Ada Veld & Press Secretary Per Lund",
        "Remarks by First Lady Jil Dahl with Queen Ida Berg",
        "President Lund and President Dahl Statement on Rain",
        "Readout by NSC Spokesperson Ada Veld of National Security Advisor Per Lund Call",
        "JOINT STATEMENT by President Jon Dahl on Rain",
        "Joint Leaders’ Statement from President Jon Dahl",
        "United States-Valdoria Joint Statement",
    ],
)  # fmt: skip
def test_texts_by_several_are_by_nobody(tmp_path: Path, title: str) -> None:
    write(tmp_path, "We build.\n\nJONATHAN R. DAHL JR.\n", title, "statements-releases")
    (said,), _ = read(tmp_path)
    assert (said.speaker, said.role, said.countries) == ("", "", "United States")


@pytest.mark.parametrize(
    ("title", "speaker", "role"),
    [
        ("Statement by President Jonathan R. Dahl, Jr., on Rain and Snow", "Jon Dahl", "President"),
        ("Statement by Senior Advisor and Chief Spokesperson Ada Veld on Rain", "Ada Veld",
         "Senior Advisor and Chief Spokesperson"),
        ("Statement by Assistant to the President and National Security Advisor Ada Veld",
         "Ada Veld", "Assistant to the President and National Security Advisor"),
        ("Statement by Deputy Advisor for Cyber & Emerging Technologies Ada Veld on Rain",
         "Ada Veld", "Deputy Advisor for Cyber & Emerging Technologies"),
        ("Statement by NSC Spokesperson Ada Veld on the Joint Statement by President Dahl and "
         "Prime Minister Lund", "Ada Veld", "NSC Spokesperson"),
        ("President Dahl Statement on the Joint Statement of the Leaders", "Jon Dahl", "President"),
        ("Remarks by First Lady Jil Dahl with Military Families", "Jil Dahl", "First Lady"),
    ],
)  # fmt: skip
def test_one_author_of_several_offices_is_one(
    tmp_path: Path, title: str, speaker: str, role: str
) -> None:
    write(tmp_path, "We build.\n", title, "statements-releases")
    (said,), _ = read(tmp_path)
    assert (said.speaker, said.role, said.countries) == (speaker, role, "United States")


def test_a_signature_says_whose_letter_it_is(tmp_path: Path) -> None:
    for name, speaker in (("JONATHAN R. DAHL JR.", "Jon Dahl"), ("JIL DAHL", "")):
        body = f"Dear Madam Speaker:\n\nIt rains.\n\n{name}\n"
        write(tmp_path, body, "Letter to the Speaker", "statements-releases")
        (said,), _ = read(tmp_path)
        assert said.speaker == speaker


def test_words_in_capitals_make_no_transcript(tmp_path: Path) -> None:
    body = "NOMINATIONS SENT TO THE SENATE:\n\nAda Veld, to be Judge.\n\nSUBJECT:  Rain\n"
    write(tmp_path, body, "Nominations", "statements-releases")
    (said,), _ = read(tmp_path)
    assert said.text.startswith("NOMINATIONS SENT TO THE SENATE:\nAda Veld")


def test_the_place_above_a_prepared_speech(tmp_path: Path) -> None:
    body = "Bergen, Norway\n\n*As Prepared for Delivery*\n\nThank you all.\n\nBergen\n"
    title = "Remarks as Prepared for Delivery by First Lady Jil Dahl at a School"
    write(tmp_path, body, title, "speeches-remarks")
    (said,), _ = read(tmp_path)
    assert (said.text, said.venue) == ("Thank you all.\nBergen", "Bergen, Norway")
    assert (said.speaker, said.role) == ("Jil Dahl", "First Lady")


def test_a_document_in_two_sections_counts_once(tmp_path: Path) -> None:
    for section in ("press-briefings", "speeches-remarks"):
        write(tmp_path, "THE PRESIDENT:  Hello.\n", section=section)
    (_,), report = read(tmp_path)
    assert report.account.files_left_out == {"duplicate documents": 1}


def test_two_documents_of_one_name_are_both_read(tmp_path: Path) -> None:
    for section, words in (("a-section", "Hello."), ("b-section", "Bye."), ("c-section", "Bye.")):
        write(tmp_path, f"THE PRESIDENT:  {words}\n", section=section)
    said, report = read(tmp_path)
    assert {one.id: one.text for one in said} == {
        "whitehouse-2022-03-04-a-briefing-1": "Hello.",
        "whitehouse-b-section-2022-03-2022-03-04-a-briefing-1": "Bye.",
    }
    assert report.account.files_left_out == {"duplicate documents": 1}


def test_a_label_can_end_with_a_full_stop(tmp_path: Path) -> None:
    write(tmp_path, "MS. ROE-VELD:  We build.\n\nMR. LUND. Thank you.\n\nMR. LUND. agrees.\n")
    found, _ = read(tmp_path)
    assert [(one.speaker, one.text) for one in found] == [
        ("Ada Roe-Veld", "We build."), ("Per Lund", "Thank you.\nMR. LUND. agrees."),
    ]  # fmt: skip


def test_bad_files_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path, "THE PRESIDENT:  Hello.\n").parent
    (folder / "2022-01-01-a.md").write_bytes(b"---\ntitle: a\n---\n\xff\n")
    (folder / "2022-01-02-b.md").write_text("---\ntitle: 'a\n---\nx\n", "utf-8")
    (folder / "2022-01-03-c.md").write_text("", "utf-8")
    (folder / "2022-01-04-d.md").write_text("---\ntitle: Marks\n---\n\\###\n", "utf-8")
    (folder / "LICENSE").write_text("x", "utf-8")
    (folder / "README.md").write_text("x", "utf-8")
    (_,), report = read(tmp_path, "whitehouse")
    assert [problem.file.rpartition("/")[2][:10] for problem in report.problems] == [
        "2022-01-01", "2022-01-02", "2022-01-03",
    ]  # fmt: skip
    assert report.account.left_out == {"documents without words": 1}
    assert report.account.files_left_out == {"of another kind": 2, "unreadable": 3}


def test_one_file_is_recognised_by_its_address(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    head = "source_url: https://oldwhitehouse.invalid/1\n"
    path.write_text(f"---\n{head}---\nMS. ROE:  Hello.\n", "utf-8")
    assert [said.id for said in Import([path]).statements()] == ["whitehouse-a-1"]


def test_other_markdown_is_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "2022-03-04-note.md").write_text("---\nspeaker: Ada\n---\nWe build.\n", "utf-8")
    assert format_of(tmp_path / "2022-03-04-note.md") is None


@pytest.mark.parametrize(
    ("label", "office", "surname", "abroad"),
    [
        ("MS. ROE", "", "ROE", False),
        ("MR VAN ROE", "", "VAN ROE", False),
        ("SECRETARY ROE", "SECRETARY", "ROE", False),
        ("VICE PRESIDENT ROE", "VICE PRESIDENT", "ROE", True),
        ("FOREIGN MINISTER ROE", "FOREIGN MINISTER", "ROE", True),
        ("SECRETARY-GENERAL ROE", "SECRETARY-GENERAL", "ROE", True),
        ("ROE", "", "ROE", False),
    ],
)
def test_offices_in_labels(label: str, office: str, surname: str, abroad: bool) -> None:
    assert split_office(label) == (office, surname)
    assert is_foreign_office(office) is abroad
