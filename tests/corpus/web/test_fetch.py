"""Fetching pages from a local server: content, size limits, and slow answers."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from compare.corpus.web.fetch import MOST_BYTES, USER_AGENT, Fetched
from tests.corpus.web.serving import BY_HAND, PAGE, Site, refused


def test_a_page(site: Site) -> None:
    site.answer("/a%20b?q=%C3%A9&r=1", Content_Type="text/html; charset=UTF-8")
    assert site.fetch("/a%20b?q=é&r=1#part") == Fetched(
        site.url + "/a%20b?q=é&r=1#part", PAGE, "html", "utf-8"
    )
    ((_, headers),) = site.seen
    assert headers["User-Agent"] == USER_AGENT
    assert headers["Host"] == f"127.0.0.1:{site.port}"
    assert not {"Cookie", "Referer", "Authorization"} & set(headers)


@pytest.mark.parametrize(
    ("named", "kind", "charset"),
    [
        ("text/html", "html", ""),
        ("TEXT/HTML ; Charset=Windows-1252", "html", "windows-1252"),
        ("application/xhtml+xml", "html", ""),
        ("text/plain; charset=utf-8", "plain", "utf-8"),
    ],
)
def test_types(site: Site, named: str, kind: str, charset: str) -> None:
    site.answer("/", Content_Type=named)
    fetched = site.fetch()
    assert (fetched.kind, fetched.charset) == (kind, charset)


@pytest.mark.parametrize("named", ["application/pdf", "image/png", "application/json", "html", ""])
def test_types_that_are_refused(site: Site, named: str) -> None:
    site.answer("/", **({"Content_Type": named} if named else {}))
    what = f"of the type {named!r}" if named else "of no type that the server names"
    assert site.refuses() == (
        f"'SITE/' is {what}, and only web pages and plain text are read: {BY_HAND}"
    )


def test_a_page_in_pieces_and_packed(site: Site) -> None:
    packed = gzip.compress(PAGE)

    def send(handler: Any) -> None:
        handler.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        for begin in range(0, len(packed), 7):
            piece = packed[begin : begin + 7]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\n\r\n")

    site.answers["/"] = send
    assert site.fetch().content == PAGE


@pytest.mark.parametrize("padding", [b"", bytes(40)])
def test_a_page_that_was_packed_in_parts(site: Site, padding: bytes) -> None:
    half = len(PAGE) // 2
    parts = gzip.compress(PAGE[:half]) + gzip.compress(PAGE[half:])
    site.answer("/", parts + padding, Content_Type="text/html", Content_Encoding="gzip")
    assert site.fetch().content == PAGE
    for broken, why in (
        (parts[:-9], "is cut short"),
        (parts + b"more", "is packed wrongly"),
        (gzip.compress(bytes(3 * 1024**2)) * 2, "is longer than 5 MB"),
    ):
        site.answer("/", broken, Content_Type="text/html", Content_Encoding="gzip")
        assert why in site.refuses()


@pytest.mark.parametrize("status", [404, 403, 500, 304, 204, 299, 302])
def test_other_answers(site: Site, status: int) -> None:
    site.answer("/", b"", status, Content_Type="text/html")
    assert site.refuses().startswith(f"'SITE/' was answered with {status} ")
    assert site.refuses().endswith(f": check the address, or {BY_HAND}")


# -- how much and how long -----------------------------------------------------------------------


def test_a_page_that_is_too_long(site: Site) -> None:
    said = f"'SITE/' is longer than 5 MB: {BY_HAND}"
    site.answer("/", b"", Content_Type="text/html", Content_Length=str(MOST_BYTES + 1))
    assert site.refuses() == said

    def endless(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            handler.wfile.write(b"a" * 65_536)

    site.answers["/"] = endless
    assert site.refuses() == said


def test_a_page_that_unpacks_to_too_much(site: Site) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1024**2)) for _ in range(512)) + packer.flush()
    assert len(bomb) < 600_000
    site.answer("/", bomb, Content_Type="text/html", Content_Encoding="gzip")
    began = time.monotonic()
    assert site.refuses() == f"'SITE/' is longer than 5 MB: {BY_HAND}"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("body", "headers", "why"),
    [
        (
            gzip.compress(PAGE, mtime=0)[:-9],
            {"Content_Encoding": "gzip"},
            "is cut short: try again",
        ),
        (PAGE, {"Content_Encoding": "gzip"}, "is packed wrongly: try again"),
        (PAGE, {"Content_Encoding": "br"}, "is packed as 'br', which was not asked for"),
        (PAGE, {"Content_Length": "9999"}, "is cut short: try again"),
    ],
)
def test_what_comes_broken(site: Site, body: bytes, headers: dict[str, str], why: str) -> None:
    site.answer("/", body, Content_Type="text/html", **headers)
    assert why in site.refuses()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\0\1\2 no HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000,
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ],
)
def test_no_http(site: Site, sent: bytes) -> None:
    site.answers["/"] = lambda handler: handler.wfile.write(sent)
    assert site.refuses().endswith(BY_HAND)


def _drip(*first: bytes) -> Callable[[Any], None]:
    """Send something every now and then, each time ahead of a time limit for one step."""

    def send(handler: Any) -> None:
        for piece in first:
            handler.wfile.write(piece)
        while True:
            handler.wfile.write(b"a")
            time.sleep(0.05)  # a server that drips: what the deadline is for

    return send


@pytest.mark.parametrize(
    "first",
    [(), (b"HTTP/1.1 200 OK\r\nX: ",), (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",)],
    ids=["status", "headers", "body"],
)
def test_a_page_that_comes_too_slowly(site: Site, first: tuple[bytes, ...]) -> None:
    site.answers["/"] = _drip(*first)
    began = time.monotonic()
    assert site.refuses(seconds=0.6) == (
        f"'SITE/' took longer than 0.6 seconds: try again later, or {BY_HAND}"
    )
    assert time.monotonic() - began < 3


def test_redirects_share_the_time(site: Site) -> None:
    def later(handler: Any) -> None:
        time.sleep(0.25)  # each redirect takes a part of the time allowed
        handler.send_response(302)
        handler.send_header("Location", "/")
        handler.end_headers()

    site.answers["/"] = later
    assert "took longer than 0.6 seconds" in site.refuses(seconds=0.6)
    assert len(site.seen) < 5


def test_a_look_up_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: done.wait(20) and [])
    assert "took longer than 0.3 seconds" in refused("https://meren.example/", seconds=0.3)
    done.set()


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = refused(f"http://127.0.0.1:{port}/", allowed={("127.0.0.1", port)})
    assert said == (
        f"'http://127.0.0.1:{port}/' cannot be fetched (Connection refused): check the address and "
        f"the connection, or {BY_HAND}"
    )
