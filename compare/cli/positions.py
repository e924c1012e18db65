"""`compare positions`: where countries or speakers stand on one or several propositions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

import compare
from compare.cli import options as shared
from compare.cli.output import (
    attribution,
    check_csv,
    check_out,
    progress,
    quoted,
    remark,
    remark_notes,
    say,
    say_json,
    show_table,
)
from compare.export.formats import csv_bytes, table_csv
from compare.files import write_whole
from compare.library.filters import Filters
from compare.models.values import Stance

if TYPE_CHECKING:
    from compare.comparison.positions import AgreementMatrix
    from compare.results.positions import Actor, Position, PositionScore

_NAMED = 12
_BAR = 21


@click.command("positions")
@click.argument("propositions", type=shared.text, nargs=-1, required=True, metavar="PROPOSITION…")
@shared.by
@shared.side("--among", help="Only these; FIELD as in `compare sides`.")
@shared.period
@shared.reading
@shared.thresholds
@shared.number(
    "--each",
    None,
    "Passages read of each country or speaker, the most similar [24]; half as many more by words",
    most=1000,
)
@shared.number("--period", None, "Also by periods of so many years", most=1000)
@shared.number("--seed", 0, "For the intervals", least=0)
@shared.number("--limit", 20, "Lines shown")
@shared.file("--out", help="Write the positions (.csv).")
@shared.file(
    "--passages",
    help="Keep the strongest passage of each statement for a review (.json), or write them as "
    "pairs (.csv, …).",
)
@shared.file("--agreement", help="Write who agrees with whom over several propositions (.csv).")
@shared.force
@shared.as_json
def positions(propositions: tuple[str, ...], among: Filters, **options: Any) -> None:
    """Place countries or speakers from opposed (-1) to agreeing (+1) by what they said.

    \b
      compare positions "The canal must be open to all ships." --since 2014 --out places.csv
      compare positions "The canal must be open." "Fees must fall." --agreement who.csv

    One proposition gives a row for each country or speaker; several give a column for each
    proposition. Who says nothing near a proposition is silent, not neutral.
    """
    from compare.export.rows import agreement_rows, position_rows, proposition_rows

    out, agreement, passages = (options[name] for name in ("out", "agreement", "passages"))
    force = options["force"]
    check_csv(out, force=force)
    check_csv(agreement, force=force)
    check_out(passages, force=force)
    if agreement and len(propositions) < 2:
        raise click.UsageError("--agreement needs several propositions.")
    if passages and len(propositions) > 1:
        raise click.UsageError("--passages needs one proposition.")
    table = _read(propositions, among, options)
    one = table.positions[0] if len(table.positions) == 1 else None
    matrix = None if one else table.agreement(options["seed"])
    if out:
        rows = table_csv("positions", position_rows(one)) if one else None
        write_whole(out, rows or csv_bytes(*proposition_rows(table)), force=force)
    if passages:
        table.positions[0].result().export(passages, force=force)
    if agreement and matrix:
        write_whole(agreement, table_csv("agreement", agreement_rows(matrix)), force=force)
    if options["as_json"]:
        say_json(_as_json(table, matrix, options["period"]))
        return
    _show(table, matrix, options["limit"], options["period"])
    for path in filter(None, (out, agreement, passages)):
        say(f"Wrote {path}.")


def _read(
    propositions: Sequence[str], among: Filters, options: dict[str, Any]
) -> compare.PositionTable:
    """Read passages on each proposition, with a progress bar for each."""
    from compare.comparison.retrieval import MOST_PER_ACTOR

    library, model = shared.open_to_read(options)
    with ExitStack() as bars:

        def began(number: int, text: str) -> Callable[[int, int], None]:
            bars.close()
            label = f"Reading passages ({number + 1} of {len(propositions)})"
            return bars.enter_context(progress(label))

        return compare.position_table(
            library,
            propositions,
            by=options["by"],
            filters=among.within(options["since"], options["until"]),
            stance_model=model,
            thresholds=shared.read_thresholds(options),
            most_each=options["each"] or MOST_PER_ACTOR,
            seed=options["seed"],
            on_proposition=began,
        )


def _as_json(
    table: compare.PositionTable, matrix: AgreementMatrix | None, period: int | None
) -> dict[str, Any]:
    from compare.export.rows import agreement_rows, period_rows, position_rows

    agreement = None
    if matrix:
        agreement = {"parties": list(matrix.actors), "cells": agreement_rows(matrix)}
    propositions = [
        {
            "proposition": one.proposition,
            "by": one.by,
            "parties": position_rows(one),
            "by_period": period_rows(one, period) if period else [],
            "thresholds": asdict(one.thresholds),
            "provenance": asdict(one.provenance),
            "notes": list(one.notes),
        }
        for one in table.positions
    ]
    return {"propositions": propositions, "agreement": agreement}


def _show(
    table: compare.PositionTable, matrix: AgreementMatrix | None, limit: int, period: int | None
) -> None:
    from compare.comparison.counts import NOT_A_SAMPLE

    for found in table.positions:
        _show_positions(found, limit, period)
    if matrix:  # those that share most propositions first
        cells = sorted(matrix.cells, key=lambda cell: (-cell.propositions, -cell.agreement))
        rows = [
            (cell.a, cell.b, cell.agreement, (cell.low, cell.high), cell.propositions)
            for cell in cells[:limit]
        ]
        columns = ("actor", "and", "agreement", "95 %", "propositions")
        show_table("Who stands near whom", columns, rows, names=2, format=".2f")
    remark(NOT_A_SAMPLE)


def _show_positions(found: compare.Positions, limit: int, period: int | None) -> None:
    """Print where the actors stand, their strongest passages, and who takes no side."""
    remark_notes(found.notes[:-1])
    placed = found.placed
    columns = (
        *("actor", "opposed ··· agreeing", "place", "95 %"),
        *("passages", "agree", "oppose", "first", "last"),
    )
    rows = [_row(position) for position in placed[:limit]]
    show_table(found.proposition, columns, rows, names=2, format="+.2f")
    if len(placed) > limit:
        say(f"… and {len(placed) - limit} more (--limit {len(placed)})")
    for position in placed[:limit]:
        say(f"\n{position.name}")
        for stance in (Stance.AGREE, Stance.OPPOSE):
            if pair := position.strongest(stance):
                say(f"  {stance.value:6} {pair.probabilities.of(stance):.2f} {quoted(pair.b)}")
                say(f"              {attribution(pair.b.statement)}")
    _show_others("NEAR, BUT TAKING NO SIDE", found.undecided)
    _show_others("SILENT", found.silent)
    if period:
        rows = [
            [one.actor.name, f"{one.start} to {one.end}", *_figures(one.score)]
            for one in found.by_period(period)
        ]
        head = ("actor", "years", "place", "95 %", "passages")
        show_table(f"By {period} years", head, rows, names=2, format="+.2f")


def _row(position: Position) -> list[Any]:
    first, last = (date.iso for date in position.dates) if position.dates else ("", "")
    counts = [len(position.of(stance)) for stance in (Stance.AGREE, Stance.OPPOSE)]
    return [position.name, _bar(position.score), *_figures(position.score), *counts, first, last]


def _figures(score: PositionScore) -> tuple[Any, ...]:
    return score.mean, "too few" if score.low is None else (score.low, score.high), score.passages


def _bar(score: PositionScore) -> str:
    """Return a line from -1 to 1 with the interval on it and the mean as a dot."""

    def at(value: float) -> int:
        return round((value + 1) / 2 * (_BAR - 1))

    line = ["·"] * _BAR
    line[_BAR // 2] = "|"
    if score.low is not None and score.high is not None:
        low, high = at(score.low), at(score.high) + 1
        line[low:high] = "-" * (high - low)
    line[at(score.mean)] = "o"
    return "".join(line)


def _show_others(title: str, actors: Sequence[Actor]) -> None:
    if not actors:
        return
    most = sorted(actors, key=lambda actor: (-actor.statements, actor.name))
    named = "; ".join(f"{actor.name} ({actor.statements:,})" for actor in most[:_NAMED])
    more = f"; and {len(most) - _NAMED} more" if len(most) > _NAMED else ""
    say(f"\n{title}: {named}{more} (statements in brackets)")
