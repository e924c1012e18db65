"""Corpus: browse, filter and search a library; one statement's page."""

import math
import re
from dataclasses import replace

import streamlit as st

from compare.errors import QueryError
from compare.export import counted
from compare.export.html import statement_card
from compare.facade import Library
from compare.library import Filters
from compare.statements import Quote, Statement
from compare.ui import CORPUS_PAGE, SEARCH_PAGE
from compare.ui.components.filter_panel import choose_filters, choose_order, choose_thresholds
from compare.ui.components.layout import (
    card,
    is_read_only,
    notice,
    page,
    row,
    show_html,
    show_kept_notice,
    small,
    text_field,
    widget_key,
)
from compare.ui.components.quote_form import CHOSEN, FILLED
from compare.ui.components.result_lists import Shown, side_by_side
from compare.ui.components.service import (
    choose_library,
    delete_button,
    library_link,
    search_library,
)

_ON_A_PAGE = 20


def _show_list(library: Library, filters: Filters) -> None:
    """Show the statements that pass the filters and contain the words, a page at a time."""
    show_kept_notice("deleted")
    words = text_field("Search the words", "c_words", "finds statements with all of these words")
    _, total = library.browse(filters, words, limit=0)
    pages = max(1, math.ceil(total / _ON_A_PAGE))
    small(counted(total, "statement") + (f", {_ON_A_PAGE} on a page" if pages > 1 else ""))
    if not total:
        notice("No statement of this library has all of these words under these filters.")
    listed = st.container()  # above the page numbers, which say what it holds
    key = f"c_page-{widget_key((words, filters))}"
    number = st.pagination(pages, key=key) if pages > 1 else 1
    start = (min(max(int(number), 1), pages) - 1) * _ON_A_PAGE
    with listed:
        for statement in library.browse(filters, words, _ON_A_PAGE, start)[0]:
            with card(f"corpus-{widget_key(statement.id)}", statement_card(statement, level=2)):
                library_link(CORPUS_PAGE, "Open statement", id=statement.id)


def _marked(statement: Statement) -> tuple[int, int] | None:
    """Return the offsets of the words that the address names; None for none, or for all words."""
    at = re.fullmatch(r"(\d{1,9})-(\d{1,9})", st.query_params.get("at", ""), re.ASCII)
    if not at:
        return None
    start, end = map(int, at.groups())
    is_part = start < end <= len(statement.text) and end - start < len(statement.text)
    return (start, end) if is_part else None


def _show_one(library: Library, statement: Statement) -> None:
    marked = _marked(statement)
    thresholds = choose_thresholds()
    with st.sidebar:
        order = choose_order()
    with st.container(key="pinned-statement"):
        kind = "plain" if marked else "asked"
        st.html(statement_card(statement, level=2, kind=kind, marked=marked))
    if marked:
        with st.expander("The whole statement"):
            st.html(statement_card(statement, level=2))
    with row("actions-one"):
        library_link(CORPUS_PAGE, "All statements")
        library_link(SEARCH_PAGE, "Search with it", **{CHOSEN: statement.id})
        may_delete = not (library.read_only or is_read_only())
        if may_delete and delete_button(library, statement, "delete-go"):
            st.query_params.clear()
            st.rerun()
    with st.expander("All fields"):
        show_html("all_fields", statement)
    quote = Quote.from_statement(statement)
    if marked:
        quote = replace(quote, text=statement.text[slice(*marked)])
    result = search_library(library, quote, Filters(), thresholds)
    side_by_side(Shown(result, order, "one-"))


st.session_state.pop(FILLED, None)  # so that "Search with it" fills the fields anew
if statement_id := st.query_params.get("id", ""):
    with page("One statement", "Its fields, and the statements that agree with it or oppose it."):
        library = choose_library()
        named = library.store.statements([statement_id])
        if not named:
            raise QueryError(
                f"Statement {statement_id[:80]!r} is not in this library: find it under Corpus, or "
                "choose another library."
            )
        _show_one(library, named[statement_id])
else:
    with page("Corpus", "Every statement of the library, newest first."):
        library = choose_library()
        _show_list(library, choose_filters(library.facets(), prefix="c_"))
