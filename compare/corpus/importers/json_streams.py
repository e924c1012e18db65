"""Read JSON that is too large to hold: a line after the other, or one element of a list."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from compare.corpus.text_files import Readable, open_text, read_lines
from compare.corpus.values import BadFileError, Problem, Row

LARGEST = 16_000_000
"""Characters of the largest element."""

_CHUNK = 1_000_000
_HEAD = 1_000
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=lambda name: "")
_BLANKS = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Object:
    """An object, its numbers as they are written, and the line on which it starts."""

    line: int
    values: Mapping[str, Any]


def read_objects(
    path: Readable, file: str, lists: Collection[str] = ()
) -> Iterator[Object | Problem]:
    """Yield the objects of a file.

    They stand in one list, in a list that is the first entry of an object under one of the names
    in `lists`, or one on each line.

    Raises:
        BadFileError: The file, or the rest of it, cannot be read.
    """
    start = _list_start(lists)
    with open_text(path) as opened:
        head = opened.read(_HEAD)
    values = _elements(path, start) if start.match(head) else _lines(path, file)
    for found in values:
        if isinstance(found, Problem) or isinstance(found.values, dict):
            yield found
        else:
            yield Row(file, found.line, {}).problem("this is no JSON object; leave it out")


def starts_list(head: str, lists: Collection[str] = ()) -> bool:
    """Say whether a file that starts so holds such a list."""
    return bool(_list_start(lists).match(head))


def _list_start(lists: Collection[str]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, lists))
    return re.compile(rf'\s*(?:\{{\s*"(?:{names})"\s*:\s*)?\[' if names else r"\s*\[")


def _lines(path: Readable, file: str) -> Iterator[Object | Problem]:
    first = True
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        try:
            yield Object(number, _DECODER.decode(line.strip("\ufeff \t\r\n")))
        except (json.JSONDecodeError, RecursionError) as error:
            said = "this is no JSON with one object on each line"
            if first:
                raise BadFileError(f"{said}, nor a list of objects", number) from None
            where = f", column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
            yield Row(file, number, {}).problem(f"{said}{where}; mend the line")
        first = False


def _elements(path: Readable, start: re.Pattern[str]) -> Iterator[Object]:
    with open_text(path) as stream:
        text = _Text(stream)
        text.pass_over(start)
        while text.next() != "]":
            line = text.line
            yield Object(line, text.value())
            if text.next() != ",":
                break
            text.at += 1
        if text.next() != "]":
            raise BadFileError("the list is cut short; fetch the file again", text.line)


class _Text:
    """The part of a file from where it is read on."""

    def __init__(self, stream: TextIO) -> None:
        self.at = 0
        self._stream = stream
        self._text = ""
        self._line = 1
        self._counted = 0
        self._ended = False

    @property
    def line(self) -> int:
        self._line += self._text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def pass_over(self, start: re.Pattern[str]) -> None:
        self._read(_HEAD)
        found = start.match(self._text)
        self.at = found.end() if found else 0

    def next(self) -> str:
        """Return the next character that is no blank, "" at the end, and stand before it."""
        while True:
            found = _BLANKS.match(self._text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self._text) or self._ended:
                return self._text[self.at : self.at + 1]
            self._read(_CHUNK)

    def value(self) -> Any:
        """Return the value that starts here, and stand behind it."""
        size = _CHUNK
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self.at)
            except json.JSONDecodeError as error:
                if self._ended or len(self._text) - self.at > LARGEST:
                    said = (
                        "the list is cut short"
                        if self._ended
                        else f"no JSON ({error.msg}), or longer than {LARGEST:,} characters"
                    )
                    raise BadFileError(f"{said}; fetch the file again", self.line) from None
            except RecursionError:
                raise BadFileError("this is nested too deep", self.line) from None
            else:
                if end < len(self._text) or self._ended:
                    self.at = end
                    return value
            self._read(size)
            size *= 2

    def _read(self, size: int) -> None:
        more = self._stream.read(size)
        self._line = self.line
        self._text = self._text[self.at :] + more
        self.at = self._counted = 0
        self._ended = not more
