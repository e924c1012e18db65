"""How far readers agree, and all figures of a finished review.

A pair has the weight of the pairs of the pool that it represents. Kappa and alpha describe the
readers beyond this pool: their intervals simulate the shares of all combinations of labels, stratum
by stratum, from a Dirichlet posterior under the prior of Perks (1947), which weighs as much as one
pair. If the pairs of a speech are alike, they count as fewer: see `_design_effect`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, combinations_with_replacement, product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.errors import ReviewError
from compare.export import counted
from compare.results import Figure, Stance
from compare.results.statistics import DRAWS, SEED, Counts, Floats
from compare.review.accuracy import Estimates, Of, confusion, drawn_figure, estimates, ratio
from compare.review.review import Review
from compare.review.values import MachineShown, ReviewPair

ORDER = (Stance.OPPOSE, Stance.NEITHER, Stance.AGREE)
"""The labels as ordinal alpha orders them."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far readers agree on the pool, by the pairs that at least two of them labelled.

    Attributes:
        pairs: Number of these pairs.
        agreement: Share of two readers' labels of a pair that are the same, 0 to 1.
        kappa: Cohen's, -1 to 1; of two readers only.
        alpha: Krippendorff's for nominal data, at most 1.
        alpha_ordinal: The same for ordinal data, in the order oppose, neither, agree.
    """

    pairs: int
    agreement: Figure
    kappa: Figure
    alpha: Figure
    alpha_ordinal: Figure


class ReaderLabels(NamedTuple):
    """Readers' labels of pairs.

    Attributes:
        labels: Numbers of the labels in their order, -1 if a reader skipped the pair: int
            [pairs, readers].
        strata: The number of the stratum of each pair: [pairs].
        weights: The number of pairs that it represents: [pairs].
        speeches: The numbers of the speeches of both sides: int [pairs, 2].
    """

    labels: Counts
    strata: Counts
    weights: Floats
    speeches: Counts

    def of_pairs(self, those: Any) -> ReaderLabels:
        """Return the readings of some pairs."""
        return ReaderLabels(*(part[those] for part in self))

    def one_against_rest(self, label: int) -> ReaderLabels:
        """Return the readings with a label as 1 and all others as 0."""
        labels = np.where(self.labels < 0, -1, self.labels == label)
        return self._replace(labels=labels.astype(np.int64))


def reliability(given: ReaderLabels, values: int = len(Stance)) -> Reliability:
    """Return the figures of two readers or more, who chose among so many labels."""
    labels, strata, weights, speeches = given.of_pairs((given.labels >= 0).sum(axis=1) > 1)
    readers = labels.shape[1]
    if not len(labels):
        return Reliability(0, *[Figure(None)] * 4)
    # A cell is a combination of labels: ordered for kappa, of more readers in any order.
    cells = {cell: n for n, cell in enumerate(product(range(values), repeat=2))}
    read = [tuple(label for label in row if label >= 0) for row in labels.tolist()]
    if readers > 2:
        read = [tuple(sorted(row)) for row in read]
        every = [*combinations_with_replacement(range(values), readers), *sorted(set(read))]
        cells = {cell: n for n, cell in enumerate(dict.fromkeys(every))}
    of_pair = np.array([cells[row] for row in read])
    counts = np.array([[cell.count(value) for value in range(values)] for cell in cells], float)
    few = int(counts[of_pair].sum())
    _, strata = np.unique(strata, return_inverse=True)
    sums, drawn = np.zeros((strata.max() + 1, len(cells))), np.zeros((strata.max() + 1, len(cells)))
    np.add.at(drawn, (strata, of_pair), 1)
    np.add.at(sums, (strata, of_pair), weights)
    whole = sums.sum(axis=0)

    def figure(of: Of) -> Figure:
        influence = (of(whole + np.eye(len(whole)) * whole.sum() * _STEP) - of(whole[None])) / _STEP
        effect = _design_effect(
            [np.nan_to_num(influence)[of_pair, None], np.eye(len(cells))[of_pair]],
            strata,
            weights,
            speeches,
        )
        source, draws = np.random.default_rng(SEED), np.zeros((DRAWS, len(cells)))
        for known, size in zip(drawn, sums.sum(axis=1), strict=True):
            draws += source.dirichlet(known / effect + 1 / known.size, DRAWS) * size
        return drawn_figure(float(of(whole[None])[0]), of(draws))

    return Reliability(
        len(labels),
        figure(lambda cells: 1 - _disagreements(cells, counts)[0]),
        figure(lambda cells: kappas(cells.reshape(-1, values, values)))
        if readers == 2
        else Figure(None),
        figure(lambda cells: alphas(cells, counts, few)),
        figure(lambda cells: alphas(cells, counts, few, ordinal=True)),
    )


_STEP = 1e-6
"""By which share of the whole a cell grows to see its influence on a figure."""


def _design_effect(
    columns: Sequence[Floats], strata: Counts, weights: Floats, speeches: Counts
) -> float:
    """Return how many pairs say as much as one of a speech of its own would, at least 1.

    It is the variance of weighted sums over speeches divided by that over pairs (Kish 1965), by the
    speeches of the side whose pairs are more alike, and with the quantile of few speeches.
    `columns` has the influence of the pairs on the figure, and their cells: the larger effect
    counts.
    """
    from scipy.stats import t

    effects = [1.0]
    for column in columns:
        values = column.copy()
        for stratum in np.unique(strata):  # what a pair differs by from others of its stratum
            values[strata == stratum] -= values[strata == stratum].mean(axis=0)
        values *= weights[:, None]
        alone = float((values**2).sum())
        for side in speeches.T:
            clusters = len(np.unique(side))
            if 1 < clusters < len(side) and alone > _STEP**2:  # a search has one quote
                sums = np.zeros((side.max() + 1, values.shape[1]))
                np.add.at(sums, side, values)
                few = clusters / (clusters - 1) * (t.ppf(0.975, clusters - 1) / 1.96) ** 2
                effects.append(float((sums**2).sum() / alone * few))
    return max(effects)


def kappas(tables: NDArray[Any]) -> Floats:
    """Return Cohen's kappa (Cohen 1960) of confusion matrices [n, k, k]: [n], nan if undefined."""
    total = tables.sum(axis=(1, 2)).astype(np.float64)
    same = np.trace(tables, axis1=1, axis2=2)
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
    return ratio(same * total - chance, total**2 - chance)


