"""Open text files in the encodings that can be known for sure."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import IO, Literal, Protocol

from compare.corpus.values import BadFileError

REMEDY = 'save it as UTF-8 (in a spreadsheet program: "CSV UTF-8")'


class Readable(Protocol):
    """A file on disk (`Path`), or one out of an archive."""

    def open(self, mode: Literal["rb"]) -> IO[bytes]:
        """Open it from its start."""


def read_lines(path: Readable) -> Iterator[str]:
    r"""Yield the lines of a file with their line ends ("\\n", "\\r\\n" or "\\r") as they are.

    Raises:
        BadFileError: The file is not UTF-8, with or without a byte order mark, nor UTF-16 with
            one, or it is no text.
    """
    encoding = _encoding(path)
    try:
        with path.open("rb") as raw, io.TextIOWrapper(raw, encoding, newline="") as file:
            for number, line in enumerate(file, start=1):
                if "\0" in line:
                    raise BadFileError(
                        f"this is no text (it holds a NUL character): {REMEDY}", number
                    )
                yield line
    except UnicodeError:
        raise BadFileError(_where_bad(path, encoding)) from None


def read_text(path: Readable) -> str:
    """Return the whole text of a file; raise as `read_lines` does."""
    return "".join(read_lines(path))


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
    with path.open("rb") as file:
        content = file.read()
    mark = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
    try:
        content[mark:].decode("utf-16" if encoding == "utf-16" else "utf-8")
    except UnicodeDecodeError as error:
        offset = mark + error.start
        return f"byte {offset} (0x{content[offset]:02X}) is not {name}: {REMEDY}"
    return f"this is not {name}: {REMEDY}"
