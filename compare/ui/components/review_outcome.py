"""What a review shows: agreement with intervals, confusions, estimates; and its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from compare.errors import ReviewError
from compare.export.html import facts_html, section_html, table_html
from compare.export.words import VERDICT, counted, percent
from compare.library.library import Library
from compare.models.values import Stance
from compare.review import (
    FINAL,
    NO_INTERVAL_NOTE,
    Agreement,
    Confusion,
    Estimates,
    Figure,
    Reliability,
    Review,
    ReviewFormat,
    Reviews,
    agreement,
    review_bytes,
)
from compare.ui.components.downloads import file_download
from compare.ui.components.layout import notice, small, widget_key
from compare.ui.components.review_setup import CHOICES, ORDERS, WHEN_SHOWN, take_answers

_FILES = {
    ReviewFormat.CSV: ("CSV", "text/csv"),
    ReviewFormat.JSONL: ("JSONL", "application/x-ndjson"),
    ReviewFormat.HISTORY: ("history", "text/csv"),
    ReviewFormat.CODEBOOK: ("codebook", "text/markdown"),
    ReviewFormat.LABEL_STUDIO: ("for Label Studio", "application/json"),
    ReviewFormat.LABEL_STUDIO_CONFIG: ("Label Studio’s interface", "application/xml"),
    ReviewFormat.ARGILLA: ("for Argilla", "application/json"),
}


# -- Figures -------------------------------------------------------------------------------------


def show_agreement(review: Review) -> None:
    """Show all figures, or what is missing for them."""
    if not review.is_finished:
        left = [name for name in review.readers if name not in review.handed_in]
        notice(
            "Answers and figures are shown once all readers have handed in. Still reading: "
            f"{', '.join(left)}."
        )
        return
    found = agreement(review)
    if found.overall:
        _show_readers(found, found.overall)
    st.html(section_html("The model’s labels"))
    if found.estimates:
        _show_estimates(found.estimates)
    else:
        notice(found.no_estimates)
    for caution in found.cautions:
        notice(caution)
    for name, table in found.with_machine.items():
        who = "The final answers" if name == FINAL else name
        _show_confusion(f"{who} (rows) and the model (columns)", table)


def _show_readers(found: Agreement, overall: Reliability) -> None:
    st.html(section_html("The readers"))
    small(
        f"Both labelled {counted(overall.pairs, 'pair')} of {found.pairs:,}; they differ on "
        f"{found.differ:,}, of which {found.decided:,} are decided."
    )
    rows = {"All labels": overall}
    rows |= {f"{VERDICT[stance]}, or not": of for stance, of in found.by_label.items()}
    _show_reliability("Agreement of the readers, on all labels and on each", rows)
    if found.by_topic:
        _show_reliability("Agreement by topic", found.by_topic)
    small(
        "In brackets are 95 % intervals: Wilson intervals for agreement; bootstrap intervals for "
        "Cohen’s kappa and Krippendorff’s alpha (nominal), which correct for chance. Kappa and "
        "alpha are undefined if only one label was used."
    )
    if found.lacks_interval:
        small(NO_INTERVAL_NOTE)
    if found.between:
        first, second = found.readers
        _show_confusion(f"{first} (rows) and {second} (columns)", found.between)


def _show_reliability(caption: str, rows: Mapping[str, Reliability]) -> None:
    st.html(section_html(caption, 3))
    body = [
        (
            name or "no topic",
            f"{of.pairs:,}",
            _figure(of.agreement, percent),
            _figure(of.kappa, "{:.2f}".format),
            _figure(of.alpha, "{:.2f}".format),
        )
        for name, of in rows.items()
    ]
    st.html(table_html(caption, ("", "Pairs", "Agreement", "Kappa", "Alpha"), body, figures=True))


def _figure(of: Figure | None, written: Callable[[float], str]) -> str:
    if of is None or of.value is None:
        return "–"
    if of.low is None or of.high is None:
        return written(of.value)
    return f"{written(of.value)} ({written(of.low)} to {written(of.high)})"


def _show_confusion(caption: str, table: Confusion) -> None:
    st.html(section_html(caption, 3))
    words = list(VERDICT.values())
    rows = [(word, *(f"{n:,}" for n in row)) for word, row in zip(words, table, strict=True)]
    st.html(table_html(caption, ("", *words), rows, figures=True))


def _show_estimates(found: Estimates) -> None:
    caption = "How often the labels are right, estimated from the random sample"
    st.html(section_html(caption, 3))
    rows = [
        (
            VERDICT[stance],
            f"{of.called:,}",
            _figure(of.precision, percent),
            f"{of.found:,}",
            _figure(of.recall, percent),
        )
        for stance, of in found.labels.items()
    ]
    head = ("", "Labelled so", "Of these right (precision)", "Are so", "Of these found (recall)")
    st.html(table_html(caption, head, rows, figures=True))
    intervals = sorted({of.recall_interval for of in found.labels.values() if of.recall})
    small(
        f"Of {counted(found.pairs, 'pair')} labelled by people, the model gives "
        f"{_figure(found.accuracy, percent)} the same label ({found.accuracy_interval} interval). "
        f"{found.left_out:,} could not be judged.",
        "In brackets are 95 % intervals: Wilson intervals for precision"
        + (f"; {' and '.join(intervals)} intervals for recall." if intervals else "."),
        "Recall is among the pairs that were read; what was not read cannot be counted."
        if intervals
        else "Recall cannot be estimated: no pair was drawn that the model labels neither.",
    )


# -- Files and settings --------------------------------------------------------------------------


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
                ("Order", f"{ORDERS[made.order]}{_seeded(made.order_seed)}"),
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
        take_answers(review)
    with st.expander("Another codebook"):
        _change_codebook(review, reader)
    with st.popover("Delete this review", type="tertiary"):
        small(f"“{review.name}” is deleted for good, with all its answers and its history.")
        if st.button("Delete it for good", key="r_remove_go"):
            reviews.delete(review.name)
            st.rerun()


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
        try:
            review.change_codebook(text or "", by or "")
        except ReviewError as error:
            notice(str(error), error=True)
        else:
            notice("Kept.")


def _seeded(seed: int | None) -> str:
    return "" if seed is None else f" (seed {seed})"


def _of_finished(number: int | None) -> str:
    return f"{counted(number, 'pair')} of a finished review" if number else ""
