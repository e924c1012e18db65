"""Positions of countries or speakers on a proposition; new thresholds need no new scoring.

A passage labelled neither says nothing about the proposition, so it does not pull its actor towards
the middle. An actor with only such passages takes no side; an actor without passages on the point
is silent. Neither is the same as neutral.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from compare.models import Stance
from compare.results.pair import Pair, PairKey, Thresholds
from compare.results.provenance import Provenance
from compare.results.result import Kind, Result, strongest
from compare.results.statistics import TOO_FEW, share_interval
from compare.statements import PartialDate, Quote, SentenceKind, Statement

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from compare.models.third_reader import ThirdReader
    from compare.progress import Progress

PERIODS = (1, 5, 10)
"""Lengths of a period that users can choose, in years."""

PLACED, NO_SIDE, SILENT = "placed", "no side", "silent"
"""An actor's standing: with a score, with passages that take no side, or without passages."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A country or speaker that passes the filters, and its passages that were scored.

    Attributes:
        key: The same for all spellings of the name.
        name: The name to show.
        statements: Number of its statements that pass the filters.
        near: Number of its passages above the minimum similarity, scored or not, without repeats.
        read: Scored pairs of the proposition and a passage; `repeats` of a passage holds the
            actor's other statements with the same words.
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
        mean: Share of the speeches that agree minus the share that oppose: -1 opposed, 1 agreeing.
            A speech counts once, divided among its passages that take a side.
        low: Lower end of the exact 95 % interval, `high` the upper (see `share_interval`); None for
            fewer than `TOO_FEW` speeches. It covers which speeches happened to be made, not the
            model's errors.
        passages: Number of passages, one per statement, and `speeches` those that they are from.
    """

    mean: float
    low: float | None
    high: float | None
    passages: int
    speeches: int

    @classmethod
    def of(cls, pairs: Sequence[Pair]) -> PositionScore:
        """Return the score of one pair or more that take a side."""
        sides = defaultdict[tuple[str, ...], list[int]](list)
        for pair in pairs:
            agrees = pair.probabilities.side is Stance.AGREE
            sides[pair.b.statement.speech].append(1 if agrees else -1)
        speeches = len(sides)
        total = round(sum(sum(of) / len(of) for of in sides.values()), 9) + 0.0  # no -0.0
        agreeing = (speeches + total) / 2
        low, high = None, None
        if speeches >= TOO_FEW:
            low, high = (2 * end - 1 for end in share_interval(agreeing, speeches))
        return cls(total / speeches, low, high, len(pairs), speeches)

    @property
    def side(self) -> Stance:
        """Return the side that the whole interval is on; NEITHER if it is on both, or unknown."""
        if self.low is None or self.high is None:
            return Stance.NEITHER
        return Stance.AGREE if self.low > 0 else Stance.OPPOSE if self.high < 0 else Stance.NEITHER


@dataclass(frozen=True, slots=True)
class Position:
    """An actor that takes a side.

    Attributes:
        passages: Passages that take a side, one per statement, strongest first.
        neither: Number of its scored statements that take no side.
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
        """Return the passages of one side, strongest first."""
        return tuple(pair for pair in self.passages if self.thresholds.stance_of(pair) is stance)

    def strongest(self, stance: Stance) -> Pair | None:
        """Return the strongest passage of one side, None if there is none."""
        return next(iter(self.of(stance)), None)

    @property
    def first_stage_only(self) -> int:
        """Return the number of passages that only the fast model of a cascade scored."""
        return sum(pair.first_stage_only for pair in self.passages)

    @property
    def dates(self) -> tuple[PartialDate, PartialDate] | None:
        """Return when the actor first and last took a side; None if no date is known."""
        dates = [date for pair in self.passages for date in _dates(pair)]
        if not dates:
            return None
        return min(dates, key=lambda date: date.first), max(dates, key=lambda date: date.last)

    def in_periods(self, years: int) -> dict[int, list[Pair]]:
        """Return the passages by the first year of their period; see `Positions.by_period`."""
        by_start: dict[int, list[Pair]] = defaultdict(list)
        for pair in self.passages:
            said: dict[int, Statement] = {}  # repeats within a period count once
            for one in (pair.b.statement, *pair.b.repeats):
                if one.date:
                    said.setdefault(one.date.year - one.date.year % years, one)
            for start, one in said.items():
                by_start[start].append(replace(pair, b=replace(pair.b, statement=one)))
        return dict(sorted(by_start.items()))


