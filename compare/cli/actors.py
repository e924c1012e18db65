"""`compare sides`, `timeline` and `positions`: actors compared on a proposition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from compare.cli import options as shared
from compare.cli.output import (
    attribution,
    check_apart,
    check_out,
    progress,
    quoted,
    rationale_lines,
    remark,
    remark_notes,
    say,
    say_json,
    show_table,
    translation_lines,
)
from compare.comparison import (
    NOT_A_SAMPLE,
    AgreementMatrix,
    PositionTable,
    compare_sides,
    position_table,
)
from compare.defaults import MOST_OF_SIDE, MOST_OF_SIDE_LIMIT, MOST_PER_ACTOR, MOST_PER_ACTOR_LIMIT
from compare.export import counted, csv_bytes, rows, table_csv
from compare.export.json_files import positions_json, sides_json
from compare.export.words import kinds_in_words, left_out_note, reader_notes
from compare.files import write_whole
from compare.library import FILTERS, Filters
from compare.library.filters import check_order
from compare.models import Stance
from compare.progress import Progress
from compare.results import (
    OF_PLACEMENTS,
    Actor,
    Pair,
    Position,
    Positions,
    PositionScore,
    Result,
    Thresholds,
)
from compare.safe_text import one_line

_NAMED = 12
_BAR = 21  # odd, so that 0 has a place in the middle


SIDE_FIELDS = {entry.word: name for name, entry in FILTERS.items() if entry.takes_values}
SIDE_FIELDS |= {"since": "date_from", "until": "date_to"}
"""Each FIELD of a side, with the field of `Filters` that it sets."""


def _read_side(given: Sequence[str]) -> Filters:
    """Return the filters that FIELD=VALUE texts describe."""
    values: dict[str, Any] = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        field = SIDE_FIELDS.get(name.strip().casefold())
        if not equals or field is None or not value.strip():
            raise click.BadParameter(
                f"{entry!r} is not FIELD=VALUE with a field of {', '.join(SIDE_FIELDS)}."
            )
        values[field] = (*values.get(field, ()), value.strip())
    for field in ("date_from", "date_to"):
        if len(dates := values.pop(field, ())) > 1:
            raise click.BadParameter(f"{dates[1]!r} is a second date of one side.")
        if dates:
            values[field] = shared.date(dates[0])
    check_order(values.get("date_from"), values.get("date_to"), ("since", "until"))
    return Filters(**values)


def _side(name: str, *, required: bool = False, help: str = "") -> shared.Decorator:
    """Return an option that chooses statements by FIELD=VALUE; its value is a `Filters`."""
    return shared.string(
        name,
        several=True,
        required=required,
        metavar="FIELD=VALUE",
        help=help,
        callback=lambda _, option, given: _read_side(given),
    )


_within = shared.filters(
    "within",
    ("--since", "--until"),
    click.option("--since", "date_from", type=shared.date, help="Only statements since this date."),
    click.option("--until", "date_to", type=shared.date, help="Only statements until this date."),
    shared.filter_option(FILTERS["words"]),
)
"""The filters that hold for all sides."""


_comparing = shared.together(
    shared.opposite,
    _within,
    shared.thresholds(OF_PLACEMENTS),
    shared.number(
        "--each", MOST_OF_SIDE, "Passages of a side for each end", maximum=MOST_OF_SIDE_LIMIT
    ),
    shared.number("--limit", 10, "Lines shown"),
    shared.flag("--why", help="Find the deciding words of the first --limit of each list."),
    shared.file("--by-year", help="Also write what each side said by year, counted (.csv)."),
    shared.out,
    shared.force,
    shared.as_json,
    shared.reading_of_result,
)
_proposition = click.argument("proposition", type=shared.text, metavar="PROPOSITION")


@click.command("sides")
@_proposition
@_side("--a", required=True, help=f"FIELD is one of {', '.join(SIDE_FIELDS)}.")
@_side("--b", required=True, help="The other side.")
@_comparing
def sides(proposition: str, a: Filters, b: Filters, **options: Any) -> None:
    """Find the pairs in which two sides agree or oppose each other on a proposition.

    \b
      compare sides "The canal must be open." --opposite "The canal is ours to close." \\
          --a country=Valdoria --b country=Ostravia --since 2014 --out pairs.csv

    Say what someone who disagrees would say: passages of both sides are compared with both ends.
    A field given twice allows both values; different fields must all hold. To give one side its own
    period, use its since and until: --b since=2017.
    """
    _compare(proposition, a, b, **options)


@click.command("timeline")
@_proposition
@_side("--who", required=True)
@_comparing
def timeline(proposition: str, who: Filters, **options: Any) -> None:
    """Find where someone may have changed position: statements that oppose their own earlier ones.

    \b
      compare timeline "The canal must be open." --who country=Valdoria \\
          --opposite "The canal is ours to close."

    The earlier statement is side a. FIELD is as in `compare sides`.
    """
    _compare(proposition, who, None, **options)


def _compare(
    proposition: str,
    a: Filters,
    b: Filters | None,
    *,
    opposite: str,
    within: Filters,
    thresholds: Thresholds,
    each: int,
    limit: int,
    why: bool,
    by_year: Path | None,
    out: Path | None,
    force: bool,
    as_json: bool,
    reading: shared.Reading,
) -> None:
    check_out(out, force=force)
    check_out(by_year, ".csv", force=force)
    check_apart(out, by_year)
    reader = reading.open_third_reader()
    library, model = reading.open()
    with progress("Reading passages and pairs") as on_progress:
        result = compare_sides(
            library,
            proposition,
            _limited(a, within),
            _limited(b, within) if b else None,
            opposite=opposite,
            stance_model=model,
            thresholds=thresholds,
            most_of_side=each,
            on_progress=on_progress,
        )
    result = reading.read_again(result, reader)
    if why:
        with progress("Finding the deciding words") as on_progress:
            result = result.explain(model, most=limit, on_progress=on_progress)
    if out:
        result.export(out, force=force)
    if by_year:
        write_whole(by_year, table_csv("years", rows.year_rows(result)), force=force)
    if as_json:
        say_json(sides_json(result))
        return
    remark(
        f"{result.subject}: {counted(sum(map(len, result.placed)), 'passage')} and "
        f"{counted(len(result.pairs), 'pair')} of them were read."
    )
    remark_notes(filter(None, (*result.notes, left_out_note(result))))
    for number, side in enumerate(("",) if result.over_time else ("Side a: ", "Side b: ")):
        said = result.said_by(number)
        agree = counted(len(said.agree), "statement agrees", "statements agree")
        oppose = counted(len(said.oppose), "opposes", "oppose")
        say(f"{side}{agree} with the proposition, {oppose} it")
    for stance in (Stance.OPPOSE, Stance.AGREE):
        _show_list(result, stance, limit)
    remark(NOT_A_SAMPLE)
    if out:
        verbs = ("may have changed",) * 2 if result.over_time else ("opposes", "oppose")
        agree = counted(len(result.agree), "pair that agrees", "pairs that agree")
        oppose = counted(len(result.oppose), *(f"that {verb}" for verb in verbs))
        say(f"{out}: {agree}, {oppose}.")


def _limited(side: Filters, within: Filters) -> Filters:
    """Return the filters of a side, further limited by those of all sides."""
    limited = side.within(within.date_from, within.date_to)
    return replace(limited, words=(*side.words, *within.words))


def _show_list(result: Result, stance: Stance, limit: int) -> None:
    def days(entry: tuple[int, Pair]) -> list[date]:
        return [side.statement.date.first for side in entry[1].excerpts if side.statement.date]

    listed = result.listed(stance)
    changed = result.over_time and stance is Stance.OPPOSE
    name = "MAY HAVE CHANGED" if changed else stance.value.upper()
    say(f"{name}: {counted(len(listed), 'pair')}")
    ranked = list(enumerate(listed[:limit], start=1))
    # A timeline shows its strongest pairs in the order of their dates.
    for rank, pair in sorted(ranked, key=days) if result.over_time else ranked:
        say(f"{rank:3}. {pair.probabilities.of(stance):.2f} {quoted(pair.a)}")
        for line in (
            *translation_lines(pair.a),
            attribution(pair.a.statement, pair.a.pages),
            *filter(None, [kinds_in_words(pair.a)]),
            quoted(pair.b),
            *translation_lines(pair.b),
            attribution(pair.b.statement, pair.b.pages),
            *filter(None, [kinds_in_words(pair.b)]),
            *reader_notes(pair),
            *rationale_lines(pair.rationale, pair.a.read, pair.b.read),
        ):
            say(f"          {line}")
    if len(listed) > limit:
        say(f"     … and {len(listed) - limit} more (--limit {len(listed)})")


def _of_all(on_progress: Progress, count: int) -> Callable[[int, str], Progress]:
    """Return a callback that reports the passages of each proposition as a part of all."""
    return lambda number, _: lambda done, total: on_progress(number * total + done, count * total)


@click.command("positions")
@click.argument("propositions", type=shared.text, nargs=-1, required=True, metavar="PROPOSITION…")
@shared.string(
    "--opposite",
    "opposites",
    several=True,
    help="What someone who disagrees would say: passages are compared with both. With several "
    "propositions, give one for each, in their order.",
)
@shared.choice("--by", ("country", "speaker"), "Whom to compare")
@_side("--among", help="Only these; FIELD is as in `compare sides`.")
@_within
@shared.thresholds(OF_PLACEMENTS)
@shared.number(
    "--each",
    MOST_PER_ACTOR,
    "Passages per actor by similarity, half as many by words",
    maximum=MOST_PER_ACTOR_LIMIT,
)
@shared.number("--period", None, "Also by periods of so many years", maximum=1000)
@shared.number("--limit", 20, "Lines shown")
@shared.file("--out", help="Write the positions (.csv).")
@shared.file("--passages", help="Write the strongest passages (.json for a review, .csv, …).")
@shared.file("--agreement", help="Write how far each two actors agree on the propositions (.csv).")
@shared.force
@shared.as_json
@shared.reading_of_result
def positions(
    propositions: tuple[str, ...],
    opposites: tuple[str, ...],
    by: str,
    among: Filters,
    within: Filters,
    thresholds: Thresholds,
    each: int,
    period: int | None,
    limit: int,
    out: Path | None,
    passages: Path | None,
    agreement: Path | None,
    force: bool,
    as_json: bool,
    reading: shared.Reading,
) -> None:
    """Place countries or speakers from opposed (-1) to agreeing (+1) by their statements.

    \b
      compare positions "The canal must be open to all ships." --since 2014 --out places.csv
      compare positions "The canal must be open." --opposite "The canal is ours to close."
      compare positions "The canal must be open." --agreement who.csv
      compare positions "The canal must be open." "Fees must fall." --out table.csv

    One proposition gives a row for each country or speaker; several give a column for each
    proposition. An actor that says nothing similar to a proposition is silent, not neutral.
    """
    check_out(out, ".csv", force=force)
    check_out(agreement, ".csv", force=force)
    check_out(passages, force=force)
    check_apart(out, agreement, passages)
    if passages and len(propositions) > 1:
        raise click.UsageError("--passages needs one proposition.")
    if opposites and len(opposites) != len(propositions):
        raise click.UsageError("--opposite is given once for each proposition, in the same order.")
    reader = reading.open_third_reader()
    library, model = reading.open()
    with progress("Reading passages") as on_progress:
        table = position_table(
            library,
            propositions,
            opposites=opposites,
            by=by,
            filters=_limited(among, within),
            stance_model=model,
            thresholds=thresholds,
            most_each=each,
            on_proposition=_of_all(on_progress, len(propositions)),
        )
    table = PositionTable(tuple(reading.read_again(one, reader) for one in table.positions))
    first, *others = table.positions
    matrix = table.agreement() if others or agreement else None
    if out:
        of_first = table_csv("positions", rows.position_rows(first))
        data = csv_bytes(*rows.proposition_rows(table)) if others else of_first
        write_whole(out, data, force=force)
    if passages:
        first.result().export(passages, force=force)
    if agreement and matrix:
        write_whole(agreement, table_csv("agreement", rows.agreement_rows(matrix)), force=force)
    if as_json:
        places = [positions_json(found, period) for found in table.positions]
        agreed = matrix and {"actors": matrix.actors, "cells": rows.agreement_rows(matrix)}
        say_json({"propositions": places, "agreement": agreed})
        return
    for found in table.positions:
        _show_positions(found, limit, period)
    if matrix:
        _show_agreement(matrix, limit)
    remark(NOT_A_SAMPLE)
    for path in filter(None, (out, agreement, passages)):
        say(f"Wrote {path}.")


def _show_agreement(matrix: AgreementMatrix, limit: int) -> None:
    """Print how far actors agree, those that share the most propositions first."""
    if matrix.cells and all(cell.propositions == 1 for cell in matrix.cells):
        remark("Note: On one proposition, agreement only repeats the positions: add others.")
    cells = sorted(matrix.cells, key=lambda cell: (-cell.propositions, -cell.agreement))
    shown = [
        (cell.a, cell.b, cell.agreement, (cell.low, cell.high), cell.propositions)
        for cell in cells[:limit]
    ]
    columns = ("actor", "and", "agreement", "95 %", "propositions")
    show_table("Who agrees with whom", columns, shown, text_columns=2, format=".2f")


def _show_positions(found: Positions, limit: int, period: int | None) -> None:
    """Print the actors' positions and strongest passages, and who takes no side."""
    # The last note, NOT_A_SAMPLE, is printed once at the end.
    remark_notes([*found.notes[:-1], *filter(None, [left_out_note(found)])])
    placed = found.placed
    columns = (
        *("actor", "opposed ··· agreeing", "place", "95 %"),
        *("passages", "speeches", "agree", "oppose", "first", "last"),
    )
    show_table(found.proposition, columns, map(_row, placed[:limit]), text_columns=2, format="+.2f")
    if found.opposite:
        say(f"Opposite: “{one_line(found.opposite)}”")
    if len(placed) > limit:
        say(f"… and {len(placed) - limit} more (--limit {len(placed)})")
    for position in placed[:limit]:
        say(f"\n{one_line(position.name)}")
        for stance in (Stance.AGREE, Stance.OPPOSE):
            if pair := position.strongest(stance):
                say(f"  {stance.value:6} {pair.probabilities.of(stance):.2f} {quoted(pair.b)}")
                say(f"              {attribution(pair.b.statement, pair.b.pages)}")
    _show_others("ON TOPIC, BUT TAKING NO SIDE", found.undecided)
    _show_others("SILENT", found.silent)
    if period:
        periods = [
            (one.actor.name, f"{one.start} to {one.end}", *_figures(one.score))
            for one in found.by_period(period)
        ]
        head = ("actor", "years", "place", "95 %", "passages", "speeches")
        show_table(f"By {period} years", head, periods, text_columns=2, format="+.2f")


