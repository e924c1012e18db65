"""The outlines of the map, made from borders that are made up."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import shapely

from training.outlines import borders, corners, outlines


def place(code: str, *boxes: tuple[float, float, float, float]) -> tuple[str, object, dict]:
    area = shapely.union_all([shapely.box(*box) for box in boxes])
    middle = area.centroid
    return code, area, {"LABEL_X": middle.x, "LABEL_Y": middle.y}


def made(*places: tuple[str, object, dict]) -> dict:
    countries: dict[str, list] = {}
    for code, area, values in places:
        countries.setdefault(code, []).append((area, values))
    return outlines(countries)


def test_large_countries_get_outlines_and_small_ones_points() -> None:
    found = made(
        place("BBB", (10, 0, 20, 10), (30, 0, 30.1, 0.1)),
        place("AAA", (0, 0, 10, 10)),
        place("CCC", (40, 5, 40.2, 5.2)),
        place("-99", (50, 0, 60, 10)),
    )
    assert list(found["outlines"]) == ["AAA", "BBB"]
    assert found["points"] == {"CCC": [40.1, 5.1]}
    ((ring,),) = found["outlines"]["BBB"]  # without its small island
    assert ring[0] == ring[-1]
    assert sum(x * q - p * y for (x, y), (p, q) in pairwise(ring)) < 0


def test_the_parts_of_a_country_are_put_together() -> None:
    found = made(place("AAA", (0, 0, 5, 5)), place("AAA", (20, 0, 25, 5)))
    assert len(found["outlines"]["AAA"]) == 2


def test_a_hole_stays_if_another_country_is_drawn_in_it() -> None:
    around = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6))
    around = around.difference(shapely.box(1, 1, 1.4, 1.4))
    found = made(
        ("AAA", around, {}),
        place("BBB", (4, 4, 6, 6)),
        place("CCC", (1, 1, 1.4, 1.4)),
    )
    ((outer, *holes),) = found["outlines"]["AAA"]
    assert len(outer) >= 5
    assert len(holes) == 1


def test_equal_corners_are_left_out() -> None:
    assert corners([(0, 0), (0.001, 0), (1, 1.004), (0, 0)]) == [[0, 0], [1, 1], [0, 0]]


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    other.write_bytes(b"other borders")
    with pytest.raises(SystemExit, match=r"other\.zip has the sha256 \w+, not that of Natural"):
        borders(other)
