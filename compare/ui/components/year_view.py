"""The view of what each side said by year: a chart, its numbers and files."""

from __future__ import annotations

import streamlit as st

from compare.comparison import by_year
from compare.export import section_html, table_csv, table_html
from compare.export.rows import year_rows
from compare.ui.charts.counts import years_chart
from compare.ui.components.downloads import chart_downloads, figure
from compare.ui.components.layout import small
from compare.ui.components.result_lists import Shown

_HEAD = ("Year", "Agree", "Oppose", "Read")


def show_years(shown: Shown) -> None:
    """Show how many statements of each side and year agree with the proposition and oppose it."""
    result = shown.result
    counts = by_year(result)
    if not counts:
        small("No statement that was read has a date.")
        return
    numbers = table_csv("years", year_rows(result))
    for side in dict.fromkeys(one.side for one in counts):
        of_side = [one for one in counts if one.side == side]
        name = "" if result.over_time else f"Side {side.upper()}"
        if name:
            st.html(section_html(name, 3))
        chart, key = (
            years_chart(of_side, result.thresholds.probability),
            f"{shown.prefix}years-{side}",
        )
        agree, oppose = (sum(getattr(one, what) for one in of_side) for what in ("agree", "oppose"))
        span = f"{of_side[0].year} to {of_side[-1].year}"
        figure(chart, key, f"Statements by year, {span}: {agree:,} agree, {oppose:,} oppose.")
        with st.expander("The numbers", key=f"{key}-numbers"):
            rows = [
                (str(one.year), f"{one.agree:,}", f"{one.oppose:,}", f"{one.read:,}")
                for one in of_side
                if one.read
            ]
            st.html(table_html(f"{chart.title} {name}".strip(), _HEAD, rows))
        chart_downloads(f"statements-by-year-{side}", numbers, chart, key)
