"""The program `compare`: its commands, each loaded on demand, and its exit codes.

Results go to standard output, remarks and errors to standard error. An error that the user can
correct is one sentence with exit code 2; Ctrl-C ends with 130.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from compare import __version__
from compare.cli.output import remark
from compare.errors import CompareError

_COMMANDS = {
    "search": "compare.cli.search:search",
    "stance": "compare.cli.search:stance",
    "sides": "compare.cli.sides:sides",
    "timeline": "compare.cli.sides:timeline",
    "matrix": "compare.cli.sides:matrix",
    "positions": "compare.cli.positions:positions",
    "review": "compare.cli.review:review",
    "adapt": "compare.cli.evaluate:adapt",
    "build": "compare.cli.library:build",
    "import": "compare.cli.corpus:import_",
    "show": "compare.cli.library:show",
    "delete": "compare.cli.library:delete",
    "info": "compare.cli.library:info",
    "export": "compare.cli.results:export",
    "report": "compare.cli.results:report",
    "reproduce": "compare.cli.results:reproduce",
    "evaluate": "compare.cli.evaluate:evaluate",
    "evaluate-search": "compare.cli.evaluate:evaluate_search",
    "app": "compare.cli.app:app",
    "completion": "compare.cli.app:completion",
}
_RENAMED = {"pairs": "sides"}


class _Commands(click.Group):
    """The commands in the order of use, each loaded on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of use."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name in _RENAMED:
            ctx.fail(f"`compare {cmd_name}` is now `compare {_RENAMED[cmd_name]}`.")
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="compare")
def cli() -> None:
    """Find who agrees with an official's quote and who opposes it, in their own words."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit with its code."""
    _speak_utf8()
    code = 0
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # such as `compare show | head`
        _discard_output()
    except OSError as error:
        # An error that names a file is not about standard output.
        if error.errno not in (errno.ENOSPC, errno.EDQUOT) or error.filename is not None:
            raise
        _discard_output()
        with suppress(OSError):  # standard error may go to the same disk
            remark(f"Error: the output cannot be written ({error.strerror}): make room.")
        code = 2
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    called = Path(sys.argv[0]).stem
    name = called if called in ("compare", "compare-statements") else "compare"
    try:
        code = cli.main(arguments, prog_name=name, standalone_mode=False)
    except CompareError as error:
        remark(f"Error: {error}")
        return 2
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        remark("Stopped.")
        return 130
    return code if isinstance(code, int) else 0


def _speak_utf8() -> None:
    """Write UTF-8 into pipes on every platform, and "?" for what a terminal cannot show."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # a replaced stream
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")  # type: ignore[union-attr]


def _discard_output() -> None:
    """Send unwritten output to nowhere, so that closing it raises nothing."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
