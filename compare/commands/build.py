"""`compare build`: make a library of a corpus, or add to one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.commands import options as shared
from compare.commands.output import progress, remark, say, say_json
from compare.errors import CorpusError, LibraryError

if TYPE_CHECKING:
    from compare.corpus import Corpus
    from compare.library import Library

_PROBLEMS_SHOWN = 20


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
    "--map",
    "mapping",
    type=shared.text,
    multiple=True,
    metavar="COLUMN=FIELD",
    help="A column that goes by another name.",
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
    mapping: tuple[str, ...],
    strict: bool,
    force: bool,
    encoder: str | None,
    as_json: bool,
) -> None:
    """Read statements and make a library of them.

    \b
      compare build --corpus speeches.csv briefings/ --library my-library
      compare build --corpus new.jsonl --library my-library --add --map redner=speaker
    """
    from compare.corpus import read_corpus

    paths = [*first, *more]
    columns = dict(_mapping(entry) for entry in mapping)
    with progress("Reading files") as on_progress:
        corpus = read_corpus(paths, mapping=columns, strict=strict, on_progress=on_progress)
    if not corpus.statements:
        _report_problems(corpus)
        raise CorpusError(
            f"No statement could be read from {', '.join(map(str, paths))}: mend what is reported, "
            "or see `compare build --help` for --map."
        )
    built = _write(corpus, shared.own_library(library), encoder, add=add, force=force)
    if as_json:
        say_json(_as_json(corpus, built))
        return
    _report_problems(corpus)
    for note in corpus.notes:
        remark(f"Note: {note}")
    manifest = built.manifest
    say(f"{built.folder}: {manifest.statements} statements, {manifest.passages} passages.")


def _mapping(entry: str) -> tuple[str, str]:
    column, equals, field = entry.rpartition("=")
    if not equals or not column or not field:
        raise click.BadParameter(f"{entry!r} is not COLUMN=FIELD.", param_hint="--map")
    return column, field


def _write(
    corpus: Corpus, folder: Path, encoder_name: str | None, *, add: bool, force: bool
) -> Library:
    from compare.encoder import load_encoder
    from compare.generations import is_library
    from compare.library import Library

    encoder = load_encoder(encoder_name) if encoder_name else None
    with progress("Embedding") as on_progress:
        if add and is_library(folder):
            return Library.open(folder, encoder).update(corpus.statements, on_progress=on_progress)
        if is_library(folder) and not force:
            _check_nothing_goes(corpus, folder)
        return Library.build(corpus.statements, folder, encoder, on_progress)


def _check_nothing_goes(corpus: Corpus, folder: Path) -> None:
    """Refuse to build over statements that the corpus has not."""
    from compare.library import Library

    held = {statement.id for statement in Library.open(folder).statements()}
    gone = sorted(held - {statement.id for statement in corpus.statements})
    if gone:
        raise LibraryError(
            f"The library in {folder} holds {len(gone)} statements that the corpus has not "
            f"(the first is {gone[0]!r}): keep them with --add, or drop them with --force."
        )


def _report_problems(corpus: Corpus) -> None:
    for problem in corpus.problems[:_PROBLEMS_SHOWN]:
        remark(f"Skipped: {problem}")
    hidden = len(corpus.problems) - _PROBLEMS_SHOWN
    if hidden > 0:
        remark(f"… and {hidden} more (--json lists all).")
    if corpus.problems:
        remark(f"{len(corpus.problems)} skipped.")


def _as_json(corpus: Corpus, built: Library) -> dict[str, Any]:
    return {
        "library": str(built.folder),
        "digest": built.digest,
        "statements": built.manifest.statements,
        "passages": built.manifest.passages,
        "read": len(corpus.statements),
        "skipped": [
            {
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "value": problem.value,
                "message": problem.message,
            }
            for problem in corpus.problems
        ],
        "notes": list(corpus.notes),
        "unknown_countries": dict(corpus.unknown_countries),
    }
