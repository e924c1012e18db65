"""Readings that take turns: one at a time has all cores.

A model reads with as many threads as there are cores. If several readings ran at once, all of them
would end late, and each would need memory of its own. So the readings of a process, such as those
of the app's visitors, take turns: first come, first served, and a long one lets the others pass.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST = 4.0
"""Seconds after which a reading lets those that wait go first."""

_TELL_EVERY = 0.5  # seconds
_WEIGHT = 0.3  # of the last turn in the mean duration

Waiting = Callable[[int, float], None]
"""Called with the number of turns ahead and roughly the seconds until they are over.

What it raises ends the waiting: so does the app when a visitor leaves or asks for something else.
"""


class Turns:
    """A queue of readings; safe to use from several threads.

    >>> turns = Turns()
    >>> with turns.take() as turn:
    ...     turn.let_others_pass()
    """

    def __init__(self, longest: float = LONGEST) -> None:
        """Start without readings; one that has its turn for `longest` seconds lets others pass."""
        self._longest = longest
        self._changed = threading.Condition()
        self._queue: deque[Turn] = deque()  # the first has its turn
        self._mean = 2.0

    def __len__(self) -> int:
        """Return how many have a turn or wait for one."""
        return len(self._queue)

    @contextmanager
    def take(self, on_wait: Waiting | None = None) -> Iterator[Turn]:
        """Wait for a turn, and have it until the block ends.

        A thread that has a turn already keeps that one.
        """
        with self._changed:
            first = self._queue[0] if self._queue else None
        if first and first.thread == threading.get_ident():
            yield first
            return
        turn = Turn(self, on_wait)
        try:
            self._wait(turn)
            yield turn
        finally:
            self._leave(turn)

    def _wait(self, turn: Turn) -> None:
        """Go to the end of the queue, and wait until all others in it have had their turn."""
        with self._changed:
            self._queue.append(turn)
        while True:
            with self._changed:
                if self._queue[0] is not turn:
                    self._changed.wait(_TELL_EVERY)
                ahead = self._queue.index(turn)
                seconds = ahead * self._mean
            if not ahead:
                turn.since = time.monotonic()
                return
            if turn.on_wait:
                turn.on_wait(ahead, seconds)

    def _leave(self, turn: Turn) -> None:
        with self._changed:
            if turn.since is not None:
                lasted = time.monotonic() - turn.since
                self._mean += _WEIGHT * (lasted - self._mean)
                turn.since = None
            if turn in self._queue:
                self._queue.remove(turn)
            self._changed.notify_all()

    def _pass(self, turn: Turn) -> None:
        with self._changed:
            alone = len(self._queue) == 1
        lasted = 0.0 if turn.since is None else time.monotonic() - turn.since
        if not alone and lasted >= self._longest:
            self._leave(turn)
            self._wait(turn)


class Turn:
    """The turn of one reading."""

    def __init__(self, turns: Turns, on_wait: Waiting | None) -> None:
        """Belong to a queue."""
        self._turns = turns
        self.on_wait = on_wait
        self.thread = threading.get_ident()
        self.since: float | None = None  # None while it waits

    def let_others_pass(self) -> None:
        """If this turn has been long and others wait, let them go first; call it between steps."""
        self._turns._pass(self)


TURNS = Turns()
"""The queue of this process."""
