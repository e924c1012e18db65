"""The views that count pairs: a chart, its numbers and files, and the pairs behind each mark.

The pages of two sides and the timeline offer the entries of `COUNTED_VIEWS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import streamlit as st

from compare.comparison import Cell, YearCount, by_year, matrix
from compare.comparison.counts import Count, between, of_year
from compare.export import section_html, table_csv, table_html, verdict_word
from compare.export.rows import count_rows
from compare.results import Pair, Result, Stance
from compare.ui.charts.counts import matrix_chart, years_chart
from compare.ui.charts.vega import Chart
from compare.ui.components.downloads import chart_downloads, figure
from compare.ui.components.layout import small, widget_key, with_interval
from compare.ui.components.result_lists import SIDES, Shown, cards, mark_words

C = TypeVar("C", bound=Count)

_IN_CHART = 8  # actors, those with most pairs; the table and the file have all
_IN_TABLE, _UNFOLDED = 50, 6  # rows of ranked numbers


@dataclass(frozen=True, kw_only=True)  # slots break CountedView[…](…) in Python 3.11
class CountedView(Generic[C]):
    """An entry in the menu of views: what it counts, and how it is drawn.

    Attributes:
        name: The entry's label.
        count: Counts the pairs of a result. The second argument is "country" or "speaker" if the
            view is `of_actors`, otherwise "".
        pairs: Returns the pairs behind one count; its last argument is that of `count`.
        chart: Draws the counts. Its title also names the table and the files.
        table: The table of `compare/export/dictionary.tsv` with the fields of a count, which are
            the columns of the CSV; "" for no CSV.
        head: The head of the counts' names in the table of numbers.
        choose: The placeholder of the menu of counts.
        alt: Describes the chart to screen readers. It may name the {first} and the {last} count,
            and how many pairs are {decided}.
        none: Is shown if there is nothing to count.
        of_actors: Whether the user chooses between countries and speakers.
        ranked: Whether the largest counts come first. If not, they form a sequence with gaps.
        more: Further columns of the table of numbers, each by its head.
    """

    name: str
    count: Callable[[Result, str], Sequence[C]]
    pairs: Callable[[Result, C, str], list[Pair]]
    chart: Callable[[Sequence[C], Result], Chart]
    table: str = ""
    head: str
    choose: str
    alt: str
    none: str
    of_actors: bool = False
    ranked: bool = True
    more: Mapping[str, Callable[[C], str]] = field(default_factory=dict)


COUNTED_VIEWS: tuple[CountedView[Any], ...] = (
    CountedView[YearCount](
        name="By year",
        count=lambda result, _: by_year(result),
        pairs=lambda result, count, _: of_year(result, count.year),
        chart=lambda counts, result: years_chart(counts, result.over_time),
        table="years",
        head="Year",
        choose="Choose a year",
        alt="Pairs by year, {first} to {last}: {decided}.",
        none="No pair has two dates.",
        ranked=False,
    ),
    CountedView[Cell](
        name="Who agrees with whom",
        count=matrix,
        pairs=lambda result, cell, by: between(result, cell.a, cell.b, by),
        chart=lambda cells, _: matrix_chart(cells, _IN_CHART),
        table="matrix",
        head="Between",
        choose="Choose two actors",
        alt="Share opposed between each two actors; the table below has the numbers.",
        none="No pair read is between two named actors.",
        of_actors=True,
        more={
            "Share opposed (95 % interval)": lambda cell: with_interval(
                cell.opposed, cell.low, cell.high
            )
        },
    ),
)


def show_counts(view: CountedView[C], shown: Shown, by: str = "") -> None:
    """Show the chart of a view, its numbers and files, and the pairs behind the count chosen."""
    result = shown.result
    counts = view.count(result, by)
    if not counts:
        small(view.none)
        return
    chart = view.chart(counts, result)
    key = f"{shown.prefix}{widget_key(view.name)}"
    agree, oppose = (verdict_word(result, stance) for stance in SIDES)
    agreed, opposed = sum(one.agree for one in counts), sum(one.oppose for one in counts)
    decided = f"{agree} {agreed:,}, {oppose.lower()} {opposed:,}"
    alt = view.alt.format(first=counts[0].name, last=counts[-1].name, decided=decided)
    figure(chart, key, alt)
    most = _IN_TABLE if view.ranked else len(counts)
    with st.expander("The numbers", expanded=view.ranked and len(counts) <= _UNFOLDED):
        rows = [
            (
                *(one.name, f"{one.agree:,}", f"{one.oppose:,}", f"{one.read:,}"),
                *(write(one) for write in view.more.values()),
            )
            for one in counts[:most]
        ]
        head = (view.head, agree, oppose, "Read", *view.more)
        st.html(table_html(chart.title, head, rows))
        if len(counts) > most:
            file = " The file has all." if view.table else ""
            small(f"The first {most} of {len(counts):,} are shown.{file}")
    numbers = table_csv(view.table, count_rows(result, counts)) if view.table else None
    chart_downloads(chart.title.lower().replace(" ", "-"), numbers, chart, key)
    lines = {
        f"{one.name}: {one.agree:,} {agree.lower()}, {one.oppose:,} {oppose.lower()}": one
        for one in counts
        if view.ranked or one.agree or one.oppose
    }
    if not lines:
        return
    # Other counts need another menu: the one chosen may not be among them.
    line = st.selectbox(
        "The pairs behind a number",
        list(lines),
        index=None,
        placeholder=view.choose,
        key=f"{key}-{widget_key(repr(list(lines)))}",
    )
    if line is not None:
        _show_pairs_behind(shown, lines[line].name, view.pairs(result, lines[line], by), key)


def _show_pairs_behind(shown: Shown, heading: str, pairs: Sequence[Pair], key: str) -> None:
    stance_of = shown.result.stance_of
    decided = [pair for pair in pairs if stance_of(pair) in SIDES]
    decided.sort(key=lambda pair: (stance_of(pair) is Stance.AGREE, -pair.similarity))
    st.html(section_html(heading))
    if not decided:
        small("None of the pairs counted here agrees or opposes.")
    words = st.container()
    cards(shown, decided, f"{key}-pairs")
    with words:
        mark_words(shown)
