"""Corpus: browse, filter and search a library; one statement's page."""

from __future__ import annotations

import streamlit as st

from compare.ui.components.asking import FILLED
from compare.ui.components.browsing import statement_list
from compare.ui.components.choosing import choose_library
from compare.ui.components.layout import begin, said_plainly, side_head
from compare.ui.components.narrowing import cut, narrow
from compare.ui.components.single import statement_page

st.session_state.pop(FILLED, None)
statement_id = st.query_params.get("id", "")

if statement_id:
    begin("One statement", "What the library holds of it, and who agrees and who opposes.")
    with said_plainly():
        with st.sidebar:
            chosen, library = choose_library()
            side_head("Cut and order the lists")
            thresholds, order = cut()
        statement_page(chosen, library, library.statement(statement_id), thresholds, order)
else:
    begin("Corpus", "Every statement of the library, newest first.")
    with said_plainly():
        with st.sidebar:
            chosen, library = choose_library()
            side_head("Narrow the list")
            filters = narrow(library.facets(), prefix="c_", own=False)
        statement_list(chosen, library, filters)
