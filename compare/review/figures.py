"""The figures of a finished review: agreement between readers, and estimates of the model's labels.

Shares of a simple random sample have Wilson intervals (Wilson 1927). Kappa and alpha have bootstrap
intervals (Efron 1979, percentiles). Recall and accuracy of a stratified sample have Bayesian
intervals: within each stratum the shares of the readers' labels have a Dirichlet posterior under
the prior of Perks (1947), which weighs as much as one pair; shares drawn from it are multiplied by
the stratum's size. A bootstrap would wrongly be certain that the model misses nothing if no miss
happened to be drawn. All intervals cover 95 %, and all draws are reproducible.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.errors import ReviewError
from compare.evaluate import gold_of
from compare.export import counted
from compare.results import Figure, Stance, percentile_interval, resampled
from compare.results.statistics import DRAWS, SEED, Counts, Floats, share_interval
from compare.review.review import Review
from compare.review.values import Choice, MachineShown, ReviewPair

NO_INTERVAL_NOTE = (
    "Kappa and alpha have no interval if resampling the pairs never changes them, as when the "
    "readers never differ, or mostly leaves them undefined. Then only the interval of percent "
    "agreement says how certain the agreement is."
)
_LEAST_DEFINED = 0.5
"""Least share of the draws in which a figure must be defined to get an interval."""


def _share(count: int, total: int) -> Figure:
    """Return a share with its Wilson interval."""
    return Figure(count / total, *share_interval(count, total)) if total else Figure(None)


def _with_interval(value: float, draws: Floats) -> Figure:
    """Return a figure with the middle 95 % of the defined draws as its interval.

    It has no interval if too few draws are defined (not nan), or if all of those are equal.
    """
    if np.isnan(value):
        return Figure(None)
    defined = draws[~np.isnan(draws)]
    if len(defined) < max(1.0, _LEAST_DEFINED * len(draws)) or np.ptp(defined) == 0:
        return Figure(value)
    return Figure(value, *percentile_interval(defined))


# -- Reliability ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far two readers agree on the pairs that both labelled.

    Attributes:
        agreement: Share of pairs with the same label, 0 to 1.
        kappa: Cohen's, -1 to 1.
        alpha: Krippendorff's for nominal data, at most 1.
    """

    pairs: int
    agreement: Figure
    kappa: Figure
    alpha: Figure

    @property
    def lacks_interval(self) -> bool:
        """Tell whether kappa or alpha is defined without an interval; see `NO_INTERVAL_NOTE`."""
        return any(one.value is not None and one.low is None for one in (self.kappa, self.alpha))


def confusion(first: Sequence[Stance], second: Sequence[Stance]) -> Counts:
    """Count the pairs of labels: int64 [3, 3], in the order agree, oppose, neither."""
    table = np.zeros((len(Stance), len(Stance)), np.int64)
    np.add.at(table, (gold_of(first), gold_of(second)), 1)
    return table


def one_against_rest(table: Counts, label: int) -> Counts:
    """Return the confusion of one label and all others: int64 [2, 2]."""
    both = table[label, label]
    first, second = table[label].sum() - both, table[:, label].sum() - both
    return np.array([[both, first], [second, table.sum() - both - first - second]], np.int64)


def reliability(table: Counts) -> Reliability:
    """Return the figures of a confusion matrix of two readers, [k, k]."""
    pairs, drawn = int(table.sum()), resampled(table)
    kappa, alpha = float(kappas(table[None])[0]), float(alphas(table[None])[0])
    return Reliability(
        pairs,
        _share(int(np.trace(table)), pairs),
        _with_interval(kappa, kappas(drawn)),
        _with_interval(alpha, alphas(drawn)),
    )


def kappas(tables: Counts) -> Floats:
    """Return Cohen's kappa (Cohen 1960) of confusion matrices [n, k, k]: [n], nan if undefined."""
    total = tables.sum(axis=(1, 2)).astype(np.float64)
    same = np.trace(tables, axis1=1, axis2=2)
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
    return _ratio(same * total - chance, total**2 - chance)


