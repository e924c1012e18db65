"""Choose a review, its reader and what is shown; or make a new one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

import streamlit as st

from compare.errors import ReviewError
from compare.export.markdown import inert
from compare.export.words import VERDICT, counted
from compare.library.library import Library
from compare.models.values import Stance
from compare.results.result import Result
from compare.review import (
    CODEBOOK,
    Choice,
    MachineShown,
    Order,
    PairSelection,
    Review,
    Reviews,
    draw,
    read_review_pairs,
    with_divergence,
)
from compare.ui import REVIEW_PAGE
from compare.ui.components.layout import progress, show_html, small
from compare.ui.components.service import stance_model
from compare.ui.components.upload import on_disk

# In the session: the result that a review was last asked for; the review to show on the next run;
# the beginning of the keys of the tables that pages show, at their thresholds.
_TO_REVIEW, _SWITCH_TO, SHOWN_TABLE = "to-review", "switch-to-review", "cut-"

# Three mappings: members of two enumerations with one value are equal.
CHOICES = {
    Choice.RANDOM: "drawn at random",
    Choice.STRATIFIED: "drawn at random, equally many of each label",
    Choice.WHOLE: "all of them",
    Choice.IMPORTED: "from a file",
}
READING_ORDERS = {
    Order.RANDOM: "at random",
    Order.UNCERTAIN: "least certain labels first",
    Order.INFORMATIVE: "largest difference between the fast and the accurate model first",
    Order.GIVEN: "as they come",
}
WHEN_SHOWN = {
    MachineShown.AFTER: "after the answer to each pair",
    MachineShown.END: "when all readers are done",
    MachineShown.BEFORE: "from the start: no independent reading",
}
_NEW, _FILE = "A new review", "A file of pairs"
_MOST = 10_000

Setting = TypeVar("Setting", bound=StrEnum)


def choose_review(reviews: Reviews) -> Review | None:
    """Show the menu of reviews and return the one chosen; None for a new one."""
    names = [entry.name for entry in reviews.all()]
    if (wanted := st.session_state.pop(_SWITCH_TO, None)) in [*names, _NEW]:
        st.session_state["r_name"] = wanted
    with st.sidebar:
        show_html("sidebar_heading", "Review")
        chosen = st.selectbox(
            "Which review",
            [*names, _NEW],
            key="r_name",
            bind="query-params",
            persist_state="session",
        )
        review = reviews.open(chosen) if chosen in names else None
        if review and review.name == wanted and (number := review.settings.read_before):
            small(
                f"{counted(number, 'pair')} of it stood in a finished review before. They cannot "
                "test a model that has learned from them."
            )
    return review


def choose_reader(review: Review) -> str | None:
    """Show the readers and return who reads; None until one is chosen."""
    with st.sidebar:
        # Buttons: if a text field had the focus, the keys for answers would be typed into it.
        chosen = st.segmented_control(
            "Who are you",
            review.readers,
            format_func=inert,
            key=f"r_reader-{review.number}",
            persist_state="session",
        )
        small("There are no accounts: please read under your own name only.")
    return chosen if chosen in review.readers else None


def review_link(result: Result, key: str) -> None:
    """Offer to make a review of a result."""
    if st.button("Review these pairs by hand", key=key):
        st.session_state[_TO_REVIEW], st.session_state[_SWITCH_TO] = result, _NEW
        st.switch_page(REVIEW_PAGE, query_params={})


def make_review(reviews: Reviews, library: Library) -> None:
    """Show the form of a new review, and make it once that is asked for."""
    names = st.columns(3)
    name = names[0].text_input("Name of the review", key="r_new_name", max_chars=100)
    first = names[1].text_input("First reader", key="r_new_first", max_chars=100)
    second = names[2].text_input(
        "Second reader", key="r_new_second", max_chars=100, placeholder="nobody: you read alone"
    )
    draw_pairs = _choose_pairs(reviews, library)
    left, right = st.columns(2)
    with left:
        order = _choose("Order of reading", READING_ORDERS, "r_new_order")
    with right:
        label, help = "When readers see the model’s label", "Every export states it."
        shown = _choose(label, WHEN_SHOWN, "r_new_shown", help)
    with st.expander("The codebook: how readers decide"):
        codebook = st.text_area("Codebook", CODEBOOK, key="r_new_codebook", height=340)
    seed = int(st.number_input("Seed of draw and order", 0, 10**6, 0, key="r_new_seed"))
    if not st.button("Make the review", type="primary", key="r_new_go"):
        return
    if draw_pairs is None:
        raise ReviewError("Choose a file of pairs first.")
    drawn = draw_pairs(seed)
    review = reviews.create(
        name,
        _scored_by_both_models(drawn) if order is Order.INFORMATIVE else drawn,
        [reader for reader in (first, second) if reader.strip()],
        order=order,
        seed=seed,
        machine_shown=shown,
        codebook=codebook or CODEBOOK,
    )
    st.session_state.pop(_TO_REVIEW, None)
    st.session_state[_SWITCH_TO] = review.name
    st.rerun()


def _choose(label: str, words: Mapping[Setting, str], key: str, help: str | None = None) -> Setting:
    return st.selectbox(
        label, [*words], format_func=lambda one: words[one].capitalize(), key=key, help=help
    )


def _choose_pairs(reviews: Reviews, library: Library) -> Callable[[int], PairSelection] | None:
    """Show where the pairs come from and how they are chosen; return what draws them by a seed."""
    results = _results_of_session(library)
    options = [*results, _FILE]
    chosen = st.selectbox("Which pairs", options, key="r_new_source") or options[0]
    if chosen not in results:
        if not results:
            small(
                "Compare two sides, or press “Review these pairs by hand” below a search; the "
                "results are then offered here. A random sample of them shows how often the model "
                "is right."
            )
        return _pairs_from_file(library)
    how, many, which = st.columns([2, 1, 2])
    with how:
        choices = {one: words for one, words in CHOICES.items() if one is not Choice.IMPORTED}
        help = "Only pairs drawn at random show how often the model is right."
        choice = _choose("How pairs are chosen", choices, "r_new_choice", help)
    size = many.number_input(
        "Pairs to draw", 1, _MOST, 100, key="r_new_size", disabled=choice is Choice.WHOLE
    )
    words = {VERDICT[stance]: stance for stance in Stance}
    labels = which.multiselect(
        "Labels of the model",
        list(words),
        default=list(words),
        key="r_new_labels",
        help="Without “Neither” the review cannot show what the model misses.",
    )
    fresh = st.checkbox(
        "Only pairs that are in no finished review",
        key="r_new_fresh",
        help="For an adapted model: pairs it has learned from cannot show how often it is right. "
        "Estimates are then for the remaining pairs.",
    )
    stances = tuple(words[label] for label in labels)

    def draw_pairs(seed: int) -> PairSelection:
        finished = reviews.finished_pairs() if fresh else frozenset()
        return draw(results[chosen], choice, int(size), seed, stances, exclude=finished)

    return draw_pairs


def _results_of_session(library: Library) -> dict[str, Result]:
    """Return the results found in this library in this session, by a line that names each."""
    kept = [_TO_REVIEW, *(f"{SHOWN_TABLE}{page}" for page in ("sides", "timeline"))]
    found: dict[str, Result] = {}
    for result in map(st.session_state.get, kept):
        if result is None or result.provenance.library_digest != library.digest:
            continue
        words, read = result.subject, len(result.pairs)
        if result.quote:
            words = " ".join(words.split())
            words = f"“{words if len(words) < 80 else f'{words[:79]}…'}”"
        least = result.thresholds
        cut = f"thresholds {least.probability:.2f} and {least.similarity:.2f}"
        found.setdefault(f"{words} ({counted(read, 'pair')}, {cut})", result)
    return found


def _pairs_from_file(library: Library) -> Callable[[int], PairSelection] | None:
    file = st.file_uploader(
        "CSV, TSV or JSONL with one pair per row",
        type=["csv", "tsv", "jsonl"],
        key="r_new_file",
        help="The columns a and b hold the words. Optional are a_speaker, a_country, a_date and "
        "a_context, the same of b, an id (pair) and a topic. Exports of this program qualify.",
    )
    if file is None:
        return None
    with on_disk([file]) as (path,):
        found = read_review_pairs(path, library)
    small(f"{counted(len(found.pairs), 'pair')} in {path.name}.")
    if found.unread:
        small(f"Columns that are not read: {', '.join(found.unread)}.")
    return lambda seed: PairSelection.imported(found.pairs, path.name)


def _scored_by_both_models(drawn: PairSelection) -> PairSelection:
    first, *more = stance_model().stages
    if not more:
        raise ReviewError("There is one model here, not two: choose another order.")
    with progress("Reading the pairs with both models", "readings") as on_progress:
        pairs = with_divergence(drawn.pairs, first, more[0], on_progress)
    return replace(drawn, pairs=tuple(pairs))
