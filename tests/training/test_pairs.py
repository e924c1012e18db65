"""Pairs labelled for this project: ids lead back to texts; made-up pairs are made up."""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
from pathlib import Path

import pycountry
import pytest

from training import pairs as pair_files
from training.pairs import LabelledPair, claim_id
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


def test_a_claims_labels_follow_its_forms() -> None:
    forms = {"Open it.": {"neg_not": "Do not open it.", "neg_words": "Shut it.", "same_words": "A"}}
    agree, neither = (LabelledPair("Open it.", "b", "", "", label) for label in (0, 2))
    other = LabelledPair("No forms.", "b", "", "", 1)
    found = pair_files.in_forms([agree, neither, other], forms, 3, 0.0, random.Random(1))
    first, *others = [(pair.a, pair.label, pair.turned) for pair in found if pair.group]
    assert first == ("Open it.", 0, False)
    assert sorted(others) == [
        ("A", 0, False),
        ("Do not open it.", 1, True),
        ("Shut it.", 1, True),
    ]
    assert found[-2:] == [neither, other]
    _, again, _ = pair_files.in_forms([neither, other], forms, 3, 1.0, random.Random(1))
    assert (again.label, again.group) == (2, 1)


def test_edits_replace_the_words_at_their_places() -> None:
    said = "We demand that the canal be opened, and ships pass."
    edits = [(3, 9, "do not demand"), (34, 51, ".")]
    assert pair_files.edited(said, edits) == "We do not demand that the canal be opened."


def test_every_edit_of_a_statement_is_of_its_pair_and_changes_it(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "a\tb\tlabel\tconfidence\ta_country\ta_date\tb_country\tb_date"
    row = "The canal is open.\tIt is shut.\toppose\t3\tValdoria\t2021\tOstravia\t2020"
    (data / "pairs" / "officials.train.tsv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    pair = pair_files._digest_of("The canal is open.", "It is shut.")
    edits = tmp_path / "edits.tsv"
    edits.write_text(
        f'pair\tside\tform\tedits\n{pair}\ta\tturned\t[[13, 17, "shut"]]\n'
        f'{pair}\tb\tsame\t[[6, 10, "not open"]]\nffff\ta\tsame\t[]\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(pair_files, "STATEMENT_EDITS", edits)
    monkeypatch.setattr(pair_files, "claim_readings", lambda *_: [])
    found = pair_files.edited_statements(data)
    assert [(one.a, one.b, one.label, one.turned) for one in found] == [
        ("The canal is open.", "It is shut.", 1, False),
        ("The canal is shut.", "It is shut.", 0, True),
        ("The canal is open.", "It is not open.", 1, False),
    ]
    assert {one.group for one in found} == {-1}
