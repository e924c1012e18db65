"""The values of watches: a saved search, what it found, and a run."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from compare.library import Filters
from compare.results import Pair, Stance, Thresholds
from compare.statements import Quote, Statement

MOST_WATCHES = 500
"""Most watches of a library."""

MOST_ENTRIES = 5_000
"""Most entries that a watch keeps; the oldest are dropped."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement that a watch found.

    Attributes:
        id: A sha256 (hex), the same whenever the watch finds the same words of the statement.
        found: When it was found (ISO 8601, UTC).
        stance: Agree or oppose.
        pair: The quote of the watch and the passage, as the library has it now.
        label_source: The model that gave the stance, with 12 digits of its digest.
    """

    id: str
    found: str
    stance: Stance
    pair: Pair
    label_source: str

    @property
    def statement(self) -> Statement:
        """Return the statement that was found."""
        return self.pair.b.statement


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run of a watch.

    Attributes:
        date: When (ISO 8601, UTC).
        statements: Statements in the library.
        read: Statements that were new, or whose words had changed.
        new: Entries that it reported.
    """

    date: str
    statements: int
    read: int
    new: int


@dataclass(frozen=True, slots=True)
class Watch:
    """A saved search.

    Attributes:
        name: Unique among the watches of a library, ignoring case.
        quote: What it searches for, with `filters`, `thresholds` and number of `candidates`.
        created: When it was added (ISO 8601, UTC).
        last_run: None if it was never run.
        total: Number of entries that runs reported, also of those no longer kept.
    """

    name: str
    quote: Quote
    filters: Filters
    thresholds: Thresholds
    candidates: int
    created: str
    last_run: LastRun | None = None
    total: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What a run found.

    Attributes:
        date: When it began (ISO 8601, UTC).
        digest: The digest of the library.
        read: Statements that were new, or whose words had changed.
        watches: The watches that were run, as they are now.
        entries: The new entries by name of the watch, also of those that found none.
        unchanged: Whether the last run had seen this state of the library.
    """

    date: str
    digest: str
    read: int
    watches: tuple[Watch, ...]
    entries: Mapping[str, tuple[Entry, ...]]
    unchanged: bool = False


def name_key(given: str) -> str:
    """Return what two spellings of the name of a watch have in common."""
    return clean_name(clean_name(given).casefold())


def clean_name(given: str) -> str:
    """Return the name of a watch: composed (NFC), without needless blanks."""
    return " ".join(unicodedata.normalize("NFC", given).split())
