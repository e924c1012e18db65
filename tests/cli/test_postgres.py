"""Commands, the app and the server on a library in PostgreSQL."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from compare.facade import Library
from compare.serve.api import create_app
from compare.serve.settings import Settings
from tests.cli.conftest import BLOCKADE, STATEMENTS, Run
from tests.fakes import HashingEncoder
from tests.postgres_server import Server

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def address(postgres: Server, request: pytest.FixtureRequest) -> str:
    """The address of an empty library."""
    return postgres.address(f"c{zlib.crc32(request.node.name.encode())}")


@pytest.fixture
def filled(address: str) -> str:
    """The address of a library of the made-up statements."""
    Library.build(STATEMENTS, address, HashingEncoder(256)).close()
    return address


def test_a_library_is_built_searched_shown_and_changed_at_its_address(
    run: Run, address: str, corpus: Path, tmp_path: Path
) -> None:
    built = run("build", "--corpus", corpus, "--library", address)
    assert (built.code, built.out) == (0, f"{address}: 2 statements, 2 passages.\n")
    more = tmp_path / "more.csv"
    more.write_text("id,text\nc,The port is open.\n", encoding="utf-8")
    lost = run("build", "--corpus", more, "--library", address)
    assert lost.code == 2
    assert f"The library in {address} holds 2 statements that the corpus does not" in lost.err
    assert run("build", "--corpus", more, "--library", address, "--add").code == 0
    data = json.loads(run("info", "--library", address, "--verify", "--json").out)
    assert (data["library"], data["statements"], data["nearest_by"]) == (address, 3, "exact")
    assert "We agree to the plan." in run("show", "a", "--library", address).out
    deleted = run("delete", "a", "--library", address)
    assert deleted.out == f"{address}: 1 deleted, 2 statements left.\n"
    assert run("show", "a", "--library", address).code == 2


def test_a_quote_is_searched_as_in_a_folder(run: Run, filled: str, library: Path) -> None:
    found = [
        json.loads(run("search", BLOCKADE, "--library", place, "--json").out)
        for place in (filled, library)
    ]
    assert found[0]["results"] == found[1]["results"]
    assert [one["statement"]["id"] for one in found[0]["results"]] == ["agree-1", "oppose-1"]


def test_a_review_is_read_and_answered(run: Run, filled: str, tmp_path: Path) -> None:
    kept = tmp_path / "result.json"
    assert run("search", BLOCKADE, "--library", filled, "--out", kept).code == 0
    there = ("--library", filled)
    made = run("review", "create", "port", "--result", kept, "--reader", "Ada", *there)
    assert made.code == 0, made.err
    assert f"Kept in {filled}." in made.err
    review = Library.open(filled).review("port")
    answer = ("--pair", review.pair(1).id, "--label", "agree")
    assert run("review", "answer", "port", "--reader", "Ada", *answer, *there).code == 0
    assert review.progress("Ada").answered == 1
    listed = json.loads(run("review", "list", "--json", *there).out)
    assert [one["name"] for one in listed["reviews"]] == ["port"]


def test_the_variable_may_hold_an_address(
    run: Run, filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPARE_LIBRARY", filled)
    assert "Trade in timber" in run("show", "other").out
    monkeypatch.setenv("COMPARE_LIBRARY", filled.replace("/postgres?", "/nowhere?"))
    lost = run("show", "other")
    assert lost.code == 2
    assert "cannot be reached" in lost.err
    assert len(lost.err.splitlines()) == 1


def test_the_server_reads_what_others_write(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.library.library.encoder_of", lambda *_: HashingEncoder(256))
    app = create_app({"un": filled}, Settings())
    api = TestClient(app, base_url="http://localhost")
    assert api.get("/statements/other").json()["text"] == STATEMENTS[3].text
    Library.open(filled, HashingEncoder(256)).delete(["other"])
    assert api.get("/statements/other").status_code == 404
    assert api.get("/libraries").json()[0]["statements"] == 3
