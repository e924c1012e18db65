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
from compare.results import Stance, share_interval
from tests.fabricate_positions import actor, made, passage, table_of

COLUMNS = columns("positions")

# -- Agreement -----------------------------------------------------------------------------------

THREE = (
    {"A": [0.8], "B": [0.6, 0.6, 0.6, -0.6], "C": [-0.8], "D": []},
    {"A": [-0.5], "B": [-0.6, -0.6, -0.6, 0.6], "C": [0.9], "D": [0.9]},
    {"A": [0.9], "B": [0.5], "C": [], "D": [-0.7]},
)


def test_agreement_is_worked_out_by_hand():
    cells = {frozenset((c.a, c.b)): c for c in table_of(*THREE).agreement().cells}
    near = cells[frozenset("AB")]
    # 3 of 4 speeches of B take the side of A on two propositions, and all on the third.
    assert near.agreement == pytest.approx((3 / 4 + 3 / 4 + 1) / 3)
    assert (near.propositions, near.low, near.high) == (3, None, None)
    far = cells[frozenset("BC")]
    assert far.agreement == pytest.approx((1 / 4 + 1 / 4) / 2)
    assert (far.propositions, far.low, far.high) == (2, None, None)
    assert cells[frozenset("AC")].agreement == 0
    assert cells[frozenset("CD")].agreement == 1
    assert cells[frozenset("CD")].propositions == 1


def test_agreement_is_how_often_two_speeches_take_the_same_side():
    sides = {"A": [0.8, 0.8, -0.8], "B": [0.6, -0.6, -0.6, -0.6]}
    [cell] = table_of(sides).agreement().cells
    same = [a * b > 0 for a in sides["A"] for b in sides["B"]]
    assert cell.agreement == pytest.approx(sum(same) / len(same))


@pytest.mark.parametrize("number", [1, 2, 5, 40])
def test_who_always_takes_the_same_side_agrees_whatever_the_number_of_speeches(number):
    table = table_of({"A": [0.6] * number, "B": [0.9]}, {"A": [-0.9], "B": [-0.6] * 3})
    [cell] = table.agreement().cells
    assert cell.agreement == 1


def test_from_five_propositions_on_there_is_an_interval():
    same, split = {"A": [0.9], "B": [0.6]}, {"A": [0.9], "B": [0.6, -0.6]}
    [cell] = table_of(*[same] * 4, split).agreement().cells
    assert cell.agreement == pytest.approx((4 + 0.5) / 5)
    assert (cell.low, cell.high) == pytest.approx(share_interval(4.5, 5))
    [cell] = table_of(*[same] * 5).agreement().cells
    assert (cell.agreement, cell.high) == (1, 1)
    assert cell.low == pytest.approx(0.025 ** (1 / 5))  # low**5 = 0.025
    [cell] = table_of(*[same] * 4).agreement().cells
    assert (cell.agreement, cell.low, cell.high) == (1, None, None)


def test_on_one_proposition_the_speeches_give_the_interval():
    one = table_of(
        {"A": [0.9] * 12, "B": [0.8] * 12, "C": [-0.7] * 12, "D": [0.8] * 4, "E": [0.6, -0.6] * 6}
    )
    cells = {frozenset((cell.a, cell.b)): cell for cell in one.agreement().cells}
    near, far, few, even = (cells[frozenset(both)] for both in ("AB", "BC", "AD", "AE"))
    # If the share that agrees is `end`, all 12 do in 1.27 % of samples: both ends hold in 95 %.
    end = ((1 - 0.95**0.5) / 2) ** (1 / 12)
    assert (near.agreement, near.high) == (1, 1)  # they may be at one
    assert near.low == pytest.approx(end**2 + (1 - end) ** 2)  # both on one side, or both not
    assert (far.agreement, far.low) == (0, 0)
    assert far.high == pytest.approx(1 - near.low)
    assert (few.agreement, few.low, few.high) == (1, None, None)
    assert (even.agreement, even.low) == (0.5, pytest.approx(1 - even.high))
    assert 0.1 < even.low < 0.3


