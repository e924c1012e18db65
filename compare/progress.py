"""The callback by which long work reports its progress."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with the number of items done and the total."""


def within_total(on_progress: Progress | None, before: int, total: int) -> Progress | None:
    """Return a callback for a part of the work that reports the progress of the whole.

    Args:
        before: Items done before this part begins.
        total: Items in all parts.
    """
    if on_progress is None:
        return None
    return lambda done, _: on_progress(before + done, total)
