"""Add statements: files of one's own, or the quotations of a web page, into one's own library."""

from __future__ import annotations

import streamlit as st

from compare.export.words import counted
from compare.library.locations import user_library
from compare.ui.components.browsing import columns_help
from compare.ui.components.choosing import choose_library
from compare.ui.components.layout import begin, notice, said_plainly, small
from compare.ui.components.removal import offer_to_remove
from compare.ui.components.uploading import (
    ADDED,
    files_done,
    kinds,
    offer_to_add,
    read_uploads,
    uploads,
)
from compare.ui.components.web_page import ask_for_page, confirm, page_done

_FILES, _PAGE = "Files", "A web page"


def _from_files() -> None:
    files = uploads()
    small(
        f"Files that can be read: {kinds()}. One row is one statement; only the words are "
        "required. A row whose id is known replaces the statement that has it. Public corpora "
        "(the UN General Debate, parliaments, briefings …) are read as they are published, "
        "archives too; a corpus of more than some thousand speeches is better read by the "
        "command “compare build”.",
        f"Your library is in {user_library()}.",
    )
    columns_help()
    if files:
        corpus = read_uploads(files)
        if corpus is not None:
            offer_to_add(corpus.statements, files_done)


def _from_page() -> None:
    small(
        "The quotations of an article are found and proposed, each with the speaker that stands "
        "beside it; only what you take is kept. This app uses the network for nothing else than to "
        "fetch a page when you ask for it, and tells the page’s server nothing but its address and "
        "the name and version of this program.",
        f"Your library is in {user_library()}.",
    )
    page = ask_for_page()
    if page is not None:
        offer_to_add(confirm(page), page_done)


begin(
    "Add statements",
    "Read statements into your own library. Nothing of it leaves this machine: it is read, "
    "embedded and kept here.",
)

with said_plainly():
    with st.sidebar:
        choose_library()
    if added := st.session_state.pop(ADDED, 0):
        notice(
            f"{counted(added, 'statement')} added. Your own library is open now: "
            "search it by quote, or browse it under Corpus."
        )
    where = st.segmented_control(
        "Where the statements are",
        [_FILES, _PAGE],
        default=_FILES,
        required=True,
        key="add_from",
        bind="query-params",
    )
    if where == _PAGE:
        _from_page()
    else:
        _from_files()
    offer_to_remove()
