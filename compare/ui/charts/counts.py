"""Charts of counts: the statements of each year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import altair as alt

from compare.comparison import YearCount
from compare.export import counted
from compare.results import Result, Stance
from compare.ui.charts.vega import AGREE, FIT_WIDTH, OPPOSE, Chart


def years_chart(counts: Sequence[YearCount], least: float) -> Chart:
    """Return the statements of a side in each year: those that agree above, opposing ones below.

    `least` is the probability from which a statement counts.
    """
    series = [("Agree", "agree", 1, AGREE), ("Oppose", "oppose", -1, OPPOSE)]
    values = [
        {"year": str(count.year), "verdict": verdict, "statements": number, "bar": sign * number}
        for count in counts
        for verdict, stance, sign, _ in series
        for number in (getattr(count, stance),)
    ]
    bars = [0, *(int(value["bar"]) for value in values)]
    ticks = min(6, max(bars) - min(bars) or 1)  # no halves of statements
    colours = alt.Scale(
        domain=[verdict for verdict, *_ in series], range=[colour for *_, colour in series]
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
                title="Statements (opposed below the line)",
                scale=alt.Scale(domain=[min(bars), max(bars)], nice=True),
                axis=alt.Axis(labelExpr="format(abs(datum.value), ',d')", tickCount=ticks),
            ),
            color=alt.Color(
                "verdict:N",
                title=None,
                scale=colours,
                legend=alt.Legend(orient="top", symbolType="square"),
            ),
            tooltip=["year:O", "verdict:N", "statements:Q"],
        )
    )
    read, decided = sum(one.read for one in counts), sum(one.agree + one.oppose for one in counts)
    notes = (
        f"n = {counted(read, 'statement')} read, {decided:,} of them labelled agree or oppose.",
        f"A label needs a probability of {least:g}. Undated statements do not count.",
    )
    return Chart(chart, "What was said by year", notes)


def years_of_result(result: Result) -> Chart | None:
    """Return how many statements of each year agree with a quote and oppose it, as a small chart.

    Dragging over the bars selects a period, the parameter `period`. None if all are of one year.
    """
    counts = Counter(
        (pair.b.statement.date.year, stance)
        for stance in (Stance.AGREE, Stance.OPPOSE)
        for pair in result.sure(stance)
        if pair.b.statement.date
    )
    years = {year for year, _ in counts}
    if len(years) < 2:
        return None
    values = [
        {"year": str(year), "verdict": stance.value, "statements": counts[year, stance]}
        for year in range(min(years), max(years) + 1)
        for stance in (Stance.AGREE, Stance.OPPOSE)
    ]
    colours = alt.Scale(domain=[Stance.AGREE.value, Stance.OPPOSE.value], range=[AGREE, OPPOSE])
    # The page fills a chart after it has drawn the axes, which then cannot follow from the values.
    most = max(counts[year, Stance.AGREE] + counts[year, Stance.OPPOSE] for year in years)
    height = alt.Scale(domain=[0, most])
    axis = alt.Axis(labelAngle=0, labelOverlap=True, labelSeparation=8, title=None)
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=values), height=70, autosize=FIT_WIDTH)
        .mark_bar(cursor="col-resize")
        .encode(
            x=alt.X("year:O", axis=axis),
            y=alt.Y("statements:Q", axis=None, scale=height),
            color=alt.Color("verdict:N", scale=colours, legend=None),
            tooltip=["year:O", "verdict:N", "statements:Q"],
        )
        .add_params(alt.selection_interval(name="period", encodings=["x"]))
    )
    return Chart(chart, "Statements by year", ())
