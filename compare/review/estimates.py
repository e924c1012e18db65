"""How often the machine's labels are right in a corpus, from a random sample read by people.

A share of pairs that were drawn alike has the interval of Wilson (1927). In a stratified sample,
where a pair weighs what it stands for, shares that cross the strata have bootstrap intervals (Efron
1979, percentiles), drawn within each stratum, always the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compare.aggregate import interval
from compare.errors import ReviewError
from compare.results import Stance
from compare.review.answers import Review
from compare.review.reliability import RESAMPLES, Figure, middle
from compare.review.values import Choice, ReviewPair

_SEED = 0
WILSON, BOOTSTRAP = "Wilson", "bootstrap"


@dataclass(frozen=True, slots=True)
class LabelEstimate:
    """How far one label of the machine can be trusted.

    Attributes:
        precision: Share of the pairs with this label that people label so, too.
        recall: Share of the pairs that people label so that have this label; of the pairs that were
            read, not of all that was said. None where "neither" was not drawn from.
        called: Pairs of the sample with this label, and `is` those that people label so.
        recall_interval: How the interval of `recall` was found; that of `precision` is Wilson's.
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
        accuracy_interval: How its interval was found.
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
    """Pairs that were drawn at random and what people say of them, as columns."""

    def __init__(
        self,
        rows: Sequence[tuple[ReviewPair, Stance]],
        stratified: bool,
        drawn_from: Sequence[Stance],
    ) -> None:
        """Take the pairs, each with people's label of it.

        Args:
            rows: At least one.
            stratified: They were drawn within each of the machine's labels.
            drawn_from: The machine's labels of the pairs that could be drawn.
        """
        machine = [pair.machine for pair, _ in rows]
        people = [stance for _, stance in rows]
        weight, strata = zip(*((pair.weight, pair.stratum) for pair, _ in rows), strict=True)
        self.machine, self.people = np.array(machine), np.array(people)
        self.weight, self.strata = np.array(weight, np.float64), np.array(strata)
        self.stratified, self.drawn_from = stratified, drawn_from

    def estimates(self, left_out: int = 0) -> Estimates:
        """Return the figures; `left_out` pairs of the sample could not be judged."""
        same = self.machine == self.people
        accuracy, how = self._share(same, np.ones(len(same), bool))
        whole = set(self.drawn_from) == set(Stance)
        labels = {}
        for stance in Stance:
            if stance not in self.drawn_from:
                continue
            called, found = self.machine == stance, self.people == stance
            recall, how_recall = self._share(called, found) if whole else (None, "")
            labels[stance] = LabelEstimate(
                _wilson(found, called), recall, int(called.sum()), int(found.sum()), how_recall
            )
        return Estimates(len(same), left_out, accuracy, how, labels)

    def _share(self, right: NDArray[np.bool_], of: NDArray[np.bool_]) -> tuple[Figure, str]:
        """Return the share of `right` in `of` and how its interval was found."""
        if not self.stratified:
            return _wilson(right, of), WILSON
        over, under = self.weight * (right & of), self.weight * of
        if not under.any():
            return Figure(None), BOOTSTRAP
        source = np.random.default_rng(_SEED)
        overs, unders = np.zeros(RESAMPLES), np.zeros(RESAMPLES)
        for stratum in np.unique(self.strata):
            rows = np.flatnonzero(self.strata == stratum)
            for start in range(0, RESAMPLES, 100):
                drawn = rows[source.integers(0, len(rows), (100, len(rows)))]
                overs[start : start + 100] += over[drawn].sum(axis=1)
                unders[start : start + 100] += under[drawn].sum(axis=1)
        shares = np.divide(overs, unders, out=np.full(RESAMPLES, np.nan), where=unders > 0)
        return Figure(float(over.sum() / under.sum()), *middle(shares)), BOOTSTRAP


def _wilson(right: NDArray[np.bool_], of: NDArray[np.bool_]) -> Figure:
    number, hits = int(of.sum()), int((right & of).sum())
    return Figure(hits / number, *interval(hits, number)) if number else Figure(None)
