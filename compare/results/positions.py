"""Where parties stand on a proposition: frozen values, placed again without reading again.

A passage that does not take a side says nothing about the proposition ("neither" means that no
point is shared), so it does not draw its party towards the middle: who only has such passages takes
no side, and who has none near the proposition is silent. Neither of the two is neutral.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from compare.export.frames import FrameTable
from compare.results.provenance import Provenance
from compare.results.result import Kind, Pair, Result, Stance, Thresholds
from compare.results.statistics import mean_interval
from compare.statements.quotes import Quote
from compare.statements.statement import PartialDate

if TYPE_CHECKING:
    import pandas as pd

PERIODS = (1, 5, 10)
"""Years of a period that are offered."""

PLACED, NO_SIDE, SILENT = "placed", "no side", "silent"
"""How a party stands: with a place, with passages of which none takes a side, without any."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A party in the filter and what was read of it.

    Attributes:
        key: What is equal for all spellings of its name.
        name: What to show.
        statements: How many of the filter are its own.
        near: Passages with different words that are as near as was asked for, read or not.
        read: What was read; the same words in other statements of the party stand in `repeats`.
    """

    key: str
    name: str
    statements: int
    near: int
    read: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where passages stand between opposed and agreeing.

    Attributes:
        mean: Over the passages, one a statement, of p_agree - p_oppose: -1 opposed, 1 agreeing.
        low: Of its 95 % interval (see `mean_interval`), as `high`: None for too few passages. It
            says how far the mean depends on which statements were made; what the model gets wrong
            is not in it.
        passages: How many.
    """

    mean: float
    low: float | None
    high: float | None
    passages: int


@dataclass(frozen=True, slots=True)
class Position:
    """A party that takes a side.

    Attributes:
        passages: Those that take one, the strongest of each statement, the strongest first.
        neither: Statements of which a passage was read and none takes a side.
    """

    voice: Voice
    place: Place
    passages: tuple[Pair, ...]
    neither: int
    thresholds: Thresholds

    @property
    def name(self) -> str:
        """Return the party's name."""
        return self.voice.name

    def of(self, stance: Stance) -> tuple[Pair, ...]:
        """Return the passages of one side, the strongest first."""
        return tuple(pair for pair in self.passages if _stance(pair, self.thresholds) is stance)

    def strongest(self, stance: Stance) -> Pair | None:
        """Return the strongest passage of one side, None where there is none."""
        return next(iter(self.of(stance)), None)

    @property
    def first_stage_only(self) -> int:
        """Return how many of the passages only the fast model of a cascade read."""
        return sum(pair.first_stage_only for pair in self.passages)

    @property
    def dates(self) -> tuple[PartialDate, PartialDate] | None:
        """Return when the party first and last took a side; None where no date is known."""
        found = [date for pair in self.passages for date in _dates(pair)]
        if not found:
            return None
        return min(found, key=lambda date: date.first), max(found, key=lambda date: date.last)


@dataclass(frozen=True, slots=True)
class PeriodPlace:
    """Where a party stands in a period, from the first day of year `start` to the end of `end`."""

    voice: Voice
    start: int
    end: int
    place: Place


