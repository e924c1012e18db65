"""Positions on propositions: the reading, and the views, such as a chart, a map and periods."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import NamedTuple

import streamlit as st

from compare.comparison import NOT_A_SAMPLE, AgreementMatrix, PositionTable, position_table
from compare.export import counted, csv_bytes, export_bytes, section_html, table_csv, table_html
from compare.export.rows import agreement_rows, period_rows, position_rows, proposition_rows
from compare.export.words import left_out_note
from compare.facade import Library
from compare.progress import Progress
from compare.results import SILENT, Position, Positions
from compare.results.positions import NO_SIDE, PERIODS
from compare.results.statistics import TOO_FEW
from compare.ui.charts import positions as charts
from compare.ui.charts.vega import Chart
from compare.ui.components.downloads import (
    chart_downloads,
    chart_notes,
    figure,
    file_download,
    link_and_provenance,
    show_sensitivity,
)
from compare.ui.components.layout import (
    choose_one,
    notice,
    progress,
    row,
    show_chart,
    show_table,
    small,
    theme,
    widget_key,
)
from compare.ui.components.proposition_form import ACTORS, PREFIX, Asked, Seen, latest
from compare.ui.components.result_lists import Shown, three_lists
from compare.ui.components.service import kept, read_with, stance_model
from compare.ui.review.agreement import counts_note
from compare.ui.review.setup import review_link

_IN_CHART = 100  # actors, those with most passages; the table and the file have all
_IN_MATRIX, _MOST_IN_MATRIX = 10, 24
_PANELS, _MOST_PANELS = 6, 24
_NAMED = 30
# In exports, "party" is an actor; the name stays for files already written.
# Of the table: columns of `position_rows`, and the heads that differ from their names.
_COLUMNS = (
    *("party", "place", "low", "high", "passages", "speeches"),
    *("agree", "oppose", "neither", "statements"),
    *("first_date", "last_date", "standing"),
)
_HEADS = {"party": "Actor", "place": "Position", "first_date": "First", "last_date": "Last"}
_NO_SIDES = "No passage read takes a side at these thresholds."


class View(NamedTuple):
    """Positions on one proposition and how they are shown."""

    positions: Positions
    prefix: str  # of the keys of widgets, one for each proposition
    order: str  # of the passages of an actor


def actor_words(positions: Positions) -> tuple[str, str]:
    """Return what one actor is called, and several."""
    return ("country", "countries") if positions.by == "country" else ("speaker", "speakers")


def _title(positions: Positions) -> str:
    """Return the title of a chart in a file: on the page, it stands above."""
    if not positions.opposite:
        return positions.proposition
    return f"{positions.proposition} Opposite: {positions.opposite}"


# -- The views -----------------------------------------------------------------------------------


def chart_view(view: View) -> None:
    """Show positions with their intervals, the passages of one actor, and who takes no side."""
    if placed := _placed(view):
        chart = charts.positions_chart(placed, _title(view.positions), _IN_CHART)
        number = min(len(placed), _IN_CHART)
        alt = f"{number} positions between opposed and agreeing; “Table” has the numbers."
        _clickable_chart(view, "positions", chart, alt, "Click a dot to open its passages.")


def map_view(view: View) -> None:
    """Show the countries that take a side on a map, and name those that are not on it."""
    if not (placed := _placed(view)):
        return
    missing = charts.off_the_map(placed)
    if len(missing) == len(placed):
        small(f"Nobody who takes a side is on the map: {', '.join(missing)}.")
        _below_chart(view)
        return
    notes = [
        "Countries without colour take no side, are silent or have no statement here. Outlines are "
        "coarse and express no opinion on a border; circles are countries without an outline here. "
        "Click a country to open its passages."
    ]
    if missing:
        notes.append(f"Not on the map: {', '.join(missing)}.")
    chart = charts.map_chart(placed, _title(view.positions))
    alt = f"A map of {counted(len(placed), *actor_words(view.positions))}; “Table” has the numbers."
    _clickable_chart(view, "map", chart, alt, *notes)


def _placed(view: View) -> tuple[Position, ...]:
    """Return who takes a side; if nobody does, say so, and name the others."""
    placed = view.positions.placed
    if not placed:
        small(_NO_SIDES)
        _name_others(view)
    return placed


def _clickable_chart(view: View, name: str, chart: Chart, alt: str, *notes: str) -> None:
    """Draw a chart with its notes and files; show an actor's passages below it and on a click."""
    clicked, names = f"{view.prefix}clicked", [one.name for one in view.positions.placed]
    key = f"{view.prefix}{name}-{widget_key(names)}"

    def remember() -> None:
        dots = st.session_state[key].selection.get(charts.CHOSEN) or []
        st.session_state[clicked] = dots[0]["actor"] if dots else None

    figure(chart, key, alt, *notes, on_select=remember)
    numbers = table_csv("positions", position_rows(view.positions))
    chart_downloads(name, numbers, chart, key)
    _below_chart(view)
    if (actor := st.session_state.pop(clicked, None)) in names:
        _open_in_dialog(view, actor)


