"""Find the commands that a page shows, run them, and compare their output."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NUMBER = re.compile(r"\b\d\.\d\d+\b")
TOLERANCE = 0.03
"""Of a probability, between processors."""

_DURATION = re.compile(r"about \d+ (?:s|minutes)\b")


def fences(text: str, language: str) -> list[str]:
    """Return what stands between fences of a language, in a list, too."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def commands(text: str) -> list[tuple[str, str]]:
    """Return every "$ command" with the output printed below it, in order."""
    found = []
    for block in fences(text, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def surroundings(home: Path, cache: Path) -> dict[str, str]:
    """Return the environment of somebody who has just installed the program."""
    hidden = ("COMPARE_LIBRARY", "COMPARE_REVIEWS", "COMPARE_CORRECTIONS")
    given = {name: value for name, value in os.environ.items() if name not in hidden}
    return given | {
        "COMPARE_CACHE": str(cache),
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
    }


def prints_what_is_said(
    command: str, expected: str, folder: Path, environment: dict[str, str]
) -> None:
    """Run a command in a folder and compare all it prints, but for small differences."""
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
    same_print(expected, done.stdout)


def same_print(expected: str, found: str) -> None:
    """Compare two outputs: probabilities roughly, durations not at all."""
    said, printed = (_DURATION.sub("about #", text) for text in (expected, found))
    assert NUMBER.sub("#", printed) == NUMBER.sub("#", said)
    told, given = ([float(one) for one in NUMBER.findall(text)] for text in (said, printed))
    assert given == pytest.approx(told, abs=TOLERANCE)
