"""Places of countries on a map of the world, as Vega-Lite and as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from compare.export.cards import text_html
from compare.export.words import counted
from compare.results.positions import Position
from compare.ui.charts.charts import inked
from compare.ui.charts.figures import COLOURS, box, figure, shade, text
from compare.ui.charts.position_charts import CHOSEN
from compare.ui.charts.position_figures import head
from compare.ui.charts.world import equal_earth, world

_LIGHT = COLOURS["light"]
_WIDTH = 720
_TOP, _TALL = 70, 350


def off_the_map(positions: Sequence[Position]) -> list[str]:
    """Return the names of those with a place that have none on the map, as an organisation."""
    known = world().outlines.keys() | world().points.keys()
    return sorted(one.name for one in positions if one.voice.key not in known)


def map_spec(positions: Sequence[Position], colour: dict[str, str]) -> dict[str, Any]:
    """Return the world with the countries that take a side, from opposed to agreeing.

    Those of which the package has no outline are circles. A dashed outline is that of too few
    passages for an interval.
    """
    at = {one.voice.key: _values(one) for one in positions}
    shapes: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": {"type": "MultiPolygon", "coordinates": polygons},
            **at.get(code, {}),
        }
        for code, polygons in world().outlines.items()
    ]
    shapes += [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": point}, **at[code]}
        for code, point in world().points.items()
        if code in at
    ]
    edge: dict[str, Any] = {
        "stroke": {"value": colour["ink"]},
        "strokeDash": {"condition": {"test": "!isValid(datum.low)", "value": [2, 2]}, "value": []},
    }
    shade_of = {
        "field": "place",
        "type": "quantitative",
        "scale": {
            "domain": [-1, 0, 1],
            "range": [colour["oppose"], colour["even"], colour["agree"]],
            "interpolate": "rgb",
        },
        "legend": {
            "orient": "top",
            "title": "Opposed  ←   place   →  Agreeing",
            "titleLimit": 240,
            "gradientLength": 220,
        },
    }
    told = [
        {"field": "party", "type": "nominal", "title": "Country"},
        *({"field": n, "type": "quantitative", "format": "+.2f"} for n in ("place", "low", "high")),
        {"field": "passages", "type": "quantitative", "format": ",d"},
    ]
    chosen = {"name": CHOSEN, "select": {"type": "point", "fields": ["party"]}}
    ground = {"fill": colour["paper"], "stroke": colour["ink"], "strokeWidth": 0.3, "aria": False}
    return {
        "data": {"values": shapes},
        "height": 360,
        "projection": {"type": "equalEarth", "pointRadius": 4},
        "config": {**inked(colour), "view": {"stroke": None}},
        "layer": [
            {"mark": {"type": "geoshape", **ground}},
            {
                "params": [chosen],
                "transform": [{"filter": "isValid(datum.place)"}],
                "mark": {"type": "geoshape", "strokeWidth": 0.9, "cursor": "pointer"},
                "encoding": {"color": shade_of, "tooltip": told, **edge},
            },
        ],
    }


def map_svg(positions: Sequence[Position], proposition: str) -> bytes:
    """Return the same map as a figure for a paper."""
    at = {one.voice.key: one for one in positions}
    marks = head(proposition, _WIDTH, "Colour: from opposed (-1) to agreeing (+1).")
    for n, share in enumerate((0.0, 0.25, 0.5, 0.75, 1.0)):
        left = _WIDTH - 190 + 34 * n
        marks += [
            box(left, 36, 34, 10, shade(1 - share)),
            text(left + 17, 58, f"{2 * share - 1:+.1f}" if share != 0.5 else "0", size=10),
        ]
    for code, polygons in world().outlines.items():
        path = "".join(f"M{_drawn(ring)}Z" for polygon in polygons for ring in polygon)
        marks.append(_mark("path", f'd="{path}"', at.get(code)))
    for code, point in world().points.items():
        if code in at:
            x, y = _on_paper(equal_earth(point))
            marks.append(_mark("circle", f'cx="{x:.1f}" cy="{y:.1f}" r="4"', at[code]))
    return figure(_WIDTH, _TOP + _TALL + 40, proposition, marks, map_stands_on(positions))


def map_stands_on(positions: Sequence[Position]) -> str:
    """Return on how many passages a map stands, and how many of the placed are not on it."""
    passages = sum(one.place.passages for one in positions)
    few = sum(one.place.low is None for one in positions)
    missing = len(off_the_map(positions))
    return (
        f"n = {counted(passages, 'passage')} of {counted(len(positions), 'party', 'parties')}"
        + (f"; dashed: {few:,} with too few for an interval" if few else "")
        + (f"; {missing:,} not on the map" if missing else "")
        + "."
    )


def _values(one: Position) -> dict[str, Any]:
    return {
        "party": one.name,
        "place": round(one.place.mean, 4),
        "low": one.place.low,
        "high": one.place.high,
        "passages": one.place.passages,
    }


def _mark(tag: str, shape: str, one: Position | None) -> str:
    """Return an outline or a circle in its colour, with its words for who points at it."""
    if one is None:
        ground = f'fill="{_LIGHT["paper"]}" stroke="{_LIGHT["ink"]}" stroke-width="0.3"'
        return f"<{tag} {shape} {ground}/>"
    dashed = ' stroke-dasharray="2 2"' if one.place.low is None else ""
    told = text_html(f"{one.name}: {one.place.mean:+.2f} ({one.place.passages:,})")
    colour = shade((1 - one.place.mean) / 2)
    return (
        f'<{tag} {shape} fill="{colour}" stroke="{_LIGHT["ink"]}" stroke-width="0.9"{dashed}>'
        f"<title>{told}</title></{tag}>"
    )


def _drawn(ring: Iterable[tuple[float, float]]) -> str:
    return "L".join("{:.1f} {:.1f}".format(*_on_paper(equal_earth(point))) for point in ring)


def _on_paper(point: tuple[float, float]) -> tuple[float, float]:
    x, y = point
    scale = _WIDTH / 5.5
    return _WIDTH / 2 + x * scale, _TOP + _TALL / 2 + y * scale
