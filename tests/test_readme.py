"""The README's commands print what it says, and its Python example runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.printed import ROOT, commands, fences, prints_what_is_said, surroundings

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = commands(README)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like a clone to the commands."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "corpora").symlink_to(ROOT / "corpora")
    return folder


@pytest.fixture(scope="module")
def environment(folder: Path, model_cache: Path) -> dict[str, str]:
    return surroundings(folder / "home", model_cache)


def test_there_are_commands_to_check() -> None:
    assert len(COMMANDS) >= 5
    assert len(fences(README, "python")) == 1


@pytest.mark.parametrize(("command", "expected"), COMMANDS, ids=[c for c, _ in COMMANDS])
def test_a_command_prints_what_the_readme_says(
    command: str, expected: str, folder: Path, environment: dict[str, str]
) -> None:
    prints_what_is_said(command, expected, folder, environment)


def test_the_python_example_runs(folder: Path, environment: dict[str, str]) -> None:
    (program,) = fences(README, "python")
    done = subprocess.run(
        [sys.executable, "-c", program + "\nassert result.agree and china.pairs and strict\n"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert "Antony Blinken" in done.stdout


def test_files_and_targets_that_the_readme_names_are_there() -> None:
    for name in re.findall(r"`((?:docs|corpora|compare|tests)/[\w./-]+)`", README):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"\]\((?!https?:)([\w./-]+)\)", README):
        assert (ROOT / name).exists(), name
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"(?:`|^)make ([a-z]+)", README, re.MULTILINE)
    assert {"app", "test"} <= set(targets)
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
