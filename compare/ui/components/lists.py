"""A result as the reader sees it: agree beside oppose, neither folded away."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import streamlit as st

from compare.export.cards import list_head, match_card, quote_card, read_as
from compare.export.public import what_was_read
from compare.export.words import counted, percent
from compare.results.result import Match, Outcome, SearchResult, Stance
from compare.review.corrections import append_correction
from compare.ui import PAGES
from compare.ui.components.correcting import correction_form
from compare.ui.components.layout import notice, small
from compare.ui.components.ordering import in_order

AT_FIRST = 10
"""Cards of a list shown before "Show more"."""

STATEMENT_PAGE = PAGES / "corpus.py"


@dataclass(frozen=True, slots=True)
class Shown:
    """A result and how it is shown.

    Attributes:
        prefix: Of the keys of widgets, one for each page.
        library: The key of the library in the chooser, for links into it.
    """

    result: SearchResult
    order: str
    prefix: str
    library: str


def widget_key(text: str) -> str:
    """Return a short key for what may hold any character."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def on_screen(shown: Shown) -> list[Match]:
    """Return the matches of both lists that have a card now."""
    return [
        match
        for stance in (Stance.AGREE, Stance.OPPOSE)
        for match in _shown(shown, stance)[: _number(shown, stance)]
    ]


def _shown(shown: Shown, stance: Stance) -> list[Match]:
    return in_order(shown.result.listed(stance), shown.order, stance)


def _number(shown: Shown, stance: Stance) -> int:
    return int(st.session_state.get(f"{shown.prefix}more-{stance.value}", AT_FIRST))


def pinned_quote(result: SearchResult) -> None:
    """Show the quote, and its statement where the library holds it."""
    with st.container(key="pinned"):
        st.html(quote_card(result.quote, result.source))


def side_by_side(shown: Shown) -> None:
    """Show what agrees beside what opposes, then what does neither, folded."""
    result = shown.result
    if result.notes:
        notice(*result.notes)
    if result.outcome is Outcome.NOTHING:
        _nothing(result)
    else:
        left, right = st.columns(2, gap="large")
        with left:
            _list(shown, Stance.AGREE)
        with right:
            _list(shown, Stance.OPPOSE)
    if neither := result.neither:
        label = f"Neither: {counted(len(neither), 'statement')} on the same topic"
        with st.expander(label, key=f"{shown.prefix}neither"):
            match_cards(shown, Stance.NEITHER)


def _nothing(result: SearchResult) -> None:
    """Say that nothing speaks to the quote, and what was looked at."""
    least = result.thresholds
    near = len(result.neither)
    found = (
        "none is on the same topic"
        if not near
        else (
            f"{counted(near, 'is', 'are')} on the same topic, but none agrees with the quote or "
            f"opposes it with a probability of {percent(least.probability)} or more"
        )
    )
    st.html(
        '<div class="cp-nothing"><h2>Nothing here speaks to this</h2>'
        f"<p>Of the {what_was_read(result)}, {found}.</p>"
        "<p>That is an answer about what was read of this library, under these filters and "
        "thresholds, not about the world. Lower the least probability or closeness, take a filter "
        "away, or add statements.</p></div>"
    )


def _list(shown: Shown, stance: Stance) -> None:
    """Show one list with its head."""
    matches = shown.result.listed(stance)
    st.html(list_head(stance, len(matches)))
    if not matches:
        verb = "agrees with" if stance is Stance.AGREE else "opposes"
        read = what_was_read(shown.result)
        small(f"None of the {read}, {verb} the quote at these thresholds.")
    match_cards(shown, stance)


def match_cards(shown: Shown, stance: Stance) -> None:
    """Show the cards of a list, as many as were asked for."""
    matches = _shown(shown, stance)
    more = f"{shown.prefix}more-{stance.value}"
    number = _number(shown, stance)
    for match in matches[:number]:
        _card(shown, stance, match)
    if len(matches) > number:

        def show_more() -> None:
            st.session_state[more] = number + AT_FIRST

        left = len(matches) - number
        st.button(
            f"Show {min(left, AT_FIRST)} more of {left}", key=f"{more}-go", on_click=show_more
        )


def _card(shown: Shown, stance: Stance, match: Match) -> None:
    """Show a card with what can be done with it."""
    key = widget_key(match.statement.id)
    with st.container(key=f"card-{shown.prefix}{stance.value}-{key}", gap="xxsmall"):
        st.html(match_card(match, stance, shown.result.quote.text))
        with st.container(
            key=f"actions-{shown.prefix}{stance.value}-{key}",
            horizontal=True,
            gap="small",
            vertical_alignment="center",
        ):
            st.page_link(
                STATEMENT_PAGE,
                label="Open statement",
                query_params={"id": match.statement.id, "library": shown.library},
            )
            with st.popover("This verdict is wrong", type="tertiary"):
                correction_form(
                    f"{shown.prefix}{stance.value}-{key}",
                    read_as(stance, match.probabilities),
                    lambda right, note: append_correction(shown.result, match, right, note=note),
                )
