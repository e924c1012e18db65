"""Handmade positions of made-up actors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compare.comparison import PositionTable
from compare.results import Actor, Pair, Positions, Thresholds
from tests.fabricate import PROVENANCE, found_pair
from tests.fakes import statement

NOTE = "These numbers are made up."


def passage(party: str, number: int, leaning: float, date: str = "", **more: object) -> Pair:
    """A passage whose p_agree - p_oppose is `leaning`, all of it on one side.

    Those of a party with the same date are of one speech.
    """
    said = statement(
        f"{party.lower()}-{number}", f"{party} speaks, {number}.", country=party, date=date,
        speaker=f"Envoy of {party}", source="Gazette",
    )  # fmt: skip
    agree, oppose = max(leaning, 0.0), max(-leaning, 0.0)
    return found_pair(said, (agree, oppose, 1 - agree - oppose), **more)


def actor(party: str, *read: Pair, statements: int = 9) -> Actor:
    return Actor(party.lower(), party, statements, len(read), read)


def made(
    places: Mapping[str, Sequence[float]], proposition: str = "Open it.", first_year: int = 2001
) -> Positions:
    """Positions of parties by the leanings of their passages, a speech a year; none is silent."""
    actors = [
        actor(
            party,
            *(
                passage(party, n, leaning, f"{first_year + n}-05", quote=proposition)
                for n, leaning in enumerate(leanings)
            ),
        )
        for party, leanings in places.items()
    ]
    return Positions(proposition, "country", tuple(actors), Thresholds(), PROVENANCE, (NOTE,))


def table_of(*places: Mapping[str, Sequence[float]]) -> PositionTable:
    return PositionTable(tuple(made(one, f"Proposition {n}") for n, one in enumerate(places, 1)))
