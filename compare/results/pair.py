"""Pairs of passages, their ranking, and the thresholds that put them into lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from compare.models import LEAST_CALLED, ModelInput, Probabilities, Rationale, Stance
from compare.statements import Passage, Quote, SentenceKind, Statement, sentence_kinds

PairKey = tuple[str, int, str, int]
"""What identifies a pair in a result; see `Pair.key`."""

Place = tuple[str, int]
"""What identifies a passage: the id of its statement, and its offset."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a pair must reach to be listed; a search fills short lists with unclear ones.

    >>> library.search("Aid to Russia", thresholds=Thresholds(probability=0.99)).oppose
    ()

    Attributes:
        probability: Minimum calibrated probability of agree or of oppose, 0.5 to 1. Below one half,
            nothing is called agreeing or opposing, so a lower minimum becomes 0.5.
        similarity: Minimum cosine of the two passages for them to be on the same topic.
        without_kinds: Kinds of sentence that are not listed: "question", … A search leaves out a
            statement whose strongest passage is one; positions, and what a side said, take its
            next passage; two sides leave out a pair that holds one.

    Raises:
        ValueError: A kind is none of `SentenceKind`.
    """

    probability: float = LEAST_CALLED
    # 99 % of the passages that people judged to agree with or oppose a typed claim are above 0.39.
    similarity: float = 0.35
    without_kinds: tuple[SentenceKind, ...] = ()

    def __post_init__(self) -> None:
        """Raise a lower minimum to one half, as it acts, and put the kinds in order."""
        object.__setattr__(self, "probability", max(self.probability, LEAST_CALLED))
        kinds = set(map(SentenceKind, self.without_kinds))
        object.__setattr__(
            self, "without_kinds", tuple(sorted(kinds, key=list(SentenceKind).index))
        )

    def with_values(
        self,
        probability: float | None,
        similarity: float | None,
        without_kinds: Sequence[SentenceKind] | None = None,
    ) -> Thresholds:
        """Return a copy with these values; None keeps the current one."""
        return Thresholds(
            self.probability if probability is None else probability,
            self.similarity if similarity is None else similarity,
            self.without_kinds if without_kinds is None else tuple(without_kinds),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the thresholds as plain data, without `without_kinds` if there are none."""
        data = asdict(self) | {"without_kinds": list(map(str, self.without_kinds))}
        return {name: value for name, value in data.items() if value != []}

    def leave_out(self, side: Excerpt) -> bool:
        """Tell whether a passage is a sentence of a kind that is not listed."""
        return not set(self.without_kinds).isdisjoint(side.kinds) if self.without_kinds else False

    def stance_of(self, pair: Pair) -> Stance | None:
        """Return the list that a pair belongs to, None for no list.

        That is the likelier of agree and oppose if it reaches the minimum. A search fills short
        lists with less likely pairs: see `Result.listed`.
        """
        if pair.similarity < self.similarity or self.leave_out(pair.b):
            return None
        side = pair.probabilities.side
        return side if pair.probabilities.of(side) >= self.probability else Stance.NEITHER


OF_PLACEMENTS = Thresholds(probability=0.6)
"""What a passage placed on a proposition, or a pair of two sides, must reach by default.

Of the pairs of two sides that are called opposing, 0.63 are right and on the point at 0.5, 0.70 at
0.6, and 0.82 at 0.7.
"""


