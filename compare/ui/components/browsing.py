"""What the pages show of a library before anyone has asked anything."""

from __future__ import annotations

import math

import streamlit as st

from compare.errors import LibraryError
from compare.export.cards import statement_card
from compare.export.pieces import table_html
from compare.export.words import counted
from compare.library.filters import Filters
from compare.library.library import Library
from compare.library.locations import sample_corpus
from compare.statements.passages import split_statement
from compare.statements.statement import Statement
from compare.ui.components.asking import CHOSEN
from compare.ui.components.choosing import Choice, Place
from compare.ui.components.layout import notice, small
from compare.ui.components.lists import STATEMENT_PAGE, widget_key
from compare.ui.components.removal import removed_notice

EXAMPLE_QUOTE = (
    "EU leaders have very reliable evidence that China is considering providing military aid to "
    "Russia"
)
"""From the sample corpus, so that the first screen is never empty."""

EXAMPLE_ANSWER = "The claim that Russia asked China for military aid is malicious disinformation."

IN_MENU = 300
"""Statements in the menu; in a larger library the others are reached from the Corpus page."""

ON_A_PAGE = 20


def example_quote(chosen: Choice, library: Library) -> str:
    """Return a quote to begin with: of the sample, or the first sentence of another library."""
    if chosen.place is Place.SAMPLE:
        return EXAMPLE_QUOTE
    first, _ = library.browse(limit=1)
    passages = split_statement(first[0]) if first else []
    return passages[0].text if passages else ""


def menu_of_statements(library: Library) -> list[Statement]:
    """Return the statements to choose from, with the one that the address names."""
    statements, _ = library.browse(limit=IN_MENU)
    wanted = st.query_params.get(CHOSEN, "")
    if wanted and all(statement.id != wanted for statement in statements):
        return [*_named(library, wanted), *statements]
    return statements


def _named(library: Library, statement_id: str) -> list[Statement]:
    try:
        return [library.statement(statement_id)]
    except LibraryError:
        return []


def statement_list(chosen: Choice, library: Library, filters: Filters) -> None:
    """Show the statements that pass the filters and hold the words, a page at a time."""
    removed_notice()
    words = st.text_input(
        "Search the words", key="c_words", bind="query-params", placeholder="all of these words"
    )
    where = st.container()
    _, total = library.browse(filters, words or "", limit=0)
    pages = max(1, math.ceil(total / ON_A_PAGE))
    with where:
        small(f"{counted(total, 'statement')}{_on_page(pages)}")
    if not total:
        notice("No statement of this library has all of these words under these filters.")
        return
    listed = st.container()
    number = 1
    if pages > 1:
        number = st.pagination(pages, key=f"c_page-{widget_key(repr((words, filters)))}")
    number = min(max(int(number), 1), pages)
    found, _ = library.browse(filters, words or "", ON_A_PAGE, (number - 1) * ON_A_PAGE)
    with listed:
        for statement in found:
            _listed(chosen, statement)


def _on_page(pages: int) -> str:
    return f", {ON_A_PAGE} on a page" if pages > 1 else ""


def _listed(chosen: Choice, statement: Statement) -> None:
    """Show one statement of the list with the way to its page."""
    key = widget_key(statement.id)
    with st.container(key=f"card-corpus-{key}", gap="xxsmall"):
        st.html(statement_card(statement, level=2))
        with st.container(key=f"actions-corpus-{key}", horizontal=True):
            st.page_link(
                STATEMENT_PAGE,
                label="Open statement",
                query_params={"id": statement.id, "library": chosen.key},
            )


_COLUMNS = (
    ("text", "The words: as quoted, or as the report words them. The only one that is required."),
    ("context", "What completes a fragment: “said of the war”, “denying the allegation that …”."),
    ("speaker, role, country", "Who; several countries are joined with “;”."),
    ("date", "As much as is known: 2022, 2022-03 or 2022-03-18."),
    ("venue, title, source, url", "Where it was said, and where the words were found."),
    ("language", "As a code: en, fr, ar."),
    ("quotation", "direct, or reported where the words are another’s account."),
    ("id", "A name of its own; made from the words where there is none."),
)


def columns_help() -> None:
    """Say what the columns of a file are, and offer the empty table that has them all."""
    with st.expander("The columns of a file"):
        st.html(table_html("The columns of a file", ("Column", "What it holds"), _COLUMNS))
        _template_button()


def _template_button() -> None:
    template = sample_corpus().with_name("template.csv")
    if template.is_file():
        st.download_button(
            "Download the template",
            data=template.read_bytes(),
            file_name="template.csv",
            mime="text/csv",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )
