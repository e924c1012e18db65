"""`compare evaluate`: its output and its errors."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from compare.models import ModelInput
from tests.evaluate.conftest import Run, WordJudge, assert_one_sentence

KEYS = [
    *("n", "accuracy", "macro_f1", "per_class", "ece", "brier", "polarity_auc", "confusion"),
    *("macro_f1_ci", "accuracy_ci", "model", "seconds", "pairs_per_second"),
]
ROWS = [
    ("The port must open.", "Open it.", "agree", "demands"),
    ("The port is not open.", "It is.", "oppose", "denials"),
    ("Rain fell.", "It was cold.", "neither", "demands"),
    ("Trade must grow.", "It did not.", "agree", "denials"),
    ("Timber grows.", "Ships sail.", "oppose", "a|b"),
]


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.tsv"
    lines = ["a\tb\tlabel", *("\t".join(row[:3]) for row in ROWS)]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def with_modes(tmp_path: Path) -> Path:
    path = tmp_path / "modes.tsv"
    path.write_text("\n".join(["a\tb\tlabel\tmode", *map("\t".join, ROWS)]) + "\n")
    return path


def test_json_has_just_these_keys(run: Run, plain: Path) -> None:
    told = run("evaluate", plain, "--json")
    assert (told.code, told.err) == (0, "")
    data = told.json
    assert sorted(data) == sorted(KEYS)
    assert (data["n"], data["model"]) == (5, "judge@555555555555")
    assert list(data["per_class"]) == ["agree", "oppose", "neither"]
    assert data["per_class"]["oppose"] == {
        "precision": 0.5,
        "recall": 0.5,
        "f1": 0.5,
        "support": 2,
    }
    assert data["confusion"] == [[1, 1, 0], [0, 1, 1], [0, 0, 1]]
    assert data["accuracy"] == pytest.approx(3 / 5)
    gold, guess = [0, 1, 2, 0, 1], [0, 1, 2, 1, 2]
    assert data["macro_f1"] == pytest.approx(f1_score(gold, guess, average="macro"))
    assert data["seconds"] > 0
    assert data["pairs_per_second"] == pytest.approx(5 / data["seconds"])
    for name in ("macro_f1", "accuracy"):
        low, high = data[f"{name}_ci"]
        assert 0 <= low <= data[name] <= high <= 1


def test_polarity_auc_is_null_without_polarity(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("premise,hypothesis,label\nIt must.,Yes.,ENTAILMENT\nRain.,Cold.,neutral\n")
    assert run("evaluate", path, "--json").json["polarity_auc"] is None
    assert re.search(r"^polarity AUC +-$", run("evaluate", path).out, re.MULTILINE)


def test_the_model_reads_who_and_when(run: Run, judge: WordJudge, tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("premise\thypothesis\tlabel\ta\tb\nOne.\tTwo.\tneutral\tValdoria|Eve|2001\t\n")
    run("evaluate", path, "--json")
    assert judge.read == [(ModelInput("One.", country="Valdoria", date="2001"), ModelInput("Two."))]


def test_modes_have_a_row_each(run: Run, with_modes: Path) -> None:
    modes = run("evaluate", with_modes, "--json").json["modes"]
    assert list(modes) == ["demands", "denials", "a|b"]
    assert modes["denials"] == {
        "n": 2,
        "accuracy": 0.5,
        "macro_f1": pytest.approx(np.mean([0, 2 / 3])),
        "labels": {"agree": 1, "oppose": 1, "neither": 0},
    }
    out = run("evaluate", with_modes).out
    assert "BY MODE\nmode     pairs  accuracy  macro-F1  agree  oppose  neither\n" in out
    assert "denials      2     0.500     0.333      1       1        0\n" in out


def test_plain_text_in_a_pipe(run: Run, plain: Path) -> None:
    told = run("evaluate", plain)
    assert told.out.startswith(f"5 pairs of {plain}, model judge@555555555555, ")
    assert "BY LABEL\nlabel    precision  recall     F1  pairs\n" in told.out
    assert "oppose       0.500   0.500  0.500      2\n" in told.out
    assert "RIGHT LABEL (ROWS) AND LABEL GIVEN\nright    agree  oppose  neither\n" in told.out
    assert "BY MODE" not in told.out
    assert "\x1b" not in told.out


def test_markdown_tables(run: Run, with_modes: Path) -> None:
    out = run("evaluate", with_modes, "--markdown").out
    assert "## By label\n\n| label | precision | recall | F1 | pairs |\n" in out
    assert "| --- | ---: | ---: | ---: | ---: |\n| agree | 1.000 |" in out
    assert "| a\\|b | 1 |" in out


def test_a_terminal_gets_drawn_tables(
    run: Run, plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compare.cli.output.on_terminal", lambda: True)
    assert "┃ label" in run("evaluate", plain).out


def test_mistakes_are_one_sentence(run: Run, plain: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tsv"
    bad.write_text("a\tb\tlabel\n1\t2\tperhaps\n")
    assert_one_sentence(
        run("evaluate", bad, "--json"),
        f"{bad}, line 2, column \"label\", 'perhaps': this is not a label; write agree, oppose or "
        "neither, or entailment, contradiction or neutral.",
    )
    assert_one_sentence(run("evaluate", tmp_path), f"{tmp_path}: this is a folder; name a file.")
    assert_one_sentence(
        run("evaluate", plain, "--stance-model", "absent"),
        "There is no model 'absent' on this machine: give a folder.",
    )
    told = run("evaluate", plain, "--json", "--markdown")
    assert (told.code, told.out) == (2, "")
    assert "Error: Choose one of --json and --markdown." in told.err


def test_the_command_explains_itself(run: Run) -> None:
    told = run("evaluate", "--help")
    assert told.code == 0
    assert told.out.startswith("Usage: compare evaluate")
    assert "evaluate" in run("--help").out
