"""What readers and validation exchange: rows, problems and the corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from compare.statements.statement import Statement

SHOWN = 60
"""Characters of a bad value that a message shows."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A row or a file that was not read.

    Attributes:
        line: 1 for the first line; 0 for the whole file.
        column: As the file names it, "" for the whole row.
        message: What is wrong, and the remedy.
        place: What `line` counts: "line", or the rows of a sheet.
        skips: Whether something was left out; False if only an accompanying file is missing.
    """

    file: str
    line: int
    column: str
    value: str
    message: str
    place: str = "line"
    skips: bool = True

    @classmethod
    def of_file(cls, file: str, said: str | BadFileError, *, skips: bool = True) -> Problem:
        """Return the problem of a file, or of the rest of it."""
        line = said.line if isinstance(said, BadFileError) else 0
        return cls(file, line, "", "", str(said), skips=skips)

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


def listed(names: Sequence[str], most: int = 8) -> str:
    """Return the first names separated by commas, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


@dataclass(frozen=True, slots=True)
class Corpus:
    """The statements of a corpus, and notes on reading it.

    >>> corpus = read_corpus(["corpora/sample.csv"])
    >>> len(corpus.statements), corpus.problems
    (11, ())

    Attributes:
        statements: In the order of the files.
        problems: The rows and files that were skipped.
        notes: Sentences for the user about what was not skipped.
        unknown_countries: Spellings without a code, and in how many statements each occurs.
        unlisted: How many rows and files were skipped beyond `problems`.
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
        """Return how many rows and files were skipped."""
        return len(self.problems) + self.unlisted


@dataclass(frozen=True, slots=True)
class Row:
    """One row, object or document as a reader found it, unchecked.

    Attributes:
        cells: The text of each column, by the column's name in the file.
        lines: The lines of cells that are not on the row's own line.
    """

    file: str
    line: int
    cells: Mapping[str, str]
    place: str = "line"
    lines: Mapping[str, int] = field(default_factory=dict)

    def problem(self, message: str, column: str = "", value: str = "") -> Problem:
        """Return a problem of the row, or of one of its cells."""
        line = self.lines.get(column, self.line)
        return Problem(self.file, line, column, value, message, self.place)


class BadFileError(Exception):
    """A file, or the rest of it, cannot be read; the message does not name the file."""

    def __init__(self, message: str, line: int = 0) -> None:
        """Say what is wrong, and in which line if that is known."""
        super().__init__(message)
        self.line = line

    @classmethod
    def unreadable(cls, error: OSError) -> BadFileError:
        """Return the error for a file that the system does not let us read."""
        said = error.strerror or type(error).__name__
        return cls(f"the file cannot be read ({said}); check that it is there and yours to read")
