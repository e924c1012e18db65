"""How often the machine's labels are right in a corpus, from a random sample read by people.

A share of pairs that were drawn alike has the interval of Wilson (1927). In a stratified sample,
where a pair weighs what it stands for, shares that cross the strata have Bayesian intervals. Within
each stratum the shares of people's labels have a Dirichlet distribution, that of the counts and of
1/3 for each label (Perks 1947: a prior that weighs one pair in all). Shares are drawn from it,
always the same, and multiplied by the size of the stratum; the middle 95 % of what follows is the
interval, widened to the figure where that lies at its end. Drawing the pairs again instead, as the
bootstrap does, would take for sure that the machine misses nothing where no miss was drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from compare.comparison.counts import interval
from compare.errors import ReviewError
from compare.results.result import Stance
from compare.review.answers import Review
from compare.review.reliability import Counts, Figure, Floats, confusion, middle
from compare.review.values import Choice, ReviewPair

DRAWS = 2000
_SEED = 0
_PRIOR = 1 / len(Stance)
"""What a label weighs in a stratum before a pair of it was read, in pairs."""

WILSON, BAYES = "Wilson", "Bayesian"

Cells = NDArray[np.bool_]
"""Some cells of a confusion: the machine's labels in rows, people's in columns."""


@dataclass(frozen=True, slots=True)
class LabelEstimate:
    """How far one label of the machine can be trusted.

    Attributes:
        precision: Share of the pairs with this label that people label so, too.
        recall: Share of the pairs that people label so that have this label; of the pairs that were
            read, not of all that was said. None where "neither" was not drawn from.
        called: Pairs of the sample with this label, and `found` those that people label so.
        recall_interval: How the interval of `recall` was found: "Wilson" or, of a stratified
            sample, "Bayesian" (see this module); that of `precision` is Wilson's.
    """

    precision: Figure
    recall: Figure | None
    called: int
    found: int
    recall_interval: str


@dataclass(frozen=True, slots=True)
class Estimates:
    """What a random sample says of the machine's labels.

    Attributes:
        pairs: That people labelled; `left_out` are those that they could not judge.
        accuracy: Share of pairs that machine and people label alike.
        accuracy_interval: How its interval was found: "Wilson" or "Bayesian".
    """

    pairs: int
    left_out: int
    accuracy: Figure
    accuracy_interval: str
    labels: Mapping[Stance, LabelEstimate]


def final_labels(review: Review) -> dict[int, Stance | None]:
    """Return what people say of each pair: the readers where they agree, else the decision.

    None: it cannot be judged. A pair that is still to be decided is not there.

    Raises:
        ReviewError: A reader has not handed in.
    """
    review.must_be_open()
    answers, decided = list(review.answers().values()), review.decisions()
    final = {}
    for place, answer in answers[0].items():
        others = [of[place].stance for of in answers[1:] if place in of]
        if all(other is answer.stance for other in others):
            final[place] = answer.stance
        elif place in decided:
            final[place] = decided[place].stance
    return final


def estimates(review: Review) -> Estimates:
    """Estimate precision and recall of the machine's labels.

    Raises:
        ReviewError: The pairs are no random sample, a reader has not handed in, a pair is still to
            be decided, or nothing was labelled.
    """
    made = review.settings
    if made.choice not in (Choice.RANDOM, Choice.STRATIFIED):
        held = "the whole list" if made.choice is Choice.WHOLE else "pairs chosen elsewhere"
        raise ReviewError(
            f"Only a random sample says how often the labels are right; {review.name!r} holds "
            f"{held}: draw a sample for it."
        )
    final = final_labels(review)
    if undecided := len(review) - len(final):
        raise ReviewError(
            f"The readers differ on {undecided} pairs that are not decided yet: decide them first; "
            "without the hard pairs the labels would look better than they are."
        )
    rows = [
        (pair, stance)
        for place, pair in review.pairs()
        if pair.machine and (stance := final[place])
    ]
    if not rows:
        raise ReviewError(f"No pair of {review.name!r} was labelled: all were skipped.")
    sample = Sample(rows, made.choice is Choice.STRATIFIED, [Stance(label) for label in made.of])
    return sample.estimates(left_out=len(review) - len(rows))


class Sample:
    """Pairs that were drawn at random and what people say of them, counted."""

    def __init__(
        self,
        rows: Sequence[tuple[ReviewPair, Stance]],
        stratified: bool,
        drawn_from: Sequence[Stance],
    ) -> None:
        """Take the pairs, each with the machine's label and people's.

        Args:
            rows: At least one.
            stratified: They were drawn within each of the machine's labels.
            drawn_from: The machine's labels of the pairs that could be drawn.
        """
        labelled = [(pair.machine, people) for pair, people in rows if pair.machine]
        self.counts: Counts = confusion(
            [machine for machine, _ in labelled], [people for _, people in labelled]
        )
        self.sizes: Floats = np.array(
            [sum(pair.weight for pair, _ in rows if pair.machine is stance) for stance in Stance]
        )
        self.stratified, self.drawn_from = stratified, drawn_from

    def estimates(self, left_out: int = 0) -> Estimates:
        """Return the figures; `left_out` pairs of the sample could not be judged."""
        counts, everywhere = self.counts, np.ones_like(self.counts, bool)
        accuracy, how = self._share(np.eye(len(Stance), dtype=bool), everywhere)
        whole = set(self.drawn_from) == set(Stance)
        labels = {}
        for number, stance in enumerate(Stance):
            if stance not in self.drawn_from:
                continue
            called, found = np.zeros_like(everywhere), np.zeros_like(everywhere)
            called[number], found[:, number] = True, True
            recall, how_recall = self._share(called, found) if whole else (None, "")
            labels[stance] = LabelEstimate(
                _wilson(counts, found, called),
                recall,
                int(counts[called].sum()),
                int(counts[found].sum()),
                how_recall,
            )
        return Estimates(int(counts.sum()), left_out, accuracy, how, labels)

    def _share(self, right: Cells, of: Cells) -> tuple[Figure, str]:
        """Return the share of `right` in `of` and how its interval was found."""
        if not self.stratified:
            return _wilson(self.counts, right, of), WILSON
        read = self.counts.sum(axis=1, keepdims=True)
        pairs = self.counts / np.maximum(read, 1) * self.sizes[:, None]
        if not pairs[of].any():
            return Figure(None), BAYES
        value = float(pairs[right & of].sum() / pairs[of].sum())
        low, high = middle(self._drawn[:, right & of].sum(axis=1) / self._drawn[:, of].sum(axis=1))
        if low is None or high is None:
            return Figure(value), BAYES
        return Figure(value, min(low, value), max(high, value)), BAYES

    @cached_property
    def _drawn(self) -> Floats:
        """Return how many pairs of the pool each cell may hold, float64 [draws, labels, labels]."""
        source = np.random.default_rng(_SEED)
        shares = np.stack([source.dirichlet(row + _PRIOR, DRAWS) for row in self.counts], axis=1)
        return shares * self.sizes[:, None]


def _wilson(counts: Counts, right: Cells, of: Cells) -> Figure:
    number, hits = int(counts[of].sum()), int(counts[right & of].sum())
    return Figure(hits / number, *interval(hits, number)) if number else Figure(None)
