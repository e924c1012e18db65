from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from compare.comparison import Comparison, compare_sides
from compare.errors import QueryError
from compare.export import columns
from compare.export.json_files import load_result
from compare.export.rows import pair_rows
from compare.library import Filters
from compare.library.library import Library
from compare.models.stance import CascadeStance
from compare.results import Probabilities, Stance, Thresholds
from compare.statements import PartialDate
from tests.fakes import HashingEncoder, WordJudge, runner, statement

pytestmark = pytest.mark.usefixtures("cache")

OPEN = "The canal of Meren must be open to all ships"
SHUT = "The canal of Meren shall not be open to all ships"
VAL, OST, MAR = (Filters(countries=(name,)) for name in ("Valdoria", "Ostravia", "Marenia"))

COLUMNS = columns("pairs")


def said(id, words, country="", date="", **more):
    return statement(id, words, country=country, date=date, speaker=f"Envoy of {country}", **more)


STATEMENTS = [
    said("v1", f"{OPEN} at once.", "Valdoria", "2010-05-01"),
    said("v2", f"Our fishermen had a good year. {OPEN} of the world.", "Valdoria", "2012"),
    said("v3", f"{SHUT} today.", "Valdoria", "2015-03"),
    said("v4", f"{OPEN}, we say.", "Valdoria"),
    said("v5", f"{SHUT} this month.", "Valdoria", "2015-03-20"),
    said("o1", f"{SHUT}.", "Ostravia", "2011-01-01"),
    said("o2", f"{OPEN} at once.", "Ostravia", "2019-01-01"),
    said("o3", "Trade in timber has doubled since spring.", "Ostravia", "2013-01-01"),
    said("m1", f"{OPEN}, too, and soon.", "Marenia", "2014-01-01", language="fr"),
]


def judge():
    return WordJudge(either=True)


def ids(pairs):
    return {pair.ids for pair in pairs}


# -- Two sides -----------------------------------------------------------------------------------


def test_each_pair_on_the_same_point_is_read_once_with_a_on_side_a(library):
    model = judge()
    table = compare_sides(library, VAL, OST, stance_model=model)
    expected = {(f"v{v}", f"o{o}") for v in range(1, 6) for o in (1, 2)} - {("v1", "o2")}
    assert ids(table.pairs) == expected
    assert len(table.pairs) == len(model.read) == table.candidates == len(expected)
    assert table.subject == "Valdoria and Ostravia"
    for pair in table.pairs:
        denied = "not" in f"{pair.a.text} {pair.b.text}"
        assert table.stance_of(pair) is (Stance.OPPOSE if denied else Stance.AGREE)
        assert pair.a.statement.text[pair.a.passage.start : pair.a.passage.end] == pair.a.text
        assert not pair.first_stage_only


def test_the_same_words_on_both_sides_are_nothing_to_read(library):
    table = compare_sides(library, VAL, OST, stance_model=judge())
    assert ("v1", "o2") not in ids(table.pairs)
    assert table.notes[-1].startswith("Pairs with the same words on both sides were left out: 1.")


def test_the_sides_can_be_exchanged_and_nothing_is_read_again(library):
    one, other = judge(), judge()
    table = compare_sides(library, VAL, OST, stance_model=one)
    turned = compare_sides(library, OST, VAL, stance_model=other)
    assert {(b, a) for a, b in ids(turned.pairs)} == ids(table.pairs)
    assert other.read == []
    found = {pair.ids: pair.probabilities for pair in table.pairs}
    assert {pair.ids[::-1]: pair.probabilities for pair in turned.pairs} == found


def test_everyone_among_themselves_is_each_two_statements_once(library):
    table = compare_sides(library, Filters(), Filters(), topic="canal", stance_model=judge())
    assert table.subject == "All statements among themselves on canal"
    pairs = [frozenset(pair) for pair in ids(table.pairs)]
    assert len(pairs) == len(set(pairs)) == len(table.pairs)
    assert all(len(pair) == 2 for pair in pairs)


