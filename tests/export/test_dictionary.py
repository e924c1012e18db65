"""The dictionary and the schemas describe everything that is written, and nothing else."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from compare.comparison.opposites import Offer
from compare.export import columns, export_bytes
from compare.export.dictionary import (
    numbers,
    pair_schema,
    schema_of,
    search_schema,
    table_names,
)
from compare.export.formats import about_sheet
from compare.export.json_files import opposites_json, public_json, result_to_json, sides_json
from compare.export.rows import pair_rows, year_rows
from compare.results import Stance
from compare.statements import PartialDate, Quotation, Quote, Statement
from compare.strict_model import fields, model
from tests.fabricate import (
    AGREEING,
    OPPOSED,
    QUOTE,
    VALDORIA,
    a_search,
    found_pair,
    on_a_topic,
    pair_of,
    two_sides,
)

DOCS = Path(__file__).parents[2] / "docs"
ASKED = Quote(QUOTE, "Ana Prell", "Envoy", (VALDORIA,), PartialDate("2019-04"), "c", "val-1")


def script() -> Any:
    spec = importlib.util.spec_from_file_location("docs_dictionary", DOCS / "dictionary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- the page --------------------------------------------------------------------------------


def test_the_page_and_the_schemas_are_current() -> None:
    for path, text in script().written().items():
        assert path.read_text(encoding="utf-8") == text, f"python docs/dictionary.py ({path.name})"


def test_the_page_has_every_table_once() -> None:
    assert script().places() == table_names()


def test_the_page_names_what_the_second_sheet_says() -> None:
    page = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    for name, _ in about_sheet(a_search()):
        assert f"`{name}`" in page


# --- the columns -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (columns("pairs"), pair_rows(a_search())),
        (columns("pairs"), pair_rows(two_sides(), list(Stance))),
        (columns("years"), year_rows(two_sides())),
    ],
)
def test_a_row_has_the_columns_of_its_table(names: tuple[str, ...], rows: list[Any]) -> None:
    assert rows
    assert all(tuple(row) == names for row in rows)


def test_a_frame_has_two_columns_more() -> None:
    assert tuple(a_search().to_pandas().columns) == (*columns("pairs"), *columns("frame"))


def test_columns_of_numbers_hold_numbers() -> None:
    odds = {"p_agree", "p_oppose", "p_neither", "p_agree_alone", "p_oppose_alone"}
    assert numbers("pairs") == {"rank", "similarity", *odds}
    for row in pair_rows(a_search()):
        assert {name for name, value in row.items() if not isinstance(value, str)} == numbers(
            "pairs"
        )


def test_what_a_column_can_hold_is_said() -> None:
    stances = ("agree", "oppose", "neither", "changed")
    assert {f.name: f.choices for f in fields("pairs")}["stance"] == stances
    assert all(field.type == "date" for field in fields("frame"))


EMPTY = {"", "if", "left", "null", "until", "for", "of", "with", "without", "in"}


def test_a_field_is_described_by_a_known_type() -> None:
    for table in table_names():
        required = [field.name for field in fields(table) if not field.is_optional]
        assert model(table).model_json_schema()["required"] == required
        for field in fields(table):
            assert field.meaning
            assert field.empty.partition(" ")[0] in EMPTY


# --- what is written keeps to it -------------------------------------------------------------


def errors(schema: dict[str, Any], data: Any) -> list[str]:
    return [f"{found.json_path}: {found.message}" for found in
            Draft202012Validator(schema).iter_errors(data)]  # fmt: skip


@pytest.mark.parametrize("table", table_names())
def test_every_schema_is_one(table: str) -> None:
    Draft202012Validator.check_schema(schema_of(table))


RESULTS = [
    a_search(quote=ASKED, source=OPPOSED),
    two_sides(),
    two_sides(over_time=True),
    on_a_topic(two_sides()),
]
NAMES = ["search", "two sides", "over time", "on a topic"]


@pytest.mark.parametrize("result", RESULTS, ids=NAMES)
def test_exported_pairs_keep_to_the_schema(result: Any) -> None:
    lines = export_bytes(result, "jsonl", stances=list(Stance)).decode().splitlines()
    assert len(lines) == 3
    for line in lines:
        assert errors(pair_schema(), json.loads(line)) == []


@pytest.mark.parametrize("result", RESULTS, ids=NAMES)
def test_kept_results_keep_to_the_dictionary(result: Any) -> None:
    data = json.loads(json.dumps(result_to_json(result)))
    name = "kept search" if data["format"] == "compare-result" else "kept pairs"
    assert errors(schema_of(name), data) == []


def test_what_search_prints_keeps_to_the_schema() -> None:
    nothing = a_search(found_pair(AGREEING, (0.9, 0.05, 0.05), similarity=0.1))
    for result in (a_search(quote=ASKED, source=OPPOSED), a_search(), nothing):
        assert errors(search_schema(), json.loads(json.dumps(public_json(result)))) == []


def test_what_opposites_prints_keeps_to_the_dictionary() -> None:
    offer = Offer("The canal stays shut.", "Canal of Meren", 0.7, 0.8)
    for found in ((), (offer,)):
        assert errors(schema_of("offers"), opposites_json(found)) == []


def test_years_keep_to_the_dictionary() -> None:
    for result in (two_sides(), two_sides(over_time=True)):
        rows = year_rows(result)
        assert [row["side"] for row in rows] == ["a"] if result.over_time else ["a", "b"]
        for row in rows:
            assert errors(schema_of("years"), row) == []
    assert year_rows(on_a_topic(two_sides())) == []


def test_what_sides_print_keeps_to_the_dictionary() -> None:
    for result in RESULTS[1:]:
        printed = json.loads(json.dumps(sides_json(result)))
        assert errors(schema_of("shown pairs"), printed) == []
        assert printed["placed"] == [len(side) for side in result.placed]
        assert printed["by_year"] == year_rows(result)


WORDS = st.text(st.characters(exclude_categories=["Cs"]))
DATES = st.one_of(
    st.none(),
    st.dates().map(lambda day: PartialDate(day.isoformat())),
    st.dates().map(lambda day: PartialDate(day.isoformat()[:7])),
    st.dates().map(lambda day: PartialDate(day.isoformat()[:4])),
)


@given(WORDS, DATES, st.floats(0, 1), st.floats(-1, 1), st.sampled_from(Quotation))
def test_any_pair_keeps_to_the_schemas(
    words: str, day: PartialDate | None, chance: float, similarity: float, quotation: Quotation
) -> None:
    odd = Statement(
        "s", words, words, words, words, (VALDORIA,), day, words, words, words, words, words,
        quotation, {words: words},
    )  # fmt: skip
    numbers = (chance, 1 - chance, 0.0)
    result = a_search(found_pair(odd, numbers, similarity=similarity), quote=words)
    table = two_sides(pair_of(odd, OPPOSED, numbers, similarity=similarity))
    for one in (result, table):
        for line in export_bytes(one, "jsonl", stances=list(Stance)).decode().split("\n")[:-1]:
            assert errors(_PAIR, json.loads(line)) == []
    assert errors(_SEARCH, json.loads(json.dumps(public_json(result)))) == []


_PAIR, _SEARCH = pair_schema(), search_schema()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stance", "maybe"),
        ("rank", 0),
        ("rank", 1.5),
        ("p_agree", 1.5),
        ("p_agree", "0.5"),
        ("a_date", "May 2019"),
        ("b_quotation", "indirect"),
        ("b_text", None),
        ("another", ""),
    ],
)
def test_a_schema_refuses_what_no_export_holds(name: str, value: object) -> None:
    line = json.loads(export_bytes(a_search(), "jsonl").decode().splitlines()[0])
    assert errors(_PAIR, line) == []
    assert errors(_PAIR, {**line, name: value}) != []
    if name in line:
        line.pop(name)
        assert errors(_PAIR, line) != []
