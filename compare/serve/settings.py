"""What a server allows, and the checks that come before every request."""

from __future__ import annotations

import logging
import secrets
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from compare.comparison.turns import TURNS

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
OPEN_TO_ALL = ("/health",)
"""Paths that need no token, since they tell nothing about the libraries."""

logger = logging.getLogger("compare.serve")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server allows.

    Attributes:
        token: What clients send as `Authorization: Bearer TOKEN`; "" lets everyone in who reaches
            the port.
        allow_write: Whether clients may add and delete statements.
        hosts: The names under which the server answers, so that a foreign page cannot read it
            through a name of its own (DNS rebinding); "*" for any.
        origins: Web pages of these origins may use the API (CORS).
        seconds: Time limit of a request, waiting included.
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
        began, name, status = time.perf_counter(), uuid.uuid4().hex[:12], 500
        body = _Bounded(receive, self._settings.largest_body)

        async def answer(message: Message) -> None:
            nonlocal status
            if body.is_too_large and not refused:
                return  # the application's own answer to a body that it could not read
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", name.encode())]
            await send(message)

        refused: tuple[int, str] | None = None
        try:
            headers = {key.decode("latin-1").lower(): value for key, value in scope["headers"]}
            if refused := self._refusal(scope["path"], headers):
                await _say(answer, *refused)
            else:
                await self._app(scope, body.receive, answer)
            if body.is_too_large:
                refused = 413, self._too_large
                await _say(answer, *refused)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            seconds = time.perf_counter() - began
            self._metrics.requests.labels(scope["method"], route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(seconds)
            logger.info("%s %s %s %d %.3f s", name, scope["method"], route, status, seconds)

    def _refusal(self, path: str, headers: Mapping[str, bytes]) -> tuple[int, str] | None:
        settings = self._settings
        host = headers.get("host", b"").decode("latin-1")
        if "*" not in settings.hosts and _without_port(host) not in settings.hosts:
            return 403, f"This server does not answer under the name {host!r}: see --host-name."
        if settings.token and path not in OPEN_TO_ALL:
            given = headers.get("authorization", b"")
            expected = f"Bearer {settings.token}".encode()
            if not secrets.compare_digest(given, expected):
                return 401, "Send the server's token in the header Authorization: Bearer TOKEN."
        size = headers.get("content-length", b"0")
        if not size.isdigit() or int(size) > settings.largest_body:
            return 413, self._too_large
        return None

    @property
    def _too_large(self) -> str:
        return f"A request may have {self._settings.largest_body:,} bytes: send less at once."


class _Bounded:
    """The body of a request, which may be longer than its header says."""

    def __init__(self, receive: Receive, largest: int) -> None:
        self._receive, self._left = receive, largest
        self.is_too_large = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.is_too_large = True
            return {"type": "http.disconnect"}
        return message


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


async def _say(send: Send, status: int, sentence: str) -> None:
    from starlette.responses import JSONResponse

    answer = JSONResponse({"error": sentence}, status)
    await send({"type": "http.response.start", "status": status, "headers": answer.raw_headers})
    await send({"type": "http.response.body", "body": answer.body})
