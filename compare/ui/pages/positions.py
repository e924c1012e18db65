"""Positions: who agrees with a proposition and who opposes it, party by party."""

from __future__ import annotations

import streamlit as st

from compare.errors import QueryError
from compare.ui.components.choosing import choose_library
from compare.ui.components.layout import begin, notice, said_plainly, side_head, small
from compare.ui.components.narrowing import cut
from compare.ui.components.permalink import library_note
from compare.ui.components.positions import PREFIX, ask_propositions, read_positions, show_table

begin(
    "Positions",
    "Type a claim or a demand. Every country or speaker is placed from opposed to agreeing by what "
    "they said near it. Who said nothing near it is silent, not neutral.",
)

with said_plainly():
    with st.sidebar:
        chosen, library = choose_library()
        side_head("Cut the places, order the passages")
        least, order = cut(PREFIX)
    if sentence := library_note(library.digest):
        notice(sentence)
    asked, pressed = ask_propositions(library.facets())
    if pressed and not asked.propositions:
        raise QueryError("Type a proposition: one claim or demand, as a sentence.")
    table = read_positions(library, asked, pressed)
    if table is not None:
        show_table(table, library, chosen.key, least, order)
    else:
        small(
            "An empty field allows all. Nothing is read until you ask for it; of a large library "
            "that takes minutes. What is read is kept: a reading that was stopped goes on."
        )