def test_only_passages_on_the_topic_are_compared(library):
    comparison = Comparison(library, VAL, OST, topic=" canal  open ", stance_model=judge())
    said_by_v = {passage.text for passage in library.passages(comparison.a.tolist())}
    assert f"{OPEN} of the world." in said_by_v
    assert "Our fishermen had a good year." not in said_by_v
    texts = {passage.text for passage in library.passages(comparison.b.tolist())}
    assert not any("timber" in text for text in texts)
    assert comparison.subject == "Valdoria and Ostravia on canal open"


def test_half_of_the_words_of_a_topic_are_enough_but_two_of_two(library):
    def on(topic):
        return set(Comparison(library, VAL, OST, topic=topic, stance_model=judge()).a.tolist())

    assert on("canal open zebra") == on("the canal zebra open xylophone") == on("open canal")
    assert on("canal open zebra") <= on("canal")
    for too_few in ("canal zebra", "canal zebra xylophone"):
        with pytest.raises(QueryError, match="nothing is said on"):
            on(too_few)


def test_a_period_holds_for_the_side_it_is_of(library):
    since = Filters(countries=("Valdoria",), date_from=PartialDate("2014"))
    table = compare_sides(library, since, OST, stance_model=judge())
    assert {a for a, _ in ids(table.pairs)} == {"v3", "v5"}
    assert table.subject == "Valdoria, from 2014 and Ostravia"
    assert table.provenance.filters["a"]["date_from"] == "2014"


def test_what_is_not_english_is_left_out_and_said(folder, tmp_path):
    with pytest.raises(QueryError, match=r"Side b \(Marenia\) cannot be compared: no s"):
        compare_sides(Library.open(folder, HashingEncoder(256)), VAL, MAR, stance_model=judge())
    english = [said("m2", f"{OPEN} now.", "Marenia", "2014", language="en")]
    library = Library.build([*STATEMENTS, *english], tmp_path / "more", HashingEncoder(256))
    table = compare_sides(library, VAL, MAR, stance_model=judge())
    assert {b for _, b in ids(table.pairs)} == {"m2"}
    assert [note for note in table.notes if "not English" in note]
    assert table.subject == "Valdoria and Marenia"
    chosen = Filters(countries=("Marenia",), languages=("fr",))
    table = compare_sides(library, chosen, VAL, stance_model=judge())
    assert {a for a, _ in ids(table.pairs)} == {"m1"}
    assert [note for note in table.notes if "not English" in note]


@pytest.mark.parametrize(
    ("a", "topic", "sentence"),
    [
        (
            Filters(countries=("Nowhere",)),
            "",
            r"Side a \(Nowhere\) .* no statement matches",
        ),
        (
            VAL,
            "zebra",
            r"Side a \(Valdoria\) .* nothing is said on 'zebra'. Use fewer or other words",
        ),
    ],
)
def test_a_side_that_holds_nothing_is_one_sentence(library, a, topic, sentence):
    with pytest.raises(QueryError, match=sentence):
        compare_sides(library, a, OST, topic=topic, stance_model=judge())


def test_two_sides_on_different_points_are_an_empty_table(library):
    timber = Filters(statement_ids=("o3",))
    comparison = Comparison(library, VAL, timber, stance_model=judge())
    assert comparison.plan().to_read == 0
    table = comparison.run()
    assert (table.pairs, table.agree, table.oppose) == ((), (), ())
    assert Comparison(library, VAL, timber, stance_model=cascade()).run().pairs == ()


# -- What is read, and what is known -------------------------------------------------------------


def test_only_the_nearest_are_read_where_there_are_too_many(library):
    whole = compare_sides(library, VAL, OST, stance_model=judge())
    part = compare_sides(library, VAL, OST, stance_model=judge(), most_read=3)
    nearest = sorted(whole.pairs, key=lambda pair: -pair.similarity)[:3]
    assert {pair.similarity for pair in part.pairs} == {pair.similarity for pair in nearest}
    assert part.candidates == whole.candidates == 9
    assert "9 pairs are on the same point; the 3 most similar were read." in part.notes[-1]


