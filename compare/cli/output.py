"""What the commands print: JSON, plain text in a pipe, tables on a terminal, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from compare.safe_text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Task

    from compare.corpus import Problem

Progress = Callable[[int, int], None]

_PROBLEMS_SHOWN = 20

# Controls that JSON leaves as they are and a terminal may obey, and what UTF-8 cannot hold.
_ESCAPED = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), *range(0xD800, 0xE000))}


def say(text: str = "") -> None:
    """Print a line of results; no control character of it reaches the terminal."""
    click.echo(printable(text))


def remark(text: str) -> None:
    """Print a line that is no result: to standard error."""
    click.echo(printable(text), err=True)


def remark_problems(problems: Sequence[Problem], count: int, what: str) -> None:
    """Print the first of `count` problems, each behind `what` it is."""
    for problem in problems[:_PROBLEMS_SHOWN]:
        remark(f"{what}: {problem}")
    if count > _PROBLEMS_SHOWN:
        remark(f"… and {count - _PROBLEMS_SHOWN} more (--json lists {len(problems)}).")


def say_json(data: Any) -> None:
    """Print JSON."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2)
    click.echo(text.translate(_ESCAPED))


def on_terminal() -> bool:
    """Say whether results go to a terminal."""
    return sys.stdout.isatty()


def console() -> Console:
    """Return what draws tables on the terminal; it obeys NO_COLOR."""
    from rich.console import Console

    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False)


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """Give a callback that draws a bar on standard error, where that is a terminal."""
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

    words = TextColumn("{task.description}")
    columns = (words, BarColumn(), MofNCompleteColumn(), Rate(), Remaining())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def counting(label: str) -> Iterator[Callable[[int], None]]:
    """Give a callback that shows a number on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console

    with Console(stderr=True).status(label) as status:
        yield lambda done: status.update(f"{label}: {done:,}")


@contextmanager
def waiting(label: str) -> Iterator[None]:
    """Show on standard error, where that is a terminal, that something takes a while."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(label):
        yield
