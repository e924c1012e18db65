"""Two statements: how they relate, and which words decide it."""

from __future__ import annotations

import streamlit as st

from compare.adapt import append_typed_correction
from compare.errors import QueryError
from compare.export.html import bars_html, context_html, marked_html, verdict_html
from compare.export.words import VERDICT
from compare.models.protocols import signature
from compare.models.values import InputPair, Probabilities, Rationale, Stance
from compare.statements.quotes import language_notes
from compare.ui.components.layout import begin_page, errors_as_sentences, notice, small
from compare.ui.components.quote_form import EXAMPLE_ANSWER, EXAMPLE_QUOTE, checked_side
from compare.ui.components.result_lists import correction_form
from compare.ui.components.service import explained_pair, stance_model

_SENTENCE = {
    Stance.AGREE: "The two agree on a point that both address.",
    Stance.OPPOSE: "The two positions cannot both be held.",
    Stance.NEITHER: "The two neither agree nor oppose each other.",
}


def _fields(name: str, letter: str, example: str) -> tuple[str, dict[str, str]]:
    """Show the fields of one side; return the words, and what is known of them."""
    if f"{letter}_q" not in st.query_params:
        st.session_state.setdefault(f"{letter}_q", example)
    text = st.text_area(
        f"Statement {name}", key=f"{letter}_q", bind="query-params", height="content"
    )
    left, right = st.columns(2)
    country = left.text_input(f"Country of {name}", key=f"{letter}_country", bind="query-params")
    when = right.text_input(
        f"Date of {name}", key=f"{letter}_date", bind="query-params", placeholder="2022-03-18"
    )
    context = st.text_input(
        f"Context that completes {name}", key=f"{letter}_context", bind="query-params"
    )
    return text or "", {"country": country or "", "date": when or "", "context": context or ""}


def _show_verdict(sides: InputPair, probabilities: Probabilities) -> None:
    stance = probabilities.stance
    with st.container(key="pinned-verdict"):
        st.html(
            f'<article class="cp-card cp-whole cp-{stance.value}" aria-label="Verdict: '
            f'{VERDICT[stance]}">{verdict_html(stance, probabilities, None)}'
            f'<p class="cp-words">{_SENTENCE[stance]}</p></article>'
        )
        st.html(bars_html(probabilities))
        if probabilities.of(stance) < 0.5:
            small("No verdict has a probability above one half; this one is the likeliest.")
        with st.popover("This verdict is wrong", type="tertiary"):
            source = signature(stance_model())
            correction_form(
                "pair",
                stance,
                lambda right, note: append_typed_correction(
                    *sides, probabilities, source, right, note=note
                ),
            )


def _show_sides(sides: InputPair, stance: Stance, why: Rationale, read: InputPair) -> None:
    """Show both sides with the deciding words marked; `read` are the sentences they stand in."""
    columns = st.columns(2, gap="large")
    marks = (why.a, why.b)
    for column, name, side, spans in zip(columns, "AB", sides, marks, strict=True):
        column.html(
            f'<article class="cp-card cp-{stance.value}" aria-label="Statement {name}">'
            f'<p class="cp-note">Statement {name}</p>'
            f'<blockquote class="cp-words" dir="auto"><p>{marked_html(side.text, spans)}</p>'
            f"</blockquote>{context_html(side.context)}</article>"
        )
    small("Marked are the words without which the probability of this verdict falls most.")
    if read != sides:
        small(
            "The two are longer than the model reads at once. The verdict is that of the two "
            f"sentences with the strongest: A “{read[0].text}” and B “{read[1].text}”."
        )


begin_page(
    "Two statements",
    "Paste two statements. The verdict is the same whichever comes first. Who spoke and when is "
    "optional.",
)

with errors_as_sentences():
    with st.form("pair", border=False):
        left_half, right_half = st.columns(2, gap="large")
        with left_half:
            text_a, who_a = _fields("A", "a", EXAMPLE_QUOTE)
        with right_half:
            text_b, who_b = _fields("B", "b", EXAMPLE_ANSWER)
        st.form_submit_button("Compare", type="primary", key="pair-go")
    if not (text_a.strip() and text_b.strip()):
        raise QueryError("Paste words on both sides.")
    sides = checked_side("A", text_a, who_a), checked_side("B", text_b, who_b)
    if notes := language_notes(("Statement A", sides[0].text), ("Statement B", sides[1].text)):
        notice(*notes)
    probabilities, why, read = explained_pair(*sides)
    _show_verdict(sides, probabilities)
    _show_sides(sides, probabilities.stance, why, read)
