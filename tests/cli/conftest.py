"""A library of a few made-up statements, and the commands run on it with small models."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compare.facade import Library
from compare.library.locations import sample_corpus
from tests.fakes import HashingEncoder, Ran, WordJudge, runner, statement

BLOCKADE = "The blockade of Port Meren must end"
ESCAPES = "\x1b[31mred\x1b[0m \x9b2J \x07bell"
STATEMENTS = [
    statement(
        "own", f"{BLOCKADE}.", speaker="Ms. Ada Lorn", country="Valdoria=VLD", date="2021-05"
    ),
    statement(
        "agree-1",
        "We say that the blockade of Port Meren must end now.",
        speaker="Bren Tal",
        role="Envoy",
        venue="Pier of Meren",
        extra={"party": "Reeds"},
        country="Ostravia",
        date="2021-06-01",
        source="Bulletin",
        url="https://example.org/1",
        language="en",
    ),
    statement(
        "oppose-1",
        f"The blockade of Port Meren will not end {ESCAPES}",
        context="asked by Valdoria",
        speaker=f"Cor {ESCAPES}",
        country="Norland=NOR",
        date="2022",
    ),
    statement("other", "Trade in timber has doubled.", speaker="Bren Tal", country="Ostravia"),
]


Run = Callable[..., Ran]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], library: Path
) -> Iterator[Run]:
    """Run a command in this process, on small models, and see what it prints and exits with."""
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder(256))
    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: WordJudge())
    monkeypatch.setenv("COMPARE_LIBRARY", str(library))
    return runner(capfd)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "library"
    Library.build(STATEMENTS, folder, HashingEncoder(256)).close()
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.csv"
    path.write_text("id,text,speaker\na,We agree to the plan.,Bren Tal\nb,We refuse.,Cor Vael\n")
    return path


def command_line(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    """Start a command in a process of its own, which heeds Ctrl-C though the tests may not."""
    was = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "compare", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, **environment},
        )
    finally:
        signal.signal(signal.SIGINT, was)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample corpus, built into a library by the command."""
    folder = tmp_path_factory.mktemp("sample") / "library"
    process = command_line("build", "--corpus", sample_corpus(), "--library", folder)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    assert out == f"{folder}: 11 statements, 13 passages.\n"
    return folder
