"""Count the pairs of a table: by year, and who agrees with whom.

What a model has chosen and labelled is no random sample of what was said. Counts say how much was
found; how often the labels are right is told by checking a random sample by hand.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from compare.results.result import Pair, Result, Stance
from compare.results.statistics import share_interval
from compare.statements.countries import country_key, country_name
from compare.statements.normalize import speaker_key
from compare.statements.statement import Statement

NOT_A_SAMPLE = (
    "These pairs were chosen and labelled by a model; they are no random sample of what was said. "
    "Check a random sample of them by hand before you cite a number."
)


@dataclass(frozen=True, slots=True)
class YearCount:
    """The pairs of a year: that of the later of the two statements."""

    year: int
    agree: int
    oppose: int
    read: int


@dataclass(frozen=True, slots=True)
class Cell:
    """The pairs between two parties.

    Attributes:
        read: Pairs on the same point that were read, those that are neither included.
        opposed: The share of `oppose` among the pairs that agree or oppose; None where there are
            none. `low` and `high` are its 95 % interval (Wilson 1927), as if pairs were drawn.
    """

    a: str
    b: str
    agree: int
    oppose: int
    read: int
    opposed: float | None
    low: float | None
    high: float | None


def by_year(table: Result) -> list[YearCount]:
    """Return the counts of each year from the first to the last; undated pairs are left out."""
    counts: dict[int, Counter[Stance | None]] = defaultdict(Counter)
    for pair in table.pairs:
        if (year := _year(pair)) is not None:
            counts[year][table.stance_of(pair)] += 1
    if not counts:
        return []
    return [
        YearCount(year, of[Stance.AGREE], of[Stance.OPPOSE], of.total())
        for year in range(min(counts), max(counts) + 1)
        for of in (counts[year],)
    ]


def of_year(table: Result, year: int) -> list[Pair]:
    """Return the pairs behind a year of `by_year`, whichever list they stand in."""
    return [pair for pair in table.pairs if _year(pair) == year]


def _year(pair: Pair) -> int | None:
    a, b = (side.statement.date for side in pair.excerpts)
    return max(a.year, b.year) if a and b else None


def matrix(table: Result, by: str = "country") -> list[Cell]:
    """Return a cell for each two parties, those with most pairs first.

    Args:
        table: The pairs.
        by: "country" or "speaker". A statement of several countries counts for each of them.
    """
    parties = _parties_of(table, by)
    counts: dict[tuple[str, str], Counter[Stance | None]] = defaultdict(Counter)
    for pair in table.pairs:
        stance = table.stance_of(pair)
        for two in {
            _ordered(a, b)
            for a in parties(pair.a.statement)
            for b in parties(pair.b.statement)
            if a != b
        }:
            counts[two][stance] += 1
    cells = [_cell(two, of) for two, of in counts.items()]
    return sorted(cells, key=lambda cell: (-(cell.agree + cell.oppose), -cell.read, cell.a, cell.b))


def between(table: Result, a: str, b: str, by: str = "country") -> list[Pair]:
    """Return the pairs behind a cell of `matrix`, whichever list they stand in."""
    parties = _parties_of(table, by)
    wanted = {a, b}
    return [
        pair
        for pair in table.pairs
        if any(
            {one, other} == wanted
            for one in parties(pair.a.statement)
            for other in parties(pair.b.statement)
        )
    ]


def random_sample(
    table: Result,
    size: int,
    seed: int = 0,
    stances: Iterable[Stance] = (
        Stance.AGREE,
        Stance.OPPOSE,
    ),
) -> list[Pair]:
    """Return pairs drawn at random from all that are labelled so, for checking by hand.

    The draw is from every pair with the label, not from the list that is shown, which holds no
    repetitions.
    """
    wanted = set(stances)
    pool = [pair for pair in table.pairs if table.stance_of(pair) in wanted]
    pool.sort(key=lambda pair: pair.key)
    return random.Random(seed).sample(pool, min(size, len(pool)))


@dataclass(frozen=True, slots=True)
class Check:
    """How often the labels of a sample are right, by a reader's answers.

    Attributes:
        answered: Pairs that the reader labelled; those that were skipped count for nothing.
        right: Those that the table labels alike.
        share: Of `right` in `answered`; None where nothing was answered. `low` and `high` are its
            95 % interval.
    """

    answered: int
    right: int
    share: float | None
    low: float | None
    high: float | None


def check(
    table: Result,
    sample: Sequence[Pair],
    answers: Sequence[Stance | None],
    label: Stance | None = None,
) -> Check:
    """Compare a reader's answers with the table's labels.

    Args:
        table: Whose thresholds give the labels.
        sample: The pairs, as `random_sample` drew them.
        answers: One for each; None where the reader skipped it.
        label: Only the pairs that the table labels so; None: all.
    """
    told = [
        (table.stance_of(pair), answer)
        for pair, answer in zip(sample, answers, strict=True)
        if answer is not None and label in (None, table.stance_of(pair))
    ]
    right = sum(ours is theirs for ours, theirs in told)
    if not told:
        return Check(0, 0, None, None, None)
    return Check(len(told), right, right / len(told), *share_interval(right, len(told)))


def _cell(two: tuple[str, str], counts: Counter[Stance | None]) -> Cell:
    agree, oppose = counts[Stance.AGREE], counts[Stance.OPPOSE]
    decided = agree + oppose
    low, high = share_interval(oppose, decided) if decided else (None, None)
    share = oppose / decided if decided else None
    return Cell(*two, agree, oppose, counts.total(), share, low, high)


def _parties_of(table: Result, by: str) -> Callable[[Statement], list[str]]:
    """Return what names the parties of a statement; each by its commonest spelling in the table."""
    named = _speaker if by == "speaker" else _countries
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for pair in table.pairs:
        for key, name in (*named(pair.a.statement), *named(pair.b.statement)):
            spellings[key][name] += 1
    names = {key: min(of, key=lambda name: (-of[name], name)) for key, of in spellings.items()}
    return lambda statement: [names[key] for key, _ in named(statement)]


def _speaker(statement: Statement) -> list[tuple[str, str]]:
    return [(speaker_key(statement.speaker), statement.speaker)] if statement.speaker else []


def _countries(statement: Statement) -> list[tuple[str, str]]:
    return [
        (country_key(entry), country_name(entry.code) if entry.code else entry.name)
        for entry in statement.country
    ]


def _ordered(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a <= b else (b, a)
