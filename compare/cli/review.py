"""`compare review`: pairs that readers label by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from compare import models
from compare import review as reviewing
from compare.cli import options as shared
from compare.cli import review_reading as reading
from compare.cli.output import (
    check_named,
    check_out,
    progress,
    remark,
    remark_notes,
    say,
    say_either,
    say_json,
    say_written,
    show_table,
    write_to_stdout,
)
from compare.corpus import BadFileError, Problem
from compare.corpus.text_files import read_text
from compare.errors import ReviewError
from compare.export import counted
from compare.export.json_files import load_result
from compare.files import check_ending
from compare.library.backend import Backend
from compare.models import Stance
from compare.results import Figure
from compare.review import Choice, MachineShown, Order, PairSelection, Review, ReviewFormat, Reviews
from compare.safe_text import one_line

_BY_ENDING = (".csv", ".jsonl")
_WITHOUT_PAIRS = (ReviewFormat.HISTORY, ReviewFormat.CODEBOOK)
_ONLY_WITH_RESULT = {"choose", "size", "stances", "fresh"}
_PLANNED = {*_ONLY_WITH_RESULT, "seed", "order", "machine", "codebook", "readers"}
_SIZES = (50, 100, 200, 400)


def _codebook(context: click.Context, option: click.Parameter, path: Path | None) -> str:
    """Return the words of --codebook, else those built in."""
    if path is None:
        return reviewing.CODEBOOK
    try:
        text = read_text(path).strip()
    except (BadFileError, OSError) as error:
        reason = BadFileError.unreadable(error) if isinstance(error, OSError) else error
        raise ReviewError(str(Problem.of_file(str(path), reason))) from error
    if not text:
        raise ReviewError(f"{path}: the codebook is empty; write it, or leave out --codebook.")
    return f"{text}\n"


_drawing = shared.together(
    shared.string("--reader", "readers", help="A name; repeat it for each reader.", several=True),
    shared.choice(
        "--choose",
        (Choice.RANDOM, Choice.STRATIFIED, Choice.WHOLE),
        "From a --result: pairs at random, equally many of each label, or all",
    ),
    shared.number("--size", 100, "Pairs to draw"),
    shared.number("--seed", 0, "For the draw and the order", minimum=0),
    shared.choice(
        "--order",
        Order,
        "uncertain: the least sure first; informative: where the models differ most",
    ),
    shared.choice(
        "--machine",
        MachineShown,
        "When people see the model's label: at the end, after they answered a pair, or before",
    ),
    shared.file("--codebook", callback=_codebook, help="The readers' instructions [built in]."),
)


@click.group("review", cls=shared.InOrder)
def review() -> None:
    """Label pairs yourself: by one reader or more, who do not see each other's answers.

    \b
      compare sides --a country=Valdoria --b country=Ostravia --out result.json
      compare review create canal --result result.json --size 200 --reader Ada --reader Bren
      compare review answer canal --reader Ada
      compare review agreement canal
    """


# --- making and listing ----------------------------------------------------------------------


@review.command("create")
@reading.name_of_review
@shared.file("--result", help="Draw pairs from a RESULT.json that another command saved.")
@shared.file("--pairs", "file", help="Take all pairs of a CSV, TSV or JSONL.")
@shared.file("--plan", help="Draw and read as a plan says, which `review plan` wrote.")
@_drawing
@shared.stances("--label", "Only pairs that the model labels so; may be repeated [all].")
@shared.flag("--fresh", help="Exclude pairs of the library's finished reviews.")
@reading.always
def create(
    name: str,
    result: Path | None,
    file: Path | None,
    plan: Path | None,
    readers: tuple[str, ...],
    choose: Choice,
    size: int,
    seed: int,
    order: Order,
    machine: MachineShown,
    codebook: str,
    stances: list[Stance],
    fresh: bool,
    library: Backend | None,
    as_json: bool,
) -> None:
    """Make a review: pairs, readers, and how the pairs were chosen.

    \b
      compare review create canal --result result.json --size 200 --reader Ada --reader Bren
      compare review create canal --pairs pairs.csv --reader Ada --order given

    Only pairs drawn at random, or all of them, show how often the model is right.
    """
    source = file or result
    if source is None or (file and result):
        raise click.UsageError("Name the pairs by one of --result and --pairs.")
    # Only options that were typed: their defaults are always there.
    typed = shared.typed_options().keys()
    if file and typed & _ONLY_WITH_RESULT:
        raise click.UsageError(
            "--choose, --size, --label and --fresh draw from a --result; --pairs takes all."
        )
    if plan and (file or typed & _PLANNED):
        raise click.UsageError("A --plan says how pairs are drawn and read: give only --result.")
    opened = shared.open_library(library)
    reviews, digest = Reviews.of(opened), ""
    if file:
        read = reviewing.read_review_pairs(source, opened)
        if read.unread:
            remark(f"Note: These columns are not read: {', '.join(read.unread)}.")
        pairs = PairSelection.imported(read.pairs, source.name)
    elif plan:
        planned = reviewing.Plan.load(plan)
        pairs, digest = planned.selection(load_result(source)), planned.digest
        readers, codebook = planned.readers, planned.codebook
        order, seed, machine = planned.order, planned.seed, planned.machine_shown
    else:
        before = reviews.finished_pairs() if fresh else frozenset()
        drawn_from = stances or list(Stance)
        pairs = reviewing.draw(load_result(source), choose, size, seed, drawn_from, exclude=before)
    made = reviews.create(
        name,
        _in_order(pairs, order),
        readers,
        order=order,
        seed=seed,
        machine_shown=machine,
        codebook=codebook,
        plan=digest,
    )
    if as_json:
        say_json(_as_json(made))
    else:
        say(f"{made.name}: {counted(len(made), 'pair')} for {' and '.join(made.readers)}.")
        remark(f"Kept in {reviews.location}.")
    if number := made.settings.read_before:
        remark(
            f"Note: A finished review held {counted(number, 'pair')} of these before."
            + ("" if file else " --fresh draws others.")
        )


def _in_order(chosen: PairSelection, order: Order) -> PairSelection:
    """Return the pairs, read by both models if the order needs that."""
    if order != Order.INFORMATIVE:
        return chosen
    fast, accurate = (models.load_stance_model(name) for name in ("fast", "accurate"))
    with progress("Reading pairs with both models") as on_progress:
        pairs = reviewing.with_divergence(chosen.pairs, fast, accurate, on_progress)
    return replace(chosen, pairs=tuple(pairs))


@review.command("plan")
@shared.file("--result", required=True, help="A RESULT.json that another command saved.")
@_drawing
@shared.string("--hypothesis", "hypotheses", help="What you expect; may be repeated.", several=True)
@shared.file("--out", help="Write the plan (.json).")
@shared.force
@shared.as_json
def plan(
    result: Path,
    readers: tuple[str, ...],
    choose: Choice,
    size: int,
    seed: int,
    order: Order,
    machine: MachineShown,
    codebook: str,
    hypotheses: tuple[str, ...],
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Say how many labels it takes, and write down how pairs will be read, before anybody reads.

    \b
      compare review plan --result result.json
      compare review plan --result result.json --choose stratified --size 200 --reader Ada \\
          --reader Bren --hypothesis "Fewer than a tenth oppose." --out plan.json
      compare review create canal --result result.json --plan plan.json

    The file holds which pairs could be drawn, how they will be drawn, the codebook, and what is
    expected: deposit it as a pre-registration. A review made from it says so in its tables.
    """
    check_out(out, ".json", force=force)
    if out and not readers:
        raise click.UsageError("A plan names its readers: give --reader for each.")
    if hypotheses and not out:
        raise click.UsageError(
            "Hypotheses are written into a plan: name the file of the plan with --out."
        )
    kept = load_result(result)
    planned = reviewing.plan(
        kept,
        readers or ("-",),
        choice=choose,
        size=size,
        seed=seed,
        order=order,
        machine_shown=machine,
        codebook=codebook,
        hypotheses=hypotheses,
    )
    pool = sum(planned.pool.values())
    sizes = sorted({min(one, pool) for one in (*_SIZES, size)})
    widths = {one: reviewing.half_width(one, pool) for one in sizes}
    if out:
        planned.save(out, force=force)
    if as_json:
        digest = planned.digest if out else ""
        say_json({"pool": planned.pool, "half_widths": widths, "plan": digest})
        return
    labels = ", ".join(f"{number:,} {label}" for label, number in planned.pool.items())
    say(f"{counted(pool, 'pair')} can be drawn ({labels}), from {one_line(kept.subject)}")
    rows = [(f"{labels:,}", width) for labels, width in widths.items()]
    title = "A share of one half, from a random sample that is not stratified"
    show_table(title, ("labels", "±"), rows, format=".3f")
    if out:
        say(f"Wrote {out}, sha256 {planned.digest}.")