def ranking_score(probability: float, similarity: float) -> float:
    """Return the score that ranks a pair in a list: probability times fourth root of similarity.

    A confident verdict on a dissimilar passage ranks low, and so does an unsure one on a similar.
    """
    # Chosen on dev queries: the square root ranked the agree list slightly worse.
    return float(probability * max(similarity, 0.0) ** 0.25)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One side of a pair: a passage and its statement.

    >>> result.oppose[0].b.statement.id
    'embassy-1'

    Attributes:
        statement: For side a of a search the quote; its id is "" unless the library holds it.
        repeats: Other statements with the same words, ignoring case, punctuation and articles.
    """

    statement: Statement
    passage: Passage
    repeats: tuple[Statement, ...] = ()

    @classmethod
    def of_quote(cls, quote: Quote, sentence: str, source: Statement | None = None) -> Excerpt:
        """Return a sentence of a quote; `source` is the statement the quote is from."""
        said = quote.as_statement(source)
        if said.is_read_in_translation and sentence not in said.text:
            said = said.as_translated()
        # A pasted quote may be spelled differently from its source; it then starts at 0.
        start = max(said.text.find(sentence), 0)
        return cls(said, Passage(said.id, start, start + len(sentence), sentence, said.context))

    @property
    def text(self) -> str:
        """Return the compared words."""
        return self.passage.text

    @property
    def read(self) -> str:
        """Return the words that models read: those shown, or their translation."""
        return self.passage.read

    @property
    def context(self) -> str:
        """Return the context that completes the words."""
        return self.passage.context

    @property
    def kinds(self) -> tuple[SentenceKind, ...]:
        """Return what kinds of sentence the words read are; () if they assert plainly."""
        return sentence_kinds(self.read)

    @property
    def place(self) -> Place:
        """Return what identifies the passage."""
        return self.statement.id, self.passage.start

    @property
    def model_input(self) -> ModelInput:
        """Return the side as the input of a stance model."""
        country = ", ".join(entry.name for entry in self.statement.country)
        date = self.statement.date.iso if self.statement.date else ""
        return ModelInput(self.read, self.context, country, date)

    @property
    def pages(self) -> tuple[int, ...]:
        """Return the page of the words, or the first and the last; () if there are no pages."""
        return self.statement.pages_of(self.passage.start, self.passage.end)

    @property
    def before(self) -> str:
        """Return the statement's text before the passage."""
        return self.statement.text[: self.passage.start]

    @property
    def after(self) -> str:
        """Return the statement's text after the passage."""
        return self.statement.text[self.passage.end :]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A passage that a search found in a language that the stance model does not read.

    Attributes:
        similarity: Cosine of it and the quote, -1 to 1. It says nothing about agreement.
    """

    excerpt: Excerpt
    similarity: float


class ThirdReading(StrEnum):
    """What a third reader made of a pair."""

    NOT_ASKED = ""
    READ = "read"
    """It gave the verdict."""
    UNANSWERED = "unanswered"
    """It was asked and gave none, so the verdict before stays."""
    NOT_SENT = "not sent"
    """Words in the pair address a reader, so it was not sent, and the verdict before stays."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two passages on the same point, and their stance towards each other.

    >>> pair = result.oppose[0]
    >>> pair.probabilities.oppose > 0.5, pair.similarity > 0.35
    (True, True)

    In a search `a` is a sentence of the quote and `b` the strongest passage of a statement.

    Attributes:
        probabilities: Calibrated; the same whichever side comes first.
        similarity: Cosine of the two, -1 to 1.
        rationale: The deciding words; None unless they were computed.
        first_stage_only: Only the fast model of a cascade scored the pair; it ranks behind all
            pairs that the accurate model scored.
        third_reading: Whether a third reader gave the verdict; pairs that it read rank before all
            others. Its probabilities are set by hand, see `models.third_reader.LABEL_PROBABILITY`.
        alone: The probabilities by these words alone, if a search weighed them with the same
            actor's other passages; else None.
    """

    a: Excerpt
    b: Excerpt
    probabilities: Probabilities
    similarity: float
    rationale: Rationale | None = None
    first_stage_only: bool = False
    third_reading: ThirdReading = ThirdReading.NOT_ASKED
    alone: Probabilities | None = None

    def score(self, stance: Stance) -> float:
        """Return the score that ranks the pair in the list of `stance`."""
        if stance is Stance.NEITHER:
            return self.similarity
        return ranking_score(self.probabilities.of(stance), self.similarity)

    @property
    def excerpts(self) -> tuple[Excerpt, Excerpt]:
        """Return both sides."""
        return self.a, self.b

    @property
    def ids(self) -> tuple[str, str]:
        """Return the ids of both statements."""
        return self.a.statement.id, self.b.statement.id

    @property
    def spans(self) -> Rationale:
        """Return the deciding words, empty unless they were computed."""
        return self.rationale or Rationale()

    @property
    def key(self) -> PairKey:
        """Return the ids of both statements, each with the offset of its passage."""
        return *self.a.place, *self.b.place

    def rank_key(self, stance: Stance) -> tuple[bool, bool, float, str, str, int, int]:
        """Return the sort key in the list of `stance`."""
        a, a_start, b, b_start = self.key
        others_read = self.third_reading is not ThirdReading.READ
        return others_read, self.first_stage_only, -self.score(stance), a, b, a_start, b_start
