"""The README's commands are run and their outputs compared; its Python runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"\b\d\.\d\d+\b")
TOLERANCE = 0.03
"""Of a probability, between processors."""


def fences(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """Every "$ command" with the output printed below it, in order."""
    found = []
    for block in fences("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like a clone to the commands."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "corpora").symlink_to(ROOT / "corpora")
    return folder


@pytest.fixture(scope="module")
def environment(folder: Path, model_cache: Path) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if name != "COMPARE_LIBRARY"}
    home = folder / "home"
    return given | {
        "COMPARE_CACHE": str(model_cache),
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
    }


def test_there_are_commands_to_check() -> None:
    assert len(commands()) >= 5
    assert len(fences("python")) == 1


@pytest.mark.parametrize(("command", "expected"), commands(), ids=[c for c, _ in commands()])
def test_a_command_prints_what_the_readme_says(
    command: str, expected: str, folder: Path, environment: dict[str, str]
) -> None:
    program, *arguments = shlex.split(command)
    assert program == "python"
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    assert NUMBER.sub("#", done.stdout) == NUMBER.sub("#", expected)
    told, found = (
        [float(number) for number in NUMBER.findall(text)] for text in (expected, done.stdout)
    )
    assert found == pytest.approx(told, abs=TOLERANCE)


def test_the_python_example_runs(folder: Path, environment: dict[str, str]) -> None:
    (program,) = fences("python")
    done = subprocess.run(
        [sys.executable, "-c", program + "\nassert result.agree and china.scored and strict\n"],
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
