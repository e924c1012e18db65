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
        ends = sides.ask_proposition(_PREFIX)
        who = choose_side(facets, _PREFIX)
        period, most = sides.ask_period_and_most(_PREFIX)
        pressed = st.form_submit_button("Find the pairs", type="primary", key="timeline-go")
    return sides.Asked(*ends, who.within(*period), None, most), pressed


with page(
    "Timeline",
    "Type a claim or a demand, and choose a country or a speaker. What they said on it is compared "
    "with what they said on it earlier: if the two oppose each other, the position may have "
    "changed between their dates.",
):
    library, shown = sides.ask_and_read("timeline", _PREFIX, TIMELINE_ORDERS, _ask)
    if shown:
        sides.show_pairs(shown, library, _PREFIX, _KEYS)
