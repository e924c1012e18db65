"""Saved results that were edited by hand: each is refused in a sentence, or told by `reproduce`."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compare.comparison.reproduce import reproduce
from compare.errors import CompareError, ExportError
from compare.export.json_files import result_bytes, result_from_json, result_to_json
from compare.facade import Library
from compare.results import Result
from tests.fabricate import OPPOSED, a_search, resealed, two_sides
from tests.fakes import HashingEncoder, Ran, WordJudge, runner, statement

OPEN = "The canal of Meren must be open to all ships"
SHUT = "The canal of Meren shall not be open to all ships"
STATEMENTS = [
    statement("v1", f"{OPEN} at once.", country="Valdoria", date="2010-05-01", speaker="Ada Lorn"),
    statement("v2", f"{SHUT} today.", country="Valdoria", date="2015-03", source="Meren Post"),
    statement("v3", f"{OPEN}, we say.", country="Valdoria", date="2016", extra={"coder": "7"}),
    statement("o1", f"{SHUT}.", country="Ostravia", date="2011-01-01", context="of the canal"),
    statement("o2", f"{OPEN} to all.", country="Ostravia", date="2019-01-01", venue="the pier"),
]
FABRICATED = {
    "search": a_search(source=OPPOSED),
    "pairs": two_sides(),
    "timeline": two_sides(over_time=True),
}
MADE = ("search", "sides", "timeline", "positions")

Place = tuple[str | int, ...]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("kept") / "library"
    opened = Library.build(STATEMENTS, folder, HashingEncoder(256))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def made(library: Library, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A saved result of each kind, with deciding words, as data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMPARE_CACHE", str(tmp_path_factory.mktemp("cache")))
        ends: Any = {"opposite": "It is closed to all.", "stance_model": judge()}
        found = {
            "search": library.search(OPEN, stance_model=judge()),
            "sides": library.compare("Valdoria", "Ostravia", OPEN, **ends),
            "timeline": library.timeline("Valdoria", OPEN, **ends),
            "positions": library.positions(OPEN, stance_model=judge()).result(),
        }
    return {
        kind: json.loads(result_bytes(result.explain(judge(), most=1)))
        for kind, result in found.items()
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a result, written again in each try."""
    return tmp_path / "kept.json"


def judge() -> WordJudge:
    return WordJudge(either=True)


def sentence_of(error: CompareError) -> str:
    """The message of an error, which is one sentence that can be shown."""
    said = str(error)
    assert "\n" not in said
    assert said.endswith(".")
    return said


def at(data: Any, place: Place) -> Any:
    for name in place:
        data = data[name]
    return data


def places(data: Any, above: Place = ()) -> Iterator[Place]:
    """All places in the data, from the outside in."""
    if above:
        yield above
    if isinstance(data, dict | list):
        for name, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from places(value, (*above, name))


# --- edits by name -------------------------------------------------------------------------------


def _rows() -> list[dict[str, str]]:
    path = Path(__file__).with_name("kept_edits.tsv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", _rows(), ids=lambda row: f"{row['place']}={row['value'][:20]}")
def test_an_edit_is_refused_with_its_place(row: dict[str, str]) -> None:
    data = json.loads(json.dumps(result_to_json(FABRICATED[row["kind"]])))
    *above, name = (int(part) if part.isdigit() else part for part in row["place"].split("."))
    at(data, tuple(above))[name] = json.loads(row["value"])
    with pytest.raises(ExportError) as told:  # of whoever cannot make the digest fit
        result_from_json(data)
    is_known = name not in ("format", "version")
    assert ("was changed after it was written" in sentence_of(told.value)) is is_known
    if name != "digest":
        data = resealed(data)
    with pytest.raises(ExportError) as told:
        result_from_json(data)
    assert row["sentence"] in sentence_of(told.value)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda text: text.replace('"speaker":', '"speaker": "X",\n"speaker":'), "twice"),
        (lambda text: text.replace('"similarity": 0.75', '"similarity": NaN'), "NaN is not"),
        (lambda text: text.replace('"similarity": 0.75', '"similarity": 1e999'), "not a finite"),
        (lambda text: text.replace("0.75", "9" * 5000), "is not JSON"),
        (lambda text: text.replace('"notes": [', '"notes": [' + "[" * 90_000), "is not JSON"),
        (
            lambda text: text.replace('"notes": [', '"notes": [' + "[" * 400 + "]" * 400 + ","),
            "see",
        ),
        (lambda text: text[:-20], "is not JSON"),
        (lambda text: text + "{}", "is not JSON"),
        (lambda text: "", "is not JSON"),
        (lambda text: "null", "this is not a saved result"),
        (lambda text: text.replace("Mira", "Mara"), "was changed after it was written"),
    ],
)
def test_an_edited_file_is_one_sentence_everywhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], edit: Callable[[str], str], sentence: str
) -> None:
    path = tmp_path / "kept.json"
    path.write_text(edit(result_bytes(a_search()).decode()), "utf-8")
    run = runner(capfd)
    for command in (
        ("export", path, "--to", "csv"),
        ("report", path),
        ("reproduce", path),
    ):
        done: Ran = run(*command)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert sentence in done.err
        assert "Traceback" not in done.err
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("tolerance", ["nan", "-0.1", "1.1", "inf", "little"])
def test_a_tolerance_is_a_number_from_0_to_1(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], library: Library, tolerance: str
) -> None:
    path = a_search().save(tmp_path / "kept.json")
    done: Ran = runner(capfd)("reproduce", path, "--tolerance", tolerance)
    assert done.code == 2
    assert f"{tolerance!r} is not a number from 0 to 1." in done.err
    if tolerance != "little":
        with pytest.raises(ExportError, match="give a number from 0 to 1"):
            reproduce(a_search(), library, tolerance=float(tolerance))


