"""Two statements: how they relate, and which words decide it."""

from __future__ import annotations

import streamlit as st

from compare.errors import QueryError
from compare.results import Side
from compare.ui.asking import partial_date
from compare.ui.pairing import example_pair, show_pair
from compare.ui.service import explained_pair
from compare.ui.shell import begin, said_plainly


def _side(name: str, letter: str, example: str) -> Side:
    """Show the fields of one side and return what they hold."""
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
    try:
        date = partial_date(when or "")
    except QueryError as error:
        raise QueryError(f"Date of {name}: {error}") from None
    return Side(
        (text or "").strip(), (context or "").strip(), (country or "").strip(), str(date or "")
    )


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
            side_a = _side("A", "a", examples[0])
        with right_half:
            side_b = _side("B", "b", examples[1])
        st.form_submit_button("Compare", type="primary", key="pair-go")
    if not (side_a.text and side_b.text):
        raise QueryError("Paste words on both sides.")
    probabilities, why, read = explained_pair(side_a, side_b)
    show_pair((side_a, side_b), probabilities, why, read)