def alphas(tables: Counts) -> Floats:
    """Return Krippendorff's alpha for nominal data (Krippendorff 2011): [n], nan if undefined."""
    coincidences = tables + np.swapaxes(
        tables, 1, 2
    )  # symmetric: the order of readers does not matter
    each = coincidences.sum(axis=1).astype(np.float64)
    total = each.sum(axis=1)
    observed = total - np.trace(coincidences, axis1=1, axis2=2)
    expected = total**2 - (each**2).sum(axis=1)
    return 1 - _ratio(observed * (total - 1), expected)


def _ratio(over: Floats, under: Floats) -> Floats:
    shares = np.full(len(under), np.nan)
    np.divide(over, under, out=shares, where=under > 0)
    return shares


# -- Estimates -----------------------------------------------------------------------------------

WILSON, BAYES = "Wilson", "Bayesian"


@dataclass(frozen=True, slots=True)
class LabelEstimate:
    """Precision and recall of one label of the model.

    Attributes:
        precision: Share of the model's pairs with this label that people give it, too.
        recall: Share of people's pairs with this label that the model gives it, too, among scored
            pairs only. None unless all three labels were in the pool.
        called: Number of pairs that the model gives this label, and `found` that people give it.
        recall_interval: "Wilson" or "Bayesian"; precision always has a Wilson interval.
    """

    precision: Figure
    recall: Figure | None
    called: int
    found: int
    recall_interval: str


@dataclass(frozen=True, slots=True)
class Estimates:
    """Accuracy, precision and recall of the model's labels, from a random sample.

    Attributes:
        pairs: Number of pairs that people labelled, and `left_out` that they could not judge.
        accuracy: Share of pairs with the same label from the model and from people.
        accuracy_interval: "Wilson" or "Bayesian".
    """

    pairs: int
    left_out: int
    accuracy: Figure
    accuracy_interval: str
    labels: Mapping[Stance, LabelEstimate]


def estimates(review: Review) -> Estimates:
    """Estimate precision and recall of the model's labels.

    Raises:
        ReviewError: The pairs are not a random sample, a reader has not handed in, a pair is
            undecided, or no pair was labelled.
    """
    made = review.settings
    if made.choice not in (Choice.RANDOM, Choice.STRATIFIED):
        held = "the whole list" if made.choice is Choice.WHOLE else "pairs chosen elsewhere"
        raise ReviewError(
            f"Only a random sample says how often the labels are right; {review.name!r} holds "
            f"{held}: draw a sample for it."
        )
    final = review.final_labels()
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
    pool = [Stance(label) for label in made.of]
    is_stratified = made.choice is Choice.STRATIFIED
    return sample_estimates(rows, is_stratified, pool, left_out=len(review) - len(rows))


def sample_estimates(
    rows: Sequence[tuple[ReviewPair, Stance]],
    stratified: bool,
    pool: Collection[Stance],
    left_out: int = 0,
) -> Estimates:
    """Return the estimates from a random sample.

    Args:
        rows: Pairs with a label of the model, and people's labels; at least one.
        stratified: Whether they were drawn separately for each of the model's labels.
        pool: The model's labels that could be drawn.
        left_out: Number of pairs of the sample that could not be judged.
    """
    machine = [pair.machine for pair, _ in rows if pair.machine]
    counts = confusion(machine, [people for _, people in rows])  # the model's labels in rows
    # Weights make each row of the table as large as its stratum in the pool.
    sizes = np.array(
        [sum(pair.weight for pair, _ in rows if pair.machine is stance) for stance in Stance]
    )[:, None]
    weighted = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1) * sizes
    source, prior = np.random.default_rng(SEED), 1 / len(Stance)
    drawn = sizes * np.stack([source.dirichlet(row + prior, DRAWS) for row in counts], axis=1)

    def estimate(right: NDArray[np.bool_], among: NDArray[np.bool_]) -> Figure:
        """Return the share of pairs in the cells `right` among those in the cells `among`."""
        if not stratified:
            return _share(int(counts[right].sum()), int(counts[among].sum()))
        if not weighted[among].any():
            return Figure(None)
        value = float(weighted[right].sum() / weighted[among].sum())
        found = _with_interval(value, drawn[:, right].sum(axis=1) / drawn[:, among].sum(axis=1))
        if found.low is None or found.high is None:
            return found
        # The prior pulls the posterior inwards: a share of 0 or 1 lies outside of its middle 95 %.
        return Figure(value, min(found.low, value), max(found.high, value))

    kind = BAYES if stratified else WILSON
    diagonal, everywhere = np.eye(len(Stance), dtype=bool), np.ones_like(counts, bool)
    is_whole = set(pool) == set(Stance)  # so that pairs the model misses could be drawn
    labels = {}
    for number, stance in enumerate(Stance):
        if stance not in pool:
            continue
        column = np.zeros_like(everywhere)
        column[:, number] = True
        called, found = int(counts[number].sum()), int(counts[:, number].sum())
        labels[stance] = LabelEstimate(
            _share(int(counts[number, number]), called),
            estimate(diagonal & column, column) if is_whole else None,
            called,
            found,
            kind if is_whole else "",
        )
    accuracy = estimate(diagonal, everywhere)
    return Estimates(int(counts.sum()), left_out, accuracy, kind, labels)


