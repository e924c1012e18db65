"""The formats that can be imported, and how a corpus is recognised as one of them."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from compare.corpus.imports.account import Account
from compare.corpus.imports.sources import Entry, Source
from compare.corpus.values import BadFileError, Problem, Row
from compare.errors import CorpusError

Piece = Row | Problem

_LOOKED_AT = 60
_HEAD = 20_000


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a corpus looks like at first sight.

    Attributes:
        names: Of its first files, with "/" between their parts.
        head: The first characters of the first file that is text, not hidden and no README.
        base: That file's own name, "" where there is none.
    """

    names: tuple[str, ...]
    head: str
    base: str

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
    read: Callable[[Source, Account], Iterator[Piece]]


_MODULES = ("general_debate",)


def formats() -> dict[str, Format]:
    """Return all formats by name."""
    found: dict[str, Format] = {}
    for module in _MODULES:
        listed: Sequence[Format] = importlib.import_module(
            f"compare.corpus.imports.{module}"
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
    for entry in entries:
        hidden = entry.base.startswith((".", "~$")) or entry.base.casefold().startswith("readme")
        if not hidden and (head := _head(entry)):
            return Glimpse(tuple(e.name for e in entries), head, entry.base)
    return Glimpse(tuple(e.name for e in entries), "", "")


def _head(entry: Entry) -> str:
    if entry.base.casefold().endswith(".xlsx"):
        return _header_of_workbook(entry)
    with entry.open("rb") as opened:
        start = opened.read(_HEAD)
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""
    encoding = "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return start.decode(encoding, "ignore")


def _header_of_workbook(entry: Entry) -> str:
    from compare.corpus.sheets import read_xlsx

    try:
        first = next(read_xlsx(entry, entry.label), None)
    except BadFileError:
        return ""
    return ",".join(first.cells) if isinstance(first, Row) else ""
