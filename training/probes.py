"""Made-up sentences to fit 8-bit exports and to check them on other processors.

8-bit products can differ between processors, so the shipped weights come with the outputs for these
sentences on the processor where they were made.
"""

from __future__ import annotations

import itertools
import random

import numpy as np
from numpy.typing import NDArray

from compare.models import InputPair, ModelInput

_WHO = (
    "We",
    "My Government",
    "The President",
    "The Foreign Minister",
    "Our delegation",
    "The embassy",
    "Several members of the Council",
    "The other side",
)
_WHAT = (
    "firmly rejects",
    "has always supported",
    "is deeply concerned about",
    "calls for an immediate end to",
    "denies any part in",
    "will respond without hesitation to",
    "welcomes",
    "has repeatedly warned against",
    "sees no alternative to",
)
_MATTER = (
    "the delivery of weapons to the parties to the conflict",
    "unilateral sanctions on food and medicine",
    "the inspection of nuclear facilities",
    "the ceasefire agreed last month",
    "enlargement of the military alliance",
    "the claim that its troops crossed the border",
    "a moratorium on debt payments of poor countries",
    "the reform of the Security Council",
    "emissions from coal-fired power plants",
    "the blockade of the port",
    "humanitarian corridors for civilians",
    "recognition of the breakaway region",
)
_WHEN = ("", ", as it did in 1994", " under international law", ", whatever the cost")


def sentences(count: int = 400, seed: int = 5) -> list[str]:
    """Return made-up sentences in the register of diplomacy, the same for the same seed."""
    drawn = [
        f"{who} {what} {matter}{when}."
        for who, what, matter, when in itertools.product(_WHO, _WHAT, _MATTER, _WHEN)
    ]
    random.Random(seed).shuffle(drawn)
    return drawn[:count]


def probe_pairs() -> list[InputPair]:
    """Return the pairs whose probabilities a stance model's manifest records under "probe"."""
    texts = sentences(32)
    return [(ModelInput(a), ModelInput(b)) for a, b in zip(texts[::2], texts[1::2], strict=True)]


def neighbour_recall(
    exact: NDArray[np.float32], approximate: NDArray[np.float32], k: int = 10
) -> float:
    """Return the mean share of a row's k nearest rows (by cosine, rows of unit length) in both."""

    def nearest(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
        similarity = vectors @ vectors.T
        np.fill_diagonal(similarity, -np.inf)
        return np.argsort(-similarity, axis=1, kind="stable")[:, :k]

    rows = zip(nearest(exact), nearest(approximate), strict=True)
    return float(np.mean([len(set(a) & set(b)) / k for a, b in rows]))
