"""Read files and folders into one corpus."""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from compare.corpus.columns import check_mapping, folded, missing_text, resolve, unused_mapping
from compare.corpus.delimited import read_csv, read_tsv
from compare.corpus.documents import read_document
from compare.corpus.folders import Found, find_files
from compare.corpus.json_files import read_json, read_jsonl
from compare.corpus.sheets import read_xlsx
from compare.corpus.statement_file import StatementFile
from compare.corpus.text_files import Readable
from compare.corpus.validate import Validator, unknown_countries
from compare.corpus.values import BadCellError, BadFileError, Corpus, Problem, Row, listed
from compare.errors import CorpusError
from compare.statements.dates import TWO_DAYS, Order
from compare.statements.languages import foreign_language
from compare.statements.statement import Statement

Reader = Callable[[Readable, str], Iterator[Row | Problem]]

READERS: Mapping[str, Reader] = {
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".tab": read_tsv,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".json": read_json,
    ".xlsx": read_xlsx,
    ".md": read_document,
    ".markdown": read_document,
    ".txt": read_document,
}
SUFFIXES = frozenset(READERS)
"""The kinds of files that can be read."""

_OBJECTS = frozenset({".jsonl", ".ndjson", ".json"})

_TOLD_EVERY = 100

_log = logging.getLogger(__name__)


