"""A saved result is reproduced: it is the same, or the differences and their causes are named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from compare.comparison.reproduce import Difference, PairId, model_name, reproduce
from compare.errors import ExportError, ModelError, QueryError
from compare.export.dictionary import schema_of
from compare.export.json_files import result_to_json
from compare.facade import Library
from compare.library import Filters
from compare.library.filters import filters_in_force
from compare.models.stance import CascadeStance
from compare.results import Result, Stance, Thresholds
from compare.results.provenance import filters_from
from compare.statements import PartialDate
from tests.fabricate import PROVENANCE, a_search, of_version, on_a_topic, resealed, two_sides
from tests.fakes import HashingEncoder, Ran, WordJudge, runner, statement

pytestmark = pytest.mark.usefixtures("cache")

OPEN = "The canal of Meren must be open to all ships"
SHUT = "The canal of Meren shall not be open to all ships"
CLAIM, DENIAL = "The canal of Meren is open.", "The canal of Meren is closed."
STATEMENTS = [
    statement("v1", f"{OPEN} at once.", country="Valdoria", date="2010-05-01"),
    statement("v2", f"{SHUT} today.", country="Valdoria", date="2015-03"),
    statement("v3", f"{OPEN}, we say.", country="Valdoria", date="2016"),
    statement("o1", f"{SHUT}.", country="Ostravia", date="2011-01-01"),
    statement("o2", f"{OPEN} to all.", country="Ostravia", date="2019-01-01"),
]
NEW = statement("o3", f"{SHUT} ever.", country="Ostravia", date="2020")


def judge(digest: str = "5" * 64, **more: Any) -> WordJudge:
    made = WordJudge(either=True, **more)
    made.digest = digest
    return made


@pytest.fixture
def other(tmp_path: Path) -> Library:
    """The library with one statement less and one more."""
    return Library.build([*STATEMENTS[:-1], NEW], tmp_path / "other", HashingEncoder(256))


def made(library: Library, kind: str) -> Any:
    if kind == "search":
        filters = Filters(countries=("Valdoria", "Ostravia"), not_own_country=True)
        return library.search(OPEN, stance_model=judge(), filters=filters, candidates=5)
    if kind == "pairs":
        return library.compare("Valdoria", "Ostravia", CLAIM, stance_model=judge())
    if kind == "both ends":
        return library.compare(
            *("Valdoria", "Ostravia", CLAIM), opposite=DENIAL, most_of_side=2, stance_model=judge()
        )
    return library.timeline("Valdoria", CLAIM, since="2010", stance_model=judge())


@pytest.mark.parametrize("kind", ["search", "pairs", "both ends", "timeline"])
def test_the_same_comes_out_and_every_pair_is_read_anew(
    library: Library, cache: Path, kind: str
) -> None:
    kept = made(library, kind).rethreshold(probability=0.6)
    before = sorted(cache.rglob("*.sqlite"))
    reader = judge()
    done = reproduce(kept, library, stance_model=reader)
    assert done.same
    assert done.differences == ()
    assert done.kept == len(kept.pairs) > 0
    assert done.result.placed == kept.placed
    placed = sum(map(len, kept.placed))
    ends = 2 * placed + 1 if kept.opposite else placed  # one more: is it an opposite?
    assert len(reader.read) == done.kept + ends
    assert done.result.thresholds == Thresholds(0.6)
    assert replace(done.result.provenance, date="") == replace(kept.provenance, date="")
    assert sorted(cache.rglob("*.sqlite")) == before


def test_another_library_is_named_with_the_pairs_that_differ(
    library: Library, other: Library
) -> None:
    kept = made(library, "pairs")
    done = reproduce(kept, other, stance_model=judge())
    assert not done.same
    assert {pair.b for pair in done.missing} == {"o2"}
    assert {pair.b for pair in done.new} == {"o3"}
    assert PairId("v1", 0, "o2", 0) in done.missing
    assert (done.relabelled, done.moved) == ((), ())
    [difference] = done.differences
    assert difference.what == "library"
    assert difference.was.endswith(library.digest)
    assert difference.now.endswith(other.digest)


def test_another_model_is_named_with_labels_and_probabilities_that_moved(
    library: Library,
) -> None:
    kept = made(library, "search")

    class Doubter(WordJudge):
        def score(self, pairs, on_progress=None):
            scores = super().score(pairs, on_progress)
            scores[:, 0] -= 0.5 * (scores[:, 0] > 0.5)
            scores[:, 1] -= 0.002
            return scores

    model = Doubter(either=True)
    model.digest = "6" * 64
    done = reproduce(kept, library, stance_model=model)
    assert {(entry.was, entry.now) for entry in done.relabelled} == {(Stance.AGREE, Stance.NEITHER)}
    assert {entry.pair.b for entry in done.relabelled} == {"v1", "v3", "o2"}
    assert all(entry.was is entry.now is Stance.OPPOSE for entry in done.moved)
    assert [round(entry.by, 3) for entry in done.moved] == [0.002] * 2
    told = reproduce(kept, library, stance_model=model, tolerance=0.01)
    assert told.moved == ()
    assert done.differences == (
        Difference("stance model", f"judge sha256 {'5' * 64}", f"judge sha256 {'6' * 64}"),
    )


def test_program_encoder_and_settings_are_named(library: Library) -> None:
    kept = made(library, "search")
    older = replace(
        kept.provenance, version="0.0.9", encoder_digest="e" * 64, screening="fast@1", settings={}
    )
    done = reproduce(replace(kept, provenance=older), library, stance_model=judge())
    assert done.same
    assert [difference.what for difference in done.differences] == [
        *("program", "embedding model", "model that reads first", "settings")
    ]


def test_the_model_is_the_one_the_result_names() -> None:
    assert model_name(replace(PROVENANCE, screening="compare-stance-fast@1")) == "cascade"
    assert model_name(replace(PROVENANCE, stance_model="compare-stance-accurate")) == "accurate"
    assert model_name(replace(PROVENANCE, stance_model="compare-stance-fast")) == "fast"
    assert model_name(PROVENANCE) == "judge"


def test_of_an_adapted_model_the_words_are_found_and_nothing_is_made_again(
    library: Library, tmp_path: Path, run: Any
) -> None:
    found = made(library, "search")
    path = tmp_path / "kept.json"
    named = replace(found.provenance, stance_model="judge-adapted")
    replace(found, provenance=named).save(path)
    kept = Result.load(path)
    assert model_name(kept.provenance) == "judge"
    assert kept.explain(most=1).agree[0].rationale is not None
    sentence = (
        "The result was made with an adapted model, judge-adapted, which this version does not "
        "have: search or compare again."
    )
    with pytest.raises(ModelError, match=sentence):
        reproduce(kept, library)
    told = run("reproduce", path)
    assert (told.code, told.err) == (2, f"Error: {sentence}\n")
    assert reproduce(kept, library, stance_model=judge()).differences == (
        Difference("stance model", f"judge-adapted sha256 {'5' * 64}", f"judge sha256 {'5' * 64}"),
    )


def test_a_cascade_is_made_again(library: Library) -> None:
    def cascade() -> CascadeStance:
        return CascadeStance(judge("6" * 64), judge(other=(0.3, 0.3, 0.4)))

    kept = library.compare("Valdoria", "Ostravia", CLAIM, stance_model=cascade())
    assert reproduce(kept, library, stance_model=cascade()).same


FILTERS = Filters(
    speakers=("Ada Lorn",),
    countries=("Valdoria",),
    date_from=PartialDate("2010"),
    date_to=PartialDate("2012-03"),
    languages=("", "en"),
    statement_ids=("v1",),
    not_own_speaker=True,
)


@pytest.mark.parametrize("filters", [Filters(), FILTERS])
def test_filters_come_back_as_they_were(filters: Filters) -> None:
    plain = json.loads(json.dumps(filters_in_force(filters)))
    assert filters_from(plain) == filters


@pytest.mark.parametrize(
    "given", [{"colour": "red"}, {"countries": 7}, {"date_from": "May"}, {"date_from": 7}]
)
def test_filters_that_cannot_be_read_are_one_sentence(given: dict[str, Any]) -> None:
    with pytest.raises(ExportError, match=r"The result's filters cannot be read .*: make the"):
        filters_from(given)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"settings": {"proposition": CLAIM, "most_of_side": "all"}},
            "setting most_of_side is 'all', not a number",
        ),
        ({"settings": {"most_read": 9}}, "The result is of a topic, as older versions .* instead"),
        ({"filters": {"a": 7}}, "The result's filters are of another kind"),
        ({"filters": {"a": {"colour": "red"}, "b": {}}}, "The result's filters cannot be read"),
    ],
)
def test_settings_that_cannot_be_read_are_one_sentence(
    library: Library, changes: dict[str, Any], sentence: str
) -> None:
    kept = made(library, "pairs")
    damaged = replace(kept, provenance=replace(kept.provenance, **changes))
    with pytest.raises(ExportError, match=sentence):
        reproduce(damaged, library, stance_model=judge())


def test_a_side_that_is_gone_is_one_sentence(library: Library, tmp_path: Path) -> None:
    kept = made(library, "pairs")
    left = Library.build(STATEMENTS[:3], tmp_path / "left", HashingEncoder(256))
    with pytest.raises(QueryError, match=r"Side b \(Ostravia.*\) cannot .* has changed since"):
        reproduce(kept, left, stance_model=judge())


def test_of_what_one_side_said_the_comparison_is_reproduced(library: Library) -> None:
    with pytest.raises(ExportError, match="what one side said in a comparison: take the comp"):
        reproduce(made(library, "pairs").said_by(1), library, stance_model=judge())


def test_what_a_side_said_is_compared_with_where_it_is_placed_again(library: Library) -> None:
    kept = made(library, "pairs")
    first, *others = kept.placed[0]
    odds = replace(first.probabilities, agree=0.2, oppose=0.7, neither=0.1)
    forged = replace(kept, placed=((replace(first, probabilities=odds), *others), kept.placed[1]))
    assert reproduce(kept, library, stance_model=judge()).same
    assert not reproduce(forged, library, stance_model=judge()).same


# --- on the command line ---------------------------------------------------------------------


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], folder: Path) -> Any:
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder(256))
    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: judge())
    monkeypatch.setenv("COMPARE_LIBRARY", str(folder))
    return runner(capfd)


SIDES = ("sides", CLAIM, "--a", "country=Valdoria", "--b", "country=Ostravia")
TIMELINE = ("timeline", CLAIM, "--who", "country=Valdoria")


def kept_by(run: Any, path: Path, *command: str) -> Ran:
    done: Ran = run(*command, "--out", path)
    assert done.code == 0, done.err
    assert path.is_file()
    return done


@pytest.mark.parametrize(
    "command",
    [("search", OPEN), SIDES, (*SIDES, "--opposite", DENIAL), TIMELINE],
    ids=["search", "sides", "both ends", "timeline"],
)
def test_what_a_command_kept_is_made_again(run: Any, tmp_path: Path, command: Any) -> None:
    path = tmp_path / "kept.json"
    kept_by(run, path, *command)
    done = run("reproduce", path)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Same: ")
    assert done.out.count("\n") == 1
    assert run("reproduce", path, "--json").json["same"] is True


def test_a_difference_is_exit_code_1_and_named(run: Any, tmp_path: Path, other: Library) -> None:
    path = tmp_path / "kept.json"
    kept_by(run, path, *SIDES)
    done = run("reproduce", path, "--library", other.folder, "--limit", 1)
    assert done.code == 1
    assert (
        "Different: of 6 pairs, listed or not, 3 are missing, 3 are new, 0 have another label"
        in done.out
    )
    assert "It may come from another library: 5 statements, sha256 " in done.out
    assert f" then, 5 statements, sha256 {other.digest} now." in done.out
    assert "Missing: v1 (from character 0) and o2 (from 0)" in done.out
    assert "… and 2 more: missing (--json lists them all)." in done.err
    told = run("reproduce", path, "--library", other.folder, "--json")
    assert told.code == 1
    assert list(Draft202012Validator(schema_of("reproduction")).iter_errors(told.json)) == []
    assert (told.json["kept"], told.json["now"], len(told.json["new"])) == (6, 6, 3)


def test_moved_pairs_are_named_by_how_much(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept.json"
    kept_by(run, path, "search", OPEN)

    class Other(WordJudge):
        def score(self, pairs, on_progress=None):
            return super().score(pairs, on_progress) + np.float32([0.002, -0.001, -0.001])

    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: Other(either=True))
    done = run("reproduce", path)
    assert done.code == 1
    assert "Moved: o1: by 0.0020" in done.out
    assert "it may come from another processor" in done.out
    assert run("reproduce", path, "--tolerance", "0.01").code == 0


def test_a_note_that_was_written_twice_is_told(library: Library) -> None:
    result = library.search(OPEN, stance_model=WordJudge(either=True))
    noted = replace(result, notes=(*result.notes, "Twice.", "Twice."))
    told = reproduce(noted, library, stance_model=WordJudge(either=True)).unchecked
    assert told == ("the note “Twice.”, which did not come out again",)


def test_what_was_forged_is_exit_code_1_and_named(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    kept_by(run, path, "search", OPEN)
    data = json.loads(path.read_text())
    data["scored"][0]["statement"]["speaker"] = "Ada \x1b[31m Forged"
    data["scored"][0]["also_said"].append(data["scored"][1]["statement"])
    data["notes"].append("Nobody else said so.")
    path.write_text(json.dumps(resealed(data)))
    done = run("reproduce", path)
    assert done.code == 1
    name = data["scored"][0]["statement"]["id"]
    head, statement, repeats = done.out.splitlines()
    assert head.startswith(
        "Different: 5 pairs, listed or not, came out again, with the same labels"
    )
    forged = "speaker is 'Ada ␛[31m Forged' in the result and '' in the library"
    assert statement == f"Statements: statement {name}: {forged}"
    assert repeats.startswith(f"Contents: pair of {name}: statements with the words of b is '[")
    note = "Not checked: the note “Nobody else said so.”, which did not come out again.\n"
    assert done.err == note
    told = run("reproduce", path, "--json").json
    assert told["same"] is False
    assert list(Draft202012Validator(schema_of("reproduction")).iter_errors(told)) == []


def test_what_was_not_checked_is_told(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    kept_by(run, path, "search", OPEN, "--who", "Ada Lorn, Valdoria, 2021")
    done = run("reproduce", path)
    assert (done.code, done.out.count("\n")) == (0, 1)
    assert done.err == "Not checked: the quote's country, date, as given with the quote.\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read"),
        ("{}", "this is not a saved result"),
        (
            json.dumps(resealed(of_version(4, result_to_json(on_a_topic(two_sides()))))),
            "The result is of a topic, as older versions of the program compared sides",
        ),
    ],
)
def test_what_cannot_be_made_again_is_exit_code_2(
    run: Any, tmp_path: Path, content: str | None, sentence: str
) -> None:
    path = tmp_path / "kept.json"
    if content is not None:
        path.write_text(content)
    done = run("reproduce", path)
    assert done.code == 2
    assert sentence in done.err


def test_both_kinds_of_kept_results_are_exported(run: Any, tmp_path: Path) -> None:
    for name, result in (("search", a_search()), ("pairs", two_sides())):
        path = tmp_path / f"{name}.json"
        result.save(path)
        done = run("export", path, "--to", "jsonl")
        lines = path.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        wanted = ["agree", "oppose", *(["neither"] if name == "search" else [])]
        assert [row["stance"] for row in rows] == wanted
        assert f"{len(wanted)} listed pairs" in done.err
        done = run("export", path, "--to", "csv", "--stance", "neither", "--json")
        assert done.json["pairs"] == 1


def test_a_target_that_is_there_is_refused_ahead_of_the_reading(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text("mine")
    done = run(*SIDES, "--out", path)
    assert done.code == 2
    assert "already exists" in done.err
    assert "were read" not in done.err
    assert run(*TIMELINE, "--out", tmp_path / "x.doc").code == 2
    assert path.read_text() == "mine"
