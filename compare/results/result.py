"""What a search gives: frozen values, re-thresholded and exported without scoring again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from compare.export import frames as tables
from compare.results.provenance import Provenance
from compare.statements.passages import Passage
from compare.statements.quotes import Quote
from compare.statements.statement import Statement


class Stance(StrEnum):
    """How two statements relate; the order is the column order of all probabilities."""

    AGREE = "agree"
    OPPOSE = "oppose"
    NEITHER = "neither"


class Outcome(StrEnum):
    """Whether anything agrees with the quote or opposes it."""

    FOUND = "found"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Calibrated probabilities of the three stances; they sum to 1."""

    agree: float
    oppose: float
    neither: float

    @property
    def stance(self) -> Stance:
        """Return the most probable stance."""
        return max(Stance, key=self.of)

    def of(self, stance: Stance) -> float:
        """Return the probability of one stance."""
        return {Stance.AGREE: self.agree, Stance.OPPOSE: self.oppose}.get(stance, self.neither)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pair as the stance model reads it: words, context, who and when."""

    text: str
    context: str = ""
    country: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a match must reach to be listed.

    Attributes:
        probability: Least calibrated probability of agree or of oppose, 0 to 1.
        similarity: Least cosine between quote and passage for it to be on the same topic.

    The defaults are chosen on dev pairs: from 0.45 up the labels' macro-F1 falls, of officials'
    pairs and of typed claims alike, and below 0.4 it hardly changes; 99 % of what people judged
    to agree with a typed claim or to oppose it has a cosine above 0.39.
    """

    probability: float = 0.4
    similarity: float = 0.35

    def but(self, probability: float | None, similarity: float | None) -> Thresholds:
        """Return these with others in their place; None keeps one."""
        return Thresholds(
            self.probability if probability is None else probability,
            self.similarity if similarity is None else similarity,
        )

    def stance_of(self, probabilities: Probabilities, similarity: float) -> Stance | None:
        """Return the list that a pair belongs to, None for no list."""
        if similarity < self.similarity:
            return None
        stance = probabilities.stance
        return stance if probabilities.of(stance) >= self.probability else Stance.NEITHER


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start`..`end` of a text that decide the verdict.

    `weight` is above 0, the more the heavier: summed over the words, the root of what the verdict's
    probability falls by when each is left out, shared with its neighbours (`models.rationale`).
    """

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Why:
    """The deciding words on both sides: offsets into `Match.quote_part` and `Passage.text`."""

    quote: tuple[Span, ...]
    passage: tuple[Span, ...]


def also_said_in_words(also_said: Sequence[Statement]) -> str:
    """Return how often else the words were said, and when."""
    times = "once more" if len(also_said) == 1 else f"{len(also_said)} times more"
    years = sorted(entry.date.year for entry in also_said if entry.date)
    if not years:
        return f"Said {times}"
    return f"Said {times}, {years[0]}" + (f" to {years[-1]}" if years[-1] > years[0] else "")


def ranking_score(probability: float, similarity: float) -> float:
    """Return the rank of a match in a list: probability times the fourth root of closeness.

    A sure verdict on a distant passage and a faint one on a near passage both rank low. The root
    is chosen on dev queries, where the square root did a little worse for what agrees.
    """
    return float(probability * max(similarity, 0.0) ** 0.25)


@dataclass(frozen=True, slots=True)
class Match:
    """A statement found for a quote, by its strongest passage.

    Attributes:
        probabilities: Of the pair (quote_part, passage).
        similarity: Cosine between the two, -1 to 1.
        quote_part: The sentence of the quote that the passage was compared with.
        before: The text of the statement ahead of the passage, "" at its start.
        after: The text of the statement behind the passage.
        also_said: Other statements with nearly the same words, collapsed into this one.
        why: The deciding words, None until they are asked for.
        screened: Only the fast model of a cascade read the pair; it ranks behind those that the
            accurate one read.
    """

    statement: Statement
    passage: Passage
    probabilities: Probabilities
    similarity: float
    quote_part: str
    before: str = ""
    after: str = ""
    also_said: tuple[Statement, ...] = ()
    why: Why | None = None
    screened: bool = False

    def score(self, stance: Stance) -> float:
        """Return what the list of `stance` is ranked by."""
        if stance is Stance.NEITHER:
            return self.similarity
        return ranking_score(self.probabilities.of(stance), self.similarity)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """All that was scored for a quote, and the lists that the thresholds cut from it.

    Attributes:
        scored: Every statement whose passages were scored, best passage each.
        source: The quote's own statement where the corpus holds it; it stands in no list.
        notes: Sentences the reader should see ("The quote does not look English: …").
    """

    quote: Quote
    scored: tuple[Match, ...]
    thresholds: Thresholds
    provenance: Provenance
    source: Statement | None = None
    notes: tuple[str, ...] = ()

    def rethreshold(
        self, *, probability: float | None = None, similarity: float | None = None
    ) -> SearchResult:
        """Return the same result with other thresholds; nothing is scored again."""
        return replace(self, thresholds=self.thresholds.but(probability, similarity))

    def stance_of(self, match: Match) -> Stance | None:
        """Return the list a match stands in under the thresholds, None for no list."""
        return self.thresholds.stance_of(match.probabilities, match.similarity)

    def listed(self, stance: Stance) -> tuple[Match, ...]:
        """Return one list, best first."""
        chosen = [match for match in self.scored if self.stance_of(match) is stance]
        return tuple(sorted(chosen, key=lambda m: (m.screened, -m.score(stance), m.statement.id)))

    @property
    def agree(self) -> tuple[Match, ...]:
        """Return the statements that agree with the quote, best first."""
        return self.listed(Stance.AGREE)

    @property
    def oppose(self) -> tuple[Match, ...]:
        """Return the statements that oppose the quote, best first."""
        return self.listed(Stance.OPPOSE)

    @property
    def neither(self) -> tuple[Match, ...]:
        """Return the statements on the same topic that do neither, closest first."""
        return self.listed(Stance.NEITHER)

    @property
    def outcome(self) -> Outcome:
        """Say whether anything agrees or opposes."""
        return Outcome.FOUND if self.agree or self.oppose else Outcome.NOTHING

    to_arrow = tables.to_arrow
    to_pandas = tables.to_pandas
    to_polars = tables.to_polars
    _repr_html_ = tables.repr_html
