"""Choose the pairs of a review, and the order in which they are read."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from compare.errors import ReviewError
from compare.models.values import Stance
from compare.progress import within_total
from compare.results.pair import Excerpt, Thresholds
from compare.results.provenance import Provenance
from compare.results.result import Result
from compare.review.values import Choice, Order, ReviewPair, excerpt_of, pair_id

if TYPE_CHECKING:
    from compare.models.protocols import StanceModel
    from compare.progress import Progress


@dataclass(frozen=True)
class PairSelection:
    """The pairs chosen for a review, and what they were chosen from.

    Attributes:
        pool: How many pairs of each label there were to choose from.
        seed: Seed of the draw; None if nothing was drawn.
        subject: What was searched or compared, in words.
        left_out: How many pairs with the requested labels were excluded.
    """

    pairs: tuple[ReviewPair, ...]
    choice: Choice
    pool: dict[str, int] = field(default_factory=dict)
    seed: int | None = None
    subject: str = ""
    provenance: Provenance | None = None
    thresholds: Thresholds | None = None
    left_out: int = 0

    @classmethod
    def imported(cls, pairs: Sequence[ReviewPair], subject: str = "") -> PairSelection:
        """Take pairs that were chosen elsewhere."""
        return cls(tuple(pairs), Choice.IMPORTED, subject=subject)


def draw(
    result: Result,
    choice: Choice | str = Choice.RANDOM,
    size: int = 100,
    seed: int = 0,
    stances: Iterable[Stance] = tuple(Stance),
    exclude: Collection[str] = (),
) -> PairSelection:
    """Choose pairs of a result by the labels that its thresholds give them.

    The pool is every pair that was scored and has one of the labels, not only the pairs listed,
    which leave out duplicates. A search contributes one passage of each statement, the one that
    decides its label.

    Args:
        size: Pairs to draw; WHOLE ignores it.
        stances: Labels of the pool. Without "neither" recall cannot be estimated.
        exclude: Ids of pairs not to draw, such as `Reviews.finished_pairs()`. Estimates then
            hold for the other pairs.

    Raises:
        ReviewError: The pool is empty, or the choice is IMPORTED.
    """
    choice, requested = Choice(choice), set(stances)
    wanted = [stance for stance in Stance if stance in requested]
    every = [pair for pair in review_pairs(result) if pair.machine in wanted]
    pool = [pair for pair in every if pair.id not in exclude]
    if not pool:
        labelled = f"No pair is labelled {' or '.join(wanted) or 'so'} at these thresholds"
        raise ReviewError(
            f"{labelled} except for {len(every):,} that were read before: draw from another search "
            "or comparison."
            if every
            else f"{labelled}: lower them, or choose other labels."
        )
    counts = Counter(pair.machine for pair in pool)
    return PairSelection(
        tuple(_chosen(pool, choice, size, random.Random(seed))),
        choice,
        {stance.value: counts[stance] for stance in wanted},
        None if choice is Choice.WHOLE else seed,
        result.subject,
        result.provenance,
        result.thresholds,
        len(every) - len(pool),
    )


def _chosen(
    pool: list[ReviewPair], choice: Choice, size: int, source: random.Random
) -> list[ReviewPair]:
    if size < 1:
        raise ReviewError(f"{size} pairs cannot be drawn: draw at least one.")
    if choice is Choice.WHOLE:
        return pool
    if choice is Choice.RANDOM:
        drawn = source.sample(pool, min(size, len(pool)))
        return [replace(pair, weight=len(pool) / len(drawn)) for pair in drawn]
    if choice is not Choice.STRATIFIED:
        raise ReviewError("Pairs are drawn from a search or a comparison, or imported from a file.")
    strata = {stance: [pair for pair in pool if pair.machine is stance] for stance in Stance}
    found: list[ReviewPair] = []
    for stance, number in _allocation(size, {s: len(of) for s, of in strata.items()}).items():
        weight = len(strata[stance]) / number
        found += [
            replace(pair, stratum=stance.value, weight=weight)
            for pair in source.sample(strata[stance], number)
        ]
    source.shuffle(found)  # the order in which they were drawn would reveal their labels
    return found


def _allocation(size: int, available: dict[Stance, int]) -> dict[Stance, int]:
    """Return how many pairs to draw from each stratum: equally many, if it has enough."""
    # At least one of each, even beyond `size`: a stratum without a pair could not be weighted.
    taken = {stance: min(1, number) for stance, number in available.items()}
    while sum(taken.values()) < size and (free := [s for s in taken if taken[s] < available[s]]):
        taken[min(free, key=taken.__getitem__)] += 1
    return {stance: number for stance, number in taken.items() if number}


# -- Pairs ---------------------------------------------------------------------------------------


def review_pairs(result: Result) -> list[ReviewPair]:
    """Return all scored pairs of a result, sorted by their statements' ids."""
    topic = str(result.provenance.filters.get("topic") or "")
    found = []
    for pair in result.pairs:
        a, b = _as_scored(result, pair.a), replace(pair.b, repeats=())
        machine = result.stance_of(pair)  # None if no list holds it
        source = result.provenance.label_source_of(pair)
        odds, similarity = pair.probabilities, pair.similarity
        review_pair = ReviewPair(
            pair_id(a, b), a, b, machine, odds, source, similarity, topic=topic
        )
        found.append(review_pair)
    return sorted(
        found,
        key=lambda pair: [(of.statement.id, of.passage.start) for of in (pair.a, pair.b)],
    )


