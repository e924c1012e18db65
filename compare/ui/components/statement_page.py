"""The list of a library's statements, the page of one statement, and deletion."""

from __future__ import annotations

import math

import streamlit as st

from compare.export.html import facts_html, section_html, statement_card
from compare.export.words import counted
from compare.library import locations
from compare.library.filters import Filters
from compare.library.generations import is_library
from compare.library.library import Library
from compare.results.result import Thresholds
from compare.statements.quotes import Quote
from compare.statements.statement import Quotation, Statement
from compare.ui import CORPUS_PAGE, SEARCH_PAGE
from compare.ui.components.layout import notice, small, widget_key
from compare.ui.components.quote_form import CHOSEN, statement_label
from compare.ui.components.result_lists import Shown, side_by_side
from compare.ui.components.service import Choice, open_library, search_library

_REMOVED = "removed-from-library"
"""Session state: the id of the statement that was deleted on the last run."""

_IN_MENU = 300
_ON_A_PAGE = 20


# -- All statements ------------------------------------------------------------------------------


def statement_list(chosen: Choice, library: Library, filters: Filters) -> None:
    """Show the statements that pass the filters and contain the words, a page at a time."""
    _removed_notice()
    words = st.text_input(
        "Search the words", key="c_words", bind="query-params", placeholder="all of these words"
    )
    _, total = library.browse(filters, words or "", limit=0)
    pages = max(1, math.ceil(total / _ON_A_PAGE))
    small(counted(total, "statement") + (f", {_ON_A_PAGE} on a page" if pages > 1 else ""))
    if not total:
        notice("No statement of this library has all of these words under these filters.")
        return
    listed = st.container()
    number = 1
    if pages > 1:
        number = st.pagination(pages, key=f"c_page-{widget_key(repr((words, filters)))}")
    number = min(max(int(number), 1), pages)
    found, _ = library.browse(filters, words or "", _ON_A_PAGE, (number - 1) * _ON_A_PAGE)
    with listed:
        for statement in found:
            key = widget_key(statement.id)
            with st.container(key=f"card-corpus-{key}", gap="xxsmall"):
                st.html(statement_card(statement, level=2))
                with st.container(key=f"actions-corpus-{key}", horizontal=True):
                    st.page_link(
                        CORPUS_PAGE,
                        label="Open statement",
                        query_params={"id": statement.id, "library": chosen.key},
                    )


# -- One statement -------------------------------------------------------------------------------


def statement_page(
    chosen: Choice, library: Library, statement: Statement, thresholds: Thresholds, order: str
) -> None:
    """Show a statement, and what agrees with it and opposes it."""
    with st.container(key="pinned-statement"):
        st.html(statement_card(statement, level=2, kind="asked"))
    with st.container(key="actions-one", horizontal=True, gap="small", vertical_alignment="center"):
        st.page_link(CORPUS_PAGE, label="All statements", query_params={"library": chosen.key})
        st.page_link(
            SEARCH_PAGE,
            label="Search with it",
            query_params={CHOSEN: statement.id, "library": chosen.key},
        )
        if not library.read_only:
            with st.popover("Delete", type="tertiary"):
                if _delete(library, statement, "delete-go"):
                    st.query_params.clear()
                    st.rerun()
    with st.expander("All fields"):
        st.html(facts_html(_facts(statement)))
    result = search_library(library, Quote.from_statement(statement), Filters()).rethreshold(
        probability=thresholds.probability, similarity=thresholds.similarity
    )
    side_by_side(Shown(result, order, "one-", chosen.key))


def _facts(statement: Statement) -> list[tuple[str, str]]:
    countries = (f"{c.name} ({c.code})" if c.code else c.name for c in statement.country)
    quoted = statement.quotation is Quotation.DIRECT
    return [
        ("Id", statement.id),
        ("Speaker", statement.speaker),
        ("Role", statement.role),
        ("Country", "; ".join(countries)),
        ("Date", statement.date.in_words if statement.date else ""),
        ("Venue", statement.venue),
        ("Title", statement.title),
        ("Source", statement.source),
        ("Address", statement.url),
        ("Language", statement.language),
        ("Words", "quoted" if quoted else "reported, not quoted"),
        *statement.extra.items(),
    ]


# -- Deletion ------------------------------------------------------------------------------------


def offer_to_remove() -> None:
    """Show a menu of the user's own statements and the button that deletes one."""
    if not is_library(locations.user_library()):
        return
    library = open_library(locations.user_library())
    statements, total = library.browse(limit=_IN_MENU)
    st.html(section_html("Delete a statement"))
    _removed_notice()
    if not statements:
        small("Your library has no statements.")
        return
    by_id = {statement.id: statement for statement in statements}
    picked = st.selectbox(
        "Statement of my library",
        list(by_id),
        index=None,
        key=f"remove-{library.generation}",
        format_func=lambda key: statement_label(by_id[key]) if key in by_id else str(key),
        placeholder="Choose one",
    )
    if total > len(statements):
        small("Other statements can be deleted on their own pages: find them under Corpus.")
    if picked in by_id:
        with st.popover("Delete"):
            if _delete(library, by_id[picked], "remove-go"):
                st.rerun()


def _delete(library: Library, statement: Statement, key: str) -> bool:
    """Ask once more, then delete; return whether it was done."""
    small("The statement is deleted from this library for good.")
    if not st.button("Delete for good", key=key, type="primary"):
        return False
    library.delete([statement.id])
    st.session_state[_REMOVED] = statement.id
    return True


def _removed_notice() -> None:
    if removed := st.session_state.pop(_REMOVED, ""):
        notice(f"Statement {removed} was deleted from the library.")
