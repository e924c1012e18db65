"""Layout is removed, turns are accounted for, and their labels are read."""

from __future__ import annotations

import pytest

from compare.corpus.importers.sources import Account, Reason
from compare.corpus.importers.text import (
    Turn,
    answer_next,
    detokenise,
    gather_turns,
    is_heading,
    is_opener,
    join_hyphens,
    match_label,
    remove_directions,
    speaks_for,
    tidy_line,
    turn_cells,
    turn_in_capitals,
    turn_of_label,
    unwrap_lines,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inter-\nnational and International", "international and International"),
        ("self- \r\n determination", "self-determination"),
        ("the North-\nSouth talks", "the North-South talks"),
        ("post-\n2030, 25-\nyear", "post-2030, 25-year"),
        ("state-\nof-\n\nthe-art", "state-of-the-art"),
        ("short-\nand long-term", "short- and long-term"),
        ("carrot-\nand-stick", "carrot-and-stick"),
        ("open -\nand wide", "open -\nand wide"),
    ],
)
def test_hyphens_at_line_ends(text: str, expected: str) -> None:
    account = Account()
    assert join_hyphens(account.take(text), account) == expected
    assert account.balance == len(expected)


def test_lines_of_a_page_are_joined_and_paragraphs_are_not() -> None:
    account = Account()
    page = "We are\r\nhere, and\n  we stay.\n\nThe next\nparagraph.\n"
    assert unwrap_lines(account.take(page), account) == (
        "We are here, and we stay.\n\nThe next paragraph.\n"
    )
    long = "x" * 300 + "\nand " + "y" * 300
    assert unwrap_lines(long, Account()) == long


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Well , ( so they say ) : yes !", "Well, (so they say): yes!"),
        ("a day 's work ,  for States ' sake", "a day's work, for States ' sake"),
        ('" All of it , we say .', '" All of it, we say.'),
        ('call it " one " and " two "', 'call it "one" and "two"'),
        ("a large - scale plan  - a good one -  is", "a large - scale plan - a good one - is"),
    ],
)
def test_blanks_of_a_tokeniser(text: str, expected: str) -> None:
    account = Account()
    assert detokenise(account.take(text), account) == expected
    assert account.balance == len(expected)


def test_turns_are_gathered_and_questions_stand_beside_the_answer() -> None:
    account = Account()
    parts = ["Before.", Turn("A", "(Laughter.) One.", 1), "Two. (Applause.)", "(Laughs.)",
             Turn("B", "Why?", 2, Reason.QUESTIONS), Turn("C", "When?", 3, Reason.QUESTIONS),
             Turn("D", "Well.", 4, Reason.MODERATORS), Turn("A", "", 5), "So.", None,
             "After."]  # fmt: skip
    before: list[str] = []
    turns = gather_turns(parts, before.append, account)
    said = [cells for _, cells in turn_cells(turns, {"id": "a", "venue": "b"}, account)]
    assert before == ["Before.", "After."]
    assert [(s["turn"], s["text"], s["question"], s["asked_by"]) for s in said] == [
        ("1", "One.\nTwo.", "", ""),
        ("5", "So.", "Why?\nWhen?", "B; C"),
    ]
    assert [(s["id"], s["speaker"], s["venue"]) for s in said] == [
        ("a-1", "A", "b"),
        ("a-5", "A", "b"),
    ]
    assert account.left_out == {Reason.QUESTIONS: 2, Reason.MODERATORS: 1}
    # a space, and a line break instead
    assert account.characters_left_out["white space"] == 1 + 0 - 1


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
    assert remove_directions(account.take(text), account) == stays
    assert account.balance == len(stays)


def test_paragraphs_come_on_one_line() -> None:
    account = Account()
    assert tidy_line(account.take("\xa0 One\n two\u200b.  \n"), account) == "One two."
    assert account.balance == len("One two.")


