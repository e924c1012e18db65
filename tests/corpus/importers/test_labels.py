"""Names before turns: in capitals, in capital letters, and what office they tell."""

from __future__ import annotations

import pytest

from compare.corpus.importers.account import Account
from compare.corpus.importers.labels import (
    UNTOLD,
    answered,
    capitalised,
    is_abroad,
    is_at_home,
    is_heading,
    is_opener,
    shouted,
    split_label,
    voice,
)
from compare.corpus.importers.turns import MODERATORS, QUESTIONS, UNNAMED


@pytest.mark.parametrize(
    ("text", "label", "left_out"),
    [
        ("MR. MCLUND: Yes.", "MR. MCLUND", ""),
        ("PRESIDENT LÓPEZ-ŠIMON (as interpreted): Yes.", "PRESIDENT LÓPEZ-ŠIMON", ""),
        ("OFFICIAL #2: Yes.", "OFFICIAL #2", ""),
        ("Q Yes.", "", QUESTIONS),
        ("Q: Yes.", "", QUESTIONS),
        ("QUESTION: Yes.", "", QUESTIONS),
        ("MODERATOR: Yes.", "MODERATOR", MODERATORS),
        ("WHITE HOUSE AIDE: Yes.", "WHITE HOUSE AIDE", MODERATORS),
        ("AUDIENCE MEMBERS: Yes.", "AUDIENCE MEMBERS", UNNAMED),
    ],
)
def test_labels_in_capitals(text: str, label: str, left_out: str) -> None:
    account = Account()
    turn = shouted(account.take(text), 3, account)
    assert turn is not None
    assert (turn.label, turn.text, turn.line, turn.left_out) == (label, "Yes.", 3, left_out)
    assert account.balance == len("Yes.")


@pytest.mark.parametrize(
    "text",
    ["Mr. Lund: Yes.", "2:29 p.m.", "EST 2:29 P.M.", "Q&A: Yes.", "Let me say: yes.", ""],
)
def test_what_is_no_label(text: str) -> None:
    assert shouted(text, 1, Account()) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Ada Veld: Yes.", "Ada Veld"),
        ("The Paper of Roads (Bergen):Yes.", "The Paper of Roads"),
        ("Q: Yes.", "Q"),
        ("Øst News: Yes.", "Øst News"),
    ],
)
def test_labels_in_capital_letters(text: str, label: str) -> None:
    found = capitalised(text)
    assert found is not None
    assert (found["label"], text[found.end() :]) == (label, "Yes.")


@pytest.mark.parametrize(
    "text",
    ["First: yes.", "Note: yes.", "Second Point: Yes.", "So: Yes.", "We say: yes.", "10: yes.",
     "At 10:30 we met.", "10:30 a.m.", "One Two Three Four Five Six Seven: yes.", ""],
)  # fmt: skip
def test_what_is_no_label_in_capital_letters(text: str) -> None:
    assert capitalised(text) is None


@pytest.mark.parametrize(
    ("text", "label", "left_out"),
    [
        ("Ada Veld: Yes.", "Ada Veld", ""),
        ("A: Yes.", "Ada Veld", ""),
        ("Spokesperson: Yes.", "Ada Veld", ""),
        ("Q: Yes.", "", QUESTIONS),
        ("The Paper: Yes.", "The Paper", QUESTIONS),
    ],
)
def test_one_speaks_and_all_others_ask(text: str, label: str, left_out: str) -> None:
    account = Account()
    found = capitalised(account.take(text))
    assert found is not None
    turn = voice(found, 3, "Ada Veld", account)
    assert (turn.label, turn.text, turn.line, turn.left_out) == (label, "Yes.", 3, left_out)
    assert account.balance == len("Yes.")


