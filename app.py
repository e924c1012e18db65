"""The app: `streamlit run app.py`, or `python -m compare app`."""

import streamlit as st

from compare.ui import PAGES
from compare.ui.components.layout import menu

# By file: the title in the menu, and its explanation. The first page is the default.
_PAGES = {
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
        "Type a proposition, choose two sides; see where they oppose each other on it, or agree.",
    ),
    "timeline.py": (
        "Timeline",
        "Type a proposition and choose who; see what they said on it, and whether that changed.",
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

_GROUPS = {
    "Search": ("search.py", "watch.py"),
    "Compare": ("pair.py", "sides.py", "timeline.py", "positions.py"),
    "Review": ("review.py",),
    "Library": ("corpus.py", "add.py"),
    "About": ("method.py",),
}

pages = {
    file: st.Page(PAGES / file, title=title, url_path=file[:-3], default=not n)
    for n, (file, (title, _)) in enumerate(_PAGES.items())
}
chosen = st.navigation([*pages.values()], position="hidden")
menu({name: [(pages[file], _PAGES[file][1]) for file in files] for name, files in _GROUPS.items()})
chosen.run()
