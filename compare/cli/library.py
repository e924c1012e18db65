"""`compare build`, `show`, `delete` and `info`: a library and the statements in it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from compare import __version__, models
from compare.cli import options as shared
from compare.cli.output import (
    attribution,
    draw_table,
    on_terminal,
    progress,
    remark,
    remark_notes,
    remark_problems,
    say,
    say_either,
    say_json,
    waiting,
)
from compare.corpus import Corpus
from compare.corpus.importers.registry import formats
from compare.corpus.importing import Import, recognised_format
from compare.corpus.read import Reading
from compare.errors import CorpusError, LibraryError
from compare.export.words import counted, page_numbers, pages_in_words
from compare.facade import Library
from compare.library import Filters
from compare.library.backend import Backend
from compare.models import Encoder
from compare.models.on_ray import Cluster, RayEncoder
from compare.safe_text import one_line
from compare.statements import Statement, WordsRead
from compare.statements.dates import TWO_DAYS
from compare.statements.normalize import distinct_words
from compare.statements.statement_file import StatementFile, in_file

_MOST = 2**31 - 1  # for LIMIT and OFFSET in SQLite
_PLAIN = "plain"


@click.command("build")
@click.argument("more", nargs=-1, type=shared.PATH, metavar="[PATH]...")
@click.option(
    "--corpus", type=shared.PATH, multiple=True, required=True, help="Files or folders to read."
)
@shared.own_library_option
@shared.flag("--add", help="Add to the library; replace statements by their id.")
@shared.string(
    "--format",
    default=None,
    help="A format of `compare import`, or plain for tables and documents [recognised].",
)
@shared.of_tables
@shared.flag("--strict", help="Stop at the first bad row instead of skipping it.")
@shared.flag("--force", help="Rebuild even if statements would be lost.")
@shared.encoder_name
@click.option(
    "--read",
    type=click.Choice([one.value for one in WordsRead]),
    help="What models read of statements that have a translation into English [translations].",
)
@shared.ray
@shared.as_json
def build(
    corpus: tuple[Path, ...],
    more: tuple[Path, ...],
    library: Backend | None,
    add: bool,
    format: str | None,
    map: dict[str, str],
    dates: str | None,
    fill: dict[str, str],
    strict: bool,
    force: bool,
    encoder: str,
    read: str | None,
    ray: str,
    as_json: bool,
) -> None:
    """Read statements and build a library from them.

    \b
      compare build --corpus speeches.csv briefings/ --library my-library
      compare build --corpus new.jsonl --library my-library --add --map redner=speaker
      compare build --corpus UNGDC_1946-2024.tgz --library un --format ungdc
      compare build --corpus speech.pdf --library my-library --fill "speaker=Ada Made-Up"
    """
    where = shared.own_library(library)
    with ExitStack() as files:
        found, statements = _read([*corpus, *more], format, map, dates, fill, strict, files)
        encodes = _encoder(where, encoder, ray, add=add)
        if read and add and where.exists() and (made := where.open().manifest.read) != read:
            raise click.BadParameter(
                f"the library in {where} reads {made}: leave it out, or build it again without "
                "--add.",
                param_hint="--read",
            )
        with progress("Embedding") as on_progress:
            if where.exists() and add:
                built = Library.open(where, encodes).update(statements, on_progress=on_progress)
            else:
                # Without --force the old library has to open, so that nothing is lost unnoticed.
                if where.exists() and not force:
                    _check_nothing_is_lost(where, statements)
                built = Library.build(statements, where, encodes, on_progress, read=read or None)
    manifest = built.manifest
    if not as_json:
        _remark_on(found)
        say(
            f"{built.backend}: {counted(manifest.statements, 'statement')}, "
            f"{counted(manifest.passages, 'passage')}."
        )
        return
    fields = ("file", "line", "column", "value", "message")
    say_json(
        {
            "library": str(built.backend),
            "digest": built.digest,
            "statements": manifest.statements,
            "passages": manifest.passages,
            "read": len(statements),
            "skipped": [
                {name: getattr(problem, name) for name in fields} for problem in found.problems
            ],
            "notes": list(found.notes),
            "unknown_countries": dict(found.unknown_countries),
        }
    )


def _read(
    paths: Sequence[Path],
    name: str | None,
    columns: dict[str, str],
    dates: str | None,
    fill: dict[str, str],
    strict: bool,
    files: ExitStack,
) -> tuple[Corpus, StatementFile]:
    """Read statements into a temporary file, which is deleted when `files` closes."""
    if name not in (None, _PLAIN, *formats()):
        raise click.BadParameter(
            f"There is no format {name!r}: leave it out, or name {_PLAIN} (tables and documents) "
            f"or one of {', '.join(formats())}.",
            param_hint="--format",
        )
    found = recognised_format(paths) if name is None and not (columns or dates) else None
    plain = name == _PLAIN or (name is None and found is None)
    for option, given, why in (
        ("--map", columns, "has no columns to map"),
        ("--dates", dates, "has its own dates"),
        ("--fill", fill, "fills its own fields"),
    ):
        if given and not plain:
            seen = f" This is {found.title}, unless you name --format {_PLAIN}." if found else ""
            raise click.BadParameter(f"a public format {why}.{seen}", param_hint=option)
    with waiting("Reading statements") as on_progress:
        if plain:
            reading = Reading(paths, mapping=columns, fill=fill, dates=dates, strict=strict)
            statements = files.enter_context(in_file(reading.statements(), on_progress))
            corpus = reading.corpus()
        else:
            importing = Import(paths, name, strict=strict)
            statements = files.enter_context(in_file(importing.statements(), on_progress))
            importing.check_found()
            report = importing.report
            how = "Recognised as" if report.recognised else "Read as"
            title = f"{how} {report.title} (--format {report.format})."
            corpus = report.corpus()
            corpus = replace(corpus, notes=(title, *corpus.notes))
    if not len(statements):
        _remark_on(replace(corpus, notes=()))
        remedy = "put rows below the names of the columns, or text into a document"
        if corpus.problem_count:
            remedy = "correct the problems above"
        if any(TWO_DAYS in problem.message for problem in corpus.problems):
            remedy += ", or name the order of day and month with --dates"
        named = ", ".join(map(str, paths))
        raise CorpusError(f"No statement could be read from {named}: {remedy}.")
    return corpus, statements


def _encoder(where: Backend, name: str, ray: str, *, add: bool) -> Encoder | None:
    """Return the encoder that --encoder and --ray name; None for the usual one.

    A cluster adds to a library with the encoder that the library was built with.
    """
    if not ray:
        return models.load_encoder(name) if name else None
    if not name and add and where.exists():
        name = where.open().manifest.encoder
    return RayEncoder(name or None, Cluster(ray))


def _check_nothing_is_lost(where: Backend, statements: StatementFile) -> None:
    held = Library.open(where).store.ids()
    if lost := sorted(held - statements.ids()):
        raise LibraryError(
            f"The library in {where} holds {len(lost)} statements that the corpus does not have "
            f"(the first is {lost[0]!r}): keep them with --add, or drop them with --force."
        )


def _remark_on(corpus: Corpus) -> None:
    remark_problems(corpus.problems, corpus.problem_count)
    if corpus.problem_count:
        remark(f"{corpus.problem_count} skipped.")
    remark_notes(corpus.notes)


@click.command("show")
@click.argument("ids", nargs=-1, type=shared.text, metavar="[ID]...")
@shared.string("--find", help="List statements with these words.")
@shared.number("--limit", 50, "Statements listed", maximum=_MOST)
@shared.number("--offset", 0, "Statements skipped", minimum=0, maximum=_MOST)
@shared.filtering
@shared.as_json
@shared.library_option
def show(
    ids: tuple[str, ...],
    find: str,
    limit: int,
    offset: int,
    filters: Filters,
    as_json: bool,
    library: Backend | None,
) -> None:
    """Show statements by their ids, with their passages; without an id, list statements.

    \b
      compare show blinken-1
      compare show --find "military aid" --only-country China
    """
    typed = shared.typed_options()
    if ids and (chosen := typed.keys() - {"library", "as_json"}):
        option = typed[min(chosen)]
        raise click.UsageError(f"{option} chooses what is listed: leave it or the ids out.")
    if find and not distinct_words(find):
        raise click.BadParameter(f"{find!r} has no word to find: give one.", param_hint="--find")
    opened = shared.open_library(library)
    if ids and as_json:
        entries = [_as_json(statement, opened) for statement in opened.statements(ids)]
        say_json(entries if len(entries) > 1 else entries[0])
    elif ids:
        for statement in opened.statements(ids):
            _show(statement, opened)
    else:
        listed, total = opened.browse(filters, find, limit, offset)
        if as_json:
            statements = [statement.to_dict() for statement in listed]
            say_json({"total": total, "offset": offset, "statements": statements})
        else:
            _list(listed)
            say(f"{len(listed)} of {total} statements.")


def _as_json(statement: Statement, library: Library) -> dict[str, Any]:
    passages = library.passages(library.statement_rows(statement.id))
    return {
        "statement": statement.to_dict(),
        "passages": [
            {
                "start": one.start,
                "end": one.end,
                "pages": page_numbers(statement.pages_of(one.start, one.end)),
                "text": one.text,
                "translation": one.translation,
            }
            for one in passages
        ],
        "also_said": [other.to_dict() for other in library.duplicates_of(statement.id)],
    }


def _show(statement: Statement, library: Library) -> None:
    """Print a statement's non-empty fields, its passages, and who else said it."""
    fields = statement.to_dict()
    extra = fields.pop("extra")
    fields["pages"] = str(len(statement.pages)) if statement.pages else ""
    fields["country"] = "; ".join(
        f"{country.name} ({country.code})" if country.code else country.name
        for country in statement.country
    )
    for name, value in {**fields, **extra}.items():
        if value:
            say(f"{one_line(name)}: {value}")
    passages = library.passages(library.statement_rows(statement.id))
    for number, passage in enumerate(passages, start=1):
        page = pages_in_words(statement.pages_of(passage.start, passage.end))
        place = f"{passage.start}-{passage.end}" + (f", {page}" if page else "")
        say(f"passage {number} ({place}): {one_line(passage.text)}")
        if passage.translation:
            say(f"  translation: {one_line(passage.translation)}")
    for other in library.duplicates_of(statement.id):
        say(f"also said: {attribution(other)}")
    say()


