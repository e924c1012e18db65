"""Review: pairs read by hand, by one reader or more, and how far they agree."""

import streamlit as st

from compare.export import section_html
from compare.review import Reviews
from compare.ui.components.layout import choose_one, is_read_only, notice, page, small
from compare.ui.components.service import choose_library
from compare.ui.review.agreement import show_agreement
from compare.ui.review.reading import decide_review, read_review
from compare.ui.review.setup import (
    NOBODY,
    choose_reader,
    choose_review,
    make_review,
    show_files,
    signed_in,
)

_READ, _DECIDE, _AGREE, _FILES = _VIEWS = ("Read", "Differences", "Agreement", "Files")


with page(
    "Review",
    "Label pairs yourself, alone or with other readers who cannot see your answers, and measure "
    "how far you agree with each other and with the model.",
):
    library = choose_library()
    reviews = Reviews.of(library)
    review = choose_review(reviews)
    reader = choose_reader(review) if review else None
    if review is None and is_read_only():
        notice("No review can be made here: this app is read-only.")
    elif review is None:
        st.html(section_html("A new review"))
        make_review(reviews, library)
    else:
        view = choose_one("Show", _VIEWS, "r_view")
        st.html(section_html(review.name))
        if view == _READ and reader:
            read_review(review, reader, library)
        elif view == _READ:
            small("Choose in the sidebar who reads." if signed_in() is None else NOBODY)
        elif view == _DECIDE and review.is_finished:
            decide_review(review, library)
        elif view == _FILES:
            show_files(reviews, review, library, reader)
        else:
            show_agreement(review)
