"""Walk the files of a public corpus, and account for every file, piece and character.

Archives are read member by member and never unpacked to disk, so that a member's name can reach no
other file. Links and special files in them are left out.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Literal, Self, TypeVar

from compare.corpus.read import is_skipped
from compare.corpus.text_files import (
    DAMAGED,
    LONGEST_LINE,
    most_unpacked,
    plain_name,
    read_lines,
    unpacked,
)
from compare.corpus.values import BadFileError, DamagedFileError, Problem, Row
from compare.errors import CorpusError
from compare.files import check_path, is_file

MOST_OF_MEMBER = 256 * 1024**2  # bytes that one file in an archive may unpack to
MOST_OF_HEADER = 1024**2  # bytes of a member's long name, or of another header of it
_LONG_HEADERS = (
    tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)  # fmt: skip
_TOO_LONG = f"it is larger than {LONGEST_LINE // 1_000_000} MB, too large for a text of this corpus"
_UNPACKERS: Mapping[bytes, type[gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
    b"]\0\0\x80": lzma.LZMAFile,
}
"""How to unpack an archive, by its first bytes. These check its sums; tarfile itself does not."""

_ENCRYPTED = 1  # the bit of a member's flags in a ZIP archive
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_BLOCK = 1 << 16
_TAR = (".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")

T = TypeVar("T")


class Reason(StrEnum):
    """Why files, pieces or characters are left out; a format can have further reasons."""

    OTHER_KIND = "of another kind"
    OTHER_FILES = "not named like the files of this corpus"
    UNREADABLE = "unreadable"
    DUPLICATES = "duplicate documents"
    WHITE_SPACE = "white space"
    LINE_BREAKS = "line breaks of the page"
    HEADINGS = "headings and separators"
    NOISES = "notes, gaps and noises"
    LABELS = "speaker labels"
    DIRECTIONS = "stage directions"
    QUESTIONS = "questions (kept beside the answer)"
    MODERATORS = "moderators, staff and interpreters"
    UNNAMED = "audience and other unnamed voices"
    UNIDENTIFIED = "words of unidentified speakers"  # behind what may be a heading or a label
    TRANSLATIONS = "translations (kept beside the original)"


Piece = Row | Problem  # a statement to be, its cells named by its fields; or what is wrong


@dataclass(frozen=True, slots=True)
class Entry:
    """One file on disk, or a member of an archive; gzip and bzip2 are unpacked as it is read."""

    name: str  # its path below what was named, with "/" between its parts
    label: str  # what messages call it
    path: Path
    content: bytes | None = None  # of a member

    @property
    def base(self) -> str:
        """Return the file's own name, without the ending of a packed file."""
        return plain_name(self.name.rpartition("/")[2])

    @property
    def kind(self) -> str:
        """Return the ending of that name in lower case: ".csv"."""
        dot, ending = self.base.casefold().rpartition(".")[1:]
        return dot + ending if dot else ""

    def open(self, mode: Literal["rb"] = "rb") -> IO[bytes]:
        """Open it from its start; raise `BadFileError` if the system refuses."""
        if self.content is not None:
            return unpacked(io.BytesIO(self.content), self.name)
        try:
            return unpacked(self.path.open(mode), self.name)
        except OSError as error:
            raise BadFileError.unreadable(error) from None

    def bytes(self) -> bytes:
        """Return all of it, unless it is larger than a text can be."""
        with self.open() as opened:
            content = opened.read(LONGEST_LINE + 1)
        if len(content) > LONGEST_LINE:
            raise BadFileError(_TOO_LONG)
        return content

    def text(self) -> str:
        """Return its text, unless it is larger than a text can be; raise as `read_lines` does."""
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


class DamagedError(CorpusError):
    """An archive or a packed file is damaged, so that nothing read from it can be trusted."""

    def __init__(self, label: str, reason: str, after: str) -> None:
        """Say which, why, and after what: "3 files"."""
        super().__init__(
            f"{label} is truncated or damaged after {after} ({reason}): download it again."
        )
        self.label, self.reason = label, reason


