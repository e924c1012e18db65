from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace

import pytest

from compare.comparison import PositionTable
from compare.export import columns, csv_bytes, table_csv
from compare.export.dictionary import numbers
from compare.export.rows import agreement_rows, period_rows, position_rows, proposition_rows
from compare.results import Stance, mean_interval
from tests.fabricate_positions import actor, made, passage, table_of

COLUMNS = columns("positions")

# -- Agreement -----------------------------------------------------------------------------------

THREE = (
    {"A": [0.8], "B": [0.6], "C": [-0.8], "D": []},
    {"A": [-0.5], "B": [-0.5], "C": [0.9], "D": [0.9]},
    {"A": [0.9], "B": [0.5], "C": [], "D": [-0.7]},
)


def test_agreement_is_worked_out_by_hand():
    cells = {frozenset((c.a, c.b)): c for c in table_of(*THREE).agreement().cells}
    near = cells[frozenset("AB")]
    # 1 - mean(0.2, 0.0, 0.4) / 2
    assert near.agreement == pytest.approx(0.9)
    assert (near.propositions, near.low, near.high) == (3, None, None)
    far = cells[frozenset("AC")]
    # 1 - mean(1.6, 1.4) / 2
    assert far.agreement == pytest.approx(0.25)
    assert (far.propositions, far.low, far.high) == (2, None, None)
    assert cells[frozenset("CD")].agreement == pytest.approx(1.0)
    assert cells[frozenset("CD")].propositions == 1


def test_from_five_propositions_on_there_is_an_interval():
    five = table_of(*({"A": [0.9], "B": [0.9 - n / 10]} for n in range(5)))
    [cell] = five.agreement().cells
    assert cell.agreement == pytest.approx(0.9)
    low, high = mean_interval([1.0, 0.95, 0.9, 0.85, 0.8])
    assert (cell.low, cell.high) == (pytest.approx(low), pytest.approx(high))
    assert cell == five.agreement(seed=0).cells[0]
    assert cell.low < five.agreement(seed=1).cells[0].agreement < cell.high


def test_on_one_proposition_the_passages_give_the_interval():
    one = table_of(
        {"A": [0.9, 0.7, 0.8], "B": [0.8, 0.8, 0.8], "C": [-0.9, -0.8, -0.7], "D": [0.8]}
    )
    cells = {frozenset((cell.a, cell.b)): cell for cell in one.agreement().cells}
    near, far, few = (cells[frozenset(both)] for both in ("AB", "BC", "AD"))
    assert (near.agreement, near.high) == (pytest.approx(1.0), 1.0)  # they may be at one
    assert 0.94 < near.low < 1
    assert far.agreement == pytest.approx(0.2)
    assert (far.low, far.high) == (pytest.approx(0.15), pytest.approx(0.25))
    assert (few.low, few.high) == (None, None)


def test_turning_a_proposition_round_changes_no_agreement():
    turned = [
        {party: [-value for value in values] for party, values in one.items()} if n == 1 else one
        for n, one in enumerate(THREE)
    ]
    assert table_of(*THREE).agreement().cells == table_of(*turned).agreement().cells


def test_parties_that_stand_alike_stand_beside_each_other():
    blocs = table_of(
        {"W1": [0.9], "E1": [-0.9], "W2": [0.8], "E2": [-0.8], "W3": [0.85]},
        {"W1": [-0.7], "E1": [0.7], "W2": [-0.6], "E2": [0.75], "Z": [0.1]},
    )
    order = blocs.agreement().actors
    assert "".join(party[0] for party in order).replace("Z", "") in ("EEWWW", "WWWEE")


def test_who_shares_no_proposition_has_no_cell():
    apart = table_of({"A": [0.8], "B": []}, {"A": [], "B": [0.8], "C": [0.5]})
    matrix = apart.agreement()
    assert [{cell.a, cell.b} for cell in matrix.cells] == [{"B", "C"}]
    assert sorted(matrix.actors) == ["A", "B", "C"]
    assert table_of({"A": []}).agreement().actors == ()
    assert table_of({"A": [0.5]}, {"B": [0.5]}, {"C": [0.5]}).agreement().cells == ()


