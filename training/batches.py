"""Examples, and how an epoch's are put into batches."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

_BUCKET = 64

Target = tuple[float, float, float]
"""Probabilities of agree, oppose and neither."""


@dataclass(frozen=True, slots=True)
class Example:
    """Two texts as the model reads them, the probabilities to learn, and a weight.

    Examples that follow each other with the same `group` (not None) stay in one batch.
    """

    a: str
    b: str
    target: Target
    weight: float = 1.0
    group: int | None = None


def batches(examples: Sequence[Example], size: int, seed: int) -> list[list[Example]]:
    """Return one epoch's batches: shuffled, lengths bucketed, groups whole."""
    rng = random.Random(seed)
    units: list[list[Example]] = []
    for example in examples:
        group = example.group
        if units and group is not None and units[-1][0].group == group:
            units[-1].append(example)
        else:
            units.append([example])
    rng.shuffle(units)
    cut: list[list[Example]] = []
    step = size * _BUCKET
    for start in range(0, len(units), step):
        part = sorted(units[start : start + step], key=_longest)
        batch: list[Example] = []
        for unit in part:
            if batch and len(batch) + len(unit) > size:
                cut.append(batch)
                batch = []
            batch = batch + unit
        cut.append(batch)
    rng.shuffle(cut)
    return cut


def _longest(unit: Sequence[Example]) -> int:
    return max(len(example.a) + len(example.b) for example in unit)
