"""Method: what the labels mean, what the model gets wrong, and how to cite."""

from __future__ import annotations

import streamlit as st

from compare.ui.components.choosing import choose_library
from compare.ui.components.explaining import cite, digests, labels, mistakes, reading
from compare.ui.components.layout import begin, said_plainly

begin(
    "Method",
    "What the labels mean, how a list comes about, what the model gets wrong, and how to cite what "
    "you found.",
)

with said_plainly():
    with st.sidebar:
        chosen, library = choose_library()
    labels()
    reading()
    mistakes()
    digests(library)
    cite(library)
