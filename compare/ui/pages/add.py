"""Add statements: the user's own files, or the quotations of a web page."""

from __future__ import annotations

import streamlit as st

from compare.ui.components.layout import begin_page, choose_one, errors_as_sentences
from compare.ui.components.service import choose_library
from compare.ui.components.statement_page import offer_to_remove
from compare.ui.components.upload import (
    added_notice,
    offer_to_add,
    statements_from_files,
    statements_from_page,
)

_FILES, _PAGE = "Files", "A web page"

begin_page(
    "Add statements",
    "Read statements into your own library. Nothing of it leaves this machine: statements are "
    "read, embedded and kept here.",
)

with errors_as_sentences():
    with st.sidebar:
        choose_library()
    added_notice()
    source = choose_one("Where the statements are", [_FILES, _PAGE], "add_from")
    offer_to_add(statements_from_page() if source == _PAGE else statements_from_files())
    offer_to_remove()
