"""`compare watch`: what is added, run, shown and written."""

from __future__ import annotations

import csv
from pathlib import Path

import feedparser
import pytest

from compare.export import columns
from compare.facade import Library
from compare.strict_model import model
from tests.cli.conftest import BLOCKADE, STATEMENTS, Run
from tests.fakes import HashingEncoder, statement

NEW = statement(
    "new-1", "The blockade of Port Meren must end \x1b[2J at once.", speaker="Dena Orr",
    country="Norland", date="2023", source="Bulletin", url="https://example.org/new",
)  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of its own, which commands use."""
    Library.build(STATEMENTS, tmp_path / "own", HashingEncoder(256)).close()
    monkeypatch.setenv("COMPARE_LIBRARY", str(tmp_path / "own"))
    return tmp_path / "own"


def update(place: Path, *statements: object, remove: tuple[str, ...] = ()) -> None:
    Library.open(place, HashingEncoder(256)).update(statements, remove).close()


@pytest.fixture
def run(run: Run, place: Path) -> Run:
    return run


def test_a_quote_is_watched_and_what_is_new_is_printed_once(run: Run, place: Path) -> None:
    added = run("watch", "add", "port", BLOCKADE, "--who", "Valdoria, 2021")
    assert added.code == 0
    counts = "2 agree and 1 oppose now, which will not be reported as new."
    assert added.out == f"port is watched: {counts}\n"
    update(place, NEW, statement("no", "Timber is dear."))
    first = run("watch", "run")
    assert (first.code, first.err) == (0, "")
    assert first.out.splitlines() == [
        "port: 1 new.",
        "  Agrees, 70 %: “The blockade of Port Meren must end ␛[2J at once.”",
        "    Dena Orr, Norland, 2023, Bulletin, [new-1]",
        "    https://example.org/new",
    ]
    again = run("watch", "run")
    assert again.out == "port: nothing new; the library has not changed.\n"
    shown = run("watch", "show", "port").out
    assert "Searched in: all statements." in shown
    assert "port: 1 in all." in shown
    assert "Dena Orr" in shown


def test_json_has_the_documented_fields(run: Run, place: Path, tmp_path: Path) -> None:
    added = run("watch", "add", "port", BLOCKADE, "--not-country", "Ostravia", "--json").json
    model("watch").model_validate(added)
    assert added["filters"] == {"not_countries": ["Ostravia"]}
    update(place, NEW)
    (listed,) = run("watch", "list", "--json").json
    assert (listed["library_changed"], listed["last_run"]) == (True, None)
    found = run("watch", "run", "--json", "--out", tmp_path / "new.csv")
    assert found.err == f"Wrote {tmp_path / 'new.csv'}: 1 entry.\n"
    (entry,) = found.json["entries"]
    model("watch entries").model_validate(entry)
    assert (entry["id"], found.json["read"]) == ("new-1", 1)
    model("watch").model_validate(found.json["watches"][0])
    with (tmp_path / "new.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (tuple(rows[0]), rows[0]["id"]) == (columns("watch entries"), "new-1")
    shown = run("watch", "show", "port", "--json").json
    assert shown["entries"] == [entry]
    assert shown["watch"]["total"] == 1


def test_a_statement_or_a_result_is_watched(run: Run, place: Path, tmp_path: Path) -> None:
    assert run("watch", "add", "one", "--id", "own").code == 0
    result = tmp_path / "r.json"
    assert run("search", BLOCKADE, "--min-probability", "0.5", "--out", result).code == 0
    assert run("watch", "add", "two", "--result", tmp_path / "r.json").code == 0
    one, two = run("watch", "list", "--json").json
    assert (one["quote"]["statement_id"], two["thresholds"]["probability"]) == ("own", 0.5)
    listed = run("watch", "list").out
    assert "none since 2" in listed
    refused = run("watch", "add", "x", "--result", tmp_path / "r.json", "--not-own-country")
    assert (refused.code, "leave out --not-own-country." in refused.err) == (2, True)
    update(place, NEW)
    refused = run("watch", "add", "x", "--result", tmp_path / "r.json")
    assert (refused.code, "search again" in refused.err) == (2, True)


def test_deleting_the_quotes_own_statement_is_remarked(run: Run) -> None:
    run("watch", "add", "one", "--id", "own")
    deleted = run("delete", "own")
    assert "Note: The watch 'one' searches for the words of a statement" in deleted.err


def test_feeds_are_written(run: Run, place: Path, tmp_path: Path) -> None:
    run("watch", "add", "port", BLOCKADE)
    run("watch", "add", "ships", "Ships must sail.")
    update(place, NEW)
    run("watch", "run")
    out = tmp_path / "port.atom"
    written = run("watch", "feed", "port", "--out", out, "--self-link", "https://x.example/p")
    assert (written.code, written.err) == (0, f"Wrote {out}: 1 entry.\n")
    parsed = feedparser.parse(out.read_bytes())
    assert (parsed.bozo, len(parsed.entries)) == (False, 1)
    assert run("watch", "feed", "port", "--out", out).code == 2
    twice = run("watch", "feed", "port", " PORT ", "port", "--out", out, "--force")
    assert twice.err == f"Wrote {out}: 1 entry.\n"
    assert run("watch", "feed", "--all", "--out", tmp_path / "all.xml").code == 0
    assert run("watch", "feed", "--all", "--out", tmp_path / "all.csv").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "x"), "Give one of a quote"),
        (("add", "x", "a", "--id", "own"), "Give one of a quote"),
        (("add", "x", "..."), "The quote has no words"),
        (("add", "\u202e", "Ships must sail."), "visible characters"),
        (("show", "x"), "no watch 'x'"),
        (("remove", "x"), "no watch 'x'"),
        (("feed", "--out", "f"), "Name a watch"),
        (("feed", "x", "--all", "--out", "f"), "Name a watch"),
        (
            ("feed", "x", "--out", "f"),
            "f does not end in .atom, .xml or .csv: give it one of these endings.",
        ),
        (("feed", "x", "--out", "f.atom"), "no watch 'x'"),
        (("run", "--out", "f.json"), "does not end in .csv"),
        (("list", "--library", "nowhere"), "no library"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    run: Run, arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = run("watch", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert "Traceback" not in refused.err


def test_without_a_watch_the_command_says_how_to_add_one(run: Run) -> None:
    for name in ("list", "run"):
        said = run("watch", name)
        assert (said.code, said.out) == (0, "")
        assert "compare watch add" in said.err


def test_a_read_only_library_is_not_offered_a_watch(run: Run, place: Path) -> None:
    (place / "READ_ONLY").touch()
    for name in ("list", "run"):
        said = run("watch", name)
        assert (said.code, "read-only" in said.err, "watch add" in said.err) == (0, True, False)


def test_a_watch_is_removed(run: Run) -> None:
    run("watch", "add", "port", BLOCKADE)
    assert "port: no entries yet." in run("watch", "show", "port").out
    assert run("watch", "remove", "PORT").out == "port is no longer watched.\n"
    assert run("watch", "list", "--json").json == []
