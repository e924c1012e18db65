"""The bill of materials is CycloneDX and names what is installed, with licences."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from release import sbom
from release.distributions import reached


@pytest.mark.parametrize("chosen", [[], ["postgres", "web"]])
def test_it_is_valid_and_always_the_same(chosen: list[str]) -> None:
    bill = sbom.materials(chosen)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None
    assert bill == sbom.materials(chosen)


def test_it_names_what_is_installed_and_what_needs_what() -> None:
    bill = sbom.materials()
    parts = {part["name"]: part for part in bill["components"]}
    assert set(parts) == {each.name for each in reached()}
    assert parts["click"]["version"] == version("click")
    assert parts["click"]["purl"] == f"pkg:pypi/click@{version('click')}"
    assert parts["click"]["licenses"] == [{"expression": "BSD-3-Clause"}]
    needs = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}
    assert parts["streamlit"]["purl"] in needs[bill["metadata"]["component"]["bom-ref"]]
    assert parts["altair"]["purl"] in needs[parts["streamlit"]["purl"]]
    refs = {part["bom-ref"] for part in parts.values()}
    assert all(set(needed) <= refs for needed in needs.values())
    assert "psycopg" not in parts


def test_it_is_written_where_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "sbom.json"
    monkeypatch.setattr(sys, "argv", ["sbom", "--out", str(out), "--extra", "postgres"])
    sbom.main()
    assert capsys.readouterr().out == f"Wrote {out}.\n"
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written == sbom.materials(["postgres"])
    assert "psycopg" in {part["name"] for part in written["components"]}