class Source:
    """All files of the given paths, in a fixed order."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Raise `CorpusError` if no path is given, or one is neither a file nor a folder."""
        if not paths:
            raise CorpusError("No corpus is named: give the path of a file, archive or folder.")
        for path in paths:
            check_path(path)
        self.paths = tuple(paths)
        self._whole: set[Path] = set()

    def entries(self) -> Iterator[Entry]:
        """Yield every file, including hidden and stray ones.

        Raises:
            CorpusError: A folder or an archive cannot be read, or an archive unpacks to too much.
        """
        for path in self.paths:
            if path.is_dir():
                yield from _walk_folder(path)
            elif members := _members_of(path):
                yield from _walk_archive(path, members)
                self._whole.add(path)
            else:
                yield Entry(path.name, str(path), path)

    def check_whole(self) -> None:
        """Read the archives that no reader read to the end; raise `DamagedError` as `entries`."""
        for path in self.paths:
            if path not in self._whole and not path.is_dir() and (members := _members_of(path)):
                for _ in _walk_archive(path, members):
                    pass

    def find(self, name: str) -> Entry | None:
        """Return the file of this name (in any case) beside a named file, or among all files."""
        wanted = name.casefold()
        for path in self.paths:
            for place in () if path.is_dir() else sorted(path.parent.iterdir()):
                if place.name.casefold() == wanted and is_file(place):
                    return Entry(place.name, str(place), place)
        return next((e for e in self.entries() if e.base.casefold() == wanted), None)


def _walk_folder(folder: Path) -> Iterator[Entry]:
    def refuse(error: OSError) -> None:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}.")

    found = (Path(place, n) for place, _, names in os.walk(folder, onerror=refuse) for n in names)
    for path in sorted(path for path in found if is_file(path)):
        yield Entry(path.relative_to(folder).as_posix(), str(path), path)


_Members = Iterator[tuple[str, int, int, IO[bytes] | None]]
"""Name, bytes that it takes of the unpacked archive, size, and content if it is a file."""


def _members_of(path: Path) -> Callable[[Path], _Members] | None:
    """Return what reads the members of an archive; None for any other file."""
    if path.name.casefold().endswith(_TAR):
        return _tar_members
    return _zip_members if path.suffix.casefold() == ".zip" else None


def _walk_archive(path: Path, members: Callable[[Path], _Members]) -> Iterator[Entry]:
    count = unpacked = 0
    try:
        most = most_unpacked(path.stat().st_size)
        for member, taken, size, opened in members(path):
            unpacked += taken
            if taken > MOST_OF_MEMBER:
                raise _too_large(f"{path}: the file {member!r} in it", MOST_OF_MEMBER)
            if unpacked > most:
                raise _too_large(str(path), most)
            if opened is None:
                continue
            with opened:
                content = opened.read()
            if len(content) < size:
                raise EOFError(f"{member} ends early")
            name = member.removeprefix("./")
            yield Entry(name, f"{path}: {name}", path, content)
            count += 1
    except (*DAMAGED, tarfile.TarError, OSError) as error:
        if isinstance(error, OSError) and error.errno:  # the system's, not the content's
            raise CorpusError(f"{path}: {BadFileError.unreadable(error)}.") from None
        reason = str(error) or type(error).__name__
        raise DamagedError(str(path), reason, f"{count} files") from None


def _too_large(what: str, most: int) -> CorpusError:
    return CorpusError(
        f"{what} unpacks to more than {most // 1024**2} MB, far more than such an archive holds; "
        "if you trust it, unpack it yourself and name the folder."
    )


