"""Read files and folders into one corpus."""

from __future__ import annotations

import logging
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from compare.corpus.columns import check_found, check_mapping, missing_text, resolve
from compare.corpus.documents import read_document, read_json, read_jsonl
from compare.corpus.index_file import Index, is_named_index
from compare.corpus.pdf import read_pdf
from compare.corpus.tables import read_csv, read_tsv, read_xlsx
from compare.corpus.text_files import AS_DOCUMENT, AS_TABLE, UNPACK, Readable
from compare.corpus.validate import Validator, checked_fill, unknown_countries
from compare.corpus.values import BadFileError, Corpus, Problem, Row, listed
from compare.errors import CorpusError
from compare.files import check_path
from compare.statements import Statement, language_of
from compare.statements.dates import TWO_DAYS, DateOrder

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
    ".pdf": read_pdf,
}
SUFFIXES = frozenset(READERS)
"""File types that can be read."""

DOCUMENTS = frozenset(
    suffix for suffix, reader in READERS.items() if reader in (read_document, read_pdf)
)
"""File types that hold one statement each; a row of an `index.csv` can describe them."""

_KINDS = ", ".join(sorted(SUFFIXES))
_AS_PAGE = "read it with `compare import html`"
_OTHER_KINDS: Mapping[str, str] = {
    **dict.fromkeys((".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar"), UNPACK),
    **dict.fromkeys((".xls", ".xlsm", ".xlsb", ".ods", ".parquet"), AS_TABLE),
    **dict.fromkeys((".doc", ".docx", ".odt", ".rtf"), AS_DOCUMENT),
    **dict.fromkeys((".html", ".htm", ".xhtml"), _AS_PAGE),
}
"""What to do with a file of a type that cannot be read."""

_PIPES: Mapping[str, str] = {
    ".csv": "write `sep=|` as the first line, or separate the cells by commas, semicolons or tabs",
    **dict.fromkeys((".tsv", ".tab"), "separate the cells by tabs"),
}
"""What to do with a table whose cells are separated by "|"."""

_OBJECTS = frozenset({".jsonl", ".ndjson", ".json"})
_SKIPPED_NAMES = ("readme", "license", "licence")

_log = logging.getLogger(__name__)


