"""Which review, who reads, and what is looked at."""

from __future__ import annotations

import streamlit as st

from compare.export.markdown import inert
from compare.export.words import counted
from compare.review.answers import Review
from compare.review.reviews import Reviews
from compare.ui.components.layout import sidebar_heading, small
from compare.ui.components.review_making import SWITCH_TO, TO_REVIEW

VIEWS = ("Read", "Differences", "Agreement", "Files")

_NEW = "A new one"


def choose_review(reviews: Reviews) -> Review | None:
    """Show the menu of reviews and return the one chosen; None: a new one is to be made."""
    sidebar_heading("Review")
    names = [entry.name for entry in reviews.listed()]
    if (made := st.session_state.pop(SWITCH_TO, None)) in names:
        st.session_state["r_name"] = made
        st.session_state.pop(TO_REVIEW, None)
    elif TO_REVIEW in st.session_state and st.session_state.get("r_asked") is not (
        asked := st.session_state[TO_REVIEW]
    ):
        st.session_state["r_asked"], st.session_state["r_name"] = asked, _NEW
    chosen = st.selectbox(
        "Which review",
        [*names, _NEW],
        key="r_name",
        bind="query-params",
        persist_state="session",
    )
    review = reviews.open(chosen) if chosen in names else None
    if review and review.name == made and (number := review.settings.read_before):
        small(
            f"{counted(number, 'pair')} of it stood in a finished review before: what was learned "
            "from them is not tested by them."
        )
    return review


def choose_reader(review: Review) -> str | None:
    """Show the readers and return who reads; None for somebody else.

    They are buttons: where a field has the focus, keys would write into it.
    """
    chosen = st.segmented_control(
        "Who are you",
        review.readers,
        format_func=inert,
        key=f"r_reader-{review.number}",
        persist_state="session",
    )
    small("There are no accounts: please read under your own name only.")
    return chosen if chosen in review.readers else None


def choose_review_view() -> str:
    """Show what can be looked at and return what was chosen."""
    chosen = st.segmented_control(
        "Show", VIEWS, default=VIEWS[0], required=True, key="r_view", bind="query-params"
    )
    return chosen if chosen in VIEWS else VIEWS[0]