@review.command("list")
@reading.always
def list_(library: Backend | None, as_json: bool) -> None:
    """List the reviews of a library, newest first."""
    reviews = Reviews.of(shared.open_library(library))
    found, damaged = reviews.each(_summary)
    remark_notes(damaged)
    if as_json:
        say_json({"file": str(reviews.location), "reviews": found})
        return
    for data in found:
        readers = ", ".join(
            f"{reader} {'done' if reader in data['handed_in'] else number}"
            for reader, number in zip(data["readers"], data["answered"], strict=True)
        )
        say(f"{data['name']}: {counted(data['pairs'], 'pair')}; {readers}")
    if not found and not damaged:
        remark(f"There is no review in {reviews.location} yet.")


def _summary(review: Review) -> dict[str, Any]:
    return {
        "name": review.name,
        "pairs": len(review),
        "readers": review.readers,
        "answered": [review.progress(reader).seen for reader in review.readers],
        "handed_in": review.handed_in,
        "created": review.created,
        "subject": review.settings.subject,
    }


@review.command("status")
@reading.name_of_review
@reading.always
def status(name: str, library: Backend | None, as_json: bool) -> None:
    """Show the readers' progress, and which statements were changed or removed since."""
    opened, of = reading.open_review(library, name)
    opened.check_answers()
    settings, data = opened.settings, _as_json(opened)
    states = opened.statement_states(of, [pair for _, pair in opened.pairs()])
    counts = {state.value: sum(state in both for both in states) for state in reviewing.STATE_NOTES}
    if as_json:
        say_json({**data, "statements": counts})
        return
    choice, order = settings.choice.value, settings.order.value
    say(f"{opened.name}: {counted(len(opened), 'pair')}, {choice}, {order} order")
    for reader in data["readers"]:
        left = len(opened) - reader["answered"] - reader["skipped"]
        end = "handed in" if reader["handed_in"] else f"{left} left"
        say(f"{reader['name']}: {reader['answered']} answered, {reader['skipped']} skipped, {end}")
    if data["to_decide"] is not None and len(opened.readers) > 1:
        say(f"differ on {data['to_decide']}, {data['decided']} decided")
    for state, number in counts.items():
        if number:
            say(f"pairs with a statement that is {state} since: {number}")


