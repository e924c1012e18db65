import json
import re
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pycountry
import pytest
import vl_convert

from compare.comparison import YearCount, by_year
from compare.errors import ExportError
from compare.export import columns
from compare.export.rows import year_rows
from compare.ui.charts.counts import years_chart
from compare.ui.charts.positions import (
    KINDS,
    OUTLINES,
    agreement_chart,
    kind,
    map_chart,
    off_the_map,
    period_chart,
    periods_chart,
    positions_chart,
    world,
)
from compare.ui.charts.vega import COLOURS
from tests.fabricate import two_sides
from tests.fabricate_positions import made, table_of
from tests.ui.conftest import ROOT

SVG = "{http://www.w3.org/2000/svg}"
COUNTS = [YearCount("a", 2010 + n, n % 4, n % 3, 9) for n in range(30)]
ACTORS = ["Valdoria", "Marenia", "<Ostravia>"]
PLACES = {
    "<Valdoria>": [0.8, 0.7, 0.9, 0.8, 0.7, 0.9],
    "Ostravia": [-0.8, -0.7, -0.6, -0.8, -0.7, -0.6],
    "Karsenia": [-0.8, 0.7, 0.6, 0.7, 0.6],
    "Marenia": [0.8] * 4,
}
MATRIX = table_of(*[PLACES] * 3).agreement()
PERIODS = {
    name: [one for one in made(PLACES).by_period(1) if one.actor.name == name] for name in PLACES
}
AT_HOME = {"Valdoria": "BRA", "Ostravia": "SGP", "Karsenia": "KEN", "Marenia": "SUN"}


def test_the_colours_are_those_of_the_cards():
    style = (ROOT / "compare" / "export" / "templates" / "cards.css").read_text()
    names = {"agree": "agree", "oppose": "oppose", "ink": "ink", "paper": "paper"}
    for ours, theirs in {**names, "even": "neither-wash"}.items():
        both = f"light-dark({COLOURS['light'][ours]}, {COLOURS['dark'][ours]})"
        assert f"--cp-{theirs}: {both};" in style


# -- Counts --------------------------------------------------------------------------------------


def test_charts_of_counts_hold_the_numbers():
    chart = years_chart(COUNTS, 0.6)
    spec = chart.spec(COLOURS["light"])
    values = spec["data"]["values"]
    assert [(value["year"], value["statements"]) for value in values] == [
        (str(count.year), number) for count in COUNTS for number in (count.agree, count.oppose)
    ]
    assert all((value["bar"] < 0) <= (value["verdict"] == "Oppose") for value in values)
    assert spec["encoding"]["color"]["scale"]["domain"] == ["Agree", "Oppose"]
    decided = sum(count.agree + count.oppose for count in COUNTS)
    assert chart.notes == (
        f"n = 270 statements read, {decided} of them labelled agree or oppose.",
        "A label needs a probability of 0.6. Undated statements do not count.",
    )


# -- Places, periods, agreement ------------------------------------------------------------------


def test_shape_and_colour_and_word_tell_what_a_place_shows():
    positions = made(PLACES).placed
    assert {one.name: kind(one.score) for one in positions} == {
        "<Valdoria>": KINDS[0], "Ostravia": KINDS[1], "Karsenia": KINDS[2], "Marenia": KINDS[3]
    }  # fmt: skip
    spec = positions_chart(positions, "Open it.", 100).spec(COLOURS["light"])
    values = {value["actor"]: value for value in spec["data"]["values"]}
    assert values["Karsenia"]["label"] == "Karsenia (5)"
    assert values["Marenia"]["low"] is None
    long = {"The United Islands of Valdoria and Ostravia": [0.8] * 12}
    [label] = positions_chart(made(long).placed, "Open it.", 1).spec(COLOURS["dark"])["layer"][-1][
        "encoding"
    ]["y"]["sort"]
    assert label == "The United Islands of V… (12)"
    dots = spec["layer"][-1]["encoding"]
    assert dots["shape"]["scale"]["domain"] == dots["color"]["scale"]["domain"] == list(KINDS)
    assert len(set(dots["shape"]["scale"]["range"])) == len(KINDS)


