"""Filters, thresholds and order. Values are checked, as any may come from an address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from compare.errors import QueryError
from compare.library import FILTERS, Facets, Filters
from compare.library.filters import FACETED, Facet
from compare.results import Thresholds
from compare.statements import PartialDate
from compare.ui.components.layout import notice, show_html, text_field
from compare.ui.components.quote_form import partial_date

Period = tuple[PartialDate | None, PartialDate | None]

RANK, PROBABILITY, SIMILARITY = "Rank", "Probability", "Similarity"
NEWEST, OLDEST = "Newest first", "Oldest first"
# The first order is the default.
ORDERS = (RANK, PROBABILITY, SIMILARITY, NEWEST, OLDEST)
TIMELINE_ORDERS = (OLDEST, NEWEST, RANK, PROBABILITY, SIMILARITY)

_FIRST = ("countries", "speakers", "sources")
_MORE = tuple(name for name in FACETED if name not in (*_FIRST, "languages"))
SIDE_KEYS = (*_FIRST, *_MORE)  # the widgets of `choose_side`, without their prefix
_IN_MENU = 2000  # if a library has more values, the others can be typed


def choose_filters(facets: Facets, prefix: str = "", of_quote: bool = True) -> Filters:
    """Show all filters in the sidebar; `of_quote` adds those that exclude the quote’s own side."""
    with st.sidebar:
        show_html("sidebar_heading", "Filters")
        chosen = _menus(("speakers", "countries"), facets, prefix)
        since, until = choose_period(prefix)
        chosen |= _menus(("sources", "languages"), facets, prefix)
        for name in ("speaker", "country") if of_quote else ():
            label, key = f"Not the quote’s own {name}", f"{prefix}other_{name}"
            chosen[f"not_own_{name}"] = bool(st.checkbox(label, key=key, bind="query-params"))
        chosen |= _more_menus(facets, prefix)
    return Filters(date_from=since, date_to=until, **chosen)


def choose_side(facets: Facets, prefix: str, name: str = "") -> Filters:
    """Show the filters that choose a side; `name` ends their labels."""
    return Filters(**_menus(_FIRST, facets, prefix, name), **_more_menus(facets, prefix, name))


def choose_period(prefix: str = "", name: str = "") -> Period:
    """Show the fields for a period and return its ends; `name` ends their labels."""
    left, right = st.columns(2)
    with left:
        since = _date(f"From{name}", f"{prefix}from")
    with right:
        until = _date(f"To{name}", f"{prefix}to")
    if since and until and since.first > until.last:
        notice(f"No date is from {since} to {until}: both are ignored.", error=True)
        return None, None
    return since, until


def _menus(names: Sequence[str], facets: Facets, prefix: str, name: str = "") -> dict[str, Any]:
    return {
        field: _menu(f"{FILTERS[field].label}{name}", facets[field], f"{prefix}{field}")
        for field in names
    }


def _more_menus(facets: Facets, prefix: str, name: str = "") -> dict[str, Any]:
    """Show the less common filters if the library has values for them."""
    if not any(facets[field] for field in _MORE):
        return {}
    labels = ", ".join(FILTERS[field].label for field in _MORE)
    with st.expander(f"{labels.capitalize()}{name}"):
        return _menus(_MORE, facets, prefix, name)


def _menu(label: str, facets: Sequence[Facet], key: str) -> tuple[str, ...]:
    values = {facet.label: facet.value for facet in facets}
    if not values:
        return ()
    chosen = st.multiselect(
        label,
        list(values)[:_IN_MENU],
        key=key,
        bind="query-params",
        placeholder="All",
        wrap=True,
        accept_new_options=len(values) > _IN_MENU,
    )
    return tuple(values.get(name, name) for name in chosen)  # a typed value stays as it was typed


def _date(label: str, key: str) -> PartialDate | None:
    """Show a field for a date; ignore an invalid one with a notice."""
    try:
        return partial_date(text_field(label, key, "2022-03"))
    except QueryError as error:
        notice(f"{error} It is ignored.", error=True)
        return None


def choose_thresholds(prefix: str = "", orders: Sequence[str] = ORDERS) -> tuple[Thresholds, str]:
    """Show the thresholds and the order in the sidebar; changing them never rescores pairs."""
    default = Thresholds()
    with st.sidebar:
        show_html("sidebar_heading", "Thresholds and order")
        probability = _share(
            "Minimum probability",
            default.probability,
            f"{prefix}p",
            "A verdict with a lower probability counts as neither; raised, it fills no short list.",
        )
        similarity = _share(
            "Minimum similarity",
            default.similarity,
            f"{prefix}s",
            "Texts less similar in meaning are not shown.",
        )
        order = st.selectbox("Order", orders, key=f"{prefix}sort", bind="query-params")
    return Thresholds(probability, similarity), order if order in orders else orders[0]


def show_words_toggle(prefix: str = "") -> bool:
    """Show the switch for the deciding words in the sidebar; they are marked unless it is off."""
    label, key = "Mark the deciding words", f"{prefix}why"
    return st.sidebar.toggle(label, value=True, key=key, bind="query-params")


def _share(label: str, default: float, key: str, help: str) -> float:
    value = st.slider(label, 0.0, 1.0, default, 0.01, key=key, bind="query-params", help=help)
    return min(max(float(value), 0.0), 1.0)
