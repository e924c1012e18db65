"""What could become a statement, and where its speaker was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from compare.statements.statement import Quotation


class Confidence(StrEnum):
    """Where the speaker was found."""

    BESIDE = "speaker named beside it"
    IN_SENTENCE = "speaker named in the sentence"
    BEFORE = "speaker from the sentence before"
    FURTHER_UP = "speaker from further up"
    NONE = "no speaker found"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What could become a statement.

    Attributes:
        text: The words; those of a quotation that an attribution interrupts are joined.
        speaker: As the page names them somewhere, "" where nobody is found.
        country: As it stands in the role, "" where no known one does.
        context: The sentence in which the words stand; of a very long one, what is near them.
        paragraph: The paragraph's index.
        start: Where the words begin in the paragraph.
        end: Where they end; an attribution can stand between.
        confidence: Where the speaker was found.
    """

    text: str
    quotation: Quotation
    speaker: str
    role: str
    country: str
    context: str
    paragraph: int
    start: int
    end: int
    confidence: Confidence