class StoppedError(RuntimeError):
    """What ends a run in a test."""


class Tiring(WordJudge):
    """Stops after some calls."""

    def __init__(self, calls):
        super().__init__(either=True)
        self.calls = calls

    def score(self, pairs, on_progress=None):
        if not self.calls:
            raise StoppedError
        self.calls -= 1
        return super().score(pairs, on_progress)


def test_a_run_that_was_stopped_goes_on_without_reading_again(library, monkeypatch):
    monkeypatch.setattr("compare.models.StanceModel.at_once", 2)
    tired, fresh = Tiring(3), judge()
    with pytest.raises(StoppedError):
        compare_sides(library, VAL, OST, stance_model=tired)
    told = []
    table = compare_sides(
        library, VAL, OST, stance_model=fresh, on_progress=lambda *done: told.append(done)
    )
    assert (len(tired.read), len(fresh.read)) == (6, 3)
    assert not set(tired.read) & set(fresh.read)
    assert told == [(8, 9), (9, 9)]
    assert {pair.probabilities for pair in table.pairs} == {
        pair.probabilities
        for pair in compare_sides(library, VAL, OST, stance_model=judge(), most_read=999).pairs
    }


def test_scores_are_kept_for_one_library_and_one_model(library, tmp_path):
    compare_sides(library, VAL, OST, stance_model=judge())
    other = judge()
    other.digest = "6" * 64
    compare_sides(library, VAL, OST, stance_model=other)
    assert len(other.read) == 9
    changed = Library.build(STATEMENTS[:-2], tmp_path / "other", HashingEncoder(256))
    again = judge()
    compare_sides(changed, VAL, OST, stance_model=again)
    assert len(again.read) == 9


def test_a_plan_says_what_is_to_be_read_and_what_is_known(library):
    model = judge()
    comparison = Comparison(library, VAL, OST, stance_model=model)
    plan = comparison.plan()
    assert (plan.a, plan.b, plan.same_point, plan.to_read, plan.known) == (6, 3, 9, 9, 0)
    assert plan.seconds >= 0
    comparison.run()
    assert len(model.read) == 9
    plan = comparison.plan()
    assert (plan.known, plan.seconds) == (9, 0)
    assert len(model.read) == 9


class Sure(WordJudge):
    """Is surer of agreement than the other, whatever it reads."""

    def score(self, pairs, on_progress=None):
        super().score(pairs, on_progress)
        return np.tile(np.array([[0.9, 0.05, 0.05]], np.float32), (len(pairs), 1))


def test_what_the_accurate_model_reads_again_has_its_verdict(library, monkeypatch):
    monkeypatch.setattr("compare.comparison.sides.MOST_READ_AGAIN", 1)
    fast = judge()
    fast.name, fast.digest = "fast", "6" * 64
    table = compare_sides(library, VAL, OST, stance_model=CascadeStance(fast, Sure(either=True)))
    again = [pair for pair in table.pairs if not pair.first_stage_only]
    assert 1 <= len(again) <= 2
    assert all(pair.probabilities.agree == pytest.approx(0.9) for pair in again)
    assert all(pair.probabilities.agree < 0.8 for pair in table.pairs if pair.first_stage_only)


def cascade():
    fast, accurate = judge(), WordJudge(either=True, other=(0.3, 0.3, 0.4))
    fast.name, fast.digest = "fast", "6" * 64
    return CascadeStance(fast, accurate)


def test_a_cascade_reads_the_top_of_either_list_again(library, monkeypatch):
    monkeypatch.setattr("compare.comparison.sides.MOST_READ_AGAIN", 2)
    model, told = cascade(), []
    table = compare_sides(
        library, VAL, OST, stance_model=model, on_progress=lambda *done: told.append(done)
    )
    again = [pair for pair in table.pairs if not pair.first_stage_only]
    assert [len(stage.read) for stage in model.stages] == [9, 4]
    assert len(again) == 4
    assert {table.stance_of(pair) for pair in again} == {Stance.AGREE, Stance.OPPOSE}
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    sources = {table.provenance.label_source_of(pair) for pair in table.pairs}
    assert sources == {"judge@555555555555", "fast@666666666666"}


