"""Timeline: where someone changed position."""

from __future__ import annotations

import streamlit as st

from compare.ui.components.choosing import choose_library
from compare.ui.components.layout import begin, notice, said_plainly, side_head, small
from compare.ui.components.narrowing import cut
from compare.ui.components.pair_lists import ShownPairs
from compare.ui.components.permalink import library_note
from compare.ui.components.reading import read_pairs
from compare.ui.components.sides import cut_table, words_toggle
from compare.ui.components.timeline import ORDERS, PREFIX, ask_who, show_timeline

begin(
    "Timeline",
    "Choose whose statements, and a topic. Each passage is read beside what was said on the same "
    "point before: where the two oppose each other, the position changed between the two dates.",
)

with said_plainly():
    with st.sidebar:
        chosen, library = choose_library()
        side_head("Cut and order the lists")
        least, order = cut(PREFIX, pairs=True, orders=ORDERS)
        with_words = words_toggle(PREFIX)
    if sentence := library_note(library.digest):
        notice(sentence)
    asked, pressed = ask_who(library.facets())
    table = read_pairs("timeline", library, asked, pressed)
    if table is not None:
        table = cut_table(table, least)
        shown = ShownPairs(table, order, "timeline-", chosen.key, with_words)
        show_timeline(shown, library)
    elif "timeline-plan" not in st.session_state:
        small("An empty field allows all. Nothing is read until you ask for it.")