def _as_json(review: Review) -> dict[str, Any]:
    """Return a review's settings and its readers' progress."""
    handed_in = review.handed_in
    return {
        "review": review.name,
        "pairs": len(review),
        "created": review.created,
        "version": review.version,
        "settings": review.settings.to_dict(),
        "readers": [
            {"name": reader, "handed_in": reader in handed_in, **asdict(review.progress(reader))}
            for reader in review.readers
        ],
        "to_decide": len(review.differences()) if review.is_finished else None,
        "decided": len(review.decisions()),
    }


for command in (reading.answer, reading.done, reading.decide, reading.import_):
    review.add_command(command)


# --- agreement and export --------------------------------------------------------------------


@review.command("agreement")
@reading.name_of_review
@reading.always
def agreement(name: str, library: Backend | None, as_json: bool) -> None:
    """Show how well the readers agree with each other and with the model.

    Percent agreement, Cohen's kappa of every two readers, and Krippendorff's alpha of all, nominal
    and ordinal, with 95 % intervals; for a random sample also precision and recall of the model's
    labels. All readers must have handed in.
    """
    opened, _ = reading.open_review(library, name)
    found, settings = reviewing.agreement(opened), opened.settings
    if as_json:
        design = {"created": opened.created, "version": opened.version, **settings.to_dict()}
        say_json({"review": opened.name, "design": design, **found.to_dict()})
        return
    say(f"{opened.name}: {counted(found.pairs, 'pair')}, read by {' and '.join(found.readers)}")
    if found.overall:
        say(f"The readers differ on {counted(found.differ, 'pair')}; {found.decided} are decided.")
    _show_figures(found)
    frames = []
    if of_sample := found.estimates:
        left = f" {of_sample.left_out:,} could not be judged." if of_sample.left_out else ""
        frames = [f"{of_sample.frame}{left}"]
    if settings.plan:
        frames.append(reviewing.followed(opened))
    for note in [*frames, *found.cautions]:
        say(f"\n{note}")
    if found.no_estimates:
        remark(found.no_estimates)


