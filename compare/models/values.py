"""Inputs and outputs of stance models: texts, stances, probabilities and rationales."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

CODEBOOK = (Path(__file__).parent / "codebook.md").read_text(encoding="utf-8")
"""What the three stances mean: for people who review pairs, and for a third reader."""


class Stance(StrEnum):
    """How two statements relate; the order is the column order of all probabilities.

    >>> [stance.value for stance in Stance]
    ['agree', 'oppose', 'neither']
    """

    AGREE = "agree"
    OPPOSE = "oppose"
    NEITHER = "neither"


class Use(StrEnum):
    """What a pair is read for: each use chooses its pairs otherwise, so each has a calibration.

    >>> load_stance_model("fast").for_use(Use.TIMELINE).use
    <Use.TIMELINE: 'timeline'>
    """

    PAIR = "pair"
    """Two statements that someone gave, each with its speaker's country or a date."""
    CLAIM = "claim"
    """Two texts that someone gave, one of them without a speaker's country and a date."""
    QUOTE = "quote"
    """A quote without speaker and date, and a passage that a search found."""
    NAMED_QUOTE = "named_quote"
    """Typed words whose speaker's country or date is known, and a passage that a search found."""
    STATEMENT = "statement"
    """A statement of the library as the quote, and a passage that a search found."""
    BOTH_ENDS = "both_ends"
    """A quote and its opposite, and a passage that a search compares with both."""
    PROPOSITION = "proposition"
    """A proposition and a passage of an actor."""
    POLES = "poles"
    """A proposition and its opposite, and a passage of an actor that is compared with both."""
    SIDES = "sides"
    """Passages of two sides."""
    TIMELINE = "timeline"
    """An earlier and a later passage of one side."""


LEAST_CALLED = 0.5
"""Below this probability, nothing is called agreeing or opposing."""


@dataclass(frozen=True, slots=True)
class SameActor:
    """How a search weighs a verdict with those on the same actor's other passages.

    See `comparison.search.weigh_actors`.

    Attributes:
        weight: How much these count.
        scale: With `shift`, the calibration that goes with the weight, of the logarithms of the
            probabilities of each passage by itself.
    """

    weight: float
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Calibrated probabilities of the three stances; they sum to 1.

    >>> Probabilities(agree=0.1, oppose=0.7, neither=0.2).stance
    <Stance.OPPOSE: 'oppose'>
    >>> Probabilities(agree=0.1, oppose=0.48, neither=0.42).stance
    <Stance.NEITHER: 'neither'>
    """

    agree: float
    oppose: float
    neither: float

    @property
    def stance(self) -> Stance:
        """Return agree or oppose if its probability is at least one half, else neither."""
        return self.side if self.of(self.side) >= LEAST_CALLED else Stance.NEITHER

    @property
    def is_unclear(self) -> bool:
        """Tell whether no stance, neither included, has a probability of one half."""
        return max(self.agree, self.oppose, self.neither) < LEAST_CALLED

    @property
    def side(self) -> Stance:
        """Return the more probable of agree and oppose."""
        return Stance.OPPOSE if self.oppose > self.agree else Stance.AGREE

    def of(self, stance: Stance) -> float:
        """Return the probability of one stance."""
        return {Stance.AGREE: self.agree, Stance.OPPOSE: self.oppose}.get(stance, self.neither)


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One side of a pair as the stance model reads it: words, context, country and date.

    >>> pair = ModelInput("We will stay."), ModelInput("They must leave.")
    >>> load_stance_model("fast").score([pair]).shape
    (1, 3)
    """

    text: str
    context: str = ""
    country: str = ""
    date: str = ""


InputPair = tuple[ModelInput, ModelInput]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start`..`end` of a text that help to decide the verdict.

    `weight`, above 0, is the sum of the weights of its words; `models.rationale` defines them.
    """

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Rationale:
    """The deciding words of both sides, as offsets into their texts."""

    a: tuple[Span, ...] = ()
    b: tuple[Span, ...] = ()
