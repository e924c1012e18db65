"""A sentence that a side repeats is placed once, and does not hide what else it said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from compare.facade import Library
from compare.library import Filters
from compare.results import Result
from compare.statements import Statement
from tests.fakes import HashingEncoder, WordJudge, statement

OPEN, SHUT = "The canal of Meren must be open.", "The canal of Meren shall not be open."
Compared = Callable[..., Result]


def said(n: int, when: object, text: str, country: str = "Valdoria") -> Statement:
    return statement(f"s{n}", text, speaker="Envoy", country=country, date=str(when))


@pytest.fixture
def compared(tmp_path: Path, cache: Path) -> Compared:
    """Compare two countries, or one over time, in a library of some statements."""

    def compared(statements: list[Statement], *countries: str) -> Result:
        library = Library.build(statements, tmp_path / "library", HashingEncoder(256))
        sides = [Filters(countries=(name,)) for name in countries]
        compare = library.compare if len(sides) == 2 else library.timeline
        found = compare(*sides, "The canal of Meren is open.", stance_model=WordJudge(either=True))
        library.close()
        return found

    return compared


def test_two_sides_are_compared_beyond_the_sentence_that_one_repeats(compared: Compared) -> None:
    claim = said(60, 1999, "The canal of Meren must be shut to all ships.")
    repeated = [said(n, 1980 + n, OPEN, "Ostravia") for n in range(30)]
    other = said(50, 1990, "The canal of Meren is no matter for ships of Valdoria.", "Ostravia")
    table = compared([claim, *repeated, other], "Valdoria", "Ostravia")
    assert [len(side) for side in table.placed] == [1, 2]
    assert "s50" in {pair.b.statement.id for pair in table.pairs}


def test_a_change_between_sentences_that_were_repeated_is_one_pair(compared: Compared) -> None:
    before = [said(n, 1980 + n, OPEN) for n in range(10)]
    after = [said(20 + n, 2000 + n, SHUT) for n in range(10)]
    (pair,) = compared([*before, *after], "Valdoria").oppose
    assert (pair.a.text, pair.b.text) == (OPEN, SHUT)
    assert pair.a.statement.date.year < 1990 < 2000 <= pair.b.statement.date.year


@pytest.mark.parametrize("vague", ["2014", ""])
def test_a_duplicate_of_a_vaguer_date_does_not_stand_in_the_way(
    compared: Compared, vague: str
) -> None:
    statements = [said(1, "2014-03-05", OPEN), said(2, vague, SHUT), said(3, "2012-06-01", SHUT)]
    assert {pair.ids for pair in compared(statements, "Valdoria").oppose} == {("s3", "s1")}
