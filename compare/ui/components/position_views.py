"""Places as dots with the passages behind them, and as small multiples by period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from compare.export.cards import list_head
from compare.export.formats import csv_bytes, export_bytes
from compare.export.pieces import section_html
from compare.export.position_rows import PERIOD_COLUMNS, period_records, positions_csv
from compare.export.words import counted, date_in_words
from compare.results.positions import PERIODS, Position, Positions, Voice
from compare.results.result import Stance
from compare.results.statistics import TOO_FEW
from compare.ui.charts.map import map_figure, map_note, map_spec, off_the_map
from compare.ui.charts.positions import (
    CHOSEN,
    period_spec,
    periods_figure,
    places_figure,
    places_spec,
    sample_size_note,
    with_number,
)
from compare.ui.components.downloads import SAVE, chart_downloads, file_download
from compare.ui.components.layout import colours, notice, show_chart, small, widget_key
from compare.ui.components.lists import Shown, found_cards

IN_CHART = 100
"""Parties that are drawn: those with most passages. The table and the file have all."""

_PANELS, _MOST_PANELS = 6, 24
_NAMED = 30
_TAKES_NONE = "near the proposition, but nothing that takes a side"


@dataclass(frozen=True, slots=True)
class View:
    """Positions on one proposition and how they are shown.

    Attributes:
        prefix: Of the keys of widgets, one for each proposition.
        library: The key of the library in the chooser, for links into it.
        order: Of the passages of a party.
        what: What one party is called, and several.
    """

    positions: Positions
    prefix: str
    library: str
    order: str
    what: tuple[str, str]


# -- Places --------------------------------------------------------------------------------------


def places_view(view: View) -> None:
    """Show the dots with their intervals, who says nothing, and the passages of one party."""
    placed = _placed(view)
    if not placed:
        return
    drawn = _with_most(placed, IN_CHART)
    told = f"{len(drawn)} places between opposed and agreeing; “Table” has the numbers."
    name = _clicked_in(view, "chart", drawn, places_spec(drawn, colours()), told)
    some = f"The {len(drawn)} of {len(placed):,} with most passages are drawn. "
    small(
        sample_size_note(drawn),
        (some if len(placed) > len(drawn) else "") + f"A dot opens its passages. {SAVE}",
    )
    notice(view.positions.notes[-1])
    figure = places_figure(drawn, view.positions.proposition, len(placed))
    chart_downloads("places", positions_csv(view.positions), figure, f"{view.prefix}places")
    _below(view, name)


def map_view(view: View) -> None:
    """Show the countries that take a side on a map, and who of them is not on it."""
    placed = _placed(view)
    if not placed:
        return
    missing = off_the_map(placed)
    if len(missing) == len(placed):
        small(f"Nobody who takes a side is on the map: {', '.join(missing)}.")
        _below(view)
        return
    told = f"A map of {counted(len(placed), *view.what)}; “Table” has the numbers."
    name = _clicked_in(view, "map", placed, map_spec(placed, colours()), told)
    small(
        map_note(placed),
        "What is not coloured takes no side, is silent or has no statement here. Outlines are "
        "coarse and no opinion on a border; a circle is a country that has none here. "
        f"A country opens its passages. {SAVE}",
    )
    if missing:
        small(f"Not on the map: {', '.join(missing)}.")
    notice(view.positions.notes[-1])
    figure = map_figure(placed, view.positions.proposition)
    chart_downloads("map", positions_csv(view.positions), figure, f"{view.prefix}map")
    _below(view, name)


def _placed(view: View) -> tuple[Position, ...]:
    """Return who is placed; where it is nobody, say so, and who says nothing."""
    placed = view.positions.placed
    if not placed:
        small("Nothing of what was read takes a side at these thresholds.")
        _say_nothing(view)
    return placed


def _below(view: View, clicked: str | None = None) -> None:
    """Show what stands below a chart: a party's passages, and who takes no side."""
    _choose_party(view)
    _say_nothing(view)
    if clicked:
        _open_dot(view, clicked)


def _clicked_in(
    view: View, name: str, drawn: Sequence[Position], spec: dict[str, Any], told: str
) -> str | None:
    """Draw a chart; return the party that was clicked in it just now."""
    clicked = f"{view.prefix}clicked"
    chart = f"{view.prefix}{name}-{widget_key(repr([p.voice.key for p in drawn]))}"

    def remember() -> None:
        found = st.session_state[chart].selection.get(CHOSEN) or []
        st.session_state[clicked] = found[0]["actor"] if found else None

    show_chart(spec, chart, told, remember)
    party = st.session_state.pop(clicked, None)
    return party if party in {one.name for one in drawn} else None


@st.dialog("Passages", width="large")
def _open_dot(view: View, name: str) -> None:
    """Show the passages of a dot over the chart, which may be longer than the screen."""
    theme = "dark" if st.context.theme.type == "dark" else "light"
    with st.container(key=f"over-{theme}"):
        _passages(replace(view, prefix=f"{view.prefix}dot-"), name)


def _with_most(placed: Sequence[Position], most: int) -> list[Position]:
    """Return those with most passages, in the order of their places."""
    chosen = sorted(placed, key=lambda one: (-one.place.passages, one.name))[:most]
    kept = {one.voice.key for one in chosen}
    return [one for one in placed if one.voice.key in kept]


