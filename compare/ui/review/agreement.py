"""How far readers agree, what that says of the model, and a result’s counts as corrected by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from compare.errors import ReviewError
from compare.export import VERDICT, counted, percent, section_html, table_html, verdict_word
from compare.facade import Library
from compare.results import Figure, Result
from compare.review import (
    FINAL,
    Agreement,
    Confusion,
    Estimates,
    Reliability,
    Review,
    Reviews,
    agreement,
    corrected,
    followed,
    labels_for,
)
from compare.review.drawing import frame_digest
from compare.ui.components.layout import notice, small

_FEW = 50
"""Pairs of a result, of fewer of which no number of labels is named: they can all be read."""


def show_agreement(review: Review) -> None:
    """Show how far the readers agree, and how often the model is right, once all have handed in."""
    if not review.is_finished:
        left = review.still_reading
        notice(
            "Answers and figures are shown once all readers have handed in. Still reading: "
            f"{', '.join(left)}."
        )
        return
    measured = agreement(review)
    if measured.overall:
        _show_readers(measured, measured.overall)
    st.html(section_html("The model’s labels"))
    if measured.estimates:
        _show_estimates(measured.estimates)
    else:
        notice(measured.no_estimates)
    if review.settings.plan:
        small(followed(review))
    for caution in measured.cautions:
        notice(caution)
    for name, table in measured.with_machine.items():
        who = "The final answers" if name == FINAL else name
        _show_confusion(f"{who} (rows) and the model (columns)", table)


def _show_readers(measured: Agreement, overall: Reliability) -> None:
    st.html(section_html("The readers"))
    small(
        f"Two or more labelled {counted(overall.pairs, 'pair')} of {measured.pairs:,}; they differ "
        f"on {measured.differ:,}, of which {measured.decided:,} are decided."
    )
    rows = {"All labels": overall}
    rows |= {f"{VERDICT[stance]}, or not": of for stance, of in measured.by_label.items()}
    _show_reliability("Agreement of the readers, on all labels and on each", rows)
    if measured.by_topic:
        _show_reliability("Agreement by topic", measured.by_topic)
    small(
        "In brackets are 95 % intervals. Cohen’s kappa, of two readers, and Krippendorff’s alpha "
        "correct for chance; they are undefined if only one label was used. Ordinal alpha counts "
        "“agrees” against “opposes” as a greater difference than either against “neither”. Each "
        "pair is weighted by the number of pairs that it represents."
    )
    if len(measured.pairwise) > 1:
        two = {f"{one.first} and {one.second}": one.figures for one in measured.pairwise}
        _show_reliability("Agreement of every two readers", two)
    for one in measured.pairwise:
        _show_confusion(f"{one.first} (rows) and {one.second} (columns)", one.table)


def _show_reliability(caption: str, rows: Mapping[str, Reliability]) -> None:
    body = [
        (
            *(name or "no topic", f"{of.pairs:,}", _figure(of.agreement)),
            *(_figure(one, "{:.2f}".format) for one in (of.kappa, of.alpha, of.alpha_ordinal)),
        )
        for name, of in rows.items()
    ]
    _show_table(caption, ("", "Pairs", "Agreement", "Kappa", "Alpha", "Ordinal alpha"), body)


def _show_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    st.html(section_html(caption, 3))
    st.html(table_html(caption, head, rows, figures=True))


def _figure(of: Figure | None, written: Callable[[float], str] = percent) -> str:
    """Return "67 % (9 % to 91 %)"; without an interval "67 %", and a dash for no value."""
    if of is None or of.value is None:
        return "–"
    shown = written(of.value)
    if of.low is None or of.high is None:
        return shown
    return f"{shown} ({written(of.low)} to {written(of.high)})"


def _show_confusion(caption: str, table: Confusion) -> None:
    words = list(VERDICT.values())
    rows = [(word, *(f"{n:,}" for n in row)) for word, row in zip(words, table, strict=True)]
    _show_table(caption, ("", *words), rows)


def _show_estimates(estimates: Estimates) -> None:
    caption = "How often the labels are right, estimated from the random sample"
    rows = [
        (
            *(VERDICT[stance], f"{of.called:,}", _figure(of.precision)),
            *(f"{of.found:,}", _figure(of.recall)),
        )
        for stance, of in estimates.labels.items()
    ]
    head = ("", "Model’s labels", "Right (precision)", "Readers’ labels", "Found (recall)")
    _show_table(caption, head, rows)
    small(
        f"Of {counted(estimates.pairs, 'pair')} labelled by people, the model gives "
        f"{_figure(estimates.accuracy)} the same label. "
        f"{estimates.left_out:,} could not be judged.",
        f"{estimates.frame} In brackets are 95 % intervals.",
    )
    shares = [
        (VERDICT[stance], percent(of.raw), _figure(of.corrected))
        for stance, of in estimates.labels.items()
        if of.corrected
    ]
    if shares:
        _show_table(
            f"Shares of the {counted(estimates.pool, 'pair')}",
            ("", "The model’s labels", "Corrected by the readers’ labels"),
            shares,
        )
    else:
        small(
            "Recall and corrected shares cannot be estimated: the sample has no pair that the "
            "model labels neither."
        )
    for by, groups in estimates.by.items():
        if len(groups) > 1:
            body = [(one.name, f"{one.pairs:,}", _figure(one.accuracy)) for one in groups]
            _show_table(f"Labels that are right, by {by}", ("", "Pairs", "Right"), body)


# -- The counts of a result ------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=100)
def _corrected(
    state: tuple[object, ...], frame: str, _reviews: Reviews, _result: Result
) -> tuple[Review, Estimates] | None:
    return corrected(_reviews, _result)


def counts_note(result: Result, library: Library) -> None:
    """Show the counts of a result as its review corrects them, or say how many labels would."""
    pool = len(result.pairs)
    try:
        reviews = Reviews.of(library)
        known = _corrected(reviews.state(), frame_digest(result), reviews, result)
    except ReviewError:  # the page Review says what is wrong with the file
        known = None
    if known:
        review, of_sample = known
        shares = "; ".join(
            f"{verdict_word(result, stance).lower()} {percent(of.raw)} → {_figure(of.corrected)}"
            for stance, of in of_sample.labels.items()
            if of.corrected
        )
        small(
            f"Of all {counted(pool, 'pair')}, by the model → corrected by "
            f"{counted(of_sample.pairs, 'label')} of the review “{review.name}”: {shares}."
        )
    elif pool >= _FEW and (result.agree or result.oppose):
        some, more = (labels_for(width, pool) for width in (0.1, 0.05))
        small(
            f"Counts of these {counted(pool, 'pair')} are the model’s. {some:,} labels of a "
            f"plain random sample would give each share to within 10 points, {more:,} to within 5."
        )
