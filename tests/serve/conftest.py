"""A library of made-up statements that a small judge reads, for the server's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.facade import Library
from tests.cli.conftest import STATEMENTS
from tests.fakes import HashingEncoder, WordJudge


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the library."""
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder(256))
    monkeypatch.setattr("compare.serve.readings.load_stance_model", WordJudge)
    Library.build(STATEMENTS, tmp_path / "un", HashingEncoder(256)).close()
    return tmp_path / "un"
