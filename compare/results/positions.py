"""Positions of countries or speakers on a proposition: frozen values, scored again at thresholds.

A passage read as neither says nothing about the proposition, so it does not pull its actor towards
the middle. An actor with only such passages takes no side, and one without passages near the
proposition is silent. Neither is neutral.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from compare.models.values import Stance
from compare.results.provenance import Provenance
from compare.results.result import Kind, Pair, Result, Thresholds
from compare.results.statistics import TOO_FEW, mean_interval
from compare.statements.quotes import Quote
from compare.statements.statement import PartialDate

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

PERIODS = (1, 5, 10)
"""Years of a period that are offered."""

PLACED, NO_SIDE, SILENT = "placed", "no side", "silent"
"""The standings of an actor: scored, with passages that take no side, or without passages."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A country or speaker in the filter, and the passages of it that were read.

    Attributes:
        key: The same for all spellings of the name.
        name: To show.
        statements: Number of its statements in the filter.
        near: Number of its passages, repeated words aside, above the least similarity, read or not.
        read: Pairs of the proposition and a passage; `repeats` holds the actor's other statements
            with the same words.
    """

    key: str
    name: str
    statements: int
    near: int
    read: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class PositionScore:
    """A position between opposed and agreeing.

    Attributes:
        mean: Of p_agree - p_oppose over the passages, one a statement: -1 opposed, 1 agreeing.
        low: Lower end of the 95 % interval (see `mean_interval`), `high` the upper; None for too
            few passages. The interval covers which statements were made, not the model's errors.
        passages: Their number.
    """

    mean: float
    low: float | None
    high: float | None
    passages: int


@dataclass(frozen=True, slots=True)
class Position:
    """An actor that takes a side.

    Attributes:
        passages: Those that take a side, one a statement, the strongest first.
        neither: Number of statements that were read and take no side.
    """

    actor: Actor
    score: PositionScore
    passages: tuple[Pair, ...]
    neither: int
    thresholds: Thresholds

    @property
    def name(self) -> str:
        """Return the actor's name."""
        return self.actor.name

    def of(self, stance: Stance) -> tuple[Pair, ...]:
        """Return the passages of one side, the strongest first."""
        return tuple(pair for pair in self.passages if _stance(pair, self.thresholds) is stance)

    def strongest(self, stance: Stance) -> Pair | None:
        """Return the strongest passage of one side, None if there is none."""
        return next(iter(self.of(stance)), None)

    @property
    def first_stage_only(self) -> int:
        """Return the number of passages that only the fast model of a cascade read."""
        return sum(pair.first_stage_only for pair in self.passages)

    @property
    def dates(self) -> tuple[PartialDate, PartialDate] | None:
        """Return when the actor first and last took a side; None if no date is known."""
        found = [date for pair in self.passages for date in _dates(pair)]
        if not found:
            return None
        return min(found, key=lambda date: date.first), max(found, key=lambda date: date.last)


@dataclass(frozen=True, slots=True)
class PeriodScore:
    """An actor's position in a period, from the first day of year `start` to the end of `end`."""

    actor: Actor
    start: int
    end: int
    score: PositionScore


class FrameTable(ABC):
    """What is a pandas frame, and by it an Arrow table and a polars frame."""

    @abstractmethod
    def to_pandas(self) -> pd.DataFrame:
        """Return a frame; `frame.attrs["compare"]` says what it comes from."""

    def to_arrow(self) -> pa.Table:
        """Return the same as an Arrow table."""
        from compare.export.frames import frame_to_arrow

        return frame_to_arrow(self.to_pandas())

    def to_polars(self) -> Any:
        """Return the same as a polars frame.

        Raises:
            ExportError: polars is not installed.
        """
        from compare.export.frames import arrow_to_polars

        return arrow_to_polars(self.to_arrow())


