"""Old addresses of what are views of one page now."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from compare.ui import PROPOSITION_PAGE
from compare.ui.components.proposition_form import COUNTRIES, PREFIX, SIDES, SPEAKERS, TIME

MOVED = {"positions": (COUNTRIES, "o_"), "sides": (SIDES, "ab_"), "timeline": (TIME, "t_")}
"""By the old path: what is compared, and how the keys of the page's fields began."""

_AS_BEFORE = ("ab_view", "t_view", "t_sort")  # keys that are still in use
_SEEN = ("p", "s", "sort", "view", "why", "years")  # how results are seen, for all comparisons


def open_moved(path: str) -> None:
    """Open the page that has replaced that of an old path, with the same question."""
    asked = {key: st.query_params.get_all(key) for key in st.query_params}
    st.switch_page(PROPOSITION_PAGE, query_params=[*new_address(path, asked)])


def new_address(path: str, asked: dict[str, list[str]]) -> Iterable[tuple[str, str]]:
    """Yield the fields of the new address and their values."""
    who, prefix = MOVED[path]
    if asked.pop("o_by", None) == [SPEAKERS]:
        who = SPEAKERS
    yield "compare", who
    for key, values in asked.items():
        name = key.removeprefix(prefix)
        if key in _AS_BEFORE:
            name = key
        elif key != name and name in _SEEN:
            name = f"{PREFIX}{name}"
        elif path == "positions" and name == "most":
            name = "each"
        for value in values:
            yield name, value
