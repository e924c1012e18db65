"""Compare sides: where two sides agree, and where they oppose each other."""

import streamlit as st

from compare.export import section_html
from compare.library import Facets
from compare.ui.components import sides
from compare.ui.components.filter_panel import ORDERS, SIDE_KEYS, choose_period, choose_side
from compare.ui.components.layout import page

_PREFIX = "ab_"  # of the widgets' keys; those of one side begin with a_ or b_
_KEYS = (
    "library",
    *(f"{side}_{name}" for side in "ab" for name in (*SIDE_KEYS, "from", "to")),
    *(f"{_PREFIX}{name}" for name in sides.SHARED_KEYS),
)


def _ask(facets: Facets) -> tuple[sides.Asked, bool]:
    """Show the form; return its values and whether it was just submitted."""
    with st.form("sides", border=False):
        ends = sides.ask_proposition(_PREFIX)
        chosen = []
        for column, letter in zip(st.columns(2, gap="medium"), "AB", strict=True):
            with column:
                st.html(section_html(f"Side {letter}"))
                prefix = f"{letter.lower()}_"
                side = choose_side(facets, prefix, f" of {letter}")
                chosen.append(side.within(*choose_period(prefix, f" ({letter} only)")))
        period, most = sides.ask_period_and_most(_PREFIX)
        pressed = st.form_submit_button("Find the pairs", type="primary", key="sides-go")
    a, b = (side.within(*period) for side in chosen)
    return sides.Asked(*ends, a, b, most), pressed


with page(
    "Compare sides",
    "Type a claim or a demand, and choose two sides. What each side said on it is placed between "
    "agreeing and opposed, and passages of both sides are paired: they agree, or oppose each "
    "other.",
):
    library, shown = sides.ask_and_read("sides", _PREFIX, ORDERS, _ask)
    if shown:
        sides.show_pairs(shown, library, _PREFIX, _KEYS)