def _below_chart(view: View) -> None:
    """Show the passages of an actor chosen from a menu, and who takes no side."""
    placed = {one.name: one.score.passages for one in view.positions.placed}
    names = [*sorted(placed), *(actor.name for actor in view.positions.undecided)]
    menu = f"{view.prefix}party"
    if st.session_state.get(menu) not in names:
        st.session_state.pop(menu, None)

    def label(name: str) -> str:
        return (
            charts.with_number(name, placed[name]) if name in placed else f"{name} (takes no side)"
        )

    name = st.selectbox(
        "The passages of",
        names,
        index=None,
        format_func=label,
        key=menu,
        placeholder=f"Choose a {actor_words(view.positions)[0]}",
    )
    if name in names:
        _show_passages(view, name)
    _name_others(view)


@st.dialog("Passages", width="large")
def _open_in_dialog(view: View, name: str) -> None:
    """Show the passages in a dialog: below a chart taller than the screen they go unnoticed."""
    with st.container(key=f"over-{theme()}"):
        _show_passages(view._replace(prefix=f"{view.prefix}dot-"), name)


def _show_passages(view: View, name: str) -> None:
    positions = view.positions
    actor = next(actor for actor in positions.actors if actor.name == name)
    position = positions.position(actor.key)
    st.html(section_html(name))
    no_side = f"{name} has passages near the proposition, but none that takes a side."
    small(_in_words(position) if position else no_side)
    result = positions.result([actor])
    prefix = f"{view.prefix}{widget_key(actor.key)}-"
    three_lists(
        Shown(result, view.order, prefix),
        "passage",
        "near the proposition",
        lambda verb: f"No passage of {name} that was read {verb} the proposition.",
        unfold=position is None,
    )
    data = export_bytes(result, "csv")
    file_download("Download these passages", "passages.csv", data, f"{prefix}csv")


def _in_words(position: Position) -> str:
    score, dates = position.score, position.dates
    interval, when = f"fewer than {TOO_FEW} speeches: no interval", ""
    if score.low is not None and score.high is not None:
        interval = f"95 % interval {score.low:+.2f} to {score.high:+.2f}"
    if dates:
        first, last = (date.in_words for date in dates)
        when = f", {first}" if first == last else f", {first} to {last}"
    alone = position.first_stage_only
    fast = f" {alone:,} were read by the fast model only." if alone else ""
    return (
        f"Position {score.mean:+.2f} ({interval}) from {counted(score.passages, 'passage')} in "
        f"{score.speeches:,} speech{'es' if score.speeches != 1 else ''}, of "
        f"{counted(position.actor.statements, 'statement')}{when}.{fast}"
    )


def _name_others(view: View) -> None:
    """Name who takes no side and who is silent: neither is neutral."""
    for title, actors in (
        ("On the point, but taking no side", view.positions.undecided),
        ("Silent: statements, but none on the point", view.positions.silent),
    ):
        if actors:
            most = sorted(actors, key=lambda actor: (-actor.statements, actor.name))
            named = ", ".join(
                charts.with_number(actor.name, actor.statements) for actor in most[:_NAMED]
            )
            more = f" and {len(most) - _NAMED:,} more (see the file)" if len(most) > _NAMED else ""
            st.html(section_html(f"{title} ({len(actors):,})", 3))
            small(f"{named}{more}. In brackets: statements under these filters.")


def periods_view(view: View) -> None:
    """Show a small chart for each actor: its position in each period."""
    positions = view.positions
    if not positions.placed:
        small(_NO_SIDES)
        return
    lengths = {counted(years, "year"): years for years in reversed(PERIODS)}
    years = lengths[choose_one("Length of a period", list(lengths), f"{PREFIX}years")]
    most = sorted(positions.placed, key=lambda one: (-one.score.passages, one.name))[:_PANELS]
    names = st.multiselect(
        actor_words(positions)[1].capitalize(),
        [one.name for one in positions.placed],
        default=[one.name for one in positions.placed if one in most],
        max_selections=_MOST_PANELS,
        key=f"{view.prefix}panels-{widget_key([one.name for one in most])}",
    )
    scores = positions.by_period(years)
    by_actor = {name: [one for one in scores if one.actor.name == name] for name in names}
    panels = {name: scores for name, scores in by_actor.items() if scores}
    if not panels:
        small("No passage that takes a side has a date.")
        return
    begin = [one.start for scores in panels.values() for one in scores]
    starts = range(min(begin), max(begin) + 1, years)
    grid = st.grid(3)
    for name, scores in panels.items():
        with grid.cell():
            st.html(section_html(name, 3))
            numbers = "; ".join(
                f"{one.start}: {one.score.mean:+.2f}, {counted(one.score.passages, 'passage')}"
                for one in scores
            )
            show_chart(
                charts.period_chart(scores, starts),
                key=f"{view.prefix}period-{years}-{widget_key(name)}",
                alt=f"Positions of {name} by period. {numbers}.",
            )
    chart = charts.periods_chart(panels, starts, _title(positions), years)
    repeats = "Repeated words count once in each period; passages without a date are left out."
    chart_notes(chart, repeats)
    data = table_csv("places by period", period_rows(positions, years))
    chart_downloads("positions-by-period", data, chart, f"{view.prefix}periods")


