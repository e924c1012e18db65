"""Small stand-ins for the models, and statements of made-up people and States."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from compare.cli.program import main
from compare.facade import Library
from compare.models import Encoder, StanceModel
from compare.statements import Country, PartialDate, Statement


class HashingEncoder(Encoder):
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
        return _direction(f"{self.seed} {word}", self.dim)


@cache
def _direction(word: str, dim: int) -> NDArray[np.float64]:
    digest = hashlib.sha256(word.encode(errors="surrogatepass")).digest()
    return np.random.default_rng(list(digest)).standard_normal(dim)


class OneStage(StanceModel):
    """A model that reads English pairs of any length whole; subclasses write `score`."""

    languages = ("en",)

    def score_parts(
        self, pairs: Sequence[Any], on_progress: Callable[[int, int], None] | None = None
    ) -> tuple[NDArray[np.float32], list[Any]]:
        return self.score(pairs, on_progress), list(pairs)


class WordJudge(OneStage):
    """Opposes what says "not", agrees with what says "must", and remembers what it read.

    It hears the passage, or either side of a pair; `other` is the row of what says neither word.
    """

    name = "judge"
    digest = "5" * 64

    def __init__(
        self, *, either: bool = False, other: tuple[float, float, float] = (0.1, 0.1, 0.8)
    ) -> None:
        self.read: list[tuple] = []
        self._either, self._other = either, other

    def score(
        self, pairs: Sequence[Any], on_progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        self.read.extend(pairs)
        rows = []
        for a, b in pairs:
            heard = f"{a.text} {b.text}" if self._either else b.text
            words = set(heard.lower().replace(".", "").split())
            told = (0.1, 0.8, 0.1) if "not" in words else (0.7, 0.1, 0.2)
            rows.append(told if {"not", "must"} & words else self._other)
        if on_progress:
            on_progress(len(pairs), len(pairs))
        return np.array(rows, np.float32).reshape(-1, 3)


class Ran(NamedTuple):
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def runner(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Return what runs a command in this process and sees what it prints and exits with."""
    capfd.readouterr()

    def run(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    return run


def all_vectors(library: Library) -> NDArray[np.float32]:
    """The vectors of all passages of a library that has some."""
    return library.store.vectors(np.arange(len(library.store)))


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
            role="Foreign Minister",
            venue="Seance of Meren",
            extra={"Party": "Reeds"},
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
            role="foreign minister",
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


class Literal(WordJudge):
    """Agrees if both sides have or lack "not", as a reader who only counts that word would."""

    opposed = (0.1, 0.8, 0.1)

    def score(self, pairs, on_progress=None):
        self.read.extend(pairs)
        same = [("not" in a.text.split()) == ("not" in b.text.split()) for a, b in pairs]
        rows = [(0.8, 0.1, 0.1) if one else self.opposed for one in same]
        if on_progress:
            on_progress(len(pairs), len(pairs))
        return np.array(rows, np.float32).reshape(-1, 3)
