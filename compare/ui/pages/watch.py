"""Watches: saved searches, and what is new since they were last run."""

import streamlit as st

from compare.export import section_html
from compare.ui import ADD_PAGE, SEARCH_PAGE
from compare.ui.components.layout import is_read_only, notice, page, show_kept_notice, small
from compare.ui.components.service import choose_library, library_link, may_change
from compare.ui.components.watching import KEPT, run_button, show_watch, watch_table

with page(
    "Watches",
    "A watch is a saved search. Run it after the library has changed: it lists what is new.",
):
    library = choose_library()
    show_kept_notice(KEPT)
    watches = library.watches
    listed = list(watches)
    if not listed:
        if may_change(library):
            small("This library has no watches. A search by quote can be watched.")
            library_link(SEARCH_PAGE, "Search by quote")
        else:
            small("This library is read-only. Searches of a library of your own can be watched.")
            st.page_link(ADD_PAGE, label="Add statements")
    else:
        watch_table(watches, listed)
        if may_change(library):
            run_button(watches)
        elif is_read_only():
            notice("Watches cannot be run here: this app is read-only.")
        names = [one.name for one in listed]
        chosen = st.selectbox("Watch", names, key="watch", bind="query-params")
        ((watch, entries),) = watches.found([chosen if chosen in names else names[0]])
        st.html(section_html(watch.name))
        show_watch(watches, watch, entries)
