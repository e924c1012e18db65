"""The side: filters, thresholds and order, each value checked again on this side of the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from compare.errors import QueryError
from compare.library.facets import Facet, Facets
from compare.library.filters import Filters
from compare.results.result import Thresholds
from compare.statements.statement import PartialDate
from compare.ui.components.asking import partial_date
from compare.ui.components.layout import notice
from compare.ui.components.ordering import ORDERS

IN_MENU = 2000
"""Values in a menu; where a library has more, the others can be typed."""


def _many(label: str, facets: Sequence[Facet], key: str) -> tuple[str, ...]:
    """Show a menu of several and return the values of those chosen."""
    values = {facet.label: facet.value for facet in facets}
    if not values:
        return ()
    chosen = st.multiselect(
        label,
        list(values)[:IN_MENU],
        key=key,
        bind="query-params",
        placeholder="All",
        wrap=True,
        accept_new_options=len(values) > IN_MENU,
    )
    return tuple(values.get(name, name) for name in chosen)  # what was typed as it was typed


def _date(label: str, key: str) -> PartialDate | None:
    """Show a field for a date; say so and ignore it where it holds none."""
    text = st.text_input(label, key=key, bind="query-params", placeholder="2022-03")
    try:
        return partial_date(text or "")
    except QueryError as error:
        notice(f"{error} It is ignored.", error=True)
        return None


def period(prefix: str = "", name: str = "") -> tuple[PartialDate | None, PartialDate | None]:
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


def whose(facets: Facets, prefix: str, name: str = "") -> Filters:
    """Show the filters that choose a side and return them; `name` ends their labels."""
    chosen = Filters(
        countries=_many(f"Country or organisation{name}", facets.countries, f"{prefix}countries"),
        speakers=_many(f"Speaker{name}", facets.speakers, f"{prefix}speakers"),
        sources=_many(f"Source{name}", facets.sources, f"{prefix}sources"),
    )
    return _narrowed_more(chosen, facets, prefix, name)


def _narrowed_more(filters: Filters, facets: Facets, prefix: str, name: str = "") -> Filters:
    """Show the filters that are used less, where the library has values of them; add them."""
    if not (facets.roles or facets.parties or facets.venues):
        return filters
    with st.expander(f"Role, party, venue{name}"):
        return replace(
            filters,
            roles=_many(f"Role{name}", facets.roles, f"{prefix}roles"),
            parties=_many(f"Party{name}", facets.parties, f"{prefix}parties"),
            venues=_many(f"Venue{name}", facets.venues, f"{prefix}venues"),
        )


def narrow(facets: Facets, prefix: str = "", own: bool = True) -> Filters:
    """Show the filters and return them."""
    speakers = _many("Speaker", facets.speakers, f"{prefix}speakers")
    countries = _many("Country or organisation", facets.countries, f"{prefix}countries")
    since, until = period(prefix)
    sources = _many("Source", facets.sources, f"{prefix}sources")
    languages = _many("Language", facets.languages, f"{prefix}languages")
    other_speaker = other_country = False
    if own:
        other_speaker = st.checkbox(
            "Not the quote’s own speaker", key=f"{prefix}other_speaker", bind="query-params"
        )
        other_country = st.checkbox(
            "Not the quote’s own country", key=f"{prefix}other_country", bind="query-params"
        )
    chosen = Filters(
        speakers=speakers,
        countries=countries,
        date_from=since,
        date_to=until,
        sources=sources,
        languages=languages,
        not_own_speaker=bool(other_speaker),
        not_own_country=bool(other_country),
    )
    return _narrowed_more(chosen, facets, prefix)


def _share(label: str, default: float, key: str, explanation: str) -> float:
    """Show a slider from 0 to 1 and return a value that is within."""
    value = st.slider(
        label, 0.0, 1.0, default, 0.01, key=key, bind="query-params", help=explanation
    )
    return min(max(float(value), 0.0), 1.0)


def cut(
    prefix: str = "", pairs: bool = False, orders: Sequence[str] = ORDERS
) -> tuple[Thresholds, str]:
    """Show the thresholds and the order; neither makes anything be read again.

    Args:
        prefix: Of the widgets' keys.
        pairs: What is listed is pairs of statements, not statements found for a quote.
        orders: The orders, the first as long as none is chosen.
    """
    default = Thresholds()
    what = "A pair" if pairs else "A statement"
    probability = _share(
        "Least probability",
        default.probability,
        f"{prefix}p",
        f"{what} stands under its verdict from this probability on.",
    )
    similarity = _share(
        "Least closeness",
        default.similarity,
        f"{prefix}s",
        "How close in meaning two statements have to be, to be shown at all.",
    )
    order = st.selectbox("Order", orders, key=f"{prefix}sort", bind="query-params")
    return Thresholds(probability, similarity), order if order in orders else orders[0]
