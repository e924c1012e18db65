"""Every command on inputs that are wrong, huge, hostile or of another kind: one sentence each.

`inputs.tsv` has a row for each: a name, the command, the exit code, and words of the message. In a
command, {esc}, {bidi}, {long} and the other names of `STAND_FOR` are what no table can hold.
"""

from __future__ import annotations

import csv
import os
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes import Ran
from tests.hostile.conftest import digest

STAND_FOR = {
    "esc": "\x1b[31mred\x07",
    "bidi": "\u202eesrever\u2066",
    "long": "x" * 300,
    "huge": "9" * 5_000,
    "deep": "d/" * 2_000,
    "dots": "a." * 10_000,
    "half": "\udce9",
    "wide": "１２",  # digits, but not those from 0 to 9
    "pages": "We agree to it. " * 5_000,
}
with (Path(__file__).parent / "inputs.tsv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has neither pipes nor links")


def test_the_table_is_whole() -> None:
    names = [row["name"] for row in ROWS]
    assert len(set(names)) == len(names) >= 120
    assert all(row["command"] and row["code"] and row["words"] for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_input(row: dict[str, str], run: Callable[..., Ran], place: Path) -> None:
    before = digest(place)
    told = run(*map(filled, shlex.split(row["command"])))
    assert told.code == int(row["code"]), told
    assert row["words"] in told.out + told.err
    assert "Traceback" not in told.out + told.err
    if told.code:
        *_, last = told.err.rstrip("\n").split("\n")
        assert last.startswith("Error: "), told.err
        assert told.err.count("Error: ") == 1
        assert len(last) < 5_000
    assert not any(mark in told.out + told.err for mark in "\x1b\x07\x9b")
    assert digest(place) == before


def filled(word: str) -> str:
    for name, text in STAND_FOR.items():
        word = word.replace(f"{{{name}}}", text)
    return word
