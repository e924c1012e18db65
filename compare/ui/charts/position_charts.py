"""Places as Vega-Lite: dots with intervals, small multiples by period, who stands near whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from compare.comparison.propositions import AgreementMatrix
from compare.results.positions import PeriodPlace, Place, Position
from compare.ui.charts.charts import inked

CHOSEN = "chosen"
"""The selection of a dot."""

KINDS = ("Agreeing", "Opposed", "Interval holds 0", "Fewer than 3 passages")
"""What a place shows: its whole interval on one side, or not, or no interval."""

_SHAPES = ("circle", "diamond", "square", "triangle-up")
_ROW = 19
_NAME = 24
_AROUND = 240
"""Of the height: the legend and the axis, which stand within it."""


def kind(place: Place) -> str:
    """Return which of `KINDS` a place is."""
    if place.low is None or place.high is None:
        return KINDS[3]
    return KINDS[0] if place.low > 0 else KINDS[1] if place.high < 0 else KINDS[2]


def labelled(name: str, number: int) -> str:
    """Return a party's name with the number of passages that it stands on."""
    return f"{name} ({number:,})"


def _labels(positions: Sequence[Position]) -> list[str]:
    """Return the names with their numbers, long ones cut so that the number is not cut off."""
    names = [position.name for position in positions]
    short = [name if len(name) <= _NAME else f"{name[: _NAME - 1].rstrip()}…" for name in names]
    often = Counter(short)
    return [
        labelled(cut if often[cut] == 1 else name, position.place.passages)
        for name, cut, position in zip(names, short, positions, strict=True)
    ]


def places_spec(positions: Sequence[Position], colour: dict[str, str]) -> dict[str, Any]:
    """Return a dot a party on the line from opposed to agreeing, with its interval.

    A dot's name holds how many passages it stands on. Shape and colour both tell what it shows.
    """
    values = [
        {
            "party": position.name,
            "label": label,
            **_values(position.place),
        }
        for position, label in zip(positions, _labels(positions), strict=True)
    ]
    rows = [value["label"] for value in reversed(values)]
    across = {
        "field": "label",
        "type": "nominal",
        "sort": rows,
        "title": None,
        "axis": {"labelLimit": 170, "labelOverlap": False},
    }
    return {
        "data": {"values": values},
        "height": _AROUND + _ROW * len(values),
        "config": inked(colour),
        "encoding": {"y": across, "tooltip": _tooltip("party", "Party")},
        "layer": [_middle(colour, "x"), _interval("x"), _dots("x", colour)],
    }


def period_spec(
    places: Sequence[PeriodPlace], starts: Sequence[int], colour: dict[str, str]
) -> dict[str, Any]:
    """Return one party's places by period, each with its number of passages beside it.

    `starts` are the periods of all parties beside it, so that the same years stand at one place.
    """
    values = [
        {"period": str(one.start), "years": f"{one.start} to {one.end}", **_values(one.place)}
        for one in places
    ]
    number = {
        "mark": {"type": "text", "dx": 8, "align": "left", "fontSize": 10},
        "encoding": {
            "y": {"field": "place", "type": "quantitative"},
            "text": {"field": "passages", "format": ",d"},
            "color": {"value": colour["ink"]},
        },
    }
    dots = _dots("y", colour, legend=False)
    dots.pop("params")
    period = {
        "field": "period",
        "type": "ordinal",
        "title": None,
        "scale": {"domain": [str(start) for start in starts]},
        "axis": {"labelAngle": 0, "labelOverlap": True},
    }
    return {
        "data": {"values": values},
        "height": 190,
        "config": inked(colour),
        "encoding": {"x": period, "tooltip": _tooltip("years", "Years")},
        "layer": [_middle(colour, "y"), _interval("y"), dots, number],
    }


