"""Search by quote: who agrees, who opposes."""

import streamlit as st

from compare.export.html import quote_card
from compare.ui.components.downloads import (
    download_buttons,
    link_and_provenance,
    other_library_notice,
)
from compare.ui.components.filter_panel import (
    SIDE_KEYS,
    choose_filters,
    choose_thresholds,
    show_words_toggle,
)
from compare.ui.components.layout import page
from compare.ui.components.quote_form import ask_quote
from compare.ui.components.result_lists import Shown, side_by_side
from compare.ui.components.review_setup import review_link
from compare.ui.components.service import choose_library, read_with, search_library, third_reader

# The widgets that the page's link holds. (Streamlit would show a bare string on the page.)
_KEYS = (
    *("q", "by", "role", "country", "date", "context", "library", *SIDE_KEYS),
    *("from", "to", "languages", "other_speaker", "other_country", "p", "s", "sort", "why"),
)

with page(
    "Who agrees, who opposes",
    "Paste an official’s quote. The library’s statements on the same point are found, and each is "
    "labelled: it agrees with the quote, opposes it, or neither.",
):
    library = choose_library()
    quote = ask_quote(library)
    filters = choose_filters(library.facets())
    thresholds, order = choose_thresholds()
    with_words = show_words_toggle()
    reader = third_reader()

    result = read_with(reader, search_library(library, quote, filters, thresholds))
    other_library_notice(library)
    with st.container(key="pinned"):
        st.html(quote_card(result.quote or quote, result.source))
    result = side_by_side(Shown(result, order, "search-", with_words))
    if result.agree or result.oppose or result.neither:
        download_buttons(result)
        review_link(result, "search-review")
    held = "It holds the quote, who said it, the filters, the thresholds and the order."
    link_and_provenance(result, library, _KEYS, held)
