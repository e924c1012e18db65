"""Add statements from files, a web page's quotations or a public collection; delete one."""

import streamlit as st

from compare.export import section_html
from compare.library import locations
from compare.library.backend import backend_at
from compare.ui.components.add_statements import (
    COLLECTION,
    add_collection,
    offer_to_add,
    statements_from_files,
    statements_from_page,
)
from compare.ui.components.layout import (
    choose_one,
    is_read_only,
    notice,
    page,
    show_kept_notice,
    small,
)
from compare.ui.components.quote_form import IN_MENU, choose_statement
from compare.ui.components.service import choose_library, delete_button, open_library

_FILES, _PAGE = "Files", "A web page"


def _offer_to_delete() -> None:
    if not backend_at(locations.user_library()).exists():
        return
    library = open_library(locations.user_library())
    statements, total = library.browse(limit=IN_MENU)
    st.html(section_html("Delete a statement"))
    show_kept_notice("deleted")
    if not statements:
        small("Your library has no statements.")
        return
    key = f"remove-{library.generation}"
    chosen = choose_statement("Statement of my library", statements, key, "Choose one")
    if total > len(statements):
        small("Other statements can be deleted on their own pages: find them under Corpus.")
    if chosen and delete_button(library, chosen, "remove-go"):
        st.rerun()


with page(
    "Add statements",
    "Add statements to your own library. It is built and kept on this machine; no statement leaves "
    "it.",
):
    choose_library()
    show_kept_notice("added")
    if is_read_only():
        notice("Nothing can be added here: who runs this app has made it read-only.")
    else:
        source = choose_one("Add from", [_FILES, _PAGE, COLLECTION], "add_from")
        if source == COLLECTION:
            add_collection()
        else:
            offer_to_add(statements_from_page() if source == _PAGE else statements_from_files())
        _offer_to_delete()