def test_the_time_of_the_second_reading_is_in_the_plan(library, monkeypatch):
    clock = iter(range(1000))
    monkeypatch.setattr("compare.comparison.sides.time.perf_counter", lambda: next(clock))
    monkeypatch.setattr("compare.comparison.sides._TIMED", 6)
    monkeypatch.setattr("compare.comparison.sides.MOST_READ_AGAIN", 3)
    alone = Comparison(library, VAL, OST, stance_model=judge()).plan().seconds
    model = cascade()
    for stage, digit in zip(model.stages, "78", strict=True):
        stage.digest = digit * 64
    both = Comparison(library, VAL, OST, stance_model=model).plan().seconds
    assert both > alone > 0


# -- Over time -----------------------------------------------------------------------------------


def test_over_time_the_earlier_is_on_side_a_and_what_has_no_order_is_left_out(library):
    table = library.timeline(VAL, stance_model=judge())
    assert table.over_time
    assert table.subject == "Valdoria over time"
    # v4 has no date; v3 (March 2015) and v5 (20 March 2015) may be of one day.
    assert ids(table.pairs) == {
        ("v1", "v2"), ("v1", "v3"), ("v1", "v5"), ("v2", "v3"), ("v2", "v5")
    }  # fmt: skip
    for pair in table.pairs:
        assert pair.a.statement.date.last < pair.b.statement.date.first
    assert {pair.ids for pair in table.agree} == {("v1", "v2")}
    assert {b for _, b in ids(table.oppose)} == {"v3", "v5"}


def test_over_time_is_the_same_whatever_the_order_of_the_library(library, tmp_path):
    turned = Library.build(STATEMENTS[::-1], tmp_path / "turned", HashingEncoder(256))
    one = library.timeline(VAL, stance_model=judge())
    other = turned.timeline(VAL, stance_model=judge())
    assert ids(one.pairs) == ids(other.pairs)
    assert ids(one.oppose) == ids(other.oppose)


def test_over_time_a_filter_that_leaves_nothing_is_one_sentence(library):
    with pytest.raises(QueryError, match=r"The statements chosen \(Nowhere\) cannot be compared"):
        library.timeline(Filters(countries=("Nowhere",)), stance_model=judge())


def test_thresholds_are_taken_over(library):
    strict = Thresholds(0.75)
    table = compare_sides(library, VAL, OST, stance_model=judge(), thresholds=strict)
    assert table.thresholds == strict
    assert not table.agree
    assert table.oppose
    assert all(isinstance(pair.probabilities, Probabilities) for pair in table.pairs)


# -- On the command line -------------------------------------------------------------------------


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], folder: Path):
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder(256))
    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: judge())
    monkeypatch.setenv("COMPARE_LIBRARY", str(folder))
    return runner(capfd)


SIDES = ("--a", "country=Valdoria", "--b", "COUNTRY = Ostravia")


def test_pairs_are_planned_read_and_shown(run):
    done = run("sides", *SIDES, "--topic", "canal", "--limit", 1)
    assert done.code == 0
    assert "Valdoria and Ostravia on canal: 5 and 2 passages, 9 pairs on the same point" in done.err
    assert "OPPOSE: 5 pairs" in done.out
    assert "AGREE: 2 pairs" in done.out
    assert "… and 4 more (--limit 5)" in done.out
    assert "no random sample" in done.err
    assert "“The canal of Meren" in done.out


def test_pairs_as_json(run):
    found = run("sides", *SIDES, "--json").json
    assert (found["subject"], found["same_point"], found["read"]) == (
        "Valdoria and Ostravia", 9, 9
    )  # fmt: skip
    assert {row["stance"] for row in found["pairs"]} == {"agree", "oppose"}
    assert found["by_year"][0]["year"] == 2011
    assert "no random sample" in found["notes"][-1]


