"""Print results as JSON, as plain text in a pipe, or as tables on a terminal; show progress."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.errors import ExportError
from compare.export import ExportFormat, words
from compare.export.markdown import inert
from compare.files import check_ending, check_writable
from compare.safe_text import DIRECTION_MARKS, for_terminal, one_line
from compare.statements import Quotation

if TYPE_CHECKING:
    from rich.progress import Task
    from rich.text import Text

    from compare.corpus import Problem
    from compare.export.formats import FileFormat
    from compare.results import Excerpt, Rationale
    from compare.review import ReviewFormat
    from compare.statements import Statement

MISSING = "-"
_PROBLEMS_SHOWN = 20

# What JSON leaves as it is: control characters, marks that turn the direction of writing, and
# surrogates, which UTF-8 cannot hold.
_ESCAPED = {
    code: f"\\u{code:04x}"
    for code in (*range(0x7F, 0xA0), *DIRECTION_MARKS, *range(0xD800, 0xE000))
}
# Cells without any Markdown syntax stay readable; all others are escaped.
_PLAIN_CELL = re.compile(r"(?:[^\W_]|[ ,.()%@-])*:?")


def say(text: str = "") -> None:
    """Print a line of results, with control characters made visible."""
    click.echo(for_terminal(text))


def remark(text: str) -> None:
    """Print a line that is not a result, to standard error."""
    click.echo(for_terminal(text), err=True)


def remark_notes(notes: Iterable[str]) -> None:
    """Print each note to standard error."""
    for note in notes:
        remark(f"Note: {note}")


def remark_problems(problems: Sequence[Problem], count: int) -> None:
    """Print the first of `count` problems to standard error."""
    for problem in problems[:_PROBLEMS_SHOWN]:
        remark(f"Problem: {problem}")
    if count > _PROBLEMS_SHOWN:
        remark(f"… and {count - _PROBLEMS_SHOWN} more (--json lists {len(problems)}).")


def say_json(data: Any) -> None:
    """Print JSON."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2)
    click.echo(text.translate(_ESCAPED))


def say_either(as_json: bool, data: Any, text: str) -> None:
    """Print data as JSON, or the same as text."""
    if as_json:
        say_json(data)
    else:
        say(text)


def say_written(
    path: Path, pairs: int, *, as_json: bool, what: str = "pair", **details: str
) -> None:
    """Name the file that was written, and the number of its pairs, each a `what`."""
    if as_json:
        say_json({"path": str(path), **details, "pairs": pairs})
    else:
        remark(f"Wrote {path}: {words.counted(pairs, what)}.")


def on_terminal() -> bool:
    """Tell whether results go to a terminal."""
    return sys.stdout.isatty()


# --- statements and pairs --------------------------------------------------------------------


def attribution(statement: Statement, pages: Sequence[int] = ()) -> str:
    """Return the known ones of a statement's speaker, date, place, pages and id on one line."""
    identifier = f"[{statement.id}]" if statement.id else ""
    return one_line(", ".join(filter(None, [*words.attribution(statement, pages), identifier])))


def quoted(passage: Excerpt) -> str:
    """Return the words of a passage, in quotation marks if they are a direct quotation."""
    text = one_line(passage.text)
    return f"“{text}”" if passage.statement.quotation is Quotation.DIRECT else text


def translation_lines(passage: Excerpt) -> list[str]:
    """Return a line with the translation of a passage, or no line without one."""
    text = one_line(passage.passage.translation)
    return [f"{words.translated_by_words(passage.statement)}: “{text}”"] if text else []


def rationale_lines(
    rationale: Rationale | None, *texts: str, names: tuple[str, str] = ("A", "B")
) -> list[str]:
    """Return a line with the deciding words of each side, or no line without a rationale."""
    if rationale is None:
        return []
    lines = []
    for name, text, spans in zip(names, texts, (rationale.a, rationale.b), strict=True):
        found = one_line(words.JOINT.join(words.deciding_words(text, spans)))
        lines.append(f"deciding in {name}: {found or '(no words)'}")
    return lines


# --- files -----------------------------------------------------------------------------------


def check_out(out: Path | None, *endings: str, force: bool) -> None:
    """Refuse a file before the work starts if it has another ending, or cannot be written.

    Without `endings`, it has that of a format of a result.
    """
    if out is not None:
        check_ending(out, endings or [format.suffix for format in ExportFormat])
        check_writable(out, force=force)


def check_named(out: Path, format: FileFormat | ReviewFormat, *, force: bool) -> None:
    """Refuse a file as `check_out` does, if its format was named: only the endings of others."""
    if out.suffix.casefold() in {other.suffix for other in type(format)} - {format.suffix}:
        check_ending(out, [format.suffix])
    check_writable(out, force=force)