def agreement_spec(
    matrix: AgreementMatrix, parties: Sequence[str], colour: dict[str, str]
) -> dict[str, Any]:
    """Return a square of cells: the agreement, and below it on how many propositions it stands."""
    drawn = [cell for cell in matrix.cells if {cell.a, cell.b} <= set(parties)]
    values = [
        {
            "one": one,
            "other": other,
            "agreement": cell.agreement,
            "number": f"n {cell.propositions}",
            "clear": abs(cell.agreement - 0.5) > 0.35,
        }
        for cell in drawn
        for one, other in ((cell.a, cell.b), (cell.b, cell.a))
    ]
    axis = {"type": "nominal", "sort": list(parties), "title": None}
    turned = {"labelAngle": -40, "labelLimit": 110, "labelOverlap": False}
    ink = {
        "condition": {"test": "datum.clear", "value": colour["paper"]},
        "value": colour["ink"],
    }
    scale = {
        "domain": [0, 0.5, 1],
        "range": [colour["oppose"], colour["even"], colour["agree"]],
        "interpolate": "rgb",
    }
    shade = {
        "field": "agreement",
        "type": "quantitative",
        "scale": scale,
        "legend": {"orient": "top", "title": "Agreement"},
    }
    words = {"field": "agreement", "format": ".2f"}
    return {
        "data": {"values": values},
        "height": 170 + 40 * len(parties),
        "config": inked(colour),
        "encoding": {
            "x": {"field": "one", **axis, "axis": turned},
            "y": {"field": "other", **axis, "axis": {"labelLimit": 110}},
            "tooltip": [
                {"field": "other", "title": "Between"},
                {"field": "one", "title": "and"},
                {"field": "agreement", "format": ".2f"},
                {"field": "number", "title": "propositions"},
            ],
        },
        "layer": [
            {"mark": {"type": "rect"}, "encoding": {"color": shade}},
            {
                "mark": {"type": "text", "dy": -6, "fontSize": 10},
                "encoding": {"text": words, "color": ink},
            },
            {
                "mark": {"type": "text", "dy": 7, "fontSize": 9},
                "encoding": {"text": {"field": "number"}, "color": ink},
            },
        ],
    }


def _values(place: Place) -> dict[str, Any]:
    return {
        "place": round(place.mean, 4),
        "low": place.low,
        "high": place.high,
        "passages": place.passages,
        "kind": kind(place),
    }


def _scale(way: str) -> dict[str, Any]:
    """Return the axis from opposed to agreeing; its ends are named where there is room."""
    title = "Opposed  ←   place   →  Agreeing" if way == "x" else None
    grid = {
        "values": [-1, -0.5, 0, 0.5, 1],
        "labelExpr": "datum.value ? format(datum.value, '+~f') : '0'",
    }
    return {"type": "quantitative", "scale": {"domain": [-1, 1]}, "title": title, "axis": grid}


def _middle(colour: dict[str, str], way: str) -> dict[str, Any]:
    return {
        "mark": {"type": "rule", "strokeDash": [3, 3], "strokeWidth": 1, "aria": False},
        "data": {"values": [{"middle": 0}]},
        "encoding": {
            way: {"datum": 0, **_scale(way)},
            "y" if way == "x" else "x": None,
            "color": {"value": colour["ink"]},
            "tooltip": None,
        },
    }


def _kinds(colour: dict[str, str]) -> list[str]:
    return [colour["agree"], colour["oppose"], colour["ink"], colour["ink"]]


def _interval(way: str) -> dict[str, Any]:
    return {
        "mark": {"type": "rule", "strokeWidth": 2, "aria": False},
        "transform": [{"filter": "isValid(datum.low)"}],
        "encoding": {
            way: {"field": "low", **_scale(way)},
            f"{way}2": {"field": "high"},
            "color": {"field": "kind", "type": "nominal"},
        },
    }


def _dots(way: str, colour: dict[str, str], legend: bool = True) -> dict[str, Any]:
    key = {"orient": "top", "title": None, "columns": 1, "labelLimit": 200} if legend else None
    chosen = {"select": {"type": "point", "fields": ["party"]}, "name": CHOSEN}
    return {
        "params": [chosen],
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1, "cursor": "pointer"},
        "encoding": {
            way: {"field": "place", **_scale(way)},
            "color": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": list(KINDS), "range": _kinds(colour)},
                "legend": key,
            },
            "shape": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": list(KINDS), "range": list(_SHAPES)},
                "legend": key,
            },
        },
    }


def _tooltip(field: str, title: str) -> list[dict[str, Any]]:
    return [
        {"field": field, "title": title},
        {"field": "place", "format": "+.2f"},
        {"field": "low", "format": "+.2f"},
        {"field": "high", "format": "+.2f"},
        {"field": "passages", "format": ",d"},
    ]
