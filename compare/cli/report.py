"""`compare report`: write a kept result as one page to read, print and pass on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from compare.cli import options as shared
from compare.cli.output import remark, say_json


@click.command("report")
@click.argument("result", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to [RESULT with the ending .html].",
)
@click.option("--title", type=shared.text, default="", help="At the head [what was asked].")
@click.option("--limit", type=click.IntRange(1), help="Most pairs shown of each list [all].")
@shared.lists
@shared.thresholds
@shared.force
@shared.as_json
def command(
    result: Path,
    out: Path | None,
    title: str,
    limit: int | None,
    stances: tuple[str, ...],
    force: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Write RESULT, which `--out RESULT.json` kept, as one HTML page that needs no network.

    \b
      compare report result.json --out report.html
      compare report pairs.json --title "Two governments on the canal" --limit 20

    It holds the pairs side by side, how they were found, the limits, and the statements used as
    references. The browser prints it as a PDF.
    """
    from compare.export.report import write_report
    from compare.export.saved import load_result

    kept = load_result(result).rethreshold(**shared.read_thresholds(options))
    lists = shared.read_lists(stances, kept)
    target = out or result.with_suffix(".html")
    path = write_report(kept, target, lists, title=title, limit=limit, force=force)
    pairs = sum(len(kept.listed(stance)) for stance in lists)
    if as_json:
        say_json({"path": str(path), "pairs": pairs})
    else:
        remark(f"Wrote {path}: {pairs} pairs.")
