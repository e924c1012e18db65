"""Import the statements of a public corpus from its published layout, one at a time."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from compare.corpus.columns import FIELDS
from compare.corpus.importers.registry import Format, named_format, recognise_format
from compare.corpus.importers.sources import Account, DamagedError, Reason, Source
from compare.corpus.validate import Validator, unknown_countries
from compare.corpus.values import BadFileError, Corpus, Problem, Row
from compare.errors import CorpusError
from compare.files import writing
from compare.statements import Statement, is_language, language_of

PROBLEMS_KEPT = 1_000
"""Most problems that a report lists; it counts all of them."""

_SAME_NAMES = {name: name for name in FIELDS}  # importers name cells as the fields
_PROGRESS_STEP = 100

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Report:
    """The outcome of an import.

    Attributes:
        format: The format's name.
        recognised: Whether the format was recognised, not named.
        account: Numbers of files, pieces and characters read, written and left out.
        problems: The first `PROBLEMS_KEPT` of `problem_count`.
        languages: Number of statements by language, "" if unknown.
        foreign: Statements that are neither in English nor translated into it.
        unknown_countries: Spellings without a code, with their number of statements.
    """

    format: str
    title: str
    recognised: bool
    account: Account = field(default_factory=Account)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    foreign: int = 0
    unknown_countries: Mapping[str, int] = field(default_factory=dict)

    def corpus(self, statements: tuple[Statement, ...] = ()) -> Corpus:
        """Return a corpus with the report and missing accompanying files as notes."""
        missing = [str(problem) for problem in self.problems if not problem.skips]
        return Corpus(
            statements,
            tuple(problem for problem in self.problems if problem.skips),
            (*missing, *self.sentences()),
            self.unknown_countries,
            self.problem_count - len(self.problems),
        )

    def sentences(self) -> list[str]:
        """Return the report in sentences."""
        sentences = self.account.sentences()
        if self.foreign:
            sentences.append(
                f"{self.foreign:,} of the statements are not in English and have no English "
                "translation, so no model judges them: compare translate can add one."
            )
        if self.unknown_countries:
            sentences.append(unknown_countries(self.unknown_countries))
        return sentences

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "format": self.format,
            "title": self.title,
            "recognised": self.recognised,
            **self.account.to_dict(),
            "languages": dict(self.languages),
            "unknown_countries": dict(self.unknown_countries),
            "problems": self.problem_count,
            "first_problems": [str(problem) for problem in self.problems],
        }


class Import:
    """Reads the statements of a public corpus one by one, and reports on them."""

    def __init__(
        self, paths: Sequence[Path | str], format_name: str | None = None, *, strict: bool = False
    ) -> None:
        """Determine the format of a corpus.

        Args:
            paths: Files, archives and folders.
            format_name: One of `compare.corpus.importers.registry.formats`; None recognises it.
            strict: Stop at the first bad piece instead of leaving it out.

        Raises:
            CorpusError: A path is missing, or the format is unknown.
        """
        self._source = Source([Path(path) for path in paths])
        found = recognise_format(self._source) if format_name is None else named_format(format_name)
        if found is None:
            raise CorpusError(
                f"The format of {', '.join(map(str, self._source.paths))} is not recognised: name "
                "it (`compare import --help` lists all)."
            )
        self.format = found
        self.report = Report(self.format.name, self.format.title, format_name is None)
        self._strict = strict
        self._validator = Validator()

    def statements(self, on_progress: Callable[[int], None] | None = None) -> Iterator[Statement]:
        """Yield the statements; `report` is complete after the last.

        `on_progress` is called now and then with the number of statements so far.

        Raises:
            CorpusError: A file cannot be read, or a piece is bad and `strict` is set.
        """
        account = self.report.account
        try:
            for piece in self.format.read(self._source, account):
                if isinstance(piece, Problem):
                    self._report(piece)
                elif statement := self._statement(piece):
                    if on_progress and account.written % _PROGRESS_STEP == 0:
                        on_progress(account.written)
                    yield statement
            self._source.check_whole()
        except DamagedError as error:
            after = f"{account.written} statements"
            raise DamagedError(error.label, error.reason, after) from None
        except BadFileError as error:
            raise CorpusError(f"{self.format.title}: {error}.") from None
        except OSError as error:
            raise CorpusError(f"{error.filename} cannot be read ({error.strerror}).") from None
        self.report.unknown_countries = dict(self._validator.unknown_countries.most_common())
        if account.balance:  # an importer lost words without a trace
            raise AssertionError(f"{account.balance} characters are not accounted for")

    def check_found(self) -> None:
        """Raise CorpusError if no statement was found."""
        if not self.report.account.written:
            problems = [problem for problem in self.report.problems if problem.skips]
            why = f"The first problem: {problems[0]}" if problems else self.report.sentences()[0]
            raise CorpusError(
                f"No statement was found in {', '.join(map(str, self._source.paths))}, read as "
                f"{self.format.title} ({self.format.files}). {why}"
            )

    def _statement(self, row: Row) -> Statement | None:
        """Return the statement of a row and count it; None if it is bad."""
        account, text = self.report.account, row.cells.get("text", "")
        statement = self._validator.statement(row, _SAME_NAMES)
        if isinstance(statement, Problem):
            reason = "with a bad cell" if text.strip() else "without words"
            account.leave(reason, text, piece=True)
            self._report(statement)
            return None
        if not statement.language:
            statement = replace(statement, language=language_of(statement.text))
        account.pieces += 1
        account.written += 1
        account.characters_written += len(statement.text)
        account.characters_left_out[Reason.WHITE_SPACE] += len(text) - len(statement.text)
        self.report.languages[statement.language] += 1
        is_english = is_language(statement.language, "en")
        self.report.foreign += not (is_english or statement.is_read_in_translation)
        return statement

    def _report(self, problem: Problem) -> None:
        if self._strict:
            raise CorpusError(str(problem))
        _log.info("Left out: %s", problem)
        self.report.problem_count += 1
        if len(self.report.problems) < PROBLEMS_KEPT:
            self.report.problems.append(problem)


def import_corpus(
    paths: Sequence[Path | str],
    out: Path,
    format_name: str | None = None,
    *,
    strict: bool = False,
    force: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Report:
    """Write the statements of a public corpus to a JSONL file, which `read_corpus` reads.

    Raises:
        CorpusError: As in `Import`, or it has no statement.
        ExportError: The file cannot be written, or exists and `force` is not set.
    """
    reading = Import(paths, format_name, strict=strict)
    with writing(out, force=force) as file:
        for statement in reading.statements(on_progress):
            file.write(statement.to_json().encode() + b"\n")
        reading.check_found()
    return reading.report


def read_public(paths: Sequence[Path | str], format_name: str | None = None) -> Corpus:
    """Return a public corpus in memory; CorpusError as in `Import`."""
    reading = Import(paths, format_name)
    return reading.report.corpus(tuple(reading.statements()))


def recognised_format(paths: Sequence[Path | str]) -> Format | None:
    """Return the public format of files, None unless exactly one is recognised."""
    return recognise_format(Source([Path(path) for path in paths]))
