"""Fixtures that several test modules share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from tests.postgres_server import Server, programs, running_server
from tests.reader_server import ReaderServer, reader_server

settings.register_profile("untimed", settings(), deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")

for name in [name for name in os.environ if name.startswith("COMPARE_")]:
    if name != "COMPARE_CACHE":  # what can be made again may be shared; nothing else of a person's
        del os.environ[name]
os.environ["HF_HUB_OFFLINE"] = "1"
if "PYTEST_XDIST_WORKER" in os.environ:  # two workers with two threads each slow each other tenfold
    os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["TOKENIZERS_PARALLELISM"] = "false"


def _program(*names: str) -> str:
    """Return the path of the first program found; without one skip the test, or fail under CI."""
    for name in names:
        if path := shutil.which(name):
            return path
    return _missing(names[0])


def _missing(name: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not installed")
    pytest.skip(f"{name} is not installed")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium that a test may drive."""
    return _program("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def soffice() -> str:
    """The path of LibreOffice, for headless conversions."""
    return _program("soffice", "libreoffice")


@pytest.fixture(scope="session")
def nginx() -> str:
    """The path of a reverse proxy."""
    return _program("nginx", "/usr/sbin/nginx")


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """The folder of the programs of a PostgreSQL with pgvector."""
    return programs() or _missing("PostgreSQL with pgvector")


@pytest.fixture(scope="session")
def postgres(postgres_programs: Path) -> Iterator[Server]:
    """A running PostgreSQL that tests share, each with libraries of its own names."""
    with running_server(postgres_programs) as server:
        yield server


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that all tests share."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the one test's own."""
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReaderServer]:
    """A server to read pairs, and neither answers, settings nor keys of a person."""
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(
        "compare.comparison.third_reader.user_settings", lambda: tmp_path / "settings.json"
    )
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with reader_server() as served:
        yield served
