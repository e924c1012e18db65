"""Split statements into passages: sentences that know where in the statement they stand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence (or a window of one) of a statement, verbatim.

    Attributes:
        statement_id: The statement it stands in.
        start: Offset of its first character in the statement's text.
        end: Offset behind its last character: `statement.text[start:end] == text`.
        text: The words shown.
        context: The statement's context, which completes the words where they are a fragment.
    """

    statement_id: str
    start: int
    end: int
    text: str
    context: str = ""

    @property
    def completed(self) -> str:
        """Return what is embedded and compared: the words with the context that completes them."""
        return complete(self.text, self.context)


def complete(text: str, context: str) -> str:
    """Return `text` with its context in brackets behind it, or `text` where there is none."""
    return f"{text} ({context})" if context else text