def _as_scored(result: Result, a: Excerpt) -> Excerpt:
    """Return side a of a pair as the model read it, which is what readers see."""
    if result.quote is None:
        return replace(a, repeats=())
    quote = a.statement
    # The library may have it in other words, or it was searched with another speaker: then it is
    # a statement of its own.
    if a.text not in quote.text:
        quote = replace(quote, id="", text=result.quote.text)
    elif quote != result.source:
        quote = replace(quote, id="")
    return excerpt_of(quote, a.text)


# -- Order ---------------------------------------------------------------------------------------


def in_reading_order(pairs: Sequence[ReviewPair], order: Order, seed: int = 0) -> list[ReviewPair]:
    """Return the pairs in the order in which they are read; ties keep their order."""
    if order is Order.GIVEN:
        return list(pairs)
    if order is Order.RANDOM:
        mixed = sorted(pairs, key=lambda pair: pair.id)
        random.Random(seed).shuffle(mixed)
        return mixed
    return sorted(pairs, key=_top_probability if order is Order.UNCERTAIN else _agreement)


def _top_probability(pair: ReviewPair) -> float:
    if pair.probabilities is None:
        raise ReviewError(
            f"Pair {pair.id} has no probabilities: give p_agree, p_oppose and p_neither, or choose "
            "another order."
        )
    return pair.probabilities.of(pair.probabilities.stance)


def _agreement(pair: ReviewPair) -> float:
    if pair.divergence is None:
        raise ReviewError(
            f"Pair {pair.id} was not scored by both models: score the pairs with both "
            "(`with_divergence`), or choose another order."
        )
    return -pair.divergence


def with_divergence(
    pairs: Sequence[ReviewPair],
    fast: StanceModel,
    accurate: StanceModel,
    on_progress: Progress | None = None,
) -> list[ReviewPair]:
    """Score the pairs with both models and return them with the `divergence` between the two."""
    sides = [pair.sides for pair in pairs]
    first = fast.score(sides, within_total(on_progress, 0, 2 * len(pairs)))
    second = accurate.score(sides, within_total(on_progress, len(pairs), 2 * len(pairs)))
    distances = np.abs(first.astype(np.float64) - second).sum(axis=1) / 2
    return [
        replace(pair, divergence=float(distance))
        for pair, distance in zip(pairs, distances, strict=True)
    ]
