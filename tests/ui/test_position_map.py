import io
import math
from dataclasses import replace
from xml.etree import ElementTree

import pycountry
import pytest
import vl_convert

from compare.ui.charts.figures import COLOURS
from compare.ui.charts.position_map import map_spec, map_stands_on, map_svg, off_the_map
from compare.ui.charts.world import equal_earth, world
from tests.fabricate_positions import made

AT_HOME = {"Valdoria": "BRA", "Ostravia": "SGP", "Karsenia": "KEN", "Marenia": "SUN"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def placed():
    """Made-up countries where real ones lie; one State that is no more has no place on a map."""
    positions = made(
        {
            "Valdoria": [0.8, 0.7, 0.9],
            "Ostravia": [-0.8, -0.7, -0.6],
            "Karsenia": [0.6],
            "Marenia": [0.8],
        }
    )
    voices = tuple(replace(voice, key=AT_HOME[voice.name]) for voice in positions.voices)
    return replace(positions, voices=voices).placed


def test_nearly_every_country_has_an_outline_or_a_point():
    codes = {country.alpha_3 for country in pycountry.countries}
    known = world().outlines.keys() | world().points.keys()
    assert len(codes - known) <= 12  # islands and parts of States, none of them a UN member
    assert {"HUN", "MMR", "SRB", "JAM", "SGP", "TUV"} <= known
    assert not world().outlines.keys() & world().points.keys()


def test_outlines_are_turned_as_the_chart_needs_them():
    for code, polygons in world().outlines.items():
        for outer, *holes in polygons:
            assert area(outer) < 0, code
            assert all(area(hole) > 0 for hole in holes), code
    for middle in world().points.values():
        assert abs(middle[0]) <= 180
        assert abs(middle[1]) <= 90


def area(ring):
    return sum(x * q - p * y for (x, y), (p, q) in zip(ring, (*ring[1:], ring[0]), strict=True))


def test_the_projection_keeps_areas():
    def cell(east, north, side=0.5):
        corners = [(0, 0), (0, side), (side, side), (side, 0)]
        x, y = zip(*(equal_earth((east + a, north + b)) for a, b in corners), strict=True)
        flat = abs(area(list(zip(x, y, strict=True)))) / 2
        round_ = math.radians(side) * (
            math.sin(math.radians(north + side)) - math.sin(math.radians(north))
        )
        return flat / round_

    assert equal_earth((0, 0)) == (0, 0)
    assert equal_earth((180, 0))[0] == pytest.approx(2.7066, abs=1e-4)
    assert [cell(*at) for at in ((0, 0), (90, 45), (-170, 70), (10, -60))] == [
        pytest.approx(1, abs=1e-3)
    ] * 4


def test_who_takes_a_side_is_on_the_map_or_named(placed):
    assert off_the_map(placed) == ["Marenia"]
    spec = map_spec(placed, COLOURS["light"])
    shapes = {value["party"]: value for value in spec["data"]["values"] if "party" in value}
    assert {name: value["geometry"]["type"] for name, value in shapes.items()} == {
        "Valdoria": "MultiPolygon",
        "Karsenia": "MultiPolygon",
        "Ostravia": "Point",
    }
    assert shapes["Valdoria"]["place"] == pytest.approx(0.8)
    assert shapes["Karsenia"]["low"] is None
    assert map_stands_on(placed) == (
        "n = 8 passages of 4 parties; dashed: 2 with too few for an interval; 1 not on the map."
    )


@pytest.mark.parametrize("names", [[], ["Valdoria"], ["Ostravia"]])
def test_the_chart_is_drawn_whoever_is_on_it(placed, names):
    spec = map_spec([one for one in placed if one.name in names], COLOURS["dark"])
    drawn = vl_convert.vegalite_to_svg({**spec, "width": 700})
    assert drawn.count("Country: ") == len(names)
    assert all(f"Country: {name}" in drawn for name in names)


def test_the_figure_has_a_shape_for_each_country(placed):
    root = ElementTree.parse(io.BytesIO(map_svg(placed, "Open <it> & all."))).getroot()
    told = {
        mark.find(f"{SVG}title").text: mark
        for mark in root.iter()
        if mark.tag in (f"{SVG}path", f"{SVG}circle") and mark.find(f"{SVG}title") is not None
    }
    assert told.keys() == {"Valdoria: +0.80 (3)", "Ostravia: -0.70 (3)", "Karsenia: +0.60 (1)"}
    assert told["Ostravia: -0.70 (3)"].tag == f"{SVG}circle"
    assert told["Karsenia: +0.60 (1)"].get("stroke-dasharray")
    assert len(list(root.iter(f"{SVG}path"))) == len(world().outlines)
    width, height = float(root.get("width")), float(root.get("height"))
    for path in root.iter(f"{SVG}path"):
        points = path.get("d").replace("M", " ").replace("L", " ").replace("Z", " ").split()
        assert all(0 <= float(x) <= width for x in points[::2])
        assert all(0 <= float(y) <= height for y in points[1::2])
    assert "1 not on the map" in "".join(root.itertext())
