"""Connections to public addresses, each step of which ends at one common deadline."""

from __future__ import annotations

import http.client
import io
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from compare.errors import CorpusError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NETWORK = ipaddress.ip_network
_NAT64 = _NETWORK("64:ff9b::/96")
_NEVER = (
    _NETWORK("64:ff9b:1::/48"),  # NAT64 of a local network
    _NETWORK("2001::/32"),  # Teredo
    _NETWORK("::/96"),  # IPv4 in its oldest guise
    _NETWORK("192.88.99.0/24"),  # relays of 6to4
)


class Deadline:
    """The moment at which all must be done."""

    def __init__(self, seconds: float) -> None:
        """Start now."""
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left; raise TimeoutError where there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is.

    Attributes:
        host: A name in ASCII, or an address, an IPv6 one without brackets.
        target: Path and query, in ASCII.
    """

    url: str
    secure: bool
    host: str
    port: int
    target: str


def is_public(address: Address) -> bool:
    """Say whether an address belongs to the public internet; IPv4 inside IPv6 is looked into."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inside is not None:
            return is_public(inside)
        if address.is_site_local:
            return False
    refused = (
        address.is_private, address.is_loopback, address.is_link_local, address.is_multicast,
        address.is_reserved, address.is_unspecified, not address.is_global,
    )  # fmt: skip
    return not any(refused) and not any(address in network for network in _NEVER)


def public_addresses(
    host: str, port: int, deadline: Deadline, allowed: Collection[tuple[str, int]]
) -> list[str]:
    """Look a name up and return its addresses.

    Raises:
        CorpusError: There is none, or one of them is not public and not allowed.
        TimeoutError: The deadline is past.
    """
    addresses = _looked_up(host, port, deadline)
    if not addresses:
        raise CorpusError(
            f"There is no site {host!r}, or it cannot be looked up: check the address and the "
            "connection."
        )
    for found in addresses:
        try:
            public = port in (80, 443) and is_public(ipaddress.ip_address(found))
        except ValueError:
            public = False
        if not public and (found, port) not in allowed:
            raise CorpusError(
                f"{host!r} is at {found}, which is no address of the public web: save the page, "
                "and use `compare import html FILE`."
            )
    return addresses


def _looked_up(host: str, port: int, deadline: Deadline) -> list[str]:
    """Return the addresses of a name; none where there is no such name."""
    answers: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            entries = []
        answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in entries)))

    # A look-up cannot be ended: it is left behind in a thread that holds nothing up.
    threading.Thread(target=look_up, daemon=True).start()
    try:
        return answers.get(timeout=deadline.left())
    except queue.Empty:
        raise TimeoutError from None


class Connection(http.client.HTTPConnection):
    """A connection to one of the checked addresses, whatever the host's name says by now."""

    def __init__(self, place: Place, addresses: Sequence[str], deadline: Deadline) -> None:
        """Connect to nothing yet."""
        super().__init__(place.host, place.port)
        self.default_port = 443 if place.secure else 80
        self._place, self._addresses, self._deadline = place, addresses, deadline
        self._raw: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the first address that answers; over TLS check the certificate."""
        self._raw = self._reached()
        if self._place.secure:
            self._raw.settimeout(self._deadline.left())
            context = ssl.create_default_context()
            self._raw = context.wrap_socket(self._raw, server_hostname=self._place.host)
        self.sock = _Timed(self._raw, self._deadline)

    def end(self) -> None:
        """Close the connection; `close` leaves it open for an answer that is still read."""
        self.close()
        if self._raw is not None:
            self._raw.close()

    def _reached(self) -> socket.socket:
        failed = OSError("no address")
        for tries, address in zip(range(len(self._addresses), 0, -1), self._addresses, strict=True):
            share = self._deadline.left() / tries  # so that one that is silent leaves time
            try:
                return socket.create_connection((address, self._place.port), share)
            except OSError as error:
                failed = error
        raise failed


class _Timed:
    """A socket as `http.client` uses it; each step has the time that is left, not time anew."""

    def __init__(self, raw: socket.socket, deadline: Deadline) -> None:
        self._raw, self._deadline = raw, deadline

    def sendall(self, data: bytes) -> None:
        self._raw.settimeout(self._deadline.left())
        self._raw.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Received(self._raw, self._deadline))

    def close(self) -> None:
        """Leave it to `Connection.end`."""


class _Received(io.RawIOBase):
    def __init__(self, raw: socket.socket, deadline: Deadline) -> None:
        self._raw, self._deadline = raw, deadline

    def readable(self) -> bool:
        return True

    # typeshed has a type for the buffer that Python 3.11 has no name for
    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._raw.settimeout(self._deadline.left())
        return self._raw.recv_into(buffer)
