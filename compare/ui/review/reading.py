"""Read a review one pair at a time, by keyboard, and decide where its readers differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from compare.errors import CompareError, ReviewError
from compare.export import VERDICT, counted, percent, section_html
from compare.export.html import half_html, verdict_html
from compare.export.words import SIGN, likelihood, read_as
from compare.facade import Library
from compare.results import Stance
from compare.review import CONFIDENCE, STATE_NOTES, Answer, AnswerChange, Review, ReviewPair
from compare.ui.components.layout import (
    notice,
    notice_next_run,
    row,
    show_html,
    show_kept_notice,
    small,
)
from compare.ui.review.setup import NOBODY, signed_in

_KEYS = {Stance.AGREE: "A", Stance.OPPOSE: "O", Stance.NEITHER: "N"}
_LONGEST_NOTE = 2_000

Keep = Callable[[Stance | None, int | None, str], AnswerChange | None]

# In the session, for each review and who answers (`base`): r_at, the pair that they went back to;
# r_last, the pair answered last and what is said of it; and for each pair r_sure and r_note, the
# confidence and the note of an unfinished answer.


def read_review(review: Review, reader: str, library: Library) -> None:
    """Show the next pair that a reader has not answered, or the one they went back to."""
    base = f"{review.number}-{review.reader_number(reader)}"
    progress = review.progress(reader)
    seen = progress.of - progress.left
    st.progress(
        seen / progress.of,
        text=f"{seen:,} of {counted(progress.of, 'pair')} read, {progress.skipped:,} skipped",
    )
    show_kept_notice("review")
    if reader in review.handed_in:
        _handed_in(review)
        return
    if last := st.session_state.get(f"r_last-{base}"):
        pair, sentence = review.pair(last[0]), last[1]
        if pair.machine and review.shows_machine(answered=True):
            sentence += f" {_model_says(pair, review.settings.least_probability)}"
        notice(sentence)
    place = st.session_state.get(f"r_at-{base}") or review.next_place(reader)
    if place is None:
        _offer_to_hand_in(review, reader)
    else:
        _pair_to_read(review, reader, library, int(place), base)
    with st.expander("The codebook"):
        show_html("paragraphs", review.codebook.split("\n\n"))
    _own_answers(review, reader, base)


def _pair_to_read(review: Review, reader: str, library: Library, place: int, base: str) -> None:
    given = review.answer_of(reader, place)
    st.html(section_html(f"Pair {place:,}"))
    if given:
        small(f"Your answer is “{_in_words(given)}”. A new answer replaces it.")
    with st.container(key=f"card-review-{base}-{place}", gap="xsmall"):
        _show_pair(review, library, place, model=review.shows_machine(given is not None))

    def keep(stance: Stance | None, confidence: int | None, note: str) -> AnswerChange | None:
        return review.answer(reader, place, stance, confidence, note)

    _answer_buttons(base, place, given, keep, lambda: review.undo(reader))


def _offer_to_hand_in(review: Review, reader: str) -> None:
    notice(
        "You have read all pairs. Check any of them again, then hand in. After that your answers "
        "are final; they are shown once all readers have handed in."
    )
    if st.button("Hand in my answers", type="primary", key=f"r_done-{review.number}"):
        review.hand_in(reader)
        st.rerun()


def _handed_in(review: Review) -> None:
    left = review.still_reading
    if left:
        notice(f"Your answers are handed in. Still reading: {', '.join(left)}.")
    elif len(review.readers) > 1:
        notice("All answers are handed in: see where you differ, and how far you agree.")
    else:
        notice("Your answers are handed in: see how far the model agrees with you.")


def _own_answers(review: Review, reader: str, base: str) -> None:
    """Let a reader go back to a pair, by its number or from a list."""
    back = st.expander("Go back to a pair", key=f"r_back-{base}", on_change="rerun")
    if not back.open:
        return
    at = f"r_at-{base}"

    def go() -> None:  # the number may have come with the click, after the page was drawn
        st.session_state[at] = int(st.session_state[f"r_go-{base}"])

    with back, st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.number_input("Pair", 1, len(review), 1, key=f"r_go-{base}", width=120)
        st.button("Show it", key=f"r_go_now-{base}", on_click=go)
        if at in st.session_state:
            forward, values = st.session_state.pop, (at, None)
            st.button("Back to the next pair", key=f"r_on-{base}", on_click=forward, args=values)
    rows = [
        {"Pair": number, "Answer": _in_words(answer), "Note": answer.note}
        for number, answer in review.answers(reader)[reader].items()
    ]
    if rows:
        back.dataframe(rows, hide_index=True, alt=f"Your {counted(len(rows), 'answer')}")


def decide_review(review: Review, library: Library) -> None:
    """Show the next pair on which readers differ, with both notes, and all such pairs below."""
    show_kept_notice("review")
    if len(review.readers) < 2:
        small("There is only one reader, so there are no differences to decide.")
        return
    differ, decided = review.differences(), review.decisions()
    if not differ:
        notice("The readers gave every pair the same label. There is nothing to decide.")
        return
    left = [place for place in differ if place not in decided]
    st.progress(
        1 - len(left) / len(differ),
        text=f"{len(differ) - len(left):,} of {counted(len(differ), 'difference')} decided",
    )
    if (name := signed_in()) is None:
        st.text_input("Who decides", key=f"r_by-{review.number}", max_chars=100)
    else:
        st.session_state[f"r_by-{review.number}"] = name
        small(f"You are signed in as {name} and decide under that name." if name else NOBODY)
    base = f"{review.number}-decision"
    if last := st.session_state.get(f"r_last-{base}"):
        notice(last[1])
    place = st.session_state.get(f"r_at-{base}") or (left[0] if left else None)
    if place is None:
        notice("All differences are decided.")
    else:
        _pair_to_decide(review, library, int(place), base)
    _all_differences(review, differ, decided)


def _pair_to_decide(review: Review, library: Library, place: int, base: str) -> None:
    decision = review.decisions().get(place)
    answers = [
        (reader, _in_words(answer), answer.note)
        for reader in review.readers
        if (answer := review.answer_of(reader, place))
    ]
    if decision:
        answers.append((decision.who, f"{_in_words(decision)} (decided)", decision.note))
    st.html(section_html(f"Pair {place:,}"))
    with st.container(key=f"card-review-{base}-{place}", gap="xsmall"):
        _show_pair(review, library, place, model=False)
        show_html("answers", answers)

    def who() -> str:
        return str(st.session_state.get(f"r_by-{review.number}") or "")

    def keep(stance: Stance | None, confidence: int | None, note: str) -> AnswerChange | None:
        return review.decide(place, stance, who(), confidence, note)

    def undo() -> AnswerChange:
        if kept := review.undo_decision(who()):
            return kept
        raise ReviewError(f"{who()} has no decision to undo.")

    _answer_buttons(base, place, decision, keep, undo)


def _all_differences(review: Review, differ: list[int], decided: Mapping[int, Answer]) -> None:
    answers = review.answers()
    rows = []
    for place in differ:
        row = {"Pair": place, **{who: _in_words(of[place]) for who, of in answers.items()}}
        decision = decided.get(place)
        row["Decision"] = _in_words(decision) if decision else ""
        row["Decided by"], row["Note"] = (decision.who, decision.note) if decision else ("", "")
        rows.append(row)
    with st.expander("All differences"):
        st.dataframe(rows, hide_index=True, alt=counted(len(rows), "difference"))


def _answer_buttons(
    base: str, place: int, given: Answer | None, keep: Keep, undo: Callable[[], AnswerChange | None]
) -> None:
    """Show the buttons of an answer, its confidence and note, which begin as those `given`."""
    sure, note = _draft_keys(base, place)
    if given:
        _draft(base, place, given)

    def answered(stance: Stance | None) -> None:
        confidence, words = st.session_state.get(sure), str(st.session_state.get(note) or "")
        if kept := _tried(lambda: keep(stance, confidence, words)):
            st.session_state[f"r_last-{base}"] = kept.place, _kept_in_words(kept, given)
            for key in (f"r_at-{base}", *_draft_keys(base, kept.place)):
                st.session_state.pop(key, None)

    def undone() -> None:
        kept = _tried(undo)
        st.session_state.pop(f"r_last-{base}", None)
        if kept:
            st.session_state[f"r_at-{base}"] = kept.place
            if kept.before:
                _draft(base, kept.place, kept.before)

    with row(f"answers-{base}"):
        for stance, key in _KEYS.items():
            label, widget = f"{SIGN[stance]} {VERDICT[stance]}", f"r_{stance.value}-{base}"
            st.button(label, key=widget, shortcut=key, on_click=answered, args=(stance,))
        st.button("Skip", key=f"r_skip-{base}", shortcut="S", on_click=answered, args=(None,))
        st.button("Undo", key=f"r_undo-{base}", shortcut="U", type="tertiary", on_click=undone)
    _confidence_buttons(base, sure)
    st.text_input(
        "Note (optional; leave the field with Tab, then answer)",
        key=note,
        max_chars=_LONGEST_NOTE,
        on_change="ignore",
    )


def _confidence_buttons(base: str, sure: str) -> None:
    def chosen(value: int) -> None:
        st.session_state[sure] = None if st.session_state.get(sure) == value else value

    now = st.session_state.get(sure)
    small(
        f"How sure are you? {CONFIDENCE[now].capitalize()}."
        if now
        else "How sure are you? Choose before you answer."
    )
    with row(f"sure-{base}"):
        for value, word in CONFIDENCE.items():
            st.button(
                f"✓ {word.capitalize()}" if value == now else word.capitalize(),
                key=f"r_sure{value}-{base}",
                shortcut=str(value),
                type="tertiary",
                on_click=chosen,
                args=(value,),
            )


def _draft_keys(base: str, place: int) -> tuple[str, str]:
    return f"r_sure-{base}-{place}", f"r_note-{base}-{place}"


def _draft(base: str, place: int, answer: Answer) -> None:
    """Offer the note and confidence of an earlier answer again."""
    sure, note = _draft_keys(base, place)
    if note not in st.session_state:
        st.session_state[sure], st.session_state[note] = answer.confidence, answer.note


def _tried(action: Callable[[], AnswerChange | None]) -> AnswerChange | None:
    """Run an action of a callback; keep its error for the next run of the page."""
    try:
        return action()
    except CompareError as error:
        notice_next_run("review", str(error), error=True)
        return None


def _kept_in_words(kept: AnswerChange, given: Answer | None) -> str:
    """Say what was kept; `given` is the answer that was on the screen before."""
    sentence = f"Kept: pair {kept.place:,}, “{_in_words(kept.after)}”." if kept.after else ""
    if kept.before and kept.before != given:
        by = f" by {kept.before.who}" if kept.before.who else ""
        sentence += (
            f" It had been answered “{_label(kept.before.stance)}”{by} in another window; the "
            "history keeps both."
        )
    return sentence


def _label(stance: Stance | None) -> str:
    return "Skipped" if stance is None else VERDICT[stance]


def _in_words(answer: Answer) -> str:
    """Return an answer with the reader's confidence: "Opposes, fairly sure"."""
    sure = f", {CONFIDENCE[answer.confidence]}" if answer.confidence else ""
    return f"{_label(answer.stance)}{sure}"


