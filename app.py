"""The app: `streamlit run app.py`, or `python -m compare app`."""

import streamlit as st

from compare.ui import PAGES

page = st.navigation(
    [
        st.Page(
            PAGES / "search.py",
            title="Search by quote",
            default=True,
            help="Paste a quote; see who agrees with it and who opposes it, side by side.",
        ),
        st.Page(
            PAGES / "pair.py",
            title="Two statements",
            url_path="pair",
            help="Paste two statements; see how they relate and which words decide it.",
        ),
        st.Page(
            PAGES / "sides.py",
            title="Compare sides",
            url_path="sides",
            help="Choose two sides and a topic; see where they oppose each other, and agree.",
        ),
        st.Page(
            PAGES / "timeline.py",
            title="Timeline",
            url_path="timeline",
            help="Choose whose statements; see where they changed position, and when.",
        ),
        st.Page(
            PAGES / "review.py",
            title="Review",
            url_path="review",
            help="Read pairs by hand, alone or with a second reader; see how far you agree.",
        ),
        st.Page(
            PAGES / "positions.py",
            title="Positions",
            url_path="positions",
            help="Type a proposition; see who agrees with it and who opposes it, party by party.",
        ),
        st.Page(
            PAGES / "corpus.py",
            title="Corpus",
            url_path="corpus",
            help="Browse, filter and search the statements of a library.",
        ),
        st.Page(
            PAGES / "add.py",
            title="Add statements",
            url_path="add",
            help="Read files or a page’s quotations into your library. Statements stay here.",
        ),
        st.Page(
            PAGES / "method.py",
            title="Method",
            url_path="method",
            help="What the labels mean, what the model gets wrong, and how to cite.",
        ),
    ]
)
page.run()
