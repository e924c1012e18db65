"""`compare serve`: the HTTP API. `compare mcp`: the same functions for assistants."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from compare.cli import options as shared
from compare.cli.output import remark
from compare.cli.program import WholeNumber, check_port, host_name
from compare.errors import CompareError, not_installed
from compare.library.backend import Backend

_LOCAL = ("127.0.0.1", "localhost", "::1")
_LAST_SECONDS = 5  # that a reading has once the server is ended
_ORIGIN = re.compile(r"https?://[\w.\-\[\]:]+\Z", re.ASCII)


@click.command("serve")
@click.option(
    "--library",
    "libraries",
    type=shared.location,
    multiple=True,
    help="Folder or address of a library; several are served under their names [as for the other "
    "commands].",
)
@click.option("--host", default=_LOCAL[0], show_default=True, help="The address to listen on.")
@click.option("--port", type=WholeNumber(1, 65_535), default=8600, show_default=True)
@click.option("--token-file", type=shared.FILE, help="A file with the token that clients send.")
@click.option("--allow-write", is_flag=True, help="Let clients add and delete statements.")
@click.option(
    "--host-name",
    "host_names",
    type=host_name,
    multiple=True,
    help="Another name under which the server answers.",
)
@click.option("--cors", multiple=True, metavar="ORIGIN", help="A web page that may use the API.")
@click.option("--seconds", type=WholeNumber(1), default=120, help="Time limit of a request [120].")
@click.option(
    "--readers",
    type=WholeNumber(1, 64),
    default=1,
    help="Processes that read, each with its models and its share of the cores [1].",
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
        from compare.serve.settings import LOCAL_HOSTS, LOG_FORMAT, Settings, for_readers
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
    check_port(port, host)
    shown = f"[{host}]" if ":" in host else host
    names = {*LOCAL_HOSTS, shown, *host_names}
    settings = Settings(token, allow_write, tuple(name.lower() for name in names), cors, seconds)
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    remark(f"The API is at http://{shown}:{port}, described at /openapi.json (Ctrl-C ends it).")
    # Its own log would hold the words of searches.
    more: dict[str, Any] = {
        "host": host, "port": port, "access_log": False, "log_level": "warning",
        "timeout_graceful_shutdown": _LAST_SECONDS,
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
        from compare.serve.tools import create_server
    opened = shared.open_library(library)
    opened.close()
    create_server(opened.backend).run()


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
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or "it is not UTF-8 text"
        raise CompareError(f"{path} cannot be read ({why}): name a file with a token.") from error
    if len(token) < 16 or not token.isascii() or not token.isprintable():
        raise CompareError(
            f"{path} holds no token: write at least 16 letters and digits on one line, such as "
            "`openssl rand -hex 24` prints."
        )
    return token
