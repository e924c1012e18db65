"""Positions: which actors agree with a proposition, and which oppose it."""

from __future__ import annotations

import streamlit as st

from compare.errors import QueryError
from compare.ui.components.downloads import other_library_notice
from compare.ui.components.filter_panel import choose_thresholds
from compare.ui.components.layout import begin_page, errors_as_sentences, sidebar_heading, small
from compare.ui.components.positions import PREFIX, ask_propositions, read_positions, show_table
from compare.ui.components.service import choose_library

begin_page(
    "Positions",
    "Type a claim or a demand. Every country or speaker is placed between opposed and agreeing, by "
    "what they said on it. Those who said nothing on it are silent, not neutral.",
)

with errors_as_sentences():
    with st.sidebar:
        chosen, library = choose_library()
        sidebar_heading("Thresholds and order")
        least, order = choose_thresholds(PREFIX)
    other_library_notice(library.digest)
    asked, pressed = ask_propositions(library.facets())
    if pressed and not asked.propositions:
        raise QueryError("Type a proposition: one claim or demand, as a sentence.")
    table = read_positions(library, asked, pressed)
    if table is not None:
        show_table(table, library, chosen.key, least, order)
    else:
        small(
            "An empty field allows everything. Nothing is read until you ask for it; a large "
            "library takes minutes. Scores are kept: a run that was stopped goes on where it was."
        )
