"""The actors of statements: countries or speakers, by all spellings of their names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from compare.errors import QueryError
from compare.statements import (
    Country,
    Statement,
    country_code,
    country_key,
    country_name,
    fold,
    speaker_key,
)

KINDS = ("country", "speaker")
"""The kinds of actors."""


@dataclass(frozen=True, slots=True)
class ActorName:
    """The names of a country or speaker.

    Attributes:
        key: Identifies the actor in all spellings.
        name: Display name: the short English name of a country's code, else the most frequent
            spelling; the key is added if two actors would have the same name.
        spellings: All spellings, folded.
    """

    key: str
    name: str
    spellings: frozenset[str]


ActorNames = tuple[ActorName, ...]
"""Actors of one kind, numbered in the order of their keys."""


def name_actors(kind: str, counted: Iterable[tuple[str, str, int]]) -> ActorNames:
    """Return the actors, given keys and spellings with their numbers of statements."""
    spellings = spellings_by_key(counted)
    names = {key: _name(key, spellings[key], kind) for key in sorted(spellings)}
    frequency = Counter(names.values())
    return tuple(
        ActorName(
            key,
            name if frequency[name] == 1 else f"{name} ({key})",
            frozenset(map(fold, spellings[key])),
        )
        for key, name in names.items()
    )


def actors_named(actors: ActorNames, names: Iterable[str]) -> list[int]:
    """Return the numbers of the actors with any of the names, ascending."""
    wanted: set[str] = set()
    for name in names:
        wanted |= {country_key(Country(name, country_code(name))), name.strip().upper()}
        wanted |= {fold(name), speaker_key(name)}
    return [n for n, actor in enumerate(actors) if actor.key in wanted or actor.spellings & wanted]


def actor_spellings(statement: Statement, kind: str) -> set[tuple[str, str]]:
    """Return the key and the spelling of each of a statement's actors."""
    if kind == "speaker":
        speaker = statement.speaker
        return {(speaker_key(speaker), speaker)} if speaker else set()
    return {(country_key(entry), entry.name or str(entry.code)) for entry in statement.country}


def actor_keys(statement: Statement, kind: str) -> set[str]:
    """Return the keys of a statement's actors."""
    return {key for key, _ in actor_spellings(statement, kind)}


def spellings_by_key(counted: Iterable[tuple[str, str, int]]) -> dict[str, Counter[str]]:
    """Group spellings and their counts by key, without empty spellings."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for key, spelling, count in counted:
        if spelling:
            spellings[key][spelling] += count
    return spellings


def commonest(spellings: Counter[str]) -> list[str]:
    """Sort spellings, the most frequent first."""
    return sorted(spellings, key=lambda spelling: (-spellings[spelling], spelling))


def check_kind(kind: str) -> None:
    """Raise QueryError unless the kind of actors is one of `KINDS`."""
    if kind not in KINDS:
        raise QueryError(f"{kind!r} is not a kind of actor: use {' or '.join(KINDS)}.")


def _name(key: str, spellings: Counter[str], kind: str) -> str:
    if kind == "country" and key.isupper():  # a country code; keys made of names are in lower case
        return country_name(key)
    return commonest(spellings)[0]
