"""Write the outlines that the map is drawn on, from borders that Natural Earth publishes.

    python -m training.outlines ne_10m_admin_0_countries_deu.zip

Natural Earth is in the public domain. Of its points of view the one named above keeps nearest to
the borders that most States recognise; the data have no other opinion on a border. The same file
and the same packages write the same bytes.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from compare.files import file_sha256, writing
from compare.ui.charts.positions import OUTLINES

Ring = list[list[float]]

SOURCE = "Natural Earth 5.1.1, 1:10m Admin 0 – Countries, point of view DEU"
SHA256 = "125fc4b1f425926b8bd22dce23af6f9f873543c2fe330915ccbe0aa7fa21ff82"
"""Of the archive with the borders; another file is refused."""

CODES = {"Kosovo": "XKX"}
"""Codes of countries outside ISO 3166, by name; a place with neither code is left out."""

TOLERANCE = 0.25
"""Degrees; a corner goes if the triangle that it makes is smaller than the square of this."""

LEAST_OUTLINE = 0.8
"""Square degrees; a smaller country is a point, which can be seen at the size of the map."""

LEAST_ISLAND = 0.4
"""Square degrees; smaller parts and holes of a country with an outline are left out."""

DIGITS = 2


def borders(archive: Path) -> dict[str, list[Any]]:
    """Return the areas of each country by its code, and check that the file is the known one.

    Raises:
        SystemExit: It is another file.
    """
    digest = file_sha256(archive)
    if digest != SHA256:
        raise SystemExit(f"{archive} has the sha256 {digest}, not that of {SOURCE}.")
    import shapefile
    from shapely.geometry import shape

    found: dict[str, list[Any]] = defaultdict(list)
    with shapefile.Reader(str(archive)) as reader:
        for entry in reader.iterShapeRecords():
            values = entry.record.as_dict()
            code = CODES.get(values["NAME"], values["ISO_A3_EH"])
            found[code].append((shape(entry.shape.__geo_interface__), values))
    return dict(found)


def outlines(countries: Mapping[str, Sequence[Any]]) -> dict[str, dict[str, Any]]:
    """Return coarse outlines by code, and a point for each country that is too small for one.

    All borders are simplified together, so that neighbours still meet.
    """
    from shapely import coverage_simplify

    places = [(code, *place) for code, several in countries.items() for place in several]
    coarse = coverage_simplify([area for _, area, _ in places], TOLERANCE)
    shapes: dict[str, list[list[Ring]]] = defaultdict(list)
    points: dict[str, list[float]] = {}
    for (code, exact, values), area in zip(places, coarse, strict=True):
        if code == "-99":
            continue
        if exact.area >= LEAST_OUTLINE:
            shapes[code] += polygons(area)
        elif len(countries[code]) == 1:
            points[code] = [round(values[name], DIGITS) for name in ("LABEL_X", "LABEL_Y")]
    return {
        "outlines": {code: shapes[code] for code in sorted(shapes)},
        "points": {code: points[code] for code in sorted(points)},
    }


def polygons(area: Any) -> Iterator[list[Ring]]:
    """Yield the large polygons of an area: an outer ring, which runs clockwise, and its holes."""
    from shapely.geometry import Polygon, polygon

    parts = sorted(getattr(area, "geoms", [area]), key=lambda part: -part.area)
    for n, part in enumerate(parts):
        if n and part.area < LEAST_ISLAND:
            return
        holes = [hole for hole in part.interiors if Polygon(hole).area >= LEAST_ISLAND]
        # D3 fills what a clockwise ring encloses; a hole runs the other way.
        wound = polygon.orient(Polygon(part.exterior, holes), -1)
        yield [corners(ring.coords) for ring in (wound.exterior, *wound.interiors)]


def corners(ring: Sequence[tuple[float, ...]]) -> Ring:
    """Return a ring's rounded corners, without those that rounding made equal."""
    rounded = [[round(x, DIGITS), round(y, DIGITS)] for x, y, *_ in ring]
    return [point for n, point in enumerate(rounded) if not n or point != rounded[n - 1]]


def main() -> None:
    """Write the file that ships."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--out", type=Path, default=OUTLINES)
    arguments = parser.parse_args()
    made = outlines(borders(arguments.archive))
    text = json.dumps({"source": SOURCE, "sha256": SHA256, **made}, separators=(",", ":"))
    with writing(arguments.out, force=True) as file:
        file.write(f"{text}\n".encode())


if __name__ == "__main__":
    main()
