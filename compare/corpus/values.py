"""Rows, problems and the corpus, as readers and validation exchange them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compare.statements import Statement

SHOWN = 60
"""Most characters of a bad value in a message."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A row or a file that could not be read.

    Attributes:
        line: 1 for the first line; 0 for the whole file.
        column: As the file names it, "" for the whole row.
        message: What is wrong, and the remedy.
        place: The unit of `line`: "line", or the rows of a sheet.
        skips: Whether statements were left out; False if only an accompanying file is missing.
    """

    file: str
    line: int
    column: str
    value: str
    message: str
    place: str = "line"
    skips: bool = True

    @classmethod
    def of_file(cls, file: str, reason: str | BadFileError, *, skips: bool = True) -> Problem:
        """Return the problem of a file, or of the rest of it."""
        line = reason.line if isinstance(reason, BadFileError) else 0
        return cls(file, line, "", "", str(reason), skips=skips)

    def __str__(self) -> str:
        """Return one sentence: where, what, and the remedy."""
        where = [self.file]
        if self.line:
            where.append(f"{self.place} {self.line}")
        if self.column:
            where.append(f'column "{self.column}"')
        if self.column or self.value:
            where.append(shortened(self.value))
        return f"{', '.join(where)}: {self.message}."


def shortened(value: str) -> str:
    """Return a value quoted for a message, cut to `SHOWN` characters."""
    return repr(value if len(value) <= SHOWN else value[: SHOWN - 1] + "…")


def listed(names: Collection[str], most: int = 8) -> str:
    """Return the first names separated by commas, and the number of the others."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(list(names)[:most]) + more


@dataclass(frozen=True, slots=True)
class Corpus:
    """The statements of a corpus, and notes on reading it.

    >>> corpus = read_corpus(["corpora/sample.csv"])
    >>> len(corpus.statements), corpus.problems
    (11, ())

    Attributes:
        statements: In the order of the files.
        problems: The rows and files that were skipped.
        notes: Remarks for the user, in sentences.
        unknown_countries: Spellings without a code, with their number of statements.
        unlisted: Number of skipped rows and files beyond `problems`.
    """

    statements: tuple[Statement, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    unknown_countries: Mapping[str, int] = field(default_factory=dict)
    unlisted: int = 0

    def __len__(self) -> int:
        """Return the number of statements."""
        return len(self.statements)

    @property
    def problem_count(self) -> int:
        """Return the number of skipped rows and files."""
        return len(self.problems) + self.unlisted


@dataclass(frozen=True, slots=True)
class Row:
    """One row, object or document as a reader found it, unchecked.

    Attributes:
        cells: The text of each column, by the column's name in the file.
        lines: The lines of cells that are not on the row's own line.
        indexed: Columns whose cells are from another file, with its name and the line.
        fallbacks: Columns whose cells yield to values that the user gives for all rows.
        objects: Columns that hold an object in JSON or YAML, which cannot be words.
        pages: The offset in the words at which each page begins; None if they have no pages.
    """

    file: str
    line: int
    cells: Mapping[str, str]
    place: str = "line"
    lines: Mapping[str, int] = field(default_factory=dict)
    indexed: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    fallbacks: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    pages: Sequence[Any] | None = None

    def problem(self, message: str, column: str = "", value: str = "") -> Problem:
        """Return a problem of the row, or of one of its cells."""
        if column in self.indexed:
            file, line = self.indexed[column]
            return Problem(file, line, column, value, message)
        line = self.lines.get(column, self.line)
        return Problem(self.file, line, column, value, message, self.place)


class BadFileError(Exception):
    """A file, or the rest of it, cannot be read; the message does not name the file."""

    def __init__(self, message: str, line: int = 0) -> None:
        """Say what is wrong, and in which line if known; 0 for the whole file."""
        super().__init__(message)
        self.line = line

    @classmethod
    def unreadable(cls, error: OSError) -> BadFileError:
        """Return the error for a file that the operating system does not let us read."""
        reason = error.strerror or type(error).__name__
        return cls(f"the file cannot be read ({reason}); check that it is there and yours to read")


class DamagedFileError(BadFileError):
    """A packed file is cut short or damaged, so that nothing read from it can be trusted."""

    def __init__(self, reason: str) -> None:
        """Say why."""
        super().__init__(f"this is cut short or damaged ({reason}); fetch it again")
        self.reason = reason
