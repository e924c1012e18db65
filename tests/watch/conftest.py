"""A library of statements on a blockade in a folder, which a small judge reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from compare.facade import Library
from compare.results import Result
from compare.statements import Statement
from compare.watch import Entry, Watches
from compare.watch.document import KeptEntry, read
from tests.fakes import HashingEncoder, WordJudge, statement

BLOCKADE = "The blockade of Port Meren must end"


def said(
    id: str, words: str, speaker: str = "Bren Tal", date: str = "2021-06-01", **more: str
) -> Statement:
    return statement(
        id, words, speaker=speaker, country="Ostravia", date=date,
        **{"source": "Meren Gazette", **more},
    )  # fmt: skip


FIRST = [
    said("agree-1", "We say that the blockade of Port Meren must end now."),
    said("oppose-1", "The blockade of Port Meren will not end.", "Cor Vael"),
    said("other", "Trade in timber has doubled."),
]
LATER = said("later", "The blockade of Port Meren must end at once.", "Dena Orr", "2023")


def open_at(place: Path | str) -> Library:
    return Library.open(place, HashingEncoder(256))


def searched(library: Library, quote: str = BLOCKADE) -> Result:
    return library.search(quote, stance_model=WordJudge())


def watching(
    place: Path | str, *names: str, statements: Sequence[Statement] = tuple(FIRST)
) -> Library:
    """A new library at a place, with a watch of each name."""
    library = Library.build(statements, place, HashingEncoder(256))
    for name in names or ("canal",):
        library.watches.add(name, searched(library), stance_model=WordJudge())
    return library


def run(library: Library, **more: object) -> dict[str, list[str]]:
    """Run the watches; return the statements of the entries of each."""
    found = library.watches.run(stance_model=WordJudge(), **more).entries
    return {name: briefly(entries) for name, entries in found.items()}


def kept(library: Library, name: str = "canal") -> tuple[KeptEntry, ...]:
    """The entries that a watch keeps, the oldest first."""
    return read(library.backend).named(name).entries


def reported(library: Library, name: str = "canal") -> tuple[Entry, ...]:
    """What the runs of a watch found."""
    ((_, entries),) = library.watches.found([name])
    return entries


def briefly(entries: Sequence[Entry]) -> list[str]:
    return [entry.statement.id for entry in entries]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def library(place: Path) -> Library:
    """A library with one watch, "canal"."""
    return watching(place)


@pytest.fixture
def watches(library: Library) -> Watches:
    return library.watches
