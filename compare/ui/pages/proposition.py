"""One proposition: where countries or speakers stand, two sides, or one of them over time."""

import streamlit as st

from compare.results import OF_PLACEMENTS
from compare.ui.components import positions, sides
from compare.ui.components.downloads import other_library_notice
from compare.ui.components.filter_panel import (
    ORDERS,
    TIMELINE_ORDERS,
    choose_order,
    choose_thresholds,
    show_words_toggle,
)
from compare.ui.components.layout import page, small
from compare.ui.components.proposition_form import ACTORS, PREFIX, TIME, Seen, ask, keys_of
from compare.ui.components.quote_form import keep_question, offer_opposites, take_question_along
from compare.ui.components.service import choose_library, third_reader

with page(
    "Compare on a proposition",
    "Type a claim or a demand. What was said on it is placed between agreeing and opposed: by "
    "country, by speaker, of two sides next to each other, or of one of them over time.",
):
    library = choose_library()
    thresholds = choose_thresholds(PREFIX, OF_PLACEMENTS)
    sidebar = st.sidebar.container()  # filled below: what it offers depends on what is compared
    other_library_notice(library)
    take_question_along("proposition")
    asked, pressed = ask(library.facets())
    keep_question("proposition")
    offers = st.container()
    with sidebar:
        orders, prefix = (TIMELINE_ORDERS, "t_") if asked.who == TIME else (ORDERS, PREFIX)
        order = choose_order(prefix, orders)
        with_words = asked.who not in ACTORS and show_words_toggle(PREFIX)
        reader = third_reader()
    keys = (f"{PREFIX}{name}" for name in ("p", "s", "without", "why"))
    held = ("library", *keys_of(asked.who), *keys, f"{prefix}sort")
    compare = positions.compare if asked.who in ACTORS else sides.compare
    shown = compare(library, asked, pressed, Seen(thresholds, order, with_words, reader, held))
    if shown and asked.quote:
        with offers:
            offer_opposites(library, asked.quote, reader, press="Compare")
    elif not shown:
        small(
            "Empty filters allow everything. Nothing is read until you ask for it. A large library "
            "takes minutes; scores are saved, and a stopped run resumes where it left off."
        )
