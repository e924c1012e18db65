"""A teacher's probabilities are cached by the words of each pair."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training import run
from training.pairs import LabelledPair


def pair(a: str, b: str) -> LabelledPair:
    return LabelledPair(a, b, "", "", 2)


def test_labels_belong_to_the_words_they_were_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[LabelledPair] = []

    def read(pairs):
        asked.extend(pairs)
        return np.array([[len(pair.a), len(pair.b), 0] for pair in pairs], np.float32)

    monkeypatch.setattr(run, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(run, "_reader", lambda *_: read)
    monkeypatch.setattr(run, "_LABELLED_AT_ONCE", 2)
    first = [pair("a", "bb"), pair("ccc", "d"), pair("e", "e")]
    assert run.read_by("fast", first, tmp_path)[:, 0].tolist() == [1, 3, 1]
    assert asked == first
    longer = [pair("new", "one"), *reversed(first), pair("ccc", "d")]
    assert run.read_by("fast", longer, tmp_path)[:, 0].tolist() == [3, 1, 3, 1, 3]
    assert asked == [*first, pair("new", "one")]
    assert run.read_by("fast", [], tmp_path).shape == (0, 3)


def test_a_reading_that_was_cut_off_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[LabelledPair] = []

    def read(pairs):
        if len(asked) == 2:
            raise KeyboardInterrupt
        asked.extend(pairs)
        return np.zeros((len(pairs), 3), np.float32)

    monkeypatch.setattr(run, "RUNS", tmp_path)
    monkeypatch.setattr(run, "_reader", lambda *_: read)
    monkeypatch.setattr(run, "_LABELLED_AT_ONCE", 2)
    pairs = [pair(str(n), "x") for n in range(4)]
    with pytest.raises(KeyboardInterrupt):
        run.read_by("fast", pairs, tmp_path)
    cut_off = pair("", "")
    asked.append(cut_off)
    run.read_by("fast", pairs, tmp_path)
    assert asked == [*pairs[:2], cut_off, *pairs[2:]]


def test_a_run_belongs_to_its_recipe_its_data_its_beginning_and_its_teachers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def data(name: str, words: str) -> Path:
        (tmp_path / name / "pairs").mkdir(parents=True)
        (tmp_path / name / "pairs" / "officials.train.tsv").write_text(words)
        return tmp_path / name

    one, other = data("one", "a"), data("other", "b")
    made = run.version("small-student", one)
    assert run.version("small-student", one) == made
    assert run.version("small-student", other) != made
    assert run.version("small-general", one) != made
    general = run.RECIPES["small-general"]
    changed = replace(general, settings=replace(general.settings, rate=1.0))
    with monkeypatch.context() as patched:
        patched.setitem(run.RECIPES, "small-general", changed)
        assert run.version("small-student", one) != made
    monkeypatch.setattr(run, "WEIGHTS", tmp_path)
    tier = {"name": "a", "made": "1", "files": {"f": "1" * 64}, "calibrations": {}, "max_tokens": 9}
    ships(tmp_path, tier)
    shipped = run.version("accurate", one)
    ships(tmp_path, tier | {"made": "another day"})
    assert run.version("accurate", one) == shipped
    for changed in ({"files": {"f": "2" * 64}}, {"calibrations": {"pair": {}}}):
        ships(tmp_path, tier | changed)
        assert run.version("accurate", one) != shipped
    assert run.version("small-student", one) == made  # whichever teacher of this name ships next
    student = run.RECIPES["small-student"]
    changed = replace(student, mixture=replace(student.mixture, teachers=("small-general",)))
    monkeypatch.setitem(run.RECIPES, "small-student", changed)
    assert run.version("small-student", one) != made


def ships(folder: Path, manifest: dict[str, object]) -> None:
    (folder / "accurate").mkdir(exist_ok=True)
    (folder / "accurate" / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("whole", [True, False])
def test_what_another_recipe_made_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    monkeypatch.setattr(run, "RUNS", tmp_path)
    monkeypatch.setattr(run, "version", lambda *_: "this recipe")
    folder = tmp_path / "small-general"
    folder.mkdir()
    (folder / "made_of").write_text("another recipe")
    if whole:
        (folder / "report.json").write_text("{}")
    with pytest.raises(SystemExit, match=r"made by another recipe of this name.*remove it first"):
        run.run("small-general", tmp_path)
    (folder / "made_of").write_text("this recipe")
    if whole:
        assert run.run("small-general", tmp_path) == folder


def test_a_missing_file_is_named_ahead_of_all_work(tmp_path: Path) -> None:
    for name in run.DATA:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    run.check(tmp_path)
    (tmp_path / "search" / "qrels.dev.tsv").unlink()
    with pytest.raises(SystemExit, match=r"search/qrels\.dev\.tsv is missing"):
        run.check(tmp_path)
