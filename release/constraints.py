"""Pin the requirements of the program, of all its extras and of its installation, with hashes.

    python -m release.constraints

Versions that are pinned and still fit stay as they are; `--upgrade` takes the newest. The pins hold
for every system and every version of Python that the program runs on.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONSTRAINTS, INSTALLER, TORCH = "constraints.txt", "installer.txt", "torch-cpu.txt"
OLDEST_PYTHON = "3.11"
OPTIONS = (
    "--universal", "--generate-hashes", "--no-annotate", "--python-version", OLDEST_PYTHON,
    "--fork-strategy", "fewest", "--custom-compile-command", "make constraints",
    "--no-python-downloads",
)  # fmt: skip

NEEDED_TO_INSTALL = ("pip", "setuptools")
"""pip takes hashes from constraints only in newer versions than Python brings."""


def compiled(target: Path, *options: str, given: Sequence[str] = ()) -> None:
    """Write a file of pinned requirements; what it pins already is kept if it fits."""
    with tempfile.TemporaryDirectory() as scratch:
        new = Path(scratch) / target.name
        if target.exists():
            shutil.copyfile(target, new)
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *OPTIONS, *options]
        lines = "\n".join(given)
        subprocess.run([*command, "-o", new], input=lines, text=True, check=True, cwd=ROOT)
        shutil.move(new, target)


def torch_version(name: str) -> str:
    """Return the version of torch that a file pins, without the name of its build."""
    found = re.search(r"^torch==([\d.]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else ""


def main() -> None:
    """Write constraints.txt and installer.txt anew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []
    compiled(ROOT / CONSTRAINTS, *upgrade, "--all-extras", "pyproject.toml")
    pinned = ("--constraint", CONSTRAINTS, "-")
    compiled(ROOT / INSTALLER, *upgrade, *pinned, given=NEEDED_TO_INSTALL)
    if torch_version(CONSTRAINTS) != torch_version(TORCH):
        raise SystemExit(
            f"{CONSTRAINTS} pins torch {torch_version(CONSTRAINTS)}, {TORCH} another version: "
            "write its version and hashes there by hand."
        )


if __name__ == "__main__":
    main()
