"""Whether there are labels enough, and what is told of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from compare.adapt.labels import Gathered, sources
from compare.errors import AdaptError
from compare.models.calibration import Kind
from compare.results.result import Stance

LEAST_PAIRS = {Kind.RECALIBRATION: 50, Kind.HEAD: 200}
"""Labelled pairs from which on something is learned, and of each label `LEAST_OF_EACH`."""

LEAST_OF_EACH = {Kind.RECALIBRATION: 5, Kind.HEAD: 20}


def labels_told(gathered: Gathered) -> dict[str, Any]:
    """Return how many labels there are, of which kind and from where, as plain data."""
    counts = _counts(gathered)
    return {
        "pairs": len(gathered.labels),
        "measured": counts.total(),
        **{stance.value: counts[stance] for stance in Stance},
        "sources": sources(gathered.labels),
        "digest": gathered.digest,
    }


def enough_for(gathered: Gathered) -> list[Kind]:
    """Return what there are labels enough for.

    Raises:
        AdaptError: For nothing.
    """
    if found := [kind for kind in Kind if not _lacking(gathered, kind)]:
        return found
    notes = "".join(f" {note}" for note in gathered.notes)
    raise AdaptError(
        f"Too little to adapt by: {_lacking(gathered, Kind.RECALIBRATION)}. Finish a review of "
        f"this library's pairs (`compare review`), or name a file of labelled pairs.{notes}"
    )


def not_tried(gathered: Gathered, tried: Sequence[Kind]) -> tuple[str, ...]:
    """Say of what there were not labels enough for, what is lacking."""
    return tuple(
        f"A {kind.value} was not tried: {_lacking(gathered, kind)}."
        for kind in Kind
        if kind not in tried
    )


def _counts(gathered: Gathered) -> Counter[Stance]:
    return Counter(entry.stance for entry in gathered.labels if entry.measured)


def _lacking(gathered: Gathered, kind: Kind) -> str:
    """Say what a kind lacks; "" where there are labels enough."""
    counts, least, each = _counts(gathered), LEAST_PAIRS[kind], LEAST_OF_EACH[kind]
    if counts.total() < least:
        return f"it takes {least} labelled pairs, and there are {counts.total():,}"
    few = [f"{counts[stance]} {stance.value}" for stance in Stance if counts[stance] < each]
    return f"it takes {each} pairs of each label, and there are {' and '.join(few)}" if few else ""
