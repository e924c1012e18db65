"""What a review says: agreement with intervals, confusions, estimates; and its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from compare.errors import ReviewError
from compare.export.pieces import facts_html, section_html, table_html
from compare.export.words import VERDICT, counted, percent
from compare.library.library import Library
from compare.results.result import Stance
from compare.review.agreement import FINAL, Agreement, Table, agreement
from compare.review.answers import Review
from compare.review.estimates import Estimates
from compare.review.exporting import ReviewFormat, review_bytes
from compare.review.reliability import NO_INTERVAL, Figure, Reliability
from compare.review.reviews import Reviews
from compare.review.values import Choice, MachineShown, Order, Settings
from compare.ui.components.layout import notice, small, widget_key
from compare.ui.components.review_upload import take_answers

_FILES = {
    ReviewFormat.CSV: ("CSV", "text/csv"),
    ReviewFormat.JSONL: ("JSONL", "application/x-ndjson"),
    ReviewFormat.HISTORY: ("history", "text/csv"),
    ReviewFormat.CODEBOOK: ("codebook", "text/markdown"),
    ReviewFormat.LABEL_STUDIO: ("for Label Studio", "application/json"),
    ReviewFormat.LABEL_STUDIO_CONFIG: ("Label Studio’s interface", "application/xml"),
    ReviewFormat.ARGILLA: ("for Argilla", "application/json"),
}
_CHOSEN = {
    Choice.RANDOM: "drawn at random",
    Choice.STRATIFIED: "drawn at random, as many of each label",
    Choice.WHOLE: "all of them",
    Choice.IMPORTED: "from a file",
}
_ORDERED = {
    Order.RANDOM: "at random",
    Order.UNCERTAIN: "the least sure of the model first",
    Order.INFORMATIVE: "where the fast and the accurate model differ most first",
    Order.GIVEN: "as they came",
}
_SHOWN = {
    MachineShown.AFTER: "after the answer to each pair",
    MachineShown.END: "when all readers are done",
    MachineShown.BEFORE: "from the start: no independent reading",
}
_NONE = "–"


def show_agreement(review: Review) -> None:
    """Show all figures, or what is lacking for them."""
    if not review.is_open:
        left = [name for name in review.readers if name not in review.handed_in]
        notice(
            "Answers and figures are shown once all readers have handed in. Still reading: "
            f"{', '.join(left)}."
        )
        return
    found = agreement(review)
    if found.overall:
        _readers(found, found.overall)
    st.html(section_html("The model’s labels"))
    if found.estimates:
        _estimates(found.estimates)
    else:
        notice(found.no_estimates)
    for caution in found.cautions:
        notice(caution)
    for name, table in found.with_machine.items():
        who = "What people say in the end" if name == FINAL else name
        _confusion(f"{who} (rows) and the model (columns)", table)


def _readers(found: Agreement, overall: Reliability) -> None:
    st.html(section_html("The readers"))
    small(
        f"Both labelled {counted(overall.pairs, 'pair')} of {found.pairs:,}; they differ on "
        f"{found.differ:,}, of which {found.decided:,} are decided."
    )
    rows = {"All labels": overall}
    rows |= {f"{VERDICT[stance]}, or not": of for stance, of in found.by_label.items()}
    _reliability("Agreement of the readers, of all labels and of each", rows)
    if found.by_topic:
        _reliability("Agreement by topic", found.by_topic)
    small(
        "In brackets 95 % intervals: Wilson’s for agreement, bootstrap ones for Cohen’s kappa and "
        "Krippendorff’s alpha (nominal), which count out what chance alone would give. Where only "
        "one label was used they are not defined."
    )
    if found.lacks_interval:
        small(NO_INTERVAL)
    if found.between:
        first, second = found.readers
        _confusion(f"{first} (rows) and {second} (columns)", found.between)


def _reliability(caption: str, rows: Mapping[str, Reliability]) -> None:
    st.html(section_html(caption, 3))
    body = [
        (
            name or "no topic",
            f"{of.pairs:,}",
            _figure(of.agreement, percent),
            _figure(of.kappa, _two),
            _figure(of.alpha, _two),
        )
        for name, of in rows.items()
    ]
    st.html(table_html(caption, ("", "Pairs", "Agreement", "Kappa", "Alpha"), body, figures=True))


def _two(value: float) -> str:
    return f"{value:.2f}"


def _figure(of: Figure | None, written: Callable[[float], str]) -> str:
    if of is None or of.value is None:
        return _NONE
    if of.low is None or of.high is None:
        return written(of.value)
    return f"{written(of.value)} ({written(of.low)} to {written(of.high)})"


def _confusion(caption: str, table: Table) -> None:
    st.html(section_html(caption, 3))
    words = list(VERDICT.values())
    rows = [(word, *(f"{n:,}" for n in row)) for word, row in zip(words, table, strict=True)]
    st.html(table_html(caption, ("", *words), rows, figures=True))


def _estimates(found: Estimates) -> None:
    caption = "How often the labels are right, from the random sample"
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
    head = ("", "Called so", "Of these right", "Are so", "Of these found")
    st.html(table_html(caption, head, rows, figures=True))
    recalled = any(of.recall for of in found.labels.values())
    whose = {of.recall_interval for of in found.labels.values() if of.recall}
    small(
        f"Of {counted(found.pairs, 'pair')} that people labelled, the model labels "
        f"{_figure(found.accuracy, percent)} alike ({found.accuracy_interval} interval); "
        f"{found.left_out:,} could not be judged.",
        "In brackets 95 % intervals: Wilson’s for what is right"
        + (f", {' and '.join(sorted(whose))} ones for what is found." if recalled else "."),
        "“Found” is of the pairs that were read; what was not read, nobody can count."
        if recalled
        else "What the model misses cannot be told: no pair was drawn that it labels neither.",
    )


# -- Files and settings --------------------------------------------------------------------------


def _cut(made: Settings) -> str:
    if made.least_probability is None or made.least_similarity is None:
        return ""
    return (
        f"a label from probability {made.least_probability:g} and closeness "
        f"{made.least_similarity:g} on"
    )


def show_files(reviews: Reviews, review: Review, library: Library, reader: str | None) -> None:
    """Show how the review was made, and offer its files, another codebook, and its removal."""
    made = review.settings
    st.html(
        facts_html(
            [
                ("Pairs", f"{len(review):,}, {_CHOSEN[made.choice]}{_seeded(made.chosen_seed)}"),
                ("From", made.subject),
                ("There were", _pool(made.of)),
                ("Left out", _held(made.left_out)),
                ("Read before", _held(made.read_before or 0)),
                ("Cut", _cut(made)),
                ("Order", f"{_ORDERED[made.order]}{_seeded(made.order_seed)}"),
                ("Readers", ", ".join(review.readers)),
                ("Model’s label shown", _SHOWN[made.machine_shown]),
                ("Made on", review.created[:10]),
                ("Library digest", made.library_digest),
                ("Kept in", str(reviews.path)),
            ]
        )
    )
    st.html(section_html("Files"))
    if not review.is_open:
        whose = f"only {reader}’s" if reader else "nobody’s"
        small(f"Until all readers have handed in, {whose} answers are written.")
    with st.container(horizontal=True, gap="small"):
        for format, (label, mime) in _FILES.items():
            st.download_button(
                f"Download {label}",
                data=_written(review, format, library, reader),
                file_name=f"review-{format.value}{format.suffix}",
                mime=mime,
                on_click="ignore",
                key=f"r_file-{format.value}",
            )
    with st.expander("Answers from a file"):
        take_answers(review)
    with st.expander("Another codebook"):
        _another_codebook(review, reader)
    with st.popover("Remove this review", type="tertiary"):
        small(f"“{review.name}” goes for good, with all answers and its history.")
        if st.button("Remove it for good", key="r_remove_go"):
            reviews.delete(review.name)
            st.rerun()


def _another_codebook(review: Review, reader: str | None) -> None:
    """Let the codebook be changed while somebody still reads."""
    if review.is_open:
        small("All readers have handed in: the codebook that they went by stands.")
        return
    key = f"r_codebook-{review.number}-{widget_key(review.codebook)}"
    text = st.text_area("Codebook", review.codebook, key=key, height=340)
    by = st.text_input(
        "Who changes it",
        reader or "",
        key=f"r_codebook_by-{review.number}-{widget_key(reader or '')}",
        max_chars=100,
    )
    small("The history keeps the one before, and says who changed it.")
    if st.button("Keep this codebook", key="r_codebook_go"):
        try:
            review.change_codebook(text or "", by or "")
        except ReviewError as error:
            notice(str(error), error=True)
        else:
            notice("Kept.")


def _seeded(seed: int | None) -> str:
    return "" if seed is None else f" (seed {seed})"


def _held(number: int) -> str:
    return f"{counted(number, 'pair')} of a finished review" if number else ""


def _pool(of: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {VERDICT[Stance(label)]}" for label, number in of.items())


def _written(
    review: Review, format: ReviewFormat, library: Library, reader: str | None
) -> Callable[[], bytes]:
    """Return what writes the file when a button is pressed, on a thread without a session."""

    def write() -> bytes:
        return review_bytes(review, format, library=library, seen_by=reader)

    return write
