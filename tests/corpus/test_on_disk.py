"""A corpus that is read into a file instead of into memory."""

from __future__ import annotations

import json
import resource
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from compare.corpus.read import corpus_on_disk, read_corpus
from compare.errors import CorpusError

ROWS = [
    {"id": "m1", "text": "The pier of Meren stays open.", "speaker": "Ada Quill", "date": "2020"},
    {"id": "m2", "text": "The pier is\nclosed, «for good».", "country": "Valdoria"},
    {"id": "m1", "text": "An id that is used already."},
    {"text": ""},
    {"text": "No id is given here \u2028 at all.", "tags": "pier"},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "statements.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return file


def test_it_holds_what_a_corpus_in_memory_holds_as_often_as_asked(path: Path) -> None:
    whole = read_corpus([path])
    with corpus_on_disk([path]) as (corpus, statements):
        assert corpus == replace(whole, statements=())
        assert len(corpus.problems) == 2
        assert len(statements) == 3
        assert tuple(statements) == tuple(statements) == whole.statements


def test_what_cannot_be_read_is_said_and_leaves_no_file(path: Path) -> None:
    with (
        pytest.raises(CorpusError, match=r"line 3, column \"id\", 'm1': this id is used already"),
        corpus_on_disk([path], strict=True),
    ):
        pass


def test_a_full_disk_is_not_blamed_on_the_file(path: Path) -> None:
    for room in (10, 8_000):
        for row in ROWS[:1]:
            many = [{**row, "id": str(n)} for n in range(200)]
            path.write_text("".join(json.dumps(entry) + "\n" for entry in many))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
        try:
            with (
                pytest.raises(CorpusError, match=r"cannot take what is read \(File too large\)"),
                corpus_on_disk([path]),
            ):
                pass
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_half_a_character_in_a_columns_name_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text('{"text": "We stay.", "\\ud800x": "y"}\n{"text": "We go."}\n')
    with corpus_on_disk([file]) as (corpus, statements):
        assert [entry.text for entry in statements] == ["We go."]
        assert "is half a character" in corpus.problems[0].message


def test_memory_does_not_grow_with_the_corpus(tmp_path: Path) -> None:
    file = tmp_path / "long.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for n in range(600):
            out.write(json.dumps({"id": str(n), "text": f"We open pier {n}. " * 400}) + "\n")
    assert file.stat().st_size > 4_000_000
    tracemalloc.start()
    try:
        told: list[int] = []
        with corpus_on_disk([file], on_progress=told.append) as (_, statements):
            assert sum(1 for _ in statements) == len(statements) == 600
            assert told == [100, 200, 300, 400, 500, 600]
        assert tracemalloc.get_traced_memory()[1] < 1_500_000
    finally:
        tracemalloc.stop()
