"""The dictionary describes what is written, all of it and nothing else; so do the schemas."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from compare.adapt import corrections as feedback
from compare.comparison.counts import (
    CHECKED_COLUMNS,
    MATRIX_COLUMNS,
    YEAR_COLUMNS,
    by_year,
    count_records,
    matrix,
)
from compare.evaluate import batch
from compare.export.dictionary import (
    KEPT,
    OBJECTS,
    PRINTED,
    TABLES,
    pair_schema,
    schema_of,
    search_schema,
)
from compare.export.dictionary.columns import CHECKED, FRAME
from compare.export.dictionary.fields import Kind
from compare.export.formats import export_bytes
from compare.export.public import public_json
from compare.export.rows import COLUMNS, STANCES
from compare.export.saved import result_to_json
from compare.export.workbook import _about
from compare.results.result import Stance
from compare.statements.quotes import Quote
from compare.statements.statement import Country, PartialDate, Quotation, Statement
from tests.fabricate import (
    AGREEING,
    OPPOSED,
    QUOTE,
    VALDORIA,
    a_search,
    found_pair,
    pair_of,
    two_sides,
)

DOCS = Path(__file__).parents[2] / "docs"
BY_NAME = {table.name: table for table in (*TABLES, *OBJECTS)}
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
    assert script().places() == [table.name for table in (*TABLES, *KEPT, *PRINTED)]


def test_the_page_names_what_the_second_sheet_says() -> None:
    page = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    for name, _ in _about(a_search()):
        assert f"`{name}`" in page


# --- the columns -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("pairs", COLUMNS),
        ("frame", tuple(a_search().to_pandas().columns[len(COLUMNS) :])),
        ("checked sample", CHECKED_COLUMNS[len(COLUMNS) :]),
        ("corrections", feedback.COLUMNS),
        ("matrix", MATRIX_COLUMNS),
        ("years", YEAR_COLUMNS),
        ("batch", batch.COLUMNS),
    ],
)
def test_a_table_has_the_columns_that_are_written(name: str, columns: tuple[str, ...]) -> None:
    assert BY_NAME[name].names == columns


def test_what_a_column_can_hold_is_said() -> None:
    stance = BY_NAME["pairs"].fields[1]
    assert stance.values == STANCES
    assert {field.values for field in CHECKED.fields if field.name == "reader"} == {(*STANCES, "")}
    assert all(field.kind is Kind.DATE for field in FRAME.fields)


# --- what is written keeps to it -------------------------------------------------------------


def errors(schema: dict[str, Any], data: Any) -> list[str]:
    return [f"{found.json_path}: {found.message}" for found in
            Draft202012Validator(schema).iter_errors(data)]  # fmt: skip


@pytest.mark.parametrize("table", [*TABLES, *OBJECTS], ids=lambda table: table.name)
def test_every_schema_is_one(table: Any) -> None:
    Draft202012Validator.check_schema(schema_of(table))


RESULTS = [
    a_search(quote=ASKED, source=OPPOSED),
    two_sides(),
    two_sides(over_time=True),
]


@pytest.mark.parametrize("result", RESULTS, ids=["search", "two sides", "over time"])
def test_exported_pairs_keep_to_the_schema(result: Any) -> None:
    lines = export_bytes(result, "jsonl", stances=list(Stance)).decode().splitlines()
    assert len(lines) == 3
    for line in lines:
        assert errors(pair_schema(), json.loads(line)) == []


@pytest.mark.parametrize("result", RESULTS, ids=["search", "two sides", "over time"])
def test_kept_results_keep_to_the_dictionary(result: Any) -> None:
    data = json.loads(json.dumps(result_to_json(result)))
    name = "kept search" if data["format"] == "compare-result" else "kept pairs"
    assert errors(schema_of(BY_NAME[name]), data) == []


def test_what_search_prints_keeps_to_the_schema() -> None:
    nothing = a_search(found_pair(AGREEING, (0.9, 0.05, 0.05), similarity=0.1))
    for result in (a_search(quote=ASKED, source=OPPOSED), a_search(), nothing):
        assert errors(search_schema(), json.loads(json.dumps(public_json(result)))) == []


def test_cells_and_years_keep_to_the_dictionary() -> None:
    marenia = (Country("Marenia"),)
    later = Statement("late", "Later.", date=PartialDate("2024"), country=marenia)
    table = two_sides(
        pair_of(AGREEING, OPPOSED, (0.1, 0.8, 0.1)), pair_of(AGREEING, later, (0.1, 0.1, 0.8))
    )
    assert {cell.opposed for cell in matrix(table)} == {1.0, None}
    for name, rows in (("matrix", matrix(table)), ("years", by_year(table))):
        for record in count_records(table, rows):
            assert errors(schema_of(BY_NAME[name]), record) == []


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
