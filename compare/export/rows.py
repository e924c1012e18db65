"""A result as a table: one record a matched pair, the quote as side a, what was found as side b."""

from __future__ import annotations

from collections.abc import Sequence

from compare.results.provenance import Provenance
from compare.results.result import Pair, Result, Span, Stance
from compare.statements.statement import Statement

Cell = str | int | float
Record = dict[str, Cell]

_SIDE = [
    "text",
    "passage",
    "context",
    "words",
    "speaker",
    "role",
    "country",
    "country_code",
    "date",
    "venue",
    "title",
    "source",
    "url",
    "quotation",
    "id",
]

JOINT = " || "
"""What stands between deciding words, and between statements with nearly the same words."""

COLUMNS: tuple[str, ...] = (
    *("query", "stance", "rank", "p_agree", "p_oppose", "p_neither", "similarity"),
    *(f"a_{name}" for name in _SIDE),
    *(f"b_{name}" for name in _SIDE),
    *("b_also_said", "label_source", "encoder", "library_digest", "searched_on", "version"),
)
"""The columns of every table written, in this order; the names are stable."""

CHANGED = "changed"
"""The stance of a pair in which someone opposes what they said before."""

STANCES: tuple[str, ...] = (*(stance.value for stance in Stance), CHANGED)
"""All that the column `stance` can hold."""

NUMBERS = frozenset({"rank", "p_agree", "p_oppose", "p_neither", "similarity"})
"""The columns that hold numbers; all others hold text."""

DATES = ("a_date", "b_date")
"""The columns that hold a date as far as it is known."""


def records_of(result: Result, stances: Sequence[Stance] | None = None) -> list[Record]:
    """Return the listed pairs: those that agree first, then oppose, then neither, best first.

    Probabilities and similarity are rounded to six digits; a kept result has them in full.

    Args:
        result: Of a search, of two sides or over time.
        stances: Which lists; None: the usual ones of the result.
    """
    return [
        pair_record(result, pair, stance, rank) for stance, rank, pair in result.ranked(stances)
    ]


def pair_record(result: Result, pair: Pair, stance: Stance, rank: int) -> Record:
    """Return one pair of a result."""
    changed = result.over_time and stance is Stance.OPPOSE
    return {
        "query": result.subject,
        "stance": CHANGED if changed else stance.value,
        "rank": rank,
        "p_agree": round(float(pair.probabilities.agree), 6),
        "p_oppose": round(float(pair.probabilities.oppose), 6),
        "p_neither": round(float(pair.probabilities.neither), 6),
        "similarity": round(float(pair.similarity), 6),
        **side_record("a", pair.a.statement, pair.a.text, pair.spans.a),
        **side_record("b", pair.b.statement, pair.b.text, pair.spans.b),
        "b_also_said": JOINT.join(map(_also, pair.b.repeats)),
        "label_source": result.provenance.label_source_of(pair),
        **made_with(result.provenance),
    }


def made_with(provenance: Provenance) -> Record:
    """Return with what a result was made, as every record ends."""
    return {
        "encoder": f"{provenance.encoder}@{provenance.encoder_digest[:12]}",
        "library_digest": f"sha256:{provenance.library_digest}",
        "searched_on": provenance.date,
        "version": provenance.version,
    }


def side_record(
    side: str, statement: Statement, passage: str, spans: Sequence[Span] = ()
) -> Record:
    """Return one side's columns; whether a quote of unknown origin is direct is left open.

    Args:
        side: "a" or "b".
        statement: Of the side.
        passage: Its words that were paired.
        spans: Those of them that decide.
    """
    values = {
        "text": statement.text,
        "passage": passage,
        "context": statement.context,
        "words": JOINT.join(deciding_words(passage, spans)),
        "speaker": statement.speaker,
        "role": statement.role,
        "country": statement.countries,
        "country_code": "; ".join(entry.code or "" for entry in statement.country),
        "date": statement.date.iso if statement.date else "",
        "venue": statement.venue,
        "title": statement.title,
        "source": statement.source,
        "url": statement.url,
        "quotation": statement.quotation.value if statement.id else "",
        "id": statement.id,
    }
    return {f"{side}_{name}": values[name] for name in _SIDE}


def deciding_words(text: str, spans: Sequence[Span]) -> list[str]:
    """Return the words that `spans` mark in `text`, in the order of the text."""
    return [text[span.start : span.end] for span in sorted(spans, key=lambda span: span.start)]


def _also(statement: Statement) -> str:
    """Return a collapsed statement's id, with the date and source that are its own."""
    known = [statement.date.iso if statement.date else "", statement.source]
    behind = ", ".join(filter(None, known))
    return f"{statement.id} ({behind})" if behind else statement.id
