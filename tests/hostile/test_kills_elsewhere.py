"""A job that is killed leaves the old state or the new one, in a database, and in every other file.

Each test takes a few of a job's changes, or a moment by chance; the commands in `kills_of_files`
and `kills_of_databases` take all of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres_server import Server

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes can be forked here")


def told(module: str, *arguments: object) -> list[dict[str, object]]:
    """Run the kills of a module, and return what it says of each job."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.hostile.{module}", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line for line in lines if line["wrong"] or not line["kills"]] == [], done.stderr
    return lines


def test_a_killed_writer_of_a_file_leaves_it_whole(tmp_path: Path) -> None:
    from tests.hostile.kills_of_files import JOBS

    lines = told("kills_of_files", tmp_path, "--most", 2, "--by-chance", 1, *JOBS)
    assert [line["job"] for line in lines] == [*JOBS]
    assert sum(int(str(line["of"])) for line in lines) > 200


@pytest.mark.parametrize(
    ("how", "jobs"),
    [("kill", ("build", "run_watch", "review_answers")), ("cut", ("delete", "review_new"))],
)
def test_a_writer_of_a_database_leaves_it_whole(
    postgres: Server, how: str, jobs: tuple[str, ...]
) -> None:
    address = postgres.address("kills_{}")
    lines = told("kills_of_databases", "--most", 1, "--how", how, "--address", address, *jobs)
    assert [line["job"] for line in lines] == [*jobs]
    assert all(int(str(line["of"])) > 10 for line in lines)
