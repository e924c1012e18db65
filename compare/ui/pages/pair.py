"""Two statements: how they relate, and which words decide it."""

import streamlit as st

from compare.errors import QueryError
from compare.export.html import bars_html
from compare.export.words import UNCLEAR, VERDICT
from compare.models import InputPair, ModelInput, signature
from compare.results import Excerpt, Probabilities, Stance
from compare.review import append_typed_correction
from compare.statements import check_languages, clean_quote
from compare.ui.components.layout import page, show_html, small, text_field
from compare.ui.components.quote_form import EXAMPLE_CONTEXT, EXAMPLE_QUOTE, checked_quote
from compare.ui.components.result_lists import correction_form
from compare.ui.components.service import explained_pair, stance_model

_EXAMPLES = {
    "A": EXAMPLE_QUOTE,
    "B": "The claim that Russia asked China for military aid is malicious disinformation.",
}
_SENTENCE = {
    Stance.AGREE: "The two agree on a point that both address.",
    Stance.OPPOSE: "The two positions cannot both be held.",
    Stance.NEITHER: "The two neither agree nor oppose each other.",
}
_SURE = 0.6  # the least probability at which a verdict is said without reserve
_UNCLEAR = "No verdict has a probability of one half, so none is given."


def _fields(name: str) -> tuple[str, dict[str, str]]:
    """Show the fields of one side; return its text, and its country, date and context."""
    key = name.lower()
    if f"{key}_q" not in st.query_params:
        st.session_state.setdefault(f"{key}_q", _EXAMPLES[name])
    text = st.text_area(f"Statement {name}", key=f"{key}_q", bind="query-params", height="content")
    who = {}
    with st.grid(2, min_column_width=120):
        who["country"] = text_field(f"Country of {name}", f"{key}_country")
        who["date"] = text_field(f"Date of {name}", f"{key}_date", "2022-03-18")
    who["context"] = text_field(f"Context that completes {name}", f"{key}_context", EXAMPLE_CONTEXT)
    return text or "", who


def _side(name: str, text: str, who: dict[str, str]) -> ModelInput:
    """Return one side as the stance model reads it."""
    cleaned = clean_quote(text, f"Statement {name}")
    try:
        quote = checked_quote(cleaned, who)
    except QueryError as error:
        raise QueryError(f"Date of {name}: {error}") from error
    return Excerpt.of_quote(quote, quote.text).model_input


def _show_verdict(sides: InputPair, probabilities: Probabilities) -> None:
    stance = probabilities.stance
    with st.container(key="pinned-verdict"):
        unclear = probabilities.is_unclear
        word, sentence = (UNCLEAR, _UNCLEAR) if unclear else (VERDICT[stance], _SENTENCE[stance])
        if not unclear and probabilities.of(stance) < _SURE:
            sentence = f"More likely than not, {sentence[0].lower()}{sentence[1:]}"
        show_html("verdict", stance, probabilities, word, sentence)
        st.html(bars_html(probabilities))
        with st.popover("Correct this label", type="tertiary"):
            source = signature(stance_model())
            correction_form(
                "pair",
                None if unclear else stance,
                lambda right, note: append_typed_correction(
                    *sides, probabilities, source, right, note=note
                ),
            )


with page(
    "Two statements",
    "Paste two statements to see how they relate and which words decide it. Their order does not "
    "matter. Country, date and context are optional.",
):
    with st.form("pair", border=False):
        typed = {}
        for half, name in zip(st.columns(2, gap="large"), "AB", strict=True):
            with half:
                typed[name] = _fields(name)
        st.form_submit_button("Compare", type="primary", key="pair-go")
    if not all(text.strip() for text, _ in typed.values()):
        raise QueryError("Paste words on both sides.")
    a, b = (_side(name, *fields) for name, fields in typed.items())
    named = ("Statement A", a.text), ("Statement B", b.text)
    check_languages(*named, languages=stance_model().languages)
    probabilities, rationale, read = explained_pair(a, b)
    _show_verdict((a, b), probabilities)
    marks = (rationale.a, rationale.b)
    for half, name, side, spans in zip(
        st.columns(2, gap="large"), "AB", (a, b), marks, strict=True
    ):
        with half:
            show_html("typed_statement", name, side, spans, probabilities.stance)
    small("The marked words are those that decide the verdict, by the model’s own account.")
    if read != (a, b):
        small(
            "The statements are too long for the model to read at once. The verdict is the "
            f"strongest of a sentence of A and one of B: “{read[0].text}” and “{read[1].text}”."
        )
