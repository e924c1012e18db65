"""`compare review agreement | export`: what a review says, and the files of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compare.cli import options as shared
from compare.cli.output import remark, say, say_json
from compare.cli.review import named, open_review
from compare.cli.tables import MISSING, Table, figure, show_table
from compare.results.result import Stance

if TYPE_CHECKING:
    from compare.review.agreement import Agreement
    from compare.review.agreement import Table as Confusion
    from compare.review.estimates import Estimates
    from compare.review.reliability import Figure, Reliability

_LABELS = tuple(stance.value for stance in Stance)
_FORMATS = ("csv", "jsonl", "history", "codebook", "label-studio", "label-studio-config", "argilla")


@click.command("agreement")
@named
@shared.library_folder
@shared.as_json
def agreement(name: str, library: Path | None, as_json: bool) -> None:
    """Say how far the readers agree with each other, and what the model said of the same pairs.

    Percent agreement, Cohen's kappa and Krippendorff's alpha with 95 % intervals; of a random
    sample, too, precision and recall of the model's labels, with theirs. All readers have to have
    handed in.
    """
    from compare.review.agreement import agreement as agreement_of
    from compare.review.reliability import NO_INTERVAL

    review, _ = open_review(library, name)
    found, made = agreement_of(review), review.settings
    if as_json:
        design = {"created": review.created, "version": review.version, **made.to_dict()}
        say_json({"review": review.name, "design": design, **found.to_dict()})
        return
    say(f"{review.name}: {found.pairs} pairs, read by {' and '.join(found.readers)}")
    if found.overall:
        say(f"The readers differ on {found.differ}, of which {found.decided} are decided.")
    for table in _tables(found):
        show_table(table)
    if found.lacks_interval:
        say(f"\n{NO_INTERVAL}")
    for caution in found.cautions:
        say(f"\n{caution}")
    if found.no_estimates:
        remark(found.no_estimates)


def _tables(found: Agreement) -> Iterator[Table]:
    if found.overall and found.between:
        rows: dict[str, Reliability] = {"all": found.overall}
        rows |= {stance.value: of for stance, of in found.by_label.items()}
        yield _reliability("Agreement of the readers, and of each label with the others", rows)
        if found.by_topic:
            yield _reliability("By topic", found.by_topic)
        first, second = found.readers
        yield _confusion(f"{first} (rows) and {second}", found.between)
    for name, table in found.with_machine.items():
        yield _confusion(f"{name} (rows) and the model", table)
    if found.estimates:
        yield _estimates(found.estimates)


def _reliability(title: str, rows: Mapping[str, Reliability]) -> Table:
    return Table(
        title,
        ("", "pairs", "agreement", "95 %", "kappa", "95 %", "alpha", "95 %"),
        [
            (
                name or "(none)",
                str(of.pairs),
                *(cell for part in (of.agreement, of.kappa, of.alpha) for cell in _cells(part)),
            )
            for name, of in rows.items()
        ],
    )


def _cells(of: Figure | None) -> tuple[str, str]:
    if of is None or of.value is None:
        return MISSING, MISSING
    between = MISSING if of.low is None else f"{figure(of.low)} to {figure(of.high)}"
    return figure(of.value), between


def _confusion(title: str, table: Confusion) -> Table:
    rows = [(label, *map(str, row)) for label, row in zip(_LABELS, table, strict=True)]
    return Table(title, ("", *_LABELS), rows)


def _estimates(found: Estimates) -> Table:
    rows = [
        (stance.value, str(of.called), *_cells(of.precision), str(of.found), *_cells(of.recall))
        for stance, of in found.labels.items()
    ]
    rows.append(("all", str(found.pairs), *_cells(found.accuracy), "", "", ""))
    return Table(
        "The model's labels, estimated from the random sample (all: accuracy)",
        ("", "called so", "precision", "95 %", "are so", "recall", "95 %"),
        rows,
    )


@click.command("export")
@named
@click.option("--to", "format", type=click.Choice(_FORMATS), default="csv", help="[csv]")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help='Where to [NAME with the format\'s ending]; "-" is standard output.',
)
@click.option(
    "--reader",
    type=shared.text,
    help="Until all have handed in: write the answers of this one, and of nobody else.",
)
@shared.force
@shared.library_folder
@shared.as_json
def export(
    name: str,
    format: str,
    out: Path | None,
    reader: str | None,
    force: bool,
    library: Path | None,
    as_json: bool,
) -> None:
    """Write a review: pairs, answers, decisions and the model's labels, each apart.

    history holds all that was answered, changed and taken back. label-studio and argilla are JSON
    that those programs import.

    \b
      compare review export canal --out canal.csv
      compare review export canal --to history --out canal-history.csv
    """
    from compare.review.exporting import ReviewFormat, export_review, review_bytes

    review, opened = open_review(library, name)
    chosen = ReviewFormat(format)
    if out is not None and str(out) == "-":
        sys.stdout.buffer.write(review_bytes(review, chosen, library=opened, seen_by=reader))
        return
    safe = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in review.name)
    path = export_review(
        review,
        out or Path(safe + chosen.suffix),
        chosen,
        library=opened,
        seen_by=reader,
        force=force,
    )
    if as_json:
        say_json({"path": str(path), "format": chosen.value, "pairs": len(review)})
    else:
        remark(f"Wrote {path}: {len(review)} pairs.")
