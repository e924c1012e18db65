"""Searches, sides and positions work with any kind of store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compare.facade import Library
from compare.library import Filters
from compare.library.passage_store import STORES
from tests.fakes import HashingEncoder, WordJudge, statement

ASKED = "The canal of Meren must be open to all ships."


def said(n: int, country: str, text: str, **more: str) -> object:
    return statement(
        f"{country[:3].lower()}-{n}", text, country=country, speaker=f"Envoy {n % 2} of {country}",
        date=str(2000 + n), **more,
    )  # fmt: skip


STATEMENTS = [
    *(said(n, "Valdoria", f"The canal of Meren must be open in year {n}.") for n in range(5)),
    *(said(n, "Ostravia", f"The canal shall not be open to ships, we said {n}.") for n in range(4)),
    *(said(n, "Valdoria; Marenia", "The canal of Meren shall not be open!") for n in range(7, 9)),
    said(9, "Marenia", "Le canal doit être ouvert.", language="fr"),
    statement("own", ASKED, country="Valdoria", speaker="Ada Veld", date="2020"),
]

ASK: dict[str, Callable[[Library], object]] = {
    "search": lambda library: library.search(ASKED, stance_model=WordJudge()),
    "search with filters": lambda library: library.search(
        "The canal must be open. It shall not be shut.",
        stance_model=WordJudge(),
        filters=Filters(not_countries=("Ostravia",)),
    ),
    "sides": lambda library: library.compare(
        "Valdoria",
        "Ostravia",
        "The canal is open.",
        opposite="The canal is shut.",
        stance_model=WordJudge(either=True),
    ),
    "timeline": lambda library: library.timeline(
        "Valdoria", "The canal is open.", stance_model=WordJudge(either=True)
    ),
    "countries": lambda library: library.positions(ASKED, stance_model=WordJudge()),
    "speakers": lambda library: library.positions(
        ASKED, by="speaker", until="2006", stance_model=WordJudge()
    ),
}


@pytest.mark.parametrize("name", ASK)
@pytest.mark.usefixtures("cache")
def test_what_is_found_is_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STORES, "memory", "tests.library.fake_store:MemoryStore")
    found = []
    for kind in STORES:
        library = Library.build(STATEMENTS, tmp_path / kind, HashingEncoder(256), store=kind)
        assert library.manifest.store == kind
        found.append(ASK[name](library))
    for other in found[1:]:
        check_same(name, found[0], other)


def check_same(name: str, one: Any, other: Any) -> None:
    if name in ("countries", "speakers"):
        assert one.actors == other.actors
        assert any(actor.read for actor in one.actors)
    else:
        assert sorted(one.pairs, key=repr) == sorted(other.pairs, key=repr)
        assert one.pairs
        assert one.subject == other.subject
        for side, same in zip(one.placed, other.placed, strict=True):
            assert sorted(side, key=repr) == sorted(same, key=repr)
    assert one.notes == other.notes
