"""Walk over the files of a public corpus: in folders, in archives, or named one by one.

Archives are read member by member and never unpacked to disk, so that a member's name can reach no
other file. Links and special files in them are left out.
"""

from __future__ import annotations

import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from compare.corpus.text_files import read_lines, read_text
from compare.errors import CorpusError

MOST_OF_MEMBER = 256 * 1024**2
"""Bytes that one file in an archive may unpack to."""

MOST_UNPACKED = 16 * 1024**3
"""Bytes that all files of an archive may unpack to."""

MOST_TIMES = 300
"""How many times its own size an archive of more than `_SMALL` bytes unpacked may unpack to."""

_SMALL = 64 * 1024**2
_TAR = (".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_BROKEN = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError,
    NotImplementedError, OSError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: on disk, or a member of an archive, whose bytes are held.

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
        """Return the file's own name."""
        return self.name.rpartition("/")[2]

    def open(self, mode: Literal["rb"] = "rb") -> IO[bytes]:
        """Open it from its start."""
        return self.path.open(mode) if self.content is None else io.BytesIO(self.content)

    def bytes(self) -> bytes:
        """Return all of it."""
        if self.content is not None:
            return self.content
        return self.path.read_bytes()

    def text(self) -> str:
        """Return its text; raise as `read_lines` does."""
        return read_text(self)

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
        """Return a file of this name (any case): named, in a named folder, or next to a file."""
        wanted = name.casefold()
        for path in self.paths:
            if path.is_dir():
                places: Iterator[Path] = (p for p in sorted(path.rglob("*")) if p.is_file())
            else:
                places = iter((path, *sorted(path.parent.iterdir())))
            for place in places:
                if place.name.casefold() == wanted:
                    return Entry(place.name, str(place), place)
        return None


def _in_folder(folder: Path) -> Iterator[Entry]:
    try:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
    except OSError as error:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}.") from None
    for path in files:
        yield Entry(path.relative_to(folder).as_posix(), str(path), path)


class _Budget:
    """How much an archive may still unpack to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unpacked = 0
        self.most = min(MOST_UNPACKED, max(_SMALL, MOST_TIMES * path.stat().st_size))

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
        except _BROKEN as error:
            said = str(error) or type(error).__name__
            raise CorpusError(
                f"{path} is cut short or damaged behind the first {count} files ({said}): "
                "fetch it again."
            ) from None
        name = name.removeprefix("./")
        yield Entry(name, f"{path}: {name}", path, content)
        count += 1


def _in_tar(path: Path) -> Iterator[tuple[str, bytes]]:
    budget = _Budget(path)
    with tarfile.open(path, "r|*") as archive:
        for member in archive:
            if not member.isfile():
                continue
            budget.take(member.name, member.size)
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