@pytest.mark.parametrize(
    ("text", "label", "left_out"),
    [
        ("MR. MCLUND: Yes.", "MR. MCLUND", ""),
        ("PRESIDENT LÓPEZ-ŠIMON (as interpreted): Yes.", "PRESIDENT LÓPEZ-ŠIMON", ""),
        ("OFFICIAL #2: Yes.", "OFFICIAL #2", ""),
        ("Q Yes.", "", Reason.QUESTIONS),
        ("Q: Yes.", "", Reason.QUESTIONS),
        ("QUESTION: Yes.", "", Reason.QUESTIONS),
        ("MODERATOR: Yes.", "MODERATOR", Reason.MODERATORS),
        ("WHITE HOUSE AIDE: Yes.", "WHITE HOUSE AIDE", Reason.MODERATORS),
        ("AUDIENCE MEMBERS: Yes.", "AUDIENCE MEMBERS", Reason.UNNAMED),
        ("UNIDENTIFIED SPEAKER: Yes.", "UNIDENTIFIED SPEAKER", Reason.UNNAMED),
    ],
)
def test_labels_in_capitals(text: str, label: str, left_out: str) -> None:
    account = Account()
    turn = turn_in_capitals(account.take(text), 3, account)
    assert turn is not None
    assert (turn.label, turn.text, turn.line, turn.left_out) == (label, "Yes.", 3, left_out)
    assert account.balance == len("Yes.")


@pytest.mark.parametrize(
    "text",
    ["Mr. Lund: Yes.", "2:29 p.m.", "EST 2:29 P.M.", "Q&A: Yes.", "Let me say: yes.", ""],
)
def test_what_is_no_label(text: str) -> None:
    assert turn_in_capitals(text, 1, Account()) is None


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
    found = match_label(text)
    assert found is not None
    assert (found["label"], text[found.end() :]) == (label, "Yes.")


@pytest.mark.parametrize(
    "text",
    ["First: yes.", "Note: yes.", "Second Point: Yes.", "So: Yes.", "We say: yes.", "10: yes.",
     "At 10:30 we met.", "10:30 a.m.", "One Two Three Four Five Six Seven: yes.", ""],
)  # fmt: skip
def test_what_is_no_label_in_capital_letters(text: str) -> None:
    assert match_label(text) is None


@pytest.mark.parametrize(
    ("text", "label", "left_out"),
    [
        ("Ada Veld: Yes.", "Ada Veld", ""),
        ("A: Yes.", "Ada Veld", ""),
        ("Spokesperson: Yes.", "Ada Veld", ""),
        ("Q: Yes.", "", Reason.QUESTIONS),
        ("The Paper: Yes.", "The Paper", Reason.QUESTIONS),
    ],
)
def test_one_speaks_and_all_others_ask(text: str, label: str, left_out: str) -> None:
    account = Account()
    found = match_label(account.take(text))
    assert found is not None
    turn = turn_of_label(found, 3, "Ada Veld", account)
    assert (turn.label, turn.text, turn.line, turn.left_out) == (label, "Yes.", 3, left_out)
    assert account.balance == len("Yes.")


@pytest.mark.parametrize(
    ("text", "followed", "left_out"),
    [
        ("The Paper: Yes.", True, Reason.QUESTIONS),
        ("The Paper: Yes?", False, Reason.QUESTIONS),
        ("The Paper: Yes?", None, Reason.QUESTIONS),
        ("Our Position: Yes.", False, Reason.UNIDENTIFIED),
        ("Our Position: Yes.", None, None),
        ("Our Position: the yes.", True, Reason.UNIDENTIFIED),
        ("Our Position: the yes?", False, Reason.UNIDENTIFIED),
        ("Our Position: the yes.", False, None),
        ("Norway’s Position: The yes.", False, None),
        ("Q: the yes.", False, Reason.QUESTIONS),
        ("Ada Veld: the yes.", False, ""),
    ],
)
def test_a_label_can_be_a_heading(text: str, followed: bool | None, left_out: str | None) -> None:
    account = Account()
    found = match_label(account.take(text))
    assert found is not None
    turn = turn_of_label(found, 3, "Ada Veld", account, followed)
    assert (turn.left_out if turn else None) == left_out
    assert account.balance == len(turn.text if turn else text)
    assert (left_out, turn and turn.label) != (Reason.UNIDENTIFIED, found["label"])


def test_what_is_before_the_speakers_own_label() -> None:
    texts = ["Good day.", "The Paper: When?", "AFP: And now?", "Ada Veld: Soon.", "It rains.",
             "Our Position: Rain.", "Q: And?", "A: Yes."]  # fmt: skip
    lines = [(text, line) for line, text in enumerate(texts, start=1)]
    following = {2: False, 3: True, 4: False, 6: False, 7: True, 8: False}
    assert answer_next(lines, "Ada Veld") == following
    assert answer_next(lines[:3], "Ada Veld") == {}


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
    assert speaks_for(label, "United States") is home


def test_offices_at_home_are_a_countrys_own() -> None:
    assert speaks_for("SPOKESPERSON ROE", "China")
    assert speaks_for("MS ROE", "China")
    assert not speaks_for("SECRETARY ROE", "China")
    assert not speaks_for("SECRETARY ROE", "")
