"""The quote and who said it: the form, what fills it, and its values checked again."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from compare.errors import QueryError
from compare.statements.countries import parse_countries
from compare.statements.quotes import Quote
from compare.statements.statement import PartialDate, Statement

CHOSEN = "sid"
"""In the address: the id of the statement of the library that was chosen."""

FILLED = "filled-from"
"""Session state: the id of the statement that last filled the fields."""


def partial_date(text: str) -> PartialDate | None:
    """Read a date that a person typed; None for an empty field.

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
    """Make a quote of what the fields hold; `search` checks the words themselves.

    Args:
        text: The words.
        who: `by`, `role`, `country`, `date` and `context`, as typed.
        source: The statement of the library that filled the fields, if one did.

    Raises:
        QueryError: The date is none.
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


def fill_from(statement: Statement) -> None:
    """Put a statement of the library into the fields, of a very long one its beginning."""
    st.session_state[FILLED] = statement.id
    st.session_state["q"] = Quote.from_statement(statement).text
    st.session_state["by"] = statement.speaker
    st.session_state["role"] = statement.role
    st.session_state["country"] = statement.countries
    st.session_state["date"] = statement.date.iso if statement.date else ""
    st.session_state["context"] = statement.context


def statement_label(statement: Statement) -> str:
    """Return one line that tells a statement from others in a menu."""
    who = statement.speaker or statement.countries or "Speaker not named"
    when = f", {statement.date.iso}" if statement.date else ""
    words = statement.text if len(statement.text) <= 60 else statement.text[:59].rstrip() + "…"
    return f"{who}{when}: {words}"


def who_fields() -> dict[str, str]:
    """Show the fields for who said it and return what they hold."""
    left, right = st.columns(2)
    with left:
        speaker = st.text_input("Speaker", key="by", bind="query-params")
        country = st.text_input(
            "Country or organisation", key="country", bind="query-params", placeholder="A; B"
        )
    with right:
        role = st.text_input("Role", key="role", bind="query-params")
        when = st.text_input(
            "Date", key="date", bind="query-params", placeholder="2022, 2022-03 or 2022-03-18"
        )
    context = st.text_input(
        "Context that completes the words",
        key="context",
        bind="query-params",
        placeholder="said of the war; denying the allegation that …",
    )
    fields = {"by": speaker, "role": role, "country": country, "date": when, "context": context}
    return {name: value or "" for name, value in fields.items()}


def ask(statements: Sequence[Statement], example: str) -> tuple[str, dict[str, str], str]:
    """Show the form; return the words, who said them and the id of the statement chosen."""
    by_id = {statement.id: statement for statement in statements}
    wanted = st.query_params.get(CHOSEN, "")
    if "q" not in st.query_params:
        if wanted in by_id and st.session_state.get(FILLED) != wanted:
            fill_from(by_id[wanted])
        elif "q" not in st.session_state:
            st.session_state["q"] = example

    def fill() -> None:
        chosen = st.session_state.get("pick")
        if chosen in by_id:
            fill_from(by_id[chosen])
            st.query_params[CHOSEN] = chosen

    with st.form("ask", border=False):
        text = st.text_area(
            "Quote", key="q", bind="query-params", height="content", placeholder="Paste the words"
        )
        with st.expander("Who said it, and when"):
            who = who_fields()
        st.form_submit_button("Search", type="primary", key="go")
    st.selectbox(
        "Or take a statement of this library",
        list(by_id),
        index=None,
        key="pick",
        format_func=lambda key: statement_label(by_id[key]) if key in by_id else str(key),
        placeholder="Choose one, and its words and speaker fill the fields",
        on_change=fill,
    )
    return text or "", who, st.query_params.get(CHOSEN, "")
