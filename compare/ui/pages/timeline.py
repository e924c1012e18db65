"""Timeline: where someone changed position."""

from __future__ import annotations

import streamlit as st

from compare.ui.components.downloads import other_library_notice
from compare.ui.components.filter_panel import choose_thresholds
from compare.ui.components.layout import begin_page, errors_as_sentences, sidebar_heading, small
from compare.ui.components.result_lists import Shown
from compare.ui.components.service import choose_library
from compare.ui.components.sides import (
    NOTHING_YET,
    TIMELINE_ORDERS,
    TIMELINE_PREFIX,
    ask_timeline,
    at_thresholds,
    read_pairs,
    show_timeline,
    words_toggle,
)

begin_page(
    "Timeline",
    "Choose whose statements, and a topic. Each passage is compared with what was said before on "
    "the same point. If the two oppose each other, the position changed between the two dates.",
)

with errors_as_sentences():
    with st.sidebar:
        chosen, library = choose_library()
        sidebar_heading("Thresholds and order")
        least, order = choose_thresholds(TIMELINE_PREFIX, pairs=True, orders=TIMELINE_ORDERS)
        with_words = words_toggle(TIMELINE_PREFIX)
    other_library_notice(library.digest)
    asked, pressed = ask_timeline(library.facets())
    result = read_pairs("timeline", library, asked, pressed)
    if result is not None:
        shown = Shown(at_thresholds(result, least), order, "timeline-", chosen.key, with_words)
        show_timeline(shown, library)
    elif "timeline-plan" not in st.session_state:
        small(NOTHING_YET)
