"""NATO, the EU's External Action Service and gov.uk: lines above and below the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.corpus.importers.sources import Reason
from compare.corpus.importing import Import
from tests.corpus.importers.helpers import format_of, read, write

NATO = """Press conference

by NATO Secretary General Ada Veld with the President of Valdoria, Per Lund

  • 05 Apr. 2022 -
  • |
  • Last updated: 06 Apr. 2022 18:19

(As delivered)

Press conference by NATO Secretary General Ada Veld with the President of Valdoria

Good afternoon.
We build roads.

Moderator: The lady there.

Ida Berg (Bergen News): When?

NATO Secretary General: Soon. Let me say this: soon.

And for all.

Question: Where?

Ola Dahl, Oslo Times: And why?

Per Lund (President of Valdoria): Here.

Ola Nord (NATO Spokesperson): Thank you.
"""
CONFERENCE = """Press conference

by NATO Secretary General Ada Veld with the President of Valdoria, Per Lund

  • 05 Apr. 2022 -

Good afternoon.

{paragraph}

It rains.

Moderator: The lady there.

Ida Berg (Bergen News): When?

NATO Secretary General: Soon.
"""
EEAS = """Rain: {title}

20.06.2024 EEAS Press Team

Check against delivery!

The European Union builds roads.

Q. Do you build roads?

We do.

In Valdoria too.

Ida Berg
Lead Spokesperson for Foreign Affairs and Security Policy
ida.berg@a.invalid
+00 (0)000 00 00 00
Ola Dahl
Press Officer
+00 (0)000 00 00 01
"""
GOVUK = """Speech

We build roads: UK statement at the UN Security Council, 18 March 2022

{description}

From:
Foreign Office
Published 19 March 2022

This was published under the 1990 to 1992 Veld government

{byline}

Thank you, Mr President.

  • One road
  • Two

I thank you.