def _model_says(pair: ReviewPair, least: float | None) -> str:
    """Return the model's verdict in a sentence; `least` is the list's minimum probability."""
    if pair.machine is None:
        return "The model has no label for it."
    if pair.probabilities is None:
        return f"The model says “{VERDICT[pair.machine]}”."
    verdict = _verdict(pair, least)
    p = pair.probabilities.of(verdict)
    below = "" if verdict is pair.machine else ", below the minimum probability"
    return f"The model says “{VERDICT[verdict]}”, {likelihood(p)}, {percent(p)}{below}."


def _verdict(pair: ReviewPair, least: float | None) -> Stance:
    """Return the model's verdict; a pair below the minimum probability has its own, not neither."""
    label, probabilities = pair.machine or Stance.NEITHER, pair.probabilities
    if probabilities is None or least is None:
        return label
    own = read_as(label, probabilities)
    return own if probabilities.of(own) < least else label


def _show_pair(review: Review, library: Library, place: int, *, model: bool) -> None:
    """Show a pair, and whether its statements changed since; `model` adds the model's verdict."""
    pair, least = review.pair(place), review.settings.least_probability
    kind, verdict, note = "plain", "", ""
    if model and pair.machine and pair.probabilities:
        kind, stance = pair.machine.value, _verdict(pair, least)
        verdict = verdict_html(
            stance,
            pair.probabilities,
            pair.similarity,
            f"The model: {VERDICT[stance]}",
            short=stance is not pair.machine,
        )
    elif model:
        note = _model_says(pair, least)
    (states,) = review.statement_states(library, [pair])
    halves = [
        half_html(name, side, note=f" · {STATE_NOTES[state]}" if state in STATE_NOTES else "")
        for name, side, state in zip(("Side A", "Side B"), (pair.a, pair.b), states, strict=True)
    ]
    show_html("review_card", kind, verdict, note, halves)
