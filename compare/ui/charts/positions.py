"""Charts of positions: with intervals, by period, on a map, and the agreement between actors."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import altair as alt

from compare.comparison import AgreementMatrix
from compare.export import counted
from compare.models import Stance
from compare.results import Position, PositionScore
from compare.results.positions import PeriodScore
from compare.ui.charts.vega import AGREE, EVEN, FIT_WIDTH, INK, OPPOSE, PAPER, WIDTH, Chart, Spec

CHOSEN = "chosen"  # the selection of a dot or a country
KINDS = ("Agreeing", "Opposed", "Interval includes 0", "Fewer than 5 speeches")
SCALE_TITLE = "Opposed  ←   position   →  Agreeing"
_SHAPES = ["circle", "diamond", "square", "triangle-up"]
_ROW = 19
_LONGEST_NAME = 24


def kind(score: PositionScore) -> str:
    """Return which of `KINDS` a position is, by its interval: without one, it takes no side."""
    return KINDS[3] if score.low is None else KINDS[[*Stance].index(score.side)]


def with_number(name: str, number: int) -> str:
    """Return a name with the number of passages or statements behind it."""
    return f"{name} ({number:,})"


def positions_chart(placed: Sequence[Position], proposition: str, most: int) -> Chart:
    """Return the positions of the actors with most passages, from opposed to agreeing."""
    first = sorted(placed, key=lambda one: (-one.score.passages, one.name))[:most]
    keys = {one.actor.key for one in first}
    drawn = [one for one in placed if one.actor.key in keys]
    few = sum(one.score.low is None for one in drawn)
    note = (
        f"n = {counted(sum(one.score.passages for one in drawn), 'passage')} of "
        f"{counted(len(drawn), 'actor')}, in brackets by actor"
    )
    notes = [f"{note}; {few:,} with too few for an interval." if few else f"{note}."]
    if len(placed) > len(drawn):
        notes.append(f"The {len(drawn):,} of {len(placed):,} with most passages are drawn.")
    values = [
        {"actor": position.name, "label": label, **values_of(position.score)}
        for position, label in zip(drawn, _labels(drawn), strict=True)
    ]
    order = [value["label"] for value in reversed(values)]
    axis = alt.Axis(labelLimit=170, labelOverlap=False, labelFlush=False)  # Streamlit shifts labels
    base = alt.Chart().encode(
        y=alt.Y("label:N", sort=order, title=None, axis=axis), tooltip=tooltip("actor", "Actor")
    )
    chart = _dots(base, "x", clickable=True).properties(
        data=alt.InlineData(values=values), height=_ROW * (len(values) + 1), autosize=FIT_WIDTH
    )
    return Chart(chart, proposition, tuple(notes))


def _labels(positions: Sequence[Position]) -> list[str]:
    """Return names with their numbers; long names are shortened so that the number shows."""
    names = [position.name for position in positions]
    short = [
        name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
        for name in names
    ]
    uses = Counter(short)
    return [
        with_number(brief if uses[brief] == 1 else name, position.score.passages)
        for name, brief, position in zip(names, short, positions, strict=True)
    ]


def values_of(score: PositionScore) -> Spec:
    """Return the values of a position in a chart."""
    return {
        "position": round(score.mean, 4),
        "low": score.low,
        "high": score.high,
        "passages": score.passages,
        "speeches": score.speeches,
        "kind": kind(score),
    }


def tooltip(field: str, title: str) -> list[alt.Tooltip]:
    """Return the tooltip of a position: its name, values and passages."""
    return [
        alt.Tooltip(f"{field}:N", title=title),
        *(
            alt.Tooltip(f"{name}:Q", format="+.2f", title=name.capitalize())
            for name in ("position", "low", "high")
        ),
        alt.Tooltip("passages:Q", format=",d", title="Passages"),
        alt.Tooltip("speeches:Q", format=",d", title="Speeches"),
    ]


def _dots(base: alt.Chart, way: str, clickable: bool) -> alt.LayerChart:
    """Draw dots with their intervals along x or y; shape and colour both show the kind."""
    channel, datum = (alt.X, alt.XDatum) if way == "x" else (alt.Y, alt.YDatum)
    scale: dict[str, Any] = {
        "title": SCALE_TITLE if way == "x" else None,
        "scale": alt.Scale(domain=[-1, 1]),
        "axis": alt.Axis(
            values=[-1, -0.5, 0, 0.5, 1], labelExpr="datum.value ? format(datum.value, '+~f') : '0'"
        ),
    }
    kinds = list(KINDS)
    colours = alt.Scale(domain=kinds, range=[AGREE, OPPOSE, INK, INK])
    key = alt.Legend(orient="top", columns=1, labelLimit=200) if clickable else None
    middle = alt.Chart(alt.InlineData(values=[{}])).mark_rule(
        strokeDash=[3, 3], color=INK, aria=False
    )
    interval = base.mark_rule(strokeWidth=2, aria=False).transform_filter("isValid(datum.low)")
    dots = base.mark_point(filled=True, size=90, opacity=1, cursor="pointer")
    dots = dots.encode(
        color=alt.Color("kind:N", title=None, scale=colours, legend=key),
        shape=alt.Shape(
            "kind:N", title=None, scale=alt.Scale(domain=kinds, range=_SHAPES), legend=key
        ),
        **{way: channel("position:Q", **scale)},
    )
    if clickable:
        chosen = alt.selection_point(name=CHOSEN, fields=["actor"])
        dots = dots.properties(name="dots").add_params(chosen)
    interval = interval.encode(
        color="kind:N", **{way: channel("low:Q", **scale), f"{way}2": "high:Q"}
    )
    return alt.LayerChart(layer=[middle.encode(**{way: datum(0, **scale)}), interval, dots])


def periods_chart(
    by_actor: Mapping[str, Sequence[PeriodScore]], starts: Sequence[int], title: str, years: int
) -> Chart:
    """Return the positions of several actors by period, a panel each."""
    number = sum(one.score.passages for scores in by_actor.values() for one in scores)
    notes = (
        "Above: agreeing (+1). Below: opposed (-1).",
        f"Periods of {counted(years, 'year')}; numbers are passages, n = {number:,} in all.",
    )
    width = WIDTH // 3 - 55
    panels = [
        _draw_periods(scores, starts).properties(width=width, title=alt.Title(name, fontSize=12))
        for name, scores in by_actor.items()
    ]
    return Chart(alt.concat(*panels, columns=3), title, notes)


def period_chart(scores: Sequence[PeriodScore], starts: Sequence[int]) -> Chart:
    """Return one actor's positions; `starts` are the periods of all, so that the axes agree."""
    return Chart(_draw_periods(scores, starts).properties(autosize=FIT_WIDTH), "", ())