@dataclass(frozen=True, slots=True)
class PeriodScore:
    """An actor's position in a period, from the year `start` to the year `end`, both included."""

    actor: Actor
    start: int
    end: int
    score: PositionScore


class FrameTable(ABC):
    """Derive an Arrow table and a polars frame from the pandas frame of a subclass."""

    @abstractmethod
    def to_pandas(self) -> pd.DataFrame:
        """Return a frame; `frame.attrs["compare"]` describes its origin."""

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
    """All actors that pass the filters, and the positions of those that take a side.

    >>> claim = "We are concerned that China is considering military aid to Russia."
    >>> found = library.positions(claim)
    >>> found.proposition
    'We are concerned that China is considering military aid to Russia.'

    Attributes:
        by: "country" or "speaker".
        actors: Sorted by name.
        notes: Sentences the reader should see; the last warns how not to read the figures.
        opposite: What someone who disagrees would say, if passages were compared with it, too.
    """

    proposition: str
    by: str
    actors: tuple[Actor, ...]
    thresholds: Thresholds
    provenance: Provenance
    notes: tuple[str, ...] = ()
    opposite: str = ""

    def rethreshold(
        self,
        *,
        probability: float | None = None,
        similarity: float | None = None,
        without_kinds: Sequence[SentenceKind] | None = None,
    ) -> Positions:
        """Return the same positions at other thresholds; nothing is scored again.

        >>> claim = "We are concerned that China is considering military aid to Russia."
        >>> found = library.positions(claim)
        >>> found.rethreshold(probability=0.99).placed
        ()

        Passages below the original minimum similarity were not scored: a lower one adds nothing.
        """
        thresholds = self.thresholds.with_values(probability, similarity, without_kinds)
        return replace(self, thresholds=thresholds)

    @cached_property
    def placed(self) -> tuple[Position, ...]:
        """Return the actors that take a side, from the most opposed to the most agreeing.

        >>> claim = "We are concerned that China is considering military aid to Russia."
        >>> found = library.positions(claim)
        >>> found.placed[0].name, found.placed[0].score.mean < 0
        ('China', True)
        """
        positions = [position for actor in self.actors if (position := self._position(actor))]
        return tuple(sorted(positions, key=lambda position: (position.score.mean, position.name)))

    @cached_property
    def undecided(self) -> tuple[Actor, ...]:
        """Return the actors whose passages on the point take no side."""
        placed = {position.actor.key for position in self.placed}
        return tuple(actor for actor in self.actors if actor.key not in placed and self.near(actor))

    @cached_property
    def silent(self) -> tuple[Actor, ...]:
        """Return the actors with statements, but none on the point."""
        return tuple(actor for actor in self.actors if not self.near(actor))

    @cached_property
    def standings(self) -> Mapping[str, str]:
        """Return `PLACED`, `NO_SIDE` or `SILENT` by the actor's name."""
        standings = {position.name: PLACED for position in self.placed}
        standings |= {actor.name: NO_SIDE for actor in self.undecided}
        return standings | {actor.name: SILENT for actor in self.silent}

    def position(self, key: str) -> Position | None:
        """Return the position of the actor with this key, None if it takes no side."""
        return next((position for position in self.placed if position.actor.key == key), None)

    def by_period(self, years: int = 10) -> list[PeriodScore]:
        """Return each actor's position in each period in which it takes a side.

        >>> claim = "We are concerned that China is considering military aid to Russia."
        >>> found = library.positions(claim)
        >>> {period.start for period in found.by_period(years=10)}
        {2020}

        Repeated words count once in each period; undated statements are left out.

        Args:
            years: Length of a period; each starts in a multiple of it: 2010, 2020.
        """
        return [
            PeriodScore(position.actor, start, start + years - 1, PositionScore.of(said))
            for position in self.placed
            for start, said in position.in_periods(years).items()
        ]

    def result(self, actors: Iterable[Actor] | None = None) -> Result:
        """Return the passages of these actors, or of all, in lists as those of a search.

        The result can be shown and exported like any other, and includes passages that take no
        side.
        """
        chosen = self.actors if actors is None else actors
        read = [pair for actor in chosen for pair in self.near(actor)]
        return Result(
            Kind.POSITIONS,
            self.proposition,
            tuple(strongest(read, self.thresholds)),
            self.thresholds,
            self.provenance,
            quote=Quote(self.proposition, opposite=self.opposite),
            notes=self.notes,
        )

    def read_again(
        self,
        reader: ThirdReader,
        *,
        most: int = 20,
        candidates: int = 0,
        on_progress: Progress | None = None,
    ) -> Positions:
        """Return the positions that follow from a third reader's verdicts on the first passages.

        It reads what it would read of `result()`: see `Result.read_again`.

        >>> reader = load_third_reader("ollama", "llama3.1")  # doctest: +SKIP
        >>> found.read_again(reader, candidates=60).placed[0].name  # doctest: +SKIP
        'China'
        """
        before = self.result()
        after = before.read_again(reader, most=most, candidates=candidates, on_progress=on_progress)
        changed = {pair.key: pair for pair in after.pairs}
        actors = (
            replace(actor, read=tuple(_with_verdict(pair, changed) for pair in actor.read))
            for actor in self.actors
        )
        said = after.notes[len(before.notes) :]
        return replace(
            self,
            actors=tuple(actors),
            provenance=after.provenance,
            notes=(*self.notes[:-1], *said, *self.notes[-1:]),
        )

    @property
    def left_out(self) -> int:
        """Return how many passages that take a side are left out for their kind of sentence."""
        every = replace(self.thresholds, without_kinds=())
        read = {pair.key: pair for actor in self.actors for pair in actor.read}
        return sum(
            self.thresholds.leave_out(pair.b)
            and every.stance_of(pair) in (Stance.AGREE, Stance.OPPOSE)
            for pair in read.values()
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return a frame with one row per actor and the columns of the CSV.

        >>> claim = "We are concerned that China is considering military aid to Russia."
        >>> found = library.positions(claim)
        >>> len(found.to_pandas()) == len(found.actors)
        True
        """
        from compare.export.frames import positions_frame

        return positions_frame(self)

    def _repr_html_(self) -> str:
        from compare.export.notebook import positions_html

        return positions_html(self)

    def near(self, actor: Actor) -> list[Pair]:
        """Return the pairs of an actor on the point, without the kinds that are not listed."""
        return [pair for pair in actor.read if self.thresholds.stance_of(pair)]

    def _position(self, actor: Actor) -> Position | None:
        best = strongest(self.near(actor), self.thresholds)
        sided = [pair for pair in best if self.thresholds.stance_of(pair) is not Stance.NEITHER]
        if not sided:
            return None
        score, neither = PositionScore.of(sided), len(best) - len(sided)
        return Position(actor, score, tuple(sided), neither, self.thresholds)


def _with_verdict(pair: Pair, changed: Mapping[PairKey, Pair]) -> Pair:
    """Return a pair with the verdict on its passage, which may be another actor's as well."""
    if (other := changed.get(pair.key)) is None:
        return pair
    return replace(other, b=pair.b)


def _dates(pair: Pair) -> list[PartialDate]:
    said = (pair.b.statement, *pair.b.repeats)
    return [statement.date for statement in said if statement.date]
