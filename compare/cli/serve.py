"""`compare app`: the pages. `compare serve` and `mcp`: the same functions for programs."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from compare.cli import options as shared
from compare.cli.output import remark
from compare.errors import CompareError, not_installed
from compare.library.backend import Backend

_HOST = "127.0.0.1"
_LOCAL = (_HOST, "localhost", "::1")
_LAST_SECONDS = 5  # that a reading has once the server is ended
_ORIGIN = re.compile(r"https?://[\w.\-\[\]:]+\Z", re.ASCII)


def _host_name(value: str) -> str:
    """Refuse what no browser names as the host of a page; "*" is any name."""
    if not re.fullmatch(r"\*|[\w.-]{1,253}|\[[0-9a-f:.]+\]", value, re.ASCII | re.IGNORECASE):
        raise click.BadParameter(f"{value!r} is not the name of a host: write it as example.org.")
    return value


def _header(value: str) -> str:
    if not re.fullmatch(r"[\w-]+", value, re.ASCII):
        raise click.BadParameter(
            f"{value!r} is not a header: write its name, as in X-Forwarded-User."
        )
    return value


@click.command("app")
@shared.number("--port", 8501, "The port to listen on", maximum=65_535)
@shared.flag("--no-browser", help="Do not open the browser.")
@shared.library_option
@shared.string("--third-reader", help="Offer a third reader, as for `compare search`.")
@shared.string("--third-model", help="The name of its model.")
@click.option(
    "--host-name",
    type=_host_name,
    metavar="NAME",
    help="The name under which a reverse proxy offers the app.",
)
@click.option(
    "--reader-header",
    type=_header,
    default=None,
    metavar="HEADER",
    help="The header in which the proxy says who is signed in: the reader of a review.",
)
@shared.flag("--read-only", help="Visitors can neither add nor delete anything.")
@shared.flag("--token", help="Answer only who has the token in the address that is printed.")
def app(
    port: int,
    no_browser: bool,
    library: Backend | None,
    third_reader: str,
    third_model: str,
    host_name: str | None,
    reader_header: str | None,
    read_only: bool,
    token: bool,
) -> None:
    """Open the app in the browser; Ctrl-C ends it.

    Statements never leave this machine, unless the library is in a database elsewhere, or a third
    reader elsewhere is named here and switched on there. The app listens on this machine only; a
    group reaches it through a reverse proxy. Other users of this machine can open it, too, unless
    it has a --token.
    """
    from compare.library.locations import (
        LIBRARY_VARIABLE,
        READ_ONLY_VARIABLE,
        READER_HEADER_VARIABLE,
    )
    from compare.ui.server import OPEN_VARIABLE, SETTINGS_VARIABLE, TOKEN_VARIABLE

    in_checkout = Path(__file__).resolve().parents[2] / "app.py"
    installed = Path(sys.prefix) / "share" / "compare" / "app.py"
    script = in_checkout if in_checkout.is_file() else installed
    if not script.is_file():
        raise CompareError(
            f"The app is neither at {in_checkout} nor at {installed}: install the program again."
        )
    _check_port(port)
    environment = dict(os.environ) | _third_reader(third_reader, third_model)
    if reader_header:
        environment[READER_HEADER_VARIABLE] = reader_header
    if read_only:
        environment[READ_ONLY_VARIABLE] = "1"
    opened = shared.open_library(library)  # fails here, not on the page
    if library is not None or environment.get(LIBRARY_VARIABLE):
        environment[LIBRARY_VARIABLE] = opened.backend.address
    opened.close()
    address = f"http://localhost:{port}"
    if token:
        environment[TOKEN_VARIABLE] = secret = secrets.token_urlsafe(24)
        address = f"{address}/?token={secret}"
    if not no_browser:
        environment[OPEN_VARIABLE] = address
    click.echo(f"The app is at {address} (Ctrl-C ends it).", err=True)
    if not token:
        click.echo(
            "Other users of this machine can open it too; with --token, only you can.", err=True
        )
    settings = {
        "server.address": _HOST,
        "server.port": port,
        "server.headless": True,  # our own server opens the browser
        "server.showEmailPrompt": False,
        "server.enableXsrfProtection": True,
        "server.allowedHosts": [_HOST, "localhost", *([host_name] if host_name else [])],
        "browser.gatherUsageStats": False,
        # Otherwise Streamlit asks the network for this machine's address.
        "browser.serverAddress": host_name or _HOST,
    }
    environment[SETTINGS_VARIABLE] = json.dumps(settings)
    arguments = [sys.executable, "-m", "compare.ui.server", str(script)]
    # The server replaces this process, so that a signal to `compare app` ends it. Windows cannot.
    if os.name == "nt":
        server = subprocess.run(arguments, cwd=script.parent, env=environment, check=False)
        raise SystemExit(server.returncode)
    os.chdir(script.parent)  # where the app's settings are
    os.execve(arguments[0], arguments, environment)


def _third_reader(named: str, model: str) -> dict[str, str]:
    """Return the variables with which the app offers a third reader, once it is known to be one."""
    if not named and not model:
        return {}
    from compare.models.endpoints import MODEL_VARIABLE, READER_VARIABLE, Endpoint
    from compare.models.third_reader import ThirdReader

    if not (named and model):
        raise click.UsageError("Give both --third-reader and --third-model.")
    ThirdReader(Endpoint.of(named), model)  # fails here, not on the page
    return {READER_VARIABLE: named, MODEL_VARIABLE: model}


@click.command("serve")
@click.option(
    "--library",
    "libraries",
    type=shared.location,
    multiple=True,
    help="Folder or address of a library; several are served under their names [as for the other "
    "commands].",
)
@click.option("--host", default=_HOST, show_default=True, help="The address to listen on.")
@shared.number("--port", 8600, "The port to listen on", maximum=65_535)
@shared.file("--token-file", help="A file with the token that clients send.")
@shared.flag("--allow-write", help="Let clients add and delete statements.")
@click.option(
    "--host-name",
    "host_names",
    type=_host_name,
    metavar="NAME",
    multiple=True,
    help="Another name under which the server answers.",
)
@click.option("--cors", multiple=True, metavar="ORIGIN", help="A web page that may use the API.")
@shared.number("--seconds", 120, "Time limit of a request")
@shared.number(
    "--readers",
    1,
    "Processes that read, each with its models and its share of the cores",
    maximum=64,
)
def serve(
    libraries: tuple[Backend, ...],
    host: str,
    port: int,
    token_file: Path | None,
    allow_write: bool,
    host_names: tuple[str, ...],
    cors: tuple[str, ...],
    seconds: int,
    readers: int,
) -> None:
    """Answer searches over HTTP, for other programs; Ctrl-C ends it.

    \b
      compare serve --library un
      curl 'http://localhost:8600/search?q=The+embargo+must+end.'

    The address /openapi.json describes the API. A server that listens on another address than this
    machine's own needs --token-file; clients send the token as "Authorization: Bearer TOKEN".
    """
    with _extra("serve"):
        import uvicorn

        from compare.serve.api import create_app
        from compare.serve.settings import (
            LOCAL_HOSTS,
            LOG_FORMAT,
            Connection,
            Settings,
            for_readers,
        )
    if not host.strip():
        raise click.UsageError("--host is empty: give an address of this machine, or leave it out.")
    token = _read_token(token_file)
    if host not in _LOCAL and not token:
        raise click.UsageError(
            f"--host {host} lets other machines in: name a file with a token by --token-file."
        )
    for origin in cors:
        if not _ORIGIN.match(origin):
            raise click.UsageError(
                f"--cors {origin!r} is no origin: write it as https://example.org."
            )
    if allow_write and not token:
        raise click.UsageError("--allow-write needs a token: name a file with one by --token-file.")
    served: dict[str, Backend] = {}
    for given in libraries or (None,):
        opened = shared.open_library(given)  # fails here, not at a request
        name = opened.backend.name
        if name in served:
            raise click.UsageError(f"Two libraries are named {name!r}: rename one.")
        served[name] = opened.backend
        opened.close()
    _check_port(port, host)
    shown = f"[{host}]" if ":" in host else host
    names = {*LOCAL_HOSTS, shown, *host_names}
    settings = Settings(token, allow_write, tuple(name.lower() for name in names), cors, seconds)
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    remark(f"The API is at http://{shown}:{port}, described at /openapi.json (Ctrl-C ends it).")
    # Its own log would hold the words of searches.
    more: dict[str, Any] = {
        "host": host, "port": port, "access_log": False, "log_level": "warning",
        "timeout_graceful_shutdown": _LAST_SECONDS, "http": Connection,
    }  # fmt: skip
    if readers == 1:
        uvicorn.run(create_app(served, settings), **more)
        return
    os.environ |= for_readers(served, settings, readers)
    uvicorn.run("compare.serve.api:app_of_reader", factory=True, workers=readers, **more)


@click.command("mcp")
@shared.library_option
def mcp(library: Backend | None) -> None:
    """Offer a library to an assistant, by the Model Context Protocol on standard input and output.

    \b
      {"mcpServers": {"statements": {"command": "compare", "args": ["mcp", "--library", "un"]}}}

    The assistant can search, compare two statements, place actors on a proposition and show a
    statement, each with its source. What it asks for is sent to where the assistant runs.
    """
    with _extra("mcp"):
        import anyio

        from compare.serve import tools
    opened = shared.open_library(library)
    opened.close()
    anyio.run(tools.serve, opened.backend)


def _check_port(port: int, host: str = _HOST) -> None:
    """Raise CompareError if another program uses the port, or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name != "nt":  # on Windows the option would let two programs share one port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise CompareError(
                    f"{host!r} is no address of this machine ({error.strerror}): name its own."
                ) from error
            raise CompareError(
                f"Port {port} is taken or not allowed ({error.strerror}): choose another with "
                f"--port {port + 1 if port < 65_535 else 8501}, or end the program that uses it."
            ) from error


@contextmanager
def _extra(name: str) -> Iterator[None]:
    """Say which extra has a package that is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise CompareError(not_installed(f"This needs {error.name}, which", name)) from error


def _read_token(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        token = path.read_text(encoding="utf-8").strip()
        is_open = os.name != "nt" and path.stat().st_mode & 0o077
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or "it is not UTF-8 text"
        raise CompareError(f"{path} cannot be read ({why}): name a file with a token.") from error
    if len(token) < 16 or not token.isascii() or not token.isprintable():
        raise CompareError(
            f"{path} holds no token: write at least 16 letters and digits on one line, such as "
            "`openssl rand -hex 24` prints."
        )
    if is_open:
        raise CompareError(
            f"Others on this machine can read {path}: keep it to yourself with `chmod 600 {path}`."
        )
    return token
