"""Kept results, and `compare export`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from compare.export import columns
from compare.export.json_files import load_result
from tests.cli.conftest import BLOCKADE, Run

COLUMNS = columns("pairs")


def test_a_result_is_kept_and_exported(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    told = run("search", BLOCKADE, "--out", kept)
    assert told == (0, "", f"Wrote {kept}: 1 agree, 1 oppose, 0 neither.\n")
    assert load_result(kept).quote.text == BLOCKADE
    told = run("export", kept, "--to", "csv")
    assert told == (0, "", f"Wrote {tmp_path / 'kept.csv'}: 2 listed pairs.\n")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "kept.csv").read_text("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["b_id"] for row in rows] == ["agree-1", "oppose-1"]
    told = run("export", kept, "--to", "csv")
    assert (told.code, "already exists" in told.err) == (2, True)
    assert run("export", kept, "--to", "csv", "--force", "--stance", "oppose").code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "kept.csv").read_text("utf-8-sig"))))
    assert [row["b_id"] for row in rows] == ["oppose-1"]


def test_export_goes_to_standard_output_or_a_named_file(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    run("search", BLOCKADE, "--out", kept)
    lines = run("export", kept, "--to", "jsonl", "--out", "-").out.splitlines()
    assert [json.loads(line)["b_id"] for line in lines] == ["agree-1", "oppose-1"]
    page = tmp_path / "page.md"
    told = run("export", kept, "--out", page, "--min-probability", "0.75", "--json")
    assert told.json == {"path": str(page), "format": "markdown", "pairs": 2}
    assert "## Agree" not in page.read_text()


def test_search_writes_pairs_by_the_files_ending(run: Run, tmp_path: Path) -> None:
    direct, kept = tmp_path / "direct.csv", tmp_path / "kept.json"
    assert run("search", BLOCKADE, "--out", direct, "--json").json["outcome"] == "found"
    run("search", BLOCKADE, "--out", kept)
    run("export", kept, "--to", "csv")
    told = run("search", BLOCKADE, "--out", direct)
    assert (told.code, "overwrite it with --force" in told.err) == (2, True)

    def without_time(path: Path) -> list[dict[str, str]]:
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        return [{**row, "searched_on": ""} for row in rows]

    assert without_time(direct) == without_time(tmp_path / "kept.csv")
