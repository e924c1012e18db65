"""`compare watch`: saved searches that tell what is new."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import click

from compare.cli import options as shared
from compare.cli.output import (
    attribution,
    check_out,
    progress,
    remark,
    say,
    say_either,
    say_json,
    show_table,
)
from compare.cli.search import SearchOptions, searching
from compare.export import counted, table_csv
from compare.export.json_files import load_result
from compare.export.words import shortened
from compare.files import write_whole
from compare.library.backend import Backend
from compare.library.library import OpenLibrary
from compare.results import Result
from compare.safe_text import one_line
from compare.watch import FEED_ENDINGS, Entry, Watch, Watches, entry_rows, feed_bytes
from compare.watch.feeds import verdict_words

_INDENT = " " * 4
_QUOTE_SHOWN = 50
_ALSO_WITH_RESULT = {"result", "library", "encoder", "stance_model", "ray", "as_json"}

_name = click.argument("name", type=shared.text)


@click.group("watch", cls=shared.InOrder)
def watch() -> None:
    """Save the search of a quote, and be told what is new after the library was updated.

    \b
      compare watch add canal "The canal must be open to all ships." --library my-library
      compare build --corpus new.csv --library my-library --add
      compare watch run --library my-library
      compare watch feed canal --out canal.atom --library my-library
    """


# --- adding and listing ------------------------------------------------------------------------


@watch.command("add", cls=shared.OfQuote)
@_name
@click.argument("quote", type=shared.text, required=False)
@shared.file("--result", help="Watch the search of a RESULT.json of this library.")
@searching
@shared.as_json
@shared.reading_on_ray
def add(
    name: str,
    quote: str | None,
    result: Path | None,
    options: SearchOptions,
    as_json: bool,
    reading: shared.Reading,
) -> None:
    """Save the search of QUOTE as NAME; what it lists now is not reported as new.

    \b
      compare watch add canal "The canal must be open to all ships." --who "Valdoria, 2021"
      compare watch add blinken --id blinken-1 --not-own-speaker
      compare watch add canal --result result.json
    """
    if (quote, options.statement_id, result).count(None) != 2:
        raise click.UsageError("Give one of a quote, a statement's --id, and a --result.")
    typed = shared.typed_options()
    if result is not None and (own := typed.keys() - _ALSO_WITH_RESULT):
        raise click.UsageError(
            f"The result has its own filters and thresholds: leave out {typed[min(own)]}."
        )
    library, model = reading.open(writes=True)
    if result is not None:
        found = load_result(result)
    else:
        found = options.search(library, model, quote or "")
    made = library.watches.add(name, found, stance_model=model)
    text = f"{made.name} is watched: {_listed(found)} now, which will not be reported as new."
    say_either(as_json, library.watches.to_json(made), text)


def _listed(result: Result) -> str:
    return f"{len(result.agree)} agree and {len(result.oppose)} oppose"


@watch.command("list")
@shared.as_json
@shared.library_option
def list_(as_json: bool, library: Backend | None) -> None:
    """List the watches of a library."""
    watches = shared.open_library(library).watches
    found = list(watches)
    if as_json:
        say_json([watches.to_json(one) for one in found])
    elif not found:
        _remark_none(watches.library)
    else:
        head = ("Name", "Quote", "Last run", "Library", "New", "In all")
        show_table("Watches", head, [_cells(watches, one) for one in found], text_columns=4)


def _remark_none(library: OpenLibrary) -> None:
    how = "`compare watch add` adds one"
    if library.read_only:
        how = "it is read-only, so watch a library of your own"
    remark(f"This library has no watches: {how} ({library.backend}).")


def _cells(watches: Watches, of: Watch) -> tuple[str, str, str, str, int, int]:
    run = of.last_run
    return (
        one_line(of.name),
        shortened(one_line(of.quote.text), _QUOTE_SHOWN),
        run.date if run else f"none since {of.created}",
        "changed since" if watches.are_behind else "unchanged",
        run.new if run else 0,
        of.total,
    )


# --- running and showing -----------------------------------------------------------------------


@watch.command("run")
@shared.as_json
@shared.file("--out", help="Write the new entries to a .csv file.")
@shared.force
@shared.reading_on_ray
def run(as_json: bool, out: Path | None, force: bool, reading: shared.Reading) -> None:
    """Print what is new since the last run, of all watches.

    Only statements that are new, or whose words changed, are scored. If you interrupt the command,
    nothing is changed. Each entry is printed once; `compare watch show` still has it later.
    """
    check_out(out, ".csv", force=force)
    library = reading.open_library(writes=True)
    watches = library.watches
    model = cache(reading.load_model)
    if list(watches) and watches.are_behind:
        model()  # before a bar is drawn
    with progress("Running watches") as on_progress:
        found = watches.run(stance_model=model, on_progress=on_progress)
    ran = [(one, found.entries[one.name]) for one in found.watches]
    rows = [row for one, entries in ran for row in entry_rows(one, entries)]
    if out is not None:
        write_whole(out, table_csv("watch entries", rows), force=force)
        remark(f"Wrote {out}: {counted(len(rows), 'entry', 'entries')}.")
    if as_json:
        data = {name: getattr(found, name) for name in ("date", "digest", "read", "unchanged")}
        data["watches"] = [watches.to_json(one) for one in found.watches]
        say_json({**data, "entries": rows})
        return
    if not ran:
        _remark_none(library)
    for one, entries in ran:
        unchanged = "; the library has not changed" if found.unchanged else ""
        say(f"{one.name}: {f'{len(entries)} new' if entries else 'nothing new'}{unchanged}.")
        _say_entries(entries)


def _say_entries(entries: Sequence[Entry]) -> None:
    for entry in entries:
        side = entry.pair.b
        say(f"  {one_line(verdict_words(entry))}: “{one_line(side.text)}”")
        context = side.context and f"context: {side.context}"
        for line in filter(None, (attribution(side.statement), context, side.statement.url)):
            say(f"{_INDENT}{one_line(line)}")


@watch.command("show")
@_name
@shared.as_json
@shared.library_option
def show(name: str, as_json: bool, library: Backend | None) -> None:
    """Show a watch and all that it found, the newest first."""
    watches = shared.open_library(library).watches
    ((one, entries),) = watches.found([name])
    if as_json:
        say_json({"watch": watches.to_json(one), "entries": entry_rows(one, entries)})
        return
    say(f"{one.name}: {f'{len(entries)} in all' if entries else 'no entries yet'}.")
    say(f"Quote: “{one_line(one.quote.text)}”")
    if one.quote.opposite:
        say(f"Opposite: “{one_line(one.quote.opposite)}”")
    say(f"Searched in: {one_line(one.filters.in_words())}.")
    say(f"Last run: {one.last_run.date if one.last_run else f'none since {one.created}'}")
    _say_entries(entries)


# --- feeds and removing ------------------------------------------------------------------------


@watch.command("feed")
@click.argument("names", nargs=-1, type=shared.text, metavar="[NAME]...")
@shared.flag("--all", "every", help="All watches in one feed.")
@shared.file("--out", help="The file to write.", required=True)
@shared.string("--self-link", help="The address at which the file can be fetched.")
@shared.force
@shared.library_option
def feed(
    names: tuple[str, ...],
    every: bool,
    out: Path,
    self_link: str,
    force: bool,
    library: Backend | None,
) -> None:
    """Write what watches found for feed readers (.atom or .xml) or as a table (.csv)."""
    if every == bool(names):
        raise click.UsageError("Name a watch, or give --all.")
    check_out(out, *FEED_ENDINGS, force=force)
    found = shared.open_library(library).watches.found(None if every else names)
    data = feed_bytes(found, FEED_ENDINGS[out.suffix.casefold()], self_link)
    write_whole(out, data, force=force)
    number = sum(len(entries) for _, entries in found)
    remark(f"Wrote {out}: {counted(number, 'entry', 'entries')}.")


@watch.command("remove")
@_name
@shared.as_json
@shared.library_option
def remove(name: str, as_json: bool, library: Backend | None) -> None:
    """Remove a watch for good, with all that it found."""
    watches = shared.open_library(library, writes=True).watches
    removed = watches.watch(name).name
    watches.remove(removed)
    say_either(as_json, {"removed": removed}, f"{removed} is no longer watched.")
