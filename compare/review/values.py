"""The values of a review: its pairs, answers and settings."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, NoReturn

from compare.errors import ReviewError
from compare.results import Excerpt, Probabilities, Stance
from compare.safe_text import checked_name
from compare.statements import Passage, Statement, split_statement

MOST_READERS = 10
_LARGEST_SEED = 2**53
"""Larger numbers are not read from JSON."""

SKIP = "skip"
"""Written in place of a label if a reader could not judge the pair."""

SUM_TOLERANCE = 0.01
"""By how much the sum of three probabilities may differ from 1; imported ones are rounded."""

CONFIDENCE: Mapping[int, str] = {1: "unsure", 2: "fairly sure", 3: "sure"}


def checked_readers(given: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a review's readers; ReviewError if they are invalid or not different."""
    names = tuple(checked_name(name, "reader", ReviewError) for name in given)
    if not 1 <= len(names) <= MOST_READERS:
        raise ReviewError(f"A review has 1 to {MOST_READERS} readers, not {len(names)}: name them.")
    for name, number in Counter(name.casefold() for name in names).items():
        if number > 1:
            raise ReviewError(f"Two readers are called {name!r}: give them different names.")
    return names


def check_seed(given: int) -> None:
    """Raise ReviewError if a seed could not be stored."""
    if not 0 <= given <= _LARGEST_SEED:
        raise ReviewError(f"{given} is not a seed: give one from 0 to {_LARGEST_SEED}.")


class ReviewOption(StrEnum):
    """An option that users name; an unknown name is a ReviewError."""

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        raise ReviewError(f"{str(value)!r} is not one of {', '.join(cls)}.")


class Choice(ReviewOption):
    """How the pairs of a review were chosen."""

    RANDOM = "random"
    """Drawn at random from all pairs with the requested labels."""
    STRATIFIED = "stratified"
    """Drawn at random, equally many of each label, and weighted by the size of the label's pool."""
    WHOLE = "whole"
    """All pairs with the requested labels."""
    IMPORTED = "imported"
    """Read from a file; how they were chosen is unknown."""


class Order(ReviewOption):
    """The order in which the pairs are read."""

    RANDOM = "random"
    UNCERTAIN = "uncertain"
    """Starts with the pairs whose most likely label is least probable."""
    INFORMATIVE = "informative"
    """Starts with the pairs on which the fast and the accurate model differ most."""
    GIVEN = "given"
    """The order in which the pairs were given."""


class MachineShown(ReviewOption):
    """When people see the model's label; who decides differences sees it with no pair."""

    END = "end"
    """Once all readers have handed in and every difference is decided."""
    AFTER = "after"
    """Once they have answered the pair: then it may move how they answer the next ones."""
    BEFORE = "before"
    """With the pair: then the answers are no independent check of the model."""


@dataclass(frozen=True, slots=True)
class ReviewPair:
    """A pair to label, with the model's label if there is one.

    Attributes:
        id: Unique in a review.
        label_source: The model's name and the first digits of its digest.
        similarity: Cosine between the passages, -1 to 1.
        divergence: Total variation distance between the probabilities of the fast and the accurate
            model, 0 to 1; None unless both scored the pair.
        topic: Agreement is also reported by topic.
        stratum: In a stratified sample, the model's label within which the pair was drawn.
        weight: Number of pairs of the pool that it represents.
    """

    id: str
    a: Excerpt
    b: Excerpt
    machine: Stance | None = None
    probabilities: Probabilities | None = None
    label_source: str = ""
    similarity: float | None = None
    divergence: float | None = None
    topic: str = ""
    stratum: str = ""
    weight: float = 1.0

    @property
    def content_ids(self) -> tuple[str, str]:
        """Return the ids of the passages as (a, b) and as (b, a), whatever id a file gave."""
        return pair_id(self.a, self.b), pair_id(self.b, self.a)


