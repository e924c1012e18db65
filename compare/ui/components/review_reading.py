"""One pair at a time, by keyboard: the answer, how sure, a note; and the reader's own answers."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from compare.errors import CompareError
from compare.export.cards import text_html
from compare.export.pieces import section_html
from compare.export.words import counted
from compare.library.library import Library
from compare.results.result import Stance
from compare.review.answers import Review
from compare.review.values import CONFIDENCE, Answer
from compare.review.writing import Kept
from compare.ui.components.layout import notice, small
from compare.ui.components.review_pairs import (
    answer_in_words,
    label_word,
    machine_in_words,
    review_card,
    signed,
)

KEYS = {Stance.AGREE: "A", Stance.OPPOSE: "O", Stance.NEITHER: "N"}

_ERROR = "review-error"
_LONGEST_NOTE = 2_000


def read_review(review: Review, reader: str, library: Library) -> None:
    """Show the next pair that a reader has not answered, or the one they went back to."""
    base = f"{review.number}-{review.number_of(reader)}"
    progress = review.progress(reader)
    seen = progress.of - progress.left
    st.progress(
        seen / progress.of,
        text=f"{seen:,} of {counted(progress.of, 'pair')} read, {progress.skipped:,} skipped",
    )
    show_error()
    if reader in review.handed_in:
        _handed_in(review)
        return
    _say_last(review, base)
    place = st.session_state.get(f"r_at-{base}") or review.next_place(reader)
    if place is None:
        _offer_to_hand_in(review, reader)
    else:
        _pair(review, reader, library, int(place), base)
    _codebook(review)
    _own_answers(review, reader, base)


def _pair(review: Review, reader: str, library: Library, place: int, base: str) -> None:
    pair, given = review.pair(place), review.answer_of(reader, place)
    st.html(section_html(f"Pair {place:,}"))
    if given:
        small(f"You said “{answer_in_words(given)}”; another answer takes its place.")
    machine = review.shows_machine(given is not None)
    with st.container(key=f"card-review-{base}-{place}", gap="xsmall"):
        st.html(review_card(review, pair, library, machine=machine, level=3))

    def keep(stance: Stance | None, confidence: int | None, note: str) -> None:
        _keep(review, reader, place, base, stance, confidence, note, given)

    def undo() -> None:
        _undo(review, reader, base)

    answer_keys(base, place, given, keep, undo)


def answer_keys(
    base: str,
    place: int,
    given: Answer | None,
    keep: Callable[[Stance | None, int | None, str], None],
    undo: Callable[[], None],
) -> None:
    """Show the buttons of an answer, each with its key, how sure, and a note.

    Args:
        base: Of the widgets' keys.
        place: Of the pair: its note and confidence are its own.
        given: What stands there: its note and confidence are offered again.
        keep: Takes the answer, how sure, and the note.
        undo: Takes back the last one.
    """
    sure, note = start_keys(base, place)
    if given:
        start_with(base, place, given)

    def answered(stance: Stance | None) -> None:
        told = st.session_state.get(note) or ""
        keep(stance, st.session_state.get(sure), str(told))

    def chosen(value: int) -> None:
        now = st.session_state.get(sure)
        st.session_state[sure] = None if now == value else value

    with st.container(key=f"answers-{base}", horizontal=True, gap="small"):
        for stance, key in KEYS.items():
            st.button(
                signed(stance),
                key=f"r_{stance.value}-{base}",
                shortcut=key,
                on_click=answered,
                args=(stance,),
            )
        st.button("Skip", key=f"r_skip-{base}", shortcut="S", on_click=answered, args=(None,))
        st.button("Undo", key=f"r_undo-{base}", shortcut="U", type="tertiary", on_click=undo)
    now = st.session_state.get(sure)
    small(f"How sure are you? {CONFIDENCE[now].capitalize()}." if now else "How sure are you?")
    with st.container(key=f"sure-{base}", horizontal=True, gap="small"):
        for value, word in CONFIDENCE.items():
            st.button(
                f"✓ {word.capitalize()}" if value == now else word.capitalize(),
                key=f"r_sure{value}-{base}",
                shortcut=str(value),
                type="tertiary",
                on_click=chosen,
                args=(value,),
            )
    st.text_input(
        "Note (if you like; leave the field by Tab, then answer)",
        key=note,
        max_chars=_LONGEST_NOTE,
        on_change="ignore",
    )


def start_keys(base: str, place: int) -> tuple[str, str]:
    """Return where the session keeps how sure somebody is of a pair, and the note on it."""
    return f"r_sure-{base}-{place}", f"r_note-{base}-{place}"


def start_with(base: str, place: int, answer: Answer) -> None:
    """Offer the note and confidence of an answer that stands, or was taken back, once more."""
    sure, note = start_keys(base, place)
    if note not in st.session_state:
        st.session_state[sure], st.session_state[note] = answer.confidence, answer.note


def _keep(
    review: Review,
    reader: str,
    place: int,
    base: str,
    stance: Stance | None,
    confidence: int | None,
    note: str,
    expected: Answer | None,
) -> None:
    """Keep an answer; `expected` is the one that was shown with the pair."""
    if kept := tried(lambda: review.answer(reader, place, stance, confidence, note)):
        went_on(base, kept, expected)


def _undo(review: Review, reader: str, base: str) -> None:
    went_back(base, tried(lambda: review.undo(reader)))


def went_on(base: str, kept: Kept, expected: Answer | None) -> None:
    """Go on to what is left; what was kept is said there, and whether it took another's place.

    Args:
        base: Of the widgets' keys.
        kept: What was written.
        expected: What was shown with the pair: what stood there else came from another window.
    """
    elsewhere = bool(kept.before and expected != kept.before)
    st.session_state[f"r_last-{base}"] = kept, elsewhere
    st.session_state.pop(f"r_at-{base}", None)
    for key in start_keys(base, kept.place):
        st.session_state.pop(key, None)


def went_back(base: str, kept: Kept | None) -> None:
    """Go back to a pair of which an answer was taken back."""
    st.session_state.pop(f"r_last-{base}", None)
    if kept:
        st.session_state[f"r_at-{base}"] = kept.place
        if kept.before:
            start_with(base, kept.place, kept.before)


def tried(action: Callable[[], Kept | None]) -> Kept | None:
    """Do it; what goes wrong is said where the page is drawn next (`show_error`)."""
    try:
        return action()
    except CompareError as error:
        st.session_state[_ERROR] = str(error)
        return None


def show_error() -> None:
    """Say what went wrong with the last button."""
    if sentence := st.session_state.pop(_ERROR, None):
        notice(sentence, error=True)


def _say_last(review: Review, base: str) -> None:
    """Say what was kept last and, where it may be seen, what the machine says of that pair."""
    last = last_kept(base)
    if last is None:
        return
    kept, said = last
    pair = review.pair(kept.place)
    if pair.machine and review.shows_machine(answered=True):
        said += f" {machine_in_words(pair, review.settings.least_probability)}"
    notice(said)


def last_kept(base: str) -> tuple[Kept, str] | None:
    """Return what was kept last, and that in words; None: nothing, or it was taken back."""
    last = st.session_state.get(f"r_last-{base}")
    if last is None or last[0].after is None:
        return None
    kept, elsewhere = last
    said = f"Kept: pair {kept.place:,}, “{answer_in_words(kept.after)}”."
    if elsewhere:
        by = f" by {kept.before.who}" if kept.before.who else ""
        said += (
            f" It had been answered “{label_word(kept.before.stance)}”{by} in another window; the "
            "history keeps both."
        )
    return kept, said


def _offer_to_hand_in(review: Review, reader: str) -> None:
    notice(
        "All pairs are read. Look at what you like once more; then hand in. After that your "
        "answers stand, and they are shown once all readers have handed in."
    )
    if st.button("Hand in my answers", type="primary", key=f"r_done-{review.number}"):
        review.hand_in(reader)
        st.rerun()


def _handed_in(review: Review) -> None:
    left = [name for name in review.readers if name not in review.handed_in]
    if left:
        notice(f"Your answers are handed in. {left[0]} has not handed in yet.")
    elif len(review.readers) > 1:
        notice("All answers are handed in: see where you differ, and how far you agree.")
    else:
        notice("Your answers are handed in: see how far the model agrees with you.")


def _codebook(review: Review) -> None:
    with st.expander("The codebook"):
        paragraphs = "".join(f"<p>{text_html(part)}</p>" for part in review.codebook.split("\n\n"))
        st.html(f'<div class="cp-section">{paragraphs}</div>')


def _own_answers(review: Review, reader: str, base: str) -> None:
    """Let a reader go back to a pair, by its number or from a list."""
    shown = st.expander("Go back to a pair", key=f"r_back-{base}", on_change="rerun")
    if not shown.open:
        return
    with shown, st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.number_input("Pair", 1, len(review), 1, key=f"r_go-{base}", width=120)

        def go() -> None:
            st.session_state[f"r_at-{base}"] = int(st.session_state[f"r_go-{base}"])

        def forward() -> None:
            st.session_state.pop(f"r_at-{base}", None)

        st.button("Show it", key=f"r_go_now-{base}", on_click=go)
        if f"r_at-{base}" in st.session_state:
            st.button("On to what is left", key=f"r_on-{base}", on_click=forward)
    rows = [
        {"Pair": number, "Answer": answer_in_words(answer), "Note": answer.note}
        for number, answer in review.answers(reader)[reader].items()
    ]
    if rows:
        shown.dataframe(rows, hide_index=True, alt=f"{counted(len(rows), 'answer')} of yours")
