"""The libraries of a server, the model that reads them, and readings that take turns."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.requests import Request

from compare.comparison.turns import TURNS
from compare.errors import CompareError
from compare.facade import Library
from compare.library.backend import Backend, backend_at
from compare.models import StanceModel, load_stance_model
from compare.progress import Progress
from compare.statements import Statement

T = TypeVar("T")

CLIENT_LEFT = 499
"""Status in the log of a request whose client did not wait for the answer."""


class StoppedError(Exception):
    """The client has left, or the time for its request is over."""


class RefusedError(CompareError):
    """A request that is not answered, with the status that says why."""

    def __init__(self, status: int, sentence: str) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.status = status


class LibraryPool:
    """Libraries, each open in its current generation, and the model, loaded once."""

    def __init__(self, libraries: Mapping[str, Backend | Path | str]) -> None:
        """Open nothing yet; the first library is the one used by default."""
        self.libraries = {name: backend_at(given) for name, given in libraries.items()}
        self._opened: dict[Backend, Library] = {}
        self._model: StanceModel | None = None
        self._lock = threading.Lock()

    def library(self, name: str = "") -> Library:
        """Return a library as it is now; "" is the first.

        Raises:
            RefusedError: There is none of this name.
            LibraryError: It cannot be opened.
        """
        backend = self.libraries.get(name or next(iter(self.libraries)))
        if backend is None:
            raise RefusedError(404, f"There is no library {name!r} here: see /libraries.")
        with self._lock:
            opened = self._opened.get(backend)
            if opened is None or opened.generation != backend.current():
                before, opened = opened, Library.open(backend)
                if before and before.manifest.encoder_digest == opened.manifest.encoder_digest:
                    opened = Library.open(backend, before.encoder)
                self._opened[backend] = opened
            return opened

    def model(self) -> StanceModel:
        """Return the stance model."""
        with self._lock:
            self._model = self._model or load_stance_model()
        return self._model

    def statement(self, statement_id: str, library: str = "") -> Statement:
        """Return a statement of a library.

        Raises:
            RefusedError: There is none with this id.
        """
        found = self.library(library).store.statements([statement_id])
        if statement_id not in found:
            raise RefusedError(404, f"There is no statement {statement_id!r} in this library.")
        return found[statement_id]


class Readings:
    """Runs readings in threads of their own, one at a time; too many are refused."""

    def __init__(self, seconds: float, most_waiting: int) -> None:
        """Allow each reading `seconds`, waiting included."""
        self._seconds, self._most = seconds, most_waiting
        self._admitted = 0
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(
        self, request: Request, work: Callable[[Progress], T], *, lets_pass: bool = True
    ) -> T:
        """Do some reading when its turn comes, unless the client leaves or the time is over.

        Args:
            request: The request to answer.
            work: The reading; its callback for progress may raise.
            lets_pass: Whether others may go first once it has been long. A writer must not let
                them, since it holds the library's lock.

        Raises:
            RefusedError: Too many wait already, the client has left, or the time is over.
        """
        if self._admitted > self._most:
            raise RefusedError(503, "Too many readings wait already: try again in a minute.")
        self._limiter = self._limiter or anyio.CapacityLimiter(self._most + 2)
        limits = _Limits(time.monotonic() + self._seconds)
        self._admitted += 1
        try:
            read = partial(_in_turn, work, limits.check, lets_pass)
            thread = anyio.to_thread.run_sync(read, limiter=self._limiter)
            reading = asyncio.ensure_future(thread)
            while not (await asyncio.wait({reading}, timeout=0.25))[0]:
                if await request.is_disconnected():
                    limits.left.set()
            return reading.result()
        except StoppedError:
            if limits.left.is_set():
                raise RefusedError(CLIENT_LEFT, "The client left before the answer.") from None
            raise RefusedError(
                503,
                f"The reading was not done within {self._seconds:g} seconds: ask for less, or try "
                "again later.",
            ) from None
        finally:
            limits.left.set()  # ends the reading if the server stops
            self._admitted -= 1


class _Limits:
    """When a reading has to stop."""

    def __init__(self, deadline: float) -> None:
        self.left, self._deadline = threading.Event(), deadline

    def check(self, *_: object) -> None:
        if self.left.is_set() or time.monotonic() > self._deadline:
            raise StoppedError


def _in_turn(work: Callable[[Progress], T], check: Callable[..., None], lets_pass: bool) -> T:
    """Do some work in a turn; `check` raises once it has to stop."""
    with TURNS.take(check) as turn:

        def on_progress(done: int, total: int) -> None:
            check()
            if lets_pass:
                turn.let_others_pass()

        check()
        return work(on_progress)
