"""A local server to fetch pages from, and names for it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from compare.corpus.web.fetch import Fetched, fetch
from compare.errors import CorpusError

PAGE = b"<html><body><p>The harbour is open.</p></body></html>"
BY_HAND = "open it in a browser, save it, and use `compare import html FILE`."


class Site:
    """A server on this machine; each path has an answer, and each request is remembered."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[Any], None]] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.named: list[str | None] = []  # asked for over TLS
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.seen.append((self.path, dict(self.headers)))
                try:
                    site.answers[self.path](self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # a client that leaves is what is tested: no traceback of it in the output
        self.server.handle_error = lambda *_: None
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def answer(self, path: str, body: bytes = PAGE, status: int = 200, **headers: str) -> None:
        def send(handler: Any) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            if "Content_Length" not in headers:
                handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.answers[path] = send

    def fetch(self, path: str = "/", **options: Any) -> Fetched:
        return fetch(self.url + path, allowed={("127.0.0.1", self.port)}, **options)

    def refuses(self, path: str = "/", **options: Any) -> str:
        with pytest.raises(CorpusError) as caught:
            self.fetch(path, **options)
        return str(caught.value).replace(self.url, "SITE")

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def refused(url: str, **options: Any) -> str:
    with pytest.raises(CorpusError) as caught:
        fetch(url, **options)
    return str(caught.value)


def names(monkeypatch: pytest.MonkeyPatch, **addresses: list[str]) -> list[str]:
    """Let names have these addresses; return the names as they are looked up."""
    look_up = socket.getaddrinfo
    asked: list[str] = []

    def answer(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        found = addresses.get(host.replace(".", "_"))
        if found is None:
            return look_up(host, port, *args, **options)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in found]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked
