"""Find the statement of a library that a quote itself comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from compare.statements.normalize import fold, speaker_key

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.statements.quotes import Quote
    from compare.statements.statement import Statement

NEIGHBOURS = 10
"""Passages nearest to the quote among which its own is looked for."""


def own_statements(library: Library, quote: Quote, rows: Iterable[int]) -> list[Statement]:
    """Return the statements that the quote itself comes from, the one with its id first.

    Besides the one named by id, these are statements with whole sentences that are the quote's
    words, unless the quote is known to be another speaker's.

    Args:
        library: Where to look.
        quote: The words, with who said them where that is known.
        rows: The passages nearest to the quote.
    """
    found: dict[str, Statement] = {}
    if quote.statement_id is not None:
        own = library.statement(quote.statement_id)
        found[own.id] = own
    wanted = fold(quote.text)
    held = [p.statement_id for p in library.passages(rows) if fold(p.text) in wanted]
    for statement_id in dict.fromkeys(held):
        statement = library.statement(statement_id)
        sentences = library.passages(library.statement_rows(statement_id))
        if _holds(wanted, [fold(p.text) for p in sentences]) and may_be_own(quote, statement):
            found.setdefault(statement.id, statement)
    return list(found.values())


def _holds(wanted: str, sentences: Sequence[str]) -> bool:
    """Tell whether whole sentences in a row are the wanted words: no "it is false that" ahead."""
    for first in range(len(sentences)):
        held = sentences[first]
        for sentence in sentences[first + 1 :]:
            if len(held) >= len(wanted):
                break
            held = f"{held} {sentence}"
        if held == wanted:
            return True
    return False


def may_be_own(quote: Quote, statement: Statement) -> bool:
    """Tell whether a statement with the quote's words can be the quote's own."""
    if quote.speaker and statement.speaker:
        return speaker_key(quote.speaker) == speaker_key(statement.speaker)
    codes = {entry.code or fold(entry.name) for entry in quote.country}
    others = {entry.code or fold(entry.name) for entry in statement.country}
    return not codes or not others or bool(codes & others)
