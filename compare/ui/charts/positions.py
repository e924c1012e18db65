"""Charts of positions: with intervals, by period, and the agreement between actors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from compare.comparison.propositions import AgreementMatrix
from compare.export.words import counted
from compare.results.positions import PeriodScore, Position, PositionScore
from compare.ui.charts.vega import Chart, Colours, Spec, panels, shade, square

CHOSEN = "chosen"
"""The selection of a dot or a country."""

KINDS = ("Agreeing", "Opposed", "Interval holds 0", "Fewer than 3 passages")
"""What a position shows: its whole interval on one side, or not, or no interval."""

SCALE_TITLE = "Opposed  ←   position   →  Agreeing"

_SHAPES = ("circle", "diamond", "square", "triangle-up")
_ROW = 19
_LONGEST_NAME = 24


def kind(score: PositionScore) -> str:
    """Return the one of `KINDS` that a position is."""
    if score.low is None or score.high is None:
        return KINDS[3]
    return KINDS[0] if score.low > 0 else KINDS[1] if score.high < 0 else KINDS[2]


def with_number(name: str, number: int) -> str:
    """Return a name with the number of passages or statements behind it."""
    return f"{name} ({number:,})"


def sample_size_note(positions: Sequence[Position]) -> str:
    """Return how many passages the positions are based on."""
    few = sum(position.score.low is None for position in positions)
    note = (
        f"n = {counted(sum(p.score.passages for p in positions), 'passage')} of "
        f"{counted(len(positions), 'actor')}, in brackets by actor"
    )
    return f"{note}; {few:,} with too few for an interval." if few else f"{note}."


# -- Positions -----------------------------------------------------------------------------------


def positions_chart(placed: Sequence[Position], proposition: str, most: int) -> Chart:
    """Return the positions of the actors with most passages, from opposed to agreeing."""
    first = sorted(placed, key=lambda one: (-one.score.passages, one.name))[:most]
    keys = {one.actor.key for one in first}
    drawn = [one for one in placed if one.actor.key in keys]
    notes = [sample_size_note(drawn)]
    if len(placed) > len(drawn):
        notes.append(f"The {len(drawn):,} of {len(placed):,} with most passages are drawn.")
    return Chart(partial(positions_spec, drawn), proposition, tuple(notes))


def positions_spec(positions: Sequence[Position], colour: Colours) -> Spec:
    """Return a dot for each actor from opposed to agreeing, with its interval.

    An actor's label holds its number of passages. Shape and colour both show the kind of position.
    """
    values = [
        {"actor": position.name, "label": label, **_values(position.score)}
        for position, label in zip(positions, _labels(positions), strict=True)
    ]
    actor = {
        "field": "label",
        "type": "nominal",
        "sort": [value["label"] for value in reversed(values)],
        "title": None,
        "axis": {"labelLimit": 170, "labelOverlap": False},
    }
    return {
        "data": {"values": values},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": _ROW * (len(values) + 1),
        "encoding": {"y": actor, "tooltip": tooltip("actor", "Actor")},
        "layer": [_middle(colour, "x"), _interval("x"), _dots("x", colour)],
    }


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


# -- Periods -------------------------------------------------------------------------------------


def periods_chart(
    by_actor: Mapping[str, Sequence[PeriodScore]],
    starts: Sequence[int],
    proposition: str,
    years: int,
) -> Chart:
    """Return the positions of several actors by period, a panel each."""
    number = sum(one.score.passages for places in by_actor.values() for one in places)

    def draw(colour: Colours) -> Spec:
        return panels(
            {name: period_spec(places, starts, colour) for name, places in by_actor.items()}
        )

    notes = (
        "Above: agreeing (+1). Below: opposed (-1).",
        f"Periods of {counted(years, 'year')}; numbers are passages, n = {number:,} in all.",
    )
    return Chart(draw, proposition, notes)


def period_spec(places: Sequence[PeriodScore], starts: Sequence[int], colour: Colours) -> Spec:
    """Return one actor's positions by period, each with its number of passages beside it.

    `starts` are the periods of all actors shown, so that their axes agree.
    """
    values = [
        {"period": str(one.start), "years": f"{one.start} to {one.end}", **_values(one.score)}
        for one in places
    ]
    number = {
        "mark": {"type": "text", "dx": 8, "align": "left", "fontSize": 10},
        "encoding": {
            "y": {"field": "position", "type": "quantitative"},
            "text": {"field": "passages", "format": ",d"},
            "color": {"value": colour["ink"]},
        },
    }
    dots = _dots("y", colour, legend=False)
    del dots["params"]
    period = {
        "field": "period",
        "type": "ordinal",
        "title": None,
        "scale": {"domain": [str(start) for start in starts]},
        "axis": {"labelAngle": 0, "labelOverlap": True},
    }
    return {
        "data": {"values": values},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": 150,
        "encoding": {"x": period, "tooltip": tooltip("years", "Years")},
        "layer": [_middle(colour, "y"), _interval("y"), dots, number],
    }


# -- Agreement between actors --------------------------------------------------------------------


def agreement_chart(matrix: AgreementMatrix, actors: Sequence[str], propositions: int) -> Chart:
    """Return how far each two actors agree."""
    note = (
        "Agreement is 1 - mean distance of two positions / 2, over the propositions on which both "
        f"take a side (n in a cell, of {propositions:,})."
    )
    return Chart(partial(agreement_spec, matrix, actors), "Agreement between actors", (note,))


def agreement_spec(matrix: AgreementMatrix, actors: Sequence[str], colour: Colours) -> Spec:
    """Return a square of actors: their agreement, and the number of propositions below it."""
    values = (
        (
            cell.a,
            cell.b,
            cell.agreement,
            {"agreement": cell.agreement, "number": f"n {cell.propositions}"},
        )
        for cell in matrix.cells
    )
    agreement = {"field": "agreement", "format": ".2f"}
    return square(
        values,
        actors,
        colour,
        fill=shade(
            "agreement", colour["oppose"], colour["even"], colour["agree"], title="Agreement"
        ),
        lines=[
            {"mark": {"dy": -6, "fontSize": 10}, "text": agreement},
            {"mark": {"dy": 7, "fontSize": 9}, "text": {"field": "number"}},
        ],
        tooltip=[agreement, {"field": "number", "title": "propositions"}],
    )


# -- Parts ---------------------------------------------------------------------------------------


def _values(score: PositionScore) -> Spec:
    return {
        "position": round(score.mean, 4),
        "low": score.low,
        "high": score.high,
        "passages": score.passages,
        "kind": kind(score),
    }


def _scale(axis: str) -> Spec:
    """Return the axis from opposed to agreeing; its ends are named if there is room."""
    ticks = {
        "values": [-1, -0.5, 0, 0.5, 1],
        "labelExpr": "datum.value ? format(datum.value, '+~f') : '0'",
    }
    title = SCALE_TITLE if axis == "x" else None
    return {"type": "quantitative", "scale": {"domain": [-1, 1]}, "title": title, "axis": ticks}


def _middle(colour: Colours, axis: str) -> Spec:
    return {
        "mark": {"type": "rule", "strokeDash": [3, 3], "strokeWidth": 1, "aria": False},
        "data": {"values": [{"middle": 0}]},
        "encoding": {
            axis: {"datum": 0, **_scale(axis)},
            "y" if axis == "x" else "x": None,
            "color": {"value": colour["ink"]},
            "tooltip": None,
        },
    }


def _interval(axis: str) -> Spec:
    return {
        "mark": {"type": "rule", "strokeWidth": 2, "aria": False},
        "transform": [{"filter": "isValid(datum.low)"}],
        "encoding": {
            axis: {"field": "low", **_scale(axis)},
            f"{axis}2": {"field": "high"},
            "color": {"field": "kind", "type": "nominal"},
        },
    }


def _dots(axis: str, colour: Colours, legend: bool = True) -> Spec:
    key = {"orient": "top", "title": None, "columns": 1, "labelLimit": 200} if legend else None
    colours = [colour["agree"], colour["oppose"], colour["ink"], colour["ink"]]
    return {
        "params": [{"select": {"type": "point", "fields": ["actor"]}, "name": CHOSEN}],
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1, "cursor": "pointer"},
        "encoding": {
            axis: {"field": "position", **_scale(axis)},
            **{
                channel: {
                    "field": "kind",
                    "type": "nominal",
                    "scale": {"domain": list(KINDS), "range": values},
                    "legend": key,
                }
                for channel, values in (("color", colours), ("shape", list(_SHAPES)))
            },
        },
    }


def tooltip(field: str, title: str) -> list[Spec]:
    """Return what is shown of a position beside its name."""
    return [
        {"field": field, "title": title},
        {"field": "position", "format": "+.2f", "title": "Position"},
        {"field": "low", "format": "+.2f", "title": "Low"},
        {"field": "high", "format": "+.2f", "title": "High"},
        {"field": "passages", "format": ",d", "title": "Passages"},
    ]
