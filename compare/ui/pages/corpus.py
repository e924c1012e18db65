"""Corpus: browse, filter and search a library; one statement's page."""

from __future__ import annotations

import streamlit as st

from compare.ui.components.filter_panel import choose_filters, choose_thresholds
from compare.ui.components.layout import begin_page, errors_as_sentences, sidebar_heading
from compare.ui.components.quote_form import FILLED
from compare.ui.components.service import choose_library
from compare.ui.components.statement_page import statement_list, statement_page

st.session_state.pop(FILLED, None)
statement_id = st.query_params.get("id", "")

if statement_id:
    begin_page("One statement", "Everything the library holds on it, and who agrees or opposes.")
    with errors_as_sentences():
        with st.sidebar:
            chosen, library = choose_library()
            sidebar_heading("Thresholds and order")
            thresholds, order = choose_thresholds()
        statement_page(chosen, library, library.statement(statement_id), thresholds, order)
else:
    begin_page("Corpus", "Every statement of the library, newest first.")
    with errors_as_sentences():
        with st.sidebar:
            chosen, library = choose_library()
            sidebar_heading("Filters")
            filters = choose_filters(library.facets(), prefix="c_", of_quote=False)
        statement_list(chosen, library, filters)
