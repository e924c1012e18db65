"""`compare positions`: who agrees with a proposition and who opposes it, party by party."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli import options as shared
from compare.cli.output import Progress, progress, remark, say, say_json
from compare.cli.pairs import read_side
from compare.cli.writing import check_csv, check_target, keep_or_export

if TYPE_CHECKING:
    from compare.comparison.propositions import AgreementMatrix, PositionTable

_SHOWN = 20


@click.command("positions")
@click.argument("propositions", type=shared.text, nargs=-1, required=True, metavar="PROPOSITION…")
@click.option("--by", type=click.Choice(["country", "speaker"]), default="country")
@click.option(
    "--among",
    type=shared.text,
    multiple=True,
    metavar="FIELD=VALUE",
    help="Only these; FIELD as in `compare pairs`.",
)
@click.option("--since", type=shared.date, help="Nothing said before: YYYY, YYYY-MM, …")
@click.option("--until", type=shared.date, help="Nothing said after.")
@shared.library_folder
@shared.encoder_name
@shared.stance_model_name
@shared.thresholds
@click.option(
    "--each",
    type=click.IntRange(1, 1000),
    help="Passages of a party that are read, the nearest [24]; half as many more by their words.",
)
@click.option("--period", type=click.IntRange(1, 1000), help="Also by periods of so many years.")
@click.option("--seed", type=click.IntRange(0), default=0, help="Of the intervals [0].")
@click.option("--limit", type=click.IntRange(1), default=_SHOWN, help=f"Lines shown [{_SHOWN}].")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.csv")
@click.option(
    "--passages",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep the strongest passage of each statement in FILE.json, for a review, or write them "
    "as pairs to FILE.csv, …",
)
@click.option(
    "--agreement",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="Write which parties agree over several propositions.",
)
@shared.force
@shared.as_json
def command(propositions: tuple[str, ...], **options: Any) -> None:
    """Place countries or speakers from opposed (-1) to agreeing (+1) by what they said.

    \b
      compare positions "The canal must be open to all ships." --since 2014 --out places.csv
      compare positions "The canal must be open." "Fees must fall." --agreement who.csv

    One proposition gives a row a party; several give parties beside propositions. Who says nothing
    near a proposition is silent, not neutral.
    """
    from compare.cli.position_lines import show_agreement, show_positions
    from compare.comparison.counts import NOT_A_SAMPLE
    from compare.export.formats import csv_bytes
    from compare.export.position_rows import AGREEMENT_COLUMNS, agreement_records, positions_csv

    targets = [path for name in ("out", "agreement", "passages") if (path := options[name])]
    for name in ("out", "agreement"):
        check_csv(options[name], options["force"])
    check_target(options["passages"], options["force"])
    if options["agreement"] and len(propositions) < 2:
        raise click.UsageError("--agreement needs several propositions.")
    if options["passages"] and len(propositions) > 1:
        raise click.UsageError("--passages needs one proposition.")
    table = _table(propositions, options)
    one = table.positions[0] if len(table.positions) == 1 else None
    matrix = None if one else table.agreement(options["seed"])
    _write(options["out"], positions_csv(one or table), options["force"])
    if options["passages"]:
        keep_or_export(table.positions[0].result(), options["passages"], options["force"])
    if options["agreement"] and matrix:
        rows = csv_bytes(AGREEMENT_COLUMNS, agreement_records(matrix))
        _write(options["agreement"], rows, options["force"])
    if options["as_json"]:
        say_json(_json(table, matrix, options["period"]))
        return
    for positions in table.positions:
        show_positions(positions, options["limit"], options["period"])
    if matrix:
        show_agreement(matrix, options["limit"])
    remark(NOT_A_SAMPLE)
    for path in targets:
        say(f"Wrote {path}.")


def _write(path: Path | None, data: bytes, force: bool) -> None:
    from compare.files import write_whole

    if path is not None:
        write_whole(path, data, force=force)


def _table(propositions: tuple[str, ...], options: dict[str, Any]) -> PositionTable:
    """Read what is to be read, with a bar for each proposition."""
    from contextlib import ExitStack

    from compare.comparison.near_actors import MOST_EACH
    from compare.comparison.propositions import position_table
    from compare.results.result import Thresholds

    filters = read_side(options["among"], "--among")
    filters = filters.within(options["since"], options["until"])
    library = shared.open_library(options["library"], options["encoder"])
    model = shared.stance_model(options["stance_model"], library)
    least = Thresholds().but(**shared.read_thresholds(options))
    with ExitStack() as bars:

        def began(number: int, text: str) -> Progress:
            bars.close()
            return bars.enter_context(
                progress(f"Reading passages ({number + 1} of {len(propositions)})")
            )

        return position_table(
            library,
            propositions,
            by=options["by"],
            filters=filters,
            stance_model=model,
            thresholds=least,
            most_each=options["each"] or MOST_EACH,
            seed=options["seed"],
            on_proposition=began,
        )


def _json(
    table: PositionTable, matrix: AgreementMatrix | None, period: int | None
) -> dict[str, Any]:
    from compare.export.position_rows import (
        agreement_records,
        known,
        period_records,
        position_records,
    )

    found: dict[str, Any] = {
        "propositions": [
            {
                "proposition": one.proposition,
                "by": one.by,
                "parties": known(position_records(one)),
                "by_period": known(period_records(one, period)) if period else [],
                "thresholds": asdict(one.thresholds),
                "provenance": asdict(one.provenance),
                "notes": list(one.notes),
            }
            for one in table.positions
        ]
    }
    cells = known(agreement_records(matrix)) if matrix else []
    found["agreement"] = matrix and {"parties": list(matrix.parties), "cells": cells}
    return found