def _list(statements: Sequence[Statement]) -> None:
    rows = [
        (one.id, one.date.iso if one.date else "", one.speaker, one.countries, one.text)
        for one in statements
    ]
    if on_terminal():
        names = ("Id", "Date", "Speaker", "Country")
        draw_table(
            "", [*((name, {}) for name in names), ("Words", {"ratio": 1})], rows, expand=True
        )
        return
    for row in rows:
        say("\t".join(map(one_line, row)))


@click.command("delete")
@click.argument("ids", nargs=-1, required=True, type=shared.text, metavar="ID...")
@shared.as_json
@shared.own_library_option
def delete(ids: tuple[str, ...], as_json: bool, library: Backend | None) -> None:
    """Delete statements from a library for good."""
    opened = Library.open(shared.own_library(library))
    after = opened.delete(set(ids) - shared.finish_deletion(opened))
    deleted = sorted(set(ids))
    data = {"deleted": deleted, "statements": len(after)}
    text = f"{after.backend}: {len(deleted)} deleted, {len(after)} statements left."
    say_either(as_json, data, text)
    remark("Note: Remove them from the files too, or the next build from these adds them again.")
    for name in [watch.name for watch in after.watches if watch.quote.statement_id in deleted]:
        remark(
            f"Note: The watch {name!r} searches for the words of a statement that was deleted, and "
            "still has them: `compare watch remove` removes it."
        )


