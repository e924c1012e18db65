"""A result as a table: one record a matched pair, the quote as side a, what was found as side b."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from compare.results.pairs import Pair, PairTable
from compare.results.provenance import Provenance
from compare.results.result import Match, Probabilities, SearchResult, Span, Stance
from compare.statements.quotes import Quote
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

Result = SearchResult | PairTable
"""What can be shown, kept and exported as pairs."""


def usual_stances(result: Result) -> tuple[Stance, ...]:
    """Return the lists that are written where none is named: of two sides those that decide."""
    return (Stance.AGREE, Stance.OPPOSE) if isinstance(result, PairTable) else tuple(Stance)


def records_of(result: Result, stances: Sequence[Stance] | None = None) -> list[Record]:
    """Return the listed pairs of either kind of result; None: `usual_stances`."""
    stances = usual_stances(result) if stances is None else stances
    if isinstance(result, PairTable):
        return pair_records(result, stances)
    return records(result, stances)


def subject_of(result: Result) -> str:
    """Return what was asked: the quote, or what is compared, in words."""
    return result.subject if isinstance(result, PairTable) else result.quote.text


def records(result: SearchResult, stances: Sequence[Stance] = tuple(Stance)) -> list[Record]:
    """Return the listed pairs: those that agree first, then oppose, then neither, best first.

    Probabilities and similarity are rounded to six digits; a kept result has them in full.
    """
    quote = asked(result)
    provenance = result.provenance
    behind = made_with(provenance)
    return [
        {
            "query": result.quote.text,
            **_verdict(stance, rank, match.probabilities, match.similarity),
            **side_record("a", quote, match.quote_part, match.why.quote if match.why else ()),
            **side_record(
                "b", match.statement, match.passage.text, match.why.passage if match.why else ()
            ),
            "b_also_said": JOINT.join(map(_also, match.also_said)),
            "label_source": provenance.label_source_of(match),
            **behind,
        }
        for stance, rank, match in listed(result, stances)
    ]


def listed(
    result: SearchResult, stances: Sequence[Stance] = tuple(Stance)
) -> Iterator[tuple[Stance, int, Match]]:
    """Yield (stance, rank in its list from 1, match) in the order of all that is shown."""
    for stance in Stance:
        if stance in stances:
            for rank, match in enumerate(result.listed(stance), start=1):
                yield stance, rank, match


def asked(result: SearchResult) -> Statement:
    """Return the quote as a statement, completed from the corpus where it was taken from there.

    What was said of the quote when it was asked stands before what the corpus says. A statement
    with the same words completes nothing where the quote was given another speaker.
    """
    return asked_of(result.quote, result.source)


def asked_of(quote: Quote, source: Statement | None) -> Statement:
    """Do as `asked`, of a quote and the statement of the corpus that has its words."""
    given = {name: value for name, value in _who(quote).items() if value}
    if source is None or (given and quote.statement_id != source.id):
        return Statement(id=quote.statement_id or "", text=quote.text, **given)
    return replace(source, **given)


def _who(quote: Quote) -> dict[str, Any]:
    """Return who said the quote, when and about what, as far as it was given."""
    return {
        "speaker": quote.speaker,
        "role": quote.role,
        "country": quote.country,
        "date": quote.date,
        "context": quote.context,
    }


def pair_records(table: PairTable, stances: Sequence[Stance] = tuple(Stance)) -> list[Record]:
    """Return the listed pairs of two sides, or of before and after: see `records`."""
    return [
        pair_record(table, pair, stance, rank)
        for stance in Stance
        if stance in stances
        for rank, pair in enumerate(table.listed(stance), start=1)
    ]


def pair_record(table: PairTable, pair: Pair, stance: Stance, rank: int) -> Record:
    """Return one pair of a table."""
    return {
        "query": table.subject,
        **_verdict(stance, rank, pair.probabilities, pair.similarity),
        "stance": CHANGED if table.over_time and stance is Stance.OPPOSE else stance.value,
        **side_record("a", pair.a, pair.a_passage.text, pair.why.quote if pair.why else ()),
        **side_record("b", pair.b, pair.b_passage.text, pair.why.passage if pair.why else ()),
        "b_also_said": "",
        "label_source": table.provenance.label_source_of(pair),
        **made_with(table.provenance),
    }


def made_with(provenance: Provenance) -> Record:
    """Return with what a result was made, as every record ends."""
    return {
        "encoder": f"{provenance.encoder}@{provenance.encoder_digest[:12]}",
        "library_digest": f"sha256:{provenance.library_digest}",
        "searched_on": provenance.date,
        "version": provenance.version,
    }


def _verdict(stance: Stance, rank: int, probabilities: Probabilities, similarity: float) -> Record:
    return {
        "stance": stance.value,
        "rank": rank,
        "p_agree": round(float(probabilities.agree), 6),
        "p_oppose": round(float(probabilities.oppose), 6),
        "p_neither": round(float(probabilities.neither), 6),
        "similarity": round(float(similarity), 6),
    }


def side_record(side: str, statement: Statement, passage: str, spans: Sequence[Span]) -> Record:
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
