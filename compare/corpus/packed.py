"""Files packed by gzip or bzip2 are unpacked as they are read; and how much may be unpacked."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from typing import IO, cast

from compare.corpus.values import BadFileError

MOST_UNPACKED = 16 * 1024**3
"""Bytes that anything may unpack to."""

MOST_TIMES = 300
"""How many times its own size a file of more than `SMALL` bytes unpacked may unpack to."""

SMALL = 64 * 1024**2

DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError,
)  # fmt: skip
"""What reading a damaged archive raises, or one with a password."""

_ENDINGS = (".gz", ".bz2")


def most_unpacked(size: int) -> int:
    """Return how many bytes a packed file of a size may unpack to, if it is what it says."""
    return min(MOST_UNPACKED, max(SMALL, MOST_TIMES * size))


def plain_name(name: str) -> str:
    """Return a file's name without the ending that says that it is packed."""
    return next((name[: -len(end)] for end in _ENDINGS if name.casefold().endswith(end)), name)


def unpacked(raw: IO[bytes], name: str) -> IO[bytes]:
    """Return what a file of a name holds; reading it raises `BadFileError` where it is damaged."""
    if plain_name(name) == name:
        return raw
    gzipped = name.casefold().endswith(".gz")
    inner = gzip.GzipFile(fileobj=raw) if gzipped else bz2.BZ2File(raw)
    return cast(IO[bytes], io.BufferedReader(_Unpacking(raw, inner)))


class _Unpacking(io.RawIOBase):
    def __init__(self, raw: IO[bytes], inner: gzip.GzipFile | bz2.BZ2File) -> None:
        self._raw = raw
        self._inner = inner
        self._taken = 0

    def readable(self) -> bool:
        return True

    # typeshed has a type for the buffer that Python 3.11 has no name for
    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        try:
            part = self._inner.read(len(buffer))
        except (OSError, EOFError, zlib.error) as error:
            raise BadFileError(
                f"this is cut short or damaged ({error or type(error).__name__}); fetch it again"
            ) from None
        self._taken += len(part)
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
