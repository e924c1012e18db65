"""EXPERIMENTS.md: one row a run, failures included."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from compare.files import write_whole

FILE = Path(__file__).with_name("EXPERIMENTS.md")


def row(report: Mapping[str, Any], backbone: str) -> str:
    """Return a run's row."""
    low, high = report["macro_f1_interval_95"]
    cells = (
        report["name"],
        backbone,
        report["what"],
        f"{report['macro_f1']:.3f} ({low:.3f} to {high:.3f})",
        f"{report['f1']['oppose']:.3f}",
        f"{report['typed_macro_f1']:.3f}",
        f"{report['agree_p_at_5']:.3f}",
        f"{report['oppose_p_at_5']:.3f}",
        f"{report['plain_polarity_auc']:.3f}",
        str(report["minutes"]),
    )
    return f"| {' | '.join(cells)} |\n"


def write_row(report: Mapping[str, Any], backbone: str) -> None:
    """Put a run's row at the end of the table, or in the place of its former one."""
    lines = FILE.read_text(encoding="utf-8").splitlines(keepends=True)
    start = f"| {report['name']} |"
    new = row(report, backbone)
    at = [n for n, line in enumerate(lines) if line.startswith(start)]
    if at:
        lines[at[0]] = new
    else:
        last = max(n for n, line in enumerate(lines) if line.startswith("|"))
        lines.insert(last + 1, new)
    write_whole(FILE, "".join(lines).encode(), force=True)
