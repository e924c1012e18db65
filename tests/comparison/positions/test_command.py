from __future__ import annotations

import csv

import pytest
from jsonschema import Draft202012Validator

from compare.export.dictionary import schema_of
from compare.export.formats import read_pairs_csv
from tests.comparison.positions.conftest import ASKED
from tests.fakes import HashingEncoder, WordJudge, runner

pytestmark = pytest.mark.usefixtures("cache")

FEES = "All ships of the canal of Meren shall pay"


def errors(name, data):
    """What in the data is not as the dictionary says."""
    found = Draft202012Validator(schema_of(name)).iter_errors(data)
    return [f"{error.json_path}: {error.message}" for error in found]


@pytest.fixture
def run(monkeypatch, capfd, folder):
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder(256))
    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: WordJudge())
    monkeypatch.setenv("COMPARE_LIBRARY", str(folder))
    monkeypatch.setenv("COLUMNS", "200")
    return runner(capfd)


def test_places_are_shown_with_what_they_stand_on(run):
    done = run("positions", ASKED, "--limit", 2, "--period", 10)
    assert done.code == 0
    lines = done.out.splitlines()
    [ostravia] = [line for line in lines if line.startswith("Ostravia  o·")]
    assert "-1.00" in ostravia
    assert "too few" in ostravia
    assert "… and 1 more (--limit 3)" in done.out
    assert f"{ASKED.replace('must', 'shall not')}." in done.out
    assert "SILENT: MRN (2)" in done.out
    assert "ON TOPIC, BUT TAKING NO SIDE: Karsenia (1)" in done.out
    assert "2010 to 2019" in done.out
    assert "no random sample" in done.err
    assert "What is in French (1 statement) is not judged" in done.err


def test_json_holds_every_party_and_where_it_comes_from(run):
    found = run("positions", ASKED, "--json", "--period", 5, "--each", 2).json
    [one] = found["propositions"]
    assert one["proposition"] == ASKED
    standing = {row["party"]: row["standing"] for row in one["actors"]}
    assert standing["MRN"] == "silent"
    assert next(row for row in one["actors"] if row["party"] == "MRN")["place"] is None
    assert one["by_period"][0]["start"] == 2010
    assert one["provenance"]["settings"]["most_each"] == 2
    assert "no random sample" in one["notes"][-1]
    assert found["agreement"] is None
    assert errors("shown positions", found) == []


def test_several_propositions_make_a_table_and_a_matrix(run, tmp_path):
    out, who = tmp_path / "table.csv", tmp_path / "who.csv"
    done = run("positions", ASKED, FEES, "--out", out, "--agreement", who)
    assert done.code == 0
    assert "WHO AGREES WITH WHOM" in done.out
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {ASKED, FEES, f"{FEES} (n)"} <= set(rows[0])
    with who.open(encoding="utf-8-sig", newline="") as file:
        assert {"a", "b", "agreement", "propositions"} <= set(next(csv.DictReader(file)))
    again = run("positions", ASKED, FEES, "--out", out)
    assert (again.code, again.out) == (2, "")
    assert "overwrite it with --force" in again.err
    assert run("positions", ASKED, "--out", out, "--force").code == 0
    assert out.read_text("utf-8-sig").startswith('"proposition","opposite","by","party"')
    found = run("positions", ASKED, FEES, "--json").json
    assert found["agreement"]["cells"][0]["low"] is None
    assert errors("shown positions", found) == []


def test_all_that_was_read_can_be_taken_to_a_review(run, tmp_path):
    passages = tmp_path / "passages.csv"
    assert run("positions", ASKED, "--passages", passages).code == 0
    rows = read_pairs_csv(passages)
    assert {row["a_text"] for row in rows} == {ASKED}
    assert {row["stance"] for row in rows} == {"agree", "oppose", "neither"}
    kept = tmp_path / "passages.json"
    assert run("positions", ASKED, "--passages", kept, "--min-probability", 0.5).code == 0
    again = run("reproduce", kept)
    assert again.code == 0, again.err
    review = ("review", "create", "canal", "--result", kept, "--size", 3, "--reader", "Ada")
    assert run(*review).code == 0
    done = run("positions", ASKED, FEES, "--passages", passages, "--force")
    assert (done.code, done.out) == (2, "")


def test_an_opposite_is_given_for_each_proposition(run, tmp_path):
    shut, free = ASKED.replace("must", "shall not"), "No ship shall pay"
    done = run("positions", ASKED, "--opposite", shut)
    assert done.code == 0
    assert f"Opposite: “{shut}”" in done.out
    both = run("positions", ASKED, FEES, "--opposite", shut, "--opposite", free, "--json").json
    assert [one["opposite"] for one in both["propositions"]] == [shut, free]
    assert errors("shown positions", both) == []
    kept = tmp_path / "passages.json"
    assert run("positions", ASKED, "--opposite", shut, "--passages", kept).code == 0
    again = run("reproduce", kept)
    assert again.code == 0, again.err


def test_who_agrees_with_whom_on_one_proposition(run, tmp_path):
    done = run("positions", ASKED, "--agreement", tmp_path / "who.csv", "--json")
    assert errors("shown positions", done.json) == []
    with (tmp_path / "who.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    placed = [row for row in done.json["propositions"][0]["actors"] if row["standing"] == "placed"]
    assert len(rows) == len(placed) * (len(placed) - 1) // 2 > 0
    assert {row["propositions"] for row in rows} == {"1"}


def test_speakers_and_filters(run):
    chosen = ("--among", "country=Valdoria", "--since", "2012", "--until", "2015")
    found = run("positions", ASKED, "--by", "speaker", *chosen, "--json").json
    [row] = found["propositions"][0]["actors"]
    assert (row["party"], row["passages"], row["statements"]) == ("Envoy of Valdoria", 2, 2)
    assert (row["speeches"], row["place"]) == (2, 0)
    found = run("positions", ASKED, *chosen, "--words", "nonsense")
    assert "No country can be placed" in found.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "PROPOSITION"),
        ((" ",), "is empty"),
        ((ASKED, "--by", "mood"), "mood"),
        ((ASKED, "--among", "Valdoria"), "is not FIELD=VALUE"),
        ((ASKED, "--among", "country=Nowhere"), "No country can be placed"),
        ((ASKED, "--out", "places.xlsx"), "does not end in .csv"),
        ((ASKED, "--passages", "places.doc"), "places.doc does not end in .csv, .xlsx, "),
        ((ASKED, "--period", "0"), "0"),
        ((ASKED, FEES, "--opposite", "No"), "once for each proposition"),
    ],
)
def test_bad_input_is_one_sentence(run, arguments, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("positions", *arguments)
    assert done.code == 2
    assert sentence in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert list(tmp_path.glob("*.csv")) == []
