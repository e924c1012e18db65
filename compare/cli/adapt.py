"""`compare adapt`: have people's labels correct how the stance model is read in one corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from compare.cli import options as shared
from compare.cli.output import progress, remark, say, say_json
from compare.cli.tables import Table, figure, show_table
from compare.results.result import Stance

if TYPE_CHECKING:
    from compare.adapt.measuring import Figures, Interval
    from compare.adapt.trial import Step, Trial
    from compare.library.library import Library


@click.command("adapt")
@shared.own_folder
@click.option(
    "--labels",
    "labelled",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="More labelled pairs of this corpus: .tsv, .csv or .jsonl as for `compare evaluate`.",
)
@click.option(
    "--corrections",
    is_flag=True,
    help="Learn from the corrections that were kept in the app, too. Nothing is measured on them.",
)
@click.option("--dry-run", is_flag=True, help="Only measure; write nothing.")
@click.option("--undo", is_flag=True, help="Go back to the model as it ships.")
@shared.as_json
def command(
    library: Path | None,
    labelled: Path | None,
    corrections: bool,
    dry_run: bool,
    undo: bool,
    as_json: bool,
) -> int:
    """Adapt the stance model to a library by what people say of its pairs.

    \b
      compare adapt --library un --dry-run
      compare adapt --library un
      compare adapt --library un --undo

    The labels are those of the library's finished reviews (`compare review`). From 50 on, with 5
    of each label, a scale and a shift for each are learned, from 200 on, with 20 of each, a light
    head, too.
    Either is kept only if it is better on pairs that share no statement with those it was learned
    from. It stands in adapted.json beside the library, and `search`, `pairs`, `timeline`, `matrix`,
    `positions` and the app read with it where no model is named; so does `stance --library`. The
    exit code is 0 where something is kept, 1 where nothing is better, and 2 where it could not be
    tried.
    """
    from compare.adapt.learning import adapt
    from compare.review.corrections import corrections_file

    if undo and (labelled or corrections or dry_run):
        raise click.UsageError("--undo stands alone: leave out the other options.")
    opened = shared.open_library(shared.own_library(library))
    if undo:
        return _undo(opened, as_json=as_json)
    with progress("Reading labelled pairs") as on_progress:
        trial = adapt(
            opened,
            labelled,
            corrections=corrections_file() if corrections else None,
            dry_run=dry_run,
            on_progress=on_progress,
        )
    if as_json:
        say_json(trial.to_dict())
    else:
        _show(trial, opened)
    return 0 if trial.adaptation else 1


def _undo(library: Library, *, as_json: bool) -> int:
    from compare.adapt.learning import undo_adaptation

    undone = undo_adaptation(library)
    if as_json:
        say_json({"library": str(library.folder), "undone": undone})
    elif undone:
        say(f"{library.folder}: read with the model as it ships again.")
    else:
        say(f"{library.folder}: nothing to undo, it is read with the model as it ships.")
    return 0


def _show(trial: Trial, library: Library) -> None:
    from compare.adapt.enough import labels_told

    told = labels_told(trial.labels)
    by_label = ", ".join(f"{told[stance.value]:,} {stance.value}" for stance in Stance)
    by_source = ", ".join(f"{number:,} of {name}" for name, number in told["sources"].items())
    say(f"{told['measured']:,} pairs to measure on: {by_label}.")
    say(f"Labels: {by_source}.")
    for note in (*trial.labels.notes, *trial.not_tried):
        remark(f"Note: {note}")
    rows = [_row("as it ships", trial.before)]
    rows += [_row(f"with a {step.kind.value}", step.figures) for step in trial.steps]
    columns = ("model", "macro-F1", "95 %", "log loss", "95 %", "ECE")
    show_table(Table("Pairs that were not learned from", columns, rows))
    say()
    for number, step in enumerate(trial.steps):
        say(_verdict(step, trial.steps[:number]))
    if trial.file:
        say(f"Wrote {trial.file}: the library is read with it from now on (--undo goes back).")
    elif trial.adaptation:
        say("Nothing was written (--dry-run).")
    else:
        say(_left_as_it_is(library))


def _row(name: str, of: Figures) -> tuple[str, ...]:
    f1, loss = _between(of.macro_f1_interval), _between(of.log_loss_interval)
    return name, figure(of.macro_f1), f1, figure(of.log_loss), loss, figure(of.ece)


def _verdict(step: Step, before: tuple[Step, ...]) -> str:
    last = next((earlier.kind.value for earlier in reversed(before) if earlier.kept), None)
    against = f"the {last}" if last else "the model as it ships"
    moved = step.change
    kept = "kept" if step.kept else f"not kept, since {step.why_not}"
    return (
        f"A {step.kind.value} against {against}: macro-F1 {moved.macro_f1:+.3f} (95 % "
        f"{_between(moved.macro_f1_interval, '+')}), log loss {moved.log_loss:+.3f} (95 % "
        f"{_between(moved.log_loss_interval, '+')}): {kept}."
    )


def _left_as_it_is(library: Library) -> str:
    from compare.models.adapted import FILE, read_adaptation

    if read_adaptation(library.folder) is None:
        return "Nothing is better than the model as it ships; nothing was written."
    return (
        f"Nothing is better than the model as it ships; the earlier adaptation in "
        f"{library.folder / FILE} was left there (--undo goes back)."
    )


def _between(interval: Interval, sign: str = "") -> str:
    low, high = interval
    return f"{low:{sign}.3f} to {high:{sign}.3f}"
