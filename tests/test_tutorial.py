"""The tutorial notebook runs, and R, if it is installed, reads what is exported."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from compare.export import columns
from tests.fabricate import a_search

DOCS = Path(__file__).parents[1] / "docs"
TUTORIAL = DOCS / "tutorial.ipynb"
R_PAGE = (DOCS / "r.md").read_text(encoding="utf-8")

COLUMNS = columns("pairs")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> list[Any]:
    """The cells of the tutorial after a run in a kernel of its own."""
    home = tmp_path_factory.mktemp("home")
    book = nbformat.read(TUTORIAL, as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMPARE_CACHE", str(model_cache))
        patch.setenv("HOME", str(home))
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(name, str(home / name.lower()))
        patch.setenv("PYTHONPATH", str(DOCS.parent))
        client = NotebookClient(
            book,
            timeout=120,
            startup_timeout=120,
            kernel_name="python3",
            resources={"metadata": {"path": str(home)}},
        )
        client.execute()
    return [cell for cell in book.cells if cell.cell_type == "code"]


def shown(ran: list[Any], source: str, kind: str = "text/plain") -> str:
    """What the cell that holds `source` shows last."""
    [cell] = [cell for cell in ran if source in cell.source]
    data: dict[str, str] = cell.outputs[-1].data
    return data[kind]


def test_the_tutorial_runs_and_shows_what_it_says(ran: list[Any]) -> None:
    pairs = shown(ran, "library.compare(", "text/html")
    assert 'class="cp-nb' in pairs
    assert "malicious disinformation" in pairs
    assert shown(ran, "again.same") == "(True, 18, ())"
    assert "'report.html'" in shown(ran, "iterdir()")
    drawn = shown(ran, "alt.Chart", "image/svg+xml")
    assert "probability that they agree" in drawn
    assert "http" not in drawn.replace("http://www.w3.org/", "")


def test_the_tutorial_is_kept_without_outputs() -> None:
    """So that it tells nothing that a run does not."""
    book = nbformat.read(TUTORIAL, as_version=4)
    nbformat.validate(book)
    for cell in book.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
    assert "/home/" not in TUTORIAL.read_text(encoding="utf-8")


def test_the_block_for_r_names_columns_that_are_there() -> None:
    [block, _] = re.findall(r"^```r\n(.*?)^```", R_PAGE, re.MULTILINE | re.DOTALL)
    typed = re.findall(r"^    (\w+) = col_", block, re.MULTILINE)
    assert {"stance", "rank", "p_agree"} <= set(typed) <= set(COLUMNS)


def test_r_reads_the_pairs(tmp_path: Path) -> None:
    script = shutil.which("Rscript")
    if script is None:
        pytest.skip("R is not installed")
    a_search().export(tmp_path / "pairs.csv")
    [block, _] = re.findall(r"^```r\n(.*?)^```", R_PAGE, re.MULTILINE | re.DOTALL)
    check = 'stopifnot(nrow(pairs) == 3, is.factor(pairs$stance), pairs$b_date[1] == "2019-04-02")'
    done = subprocess.run(
        [script, "-e", f"{block}\n{check}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "there is no package called ‘readr’" in done.stderr:
        pytest.skip("readr is not installed")
    assert done.returncode == 0, done.stderr