def alphas(
    cells: NDArray[Any], counts: NDArray[Any], few: int | None = None, *, ordinal: bool = False
) -> Floats:
    """Return Krippendorff's alpha (Krippendorff 2011): [n], nan if undefined.

    Args:
        cells: Weights of combinations of labels: [n, cells].
        counts: How often each label is in each combination, in their order: [cells, k].
        few: The number of labels that were read, for its correction; None: that of the weights.
        ordinal: Labels differ by the square of their distance in mean ranks; else all by 1.
    """
    observed, expected = _disagreements(cells, counts, ordinal=ordinal)
    read = few or (cells @ counts).sum(axis=1)
    return 1 - ratio(observed * (read - 1) / read, expected)


def _disagreements(
    cells: NDArray[Any], counts: NDArray[Any], *, ordinal: bool = False
) -> tuple[Floats, Floats]:
    """Return the mean differences between labels of one pair, and of any pairs: [n] each."""
    k = counts.shape[1]
    of_each = cells @ counts
    total = of_each.sum(axis=1)
    both = counts[:, :, None] * counts[:, None, :] - np.eye(k) * counts[:, :, None]
    same_pair = np.tensordot(cells, both / (counts.sum(axis=1) - 1)[:, None, None], 1)
    differences = 1 - np.eye(k)
    if ordinal:
        ranks = np.cumsum(of_each, axis=1) - of_each / 2
        differences = (ranks[:, :, None] - ranks[:, None, :]) ** 2
    any_pair = of_each[:, :, None] * of_each[:, None, :]
    return (
        ratio((same_pair * differences).sum(axis=(1, 2)), total),
        ratio((any_pair * differences).sum(axis=(1, 2)), total**2),
    )


# -- All figures of a review ---------------------------------------------------------------------

Confusion = tuple[tuple[int, ...], ...]
"""A confusion matrix as plain data, labels in the order agree, oppose, neither."""

FINAL = "final"
"""In place of a reader's name where the final labels are compared with the model's."""


@dataclass(frozen=True, slots=True)
class TwoReaders:
    """How far two readers agree; `table` has the first reader's labels in rows."""

    first: str
    second: str
    figures: Reliability
    table: Confusion