def test_a_period_and_a_cell_hold_their_numbers():
    spec = period_chart(PERIODS["Ostravia"], range(2000, 2007)).spec(COLOURS["dark"])
    assert spec["layer"][-1]["encoding"]["x"]["scale"]["domain"][0] == "2000"
    values = spec["data"]["values"]
    assert [(value["period"], value["position"]) for value in values] == [
        (str(year), -1) for year in range(2001, 2007)
    ]
    matrix = table_of(
        {"A": [0.8], "B": [0.6, 0.6, 0.6, 0.6, -0.6]}, {"A": [0.5], "C": [0.5]}
    ).agreement()
    cells = agreement_chart(matrix, ["A", "B"], 2).spec(COLOURS["light"])["data"]["values"]
    assert [(cell["agreement"], cell["number"]) for cell in cells] == [
        (pytest.approx(0.8), "n 1")
    ] * 2  # fmt: skip


# -- The map -------------------------------------------------------------------------------------


@pytest.fixture
def placed():
    """Made-up countries where real ones lie; one State that is no more has no place on a map."""
    positions = made(
        {
            "Valdoria": [0.7] * 9 + [-0.7],
            "Ostravia": [-0.8, -0.7, -0.6, -0.8, -0.7],
            "Karsenia": [0.6],
            "Marenia": [0.8],
        }
    )
    actors = tuple(replace(actor, key=AT_HOME[actor.name]) for actor in positions.actors)
    return replace(positions, actors=actors).placed


def test_nearly_every_country_has_an_outline_or_a_point():
    codes = {country.alpha_3 for country in pycountry.countries}
    known = world().outlines.keys() | world().points.keys()
    assert len(codes - known) <= 12  # islands and parts of States, none of them a UN member
    assert {"HUN", "MMR", "SRB", "JAM", "SGP", "TUV", "XKX"} <= known
    assert not world().outlines.keys() & world().points.keys()


def test_the_outlines_are_small_and_their_licence_ships_beside_them():
    assert OUTLINES.stat().st_size < 250_000
    assert "public domain" in (OUTLINES.parent / "OUTLINES.md").read_text(encoding="utf-8")
    assert json.loads(OUTLINES.read_text(encoding="utf-8"))["source"].startswith("Natural Earth")


def test_outlines_are_wound_as_the_chart_needs_them():
    def area(ring):
        assert len(ring) >= 4
        assert ring[0] == ring[-1]
        edges = zip(ring, (*ring[1:], ring[0]), strict=True)
        return sum(x * q - p * y for (x, y), (p, q) in edges)

    for code, polygons in world().outlines.items():
        for outer, *holes in polygons:
            assert area(outer) < 0, code
            assert all(area(hole) > 0 for hole in holes), code
    for middle in world().points.values():
        assert abs(middle[0]) <= 180
        assert abs(middle[1]) <= 90


def test_who_takes_a_side_is_on_the_map_or_named(placed):
    assert off_the_map(placed) == ["Marenia"]
    spec = map_chart(placed, "Open it.").spec(COLOURS["light"])
    shapes = {value["actor"]: value for value in spec["data"]["values"] if "actor" in value}
    assert {name: value["geometry"]["type"] for name, value in shapes.items()} == {
        "Valdoria": "MultiPolygon",
        "Karsenia": "MultiPolygon",
        "Ostravia": "Point",
    }
    assert shapes["Valdoria"]["position"] == pytest.approx(0.8)
    assert shapes["Karsenia"]["low"] is None
    assert map_chart(placed, "Open it.").notes == (
        "n = 17 passages of 4 actors; dashed, without colour: 2 with too few for an interval; "
        "1 not on the map.",
    )


@pytest.mark.parametrize("names", [[], ["Valdoria"], ["Ostravia"]])
def test_the_chart_is_drawn_whoever_is_on_it(placed, names):
    chart = map_chart([one for one in placed if one.name in names], "Open it.")
    drawn = vl_convert.vegalite_to_svg({**chart.spec(COLOURS["dark"]), "width": 700})
    assert drawn.count("Country: ") == len(names)
    assert all(f"Country: {name}" in drawn for name in names)


