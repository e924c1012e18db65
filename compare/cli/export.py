"""`compare export`: write a kept result in another format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from compare.cli import options as shared
from compare.cli.output import remark, say_json

_FORMATS = ("csv", "jsonl", "xlsx", "markdown", "bibtex", "ris", "html")


@click.command("export")
@click.argument("result", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--to", "chosen", type=click.Choice(_FORMATS), help="The format [by --out's ending].")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help='Where to [RESULT with the format\'s ending]; "-" is standard output.',
)
@shared.lists
@shared.thresholds
@shared.force
@shared.as_json
def command(
    result: Path,
    chosen: str | None,
    out: Path | None,
    stances: tuple[str, ...],
    force: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Write RESULT, which `--out RESULT.json` kept: its pairs, or citations of them.

    `search`, `pairs`, `timeline` and `positions --passages` keep results.

    \b
      compare export result.json --to csv
      compare export pairs.json --out oppose.xlsx --stance oppose
    """
    from compare.export.formats import Format, export, export_bytes
    from compare.export.saved import load_result

    if chosen is None and (out is None or str(out) == "-"):
        raise click.UsageError(f"Name a format by --to: {', '.join(_FORMATS)}.")
    kept = load_result(result).rethreshold(**shared.read_thresholds(options))
    lists = shared.read_lists(stances, kept)
    format = Format(chosen) if chosen else Format.of(out or result)
    if out is not None and str(out) == "-":
        sys.stdout.buffer.write(export_bytes(kept, format, stances=lists))
        return
    path = export(
        kept, out or result.with_suffix(format.suffix), format, stances=lists, force=force
    )
    pairs = sum(len(kept.listed(stance)) for stance in lists)
    if as_json:
        say_json({"path": str(path), "format": format.value, "pairs": pairs})
    else:
        remark(f"Wrote {path}: {pairs} pairs.")
