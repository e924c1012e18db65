"""`compare evaluate-search`: how good the two lists of a search are on a judged collection."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli import options as shared
from compare.cli.output import progress, remark, say, say_json, waiting
from compare.cli.tables import MISSING, Table, figure, show_table

if TYPE_CHECKING:
    from compare.evaluate.ranking import ListScores, RankingReport
    from compare.evaluate.searching import SearchReport
    from compare.results.result import Stance

_FILE: dict[str, Any] = {"type": click.Path(path_type=Path), "required": True, "metavar": "FILE"}


@click.command("evaluate-search")
@click.option("--collection", **_FILE, help="Passages: id, text, country, speaker, date, source.")
@click.option("--queries", **_FILE, help="Quotes: query_id, query.")
@click.option("--qrels", **_FILE, help="Judgements: query_id, passage_id, label.")
@shared.as_json
@click.option("--verbose", is_flag=True, help="Show every query, too.")
@shared.encoder_name
@shared.stance_model_name
def command(
    collection: Path,
    queries: Path,
    qrels: Path,
    as_json: bool,
    verbose: bool,
    encoder: str | None,
    stance_model: str | None,
) -> None:
    """Search a judged collection and see how good the agree and the oppose list are.

    Each list ranks all that a search reads for a query, without thresholds. Passages that were not
    judged are removed; a query counts for a list if at least three judged passages belong there.
    The collection's vectors are made the first time, which takes minutes, and kept in the cache.

    \b
      compare evaluate-search --collection passages.jsonl.gz --queries queries.tsv --qrels qrels.tsv
    """
    from compare.evaluate.collection import (
        by_query,
        open_collection,
        read_judgements,
        read_queries,
    )
    from compare.evaluate.searching import evaluate_search
    from compare.models import load_stance_model, signature
    from compare.models.encoder import load_encoder
    from compare.results.provenance import screening

    asked = read_queries(queries)
    judgements, of_others = read_judgements(qrels, asked)
    with waiting("Loading the models …"):
        model = load_stance_model(stance_model)
        chosen = load_encoder(encoder)

    def judged_of(ids: Container[str]) -> dict[str, dict[str, Stance]]:
        return by_query(judgements, ids, qrels)

    with progress("Embedding") as on_progress:
        library = open_collection(collection, chosen, on_progress, judged_of)
    judged = judged_of(library.ids())
    with progress("Searching") as on_progress:
        report = evaluate_search(library, asked, judged, model, on_progress)
    if of_others:
        remark(f"Left out: {of_others:,} judgement(s) of queries that are not in {queries}.")
    made: dict[str, Any] = {
        "model": signature(model),
        "screening": screening(model),
        "encoder": f"{chosen.name}@{chosen.digest[:12]}",
        "seconds": report.seconds,
    }
    if as_json:
        lists = {stance.value: figures.to_dict() for stance, figures in report.lists.items()}
        say_json({**lists, **made, **(_per_query(report, asked) if verbose else {})})
        return
    say(
        f"{len(report.queries)} queries, {len(library)} passages, model {made['model']}, "
        f"{_screened(made['screening'])}encoder {made['encoder']}, {report.seconds:.1f} s"
    )
    show_table(_lists(report))
    if verbose:
        show_table(_queries(report, asked))


def _screened(by: str) -> str:
    return f"behind {by}, " if by else ""


def _per_query(report: SearchReport, asked: Mapping[str, str]) -> dict[str, Any]:
    return {
        "per_query": [
            {"query_id": name, "query": asked[name]}
            | {stance.value: scores.to_dict() for stance, scores in lists.items()}
            for name, lists in report.queries.items()
        ]
    }


def _lists(report: SearchReport) -> Table:
    columns = ("list", "P@5", "95 %", "ceiling", "nDCG@10", "unjudged@5", "queries")
    rows = [(stance.value, *_figures(figures)) for stance, figures in report.lists.items()]
    return Table("Lists", columns, rows)


def _figures(figures: RankingReport) -> tuple[str, ...]:
    ends = figures.p_at_5_ci
    return (
        figure(figures.p_at_5),
        f"{figure(ends[0])} to {figure(ends[1])}" if ends else MISSING,
        figure(figures.ceiling),
        figure(figures.ndcg_at_10),
        figure(figures.unjudged_at_5),
        str(figures.queries),
    )


def _queries(report: SearchReport, asked: Mapping[str, str]) -> Table:
    ahead = tuple(
        f"{stance.value}{name}"
        for stance in report.lists
        for name in ("", " P@5", " nDCG@10", " unjudged@5")
    )
    rows = [
        (name, asked[name], *(cell for scores in lists.values() for cell in _of_query(scores)))
        for name, lists in report.queries.items()
    ]
    return Table("Queries", ("id", "query", *ahead), rows, names=2)


def _of_query(scores: ListScores) -> Iterator[str]:
    """Yield how many judged passages belong in the list, and its figures where that is enough."""
    yield str(scores.relevant)
    for value in (scores.p_at_5, scores.ndcg_at_10, scores.unjudged_at_5):
        yield figure(value if scores.counts else None, 2)
