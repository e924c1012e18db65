"""The formats that can be imported, and how a corpus is recognised as one of them."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from compare.corpus.importers.account import Account
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.read import is_skipped
from compare.corpus.text_files import plain_name
from compare.corpus.values import BadFileError, Problem, Row
from compare.errors import CorpusError

Piece = Row | Problem
Read = Callable[[Source, Account], Iterator[Piece]]

_LOOKED_AT = 60
_HEAD = 20_000
_TABLES = frozenset({".xlsx", ".parquet"})


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a corpus looks like at first sight.

    Attributes:
        names: Of its first files, with "/" between their parts.
        head: The first characters of the first file that is text, not hidden and no README.
        kind: The ending of that file's name, "" where there is none.
    """

    names: tuple[str, ...]
    head: str
    kind: str

    @property
    def bases(self) -> list[str]:
        """Return the files' own names, without what says that they are packed."""
        return [plain_name(name.rpartition("/")[2]) for name in self.names]

    @property
    def lines(self) -> list[str]:
        """Return the head's lines that are not blank, without blanks around them."""
        return [line.strip() for line in self.head.splitlines() if line.strip()]

    def has_keys(self, *keys: str) -> bool:
        """Say whether the head is of JSON objects with all these keys."""
        in_json = self.head.lstrip("\ufeff \t\r\n").startswith(("{", "["))
        return in_json and all(f'"{key}"' in self.head for key in keys)

    def columns(self, delimiter: str = ",") -> list[str]:
        """Return the cells of the head's first line that is not blank."""
        lines = (line for line in self.head.lstrip("\ufeff").splitlines() if line.strip())
        return next(csv.reader(lines, delimiter=delimiter), [])


@dataclass(frozen=True, slots=True)
class Format:
    """A public format.

    Attributes:
        name: As it is given on the command line.
        title: What it is, for people.
        files: Which files belong to it, in a few words.
        recognises: Whether a corpus looks like it; must not be true of any other format's files.
        read: Yields a `Row` for each statement, its cells named by the fields of a statement and
            further ones, and a `Problem` for what is wrong; keeps account of the rest.
    """

    name: str
    title: str
    files: str
    recognises: Callable[[Glimpse], bool]
    read: Read


_MODULES = (
    "general_debate",
    "hansard",
    "parlamint",
    "parlspeech",
    "unscon",
    "security_council",
    "ecdata",
    "euspeech",
    "foreign_ministries",
    "gdelt",
    "presidents",
    "quotebank",
    "us_china",
    "vie_publique",
    "zelensky",
    "kremlin",
    "press_texts",
    "transcripts",
    "white_house",
)


def formats() -> dict[str, Format]:
    """Return all formats by name."""
    found: dict[str, Format] = {}
    for module in _MODULES:
        listed: Sequence[Format] = importlib.import_module(
            f"compare.corpus.importers.{module}"
        ).FORMATS
        found |= {entry.name: entry for entry in listed}
    return found


def named(name: str) -> Format:
    """Return a format.

    Raises:
        CorpusError: There is none of that name.
    """
    known = formats()
    if name not in known:
        raise CorpusError(f"There is no format {name!r}; there are {', '.join(known)}.")
    return known[name]


def recognised(source: Source) -> Format | None:
    """Return the one format that a corpus looks like, None where it is none or not only one."""
    seen = glimpse(source)
    found = [entry for entry in formats().values() if entry.recognises(seen)]
    return found[0] if len(found) == 1 else None


def glimpse(source: Source) -> Glimpse:
    """Look at the first files of a corpus."""
    entries = [*islice(source.entries(), _LOOKED_AT)]
    names = tuple(entry.name for entry in entries)
    for entry in entries:
        if not is_skipped(entry.base) and (head := _head(entry)):
            return Glimpse(names, head, entry.kind)
    return Glimpse(names, "", "")


def _head(entry: Entry) -> str:
    """Return the first characters of a text, or the columns of a table; "" of anything else."""
    try:
        if entry.kind in _TABLES:
            return _header(entry)
        with entry.open("rb") as opened:
            start = opened.read(_HEAD)
    except BadFileError:
        return ""
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""
    encoding = "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return start.decode(encoding, "ignore")


def _header(entry: Entry) -> str:
    from compare.corpus.importers.records import Record, records

    first = next(records(entry), None)
    return ",".join(first.values) if isinstance(first, Record) else ""
