"""`compare build`: make a library of a corpus, or add to one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli import options as shared
from compare.cli.output import counting, progress, remark, remark_problems, say, say_json
from compare.errors import CorpusError, LibraryError

if TYPE_CHECKING:
    from compare.corpus import Problem
    from compare.library.library import Library
    from compare.statements.statement import Statement

PLAIN = "plain"


@click.command("build")
@click.argument("more", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--corpus",
    "first",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    metavar="PATH",
    help="A file or folder of statements; further ones may follow it.",
)
@shared.own_folder
@click.option("--add", is_flag=True, help="Add to the library, or change what has a known id.")
@click.option(
    "--format",
    "format_name",
    type=shared.text,
    metavar="FORMAT",
    help="A public format (`compare import --help` lists them); plain reads tables and documents. "
    "Recognised if not given.",
)
@click.option(
    "--map",
    "mapping",
    type=shared.text,
    multiple=True,
    metavar="COLUMN=FIELD",
    help="A column that goes by another name; COLUMN= is no field.",
)
@click.option(
    "--dates",
    type=click.Choice(["day-first", "month-first"]),
    help="How 03/04/2022 is written in these files; where it is not said, such a row is skipped.",
)
@click.option("--strict", is_flag=True, help="Stop at the first bad row instead of skipping it.")
@click.option("--force", is_flag=True, help="Build anew though statements in it go.")
@shared.encoder_name
@shared.as_json
def command(
    first: tuple[Path, ...],
    more: tuple[Path, ...],
    library: Path | None,
    add: bool,
    format_name: str | None,
    mapping: tuple[str, ...],
    dates: str | None,
    strict: bool,
    force: bool,
    encoder: str | None,
    as_json: bool,
) -> None:
    """Read statements and make a library of them.

    \b
      compare build --corpus speeches.csv briefings/ --library my-library
      compare build --corpus new.jsonl --library my-library --add --map redner=speaker
      compare build --corpus UNGDC_1946-2024.tgz --library un --format ungdc
    """
    paths = [*first, *more]
    columns = dict(_mapping(entry) for entry in mapping)
    folder = shared.own_library(library)
    with ExitStack() as open_files:
        if _is_plain(paths, format_name, columns, dates):
            read = _read_plain(paths, columns, dates, strict, open_files)
        else:
            read = _read_public(paths, format_name, strict, open_files)
        built = _write(read.statements, folder, encoder, add=add, force=force)
    if as_json:
        say_json(_as_json(read, built))
        return
    _report_problems(read)
    for note in read.notes:
        remark(f"Note: {note}")
    manifest = built.manifest
    say(f"{built.folder}: {manifest.statements} statements, {manifest.passages} passages.")


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read: the statements, which can be gone through twice, and what there is to say."""

    statements: Iterable[Statement]
    count: int
    problems: Sequence[Problem]
    problem_count: int
    notes: Sequence[str]
    unknown_countries: Mapping[str, int]


def _is_plain(
    paths: Sequence[Path], name: str | None, columns: Mapping[str, str], dates: str | None
) -> bool:
    """Tell whether files are tables and documents with a statement each row or file."""
    from compare.corpus.importing import recognised_format

    if columns and name not in (None, PLAIN):
        raise click.BadParameter("a public format has no columns to map.", param_hint="--map")
    if dates and name not in (None, PLAIN):
        raise click.BadParameter("a public format has dates of its own.", param_hint="--dates")
    told = bool(columns or dates)
    return name == PLAIN or (name is None and (told or not recognised_format(paths)))


def _read_plain(
    paths: Sequence[Path],
    columns: Mapping[str, str],
    dates: str | None,
    strict: bool,
    open_files: ExitStack,
) -> _Read:
    """Read into a file that is there as long as `open_files` is open."""
    from compare.corpus.read import corpus_on_disk

    with counting("Reading statements") as on_progress:
        reading = corpus_on_disk(
            paths, mapping=columns, dates=dates, strict=strict, on_progress=on_progress
        )
        corpus, statements = open_files.enter_context(reading)
    read = _Read(
        statements,
        len(statements),
        corpus.problems,
        len(corpus.problems),
        corpus.notes,
        corpus.unknown_countries,
    )
    if not read.count:
        _report_problems(read)
        raise CorpusError(
            f"No statement could be read from {', '.join(map(str, paths))}: mend what is reported, "
            "or see `compare build --help` for --map."
        )
    return read


def _read_public(
    paths: Sequence[Path], name: str | None, strict: bool, open_files: ExitStack
) -> _Read:
    """Import into a file that is there as long as `open_files` is open."""
    from compare.corpus.importing import imported

    with counting("Reading statements") as on_progress:
        reading = imported(paths, name, strict=strict, on_progress=on_progress)
        report, statements = open_files.enter_context(reading)
    how = "Recognised as" if report.recognised else "Read as"
    notes = [f"{how} {report.title} (--format {report.format}).", *report.sentences()]
    return _Read(
        statements,
        report.account.written,
        report.problems,
        report.problem_count,
        notes,
        report.unknown_countries,
    )


def _mapping(entry: str) -> tuple[str, str]:
    column, equals, field = entry.rpartition("=")
    if not equals or not column:
        raise click.BadParameter(f"{entry!r} is not COLUMN=FIELD.", param_hint="--map")
    return column, field


def _write(
    statements: Iterable[Statement],
    folder: Path,
    encoder_name: str | None,
    *,
    add: bool,
    force: bool,
) -> Library:
    from compare.library.generations import is_library
    from compare.library.library import Library
    from compare.models.encoder import load_encoder

    encoder = load_encoder(encoder_name) if encoder_name else None
    with progress("Embedding") as on_progress:
        if add and is_library(folder):
            return Library.open(folder, encoder).update(statements, on_progress=on_progress)
        if is_library(folder) and not force:
            _check_nothing_goes(statements, folder)
        return Library.build(statements, folder, encoder, on_progress)


def _check_nothing_goes(statements: Iterable[Statement], folder: Path) -> None:
    """Refuse to build over statements that the corpus has not."""
    from compare.library.library import Library

    gone = sorted(Library.open(folder).ids() - {statement.id for statement in statements})
    if gone:
        raise LibraryError(
            f"The library in {folder} holds {len(gone)} statements that the corpus has not "
            f"(the first is {gone[0]!r}): keep them with --add, or drop them with --force."
        )


def _report_problems(read: _Read) -> None:
    beside = [problem for problem in read.problems if not problem.skips]
    for problem in beside:
        remark(f"Note: {problem}")
    skipped = [problem for problem in read.problems if problem.skips]
    count = read.problem_count - len(beside)
    remark_problems(skipped, count, "Skipped")
    if count:
        remark(f"{count} skipped.")


def _as_json(read: _Read, built: Library) -> dict[str, Any]:
    return {
        "library": str(built.folder),
        "digest": built.digest,
        "statements": built.manifest.statements,
        "passages": built.manifest.passages,
        "read": read.count,
        "skipped": [
            {
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "value": problem.value,
                "message": problem.message,
            }
            for problem in read.problems
            if problem.skips
        ],
        "notes": [*(str(one) for one in read.problems if not one.skips), *read.notes],
        "unknown_countries": dict(read.unknown_countries),
    }