def test_the_plan_alone_reads_no_more_than_it_has_to(run):
    done = run("sides", *SIDES, "--plan")
    assert done.code == 0
    assert "9 to read" in done.out
    assert "OPPOSE" not in done.out
    plan = run("sides", *SIDES, "--plan", "--json").json
    assert (plan["a"], plan["b"], plan["to_read"]) == (6, 3, 9)


def test_the_file_holds_what_is_said_to_be_in_it(run, tmp_path):
    out = tmp_path / "pairs.jsonl"
    done = run("sides", *SIDES, "--out", out)
    assert "2 pairs that agree, 5 that oppose." in done.out
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["stance"] for row in rows] == ["agree"] * 2 + ["oppose"] * 5
    assert tuple(rows[0]) == COLUMNS
    again = run("sides", *SIDES, "--out", out)
    assert again.code == 2
    assert "pairs.jsonl" in again.err
    assert run("sides", *SIDES, "--out", out, "--force").code == 0


def test_the_deciding_words_of_the_first_pairs_are_found(run, tmp_path):
    out = tmp_path / "pairs.json"
    done = run("sides", *SIDES, "--why", "--limit", 4, "--out", out)
    assert done.out.count("deciding in A: ") == done.out.count("deciding in B: ") == 2 + 4
    opposed = [row for row in pair_rows(load_result(out)) if row["stance"] == "oppose"]
    found = ["not" in f"{row['a_words']} {row['b_words']}".split() for row in opposed]
    once = [("not" in row["a_text"]) != ("not" in row["b_text"]) for row in opposed]
    assert found == [*once[:4], False]
    assert any(found)


def test_a_side_over_time_has_deciding_words(library):
    table = library.timeline(VAL, stance_model=judge(), why=1)
    assert [bool(pair.rationale) for pair in table.oppose] == [True, False, False, False]
    none = library.timeline(VAL, stance_model=judge())
    assert not any(pair.rationale for pair in none.pairs)


def test_a_side_may_have_a_period_of_its_own(run):
    sides = ("--a", "country=Valdoria", "--a", "until=2012", "--b", "country=Valdoria")
    found = run("sides", *sides, "--b", "since=2015", "--since", "2011", "--json").json
    assert found["subject"] == "Valdoria, from 2011, to 2012 and Valdoria, from 2015"
    assert {(row["a_id"], row["b_id"]) for row in found["pairs"]} == {("v2", "v3"), ("v2", "v5")}
    narrower = run("sides", *sides, "--b", "since=2015", "--until", "2011", "--json")
    assert "no statement matches" in narrower.err


def test_a_timeline_calls_it_changed(run):
    done = run("timeline", "--who", "country=Valdoria")
    assert "CHANGED: 4 pairs" in done.out
    assert "OPPOSE" not in done.out
    found = run("timeline", "--who", "country=Valdoria", "--json").json
    assert {row["stance"] for row in found["pairs"]} == {"agree", "changed"}
    assert all(row["a_date"] < row["b_date"] for row in found["pairs"])


def test_a_matrix_counts_party_by_party(run, tmp_path):
    done = run("matrix", "--topic", "canal")
    assert "Ostravia and Valdoria: 2 agree, 7 oppose, 9 read, 78% opposed" in done.out
    out = tmp_path / "matrix.csv"
    among = ("--among", "country=Valdoria", "--among", "country=Ostravia")
    found = run("matrix", *among, "--by", "speaker", "--json", "--out", out).json
    [cell] = found["cells"]
    assert (cell["a"], cell["b"]) == ("Envoy of Ostravia", "Envoy of Valdoria")
    (row,) = csv.DictReader(out.read_text("utf-8-sig").splitlines())
    assert (row["a"], row["agree"], row["oppose"]) == ("Envoy of Ostravia", "2", "7")
    assert (row["least_probability"], row["least_similarity"]) == ("0.5", "0.35")
    assert row["subject"] == found["subject"]
    assert row["library_digest"] == f"sha256:{found['provenance']['library_digest']}"