def read_corpus(
    paths: Sequence[Path | str],
    *,
    mapping: Mapping[str, str] | None = None,
    dates: Order | str | None = None,
    strict: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Corpus:
    """Return the statements of files and folders.

    Args:
        paths: Files of the kinds in `SUFFIXES`, and folders that hold such files.
        mapping: Columns that go by other names than `compare.corpus.columns` knows, each with
            the field of a statement it is.
        dates: "day-first" or "month-first": how 03/04/2022 is read. Where it is not said, a row
            with such a date is skipped, since it can be two days.
        strict: Stop at the first bad row instead of skipping it.
        on_progress: Called with the number of files read and of all files.

    Raises:
        CorpusError: A path or a mapping cannot be used, a file that was named cannot be read, or
            under `strict` there is a bad row.
    """
    statements: list[Statement] = []
    corpus = _read(paths, mapping, dates, strict, on_progress, statements.append)
    return replace(corpus, statements=tuple(statements))


@contextmanager
def corpus_on_disk(
    paths: Sequence[Path | str],
    *,
    mapping: Mapping[str, str] | None = None,
    dates: Order | str | None = None,
    strict: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Iterator[tuple[Corpus, StatementFile]]:
    """Do as `read_corpus`, with the statements in a temporary file and none in the corpus given.

    `on_progress` is called now and then with the number of statements so far.

    Memory does not grow with the corpus but for its ids and for what is wrong with it; a file of
    JSON that is not JSON lines is held whole while it is read.

    Raises:
        CorpusError: As of `read_corpus`, or there is no room for the statements.
    """
    with tempfile.TemporaryDirectory() as scratch:
        written = StatementFile(Path(scratch) / "statements.jsonl")

        def keep(statement: Statement) -> None:
            written.add(statement)
            if on_progress and len(written) % _TOLD_EVERY == 0:
                on_progress(len(written))

        with written:
            corpus = _read(paths, mapping, dates, strict, None, keep)
        yield corpus, written


def _read(
    paths: Sequence[Path | str],
    mapping: Mapping[str, str] | None,
    dates: Order | str | None,
    strict: bool,
    on_progress: Callable[[int, int], None] | None,
    keep: Callable[[Statement], None],
) -> Corpus:
    """Give each statement to `keep`, and return what there is to say about the rest."""
    if not paths:
        raise CorpusError("No corpus is named: give the path of a file or folder.")
    reading = _Reading(check_mapping(mapping or {}), strict, _order(dates), keep)
    found = find_files([Path(path) for path in paths], SUFFIXES)
    for done, path in enumerate(found.files):
        if on_progress:
            on_progress(done, len(found.files))
        reading.read(path, named=path in found.named)
    if on_progress:
        on_progress(len(found.files), len(found.files))
    return reading.corpus(found)


def _order(dates: Order | str | None) -> Order | None:
    try:
        return None if dates is None else Order(dates)
    except ValueError:
        raise CorpusError(
            f"{dates!r} does not say how dates are written: use {' or '.join(Order)}."
        ) from None


class _Reading:
    """What is gathered while the files are read one after the other."""

    def __init__(
        self,
        mapping: Mapping[str, str],
        strict: bool,
        dates: Order | None,
        keep: Callable[[Statement], None],
    ) -> None:
        self.mapping = mapping
        self.strict = strict
        self.validator = Validator(dates)
        self.keep = keep
        self.count = 0
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.columns: dict[str, None] = {}
        self.resolved: dict[tuple[str, ...], dict[str, str]] = {}
        self.detected: Counter[str] = Counter()

    def read(self, path: Path, *, named: bool) -> None:
        """Read one file; one that was found in a folder and cannot be read is a problem."""
        file, before = str(path), self.count
        try:
            self._read(path, file)
        except BadFileError as error:
            problem = Problem.of_file(file, error)
        except OSError as error:
            problem = Problem.of_file(file, BadFileError.unreadable(error))
        else:
            return
        if named or self.strict:
            raise CorpusError(str(problem))
        if taken := self.count - before:
            message = f"{problem.message} ({taken} statements before it were read)"
            problem = replace(problem, message=message)
        self._skip(problem)

    def _read(self, path: Path, file: str) -> None:
        suffix = path.suffix.casefold()
        if path.stat().st_size == 0:
            raise BadFileError("the file is empty; remove it, or put statements into it")
        columns: dict[str, None] = {}
        rows = with_text = 0
        before = len(self.problems)
        waiting: list[Problem] = []
        for item in READERS[suffix](path, file):
            if isinstance(item, Problem):
                self._skip(item)
                continue
            rows += 1
            columns.update(dict.fromkeys(item.cells))
            fields = self._fields(tuple(item.cells))
            if "text" in fields.values():
                with_text += 1
                self._take(item, fields)
            elif suffix in _OBJECTS:
                waiting.append(item.problem('the object has no words; give it a "text"'))
            else:
                break
        if rows and not with_text:
            raise BadFileError(missing_text(columns, self.mapping))
        for problem in waiting:
            self._skip(problem)
        if not rows and len(self.problems) == before:
            self.notes.append(f"{file} holds no statements.")

    def _fields(self, columns: tuple[str, ...]) -> dict[str, str]:
        if columns not in self.resolved:
            self.resolved[columns] = resolve(columns, self.mapping)
            self.columns.update(dict.fromkeys(columns))
        return self.resolved[columns]

    def _take(self, row: Row, fields: Mapping[str, str]) -> None:
        try:
            statement = self.validator.statement(row, fields)
        except BadCellError as error:
            self._skip(row.problem(str(error), error.column, error.value))
            return
        if not statement.language and (found := foreign_language(statement.text)):
            statement = replace(statement, language=found)
            self.detected[found] += 1
        self.keep(statement)
        self.count += 1

    def _skip(self, problem: Problem) -> None:
        if self.strict:
            raise CorpusError(str(problem))
        _log.info("Skipped: %s", problem)
        self.problems.append(problem)

    def corpus(self, found: Found) -> Corpus:
        """Return what there is to say, with the notes that are due in the end."""
        have = {folded(column) for column in self.columns}
        for column in self.mapping:
            if self.columns and folded(column) not in have:
                raise CorpusError(unused_mapping(column, self.columns))
        unknown = dict(self.validator.unknown_countries.most_common())
        return Corpus(
            (),
            tuple(self.problems),
            (*self.notes, *self._last_notes(found, unknown)),
            unknown,
        )

    def _last_notes(self, found: Found, unknown: Mapping[str, int]) -> Iterator[str]:
        if found.left_out:
            yield (
                f"{_files(len(found.left_out))} left out (hidden, README or LICENSE, or of a kind "
                f"that is not read): {listed([path.name for path in found.left_out])}."
            )
        if found.repeated:
            yield (
                f"{_files(len(found.repeated))} named twice and read once: "
                f"{listed([str(path) for path in found.repeated])}."
            )
        if self.validator.with_control_characters:
            yield (
                "Control characters were read as blanks, in "
                f"{self.validator.with_control_characters} of the statements."
            )
        if nothing := self.validator.said_nothing:
            yield (
                f"In {nothing:,} of the statements cells that say that nothing is known (NA, -, "
                "unknown, …) were read as empty."
            )
        if two := sum(problem.message.startswith(TWO_DAYS) for problem in self.problems):
            yield (
                f"{two:,} of the rows were skipped for a date that can be read as two days: say "
                "which number is the day (--dates day-first or month-first), and they are read."
            )
        if self.detected:
            languages = listed([f"{name}: {count:,}" for name, count in self.detected.items()])
            yield (
                f"By their words {self.detected.total():,} statements without a language are "
                f"plainly not English ({languages}). The stance model reads English, so they are "
                "compared only where their language is chosen."
            )
        if unknown:
            yield (
                f"{unknown_countries(unknown)} They are kept as given and found by that spelling "
                'only; several in one cell have to stand apart by ";".'
            )


def _files(count: int) -> str:
    return "1 file was" if count == 1 else f"{count} files were"
