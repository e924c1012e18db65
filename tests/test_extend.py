"""The recipes for extending the program name files that exist, and their example runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.printed import ROOT, fences, surroundings

PAGE = (ROOT / "docs" / "extend.md").read_text(encoding="utf-8")
PATHS = set(re.findall(r"`((?:compare|docs|tests)/[\w./-]+|app\.py)`", PAGE))
PATHS -= {"compare/ui/pages/NAME.py"}


@pytest.mark.parametrize("path", sorted(PATHS))
def test_a_path_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("compare/export/formats.py", "ExportFormat"),
        ("compare/export/formats.py", "WRITERS"),
        ("compare/export/rows.py", "side_cells"),
        ("compare/export/rows.py", "_pair_row"),
        ("app.py", "_PAGES"),
        ("app.py", "_GROUPS"),
        ("tests/e2e/test_look.py", "PAGES"),
        ("compare/library/filters.py", "COLUMNS"),
        ("compare/library/filters.py", "FILTERS"),
        ("compare/ui/components/sides.py", "_show_years"),
        ("compare/ui/components/sides.py", "show_pairs"),
        ("compare/export/rows.py", "year_rows"),
        ("compare/ui/components/positions.py", "OF_ONE"),
        ("compare/ui/components/positions.py", "OF_SEVERAL"),
        ("compare/library/generations.py", "FORMAT"),
        ("compare/library/passage_store.py", "STORES"),
        ("compare/library/index/base.py", "INDEXES"),
        ("compare/library/backend.py", "BACKENDS"),
        ("compare/review/store.py", "store_of"),
        ("compare/corpus/importers/un.py", "FORMATS"),
        ("compare/corpus/importers/datasets.py", "FORMATS"),
        ("compare/models/loading.py", "STANCE_MODELS"),
        ("compare/statements/passages.py", "ABBREVIATIONS"),
        ("tests/corpus/importers/samples.py", "SAMPLES"),
    ],
)
def test_a_registry_is_where_its_recipe_says(path: str, name: str) -> None:
    assert f"`{path}`" in PAGE or path.endswith(("un.py", "datasets.py"))
    assert f"`{name}`" in PAGE
    text = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^(?:def |class )?{name}\b", text, re.MULTILINE)


def test_the_stance_model_of_the_example_runs(tmp_path: Path, model_cache: Path) -> None:
    (program,), (expected,) = fences(PAGE, "python"), fences(PAGE, "text")
    (tmp_path / "corpora").symlink_to(ROOT / "corpora")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=surroundings(tmp_path / "home", model_cache),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == expected.strip()
