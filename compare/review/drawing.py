"""Choose the pairs of a project, and the order in which they are read."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from compare.errors import ReviewError
from compare.results.provenance import Provenance
from compare.results.result import Excerpt, Result, Side, Stance, Thresholds
from compare.review.values import Choice, Order, ReviewPair, one_of
from compare.statements.passages import Passage
from compare.statements.statement import Statement

if TYPE_CHECKING:
    from compare.models.load import StanceModel
    from compare.models.runtime import Progress

ALL = tuple(Stance)


@dataclass(frozen=True)
class Drawn:
    """Pairs that were chosen, and from what.

    Attributes:
        of: How many pairs of each label there were to choose from.
        subject: What was compared or asked, in words.
        provenance: Of the search or comparison they come from; None where that is not known.
        thresholds: Behind the machine's labels; None where that is not known.
        left_out: How many pairs with the labels asked for were not to be drawn.
    """

    pairs: tuple[ReviewPair, ...]
    choice: Choice
    of: dict[str, int] = field(default_factory=dict)
    seed: int | None = None
    subject: str = ""
    provenance: Provenance | None = None
    thresholds: Thresholds | None = None
    left_out: int = 0


def draw(
    result: Result,
    choice: Choice | str = Choice.RANDOM,
    size: int = 100,
    seed: int = 0,
    stances: Iterable[Stance] = ALL,
    without: Collection[str] = (),
) -> Drawn:
    """Choose pairs of a search, or of two sides, by the labels that its thresholds give them.

    The choice is from every pair that was read and has one of the labels, not from the lists that
    are shown, which hold no repetitions. Of a search that is one passage of each statement, the one
    that its verdict is of.

    Args:
        result: Where from.
        choice: RANDOM, STRATIFIED or WHOLE.
        size: Pairs to draw; the whole takes them all.
        seed: Of the draw; the same seed draws the same pairs.
        stances: Labels of the pairs that may be drawn. Without "neither" nothing can be said of
            how much the machine misses.
        without: Ids of pairs that are not to be drawn, as those of `Reviews.finished_pairs`. What
            is estimated is then of the others.

    Raises:
        ReviewError: There is no such pair, or the choice is IMPORTED.
    """
    choice, asked_for = one_of(Choice, choice), set(stances)
    wanted = [stance for stance in Stance if stance in asked_for]
    every = [pair for pair in pairs_of(result) if pair.machine in wanted]
    pool = [pair for pair in every if pair.id not in without]
    if not pool:
        labelled = f"is labelled {' or '.join(wanted) or 'so'} at these thresholds"
        raise ReviewError(
            f"No pair {labelled} but the {len(every):,} that are not to be drawn again: draw of "
            "another search or comparison."
            if every
            else f"No pair {labelled}: lower them, or take other labels."
        )
    of = Counter(pair.machine.value for pair in pool if pair.machine)
    return Drawn(
        tuple(_chosen(pool, choice, size, random.Random(seed))),
        choice,
        {stance.value: of[stance.value] for stance in wanted},
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
        raise ReviewError(f"{size} pairs cannot be drawn: draw one at least.")
    if choice is Choice.WHOLE:
        return pool
    if choice is Choice.RANDOM:
        drawn = source.sample(pool, min(size, len(pool)))
        return [replace(pair, weight=len(pool) / len(drawn)) for pair in drawn]
    if choice is not Choice.STRATIFIED:
        raise ReviewError("A search or a comparison is drawn from, not imported: use a file.")
    strata = {stance: [pair for pair in pool if pair.machine is stance] for stance in Stance}
    found: list[ReviewPair] = []
    for stance, number in _shared_out(size, {s: len(of) for s, of in strata.items()}).items():
        weight = len(strata[stance]) / number
        found += [
            replace(pair, stratum=stance.value, weight=weight)
            for pair in source.sample(strata[stance], number)
        ]
    source.shuffle(found)  # where they are read as they come, their order would tell their labels
    return found


def _shared_out(size: int, of: dict[Stance, int]) -> dict[Stance, int]:
    """Return how many pairs to draw of each label: as many of each, as far as there are any."""
    taken = {stance: min(1, number) for stance, number in of.items()}
    while sum(taken.values()) < size and (free := [s for s in of if taken[s] < of[s]]):
        taken[min(free, key=lambda stance: taken[stance])] += 1
    return {stance: number for stance, number in taken.items() if number}


def imported(pairs: Sequence[ReviewPair], subject: str = "") -> Drawn:
    """Take pairs that were chosen elsewhere."""
    return Drawn(tuple(pairs), Choice.IMPORTED, {}, None, subject)


# -- Pairs ---------------------------------------------------------------------------------------


def pairs_of(result: Result) -> list[ReviewPair]:
    """Return all pairs that were read, in the order of their statements' ids.

    A pair that no list holds has no label.
    """
    topic = str(result.provenance.filters.get("topic") or "")
    found = []
    for pair in result.pairs:
        a, a_passage = _quoted(result, pair.a)
        b, b_passage = pair.b.statement, pair.b.passage
        found.append(
            ReviewPair(
                pair_id(a, a_passage, b, b_passage),
                a,
                a_passage,
                b,
                b_passage,
                result.stance_of(pair),
                pair.probabilities,
                result.provenance.label_source_of(pair),
                pair.similarity,
                topic=topic,
            )
        )
    return sorted(found, key=lambda p: (p.a.id, p.a_passage.start, p.b.id, p.b_passage.start))


def _quoted(result: Result, a: Excerpt) -> tuple[Statement, Passage]:
    """Return side a of a pair as readers see it, which is what the model read.

    A quote that the library has in other words, or that was asked of another speaker, is a
    statement of its own.
    """
    if result.quote is None:
        return a.statement, a.passage
    quote = a.statement
    if a.text not in quote.text:
        quote = replace(quote, id="", text=result.quote.text)
    elif quote != result.source:
        quote = replace(quote, id="")
    return quote, passage_in(quote, a.text)


def passage_in(statement: Statement, words: str) -> Passage:
    """Return the passage of a statement that has these words; the whole where it has not."""
    start = statement.text.find(words) if words else -1
    if start < 0:
        start, words = 0, statement.text
    return Passage(statement.id, start, start + len(words), words, statement.context)


def pair_id(a: Statement, a_passage: Passage, b: Statement, b_passage: Passage) -> str:
    """Return a short name of a pair, the same wherever the same passages are paired."""
    sides = [
        [statement.id or statement.content_hash, passage.start, passage.text]
        for statement, passage in ((a, a_passage), (b, b_passage))
    ]
    return hashlib.sha256(repr(sides).encode("utf-8", "surrogatepass")).hexdigest()[:12]


# -- Order ---------------------------------------------------------------------------------------


def ordered(pairs: Sequence[ReviewPair], order: Order, seed: int = 0) -> list[ReviewPair]:
    """Return the pairs in the order in which they are read; ties stand as they came.

    Raises:
        ReviewError: The order needs probabilities, or a `divergence`, and a pair has none.
    """
    if order is Order.GIVEN:
        return list(pairs)
    if order is Order.RANDOM:
        mixed = sorted(pairs, key=lambda pair: pair.id)
        random.Random(seed).shuffle(mixed)
        return mixed
    if order is Order.UNCERTAIN:
        tops = [_top(pair) for pair in pairs]
        return [pairs[n] for n in np.argsort(tops, kind="stable")]
    if lacking := next((pair for pair in pairs if pair.divergence is None), None):
        raise ReviewError(
            f"Pair {lacking.id} was not read by both models: have them read the pairs "
            "(`with_divergence`), or choose another order."
        )
    return sorted(pairs, key=lambda pair: -(pair.divergence or 0.0))


def _top(pair: ReviewPair) -> float:
    if pair.probabilities is None:
        raise ReviewError(
            f"Pair {pair.id} has no probabilities: give p_agree, p_oppose and p_neither, or choose "
            "another order."
        )
    return pair.probabilities.of(pair.probabilities.stance)


def with_divergence(
    pairs: Sequence[ReviewPair],
    fast: StanceModel,
    accurate: StanceModel,
    on_progress: Progress | None = None,
) -> list[ReviewPair]:
    """Have both models read the pairs; return them with the `divergence` between the two.

    That is the total variation distance of the two models' probabilities, 0 to 1.
    """
    from compare.models.runtime import counted_on

    sides = [(_side(pair.a, pair.a_passage), _side(pair.b, pair.b_passage)) for pair in pairs]
    both = 2 * len(pairs)
    first = fast.score(sides, counted_on(on_progress, 0, both))
    second = accurate.score(sides, counted_on(on_progress, len(pairs), both))
    apart = np.abs(first.astype(np.float64) - second).sum(axis=1) / 2
    return [
        replace(pair, divergence=float(value)) for pair, value in zip(pairs, apart, strict=True)
    ]


def _side(statement: Statement, passage: Passage) -> Side:
    from compare.comparison.model_input import passage_side

    return passage_side(statement, passage)
