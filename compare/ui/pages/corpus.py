"""Corpus: who speaks in a library and when, its statements, and one statement's page."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from compare.errors import QueryError
from compare.export import counted
from compare.export.html import statement_card
from compare.export.words import shortened
from compare.facade import Library
from compare.library import FILTERS, Filters
from compare.statements import Quote, Statement, split_statement
from compare.ui import CORPUS_PAGE, SEARCH_PAGE
from compare.ui.components.filter_panel import (
    choose_filters,
    choose_order,
    choose_thresholds,
    filter_by,
)
from compare.ui.components.layout import (
    card,
    choose_one,
    notice,
    page,
    row,
    show_html,
    show_kept_notice,
    small,
    text_field,
    widget_key,
)
from compare.ui.components.proposition_form import ACTORS
from compare.ui.components.quote_form import CHOSEN, FILLED
from compare.ui.components.result_lists import Shown, side_by_side
from compare.ui.components.service import (
    choose_library,
    delete_button,
    library_link,
    may_change,
    search_library,
)

_PREFIX = "c_"  # of the filters
_ON_A_PAGE = 20
_MOST_ROWS, _ROWS_IN_SIGHT, _ROW_HEIGHT = 1000, 7, 35
_MOST_WORDS = 700  # characters of a statement before "…"; a speech fills a screen and more
_MOST_BARS = 30  # more are too thin to see on a phone


def _show_who(library: Library, filters: Filters, words: str) -> None:
    """Show the countries or speakers by year; the rows ticked are those of the filter's menu."""
    facets = library.facets()
    offered = [name for name in ACTORS if facets[name.lower()]]
    if not offered:
        return
    who = choose_one("Who speaks, and when", offered, "c_by")
    menu = who.lower()
    own: dict[str, Any] = {menu: ()}
    wider = replace(filters, **own)  # as in a search, a filter does not limit what it offers
    found = library.facets_by_year(ACTORS[who], wider, words)
    rows = found[:_MOST_ROWS]
    if not rows:
        return
    labels = [row.label for row in rows]
    key = f"c_who-{widget_key((menu, wider, words))}"
    chosen = [n for n, label in enumerate(labels) if label in st.session_state[_PREFIX + menu]]
    st.session_state[key] = {"selection": {"rows": chosen, "columns": [], "cells": []}}
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns: dict[str, Sequence[Any]] = {FILTERS[menu].label: labels}
    columns["Statements"] = [row.count for row in rows]
    config: dict[str, Any] = {FILTERS[menu].label: text(width=150)}
    config["Statements"] = number(width=85, format="localized")
    years = {year for row in rows for year in row.years}
    if len(years) > 1:
        first, last = min(years), max(years)
        step = math.ceil((last - first + 1) / _MOST_BARS)
        ends, span = range(last, first - 1, -step)[::-1], f"{first}–{last}"
        columns[span] = [
            [sum(row.years.get(end - n, 0) for n in range(step)) for end in ends] for row in rows
        ]
        help = f"A bar for every {f'{step} years' if step > 1 else 'year'}"
        config[span] = st.column_config.BarChartColumn(width=150, y_min=0, help=help)
    if years:
        columns["First"] = [min(row.years, default=None) for row in rows]
        columns["Last"] = [max(row.years, default=None) for row in rows]
        config |= dict.fromkeys(("First", "Last"), number(width=60, format="%d"))
    st.dataframe(
        columns,
        height=(min(len(rows), _ROWS_IN_SIGHT) + 1) * _ROW_HEIGHT + 2,
        hide_index=True,
        column_config=config,
        key=key,
        on_select=lambda: filter_by(
            _PREFIX + menu, labels, [labels[n] for n in st.session_state[key].selection.rows]
        ),
        placeholder="",
        alt=f"{who}, most statements first",
    )
    among = f"The first {_MOST_ROWS:,} of " if len(rows) < len(found) else ""
    count = counted(len(found), ACTORS[who], menu)
    small(f"{among}{count}. Tick rows to list only their statements.")


def _show_list(library: Library, filters: Filters) -> None:
    """Show the statements that pass the filters and contain the words, a page at a time."""
    show_kept_notice("deleted")
    words = text_field("Search the words", "c_words", "finds statements with all of these words")
    _show_who(library, filters, words)
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
            shown = statement_card(_begun(statement), level=2)
            with card(f"corpus-{widget_key(statement.id)}", shown):
                library_link(CORPUS_PAGE, "Open statement", id=statement.id)


def _begun(statement: Statement) -> Statement:
    """Return a statement with the first of its words only, if it is a long one."""
    words = [shortened(text, _MOST_WORDS) for text in (statement.text, statement.translation)]
    if words == [statement.text, statement.translation]:
        return statement
    return replace(statement, text=words[0], translation=words[1])


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
        shown = statement if marked else _begun(statement)
        st.html(statement_card(shown, level=2, kind=kind, marked=marked))
    if marked or shown is not statement:
        with st.expander("The whole statement"):
            st.html(statement_card(statement, level=2))
    with row("actions-one"):
        library_link(CORPUS_PAGE, "All statements")
        library_link(SEARCH_PAGE, "Search with it", **{CHOSEN: statement.id})
        if may_change(library) and delete_button(library, statement, "delete-go"):
            st.query_params.clear()
            st.rerun()
    with st.expander("All fields"):
        show_html("all_fields", statement)
    quote = Quote.from_statement(statement)
    if marked:
        first, last = marked
        own = [one.read for one in split_statement(statement) if first < one.end <= last]
        quote = replace(
            quote, text=" ".join(own) if statement.translation else statement.text[first:last]
        )
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
    with page("Corpus", "Who speaks in the library, and every statement, newest first."):
        library = choose_library()
        _show_list(library, choose_filters(library.facets(), prefix=_PREFIX))
