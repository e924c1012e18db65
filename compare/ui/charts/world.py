"""Where countries lie, by ISO code: coarse outlines, and a point for those that have none."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

Point = tuple[float, float]
"""Longitude and latitude, degrees."""

_DECIMALS = 2
_EQUAL_EARTH = (1.340264, -0.081106, 0.000893, 0.003796)


@dataclass(frozen=True, slots=True)
class World:
    """Countries by ISO 3166-1 alpha-3 code.

    Attributes:
        outlines: Polygons, each an outer ring and its holes; outer rings run clockwise, as D3 asks.
        points: Middles of countries that have no outline there, most of them small islands.
    """

    outlines: Mapping[str, tuple[tuple[tuple[Point, ...], ...], ...]]
    points: Mapping[str, Point]


@cache
def world() -> World:
    """Return the world as the package countryinfo has it: coarse, some countries as points."""
    from countryinfo import all_countries

    outlines: dict[str, tuple[tuple[tuple[Point, ...], ...], ...]] = {}
    points: dict[str, Point] = {}
    for country in all_countries():
        code = str(country.iso(3) or "")
        polygons = tuple(_polygons(country.geo_json() or {}, code))
        if code and polygons:
            outlines.setdefault(code, polygons)
        if code and (middle := country.latlng()):
            points.setdefault(code, (float(middle[1]), float(middle[0])))
    return World(outlines, {code: at for code, at in points.items() if code not in outlines})


def _polygons(shape: Mapping[str, Any], code: str) -> Iterator[tuple[tuple[Point, ...], ...]]:
    for feature in shape.get("features") or ():
        if feature.get("id") != code:
            continue
        geometry = feature["geometry"]
        several = geometry["type"] == "MultiPolygon"
        for polygon in geometry["coordinates"] if several else [geometry["coordinates"]]:
            rings = [
                tuple((round(x, _DECIMALS), round(y, _DECIMALS)) for x, y in r) for r in polygon
            ]
            yield tuple(_turned(ring, clockwise=n == 0) for n, ring in enumerate(rings))


def _turned(ring: tuple[Point, ...], *, clockwise: bool) -> tuple[Point, ...]:
    around = zip(ring, (*ring[1:], ring[0]), strict=True)
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in around)
    return ring if (twice < 0) == clockwise else ring[::-1]


def equal_earth(point: Point) -> Point:
    """Return where a point lies on an equal-area map of the world, x -2.71 to 2.71, y down.

    Šavrič, Patterson and Jenny, "The Equal Earth map projection" (2019), equations 1 to 3.
    """
    a1, a2, a3, a4 = _EQUAL_EARTH
    east, north = math.radians(point[0]), math.radians(point[1])
    turned = math.asin(math.sqrt(3) / 2 * math.sin(north))
    squared = turned**2
    below = 9 * a4 * squared**4 + 7 * a3 * squared**3 + 3 * a2 * squared + a1
    x = 2 * math.sqrt(3) * east * math.cos(turned) / (3 * below)
    return x, -turned * (a4 * squared**4 + a3 * squared**3 + a2 * squared + a1)
