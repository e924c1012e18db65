"""The `compare` program: its commands, their errors and exit codes.

Results go to standard output, remarks and errors to standard error. An error that the user can
correct is one sentence with exit code 2; Ctrl-C exits with 130.
"""

from __future__ import annotations

import errno
import importlib
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click
from click.shell_completion import get_completion_class

from compare import __version__
from compare.errors import CompareError
from compare.safe_text import for_terminal

# Each command's "module:function" and help: so `compare --help` imports none of the modules.
_COMMANDS = {
    "search": ("search:search", "Find who agrees with a quote and who opposes it."),
    "opposites": ("search:opposites", "Offer what someone who disagrees may say."),
    "stance": ("search:stance", "Say how two statements relate."),
    "sides": ("actors:sides", "Find where two sides agree or oppose each other."),
    "timeline": ("actors:timeline", "Find where someone may have changed position."),
    "positions": ("actors:positions", "Place actors from opposed to agreeing."),
    "review": ("review:review", "Label pairs yourself, alone or with other readers."),
    "watch": ("watch:watch", "Save a search, and be told what is new."),
    "get": ("corpus:get", "Fetch a public collection and build a library from it."),
    "build": ("library:build", "Read statements and build a library from them."),
    "import": ("corpus:import_", "Read a public corpus or the quotations of a web page."),
    "translate": ("translate:translate", "Add translations to the statements of a corpus."),
    "show": ("library:show", "Show or list statements of a library."),
    "delete": ("library:delete", "Delete statements from a library for good."),
    "info": ("library:info", "Show what a library was built from."),
    "export": ("results:export", "Write a saved result in another format."),
    "report": ("results:report", "Write a saved result as one HTML page."),
    "sensitivity": ("results:sensitivity", "Repeat a saved result with other settings."),
    "reproduce": ("results:reproduce", "Repeat a saved result and compare the pairs."),
    "evaluate": ("results:evaluate", "Measure the stance model on labelled pairs."),
    "app": ("serve:app", "Open the app in the browser."),
    "serve": ("serve:serve", "Answer searches over HTTP, for other programs."),
    "mcp": ("serve:mcp", "Offer a library to an assistant (MCP)."),
    "completion": ("program:completion", "Print a completion script for a shell."),
}
_ABOUT_OUTPUT = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EBADF)
_LONGEST_ERROR = 1_500  # characters; a value or a path may be of any length


class _Commands(click.Group):
    """A group that imports a command only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of use, not of the alphabet."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name == "pairs":  # its name before `sides`
            ctx.fail("`compare pairs` is now `compare sides`.")
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(f"compare.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names and help texts without importing the commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help) for name, (_, help) in _COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="compare")
def cli() -> None:
    """Find who agrees with an official's quote and who opposes it, in their own words."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit with its code."""
    _replace_closed_streams()
    _use_utf8()
    code = 0
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # such as `compare show | head`
        _discard_output()
    except OSError as error:
        if error.filename is not None:  # an error that names a file is not about standard output
            raise
        _discard_output()
        why, remedy = error.strerror, "check where it goes"
        if error.errno == errno.EBADF:
            why, remedy = "standard output is closed", "send it to a file or a pipe"
        elif error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            remedy = "make room"
        with suppress(OSError):  # standard error may go to the same disk
            click.echo(f"Error: the output cannot be written ({why}): {remedy}.", err=True)
        code = 2
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    called = Path(sys.argv[0]).stem  # "__main__" for `python -m compare`
    name = called if called in ("compare", "compare-statements") else "compare"
    output = sys.stdout
    try:
        code = cli.main(arguments, prog_name=name, standalone_mode=False)
    except CompareError as error:
        _say_error(str(error))
        return 2
    except click.ClickException as error:
        _say_refusal(error)
        return 2
    except SystemExit:
        if sys.stdout is not output:  # click replaces it after a broken pipe, and ends with 1
            sys.stdout = output
            raise BrokenPipeError from None
        raise
    except (click.Abort, KeyboardInterrupt) as stopped:
        if isinstance(stopped.__context__, EOFError):  # the input ended at a question
            click.echo(err=True)
            _say_error("The input ended at this question: answer it, or see --help to avoid it.")
            return 2
        click.echo("Stopped.", err=True)
        return 130
    except OSError as error:
        if error.errno in _ABOUT_OUTPUT and error.filename is None:
            raise  # `main` tells
        message = (
            f"{error.filename or 'A file'} cannot be used ({error.strerror or error}): "
            "check that it is there, that it is yours, and that its disk is not full."
        )
        _say_error(message)
        return 2
    return code if isinstance(code, int) else 0


def _replace_closed_streams() -> None:
    """Open the null device in the place of each standard stream that the caller closed.

    Otherwise the next file to be opened, such as one of a library's, would get that number.
    Writing to standard output fails, so that no result is lost without a word.
    """
    flags = {0: os.O_RDONLY, 1: os.O_RDONLY, 2: os.O_WRONLY}  # 1 cannot be written to
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:  # also if a test or a host replaced it
            continue
        if os.open(os.devnull, flags[number]) == number:
            # it stays open as long as the program runs
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115


def _say_refusal(error: click.ClickException) -> None:
    """Print an error of the command line, with the usage of the command."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    if isinstance(error, click.UsageError) and error.ctx:
        hint = f"Try '{error.ctx.command_path} --help' for help."
        click.echo(f"{error.ctx.get_usage()}\n{hint}\n", err=True)
    message = error.format_message()
    if isinstance(error, click.NoSuchOption) and not error.option_name.startswith("--"):
        message = f"{message.rstrip('.')}: a text that begins with a dash comes last, after --."
    _say_error(message)


def _say_error(sentence: str) -> None:
    """Print an error on one line, without the middle of one that repeats a very long value."""
    line = re.sub(r"\s*[\n\u2028\u2029]\s*", " ", for_terminal(sentence))
    if len(line) > _LONGEST_ERROR:
        half = _LONGEST_ERROR // 2
        line = f"{line[:half]} … {line[-half:]}"
    click.echo(f"Error: {line}", err=True)


def _use_utf8() -> None:
    """Write UTF-8 into pipes on every platform, and "?" for characters a terminal cannot show."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # a stream that a test or a host replaced
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")  # type: ignore[union-attr]


def _discard_output() -> None:
    """Send buffered output to the null device, so that Python's exit does not fail on it."""
    with suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a completion script for SHELL.

    \b
      eval "$(compare completion bash)"       in ~/.bashrc
      eval "$(compare completion zsh)"        in ~/.zshrc
      compare completion fish | source        in ~/.config/fish/config.fish
    """
    root = context.find_root()
    name = root.info_name or "compare"
    variable = f"_{name}_COMPLETE".replace("-", "_").upper()
    kind = get_completion_class(shell)
    assert kind is not None  # click ships all three
    click.echo(kind(root.command, {}, name, variable).source())
