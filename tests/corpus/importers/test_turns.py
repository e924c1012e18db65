"""Turns: what is said between labels, and the account of it."""

from __future__ import annotations

import pytest

from compare.corpus.importers.account import Account
from compare.corpus.importers.turns import (
    MODERATORS,
    QUESTIONS,
    Turn,
    answers,
    gathered,
    tidied,
    without_directions,
)


def test_turns_are_gathered_and_questions_stand_beside_the_answer() -> None:
    account = Account()
    parts = ["Before.", Turn("A", "(Laughter.) One.", 1), "Two. (Applause.)", "(Laughs.)",
             Turn("B", "Why?", 2, QUESTIONS), Turn("C", "When?", 3, QUESTIONS),
             Turn("D", "Well.", 4, MODERATORS), Turn("A", "", 5), "So.", None,
             "After."]  # fmt: skip
    before: list[str] = []
    said = [*answers(gathered(parts, before.append, account), account)]
    assert before == ["Before.", "After."]
    assert [(s.number, s.turn.text, s.question, s.asked_by) for s in said] == [
        (1, "One.\nTwo.", "", ""),
        (5, "So.", "Why?\nWhen?", "B; C"),
    ]
    assert account.left_out == {QUESTIONS: 2, MODERATORS: 1}
    assert account.characters_left_out["blanks"] == 1 + 0 - 1  # a blank, and a line break instead


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("Yes. (Laughter and applause.) No.", "Yes. No."),
        ("Yes — (laughter) — no.", "Yes — — no."),
        ("We (the three of us) build.", "We (the three of us) build."),
        ("(Inaudible.) Yes (inaudible).", "(Inaudible.) Yes (inaudible)."),
        ("(The bill is signed.)", ""),
    ],
)
def test_stage_directions(text: str, stays: str) -> None:
    account = Account()
    assert without_directions(account.take(text), account) == stays
    assert account.balance == len(stays)


def test_paragraphs_come_on_one_line() -> None:
    account = Account()
    assert tidied(account.take("\xa0 One\n two\u200b.  \n"), account) == "One two."
    assert account.balance == len("One two.")
