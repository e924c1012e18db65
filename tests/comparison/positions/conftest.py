"""A library of made-up countries with a position on a canal, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.facade import Library
from tests.fakes import HashingEncoder, statement

ASKED = "The canal of Meren must be open to all ships"
OPEN = "The canal of Meren must be open to all ships"
SHUT = "The canal of Meren shall not be open to all ships"
SILENT = "Trade in timber has doubled since spring."


def said(id, words, country="", date="", **more):
    more = {"speaker": f"Envoy of {country}", **more}
    return statement(id, words, country=country, date=date, **more)


STATEMENTS = [
    said("v1", f"{OPEN} at once.", "Valdoria", "2010-05-01"),
    said("v2", f"Our fishermen had a good year. {OPEN} of the world.", "Valdoria", "2012"),
    said("v3", f"{SHUT} today.", "Valdoria", "2015-03"),
    said("v4", f"{OPEN}, we say.", "Valdoria"),
    said("o1", f"{SHUT}.", "Ostravia", "2011-01-01"),
    said("o2", f"{SHUT}.", "Ostravia", "2019-01-01"),
    said("o3", SILENT, "Ostravia", "2013-01-01"),
    said("m1", SILENT, "Marenia=MRN", "2014-01-01"),
    said("m2", "Snow fell.", "Marenia=MRN", "2015"),
    said("k1", "The canal of Meren and all ships of Karsenia.", "Karsenia", "2016"),
    said("j1", f"{OPEN} of both of us.", "Valdoria; Lorn", "2021"),
    said("f1", f"{SHUT} ever.", "Marenia=MRN", "2014-01-01", language="fr"),
    said("n1", "Nothing is known of us.", "", "2014", speaker=""),
]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("positions") / "library"
    Library.build(STATEMENTS, folder, HashingEncoder(256)).close()
    return folder
