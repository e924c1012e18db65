"""The form for a proposition, its opposite, whom to compare on it, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from compare.defaults import (
    MOST_OF_SIDE,
    MOST_OF_SIDE_LIMIT,
    MOST_PER_ACTOR,
    MOST_PER_ACTOR_LIMIT,
)
from compare.errors import QueryError
from compare.export import counted, section_html
from compare.facade import Library
from compare.library import Facets, Filters
from compare.models import signature
from compare.models.third_reader import ThirdReader
from compare.results import Thresholds
from compare.statements import Quote
from compare.ui.components.filter_panel import SIDE_KEYS, choose_period, choose_side
from compare.ui.components.layout import DISAGREES, choose_one
from compare.ui.components.quote_form import OPPOSITE
from compare.ui.components.service import kept, stance_model

COUNTRIES, SPEAKERS, SIDES, TIME = "Countries", "Speakers", "Two sides", "Over time"
ACTORS = {COUNTRIES: "country", SPEAKERS: "speaker"}
"""Whose positions are shown, and the actors that `positions` is asked for."""

PREFIX = "o_"
"""Begins the keys of widgets that a page of another kind has, too, with other values."""

_GO = "compare-go"  # the button
_MOST_PROPOSITIONS = 30
# The widgets that the address holds.
_ALWAYS = ("compare", "q", OPPOSITE, "from", "to")
_KEYS = {
    SIDES: (*(f"{side}_{name}" for side in "ab" for name in (*SIDE_KEYS, "from", "to")), "most"),
    TIME: (*SIDE_KEYS, "most"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks.

    Attributes:
        who: One of `COUNTRIES`, `SPEAKERS`, `SIDES` and `TIME`.
        propositions: Without repetitions of lines; their `opposites` in the same order, or none.
        chosen: The statements to compare: two entries for two sides, else one.
        most: Maximum number of passages, of an actor or of a side for each end.
    """

    who: str
    propositions: tuple[str, ...]
    opposites: tuple[str, ...]
    chosen: tuple[Filters, ...]
    most: int

    @property
    def quote(self) -> Quote | None:
        """Return the proposition with its opposite if there is just one, else None."""
        if len(self.propositions) != 1:
            return None
        return Quote(self.propositions[0], opposite="".join(self.opposites[:1]))


@dataclass(frozen=True, slots=True)
class Seen:
    """How a result or positions are seen.

    Attributes:
        thresholds: The thresholds of verdicts.
        order: One of `filter_panel.ORDERS`.
        with_words: Whether the deciding words are marked.
        reader: The third reader, if it is on.
        held: The widgets whose values the page's link holds.
    """

    thresholds: Thresholds
    order: str
    with_words: bool
    reader: ThirdReader | None
    held: Sequence[str]


def latest(library: Library, asked: Asked, pressed: bool, score: Callable[[], Any]) -> Any:
    """Return what the session keeps for this question.

    If it keeps nothing for it, `score` if `pressed`, else return None.
    """
    name = _kept_as(asked.who)
    if not (pressed or name in st.session_state):
        return None  # before the model is loaded
    key = repr((library.generation, signature(stance_model()), asked))
    return kept(name, key, score if pressed else None)


def _kept_as(who: str) -> str:
    return {SIDES: "sides-table", TIME: "timeline-table"}.get(who, "positions-table")


def keys_of(who: str) -> tuple[str, ...]:
    """Return the keys of the widgets whose values a link to the page holds."""
    return (*_ALWAYS, *_KEYS.get(who, (*SIDE_KEYS, "each")))


