"""Compare sides: where two sides agree, and where they oppose each other."""

from __future__ import annotations

import streamlit as st

from compare.ui.components.choosing import choose_library
from compare.ui.components.layout import begin, notice, said_plainly, side_head, small
from compare.ui.components.narrowing import cut
from compare.ui.components.pair_lists import ShownPairs
from compare.ui.components.permalink import library_note
from compare.ui.components.reading import read_pairs
from compare.ui.components.sides import PREFIX, ask_sides, cut_table, show_sides, words_toggle

begin(
    "Compare sides",
    "Choose two sides and a topic. Passages of both on the same point are found, and each pair is "
    "read as agreeing, opposed, or neither. You see how much that is before it begins.",
)

with said_plainly():
    with st.sidebar:
        chosen, library = choose_library()
        side_head("Cut and order the lists")
        least, order = cut(PREFIX, pairs=True)
        with_words = words_toggle(PREFIX)
    if sentence := library_note(library.digest):
        notice(sentence)
    asked, pressed = ask_sides(library.facets())
    table = read_pairs("sides", library, asked, pressed)
    if table is not None:
        shown = ShownPairs(cut_table(table, least), order, "sides-", chosen.key, with_words)
        show_sides(shown, library, asked, least)
    elif "sides-plan" not in st.session_state:
        small("An empty field allows all. Nothing is read until you ask for it.")