Share this page
Published 19 March 2022
"""


def test_a_nato_press_conference(tmp_path: Path) -> None:
    (opening, soon, here), report = read(write(tmp_path, {"a.txt": NATO}))
    assert report.format == "nato"
    assert opening.text == "Good afternoon.\nWe build roads."
    assert (opening.speaker, opening.role, opening.countries) == (
        "Ada Veld", "NATO Secretary General", "NATO",
    )  # fmt: skip
    assert str(opening.date) == "2022-04-05"
    assert opening.title.startswith("Press conference by NATO Secretary General Ada Veld with")
    assert opening.extra["doc_type"] == "press conference"
    assert soon.text == "Soon. Let me say this: soon.\nAnd for all."
    assert (soon.extra["question"], soon.extra["asked_by"]) == ("When?", "Ida Berg (Bergen News)")
    assert (here.speaker, here.role, here.countries) == ("Per Lund", "President of Valdoria", "")
    assert here.extra["question"] == "Where?\nAnd why?"
    assert here.extra["asked_by"] == "Ola Dahl (Oslo Times)"
    assert report.account.left_out == {
        "questions (kept beside the answer)": 3,
        "moderators, staff and interpreters": 2,
    }


@pytest.mark.parametrize(
    "paragraph",
    [
        "President Lund has made two mistakes: he built nothing.",
        "President Lund has made two mistakes: He built nothing.",
        "NATO Allies agree on three things: roads are good.",
        "NATO Allies, and all of their partners, agree: Roads are good.",
        "Per Lund, who built them, said it: Roads are good.",
        "President of Valdoria Per Lund: he built them.",
        "Old Roads: they are good.",
        "NATO Roads (all of them): they are good.",
        "Norway: Its roads are good.",
        "Norway’s Roads: They are good.",
        "First: Roads are good.",
        "Second Point: Roads are good.",
        "So: Roads are good.",
        "We met at 10:30.",
    ],
)
def test_a_sentence_with_a_colon_stays_the_words_of_who_speaks(
    tmp_path: Path, paragraph: str
) -> None:
    text = CONFERENCE.format(paragraph=paragraph)
    (opening, soon), report = read(write(tmp_path, {"a.txt": text}))
    assert (opening.speaker, opening.role) == ("Ada Veld", "NATO Secretary General")
    assert opening.text == f"Good afternoon.\n{paragraph}\nIt rains."
    assert (soon.extra["question"], soon.extra["asked_by"]) == ("When?", "Ida Berg (Bergen News)")
    assert Reason.UNIDENTIFIED not in report.account.left_out


@pytest.mark.parametrize(
    "paragraph",
    [
        "President: Roads are good.",
        "President Dahl: Roads are good.",
        "Prime Minister Lund: Roads are good.",
        "Minister for Roads: Roads are good.",
        "NATO Deputy Secretary General: Roads are good.",
        "Deputy Secretary General: Roads are good.",
        "Council Secretary General: Roads are good.",
        "Good Roads: Roads are good.",
        "Bergen News: Roads are good.",
        "Norway: Are its roads good?",
    ],
)
def test_words_whose_speaker_cannot_be_told_are_nobodys(tmp_path: Path, paragraph: str) -> None:
    text = CONFERENCE.format(paragraph=paragraph)
    (opening, soon), report = read(write(tmp_path, {"a.txt": text}))
    assert opening.text == "Good afternoon."
    assert soon.extra["asked_by"] == "Ida Berg (Bergen News)"
    assert report.account.left_out[Reason.UNIDENTIFIED] == 1


@pytest.mark.parametrize(
    ("paragraph", "asked_by"),
    [
        ("Bergen News: Are the roads good?", "Bergen News"),
        ("Ola Dahl from Oslo Times: The roads.", "Ola Dahl (Oslo Times)"),
        ("Ola Dahl (inaudible): the roads.", "Ola Dahl (inaudible)"),
        ("Ola Dahl, Roads Correspondent, Oslo Times: The roads.",
         "Ola Dahl (Roads Correspondent, Oslo Times)"),
        ("Łucja Øst (Oslo Times): The roads.", "Łucja Øst (Oslo Times)"),
        ("QUESTION [Ola Dahl, Oslo Times]: The roads.", "Ola Dahl, Oslo Times"),
        ("Question from Ola Dahl of Oslo Times: The roads.", "Ola Dahl of Oslo Times"),
    ],
)  # fmt: skip
def test_who_asks_at_a_nato_press_conference(tmp_path: Path, paragraph: str, asked_by: str) -> None:
    text = CONFERENCE.format(paragraph=paragraph)
    (opening, soon), report = read(write(tmp_path, {"a.txt": text}))
    assert opening.text == "Good afternoon."
    assert soon.extra["asked_by"] == f"{asked_by}; Ida Berg (Bergen News)"
    assert report.account.left_out["questions (kept beside the answer)"] == 2


@pytest.mark.parametrize(
    ("label", "speaker", "role"),
    [
        ("Per Lund", "Per Lund", ""),
        ("President Lund", "Per Lund", "President"),
        ("PRESIDENT LUND", "Per Lund", "PRESIDENT"),
        ("President of Valdoria Per Lund", "Per Lund", "President of Valdoria"),
        ("Ola Dahl (Minister for Roads)", "Ola Dahl", "Minister for Roads"),
        ("Ola Dahl, Minister for Roads", "Ola Dahl", "Minister for Roads"),
        ("ADA VELD (NATO Secretary General)", "Ada Veld", "NATO Secretary General"),
        ("Secretary General Veld", "Ada Veld", "NATO Secretary General"),
        ("Secretary General", "Ada Veld", "NATO Secretary General"),
    ],
)
def test_who_answers_at_a_nato_press_conference(
    tmp_path: Path, label: str, speaker: str, role: str
) -> None:
    text = CONFERENCE.format(paragraph=f"Question: And where?\n\n{label}: Here.")
    (_, here, _), _ = read(write(tmp_path, {"a.txt": text}))
    assert (here.text, here.extra["question"]) == ("Here.\nIt rains.", "And where?")
    assert (here.speaker, here.role) == (speaker, role)
    assert here.countries == ("NATO" if speaker == "Ada Veld" else "")


def test_who_speaks_alone_has_headings(tmp_path: Path) -> None:
    text = CONFERENCE.partition("Moderator")[0].format(paragraph="Roads: We build.\n\nAnd So: Why?")
    (said,), _ = read(write(tmp_path, {"a.txt": text}))
    assert said.text == "Good afternoon.\nRoads: We build.\nAnd So: Why?\nIt rains."


def test_who_asks_before_an_answer_needs_no_question_mark(tmp_path: Path) -> None:
    text = CONFERENCE.replace("Ida Berg (Bergen News): When?", "Bergen News: Tell us when.")
    (_, soon), _ = read(write(tmp_path, {"a.txt": text.format(paragraph="It snows.")}))
    assert (soon.extra["question"], soon.extra["asked_by"]) == ("Tell us when.", "Bergen News")


@pytest.mark.parametrize(
    ("title", "speaker", "role"),
    [
        ("Statement by the Spokesperson on rain", "", "Spokesperson"),
        ("Statement of the High Representative Ada Veld", "Ada Veld", "High Representative"),
        ("Remarks on rain by HR/VP Ada Veld at the Council", "Ada Veld", "HR/VP"),
        ("E3/EU+3 statement by Commissioner Ada Veld", "Ada Veld", "Commissioner"),
        ("Statement on the death of Per Lund", "", ""),
        ("Statement on the arrest of President Per Lund", "", ""),
        ("Statement on the war ordered by President Per Lund", "", ""),
        ("Statement on the meeting led by High Representative Ada Veld", "", ""),
        ("Statement on the declaration by President Per Lund", "", ""),
        ("EU reaction to the speech of President Per Lund", "", ""),
        ("Statement of support for President Per Lund", "", ""),
        ("Message from Per Lund", "", ""),
        ("Joint statement by the European Union and President Per Lund", "", ""),
        ("Press remarks by High Representative/Vice-President Ada Veld upon arrival", "Ada Veld",
         "High Representative/Vice-President"),
        ("Joint statement by High Representative Ada Veld and Commissioner Per Lund", "", ""),
        ("A new road", "", ""),
    ],
)  # fmt: skip
def test_an_eeas_statement(tmp_path: Path, title: str, speaker: str, role: str) -> None:
    (opening, answer), report = read(write(tmp_path, {"a.txt": EEAS.format(title=title)}))
    assert report.format == "eeas"
    assert opening.text == "The European Union builds roads."
    assert (opening.speaker, opening.role, opening.countries) == (speaker, role, "European Union")
    assert (str(opening.date), opening.title) == ("2024-06-20", f"Rain: {title}")
    assert (answer.text, answer.extra["question"]) == (
        "We do.\nIn Valdoria too.",
        "Do you build roads?",
    )
    assert report.account.characters_left_out["contacts below the text"] == 142


def test_the_eeas_writes_the_day_first(tmp_path: Path) -> None:
    text = "Statement on rain\n\nBrussels, 05/08/2019 - 15:14, UNIQUE ID: 190805_5\n\nIt rains.\n"
    (said,), _ = read(write(tmp_path, {"a.txt": text}))
    assert (str(said.date), said.venue, said.text) == ("2019-08-05", "Brussels", "It rains.")


@pytest.mark.parametrize(
    ("description", "byline", "speaker", "role"),
    [
        ("UK Ambassador Ada Veld gave a statement at the Council.", "UN Security Council",
         "Ada Veld", "Ambassador"),
        ("Statement by Ambassador Ada Veld at the Council.", "", "Ada Veld", "Ambassador"),
        ("The UK spoke.", "Ambassador Ada Veld", "Ada Veld", "Ambassador"),
        ("The UK spoke.", "UN Security Council", "", ""),
        ("Statement by Ambassador Ada Veld and Minister Per Lund.", "", "", ""),
        ("The Prime Minister hosted the President of Valdoria Per Lund in London.", "", "", ""),
        ("Foreign Secretary Ada Veld met Foreign Minister Per Lund.", "", "", ""),
        ("Foreign Secretary Ada Veld met Foreign Minister Per Lund", "", "", ""),
        ("The UK spoke.", "Foreign Secretary meets Foreign Minister Per Lund", "", ""),
        ("The UK spoke.", "Foreign Secretary Meets Foreign Minister Per Lund", "", ""),
        ("The UK spoke.", "Foreign Secretary Ada Veld and Foreign Minister Per Lund", "", ""),
        ("Foreign Secretary Ada Veld made a joint statement with Minister Per Lund.", "", "", ""),
    ],
)  # fmt: skip
def test_a_govuk_speech(
    tmp_path: Path, description: str, byline: str, speaker: str, role: str
) -> None:
    text = GOVUK.format(description=description, byline=byline)
    (said,), report = read(write(tmp_path, {"a.txt": text}))
    assert report.format == "govuk"
    assert said.text == "Thank you, Mr President.\n• One road\n• Two\nI thank you."
    assert (said.speaker, said.role, said.countries) == (speaker, role, "United Kingdom")
    assert (str(said.date), said.extra["doc_type"]) == ("2022-03-18", "speech")
    assert report.account.characters_left_out["lines below the text"] == 38


@pytest.mark.parametrize("kind", ["Press release", "News story", "World news story"])
def test_news_of_govuk_are_nobodys_words(tmp_path: Path, kind: str) -> None:
    text = GOVUK.format(description="Statement by Ambassador Ada Veld.", byline="Minister Ida Berg")
    (said,), _ = read(write(tmp_path, {"a.txt": text.replace("Speech", kind, 1)}))
    assert (said.speaker, said.role, said.countries) == ("", "", "United Kingdom")


@pytest.mark.parametrize("name", ["nato", "govuk"])
def test_texts_of_another_kind_are_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "b.txt").write_text("It rains.\n", "utf-8")
    path = tmp_path / "a.txt"
    path.write_text(NATO if name == "nato" else GOVUK.format(description="x", byline=""), "utf-8")
    reading = Import([tmp_path], name)
    assert [*reading.statements()]
    assert [problem.file for problem in reading.report.problems] == [str(tmp_path / "b.txt")]


def test_a_plain_text_is_not_recognised(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Speech\n\nWe build roads.\n", "utf-8")
    assert format_of(path) is None
