"""`compare pairs`, `compare timeline` and `compare matrix`: whole sides instead of one quote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli import options as shared
from compare.cli.options import Command
from compare.cli.output import progress, remark, say, say_json
from compare.cli.writing import check_csv, check_target, keep_or_export
from compare.library.filters import Filters
from compare.results.result import Stance

if TYPE_CHECKING:
    from compare.comparison.sides import Comparison, Plan
    from compare.results.result import Pair, Result
    from compare.statements.statement import PartialDate

_FIELDS = {
    "country": "countries",
    "speaker": "speakers",
    "role": "roles",
    "party": "parties",
    "venue": "venues",
    "source": "sources",
    "language": "languages",
    "id": "statement_ids",
    "not-country": "not_countries",
    "not-speaker": "not_speakers",
    "since": "date_from",
    "until": "date_to",
}
_DATES = {"since": "date_from", "until": "date_to"}
_SHOWN = 10
_LONG = 30  # seconds

_reading = shared.together(
    click.option("--topic", type=shared.text, default="", help="Words or a sentence."),
    click.option("--since", type=shared.date, help="Nothing said before: YYYY, YYYY-MM, …"),
    click.option("--until", type=shared.date, help="Nothing said after."),
    shared.library_folder,
    shared.encoder_name,
    shared.stance_model_name,
    shared.thresholds,
    click.option(
        "--most",
        type=click.IntRange(1),
        help="Pairs that are read at most, the likeliest first [20000].",
    ),
    click.option("--plan", "plan_only", is_flag=True, help="Only say what would be read."),
    click.option(
        "--limit", type=click.IntRange(1), default=_SHOWN, help=f"Lines shown [{_SHOWN}]."
    ),
    click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="A matrix is written as CSV; pairs and a timeline are kept whole in FILE.json, or "
        "their pairs written in a format of `compare export`.",
    ),
    shared.force,
    shared.as_json,
)


_why = click.option(
    "--why", is_flag=True, help="Find the words that decide, of the first --limit of each list."
)


_years = click.option(
    "--by-year",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="Write how many pairs agree and oppose each year, too.",
)


def _side_option(*names: str, required: bool = True) -> Callable[[Command], Command]:
    return click.option(
        *names, type=shared.text, multiple=True, required=required, metavar="FIELD=VALUE"
    )


@click.command("pairs")
@_side_option("--a", "side_a")
@_side_option("--b", "side_b")
@_why
@_years
@_reading
def pairs(side_a: tuple[str, ...], side_b: tuple[str, ...], **options: Any) -> None:
    """Find the pairs in which two sides agree or oppose each other.

    \b
      compare pairs --a country=China --b country="United States" --topic sanctions \\
          --since 2014 --out pairs.csv

    FIELD is country, speaker, role, party, venue, source, language, id, not-country, not-speaker,
    since or until. A field given twice allows both values; different fields must all hold. A
    period of one side only is its since and until:

    \b
      compare pairs --a country=USA --a until=2016 --b country=USA --b since=2017
    """
    _run(_dated(side_a, "--a", options), _dated(side_b, "--b", options), options)


@click.command("timeline")
@_side_option("--who")
@_why
@_years
@_reading
def timeline(who: tuple[str, ...], **options: Any) -> None:
    """Find where someone changed position: what they oppose of what they said before.

    \b
      compare timeline --who country=Valdoria --topic "the canal"

    The earlier statement is side a. FIELD as in `compare pairs`.
    """
    _run(_dated(who, "--who", options), None, options)


@click.command("matrix")
@_side_option("--among", required=False)
@click.option("--by", type=click.Choice(["country", "speaker"]), default="country")
@_reading
def matrix(among: tuple[str, ...], by: str, **options: Any) -> None:
    """Count who agrees with whom on a topic, party by party.

    \b
      compare matrix --topic "the canal" --among country=Valdoria --among country=Ostravia

    All statements where --among is not given. FIELD as in `compare pairs`.
    """
    from compare.comparison.counts import NOT_A_SAMPLE, count_records, matrix_csv
    from compare.comparison.counts import matrix as cells_of
    from compare.files import write_whole

    check_csv(options["out"], options["force"])
    everyone = _dated(among, "--among", options)
    table = _table(everyone, everyone, options, by)
    if table is None:
        return
    cells = count_records(table, cells_of(table, by))
    if out := options["out"]:
        write_whole(out, matrix_csv(table, by), force=options["force"])
    if options["as_json"]:
        made = asdict(table.provenance)
        told = {"subject": table.subject, "cells": cells, "provenance": made}
        say_json({**told, "note": NOT_A_SAMPLE})
        return
    for note in table.notes:
        remark(f"Note: {note}")
    for cell in cells[: options["limit"]]:
        share = (
            ""
            if cell["opposed"] is None
            else f", {cell['opposed']:.0%} opposed ({cell['low']:.0%} to {cell['high']:.0%})"
        )
        say(
            f"{cell['a']} and {cell['b']}: {cell['agree']} agree, {cell['oppose']} oppose, "
            f"{cell['read']} read{share}"
        )
    remark(NOT_A_SAMPLE)


def _run(a: Filters, b: Filters | None, options: dict[str, Any]) -> None:
    from compare.comparison.counts import NOT_A_SAMPLE, by_year, count_records, years_csv
    from compare.export.rows import records_of
    from compare.files import write_whole

    check_target(options["out"], options["force"])
    check_csv(options["by_year"], options["force"])
    table = _table(a, b, options)
    if table is None:
        return
    if out := options["out"]:
        keep_or_export(table, out, options["force"])
    if years := options["by_year"]:
        write_whole(years, years_csv(table), force=options["force"])
    if options["as_json"]:
        say_json(
            {
                "subject": table.subject,
                "same_point": table.candidates,
                "read": len(table.pairs),
                "pairs": records_of(table),
                "by_year": count_records(table, by_year(table)),
                "provenance": asdict(table.provenance),
                "notes": [*table.notes, NOT_A_SAMPLE],
            }
        )
        return
    for note in table.notes:
        remark(f"Note: {note}")
    for stance in (Stance.OPPOSE, Stance.AGREE):
        _show(table, stance, options["limit"])
    remark(NOT_A_SAMPLE)
    if out:
        verb = "that changed" if table.over_time else "that oppose"
        say(f"{out}: {len(table.agree)} pairs that agree, {len(table.oppose)} {verb}.")


def _table(
    a: Filters, b: Filters | None, options: dict[str, Any], between: str = ""
) -> Result | None:
    """Say what will be read, then read it; None where only the plan was asked for."""
    from compare.comparison.explain import explain_listed
    from compare.comparison.sides import MOST_READ, Comparison
    from compare.export.words import duration

    library = shared.open_library(options["library"], options["encoder"])
    model = shared.stance_model(options["stance_model"], library)
    comparison = Comparison(
        library,
        a,
        b,
        topic=options["topic"],
        stance_model=model,
        most_read=options["most"] or MOST_READ,
        between=between,
    )
    if (seconds := comparison.seconds_to_find()) > _LONG:
        remark(
            f"To find the pairs on the same point among {len(comparison.a):,} and "
            f"{len(comparison.b):,} passages takes about {duration(seconds)}, ahead of what is "
            "read: narrow the topic or the sides if that is too long."
        )
    with progress("Finding pairs on the same point") as on_progress:
        plan = comparison.plan(on_progress)
    if options["plan_only"] and options["as_json"]:
        say_json({"subject": comparison.subject, **asdict(plan)})
        return None
    (say if options["plan_only"] else remark)(_planned(comparison, plan))
    if options["plan_only"]:
        return None
    with progress("Reading pairs") as on_progress:
        table = comparison.run(on_progress=on_progress)
    table = table.rethreshold(**shared.read_thresholds(options))
    if not options.get("why"):
        return table
    with progress("Finding the words that decide") as on_progress:
        return explain_listed(table, comparison.model, on_progress, most=options["limit"])


def _planned(comparison: Comparison, plan: Plan) -> str:
    from compare.export.words import duration

    sides = (
        f"{plan.a:,} passages" if comparison.over_time else f"{plan.a:,} and {plan.b:,} passages"
    )
    known = f", {plan.known:,} of them known" if plan.known else ""
    about = "" if plan.seconds < 1 else "about "
    return (
        f"{comparison.subject}: {sides}, {plan.same_point:,} pairs on the same point; "
        f"{plan.to_read:,} to read{known}, {about}{duration(plan.seconds)}."
    )


def _show(table: Result, stance: Stance, limit: int) -> None:
    from compare.export.words import counted

    listed = table.listed(stance)
    name = "CHANGED" if table.over_time and stance is Stance.OPPOSE else stance.value.upper()
    say(f"{name}: {counted(len(listed), 'pair')}")
    first = list(enumerate(listed[:limit], start=1))
    if table.over_time:  # the strongest, oldest first
        first.sort(key=lambda ranked: [day.first for day in _days(ranked[1])])
    for rank, pair in first:
        for line in _lines(rank, pair, stance):
            say(line)
    if len(listed) > limit:
        say(f"     … and {len(listed) - limit} more (--limit {len(listed)})")


def _days(pair: Pair) -> list[PartialDate]:
    return [side.statement.date for side in pair.excerpts if side.statement.date]


def _lines(rank: int, pair: Pair, stance: Stance) -> Sequence[str]:
    from compare.cli.lines import attribution, why_lines, words_shown

    a, b = pair.excerpts
    below = [
        attribution(a.statement),
        words_shown(b.statement, b.text),
        attribution(b.statement),
        *why_lines(pair.rationale, a.text, b.text, ("A", "B")),
    ]
    head = f"{rank:3}. {pair.probabilities.of(stance):.2f} {words_shown(a.statement, a.text)}"
    return [head, *(f"          {line}" for line in below)]


def read_side(given: Sequence[str], option: str) -> Filters:
    """Read the FIELD=VALUE texts of one side."""
    values: dict[str, tuple[str, ...]] = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        field = _FIELDS.get(name.strip().casefold())
        if not equals or field is None or not value.strip():
            raise click.BadParameter(
                f"{entry!r} is not FIELD=VALUE with a field of {', '.join(_FIELDS)}.",
                param_hint=option,
            )
        values[field] = (*values.get(field, ()), value.strip())
    dates = {field: _date(values.pop(field, ()), option) for field in _DATES.values()}
    return Filters(**values, **dates)  # type: ignore[arg-type]  # the other names are those of tuples


def _date(given: Sequence[str], option: str) -> PartialDate | None:
    if len(given) > 1:
        raise click.BadParameter(f"{given[1]!r} is a second date of one side.", param_hint=option)
    return shared.date(given[0]) if given else None


def _dated(given: Sequence[str], option: str, options: dict[str, Any]) -> Filters:
    return read_side(given, option).within(options["since"], options["until"])