def test_of_many_parties_those_on_most_propositions_are_compared(monkeypatch):
    monkeypatch.setattr(sys.modules[PositionTable.__module__], "MOST_ACTORS", 2)
    table = table_of({"A": [0.5], "B": [0.5, 0.6], "C": [0.5]}, {"C": [0.5]})
    assert sorted(table.agreement().actors) == ["B", "C"]


# -- Tables --------------------------------------------------------------------------------------


def read(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_row_a_party_says_how_it_stands_and_on_what():
    positions = made({"Valdoria": [0.8, 0.6, -0.5], "Ostravia": [-0.7], "Karsenia": [0.1], "M": []})
    rows = read(table_csv("positions", position_rows(positions)))
    assert tuple(rows[0]) == COLUMNS
    told = [(row["party"], row["standing"], row["place"], row["passages"]) for row in rows]
    assert told == [
        ("Ostravia", "placed", "-0.7", "1"), ("Valdoria", "placed", "0.3", "3"),
        ("Karsenia", "no side", "", "0"), ("M", "silent", "", "0"),
    ]  # fmt: skip
    valdoria = rows[1]
    assert (valdoria["agree"], valdoria["oppose"], valdoria["statements"]) == ("2", "1", "9")
    assert (valdoria["agree_text"], valdoria["oppose_text"]) == (
        "Valdoria speaks, 0.", "Valdoria speaks, 2."
    )  # fmt: skip
    assert (valdoria["first_date"], valdoria["last_date"]) == ("2001-05", "2003-05")
    assert float(valdoria["low"]) == -0.5
    assert rows[0]["low"] == ""
    assert (rows[2]["neither"], rows[3]["neither"]) == ("1", "0")
    assert rows[0]["label_source"].startswith("judge@")


def test_words_are_no_formulas_in_a_spreadsheet():
    data = table_csv("positions", position_rows(made({"=Valdoria()": [0.8]})))
    assert b'"\'=Valdoria()"' in data


def test_parties_beside_propositions():
    names, rows = proposition_rows(table_of(*THREE))
    assert names[:6] == [
        "party", "Proposition 1", "Proposition 1 (low)", "Proposition 1 (high)",
        "Proposition 1 (n)", "Proposition 1 (standing)",
    ]  # fmt: skip
    assert names[-9:] == list(COLUMNS[-9:])
    assert rows[0]["filters"] == "countries OST; not own speaker"
    assert (rows[0]["least_probability"], rows[0]["least_similarity"]) == (0.5, 0.35)
    by_party = {row["party"]: row for row in rows}
    assert list(by_party) == ["A", "B", "C", "D"]
    assert by_party["C"]["Proposition 1"] == -0.8
    assert by_party["C"]["Proposition 3"] is by_party["C"]["Proposition 3 (n)"] is None
    last = read(csv_bytes(*proposition_rows(table_of(*THREE))))[3]
    assert last["Proposition 2"] == "0.9"
    assert last["label_source"].startswith("judge@")


def test_who_takes_no_side_is_told_from_who_is_silent():
    table = table_of({"A": [0.8], "B": [0.1], "C": []}, {"A": [0.7], "B": [0.8], "C": [0.9]})
    _, rows = proposition_rows(table)
    told = {row["party"]: row["Proposition 1 (standing)"] for row in rows}
    assert told == {"A": "placed", "B": "no side", "C": "silent"}
    assert {row["Proposition 2 (standing)"] for row in rows} == {"placed"}
    _, rows = proposition_rows(table_of({"A": [], "B": [0.8]}, {"A": [], "B": [0.1]}))
    assert [(row["party"], row["Proposition 1"]) for row in rows] == [("B", 0.8), ("A", None)]
    assert rows[1]["Proposition 2 (standing)"] == "silent"


def test_every_row_of_a_table_has_all_columns():
    positions = made({"Valdoria": [0.8, 0.7], "M": []})
    assert all(tuple(row) == COLUMNS for row in position_rows(positions))
    periods = period_rows(positions, 1)
    assert [tuple(row) for row in periods] == [columns("places by period")] * 2
    assert [(row["start"], row["place"]) for row in periods] == [(2001, 0.8), (2002, 0.7)]
    [cell] = agreement_rows(table_of({"A": [0.8], "B": [0.6]}).agreement())
    assert json.loads(json.dumps(cell))["agreement"] == 0.9
    assert tuple(cell) == columns("agreement")
    assert cell["label_source"] == periods[0]["label_source"]
    assert cell["label_source"].startswith("judge@")


def test_columns_of_numbers_hold_numbers_or_nothing():
    positions = made({"Valdoria": [0.8, 0.6, -0.5], "Ostravia": [-0.7], "M": []})
    agreements = table_of({"A": [0.8], "B": [0.6]}).agreement()
    for name, rows in (
        ("positions", position_rows(positions)),
        ("places by period", period_rows(positions, 1)),
        ("agreement", agreement_rows(agreements)),
    ):
        assert rows
        for row in rows:
            texts = {column for column, value in row.items() if isinstance(value, str)}
            assert texts == set(columns(name)) - numbers(name)


def test_a_frame_has_the_same_rows_with_their_types():
    positions = made({"Valdoria": [0.8, 0.6, -0.5], "Ostravia": [-0.7], "M": []})
    frame = positions.to_pandas()
    assert tuple(frame.columns) == COLUMNS
    assert list(frame["standing"]) == ["placed", "placed", "silent"]
    assert frame["place"].isna().tolist() == [False, False, True]
    assert frame["low"].dtype == float
    assert frame.attrs["compare"]["query"] == "Open it."
    assert made({}).to_pandas().empty
    arrow, polars = positions.to_arrow(), positions.to_polars()
    assert arrow.column_names == polars.columns == list(COLUMNS)
    assert polars["place"].to_list() == arrow["place"].to_pylist()
    assert polars["place"].to_list()[2] is None
    assert json.loads(arrow.schema.metadata[b"compare"])["query"] == "Open it."


def test_other_thresholds_hold_for_every_proposition():
    strict = table_of(*THREE).rethreshold(probability=0.75)
    assert list(strict.cells) == ["A", "C", "D"]


def test_a_statement_stands_by_its_strongest_passage_and_screened_ones_stand_last():
    weak, strong = passage("Valdoria", 1, 0.5), passage("Valdoria", 1, -0.8)
    fast = replace(passage("Valdoria", 2, 0.9), first_stage_only=True)
    slow = passage("Valdoria", 3, 0.6)
    [position] = replace(made({}), actors=(actor("Valdoria", fast, weak, strong, slow),)).placed
    assert position.passages == (strong, slow, fast)
    assert position.strongest(Stance.AGREE) is slow
    assert position.first_stage_only == 1


def test_several_propositions_are_a_frame_and_a_notebooks_table():
    table = table_of(
        {"A <b>": [0.8], "B": [0.1], "C": []}, {"A <b>": [0.7], "B": [0.8], "C": [-0.9]}
    )
    frame = table.to_pandas()
    assert list(frame["party"]) == ["A <b>", "B", "C"]
    assert frame["Proposition 1"].isna().tolist() == [False, True, True]
    assert frame["Proposition 2"].dtype == float
    assert list(frame["Proposition 1 (standing)"]) == ["placed", "no side", "silent"]
    assert table.to_polars()["Proposition 2"].to_list() == frame["Proposition 2"].tolist()
    html = table._repr_html_()
    assert "<b>A &lt;b&gt;</b></td><td>+0.80<small>n = 1</small></td>" in html
    assert "<td>no side</td>" in html
    assert "<td>silent</td>" in html
    many = table_of({f"P{n:02}": [0.5] for n in range(30)})._repr_html_()
    assert many.count("<tr><td>") == 20
    assert "… and 10 more" in many
    assert frame.attrs["compare"]["query"] == ["Proposition 1", "Proposition 2"]
    assert table_of({"A": []}).to_pandas()["Proposition 1"].isna().all()
