"""Ids are found again, with the place of each, and take few bytes."""

from __future__ import annotations

import tracemalloc

from compare.corpus.places import Places
from compare.corpus.values import Row


def test_each_id_has_its_place() -> None:
    places = Places()
    for number in range(5_000):
        assert f"id-{number}" not in places
        places.add(f"id-{number}", Row(f"{number // 2_500}.csv", number, {}))
    places.add("sheet", Row("a.xlsx", 7, {}, 'sheet "S", row'))
    assert all(f"id-{number}" in places for number in range(5_000))
    assert "id-5000" not in places
    assert places.of("id-4999") == "1.csv, line 4999"
    assert places.of("id-0") == "0.csv"
    assert places.of("sheet") == 'a.xlsx, sheet "S", row 7'


def test_an_id_takes_few_bytes() -> None:
    tracemalloc.start()
    places = Places()
    for number in range(40_000):
        places.add(f"an-id-that-is-as-long-as-most-of-them-{number}", Row("a.csv", number, {}))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 50 * 40_000
