"""Tables of figures: on a terminal, as text in a pipe, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from compare.cli.output import console, on_terminal, say
from compare.safe_text import one_line

MISSING = "-"
_PLAIN = re.compile(r"(?:[^\W_]|[ ,.()%@-])*:?")


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; the first `names` columns are words, the others numbers."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    names: int = 1


def show_table(table: Table) -> None:
    """Print a table: drawn on a terminal, as columns apart by blanks into a pipe."""
    say()
    if on_terminal():
        _draw(table)
    else:
        _write(table)


def show_markdown(table: Table) -> None:
    """Print a table as Markdown; nothing in a cell can act."""
    marks = ["---" if place < table.names else "---:" for place in range(len(table.columns))]
    say(f"\n## {table.title}\n")
    for cells in (table.columns, marks, *table.rows):
        say(f"| {' | '.join(map(_inert, cells))} |")


def _inert(cell: str) -> str:
    """Escape a cell, unless it is so plain that no sign of it has a meaning."""
    from compare.export.markdown import inert

    return cell if _PLAIN.fullmatch(cell) else inert(cell)


def figure(value: float | None, digits: int = 3) -> str:
    """Return a number as a cell."""
    return MISSING if value is None else f"{value:.{digits}f}"


def _draw(table: Table) -> None:
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(title=table.title, title_justify="left")
    for place, name in enumerate(table.columns):
        drawn.add_column(name, justify="left" if place < table.names else "right")
    for cells in table.rows:
        drawn.add_row(*(Text(one_line(cell)) for cell in cells))
    console().print(drawn)


def _write(table: Table) -> None:
    lines = [[one_line(cell) for cell in cells] for cells in (table.columns, *table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    say(one_line(table.title).upper())
    for cells in lines:
        padded = [
            cell.ljust(width) if place < table.names else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        say("  ".join(padded).rstrip())
