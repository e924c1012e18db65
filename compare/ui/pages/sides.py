"""Compare sides: where two sides agree, and where they oppose each other."""

from __future__ import annotations

import streamlit as st

from compare.ui.components.downloads import other_library_notice
from compare.ui.components.filter_panel import choose_thresholds
from compare.ui.components.layout import begin_page, errors_as_sentences, sidebar_heading, small
from compare.ui.components.result_lists import Shown
from compare.ui.components.service import choose_library
from compare.ui.components.sides import (
    NOTHING_YET,
    SIDES_PREFIX,
    ask_sides,
    at_thresholds,
    read_pairs,
    show_sides,
    words_toggle,
)

begin_page(
    "Compare sides",
    "Choose two sides and a topic. Their passages on the same point are paired, and each pair is "
    "labelled: they agree, oppose each other, or neither. You see the number of pairs before any "
    "is read.",
)

with errors_as_sentences():
    with st.sidebar:
        chosen, library = choose_library()
        sidebar_heading("Thresholds and order")
        least, order = choose_thresholds(SIDES_PREFIX, pairs=True)
        with_words = words_toggle(SIDES_PREFIX)
    other_library_notice(library.digest)
    asked, pressed = ask_sides(library.facets())
    result = read_pairs("sides", library, asked, pressed)
    if result is not None:
        shown = Shown(at_thresholds(result, least), order, "sides-", chosen.key, with_words)
        show_sides(shown, library, asked, least)
    elif "sides-plan" not in st.session_state:
        small(NOTHING_YET)
