"""Charts of counts: the pairs of each year, and who agrees with whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from compare.comparison.counts import Cell, YearCount
from compare.export.words import counted
from compare.ui.charts.vega import Chart, Colours, Spec, shade, square


def sample_size_note(read: int, decided: int) -> str:
    """Return how many pairs a number is based on."""
    return f"n = {counted(read, 'pair')} read, {decided:,} decided."


# -- By year -------------------------------------------------------------------------------------


def years_chart(counts: Sequence[YearCount], over_time: bool) -> Chart:
    """Return the chart of a result's years."""
    decided = sum(count.agree + count.oppose for count in counts)
    return Chart(
        partial(years_spec, counts, over_time=over_time),
        "Pairs by year",
        (
            sample_size_note(sum(count.read for count in counts), decided),
            "A pair counts in the year of its later statement; pairs without two dates are left "
            "out.",
        ),
    )


def years_spec(counts: Sequence[YearCount], colour: Colours, over_time: bool = False) -> Spec:
    """Return bars of agree and oppose by year; both direction and colour tell them apart.

    Over time there is only what changed.
    """
    up, below = ("Agree", "agree", 1), ("Opposed", "oppose", -1)
    series = [("Changed", "oppose", 1)] if over_time else [up, below]
    values = [
        {"year": str(count.year), "verdict": verdict, "pairs": pairs, "bar": sign * pairs}
        for count in counts
        for verdict, stance, sign in series
        for pairs in (getattr(count, stance),)
    ]
    bars = [0, *(value["bar"] for value in values)]
    colours = {
        "domain": [verdict for verdict, _, _ in series],
        "range": [colour[stance] for _, stance, _ in series],
    }
    return {
        "data": {"values": values},
        "mark": {"type": "bar"},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": 220,
        "encoding": {
            "x": {
                "field": "year",
                "type": "ordinal",
                "title": None,
                "axis": {"labelAngle": 0, "labelOverlap": True, "labelSeparation": 6},
            },
            "y": {
                "field": "bar",
                "type": "quantitative",
                "title": "Pairs" if over_time else "Pairs (opposed below the line)",
                "axis": {
                    "labelExpr": "format(abs(datum.value), ',d')",
                    "tickCount": min(6, max(bars) - min(bars) or 1),  # no halves of pairs
                },
            },
            "color": {
                "field": "verdict",
                "type": "nominal",
                "title": None,
                "scale": colours,
                "legend": {"orient": "top", "symbolType": "square"},
            },
            "tooltip": [{"field": "year"}, {"field": "verdict"}, {"field": "pairs"}],
        },
    }


# -- Who agrees with whom ------------------------------------------------------------------------


def matrix_chart(cells: Sequence[Cell], most: int) -> Chart:
    """Return who agrees with whom, of the actors with most pairs."""
    counts: Counter[str] = Counter()
    for cell in cells:
        for actor in (cell.a, cell.b):
            counts[actor] += cell.agree + cell.oppose
    actors = sorted(counts, key=lambda actor: (-counts[actor], actor))[:most]
    drawn = [cell for cell in cells if {cell.a, cell.b} <= set(actors)]
    decided = sum(cell.agree + cell.oppose for cell in drawn)
    notes = [
        sample_size_note(sum(cell.read for cell in drawn), decided),
        "In a cell: opposed pairs of decided pairs.",
        "What several said jointly counts once for each two of them.",
    ]
    if len(counts) > len(actors):
        notes.append(f"The {len(actors)} of {len(counts)} actors with most pairs are drawn.")
    return Chart(partial(matrix_spec, drawn, actors), "Who agrees with whom", tuple(notes))


def matrix_spec(cells: Sequence[Cell], actors: Sequence[str], colour: Colours) -> Spec:
    """Return a square of actors: colour is the share opposed, the numbers are the counts."""
    values = (
        (
            cell.a,
            cell.b,
            cell.opposed,
            {
                "share": cell.opposed,
                "counts": f"{cell.oppose}/{cell.agree + cell.oppose}",
                "read": cell.read,
            },
        )
        for cell in cells
    )
    return square(
        values,
        actors,
        colour,
        fill=shade(
            "share",
            colour["agree"],
            colour["even"],
            colour["oppose"],
            format=".0%",
            title="Share opposed",
        ),
        lines=[{"mark": {}, "text": {"field": "counts"}}],
        tooltip=[
            {"field": "counts", "title": "opposed of decided"},
            {"field": "read", "title": "read"},
        ],
    )
