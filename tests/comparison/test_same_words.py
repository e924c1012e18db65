"""Search, sides and positions treat the same words as duplicates, whatever their punctuation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compare.comparison import compare_sides
from compare.comparison.positions import positions
from compare.comparison.search import search
from compare.facade import Library
from compare.library import Filters
from tests.fakes import HashingEncoder, WordJudge, statement

ASKED = "The canal of Meren must be open to all ships"
STATEMENTS = [
    statement("v1", f"{ASKED}, today.", country="Valdoria", speaker="Ada Veld", date="2010"),
    statement("v2", f"The {ASKED} today!", country="Valdoria", speaker="Ada Veld", date="2011"),
    statement("o1", "The canal of Meren shall not be open to all ships.", country="Ostravia"),
]


@pytest.fixture
def library(tmp_path: Path, cache: Path) -> Iterator[Library]:
    library = Library.build(STATEMENTS, tmp_path / "library", HashingEncoder(256))
    yield library
    library.close()


def test_a_search_shows_them_once(library: Library) -> None:
    (pair,) = search(library, ASKED, stance_model=WordJudge()).agree
    assert [statement.id for statement in pair.b.repeats] == [
        entry.id for entry in STATEMENTS[:2] if entry.id != pair.b.statement.id
    ]


def test_positions_count_them_once(library: Library) -> None:
    found = positions(library, ASKED, stance_model=WordJudge())
    valdoria = found.position("valdoria")
    assert valdoria.score is not None
    assert valdoria.score.passages == 1
    (pair,) = valdoria.passages
    assert len(pair.b.repeats) == 1


def test_two_sides_list_them_once(library: Library) -> None:
    sides = Filters(countries=("Valdoria",)), Filters(countries=("Ostravia",))
    claim = "The canal of Meren is open to all ships."
    table = compare_sides(library, claim, *sides, stance_model=WordJudge(either=True))
    assert [len(side) for side in table.placed] == [1, 1]
    assert len(table.oppose) == len(table.said_by(0).agree) == 1
