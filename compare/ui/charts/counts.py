"""Charts of counts: the pairs of each year, and who agrees with whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import altair as alt

from compare.comparison.counts import Cell, YearCount
from compare.export.words import counted
from compare.ui.charts.vega import FIT_WIDTH, Chart, Colours, shade, square


def sample_size_note(read: int, decided: int) -> str:
    """Return how many pairs a number is based on."""
    return f"n = {counted(read, 'pair')} read, {decided:,} decided."


def years_chart(counts: Sequence[YearCount], over_time: bool) -> Chart:
    """Return the pairs of each year; over time only those that changed."""
    decided = sum(count.agree + count.oppose for count in counts)
    return Chart(
        partial(_draw_years, counts, over_time),
        "Pairs by year",
        (
            sample_size_note(sum(count.read for count in counts), decided),
            "A pair counts in the year of its later statement; pairs without two dates are left "
            "out.",
        ),
    )


def _draw_years(counts: Sequence[YearCount], over_time: bool, colour: Colours) -> alt.Chart:
    """Draw bars; both direction and colour tell agree from oppose."""
    series = [("Agree", "agree", 1), ("Opposed", "oppose", -1)]
    if over_time:
        series = [("Changed", "oppose", 1)]
    values = [
        {"year": str(count.year), "verdict": verdict, "pairs": pairs, "bar": sign * pairs}
        for count in counts
        for verdict, stance, sign in series
        for pairs in (getattr(count, stance),)
    ]
    bars = [0, *(int(value["bar"]) for value in values)]
    ticks = min(6, max(bars) - min(bars) or 1)  # no halves of pairs
    colours = alt.Scale(
        domain=[verdict for verdict, _, _ in series],
        range=[colour[stance] for _, stance, _ in series],
    )
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=values), height=220, autosize=FIT_WIDTH)
        .mark_bar()
        .encode(
            x=alt.X(
                "year:O",
                title=None,
                axis=alt.Axis(labelAngle=0, labelOverlap=True, labelSeparation=6),
            ),
            y=alt.Y(
                "bar:Q",
                title="Pairs" if over_time else "Pairs (opposed below the line)",
                axis=alt.Axis(labelExpr="format(abs(datum.value), ',d')", tickCount=ticks),
            ),
            color=alt.Color(
                "verdict:N",
                title=None,
                scale=colours,
                legend=alt.Legend(orient="top", symbolType="square"),
            ),
            tooltip=["year:O", "verdict:N", "pairs:Q"],
        )
    )
    return chart


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
    return Chart(partial(_draw_matrix, drawn, actors), "Who agrees with whom", tuple(notes))


def _draw_matrix(cells: Sequence[Cell], actors: Sequence[str], colour: Colours) -> alt.LayerChart:
    """Draw a square of actors: colour is the share opposed, the numbers are the counts."""
    values = [
        {
            "one": cell.a,
            "other": cell.b,
            "share": cell.opposed,
            "counts": f"{cell.oppose}/{cell.agree + cell.oppose}",
            "read": cell.read,
        }
        for cell in cells
    ]
    colours = [colour["agree"], colour["even"], colour["oppose"]]
    return square(
        values,
        actors,
        colour,
        shade("share", colours, 0.5, format=".0%", title="Share opposed"),
        [({}, alt.Text("counts:N"))],
        [
            alt.Tooltip("counts:N", title="opposed of decided"),
            alt.Tooltip("read:Q", title="read"),
        ],
    )
