"""Read the list of objects that a JavaScript file assigns; nothing of the file is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from compare.corpus.values import BadFileError

_LIST = re.compile(r"=\s*\[|\A\s*\[")
_BLANKS = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_NUMBER = re.compile(r"[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_INSIDE = {
    "'": re.compile(r"[^'\\\n]*(?:\\.[^'\\\n]*)*", re.DOTALL),
    '"': re.compile(r'[^"\\\n]*(?:\\.[^"\\\n]*)*', re.DOTALL),
    "`": re.compile(r"[^`\\]*(?:\\.[^`\\]*)*", re.DOTALL),
}
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL
)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0",
            "\n": "", "\r\n": ""}  # fmt: skip
_WORDS = {"true": True, "false": False, "null": None, "undefined": None}
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Literal:
    """An object of the list, the line on which it starts, and whether the file holds its end."""

    line: int
    values: dict[str, Any]
    whole: bool = True


class _EndOfFileError(Exception):
    """The file ends inside a value; `text` is what there is of it."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.text = text


def read_list(text: str) -> Iterator[Literal]:
    """Yield the objects of the first list that is assigned.

    Numbers stay as they are written. Of an object that the end of the file cuts short there is
    what stands before it.

    Raises:
        BadFileError: There is no such list, or something else than values stands in it.
    """
    start = _LIST.search(text)
    if start is None:
        raise BadFileError("no list is assigned in it; name the files with the messages")
    reading = _Reading(text, start.end())
    while reading.next() not in ("]", ""):
        line, values = reading.line, dict[str, Any]()
        try:
            reading.fill(values)
        except _EndOfFileError:
            yield Literal(line, values, whole=False)
            return
        yield Literal(line, values)
        if reading.next() == ",":
            reading.at += 1


class _Reading:
    """A place in the text, and the values that start there."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self._depth = 0
        self._counted = (0, 1)

    @property
    def line(self) -> int:
        before, line = self._counted
        line += self.text.count("\n", before, self.at)
        self._counted = (self.at, line)
        return line

    def next(self) -> str:
        """Return the next character that is no blank or comment, and stand before it."""
        blanks = _BLANKS.match(self.text, self.at)
        self.at = blanks.end() if blanks else self.at
        return self.text[self.at : self.at + 1]

    def fill(self, values: dict[str, Any]) -> None:
        """Read an object into `values`."""
        self._take("{")
        while self.next() != "}":
            name = self._name()
            self._take(":")
            try:
                values[name] = self._value()
            except _EndOfFileError as end:
                values[name] = end.text
                raise
            if self.next() != "}":
                self._take(",")
        self.at += 1

    def _value(self) -> Any:
        mark = self.next()
        if mark in _INSIDE:
            return self._string(mark)
        if mark in ("[", "{"):
            return self._nested(mark)
        if found := _NUMBER.match(self.text, self.at):
            self.at = found.end()
            return found[0]
        found = _NAME.match(self.text, self.at)
        if found and found[0] in _WORDS:
            self.at = found.end()
            return _WORDS[found[0]]
        raise self._bad()

    def _nested(self, mark: str) -> Any:
        if self._depth == _DEEPEST:
            raise BadFileError("this is nested too deep", self.line)
        self._depth += 1
        inside: dict[str, Any] = {}
        found: Any = inside
        if mark == "{":
            self.fill(inside)
        else:
            found = self._list()
        self._depth -= 1
        return found

    def _list(self) -> list[Any]:
        self._take("[")
        values: list[Any] = []
        while self.next() != "]":
            values.append(self._value())
            if self.next() != "]":
                self._take(",")
        self.at += 1
        return values

    def _string(self, mark: str) -> str:
        found = _INSIDE[mark].match(self.text, self.at + 1)
        inside = found[0] if found else ""
        end = self.at + 1 + len(inside)
        plain = _ESCAPE.sub(_character, inside)
        if end >= len(self.text):
            raise _EndOfFileError(plain)
        if self.text[end] != mark or (mark == "`" and "${" in inside):
            raise self._bad()
        self.at = end + 1
        return plain

    def _name(self) -> str:
        mark = self.next()
        if mark in ("'", '"'):
            return self._string(mark)
        found = _NAME.match(self.text, self.at) or _NUMBER.match(self.text, self.at)
        if found is None:
            raise self._bad()
        self.at = found.end()
        return found[0]

    def _take(self, mark: str) -> None:
        if self.next() != mark:
            raise self._bad()
        self.at += 1

    def _bad(self) -> Exception:
        if self.at >= len(self.text):
            return _EndOfFileError()
        return BadFileError("this is no plain list of objects; mend it there", self.line)


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code is None:
        return _ESCAPED.get(found[4], found[4])
    return chr(int(code, 16)) if int(code, 16) < 0x110000 else "\ufffd"
