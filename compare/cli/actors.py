"""`compare sides`, `timeline` and `positions`: actors compared on a proposition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
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
)
from compare.cli.third_reader import of_result, open_third_reader, with_third_reader
from compare.comparison import (
    MOST_OF_SIDE,
    NOT_A_SAMPLE,
    PositionTable,
    compare_sides,
    position_table,
)
from compare.comparison.retrieval import MOST_PER_ACTOR
from compare.comparison.sides import MOST_AT_ALL
from compare.export import counted, csv_bytes, rows, table_csv
from compare.export.json_files import positions_json, sides_json
from compare.export.words import kinds_in_words, left_out_note, reader_notes
from compare.files import write_whole
from compare.library import Filters
from compare.models import Stance
from compare.progress import Progress
from compare.results import OF_PLACEMENTS, Actor, Pair, Position, Positions, PositionScore, Result
from compare.safe_text import one_line

_NAMED = 12
_BAR = 21  # odd, so that 0 has a place in the middle

_comparing = shared.together(
    shared.opposite,
    shared.period,
    shared.words,
    shared.reading,
    shared.ray,
    shared.thresholds_from(OF_PLACEMENTS),
    shared.number("--each", MOST_OF_SIDE, "Passages of a side for each end", maximum=MOST_AT_ALL),
    shared.number("--limit", 10, "Lines shown"),
    shared.flag("--why", help="Find the deciding words of the first --limit of each list."),
    shared.file("--by-year", help="Also write what each side said by year, counted (.csv)."),
    shared.out,
    shared.force,
    shared.as_json,
    of_result,
)
_proposition = click.argument("proposition", type=shared.text, metavar="PROPOSITION")


@click.command("sides")
@_proposition
@shared.side("--a", required=True, help=f"FIELD is one of {', '.join(shared.SIDE_FIELDS)}.")
@shared.side("--b", required=True, help="The other side.")
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
    _compare(proposition, a, b, options)


@click.command("timeline")
@_proposition
@shared.side("--who", required=True)
@_comparing
def timeline(proposition: str, who: Filters, **options: Any) -> None:
    """Find where someone may have changed position: statements that oppose their own earlier ones.

    \b
      compare timeline "The canal must be open." --who country=Valdoria \\
          --opposite "The canal is ours to close."

    The earlier statement is side a. FIELD is as in `compare sides`.
    """
    _compare(proposition, who, None, options)


def _compare(proposition: str, a: Filters, b: Filters | None, options: dict[str, Any]) -> None:
    out, years, force = options["out"], options["by_year"], options["force"]
    check_out(out, force=force)
    check_out(years, ".csv", force=force)
    check_apart(out, years)
    first, second = _limited(a, options), _limited(b, options) if b else None
    reader = open_third_reader(options)
    library, model = shared.open_to_read(options)
    with progress("Reading passages and pairs") as on_progress:
        result = compare_sides(
            library,
            proposition,
            first,
            second,
            opposite=options["opposite"],
            stance_model=model,
            thresholds=shared.read_thresholds(options, OF_PLACEMENTS),
            most_of_side=options["each"],
            on_progress=on_progress,
        )
    result = with_third_reader(result, reader, options["third_candidates"])
    if options["why"]:
        with progress("Finding the deciding words") as on_progress:
            result = result.explain(model, most=options["limit"], on_progress=on_progress)
    if out:
        result.export(out, force=force)
    if years:
        write_whole(years, table_csv("years", rows.year_rows(result)), force=force)
    if options["as_json"]:
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
        _show_list(result, stance, options["limit"])
    remark(NOT_A_SAMPLE)
    if out:
        verbs = ("may have changed",) * 2 if result.over_time else ("opposes", "oppose")
        agree = counted(len(result.agree), "pair that agrees", "pairs that agree")
        oppose = counted(len(result.oppose), *(f"that {verb}" for verb in verbs))
        say(f"{out}: {agree}, {oppose}.")


def _limited(side: Filters, options: Mapping[str, Any]) -> Filters:
    """Return the filters of a side, further limited by the options that hold for all sides."""
    within = side.within(*shared.read_period(options))
    return replace(within, words=(*side.words, *options["words"]))


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
            attribution(pair.a.statement, pair.a.pages),
            *filter(None, [kinds_in_words(pair.a)]),
            quoted(pair.b),
            attribution(pair.b.statement, pair.b.pages),
            *filter(None, [kinds_in_words(pair.b)]),
            *reader_notes(pair),
            *rationale_lines(pair.rationale, pair.a.text, pair.b.text),
        ):
            say(f"          {line}")
    if len(listed) > limit:
        say(f"     … and {len(listed) - limit} more (--limit {len(listed)})")


@click.command("positions")
@click.argument("propositions", type=shared.text, nargs=-1, required=True, metavar="PROPOSITION…")
@shared.string(
    "--opposite",
    "opposites",
    several=True,
    help="What someone who disagrees would say: passages are compared with both. With several "
    "propositions, give one for each, in their order.",
)
@shared.by
@shared.side("--among", help="Only these; FIELD is as in `compare sides`.")
@shared.period
@shared.words
@shared.reading
@shared.ray
@shared.thresholds_from(OF_PLACEMENTS)
@shared.number(
    "--each",
    MOST_PER_ACTOR,
    "Passages per actor by similarity, half as many by words",
    maximum=1000,
)
@shared.number("--period", None, "Also by periods of so many years", maximum=1000)
@shared.number("--limit", 20, "Lines shown")
@shared.file("--out", help="Write the positions (.csv).")
@shared.file("--passages", help="Write the strongest passages (.json for a review, .csv, …).")
@shared.file("--agreement", help="Write how far each two actors agree on the propositions (.csv).")
@shared.force
@shared.as_json
@of_result
def positions(propositions: tuple[str, ...], among: Filters, **options: Any) -> None:
    """Place countries or speakers from opposed (-1) to agreeing (+1) by their statements.

    \b
      compare positions "The canal must be open to all ships." --since 2014 --out places.csv
      compare positions "The canal must be open." --opposite "The canal is ours to close."
      compare positions "The canal must be open." --agreement who.csv
      compare positions "The canal must be open." "Fees must fall." --out table.csv

    One proposition gives a row for each country or speaker; several give a column for each
    proposition. An actor that says nothing similar to a proposition is silent, not neutral.
    """
    out, agreement, passages = (options[name] for name in ("out", "agreement", "passages"))
    force = options["force"]
    check_out(out, ".csv", force=force)
    check_out(agreement, ".csv", force=force)
    check_out(passages, force=force)
    check_apart(out, agreement, passages)
    if passages and len(propositions) > 1:
        raise click.UsageError("--passages needs one proposition.")
    table = _place(propositions, among, options)
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
    if options["as_json"]:
        places = [positions_json(found, options["period"]) for found in table.positions]
        agreed = matrix and {"parties": matrix.actors, "cells": rows.agreement_rows(matrix)}
        say_json({"propositions": places, "agreement": agreed})
        return
    for found in table.positions:
        _show_positions(found, options["limit"], options["period"])
    if matrix:  # the pairs of actors that share the most propositions first
        cells = sorted(matrix.cells, key=lambda cell: (-cell.propositions, -cell.agreement))
        shown = [
            (cell.a, cell.b, cell.agreement, (cell.low, cell.high), cell.propositions)
            for cell in cells[: options["limit"]]
        ]
        columns = ("actor", "and", "agreement", "95 %", "propositions")
        show_table("Who agrees with whom", columns, shown, text_columns=2, format=".2f")
    remark(NOT_A_SAMPLE)
    for path in filter(None, (out, agreement, passages)):
        say(f"Wrote {path}.")


def _place(propositions: Sequence[str], among: Filters, options: dict[str, Any]) -> PositionTable:
    """Place the actors on each proposition, with a progress bar for each."""
    opposites, filters = options["opposites"], _limited(among, options)
    if opposites and len(opposites) != len(propositions):
        raise click.UsageError("--opposite is given once for each proposition, in the same order.")
    reader = open_third_reader(options)
    library, model = shared.open_to_read(options)
    with ExitStack() as bars:

        def began(number: int, text: str) -> Progress:
            bars.close()  # of the proposition before
            label = f"Reading passages ({number + 1} of {len(propositions)})"
            return bars.enter_context(progress(label))

        table = position_table(
            library,
            propositions,
            opposites=opposites,
            by=options["by"],
            filters=filters,
            stance_model=model,
            thresholds=shared.read_thresholds(options, OF_PLACEMENTS),
            most_each=options["each"],
            on_proposition=began,
        )
    found = (with_third_reader(one, reader, options["third_candidates"]) for one in table.positions)
    return PositionTable(tuple(found))


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
