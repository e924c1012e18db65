"""`compare export`, `report`, `reproduce` and `sensitivity`: commands that read a saved result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import takewhile
from pathlib import Path
from typing import Any

import click

from compare import models
from compare.cli import options as shared
from compare.cli.output import (
    check_named,
    check_not_read,
    check_out,
    progress,
    remark,
    say,
    say_json,
    say_written,
    show_table,
    write_to_stdout,
)
from compare.comparison import Reproduction
from compare.comparison.reproduce import TOLERANCE, Difference, Moved, PairId
from compare.comparison.reproduce import reproduce as make_again
from compare.comparison.sensitivity import Sensitivity
from compare.export import ExportFormat, counted, export_bytes
from compare.export.json_files import load_result
from compare.results import Result, Stance
from compare.safe_text import one_line

_FORMATS = tuple(format.value for format in ExportFormat)
_LISTED = "listed pair"  # a result also holds pairs that no list does
_SHOWN = 90  # characters of a text that differs
_result = click.argument("result", type=shared.FILE)
_listed = shared.together(shared.lists, shared.thresholds, shared.force, shared.as_json)


def _load(result: Path, options: dict[str, Any]) -> tuple[Result, Sequence[Stance], int]:
    """Return a saved result at the thresholds given, the lists to write, and their length."""
    kept = load_result(result).rethreshold(
        probability=options["probability"],
        similarity=options["similarity"],
        without_kinds=options["without_kinds"] or None,  # those of the result
    )
    lists = options["stances"] or kept.usual_lists
    return kept, lists, sum(len(kept.listed(stance)) for stance in lists)


@click.command("export")
@_result
@click.option("--to", type=click.Choice(_FORMATS), help="The format [by --out's suffix].")
@shared.out_or_stdout("RESULT with the format's suffix")
@_listed
def export(result: Path, to: str | None, out: Path | None, **options: Any) -> None:
    """Write a saved result in another format: its pairs, or citations of them.

    RESULT is a file saved with --out RESULT.json by `search`, `sides` or `timeline`, or with
    --passages RESULT.json by `positions`.

    \b
      compare export result.json --to csv
      compare export pairs.json --out oppose.xlsx --stance oppose
    """
    if to is None and out in (None, shared.STDOUT):
        raise click.UsageError(f"Name a format by --to: {', '.join(_FORMATS)}.")
    format = ExportFormat(to) if to else ExportFormat.of(out or result)
    target = out or result.with_suffix(format.suffix)
    if target != shared.STDOUT:
        check_not_read(target, result)
        check_named(target, format, force=options["force"])
    kept, lists, pairs = _load(result, options)
    if target == shared.STDOUT:
        write_to_stdout(export_bytes(kept, format, stances=lists))
        return
    path = kept.export(target, format, stances=lists, force=options["force"])
    as_json = options["as_json"]
    say_written(path, pairs, as_json=as_json, what=_LISTED, format=format.value)


@click.command("report")
@_result
@shared.file("--out", help="The file to write [RESULT with the suffix .html].")
@shared.string("--title", help="The heading [what was asked].")
@shared.number("--limit", None, "Most pairs shown of each list [all]")
@shared.flag("--sensitivity", help="Add what other settings, ends and models give.")
@shared.reading
@_listed
def report(result: Path, out: Path | None, title: str, limit: int | None, **options: Any) -> None:
    """Write a saved result as one HTML page that needs no network.

    \b
      compare report result.json --out report.html
      compare report pairs.json --title "Two governments on the canal" --limit 20

    RESULT is a file as for `compare export`. The page holds the pairs side by side, how they were
    found, the limits, and the statements used as references. The browser prints it as a PDF. It
    says what other minimum probabilities give; with --sensitivity, also what `compare sensitivity`
    does, from the library of --library.
    """
    target, force = out or result.with_suffix(".html"), options["force"]
    check_not_read(target, result)
    check_out(target, ".html", ".htm", force=force)
    kept, lists, _ = _load(result, options)
    pairs = sum(len(kept.listed(stance)[:limit]) for stance in lists)
    firm = _sensitivity(kept, options) if options["sensitivity"] else None
    path = kept.report(
        target, stances=lists, title=title, limit=limit, sensitivity=firm, force=force
    )
    say_written(path, pairs, as_json=options["as_json"], what=_LISTED)


@click.command("sensitivity")
@_result
@shared.reading
@shared.as_json
def sensitivity(result: Path, as_json: bool, **options: Any) -> None:
    """Repeat a saved result with one change at a time, and count what takes which side.

    \b
      compare sensitivity result.json
      compare sensitivity places.json --library un --json

    RESULT is a file as for `compare export`. Each line makes one change: another minimum
    probability; half or twice as many passages read; the claim alone; its opposite alone, with
    agree and oppose exchanged; or, if two models read, the fast model alone. The counts are of the
    statements of a search, the pairs of two sides or of a timeline, or the countries or speakers of
    positions.
    """
    found = _sensitivity(load_result(result), options)
    if as_json:
        say_json(asdict(found))
        return
    head = ("change", "agree", "oppose", "same side", "other side")
    rows = [(one.what, one.agree, one.oppose, one.same, one.other) for one in found.variations]
    show_table(f"By {found.unit}", head, rows, text_columns=1, format=",")


def _sensitivity(kept: Result, options: dict[str, Any]) -> Sensitivity:
    library = shared.open_library(options["library"], options["encoder"])
    name = options["stance_model"]
    model = models.load_stance_model(name) if name else None
    with progress("Repeating the result") as on_progress:
        return kept.sensitivity(library, stance_model=model, on_progress=on_progress)


@click.command("reproduce")
@_result
@shared.up_to_one(
    "--tolerance", default=TOLERANCE, help="How much a probability or similarity may differ"
)
@shared.number("--limit", 10, "Pairs named of each kind")
@shared.reading
@shared.as_json
def reproduce(result: Path, tolerance: float | None, **options: Any) -> int:
    """Repeat a saved result and compare the pairs.

    \b
      compare reproduce result.json
      compare reproduce result.json --library un --json

    RESULT is a file as for `compare export`. Its own filters, thresholds, settings and stance model
    (or the one you name) are used again, every pair is read again, and every statement is compared
    with the library's. The exit code is 0 if all of it came out the same, 1 if not, and 2 if it
    could not be repeated.
    """
    kept = load_result(result)
    library = shared.open_library(options["library"], options["encoder"])
    name = options["stance_model"]
    model = models.load_stance_model(name) if name else None
    with progress("Reading pairs") as on_progress:
        done = make_again(
            kept,
            library,
            stance_model=model,
            tolerance=TOLERANCE if tolerance is None else tolerance,
            on_progress=on_progress,
        )
    if options["as_json"]:
        say_json(done.to_dict())
    else:
        _show(done, options["limit"])
    return 0 if done.same else 1


def _show(done: Reproduction, limit: int) -> None:
    pairs_differ = done.missing or done.new or done.relabelled or done.moved
    if done.same:
        pairs = f"{counted(done.kept, 'pair')}, listed or not,"
        say(f"Same: {pairs} came out again, with the same labels and probabilities.")
    elif pairs_differ:
        say(
            f"Different: of {done.kept:,} pairs, listed or not, {len(done.missing):,} are missing, "
            f"{len(done.new):,} are new, {len(done.relabelled):,} have another label, "
            f"and {len(done.moved):,} have another probability."
        )
    else:
        say(
            f"Different: {counted(done.kept, 'pair')}, listed or not, came out again, with the "
            "same labels and probabilities, but the result says something else about them."
        )
    for difference in done.differences:
        head = "It may come from" if pairs_differ else "All the same with"
        say(f"{head} another {difference.what}: {difference.was} then, {difference.now} now.")
    if pairs_differ and not (done.differences or done.statements or done.contents):
        say(
            "Program, models and library are the same: it may come from another processor, whose "
            "8-bit products differ a little (--tolerance allows for that)."
        )
    for head, lines in (
        ("Statements", [_difference(entry, "the library") for entry in done.statements]),
        ("Contents", [_difference(entry, "the repeated one") for entry in done.contents]),
        ("Missing", list(map(_ids, done.missing))),
        ("New", list(map(_ids, done.new))),
        ("Another label", _moves(done.relabelled)),
        ("Moved", _moves(done.moved)),
    ):
        for line in lines[:limit]:
            say(f"{head}: {line}")
        if len(lines) > limit:
            remark(f"… and {len(lines) - limit:,} more: {head.lower()} (--json lists them all).")
    for what in done.unchecked:
        remark(f"Not checked: {one_line(what)}.")


def _difference(entry: Difference, where: str) -> str:
    """Return "statement embassy-1: speaker is 'X' in the result and 'Y' in the library"."""
    was, now = map(one_line, (entry.was, entry.now))
    # Long texts are shown from shortly before they begin to differ.
    same = sum(1 for _ in takewhile(lambda two: two[0] == two[1], zip(was, now, strict=False)))
    start = 0 if max(len(was), len(now)) <= _SHOWN else max(0, same - _SHOWN // 3)
    shown = [
        f"'{'…' * bool(start)}{text[start : start + _SHOWN]}{'…' * (len(text) > start + _SHOWN)}'"
        for text in (was, now)
    ]
    return f"{one_line(entry.what)} is {shown[0]} in the result and {shown[1]} in {where}"


def _moves(entries: Sequence[Moved]) -> list[str]:
    """Describe the pairs whose label or probability changed, the greatest changes first."""
    lines = []
    for entry in sorted(entries, key=lambda moved: -moved.by):
        was, now = (stance.value if stance else "no list" for stance in (entry.was, entry.now))
        change = f"{was} → {now}, " if was != now else ""
        lines.append(f"{_ids(entry.pair)}: {change}by {entry.by:.4f}")
    return lines


def _ids(pair: PairId) -> str:
    """Return the ids of a pair, with the offsets of their passages."""
    if not pair.a:
        return pair.b
    return f"{pair.a} (from character {pair.a_start}) and {pair.b} (from {pair.b_start})"
