"""Search by quote: who agrees, who opposes."""

import streamlit as st

from compare.export.html import quote_card
from compare.results import Result
from compare.ui import PROPOSITION_PAGE
from compare.ui.components.downloads import (
    other_library_notice,
    result_actions,
    show_provenance,
    show_sensitivity,
)
from compare.ui.components.filter_panel import (
    SIDE_KEYS,
    Places,
    choose_filters,
    choose_order,
    choose_thresholds,
    fold_countries_toggle,
    same_actor_toggle,
    say_what_filters,
    show_counts,
    show_words_toggle,
)
from compare.ui.components.layout import choose_one, page, row, small
from compare.ui.components.quote_form import (
    OPPOSITE,
    SEARCH,
    ask_quote,
    keep_question,
    offer_opposites,
    take_question_along,
)
from compare.ui.components.result_lists import Shown, side_by_side
from compare.ui.components.service import choose_library, read_with, search_library, third_reader
from compare.ui.components.watching import watch_button
from compare.ui.review.agreement import counts_note
from compare.ui.review.setup import review_link

# The widgets that the page's link holds. (Streamlit would show a bare string on the page.)
_KEYS = (
    *("q", OPPOSITE, "by", "role", "country", "date", "context", "library", *SIDE_KEYS),
    *("from", "to", "languages", "other_speaker", "other_country"),
    *("p", "s", "without", "sort", "why", "fold", "same", "view"),
)
_HELD = (
    "It holds the quote, its opposite, who said it, the filters, the thresholds, the order and "
    "the view."
)
_CARDS, _COMPACT, _TABLE = "Cards", "Compact", "Table"


def _show(result: Result, *, with_words: bool, folded: bool) -> None:
    """Show what can be done with a result, how it is shown, and its lists."""
    latest = [result]  # replaced once the deciding words are found: downloads have them, too
    with st.container(key="head", gap="small"):
        with row("head-actions", gap="xsmall"):
            result_actions(lambda: latest[0], _KEYS, _HELD)
            review_link(result, "search-review")
            watch_button(library, result)
            st.page_link(PROPOSITION_PAGE, label="Compare countries")
        with row("head-view"):
            view = choose_one("View", [_CARDS, _COMPACT, _TABLE], "view", show_label=False)
            order = choose_order(show_label=False)
            bar = st.container(width=260)
    with_words = with_words and view == _CARDS
    shown = Shown(result, order, "search-", with_words, takes_opposite=True, folded=folded, bar=bar)
    with st.container(key=f"lists-{view.lower()}"):
        latest[0] = side_by_side(shown, as_table=view == _TABLE)
    counts_note(result, library)


with page(
    "Who agrees, who opposes",
    "Paste an official’s quote and see who else has said this, and who has said the opposite.",
):
    library = choose_library()
    take_question_along(SEARCH)
    quote = ask_quote(library)
    offers = st.container()
    places: Places = {}
    filters = choose_filters(library.facets(), places=places)
    keep_question(SEARCH)
    thresholds = choose_thresholds()
    with_words = show_words_toggle()
    folded = fold_countries_toggle()
    same_actor = same_actor_toggle()
    reader = third_reader()

    if not quote.text:  # " " is a quote that was typed, and is refused
        small("Paste a quote above, and press Search.")
        st.stop()
    result = read_with(
        reader, search_library(library, quote, filters, thresholds, same_actor=same_actor)
    )
    show_counts(result, filters, library.facets(), places)
    other_library_notice(library)
    asked = result.quote or quote
    known = result.source or any(
        (asked.speaker, asked.country, asked.date, asked.context, asked.opposite)
    )
    with st.container(key="pinned" if known else "plain"):  # the field shows the words alone, too
        st.html(quote_card(asked, result.source))
    say_what_filters(filters, weighed="same_actor" in result.provenance.settings)
    _show(result, with_words=with_words, folded=folded)
    show_sensitivity(result, library)
    show_provenance(result)
    with offers:  # last, since the lists come first
        offer_opposites(library, asked, reader)
