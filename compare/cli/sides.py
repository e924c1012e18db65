"""`compare sides`, `timeline` and `matrix`: pairs of whole sides instead of one quote."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import click

import compare
from compare.cli import options as shared
from compare.cli.output import (
    attribution,
    check_csv,
    check_out,
    progress,
    quoted,
    rationale_lines,
    remark,
    remark_notes,
    say,
    say_json,
)
from compare.export.formats import table_csv
from compare.export.words import counted, duration
from compare.files import write_whole
from compare.library.filters import Filters
from compare.models.values import Stance

_LONG = 30  # seconds

_reading = shared.together(
    shared.words("--topic", help="Only passages on this: words or a sentence."),
    shared.period,
    shared.reading,
    shared.thresholds,
    shared.number("--most", None, "Most pairs read, the likeliest first [20000]"),
    shared.flag("--plan", "plan_only", help="Only say what would be read."),
    shared.number("--limit", 10, "Lines shown"),
)
_why = shared.flag("--why", help="Find the deciding words of the first --limit of each list.")
_writing = shared.together(
    shared.file("--by-year", help="Also write how many pairs agree and oppose each year (.csv)."),
    shared.out,
    shared.force,
    shared.as_json,
)


@click.command("sides")
@shared.side("--a", required=True)
@shared.side("--b", required=True)
@_why
@_reading
@_writing
def sides(a: Filters, b: Filters, **options: Any) -> None:
    """Find the pairs in which two sides agree or oppose each other.

    \b
      compare sides --a country=China --b country="United States" --topic sanctions \\
          --since 2014 --out pairs.csv

    FIELD is country, speaker, role, party, venue, source, language, id, not-country, not-speaker,
    since or until. A field given twice allows both values; different fields must all hold. Give one
    side its own period by its since and until:

    \b
      compare sides --a country=USA --a until=2016 --b country=USA --b since=2017
    """
    _run(a, b, options)


@click.command("timeline")
@shared.side("--who", required=True)
@_why
@_reading
@_writing
def timeline(who: Filters, **options: Any) -> None:
    """Find where someone changed position: what opposes what they said before.

    \b
      compare timeline --who country=Valdoria --topic "the canal"

    The earlier statement is side a. FIELD as in `compare sides`.
    """
    _run(who, None, options)


@click.command("matrix")
@shared.side("--among")
@shared.by
@_reading
@shared.file("--out", help="Write the matrix (.csv).")
@shared.force
@shared.as_json
def matrix(among: Filters, by: str, **options: Any) -> None:
    """Count which countries or speakers agree with each other on a topic.

    \b
      compare matrix --topic "the canal" --among country=Valdoria --among country=Ostravia

    All statements without --among. FIELD as in `compare sides`.
    """
    from compare.comparison.counts import NOT_A_SAMPLE
    from compare.export.rows import matrix_rows

    check_csv(options["out"], force=options["force"])
    result = _read(among, among, options, by)
    if result is None:
        return
    cells = matrix_rows(result, by)
    if out := options["out"]:
        write_whole(out, table_csv("matrix", cells), force=options["force"])
    if options["as_json"]:
        data = {"subject": result.subject, "cells": cells, "provenance": asdict(result.provenance)}
        say_json({**data, "note": NOT_A_SAMPLE})
        return
    remark_notes(result.notes)
    for cell in cells[: options["limit"]]:
        share = ""
        if cell["opposed"] is not None:
            share = f", {cell['opposed']:.0%} opposed ({cell['low']:.0%} to {cell['high']:.0%})"
        say(
            f"{cell['a']} and {cell['b']}: {cell['agree']} agree, {cell['oppose']} oppose, "
            f"{cell['read']} read{share}"
        )
    remark(NOT_A_SAMPLE)


def _run(a: Filters, b: Filters | None, options: dict[str, Any]) -> None:
    from compare.comparison.counts import NOT_A_SAMPLE
    from compare.export.rows import pair_rows, year_rows

    out, years = options["out"], options["by_year"]
    check_out(out, force=options["force"])
    check_csv(years, force=options["force"])
    result = _read(a, b, options)
    if result is None:
        return
    if out:
        result.export(out, force=options["force"])
    if years:
        write_whole(years, table_csv("years", year_rows(result)), force=options["force"])
    if options["as_json"]:
        say_json(
            {
                "subject": result.subject,
                "same_point": result.candidates,
                "read": len(result.pairs),
                "pairs": pair_rows(result),
                "by_year": year_rows(result),
                "provenance": asdict(result.provenance),
                "notes": [*result.notes, NOT_A_SAMPLE],
            }
        )
        return
    remark_notes(result.notes)
    for stance in (Stance.OPPOSE, Stance.AGREE):
        _show(result, stance, options["limit"])
    remark(NOT_A_SAMPLE)
    if out:
        verb = "that changed" if result.over_time else "that oppose"
        say(f"{out}: {len(result.agree)} pairs that agree, {len(result.oppose)} {verb}.")


def _read(
    a: Filters, b: Filters | None, options: dict[str, Any], between: str = ""
) -> compare.Result | None:
    """Say what will be read, then read it; return None if only the plan was asked for."""
    from compare.comparison.sides import MOST_READ

    library, model = shared.open_to_read(options)
    period = options["since"], options["until"]
    comparison = compare.Comparison(
        library,
        a.within(*period),
        b.within(*period) if b else None,
        topic=options["topic"],
        stance_model=model,
        most_read=options["most"] or MOST_READ,
        between=between,
    )
    if (seconds := comparison.seconds_to_find()) > _LONG:
        remark(
            f"Finding the pairs on the same point among {len(comparison.a):,} and "
            f"{len(comparison.b):,} passages takes about {duration(seconds)}, before anything is "
            "read: narrow the topic or the sides if that is too long."
        )
    _say_plan(comparison, options)
    if options["plan_only"]:
        return None
    with progress("Reading pairs") as on_progress:
        least = shared.read_thresholds(options)
        result = comparison.run(thresholds=least, on_progress=on_progress)
    if not options.get("why"):
        return result
    with progress("Finding the deciding words") as on_progress:
        return result.explain(comparison.model, most=options["limit"], on_progress=on_progress)


def _say_plan(comparison: compare.Comparison, options: dict[str, Any]) -> None:
    with progress("Finding pairs on the same point") as on_progress:
        plan = comparison.plan(on_progress)
    if options["plan_only"] and options["as_json"]:
        say_json({"subject": comparison.subject, **asdict(plan)})
        return
    passages = f"{plan.a:,}" if comparison.over_time else f"{plan.a:,} and {plan.b:,}"
    known = f", {plan.known:,} of them known" if plan.known else ""
    about = "" if plan.seconds < 1 else "about "
    (say if options["plan_only"] else remark)(
        f"{comparison.subject}: {passages} passages, {plan.same_point:,} pairs on the same point; "
        f"{plan.to_read:,} to read{known}, {about}{duration(plan.seconds)}."
    )


def _show(result: compare.Result, stance: Stance, limit: int) -> None:
    listed = result.listed(stance)
    name = "CHANGED" if result.over_time and stance is Stance.OPPOSE else stance.value.upper()
    say(f"{name}: {counted(len(listed), 'pair')}")
    ranked = list(enumerate(listed[:limit], start=1))
    if result.over_time:  # the strongest, oldest first
        ranked.sort(key=lambda entry: _days(entry[1]))
    for rank, pair in ranked:
        say(f"{rank:3}. {pair.probabilities.of(stance):.2f} {quoted(pair.a)}")
        for line in (
            attribution(pair.a.statement),
            quoted(pair.b),
            attribution(pair.b.statement),
            *rationale_lines(pair.rationale, pair.a.text, pair.b.text),
        ):
            say(f"          {line}")
    if len(listed) > limit:
        say(f"     … and {len(listed) - limit} more (--limit {len(listed)})")


def _days(pair: compare.Pair) -> list[date]:
    return [side.statement.date.first for side in pair.excerpts if side.statement.date]
