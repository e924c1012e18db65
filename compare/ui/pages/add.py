"""Add statements: a file of one's own into one's own library."""

from __future__ import annotations

import streamlit as st

from compare.locations import user_library
from compare.ui.browsing import columns_help
from compare.ui.choosing import choose_library
from compare.ui.removal import offer_to_remove
from compare.ui.shell import begin, notice, said_plainly, small
from compare.ui.uploading import ADDED, kinds, offer_to_add, read_uploads, uploads
from compare.ui.words import counted

begin(
    "Add statements",
    "Read a file of statements into your own library. Nothing of it leaves this machine: it is "
    "read, embedded and kept here.",
)

with said_plainly():
    with st.sidebar:
        chosen, library = choose_library()
    if added := st.session_state.pop(ADDED, 0):
        notice(
            f"{counted(added, 'statement')} added. Your own library is open now: "
            "search it by quote, or browse it under Corpus."
        )
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
            offer_to_add(corpus)
    offer_to_remove()
