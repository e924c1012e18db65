"""A map of countries' positions, and the coarse outlines of the world that it is drawn on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import altair as alt

from compare.export import counted
from compare.results import Position
from compare.ui.charts.positions import CHOSEN, SCALE_TITLE, tooltip, values_of
from compare.ui.charts.vega import AGREE, EVEN, INK, OPPOSE, PAPER, Chart, Spec, shade

Point = Sequence[float]  # longitude and latitude, degrees
Polygon = Sequence[Sequence[Point]]  # an outer ring, which runs clockwise, and its holes


class World(NamedTuple):
    """Countries by ISO 3166-1 alpha-3 code; those without an outline are points."""

    outlines: Mapping[str, Sequence[Polygon]]
    points: Mapping[str, Point]


OUTLINES = Path(__file__).parent / "outlines.json"
"""Coarse outlines in the public domain, as written by `training.outlines`; see OUTLINES.md."""


@cache
def world() -> World:
    """Return the outlines that ship with the program."""
    kept = json.loads(OUTLINES.read_text(encoding="utf-8"))
    return World(kept["outlines"], kept["points"])


def off_the_map(positions: Sequence[Position]) -> list[str]:
    """Return the names of the placed actors that the map does not have, such as organisations."""
    known = world().outlines.keys() | world().points.keys()
    return sorted(one.name for one in positions if one.actor.key not in known)


def map_chart(positions: Sequence[Position], proposition: str) -> Chart:
    """Return the positions of countries on a map."""
    passages = sum(one.score.passages for one in positions)
    few = sum(one.score.low is None for one in positions)
    missing = len(off_the_map(positions))
    note = (
        f"n = {counted(passages, 'passage')} of {counted(len(positions), 'actor')}"
        + (f"; dashed, without colour: {few:,} with too few for an interval" if few else "")
        + (f"; {missing:,} not on the map" if missing else "")
        + "."
    )
    return Chart(_draw_map(positions), proposition, (note,))


def _draw_map(positions: Sequence[Position]) -> alt.LayerChart:
    """Draw the countries that take a side; those with too few for an interval have no colour."""
    placed = {one.actor.key: {"actor": one.name, **values_of(one.score)} for one in positions}
    shapes = [
        _feature("MultiPolygon", polygons, placed.get(code, {}))
        for code, polygons in world().outlines.items()
    ]
    shapes += [
        _feature("Point", point, placed[code])
        for code, point in world().points.items()
        if code in placed
    ]
    base, colours = alt.Chart(), [OPPOSE, EVEN, AGREE]
    ground = base.mark_geoshape(fill=PAPER, stroke=INK, strokeWidth=0.3, aria=False)
    dashed = alt.when("!isValid(datum.low)").then(alt.value([2, 2])).otherwise(alt.value([]))
    coloured = (
        alt.when("isValid(datum.low)")
        .then(shade("position", colours, 0, title=SCALE_TITLE, titleLimit=240, gradientLength=220))
        .otherwise(alt.value(PAPER))
    )
    countries = (
        base.mark_geoshape(stroke=INK, strokeWidth=0.9, cursor="pointer")
        .encode(
            color=coloured,
            tooltip=tooltip("actor", "Country"),
            strokeDash=dashed,
        )
        .transform_filter("isValid(datum.position)")
        .properties(name="countries")
        .add_params(alt.selection_point(name=CHOSEN, fields=["actor"]))
    )
    return alt.LayerChart(
        data=alt.InlineData(values=shapes),
        layer=[ground, countries],
        projection=alt.Projection(type="equalEarth", pointRadius=4),
        height=400,
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        view=alt.ViewBackground(stroke=None),
    )


def _feature(shape: str, coordinates: Any, values: Spec) -> Spec:
    geometry = {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, **values}
