"""Make a review: from what was compared or found last, or from a file of pairs."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from compare.errors import CompareError, ReviewError
from compare.export.words import VERDICT, counted
from compare.library.library import Library
from compare.results.pairs import PairTable
from compare.results.result import SearchResult, Stance
from compare.review.codebook import CODEBOOK
from compare.review.drawing import Drawn, draw, imported, with_divergence
from compare.review.importing import ImportedPairs, read_review_pairs
from compare.review.reviews import Reviews
from compare.review.values import Choice, MachineShown, Order
from compare.ui import REVIEW_PAGE
from compare.ui.components.layout import notice, small
from compare.ui.components.review_upload import read_upload, upload_name
from compare.ui.components.service import stance_model

TO_REVIEW = "to-review"
"""Session state: the result of which a review was asked for last."""

SWITCH_TO = "switch-to-review"
"""Session state: the name of the review that was made on the last run."""

_FILE = "A file of pairs"
CUT = "cut-"
"""Session state: begins the keys of the tables that pages show, as they are cut there."""

_KEPT = tuple(f"{CUT}{page}" for page in ("sides", "timeline"))
_CHOICES = {
    "At random": Choice.RANDOM,
    "At random, as many of each label": Choice.STRATIFIED,
    "All of them": Choice.WHOLE,
}
_ORDERS = {
    "At random": Order.RANDOM,
    "The least sure of the model first": Order.UNCERTAIN,
    "Where its fast and its accurate half differ most first": Order.INFORMATIVE,
    "As they come": Order.GIVEN,
}
_SHOWN = {
    "After the answer": MachineShown.AFTER,
    "When all are done": MachineShown.END,
    "From the start": MachineShown.BEFORE,
}
_MOST = 10_000


def review_link(result: SearchResult | PairTable, key: str) -> None:
    """Offer to make a review of a result."""
    if st.button("Review these pairs by hand", key=key):
        st.session_state[TO_REVIEW] = result
        st.switch_page(REVIEW_PAGE, query_params={})


def make_review(reviews: Reviews, library: Library) -> None:
    """Show the form of a new review, and make it when that is asked for."""
    names = st.columns(3)
    name = names[0].text_input("Name of the review", key="r_new_name", max_chars=100)
    first = names[1].text_input("First reader", key="r_new_first", max_chars=100)
    second = names[2].text_input(
        "Second reader",
        key="r_new_second",
        max_chars=100,
        placeholder="nobody: you read alone",
    )
    source = _source(library)
    left, right = st.columns(2)
    order = _ORDERS[
        left.selectbox("In which order they are read", list(_ORDERS), key="r_new_order")
        or "At random"
    ]
    shown = _SHOWN[
        right.selectbox(
            "When readers see the model’s label",
            list(_SHOWN),
            key="r_new_shown",
            help="It is written into every export. From the start, nobody reads independently.",
        )
        or "After the answer"
    ]
    with st.expander("The codebook: what readers go by"):
        codebook = st.text_area("Codebook", CODEBOOK, key="r_new_codebook", height=340)
    seed = int(st.number_input("Seed of draw and order", 0, 10**6, 0, key="r_new_seed"))
    if not st.button("Make the review", type="primary", key="r_new_go"):
        return
    if source is None:
        notice("Choose a file of pairs first.", error=True)
        return
    try:
        drawn = source.drawn(seed, reviews)
        if order is Order.INFORMATIVE:
            drawn = _read_by_both(drawn)
        review = reviews.create(
            name,
            drawn,
            [reader for reader in (first, second) if reader.strip()],
            order=order,
            seed=seed,
            machine_shown=shown,
            codebook=codebook or CODEBOOK,
        )
    except CompareError as error:
        notice(str(error), error=True)
        return
    st.session_state[SWITCH_TO] = review.name
    st.rerun()


class _Source(NamedTuple):
    """Where the pairs come from, and how they are chosen."""

    result: SearchResult | PairTable | ImportedPairs
    subject: str
    choice: Choice = Choice.IMPORTED
    size: int = 0
    stances: tuple[Stance, ...] = ()
    fresh: bool = False

    def drawn(self, seed: int, reviews: Reviews) -> Drawn:
        if isinstance(self.result, ImportedPairs):
            return imported(self.result.pairs, self.subject)
        finished = reviews.finished_pairs() if self.fresh else frozenset()
        return draw(self.result, self.choice, self.size, seed, self.stances, without=finished)


def _source(library: Library) -> _Source | None:
    at_hand = _at_hand(library)
    options = [*at_hand, _FILE]
    chosen = st.selectbox("Which pairs", options, key="r_new_source") or options[0]
    if chosen not in at_hand:
        if not at_hand:
            small(
                "Compare two sides, or press “Review these pairs by hand” below a search, and what "
                "you found is offered here: a random sample says how often the model is right."
            )
        return _file(library)
    result = at_hand[chosen]
    how, many, which = st.columns([2, 1, 2])
    choice = _CHOICES[
        how.selectbox(
            "How pairs are chosen",
            list(_CHOICES),
            key="r_new_choice",
            help="Only pairs drawn at random say how often the model is right.",
        )
        or "At random"
    ]
    size = many.number_input(
        "Pairs to draw",
        1,
        _MOST,
        100,
        key="r_new_size",
        disabled=choice is Choice.WHOLE,
    )
    words = {VERDICT[stance]: stance for stance in Stance}
    labels = which.multiselect(
        "Labels of the model",
        list(words),
        default=list(words),
        key="r_new_labels",
        help="Without “Neither” nothing can be said of what the model misses.",
    )
    fresh = st.checkbox(
        "Only pairs that no finished review holds",
        key="r_new_fresh",
        help="For a model that was adapted: the pairs it has learned from do not say how often it "
        "is right. Estimates are then of the pairs that are left.",
    )
    stances = tuple(words[label] for label in labels)
    return _Source(result, chosen, choice, int(size), stances, fresh)


def _at_hand(library: Library) -> dict[str, SearchResult | PairTable]:
    """Return what was found in this library in this session, by what it is in words."""
    kept = [st.session_state.get(TO_REVIEW)]
    kept += [st.session_state.get(name) for name in _KEPT]
    found: dict[str, SearchResult | PairTable] = {}
    for result in kept:
        if result is None or result.provenance.library_digest != library.digest:
            continue
        if isinstance(result, PairTable):
            words, read = result.subject, len(result.pairs)
        else:
            words, read = " ".join(result.quote.text.split()), len(result.scored)
            words = f"“{words if len(words) < 80 else f'{words[:79]}…'}”"
        least = result.thresholds
        cut = f"cut at {least.probability:.2f} and {least.similarity:.2f}"
        found.setdefault(f"{words} ({counted(read, 'pair')}, {cut})", result)
    return found


def _file(library: Library) -> _Source | None:
    uploaded = st.file_uploader(
        "CSV, TSV or JSONL with a pair each row",
        type=["csv", "tsv", "jsonl"],
        key="r_new_file",
        help="Columns a and b hold the words; a_speaker, a_country, a_date, a_context and the same "
        "of b, an id (pair) and a topic may be there. Exports of this program are such files.",
    )
    if uploaded is None:
        return None
    name = upload_name(uploaded.name)
    found = read_upload(name, uploaded.getvalue(), lambda path: read_review_pairs(path, library))
    small(f"{counted(len(found.pairs), 'pair')} in {name}.")
    if found.unread:
        small(f"Columns that are not read: {', '.join(found.unread)}.")
    return _Source(found, name)


def _read_by_both(drawn: Drawn) -> Drawn:
    """Have the two models of the cascade read the pairs, with a progress bar."""
    from compare.models.cascade import CascadeStance

    model = stance_model()
    if not isinstance(model, CascadeStance):
        raise ReviewError("There is one model here, not two: choose another order.")
    bar = st.progress(0.0, text="Reading the pairs with both models")

    def on_progress(done: int, total: int) -> None:
        bar.progress(done / total, text=f"{done:,} of {total:,} readings")

    try:
        pairs = with_divergence(drawn.pairs, model.fast, model.accurate, on_progress)
    finally:
        bar.empty()
    return replace(drawn, pairs=tuple(pairs))
