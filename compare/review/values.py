"""What a review is made of: pairs, answers, and how both came about; frozen values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from compare.errors import ReviewError
from compare.results.result import Probabilities, Stance
from compare.statements.passages import Passage
from compare.statements.statement import Statement

SKIP = "skip"
"""How a skipped pair is written: it was looked at, and cannot be judged."""

CONFIDENCE: Mapping[int, str] = {1: "unsure", 2: "fairly sure", 3: "sure"}


class Choice(StrEnum):
    """How the pairs of a project were chosen."""

    RANDOM = "random"
    """Drawn at random from all pairs with the labels asked for."""
    STRATIFIED = "stratified"
    """Drawn at random within each label, as many of each; a pair weighs what it stands for."""
    WHOLE = "whole"
    """All pairs with the labels asked for."""
    IMPORTED = "imported"
    """A file of pairs; how they were chosen is not known here."""


class Order(StrEnum):
    """In which order the pairs are read."""

    RANDOM = "random"
    UNCERTAIN = "uncertain"
    """The least probable of the machine's labels first."""
    INFORMATIVE = "informative"
    """Where the fast and the accurate model differ most first."""
    GIVEN = "given"
    """As the pairs came."""


class MachineShown(StrEnum):
    """When readers see the machine's label."""

    AFTER = "after"
    """Of each pair once they have answered it."""
    END = "end"
    """Once all readers have handed in their answers."""
    BEFORE = "before"
    """With the pair: what they answer then is no independent reading."""


_Kind = TypeVar("_Kind", bound=StrEnum)


def one_of(kind: type[_Kind], given: _Kind | str) -> _Kind:
    """Return the member that is given, or named.

    Raises:
        ReviewError: There is none of the name.
    """
    try:
        return kind(given)
    except ValueError:
        raise ReviewError(f"{str(given)!r} is none of {', '.join(kind)}: name one.") from None


@dataclass(frozen=True, slots=True)
class ReviewPair:
    """A pair to be read, and what the machine says of it.

    Attributes:
        id: Unique in a project.
        machine: The machine's label, None where there is none.
        probabilities: Behind the label.
        label_source: Who gave the label: model name and the first digits of its digest.
        similarity: Cosine between the passages, -1 to 1.
        divergence: Half the sum of the differences between the probabilities of the fast and the
            accurate model, 0 to 1; None where both did not read the pair.
        topic: Figures are given for each topic of a project.
        stratum: Of a stratified sample: the label it was drawn from.
        weight: How many pairs of those it was drawn from it stands for.
    """

    id: str
    a: Statement
    a_passage: Passage
    b: Statement
    b_passage: Passage
    machine: Stance | None = None
    probabilities: Probabilities | None = None
    label_source: str = ""
    similarity: float | None = None
    divergence: float | None = None
    topic: str = ""
    stratum: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader says of a pair.

    Attributes:
        stance: None where the pair was skipped.
        confidence: 1 unsure, 2 fairly sure, 3 sure; None where it was not said.
        at: When (ISO 8601, UTC).
        who: Who decided, of a decision on readers who differ; "" of a reader's answer.
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


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history, which is only ever added to.

    Attributes:
        what: "answer", "import" (an answer out of a file), "undo", "hand in" or "codebook", and of
            a decision "decision" or "undo decision".
        pair: The pair's id, "" where the whole project is meant.
        before: What stood there, as JSON; "" for nothing. `after` is what stands there since.
    """

    at: str
    who: str
    what: str
    pair: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reader is; what was skipped is not counted as answered."""

    answered: int
    skipped: int
    of: int

    @property
    def left(self) -> int:
        """Return how many pairs the reader has not looked at."""
        return self.of - self.answered - self.skipped


@dataclass(frozen=True, slots=True)
class Settings:
    """How a project was made; kept with it and written into every export.

    Attributes:
        choice: How the pairs were chosen, with `chosen_seed` where they were drawn.
        of: How many pairs of each label they were chosen from.
        order: In which order they are read, with `order_seed` where that is random.
        subject: What was compared or asked, in words.
        library_digest: sha256 of what the library held; "" of imported pairs, as all that follows
            is of them nothing.
        least_probability: The threshold behind the machine's labels, as `least_similarity`.
        filters: Of the search or comparison the pairs come from, as they were applied;
            `search_settings` are what else decided what was read there, and `searched_on` is when
            that was (ISO 8601, UTC).
        encoder: Name of its embedding model; `encoder_digest` is its sha256.
        stance_model: Name of its stance model; `stance_digest` is its sha256, and `screening` the
            name and digest of the model that alone read what is marked as screened.
        left_out: How many pairs could not be drawn, as a finished review had held them.
        read_before: How many pairs a finished review beside this one had held already.
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

    def to_json(self) -> str:
        """Return text from which `from_json` makes equal settings."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """Return the settings that `to_json` wrote."""
        data: dict[str, Any] = json.loads(text)
        kinds = {"choice": Choice, "order": Order, "machine_shown": MachineShown}
        return cls(**{**data, **{name: kind(data[name]) for name, kind in kinds.items()}})