def table_view(view: View) -> None:
    """Show a row for each actor; those that take no side come last."""
    rows = [
        {_HEADS.get(name, name.capitalize()): row[name] for name in _COLUMNS}
        for row in position_rows(view.positions)
    ]
    alt = f"The positions of {len(rows)} actors; those that take no side come last"
    show_table(rows, alt, f"{view.prefix}table", Position="%+.2f")
    notice(NOT_A_SAMPLE)


def propositions_view(table: PositionTable) -> None:
    """Show actors by propositions: each position and its number of passages."""
    if not table.cells:
        small(_NO_SIDES)
        return
    rows = rows_beside(table)
    show_table(
        rows, f"{len(rows)} actors by {len(table.propositions)} propositions", f"{PREFIX}beside"
    )
    small(
        "In brackets: passages that take a side. A dash: passages on the proposition, but none "
        "takes a side. Silent: no passage on it. Neither means neutral."
    )
    notice(NOT_A_SAMPLE)


def rows_beside(table: PositionTable) -> list[dict[str, str]]:
    """Return a row for each actor: its position on each proposition, a dash, or silent."""

    def cell(positions: Positions, name: str, position: Position | None) -> str:
        if position is not None:
            return f"{position.score.mean:+.2f} ({position.score.passages:,})"
        return "–" if positions.standings.get(name) == NO_SIDE else SILENT

    return [
        {"Actor": name}
        | {
            one.proposition: cell(one, name, position)
            for one, position in zip(table.positions, cells, strict=True)
        }
        for name, cells in table.rows.items()
    ]


def agreement_view(table: PositionTable) -> None:
    """Show how far each pair of actors agrees, ordered so that neighbours are alike."""
    made = [(one.provenance, one.thresholds) for one in table.positions]
    key = repr((table.propositions, made))  # with many actors the matrix takes seconds
    matrix: AgreementMatrix = kept("positions-matrix", key, table.agreement)
    if not matrix.cells:
        small("No two actors take a side on the same proposition at these thresholds.")
        return

    def most_placed(name: str) -> tuple[int, int, str]:
        passages = [cell.score.passages for cell in table.cells[name] if cell]
        return -len(passages), -sum(passages), name

    most = sorted(table.cells, key=most_placed)
    names = st.multiselect(
        "Actors",
        sorted(table.cells),
        default=most[:_IN_MATRIX],
        max_selections=_MOST_IN_MATRIX,
        key=f"{PREFIX}parties-{widget_key(most)}",
    )
    drawn = [name for name in matrix.actors if name in names]
    chart = charts.agreement_chart(matrix, drawn, len(table.propositions))
    figure(
        chart,
        f"{PREFIX}agreement",
        f"Agreement between {len(drawn)} actors; the table below has the numbers.",
        _about_intervals(len(table.propositions)),
        "Actors are ordered by their clusters (UPGMA).",
    )
    with st.expander("The numbers"):
        head = ("Between", "Agreement", "95 % interval", "Propositions")
        rows = [
            (
                *(f"{cell.a} and {cell.b}", f"{cell.agreement:.2f}"),
                "too few" if cell.low is None else f"{cell.low:.2f} to {cell.high:.2f}",
                f"{cell.propositions:,}",
            )
            for cell in matrix.cells
            if {cell.a, cell.b} <= set(drawn)
        ]
        st.html(table_html("Agreement between actors", head, rows))
    data = table_csv("agreement", agreement_rows(matrix))
    chart_downloads("agreement-between-actors", data, chart, f"{PREFIX}agreement")


def _about_intervals(propositions: int) -> str:
    if propositions == 1:
        return (
            "Its interval shows how much it depends on which speeches were made; it is given if "
            f"passages that take a side are from at least {TOO_FEW} speeches of both."
        )
    return (
        "Its interval reflects the variation between propositions; it is given from "
        f"{TOO_FEW} propositions up."
    )


