"""Public collections, fetched and added to the user's own library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from compare.collections import (
    Collection,
    accept_licence,
    collections,
    get_collection,
    is_accepted,
    list_files,
)
from compare.export import counted, facts_html
from compare.library import locations
from compare.progress import Progress
from compare.ui.components.layout import notice_next_run, progress, show_html, small
from compare.ui.components.service import OWN, SWITCH_TO

COLLECTION = "A public collection"
"""The way to add statements that `add_collection` shows."""


def add_collection() -> None:
    """Show the public collections; fetch the chosen one and add it to the user's own library."""
    show_html("about_collections", locations.user_library())
    known = collections()
    name = st.selectbox(
        "Collection",
        list(known),
        format_func=lambda name: known[name].title if name in known else str(name),
        key="collection",
        bind="query-params",
    )
    collection = known.get(name) or next(iter(known.values()))
    st.html(facts_html(_facts(collection)))
    since = until = None
    if collection.since is not None:
        since, until = _ask_years(collection.since)
    accepted = is_accepted(collection)
    if not accepted:
        accepted = st.checkbox(
            f"I have read the licence ({collection.licence}) at {collection.page} and accept it",
            key=f"licence-{collection.name}",
        )
    if not st.button("Fetch and add", type="primary", key="collection-go", disabled=not accepted):
        return
    with st.spinner("Asking for the list of files…"):
        listing = list_files(collection, since, until)
    accept_licence(collection)
    library, report = get_collection(
        collection, locations.user_library(), listing, since=since, until=until, steps=_step
    )
    st.session_state[SWITCH_TO] = OWN
    notice_next_run(
        "added",
        f"{counted(report.account.written, 'statement')} of {collection.title} added. Your own "
        f"library is open now, with {counted(len(library), 'statement')}: search it by quote.",
    )
    st.rerun()


def _facts(collection: Collection) -> list[tuple[str, str]]:
    return [
        ("What it is", collection.about),
        ("Years", collection.years),
        ("Languages", collection.languages),
        ("Size", collection.size),
        ("Licence", collection.licence),
        ("Cite as", collection.cite),
        ("From", collection.page),
        ("Download", collection.last_known),
    ]


def _ask_years(first: int) -> tuple[int | None, int | None]:
    left, right = st.columns(2)
    with left:
        since = st.number_input("First year", 1800, 2200, first, key="collection-since")
    with right:
        until = st.number_input("Last year", 1800, 2200, None, key="collection-until")
    small("A file a day is fetched, so fewer years are faster.")
    return int(since), None if until is None else int(until)


@contextmanager
def _step(does: str, counts: str) -> Iterator[Progress]:
    """Show a bar for a step; the embedding takes its turn with the work of other visitors."""
    writes, unit = counts == "passages read", 1
    if counts == "bytes":
        counts, unit = "MB", 10**6
    with progress(f"{does}…", counts, reads=writes, writes=writes) as on_progress:
        yield lambda done, total: on_progress(done // unit, -(-total // unit))
