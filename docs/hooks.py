"""Hooks for MkDocs: write the page of commands from the commands, and name the search."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

import click

from compare.cli.program import cli

PAGE = "reference/cli.md"
PLACE = "<!-- commands -->"
GROUPS = {
    "Search and compare": "search opposites stance sides timeline positions",
    "Review": "review",
    "Watch": "watch",
    "Libraries": "get build import translate show delete info",
    "Results": "export report sensitivity reproduce evaluate",
    "App and server": "app serve mcp completion",
}
"""The headings of the page, with the commands below each; every command has one place."""

_DIALOG = 'data-md-component="search" role="dialog"'
_FOLDED = {True: "Its commands", False: "Usage and options"}
_MARKS = re.compile(r"`[^`]*`|[*_<>|\[\]\\]")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Insert all commands at the mark in their page (called by MkDocs)."""
    if page.file.src_uri != PAGE:
        return markdown
    return markdown.replace(PLACE, "\n".join(commands()))


def on_post_page(output: str, **_: Any) -> str:
    """Name the search for screen readers, which the theme leaves out (called by MkDocs)."""
    return output.replace(_DIALOG, f'{_DIALOG} aria-label="Search"')


def commands() -> Iterator[str]:
    """Yield the lines of every command: what it does, and its options folded, by group."""
    assert isinstance(cli, click.Group)
    ctx = click.Context(cli, info_name="compare")
    placed = [name for names in GROUPS.values() for name in names.split()]
    assert sorted(placed) == sorted(cli.list_commands(ctx)), "give each command a place in GROUPS"
    for title, names in GROUPS.items():
        yield f"## {title}\n"
        yield from _below(cli, ctx, 3, names.split())


def _described(ctx: click.Context, depth: int) -> Iterator[str]:
    command = ctx.command
    yield f"{'#' * depth} {ctx.command_path}\n"
    yield from _help(command.help or "")
    yield f'<details markdown="1"><summary>{_FOLDED[isinstance(command, click.Group)]}</summary>\n'
    usage = " ".join((ctx.command_path, *command.collect_usage_pieces(ctx)))
    yield f"```text\n{usage}\n```\n"
    if isinstance(command, click.Group):
        yield from _below(command, ctx, depth + 1, command.list_commands(ctx))
    else:
        yield from _options(ctx)
    yield "</details>\n"


def _below(
    group: click.Group, ctx: click.Context, depth: int, names: Iterable[str]
) -> Iterator[str]:
    for name in names:
        command = group.get_command(ctx, name)
        assert command is not None
        yield from _described(click.Context(command, info_name=name, parent=ctx), depth)


def _help(text: str) -> Iterator[str]:
    """Yield the paragraphs of a help text, with its examples as code."""
    for paragraph in text.split("\n\n"):
        lines = paragraph.strip("\n").splitlines()
        if lines and lines[0].strip() == "\b":
            yield "```sh\n" + textwrap.dedent("\n".join(lines[1:])) + "\n```\n"
        elif lines:
            yield f"{_plain(' '.join(line.strip() for line in lines))}\n"


def _options(ctx: click.Context) -> Iterator[str]:
    params = [one for one in ctx.command.get_params(ctx) if isinstance(one, click.Option)]
    records = [param.get_help_record(ctx) for param in params if "--help" not in param.opts]
    rows = [record for record in records if record]
    if not rows:
        return
    yield "| option | what it does |\n|---|---|"
    for names, text in rows:
        yield f"| <code>{escape(names).replace('|', '&#124;')}</code> | {_plain(text)} |"
    yield ""


def _plain(text: str) -> str:
    """Escape the marks of Markdown, except in code."""

    def kept(found: re.Match[str]) -> str:
        return found[0] if found[0].startswith("`") else f"&#{ord(found[0])};"

    return _MARKS.sub(kept, text)