@pytest.mark.parametrize(
    ("text", "followed", "left_out"),
    [
        ("The Paper: Yes.", True, QUESTIONS),
        ("The Paper: Yes?", False, QUESTIONS),
        ("The Paper: Yes?", None, QUESTIONS),
        ("Our Position: Yes.", False, UNTOLD),
        ("Our Position: Yes.", None, None),
        ("Our Position: the yes.", True, UNTOLD),
        ("Our Position: the yes?", False, UNTOLD),
        ("Our Position: the yes.", False, None),
        ("Norway’s Position: The yes.", False, None),
        ("Q: the yes.", False, QUESTIONS),
        ("Ada Veld: the yes.", False, ""),
    ],
)
def test_a_label_can_be_a_heading(text: str, followed: bool | None, left_out: str | None) -> None:
    account = Account()
    found = capitalised(account.take(text))
    assert found is not None
    turn = voice(found, 3, "Ada Veld", account, followed)
    assert (turn.left_out if turn else None) == left_out
    assert account.balance == len(turn.text if turn else text)
    assert (left_out, turn and turn.label) != (UNTOLD, found["label"])


def test_what_is_before_the_speakers_own_label() -> None:
    texts = ["Good day.", "The Paper: When?", "AFP: And now?", "Ada Veld: Soon.", "It rains.",
             "Our Position: Rain.", "Q: And?", "A: Yes."]  # fmt: skip
    lines = [(text, line) for line, text in enumerate(texts, start=1)]
    assert answered(lines, "Ada Veld") == {2: False, 3: True, 4: False, 6: False, 7: True, 8: False}
    assert answered(lines[:3], "Ada Veld") == {}


@pytest.mark.parametrize(
    ("label", "words", "heading"),
    [
        ("Ada Veld", "Yes.", False),
        ("Ada Veld", "yes.", True),
        ("Ada Veld", "“12 yes.", True),
        ("Ada Veld", "", False),
        ("Norway", "Yes.", True),
        ("Norway and Sweden", "Yes.", True),
        ("Norway’s Roads", "Yes.", True),
        ("Norway Times", "Yes.", False),
        ("The People’s Paper", "Yes.", False),
        ("CRI", "Yes.", False),
    ],
)
def test_headings(label: str, words: str, heading: bool) -> None:
    assert is_heading(label, words) is heading


def test_what_opens_a_sentence() -> None:
    assert all(map(is_opener, ("Second", "Third Principle", "Finally", "However")))
    assert not any(map(is_opener, ("Second Coast News", "Howard", "Ada")))


@pytest.mark.parametrize(
    ("label", "home"),
    [
        ("MS. ROE", True),
        ("MR KING", True),
        ("ROE", True),
        ("SECRETARY ROE", True),
        ("SECRETARY OF DEFENSE ADA J. ROE III", True),
        ("UNDER SECRETARY ROE", True),
        ("ASSISTANT SECRETARY ROE", True),
        ("AMBASSADOR ROE", True),
        ("DEPUTY SPOKESPERSON ROE", True),
        ("SENATOR KING", True),
        ("REPRESENTATIVE ROE", True),
        ("SENIOR STATE DEPARTMENT OFFICIAL ONE", True),
        ("DEPUTY PRIME MINISTER ROE", False),
        ("DEFENSE MINISTER ROE", False),
        ("HIGH REPRESENTATIVE ROE", False),
        ("SECRETARY GENERAL ROE", False),
        ("SECRETARY-GENERAL ROE", False),
        ("DEPUTY SECRETARY GENERAL", False),
        ("FOREIGN SECRETARY ROE", False),
        ("SECRETARY OF STATE FOR ROADS ROE", False),
        ("SECRETARY OF FOREIGN AFFAIRS ROE", False),
        ("COMMISSIONER ROE", False),
        ("CHANCELLOR ROE", False),
        ("STATE COUNCILOR ROE", False),
        ("DIRECTOR GENERAL ROE", False),
        ("GENERAL ROE", False),
        ("GEN. ROE", False),
        ("FM ROE", False),
        ("PRESIDENT ROE", False),
        ("MR. PRESIDENT", False),
        ("SENIOR EU OFFICIAL", False),
    ],
)
def test_who_speaks_for_the_country_of_a_transcript(label: str, home: bool) -> None:
    assert is_at_home(label, "United States") is home


def test_offices_at_home_are_a_countrys_own() -> None:
    assert is_at_home("SPOKESPERSON ROE", "China")
    assert is_at_home("MS ROE", "China")
    assert not is_at_home("SECRETARY ROE", "China")
    assert not is_at_home("SECRETARY ROE", "")


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
    assert split_label(label) == (office, surname)
    assert is_abroad(office) is abroad