def test_the_figure_has_a_shape_for_each_country(placed):
    root = ElementTree.fromstring(map_chart(placed, "Open <it> & all.").svg())
    assert "1 not on the map" in "".join(root.itertext())
    ground = root.find(f".//{SVG}g[@class='mark-shape role-mark layer_0_marks']")
    shapes = [mark for mark in ground if mark.get("d")]
    assert len(shapes) == len(world().outlines) + 1  # and a point
    told = {
        re.search("Country: (.+?);", mark.get("aria-label"))[1]: mark
        for mark in root.iter(f"{SVG}path")
        if "Country: " in mark.get("aria-label", "")
    }
    assert told.keys() == {"Valdoria", "Ostravia", "Karsenia"}
    assert "position: 0.8;" in told["Valdoria"].get("aria-label")
    assert "Passages: 5" in told["Ostravia"].get("aria-label")
    assert told["Karsenia"].get("stroke-dasharray")
    assert not told["Valdoria"].get("stroke-dasharray")


# -- Figures -------------------------------------------------------------------------------------


def corners(root):
    """The points of all marks and the anchors of all words, as they stand in the figure."""

    def walk(element, x, y):
        if move := re.match(r"translate\(([-\d.e]+),\s*([-\d.e]+)\)", element.get("transform", "")):
            x, y = x + float(move[1]), y + float(move[2])
        if element.tag == f"{SVG}text":
            yield x, y
        if element.tag == f"{SVG}path":
            at = (0.0, 0.0)
            for letter, numbers in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", element.get("d", "")):
                found = [float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", numbers)]
                if letter in "hv":
                    at = (at[0] + found[0], at[1]) if letter == "h" else (at[0], at[1] + found[0])
                elif letter in "ML":
                    at = found[-2], found[-1]
                yield x + at[0], y + at[1]
        for child in element:
            yield from walk(child, x, y)

    return list(walk(root, 0.0, 0.0))


@pytest.mark.parametrize(
    "chart",
    [
        years_chart(COUNTS, 0.6),
        years_chart([YearCount("a", 2010, 0, 0, 1)], 0.5),
        positions_chart(made(PLACES).placed, "Open <it> & " + "for ever " * 40, 3),
        periods_chart(PERIODS, range(2001, 2007), "Open it.", 1),
        agreement_chart(MATRIX, MATRIX.actors, 3),
        map_chart(made(PLACES).placed, "Open it."),
    ],
    ids=["years", "nothing", "places", "periods", "agreement", "map"],
)
def test_a_figure_is_whole_and_says_what_it_stands_on(chart):
    spec = chart.figure()
    root = ElementTree.fromstring(chart.svg())
    width, height = float(root.get("width")), float(root.get("height"))
    found = corners(root)
    assert len(found) > 10
    for x, y in found:
        assert -1 <= x <= width + 1
        assert -1 <= y <= height + 1
    words = " ".join(root.itertext())
    assert re.search(r"\bn\b", words)
    assert "no random sample" in " ".join(words.split())
    assert "&lt;" not in words
    names = set(re.findall(r"<\w+>", json.dumps(spec["data" if "data" in spec else "concat"])))
    assert all(name in words for name in names)


@pytest.mark.parametrize("over_time", [False, True])
def test_counts_by_year_have_their_columns(over_time):
    result = two_sides(over_time=over_time)
    assert [count.side for count in by_year(result)] == (["a"] if over_time else ["a", "b"])
    assert {tuple(row) for row in year_rows(result)} == {columns("years")}


def test_a_bar_chart_has_no_halves_of_statements():
    root = ElementTree.fromstring(years_chart([YearCount("a", 2010, 0, 2, 3)], 0.6).svg())
    numbers = [mark.text for mark in root.iter(f"{SVG}text") if mark.text in {"0", "1", "2"}]
    assert sorted(numbers) == ["0", "1", "2"]


def test_without_the_extra_the_error_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(ExportError, match=r"compare-statements\[charts\]"):
        years_chart(COUNTS, 0.6).svg()
