"""`compare evaluate`: measure the stance model on labels."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from compare.cli import options as shared
from compare.cli.output import (
    progress,
    remark_notes,
    say,
    say_json,
    show_table,
)
from compare.cli.third_reader import open_third_reader, say_what_is_sent, third_reader
from compare.comparison.third_reader import WithThirdReader
from compare.errors import ModelError
from compare.evaluate import (
    by_mode,
    gold_of,
    read_labelled,
    report,
)
from compare.export import counted
from compare.models import Stance, StanceModel, signature
from compare.models.stance import measured_by_use

_FILE: dict[str, Any] = {"type": shared.PATH, "required": True, "metavar": "FILE"}


@click.command("evaluate")
@click.argument("file", type=shared.PATH)
@shared.as_json
@shared.flag("--markdown", "as_markdown", help="Print Markdown.")
@shared.stance_model_name
@third_reader
def evaluate(file: Path, as_json: bool, as_markdown: bool, **options: Any) -> None:
    """Score the labelled pairs of FILE and compare the stances with the labels.

    FILE ends in .tsv (read without quoting), .csv or .jsonl, optionally with .gz. Its columns are
    premise, hypothesis and label, or a, b and label; a_country, a_date and a_context, and the same
    for b, are optional. Beside premise and hypothesis, a and b hold "country|speaker|date". Labels
    are agree, oppose, neither or entailment, contradiction, neutral. A column mode adds a table
    with a row for each of its values.

    \b
      compare evaluate pairs.tsv
      compare evaluate pairs.tsv --json
    """
    if as_json and as_markdown:
        raise click.UsageError("Choose one of --json and --markdown.")
    pairs = read_labelled(file)
    inputs = [(pair.a, pair.b) for pair in pairs]
    reader = open_third_reader(options)
    model = shared.stance_model(options["stance_model"])
    if reader:
        say_what_is_sent(reader, inputs)
        model = with_third = WithThirdReader(reader, model)
    with progress("Reading pairs") as on_progress:
        began = time.perf_counter()
        probabilities = model.score(inputs, on_progress)
        seconds = time.perf_counter() - began
    if reader:
        remark_notes(with_third.notes)
        if not with_third.verdicts:
            raise ModelError(
                f"{reader.name} gave a verdict on none of the pairs, so nothing was measured: "
                f"check that it runs at {reader.endpoint.host}, and its name."
            )
    gold = gold_of([pair.label for pair in pairs])
    figures = report(probabilities, gold)
    speed = len(pairs) / seconds if seconds else 0.0
    given = any(pair.mode is not None for pair in pairs)
    modes = by_mode(probabilities, gold, [pair.mode or "" for pair in pairs]) if given else {}
    if as_json:
        data = {**figures.to_dict(), "model": signature(model), "seconds": seconds}
        data["pairs_per_second"] = speed
        if reader:
            data["notes"] = with_third.notes
        if modes:
            data["modes"] = {name: scores.to_dict() for name, scores in modes.items()}
        if measured := measured_by_use(model):
            data["calibrations"] = measured
        say_json(data)
        return
    say(f"{counted(figures.n, 'pair')} of {file}, model {signature(model)}, {seconds:.1f} s")
    show = partial(show_table, markdown=as_markdown)
    rows: list[tuple[Any, ...]] = [
        ("accuracy", figures.accuracy, figures.accuracy_ci),
        ("macro-F1", figures.macro_f1, figures.macro_f1_ci),
        ("calibration error (ECE)", figures.ece, ""),
        ("Brier score", figures.brier, ""),
        ("polarity AUC", figures.polarity_auc, ""),
        ("pairs per second", f"{speed:.1f}", ""),
    ]
    show("All pairs", ("figure", "value", "95 %"), rows)
    rows = [
        (stance.value, of.precision, of.recall, of.f1, of.support)
        for stance, of in figures.per_class.items()
    ]
    show("By label", ("label", "precision", "recall", "F1", "pairs"), rows)
    rows = [(label, *of) for label, of in zip(Stance, figures.confusion, strict=True)]
    show("Right label (rows) and label given", ("right", *Stance), rows)
    if modes:
        rows = [
            (name or "(none)", of.n, of.accuracy, of.macro_f1, *(of.labels[one] for one in Stance))
            for name, of in modes.items()
        ]
        show("By mode", ("mode", "pairs", "accuracy", "macro-F1", *Stance), rows)
    _show_uses(model, show)


_CALLED = "called", "shown", "right"


def _show_uses(model: StanceModel, show: Callable[..., None]) -> None:
    """Show how true a shipped model's probabilities are in each use."""
    rows = [
        (use.replace("_", " "), of["pairs"], *of["agree"].values(), *of["oppose"].values())
        for use, of in measured_by_use(model).items()
    ]
    columns = [f"{one.value}: {what}" for one in (Stance.AGREE, Stance.OPPOSE) for what in _CALLED]
    if rows:
        title = "How true each use's probabilities were when the model was made"
        show(title, ("use", "pairs", *columns), rows)
