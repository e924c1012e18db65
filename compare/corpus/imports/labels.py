"""The names that stand before turns, and what they tell: who speaks, who asks, who is nobody."""

from __future__ import annotations

import re

from compare.corpus.imports.account import Account
from compare.corpus.imports.turns import MODERATORS, NAMES, QUESTIONS, UNNAMED, Turn

_COLON = r":(?!(?<=\d:)\d) ?"  # and not that of a clock
_SHOUTED = r"[A-ZÀ-ÖØ-ÞĀ-Ž][A-ZÀ-ÖØ-ÞĀ-Ž’'.\-]*"
_IN_CAPITALS = re.compile(
    rf"({_SHOUTED}(?: (?:{_SHOUTED}|M[ac]+[A-Z]+|#?\d)){{0,6}})(?: (\([^()]*\)))?{_COLON}"
)
_QUESTION = re.compile(r"Q(?:UESTIONS?)?(?: ?:(?: |$)| |$)")
_LEFT_OUT = {
    MODERATORS: re.compile(
        r"M[OD]*ERATOR|OPERATOR|ANNOUNCER|INTERPRETER|TRANSLATOR|(?:[A-Z]+ )*(?:AIDE|STAFF|STAFFER)"
        r"|.*\bCREW(?: MEMBER)?"
    ),
    UNNAMED: re.compile(
        r"AUDIEN\w+(?: MEMBERS?)?|PARTIC\w+|(?:AN? )?(?:CHILD|CHILDREN|STUDENT|CUSTOMER|REPORTER)S?"
        r"|MEMBERS? OF .*|CROWD|ALL|PROTEST[EO]RS?|UNIDENTIFIED .*|VOICES?"
    ),
}  # fmt: skip

_WORD = r"[A-Z0-9][\w’'.&/-]*"
_CAPITALISED = re.compile(
    rf"(?P<label>{_WORD}(?: (?:{_WORD}|of|the|and|de|for))*)(?: \([^()]*\))?{_COLON}"
)
ASKERS = frozenset({"q", "question", "questions", "journalist", "reporter", "follow-up"})
ANSWERS = frozenset({"a", "answer", "spokesperson", "spokeswoman", "spokesman"})
_COUNTED = re.compile(
    r"(?:First|Second|Third|Four|Fif|Six|Last|Final|One|Two|Three|Note|Source|Photo|Link)\w*"
)
_MOST_WORDS = 6

_HONORIFIC = re.compile(r"(?:M[RS]S?|DR)\.? ")
_OFFICE = re.compile(
    r"(?:(?:THE|FORMER|DEPUTY|ASSISTANT|ACTING|STATE|LT\.|VICE|PRIME|FIRST|SURGEON|ATTORNEY|FOREIGN"
    r"|SPECIAL|UNDER) |SECRETARY[ -](?=GENERAL))*"
    r"(?:PRESIDENT|SECRETARY|GENERAL|GOVERNOR|SENATOR|REPRESENTATIVE|CONGRESS(?:WO)?MAN|MAYOR"
    r"|ADMINISTRATOR|AMBASSADOR|DIRECTOR|CHAIR(?:MAN|WOMAN)?|ADVISOR|MINISTER|CHANCELLOR|KING|QUEEN"
    r"|AMIR|LADY|GENTLEM[AE]N|SPEAKER|LEADER|JUSTICE|JUDGE|COMMISSIONER|COLONEL|ADMIRAL|MAJOR|CHIEF"
    r"|COUNSEL|COORDINATOR|ENVOY|RABBI|CHAPLAIN|PRINCE(?:SS)?|POPE|ASSISTANT) "
)
_ABROAD = re.compile(
    r"(?:VICE )?PRESIDENT|PRIME MINISTER|(?:FOREIGN )?MINISTER|CHANCELLOR|KING|QUEEN|AMIR|POPE"
    r"|PRINCE(?:SS)?|SECRETARY[ -]GENERAL|FIRST LADY"
)


def shouted(text: str, line: int, account: Account) -> Turn | None:
    """Return the turn that a paragraph starts where its label is in capitals ("MS. ROE: ...").

    "Q" and "QUESTION" start a question. The label goes to the account.
    """
    if found := _QUESTION.match(text):
        account.leave(NAMES, found[0])
        return Turn("", text[found.end() :], line, QUESTIONS)
    found = _IN_CAPITALS.match(text)
    if found is None:
        return None
    account.leave(NAMES, found[0])
    label = found[1]
    reason = next((why for why, who in _LEFT_OUT.items() if who.fullmatch(label)), "")
    return Turn(label, text[found.end() :], line, reason, found[2] or "")


def capitalised(text: str) -> re.Match[str] | None:
    """Return the label a paragraph starts with: capitalised words, and no "First:"."""
    found = _CAPITALISED.match(text)
    if found is None or _COUNTED.fullmatch(found["label"]) or found["label"].isdecimal():
        return None
    return found if len(found["label"].split()) <= _MOST_WORDS else None


def voice(found: re.Match[str], line: int, speaker: str, account: Account) -> Turn:
    """Return the turn behind such a label: the one speaker's, or a question of anybody else.

    The label goes to the account.
    """
    account.leave(NAMES, found[0])
    label, words = found["label"], found.string[found.end() :]
    if label.casefold() in ANSWERS | {speaker.casefold()}:
        return Turn(speaker, words, line)
    return Turn("" if label.casefold() in ASKERS else label, words, line, QUESTIONS)


def split_label(label: str) -> tuple[str, str]:
    """Return office and surname of a label in capitals, the whole as surname where it has none."""
    if found := _HONORIFIC.match(label):
        return "", label[found.end() :]
    found = _OFFICE.match(label)
    return (found[0].strip(), label[found.end() :]) if found else ("", label)


def is_abroad(office: str) -> bool:
    """Say whether an office in capitals is a guest's in a transcript of the United States."""
    return bool(_ABROAD.fullmatch(office))
