"""Transcripts: turns with a name before each, and the question beside its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from compare.corpus.importers.account import Account

QUESTIONS = "questions (kept beside the answer)"
MODERATORS = "moderators, staff and interpreters"
UNNAMED = "audience and other unnamed voices"
NAMES = "names before turns"
DIRECTIONS = "stage directions"

_KEPT = (
    r"As interp|As transl|Through interp|Inaudible|In progress|Speaks?\b|Speaking|Off-mic|Audio"
    r"|Microphone|No translation"
)
_DIRECTION = re.compile(
    rf"(?:^| )\((?:(?!{_KEPT})[A-Z][^()]*[.!]|(?i:laughter|applause|laughs?|coughs|cheers"
    r"|clears throat|cross-?talk|boos|laughter(?: and|,) applause)\.?)\)"
)
_INTERPRETED = re.compile(r"\((?:as interpreted|as translated|through interpreter)[.:]?\) ?", re.I)
UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff\ufffc]")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one voice says without a break.

    Attributes:
        label: Who it is, as the transcript has it.
        text: The words, free of layout; each character of them is still to be accounted for.
        line: Where it starts in the file.
        left_out: Why it is no statement: one of the reasons above; "" where it is one.
        note: What stands in brackets behind the label, or in the heading above it.
    """

    label: str
    text: str
    line: int
    left_out: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A turn that is a statement, its number in the document, and what was asked before it."""

    number: int
    turn: Turn
    question: str = ""
    asked_by: str = ""

    @property
    def cells(self) -> dict[str, str]:
        """Return the cells of a row that the transcript alone tells."""
        return {
            "text": self.turn.text,
            "turn": str(self.number),
            "question": self.question,
            "asked_by": self.asked_by,
        }


def answers(turns: Iterable[Turn], account: Account) -> Iterator[Said]:
    """Yield the turns that are statements; all others go to the account.

    A question stands beside the first statement that follows it, whoever makes it; several
    questions stand there in their order.
    """
    asked: list[Turn] = []
    for number, turn in enumerate(turns, start=1):
        if turn.left_out:
            account.leave(turn.left_out, turn.text, piece=True)
            if turn.left_out == QUESTIONS and turn.text:
                asked.append(turn)
        elif not turn.text:
            account.leave("turns without words", "", piece=True)
        else:
            askers = dict.fromkeys(question.label for question in asked if question.label)
            yield Said(number, turn, "\n".join(q.text for q in asked), "; ".join(askers))
            asked = []


def gathered(
    parts: Iterable[Turn | str | None], before: Callable[[str], None], account: Account
) -> Iterator[Turn]:
    """Yield whole turns, without "(Laughter.)".

    Args:
        parts: What starts a turn, further paragraphs, and None where a turn ends without another.
        before: Takes a paragraph that belongs to no turn.
        account: Of the import.
    """
    turn: Turn | None = None
    for part in parts:
        if not isinstance(part, str):
            if turn is not None:
                yield turn
            turn = part and replace(part, text=without_directions(part.text, account))
        elif turn is None:
            before(part)
        elif words := without_directions(part, account):
            turn = longer(turn, words, account)
    if turn is not None:
        yield turn


def longer(turn: Turn, text: str, account: Account) -> Turn:
    """Return the turn with one more paragraph."""
    return replace(turn, text=joined([turn.text, text] if turn.text else [text], account))


def joined(paragraphs: Sequence[str], account: Account) -> str:
    """Return paragraphs as one text; its line breaks were counted as blanks that were left out."""
    account.characters_left_out["blanks"] -= max(0, len(paragraphs) - 1)
    return "\n".join(paragraphs)


def paragraphs(text: str, account: Account) -> Iterator[tuple[str, int]]:
    """Yield the lines of a text that are not blank, each tidied, and their numbers."""
    for number, raw in enumerate(text.splitlines(keepends=True), start=1):
        if line := tidied(raw, account):
            yield line, number


def tidied(text: str, account: Account) -> str:
    """Return a paragraph on one line, with one blank where there are several."""
    text = account.without("characters that cannot be seen", UNSEEN, text)
    line = " ".join(text.split())
    account.characters_left_out["blanks"] += len(text) - len(line)
    return line


def without_directions(text: str, account: Account) -> str:
    """Return what a voice says without "(Laughter.)"; "(inaudible)" stays: words are missing."""
    text = account.without(DIRECTIONS, _DIRECTION, text)
    return account.stripped(text)


def without_interpreter(turn: Turn, account: Account) -> tuple[Turn, bool]:
    """Return the turn without "(As interpreted.)", and whether it was there."""
    text = account.stripped(account.without(DIRECTIONS, _INTERPRETED, turn.text))
    return replace(turn, text=text), text != turn.text or bool(_INTERPRETED.match(turn.note))
