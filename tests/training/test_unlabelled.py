"""Unlabelled pairs, drawn for teachers."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from training import unlabelled

HEAD = "a\tb\tlabel\tconfidence\ta_country\ta_date\tb_country\tb_date\n"
COUNTRIES = ("Valdoria", "Ostravia", "Karsenia")
EACH = 160


def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors that share a direction, so that pairs are near each other."""
    rows = np.random.default_rng(5).standard_normal((len(texts), 16)) + 2
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up collection of three speakers; two of its passages are in dev sets."""
    (tmp_path / "pairs").mkdir()
    (tmp_path / "search").mkdir()
    rows = [
        {
            "id": f"p{n}",
            "text": f"We have made remark {n} of the day.",
            "country": COUNTRIES[n % 3],
            "speaker": f"Speaker {n % 3}",
            "date": "2020",
        }
        for n in range(EACH * 3)
    ]
    (tmp_path / "pairs" / "officials.dev.tsv").write_text(
        "a\tb\nWe have made remark 0 of the day.\tWe have made remark 1 of the day.\n"
    )
    (tmp_path / "pairs" / "claims.train.tsv").write_text(
        HEAD + "A typed claim\tWe have made remark 5 of the day.\tneither\t3\t\t\tx\t2020\n"
    )
    for name in ("qrels.dev.tsv", "qrels.dev.deep.tsv"):
        (tmp_path / "search" / name).write_text("query_id\tpassage_id\nq1\tp9\n")
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    (tmp_path / "search" / "collection.jsonl.gz").write_bytes(gzip.compress(content))
    monkeypatch.setattr(unlabelled, "vectors_of", vectors)
    return tmp_path


def test_more_pairs_are_the_same_and_others(data: Path) -> None:
    pairs = unlabelled.unlabelled_pairs(data, 300)
    assert len({(pair.a, pair.b) for pair in pairs}) == 300
    assert unlabelled.unlabelled_pairs(data, 100) == pairs[:100]
    assert unlabelled.unlabelled_pairs(data, 0) == []


def test_what_is_held_apart_and_what_was_read_is_not_drawn(data: Path) -> None:
    pairs = unlabelled.unlabelled_pairs(data, 300)
    drawn = {text for pair in pairs for text in (pair.a, pair.b)}
    assert not {f"We have made remark {n} of the day." for n in (0, 1, 9)} & drawn
    assert "A typed claim" in drawn
    assert ("A typed claim", "We have made remark 5 of the day.") not in {
        (pair.a, pair.b) for pair in pairs
    }
    whose = {f"We have made remark {n} of the day.": n % 3 for n in range(EACH * 3)}
    assert all(whose[pair.a] != whose[pair.b] for pair in pairs if pair.a in whose)


def test_a_claim_and_a_sentence_read_as_one_have_no_speaker(data: Path) -> None:
    pairs = unlabelled.unlabelled_pairs(data, 300)
    assert {pair.who_a for pair in pairs if pair.a == "A typed claim"} == {""}
    assert {bool(pair.who_a) for pair in pairs if pair.a != "A typed claim"} == {True, False}
    assert all(pair.who_b for pair in pairs)


def test_more_pairs_than_there_are_passages_for_are_refused(data: Path) -> None:
    with pytest.raises(SystemExit, match="too few passages"):
        unlabelled.unlabelled_pairs(data, 20_000)
