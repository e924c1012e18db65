"""What a server allows, and the checks that come before every request."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.responses import JSONResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from compare.comparison.turns import TURNS
from compare.models.runtime import thread_count

if TYPE_CHECKING:
    from asyncio import Transport

    from compare.library.backend import Backend

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

SERVED_VARIABLE = "COMPARE_SERVED"
LOG_FORMAT = "%(asctime)s %(message)s"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
WITHOUT_TOKEN = ("/health",)
"""Paths that need no token, since they tell nothing about the libraries."""

HEAD_SECONDS = 10.0
"""How long a connection may take to send the head of its next request."""

_DIGITS = 20  # of a size that is worth reading
_FOREIGN = (b"cross-site", b"same-site")  # how browsers mark what a page elsewhere asks for
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

logger = logging.getLogger("compare.serve")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server allows.

    Attributes:
        token: What clients send as `Authorization: Bearer TOKEN`; "" needs none.
        allow_write: Whether clients may add and delete statements.
        hosts: The names under which the server answers, in lower case, so that no foreign page
            can reach it by DNS rebinding; "*" for any.
        origins: Web pages of these origins may use the API (CORS).
        seconds: Time limit of a reading, waiting included.
        most_waiting: Number of readings that may wait for their turn.
        largest_body: Maximum size of a request in bytes.
    """

    token: str = ""
    allow_write: bool = False
    hosts: tuple[str, ...] = LOCAL_HOSTS
    origins: tuple[str, ...] = ()
    seconds: float = 120.0
    most_waiting: int = 100
    largest_body: int = 1_000_000


