"""Fixtures that run commands, and the made-up people of the imported files."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from compare.corpus.importers import kremlin, people, united_states
from compare.statements import country_code
from tests.fakes import HashingEncoder, Ran, runner

Run = Callable[..., Ran]
MADE_UP_STATES = {
    "Valdoria": "VLD",
    "Kingdom of Valdoria": "VLD",
    "Вальдории": "VLD",
    "Ostravia": "OST",
}


@pytest.fixture(autouse=True)
def made_up_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put made-up people of made-up states in the place of those whom the importers know.

    No test puts made-up words into the mouth of a real person.
    """
    monkeypatch.setattr(kremlin, "COUNTRY", "Ostravia")
    monkeypatch.setattr(kremlin, "PRESIDENTS", frozenset({"Bo Moss"}))
    monkeypatch.setattr(kremlin, "RUSSIAN_COUNTRY", "Остравии")
    monkeypatch.setattr(kremlin, "RUSSIAN_PRESIDENTS", {"Б.Мосс": "Бо Мосс"})
    monkeypatch.setattr(
        united_states,
        "OFFICE_HOLDERS",
        {
            "president": ("Jon Dahl", "Jonathan Dahl"),
            "vice president": ("Kaja Holm",),
            "first lady": ("Jil Dahl",),
            "second gentleman": ("Dan Holm",),
        },
    )
    monkeypatch.setattr(
        people, "country_code", lambda name: MADE_UP_STATES.get(name) or country_code(name)
    )


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, on a small encoder, and see what it prints and exits with."""
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder(32))
    return runner(capfd)
