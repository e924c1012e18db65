"""`compare app` and `compare completion`: the app in the browser, commands in the shell."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from compare.cli import options as shared
from compare.cli.output import remark
from compare.errors import CompareError

_HOST = "127.0.0.1"


@click.command("app")
@click.option("--port", type=click.IntRange(1, 65_535), default=8501, show_default=True)
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
@shared.library_folder
def app(port: int, no_browser: bool, library: Path | None) -> None:
    """Open the app in the browser; Ctrl-C ends it. Statements never leave this machine."""
    from compare.library.locations import LIBRARY_VARIABLE

    script = _script()
    _check_port(port)
    environment = dict(os.environ)
    opened = shared.open_library(library)
    if library is not None or environment.get(LIBRARY_VARIABLE):
        environment[LIBRARY_VARIABLE] = str(opened.folder.resolve())
    opened.close()
    remark(f"The app is at http://localhost:{port} (Ctrl-C ends it).")
    arguments = [
        *(sys.executable, "-m", "streamlit", "run", str(script)),
        *("--server.address", _HOST, "--server.port", str(port)),
        *("--server.headless", "true" if no_browser else "false"),
        *("--server.showEmailPrompt", "false", "--browser.gatherUsageStats", "false"),
        *("--server.enableXsrfProtection", "true"),
    ]
    _become(arguments, script.parent, environment)


def _script() -> Path:
    """Return app.py: beside the package, else where the install put it."""
    places = [
        Path(__file__).resolve().parents[2] / "app.py",
        Path(sys.prefix) / "share" / "compare" / "app.py",
    ]
    for place in places:
        if place.is_file():
            return place
    raise CompareError(
        f"The app is neither at {places[0]} nor at {places[1]}: install the program again."
    )


def _check_port(port: int) -> None:
    """Raise CompareError if another program uses the port."""
    with socket.socket() as probe:
        if os.name != "nt":  # there it would let two programs share one port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise CompareError(
                f"Port {port} is taken or not allowed ({error.strerror}): choose another with "
                f"--port {port + 1 if port < 65_535 else 8501}, or end the program that uses it."
            ) from error


def _become(arguments: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Replace this program by the server, so that what ends one ends the other."""
    if os.name == "nt":
        done = subprocess.run(arguments, cwd=folder, env=environment, check=False)
        raise SystemExit(done.returncode)
    os.chdir(folder)  # where the app's settings are
    os.execve(arguments[0], arguments, environment)


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
