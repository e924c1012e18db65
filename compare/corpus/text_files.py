"""Open text files in the encodings that can be known for sure."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Literal, Protocol, TextIO

from compare.corpus.values import BadFileError

LONGEST_LINE = 32_000_000
"""Characters; a longer line is no line of a table and no paragraph."""

REMEDY = 'save it as UTF-8 (in a spreadsheet program: "CSV UTF-8")'
_BLOCK = 1 << 16


class Readable(Protocol):
    """A file on disk (`Path`), or one out of an archive."""

    def open(self, mode: Literal["rb"]) -> IO[bytes]:
        """Open it from its start."""


@contextmanager
def open_text(path: Readable) -> Iterator[TextIO]:
    r"""Open a text with its line ends ("\\n", "\\r\\n" or "\\r") as they are.

    Raises:
        BadFileError: What is read is not UTF-8, with or without a byte order mark, nor UTF-16
            with one.
    """
    encoding = _encoding(path)
    try:
        with path.open("rb") as raw, io.TextIOWrapper(raw, encoding, newline="") as file:
            yield file
    except UnicodeError:
        raise BadFileError(_where_bad(path, encoding)) from None


def read_lines(path: Readable, longest: int = LONGEST_LINE) -> Iterator[str]:
    """Yield the lines of a file with their line ends as they are.

    Raises:
        BadFileError: As of `open_text`, or it is no text, or a line is longer than `longest`.
    """
    with open_text(path) as file:
        number = 0
        while line := file.readline(longest):
            number += 1
            if "\0" in line:
                raise BadFileError(f"this is no text (it holds a NUL character): {REMEDY}", number)
            if len(line) == longest:
                raise BadFileError(
                    f"a line is longer than {longest:,} characters; break it into several", number
                )
            yield line


def read_text(path: Readable) -> str:
    """Return the whole text of a file, which can be one line; raise as `read_lines` does."""
    return "".join(read_lines(path, longest=-1))


def _encoding(path: Readable) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    if start in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        raise BadFileError(f"this is UTF-32: {REMEDY}")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def _where_bad(path: Readable, encoding: str) -> str:
    """Say which byte cannot be read: a stream knows only its place in a block."""
    name = "UTF-16" if encoding == "utf-16" else "UTF-8"
    decoder = codecs.getincrementaldecoder(name)()
    with path.open("rb") as file:
        before = 0
        while True:
            block = file.read(_BLOCK)
            held = len(decoder.getstate()[0])  # bytes of the block before
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                offset = before - held + error.start
                return f"byte {offset} (0x{error.object[error.start]:02X}) is not {name}: {REMEDY}"
            if not block:
                return f"this is not {name}: {REMEDY}"
            before += len(block)
