"""The lists of a search: agree beside oppose, neither folded away; and corrections of verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from compare.adapt import append_correction
from compare.errors import CompareError
from compare.export.cards import found_card, list_head, quote_card, read_as
from compare.export.public import what_was_read
from compare.export.words import VERDICT, counted, percent
from compare.results.result import Pair, Result, Stance
from compare.ui import CORPUS_PAGE
from compare.ui.components.filter_panel import NEWEST, OLDEST, PROBABILITY, SIMILARITY
from compare.ui.components.layout import notice, show_more_button, small, widget_key

AT_FIRST = 10
"""Cards of a list shown before "Show more"."""

_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """A result and how it is shown.

    Attributes:
        prefix: Of the keys of widgets, one for each page.
        library: The key of the library in the chooser, for links into it.
    """

    result: Result
    order: str
    prefix: str
    library: str


def on_screen(shown: Shown) -> list[Pair]:
    """Return the pairs of both lists that have a card now."""
    return [
        pair
        for stance in (Stance.AGREE, Stance.OPPOSE)
        for pair in in_order(shown.result, shown.order, stance)[: _number(shown, stance)]
    ]


def _number(shown: Shown, stance: Stance) -> int:
    return int(st.session_state.get(f"{shown.prefix}more-{stance.value}", AT_FIRST))


def pinned_quote(result: Result) -> None:
    """Show the quote, and its statement where the library holds it."""
    with st.container(key="pinned"):
        if result.quote:
            st.html(quote_card(result.quote, result.source))


def side_by_side(shown: Shown) -> None:
    """Show what agrees beside what opposes, then what does neither, folded."""
    result = shown.result
    if result.notes:
        notice(*result.notes)
    if not (result.agree or result.oppose):
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
            found_cards(shown, Stance.NEITHER)


def _nothing(result: Result) -> None:
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
    listed = shown.result.listed(stance)
    st.html(list_head(stance, len(listed)))
    if not listed:
        verb = "agrees with" if stance is Stance.AGREE else "opposes"
        read = what_was_read(shown.result)
        small(f"None of the {read}, {verb} the quote at these thresholds.")
    found_cards(shown, stance)


def found_cards(shown: Shown, stance: Stance) -> None:
    """Show the cards of a list, as many as were asked for."""
    pairs = in_order(shown.result, shown.order, stance)
    more = f"{shown.prefix}more-{stance.value}"
    number = _number(shown, stance)
    for pair in pairs[:number]:
        _card(shown, stance, pair)
    show_more_button(more, number, len(pairs), AT_FIRST)


def _card(shown: Shown, stance: Stance, pair: Pair) -> None:
    """Show a card with what can be done with it."""
    key = widget_key(pair.b.statement.id)
    with st.container(key=f"card-{shown.prefix}{stance.value}-{key}", gap="xxsmall"):
        st.html(found_card(pair, stance, shown.result.subject))
        with st.container(
            key=f"actions-{shown.prefix}{stance.value}-{key}",
            horizontal=True,
            gap="small",
            vertical_alignment="center",
        ):
            st.page_link(
                CORPUS_PAGE,
                label="Open statement",
                query_params={"id": pair.b.statement.id, "library": shown.library},
            )
            with st.popover("This verdict is wrong", type="tertiary"):
                correction_form(
                    f"{shown.prefix}{stance.value}-{key}",
                    read_as(stance, pair.probabilities),
                    lambda right, note: append_correction(shown.result, pair, right, note=note),
                )


# -- Order and corrections -----------------------------------------------------------------------


def in_order(result: Result, order: str, stance: Stance) -> list[Pair]:
    """Return a list of a result in an order of `ORDERS`; pairs without a date come last by date.

    A pair has the date of the later statement; the date of a quote does not count.
    """
    shown = result.listed(stance)
    if order == PROBABILITY:
        return sorted(shown, key=lambda pair: -pair.probabilities.of(stance))
    if order == SIMILARITY:
        return sorted(shown, key=lambda pair: -pair.similarity)
    if order not in (NEWEST, OLDEST):
        return list(shown)
    dated, undated = [], []
    for pair in shown:
        sides = pair.excerpts if result.quote is None else (pair.b,)
        days = [side.statement.date.first for side in sides if side.statement.date]
        dated += [(max(days), pair)] if days else []
        undated += [] if days else [pair]
    dated.sort(key=lambda entry: entry[0], reverse=order == NEWEST)
    return [pair for _, pair in dated] + undated


def correction_form(base: str, stance: Stance, keep: Callable[[Stance, str], Path]) -> None:
    """Ask for the right label and keep it in a file of the user's own.

    Args:
        base: Of the widgets' keys.
        stance: The label shown, which is not offered.
        keep: Writes the label and the note, and returns the file.
    """
    others = {VERDICT[other]: other for other in Stance if other is not stance}
    with st.form(f"wrong-{base}", border=False):
        label = st.radio(
            f"It is shown as “{VERDICT[stance]}”. What is right?",
            list(others),
            index=None,
            key=f"right-{base}",
        )
        note = st.text_input("Why (optional)", key=f"note-{base}", max_chars=_LONGEST_NOTE)
        if not st.form_submit_button("Keep this correction"):
            return
    if label not in others:
        notice("Choose the right label.", error=True)
        return
    try:
        path = keep(others[label], (note or "")[:_LONGEST_NOTE])
        notice(f"Kept in {path}. It stays on this machine and changes nothing shown here.")
    except CompareError as error:
        notice(str(error), error=True)