@click.command("info")
@shared.flag("--verify", help="Read every file and check its digest.")
@shared.as_json
@shared.library_option
def info(verify: bool, as_json: bool, library: Backend | None) -> None:
    """Show what a library was built from, and which models read it."""
    opened = shared.open_library(library)
    if verify:
        opened.verify()
    manifest, model = opened.manifest, opened.stance_model()
    facets, period = opened.facets(), opened.period() or ()
    languages = {one.value: one.count for one in facets["languages"]}
    languages |= {"": unknown} if (unknown := manifest.statements - sum(languages.values())) else {}
    data = {
        "library": str(opened.backend),
        "statements": manifest.statements,
        "countries": len(facets["countries"]),
        "speakers": len(facets["speakers"]),
        "languages": languages,
        "years": " to ".join(dict.fromkeys(str(day.year) for day in period)),
        "passages": manifest.passages,
        "digest": opened.digest,
        "generation": opened.generation,
        "format": manifest.format,
        "built_by": manifest.program,
        "read_only": opened.read_only,
        "verified": verify,
        "nearest_by": opened.store.nearest_by,
        "read": manifest.read,
        "encoder": {
            "name": manifest.encoder,
            "digest": manifest.encoder_digest,
            "dim": manifest.dim,
        },
        "stance": {"name": model.name, "digest": model.digest},
        "version": __version__,
    }
    if as_json:
        say_json(data)
        return
    for name, value in data.items():
        text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        if name == "languages":
            text = ", ".join(f"{tag or 'not given'} {n:,}" for tag, n in languages.items())
        elif isinstance(value, dict):
            text = ", ".join(map(str, value.values()))
        say(f"{name.replace('_', ' ')}: {text}")
