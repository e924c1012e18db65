"""`compare reproduce`: make a kept result again and say whether the same pairs came out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compare.cli import options as shared
from compare.cli.output import progress, remark, say, say_json, waiting

if TYPE_CHECKING:
    from compare.comparison.reproduce import Moved, PairId, Reproduction

_SHOWN = 10


@click.command("reproduce")
@click.argument("result", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1),
    metavar="P",
    help="By how much a probability may differ [0.001].",
)
@click.option(
    "--limit", type=click.IntRange(1), default=_SHOWN, help=f"Pairs named of each kind [{_SHOWN}]."
)
@shared.library_folder
@shared.encoder_name
@shared.stance_model_name
@shared.as_json
def command(
    result: Path,
    tolerance: float | None,
    limit: int,
    library: Path | None,
    encoder: str | None,
    stance_model: str | None,
    as_json: bool,
) -> int:
    """Make RESULT, which `--out RESULT.json` kept, again, and compare the pairs.

    \b
      compare reproduce result.json
      compare reproduce result.json --library un --json

    It is made with its own filters, thresholds, settings and stance model (or the one you name);
    every pair is read anew. The exit code is 0 where the same pairs came out, 1 where others did,
    and 2 where it could not be done.
    """
    from compare.comparison.reproduce import TOLERANCE, model_again, reproduce
    from compare.export.saved import load_result
    from compare.models import load_stance_model

    kept = load_result(result)
    opened = shared.open_library(library, encoder)
    with waiting("Loading the stance model"):
        model = (
            load_stance_model(stance_model)
            if stance_model
            else model_again(kept.provenance, opened)
        )
    with progress("Reading pairs") as on_progress:
        done = reproduce(
            kept,
            opened,
            stance_model=model,
            tolerance=TOLERANCE if tolerance is None else tolerance,
            on_progress=on_progress,
        )
    if as_json:
        say_json(done.to_dict())
    else:
        _show(done, limit)
    return 0 if done.same else 1


def _show(done: Reproduction, limit: int) -> None:
    if done.same:
        say(f"Same: {done.kept:,} pairs came out again, with the same labels and probabilities.")
    else:
        say(
            f"Different: of {done.kept:,} pairs {len(done.missing):,} are missing, "
            f"{len(done.new):,} are new, {len(done.relabelled):,} have another label, and of "
            f"{len(done.moved):,} a probability moved."
        )
    for difference in done.differences:
        head = "All the same with" if done.same else "It may come from"
        say(f"{head} another {difference.what}: {difference.was} then, {difference.now} now.")
    if not (done.same or done.differences):
        say(
            "Program, models and library are the same: it may come from another processor, whose "
            "8-bit products differ a little (--tolerance allows for that)."
        )
    _name_pairs("Missing", done.missing, limit)
    _name_pairs("New", done.new, limit)
    _name_moved("Another label", done.relabelled, limit)
    _name_moved("Moved", done.moved, limit)


def _name_pairs(head: str, pairs: Sequence[PairId], limit: int) -> None:
    for pair in pairs[:limit]:
        say(f"{head}: {_named(pair)}")
    _say_more(len(pairs), limit, head)


def _name_moved(head: str, entries: Sequence[Moved], limit: int) -> None:
    for entry in sorted(entries, key=lambda moved: -moved.by)[:limit]:
        was, now = (stance.value if stance else "no list" for stance in (entry.was, entry.now))
        change = f"{was} → {now}, " if was != now else ""
        say(f"{head}: {_named(entry.pair)}: {change}by {entry.by:.4f}")
    _say_more(len(entries), limit, head)


def _say_more(number: int, limit: int, head: str) -> None:
    if number > limit:
        remark(f"… and {number - limit:,} more: {head.lower()} (--json lists them all).")


def _named(pair: PairId) -> str:
    """Return the ids of a pair, with the places of their passages."""
    if not pair.a:
        return pair.b
    return f"{pair.a} (from character {pair.a_start}) and {pair.b} (from {pair.b_start})"
