"""Open UTF-8 and UTF-16 text files, and unpack gzip and bzip2."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Literal, Protocol, TextIO, cast

from compare.corpus.values import BadFileError, DamagedFileError

LONGEST_LINE = 32_000_000
"""Characters; a longer line is neither a row of a table nor a paragraph."""

MOST_UNPACKED = 16 * 1024**3
"""Bytes; no file may unpack to more."""

MOST_TIMES = 300
"""A file may unpack to so many times its size, or to `SMALL` bytes if that is more."""

SMALL = 64 * 1024**2

DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError,
)  # fmt: skip
"""Exceptions from reading an archive that is damaged or has a password."""

REMEDY = 'save it as UTF-8 (in a spreadsheet program: "CSV UTF-8")'

UNPACK = "unpack it, and name what is in it"
AS_TABLE = "save it as XLSX or CSV"
AS_DOCUMENT = "save it as PDF or text"
"""Remedies for files of kinds that cannot be read."""

_LEAVE_OUT = "leave it out"
_STARTS = tuple(
    (re.compile(start, re.DOTALL), kind, remedy)
    for start, kind, remedy in (
        (rb"\x89PNG", "a PNG picture", _LEAVE_OUT),
        (rb"\xff\xd8\xff", "a JPEG picture", _LEAVE_OUT),
        (rb"GIF8[79]a.{0,6}\0", "a GIF picture", _LEAVE_OUT),
        (
            rb"PK\x03\x04",
            "a workbook, a document or another ZIP archive",
            "save it as CSV, PDF or text, or unpack it; the name of a workbook ends in .xlsx",
        ),
        (rb"PK\x05\x06", "an empty ZIP archive", _LEAVE_OUT),
        (
            rb"\xd0\xcf\x11\xe0",
            "a workbook or document of an old office program",
            "save it as XLSX, CSV, PDF or text",
        ),
        (rb"%PDF-[12]\.", "a PDF", "end its name in .pdf"),
        (rb"\x1f\x8b", "packed with gzip", UNPACK),
        (rb"BZh[1-9]1AY&SY", "packed with bzip2", UNPACK),
        (rb"7z\xbc\xaf", "a 7z archive", UNPACK),
        (rb"PAR1\x15", "a Parquet file", AS_TABLE),
        (rb"SQLite format 3\0", "an SQLite database", AS_TABLE),
    )
)
"""First bytes, which no text has, of files that are often given the ending of a text file."""

_BLOCK = 1 << 16
_PACKED = (".gz", ".bz2")


class Readable(Protocol):
    """A file on disk (`Path`), or one in an archive."""

    def open(self, mode: Literal["rb"]) -> IO[bytes]:
        """Open it at its start."""


@contextmanager
def open_text(path: Readable) -> Iterator[TextIO]:
    """Open a text file without translating its line ends.

    Raises:
        BadFileError: The file is neither UTF-8 nor UTF-16 with a byte order mark.
    """
    encoding = _encoding(path)
    try:
        with path.open("rb") as raw, io.TextIOWrapper(raw, encoding, newline="") as file:
            yield file
    except UnicodeError:
        raise BadFileError(_bad_byte(path, encoding)) from None


def read_lines(path: Readable, longest: int = LONGEST_LINE) -> Iterator[str]:
    """Yield the lines of a file with their line ends.

    Raises:
        BadFileError: As in `open_text`, or it has NUL characters or a line beyond `longest`.
    """
    with open_text(path) as file:
        number = 0
        while line := file.readline(longest):
            number += 1
            if "\0" in line:
                raise BadFileError(f"this is not text (it has a NUL character): {REMEDY}", number)
            if len(line) == longest:
                raise BadFileError(
                    f"a line is longer than {longest:,} characters; break it into several", number
                )
            yield line


def read_text(path: Readable) -> str:
    """Return the whole text of a file; lines can have any length."""
    return "".join(read_lines(path, longest=-1))


def other_kind(content: bytes) -> tuple[str, str] | None:
    """Return the kind of what is no text, judging by its start, and what to do with it."""
    return next(((kind, remedy) for start, kind, remedy in _STARTS if start.match(content)), None)


def _encoding(path: Readable) -> str:
    with path.open("rb") as file:
        start = file.read(16)
    if found := other_kind(start):
        kind, remedy = found
        raise BadFileError(f"this is {kind}, not text; {remedy}")
    if start[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        raise BadFileError(f"this is UTF-32: {REMEDY}")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def _bad_byte(path: Readable, encoding: str) -> str:
    """Say which byte cannot be decoded."""
    # the error of a text stream gives only the offset in its current block, so decode again
    name = "UTF-16" if encoding == "utf-16" else "UTF-8"
    decoder = codecs.getincrementaldecoder(name)()
    with path.open("rb") as file:
        before = 0
        while True:
            block = file.read(_BLOCK)
            held = len(decoder.getstate()[0])  # bytes kept from the block before
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                offset = before - held + error.start
                return f"byte {offset} (0x{error.object[error.start]:02X}) is not {name}: {REMEDY}"
            if not block:
                return f"this is not {name}: {REMEDY}"
            before += len(block)


# -- packed files --------------------------------------------------------------------------------


def most_unpacked(size: int) -> int:
    """Return the number of bytes that a packed file of `size` bytes may unpack to."""
    return min(MOST_UNPACKED, max(SMALL, MOST_TIMES * size))


def plain_name(name: str) -> str:
    """Return the name of a file without ".gz" or ".bz2"."""
    return next((name[: -len(end)] for end in _PACKED if name.casefold().endswith(end)), name)


def unpacked(raw: IO[bytes], name: str) -> IO[bytes]:
    """Return the content of a file, unpacked while reading if its name ends in ".gz" or ".bz2".

    Reading raises `DamagedFileError` if it is damaged, `BadFileError` if it unpacks to more than
    `most_unpacked`.
    """
    if plain_name(name) == name:
        return raw
    gzipped = name.casefold().endswith(".gz")
    inner = gzip.GzipFile(fileobj=raw) if gzipped else bz2.BZ2File(raw)
    return cast(IO[bytes], io.BufferedReader(_Unpacking(raw, inner)))


class _Unpacking(io.RawIOBase):
    def __init__(self, raw: IO[bytes], inner: gzip.GzipFile | bz2.BZ2File) -> None:
        self._raw, self._inner, self._taken = raw, inner, 0

    def readable(self) -> bool:
        return True

    # Python 3.11 has no name for the type of the buffer in typeshed
    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        try:
            part = self._inner.read(len(buffer))
        except gzip.BadGzipFile:
            raise DamagedFileError("it is not packed with gzip, or not all of it") from None
        except (OSError, EOFError, zlib.error) as error:
            raise DamagedFileError(str(error) or type(error).__name__) from None
        self._taken += len(part)
        # compared with the packed bytes read so far: the total size need not be known
        if self._taken > most_unpacked(self._raw.tell()):
            raise BadFileError(
                "this unpacks to far more than such a file holds; unpack it yourself if you "
                "trust it"
            )
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            self._raw.close()
        super().close()
