"""Pairs of statements from two sides, or from one side's past: frozen values, re-thresholded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

from compare.export import frames as tables
from compare.results.provenance import Provenance
from compare.results.result import Probabilities, Stance, Thresholds, Why, ranking_score
from compare.statements.duplicates import words_key
from compare.statements.passages import Passage
from compare.statements.statement import Statement

MOST_OF_STATEMENT = 3
"""Pairs of one list in which a statement may stand, so that none fills it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A passage of side a and one of side b on the same point.

    Attributes:
        probabilities: Of the pair, read in both orders.
        similarity: Cosine between the two, -1 to 1.
        screened: Only the fast model of a cascade read it; it stands behind the others.
        why: The deciding words, `quote` those of side a; None where they were not asked for.
    """

    a: Statement
    a_passage: Passage
    b: Statement
    b_passage: Passage
    probabilities: Probabilities
    similarity: float
    screened: bool = False
    why: Why | None = None

    def score(self, stance: Stance) -> float:
        """Return what the list of `stance` is ranked by."""
        if stance is Stance.NEITHER:
            return self.similarity
        return ranking_score(self.probabilities.of(stance), self.similarity)

    @property
    def _words(self) -> tuple[int, int]:
        a, b = (words_key(part.text, part.context) for part in (self.a_passage, self.b_passage))
        return a, b

    @property
    def _order(self) -> tuple[str, int, str, int]:
        return self.a.id, self.a_passage.start, self.b.id, self.b_passage.start


@dataclass(frozen=True)
class PairTable:
    """All pairs that were read, and the lists that the thresholds cut from them.

    Attributes:
        pairs: In no order that means anything.
        subject: What the sides and the topic are, in words.
        over_time: The sides are one, before and after: what opposes is called changed.
        same_point: Pairs on the same point that were found, read or not.
        notes: Sentences the reader should see.
    """

    pairs: tuple[Pair, ...]
    subject: str
    thresholds: Thresholds
    provenance: Provenance
    same_point: int
    over_time: bool = False
    notes: tuple[str, ...] = ()

    def rethreshold(
        self, *, probability: float | None = None, similarity: float | None = None
    ) -> PairTable:
        """Return the same table with other thresholds; nothing is read again."""
        return replace(self, thresholds=self.thresholds.but(probability, similarity))

    def stance_of(self, pair: Pair) -> Stance | None:
        """Return the list a pair belongs to under the thresholds, None for no list."""
        return self.thresholds.stance_of(pair.probabilities, pair.similarity)

    def listed(self, stance: Stance, *, all_of_it: bool = False) -> tuple[Pair, ...]:
        """Return one list, best first.

        Pairs with the same words stand once, and no statement in more than `MOST_OF_STATEMENT`
        pairs, unless `all_of_it` is asked for. Over time the order of the words counts: who goes
        back to what they said before has changed again.
        """
        if all_of_it:
            return tuple(self._ranked(stance))
        if stance not in self._lists:
            self._lists[stance] = tuple(self._diverse(self._ranked(stance)))
        return self._lists[stance]

    @cached_property
    def _lists(self) -> dict[Stance, tuple[Pair, ...]]:
        """Return the lists that were asked for so far."""
        return {}

    def _ranked(self, stance: Stance) -> list[Pair]:
        chosen = [pair for pair in self.pairs if self.stance_of(pair) is stance]
        chosen.sort(key=lambda pair: (pair.screened, -pair.score(stance), pair._order))
        return chosen

    @property
    def agree(self) -> tuple[Pair, ...]:
        """Return the pairs that agree, best first."""
        return self.listed(Stance.AGREE)

    @property
    def oppose(self) -> tuple[Pair, ...]:
        """Return the pairs that oppose each other, best first."""
        return self.listed(Stance.OPPOSE)

    to_arrow = tables.to_arrow
    to_pandas = tables.to_pandas
    to_polars = tables.to_polars
    _repr_html_ = tables.repr_html

    def _diverse(self, pairs: list[Pair]) -> list[Pair]:
        kept, words, times = [], set(), Counter[str]()
        for pair in pairs:
            said = pair._words if self.over_time else tuple(sorted(pair._words))
            if said in words or max(times[pair.a.id], times[pair.b.id]) >= MOST_OF_STATEMENT:
                continue
            words.add(said)
            times.update((pair.a.id, pair.b.id))
            kept.append(pair)
        return kept