@dataclass(frozen=True, slots=True)
class Agreement:
    """The figures of a finished review.

    With one reader, `overall` is None, and `by_label`, `by_topic` and `pairwise` are empty.

    Attributes:
        by_label: Each label against the two others.
        by_topic: Empty unless the pairs have several topics.
        pairwise: Every two of the readers.
        differ: Number of pairs on which the readers differ, and `decided` of those decided.
        with_machine: For each reader, and for `FINAL` if there are more than one: their labels
            in rows, the model's in columns. Empty as long as the model's labels may not be seen.
        changed: Number of labels that each reader changed after the model's label was shown.
        cautions: Sentences that say why agreement with the model is not an independent check.
        estimates: Accuracy of the model's labels; if None, `no_estimates` says why.
    """

    readers: tuple[str, ...]
    pairs: int
    overall: Reliability | None
    by_label: Mapping[Stance, Reliability]
    by_topic: Mapping[str, Reliability]
    pairwise: tuple[TwoReaders, ...]
    differ: int
    decided: int
    with_machine: Mapping[str, Confusion]
    changed: Mapping[str, int]
    cautions: tuple[str, ...]
    estimates: Estimates | None
    no_estimates: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def agreement(review: Review) -> Agreement:
    """Return all figures of a review, once all readers have handed in."""
    final, differ = review.final_labels(), review.differences()
    labels = {
        reader: {place: answer.stance for place, answer in answers.items()}
        for reader, answers in review.answers().items()
    }
    pairs = dict(review.pairs())
    machine = {place: pair.machine for place, pair in pairs.items()}
    overall, pairwise = None, list[TwoReaders]()
    by_label: dict[Stance, Reliability] = {}
    by_topic: dict[str, Reliability] = {}
    if len(review.readers) > 1:
        given = _readings(pairs, [*labels.values()])
        overall = reliability(given)
        by_label = {
            stance: reliability(given.one_against_rest(ORDER.index(stance)), 2) for stance in Stance
        }
        topics = np.array([pair.topic for pair in pairs.values()])
        if len(names := np.unique(topics).tolist()) > 1:
            by_topic = {name: reliability(given.of_pairs(topics == name)) for name in names}
        for n, m in combinations(range(len(review.readers)), 2):
            one, other = review.readers[n], review.readers[m]
            of_two = reliability(given._replace(labels=given.labels[:, [n, m]]))
            table = _plain(_confusion_at(labels[one], labels[other], machine))
            pairwise.append(TwoReaders(one, other, of_two, table))
        labels[FINAL] = final
    changed = {reader: len(places) for reader, places in review.changed_after_label().items()}
    estimated, why_not = None, ""
    try:
        estimated = estimates(review)
    except ReviewError as error:
        why_not = str(error)
    return Agreement(
        readers=review.readers,
        pairs=len(review),
        overall=overall,
        by_label=by_label,
        by_topic=by_topic,
        pairwise=tuple(pairwise),
        differ=len(differ),
        decided=len(final.keys() & differ),
        with_machine={
            name: _plain(_confusion_at(given, machine, machine))
            for name, given in labels.items()
            if review.shows_machine(answered=True)
        },
        changed=changed,
        cautions=tuple(_cautions(review, changed)),
        estimates=estimated,
        no_estimates=why_not,
    )


def _confusion_at(
    first: Mapping[int, Stance | None], second: Mapping[int, Stance | None], places: Iterable[int]
) -> Counts:
    """Return the confusion matrix of those places that both labelled."""
    both = [
        (one, other)
        for place in places
        if (one := first.get(place)) and (other := second.get(place))
    ]
    return confusion([one for one, _ in both], [other for _, other in both])


def _readings(
    pairs: Mapping[int, ReviewPair], labels: Sequence[Mapping[int, Stance | None]]
) -> ReaderLabels:
    number: dict[Stance | None, int] = {stance: n for n, stance in enumerate(ORDER)}
    speeches = [[getattr(pair, side).statement.speech for side in "ab"] for pair in pairs.values()]
    seen = dict.fromkeys(one for both in speeches for one in both)
    known = {speech: n for n, speech in enumerate(seen)}
    strata = [*dict.fromkeys(pair.stratum for pair in pairs.values())]
    return ReaderLabels(
        np.array([[number.get(own.get(place), -1) for own in labels] for place in pairs]),
        np.array([strata.index(pair.stratum) for pair in pairs.values()]),
        np.array([pair.weight for pair in pairs.values()]),
        np.array([[known[one] for one in both] for both in speeches]),
    )


def _plain(table: Counts) -> Confusion:
    return tuple(tuple(row) for row in table.tolist())


def _cautions(review: Review, changed: Mapping[str, int]) -> Iterator[str]:
    if len(review.readers) == 1:
        yield "One reader labelled these pairs alone; how far another would agree is not known."
    read = {(event.who, event.pair) for event in review.history() if event.what == "import"}
    imported = Counter(who for who, _ in sorted(read))
    if names := [f"{counted(n, 'answer')} of {name}" for name, n in imported.items()]:
        yield (
            f"{' and '.join(names)} came from a file; whether the model's labels were in sight "
            "there is not known."
        )
    again = Counter(event.pair for event in review.history() if event.what == "decision")
    if changed_decisions := sum(n > 1 for n in again.values()):
        yield (
            f"{counted(changed_decisions, 'decision')} changed; the model's label may have been in "
            "sight by then."
        )
    if review.settings.machine_shown is MachineShown.BEFORE:
        yield (
            "The readers saw the model's label before they answered, so their agreement with it is "
            "not an independent check."
        )
    if names := [f"{name} changed {counted(n, 'answer')}" for name, n in changed.items() if n]:
        yield (
            f"{' and '.join(names)} after the model's label was shown; the agreement of these "
            "answers with it is not an independent check."
        )
