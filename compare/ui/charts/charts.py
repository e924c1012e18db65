"""Charts of counts, as Vega-Lite, with what they stand on and their numbers as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from compare.comparison.counts import NOT_A_SAMPLE, Cell, YearCount, matrix_csv, years_csv
from compare.export.pieces import table_html
from compare.export.words import percent
from compare.results.pairs import PairTable
from compare.ui.charts.figures import (
    COLOURS,
    JOINT_COUNTS,
    clear,
    matrix_svg,
    stands_on,
    years_svg,
)
from compare.ui.components.downloads import file_download
from compare.ui.components.shell import notice, small

IN_CHART = 8
"""Parties of a matrix that are drawn: those with most pairs. The table and the file have all."""

_IN_TABLE = 50
SAVE = "The chart’s own menu, at its top right, saves it as PNG."


def colours() -> dict[str, str]:
    """Return the colours of the theme in use."""
    return COLOURS["dark" if st.context.theme.type == "dark" else "light"]


# -- By year -------------------------------------------------------------------------------------


def years(table: PairTable, counts: Sequence[YearCount], prefix: str) -> None:
    """Show the pairs of each year, agree upwards and oppose downwards, or only the changes."""
    over_time = table.over_time
    if not counts:
        small("No pair has two dates.")
        return
    read = sum(count.read for count in counts)
    agree, oppose = sum(count.agree for count in counts), sum(count.oppose for count in counts)
    names = ("Said the same again", "Changed") if over_time else ("Agree", "Opposed")
    span = f"{counts[0].year} to {counts[-1].year}"
    st.vega_lite_chart(
        spec=changes_spec(counts, colours()) if over_time else years_spec(counts, colours()),
        key=f"{prefix}years",
        alt=f"Pairs by year, {span}: {names[0]} {agree:,}, {names[1].lower()} {oppose:,}.",
    )
    small(
        stands_on(read, agree + oppose),
        "The year is that of the later statement; pairs without two dates are left out.",
        SAVE,
    )
    notice(NOT_A_SAMPLE)
    with st.expander("The numbers"):
        head = ("Year", *names, "Read")
        rows = [(f"{c.year}", f"{c.agree:,}", f"{c.oppose:,}", f"{c.read:,}") for c in counts]
        st.html(table_html("Pairs by year", head, rows))
    numbers = years_csv(table)
    chart_downloads("pairs-by-year", numbers, years_svg(counts, over_time), f"{prefix}years")


def years_spec(counts: Sequence[YearCount], colour: dict[str, str]) -> dict[str, Any]:
    """Return bars of both verdicts; direction and colour both tell them apart."""
    values = [
        {"year": str(count.year), "verdict": verdict, "pairs": pairs, "shown": sign * pairs}
        for count in counts
        for verdict, pairs, sign in (("Agree", count.agree, 1), ("Opposed", count.oppose, -1))
    ]
    encoding = {
        "y": {
            "field": "shown",
            "type": "quantitative",
            "title": "Pairs (opposed below the line)",
            "axis": {"labelExpr": "format(abs(datum.value), ',d')", "tickMinStep": 1},
        },
        "color": {
            "field": "verdict",
            "type": "nominal",
            "title": None,
            "scale": {
                "domain": ["Agree", "Opposed"],
                "range": [colour["agree"], colour["oppose"]],
            },
            "legend": {"orient": "top", "symbolType": "square"},
        },
        "tooltip": [{"field": "year"}, {"field": "verdict"}, {"field": "pairs"}],
    }
    return _bars(values, encoding, colour)


def changes_spec(counts: Sequence[YearCount], colour: dict[str, str]) -> dict[str, Any]:
    """Return bars of what changed."""
    values = [{"year": str(count.year), "changed": count.oppose} for count in counts]
    encoding = {
        "y": {
            "field": "changed",
            "type": "quantitative",
            "title": "Pairs that changed",
            "axis": {"format": ",d", "tickMinStep": 1},
        },
        "color": {"value": colour["oppose"]},
        "tooltip": [{"field": "year"}, {"field": "changed"}],
    }
    return _bars(values, encoding, colour)


def _bars(
    values: list[dict[str, Any]], encoding: dict[str, Any], colour: dict[str, str]
) -> dict[str, Any]:
    year = {
        "field": "year",
        "type": "ordinal",
        "title": None,
        "axis": {"labelAngle": 0, "labelOverlap": True},
    }
    return {
        "data": {"values": values},
        "mark": {"type": "bar"},
        "height": 280,
        "encoding": {"x": year, **encoding},
        "config": inked(colour),
    }


def inked(colour: dict[str, str]) -> dict[str, Any]:
    """Return a configuration in which words have the page's ink; Streamlit's own is pale."""
    ink = {"labelColor": colour["ink"], "titleColor": colour["ink"]}
    return {"axis": ink, "legend": ink}


# -- Who agrees with whom ------------------------------------------------------------------------


def cell_name(cell: Cell) -> str:
    """Return a cell in one line."""
    return f"{cell.a} and {cell.b}: {cell.agree:,} agree, {cell.oppose:,} opposed"


def who_with_whom(table: PairTable, cells: Sequence[Cell], by: str, prefix: str) -> None:
    """Show a matrix of parties, and each cell with its share and interval."""
    parties = _first_parties(cells)
    drawn = [cell for cell in cells if {cell.a, cell.b} <= set(parties)]
    read, decided = sum(c.read for c in cells), sum(c.agree + c.oppose for c in cells)
    st.vega_lite_chart(
        spec=matrix_spec(drawn, parties, colours()),
        key=f"{prefix}matrix",
        alt=f"Share opposed between {len(parties)} parties; the table below has the numbers.",
    )
    all_parties = len({party for cell in cells for party in (cell.a, cell.b)})
    some = f"The {len(parties)} parties of {all_parties} with most pairs are drawn. "
    small(
        stands_on(read, decided),
        f"In a cell: opposed pairs of decided pairs. {JOINT_COUNTS} "
        + (some if all_parties > len(parties) else "")
        + SAVE,
    )
    notice(NOT_A_SAMPLE)
    with st.expander("The numbers", expanded=len(cells) <= 6):
        head = ("Between", "Agree", "Opposed", "Read", "Share opposed (95 % interval)")
        st.html(table_html("Who agrees with whom", head, [_cells(c) for c in cells[:_IN_TABLE]]))
        if len(cells) > _IN_TABLE:
            small(f"The first {_IN_TABLE} of {len(cells):,} are shown; the file has all.")
    figure = matrix_svg(cells, parties)
    numbers = matrix_csv(table, by)
    chart_downloads("who-agrees-with-whom", numbers, figure, f"{prefix}matrix")


def _cells(cell: Cell) -> tuple[str, ...]:
    share = "–"
    if cell.opposed is not None and cell.low is not None and cell.high is not None:
        share = f"{percent(cell.opposed)} ({percent(cell.low)} to {percent(cell.high)})"
    numbers = (f"{cell.agree:,}", f"{cell.oppose:,}", f"{cell.read:,}")
    return f"{cell.a} and {cell.b}", *numbers, share


def _first_parties(cells: Sequence[Cell]) -> list[str]:
    found: dict[str, int] = {}
    for cell in cells:
        for party in (cell.a, cell.b):
            found[party] = found.get(party, 0) + cell.agree + cell.oppose
    return sorted(found, key=lambda party: (-found[party], party))[:IN_CHART]


def matrix_spec(
    cells: Sequence[Cell], parties: Sequence[str], colour: dict[str, str]
) -> dict[str, Any]:
    """Return a square of cells: coloured by the share opposed, which stands in them as counts."""
    values = [
        {
            "one": one,
            "other": other,
            "share": cell.opposed,
            "counts": f"{cell.oppose}/{cell.agree + cell.oppose}",
            "read": cell.read,
            "clear": clear(cell),
        }
        for cell in cells
        for one, other in ((cell.a, cell.b), (cell.b, cell.a))
    ]
    axis = {"type": "nominal", "sort": list(parties), "title": None}
    return {
        "data": {"values": values},
        "height": 160 + 46 * len(parties),
        "config": inked(colour),
        "encoding": {
            "x": {"field": "one", **axis, "axis": {"labelAngle": -40, "labelLimit": 110}},
            "y": {"field": "other", **axis, "axis": {"labelLimit": 110}},
            "tooltip": [
                {"field": "other", "title": "Between"},
                {"field": "one", "title": "and"},
                {"field": "counts", "title": "opposed of decided"},
                {"field": "read", "title": "read"},
            ],
        },
        "layer": [
            {
                "mark": {"type": "rect"},
                "encoding": {
                    "color": {
                        "field": "share",
                        "type": "quantitative",
                        "scale": {
                            "domain": [0, 0.5, 1],
                            "range": [colour["agree"], colour["even"], colour["oppose"]],
                            "interpolate": "rgb",
                        },
                        "legend": {"orient": "top", "format": ".0%", "title": "Share opposed"},
                    }
                },
            },
            {
                "mark": {"type": "text"},
                "encoding": {
                    "text": {"field": "counts"},
                    "color": {
                        "condition": {"test": "datum.clear", "value": colour["paper"]},
                        "value": colour["ink"],
                    },
                },
            },
        ],
    }


def chart_downloads(name: str, numbers: bytes, figure: bytes, key: str) -> None:
    """Offer the numbers of a chart and its figure as files."""
    with st.container(horizontal=True, gap="small"):
        file_download("Download the numbers", f"{name}.csv", numbers, f"{key}-csv")
        file_download("Download SVG", f"{name}.svg", figure, f"{key}-svg", "image/svg+xml")
