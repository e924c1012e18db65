"""NATO, the EU's External Action Service and gov.uk: what is above and below the words."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.corpus.importing import Import
from tests.corpus.imports.helpers import format_of, read, write

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
    ("title", "speaker", "role"),
    [
        ("Statement by the Spokesperson on rain", "", "Spokesperson"),
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
