"""The public formats that can be imported, and how a corpus is recognised as one of them.

Another package adds formats by an entry point in the group `compare.importers`, which names a
sequence of `Format`.
"""

from __future__ import annotations

import csv
import importlib
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from itertools import islice

from compare.corpus.importers.records import Record, read_records
from compare.corpus.importers.sources import Entry, Read, Source
from compare.corpus.read import is_skipped
from compare.corpus.values import BadFileError
from compare.errors import CorpusError

GROUP = "compare.importers"
_FAMILIES = ("un", "parliaments", "kremlin", "united_states", "ministries", "press", "datasets")
_GLIMPSED_FILES = 60
_GLIMPSED_BYTES = 20_000
_TABLES = frozenset({".xlsx", ".parquet"})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a corpus looks like at first sight."""

    bases: tuple[str, ...]  # names of its first files, without folders and ".gz"
    head: str  # the first characters of the first file that is text, not hidden and no README
    kind: str  # the ending of that file's name, "" if there is none

    def has_file(self, name: str | re.Pattern[str]) -> bool:
        """Say whether a file has a name that matches this pattern."""
        return any(re.fullmatch(name, base) for base in self.bases)

    def says(self, *patterns: str) -> bool:
        """Say whether the head has all these patterns; "^" and "$" are the ends of lines."""
        return all(re.search(pattern, self.head, re.MULTILINE) for pattern in patterns)

    def has_keys(self, *keys: str) -> bool:
        """Say whether the head is of JSON objects with all these keys."""
        in_json = self.head.lstrip("\ufeff \t\r\n").startswith(("{", "["))
        return in_json and all(f'"{key}"' in self.head for key in keys)

    def has_columns(self, *names: str) -> bool:
        """Say whether the head is of a table with all these columns."""
        return set(names) <= set(self.columns())

    def columns(self, delimiter: str = ",") -> list[str]:
        """Return the cells of the head's first line that is not blank."""
        lines = (line for line in self.head.lstrip("\ufeff").splitlines() if line.strip())
        try:
            return next(csv.reader(lines, delimiter=delimiter), [])
        except csv.Error:  # a name longer than a cell of any header
            return []


@dataclass(frozen=True, slots=True)
class Format:
    """A public format.

    `read` yields a `Row` for each statement, its cells named by the fields of a statement and
    further ones, and a `Problem` for what is wrong, and keeps account of the rest.
    """

    name: str  # on the command line
    title: str
    files: str  # which files belong to it, in a few words
    recognises: Callable[[Glimpse], bool]  # must not be true of any other format's files
    read: Read


@cache
def formats() -> dict[str, Format]:
    """Return all formats by name: those of this package, then those that other packages add."""
    found: dict[str, Format] = {}
    for family in _FAMILIES:
        listed: Sequence[Format] = importlib.import_module(f"{__package__}.{family}").FORMATS
        found |= {each.name: each for each in listed}
    for point in entry_points(group=GROUP):
        try:
            added = {each.name: each for each in point.load()}
        except Exception as error:  # whatever a foreign package raises
            _log.warning("The importers %r cannot be loaded: %s", point.value, error)
            continue
        if taken := sorted(found.keys() & added.keys()):
            _log.warning("%r offers formats that exist: %s", point.value, ", ".join(taken))
        found = found | {name: each for name, each in added.items() if name not in found}
    return found


def named_format(name: str) -> Format:
    """Return a format; raise `CorpusError` if there is none of that name."""
    known = formats()
    if name not in known:
        raise CorpusError(f"There is no format {name!r}; there are {', '.join(known)}.")
    return known[name]


def recognise_format(source: Source) -> Format | None:
    """Return the one format that a corpus looks like, None if it is none or more than one."""
    seen = glimpse(source)
    found = [each for each in formats().values() if each.recognises(seen)]
    return found[0] if len(found) == 1 else None


def glimpse(source: Source) -> Glimpse:
    """Look at the first files of a corpus."""
    entries = [*islice(source.entries(), _GLIMPSED_FILES)]
    bases = tuple(entry.base for entry in entries)
    for entry in entries:
        if not is_skipped(entry.base) and (head := _head(entry)):
            return Glimpse(bases, head, entry.kind)
    return Glimpse(bases, "", "")


def _head(entry: Entry) -> str:
    """Return the first characters of a text, or the columns of a table; "" of anything else."""
    try:
        if entry.kind in _TABLES:
            first = next(read_records(entry), None)
            return ",".join(first.values) if isinstance(first, Record) else ""
        with entry.open("rb") as opened:
            start = opened.read(_GLIMPSED_BYTES)
    except (BadFileError, OSError):  # reported when it is read
        return ""
    is_utf_16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in start and not is_utf_16:
        return ""
    return start.decode("utf-16" if is_utf_16 else "utf-8-sig", "ignore")
