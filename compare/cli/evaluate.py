"""`compare evaluate` and `evaluate-search`: measure on labels."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import click

from compare import models
from compare.cli import options as shared
from compare.cli.output import (
    check_not_read,
    check_out,
    progress,
    remark,
    remark_notes,
    say,
    say_json,
    show_table,
    waiting,
)
from compare.cli.third_reader import open_third_reader, say_what_is_sent, third_reader
from compare.comparison.third_reader import WithThirdReader
from compare.errors import ModelError
from compare.evaluate import (
    PoolReport,
    SearchReport,
    by_mode,
    gold_of,
    read_labelled,
    report,
    searching,
)
from compare.evaluate.lists import ShownList, ShownReport
from compare.export import counted
from compare.files import write_whole
from compare.models import Stance, StanceModel, signature
from compare.models.stance import measured_by_use
from compare.results import Figure
from compare.results.provenance import screening

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


@click.command("evaluate-search")
@click.option("--collection", **_FILE, help="Passages: id, text, country, speaker, date, source.")
@click.option("--queries", **_FILE, help="Quotes: query_id, query.")
@click.option(
    "--qrels",
    **{**_FILE, "multiple": True, "required": False},
    help="Judgements: query_id, passage_id, label, second_label; may be repeated.",
)
@shared.flag("--pool", help="Score the full ranking of all that a search reads instead.")
@shared.file("--unjudged", help="Write what is listed but not judged to a .csv file.")
@shared.force
@shared.as_json
@shared.flag("--verbose", help="Also show every query.")
@shared.encoder_name
@shared.stance_model_name
def evaluate_search(
    collection: Path, queries: Path, qrels: tuple[Path, ...], unjudged: Path | None, **options: Any
) -> None:
    """Search a judged collection and measure the agree and the oppose list as a search shows them.

    \b
      compare evaluate-search --collection passages.jsonl.gz --queries queries.tsv --qrels qrels.tsv
      compare evaluate-search … --qrels qrels.tsv --qrels more.csv --unjudged to-judge.csv

    A judgement counts if the second label, if there is one, is the same. Listed passages
    without a judgement count as wrong unless a figure says otherwise. --unjudged writes them, and
    those of queries without any judgement, to a file whose column label is empty. Fill it in, and
    name the file with --qrels. To begin, leave out --qrels.

    With --pool, each list ranks all that a search reads for a query, without thresholds. Passages
    without a judgement are removed; a query counts for a list if at least three judged passages
    belong there.

    The first run computes the collection's vectors, which takes minutes, and caches them.
    """
    if unjudged is not None:
        if options["pool"]:
            raise click.UsageError("--unjudged goes with the lists as shown: leave out --pool.")
        check_not_read(unjudged, collection, queries, *qrels)
        check_out(unjudged, ".csv", force=options["force"])
    elif not qrels:
        raise click.UsageError("Name judgements with --qrels, or a file to judge with --unjudged.")
    asked = searching.read_queries(queries)
    judgements = searching.read_judgements(qrels, asked)
    model = shared.stance_model(options["stance_model"])
    with waiting("Loading the encoder"):
        encoder = models.load_encoder(options["encoder"] or None)
    with progress("Embedding") as on_progress:
        library = searching.open_collection(collection, encoder, on_progress, judgements.check)
    judgements.check(library.store.ids())  # an open library was not checked
    evaluate = searching.evaluate_pool if options["pool"] else searching.evaluate_search
    with progress("Searching") as on_progress:
        searched = {name: asked[name] for name in asked if unjudged or name in judgements.labels}
        report = evaluate(library, searched, judgements.labels, model, on_progress)
    if unjudged is not None and isinstance(report, SearchReport):
        rows = searching.not_judged_csv(report, asked)
        write_whole(unjudged, rows, force=options["force"])
        remark(f"Wrote {unjudged}: {counted(len(report.not_judged), 'pair')} to judge.")
    _remark_left_out(judgements, queries, len(asked) - len(report.queries))
    made_with = {
        "model": signature(model),
        "screening": screening(model),
        "encoder": f"{encoder.name}@{encoder.digest[:12]}",
    }
    if options["as_json"]:
        data: dict[str, Any] = {name.value: of.to_dict() for name, of in report.lists.items()}
        data |= {**made_with, "seconds": report.seconds, "left_out": judgements.left_out}
        data["per_query"] = [
            {"query_id": name, "query": asked[name]}
            | {stance.value: one.to_dict() for stance, one in lists.items()}
            for name, lists in report.queries.items()
        ]
        say_json(data)
        return
    first_stage = f"behind {made_with['screening']}, " if made_with["screening"] else ""
    say(
        f"{counted(len(report.queries), 'query', 'queries')}, "
        f"{counted(len(library), 'passage')}, model {made_with['model']}, "
        f"{first_stage}encoder {made_with['encoder']}, {report.seconds:.1f} s"
    )
    if isinstance(report, SearchReport):
        if report.queries:
            _show_lists(report)
    else:
        _show_rankings(report)
    if options["verbose"]:
        _show_queries(report, asked)


def _remark_left_out(judgements: searching.Judgements, queries: Path, without: int) -> None:
    """Say which judgements, and how many queries `without` one, are in no figure."""
    for number, why in (
        (judgements.of_other_queries, f"of queries that are not in {queries}"),
        (judgements.disputed, "with two different labels"),
        (judgements.unlabelled, "without a label"),
    ):
        if number:
            remark(f"Left out: {number:,} judgement(s) {why}.")
    if without:
        remark(f"In no figure: {counted(without, 'query', 'queries')} without a judgement.")


def _show_lists(report: SearchReport) -> None:
    """Print the figures of both lists as shown, then how often their probabilities are right."""

    def row(name: str, values: Callable[[ShownReport], tuple[Any, Any]]) -> tuple[Any, ...]:
        return (name, *chain.from_iterable(values(of) for of in report.lists.values()))

    def figure(name: str, of: Callable[[ShownReport], Figure]) -> tuple[Any, ...]:
        return row(name, lambda shown: ((found := of(shown)).value, (found.low, found.high)))

    columns = ("figure", *chain.from_iterable((stance.value, "95 %") for stance in report.lists))
    rows = [
        row("claims with known passages", lambda of: (of.claims, "")),
        figure("P@5, unjudged wrong", lambda of: of.p_at_5),
        figure("recall@10 of the known", lambda of: of.recall_at_10),
        row(
            "claims with one right in the first 5",
            lambda of: (f"{of.claims_with_right} of {of.claims}", ""),
        ),
        figure("the same as a share", lambda of: of.with_right),
        row("passages listed", lambda of: (of.listed, "")),
        figure("mean probability shown", lambda of: of.probability),
        figure("right, unjudged wrong", lambda of: of.right),
        figure("right of the judged", lambda of: of.right_of_judged),
        row("not judged", lambda of: (of.listed - of.judged, "")),
        figure("the same as a share", lambda of: of.unjudged),
    ]
    show_table("Lists as shown", columns, rows)
    for stance, shown in report.lists.items():
        rows = [
            (
                *(f"{one.low:.1f} to {one.high:.1f}", one.listed, one.probability, one.right),
                *(one.judged, one.right_of_judged),
            )
            for one in shown.reliability
        ]
        columns = ("shown", "listed", "mean", "right", "judged", "right of the judged")
        show_table(f"Probabilities under {stance.value}", columns, rows)


def _show_rankings(report: PoolReport) -> None:
    if not any(of.queries for of in report.lists.values()):
        remark("No query has three judged passages of one label, so there is nothing to rank.")
    columns = ("list", "P@5", "95 %", "ceiling", "nDCG@10", "unjudged@5", "queries")
    rows = [
        (
            *(stance.value, of.p_at_5, of.p_at_5_ci, of.ceiling),
            *(of.ndcg_at_10, of.unjudged_at_5, of.queries),
        )
        for stance, of in report.lists.items()
    ]
    show_table("Lists", columns, rows)


def _show_queries(report: SearchReport | PoolReport, asked: Mapping[str, str]) -> None:
    as_shown = isinstance(report, SearchReport)
    names = ("P@5", "listed", "right", "unjudged") if as_shown else ("P@5", "nDCG@10", "unjudged@5")
    columns = [
        f"{stance.value}{name}"
        for stance in report.lists
        for name in ("", *(f" {name}" for name in names))
    ]
    rows = []
    for query, lists in report.queries.items():
        cells: list[Any] = [query, asked[query]]
        for of in lists.values():
            if isinstance(of, ShownList):
                cells += [of.known, of.p_at_5 if of.known else None]
                cells += [len(of.sure), of.right, of.unjudged]
            elif of.has_enough_relevant:
                cells += [of.relevant, of.p_at_5, of.ndcg_at_10, of.unjudged_at_5]
            else:
                cells += [of.relevant, None, None, None]
        rows.append(cells)
    show_table("Queries", ("id", "query", *columns), rows, text_columns=2, format=".2f")
