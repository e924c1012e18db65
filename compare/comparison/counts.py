"""Count the pairs of a result by year and by actors; check a random sample by hand.

Pairs that a model selected and labelled are not a random sample of what was said. Counts show how
much was found; a random sample checked by hand shows how often the labels are right.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from compare.library.actors import actor_keys, actor_spellings, name_actors
from compare.results import Pair, Result, Stance
from compare.results.statistics import share_interval
from compare.statements import Statement

NOT_A_SAMPLE = (
    "These pairs were chosen and labelled by a model; they are no random sample of what was said. "
    "Check a random sample of them by hand before you cite a number."
)


_Mark = TypeVar("_Mark", bound=Hashable)


class Count(Protocol):
    """How many pairs agree and oppose, and how many were read: a mark of a chart, a row of a CSV.

    Implementations are dataclasses, whose fields are the columns of the CSV.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def name(self) -> str:
        """What was counted: a year, or two actors."""

    @property
    def agree(self) -> int:
        """Pairs that agree."""

    @property
    def oppose(self) -> int:
        """Pairs that oppose each other; over time: changes."""

    @property
    def read(self) -> int:
        """Pairs that were read, neither included."""


@dataclass(frozen=True, slots=True)
class YearCount:
    """The pairs of a year; a pair belongs to the year of its later statement."""

    year: int
    agree: int
    oppose: int
    read: int

    @property
    def name(self) -> str:
        """The year."""
        return str(self.year)


@dataclass(frozen=True, slots=True)
class Cell:
    """The pairs between two actors.

    Attributes:
        read: All pairs that were read, including those that neither agree nor oppose.
        opposed: The share of `oppose` among the pairs that agree or oppose; None if there are none.
            `low` and `high` are its 95 % interval (Wilson 1927), treating the pairs as a random
            sample.
    """

    a: str
    b: str
    agree: int
    oppose: int
    read: int
    opposed: float | None
    low: float | None
    high: float | None

    @property
    def name(self) -> str:
        """The two actors."""
        return f"{self.a} and {self.b}"


def tally(
    result: Result, marks: Callable[[Pair], Iterable[_Mark]]
) -> defaultdict[_Mark, Counter[Stance | None]]:
    """Count the pairs of each mark by stance; `marks` gives those that a pair counts for."""
    counts: defaultdict[_Mark, Counter[Stance | None]] = defaultdict(Counter)
    for pair in result.pairs:
        stance = result.stance_of(pair)
        for mark in marks(pair):
            counts[mark][stance] += 1
    return counts


def by_year(result: Result) -> list[YearCount]:
    """Return the counts of each year from the first to the last, without undated pairs."""
    counts = tally(result, _years)
    if not counts:
        return []
    return [
        YearCount(year, of[Stance.AGREE], of[Stance.OPPOSE], of.total())
        for year in range(min(counts), max(counts) + 1)
        for of in (counts[year],)
    ]


def of_year(result: Result, year: int) -> list[Pair]:
    """Return all pairs counted for a year by `by_year`."""
    return [pair for pair in result.pairs if year in _years(pair)]


def _years(pair: Pair) -> set[int]:
    a, b = (side.statement.date for side in pair.excerpts)
    return {max(a.year, b.year)} if a and b else set()


def matrix(result: Result, by: str = "country") -> list[Cell]:
    """Count who agrees with whom: a cell for each two actors, those with most pairs first.

    Actors are countries or speakers; a statement of several countries counts for each of them.
    """
    cells = []
    for two, of in tally(result, _actors_of(result, by)).items():
        agree, oppose = of[Stance.AGREE], of[Stance.OPPOSE]
        cells.append(Cell(*two, agree, oppose, of.total(), *_share(oppose, agree + oppose)))
    return sorted(cells, key=lambda cell: (-(cell.agree + cell.oppose), -cell.read, cell.a, cell.b))


def between(result: Result, a: str, b: str, by: str = "country") -> list[Pair]:
    """Return all pairs counted in a cell of `matrix`."""
    actors = _actors_of(result, by)
    return [pair for pair in result.pairs if (min(a, b), max(a, b)) in actors(pair)]


