"""Choose a review and its reader, or make one; how it was made, its files, and its deletion."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import TypeVar

import streamlit as st

from compare.errors import ReviewError
from compare.export import VERDICT, counted, facts_html, section_html
from compare.export.markdown import inert
from compare.export.words import shortened
from compare.facade import Library
from compare.library.locations import READER_HEADER_VARIABLE
from compare.results import Result, Stance
from compare.review import (
    CODEBOOK,
    Choice,
    MachineShown,
    Order,
    PairSelection,
    Review,
    ReviewFormat,
    Reviews,
    draw,
    read_answers,
    read_review_pairs,
    review_bytes,
    with_divergence,
)
from compare.ui import REVIEW_PAGE
from compare.ui.components.add_statements import on_disk
from compare.ui.components.downloads import file_download
from compare.ui.components.layout import (
    confirmed,
    errors_as_sentences,
    is_read_only,
    notice,
    progress,
    row,
    show_html,
    small,
    widget_key,
)
from compare.ui.components.service import stance_model

# In the session: the result that a review was last asked for; the review to show on the next run;
# the beginning of the keys of the tables that pages show, at their thresholds.
_TO_REVIEW, _SWITCH_TO, SHOWN_TABLE = "to-review", "switch-to-review", "cut-"

NOBODY = "Sign in as one of the readers to answer."

# Three mappings: members of two enumerations with one value are equal.
HOW_CHOSEN = {
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
    MachineShown.END: "when all readers are done and all differences decided",
    MachineShown.AFTER: "after the answer to each pair (it may sway the next ones)",
    MachineShown.BEFORE: "from the start (readers are not independent)",
}
_FILES = {
    ReviewFormat.CSV: ("CSV", "text/csv"),
    ReviewFormat.JSONL: ("JSONL", "application/x-ndjson"),
    ReviewFormat.HISTORY: ("history", "text/csv"),
    ReviewFormat.CODEBOOK: ("codebook", "text/markdown"),
}
_NEW, _FILE = "A new review", "A file of pairs"
_MOST = 10_000

Setting = TypeVar("Setting", bound=StrEnum)


def choose_review(reviews: Reviews) -> Review | None:
    """Show the menu of reviews and return the one chosen; None for a new one."""
    names, damaged = reviews.each(lambda review: review.name)
    for sentence in damaged:
        notice(sentence)
    if (wanted := st.session_state.pop(_SWITCH_TO, None)) in [*names, _NEW]:
        st.session_state["r_name"] = wanted
    with st.sidebar:
        show_html("sidebar_heading", "Review")
        chosen = st.selectbox(
            "Open", [*names, _NEW], key="r_name", bind="query-params", persist_state="session"
        )
        review = reviews.open(chosen) if chosen in names else None
        if review and review.name == wanted and (number := review.settings.read_before):
            small(f"{counted(number, 'pair')} of it stood in a finished review before.")
    return review


def signed_in() -> str | None:
    """Return the user whom the proxy names, "" if it names none; None if there is no proxy."""
    header = os.environ.get(READER_HEADER_VARIABLE)
    if not header:
        return None
    name = st.context.headers.get(header) or ""
    with suppress(UnicodeError):  # headers are read as Latin-1, and names are sent as UTF-8
        name = name.encode("latin-1").decode()
    return unicodedata.normalize("NFC", name).strip()


def choose_reader(review: Review) -> str | None:
    """Show the readers and return who reads; None until one is chosen.

    Behind a proxy that says who is signed in, that is the reader.
    """
    if (name := signed_in()) is not None:
        reader = next((one for one in review.readers if one.casefold() == name.casefold()), None)
        with st.sidebar:
            if reader:
                small(f"You are signed in as {reader} and answer under that name.")
            elif name:
                small(f"You are signed in as {name}, who is no reader of this review.")
            else:
                small("The proxy did not say who you are, so you cannot answer here.")
        return reader
    with st.sidebar:
        # Buttons: if a text field had the focus, the keys for answers would be typed into it.
        chosen = st.segmented_control(
            "Who is reading?",
            review.readers,
            default=review.readers[0] if len(review.readers) == 1 else None,
            format_func=inert,
            key=f"r_reader-{review.number}",
            persist_state="session",
        )
        small("There are no accounts: please answer only under your own name.")
    return chosen if chosen in review.readers else None


def review_link(result: Result, key: str) -> None:
    """Offer to make a review of a result, unless the app is read-only."""
    label, icon = "Label these pairs yourself", ":material/rule:"
    if not is_read_only() and st.button(label, key=key, type="tertiary", icon=icon):
        st.session_state[_TO_REVIEW], st.session_state[_SWITCH_TO] = result, _NEW
        st.switch_page(REVIEW_PAGE, query_params={})


def make_review(reviews: Reviews, library: Library) -> None:
    """Show the form of a new review, and make it when the button is pressed."""
    with st.grid(4, min_column_width=150):
        name = st.text_input("Name of the review", key="r_new_name", max_chars=100)
        first = st.text_input("First reader", key="r_new_first", max_chars=100)
        hint = "leave empty to read alone"
        second = st.text_input("Second reader", key="r_new_second", max_chars=100, placeholder=hint)
        hint = "with commas between them"
        others = st.text_input("Further readers", key="r_new_others", placeholder=hint)
    draw_pairs = _choose_pairs(reviews, library)
    with st.grid(2):
        order = _choose("Order of reading", READING_ORDERS, "r_new_order")
        label, help = "When readers see the model’s label", "Every export states it."
        shown = _choose(label, WHEN_SHOWN, "r_new_shown", help)
    with st.expander("The codebook: how readers decide"):
        codebook = st.text_area("Codebook", CODEBOOK, key="r_new_codebook", height=340)
    seed = int(
        st.number_input("Random seed of the draw and the order", 0, 10**6, 0, key="r_new_seed")
    )
    if not st.button("Make the review", type="primary", key="r_new_go"):
        return
    if draw_pairs is None:
        raise ReviewError("Choose a file of pairs first.")
    drawn = draw_pairs(seed)
    review = reviews.create(
        name,
        _scored_by_both_models(drawn) if order is Order.INFORMATIVE else drawn,
        [reader for reader in (first, second, *others.split(",")) if reader.strip()],
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
    """Ask where the pairs come from and how to choose them; return a function of a seed."""
    results = _results_of_session(library)
    options = [*results, _FILE]
    chosen = st.selectbox("Pairs from", options, key="r_new_source") or options[0]
    if chosen not in results:
        if not results:
            small(
                "To review results, compare two sides, or press “Label these pairs yourself” above "
                "the lists of a search: they are then offered here. A random sample shows how often"
                " the model is right."
            )
        return _pairs_from_file(library)
    how, many, which = st.columns([2, 1, 2])
    with how:
        choices = {one: words for one, words in HOW_CHOSEN.items() if one is not Choice.IMPORTED}
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
        help="Pairs that were read before are not drawn again. Estimates are then for the "
        "remaining pairs.",
    )
    stances = tuple(words[label] for label in labels)

    def draw_pairs(seed: int) -> PairSelection:
        finished = reviews.finished_pairs() if fresh else frozenset()
        return draw(results[chosen], choice, int(size), seed, stances, exclude=finished)

    return draw_pairs


def _results_of_session(library: Library) -> dict[str, Result]:
    """Return this session’s results from this library, each under a line that names it."""
    kept = [_TO_REVIEW, *(f"{SHOWN_TABLE}{page}" for page in ("sides", "timeline"))]
    results: dict[str, Result] = {}
    for result in filter(None, map(st.session_state.get, kept)):
        if result.provenance.library_digest == library.digest:
            words, least = result.subject, result.thresholds
            if result.quote:
                words = f"“{shortened(' '.join(words.split()), 80)}”"
            name = (
                f"{words} ({counted(len(result.pairs), 'pair')}, "
                f"thresholds {least.probability:.2f} and {least.similarity:.2f})"
            )
            results.setdefault(name, result)
    return results


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
        imported = read_review_pairs(path, library)
    small(f"{counted(len(imported.pairs), 'pair')} in {path.name}.")
    if imported.unread:
        small(f"Ignored columns: {', '.join(imported.unread)}.")
    return lambda seed: PairSelection.imported(imported.pairs, path.name)


def _scored_by_both_models(drawn: PairSelection) -> PairSelection:
    first, *more = stance_model().stages
    if not more:
        raise ReviewError("There is one model here, not two: choose another order.")
    with progress("Reading the pairs with both models", "readings") as on_progress:
        pairs = with_divergence(drawn.pairs, first, more[0], on_progress)
    return replace(drawn, pairs=tuple(pairs))


def show_files(reviews: Reviews, review: Review, library: Library, reader: str | None) -> None:
    """Show how the review was made, and offer its files, another codebook, and its removal."""
    made = review.settings
    pool = (f"{VERDICT[Stance(label)]} {number:,}" for label, number in made.of.items())
    least = made.least_probability, made.least_similarity
    shown = "probability {:g} and similarity {:g} or more for a label"
    facts = [
        ("Pairs", f"{len(review):,}, {HOW_CHOSEN[made.choice]}{_seeded(made.chosen_seed)}"),
        ("From", made.subject),
        ("Chosen from", ", ".join(pool)),
        ("Left out", _of_finished(made.left_out)),
        ("Read before", _of_finished(made.read_before)),
        ("Thresholds", "" if None in least else shown.format(*least)),
        ("Order", f"{READING_ORDERS[made.order]}{_seeded(made.order_seed)}"),
        ("Readers", ", ".join(review.readers)),
        ("Model’s label shown", WHEN_SHOWN[made.machine_shown]),
        ("Plan", made.plan),
        ("Made on", review.created[:10]),
        ("Library digest", made.library_digest),
        ("Kept in", str(reviews.location)),
    ]
    st.html(facts_html(facts))
    st.html(section_html("Files"))
    if not review.is_finished:
        whose = f"only {reader}’s" if reader else "no"
        small(f"Until all readers have handed in, the files hold {whose} answers.")
    with row():
        for format, (label, mime) in _FILES.items():
            file_download(
                f"Download {label}",
                f"review-{format.value}{format.suffix}",
                partial(review_bytes, review, format, library=library, seen_by=reader),
                f"r_file-{format.value}",
                mime,
            )
    with st.expander("Answers from a file"):
        _take_answers(review, reader)
    with st.expander("Another codebook"):
        _change_codebook(review, reader)
    if is_read_only():
        return
    warning = f"“{review.name}” is deleted for good, with all its answers and its history."
    if confirmed("Delete this review", warning, "Delete it for good", "r_remove_go"):
        reviews.delete(review.name)
        st.rerun()


def _take_answers(review: Review, reader: str | None) -> None:
    """Offer to import a reader's answers from a file, all or none."""
    left = review.still_reading
    if left and signed_in() is not None:
        left = tuple(one for one in left if one == reader)
        if not left:
            small(NOBODY)
            return
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
    """Let readers change the codebook until all have handed in."""
    if review.is_finished:
        small("All readers have handed in, so the codebook they used stays.")
        return
    key = f"r_codebook-{review.number}-{widget_key(review.codebook)}"
    text = st.text_area("Codebook", review.codebook, key=key, height=340)
    by = signed_in()
    if by is None:
        by = st.text_input(
            "Who changes it",
            reader or "",
            key=f"r_codebook_by-{review.number}-{widget_key(reader or '')}",
            max_chars=100,
        )
    small("The history keeps the earlier codebook and the name.")
    if st.button("Keep this codebook", key="r_codebook_go"):
        with errors_as_sentences():
            review.change_codebook(text or "", by or "")
            notice("Kept.")


def _seeded(seed: int | None) -> str:
    return "" if seed is None else f" (seed {seed})"


def _of_finished(number: int | None) -> str:
    return f"{counted(number, 'pair')} of a finished review" if number else ""
