"""`compare evaluate`: how well a stance model does on labelled pairs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli import options as shared
from compare.cli.output import progress, say, say_json, waiting
from compare.cli.tables import Table, figure, show_markdown, show_table
from compare.results.result import Stance

if TYPE_CHECKING:
    from compare.evaluate.metrics import ModeScores, Report

_LABELS = tuple(stance.value for stance in Stance)


@click.command("evaluate")
@click.argument("file", type=click.Path(path_type=Path))
@shared.as_json
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown.")
@shared.stance_model_name
def command(file: Path, as_json: bool, as_markdown: bool, stance_model: str | None) -> None:
    """Score the labelled pairs of FILE and compare with the labels.

    FILE ends in .tsv (read without quoting), .csv or .jsonl, or in one of these and .gz. Its
    columns are premise, hypothesis and label, or a, b and label; a_country, a_date and a_context,
    and the same of b, are read where they are there. Beside premise and hypothesis, a and b hold
    "country|speaker|date". Labels are agree, oppose, neither or entailment, contradiction, neutral.
    A column mode adds a table with a row for each of its values.

    \b
      compare evaluate pairs.tsv
      compare evaluate pairs.tsv --json
    """
    if as_json and as_markdown:
        raise click.UsageError("Choose one of --json and --markdown.")
    from compare.evaluate.labelled import read_labelled
    from compare.evaluate.metrics import by_mode, gold_of, report
    from compare.models import load_stance_model, signature

    pairs = read_labelled(file)
    with waiting("Loading the stance model …"):
        model = load_stance_model(stance_model)
    with progress("Reading pairs") as on_progress:
        began = time.perf_counter()
        probabilities = model.score([(pair.a, pair.b) for pair in pairs], on_progress)
        seconds = time.perf_counter() - began
    gold = gold_of([pair.label for pair in pairs])
    figures = report(probabilities, gold)
    speed: dict[str, Any] = {
        "model": signature(model),
        "seconds": seconds,
        "pairs_per_second": len(pairs) / seconds if seconds else 0.0,
    }
    modes = {}
    if any(pair.mode is not None for pair in pairs):
        modes = by_mode(probabilities, gold, [pair.mode or "" for pair in pairs])
    if as_json:
        data = {**figures.to_dict(), **speed}
        if modes:
            data["modes"] = {name: scores.to_dict() for name, scores in modes.items()}
        say_json(data)
        return
    show = show_markdown if as_markdown else show_table
    say(f"{figures.n} pairs of {file}, model {speed['model']}, {speed['seconds']:.1f} s")
    for table in _tables(figures, speed, modes):
        show(table)


def _tables(
    figures: Report, speed: Mapping[str, Any], modes: Mapping[str, ModeScores]
) -> Iterator[Table]:
    rows = [
        ("accuracy", figure(figures.accuracy), _between(figures.accuracy_ci)),
        ("macro-F1", figure(figures.macro_f1), _between(figures.macro_f1_ci)),
        ("calibration error (ECE)", figure(figures.ece), ""),
        ("Brier score", figure(figures.brier), ""),
        ("polarity AUC", figure(figures.polarity_auc), ""),
        ("pairs a second", figure(speed["pairs_per_second"], 1), ""),
    ]
    yield Table("All pairs", ("figure", "value", "95 %"), rows)
    yield Table(
        "By label",
        ("label", "precision", "recall", "F1", "pairs"),
        [
            (
                stance.value,
                figure(scores.precision),
                figure(scores.recall),
                figure(scores.f1),
                str(scores.support),
            )
            for stance, scores in figures.per_class.items()
        ],
    )
    yield Table(
        "Right label (rows) and label given",
        ("right", *_LABELS),
        [
            (label, *map(str, counts))
            for label, counts in zip(_LABELS, figures.confusion, strict=True)
        ],
    )
    if modes:
        yield Table(
            "By mode",
            ("mode", "pairs", "accuracy", "macro-F1", *_LABELS),
            [_mode_row(name, scores) for name, scores in modes.items()],
        )


def _mode_row(name: str, scores: ModeScores) -> tuple[str, ...]:
    counts = (str(scores.labels[stance]) for stance in Stance)
    return (
        name or "(none)",
        str(scores.n),
        figure(scores.accuracy),
        figure(scores.macro_f1),
        *counts,
    )


def _between(interval: tuple[float, float]) -> str:
    return f"{figure(interval[0])} to {figure(interval[1])}"
