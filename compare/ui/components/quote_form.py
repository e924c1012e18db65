"""The form for a quote and who said it; its values are checked again here."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from compare.errors import LibraryError, QueryError
from compare.library.library import Library
from compare.models.values import ModelInput
from compare.results.result import Excerpt
from compare.statements.countries import parse_countries
from compare.statements.passages import split_statement
from compare.statements.quotes import Quote, clean_quote
from compare.statements.statement import PartialDate, Statement
from compare.ui.components.service import Choice, Place

CHOSEN = "sid"
"""In the address: the id of the library statement that was chosen."""

FILLED = "filled-from"
"""Session state: the id of the statement that last filled the fields."""

EXAMPLE_QUOTE = (
    "EU leaders have very reliable evidence that China is considering providing military aid to "
    "Russia"
)
"""From the sample corpus, so that the first screen is never empty."""

EXAMPLE_ANSWER = "The claim that Russia asked China for military aid is malicious disinformation."

_IN_MENU = 300
"""Statements in the menu. The others of a larger library are reached from the Corpus page."""


# -- Values --------------------------------------------------------------------------------------


def partial_date(text: str) -> PartialDate | None:
    """Parse a date that a person typed; None for an empty field.

    Raises:
        QueryError: It is not a date.
    """
    if not text.strip():
        return None
    try:
        return PartialDate(text.strip())
    except ValueError as error:
        raise QueryError(
            f"“{text.strip()[:40]}” is not a date: write 2022, 2022-03 or 2022-03-18."
        ) from error


def checked_quote(text: str, who: dict[str, str], source: Statement | None) -> Quote:
    """Make a quote of the fields' values; `search` checks the words themselves.

    Args:
        text: The words.
        who: `by`, `role`, `country`, `date` and `context`, as typed.
        source: The library statement that filled the fields, if one did.

    Raises:
        QueryError: The date is not one.
    """
    same = source is not None and Quote.from_statement(source).text.strip() == text.strip()
    country = who.get("country", "").strip()
    return Quote(
        text,
        who.get("by", "").strip(),
        who.get("role", "").strip(),
        parse_countries(country) if country else (),
        partial_date(who.get("date", "")),
        who.get("context", "").strip(),
        source.id if same and source else None,
    )


def checked_side(name: str, text: str, who: dict[str, str]) -> ModelInput:
    """Return one side of a typed pair as the stance model reads it.

    Args:
        name: "A" or "B".
        text: The words.
        who: `country`, `date` and `context`, as typed.

    Raises:
        QueryError: There are no words, or the date is not one.
    """
    try:
        cleaned = clean_quote(text)
    except QueryError as error:
        raise QueryError(f"Statement {name}: {error}") from error
    try:
        quote = checked_quote(cleaned, who, None)
    except QueryError as error:
        raise QueryError(f"Date of {name}: {error}") from error
    return Excerpt.of_quote(quote, quote.text).model_input


# -- The form ------------------------------------------------------------------------------------


def example_quote(chosen: Choice, library: Library) -> str:
    """Return a quote to begin with: the sample’s, or the first sentence of another library."""
    if chosen.place is Place.SAMPLE:
        return EXAMPLE_QUOTE
    first, _ = library.browse(limit=1)
    passages = split_statement(first[0]) if first else []
    return passages[0].text if passages else ""


def statements_for_menu(library: Library) -> list[Statement]:
    """Return the statements to choose from, and the one that the address names."""
    statements, _ = library.browse(limit=_IN_MENU)
    wanted = st.query_params.get(CHOSEN, "")
    if wanted and all(statement.id != wanted for statement in statements):
        try:
            return [library.statement(wanted), *statements]
        except LibraryError:
            pass
    return statements


def statement_label(statement: Statement) -> str:
    """Return one line that tells a statement from others in a menu."""
    who = statement.speaker or statement.countries or "Speaker not named"
    when = f", {statement.date.iso}" if statement.date else ""
    words = statement.text if len(statement.text) <= 60 else statement.text[:59].rstrip() + "…"
    return f"{who}{when}: {words}"


def ask_quote(statements: Sequence[Statement], example: str) -> Quote:
    """Show the form and return the quote that it holds.

    Raises:
        QueryError: The date is not one.
    """
    by_id = {statement.id: statement for statement in statements}
    wanted = st.query_params.get(CHOSEN, "")
    if "q" not in st.query_params:
        if wanted in by_id and st.session_state.get(FILLED) != wanted:
            _fill_from(by_id[wanted])
        elif "q" not in st.session_state:
            st.session_state["q"] = example

    def fill() -> None:
        chosen = st.session_state.get("pick")
        if chosen in by_id:
            _fill_from(by_id[chosen])
            st.query_params[CHOSEN] = chosen

    with st.form("ask", border=False):
        text = st.text_area(
            "Quote", key="q", bind="query-params", height="content", placeholder="Paste the words"
        )
        with st.expander("Who said it, and when"):
            who = _who_fields()
        st.form_submit_button("Search", type="primary", key="go")
    st.selectbox(
        "Or choose a statement of this library",
        list(by_id),
        index=None,
        key="pick",
        format_func=lambda key: statement_label(by_id[key]) if key in by_id else str(key),
        placeholder="Its words and speaker fill the fields",
        on_change=fill,
    )
    return checked_quote(text or "", who, by_id.get(st.query_params.get(CHOSEN, "")))


def _fill_from(statement: Statement) -> None:
    """Fill the fields from a statement, or from the beginning of a very long one."""
    quote = Quote.from_statement(statement)
    st.session_state[FILLED] = statement.id
    st.session_state["q"] = quote.text
    st.session_state["by"] = statement.speaker
    st.session_state["role"] = statement.role
    st.session_state["country"] = statement.countries
    st.session_state["date"] = statement.date.iso if statement.date else ""
    st.session_state["context"] = statement.context


def _who_fields() -> dict[str, str]:
    left, right = st.columns(2)
    fields = {
        "by": left.text_input("Speaker", key="by", bind="query-params"),
        "role": right.text_input("Role", key="role", bind="query-params"),
        "country": left.text_input(
            "Country or organisation", key="country", bind="query-params", placeholder="A; B"
        ),
        "date": right.text_input(
            "Date", key="date", bind="query-params", placeholder="2022, 2022-03 or 2022-03-18"
        ),
        "context": st.text_input(
            "Context that completes the words",
            key="context",
            bind="query-params",
            placeholder="said of the war; denying the allegation that …",
        ),
    }
    return {name: value or "" for name, value in fields.items()}
