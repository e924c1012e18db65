"""Progress that long work reports to its caller."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do, in the caller's unit."""


def counted_on(on_progress: Progress | None, before: int, total: int) -> Progress | None:
    """Return what reports a part of the work as a part of the whole.

    Args:
        on_progress: What reports the whole.
        before: What was done before the part begins.
        total: What there is to do in all.
    """
    if on_progress is None:
        return None
    return lambda done, _: on_progress(before + done, total)