def check_apart(*paths: Path | None) -> None:
    """Refuse files to write before the work starts if two of them are the same."""
    given = [path for path in paths if path is not None]
    for number, path in enumerate(given):
        if any(_same_file(path, other) for other in given[:number]):
            raise ExportError(
                f"{path} is named for two outputs of this command: name another file for one."
            )


def check_not_read(out: Path | None, *inputs: Path | None) -> None:
    """Refuse a file to write that the command also reads, since its content would be lost."""
    if out is not None and any(path and _same_file(out, path) for path in inputs):
        raise ExportError(f"{out} is a file that this command reads: choose another name.")


def _same_file(path: Path, other: Path) -> bool:
    try:
        return path.resolve() == other.resolve() or path.samefile(other)
    except (OSError, RuntimeError):  # one is not there, or cannot be reached
        return False


# --- progress --------------------------------------------------------------------------------


@contextmanager
def progress(label: str, *, in_bytes: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Yield a callback (done, total) that draws a bar if standard error is a terminal.

    A total of 0 is one that is not known.
    """
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich import progress as bars
    from rich.console import Console
    from rich.text import Text

    class Rate(bars.ProgressColumn):  # rich has one only for bytes
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    columns = (bars.TextColumn("{task.description}"), bars.BarColumn())
    count: bars.ProgressColumn = bars.MofNCompleteColumn()
    rate: bars.ProgressColumn = Rate()
    if in_bytes:
        count, rate = bars.DownloadColumn(), bars.TransferSpeedColumn()
    shown = (*columns, count, rate, bars.TimeRemainingColumn())
    with bars.Progress(*shown, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


@contextmanager
def waiting(label: str) -> Iterator[Callable[[int], None]]:
    """Show a spinner if standard error is a terminal; the callback adds a count to it."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{label} …") as status:
        yield lambda done: status.update(f"{label}: {done:,}")


def write_to_stdout(data: bytes) -> None:
    """Write a file to standard output: into a pipe as it is, on a terminal as `say` prints it."""
    if not on_terminal():
        sys.stdout.buffer.write(data)
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ExportError(
            "This format is not text, so no terminal can show it: name a file with --out."
        ) from None
    say(text)


# --- tables ----------------------------------------------------------------------------------


def show_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    text_columns: int = 1,
    format: str = ".3f",
    markdown: bool = False,
) -> None:
    """Print a table: drawn on a terminal, in aligned columns in a pipe, or as Markdown.

    The first `text_columns` hold text, the others numbers in `format`.
    """
    lines = [[cell_text(cell, format) for cell in cells] for cells in (columns, *rows)]
    is_text = [place < text_columns for place in range(len(columns))]
    say()
    if markdown:
        say(f"## {title}\n")
        marks = ["---" if text else "---:" for text in is_text]
        for cells in (lines[0], marks, *lines[1:]):
            escaped = [cell if _PLAIN_CELL.fullmatch(cell) else inert(cell) for cell in cells]
            say(f"| {' | '.join(escaped)} |")
    elif on_terminal():
        justified = [{"justify": "left" if text else "right"} for text in is_text]
        draw_table(title, list(zip(columns, justified, strict=True)), lines[1:])
    else:
        lines = [[one_line(cell) for cell in cells] for cells in lines]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        say(one_line(title).upper())
        for cells in lines:
            sized = zip(cells, widths, is_text, strict=True)
            padded = (c.ljust(width) if text else c.rjust(width) for c, width, text in sized)
            say("  ".join(padded).rstrip())


def cell_text(cell: Any, format: str = ".3f") -> str:
    """Return a cell as text: a number in its format, a tuple as an interval "low to high"."""
    if isinstance(cell, tuple):
        low, high = cell
        return MISSING if low is None or high is None else f"{low:{format}} to {high:{format}}"
    if isinstance(cell, float):
        return f"{cell:{format}}"
    return MISSING if cell is None else str(cell)


def draw_table(
    title: str,
    columns: Sequence[tuple[str, Mapping[str, Any]]],
    rows: Iterable[Sequence[str | Text]],
    **style: Any,
) -> None:
    """Draw a table on the terminal; `style` and each column's mapping are options of rich."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=for_terminal(one_line(title)), title_justify="left", **style)
    for name, options in columns:
        table.add_column(name, **options)
    for cells in rows:
        shown = (Text(for_terminal(one_line(c))) if isinstance(c, str) else c for c in cells)
        table.add_row(*shown)
    # Brackets and colons in a statement would otherwise be read as markup and emoji.
    Console(file=sys.stdout, highlight=False, markup=False, emoji=False).print(table)
