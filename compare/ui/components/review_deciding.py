"""The pairs on which readers differ, one at a time, with both notes, for a third decision."""

from __future__ import annotations

import streamlit as st

from compare.errors import ReviewError
from compare.export.pieces import section_html
from compare.export.words import counted
from compare.library.library import Library
from compare.results.result import Stance
from compare.review.answers import Review
from compare.review.values import Answer
from compare.review.writing import Kept
from compare.ui.components.layout import notice, small
from compare.ui.components.review_pairs import answer_in_words, review_card, said_html
from compare.ui.components.review_reading import (
    answer_keys,
    last_kept,
    show_error,
    tried,
    went_back,
    went_on,
)


def decide_review(review: Review, library: Library) -> None:
    """Show the next pair that is to be decided, and all that were."""
    show_error()
    if len(review.readers) < 2:
        small("One reader does not differ from another: nothing is to be decided.")
        return
    differ, decided = review.to_decide(), review.decisions()
    if not differ:
        notice("The readers gave every pair the same label: nothing is to be decided.")
        return
    left = [place for place in differ if place not in decided]
    st.progress(
        1 - len(left) / len(differ),
        text=f"{len(differ) - len(left):,} of {counted(len(differ), 'difference')} decided",
    )
    st.text_input("Who decides", key=f"r_by-{review.number}", max_chars=100)
    base = f"{review.number}-decision"
    if last := last_kept(base):
        notice(last[1])
    place = st.session_state.get(f"r_at-{base}") or (left[0] if left else None)
    if place is None:
        notice("All differences are decided.")
    else:
        _pair(review, library, int(place), base)
    _all(review, differ, decided)


def _pair(review: Review, library: Library, place: int, base: str) -> None:
    pair, decision = review.pair(place), review.decisions().get(place)
    st.html(section_html(f"Pair {place:,}"))
    with st.container(key=f"card-review-{base}-{place}", gap="xsmall"):
        st.html(review_card(review, pair, library, machine=True, level=3))
        said = [
            (reader, answer_in_words(answer), answer.note)
            for reader in review.readers
            if (answer := review.answer_of(reader, place))
        ]
        if decision:
            told = f"{answer_in_words(decision)} (decided)"
            said.append((decision.who, told, decision.note))
        st.html(said_html(said))

    def who() -> str:
        return str(st.session_state.get(f"r_by-{review.number}") or "")

    def keep(stance: Stance | None, confidence: int | None, note: str) -> None:
        if kept := tried(lambda: review.decide(place, stance, who(), confidence, note)):
            went_on(base, kept, decision)

    def undo() -> None:
        went_back(base, tried(taken_back))

    def taken_back() -> Kept:
        if kept := review.undo_decision(who()):
            return kept
        raise ReviewError(f"No decision of {who()} stands: there is nothing to take back.")

    answer_keys(base, place, decision, keep, undo)


def _all(review: Review, differ: list[int], decided: dict[int, Answer]) -> None:
    """List all differences, with what both said and what was decided."""
    answers = review.answers()
    with st.expander("All differences"):
        rows = [
            {
                "Pair": place,
                **{reader: answer_in_words(of[place]) for reader, of in answers.items()},
                "Decision": answer_in_words(decided[place]) if place in decided else "",
                "Decided by": decided[place].who if place in decided else "",
                "Note": decided[place].note if place in decided else "",
            }
            for place in differ
        ]
        st.dataframe(rows, hide_index=True, alt=counted(len(rows), "difference"))
