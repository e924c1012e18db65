"""Take a statement out of a library, after asking."""

from __future__ import annotations

import streamlit as st

from compare.library.generations import is_library
from compare.library.library import Library
from compare.library.locations import user_library
from compare.statements.statement import Statement
from compare.ui.components.asking import statement_label
from compare.ui.components.layout import notice, small
from compare.ui.components.service import open_library

REMOVED = "removed-from-library"
"""Session state: the id of the statement that was taken out on the last run."""

_IN_MENU = 300


def removed_notice() -> None:
    """Say what was taken out on the last run."""
    if removed := st.session_state.pop(REMOVED, ""):
        notice(f"Statement {removed} was deleted from the library.")


def deletion(library: Library, statement: Statement, key: str) -> bool:
    """Ask once more, then delete; tell whether it was done."""
    small("The statement is taken out of this library for good.")
    if not st.button("Delete for good", key=key, type="primary"):
        return False
    library.delete([statement.id])
    st.session_state[REMOVED] = statement.id
    return True


def offer_to_remove() -> None:
    """Show a menu of the user's own statements and the button that deletes one."""
    if not is_library(user_library()):
        return
    library = open_library(user_library())
    statements, total = library.browse(limit=_IN_MENU)
    st.html('<div class="cp-section"><h2>Take a statement out</h2></div>')
    removed_notice()
    if not statements:
        small("Your library holds no statement.")
        return
    by_id = {statement.id: statement for statement in statements}
    picked = st.selectbox(
        "Statement of my library",
        list(by_id),
        index=None,
        key=f"remove-{library.generation}",
        format_func=lambda key: statement_label(by_id[key]) if key in by_id else str(key),
        placeholder="Choose one",
    )
    if total > len(statements):
        small("Others can be deleted on their own pages: find them under Corpus.")
    if picked in by_id:
        with st.popover("Delete it"):
            if deletion(library, by_id[picked], "remove-go"):
                st.rerun()
