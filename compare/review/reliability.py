"""How far readers agree, and all figures of a finished review.

Figures are weighted, and their intervals are made, as in `accuracy`. Kappa and alpha describe the
readers beyond this pool, and have no design effect.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.errors import ReviewError
from compare.export import counted
from compare.results import Figure, Stance
from compare.results.statistics import Counts, Floats
from compare.review.accuracy import Estimates, Stratum, confusion, estimate, estimates, ratio
from compare.review.review import Review
from compare.review.values import MachineShown


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far two readers agree on the pool, by the pairs that both labelled.

    Attributes:
        pairs: Number of these pairs.
        agreement: Share of pairs with the same label, 0 to 1.
        kappa: Cohen's, -1 to 1.
        alpha: Krippendorff's for nominal data, at most 1.
    """

    pairs: int
    agreement: Figure
    kappa: Figure
    alpha: Figure


def one_against_rest(table: NDArray[Any], label: int) -> NDArray[Any]:
    """Return the confusion of one label and all others: [2, 2]."""
    both = table[label, label]
    first, second = table[label].sum() - both, table[:, label].sum() - both
    return np.array([[both, first], [second, table.sum() - both - first - second]], table.dtype)


def reliability(strata: Sequence[Stratum]) -> Reliability:
    """Return the figures of two readers, from the labels in each part of the pool."""
    pairs = int(sum(one.table.sum() for one in strata))
    if not pairs:
        return Reliability(0, Figure(None), Figure(None), Figure(None))

    def alphas_of_pairs(tables: Floats) -> Floats:
        return alphas(tables, pairs)

    figures = (estimate(of, strata, finite=False) for of in (_same, kappas, alphas_of_pairs))
    return Reliability(pairs, *figures)


def _same(tables: Floats) -> Floats:
    return ratio(np.trace(tables, axis1=1, axis2=2), tables.sum(axis=(1, 2)))


def kappas(tables: NDArray[Any]) -> Floats:
    """Return Cohen's kappa (Cohen 1960) of confusion matrices [n, k, k]: [n], nan if undefined."""
    total = tables.sum(axis=(1, 2)).astype(np.float64)
    same = np.trace(tables, axis1=1, axis2=2)
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
    return ratio(same * total - chance, total**2 - chance)


def alphas(tables: NDArray[Any], pairs: int | None = None) -> Floats:
    """Return Krippendorff's alpha for nominal data (Krippendorff 2011): [n], nan if undefined.

    Its correction for few pairs is of `pairs`, those that were labelled; None: of the tables' own.
    """
    coincidences = tables + np.swapaxes(
        tables, 1, 2
    )  # symmetric: the order of readers does not matter
    each = coincidences.sum(axis=1).astype(np.float64)
    total = each.sum(axis=1)
    observed = total - np.trace(coincidences, axis1=1, axis2=2)
    few = 2 * pairs if pairs else total
    return 1 - ratio(observed * total * ((few - 1) / few), total**2 - (each**2).sum(axis=1))


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
            rows, the model's in columns. Empty as long as the model's labels may not be seen.
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
    machine = {}
    by_topic_and_stratum: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    weights: dict[str, float] = {}
    for place, pair in review.pairs():
        machine[place] = pair.machine
        by_topic_and_stratum[pair.topic][pair.stratum].append(place)
        weights[pair.stratum] = pair.weight
    overall, between = None, None
    by_label: dict[Stance, Reliability] = {}
    by_topic: dict[str, Reliability] = {}
    if len(review.readers) == 2:
        first, second = labels.values()
        of_topics = {
            topic: {s: _confusion_at(first, second, at) for s, at in strata.items()}
            for topic, strata in by_topic_and_stratum.items()
        }
        tables = {s: _sum(of[s] for of in of_topics.values() if s in of) for s in weights}

        def strata_of(tables: Mapping[str, Any]) -> list[Stratum]:
            return [Stratum(table, table.sum() * weights[s]) for s, table in tables.items()]

        overall, between = reliability(strata_of(tables)), _plain(_sum(tables.values()))
        by_label = {
            stance: reliability(strata_of({s: one_against_rest(t, n) for s, t in tables.items()}))
            for n, stance in enumerate(Stance)
        }
        if len(of_topics) > 1:
            by_topic = {t: reliability(strata_of(of_topics[t])) for t in sorted(of_topics)}
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


def _sum(tables: Iterable[Counts]) -> Counts:
    return np.asarray(np.sum([*tables], axis=0), np.int64)


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