def test_on_one_proposition_more_speeches_narrow_the_interval():
    widths = [
        cell.high - cell.low
        for number in (5, 10, 40)
        for cell in table_of({"A": [0.9] * number, "B": [0.9] * 12}).agreement().cells
    ]
    assert widths[0] > widths[1] > widths[2] > 0


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
    positions = made(
        {"Valdoria": [0.8, 0.6, 0.7, 0.6, -0.5], "Ostravia": [-0.7], "Karsenia": [0.1], "M": []}
    )
    rows = read(table_csv("positions", position_rows(positions)))
    assert tuple(rows[0]) == COLUMNS
    shown = ("party", "standing", "place", "passages", "speeches")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("Ostravia", "placed", "-1.0", "1", "1"), ("Valdoria", "placed", "0.6", "5", "5"),
        ("Karsenia", "no side", "", "0", "0"), ("M", "silent", "", "0", "0"),
    ]  # fmt: skip
    valdoria = rows[1]
    assert (valdoria["agree"], valdoria["oppose"], valdoria["statements"]) == ("4", "1", "9")
    assert (valdoria["agree_text"], valdoria["oppose_text"]) == (
        "Valdoria speaks, 0.", "Valdoria speaks, 4."
    )  # fmt: skip
    assert (valdoria["first_date"], valdoria["last_date"]) == ("2001-05", "2005-05")
    ends = [2 * end - 1 for end in share_interval(4, 5)]
    assert [float(valdoria["low"]), float(valdoria["high"])] == pytest.approx(ends, abs=1e-6)
    assert rows[0]["low"] == ""
    assert (rows[2]["neither"], rows[3]["neither"]) == ("1", "0")
    assert rows[0]["label_source"].startswith("judge@")


def test_words_are_no_formulas_in_a_spreadsheet():
    data = table_csv("positions", position_rows(made({"=Valdoria()": [0.8]})))
    assert b'"\'=Valdoria()"' in data


def test_parties_beside_propositions():
    names, rows = proposition_rows(table_of(*THREE))
    assert names[:7] == [
        "party", "Proposition 1", "Proposition 1 (low)", "Proposition 1 (high)",
        "Proposition 1 (n)", "Proposition 1 (speeches)", "Proposition 1 (standing)",
    ]  # fmt: skip
    assert names[-9:] == list(COLUMNS[-9:]) == list(columns("positions made with"))
    assert rows[0]["filters"] == "countries OST; not own speaker"
    assert (rows[0]["least_probability"], rows[0]["least_similarity"]) == (0.5, 0.35)
    by_party = {row["party"]: row for row in rows}
    assert list(by_party) == ["A", "B", "C", "D"]
    assert by_party["B"]["Proposition 1"] == 0.5
    assert by_party["B"]["Proposition 1 (n)"] == 4
    assert by_party["C"]["Proposition 3"] is by_party["C"]["Proposition 3 (n)"] is None
    last = read(csv_bytes(*proposition_rows(table_of(*THREE))))[3]
    assert last["Proposition 2"] == "1.0"
    assert last["label_source"].startswith("judge@")


def test_who_takes_no_side_is_told_from_who_is_silent():
    table = table_of({"A": [0.8], "B": [0.1], "C": []}, {"A": [0.7], "B": [0.8], "C": [0.9]})
    _, rows = proposition_rows(table)
    told = {row["party"]: row["Proposition 1 (standing)"] for row in rows}
    assert told == {"A": "placed", "B": "no side", "C": "silent"}
    assert {row["Proposition 2 (standing)"] for row in rows} == {"placed"}
    _, rows = proposition_rows(table_of({"A": [], "B": [0.8]}, {"A": [], "B": [0.1]}))
    assert [(row["party"], row["Proposition 1"]) for row in rows] == [("B", 1), ("A", None)]
    assert rows[1]["Proposition 2 (standing)"] == "silent"


def test_every_row_of_a_table_has_all_columns():
    positions = made({"Valdoria": [0.8, -0.7], "M": []})
    assert all(tuple(row) == COLUMNS for row in position_rows(positions))
    periods = period_rows(positions, 1)
    assert [tuple(row) for row in periods] == [columns("places by period")] * 2
    assert [(row["start"], row["place"]) for row in periods] == [(2001, 1), (2002, -1)]
    [cell] = agreement_rows(table_of({"A": [0.8], "B": [0.6, 0.6, 0.6, -0.6]}).agreement())
    assert json.loads(json.dumps(cell))["agreement"] == 0.75
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
    assert "<b>A &lt;b&gt;</b></td><td>+1.00<small>n = 1</small></td>" in html
    assert "<td>no side</td>" in html
    assert "<td>silent</td>" in html
    many = table_of({f"P{n:02}": [0.5] for n in range(30)})._repr_html_()
    assert many.count("<tr><td>") == 20
    assert "… and 10 more" in many
    assert frame.attrs["compare"]["query"] == ["Proposition 1", "Proposition 2"]
    assert table_of({"A": []}).to_pandas()["Proposition 1"].isna().all()
