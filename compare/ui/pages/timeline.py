"""Timeline: where someone changed position."""

from __future__ import annotations

import streamlit as st

from compare.export.words import CHANGED, SAME
from compare.library.filters import Facets
from compare.models.values import Stance
from compare.ui.components.downloads import other_library_notice
from compare.ui.components.filter_panel import (
    SIDE_KEYS,
    TIMELINE_ORDERS,
    choose_side,
    choose_thresholds,
)
from compare.ui.components.layout import page, small
from compare.ui.components.result_lists import Shown, pairs_table
from compare.ui.components.service import choose_library
from compare.ui.components.sides import (
    NOTHING_READ,
    SHARED_KEYS,
    Asked,
    View,
    check_sample,
    read_pairs,
    show_pairs,
    topic_and_period,
    years_view,
)

_PREFIX = "t_"  # of the widgets' keys
_KEYS = ("library", *(f"{_PREFIX}{name}" for name in (*SIDE_KEYS, *SHARED_KEYS)))


def _ask(facets: Facets) -> tuple[Asked, bool]:
    """Show the form; return what it holds and whether it was just sent."""
    with st.form("timeline", border=False):
        who = choose_side(facets, _PREFIX)
        topic, period, most = topic_and_period(_PREFIX)
        pressed = st.form_submit_button("Find the pairs", type="primary", key="timeline-go")
    return Asked(who.within(*period), None, topic, most), pressed


with page(
    "Timeline",
    "Choose whose statements, and a topic. Each passage is compared with what was said before on "
    "the same point. If the two oppose each other, the position changed between the two dates.",
):
    library = choose_library()
    thresholds, order = choose_thresholds(_PREFIX, TIMELINE_ORDERS)
    with_words = st.sidebar.toggle(
        "Show the deciding words", key=f"{_PREFIX}why", bind="query-params"
    )
    other_library_notice(library)
    asked, pressed = _ask(library.facets())
    if (result := read_pairs("timeline", library, asked, pressed, thresholds)) is not None:
        views: dict[str, View] = {
            CHANGED: Stance.OPPOSE,
            SAME: Stance.AGREE,
            "Table": pairs_table,
            "By year": years_view,
            "Check a sample": check_sample,
        }
        show_pairs(Shown(result, order, "timeline-", with_words), library, views, _PREFIX, _KEYS)
    elif "timeline-plan" not in st.session_state:
        small(NOTHING_READ)