def _draw_periods(scores: Sequence[PeriodScore], starts: Sequence[int]) -> alt.LayerChart:
    values = [
        {"period": str(one.start), "years": f"{one.start} to {one.end}", **values_of(one.score)}
        for one in scores
    ]
    period = alt.X(
        "period:O",
        title=None,
        scale=alt.Scale(domain=[str(start) for start in starts]),
        axis=alt.Axis(labelAngle=0, labelOverlap=True),
    )
    base = alt.Chart().encode(x=period, tooltip=tooltip("years", "Years"))
    numbers = base.mark_text(dx=8, align="left", fontSize=10, color=INK).encode(
        y="position:Q", text=alt.Text("passages:Q", format=",d")
    )
    dots = _dots(base, "y", clickable=False)
    data = alt.InlineData(values=values)
    return alt.LayerChart(data=data, layer=[*dots.layer, numbers], height=150)


def agreement_chart(matrix: AgreementMatrix, actors: Sequence[str], propositions: int) -> Chart:
    """Return how far each pair of actors agrees, in a square with two cells for each pair."""
    note = (
        "Agreement is how often two speeches, one of each, take the same side: the mean over the "
        f"propositions on which both take a side (n in a cell, of {propositions:,})."
    )
    values = [
        {
            "one": one,
            "other": other,
            "agreement": cell.agreement,
            "number": f"n {cell.propositions}",
        }
        for cell in matrix.cells
        if {cell.a, cell.b} <= set(actors)
        for one, other in ((cell.a, cell.b), (cell.b, cell.a))
    ]
    is_dark = "isValid(datum.agreement) && abs(datum.agreement - 0.5) > 0.35"
    ink = alt.when(is_dark).then(alt.value(PAPER)).otherwise(alt.value(INK))
    # Streamlit's theme moves the outer labels inwards unless labelFlush is off.
    beside = alt.Axis(labelLimit=110, labelFlush=False)
    below = alt.Axis(labelAngle=-40, labelLimit=110, labelOverlap=False, labelFlush=False)
    agreement = alt.Text("agreement:Q", format=".2f")
    base = alt.Chart().encode(
        x=alt.X("one:N", sort=list(actors), title=None, axis=below),
        y=alt.Y("other:N", sort=list(actors), title=None, axis=beside),
        tooltip=[
            alt.Tooltip("other:N", title="Between"),
            alt.Tooltip("one:N", title="and"),
            alt.Tooltip("agreement:Q", format=".2f"),
            alt.Tooltip("number:N", title="propositions"),
        ],
    )
    chart = alt.LayerChart(
        data=alt.InlineData(values=values),
        layer=[
            base.mark_rect().encode(color=_shade("agreement", 0.5, title="Agreement")),
            base.mark_text(dy=-6, fontSize=10).encode(text=agreement, color=ink),
            base.mark_text(dy=7, fontSize=9).encode(text="number:N", color=ink),
        ],
        height=42 * len(actors),
        autosize=FIT_WIDTH,
    )
    return Chart(chart, "Agreement between actors", (note,))


def _shade(field: str, middle: float, **legend: Any) -> alt.Color:
    """Return a colour scale up to 1, even at `middle`, with a legend above."""
    colours, domain = [OPPOSE, EVEN, AGREE], [2 * middle - 1, middle, 1]
    scale = alt.Scale(domain=domain, range=colours, interpolate="rgb")
    return alt.Color(f"{field}:Q", scale=scale, legend=alt.Legend(orient="top", **legend))


# -- A map -----------------------------------------------------------------------------------------

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
    base = alt.Chart()
    ground = base.mark_geoshape(fill=PAPER, stroke=INK, strokeWidth=0.3, aria=False)
    dashed = alt.when("!isValid(datum.low)").then(alt.value([2, 2])).otherwise(alt.value([]))
    coloured = (
        alt.when("isValid(datum.low)")
        .then(_shade("position", 0, title=SCALE_TITLE, titleLimit=240, gradientLength=220))
        .otherwise(alt.value(PAPER))
    )
    countries = (
        base.mark_geoshape(stroke=INK, strokeWidth=0.9, cursor="pointer")
        .encode(color=coloured, tooltip=tooltip("actor", "Country"), strokeDash=dashed)
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
