"""The address that restores a page: the widgets bound to it, and the same in full to copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import urlencode

import streamlit as st

from compare.ui.components.asking import CHOSEN

MORE = ("roles", "parties", "venues")
"""Keys of the filters that are used less."""

KEYS = (
    *("q", "by", "role", "country", "date", "context", "library"),
    *("speakers", "countries", "from", "to", "sources", *MORE, "languages"),
    *("other_speaker", "other_country", "p", "s", "sort", "why"),
)
"""The widgets of the search page that its address holds, by key."""

DIGEST = "digest"
"""In an address to copy: the first digits of the digest of the library it was made with."""


def _plain(value: object) -> list[str]:
    """Return a widget's value as the address spells it; [] for what is empty."""
    if value is None or value == "" or value is False:
        return []
    if value is True:
        return ["true"]
    if isinstance(value, str | int | float | date):
        return [str(value)]
    return [str(entry) for entry in value] if isinstance(value, Iterable) else [str(value)]


def permalink(base: str, state: Sequence[tuple[str, object]]) -> str:
    """Return `base` with the whole state behind it, also what has its default value."""
    pairs = [(key, entry) for key, value in state for entry in _plain(value)]
    return base.partition("?")[0] + ("?" + urlencode(pairs) if pairs else "")


def current_link(library_digest: str, keys: Sequence[str] = KEYS) -> str:
    """Return the address that brings back what the widgets of a page hold now."""
    state: list[tuple[str, object]] = [(key, st.session_state.get(key)) for key in keys]
    state.append((CHOSEN, st.query_params.get(CHOSEN)))
    return permalink(st.context.url or "", [*state, (DIGEST, library_digest[:12])])


def library_note(library_digest: str) -> str:
    """Return a sentence where the address was made with another library, else ""."""
    made_with = st.query_params.get(DIGEST, "")
    if not made_with or library_digest.startswith(made_with):
        return ""
    return (
        f"The link was made with another library, or an older state of it ({made_with[:12]}); this "
        f"is {library_digest[:12]}. What is found may differ."
    )