def _row(position: Position) -> tuple[Any, ...]:
    """Return the name, the position drawn on a scale from -1 to 1, and its figures."""

    def at(value: float) -> int:
        return round((value + 1) / 2 * (_BAR - 1))

    score, line = position.score, ["·"] * _BAR
    line[_BAR // 2] = "|"
    if score.low is not None and score.high is not None:
        low, high = at(score.low), at(score.high) + 1
        line[low:high] = "-" * (high - low)
    line[at(score.mean)] = "o"
    dates = (date.iso for date in position.dates) if position.dates else ("", "")
    counts = [len(position.of(stance)) for stance in (Stance.AGREE, Stance.OPPOSE)]
    return (position.name, "".join(line), *_figures(score), *counts, *dates)


def _figures(score: PositionScore) -> tuple[Any, ...]:
    interval = "too few" if score.low is None else (score.low, score.high)
    return score.mean, interval, score.passages, score.speeches


def _show_others(title: str, actors: Sequence[Actor]) -> None:
    if not actors:
        return
    most = sorted(actors, key=lambda actor: (-actor.statements, actor.name))
    named = "; ".join(f"{one_line(one.name)} ({one.statements:,})" for one in most[:_NAMED])
    more = f"; and {len(most) - _NAMED} more" if len(most) > _NAMED else ""
    say(f"\n{title}: {named}{more} (statements in brackets)")
