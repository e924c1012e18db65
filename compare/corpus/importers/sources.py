"""Walk over the files of a public corpus: in folders, in archives, or named one by one.

Archives are read member by member and never unpacked to disk, so that a member's name can reach no
other file. Links and special files in them are left out.
"""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, Self

from compare.corpus.text_files import (
    DAMAGED,
    LONGEST_LINE,
    most_unpacked,
    plain_name,
    read_lines,
    unpacked,
)
from compare.corpus.values import BadFileError
from compare.errors import CorpusError

MOST_OF_MEMBER = 256 * 1024**2
"""Bytes that one file in an archive may unpack to."""

MOST_OF_HEADER = 1024**2
"""Bytes that the long name of a member, or what else a header says of it, may take."""

_LONG_HEADERS = frozenset(
    {
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.SOLARIS_XHDTYPE,
    }
)
_TOO_LONG = f"this is larger than {LONGEST_LINE // 1_000_000} MB, which no text of this corpus is"
_TAR = (".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: on disk, or a member of an archive, whose bytes are held.

    One that is packed by gzip or bzip2 is read as if it were not.

    Attributes:
        name: Its path below what was named, with "/" between its parts.
        label: What messages and `source_file` call it.
        content: The bytes of an archive's member; None for a file on disk.
    """

    name: str
    label: str
    path: Path
    content: bytes | None = None

    @property
    def base(self) -> str:
        """Return the file's own name, without what says that it is packed."""
        return plain_name(self.name.rpartition("/")[2])

    @property
    def kind(self) -> str:
        """Return the ending of that name in lower case: ".csv"."""
        dot, ending = self.base.casefold().rpartition(".")[1:]
        return dot + ending if dot else ""

    def open(self, mode: Literal["rb"] = "rb") -> IO[bytes]:
        """Open it from its start; raise `BadFileError` where that cannot be done."""
        if self.content is not None:
            return unpacked(io.BytesIO(self.content), self.name)
        try:
            return unpacked(self.path.open(mode), self.name)
        except OSError as error:
            raise BadFileError.unreadable(error) from None

    def bytes(self) -> bytes:
        """Return all of it, if it is no larger than one text can be."""
        with self.open() as opened:
            content = opened.read(LONGEST_LINE + 1)
        if len(content) > LONGEST_LINE:
            raise BadFileError(_TOO_LONG)
        return content

    def text(self) -> str:
        """Return its text, if it is no larger than one text can be; raise as `read_lines` does."""
        lines, length = [], 0
        for line in self.lines():
            lines.append(line)
            length += len(line)
            if length > LONGEST_LINE:
                raise BadFileError(_TOO_LONG)
        return "".join(lines)

    def lines(self) -> Iterator[str]:
        """Yield its lines as `compare.corpus.text_files.read_lines` does."""
        return read_lines(self)


class Source:
    """All files of the paths that were named, in a fixed order."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Check that the paths are there.

        Raises:
            CorpusError: No path is given, or one does not exist.
        """
        if not paths:
            raise CorpusError("No corpus is named: give the path of a file, archive or folder.")
        for path in paths:
            if not path.exists():
                raise CorpusError(f"There is no file or folder {str(path)!r}: check the path.")
        self.paths = tuple(paths)

    def entries(self) -> Iterator[Entry]:
        """Yield every file, hidden and stray ones too.

        Raises:
            CorpusError: A folder or an archive cannot be read, or an archive unpacks to more than
                is taken.
        """
        for path in self.paths:
            if path.is_dir():
                yield from _in_folder(path)
            elif path.name.casefold().endswith(_TAR):
                yield from _guarded(path, _in_tar(path))
            elif path.suffix.casefold() == ".zip":
                yield from _guarded(path, _in_zip(path))
            else:
                yield Entry(path.name, str(path), path)

    def beside(self, name: str) -> Entry | None:
        """Return a file of this name (any case): next to a file that is named, or one of all."""
        wanted = name.casefold()
        for path in self.paths:
            for place in () if path.is_dir() else sorted(path.parent.iterdir()):
                if place.name.casefold() == wanted and place.is_file():
                    return Entry(place.name, str(place), place)
        return next((e for e in self.entries() if e.base.casefold() == wanted), None)


def _in_folder(folder: Path) -> Iterator[Entry]:
    def refuse(error: OSError) -> None:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}.")

    found = (Path(place, n) for place, _, names in os.walk(folder, onerror=refuse) for n in names)
    for path in sorted(path for path in found if path.is_file()):
        yield Entry(path.relative_to(folder).as_posix(), str(path), path)


class _Budget:
    """How much an archive may still unpack to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unpacked = 0
        self.most = most_unpacked(path.stat().st_size)

    def take(self, name: str, size: int) -> None:
        self.unpacked += size
        if size > MOST_OF_MEMBER:
            raise CorpusError(
                f"{self.path}: the file {name!r} in it unpacks to more than "
                f"{MOST_OF_MEMBER // 1024**2} MB; unpack it yourself if you trust it, and name "
                "the folder."
            )
        if self.unpacked > self.most:
            raise CorpusError(
                f"{self.path} unpacks to more than {self.most // 1024**2} MB, far more than such "
                "an archive holds; unpack it yourself if you trust it, and name the folder."
            )


def _guarded(path: Path, members: Iterator[tuple[str, bytes]]) -> Iterator[Entry]:
    """Yield an archive's files; say in one sentence where it is damaged."""
    count = 0
    while True:
        try:
            name, content = next(members)
        except StopIteration:
            return
        except (*DAMAGED, tarfile.TarError, OSError) as error:
            said = str(error) or type(error).__name__
            raise CorpusError(
                f"{path} is cut short or damaged behind the first {count} files ({said}): "
                "fetch it again."
            ) from None
        name = name.removeprefix("./")
        yield Entry(name, f"{path}: {name}", path, content)
        count += 1


class _Member(tarfile.TarInfo):
    """A member whose headers are not read where they are far larger than a name."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        member = super().frombuf(buf, encoding, errors)
        if member.type in _LONG_HEADERS and member.size > MOST_OF_HEADER:
            raise tarfile.ReadError(f"a header of {member.size:,} bytes, which no file needs")
        return member


def _in_tar(path: Path) -> Iterator[tuple[str, bytes]]:
    budget = _Budget(path)
    with tarfile.open(path, "r|*", tarinfo=_Member) as archive:
        before = 0
        for member in archive:
            budget.take(member.name, max(member.size, archive.offset - before))
            before = archive.offset
            if not member.isfile():
                continue
            opened = archive.extractfile(member)
            content = opened.read() if opened else b""
            if len(content) < member.size:
                raise EOFError(f"{member.name} ends early")
            yield member.name, content


def _in_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    budget = _Budget(path)
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
            if member.is_dir() or is_link:
                continue
            budget.take(member.filename, member.file_size)
            with archive.open(member) as opened:  # never gives more than file_size
                yield member.filename, opened.read()
