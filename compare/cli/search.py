"""`compare search`: who agrees with a quote, who opposes it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli import options as shared
from compare.cli.output import progress, remark, say_json
from compare.cli.writing import check_target, keep_or_export
from compare.errors import QueryError
from compare.library.filters import Filters
from compare.results.result import Result, Thresholds
from compare.statements.quotes import Quote

if TYPE_CHECKING:
    from compare.library.library import Library

_SHOWN = 10


@click.command("search")
@click.argument("quote", type=shared.text, required=False)
@click.option("--id", "statement_id", type=shared.text, help="Ask about a statement by its id.")
@shared.who_and_when
@shared.filtering
@shared.thresholds
@click.option("--candidates", type=click.IntRange(1, 10_000), help="Passages read for the quote.")
@shared.why
@click.option("--limit", type=click.IntRange(1), help=f"Most shown of each list [{_SHOWN}].")
@shared.as_json
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the result in FILE.json, or write its pairs to FILE.csv, .jsonl, .xlsx, .md, .bib, "
    ".ris or .html.",
)
@shared.force
@shared.library_folder
@shared.encoder_name
@shared.stance_model_name
def command(
    quote: str | None,
    statement_id: str | None,
    as_json: bool,
    limit: int | None,
    out: Path | None,
    force: bool,
    library: Path | None,
    encoder: str | None,
    **options: Any,
) -> None:
    """Find who agrees with QUOTE and who opposes it; "-" reads it from standard input.

    \b
      compare search "We will not hesitate to impose costs." --who "United States, 2022"
      compare search --id blinken-1 --not-own-speaker --why
      pbpaste | compare search - --out pairs.csv
    """
    if quote is None and statement_id is None:
        raise click.UsageError("Give a quote, or a statement's id with --id.")
    check_target(out, force)
    text = _from_stdin() if quote == "-" else quote or ""
    given = shared.read_quote(text, options)
    filters = shared.read_filters(options)
    thresholds = shared.read_thresholds(options)
    opened = shared.open_library(library, encoder)
    asked = _of_statement(given, opened, statement_id) if statement_id else given
    result = _search(opened, asked, filters, thresholds, options)
    if out is not None:
        _write(result, out, force)
    if as_json:
        _print_json(result, limit)
    elif out is None:
        from compare.cli.lines import show_result

        show_result(result, limit or _SHOWN)


def _search(
    library: Library,
    quote: Quote,
    filters: Filters,
    thresholds: dict[str, float | None],
    options: dict[str, Any],
) -> Result:
    from compare.comparison.search import CANDIDATES, search

    model = shared.stance_model(options["stance_model"], library)
    given = {name: value for name, value in thresholds.items() if value is not None}
    with progress("Reading pairs") as on_progress:
        return search(
            library,
            quote,
            stance_model=model,
            filters=filters,
            thresholds=replace(Thresholds(), **given),
            candidates=options["candidates"] or CANDIDATES,
            why=options["why"],
            on_progress=on_progress,
        )


def _of_statement(given: Quote, library: Library, statement_id: str) -> Quote:
    """Return the quote as the statement has it; what was given by itself stands before that."""
    own = Quote.from_statement(library.statement(statement_id))
    names = ("text", "speaker", "role", "country", "date", "context")
    return replace(own, **{name: value for name in names if (value := getattr(given, name))})


def _from_stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QueryError(
            f"Standard input is not UTF-8 text (byte {error.start + 1}): convert it, or give the "
            "quote as an argument."
        ) from error


def _write(result: Result, out: Path, force: bool) -> None:
    keep_or_export(result, out, force)
    counts = (
        f"{len(result.agree)} agree, {len(result.oppose)} oppose, {len(result.neither)} neither"
    )
    remark(f"Wrote {out}: {counts}.")


def _print_json(result: Result, limit: int | None) -> None:
    from compare.export.public import public_json

    data = public_json(result)
    if limit is not None:
        data["results"] = [entry for entry in data["results"] if entry["rank"] <= limit]
    say_json(data)