class _TarInfo(tarfile.TarInfo):
    """A member whose headers are refused if they are damaged, or far larger than a name.

    Behind the first member, tarfile takes a damaged or missing header for the end of the archive.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        if len(buf) < tarfile.BLOCKSIZE:
            raise tarfile.ReadError("it ends without the blocks that end an archive")
        try:
            member = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if any(buf):
                raise tarfile.ReadError(f"{error} in a header") from None
            raise  # the first block of the end
        if member.type in _LONG_HEADERS and member.size > MOST_OF_HEADER:
            raise tarfile.ReadError(f"a header of {member.size:,} bytes, which no file needs")
        return member


def _tar_members(path: Path) -> _Members:
    with path.open("rb") as file:
        start = file.read(max(map(len, _UNPACKERS)))
    unpack = next((kind for magic, kind in _UNPACKERS.items() if start.startswith(magic)), None)
    with (
        unpack(path) if unpack else path.open("rb") as stream,
        tarfile.open(fileobj=stream, mode="r|", tarinfo=_TarInfo) as archive,
    ):
        before = 0
        for member in archive:
            taken, before = archive.offset - before, archive.offset  # with headers and padding
            opened = archive.extractfile(member) if member.isfile() else None
            yield member.name, max(member.size, taken), member.size, opened
        # The check sums of what is packed are at its very end. The archive ends in two blocks of
        # zeros, of which tarfile has read one, and programs add more to fill a tape's record.
        rest, ended = archive.fileobj, False
        assert rest is not None  # while it is open
        while block := rest.read(_BLOCK):
            if any(block):
                raise tarfile.ReadError("there is something behind the blocks that end it")
            ended = ended or len(block) >= tarfile.BLOCKSIZE
            yield "", len(block), 0, None
        if not ended:
            raise tarfile.ReadError("the last of the blocks that end it is missing")


def _zip_members(path: Path) -> _Members:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
            if not (member.is_dir() or is_link):
                if member.flag_bits & _ENCRYPTED:
                    raise CorpusError(f"{path} needs a password: save it without one.")
                if member.compress_type not in _METHODS:
                    raise CorpusError(
                        f"{path} is packed by a method that cannot be read: unpack it yourself, "
                        "and name the folder."
                    )
                size = member.file_size  # more is never read
                yield member.filename, size, size, archive.open(member)


@dataclass(slots=True)
class Account:
    """Count files, pieces (rows, turns, speeches: possible statements) and characters of words.

    An importer calls `take` once for each text it reads words from, then every character goes to
    a statement (`compare.corpus.importing` counts those) or to `leave`. In the end `balance` is 0.
    """

    files: int = 0
    files_left_out: Counter[str] = field(default_factory=Counter)
    pieces: int = 0
    written: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    characters_written: int = 0
    characters_left_out: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    documents: dict[str, set[int]] = field(default_factory=dict)  # hashes by the files' names

    def note(self, what: str) -> None:
        """Count something that users should know: "speeches without a speaker"."""
        self.notes[what] += 1

    def skip_file(self, reason: str) -> None:
        """Count a file that is left out."""
        self.files_left_out[reason] += 1

    def take(self, text: str) -> str:
        """Count the characters of a text that words are read from, and return it."""
        self.characters += len(text)
        return text

    def leave(self, reason: str, text: str, *, piece: bool = False) -> None:
        """Count characters that are left out, as a whole piece if `piece`."""
        self.characters_left_out[reason] += len(text)
        if piece:
            self.pieces += 1
            self.left_out[reason] += 1

    def remove(
        self,
        reason: str,
        pattern: re.Pattern[str],
        text: str,
        replacement: str | Callable[[re.Match[str]], str] = "",
    ) -> str:
        """Return the text with a pattern replaced, and count what it is shorter by."""
        shorter = pattern.sub(replacement, text)
        self.characters_left_out[reason] += len(text) - len(shorter)
        return shorter

    def strip(self, text: str) -> str:
        """Return the text without white space around it, which is counted."""
        inside = text.strip()
        self.characters_left_out[Reason.WHITE_SPACE] += len(text) - len(inside)
        return inside

    @property
    def balance(self) -> int:
        """Return the characters that were read and are neither written nor left out."""
        left = sum(self.characters_left_out.values())
        return self.characters - self.characters_written - left

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "files": {"read": self.files, "left_out": dict(self.files_left_out)},
            "pieces": {
                "read": self.pieces,
                "written": self.written,
                "left_out": dict(self.left_out),
            },
            "characters": {
                "read": self.characters,
                "written": self.characters_written,
                "left_out": dict(self.characters_left_out),
            },
            "notes": dict(self.notes),
        }

    def sentences(self) -> list[str]:
        """Return it in words: a line each for files, pieces, characters and notes."""
        files = ", ".join(_counts(self.files_left_out))
        pieces = "".join(f" + {part}" for part in _counts(self.left_out))
        characters = "".join(f" + {part}" for part in _counts(self.characters_left_out))
        return [
            f"Files: {self.files:,} read" + (f"; left out: {files}." if files else "."),
            f"Pieces: {self.pieces:,} read = {self.written:,} written{pieces}.",
            f"Characters: {self.characters:,} read = {self.characters_written:,} written"
            f"{characters}.",
            *([f"Notes: {', '.join(_counts(self.notes))}."] if self.notes else []),
        ]


def _counts(counter: Counter[str]) -> list[str]:
    return [f"{count:,} {reason}" for reason, count in counter.most_common() if count]


Read = Callable[[Source, Account], Iterator[Piece]]
ReadEntry = Callable[[Entry, Account], Iterator[Piece]]


class SkipFileError(Exception):
    """A file is left out for the reason given; raised before words are taken from it."""


def each_file(kinds: Container[str], read: ReadEntry, aside: Collection[str] = ()) -> Read:
    """Return a reader that applies `read` to each file of some kinds (".csv"), and counts files.

    `read` raises `BadFileError` if a file, or the rest of it, cannot be read, and `SkipFileError`
    to leave it out. Files whose names in lower case are `aside` are read and counted elsewhere.
    """

    def read_all(source: Source, account: Account) -> Iterator[Piece]:
        for entry in source.entries():
            if entry.base.casefold() not in aside:
                yield from read_entry(entry, kinds, read, account)

    return read_all


def read_entry(
    entry: Entry, kinds: Container[str], read: ReadEntry, account: Account
) -> Iterator[Piece]:
    """Yield what `read` yields if the file is of some kinds, and count the file."""
    if entry.kind not in kinds or is_skipped(entry.base):
        account.skip_file(Reason.OTHER_KIND)
        return
    try:
        yield from track_file(entry, read(entry, account), account)
    except SkipFileError as error:
        account.skip_file(str(error))


def track_file(entry: Entry, pieces: Iterable[T], account: Account) -> Iterator[T | Problem]:
    """Yield what is read from a file, count the file, and report the error that ends it.

    A file from which nothing can be read is left out.

    Raises:
        DamagedError: A packed file is cut short or damaged.
    """
    given = False
    try:
        for piece in pieces:
            given = True
            yield piece
    except DamagedFileError as error:
        raise DamagedError(entry.label, error.reason, f"{account.files} files") from None
    except BadFileError as error:
        yield Problem.of_file(entry.label, error)
        if not given:
            account.skip_file(Reason.UNREADABLE)
            return
    account.files += 1


def set_aside(entry: Entry, path: Path) -> Entry:
    """Put an archive's member into a temporary file, so that memory does not grow."""
    if entry.content is None:
        return entry
    try:
        path.write_bytes(entry.content)
    except OSError as error:
        raise CorpusError(
            f"{entry.label} cannot be kept in a temporary file until its other half is read "
            f"({error.strerror}): make room there, or unpack the archive and name the folder."
        ) from None
    return replace(entry, path=path, content=None)


def missing_file(label: str, what: str, consequence: str) -> Problem:
    """Return the note that a file beside the corpus is missing; nothing is skipped for it."""
    return Problem.of_file(label, f"{what} was not found, so {consequence}", skips=False)


def claim_key(entry: Entry, body: str, account: Account, among: str = "") -> str:
    """Return a key for a document: its file's name, after its folders if that is taken.

    Names are taken only `among` documents of one kind, such as those in one language.

    Raises:
        SkipFileError: The document was read already, in another folder.
    """
    digest = hash(" ".join(body.split()))  # 64 bits, so that no text is kept
    read = account.documents.setdefault(among + entry.base, set())
    if digest in read:
        raise SkipFileError(Reason.DUPLICATES)
    name = entry.base.rpartition(".")[0]
    if read:
        name = f"{entry.name.rpartition('/')[0]}/{name}".replace("/", "-").lstrip("-")
    read.add(digest)
    return name
