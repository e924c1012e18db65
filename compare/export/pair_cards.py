"""Pairs as HTML, side a left and side b right; without Streamlit, so reports have them, too."""

from __future__ import annotations

from collections.abc import Sequence

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
from compare.export.rows import asked
from compare.export.words import date_in_words
from compare.results.pairs import Pair, PairTable
from compare.results.result import Match, SearchResult, Span, Stance, Why
from compare.statements.passages import Passage
from compare.statements.statement import Statement

OPPOSED, AGREE = "Opposed", "Agree"
CHANGED, SAME = "Changed", "Said the same again"


def verdict_word(table: PairTable, stance: Stance) -> str:
    """Return how a stance is called between two sides, or over time."""
    if stance is Stance.NEITHER:
        return "Neither"
    if table.over_time:
        return CHANGED if stance is Stance.OPPOSE else SAME
    return OPPOSED if stance is Stance.OPPOSE else AGREE


def side_names(over_time: bool) -> tuple[str, str]:
    """Return how the two sides are called."""
    return ("Before", "After") if over_time else ("Side A", "Side B")


def pair_card(
    table: PairTable,
    pair: Pair,
    stance: Stance | None,
    level: int = 3,
    notes: tuple[str, str] = ("", ""),
) -> str:
    """Return a pair as HTML: the verdict above, side a left and side b right.

    Args:
        table: Of the pair.
        pair: The pair.
        stance: The list it stands in; None shows no verdict.
        level: Of the headings.
        notes: HTML behind the name of either side.
    """
    head = ""
    if stance is not None:
        head = _verdict_html(pair, stance, table)
        head += _between_html(table, pair, stance) + _screened_html(pair)
    why = pair.why or Why((), ())
    halves = [
        half_html(name, statement, _words(statement, passage, marks), level, note)
        for name, statement, passage, marks, note in zip(
            side_names(table.over_time),
            (pair.a, pair.b),
            (pair.a_passage, pair.b_passage),
            (why.quote, why.passage),
            notes,
            strict=True,
        )
    ]
    return _card(stance, head, halves)


def match_pair_card(
    result: SearchResult,
    match: Match,
    stance: Stance,
    level: int = 3,
    notes: tuple[str, str] = ("", ""),
) -> str:
    """Return a match as HTML: the part of the quote it was read against left, what it says right.

    Who said the quote stands once above the lists (`quote_card`).

    Args:
        result: Of the match.
        match: What was found.
        stance: The list it stands in.
        level: Of the headings.
        notes: HTML behind the name of either side.
    """
    why, found = match.why, match.statement
    ours = Words(match.quote_part, why.quote if why else ())
    theirs = Words(match.passage.text, why.passage if why else (), match.before, match.after)
    head = _verdict_html(match, stance) + _screened_html(match)
    halves = [
        _quote_html(asked(result), ours, notes[0]),
        half_html("Found", found, theirs, level, notes[1], also_html(match.also_said)),
    ]
    return _card(stance, head, halves)


def half_html(
    name: str, statement: Statement, words: Words, level: int, note: str = "", below: str = ""
) -> str:
    """Return one side of a pair; `note` is HTML behind its name, `below` HTML at its end."""
    return (
        f'<div class="cp-half"><p class="cp-note">{text_html(name)}{note}</p>'
        f"{words_html(statement, words)}{context_html(statement.context)}"
        f"{who_html(statement, level)}{around_html(words, statement)}{below}</div>"
    )


def _quote_html(quote: Statement, words: Words, note: str) -> str:
    head = f'<p class="cp-note">The quote{note}</p>'
    return f'<div class="cp-half">{head}{words_html(quote, words)}</div>'


def _words(statement: Statement, passage: Passage, marks: tuple[Span, ...]) -> Words:
    before, after = statement.text[: passage.start], statement.text[passage.end :]
    return Words(passage.text, marks, before, after)


def _card(stance: Stance | None, head: str, halves: Sequence[str]) -> str:
    kind = stance.value if stance else "plain"
    return (
        f'<article class="cp-card cp-{kind}">{head}'
        f'<div class="cp-halves">{"".join(halves)}</div></article>'
    )


def _verdict_html(pair: Pair | Match, stance: Stance, table: PairTable | None = None) -> str:
    """Return the verdict on what stands in the list of `stance`, in the words of its table."""
    verdict = read_as(stance, pair.probabilities)
    word = "" if table is None else verdict_word(table, verdict)
    short = verdict is not stance
    return verdict_html(verdict, pair.probabilities, pair.similarity, word, short=short)


def _screened_html(pair: Pair | Match) -> str:
    return '<p class="cp-note">Read by the fast model only</p>' if pair.screened else ""


def _between_html(table: PairTable, pair: Pair, stance: Stance) -> str:
    """Return the two dates between which someone changed."""
    if not (table.over_time and stance is Stance.OPPOSE and pair.a.date and pair.b.date):
        return ""
    earlier, later = date_in_words(pair.a.date), date_in_words(pair.b.date)
    return f'<p class="cp-between">Between {earlier} and {later}</p>'
