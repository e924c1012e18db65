"""Fixtures that the tests of web pages share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.corpus.web.serving import Site

_COUNTRIES = {"Valdoria": "VLD", "Ostravia": "OST", "Norland": "NOR", "Republic of Esk": "ESK"}


@pytest.fixture
def made_up_countries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know the States that there are not, and no others."""
    monkeypatch.setattr("compare.corpus.web.attribution.country_code", _COUNTRIES.get)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()
