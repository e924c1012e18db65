"""Positions as tables: a row a party, parties beside propositions, who stands near whom."""

from __future__ import annotations

import streamlit as st

from compare.comparison.propositions import TOO_FEW, AgreementMatrix, PositionTable
from compare.export.formats import csv_bytes
from compare.export.pieces import table_html
from compare.export.position_rows import AGREEMENT_COLUMNS, agreement_records
from compare.results.positions import NO_SIDE, PLACED, SILENT, Position, Positions
from compare.results.result import Stance
from compare.ui.charts.positions import agreement_figure, agreement_spec
from compare.ui.components.downloads import SAVE, chart_downloads
from compare.ui.components.layout import colours, notice, show_chart, small, widget_key
from compare.ui.components.position_views import View

TABLE_VIEW, AGREEMENT_VIEW = "All propositions", "Who stands near whom"

IN_MATRIX = 10
"""Parties of the matrix that are drawn at first: those on most propositions."""

_MOST_IN_MATRIX = 24


def table_view(view: View) -> None:
    """Show a row a party, those without a place below."""
    positions = view.positions
    rows = [
        {
            "Party": one.name,
            "Place": one.place.mean,
            "Low": one.place.low,
            "High": one.place.high,
            "Passages": one.place.passages,
            "Agree": len(one.of(Stance.AGREE)),
            "Oppose": len(one.of(Stance.OPPOSE)),
            "Neither": one.neither,
            "Statements": one.voice.statements,
            "First": one.dates[0].iso if one.dates else "",
            "Last": one.dates[1].iso if one.dates else "",
            "Standing": PLACED,
        }
        for one in positions.placed
    ]
    for standing, voices in ((NO_SIDE, positions.undecided), (SILENT, positions.silent)):
        rows += [
            {"Party": one.name, "Statements": one.statements, "Standing": standing}
            for one in voices
        ]
    number = st.column_config.NumberColumn(format="%+.2f")
    st.dataframe(
        rows,
        hide_index=True,
        key=f"{view.prefix}table-{widget_key(repr(rows))}",
        column_config={"Place": number, "Low": number, "High": number},
        alt=f"{len(rows)} parties with their places, and who has none",
    )
    notice(positions.notes[-1])


def beside_view(table: PositionTable, prefix: str) -> None:
    """Show parties beside propositions: the place and how many passages it stands on."""
    rows = beside_rows(table)
    if not table.cells:
        small("Nothing of what was read takes a side at these thresholds.")
        return
    st.dataframe(
        rows,
        hide_index=True,
        key=f"{prefix}beside-{widget_key(repr(rows))}",
        alt=f"{len(rows)} parties beside {len(table.propositions)} propositions",
    )
    small(
        "In brackets: passages that take a side. A dash: none of its passages near the proposition "
        "takes one; silent: there are none. Neither of the two is neutral."
    )
    notice(table.positions[0].notes[-1])


def beside_rows(table: PositionTable) -> list[dict[str, str]]:
    """Return what the table shows, a row a party: its place, a dash for no side, or silent."""

    def cell(positions: Positions, name: str, position: Position | None) -> str:
        if position is not None:
            return f"{position.place.mean:+.2f} ({position.place.passages:,})"
        return "–" if positions.standings.get(name) == NO_SIDE else SILENT

    return [
        {"Party": name}
        | {
            one.proposition: cell(one, name, position)
            for one, position in zip(table.positions, cells, strict=True)
        }
        for name, cells in table.rows.items()
    ]


def agreement_view(table: PositionTable, prefix: str) -> None:
    """Show how near each two parties stand, in an order in which neighbours are alike."""
    matrix = _matrix(table)
    if not matrix.cells:
        small("No two parties take a side on the same proposition at these thresholds.")
        return
    often = sorted(
        table.cells,
        key=lambda name: (
            -sum(cell is not None for cell in table.cells[name]),
            -sum(cell.place.passages for cell in table.cells[name] if cell),
            name,
        ),
    )
    names = st.multiselect(
        "Parties", sorted(table.cells), default=often[:IN_MATRIX], max_selections=_MOST_IN_MATRIX,
        key=f"{prefix}parties-{widget_key(repr(often))}",
    )  # fmt: skip
    drawn = [name for name in matrix.parties if name in names]
    show_chart(
        agreement_spec(matrix, drawn, colours()),
        key=f"{prefix}agreement",
        alt=f"Agreement between {len(drawn)} parties; the table below has the numbers.",
    )
    small(
        "Agreement is 1 - mean distance of two places / 2, over the propositions on which both "
        f"take a side: n in a cell, of {len(table.propositions):,}. Its interval is over "
        f"propositions, from {TOO_FEW} on. Parties are in the order of their clusters (UPGMA).",
        SAVE,
    )
    notice(table.positions[0].notes[-1])
    shown = [cell for cell in matrix.cells if {cell.a, cell.b} <= set(drawn)]
    with st.expander("The numbers"):
        head = ("Between", "Agreement", "95 % interval", "Propositions")
        lines = [
            (
                f"{cell.a} and {cell.b}",
                f"{cell.agreement:.2f}",
                "too few" if cell.low is None else f"{cell.low:.2f} to {cell.high:.2f}",
                f"{cell.propositions:,}",
            )
            for cell in shown
        ]
        st.html(table_html("Who stands near whom", head, lines))
    data = csv_bytes(AGREEMENT_COLUMNS, agreement_records(matrix))
    figure = agreement_figure(matrix, drawn, len(table.propositions))
    chart_downloads("who-stands-near-whom", data, figure, f"{prefix}agreement")


def _matrix(table: PositionTable) -> AgreementMatrix:
    """Return the matrix; of many parties it takes seconds, so that it is kept."""
    key = repr((table.propositions, [one.provenance.date for one in table.positions]))
    key += repr([one.thresholds for one in table.positions])
    kept = st.session_state.get("positions-matrix")
    if kept is None or kept[0] != key:
        kept = key, table.agreement()
        st.session_state["positions-matrix"] = kept
    matrix: AgreementMatrix = kept[1]
    return matrix