def pair_id(a: Excerpt, b: Excerpt) -> str:
    """Return a short id that depends only on the two passages."""
    sides = [
        [side.statement.id or side.statement.content_hash, side.passage.start, side.text]
        for side in (a, b)
    ]
    return hashlib.sha256(repr(sides).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def excerpt_of(statement: Statement, words: str) -> Excerpt:
    """Return the passage of a statement with these words, else the whole statement."""
    start = statement.text.find(words) if words else -1
    if start < 0:
        return excerpt_at(statement, 0, len(statement.text))
    return excerpt_at(statement, start, start + len(words))


def excerpt_at(statement: Statement, start: int, end: int) -> Excerpt:
    """Return the passage of a statement between two offsets."""
    passage = Passage(statement.id, start, end, statement.text[start:end], statement.context)
    for one in split_statement(statement) if statement.translation else ():
        if (one.start, one.end) == (start, end):
            passage = one
    return Excerpt(statement, passage)


@dataclass(frozen=True, slots=True)
class Answer:
    """A reader's answer to a pair, or the decision on a pair on which the readers differ.

    Attributes:
        stance: None if the pair was skipped.
        confidence: 1 unsure, 2 fairly sure, 3 sure; None if not given.
        at: When it was given (ISO 8601, UTC).
        who: The person who decided; "" in a reader's answer.
    """

    stance: Stance | None
    confidence: int | None = None
    note: str = ""
    at: str = ""
    who: str = ""

    @property
    def label(self) -> str:
        """Return the stance as it is written, or `SKIP`."""
        return SKIP if self.stance is None else self.stance.value

    def to_json(self) -> str:
        """Return JSON, as the history keeps it."""
        data = asdict(self)
        del data["stance"]
        return json.dumps({"answer": self.label, **data}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """The answers to one pair before and after a change."""

    place: int
    before: Answer | None
    after: Answer | None


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a review's append-only history.

    Attributes:
        what: "answer", "import" (an answer read from a file), "undo", "hand in", "codebook",
            "decision" or "undo decision".
        pair: The pair's id; "" if the event concerns the whole review.
        before: The previous value as JSON, and `after` the new one; "" for none.
    """

    at: str
    who: str
    what: str
    pair: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ReaderProgress:
    """How many pairs a reader has answered and skipped, `of` how many."""

    answered: int
    skipped: int
    of: int

    @property
    def seen(self) -> int:
        """Return how many pairs the reader has answered or skipped."""
        return self.answered + self.skipped

    @property
    def left(self) -> int:
        """Return how many pairs the reader has neither answered nor skipped."""
        return self.of - self.seen


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """How a review was made; stored with it and written into every export.

    The attributes from `library_digest` to `screening` describe the search or comparison the pairs
    come from, and are empty if the pairs were imported.

    Attributes:
        of: Number of pairs of each label that could be chosen.
        subject: Description of the search or comparison.
        least_probability: Threshold of the model's labels; so `least_similarity`.
        screening: Name and digest of the first-stage model, which alone scored some of the pairs.
        left_out: Number of pairs that were not drawn because a finished review holds them.
        read_before: Number of pairs that another finished review holds.
        plan: The sha256 of the plan that it was made from; "" without a plan.
        frame: Digest of all pairs of the result and their labels; "" if the pairs were imported.
    """

    choice: Choice
    order: Order
    machine_shown: MachineShown
    of: Mapping[str, int] = field(default_factory=dict)
    chosen_seed: int | None = None
    order_seed: int | None = None
    subject: str = ""
    library_digest: str = ""
    least_probability: float | None = None
    least_similarity: float | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    search_settings: Mapping[str, Any] = field(default_factory=dict)
    searched_on: str = ""
    encoder: str = ""
    encoder_digest: str = ""
    stance_model: str = ""
    stance_digest: str = ""
    screening: str = ""
    left_out: int = 0
    read_before: int | None = None
    plan: str = ""
    frame: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ReviewSettings:
        """Return the settings from which `to_dict` made the data."""
        kinds = {"choice": Choice, "order": Order, "machine_shown": MachineShown}
        return cls(**{**data, **{name: kind(data[name]) for name, kind in kinds.items()}})


class StatementState(StrEnum):
    """The state of a statement in the library compared with when the review was made."""

    UNCHANGED = "unchanged"
    """What was read is the same; so is a statement that was typed in, or imported without an id."""
    CHANGED = "changed"
    """Words, context, countries or date have changed under its id; the review keeps the old."""
    GONE = "not in the library"


STATE_NOTES = {
    StatementState.CHANGED: "its words, countries or date have changed in the library since; "
    "this is what was read",
    StatementState.GONE: "not, or no longer, in this library; this is what was read",
}
"""Notes shown beside a statement that has changed or is missing in the library."""
