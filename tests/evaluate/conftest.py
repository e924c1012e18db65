"""Run commands in the test's own process, with a small model and small made-up files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from compare.errors import ModelError
from tests import fakes
from tests.fakes import HashingEncoder, Ran, runner


class WordJudge(fakes.WordJudge):
    """The judge that reads either side and is less sure of texts with neither word."""

    def __init__(self) -> None:
        super().__init__(either=True, other=(0.1, 0.3, 0.6))


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

    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: encoder)
    monkeypatch.setattr("compare.models.load_stance_model", load)
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "cache"))
    return runner(capfd)


def assert_one_sentence(told: Ran, message: str) -> None:
    """The command failed with exit code 2 and one line, and printed nothing."""
    assert (told.code, told.out) == (2, "")
    assert told.err == f"Error: {message}\n"