@dataclass(frozen=True)
class Positions(FrameTable):
    """All parties in the filter, and where the thresholds place those that take a side.

    Attributes:
        by: "country" or "speaker".
        voices: The parties, by name.
        seed: Of the intervals.
        notes: Sentences the reader should see; the last says what the numbers are not.
    """

    proposition: str
    by: str
    voices: tuple[Voice, ...]
    thresholds: Thresholds
    provenance: Provenance
    seed: int = 0
    notes: tuple[str, ...] = ()

    def rethreshold(
        self, *, probability: float | None = None, similarity: float | None = None
    ) -> Positions:
        """Return the same with other thresholds; nothing is read again.

        What was not as near as the least closeness of the reading was not read: a lower one finds
        nothing more.
        """
        return replace(self, thresholds=self.thresholds.but(probability, similarity))

    @cached_property
    def placed(self) -> tuple[Position, ...]:
        """Return the parties that take a side, from the most opposed to the most agreeing."""
        found = [position for voice in self.voices if (position := self._position(voice))]
        return tuple(sorted(found, key=lambda one: (one.place.mean, one.name)))

    @cached_property
    def undecided(self) -> tuple[Voice, ...]:
        """Return the parties with passages near the proposition of which none takes a side."""
        placed = {position.voice.key for position in self.placed}
        return tuple(v for v in self.voices if v.key not in placed and self.near(v))

    @cached_property
    def silent(self) -> tuple[Voice, ...]:
        """Return the parties with statements, but none near the proposition."""
        return tuple(voice for voice in self.voices if not self.near(voice))

    @cached_property
    def standings(self) -> Mapping[str, str]:
        """Return by the party's name how it stands: `PLACED`, `NO_SIDE` or `SILENT`."""
        found = {one.name: PLACED for one in self.placed}
        found |= {voice.name: NO_SIDE for voice in self.undecided}
        return found | {voice.name: SILENT for voice in self.silent}

    def position(self, key: str) -> Position | None:
        """Return where the party with this key stands, None where it takes no side."""
        return next((one for one in self.placed if one.voice.key == key), None)

    def by_period(self, years: int = 10) -> list[PeriodPlace]:
        """Return where each party stands in each period in which it takes a side.

        Words that are said again count once in each period. What has no date is left out.

        Args:
            years: Of a period. Periods begin with the years that it divides: 2010, 2020.
        """
        return [
            PeriodPlace(
                position.voice, start, start + years - 1, self._place(found[start])
            )
            for position in self.placed
            for found in (_periods(position, years),)
            for start in sorted(found)
        ]  # fmt: skip

    def result(self, voices: Iterable[Voice] | None = None) -> Result:
        """Return the passages of some parties, or of all, as a search for the proposition has them.

        So they can be listed, shown and exported as others are; what takes no side is among them.
        """
        chosen = self.voices if voices is None else voices
        read = [pair for voice in chosen for pair in self.near(voice)]
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
        """Return a row a party as a frame: `compare.export.position_rows.COLUMNS`."""
        from compare.export.position_rows import frame

        return frame(self)

    def _repr_html_(self) -> str:
        """Return the first parties of either end, for a notebook."""
        from compare.export.notebook_positions import positions_html

        return positions_html(self)

    def near(self, voice: Voice) -> list[Pair]:
        """Return what was read of a party and is as near as the thresholds ask."""
        return [pair for pair in voice.read if pair.similarity >= self.thresholds.similarity]

    def _position(self, voice: Voice) -> Position | None:
        best = _strongest(self.near(voice), self.thresholds)
        sided = [m for m in best if _stance(m, self.thresholds) is not Stance.NEITHER]
        if not sided:
            return None
        return Position(
            voice, self._place(sided), tuple(sided), len(best) - len(sided), self.thresholds
        )

    def _place(self, passages: Sequence[Pair]) -> Place:
        values = [pair.probabilities.agree - pair.probabilities.oppose for pair in passages]
        low, high = mean_interval(values, self.seed) or (None, None)
        return Place(sum(values) / len(values), low, high, len(values))


def _stance(pair: Pair, thresholds: Thresholds) -> Stance | None:
    return thresholds.stance_of(pair.probabilities, pair.similarity)


def _strength(pair: Pair) -> tuple[bool, float, float]:
    side = max((Stance.AGREE, Stance.OPPOSE), key=pair.score)
    return not pair.first_stage_only, pair.score(side), pair.similarity


def _strongest(passages: Sequence[Pair], thresholds: Thresholds) -> list[Pair]:
    """Return the strongest passage of each statement, the strongest first.

    Those that take a side stand before those that take none, however strong.
    """

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
