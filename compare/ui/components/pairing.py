"""The verdict on a pair: three probabilities and the words that decide."""

from __future__ import annotations

import streamlit as st

from compare.comparison.model_input import quote_side
from compare.errors import QueryError
from compare.export.cards import bars_html, context_html, marked_html, verdict_html
from compare.export.words import VERDICT
from compare.models.load import Pair, signature
from compare.results.result import Probabilities, Side, Stance, Why
from compare.review.corrections import append_typed_correction
from compare.statements.quotes import clean_quote
from compare.ui.components.asking import checked_quote
from compare.ui.components.browsing import EXAMPLE_ANSWER, EXAMPLE_QUOTE
from compare.ui.components.correcting import correction_form
from compare.ui.components.layout import small
from compare.ui.components.service import stance_model

_SENTENCE = {
    Stance.AGREE: "Read as agreeing on a point that both address.",
    Stance.OPPOSE: "Read as positions that cannot both be held.",
    Stance.NEITHER: "Read as neither agreeing nor opposing each other.",
}
_UNSURE = "No reading is more likely than not; this one is the likeliest."


def example_pair() -> tuple[str, str]:
    """Return two statements to begin with: the sample's, so that the first page is not empty."""
    return EXAMPLE_QUOTE, EXAMPLE_ANSWER


def checked_side(name: str, text: str, who: dict[str, str]) -> Side:
    """Return one side as the stance model reads it, of what its fields hold.

    Args:
        name: "A" or "B".
        text: The words.
        who: `country`, `date` and `context`, as typed.

    Raises:
        QueryError: There are no words, or the date is none.
    """
    try:
        cleaned = clean_quote(text)
    except QueryError as error:
        raise QueryError(f"Statement {name}: {error}") from error
    try:
        quote = checked_quote(cleaned, who, None)
    except QueryError as error:
        raise QueryError(f"Date of {name}: {error}") from error
    return quote_side(quote, quote.text)


def show_pair(sides: Pair, probabilities: Probabilities, why: Why, read: Pair) -> None:
    """Show the verdict, its probabilities, and both sides with the deciding words marked.

    Args:
        sides: The two statements.
        probabilities: What was found.
        why: The words that decide it.
        read: What it was found of: the statements, or two sentences of theirs.
    """
    stance = probabilities.stance
    side_a, side_b = sides
    with st.container(key="pinned-verdict"):
        st.html(
            f'<article class="cp-card cp-whole cp-{stance.value}" aria-label="Verdict: '
            f'{VERDICT[stance]}">{verdict_html(stance, probabilities, None)}'
            f'<p class="cp-words">{_SENTENCE[stance]}</p></article>'
        )
        st.html(bars_html(probabilities))
        if probabilities.of(stance) < 0.5:
            small(_UNSURE)
        with st.popover("This verdict is wrong", type="tertiary"):
            source = signature(stance_model())
            correction_form(
                "pair",
                stance,
                lambda right, note: append_typed_correction(
                    side_a, side_b, probabilities, source, right, note=note
                ),
            )
    left, right = st.columns(2, gap="large")
    for column, name, side, spans in (
        (left, "A", side_a, why.quote),
        (right, "B", side_b, why.passage),
    ):
        with column:
            st.html(
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
