"""The app: `streamlit run app.py`, or `python -m compare app`."""

import streamlit as st

from compare.ui import PAGES

# By file: the title in the menu, and its explanation. The first page is the default.
_MENU = {
    "search.py": (
        "Search by quote",
        "Paste a quote; see who agrees with it and who opposes it, side by side.",
    ),
    "watch.py": (
        "Watches",
        "Save a search; see what is new since it was last run, here or in a feed reader.",
    ),
    "pair.py": (
        "Two statements",
        "Paste two statements; see how they relate and which words decide it.",
    ),
    "sides.py": (
        "Compare sides",
        "Choose two sides and a topic; see where they oppose each other, and where they agree.",
    ),
    "timeline.py": (
        "Timeline",
        "Choose whose statements; see where they changed position, and when.",
    ),
    "review.py": (
        "Review",
        "Read pairs by hand, alone or with a second reader; see how far you agree.",
    ),
    "positions.py": (
        "Positions",
        "Type a proposition; see which countries or speakers agree with it or oppose it.",
    ),
    "corpus.py": ("Corpus", "Browse, filter and search the statements of a library."),
    "add.py": (
        "Add statements",
        "Read files or a page’s quotations into your library. Statements stay here.",
    ),
    "method.py": ("Method", "What the labels mean, what the model gets wrong, and how to cite."),
}

st.navigation(
    [
        st.Page(PAGES / file, title=title, url_path=file[:-3], default=not n, help=explanation)
        for n, (file, (title, explanation)) in enumerate(_MENU.items())
    ]
).run()
