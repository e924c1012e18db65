"""Files of pairs and of answers that the browser hands over."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TypeVar

import streamlit as st

from compare.errors import CompareError, ReviewError
from compare.export.words import counted
from compare.review.answers import Review
from compare.review.importing import read_answers
from compare.ui.components.layout import notice, small

Found = TypeVar("Found")


def upload_name(given: str) -> str:
    """Return the name of an uploaded file without folders."""
    return PurePath(given).name or "pairs.csv"


def read_upload(name: str, content: bytes, read: Callable[[Path], Found]) -> Found:
    """Return what `read` makes of an uploaded file.

    Raises:
        CompareError: It is wrong; the sentence names it as it was uploaded.
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / name
        path.write_bytes(content)
        try:
            return read(path)
        except CompareError as error:
            raise ReviewError(str(error).replace(str(path), name)) from None


def take_answers(review: Review) -> None:
    """Offer to take a reader's answers from a file, all or none."""
    left = [reader for reader in review.readers if reader not in review.handed_in]
    if not left:
        small("All readers have handed in: no more answers are taken.")
        return
    whose = st.selectbox("Whose answers", left, key=f"r_answers_of-{review.number}")
    uploaded = st.file_uploader(
        "CSV, TSV or JSONL with the columns pair and answer",
        type=["csv", "tsv", "jsonl"],
        key=f"r_answers_file-{review.number}",
        help="With confidence and note, if you like; an exported review is such a file.",
    )
    if not st.button("Take these answers", key="r_answers_go") or whose is None:
        return
    if uploaded is None:
        notice("Choose a file of answers first.", error=True)
        return
    reader = whose
    try:
        answers = read_upload(
            upload_name(uploaded.name),
            uploaded.getvalue(),
            lambda path: read_answers(path, review, reader),
        )
        changed = review.answer_many(reader, answers)
    except CompareError as error:
        notice(str(error), error=True)
        return
    notice(f"{counted(len(answers), 'answer')} of {reader} taken, {changed:,} of them new.")