_BESIDE = "All propositions"  # only of several
# The menu of views, of each proposition and of all. The map is offered for countries only.
OF_ONE: Mapping[str, Callable[[View], None]] = {
    "Chart": chart_view,
    "Map": map_view,
    "By period": periods_view,
    "Table": table_view,
}
OF_SEVERAL: Mapping[str, Callable[[PositionTable], None]] = {
    _BESIDE: propositions_view,
    "Agreement between actors": agreement_view,
}


# -- Reading and downloads -------------------------------------------------------------------------


def compare(library: Library, asked: Asked, pressed: bool, seen: Seen) -> bool:
    """Score what is asked if `pressed`, and show the positions; return whether there were any."""
    if table := _score(library, asked, pressed):
        table = table.rethreshold(**asdict(seen.thresholds))
        table = PositionTable(tuple(read_with(seen.reader, one) for one in table.positions))
        _show(table, library, seen.order, seen.held)
    return table is not None


def _score(library: Library, asked: Asked, pressed: bool) -> PositionTable | None:
    """Score the passages if `pressed`; return the positions, which the session keeps."""
    parts = len(set(asked.propositions))

    def score() -> PositionTable:
        with progress("Finding passages on the proposition", "readings") as on_progress:

            def began(part: int, _: str) -> Progress:
                before = f"Proposition {part + 1} of {parts}: "
                return partial(on_progress, part=part, parts=parts, before=before)

            return position_table(
                library,
                asked.propositions,
                opposites=asked.opposites,
                by=ACTORS[asked.who],
                filters=asked.chosen[0],
                stance_model=stance_model(),
                most_each=asked.most,
                on_proposition=began,
            )

    table: PositionTable | None = latest(library, asked, pressed, score)
    return table


def _show(table: PositionTable, library: Library, order: str, held: Sequence[str]) -> None:
    """Show the view that was chosen, and the downloads."""
    first, *more = table.positions
    views = [name for name in OF_ONE if name != "Map" or first.by == "country"]
    views += [name for name in OF_SEVERAL if more or name != _BESIDE]
    view = choose_one("Show", views, f"{PREFIX}view")
    if view in OF_SEVERAL:
        OF_SEVERAL[view](table)
    else:
        positions = _choose_proposition(table) if more else first
        _show_summary(positions)
        prefix = f"{PREFIX}{widget_key(positions.proposition)}-"
        OF_ONE[view](View(positions, prefix, order))
    _show_downloads(table)
    if not more:
        counts_note(first.result(), library)
        review_link(first.result(), f"{PREFIX}review")
        show_sensitivity(first.result(), library)
    link_and_provenance(
        first.result(),
        library,
        (*held, f"{PREFIX}view", f"{PREFIX}years"),
        "It holds the question, not the results: whoever opens it reads the passages again.",
        "A position is the share of the speeches that agree minus the share that oppose; a speech "
        "counts once, and so do repeated words. Its exact 95 % interval shows how much the "
        "position depends on which speeches were made. It does not include the model’s errors. "
        "Each passage is read by itself: a search may weigh it with the country’s others.",
    )


def _choose_proposition(table: PositionTable) -> Positions:
    texts = table.propositions
    number = st.selectbox(
        "Proposition",
        range(len(texts)),
        format_func=lambda n: texts[n] if n < len(texts) else "",
        key=f"{PREFIX}which-{widget_key(texts)}",
    )
    return table.positions[number or 0]


def _show_summary(positions: Positions) -> None:
    passages = sum(position.score.passages for position in positions.placed)
    st.html(section_html(positions.proposition))
    if positions.opposite:
        small(f"Opposite: “{positions.opposite}”")
    small(
        f"{counted(len(positions.placed), *actor_words(positions))} placed by "
        f"{counted(passages, 'passage')} that {'takes' if passages == 1 else 'take'} a side. "
        f"On the point, but taking no side: {len(positions.undecided):,}. "
        f"With statements, but none on the point: {len(positions.silent):,}."
    )
    if left := left_out_note(positions):
        small(left)
    notice(*positions.notes[:-1])  # the last stands under the charts


def _show_downloads(table: PositionTable) -> None:
    """Offer the positions and their passages, and a table if there are several propositions."""
    several = len(table.positions) > 1
    files: dict[str, Callable[[Positions], bytes]] = {
        "positions": lambda positions: table_csv("positions", position_rows(positions)),
        # Pairs with the proposition, which a review can import.
        "passages": lambda positions: export_bytes(positions.result(), "csv"),
    }
    with row():
        if several:
            content, key = csv_bytes(*proposition_rows(table)), f"{PREFIX}table-csv"
            file_download("Download the table", "actors-by-proposition.csv", content, key)
        for number, positions in enumerate(table.positions, start=1):
            which = f" {number}" if several else ""
            for what, write in files.items():
                file_download(
                    f"Download the {what}{which}",
                    f"{what}{which.strip()}.csv",
                    partial(write, positions),
                    f"{PREFIX}{what}-csv-{number}",
                )
