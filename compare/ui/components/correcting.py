"""This verdict is wrong: which label is right, kept in a file of the user's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from compare.errors import CompareError
from compare.export.words import VERDICT
from compare.results.result import Stance
from compare.ui.components.layout import notice

_LONGEST_NOTE = 500


def correction_form(base: str, stance: Stance, keep: Callable[[Stance, str], Path]) -> None:
    """Ask for the right label and keep it.

    Args:
        base: Of the widgets' keys.
        stance: The label shown, which is not offered.
        keep: Writes the label and the note, and returns the file.
    """
    others = [other for other in Stance if other is not stance]
    with st.form(f"wrong-{base}", border=False):
        label = st.radio(
            f"It is shown as “{VERDICT[stance]}”. What is right?",
            [VERDICT[other] for other in others],
            index=None,
            key=f"right-{base}",
        )
        note = st.text_input("Why (if you like)", key=f"note-{base}", max_chars=_LONGEST_NOTE)
        if not st.form_submit_button("Keep this correction"):
            return
    right = next((other for other in others if VERDICT[other] == label), None)
    if right is None:
        notice("Choose what is right.", error=True)
        return
    try:
        path = keep(right, (note or "")[:_LONGEST_NOTE])
        notice(f"Kept in {path}. It stays on this machine and changes nothing shown here.")
    except CompareError as error:
        notice(str(error), error=True)
