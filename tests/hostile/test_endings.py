"""Every command refuses a file to write by its ending, in one way, before it reads anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from compare.cli.program import cli
from tests.fakes import Ran

WRITTEN = {"--out", "--by-year", "--passages", "--agreement"}
READ = {"--queries", "--batch", "--result", "--pairs", "--codebook", "--plan", "--corpus",
        "--token-file"}  # fmt: skip
ARGUMENTS = {  # nothing that is named here exists
    "search": "x",
    "stance": "--batch pairs.csv",
    "sides": "x --a country=Valdoria --b country=Ostravia",
    "timeline": "x --who country=Valdoria",
    "positions": "x",
    "review export": "absent",
    "review plan": "--result absent.json",
    "watch run": "",
    "watch feed": "absent",
    "import url": "https://absent.example",
    "import html": "absent.html",
    "export": "absent.json",
    "report": "absent.json",
}


def commands(group: click.Group, name: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for each in group.list_commands(context):
        command = group.get_command(context, each)
        if isinstance(command, click.Group):
            yield from commands(command, f"{name}{each} ")
        elif command is not None:
            yield f"{name}{each}", command


def options() -> Iterator[tuple[str, str]]:
    """Yield each command with each of its options that name a file."""
    for name, command in commands(cli):
        for option in command.params:
            if isinstance(option, click.Option) and isinstance(option.type, click.Path):
                yield name, option.opts[0]


def test_every_option_with_a_file_is_known() -> None:
    assert {option for _, option in options()} == WRITTEN | READ


@pytest.mark.parametrize(("name", "option"), [one for one in options() if one[1] in WRITTEN])
def test_an_unknown_ending_is_refused_with_those_known(
    run: Callable[..., Ran], place: Path, name: str, option: str
) -> None:
    given = ARGUMENTS.get(name, "absent").split()
    done = run(*name.split(), *given, option, "a.zip")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("Error: a.zip does not end in .")
    assert done.err.endswith((": give it that ending.\n", ": give it one of these endings.\n"))
    assert not (place / "a.zip").exists()


def test_with_a_named_format_only_the_ending_of_another_is_refused(
    run: Callable[..., Ran], place: Path
) -> None:
    done = run("export", "result.json", "--to", "csv", "--out", "pairs.txt")
    assert done.code == 0, done.err
    assert (place / "pairs.txt").read_bytes().startswith(b"\xef\xbb\xbf")
    done = run("export", "result.json", "--to", "csv", "--out", "pairs.xlsx")
    assert (done.code, done.out) == (2, "")
    assert "pairs.xlsx does not end in .csv" in done.err
