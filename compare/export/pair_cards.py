"""Pairs as HTML, side a left and side b right; without Streamlit, so reports have them, too."""

from __future__ import annotations

from compare.export.cards import (
    Words,
    also_html,
    around_html,
    context_html,
    read_as,
    text_html,
    verdict_html,
    who_html,
    words_html,
)
from compare.export.words import date_in_words
from compare.results.result import Kind, Pair, Result, Stance
from compare.statements.statement import Statement

SIDE_NAMES = {
    Kind.SEARCH: ("The quote", "Found"),
    Kind.SIDES: ("Side A", "Side B"),
    Kind.TIMELINE: ("Before", "After"),
}
CHANGED, SAME = "Changed", "Said the same again"
_VERDICTS = {
    Kind.SEARCH: {Stance.AGREE: "Agrees", Stance.OPPOSE: "Opposes"},
    Kind.SIDES: {Stance.AGREE: "Agree", Stance.OPPOSE: "Opposed"},
    Kind.TIMELINE: {Stance.AGREE: SAME, Stance.OPPOSE: CHANGED},
}


def verdict_word(result: Result, stance: Stance) -> str:
    """Return how a verdict of this kind of result is called."""
    return _VERDICTS[result.kind].get(stance, "Neither")


def pair_card(
    result: Result,
    pair: Pair,
    stance: Stance | None,
    level: int = 3,
    notes: tuple[str, str] = ("", ""),
) -> str:
    """Return a pair as HTML: the verdict above, side a left and side b right.

    Who said a quote stands once above the lists (`quote_card`), and not in its pairs.

    Args:
        result: Of the pair.
        pair: The pair.
        stance: The list it stands in; None shows no verdict.
        level: Of the headings.
        notes: HTML behind the name of either side.
    """
    sides = zip(
        SIDE_NAMES[result.kind], pair.excerpts, (pair.spans.a, pair.spans.b), notes, strict=True
    )
    halves = [
        half_html(
            name,
            side.statement,
            Words(side.text, spans, side.before, side.after),
            level,
            note,
            only_words=side is pair.a and result.quote is not None,
            below=also_html(side.repeats),
        )
        for name, side, spans, note in sides
    ]
    head = "" if stance is None else _head_html(result, pair, stance)
    return (
        f'<article class="cp-card cp-{stance or "plain"}">{head}'
        f'<div class="cp-halves">{"".join(halves)}</div></article>'
    )


def half_html(
    name: str,
    statement: Statement,
    words: Words,
    level: int,
    note: str = "",
    *,
    only_words: bool = False,
    below: str = "",
) -> str:
    """Return one side of a pair; `note` is HTML behind its name, `below` HTML at its end."""
    rest = (
        ""
        if only_words
        else f"{context_html(statement.context)}{who_html(statement, level)}"
        f"{around_html(words, statement)}{below}"
    )
    return (
        f'<div class="cp-half"><p class="cp-note">{text_html(name)}{note}</p>'
        f"{words_html(statement, words)}{rest}</div>"
    )


def _head_html(result: Result, pair: Pair, stance: Stance) -> str:
    """Return the verdict, the two dates between which someone changed, and which model read it."""
    verdict = read_as(stance, pair.probabilities)
    word, short = verdict_word(result, verdict), verdict is not stance
    head = verdict_html(verdict, pair.probabilities, pair.similarity, word, short=short)
    dates = [date_in_words(side.statement.date) for side in pair.excerpts if side.statement.date]
    if result.over_time and stance is Stance.OPPOSE and len(dates) == 2:
        head += f'<p class="cp-between">Between {dates[0]} and {dates[1]}</p>'
    return head + (
        '<p class="cp-note">Read by the fast model only</p>' if pair.first_stage_only else ""
    )
