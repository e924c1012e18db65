"""Names before turns: in capitals, in capital letters, and what office they tell."""

from __future__ import annotations

import pytest

from compare.corpus.imports.account import Account
from compare.corpus.imports.labels import capitalised, is_abroad, shouted, split_label, voice
from compare.corpus.imports.turns import MODERATORS, QUESTIONS, UNNAMED


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
    ],
)
def test_labels_in_capital_letters(text: str, label: str) -> None:
    found = capitalised(text)
    assert found is not None
    assert (found["label"], text[found.end() :]) == (label, "Yes.")


@pytest.mark.parametrize(
    "text",
    ["First: yes.", "Note: yes.", "We say: yes.", "10: yes.", "At 10:30 we met.", "10:30 a.m.",
     "One Two Three Four Five Six Seven: yes.", ""],
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
