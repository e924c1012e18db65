"""What the stance model reads of a quote and of a passage."""

from __future__ import annotations

from compare.results.result import Side
from compare.statements.passages import Passage
from compare.statements.quotes import Quote
from compare.statements.statement import Statement


def quote_side(quote: Quote, part: str) -> Side:
    """Return a sentence of the quote as the stance model reads it."""
    country = ", ".join(entry.name for entry in quote.country)
    return Side(part, quote.context, country, quote.date.iso if quote.date else "")


def passage_side(statement: Statement, passage: Passage) -> Side:
    """Return a passage as the stance model reads it."""
    country = ", ".join(entry.name for entry in statement.country)
    date = statement.date.iso if statement.date else ""
    return Side(passage.text, passage.context, country, date)
