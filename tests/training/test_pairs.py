"""Pairs labelled for this project: ids lead back to texts; made-up pairs are made up."""

from __future__ import annotations

import csv
import gzip
import json
import re
from pathlib import Path

import pycountry
import pytest

from training import pairs as pair_files
from training.pairs import claim_id
from training.ship import FAILURE_MODES

PASSAGES = [
    {"id": "p1", "text": "The canal is open.", "country": "Valdoria", "date": "2021-05-03"},
    {"id": "p2", "text": "The canal is shut.", "country": "Ostravia", "date": None},
]
CLAIM = "The canal has been open all along."


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("pairs", "search"):
        (tmp_path / name).mkdir()
    lines = "\n".join(json.dumps(passage) for passage in PASSAGES)
    (tmp_path / "search" / "collection.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "pairs" / "claims.train.tsv").write_text(f"a\tb\n{CLAIM}\tx\n", encoding="utf-8")
    return tmp_path


def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *rows: str) -> None:
    path = tmp_path / "readings.tsv"
    path.write_text("\n".join(["a\tb\tlabel\tconfidence", *rows]) + "\n", encoding="utf-8")
    monkeypatch.setattr(pair_files, "READINGS", path)


def test_ids_find_words_and_who_said_them(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(
        tmp_path,
        monkeypatch,
        "p1\tp2\toppose\t3",
        "p1-\tp2\tneither\t1",
        f"{claim_id(CLAIM)}\tp1\tagree\t2",
    )
    whole, bare, claim = pair_files.readings(data)
    assert (whole.a, whole.who_a, whole.label) == ("The canal is open.", "Valdoria, 2021: ", 1)
    assert (whole.b, whole.who_b, whole.confidence) == ("The canal is shut.", "Ostravia: ", 3)
    assert (bare.a, bare.who_a, bare.who_b, bare.label) == (whole.a, "", "Ostravia: ", 2)
    assert (claim.a, claim.who_a, claim.b, claim.label) == (CLAIM, "", whole.a, 0)


@pytest.mark.parametrize("side", ["p3", "claim:0123456789ab"])
def test_what_is_not_in_the_data_is_named(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    written(tmp_path, monkeypatch, f"{side}\tp1\tagree\t3")
    with pytest.raises(SystemExit, match=f"readings.tsv: {side} is not in the data"):
        pair_files.readings(data)


def test_readings_hold_ids_and_labels_alone() -> None:
    with pair_files.READINGS.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == len({(row["a"], row["b"]) for row in rows})
    for row in rows:
        for side in ("a", "b"):
            assert re.fullmatch(r"p\d{6}-?|claim:[0-9a-f]{12}", row[side])
        assert row["label"] in pair_files.LABELS
        assert row["confidence"] in {"1", "2", "3"}


def test_made_up_pairs_are_of_made_up_states_and_not_those_that_test() -> None:
    pairs = pair_files.contrasts()
    words = " ".join(part for p in pairs for part in (p.a, p.b, p.who_a, p.who_b))
    real = {
        name
        for country in pycountry.countries
        for name in (country.name, getattr(country, "common_name", country.name))
    }
    either = "|".join(map(re.escape, real))
    named = re.findall(rf"\b(?:{either})\b", words, re.IGNORECASE)
    assert not named
    tested = {row[side] for row in pair_files.rows(FAILURE_MODES) for side in ("a", "b")}
    assert not tested & {side for pair in pairs for side in (pair.a, pair.b)}


def test_every_mode_of_made_up_pairs_has_every_label() -> None:
    labels: dict[str, set[str]] = {}
    for row in pair_files.rows(pair_files.CONTRASTS):
        labels.setdefault(row["mode"], set()).add(row["label"])
    assert len(labels) >= 15
    assert all(found == set(pair_files.LABELS) for found in labels.values())
