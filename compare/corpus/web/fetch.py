"""Fetch one web page on request, from the public web only.

A host is looked up once, all its IP addresses are checked, and the connection goes to one of them,
so the host cannot change its address in between. Redirects are checked like the first address.
No cookies, no proxies; TLS is always verified.
"""

from __future__ import annotations

import http.client
import ipaddress
import queue
import re
import socket
import ssl
import threading
import zlib
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urljoin, urlsplit

from compare import __version__
from compare.corpus.values import shortened
from compare.corpus.web.addresses import is_public
from compare.errors import CorpusError

MOST_BYTES = 5 * 1024**2
"""Most bytes of a page."""

SECONDS = 20.0
"""The time limit for all redirects and the page together."""

MOST_REDIRECTS = 5
PORTS = frozenset({80, 443})
USER_AGENT = f"compare-statements/{__version__} (fetches one page because a person asked for it)"

Kind = Literal["html", "plain"]
KINDS: dict[str, Kind] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "plain",
}
_HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": ", ".join(KINDS),
    "Accept-Encoding": "gzip",
    "Connection": "close",
}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BLOCK = 64 * 1024
_LONGEST_HOST = 253  # characters of a name that can be looked up
_NOT_IN_A_URL = re.compile(r"[\s\\\x00-\x20\x7f\ud800-\udfff]")
_SAFE = "%/:=&?~#+!$,;'@()*[]"

Allowed = Collection[tuple[str, int]]


