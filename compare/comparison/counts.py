"""Count what sides said by year, and the countries of a search.

Pairs that a model selected and labelled are not a random sample of what was said: a review of a
random sample corrects such counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compare.library.actors import actor_keys, actor_spellings, name_actors
from compare.results import Result, Stance
from compare.statements import Statement

NOT_A_SAMPLE = (
    "These pairs were chosen and labelled by a model; they are no random sample of what was said. "
    "Check a random sample of them by hand before you cite a number."
)


@dataclass(frozen=True, slots=True)
class YearCount:
    """What a side said on the proposition in a year.

    Attributes:
        side: "a" or "b"; "a" for a timeline.
        agree: Statements that agree with the proposition.
        oppose: Statements that oppose it.
        read: Statements that were read, those that take no side included.
    """

    side: str
    year: int
    agree: int
    oppose: int
    read: int


def by_year(result: Result) -> list[YearCount]:
    """Return the counts of each side in each year, from its first to its last dated statement."""
    counted = []
    for number, side in enumerate("ab"[: len(result.placed)]):
        counts: defaultdict[int, Counter[Stance | None]] = defaultdict(Counter)
        said = result.said_by(number)
        for pair in said.pairs:
            if date := pair.b.statement.date:
                counts[date.year][said.stance_of(pair)] += 1
        for year in range(min(counts, default=0), max(counts, default=-1) + 1):
            of = counts[year]
            counted.append(YearCount(side, year, of[Stance.AGREE], of[Stance.OPPOSE], of.total()))
    return counted


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
        [one for pair in statements for one in (pair.b.statement, *pair.b.repeats)]
        for statements in pairs.values()
    ]
    names = _names([one for statements in said for one in statements])
    agree, oppose = (
        {names[key] for one in statements for key in actor_keys(one, "country")}
        for statements in said
    )
    groups = (agree - oppose, oppose - agree, agree & oppose)
    return SidesTaken(*(tuple(sorted(group)) for group in groups))


def _verb(names: Sequence[str], one: str, many: str) -> str:
    return f"{len(names) or 'none'} {one if len(names) < 2 else many}"


def _names(said: Iterable[Statement]) -> dict[str, str]:
    """Return the names of the countries of some statements, by their keys."""
    by = "country"
    counted = Counter(named for statement in said for named in actor_spellings(statement, by))
    actors = name_actors(by, ((key, name, count) for (key, name), count in counted.items()))
    return {actor.key: actor.name for actor in actors}
