"""How a review was made, its files, answers from a file, its codebook, and its deletion."""

from __future__ import annotations

from functools import partial

import streamlit as st

from compare.errors import ReviewError
from compare.export.html import facts_html, section_html
from compare.export.words import VERDICT, counted
from compare.library.library import Library
from compare.models.values import Stance
from compare.review import Review, ReviewFormat, Reviews, read_answers, review_bytes
from compare.ui.components.downloads import file_download
from compare.ui.components.layout import errors_as_sentences, notice, small, widget_key
from compare.ui.components.review_setup import CHOICES, READING_ORDERS, WHEN_SHOWN
from compare.ui.components.upload import on_disk

_FILES = {
    ReviewFormat.CSV: ("CSV", "text/csv"),
    ReviewFormat.JSONL: ("JSONL", "application/x-ndjson"),
    ReviewFormat.HISTORY: ("history", "text/csv"),
    ReviewFormat.CODEBOOK: ("codebook", "text/markdown"),
    ReviewFormat.LABEL_STUDIO: ("for Label Studio", "application/json"),
    ReviewFormat.LABEL_STUDIO_CONFIG: ("Label Studio’s interface", "application/xml"),
    ReviewFormat.ARGILLA: ("for Argilla", "application/json"),
}


def show_files(reviews: Reviews, review: Review, library: Library, reader: str | None) -> None:
    """Show how the review was made, and offer its files, another codebook, and its removal."""
    made = review.settings
    pool = (f"{number:,} {VERDICT[Stance(label)]}" for label, number in made.of.items())
    thresholds = ""
    if made.least_probability is not None and made.least_similarity is not None:
        thresholds = (
            f"probability {made.least_probability:g} and similarity {made.least_similarity:g} or "
            "more for a label"
        )
    st.html(
        facts_html(
            [
                ("Pairs", f"{len(review):,}, {CHOICES[made.choice]}{_seeded(made.chosen_seed)}"),
                ("From", made.subject),
                ("There were", ", ".join(pool)),
                ("Left out", _of_finished(made.left_out)),
                ("Read before", _of_finished(made.read_before)),
                ("Thresholds", thresholds),
                ("Order", f"{READING_ORDERS[made.order]}{_seeded(made.order_seed)}"),
                ("Readers", ", ".join(review.readers)),
                ("Model’s label shown", WHEN_SHOWN[made.machine_shown]),
                ("Made on", review.created[:10]),
                ("Library digest", made.library_digest),
                ("Kept in", str(reviews.path)),
            ]
        )
    )
    st.html(section_html("Files"))
    if not review.is_finished:
        whose = f"only {reader}’s" if reader else "nobody’s"
        small(f"Until all readers have handed in, {whose} answers are written.")
    with st.container(horizontal=True, gap="small"):
        for format, (label, mime) in _FILES.items():
            file_download(
                f"Download {label}",
                f"review-{format.value}{format.suffix}",
                partial(review_bytes, review, format, library=library, seen_by=reader),
                f"r_file-{format.value}",
                mime,
            )
    with st.expander("Answers from a file"):
        _take_answers(review)
    with st.expander("Another codebook"):
        _change_codebook(review, reader)
    with st.popover("Delete this review", type="tertiary"):
        small(f"“{review.name}” is deleted for good, with all its answers and its history.")
        if st.button("Delete it for good", key="r_remove_go"):
            reviews.delete(review.name)
            st.rerun()


def _take_answers(review: Review) -> None:
    """Offer to take a reader's answers from a file, all or none."""
    left = review.still_reading
    if not left:
        small("All readers have handed in: no more answers are taken.")
        return
    reader = st.selectbox("Whose answers", left, key=f"r_answers_of-{review.number}") or left[0]
    file = st.file_uploader(
        "CSV, TSV or JSONL with the columns pair and answer",
        type=["csv", "tsv", "jsonl"],
        key=f"r_answers_file-{review.number}",
        help="Confidence and note are optional. An exported review is such a file.",
    )
    if not st.button("Take these answers", key="r_answers_go"):
        return
    with errors_as_sentences():
        if file is None:
            raise ReviewError("Choose a file of answers first.")
        with on_disk([file]) as (path,):
            answers = read_answers(path, review, reader)
        changed = review.answer_many(reader, answers)
        notice(f"{counted(len(answers), 'answer')} of {reader} taken, {changed:,} of them new.")


def _change_codebook(review: Review, reader: str | None) -> None:
    """Let the codebook be changed while somebody is still reading."""
    if review.is_finished:
        small("All readers have handed in, so the codebook they used stays.")
        return
    key = f"r_codebook-{review.number}-{widget_key(review.codebook)}"
    text = st.text_area("Codebook", review.codebook, key=key, height=340)
    by = st.text_input(
        "Who changes it",
        reader or "",
        key=f"r_codebook_by-{review.number}-{widget_key(reader or '')}",
        max_chars=100,
    )
    small("The history keeps the earlier one, and who changed it.")
    if st.button("Keep this codebook", key="r_codebook_go"):
        with errors_as_sentences():
            review.change_codebook(text or "", by or "")
            notice("Kept.")


def _seeded(seed: int | None) -> str:
    return "" if seed is None else f" (seed {seed})"


def _of_finished(number: int | None) -> str:
    return f"{counted(number, 'pair')} of a finished review" if number else ""