def _refusal(what: str, remedy: str = "") -> CorpusError:
    # a page can always be saved by hand
    by_hand = "open it in a browser, save it, and use `compare import html FILE`"
    return CorpusError(f"{what}: {remedy}{by_hand}.")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page that was fetched.

    Attributes:
        url: The address after all redirects.
        content: The decompressed bytes.
        charset: The encoding given by the server, or "".
    """

    url: str
    content: bytes
    kind: Kind
    charset: str


def fetch(url: str, *, allowed: Allowed = (), seconds: float = SECONDS) -> Fetched:
    """Fetch a page.

    Args:
        url: The address of the page.
        allowed: For tests: IP addresses and ports ("127.0.0.1", 8000) that may be reached although
            they are not public, or the port is not 80 or 443.
        seconds: The time limit for everything together.

    Raises:
        CorpusError: The address may not be fetched, or the page cannot be fetched or read.
    """
    attempt = _Attempt(allowed, seconds)
    outcome: queue.SimpleQueue[Fetched | BaseException] = queue.SimpleQueue()

    def work() -> None:
        try:
            outcome.put(attempt.follow(url))
        except BaseException as error:  # raised again in the waiting thread
            outcome.put(error)

    # nothing can interrupt a DNS look-up, so a thread that takes too long is abandoned
    threading.Thread(target=work, daemon=True).start()
    try:
        found = outcome.get(timeout=seconds)
    except queue.Empty:
        found = TimeoutError()
    finally:
        attempt.stop()
    if isinstance(found, TimeoutError):
        shown = shortened(attempt.url or url)
        raise _refusal(f"{shown} took longer than {seconds:g} seconds", "try again later, or ")
    if isinstance(found, BaseException):
        raise found
    return found


@dataclass(frozen=True, slots=True)
class _Target:
    """An address in parts; `host` is in ASCII, `path` includes the query."""

    url: str
    secure: bool
    host: str
    port: int
    path: str


class _Attempt:
    """One fetch, run in a thread that ends soon after `stop`."""

    def __init__(self, allowed: Allowed, seconds: float) -> None:
        self.url = ""
        self._allowed, self._seconds = allowed, seconds
        self._stopped = threading.Event()
        self._socket: socket.socket | None = None

    def stop(self) -> None:
        """Interrupt the step that waits for the server, and start no other."""
        self._stopped.set()
        if self._socket is not None:
            with suppress(OSError):  # it is closed
                self._socket.shutdown(socket.SHUT_RDWR)

    def follow(self, url: str) -> Fetched:
        """Return the page at an address, following redirects."""
        for _ in range(MOST_REDIRECTS + 1):
            self.url = url
            target = _parse_address(url, self._allowed)
            found = self._get(target, self._addresses(target))
            if isinstance(found, Fetched):
                return found
            url = _redirect_target(url, found)
        raise _refusal(
            f"{shortened(url)} is behind more than {MOST_REDIRECTS} redirects",
            "give the address that the page has in a browser, or ",
        )

    def _addresses(self, target: _Target) -> list[str]:
        """Look up the host; refuse it if any of its addresses is not public."""
        try:
            entries = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            entries = []
        if not entries:
            raise CorpusError(
                f"There is no site {target.host!r}, or it cannot be looked up: check the address "
                "and the connection."
            )
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
        for found in addresses:
            try:
                public = target.port in PORTS and is_public(ipaddress.ip_address(found))
            except ValueError:
                public = False
            if not public and (found, target.port) not in self._allowed:
                raise CorpusError(
                    f"{target.host!r} is at {found}, which is not on the public web: save "
                    "the page, and use `compare import html FILE`."
                )
        return addresses

    def _get(self, target: _Target, addresses: Sequence[str]) -> Fetched | str:
        """Return the page, or the address to which it redirects."""
        shown = shortened(target.url)
        connection = http.client.HTTPConnection(target.host, target.port)
        # keeps ":443" out of the Host header
        connection.default_port = 443 if target.secure else 80
        try:
            connection.sock = self._connect(target, addresses)
            connection.request("GET", target.path, headers=_HEADERS)
            with connection.getresponse() as answer:
                if answer.status in _REDIRECTS and (location := answer.getheader("Location")):
                    return location
                if answer.status != 200:
                    # use the standard phrase; the server's could say anything
                    reason = http.client.responses.get(answer.status, "(no known status)")
                    raise _refusal(
                        f"{shown} was answered with {answer.status} {reason}",
                        "check the address, or ",
                    )
                kind = _content_kind(answer.headers, shown)
                charset = answer.headers.get_content_charset("")
                return Fetched(target.url, _read_body(answer, shown), kind, charset)
        except TimeoutError:
            raise
        except ssl.SSLCertVerificationError as error:
            reason = f"The certificate of {target.host} cannot be trusted ({error.verify_message})"
            raise _refusal(reason, "check the address; if you trust the page, ") from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise _refusal(
                f"{shown} cannot be fetched ({reason})", "check the address and the connection, or "
            ) from None
        finally:
            connection.close()
            if self._socket is not None:
                self._socket.close()

    def _connect(self, target: _Target, addresses: Sequence[str]) -> socket.socket:
        """Connect to the first address that answers; over TLS, check the certificate."""
        share = self._seconds / len(addresses)  # a silent address leaves time for the others
        failed = OSError("no address")
        for address in addresses:
            if self._stopped.is_set():
                raise TimeoutError
            try:
                raw = socket.create_connection((address, target.port), share)
                break
            except OSError as error:
                failed = error
        else:
            raise failed
        raw.settimeout(self._seconds)
        self._socket = raw
        if target.secure:
            # set the socket before the handshake, so that `stop` can interrupt it
            context = ssl.create_default_context()
            self._socket = secured = context.wrap_socket(
                raw, server_hostname=target.host, do_handshake_on_connect=False
            )
            secured.do_handshake()
        if self._stopped.is_set():
            raise TimeoutError
        return self._socket


def _parse_address(url: str, allowed: Allowed) -> _Target:
    """Parse an address; refuse anything but a plain web address."""
    shown = shortened(url)
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        host = host.encode("ascii" if ":" in host else "idna").decode().rstrip(".")
    except ValueError:
        parts, port, host = urlsplit(""), None, ""
    is_host = 0 < len(host) <= _LONGEST_HOST
    if parts.scheme not in {"http", "https"} or not is_host or _NOT_IN_A_URL.search(url):
        raise CorpusError(f"{shown} is not a web address: give one that starts with https://.")
    if "@" in parts.netloc:
        raise CorpusError(f"{shown} has a user name or password: give the address without it.")
    port = port or (443 if parts.scheme == "https" else 80)
    if port not in PORTS and port not in {number for _, number in allowed}:
        raise _refusal(f"{shown} names port {port}, and pages are fetched from 80 and 443 only")
    path = quote(parts.path or "/", safe=_SAFE)
    query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    return _Target(url, parts.scheme == "https", host, port, path + query)


def _redirect_target(url: str, location: str) -> str:
    """Return the address of a redirect; refuse one that leaves TLS."""
    try:
        # http.client reads headers as Latin-1; servers that send other letters mean UTF-8
        there = urljoin(url, location.encode("latin-1").decode("utf-8"))
    except ValueError:
        reason = f"{shortened(url)} redirects to {shortened(location)}, which is not a web address"
        raise _refusal(reason) from None
    if url.casefold().startswith("https:") and there.casefold().startswith("http:"):
        raise CorpusError(
            f"{shortened(url)} redirects to the unprotected {shortened(there)}: give that address "
            "yourself if you trust it."
        )
    return there


def _content_kind(headers: http.client.HTTPMessage, shown: str) -> Kind:
    named = headers.get("Content-Type", "").partition(";")[0].strip().casefold()
    if named not in KINDS:
        what = f"of the type {shortened(named)}" if named else "of no type that the server names"
        raise _refusal(f"{shown} is {what}, and only web pages and plain text are read")
    return KINDS[named]


def _read_body(answer: http.client.HTTPResponse, shown: str) -> bytes:
    """Return the decompressed body; stop as soon as it is too long."""
    encoding = (answer.getheader("Content-Encoding") or "identity").strip().casefold()
    if encoding not in {"identity", "gzip", "x-gzip"}:
        raise _refusal(f"{shown} is packed as {shortened(encoding)}, which was not asked for")
    unpack = None if encoding == "identity" else _Gunzip()
    too_long = _refusal(f"{shown} is longer than {MOST_BYTES // 1024**2} MB")
    if answer.length is not None and answer.length > MOST_BYTES:
        raise too_long
    received, content = 0, bytearray()
    while block := answer.read(_BLOCK):
        received += len(block)
        try:
            content += unpack.unpack(block, MOST_BYTES + 1 - len(content)) if unpack else block
        except zlib.error:
            raise _refusal(f"{shown} is packed wrongly", "try again, or ") from None
        if max(received, len(content)) > MOST_BYTES:
            raise too_long
    if answer.length or (unpack and not unpack.is_complete):
        raise _refusal(f"{shown} is cut short", "try again, or ")
    return bytes(content)


class _Gunzip:
    """Unpacks gzip data of one part or of several behind one another."""

    def __init__(self) -> None:
        """Start before the first part."""
        self._part = zlib.decompressobj(wbits=31)

    @property
    def is_complete(self) -> bool:
        """Whether the last part has ended."""
        return self._part.eof

    def unpack(self, block: bytes, most: int) -> bytes:
        """Return what a block unpacks to, at most `most` bytes; raise zlib.error."""
        content = bytearray()
        while block and len(content) < most:
            if self._part.eof:
                block = block.lstrip(b"\0")  # padding
                if not block:
                    break
                self._part = zlib.decompressobj(wbits=31)
            content += self._part.decompress(block, most - len(content))
            block = self._part.unused_data or self._part.unconsumed_tail
        return bytes(content)