# --- forgeries, with a digest that fits ----------------------------------------------------------

_FORGED = {
    "speaker": "Ada Forged",
    "role": "Emperor",
    "venue": "the moon",
    "title": "A forged title",
    "source": "Forged Post",
    "url": "https://example.org/forged",
    "language": "xx",
    "quotation": "reported",
    "extra": {"coder": "8"},
    "country": [{"name": "Forgia", "code": None}],
}


@pytest.mark.parametrize("kind", MADE)
def test_nothing_made_is_called_a_forgery(made: Any, library: Library, kind: str) -> None:
    done = reproduce(result_from_json(made[kind]), library, stance_model=judge())
    assert (done.statements, done.contents, done.unchecked) == ((), (), ())
    assert done.same


@pytest.mark.parametrize("name", _FORGED)
@pytest.mark.parametrize("kind", MADE)
def test_a_forged_field_of_a_statement_is_named(
    made: Any, library: Library, kind: str, name: str
) -> None:
    data = deepcopy(made[kind])
    said = data["statements"][0] if "statements" in data else data["scored"][0]["statement"]
    said[name] = _FORGED[name]
    done = reproduce(result_from_json(resealed(data)), library, stance_model=judge())
    assert not done.same
    (difference,) = done.statements
    held = library.statement(said["id"]).to_dict()[name]
    assert difference.what == f"statement {said['id']}: {name}"
    texts = [_FORGED[name], held]
    texts = [one if isinstance(one, str) else json.dumps(one) for one in texts]
    assert [difference.was, difference.now] == texts
    assert done.to_dict()["statements"][0]["what"] == difference.what


def test_a_forged_quotation_is_named_though_its_places_fit(made: Any, library: Library) -> None:
    data = deepcopy(made["sides"])
    said, passage = data["statements"][0], data["passages"][0]
    said["text"] = said["text"].replace("canal", "river")
    passage["text"] = passage["text"].replace("canal", "river")
    done = reproduce(result_from_json(resealed(data)), library, stance_model=judge())
    assert done.statements[0].what == f"statement {said['id']}: text"
    assert any(entry.what.endswith("passage a") for entry in done.contents)


@pytest.mark.parametrize("kind", ["sides", "timeline"])
def test_a_forged_place_is_named(made: Any, library: Library, kind: str) -> None:
    data = deepcopy(made[kind])
    found = data["placed"][0]["probabilities"]
    found["agree"], found["neither"] = found["neither"], found["agree"]
    done = reproduce(result_from_json(resealed(data)), library, stance_model=judge())
    passage = data["passages"][data["placed"][0]["passage"]]
    what = f"place of {passage['statement_id']} from {passage['start']}"
    assert [one.what for one in done.contents] == [f"{what}: agree", f"{what}: neither"]
    del data["placed"][0]
    done = reproduce(result_from_json(resealed(data)), library, stance_model=judge())
    assert [one.what for one in done.contents] == ["passages placed of side a"]


def test_an_invented_statement_is_missing_in_the_library(made: Any, library: Library) -> None:
    data = deepcopy(made["search"])
    entry = deepcopy(data["scored"][0])
    entry["statement"]["id"] = entry["passage"]["statement_id"] = "invented"
    data["scored"].append(entry)
    done = reproduce(result_from_json(resealed(data)), library, stance_model=judge())
    assert [(one.what, one.now) for one in done.statements] == [("statement invented", "missing")]
    assert [pair.b for pair in done.missing] == ["invented"]


