"""Compare sides: where two sides agree, and where they oppose each other."""

from dataclasses import replace

import streamlit as st

from compare.export import section_html
from compare.library import Facets, Filters
from compare.ui.components import sides
from compare.ui.components.filter_panel import ORDERS, SIDE_KEYS, choose_period, choose_side
from compare.ui.components.layout import choose_one, page
from compare.ui.components.result_lists import Shown

_PREFIX = "ab_"  # of the widgets' keys; those of one side begin with a_ or b_
_KEYS = (
    "library",
    *(f"{side}_{name}" for side in "ab" for name in (*SIDE_KEYS, "from", "to")),
    *(f"{_PREFIX}{name}" for name in (*sides.SHARED_KEYS, "by")),
)
_ACTORS = {"Countries": "country", "Speakers": "speaker"}


def _ask(facets: Facets) -> tuple[sides.Asked, bool]:
    """Show the form; return its values and whether it was just submitted."""
    with st.form("sides", border=False):
        chosen = []
        for column, letter in zip(st.columns(2, gap="medium"), "AB", strict=True):
            with column:
                st.html(section_html(f"Side {letter}"))
                prefix = f"{letter.lower()}_"
                side = choose_side(facets, prefix, f" of {letter}")
                chosen.append(side.within(*choose_period(prefix, f" ({letter} only)")))
        topic, period, most = sides.topic_and_period(_PREFIX)
        pressed = st.form_submit_button("Find the pairs", type="primary", key="sides-go")
    a, b = (side.within(*period) for side in chosen)
    return sides.Asked(a, b, topic, most, period), pressed


def _choose_actors(shown: Shown) -> tuple[Shown, str]:
    """Let the user count countries or speakers, and include all who speak on the topic.

    Returns the pairs to count, and "country" or "speaker".
    """
    by = _ACTORS[choose_one("Actors", list(_ACTORS), f"{_PREFIX}by")]
    pressed = st.button(
        "Include everyone on this topic",
        key="everyone-go",
        help="Compares all actors on the topic. You see the number of pairs before any is read.",
    )
    everyone = Filters().within(*asked.period)
    all_asked = replace(asked, a=everyone, b=everyone, between=by)
    if result := sides.read_pairs("everyone", library, all_asked, pressed, thresholds):
        st.html(section_html(result.subject))
        shown = replace(shown, result=result, prefix=f"{shown.prefix}all-")
    return shown, by


with page(
    "Compare sides",
    "Choose two sides and a topic. Their passages on the same point are paired, and each pair is "
    "labelled: they agree, oppose each other, or neither. You see the number of pairs before any "
    "is read.",
):
    library, asked, thresholds, shown = sides.ask_and_read("sides", _PREFIX, ORDERS, _ask)
    if shown:
        sides.show_pairs(shown, library, _PREFIX, _KEYS, _choose_actors)