# -- All figures of a review ---------------------------------------------------------------------

Confusion = tuple[tuple[int, ...], ...]
"""A confusion matrix as plain data, labels in the order agree, oppose, neither."""

FINAL = "final"
"""In place of a reader's name where the final labels are compared with the model's."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The figures of a finished review.

    With one reader, `overall` and `between` are None and `by_label` and `by_topic` are empty.

    Attributes:
        by_label: Each label against the two others.
        by_topic: Empty unless the pairs have several topics.
        between: The first reader's labels in rows, the second's in columns.
        differ: Number of pairs on which the readers differ, and `decided` of those decided.
        with_machine: For each reader, and for `FINAL` if there are two readers: their labels in
            rows, the model's in columns.
        changed: Number of labels that each reader changed after the model's label was shown.
        cautions: Sentences that say why agreement with the model is not an independent check.
        estimates: Accuracy of the model's labels; if None, `no_estimates` says why.
    """

    readers: tuple[str, ...]
    pairs: int
    overall: Reliability | None
    by_label: Mapping[Stance, Reliability]
    by_topic: Mapping[str, Reliability]
    between: Confusion | None
    differ: int
    decided: int
    with_machine: Mapping[str, Confusion]
    changed: Mapping[str, int]
    cautions: tuple[str, ...]
    estimates: Estimates | None
    no_estimates: str

    @property
    def lacks_interval(self) -> bool:
        """Tell whether a kappa or alpha is defined without an interval; see `NO_INTERVAL_NOTE`."""
        rows = [*self.by_label.values(), *self.by_topic.values()]
        return any(row.lacks_interval for row in (self.overall, *rows) if row is not None)

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
    machine, places_of = {}, dict[str, list[int]]()
    for place, pair in review.pairs():
        machine[place] = pair.machine
        places_of.setdefault(pair.topic, []).append(place)
    overall, between = None, None
    by_label: dict[Stance, Reliability] = {}
    by_topic: dict[str, Reliability] = {}
    if len(review.readers) == 2:
        first, second = labels.values()
        table = _confusion_at(first, second, machine)
        overall, between = reliability(table), _plain(table)
        by_label = {s: reliability(one_against_rest(table, n)) for n, s in enumerate(Stance)}
        if len(places_of) > 1:
            by_topic = {
                topic: reliability(_confusion_at(first, second, places_of[topic]))
                for topic in sorted(places_of)
            }
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
        between=between,
        differ=len(differ),
        decided=len(final.keys() & differ),
        with_machine={
            name: _plain(_confusion_at(given, machine, machine)) for name, given in labels.items()
        },
        changed=changed,
        cautions=tuple(_cautions(review.settings.machine_shown, changed)),
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


def _plain(table: Counts) -> Confusion:
    return tuple(tuple(row) for row in table.tolist())


def _cautions(shown: MachineShown, changed: Mapping[str, int]) -> Iterator[str]:
    if shown is MachineShown.BEFORE:
        yield (
            "The readers saw the model's label before they answered, so their agreement with it is "
            "not an independent check."
        )
    if names := [f"{name} changed {counted(n, 'answer')}" for name, n in changed.items() if n]:
        yield (
            f"{' and '.join(names)} after the model's label was shown; the agreement of these "
            "answers with it is not an independent check."
        )
