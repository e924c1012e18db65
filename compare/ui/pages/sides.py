"""Compare sides: where two sides agree, and where they oppose each other."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from compare.comparison.counts import matrix
from compare.export.html import section_html
from compare.library.filters import Facets, Filters
from compare.models.values import Stance
from compare.ui.components.downloads import other_library_notice
from compare.ui.components.filter_panel import (
    SIDE_KEYS,
    choose_period,
    choose_side,
    choose_thresholds,
)
from compare.ui.components.layout import choose_one, page, small
from compare.ui.components.result_lists import Shown, pairs_table
from compare.ui.components.service import choose_library
from compare.ui.components.sides import (
    NOTHING_READ,
    SHARED_KEYS,
    Asked,
    View,
    check_sample,
    matrix_view,
    read_pairs,
    show_pairs,
    topic_and_period,
    years_view,
)

_PREFIX = "ab_"  # of the widgets' keys; those of one side begin with a_ or b_
_KEYS = (
    "library",
    *(f"{side}_{name}" for side in "ab" for name in (*SIDE_KEYS, "from", "to")),
    *(f"{_PREFIX}{name}" for name in (*SHARED_KEYS, "by")),
)
_ACTORS = {"Countries": "country", "Speakers": "speaker"}


def _ask(facets: Facets) -> tuple[Asked, bool]:
    """Show the form; return what it holds and whether it was just sent."""
    with st.form("sides", border=False):
        chosen = []
        for column, letter in zip(st.columns(2, gap="medium"), "AB", strict=True):
            with column:
                st.html(section_html(f"Side {letter}"))
                prefix = f"{letter.lower()}_"
                side = choose_side(facets, prefix, f" of {letter}")
                chosen.append(side.within(*choose_period(prefix, f", only {letter}")))
        topic, period, most = topic_and_period(_PREFIX)
        pressed = st.form_submit_button("Find the pairs", type="primary", key="sides-go")
    a, b = (side.within(*period) for side in chosen)
    return Asked(a, b, topic, most, period), pressed


def _show_matrix(shown: Shown) -> Shown:
    """Show who agrees with whom: between the two sides, or between all who speak on the topic.

    Returns what the numbers are of.
    """
    by = _ACTORS[choose_one("Actors", list(_ACTORS), f"{_PREFIX}by")]
    pressed = st.button(
        "Include everyone on this topic",
        key="everyone-go",
        help="Compares all who speak on the topic. You see the number of pairs before any is read.",
    )
    all_of_them = Filters().within(*asked.period)
    everyone = replace(asked, a=all_of_them, b=all_of_them, between=by)
    if (result := read_pairs("everyone", library, everyone, pressed, thresholds)) is not None:
        st.html(section_html(result.subject))
        shown = replace(shown, result=result, prefix=f"{shown.prefix}all-")
    if cells := matrix(shown.result, by):
        matrix_view(shown, cells, by)
    else:
        small("No pair that was read is between two named actors.")
    return shown


with page(
    "Compare sides",
    "Choose two sides and a topic. Their passages on the same point are paired, and each pair is "
    "labelled: they agree, oppose each other, or neither. You see the number of pairs before any "
    "is read.",
):
    library = choose_library()
    thresholds, order = choose_thresholds(_PREFIX)
    with_words = st.sidebar.toggle(
        "Show the deciding words", key=f"{_PREFIX}why", bind="query-params"
    )
    other_library_notice(library)
    asked, pressed = _ask(library.facets())
    if (result := read_pairs("sides", library, asked, pressed, thresholds)) is not None:
        views: dict[str, View] = {
            "Opposed": Stance.OPPOSE,
            "Agree": Stance.AGREE,
            "Table": pairs_table,
            "By year": years_view,
            "Who agrees with whom": _show_matrix,
            "Check a sample": check_sample,
        }
        show_pairs(Shown(result, order, "sides-", with_words), library, views, _PREFIX, _KEYS)
    elif "sides-plan" not in st.session_state:
        small(NOTHING_READ)
