"""Pairs drawn like those of a comparison of two sides."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from training import unlabelled

COUNTRIES = ("Valdoria", "Ostravia", "Karsenia")
EACH = 160


def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors that share a direction, so that pairs are near each other."""
    rows = np.random.default_rng(5).standard_normal((len(texts), 16)) + 2
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up collection, of which the first passage is in the dev pairs."""
    (tmp_path / "pairs").mkdir()
    (tmp_path / "search").mkdir()
    rows = [
        {"id": f"p{n}", "text": f"Remark {n // 2}.", "country": COUNTRIES[n % 3], "date": "2020"}
        for n in range(EACH * 3)
    ]
    (tmp_path / "pairs" / "officials.dev.tsv").write_text("a\tb\nRemark 0.\tRemark 1.\n")
    for name in ("qrels.dev.tsv", "qrels.dev.deep.tsv"):
        (tmp_path / "search" / name).write_text("query_id\tpassage_id\nq1\tp9\n")
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    (tmp_path / "search" / "collection.jsonl.gz").write_bytes(gzip.compress(content))
    monkeypatch.setattr(unlabelled, "vectors_of", vectors)
    monkeypatch.setattr(unlabelled, "HELD_APART", set(COUNTRIES[:2]))
    return tmp_path


def test_pairs_are_drawn_the_same_again_and_never_between_the_sides_held_apart(data: Path) -> None:
    pairs = unlabelled.mined_pairs(data, 900)
    assert len(pairs) == 900
    assert [(pair.a, pair.b) for pair in pairs] == [
        (pair.a, pair.b) for pair in unlabelled.mined_pairs(data, 900)
    ]
    sides = [{pair.who_a.split(",")[0], pair.who_b.split(",")[0]} for pair in pairs]
    assert set(COUNTRIES[:2]) not in sides
    assert {COUNTRIES[0], COUNTRIES[2]} in sides
    assert {COUNTRIES[2]} in sides


def test_nothing_is_drawn_from_the_dev_sets_and_no_words_against_themselves(data: Path) -> None:
    pairs = unlabelled.mined_pairs(data, 900)
    assert not {"Remark 0.", "Remark 1."} & {text for pair in pairs for text in (pair.a, pair.b)}
    assert all(pair.a != pair.b for pair in pairs)


def test_more_pairs_than_there_are_countries_for_are_refused(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlabelled, "_LEAST_PASSAGES", EACH + 1)
    with pytest.raises(SystemExit, match="too few countries"):
        unlabelled.mined_pairs(data, 10)