def for_readers(
    libraries: Mapping[str, Backend], settings: Settings, readers: int
) -> dict[str, str]:
    """Return the environment from which each of several processes makes the same application."""
    addresses = {name: backend.address for name, backend in libraries.items()}
    return {
        SERVED_VARIABLE: json.dumps({"libraries": addresses, "settings": asdict(settings)}),
        "COMPARE_THREADS": str(max(1, thread_count() // readers)),
    }


def of_reader() -> tuple[dict[str, str], Settings]:
    """Return what `for_readers` wrote: the libraries' addresses by name, and the settings."""
    data = json.loads(os.environ[SERVED_VARIABLE])
    made: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in data["settings"].items()
    }
    return data["libraries"], Settings(**made)


class Metrics:
    """Counts of requests and their durations, for Prometheus."""

    def __init__(self) -> None:
        """Start at zero."""
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("compare_requests", "Requests", labels, registry=self.registry)
        self.seconds = Histogram(
            "compare_request_seconds",
            "Duration of requests, waiting included",
            ("route",),
            registry=self.registry,
        )
        queue = Gauge("compare_readings", "Readings at work or waiting", registry=self.registry)
        queue.set_function(lambda: len(TURNS))


class Connection(H11Protocol):
    """A connection that is closed if it sends no whole head of a request in `HEAD_SECONDS`."""

    # As uvicorn declares it: of the transports of asyncio, a stream is the one that it gets.
    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._clock.cancel()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._clock.cancel()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._clock = self.loop.call_later(HEAD_SECONDS, self._close_unless_asked)

    def _close_unless_asked(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


class Gate:
    """Checks every request before the application sees it, and logs it without its words.

    The log has an id, the method, the route's pattern, the status and the duration; the same id is
    in the header `X-Request-Id` of the answer.
    """

    def __init__(self, app: Application, settings: Settings, metrics: Metrics) -> None:
        """Stand before `app`."""
        self._app, self._settings, self._metrics = app, settings, metrics

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, name = time.perf_counter(), uuid.uuid4().hex[:12]
        answer = _Answer(send, name)
        body = _Body(receive, self._settings)
        try:
            headers = {key.decode("latin-1").lower(): value for key, value in scope["headers"]}
            if refused := self._refusal(scope["path"], headers):
                await answer.say(*refused)
            else:
                answer.is_held = body.is_refused
                await self._app(scope, body.receive, answer.send)
            if body.is_larger:
                await answer.say(413, self._too_large)
            if body.is_late:
                limit = f"{self._settings.seconds:g} seconds"
                await answer.say(408, f"The body was not sent within {limit}: send it at once.")
        except Exception:  # any failure of a route is one sentence and a line in the log
            logger.exception("%s failed", name)
            await answer.say(500, f"The server failed at this request: see {name} in its log.")
        except asyncio.CancelledError:  # the server ends, and waits no longer for this request
            with suppress(Exception):
                await answer.say(503, "The server was ended: try again later.")
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = getattr(scope.get("route"), "path", "other")
            seconds = time.perf_counter() - began
            self._metrics.requests.labels(method, route, str(answer.status)).inc()
            self._metrics.seconds.labels(route).observe(seconds)
            logger.info("%s %s %s %d %.3f s", name, method, route, answer.status, seconds)

    def _refusal(self, path: str, headers: Mapping[str, bytes]) -> tuple[int, str] | None:
        settings = self._settings
        host = headers.get("host", b"").decode("latin-1").lower()
        if "*" not in settings.hosts and _without_port(host) not in settings.hosts:
            return 403, f"This server does not answer under the name {host!r}: see --host-name."
        if headers.get("sec-fetch-site") in _FOREIGN and not self._is_allowed(headers):
            return 403, "A page elsewhere asked for this: name its origin with --cors to allow it."
        if settings.token and path not in WITHOUT_TOKEN:
            kind, _, given = headers.get("authorization", b"").partition(b" ")
            is_right = secrets.compare_digest(given.strip(), settings.token.encode())
            if kind.lower() != b"bearer" or not is_right:
                return 401, "Send the server's token in the header Authorization: Bearer TOKEN."
        if "content-length" in headers and "transfer-encoding" in headers:
            return 400, "Send Content-Length or Transfer-Encoding, not both."
        size = headers.get("content-length", b"0")
        if not size.isdigit():
            return 400, "The header Content-Length is not a number of bytes: correct it."
        if len(size) > _DIGITS or int(size) > settings.largest_body:
            return 413, self._too_large
        return None

    def _is_allowed(self, headers: Mapping[str, bytes]) -> bool:
        origin = headers.get("origin", b"").decode("latin-1")
        return "*" in self._settings.origins or origin in self._settings.origins

    @property
    def _too_large(self) -> str:
        return f"Requests are limited to {self._settings.largest_body:,} bytes: send less at once."


class _Answer:
    """The answer to a request, with its id; at most one is sent."""

    def __init__(self, send: Send, name: str) -> None:
        self._send, self._name = send, name
        self.status, self._has_begun = 500, False
        self.is_held: Callable[[], bool] = lambda: False

    async def send(self, message: Message) -> None:
        """Pass on a message of the application, unless it could not read the request."""
        if self.is_held() and not self._has_begun:
            return
        if message["type"] == "http.response.start":
            self.status, self._has_begun = message["status"], True
            message["headers"] = [*message["headers"], (b"x-request-id", self._name.encode())]
        await self._send(message)

    async def say(self, status: int, sentence: str) -> None:
        """Send a sentence, unless an answer has begun."""
        if self._has_begun:
            return
        self.is_held = lambda: False
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        answer = JSONResponse({"error": sentence}, status, headers)
        start = {"type": "http.response.start", "status": status, "headers": answer.raw_headers}
        await self.send(start)
        await self.send({"type": "http.response.body", "body": answer.body})


class _Body:
    """The body of a request, which may be larger than its header says, or never be sent whole."""

    def __init__(self, receive: Receive, settings: Settings) -> None:
        self._receive, self._left = receive, settings.largest_body
        self._deadline, self._is_whole = time.monotonic() + settings.seconds, False
        self.is_larger = self.is_late = False

    def is_refused(self) -> bool:
        return self.is_larger or self.is_late

    async def receive(self) -> Message:
        if self._is_whole:  # what follows is that the client leaves
            return await self._receive()
        try:
            left = max(0.0, self._deadline - time.monotonic())
            message = await asyncio.wait_for(self._receive(), left)
        except TimeoutError:
            self.is_late = True
            return {"type": "http.disconnect"}
        self._is_whole = not message.get("more_body", False)
        self._left -= len(message.get("body", b""))
        self.is_larger = self._left < 0
        return {"type": "http.disconnect"} if self.is_larger else message


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