@dataclass(frozen=True)
class Positions(FrameTable):
    """All actors in the filter, and the positions of those that take a side at the thresholds.

    Attributes:
        by: "country" or "speaker".
        actors: By name.
        seed: Of the intervals.
        notes: Sentences the reader should see; the last says what the numbers are not.
    """

    proposition: str
    by: str
    actors: tuple[Actor, ...]
    thresholds: Thresholds
    provenance: Provenance
    seed: int = 0
    notes: tuple[str, ...] = ()

    def rethreshold(
        self, *, probability: float | None = None, similarity: float | None = None
    ) -> Positions:
        """Return the same positions at other thresholds; nothing is read again.

        Passages below the least similarity of the reading were not read, so a lower threshold finds
        nothing more.
        """
        return replace(self, thresholds=self.thresholds.but(probability, similarity))

    @cached_property
    def placed(self) -> tuple[Position, ...]:
        """Return the actors that take a side, from the most opposed to the most agreeing."""
        found = [position for actor in self.actors if (position := self._position(actor))]
        return tuple(sorted(found, key=lambda one: (one.score.mean, one.name)))

    @cached_property
    def undecided(self) -> tuple[Actor, ...]:
        """Return the actors whose passages near the proposition take no side."""
        placed = {position.actor.key for position in self.placed}
        return tuple(v for v in self.actors if v.key not in placed and self.near(v))

    @cached_property
    def silent(self) -> tuple[Actor, ...]:
        """Return the actors with statements, but none near the proposition."""
        return tuple(actor for actor in self.actors if not self.near(actor))

    @cached_property
    def standings(self) -> Mapping[str, str]:
        """Return `PLACED`, `NO_SIDE` or `SILENT` by the actor's name."""
        found = {one.name: PLACED for one in self.placed}
        found |= {actor.name: NO_SIDE for actor in self.undecided}
        return found | {actor.name: SILENT for actor in self.silent}

    def position(self, key: str) -> Position | None:
        """Return the position of the actor with this key, None if it takes no side."""
        return next((one for one in self.placed if one.actor.key == key), None)

    def by_period(self, years: int = 10) -> list[PeriodScore]:
        """Return each actor's position in each period in which it takes a side.

        Repeated words count once in each period; undated statements are left out.

        Args:
            years: Length of a period. Periods begin with the years that it divides: 2010, 2020.
        """
        return [
            PeriodScore(
                position.actor, start, start + years - 1, self._score(found[start])
            )
            for position in self.placed
            for found in (_periods(position, years),)
            for start in sorted(found)
        ]  # fmt: skip

    def result(self, actors: Iterable[Actor] | None = None) -> Result:
        """Return the passages of these actors, or of all, as the result of a search.

        They can be listed, shown and exported like others; those that take no side are included.
        """
        chosen = self.actors if actors is None else actors
        read = [pair for actor in chosen for pair in self.near(actor)]
        return Result(
            Kind.SEARCH,
            self.proposition,
            tuple(_strongest(read, self.thresholds)),
            self.thresholds,
            self.provenance,
            quote=Quote(self.proposition),
            notes=self.notes,
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return a row an actor as a frame, with the columns of the CSV."""
        from compare.export.frames import positions_frame

        return positions_frame(self)

    def _repr_html_(self) -> str:
        from compare.export.notebook import positions_html

        return positions_html(self)

    def near(self, actor: Actor) -> list[Pair]:
        """Return the pairs of an actor above the least similarity."""
        return [pair for pair in actor.read if pair.similarity >= self.thresholds.similarity]

    def _position(self, actor: Actor) -> Position | None:
        best = _strongest(self.near(actor), self.thresholds)
        sided = [m for m in best if _stance(m, self.thresholds) is not Stance.NEITHER]
        if not sided:
            return None
        return Position(
            actor, self._score(sided), tuple(sided), len(best) - len(sided), self.thresholds
        )

    def _score(self, passages: Sequence[Pair]) -> PositionScore:
        values = [pair.probabilities.agree - pair.probabilities.oppose for pair in passages]
        low, high = mean_interval(values, self.seed) if len(values) >= TOO_FEW else (None, None)
        return PositionScore(sum(values) / len(values), low, high, len(values))


def _stance(pair: Pair, thresholds: Thresholds) -> Stance | None:
    return thresholds.stance_of(pair.probabilities, pair.similarity)


def _strength(pair: Pair) -> tuple[bool, float, float]:
    side = max((Stance.AGREE, Stance.OPPOSE), key=pair.score)
    return not pair.first_stage_only, pair.score(side), pair.similarity


def _strongest(passages: Sequence[Pair], thresholds: Thresholds) -> list[Pair]:
    """Return the strongest passage of each statement, those that take a side first."""

    def strength(pair: Pair) -> tuple[bool, bool, float, float]:
        return _stance(pair, thresholds) is not Stance.NEITHER, *_strength(pair)

    ordered = sorted(passages, key=lambda pair: (pair.b.statement.id, pair.b.passage.start))
    ordered.sort(key=strength, reverse=True)
    best: dict[str, Pair] = {}
    for pair in ordered:
        best.setdefault(pair.b.statement.id, pair)
    return list(best.values())


def _dates(pair: Pair) -> list[PartialDate]:
    said = (pair.b.statement, *pair.b.repeats)
    return [statement.date for statement in said if statement.date]


def _periods(position: Position, years: int) -> dict[int, list[Pair]]:
    found: dict[int, list[Pair]] = defaultdict(list)
    for pair in position.passages:
        for start in sorted({date.year - date.year % years for date in _dates(pair)}):
            found[start].append(pair)
    return found
