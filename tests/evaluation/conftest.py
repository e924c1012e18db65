"""Commands run in the test's own process, on a small model and small made-up files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from compare.cli import main
from compare.errors import ModelError
from tests.fakes import HashingEncoder


class WordJudge:
    """Opposes where either side says "not", agrees where either says "must"; hears who and when."""

    name = "judge"
    digest = "5" * 64

    def __init__(self) -> None:
        self.read: list[tuple] = []

    def score(self, pairs, on_progress=None):
        self.read.extend(pairs)
        rows = []
        for a, b in pairs:
            words = f"{a.text} {b.text}".lower().replace(".", "").split()
            told = [0.1, 0.8, 0.1] if "not" in words else [0.7, 0.1, 0.2]
            rows.append(told if {"not", "must"} & set(words) else [0.1, 0.3, 0.6])
        if on_progress:
            on_progress(len(pairs), len(pairs))
        return np.array(rows, np.float32).reshape(-1, 3)


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def judge() -> WordJudge:
    return WordJudge()


@pytest.fixture
def encoder() -> HashingEncoder:
    return HashingEncoder(256)


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    judge: WordJudge,
    encoder: HashingEncoder,
) -> Run:
    def load(name: str | None = None) -> WordJudge:
        if name == "absent":
            raise ModelError("There is no model 'absent' on this machine: give a folder.")
        return judge

    monkeypatch.setattr("compare.encoder.load_encoder", lambda name=None: encoder)
    monkeypatch.setattr("compare.stance.load_stance_model", load)
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "cache"))
    capfd.readouterr()

    def run(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    return run


def assert_one_sentence(told: Ran, message: str) -> None:
    """A mistake was told in one line with exit code 2, and nothing was printed."""
    assert (told.code, told.out) == (2, "")
    assert told.err == f"Error: {message}\n"
