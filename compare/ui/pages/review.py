"""Review: pairs read by hand, by one reader or more, and how far they agree."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from compare.export import VERDICT, counted, percent, section_html, table_html
from compare.results import Figure
from compare.review import (
    FINAL,
    Agreement,
    Confusion,
    Estimates,
    Reliability,
    Review,
    Reviews,
    agreement,
    followed,
)
from compare.ui.components.layout import (
    NOBODY,
    choose_one,
    notice,
    page,
    signed_in,
    small,
    with_interval,
)
from compare.ui.components.review_reading import decide_review, read_review
from compare.ui.components.review_setup import (
    choose_reader,
    choose_review,
    make_review,
    show_files,
)
from compare.ui.components.service import choose_library

_READ, _DECIDE, _AGREE, _FILES = _VIEWS = ("Read", "Differences", "Agreement", "Files")


def _show_agreement(review: Review) -> None:
    if not review.is_finished:
        left = review.still_reading
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
    if review.settings.plan:
        small(followed(review))
    for caution in found.cautions:
        notice(caution)
    for name, table in found.with_machine.items():
        who = "The final answers" if name == FINAL else name
        _show_confusion(f"{who} (rows) and the model (columns)", table)


def _show_readers(found: Agreement, overall: Reliability) -> None:
    st.html(section_html("The readers"))
    small(
        f"Two or more labelled {counted(overall.pairs, 'pair')} of {found.pairs:,}; they differ on "
        f"{found.differ:,}, of which {found.decided:,} are decided."
    )
    rows = {"All labels": overall}
    rows |= {f"{VERDICT[stance]}, or not": of for stance, of in found.by_label.items()}
    _show_reliability("Agreement of the readers, on all labels and on each", rows)
    if found.by_topic:
        _show_reliability("Agreement by topic", found.by_topic)
    small(
        "In brackets are 95 % intervals. Cohen’s kappa, of two readers, and Krippendorff’s alpha "
        "correct for chance; they are undefined if only one label was used. Ordinal alpha counts "
        "“agrees” against “opposes” as a greater difference than either against “neither”. Each "
        "pair is weighted by the number of pairs that it represents."
    )
    if len(found.pairwise) > 1:
        two = {f"{one.first} and {one.second}": one.figures for one in found.pairwise}
        _show_reliability("Agreement of every two readers", two)
    for one in found.pairwise:
        _show_confusion(f"{one.first} (rows) and {one.second} (columns)", one.table)


def _show_reliability(caption: str, rows: Mapping[str, Reliability]) -> None:
    body = [
        (
            name or "no topic",
            f"{of.pairs:,}",
            _figure(of.agreement),
            _figure(of.kappa, "{:.2f}".format),
            _figure(of.alpha, "{:.2f}".format),
            _figure(of.alpha_ordinal, "{:.2f}".format),
        )
        for name, of in rows.items()
    ]
    _show_table(caption, ("", "Pairs", "Agreement", "Kappa", "Alpha", "Ordinal alpha"), body)


def _show_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    st.html(section_html(caption, 3))
    st.html(table_html(caption, head, rows, figures=True))


def _figure(of: Figure | None, written: Callable[[float], str] = percent) -> str:
    return with_interval(of.value, of.low, of.high, written) if of else "–"


def _show_confusion(caption: str, table: Confusion) -> None:
    words = list(VERDICT.values())
    rows = [(word, *(f"{n:,}" for n in row)) for word, row in zip(words, table, strict=True)]
    _show_table(caption, ("", *words), rows)


def _show_estimates(found: Estimates) -> None:
    caption = "How often the labels are right, estimated from the random sample"
    rows = [
        (
            VERDICT[stance],
            f"{of.called:,}",
            _figure(of.precision),
            f"{of.found:,}",
            _figure(of.recall),
        )
        for stance, of in found.labels.items()
    ]
    head = ("", "Model’s labels", "Right (precision)", "Readers’ labels", "Found (recall)")
    _show_table(caption, head, rows)
    small(
        f"Of {counted(found.pairs, 'pair')} labelled by people, the model gives "
        f"{_figure(found.accuracy)} the same label. {found.left_out:,} could not be judged.",
        f"{found.frame} In brackets are 95 % intervals.",
    )
    shares = [
        (VERDICT[stance], percent(of.raw), _figure(of.corrected))
        for stance, of in found.labels.items()
        if of.corrected
    ]
    if shares:
        _show_table(
            f"Shares of the {counted(found.pool, 'pair')}",
            ("", "The model’s labels", "Corrected by the readers’ labels"),
            shares,
        )
    else:
        small(
            "Recall and corrected shares cannot be estimated: the sample has no pair that the "
            "model labels neither."
        )
    for by, groups in found.by.items():
        if len(groups) > 1:
            body = [(one.name, f"{one.pairs:,}", _figure(one.accuracy)) for one in groups]
            _show_table(f"Labels that are right, by {by}", ("", "Pairs", "Right"), body)


with page(
    "Review",
    "Label pairs yourself, alone or with other readers who cannot see your answers, and measure "
    "how far you agree with each other and with the model.",
):
    library = choose_library()
    reviews = Reviews.of(library)
    review = choose_review(reviews)
    reader = choose_reader(review) if review else None
    if review is None:
        st.html(section_html("A new review"))
        make_review(reviews, library)
    else:
        view = choose_one("Show", _VIEWS, "r_view")
        st.html(section_html(review.name))
        if view == _READ and reader:
            read_review(review, reader, library)
        elif view == _READ:
            small("Choose in the sidebar who reads." if signed_in() is None else NOBODY)
        elif view == _DECIDE and review.is_finished:
            decide_review(review, library)
        elif view == _FILES:
            show_files(reviews, review, library, reader)
        else:
            _show_agreement(review)
