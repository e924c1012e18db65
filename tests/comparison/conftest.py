"""A library of the statements of a module, for its tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compare.facade import Library
from tests.fakes import HashingEncoder


@pytest.fixture(scope="module")
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library of the module's `STATEMENTS`."""
    folder = tmp_path_factory.mktemp("compared") / "library"
    Library.build(request.module.STATEMENTS, folder, HashingEncoder(256)).close()
    return folder


@pytest.fixture
def library(folder: Path) -> Iterator[Library]:
    opened = Library.open(folder, HashingEncoder(256))
    yield opened
    opened.close()
