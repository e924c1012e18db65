"""The values of watches: a saved search, what it found, and a run."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from compare.errors import WatchError
from compare.library import Filters
from compare.results import Excerpt, Pair, Probabilities, Stance, Thresholds
from compare.statements import Passage, Quote, Statement

MOST_WATCHES = 500
"""Most watches of a library."""

MOST_ENTRIES = 5_000
"""Most reported entries that a watch keeps beside its baseline; the oldest are dropped."""

LONGEST_NAME = 80


class EntryKind(StrEnum):
    """Why an entry is there."""

    BASELINE = "baseline"
    """The search listed the statement when the watch was added, so it is not reported."""
    NEW = "new"
    CORRECTED = "corrected"
    """The words of a statement that had an entry changed."""


@dataclass(frozen=True, slots=True)
class Before:
    """What an entry said of a statement before it was corrected.

    Attributes:
        id: The statement's id, which may have been another one.
        words: The passage that was found; "" if the statement was deleted.
        context: The context that completes the words.
        stance: Its stance; None if it was not listed.
    """

    id: str
    words: str
    context: str
    stance: Stance | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement that a watch found.

    Attributes:
        id: A sha256 (hex), the same whenever the same statement is found after the same history.
        found: When it was found (ISO 8601, UTC).
        statement: The statement, whose text is only the passage found. Once the statement is no
            longer in the library, all is empty but its id.
        stance: Agree or oppose; None for a corrected statement that is no longer listed.
        probabilities: Of the passage and the quote; None if it is no longer listed.
        similarity: Cosine of the passage and the quote; None if it is no longer listed.
        label_source: The model that gave the stance, with 12 digits of its digest.
        before: For a corrected statement, what was found before.
        removed: When the words were removed (ISO 8601, UTC); None if they are there.
    """

    id: str
    kind: EntryKind
    found: str
    statement: Statement
    stance: Stance | None
    probabilities: Probabilities | None
    similarity: float | None
    label_source: str
    before: Before | None = None
    removed: str | None = None

    @property
    def in_library(self) -> bool:
        """Whether the statement was in the library when the entry was read."""
        return bool(self.statement.text)

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of the statements whose words the entry holds."""
        return frozenset({self.statement.id} | ({self.before.id} if self.before else set()))

    @property
    def updated(self) -> str:
        """Return when the entry last changed (ISO 8601, UTC)."""
        return self.removed or self.found

    def without_words(self, when: str | None) -> Entry:
        """Return the entry of a statement that is gone: its id, verdict and date stay.

        `when` is None if the entry is only shown so.
        """
        if self.removed:
            return self
        before = self.before and replace(self.before, words="", context="")
        return replace(
            self, statement=Statement(self.statement.id, ""), before=before, removed=when
        )

    @property
    def excerpt(self) -> Excerpt:
        """Return the words found."""
        return _whole(self.statement)

    @property
    def excerpt_before(self) -> Excerpt | None:
        """Return the words before a correction; None if there was none."""
        if self.before is None:
            return None
        before = self.before
        return _whole(
            replace(self.statement, id=before.id, text=before.words, context=before.context)
        )

    def pair(self, quote: Quote) -> Pair | None:
        """Return the entry as a pair with the quote of its watch; None if it is not listed."""
        if self.probabilities is None or self.similarity is None:
            return None
        side = Excerpt.of_quote(quote, quote.text)
        return Pair(side, self.excerpt, self.probabilities, self.similarity)


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run of a watch.

    Attributes:
        date: When (ISO 8601, UTC).
        statements: Statements in the library.
        read: Statements that were new, or whose words had changed.
        new: Statements that it reported as new.
        corrected: Statements that it reported as corrected.
    """

    date: str
    statements: int
    read: int
    new: int
    corrected: int


@dataclass(frozen=True, slots=True)
class Watch:
    """A saved search.

    Attributes:
        name: Unique among the watches of a library, ignoring case.
        quote: What it searches for, with `filters`, `thresholds` and number of `candidates`.
        created: When it was added (ISO 8601, UTC).
        digest: The digest of the library that it has seen: at its last run, or when it was added.
        last_run: None if it was never run.
        total: Number of entries that runs reported, also of those no longer kept.
    """

    name: str
    quote: Quote
    filters: Filters
    thresholds: Thresholds
    candidates: int
    created: str
    digest: str
    last_run: LastRun | None = None
    total: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What a run found.

    Attributes:
        date: When it began (ISO 8601, UTC).
        digest: The digest of the library.
        read: Statements that were new to any watch, or whose words had changed.
        watches: The watches that were run, as they are now.
        entries: The new entries by name of the watch, also of those that found none.
        unchanged: The watches that had seen this state of the library; nothing was read for them.
        left_out: The watches that another program ran, or removed, at the same time.
    """

    date: str
    digest: str
    read: int
    watches: tuple[Watch, ...]
    entries: Mapping[str, tuple[Entry, ...]]
    unchanged: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def _whole(statement: Statement) -> Excerpt:
    passage = Passage(statement.id, 0, len(statement.text), statement.text, statement.context)
    return Excerpt(statement, passage)


def clean_name(given: str) -> str:
    """Return a name as it is kept: composed (NFC), without needless blanks."""
    return " ".join(unicodedata.normalize("NFC", given).split())


def name_key(given: str) -> str:
    """Return what two spellings of the name of a watch have in common."""
    return clean_name(clean_name(given).casefold())


def checked_name(given: str) -> str:
    """Return a name for a new watch.

    Raises:
        WatchError: It is empty, too long, or holds characters that cannot be seen.
    """
    name = clean_name(given)
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise WatchError(
            f"{given[:LONGEST_NAME]!r} cannot be the name of a watch: write 1 to {LONGEST_NAME} "
            "visible characters."
        )
    return name


def words_hash(statement: Statement) -> bytes:
    """Return the sha256 of what a statement says: its words and their context."""
    said = json.dumps([statement.text, statement.context])
    return hashlib.sha256(said.encode()).digest()


def entry_id(watch: Watch, statement: Statement, after: Entry | None = None) -> str:
    """Return the id of an entry for a whole statement; `after` is its entry before."""
    parts = [watch.name, watch.created, watch.quote.text, statement.id]
    parts += [words_hash(statement).hex(), after.id if after else ""]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
