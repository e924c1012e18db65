"""Two statements: how they relate, and which words decide it."""

from __future__ import annotations

import streamlit as st

from compare.errors import QueryError
from compare.statements.quotes import language_notes
from compare.ui.components.layout import begin, notice, said_plainly
from compare.ui.components.pairing import checked_side, example_pair, show_pair
from compare.ui.components.service import explained_pair


def _fields(name: str, letter: str, example: str) -> tuple[str, dict[str, str]]:
    """Show the fields of one side; return the words, and what is known of them."""
    if f"{letter}_q" not in st.query_params:
        st.session_state.setdefault(f"{letter}_q", example)
    text = st.text_area(
        f"Statement {name}", key=f"{letter}_q", bind="query-params", height="content"
    )
    left, right = st.columns(2)
    with left:
        country = st.text_input(f"Country of {name}", key=f"{letter}_country", bind="query-params")
    with right:
        when = st.text_input(
            f"Date of {name}", key=f"{letter}_date", bind="query-params", placeholder="2022-03-18"
        )
    context = st.text_input(
        f"Context that completes {name}", key=f"{letter}_context", bind="query-params"
    )
    who = {"country": country or "", "date": when or "", "context": context or ""}
    return text or "", who


begin(
    "Two statements",
    "Paste two statements. The verdict is the same whichever comes first. Who spoke and when may "
    "stay empty.",
)

with said_plainly():
    examples = example_pair()
    with st.form("pair", border=False):
        left_half, right_half = st.columns(2, gap="large")
        with left_half:
            text_a, who_a = _fields("A", "a", examples[0])
        with right_half:
            text_b, who_b = _fields("B", "b", examples[1])
        st.form_submit_button("Compare", type="primary", key="pair-go")
    if not (text_a.strip() and text_b.strip()):
        raise QueryError("Paste words on both sides.")
    side_a, side_b = checked_side("A", text_a, who_a), checked_side("B", text_b, who_b)
    if notes := language_notes(("Statement A", side_a.text), ("Statement B", side_b.text)):
        notice(*notes)
    probabilities, why, read = explained_pair(side_a, side_b)
    show_pair((side_a, side_b), probabilities, why, read)