def read_corpus(
    paths: Sequence[Path | str],
    *,
    mapping: Mapping[str, str] | None = None,
    dates: DateOrder | str | None = None,
    fill: Mapping[str, str] | None = None,
    strict: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Corpus:
    """Return the statements of files and folders.

    >>> corpus = read_corpus(["corpora/sample.csv"], strict=True)
    >>> corpus.statements[0].country[0].name
    'European Union'

    Args:
        paths: Files of the types in `SUFFIXES`, and folders with such files.
        mapping: The field of each column that `compare.corpus.columns` does not recognise.
        dates: How to read 03/04/2022, "day-first" or "month-first"; None skips such a row.
        fill: Values of fields ("speaker", "date") for all statements that lack them.
        strict: Stop at the first bad row instead of skipping it.
        on_progress: Called with the number of files read so far and of all files.

    Raises:
        CorpusError: A path, a mapping or a value to fill in cannot be used, a named file cannot be
            read, or with `strict` a row is bad. A PDF that cannot be read is a problem.
    """
    reading = Reading(paths, mapping=mapping, dates=dates, fill=fill, strict=strict)
    statements = tuple(reading.statements(on_progress))
    return replace(reading.corpus(), statements=statements)


# -- finding files -------------------------------------------------------------------------------


def is_skipped(name: str) -> bool:
    """Return whether a folder's file is skipped for its name: hidden, README or LICENSE."""
    return name.startswith((".", "~$")) or name.partition(".")[0].casefold() in _SKIPPED_NAMES


def _in_folder(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the files of a folder to read and those to skip, sorted."""
    readable: list[Path] = []
    skipped: list[Path] = []

    def refuse(error: OSError) -> None:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}.")

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            can_read = Path(name).suffix.casefold() in SUFFIXES and not is_skipped(name)
            (readable if can_read else skipped).append(Path(place, name))
    if not readable:
        raise CorpusError(
            f"The folder {str(folder)!r} holds nothing to read: put files of the kinds {_KINDS} "
            "into it."
        )
    return sorted(readable), sorted(skipped)


# -- reading -------------------------------------------------------------------------------------


class Reading:
    """Reads files one after the other, as `read_corpus` does, and collects problems and notes."""

    def __init__(
        self,
        paths: Sequence[Path | str],
        *,
        mapping: Mapping[str, str] | None = None,
        dates: DateOrder | str | None = None,
        fill: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> None:
        """Check the options, which are those of `read_corpus`."""
        if not paths:
            raise CorpusError("No corpus is named: give the path of a file or folder.")
        try:
            order = None if dates is None else DateOrder(dates)
        except ValueError:
            raise CorpusError(
                f"{dates!r} does not say how dates are written: use {' or '.join(DateOrder)}."
            ) from None
        self.paths = [Path(path) for path in paths]
        self.mapping, self.strict = check_mapping(mapping or {}), strict
        self.validator = Validator(order, checked_fill(fill or {}, order))
        self.indexes: list[Index] = []
        self.left_out: list[Path] = []
        self.repeated: list[Path] = []
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.columns: dict[str, None] = {}
        self.resolved: dict[tuple[str, ...], dict[str, str]] = {}
        self.detected: Counter[str] = Counter()

    def statements(
        self, on_progress: Callable[[int, int], None] | None = None
    ) -> Iterator[Statement]:
        """Yield the statements of all files; `on_progress` is that of `read_corpus`."""
        files = self._find()
        self._take_indexes(files)
        for done, (path, named) in enumerate(files.values()):
            if on_progress:
                on_progress(done, len(files))
            yield from self._read(path, named=named)
        if on_progress:
            on_progress(len(files), len(files))

    def _find(self) -> dict[Path, tuple[Path, bool]]:
        """Map the real path of each file to its given path and whether the user named it."""
        # by real path, so that a file named twice or through a link is read once
        files: dict[Path, tuple[Path, bool]] = {}
        for path in self.paths:
            check_path(path)
            found, named = [path], not path.is_dir()
            if not named:
                found, skipped = _in_folder(path)
                self.left_out += skipped
            elif path.suffix.casefold() not in SUFFIXES:
                remedy = _OTHER_KINDS.get(path.suffix.casefold(), f"use one of {_KINDS}")
                raise CorpusError(f"{path} has a type that cannot be read: {remedy}.")
            for file in found:
                real = Path(os.path.realpath(file))  # `resolve` refuses links in a circle
                if real in files:
                    self.repeated.append(file)
                files.setdefault(real, (file, named))
        return files

    def _take_indexes(self, files: dict[Path, tuple[Path, bool]]) -> None:
        """Read each `index.csv` and take it from the files; add files that only it names."""
        for real, (path, named) in list(files.items()):
            index = Index(path, self.mapping, DOCUMENTS)
            try:
                if not index.matches():
                    continue
                for problem in index.read():
                    self._skip(problem)
            except (BadFileError, OSError) as error:
                bad = BadFileError.unreadable(error) if isinstance(error, OSError) else error
                self._skip(Problem.of_file(str(path), bad))
            del files[real]
            for found in index.rows:
                files.setdefault(found, (path.parent / found.relative_to(real.parent), named))
            self.indexes.append(index)
        for index in self.indexes:
            folder = index.path.parent.resolve()
            without = [
                str(path)
                for real, (path, _) in files.items()
                if real.suffix.casefold() in DOCUMENTS
                and real.is_relative_to(folder)
                and not any(real in other.rows for other in self.indexes)
            ]
            if without:
                have = "document has" if len(without) == 1 else "documents have"
                self.notes.append(
                    f"{len(without)} {have} no row in {index.path}: {listed(without)}."
                )

    def _read(self, path: Path, *, named: bool) -> Iterator[Statement]:
        """Yield the statements of a file; skip an unreadable one that the user did not name."""
        file, count = str(path), 0
        try:
            for statement in self._statements_of(path, file):
                count += 1
                yield statement
        except (BadFileError, OSError) as error:
            bad = BadFileError.unreadable(error) if isinstance(error, OSError) else error
            problem = Problem.of_file(file, bad)
            if named or self.strict:
                raise CorpusError(str(problem)) from None
            if count:
                message = f"{problem.message} ({count} statements before it were read)"
                problem = replace(problem, message=message)
            self._skip(problem)

    def _statements_of(self, path: Path, file: str) -> Iterator[Statement]:
        suffix = path.suffix.casefold()
        _check_content(path)
        columns: dict[str, None] = {}
        rows = with_text = 0
        before = len(self.problems)
        without_words: list[Problem] = []  # reported one by one only if other objects have words
        for item in READERS[suffix](path, file):
            if isinstance(item, Problem):
                self._skip(item)
                continue
            row = self._described(item, path)
            rows += 1
            columns.update(dict.fromkeys(row.cells))
            fields = self._fields(tuple(row.cells))
            if "text" in fields.values():
                with_text += 1
                if statement := self._statement(row, fields):
                    yield statement
            elif suffix in _OBJECTS:
                without_words.append(row.problem('the object has no words; give it a "text"'))
            else:
                break  # all rows of a table have the same columns
        if rows and not with_text:
            hint = ", or name the column of the files `file`" if is_named_index(path) else ""
            pipes = _PIPES.get(suffix, "") if len(columns) == 1 and "|" in min(columns) else ""
            raise BadFileError(missing_text(columns, self.mapping, pipes) + hint)
        for problem in without_words:
            self._skip(problem)
        if not rows and len(self.problems) == before:
            self.notes.append(f"{file} holds no statements.")

    def _described(self, row: Row, path: Path) -> Row:
        for index in self.indexes:
            row = index.described(row, path)
        return row

    def _fields(self, columns: tuple[str, ...]) -> dict[str, str]:
        # nearly all rows have the same columns
        if columns not in self.resolved:
            self.resolved[columns] = resolve(columns, self.mapping)
            self.columns.update(dict.fromkeys(columns))
        return self.resolved[columns]

    def _statement(self, row: Row, fields: Mapping[str, str]) -> Statement | None:
        statement = self.validator.statement(row, fields)
        if isinstance(statement, Problem):
            self._skip(statement)
            return None
        if not statement.language and (found := language_of(statement.text)) != "en":
            statement = replace(statement, language=found)
            self.detected[found] += 1
        return statement

    def _skip(self, problem: Problem) -> None:
        if not problem.skips:
            self.notes.append(str(problem))
            return
        if self.strict:
            raise CorpusError(str(problem))
        _log.info("Skipped: %s", problem)
        self.problems.append(problem)

    def corpus(self) -> Corpus:
        """Return the corpus without its statements; CorpusError if no file has a mapped column."""
        check_found(self.columns, self.mapping)
        unknown = dict(self.validator.unknown_countries.most_common())
        notes = (*self.notes, *self._summary(unknown))
        return Corpus((), tuple(self.problems), notes, unknown)

    def _summary(self, unknown: Mapping[str, int]) -> Iterator[str]:
        if self.left_out:
            yield (
                f"{_files(len(self.left_out))} skipped (hidden, README or LICENSE, or of a type "
                f"that is not read): {listed([path.name for path in self.left_out])}."
            )
        if self.repeated:
            yield (
                f"{_files(len(self.repeated))} named twice and read once: "
                f"{listed([str(path) for path in self.repeated])}."
            )
        if self.validator.with_control_characters:
            yield (
                "Control characters were read as blanks, in "
                f"{self.validator.with_control_characters} of the statements."
            )
        if missing := self.validator.with_missing_values:
            yield (
                f"In {missing:,} of the statements, cells that mean “not known” (NA, -, unknown, "
                "…) were read as empty."
            )
        if skipped := sum(problem.message.startswith(TWO_DAYS) for problem in self.problems):
            yield (
                f"{skipped:,} of the rows were skipped for a date that can be read as two days: "
                "say which number is the day (--dates day-first or month-first), and they are read."
            )
        if self.detected:
            languages = listed([f"{name}: {count:,}" for name, count in self.detected.items()])
            yield (
                f"{self.detected.total():,} statements without a language are clearly not English "
                f"({languages}), judging by their words. A search finds them, but the stance model "
                "reads English: they are judged if they have a translation, which compare "
                "translate can add."
            )
        if unknown:
            yield (
                f"{unknown_countries(unknown)} They are kept as given and found only by that "
                'spelling; separate several countries in one cell by ";".'
            )


def _check_content(path: Path) -> None:
    """Raise BadFileError if a path is no plain file, or the file is empty."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):  # reading a pipe would wait for its writer
        raise BadFileError("this is no plain file; leave it out")
    if found.st_size == 0:
        raise BadFileError("the file is empty; remove it, or put statements into it")


def _files(count: int) -> str:
    return "1 file was" if count == 1 else f"{count} files were"
