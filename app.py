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
    "proposition.py": (
        "On a proposition",
        "Type a proposition; see who agrees with it and who opposes it: countries or speakers, two "
        "sides, or one of them over time.",
    ),
    "review.py": (
        "Review",
        "Label pairs yourself, alone or with other readers; see how far you agree.",
    ),
    "corpus.py": (
        "Corpus",
        "See who speaks in a library and when; browse, filter and search its statements.",
    ),
    "add.py": (
        "Add statements",
        "Read files or a page’s quotations into your library. Statements stay here.",
    ),
    "method.py": ("Method", "What the labels mean, what the model gets wrong, and how to cite."),
}

_GROUPS = {
    "Search": ("search.py", "watch.py"),
    "Compare": ("proposition.py", "pair.py"),
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