def test_no_number_that_is_none_counts_as_the_same(library: Library) -> None:
    result = library.search(OPEN, stance_model=judge())
    nan = float("nan")
    first = result.pairs[0]
    odds = replace(first.probabilities, agree=nan, oppose=nan, neither=nan)
    forged = replace(result, pairs=(replace(first, probabilities=odds), *result.pairs[1:]))
    assert not reproduce(forged, library, stance_model=judge()).same


# --- edits at random -----------------------------------------------------------------------------

_NESTED: Any = []
for _ in range(300):
    _NESTED = [_NESTED]
VALUES = st.one_of(
    st.sampled_from(
        [None, True, False, 0, 1, -1, 0.5, 10**400, -(10**30), 1e308, float("nan"), float("inf")]
    ),
    st.sampled_from(
        ["", "agree", "2022-13", "x" * 20_000, "\ud83d", "line\nbreak", [], {}, _NESTED]
    ),
    st.sampled_from([{"": ""}, [{}], {"a": {"b": [1]}}, ["x"], [0, 0]]),
    st.text(max_size=5),
)
# What says how the result was made is used to make it again; a view at other thresholds, with
# fewer words marked, or of another day, is none that the library could contradict.
_FREE = ("thresholds", "filters", "settings", "date", "why")


@st.composite
def edits(draw: st.DrawFn, data: dict[str, Any]) -> tuple[dict[str, Any], Place]:
    """The data with one place changed, and the place."""
    data = deepcopy(data)
    place = draw(st.sampled_from([*places(data)]))
    *above, name = place
    parent = at(data, tuple(above))
    old = parent[name]
    how = draw(st.sampled_from(["delete", "replace", "reverse", "add", "twice"]))
    if how == "delete":
        del parent[name]
    elif how == "reverse" and isinstance(old, list | str):
        parent[name] = old[::-1]
    elif how == "add" and isinstance(old, dict):
        old[draw(st.text(max_size=3))] = draw(VALUES)
    elif how == "twice" and isinstance(old, list | str):
        parent[name] = old + old
    else:
        parent[name] = draw(VALUES)
    return data, place


def read(path: Path, data: dict[str, Any], *, sealed: bool) -> Result | None:
    """Return the result of edited data as from a file; None if it was refused in a sentence."""
    with suppress(ValueError):  # no digest fits what is not JSON, such as NaN
        data = resealed(data) if sealed else data
    path.write_text(json.dumps(data), "utf-8")
    try:
        return Result.load(path)
    except CompareError as error:
        is_short = len(sentence_of(error)) < 800
    assert is_short
    return None


def in_order(result: Result) -> Result:
    """The result with its pairs in an order of their own; in files, they have none."""
    every = (result.pairs, *result.placed)
    pairs, *placed = (tuple(sorted(part, key=lambda pair: pair.key)) for part in every)
    return replace(result, pairs=pairs, placed=tuple(placed))


_FAST = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("kind", FABRICATED)
@given(st.data())
@_FAST
def test_any_edit_is_refused_or_changes_nothing(path: Path, kind: str, data: st.DataObject) -> None:
    whole = json.loads(json.dumps(result_to_json(FABRICATED[kind])))
    edited, _ = data.draw(edits(whole))
    found = read(path, edited, sealed=False)
    assert found is None or found == FABRICATED[kind]


@pytest.mark.parametrize("kind", MADE)
@given(st.data())
@settings(_FAST, max_examples=60)
def test_no_forgery_is_reproduced_in_silence(
    path: Path, made: Any, library: Library, kind: str, data: st.DataObject
) -> None:
    edited, place = data.draw(edits(made[kind]))
    found, original = read(path, edited, sealed=True), result_from_json(made[kind])
    if found is None or in_order(found) == in_order(original):
        return
    try:
        done = reproduce(found, library, stance_model=judge())
    except CompareError as error:
        sentence_of(error)
        return
    is_told = not done.same or done.differences or done.unchecked
    assert is_told or set(_FREE) & set(place), place


@given(st.data())
@_FAST
def test_any_damage_to_the_bytes_is_refused_or_changes_nothing(
    path: Path, data: st.DataObject
) -> None:
    whole = result_bytes(FABRICATED["search"])
    start = data.draw(st.integers(0, len(whole)))
    end = start + data.draw(st.integers(0, 8))
    damaged = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    path.write_bytes(damaged)
    try:
        assert Result.load(path) == FABRICATED["search"]
    except CompareError as error:
        sentence_of(error)
