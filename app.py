"""The app: `streamlit run app.py`, or `python -m compare app`."""

import streamlit as st


page = st.navigation(
    [
        st.Page(
            "compare/ui/pages/search.py",
            title="Search by quote",
            default=True,
            help="Paste a quote; see who agrees with it and who opposes it, side by side.",
        ),
        st.Page(
            "compare/ui/pages/pair.py",
            title="Two statements",
            url_path="pair",
            help="Paste two statements; see how they relate and which words decide it.",
        ),
        st.Page(
            "compare/ui/pages/corpus.py",
            title="Corpus",
            url_path="corpus",
            help="Browse, filter and search the statements of a library.",
        ),
        st.Page(
            "compare/ui/pages/add.py",
            title="Add statements",
            url_path="add",
            help="Read your own file into your own library. Nothing leaves this machine.",
        ),
        st.Page(
            "compare/ui/pages/method.py",
            title="Method",
            url_path="method",
            help="What the labels mean, what the model gets wrong, and how to cite.",
        ),
    ]
)
page.run()
