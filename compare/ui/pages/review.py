"""Review: pairs read by hand, by one or two readers, and how far they agree."""

from __future__ import annotations

import streamlit as st

from compare.export.html import section_html
from compare.review import Reviews
from compare.ui.components.layout import begin_page, errors_as_sentences, small
from compare.ui.components.review_outcome import show_agreement, show_files
from compare.ui.components.review_reading import decide_review, read_review
from compare.ui.components.review_setup import (
    VIEWS,
    choose_reader,
    choose_review,
    choose_review_view,
    make_review,
)
from compare.ui.components.service import choose_library

begin_page(
    "Review",
    "Read pairs by hand, alone or with a second reader who cannot see your answers, and learn how "
    "far you agree with each other and with the model.",
)

with errors_as_sentences():
    with st.sidebar:
        _, library = choose_library()
        reviews = Reviews.of(library)
        review = choose_review(reviews)
        reader = choose_reader(review) if review else None
    if review is None:
        st.html(section_html("A new review"))
        make_review(reviews, library)
    else:
        view = choose_review_view()
        st.html(section_html(review.name))
        read, decide, agree, files = VIEWS
        if view == read and reader:
            read_review(review, reader, library)
        elif view == read:
            small("Choose in the sidebar who reads.")
        elif view == decide and review.is_finished:
            decide_review(review, library)
        elif view == files:
            show_files(reviews, review, library, reader)
        else:
            show_agreement(review)
