"""Timeline: where someone changed position, between which dates, and where they did not."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from compare.export.pair_cards import CHANGED, SAME
from compare.library.facets import Facets
from compare.library.library import Library
from compare.results.result import Stance
from compare.ui.components.checking import check_sample
from compare.ui.components.drilldown import years_view
from compare.ui.components.filter_panel import (
    NEWEST,
    OLDEST,
    PROBABILITY,
    RANK,
    SIDE_KEYS,
    SIMILARITY,
    choose_side,
)
from compare.ui.components.pair_lists import ShownPairs, pair_list, pairs_table
from compare.ui.components.reading import Asked
from compare.ui.components.sides import (
    SHARED,
    begin_results,
    choose_view,
    end_results,
    topic_and_period,
)

PREFIX = "t_"
"""Of the keys of the page's widgets."""

KEYS = (
    "library",
    *(f"{PREFIX}{name}" for name in (*SIDE_KEYS, *SHARED)),
)
"""The widgets of the page that its address holds."""

ORDERS = (OLDEST, NEWEST, RANK, PROBABILITY, SIMILARITY)

_TABLE, _YEARS, _SAMPLE = "Table", "By year", "Check a sample"
_VIEWS = (CHANGED, SAME, _TABLE, _YEARS, _SAMPLE)


def ask_who(facets: Facets) -> tuple[Asked, bool]:
    """Show the form; return what it holds and whether it was just sent."""
    with st.form("timeline", border=False):
        who = choose_side(facets, PREFIX)
        topic, since, until, most = topic_and_period(PREFIX)
        pressed = st.form_submit_button("Find the pairs", type="primary", key="timeline-go")
    return Asked(replace(who, date_from=since, date_to=until), None, topic, most), pressed


def show_timeline(shown: ShownPairs, library: Library) -> None:
    """Show what changed, or another view of the pairs."""
    begin_results(shown.table)
    view = choose_view(_VIEWS, PREFIX)
    if view == CHANGED:
        nothing = "Nothing of what was read opposes what was said before, at these thresholds."
        shown = pair_list(shown, Stance.OPPOSE, nothing)
    elif view == SAME:
        nothing = "Nothing of what was read repeats what was said before, at these thresholds."
        shown = pair_list(shown, Stance.AGREE, nothing)
    elif view == _TABLE:
        pairs_table(shown)
    elif view == _YEARS:
        years_view(shown)
    else:
        check_sample(shown.table, shown.prefix)
    end_results(shown, library, KEYS)
