"""Timeline: where someone changed position."""

from __future__ import annotations

import streamlit as st

from compare.ui.components.downloads import other_library_notice
from compare.ui.components.filter_panel import choose_thresholds
from compare.ui.components.layout import begin_page, errors_as_sentences, sidebar_heading, small
from compare.ui.components.pair_lists import ShownPairs
from compare.ui.components.reading import read_pairs
from compare.ui.components.service import choose_library
from compare.ui.components.sides import cut_table, words_toggle
from compare.ui.components.timeline import ORDERS, PREFIX, ask_who, show_timeline

begin_page(
    "Timeline",
    "Choose whose statements, and a topic. Each passage is compared with what was said before on "
    "the same point. If the two oppose each other, the position changed between the two dates.",
)

with errors_as_sentences():
    with st.sidebar:
        chosen, library = choose_library()
        sidebar_heading("Thresholds and order")
        least, order = choose_thresholds(PREFIX, pairs=True, orders=ORDERS)
        with_words = words_toggle(PREFIX)
    other_library_notice(library.digest)
    asked, pressed = ask_who(library.facets())
    table = read_pairs("timeline", library, asked, pressed)
    if table is not None:
        table = cut_table(table, least)
        shown = ShownPairs(table, order, "timeline-", chosen.key, with_words)
        show_timeline(shown, library)
    elif "timeline-plan" not in st.session_state:
        small("An empty field allows everything. Nothing is read until you ask for it.")
