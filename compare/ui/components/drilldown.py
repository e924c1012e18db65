"""Charts of counts, each with the pairs behind its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import streamlit as st

from compare.comparison.counts import (
    NOT_A_SAMPLE,
    Cell,
    between,
    by_year,
    of_year,
)
from compare.export.formats import table_csv
from compare.export.html import section_html, table_html
from compare.export.rows import matrix_rows, year_rows
from compare.export.words import percent, verdict_word
from compare.models.values import Stance
from compare.results.result import Pair
from compare.ui.charts.counts import matrix_chart, years_chart
from compare.ui.components.downloads import SAVE, chart_downloads
from compare.ui.components.layout import notice, show_chart, small, widget_key
from compare.ui.components.result_lists import SIDES, Shown, cards

_IN_CHART = 8
"""Actors of a matrix that are drawn: those with most pairs. The table and the file have all."""

_IN_TABLE = 50


class _Number(NamedTuple):
    """A number of a chart: its line in the menu, its heading, and the pairs that it counts."""

    line: str
    heading: str
    pairs: Callable[[], list[Pair]]


def years_view(shown: Shown) -> None:
    """Show the pairs of each year (over time only the changes), and those of one year chosen."""
    result = shown.result
    counts = by_year(result)
    if not counts:
        small("No pair has two dates.")
        return
    agree, oppose = (verdict_word(result, stance) for stance in SIDES)
    agreed, opposed = sum(c.agree for c in counts), sum(c.oppose for c in counts)
    chart = years_chart(counts, result.over_time)
    show_chart(
        chart,
        key=f"{shown.prefix}years",
        alt=f"Pairs by year, {counts[0].year} to {counts[-1].year}: "
        f"{agree} {agreed:,}, {oppose.lower()} {opposed:,}.",
    )
    small(*chart.notes, SAVE)
    notice(NOT_A_SAMPLE)
    with st.expander("The numbers"):
        rows = [(f"{c.year}", f"{c.agree:,}", f"{c.oppose:,}", f"{c.read:,}") for c in counts]
        st.html(table_html("Pairs by year", ("Year", agree, oppose, "Read"), rows))
    chart_downloads(
        "pairs-by-year", table_csv("years", year_rows(result)), chart, f"{shown.prefix}years"
    )
    numbers = [
        _Number(
            f"{c.year}: {c.agree:,} {agree.lower()}, {c.oppose:,} {oppose.lower()}",
            f"{c.year}",
            partial(of_year, result, c.year),
        )
        for c in counts
        if c.agree or c.oppose
    ]
    _pairs_behind(shown, numbers, "Choose a year", "year")


def matrix_view(shown: Shown, cells: Sequence[Cell], by: str) -> None:
    """Show who agrees with whom, with shares and intervals, and the pairs of two actors chosen."""
    chart = matrix_chart(cells, _IN_CHART)
    show_chart(
        chart,
        key=f"{shown.prefix}matrix",
        alt="Share opposed between each two actors; the table below has the numbers.",
    )
    small(*chart.notes, SAVE)
    notice(NOT_A_SAMPLE)
    with st.expander("The numbers", expanded=len(cells) <= 6):
        head = ("Between", "Agree", "Opposed", "Read", "Share opposed (95 % interval)")
        st.html(table_html("Who agrees with whom", head, [_row(c) for c in cells[:_IN_TABLE]]))
        if len(cells) > _IN_TABLE:
            small(f"The first {_IN_TABLE} of {len(cells):,} are shown. The file has all.")
    numbers = table_csv("matrix", matrix_rows(shown.result, by))
    chart_downloads("who-agrees-with-whom", numbers, chart, f"{shown.prefix}matrix")
    behind = [
        _Number(
            f"{c.a} and {c.b}: {c.agree:,} agree, {c.oppose:,} opposed",
            f"{c.a} and {c.b}",
            partial(between, shown.result, c.a, c.b, by),
        )
        for c in cells
    ]
    _pairs_behind(shown, behind, "Choose two actors", f"cell-{by}")


def _row(cell: Cell) -> tuple[str, ...]:
    share = "–"
    if cell.opposed is not None and cell.low is not None and cell.high is not None:
        share = f"{percent(cell.opposed)} ({percent(cell.low)} to {percent(cell.high)})"
    numbers = (f"{cell.agree:,}", f"{cell.oppose:,}", f"{cell.read:,}")
    return f"{cell.a} and {cell.b}", *numbers, share


def _pairs_behind(shown: Shown, numbers: Sequence[_Number], placeholder: str, key: str) -> None:
    """Let a number be chosen and list the pairs that it counts, opposed ones first."""
    if not numbers:
        return
    # Other numbers need another menu: an index would choose something else among them.
    menu = widget_key(repr([number.line for number in numbers]))
    chosen = st.selectbox(
        "The pairs behind a number",
        range(len(numbers)),
        index=None,
        format_func=lambda n: numbers[n].line if n < len(numbers) else "",
        placeholder=placeholder,
        key=f"{shown.prefix}{key}-{menu}",
    )
    if chosen is None or chosen >= len(numbers):
        return
    stance_of = shown.result.stance_of
    pairs = [pair for pair in numbers[chosen].pairs() if stance_of(pair) in SIDES]
    pairs.sort(key=lambda pair: (stance_of(pair) is Stance.AGREE, -pair.similarity))
    st.html(section_html(numbers[chosen].heading))
    if not pairs:
        small("All pairs counted here are neither.")
    cards(shown, pairs, f"{shown.prefix}{key.partition('-')[0]}")
