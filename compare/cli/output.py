"""Print results as JSON, as plain text in a pipe, or as tables on a terminal; show progress."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.errors import ExportError
from compare.export.formats import Format
from compare.files import check_writable
from compare.safe_text import one_line, printable
from compare.statements.statement import Quotation

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Task

    from compare.corpus import Problem
    from compare.models.values import Rationale
    from compare.statements.statement import Statement

Progress = Callable[[int, int], None]
Cell = str | int | float | tuple[float | None, float | None] | None

MISSING = "-"
_PROBLEMS_SHOWN = 20

# Controls that JSON leaves as they are and a terminal may obey, and what UTF-8 cannot hold.
_ESCAPED = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), *range(0xD800, 0xE000))}
_PLAIN_CELL = re.compile(r"(?:[^\W_]|[ ,.()%@-])*:?")


def say(text: str = "") -> None:
    """Print a line of results; no control character of it reaches the terminal."""
    click.echo(printable(text))


def remark(text: str) -> None:
    """Print a line that is not a result, to standard error."""
    click.echo(printable(text), err=True)


def remark_notes(notes: Sequence[str]) -> None:
    """Print each note to standard error."""
    for note in notes:
        remark(f"Note: {note}")


def remark_problems(problems: Sequence[Problem], count: int, label: str) -> None:
    """Print the first of `count` problems to standard error, each after `label`."""
    for problem in problems[:_PROBLEMS_SHOWN]:
        remark(f"{label}: {problem}")
    if count > _PROBLEMS_SHOWN:
        remark(f"… and {count - _PROBLEMS_SHOWN} more (--json lists {len(problems)}).")


def say_json(data: Any) -> None:
    """Print JSON."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2)
    click.echo(text.translate(_ESCAPED))


def say_either(as_json: bool, data: Any, text: str) -> None:
    """Print data as JSON, or else the text that says it."""
    if as_json:
        say_json(data)
    else:
        say(text)


def say_written(path: Path, pairs: int, *, as_json: bool, **details: str) -> None:
    """Say which file was written, with how many pairs."""
    if as_json:
        say_json({"path": str(path), **details, "pairs": pairs})
    else:
        remark(f"Wrote {path}: {pairs} pairs.")


def on_terminal() -> bool:
    """Tell whether results go to a terminal."""
    return sys.stdout.isatty()


def console() -> Console:
    """Return a console that draws tables on the terminal and obeys NO_COLOR."""
    from rich.console import Console

    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False)


# --- statements and pairs --------------------------------------------------------------------


def attribution(statement: Statement) -> str:
    """Return who, when and where on one line, as far as it is known."""
    known = (
        statement.speaker,
        statement.role,
        statement.countries,
        statement.date.iso if statement.date else "",
        statement.venue,
        statement.title,
        statement.source,
        "" if statement.quotation is Quotation.DIRECT else "reported, not quoted",
        f"[{statement.id}]" if statement.id else "",
    )
    return one_line(", ".join(filter(None, known)))


def quoted(statement: Statement, words: str) -> str:
    """Return words of a statement, in quotation marks unless they are only reported."""
    words = one_line(words)
    return f"“{words}”" if statement.quotation is Quotation.DIRECT else words


def rationale_lines(
    rationale: Rationale | None, a: str, b: str, names: tuple[str, str]
) -> list[str]:
    """Return a line for each side with its deciding words; none without a rationale."""
    from compare.export.words import JOINT, deciding_words

    if rationale is None:
        return []
    lines = []
    for name, text, spans in zip(names, (a, b), (rationale.a, rationale.b), strict=True):
        words = one_line(JOINT.join(deciding_words(text, spans)))
        lines.append(f"deciding in {name}: {words or '(no words)'}")
    return lines


# --- files -----------------------------------------------------------------------------------


def check_out(out: Path | None, *, force: bool) -> None:
    """Check before the work that a result can be exported to a file."""
    if out is not None:
        Format.of(out)
        check_writable(out, force=force)


def check_csv(out: Path | None, *, force: bool) -> None:
    """Check before the work that a table can be written as CSV to a file."""
    if out is not None:
        if out.suffix.lower() != ".csv":
            raise ExportError(f"{out} does not end in .csv, which is what is written.")
        check_writable(out, force=force)


# --- progress --------------------------------------------------------------------------------


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """Yield a callback (done, total) that draws a bar if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import ProgressColumn as Column
    from rich.progress import TimeRemainingColumn as Remaining
    from rich.text import Text

    class Rate(Column):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    description = TextColumn("{task.description}")
    columns = (description, BarColumn(), MofNCompleteColumn(), Rate(), Remaining())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def waiting(label: str) -> Iterator[Callable[[int], None]]:
    """Show a spinner if standard error is a terminal; the callback adds a count to it."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{label} …") as status:
        yield lambda done: status.update(f"{label}: {done:,}")


# --- tables of figures -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; the first `names` columns are words, the others numbers in `format`."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    names: int = 1
    format: str = ".3f"

    def lines(self) -> list[list[str]]:
        """Return the head and the rows as texts."""
        rows = [[cell_text(cell, self.format) for cell in cells] for cells in self.rows]
        return [list(self.columns), *rows]


def cell_text(cell: Cell, format: str = ".3f") -> str:
    """Return a cell as text: a number in its format, an interval as "low to high"."""
    if isinstance(cell, tuple):
        low, high = cell
        return MISSING if low is None or high is None else f"{low:{format}} to {high:{format}}"
    if isinstance(cell, float):
        return f"{cell:{format}}"
    return MISSING if cell is None else str(cell)


def show_table(table: Table) -> None:
    """Print a table, drawn on a terminal or as aligned columns into a pipe."""
    lines = [[one_line(cell) for cell in cells] for cells in table.lines()]
    say()
    if on_terminal():
        _draw_table(table, lines)
        return
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    say(one_line(table.title).upper())
    for cells in lines:
        padded = [
            cell.ljust(width) if place < table.names else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        say("  ".join(padded).rstrip())


def _draw_table(table: Table, lines: Sequence[Sequence[str]]) -> None:
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(title=table.title, title_justify="left")
    for place, name in enumerate(lines[0]):
        drawn.add_column(name, justify="left" if place < table.names else "right")
    for cells in lines[1:]:
        drawn.add_row(*map(Text, cells))
    console().print(drawn)


def show_markdown(table: Table) -> None:
    """Print a table as Markdown, with every cell escaped."""
    from compare.export.markdown import inert

    head, *rows = table.lines()
    marks = ["---" if place < table.names else "---:" for place in range(len(head))]
    say(f"\n## {table.title}\n")
    for cells in (head, marks, *rows):
        escaped = [cell if _PLAIN_CELL.fullmatch(cell) else inert(cell) for cell in cells]
        say(f"| {' | '.join(escaped)} |")
