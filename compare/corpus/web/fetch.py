"""Fetch one web page because a person asked for it, and reach nothing but the public web.

The addresses of a name are looked up once, all of them are checked, and the connection goes to one
of those: a name that changes its address meanwhile gains nothing. Each redirect is checked as the
first address was. No cookies, no proxies; TLS is always verified.
"""

from __future__ import annotations

import http.client
import re
import ssl
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urljoin, urlsplit

from compare import __version__
from compare.corpus.values import shortened
from compare.corpus.web.network import Connection, Deadline, Place, public_addresses
from compare.errors import CorpusError

MOST_BYTES = 5 * 1024**2
"""Of a page, as it comes and unpacked."""

SECONDS = 20.0
"""In which the page must be here, redirects included."""

MOST_REDIRECTS = 5
PORTS = frozenset({80, 443})
USER_AGENT = f"compare-statements/{__version__} (fetches one page because a person asked for it)"

KINDS: dict[str, Literal["html", "plain"]] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "plain",
}
_BY_HAND = "open it in a browser, save it, and use `compare import html FILE`"
_MOVED = frozenset({301, 302, 303, 307, 308})
_BLOCK = 64 * 1024
_NOT_IN_A_URL = re.compile(r"[\s\\\x00-\x20\x7f\ud800-\udfff]")
_SAFE = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came.

    Attributes:
        url: Where it was in the end, behind all redirects.
        content: Its bytes, unpacked.
        kind: "html" or "plain".
        charset: As the server names it, "" where it does not.
    """

    url: str
    content: bytes
    kind: Literal["html", "plain"]
    charset: str


def fetch(
    url: str, *, allowed: Collection[tuple[str, int]] = (), seconds: float = SECONDS
) -> Fetched:
    """Fetch a page.

    Args:
        allowed: Addresses with their ports ("127.0.0.1", 8000) that may be reached though they are
            not public or the port is not 80 or 443: for tests.
        seconds: All that it may take.

    Raises:
        CorpusError: The address is none that may be fetched, or the page cannot be had or used.
    """
    deadline = Deadline(seconds)
    try:
        for _ in range(MOST_REDIRECTS + 1):
            place = _parsed(url, allowed)
            addresses = public_addresses(place.host, place.port, deadline, allowed)
            found = _get(Connection(place, addresses, deadline), place)
            if isinstance(found, Fetched):
                return found
            url = _moved(url, found)
    except TimeoutError:
        raise CorpusError(
            f"{shortened(url)} took longer than {seconds:g} seconds: try again later, or "
            f"{_BY_HAND}."
        ) from None
    raise CorpusError(
        f"{shortened(url)} is behind more than {MOST_REDIRECTS} redirects: give the address that "
        f"the page has in a browser, or {_BY_HAND}."
    )


def _parsed(url: str, allowed: Collection[tuple[str, int]]) -> Place:
    """Return what is asked of whom; refuse what is no plain web address."""
    shown = shortened(url)
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        host = host.encode("ascii" if ":" in host else "idna").decode().rstrip(".")
    except ValueError:
        parts, port, host = urlsplit(""), None, ""
    if parts.scheme not in {"http", "https"} or not host or _NOT_IN_A_URL.search(url):
        raise CorpusError(f"{shown} is no web address: give one that starts with https://.")
    if "@" in parts.netloc:
        raise CorpusError(f"{shown} holds a user's name or password: give the address without it.")
    port = port or (443 if parts.scheme == "https" else 80)
    if port not in PORTS and port not in {number for _, number in allowed}:
        raise CorpusError(
            f"{shown} names port {port}, and pages are fetched from 80 and 443 only: {_BY_HAND}."
        )
    target = quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        target += "?" + quote(parts.query, safe=_SAFE)
    return Place(url, parts.scheme == "https", host, port, target)


def _get(connection: Connection, place: Place) -> Fetched | str:
    """Return the page, or where it has moved to."""
    shown = shortened(place.url)
    try:
        connection.request("GET", place.target, headers=_headers())
        answer = connection.getresponse()
        if answer.status in _MOVED and (location := answer.getheader("Location")):
            return location
        if answer.status != 200:
            raise CorpusError(
                f"{shown} was answered with {answer.status} {_reason(answer.status)}: check the "
                f"address, or {_BY_HAND}."
            )
        kind, charset = _kind(answer.headers, shown)
        content = _content(answer, shown)
        return Fetched(place.url, content, kind, charset)
    except TimeoutError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise CorpusError(
            f"The certificate of {place.host} is not to be trusted ({error.verify_message}): check "
            f"the address; if you trust the page, {_BY_HAND}."
        ) from None
    except (OSError, http.client.HTTPException) as error:
        said = getattr(error, "strerror", None) or type(error).__name__
        raise CorpusError(
            f"{shown} cannot be fetched ({said}): check the address and the connection, or "
            f"{_BY_HAND}."
        ) from None
    finally:
        connection.end()


def _headers() -> dict[str, str]:
    return {
        "User-Agent": USER_AGENT,
        "Accept": ", ".join(KINDS),
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }


def _reason(status: int) -> str:
    """Return the standard's words for a status, never the server's."""
    return http.client.responses.get(status, "(no known status)")


def _moved(url: str, location: str) -> str:
    try:
        # http.client reads headers as Latin-1; servers that send other letters mean UTF-8.
        there = urljoin(url, location.encode("latin-1").decode("utf-8"))
    except ValueError:
        raise CorpusError(
            f"{shortened(url)} redirects to {shortened(location)}, which is no web address: "
            f"{_BY_HAND}."
        ) from None
    if url.casefold().startswith("https:") and there.casefold().startswith("http:"):
        raise CorpusError(
            f"{shortened(url)} redirects to the unprotected {shortened(there)}: give that address "
            "yourself if you trust it."
        )
    return there


def _kind(headers: http.client.HTTPMessage, shown: str) -> tuple[Literal["html", "plain"], str]:
    named = headers.get("Content-Type", "").partition(";")[0].strip().casefold()
    if named not in KINDS:
        what = f"of the type {shortened(named)}" if named else "of no type that the server names"
        raise CorpusError(
            f"{shown} is {what}, and only web pages and plain text are read: {_BY_HAND}."
        )
    return KINDS[named], headers.get_content_charset("")


def _content(answer: http.client.HTTPResponse, shown: str) -> bytes:
    """Return the body, unpacked; stop as soon as it is too long."""
    encoding = (answer.getheader("Content-Encoding") or "identity").strip().casefold()
    if encoding not in {"identity", "gzip", "x-gzip"}:
        raise CorpusError(
            f"{shown} is packed as {shortened(encoding)}, which was not asked for: {_BY_HAND}."
        )
    unpack = None if encoding == "identity" else zlib.decompressobj(wbits=31)
    too_long = CorpusError(
        f"{shown} is longer than {MOST_BYTES // 1024**2} MB, which no article is: {_BY_HAND}."
    )
    if answer.length is not None and answer.length > MOST_BYTES:
        raise too_long
    came, content = 0, bytearray()
    while block := answer.read(_BLOCK):
        came += len(block)
        try:
            content += unpack.decompress(block, MOST_BYTES + 1 - len(content)) if unpack else block
        except zlib.error:
            raise CorpusError(f"{shown} is packed wrongly: try again, or {_BY_HAND}.") from None
        if max(came, len(content)) > MOST_BYTES:
            raise too_long
    if answer.length or (unpack and not unpack.eof):
        raise CorpusError(f"{shown} is cut short: try again, or {_BY_HAND}.")
    return bytes(content)
