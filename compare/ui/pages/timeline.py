"""Timeline: where someone changed position."""

import streamlit as st

from compare.library import Facets
from compare.ui.components import sides
from compare.ui.components.filter_panel import SIDE_KEYS, TIMELINE_ORDERS, choose_side
from compare.ui.components.layout import page

_PREFIX = "t_"  # of the widgets' keys
_KEYS = ("library", *(f"{_PREFIX}{name}" for name in (*SIDE_KEYS, *sides.SHARED_KEYS)))


def _ask(facets: Facets) -> tuple[sides.Asked, bool]:
    """Show the form; return its values and whether it was just submitted."""
    with st.form("timeline", border=False):
        who = choose_side(facets, _PREFIX)
        topic, period, most = sides.topic_and_period(_PREFIX)
        pressed = st.form_submit_button("Find the pairs", type="primary", key="timeline-go")
    return sides.Asked(who.within(*period), None, topic, most), pressed


with page(
    "Timeline",
    "Choose a country or a speaker, and a topic. Each passage is compared with earlier ones on the "
    "same point. If two oppose each other, the position changed between their dates.",
):
    library, *_, shown = sides.ask_and_read("timeline", _PREFIX, TIMELINE_ORDERS, _ask)
    if shown:
        sides.show_pairs(shown, library, _PREFIX, _KEYS)
