"""Pairs as the reader sees them: cards with both sides, and the same pairs as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from compare.adapt import append_correction
from compare.export.cards import list_head, read_as
from compare.export.pair_cards import pair_card, verdict_word
from compare.results.result import MOST_OF_STATEMENT, Pair, Result, Stance
from compare.ui import CORPUS_PAGE
from compare.ui.components.layout import show_more_button, small, widget_key
from compare.ui.components.lists import AT_FIRST, correction_form, in_order
from compare.ui.components.service import explain_pairs


@dataclass(frozen=True, slots=True)
class ShownPairs:
    """A table and how it is shown.

    Attributes:
        prefix: Of the keys of widgets, one for each page.
        library: The key of the library in the chooser, for links into it.
        with_words: Whether the deciding words are marked.
    """

    table: Result
    order: str
    prefix: str
    library: str
    with_words: bool = False


def pair_key(pair: Pair) -> str:
    """Return a short key of a pair."""
    return widget_key(repr(pair.key))


# -- Cards ---------------------------------------------------------------------------------------


def pair_list(shown: ShownPairs, stance: Stance, nothing: str) -> ShownPairs:
    """Show one list with its head; `nothing` says that it is empty.

    Returns what is shown with the deciding words that were found.
    """
    pairs = in_order(shown.table, shown.order, stance)
    every = len(shown.table.listed(stance, all_of_it=True))
    st.html(list_head(stance, len(pairs), verdict_word(shown.table, stance), "pair"))
    if not pairs:
        small(nothing)
    elif every > len(pairs):
        small(
            f"Of {every:,} pairs with this verdict: the same words stand once, and no statement in "
            f"more than {MOST_OF_STATEMENT} pairs. Charts count them all."
        )
    found = pair_cards(shown, pairs, f"{shown.prefix}{stance.value}")
    return replace(shown, table=shown.table.replacing(found))


def pair_cards(shown: ShownPairs, pairs: Sequence[Pair], key: str) -> Mapping[int, Pair]:
    """Show the cards of pairs, as many as were asked for; `key` begins the keys of widgets.

    Returns the pairs whose deciding words were found, by the identity of those given.
    """
    number = int(st.session_state.get(f"{key}-more", AT_FIRST))
    on_screen = pairs[:number]
    found = explain_pairs(shown.table, on_screen) if shown.with_words and on_screen else {}
    for pair in on_screen:
        _card(shown, found.get(id(pair), pair), key)
    show_more_button(f"{key}-more", number, len(pairs), AT_FIRST)
    return found


def _card(shown: ShownPairs, pair: Pair, prefix: str) -> None:
    stance = shown.table.stance_of(pair) or Stance.NEITHER
    key = f"{prefix}-{pair_key(pair)}"
    with st.container(key=f"card-{key}", gap="xxsmall"):
        st.html(pair_card(shown.table, pair, stance))
        with st.container(
            key=f"actions-{key}", horizontal=True, gap="small", vertical_alignment="center"
        ):
            names = ("earlier", "later") if shown.table.over_time else ("A", "B")
            for name, side in zip(names, pair.excerpts, strict=True):
                st.page_link(
                    CORPUS_PAGE,
                    label=f"Open {name}",
                    query_params={"id": side.statement.id, "library": shown.library},
                )
            with st.popover("This verdict is wrong", type="tertiary"):
                correction_form(
                    key,
                    read_as(stance, pair.probabilities),
                    lambda right, note: append_correction(shown.table, pair, right, note=note),
                )


# -- The same as a table -------------------------------------------------------------------------


def pairs_table(shown: ShownPairs) -> None:
    """Show both lists as one table, in the order chosen."""
    table = shown.table
    listed = [
        (stance, pair)
        for stance in (Stance.OPPOSE, Stance.AGREE)
        for pair in in_order(table, shown.order, stance)
    ]
    if not listed:
        small("No pair stands in either list at these thresholds.")
        return
    names = ("before", "after") if table.over_time else ("A", "B")
    rows = [_row(table, stance, pair, names) for stance, pair in listed]
    digest = widget_key("".join(pair_key(pair) for _, pair in listed) + shown.order)
    st.dataframe(
        rows,
        hide_index=True,
        key=f"{shown.prefix}table-{digest}",
        column_config={
            "Probability": st.column_config.NumberColumn(format="%.2f"),
            "Closeness": st.column_config.NumberColumn(format="%.2f"),
        },
        alt=f"{len(listed)} pairs: the same as in the two lists",
    )


def _row(table: Result, stance: Stance, pair: Pair, names: tuple[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "Verdict": verdict_word(table, stance),
        "Probability": pair.probabilities.of(stance),
        "Closeness": pair.similarity,
    }
    for name, side in zip(names, pair.excerpts, strict=True):
        statement = side.statement
        row |= {
            f"Words, {name}": side.text,
            f"Who, {name}": statement.speaker or statement.countries or "not named",
            f"Country, {name}": statement.countries,
            f"Date, {name}": statement.date.iso if statement.date else "",
            f"Source, {name}": statement.title or statement.source,
        }
    return row
