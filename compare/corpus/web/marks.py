"""Find what stands between quotation marks."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CLOSERS = {"“": "”", "‟": "”", '"': '"', "„": "“”", "«": "»", "»": "«"}
_MARK = re.compile(r'[“”‟"„«»‘’]')
_OPENED_BEHIND = " \t\n([{—–-/:,;.!?…“„«‘"


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words between quotation marks: `start` and `end` are theirs, without the marks.

    Attributes:
        closed: Whether the closing mark is there; without it the words go to the paragraph's end.
    """

    start: int
    end: int
    closed: bool = True


def quotations(text: str) -> list[Quoted]:
    """Return what stands between quotation marks, the outermost where they are nested.

    An apostrophe is no mark. Where a closing mark is missing, the next opening one begins anew.
    """
    scanner = _Scanner(text)
    for match in _MARK.finditer(text):
        scanner.see(match[0], match.start())
    return scanner.finished()


class _Scanner:
    """Goes over the marks once; what is in single marks may hold double ones, and the reverse."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: list[Quoted] = []
        self._opener, self._start, self._depth = "", 0, 0
        self._single: int | None = None  # where words in single marks begin
        self._inside = 0  # from which of `_found` on they are inside of single marks
        self._maybe = 0  # where single marks end if no better end comes

    def see(self, mark: str, at: int) -> None:
        if self._opener:
            self._see_in_double(mark, at)
        elif mark in _CLOSERS:
            if self._opens(at):
                self._opener, self._start, self._depth = mark, at + 1, 0
        elif mark == "‘":
            if self._opens(at) and not self._text[at + 1].isdigit():  # "‘90s"
                self._settle()
                self._single, self._inside, self._maybe = at + 1, len(self._found), 0
        elif mark == "’" and self._single is not None and self._closes(at):
            if self._text[at - 1] == "s" and self._text[at + 1 : at + 2] == " ":
                self._maybe = self._maybe or at  # the mark of "the ministers’ talks", perhaps
            else:
                self._maybe = at
                self._settle()

    def _see_in_double(self, mark: str, at: int) -> None:
        if mark == self._opener == "«":
            self._depth += 1
        elif mark in _CLOSERS[self._opener] and (mark != '"' or self._closes(at)):
            if self._depth:
                self._depth -= 1
            else:
                self._found.append(Quoted(self._start, at))
                self._opener = ""
        elif mark == self._opener and self._opens(at):
            self._start = at + 1

    def finished(self) -> list[Quoted]:
        self._settle()
        if self._opener:
            self._found.append(Quoted(self._start, len(self._text), closed=False))
        return self._found

    def _settle(self) -> None:
        """Close what stands in single marks at its end, if it has any."""
        if self._single is not None and self._maybe:
            inside = self._found[self._inside :]
            del self._found[self._inside :]
            self._found.append(Quoted(self._single, self._maybe))
            self._found += [quoted for quoted in inside if quoted.start > self._maybe]
        self._single = None

    def _opens(self, at: int) -> bool:
        before, behind = self._text[at - 1 : at] if at else "", self._text[at + 1 : at + 2]
        if self._text[at] in "“„‟«":
            return bool(behind.strip()) or self._text[at] == "«"
        return (not before or before in _OPENED_BEHIND) and bool(behind.strip())

    def _closes(self, at: int) -> bool:
        return not self._text[at - 1].isspace() and not self._text[at + 1 : at + 2].isalnum()
