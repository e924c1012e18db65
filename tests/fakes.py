"""Small stand-ins for the models, and statements of people and States that there are not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.statement import Country, PartialDate, Statement


class HashingEncoder:
    """Sums a random direction for every word: texts with words in common are near."""

    name = "hashing"

    def __init__(self, dim: int = 32, seed: str = "") -> None:
        self.dim = dim
        self.seed = seed
        self.digest = hashlib.sha256(f"hashing {dim} {seed}".encode()).hexdigest()
        self.encoded: list[str] = []

    def encode(
        self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        self.encoded.extend(texts)
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            total = sum(map(self._direction, text.lower().split()), np.full(self.dim, 1e-3))
            vectors[row] = total / np.linalg.norm(total)
        if on_progress:
            on_progress(len(texts), len(texts))
        return vectors

    def _direction(self, word: str) -> NDArray[np.float64]:
        digest = hashlib.sha256(f"{self.seed} {word}".encode()).digest()
        return np.random.default_rng(list(digest)).standard_normal(self.dim)


def statement(id: str, text: str, *, country: str = "", date: str = "", **more: Any) -> Statement:
    """A statement; countries stand apart by ";", "Valdoria=VLD" gives one a code."""
    entries = []
    for entry in filter(None, country.split(";")):
        name, _, code = entry.strip().partition("=")
        entries.append(Country(name, code or None))
    return Statement(
        id, text, country=tuple(entries), date=PartialDate(date) if date else None, **more
    )


def sample_statements() -> list[Statement]:
    return [
        statement(
            "valdoria-1",
            "We condemn the blockade of Port Meren. It must end today.",
            speaker="Ms. Ada Lorn",
            country="Republic of Valdoria=VLD",
            date="2021-05-03",
            source="Valdorian Gazette",
            language="en",
        ),
        statement(
            "valdoria-2",
            "malicious disinformation",
            context="of the report that Valdoria laid mines",
            speaker="ADA LORN",
            country="Valdoria=VLD",
            date="2021",
            source="Valdorian Gazette",
            language="en",
        ),
        statement(
            "ostrava-1",
            "The blockade of Port Meren is lawful and will not end. Valdoria laid mines there.",
            speaker="H.E. Mr. Bren Tal",
            country="Ostravia",
            date="2021-06",
            source="Bulletin",
            language="fr",
        ),
        statement(
            "joint-1",
            "Our two governments deny that any mines were laid.",
            speaker="Two ministries",
            country="Ostravia; Valdoria=VLD",
            source="Bulletin",
        ),
        statement("empty-1", "  \n "),
    ]
