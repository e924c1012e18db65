"""`compare sides` and `timeline` on the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from compare.export import columns
from compare.export.json_files import load_result
from compare.export.rows import pair_rows
from tests.comparison.test_sides import CLAIM, DENIAL, STATEMENTS, judge
from tests.fakes import HashingEncoder, runner

pytestmark = pytest.mark.usefixtures("cache")

COLUMNS = columns("pairs")

__all__ = ["STATEMENTS"]  # of the library of this module's tests


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], folder: Path):
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder(256))
    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: judge())
    monkeypatch.setenv("COMPARE_LIBRARY", str(folder))
    return runner(capfd)


SIDES = ("sides", CLAIM, "--a", "country=Valdoria", "--b", "COUNTRY = Ostravia")
TIMELINE = ("timeline", CLAIM, "--who", "country=Valdoria")


def test_pairs_are_read_and_shown_with_what_each_side_said(run):
    done = run(*SIDES, "--limit", 1)
    assert done.code == 0
    what = f"Valdoria and Ostravia on “{CLAIM}”: 9 passages and 17 pairs of them were read."
    assert what in done.err
    assert "Side a: 3 statements agree with the proposition, 2 oppose it" in done.out
    assert "Side b: 1 statement agrees with the proposition, 1 opposes it" in done.out
    assert "OPPOSE: 5 pairs" in done.out
    assert "AGREE: 2 pairs" in done.out
    assert "… and 4 more (--limit 5)" in done.out
    assert "no random sample" in done.err
    assert "“The canal of Meren" in done.out


def test_pairs_as_json(run):
    found = run(*SIDES, "--opposite", DENIAL, "--json").json
    assert found["subject"] == f"Valdoria and Ostravia on “{CLAIM}”"
    assert (found["placed"], found["read"]) == ([6, 3], 17)
    assert found["provenance"]["settings"]["opposite"] == DENIAL
    found = run(*SIDES, "--json").json
    assert {row["stance"] for row in found["pairs"]} == {"agree", "oppose"}
    years = [(row["side"], row["year"]) for row in found["by_year"]]
    assert years == [*(("a", year) for year in range(2010, 2016)),
                     *(("b", year) for year in range(2011, 2020))]  # fmt: skip


def test_the_file_holds_what_is_said_to_be_in_it(run, tmp_path):
    out = tmp_path / "pairs.jsonl"
    done = run(*SIDES, "--out", out)
    assert "2 pairs that agree, 5 that oppose." in done.out
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["stance"] for row in rows] == ["agree"] * 2 + ["oppose"] * 5
    assert tuple(rows[0]) == COLUMNS
    again = run(*SIDES, "--out", out)
    assert again.code == 2
    assert "pairs.jsonl" in again.err
    assert run(*SIDES, "--out", out, "--force").code == 0


def test_the_deciding_words_of_the_first_pairs_are_found(run, tmp_path):
    out = tmp_path / "pairs.json"
    done = run(*SIDES, "--why", "--limit", 4, "--out", out)
    assert done.out.count("deciding in A: ") == done.out.count("deciding in B: ") == 2 + 4
    opposed = [row for row in pair_rows(load_result(out)) if row["stance"] == "oppose"]
    found = ["not" in f"{row['a_words']} {row['b_words']}".split() for row in opposed]
    assert found == [True] * 4 + [False]


def test_a_side_may_have_a_period_of_its_own(run):
    two = (
        "sides",
        CLAIM,
        "--a",
        "country=Valdoria",
        "--a",
        "until=2012",
        "--b",
        "country=Valdoria",
    )
    found = run(*two, "--b", "since=2015", "--since", "2011", "--json").json
    subject = "Valdoria, from 2011, to 2012 and Valdoria, from 2015"
    assert found["subject"] == f"{subject} on “{CLAIM}”"
    assert {(row["a_id"], row["b_id"]) for row in found["pairs"]} == {("v2", "v3"), ("v2", "v5")}
    narrower = run(*two, "--b", "since=2015", "--until", "2011", "--json")
    assert "no statement matches" in narrower.err


def test_a_timeline_calls_it_changed(run):
    done = run(*TIMELINE)
    assert "MAY HAVE CHANGED: 4 pairs" in done.out
    assert done.out.startswith("3 statements agree with the proposition, 2 oppose it")
    assert "OPPOSE" not in done.out
    found = run(*TIMELINE, "--json").json
    assert {row["stance"] for row in found["pairs"]} == {"agree", "changed"}
    assert all(row["a_date"] < row["b_date"] for row in found["pairs"])


def test_counts_by_year_are_written_beside(run, tmp_path):
    out = tmp_path / "years.csv"
    found = run(*TIMELINE, "--by-year", out, "--json").json
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert [int(row["year"]) for row in rows] == [row["year"] for row in found["by_year"]]
    assert {row["side"] for row in rows} == {"a"}
    assert sum(int(row["oppose"]) for row in rows) == 2  # v4, which agrees, has no date
    assert sum(int(row["agree"]) for row in rows) == 2
    assert rows[0]["least_probability"] == "0.6"
    assert rows[0]["subject"] == found["subject"]
    assert rows[0]["library_digest"] == f"sha256:{found['provenance']['library_digest']}"
    assert run(*TIMELINE, "--by-year", out).code == 2


def test_one_file_for_two_outputs_is_refused_ahead_of_the_reading(run, tmp_path):
    out = tmp_path / "years.csv"
    (tmp_path / "link").symlink_to(tmp_path)
    for other in (out, tmp_path / "x" / ".." / "years.csv", tmp_path / "link" / "years.csv"):
        done = run(*TIMELINE, "--by-year", other, "--out", out)
        assert (done.code, done.out) == (2, "")
        assert "is named for two outputs" in done.err or "cannot be written" in done.err
        assert "were read" not in done.err
    done = run("positions", "Open.", "--out", out, "--passages", out, "--force")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "is named for two outputs of this command" in done.err
    assert not out.exists()


def test_thresholds_and_the_passages_of_a_side_are_options(run):
    done = run(*SIDES, "--each", 2, "--json").json
    assert (done["placed"], done["read"]) == ([2, 2], 4)
    strict = run(*SIDES, "--min-probability", 0.65, "--json").json
    assert {row["stance"] for row in strict["pairs"]} == {"oppose"}
    assert run(*SIDES, "--min-similarity", 1, "--json").json["pairs"] == []
    assert "[0.6]" in run("sides", "--help").out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("sides", CLAIM, "--a", "Valdoria", "--b", "country=Ostravia"), "is not FIELD=VALUE"),
        (("sides", CLAIM, "--a", "colour=red", "--b", "country=Ostravia"), "'colour=red' is not"),
        (("sides", CLAIM, "--a", "country= ", "--b", "country=Ostravia"), "is not FIELD=VALUE"),
        (("sides", CLAIM, "--a", "country=Valdoria"), "--b"),
        (("sides", *SIDES[2:]), "PROPOSITION"),
        ((*SIDES, "--a", "since=soon"), "'soon' is not a date"),
        ((*SIDES, "--a", "since=2011", "--a", "since=2012"), "is a second date"),
        ((*SIDES, "--since", "yesterday"), "yesterday"),
        ((*SIDES, "--each", "0"), "0"),
        ((*SIDES, "--each", "1001"), "1001"),
        ((*SIDES, "--opposite", CLAIM), "The opposite has the words of the proposition"),
        (("sides", " ", *SIDES[2:]), "The proposition"),
        ((*SIDES, "--topic", "canal"), "--topic"),
        ((*SIDES, "--since", "2030"), "no statement matches. "),
        (("timeline", CLAIM, "--who", "country=Nowhere"), "The statements chosen (Nowhere)"),
        (("matrix",), "matrix"),
        ((*TIMELINE, "--by-year", "m.json"), "m.json does not end in .csv: give it that"),
    ],
)
def test_bad_input_is_one_sentence(run, arguments, sentence):
    done = run(*arguments)
    assert done.code == 2
    assert sentence in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