def _show_figures(found: reviewing.Agreement) -> None:
    if found.overall:
        title = (
            "Agreement of the readers, and of each label with the others; each pair is weighted by "
            "the number of pairs that it represents"
        )
        of_labels = {stance.value: of for stance, of in found.by_label.items()}
        _show_reliability(title, {"all": found.overall, **of_labels})
        if found.by_topic:
            _show_reliability("By topic", found.by_topic)
        if len(found.pairwise) > 1:
            two = {f"{one.first} and {one.second}": one.figures for one in found.pairwise}
            _show_reliability("By two readers", two)
        for one in found.pairwise:
            _show_confusion(f"{one.first} (rows) and {one.second}", one.table)
    for name, table in found.with_machine.items():
        _show_confusion(f"{name} (rows) and the model", table)
    if found.estimates:
        of_sample = found.estimates
        rows: list[tuple[Any, ...]] = [
            (stance.value, of.called, *_cells(of.precision), of.found, *_cells(of.recall))
            for stance, of in of_sample.labels.items()
        ]
        show_table(
            "The model's labels, estimated from the random sample (all: accuracy)",
            ("", "called so", "precision", "95 %", "are so", "recall", "95 %"),
            [*rows, ("all", of_sample.pairs, *_cells(of_sample.accuracy), "", "", "")],
        )
        shares = [
            (stance.value, of.raw, *_cells(of.corrected))
            for stance, of in of_sample.labels.items()
            if of.corrected
        ]
        if shares:
            title = f"Shares of all {of_sample.pool:,} pairs, by the model and corrected"
            show_table(title, ("", "the model's", "corrected", "95 %"), shares)
        for by, groups in of_sample.by.items():
            if len(groups) > 1:
                rows = [(one.name, one.pairs, *_cells(one.accuracy)) for one in groups]
                show_table(f"Labels that are right, by {by}", ("", "pairs", "right", "95 %"), rows)


def _show_reliability(title: str, found: Mapping[str, reviewing.Reliability]) -> None:
    of_figures = ("agreement", "kappa", "alpha", "alpha_ordinal")
    columns = ["", "pairs"]
    for name in of_figures:
        columns += [name.replace("_", ", "), "95 %"]
    rows = [
        (
            name or "(none)",
            of.pairs,
            *(cell for one in of_figures for cell in _cells(getattr(of, one))),
        )
        for name, of in found.items()
    ]
    show_table(title, columns, rows)


def _cells(of: Figure | None) -> tuple[Any, Any]:
    return (None, None) if of is None or of.value is None else (of.value, (of.low, of.high))


def _show_confusion(title: str, table: reviewing.Confusion) -> None:
    rows = [(label, *counts) for label, counts in zip(Stance, table, strict=True)]
    show_table(title, ("", *Stance), rows)


@review.command("export")
@reading.name_of_review
@click.option(
    "--to",
    type=click.Choice([format.value for format in ReviewFormat]),
    help="The format [by --out's suffix, .csv or .jsonl; csv].",
)
@shared.out_or_stdout("NAME.csv; NAME-history.csv and the like")
@shared.string(
    "--reader", default=None, help="Before all have handed in: export only this reader's answers."
)
@shared.force
@reading.always
def export(
    name: str,
    to: str | None,
    out: Path | None,
    reader: str | None,
    force: bool,
    library: Backend | None,
    as_json: bool,
) -> None:
    """Export a review: its pairs, with answers, decisions and the model's labels apart.

    history holds every answer, change and undo.

    \b
      compare review export canal --out canal.csv
      compare review export canal --to history --out canal-history.csv
    """
    to_stdout = out == shared.STDOUT
    if out and not to_stdout:
        to = to or check_ending(out, _BY_ENDING)[1:]
        check_named(out, ReviewFormat(to), force=force)
    format = ReviewFormat(to or ReviewFormat.CSV)
    opened, of = reading.open_review(library, name)
    if to_stdout:
        write_to_stdout(reviewing.review_bytes(opened, format, library=of, seen_by=reader))
        return
    safe = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in opened.name)
    if format in _WITHOUT_PAIRS:
        safe += f"-{format}"
    target = out or Path(safe + format.suffix)
    path = reviewing.export_review(opened, target, format, library=of, seen_by=reader, force=force)
    if format in _WITHOUT_PAIRS and not as_json:
        remark(f"Wrote {path}.")
    else:
        say_written(path, len(opened), as_json=as_json, format=format.value)


@review.command("delete")
@reading.name_of_review
@shared.flag("--yes", help="Do not ask.")
@reading.always
def delete(name: str, yes: bool, library: Backend | None, as_json: bool) -> None:
    """Delete a review for good, with its answers and its history."""
    reviews = Reviews.of(shared.open_library(library))
    stored = reviews.stored_name(name)
    if not yes:
        question = f"Delete {stored!r} with all its pairs and answers for good?"
        click.confirm(question, abort=True, err=True)
    reviews.delete(stored)
    say_either(as_json, {"deleted": stored}, f"{stored} was deleted.")
