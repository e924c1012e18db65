"""One statement's page: the whole of it, its own agree and oppose, and its deletion."""

from __future__ import annotations

import streamlit as st

from compare.export.cards import statement_card
from compare.export.pieces import facts_html
from compare.export.words import date_in_words
from compare.library.filters import Filters
from compare.library.library import Library
from compare.results.result import Thresholds
from compare.statements.quotes import Quote
from compare.statements.statement import Quotation, Statement
from compare.ui import PAGES
from compare.ui.components.asking import CHOSEN
from compare.ui.components.choosing import Choice
from compare.ui.components.lists import Shown, side_by_side
from compare.ui.components.removal import deletion
from compare.ui.components.service import search_library

SEARCH_PAGE = PAGES / "search.py"
CORPUS_PAGE = PAGES / "corpus.py"


def statement_page(
    chosen: Choice, library: Library, statement: Statement, thresholds: Thresholds, order: str
) -> None:
    """Show a statement and what agrees with it and opposes it."""
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
            with st.popover("Delete it", type="tertiary"):
                if deletion(library, statement, "delete-go"):
                    st.query_params.clear()
                    st.rerun()
    with st.expander("All that is known of it"):
        st.html(facts_html(_facts(statement)))
    result = search_library(library, Quote.from_statement(statement), Filters()).rethreshold(
        probability=thresholds.probability, similarity=thresholds.similarity
    )
    side_by_side(Shown(result, order, "one-", chosen.key))


def _facts(statement: Statement) -> list[tuple[str, str]]:
    """Return the fields of a statement that hold something, under their names."""
    return [
        ("Id", statement.id),
        ("Speaker", statement.speaker),
        ("Role", statement.role),
        (
            "Country",
            "; ".join(
                f"{entry.name} ({entry.code})" if entry.code else entry.name
                for entry in statement.country
            ),
        ),
        ("Date", date_in_words(statement.date) if statement.date else ""),
        ("Venue", statement.venue),
        ("Title", statement.title),
        ("Source", statement.source),
        ("Address", statement.url),
        ("Language", statement.language),
        ("Words", "quoted" if statement.quotation is Quotation.DIRECT else "reported, not quoted"),
        *statement.extra.items(),
    ]
