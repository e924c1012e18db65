"""Saved results, exported and repeated; `compare evaluate`: labelled pairs, scored."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import click

from compare.cli import options as shared
from compare.cli.output import (
    check_named,
    check_not_read,
    check_out,
    progress,
    remark,
    remark_notes,
    say,
    say_json,
    say_written,
    show_table,
    write_to_stdout,
)
from compare.comparison import Reproduction
from compare.comparison.reproduce import TOLERANCE, Difference, Moved, PairId
from compare.comparison.reproduce import reproduce as make_again
from compare.comparison.sensitivity import Sensitivity
from compare.comparison.third_reader import WithThirdReader
from compare.errors import ModelError
from compare.evaluate import by_mode, gold_of, read_labelled
from compare.evaluate import report as measure
from compare.export import ExportFormat, counted, export_bytes
from compare.export.json_files import load_result
from compare.models import StanceModel, signature
from compare.models.stance import measured_by_use
from compare.results import Result, Stance
from compare.safe_text import one_line
from compare.statements import SentenceKind

_FORMATS = tuple(format.value for format in ExportFormat)
_LISTED = "listed pair"  # a result also holds pairs that no list does
_SHOWN = 90  # characters of a text that differs
_result = click.argument("result", type=shared.FILE)


@dataclass(frozen=True, slots=True)
class _Lists:
    """Which lists of a saved result a command writes, and at which thresholds."""

    stances: list[Stance]
    probability: float | None
    similarity: float | None
    without_kinds: tuple[SentenceKind, ...]

    def of(self, path: Path) -> tuple[Result, Sequence[Stance]]:
        """Load a result; what is not given stays as the result has it."""
        kinds = self.without_kinds or None
        kept = load_result(path).rethreshold(
            probability=self.probability, similarity=self.similarity, without_kinds=kinds
        )
        return kept, self.stances or kept.usual_lists


_lists = shared.together(
    shared.as_one(
        "lists",
        _Lists,
        shared.stances(
            "--stance", "Only this list; may be repeated [all; for two sides agree and oppose]."
        ),
        shared.minimums("the result's own", "the result's own"),
    ),
    shared.force,
    shared.as_json,
)


@click.command("export")
@_result
@click.option("--to", type=click.Choice(_FORMATS), help="The format [by --out's suffix].")
@shared.out_or_stdout("RESULT with the format's suffix")
@_lists
def export(
    result: Path, to: str | None, out: Path | None, lists: _Lists, force: bool, as_json: bool
) -> None:
    """Write a saved result in another format: its pairs, or citations of them.

    RESULT is a file saved with --out RESULT.json by `search`, `sides` or `timeline`, or with
    --passages RESULT.json by `positions`.

    \b
      compare export result.json --to csv
      compare export pairs.json --out oppose.xlsx --stance oppose
    """
    if to is None and out in (None, shared.STDOUT):
        raise click.UsageError(f"Name a format by --to: {', '.join(_FORMATS)}.")
    format = ExportFormat(to) if to else ExportFormat.of(out or result)
    target = out or result.with_suffix(format.suffix)
    if target != shared.STDOUT:
        check_not_read(target, result)
        check_named(target, format, force=force)
    kept, stances = lists.of(result)
    if target == shared.STDOUT:
        write_to_stdout(export_bytes(kept, format, stances=stances))
        return
    path = kept.export(target, format, stances=stances, force=force)
    pairs = sum(len(kept.listed(stance)) for stance in stances)
    say_written(path, pairs, as_json=as_json, what=_LISTED, format=format.value)


@click.command("report")
@_result
@shared.file("--out", help="The file to write [RESULT with the suffix .html].")
@shared.string("--title", help="The heading [what was asked].")
@shared.number("--limit", None, "Most pairs shown of each list [all]")
@shared.flag("--sensitivity", help="Add what other settings, ends and models give.")
@shared.reading_of_saved
@_lists
def report(
    result: Path,
    out: Path | None,
    title: str,
    limit: int | None,
    sensitivity: bool,
    reading: shared.Reading,
    lists: _Lists,
    force: bool,
    as_json: bool,
) -> None:
    """Write a saved result as one HTML page that needs no network.

    \b
      compare report result.json --out report.html
      compare report pairs.json --title "Two governments on the canal" --limit 20

    RESULT is a file as for `compare export`. The page holds the pairs side by side, how they were
    found, the limits, and the statements used as references. The browser prints it as a PDF. It
    says what other minimum probabilities give; with --sensitivity, also what `compare sensitivity`
    does, from the library of --library.
    """
    target = out or result.with_suffix(".html")
    check_not_read(target, result)
    check_out(target, ".html", ".htm", force=force)
    kept, stances = lists.of(result)
    firm = _sensitivity(kept, reading) if sensitivity else None
    path = kept.report(
        target, stances=stances, title=title, limit=limit, sensitivity=firm, force=force
    )
    pairs = sum(len(kept.listed(one)[:limit]) for one in stances)
    say_written(path, pairs, as_json=as_json, what=_LISTED)


@click.command("sensitivity")
@_result
@shared.reading_of_saved
@shared.as_json
def sensitivity(result: Path, as_json: bool, reading: shared.Reading) -> None:
    """Repeat a saved result with one change at a time, and count what takes which side.

    \b
      compare sensitivity result.json
      compare sensitivity places.json --library un --json

    RESULT is a file as for `compare export`. Each line makes one change: another minimum
    probability; half or twice as many passages read; the claim alone; its opposite alone, with
    agree and oppose exchanged; or, if two models read, the fast model alone. The counts are of the
    statements of a search, the pairs of two sides or of a timeline, or the countries or speakers of
    positions.
    """
    found = _sensitivity(load_result(result), reading)
    if as_json:
        say_json(asdict(found))
        return
    head = ("change", "agree", "oppose", "same side", "other side")
    rows = [(one.what, one.agree, one.oppose, one.same, one.other) for one in found.variations]
    show_table(f"By {found.unit}", head, rows, text_columns=1, format=",")


def _sensitivity(kept: Result, reading: shared.Reading) -> Sensitivity:
    library, model = reading.open_library(), reading.named_model()
    with progress("Repeating the result") as on_progress:
        return kept.sensitivity(library, stance_model=model, on_progress=on_progress)


@click.command("reproduce")
@_result
@shared.up_to_one(
    "--tolerance", default=TOLERANCE, help="How much a probability or similarity may differ"
)
@shared.number("--limit", 10, "Pairs named of each kind")
@shared.reading_of_saved
@shared.as_json
def reproduce(
    result: Path, tolerance: float | None, limit: int, reading: shared.Reading, as_json: bool
) -> int:
    """Repeat a saved result and compare the pairs.

    \b
      compare reproduce result.json
      compare reproduce result.json --library un --json

    RESULT is a file as for `compare export`. Its own filters, thresholds, settings and stance model
    (or the one you name) are used again, every pair is read again, and every statement is compared
    with the library's. The exit code is 0 if all of it came out the same, 1 if not, and 2 if it
    could not be repeated.
    """
    kept = load_result(result)
    library, model = reading.open_library(), reading.named_model()
    with progress("Reading pairs") as on_progress:
        done = make_again(
            kept,
            library,
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
    pairs_differ = done.missing or done.new or done.relabelled or done.moved
    if done.same:
        pairs = f"{counted(done.kept, 'pair')}, listed or not,"
        say(f"Same: {pairs} came out again, with the same labels and probabilities.")
    elif pairs_differ:
        say(
            f"Different: of {done.kept:,} pairs, listed or not, {len(done.missing):,} are missing, "
            f"{len(done.new):,} are new, {len(done.relabelled):,} have another label, "
            f"and {len(done.moved):,} have another probability."
        )
    else:
        say(
            f"Different: {counted(done.kept, 'pair')}, listed or not, came out again, with the "
            "same labels and probabilities, but the result says something else about them."
        )
    for difference in done.differences:
        head = "It may come from" if pairs_differ else "All the same with"
        say(f"{head} another {difference.what}: {difference.was} then, {difference.now} now.")
    if pairs_differ and not (done.differences or done.statements or done.contents):
        say(
            "Program, models and library are the same: it may come from another processor, whose "
            "8-bit products differ a little (--tolerance allows for that)."
        )
    for head, lines in (
        ("Statements", [_difference(entry, "the library") for entry in done.statements]),
        ("Contents", [_difference(entry, "the repeated one") for entry in done.contents]),
        ("Missing", list(map(_ids, done.missing))),
        ("New", list(map(_ids, done.new))),
        ("Another label", _moves(done.relabelled)),
        ("Moved", _moves(done.moved)),
    ):
        for line in lines[:limit]:
            say(f"{head}: {line}")
        if len(lines) > limit:
            remark(f"… and {len(lines) - limit:,} more: {head.lower()} (--json lists them all).")
    for what in done.unchecked:
        remark(f"Not checked: {one_line(what)}.")


def _difference(entry: Difference, where: str) -> str:
    """Return "statement embassy-1: speaker is 'X' in the result and 'Y' in the library"."""
    was, now = map(one_line, (entry.was, entry.now))
    # Long texts are shown from shortly before they begin to differ.
    same = sum(1 for _ in takewhile(lambda two: two[0] == two[1], zip(was, now, strict=False)))
    start = 0 if max(len(was), len(now)) <= _SHOWN else max(0, same - _SHOWN // 3)
    shown = [
        f"'{'…' * bool(start)}{text[start : start + _SHOWN]}{'…' * (len(text) > start + _SHOWN)}'"
        for text in (was, now)
    ]
    return f"{one_line(entry.what)} is {shown[0]} in the result and {shown[1]} in {where}"


def _moves(entries: Sequence[Moved]) -> list[str]:
    """Describe the pairs whose label or probability changed, the greatest changes first."""
    lines = []
    for entry in sorted(entries, key=lambda moved: -moved.by):
        was, now = (stance.value if stance else "no list" for stance in (entry.was, entry.now))
        change = f"{was} → {now}, " if was != now else ""
        lines.append(f"{_ids(entry.pair)}: {change}by {entry.by:.4f}")
    return lines


def _ids(pair: PairId) -> str:
    """Return the ids of a pair, with the offsets of their passages."""
    if not pair.a:
        return pair.b
    return f"{pair.a} (from character {pair.a_start}) and {pair.b} (from {pair.b_start})"


# --- labelled pairs --------------------------------------------------------------------------


@click.command("evaluate")
@click.argument("file", type=shared.PATH)
@shared.as_json
@shared.flag("--markdown", "as_markdown", help="Print Markdown.")
@shared.reading_of_pairs
def evaluate(file: Path, as_json: bool, as_markdown: bool, reading: shared.Reading) -> None:
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
    reader = reading.open_third_reader()
    model = reading.load_model()
    if reader:
        shared.say_what_is_sent(reader, inputs)
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
    figures = measure(probabilities, gold)
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


def _show_uses(model: StanceModel, show: Callable[..., None]) -> None:
    """Show how true a shipped model's probabilities are in each use."""
    rows = [
        (use.replace("_", " "), of["pairs"], *of["agree"].values(), *of["oppose"].values())
        for use, of in measured_by_use(model).items()
    ]
    columns = [
        f"{one.value}: {what}"
        for one in (Stance.AGREE, Stance.OPPOSE)
        for what in ("called", "shown", "right")
    ]
    if rows:
        title = "How true each use's probabilities were when the model was made"
        show(title, ("use", "pairs", *columns), rows)
