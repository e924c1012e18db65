"""Charts of counts: the pairs of each year, and who agrees with whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import altair as alt

from compare.comparison import Cell, YearCount
from compare.export import counted
from compare.results import Result, Stance
from compare.ui.charts.vega import AGREE, EVEN, FIT_WIDTH, OPPOSE, Chart, shade, square


def sample_size_note(read: int, decided: int) -> str:
    """Return how many pairs a number is based on."""
    return f"n = {counted(read, 'pair')} read, {decided:,} of them labelled agree or oppose."


def years_chart(counts: Sequence[YearCount], over_time: bool) -> Chart:
    """Return the pairs of each year: agree above, oppose below; over time only the changes."""
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
        range=[AGREE if stance == "agree" else OPPOSE for _, stance, _ in series],
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
    decided = sum(count.agree + count.oppose for count in counts)
    notes = (
        sample_size_note(sum(count.read for count in counts), decided),
        "A pair counts in the year of its later statement; pairs without two dates do not count.",
    )
    return Chart(chart, "Pairs by year", notes)


def years_of_result(result: Result) -> Chart | None:
    """Return how many statements of each year agree with a quote and oppose it, as a small chart.

    Dragging over the bars selects a period, the parameter `period`. None if all are of one year.
    """
    found = Counter(
        (pair.b.statement.date.year, stance)
        for stance in (Stance.AGREE, Stance.OPPOSE)
        for pair in result.sure(stance)
        if pair.b.statement.date
    )
    years = {year for year, _ in found}
    if len(years) < 2:
        return None
    values = [
        {"year": str(year), "verdict": stance.value, "statements": found[year, stance]}
        for year in range(min(years), max(years) + 1)
        for stance in (Stance.AGREE, Stance.OPPOSE)
    ]
    colours = alt.Scale(domain=[Stance.AGREE.value, Stance.OPPOSE.value], range=[AGREE, OPPOSE])
    axis = alt.Axis(labelAngle=0, labelOverlap=True, labelSeparation=8, title=None)
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=values), height=70, autosize=FIT_WIDTH)
        .mark_bar(cursor="col-resize")
        .encode(
            x=alt.X("year:O", axis=axis),
            y=alt.Y("statements:Q", axis=None),
            color=alt.Color("verdict:N", scale=colours, legend=None),
            tooltip=["year:O", "verdict:N", "statements:Q"],
        )
        .add_params(alt.selection_interval(name="period", encodings=["x"]))
    )
    return Chart(chart, "Statements by year", ())


def matrix_chart(cells: Sequence[Cell], most: int) -> Chart:
    """Return who agrees with whom, of the actors with most pairs: the share opposed as colour."""
    counts: Counter[str] = Counter()
    for cell in cells:
        for actor in (cell.a, cell.b):
            counts[actor] += cell.agree + cell.oppose
    actors = sorted(counts, key=lambda actor: (-counts[actor], actor))[:most]
    drawn = [cell for cell in cells if {cell.a, cell.b} <= set(actors)]
    decided = sum(cell.agree + cell.oppose for cell in drawn)
    notes = [
        sample_size_note(sum(cell.read for cell in drawn), decided),
        "In a cell: opposed pairs of those labelled agree or oppose.",
        "A joint statement counts for each of its actors.",
    ]
    if len(counts) > len(actors):
        notes.append(f"The {len(actors)} of {len(counts)} actors with most pairs are drawn.")
    values = [
        {
            "one": cell.a,
            "other": cell.b,
            "share": cell.opposed,
            "counts": f"{cell.oppose}/{cell.agree + cell.oppose}",
            "read": cell.read,
        }
        for cell in drawn
    ]
    colours = [AGREE, EVEN, OPPOSE]
    chart = square(
        values,
        actors,
        shade("share", colours, 0.5, format=".0%", title="Share opposed", values=[0, 0.5, 1]),
        [({}, alt.Text("counts:N"))],
        [alt.Tooltip("counts:N", title="opposed of labelled"), alt.Tooltip("read:Q", title="read")],
    )
    return Chart(chart, "Who agrees with whom", tuple(notes))