@dataclass(frozen=True, slots=True)
class SidesTaken:
    """The names of the countries that a search lists: who agrees, opposes, or has said both."""

    agree: tuple[str, ...]
    oppose: tuple[str, ...]
    both: tuple[str, ...]

    def in_words(self) -> str:
        """Return a sentence with the numbers, and the names of those who said both.

        It is empty if no statement names a country.

        >>> SidesTaken(("Lorn", "Marenia"), (), ("Valdoria",)).in_words()
        'By country: 2 agree, none opposes, 1 has said both (Valdoria).'
        """
        if not (self.agree or self.oppose or self.both):
            return ""
        agree = _verb(self.agree, "agrees", "agree")
        oppose = _verb(self.oppose, "opposes", "oppose")
        both = _verb(self.both, "has said both", "have said both")
        named = f" ({'; '.join(self.both)})" if self.both else ""
        return f"By country: {agree}, {oppose}, {both}{named}."


def sides_taken(result: Result) -> SidesTaken:
    """Return the countries of what a search calls agreeing and opposing, without unclear pairs.

    A country has said both if a passage of its agrees and another opposes, at whatever dates.
    """
    pairs = {stance: result.sure(stance) for stance in (Stance.AGREE, Stance.OPPOSE)}
    said = [
        [one for pair in found for one in (pair.b.statement, *pair.b.repeats)]
        for found in pairs.values()
    ]
    names = _names([one for found in said for one in found], "country")
    agree, oppose = (
        {names[key] for one in found for key in actor_keys(one, "country")} for found in said
    )
    groups = (agree - oppose, oppose - agree, agree & oppose)
    return SidesTaken(*(tuple(sorted(group)) for group in groups))


def _verb(names: Sequence[str], one: str, many: str) -> str:
    return f"{len(names) or 'none'} {one if len(names) < 2 else many}"


def random_sample(
    result: Result,
    size: int,
    seed: int = 0,
    stances: Iterable[Stance] = (Stance.AGREE, Stance.OPPOSE),
) -> list[Pair]:
    """Draw pairs with these labels at random, to check by hand.

    Unlike in the lists, repeated words count as often as they were said.
    """
    wanted = set(stances)
    pool = [pair for pair in result.pairs if result.stance_of(pair) in wanted]
    pool.sort(key=lambda pair: pair.key)  # so that a seed draws the same pairs
    return random.Random(seed).sample(pool, min(size, len(pool)))


@dataclass(frozen=True, slots=True)
class Check:
    """How often the labels of a sample are right, by a reader's answers.

    Attributes:
        answered: Number of pairs that the reader labelled, without skipped ones.
        right: Number of these where reader and model agree.
        share: `right / answered`, None if nothing was answered. `low` and `high` are its 95 %
            interval.
    """

    answered: int
    right: int
    share: float | None
    low: float | None
    high: float | None


def check(
    result: Result,
    sample: Sequence[Pair],
    answers: Sequence[Stance | None],
    label: Stance | None = None,
) -> Check:
    """Compare a reader's answers with the labels of a result at its thresholds.

    Args:
        result: The result.
        sample: Pairs that `random_sample` drew.
        answers: One for each pair; None if the reader skipped it.
        label: Only pairs with this label; None: all.
    """
    labels = [
        (result.stance_of(pair), answer)
        for pair, answer in zip(sample, answers, strict=True)
        if answer is not None and label in (None, result.stance_of(pair))
    ]
    right = sum(ours is theirs for ours, theirs in labels)
    return Check(len(labels), right, *_share(right, len(labels)))


def _share(count: int, total: int) -> tuple[float, float, float] | tuple[None, None, None]:
    """Return a share with the ends of its interval."""
    return (count / total, *share_interval(count, total)) if total else (None, None, None)


def _actors_of(result: Result, by: str) -> Callable[[Pair], set[tuple[str, str]]]:
    """Return a function that gives each two different actors of a pair, by name."""
    names = _names([side.statement for pair in result.pairs for side in pair.excerpts], by)

    def of_pair(pair: Pair) -> set[tuple[str, str]]:
        a, b = ([names[key] for key in actor_keys(side.statement, by)] for side in pair.excerpts)
        return {(min(one, other), max(one, other)) for one in a for other in b if one != other}

    return of_pair


def _names(said: Iterable[Statement], by: str) -> dict[str, str]:
    """Return the names of the actors of some statements, by their keys."""
    counted = Counter(named for statement in said for named in actor_spellings(statement, by))
    actors = name_actors(by, ((key, name, count) for (key, name), count in counted.items()))
    return {actor.key: actor.name for actor in actors}
