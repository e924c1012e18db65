"""Search by quote: who agrees, who opposes."""

from __future__ import annotations

import streamlit as st

from compare.ui.components.asking import ask, checked_quote
from compare.ui.components.browsing import example_quote, menu_of_statements
from compare.ui.components.choosing import choose_library
from compare.ui.components.downloads import download_buttons, provenance_block
from compare.ui.components.layout import begin, notice, said_plainly, side_head, small
from compare.ui.components.lists import Shown, on_screen, pinned_quote, side_by_side
from compare.ui.components.narrowing import cut, narrow
from compare.ui.components.permalink import current_link, library_note
from compare.ui.components.review_making import review_link
from compare.ui.components.service import explain_matches, search_library

begin(
    "Who agrees, who opposes",
    "Paste an official’s quote. Statements on the same point are found in the library, and each is "
    "read as agreeing with the quote, opposing it, or neither.",
)

with said_plainly():
    with st.sidebar:
        chosen, library = choose_library()
    statements = menu_of_statements(library)
    text, who, statement_id = ask(statements, example_quote(chosen, library))
    with st.sidebar:
        side_head("Narrow the search")
        filters = narrow(library.facets())
        side_head("Cut and order the lists")
        thresholds, order = cut()
        with_words = st.toggle("Show the deciding words", key="why", bind="query-params")

    by_id = {statement.id: statement for statement in statements}
    quote = checked_quote(text, who, by_id.get(statement_id))
    scored = search_library(library, quote, filters)
    result = scored.rethreshold(
        probability=thresholds.probability, similarity=thresholds.similarity
    )

    if sentence := library_note(library.digest):
        notice(sentence)
    pinned_quote(result)
    shown = Shown(result, order, "search-", chosen.key)
    if with_words:
        result = explain_matches(result, on_screen(shown), library.digest)
        shown = Shown(result, order, "search-", chosen.key)
    side_by_side(shown)

    if result.agree or result.oppose or result.neither:
        download_buttons(result)
        review_link(result, "search-review")
    with st.expander("Link to this page as it stands"):
        st.code(current_link(library.digest), language=None, wrap_lines=True)
        small("It holds the quote, who said it, the filters, the thresholds and the order.")
    with st.expander("What was searched and how"):
        provenance_block(result)