def test_a_matrix_reads_only_pairs_of_two_parties(library):
    everyone = Filters()
    between = Comparison(library, everyone, everyone, stance_model=judge(), between="country")
    table = between.run()
    assert all(pair.a.statement.countries != pair.b.statement.countries for pair in table.pairs)
    assert {("o1", "v1"), ("o1", "v2")} <= {tuple(sorted(pair)) for pair in ids(table.pairs)}
    assert between.find() == table.candidates
    assert table.provenance.settings["between"] == "country"
    anyone = Comparison(library, everyone, everyone, stance_model=judge())
    assert anyone.find() > between.find()


def test_the_time_to_find_pairs_is_told_where_there_are_many(library, monkeypatch):
    comparison = Comparison(library, VAL, OST, stance_model=judge())
    assert comparison.seconds_to_find() == 0
    monkeypatch.setattr("compare.comparison.sides._FOUND_SOON", 10)
    assert comparison.seconds_to_find() > 0
    clock = iter(range(100))
    monkeypatch.setattr("compare.comparison.sides.time.perf_counter", lambda: next(clock))
    everyone = Filters()
    both = Comparison(library, everyone, everyone, stance_model=judge()).seconds_to_find()
    past = Comparison(library, everyone, stance_model=judge()).seconds_to_find()
    assert both == past == comparison.seconds_to_find() / 2 > 0


def test_counts_by_year_are_written_beside(run, tmp_path):
    out = tmp_path / "years.csv"
    found = run("timeline", "--who", "country=Valdoria", "--by-year", out, "--json").json
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert [int(row["year"]) for row in rows] == [row["year"] for row in found["by_year"]]
    assert sum(int(row["oppose"]) for row in rows) == 4
    assert run("timeline", "--who", "country=Valdoria", "--by-year", out).code == 2


def test_one_file_for_two_outputs_is_refused_ahead_of_the_reading(run, tmp_path):
    out = tmp_path / "years.csv"
    (tmp_path / "link").symlink_to(tmp_path)
    for other in (out, tmp_path / "x" / ".." / "years.csv", tmp_path / "link" / "years.csv"):
        done = run("timeline", "--who", "country=Valdoria", "--by-year", other, "--out", out)
        assert (done.code, done.out) == (2, "")
        assert "is named for two outputs" in done.err or "cannot be written" in done.err
        assert "to read" not in done.err
    done = run("positions", "Open.", "--out", out, "--passages", out, "--force")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "is named for two outputs of this command" in done.err
    assert not out.exists()


def test_thresholds_and_the_most_that_is_read_are_options(run):
    done = run("sides", *SIDES, "--most", 2, "--json").json
    assert done["read"] == 2
    assert "9 pairs are on the same point; the 2 most similar were read." in " ".join(done["notes"])
    none = run("sides", *SIDES, "--min-probability", 1, "--json").json
    assert none["pairs"] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("sides", "--a", "Valdoria", "--b", "country=Ostravia"), "is not FIELD=VALUE"),
        (("sides", "--a", "colour=red", "--b", "country=Ostravia"), "'colour=red' is not"),
        (("sides", "--a", "country= ", "--b", "country=Ostravia"), "is not FIELD=VALUE"),
        (("sides", "--a", "country=Valdoria"), "--b"),
        (("sides", *SIDES, "--a", "since=soon"), "'soon' is not a date"),
        (("sides", *SIDES, "--a", "since=2011", "--a", "since=2012"), "is a second date"),
        (("sides", *SIDES, "--since", "yesterday"), "yesterday"),
        (("sides", *SIDES, "--most", "0"), "0"),
        (("sides", *SIDES, "--topic", "zebra"), "nothing is said on 'zebra'"),
        (("sides", *SIDES, "--since", "2030"), "no statement matches. Loosen the filters."),
        (("timeline", "--who", "country=Nowhere"), "The statements chosen (Nowhere)"),
        (("matrix", "--by", "mood"), "mood"),
        (
            ("matrix", "--out", "m.json"),
            "m.json does not end in .csv: give it that",
        ),
    ],
)
def test_bad_input_is_one_sentence(run, arguments, sentence):
    done = run(*arguments)
    assert done.code == 2
    assert sentence in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
