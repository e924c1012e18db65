"""Coroutines in a thread of their own: a browser's driver may have a loop in the tests' thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import anyio

T = TypeVar("T")


def apart(coroutine: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine function in a thread without a loop, and return its result."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, coroutine).result()