def _choose_party(view: View) -> None:
    """Let a party be chosen from a menu, those that take no side last, and show its passages."""
    placed = {one.name: one.place.passages for one in view.positions.placed}
    names = [*sorted(placed), *(voice.name for voice in view.positions.undecided)]
    menu = f"{view.prefix}party"
    if st.session_state.get(menu) not in names:
        st.session_state.pop(menu, None)

    def told(name: str) -> str:
        return with_number(name, placed[name]) if name in placed else f"{name} (takes no side)"

    name = st.selectbox(
        "The passages of", names, index=None, format_func=told, key=menu,
        placeholder=f"Choose a {view.what[0]}",
    )  # fmt: skip
    if name in names:
        _passages(view, name)


def _passages(view: View, name: str) -> None:
    """Show what was read of a party: what agrees beside what opposes, then what does neither."""
    positions = view.positions
    voice = next(voice for voice in positions.voices if voice.name == name)
    position = positions.position(voice.key)
    st.html(section_html(name))
    small(_in_words(position) if position else f"{name} says something {_TAKES_NONE}.")
    result = positions.result([voice])
    prefix = f"{view.prefix}{widget_key(voice.key)}-"
    shown = Shown(result, view.order, prefix, view.library)
    if position:
        halves = st.columns(2, gap="large")
        for column, stance in zip(halves, (Stance.AGREE, Stance.OPPOSE), strict=True):
            with column:
                st.html(list_head(stance, len(result.listed(stance)), what="passage"))
                if not result.listed(stance):
                    verb = "agrees with" if stance is Stance.AGREE else "opposes"
                    small(f"Nothing that was read of {name} {verb} the proposition.")
                found_cards(shown, stance)
    if result.neither:
        label = f"Neither: {counted(len(result.neither), 'passage')} near the proposition"
        with st.expander(label, expanded=position is None, key=f"{prefix}neither"):
            found_cards(shown, Stance.NEITHER)
    _download_passages(view, voice, prefix)


def _download_passages(view: View, voice: Voice, prefix: str) -> None:
    data = export_bytes(view.positions.result([voice]), "csv")
    file_download("Download these passages", "passages.csv", data, f"{prefix}csv")


def _in_words(position: Position) -> str:
    place, dates = position.place, position.dates
    between = (
        f"fewer than {TOO_FEW} passages: no interval"
        if place.low is None or place.high is None
        else f"95 % interval {place.low:+.2f} to {place.high:+.2f}"
    )
    when = ""
    if dates:
        first, last = map(date_in_words, dates)
        when = f", {first}" if first == last else f", {first} to {last}"
    alone = position.first_stage_only
    fast = f" {alone:,} were read by the fast model only." if alone else ""
    return (
        f"Place {place.mean:+.2f} ({between}) by {counted(place.passages, 'passage')} of "
        f"{counted(position.voice.statements, 'statement')}{when}.{fast}"
    )


def _say_nothing(view: View) -> None:
    """Name who takes no side and who is silent: neither is neutral."""
    positions = view.positions
    for title, voices in (
        ("Near, but taking no side", positions.undecided),
        ("Silent: statements, but none near the proposition", positions.silent),
    ):
        if not voices:
            continue
        most = sorted(voices, key=lambda voice: (-voice.statements, voice.name))
        st.html(section_html(f"{title} ({len(voices):,})", 3))
        named = ", ".join(with_number(voice.name, voice.statements) for voice in most[:_NAMED])
        more = f" and {len(most) - _NAMED:,} more, which the file has" if len(most) > _NAMED else ""
        small(f"{named}{more}. In brackets: statements under these filters.")


# -- Periods -------------------------------------------------------------------------------------


def periods_view(view: View, key: str) -> None:
    """Show a small chart a party: its place in each period."""
    positions = view.positions
    if not positions.placed:
        small("Nothing of what was read takes a side at these thresholds.")
        return
    offered = {counted(years, "year"): years for years in reversed(PERIODS)}
    chosen = st.segmented_control(
        "Length of a period", list(offered), default="10 years", required=True, key=key,
        bind="query-params",
    )  # fmt: skip
    years = offered.get(chosen or "", 10)
    most = [one.name for one in _with_most(positions.placed, _PANELS)]
    names = st.multiselect(
        view.what[1].capitalize(),
        [one.name for one in positions.placed],
        default=most,
        max_selections=_MOST_PANELS,
        key=f"{view.prefix}panels-{widget_key(repr(most))}",
    )
    by_party = {
        name: [one for one in positions.by_period(years) if one.voice.name == name]
        for name in names
    }
    panels = [(name, places) for name, places in by_party.items() if places]
    if not panels:
        small("No date is known of what takes a side.")
        return
    found = [one.start for _, places in panels for one in places]
    starts = range(min(found), max(found) + 1, years)
    for start in range(0, len(panels), 3):
        for column, (name, places) in zip(st.columns(3), panels[start : start + 3], strict=False):
            with column:
                st.html(section_html(name, 3))
                told = "; ".join(
                    f"{one.start}: {one.place.mean:+.2f}, {counted(one.place.passages, 'passage')}"
                    for one in places
                )
                show_chart(
                    period_spec(places, starts, colours()),
                    key=f"{view.prefix}period-{years}-{widget_key(name)}",
                    alt=f"Places of {name} by period. {told}.",
                )
    small(
        "Above is agreeing, below opposed; beside a dot is its number of passages. Words that are "
        "said again count once in each period; what has no date is left out.",
        SAVE,
    )
    notice(positions.notes[-1])
    rows = period_records(positions, years)
    figure = periods_figure(dict(panels), starts, positions.proposition, years)
    data = csv_bytes(PERIOD_COLUMNS, rows)
    chart_downloads("places-by-period", data, figure, f"{view.prefix}periods")
