"""`compare show`, `delete` and `info`: what a library holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli import options as shared
from compare.cli.output import attribution, console, on_terminal, say, say_either, say_json
from compare.safe_text import one_line

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.statements.passages import Passage
    from compare.statements.statement import Statement


_MOST = 2**31 - 1
_COLUMNS = ("Id", "Date", "Speaker", "Country", "Words")


@click.command("show")
@click.argument("ids", nargs=-1, type=shared.text, metavar="[ID]...")
@shared.words("--find", help="List statements with these words.")
@shared.number("--limit", 50, "Statements listed", most=_MOST)
@shared.number("--offset", 0, "Statements skipped", least=0, most=_MOST)
@shared.filtering
@shared.as_json
@shared.library_folder
def show(
    ids: tuple[str, ...],
    find: str,
    limit: int,
    offset: int,
    as_json: bool,
    library: Path | None,
    **options: Any,
) -> None:
    """Show statements by their ids, with their passages; without an id, list statements.

    \b
      compare show blinken-1
      compare show --find "military aid" --only-country China
    """
    filters = shared.read_filters(options)
    opened = shared.open_library(library)
    if ids:
        found = opened.statements(ids)
        if not as_json:
            for statement in found:
                _show(statement, opened)
            return
        entries = [_as_json(statement, opened) for statement in found]
        say_json(entries if len(entries) > 1 else entries[0])
        return
    statements, total = opened.browse(filters, find, limit, offset)
    if as_json:
        listed = [statement.to_dict() for statement in statements]
        say_json({"total": total, "offset": offset, "statements": listed})
    else:
        _list(statements)
        say(f"{len(statements)} of {total} statements.")


def _passages(statement: Statement, library: Library) -> list[Passage]:
    return library.passages(library.statement_rows(statement.id))


def _as_json(statement: Statement, library: Library) -> dict[str, Any]:
    return {
        "statement": statement.to_dict(),
        "passages": [
            {"start": passage.start, "end": passage.end, "text": passage.text}
            for passage in _passages(statement, library)
        ],
        "also_said": [other.to_dict() for other in library.duplicates_of(statement.id)],
    }


def _show(statement: Statement, library: Library) -> None:
    """Print all fields that are filled, the passages, and who else said it."""
    fields = statement.to_dict()
    extra = fields.pop("extra")
    fields["country"] = "; ".join(
        f"{country.name} ({country.code})" if country.code else country.name
        for country in statement.country
    )
    for name, value in {**fields, **extra}.items():
        if value:
            say(f"{one_line(name)}: {value}")
    for number, passage in enumerate(_passages(statement, library), start=1):
        say(f"passage {number} ({passage.start}-{passage.end}): {one_line(passage.text)}")
    for other in library.duplicates_of(statement.id):
        say(f"also said: {attribution(other)}")
    say()


def _list(statements: Sequence[Statement]) -> None:
    rows = [
        (one.id, one.date.iso if one.date else "", one.speaker, one.countries, one.text)
        for one in statements
    ]
    if not on_terminal():
        for row in rows:
            say("\t".join(map(one_line, row)))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(expand=True)
    for name in _COLUMNS:
        table.add_column(name, ratio=1 if name == "Words" else None)
    for row in rows:
        table.add_row(*(Text(one_line(cell)) for cell in row))
    console().print(table)


@click.command("delete")
@click.argument("ids", nargs=-1, required=True, type=shared.text, metavar="ID...")
@shared.as_json
@shared.own_folder
def delete(ids: tuple[str, ...], as_json: bool, library: Path | None) -> None:
    """Delete statements from a library for good."""
    from compare.library.library import Library

    after = Library.open(shared.own_library(library)).delete(ids)
    data = {"deleted": sorted(set(ids)), "statements": len(after)}
    told = f"{after.folder}: {len(set(ids))} deleted, {len(after)} statements left."
    say_either(as_json, data, told)


@click.command("info")
@click.option("--verify", is_flag=True, help="Read every file and check its digest.")
@shared.as_json
@shared.library_folder
def info(verify: bool, as_json: bool, library: Path | None) -> None:
    """Show what a library was built from, and which models read it."""
    from compare import __version__
    from compare.models.calibration import about_adaptation

    opened = shared.open_library(library)
    if verify:
        opened.verify()
    manifest = opened.manifest
    model = opened.stance_model()
    data = {
        "library": str(opened.folder),
        "statements": manifest.statements,
        "passages": manifest.passages,
        "digest": opened.digest,
        "generation": opened.generation,
        "format": manifest.format,
        "built_by": manifest.program,
        "read_only": opened.read_only,
        "verified": verify,
        "encoder": {
            "name": manifest.encoder,
            "digest": manifest.encoder_digest,
            "dim": manifest.dim,
        },
        "stance": {"name": model.name, "digest": model.digest},
        "adaptation": about_adaptation(model, opened.folder) or "none",
        "version": __version__,
    }
    if as_json:
        say_json(data)
        return
    for name, value in data.items():
        say(f"{name.replace('_', ' ')}: {_in_words(value)}")


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value.values())) if isinstance(value, dict) else str(value)