def ask(facets: Facets) -> tuple[Asked, bool]:
    """Show the form; return what it asks, and whether it was just submitted.

    Raises:
        QueryError: It was submitted without a proposition, with too many or with several where one
            is compared, or with another number of opposites than of propositions.
    """
    who = choose_one("Compare", [COUNTRIES, SPEAKERS, SIDES, TIME], "compare")
    with st.form("compare-form", border=False):
        propositions = _lines(
            "Proposition",
            "q",
            "Sanctions must be lifted.",
            "One claim or demand, as a sentence. To place countries or speakers on several, write "
            "one per line.",
        )
        opposites = _lines(
            DISAGREES,
            OPPOSITE,
            "Sanctions must stay in force.",
            "One sentence: passages are then compared with both, and verdicts are right more "
            "often. With several propositions, write one per line, in their order, for all or for "
            "none.",
        )
        chosen = _choose(who, facets)
        left, right = st.columns(2)
        with left:
            period = choose_period("", " (both)" if who == SIDES else "")
        with right:
            most = _ask_most(who)
        pressed = st.form_submit_button("Compare", type="primary", key=_GO)
    within = tuple(one.within(*period) for one in chosen)
    asked = Asked(who, propositions, opposites, within, most)
    if pressed:
        _check(asked)
    return asked, pressed


def _check(asked: Asked) -> None:
    number = len(asked.propositions)
    if not number:
        raise QueryError("Type a proposition: one claim or demand, as a sentence.")
    if number > 1 and asked.who not in ACTORS:
        raise QueryError(
            f"There are {number} propositions, one on each line: two sides, or one side over time, "
            "are compared on one."
        )
    if asked.who == SIDES and asked.chosen[0] == asked.chosen[1] == Filters():
        raise QueryError(
            "Choose whom to compare: a country, a speaker or another filter of a side."
        )
    if number > _MOST_PROPOSITIONS:
        raise QueryError(
            f"{number} propositions are more than can be read at once: keep at most "
            f"{_MOST_PROPOSITIONS}."
        )
    if asked.opposites and len(asked.opposites) != number:
        raise QueryError(
            f"There are {counted(number, 'proposition')} and {len(asked.opposites)} that disagree: "
            "write one line for each, in the same order."
        )


def _lines(label: str, key: str, placeholder: str, help: str) -> tuple[str, ...]:
    """Show a field for sentences, one per line; return the lines that are not empty."""
    text = st.text_area(
        label,
        key=key,
        bind="query-params",
        height="content",
        placeholder=placeholder,
        help=help,
        max_chars=5_000,
    )
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())


def _choose(who: str, facets: Facets) -> list[Filters]:
    """Show the filters that choose whose statements are compared, folded once they have been."""
    names = _KEYS[SIDES][:-1] if who == SIDES else SIDE_KEYS
    is_set = any(st.session_state.get(name) or name in st.query_params for name in names)
    is_done = is_set and (st.session_state.get(_GO) or _kept_as(who) in st.session_state)
    label = {SIDES: "Sides A and B", TIME: "Whose statements"}.get(who, "Only these statements")
    with st.expander(label, expanded=not is_done and (is_set or who not in ACTORS)):
        if who != SIDES:
            return [choose_side(facets, "")]
        chosen = []
        for column, letter in zip(st.columns(2, gap="medium"), "AB", strict=True):
            with column:
                st.html(section_html(f"Side {letter}"))
                prefix = f"{letter.lower()}_"
                side = choose_side(facets, prefix, f" of {letter}")
                chosen.append(side.within(*choose_period(prefix, f" ({letter} only)")))
        return chosen


def _ask_most(who: str) -> int:
    """Show the maximum number of passages; return it within its bounds."""
    key, label, default, limit = (
        ("each", "Maximum passages per actor", MOST_PER_ACTOR, MOST_PER_ACTOR_LIMIT)
        if who in ACTORS
        else ("most", "Maximum passages of a side for each end", MOST_OF_SIDE, MOST_OF_SIDE_LIMIT)
    )
    most = st.number_input(
        label,
        1,
        limit,
        default,
        key=key,
        bind="query-params",
        help="The most similar to either end are read, and some that share rare words with it.",
    )
    return min(max(int(most or default), 1), limit)
