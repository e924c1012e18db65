"""The figures of a finished review: agreement between readers, and the model's labels corrected.

A sample may be stratified: drawn separately from the pairs of each of the model's labels. So every
figure weights a pair by the number of pairs that it represents (`ReviewPair.weight`).

Estimates of the model's labels simulate the labels of the pairs that nobody read, stratum by
stratum, from a Dirichlet posterior under the prior of Perks (1947), which weighs as much as one
pair. Labels that were read are kept, so a pool that was read in full leaves no doubt. (A bootstrap
would be certain that the model misses nothing if no miss happened to be drawn.) If the pairs of a
speech are alike, their labels count as fewer (the design effect of Kish 1965). Kappa and alpha
describe the readers beyond this pool, and have no design effect. Intervals are of 95 %, and all
draws are reproducible; `python -m benchmarks.coverage` measures how often such intervals cover.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.errors import ReviewError
from compare.evaluate import gold_of
from compare.export import counted
from compare.results import Figure, Result, Stance, percentile_interval, share_interval
from compare.results.statistics import DRAWS, SEED, Counts, Floats
from compare.review.drawing import frame_digest
from compare.review.review import Review
from compare.review.reviews import Reviews
from compare.review.values import Choice, MachineShown, ReviewPair
from compare.statements import Statement


class Stratum(NamedTuple):
    """The labels of the pairs that were drawn from one part of a pool.

    Attributes:
        table: Two readers' labels, or the model's and people's: [k, k].
        size: Pairs of this part of the pool, drawn or not.
        row: The row that all its pairs are in, since the model gave them one label; None if there
            is no such row.
    """

    table: NDArray[Any]
    size: float
    row: int | None = None


Of = Callable[[Floats], Floats]
"""A figure of each of several tables, [n, k, k]: [n], nan where it is undefined."""


def _estimate(of: Of, strata: Sequence[Stratum], effect: float = 1, *, finite: bool) -> Figure:
    """Return a figure of the table of the whole pool, with its interval.

    Args:
        of: The figure.
        strata: All parts of the pool.
        effect: Labels that say as much as one label of an independent pair would.
        finite: Whether the pool is all there is, so that what was read is known for certain.
    """
    source, whole = np.random.default_rng(SEED), np.zeros(strata[0].table.shape)
    draws = np.zeros((DRAWS, *whole.shape))
    for table, size, row in strata:
        rows = slice(None) if row is None else slice(row, row + 1)
        known = table[rows].ravel().astype(np.float64)
        whole[rows] += table[rows] / max(known.sum(), 1) * size
        shares = source.dirichlet(known / effect + 1 / known.size, DRAWS)
        if finite:
            left = max(round(size - known.sum()), 0)
            shares = known + source.multinomial(left, shares)
        else:
            shares *= size
        draws[:, rows] += shares.reshape(DRAWS, -1, table.shape[1])
    value, drawn = float(of(whole[None])[0]), of(draws)
    if np.isnan(value):
        return Figure(None)
    low, high = percentile_interval(drawn[~np.isnan(drawn)])
    # The prior pulls inwards: a share of 0 or 1 lies outside the middle 95 % of the draws.
    return Figure(value, min(low, value), max(high, value))


# -- Reliability ---------------------------------------------------------------------------------


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


def confusion(first: Sequence[Stance], second: Sequence[Stance]) -> Counts:
    """Count the pairs of labels: int64 [3, 3], in the order agree, oppose, neither."""
    table = np.zeros((len(Stance), len(Stance)), np.int64)
    np.add.at(table, (gold_of(first), gold_of(second)), 1)
    return table


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

    figures = (_estimate(of, strata, finite=False) for of in (_same, kappas, alphas_of_pairs))
    return Reliability(pairs, *figures)


def _same(tables: Floats) -> Floats:
    return _ratio(np.trace(tables, axis1=1, axis2=2), tables.sum(axis=(1, 2)))


def kappas(tables: NDArray[Any]) -> Floats:
    """Return Cohen's kappa (Cohen 1960) of confusion matrices [n, k, k]: [n], nan if undefined."""
    total = tables.sum(axis=(1, 2)).astype(np.float64)
    same = np.trace(tables, axis1=1, axis2=2)
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
    return _ratio(same * total - chance, total**2 - chance)


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
    return 1 - _ratio(observed * total * ((few - 1) / few), total**2 - (each**2).sum(axis=1))


def _ratio(over: Floats, under: Floats) -> Floats:
    shares = np.full(len(under), np.nan)
    np.divide(over, under, out=shares, where=under > 0)
    return shares


# -- Estimates -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LabelEstimate:
    """Precision, recall and share of one label of the model.

    Attributes:
        precision: Share of the model's pairs with this label that people give it, too.
        recall: Share of people's pairs with this label that the model gives it, too, among the
            pairs of the pool. None unless all three labels were in the pool.
        called: Number of pairs read that the model gives this label, and `found` that people give
            it.
        raw: Share of the pool to which the model gives this label.
        corrected: Share of the pool to which people would give it. `raw` counts the model's errors
            in; this is what to cite. None as `recall`.
    """

    precision: Figure
    recall: Figure | None
    called: int
    found: int
    raw: float
    corrected: Figure | None


@dataclass(frozen=True, slots=True)
class GroupEstimate:
    """How often the model is right within a group of pairs, such as those of one country.

    Attributes:
        name: The country, the decade or the source of side b.
        pairs: Number of its pairs that people labelled.
        accuracy: Share of these with the same label from the model.
    """

    name: str
    pairs: int
    accuracy: Figure


@dataclass(frozen=True, slots=True)
class Estimates:
    """Accuracy, precision, recall and shares of the model's labels, from a random sample.

    Attributes:
        pairs: Number of pairs that people labelled, and `left_out` that they could not judge.
        pool: Number of pairs that could be drawn: all figures are of these.
        frame: A sentence that says which pairs these are, and what is in none of the figures.
        accuracy: Share of pairs with the same label from the model and from people.
        by: Groups with five pairs or more, by "country", "decade" and "source".
    """

    pairs: int
    left_out: int
    pool: int
    frame: str
    accuracy: Figure
    labels: Mapping[Stance, LabelEstimate]
    by: Mapping[str, tuple[GroupEstimate, ...]]


def estimates(review: Review) -> Estimates:
    """Estimate precision, recall and shares of the model's labels.

    Raises:
        ReviewError: The pairs are not a random sample, a reader has not handed in, a pair is
            undecided, or no pair was labelled.
    """
    made = review.settings
    if made.choice is Choice.IMPORTED:
        raise ReviewError(
            "Only a random sample says how often the labels are right, or a list that was read in "
            f"full; {review.name!r} holds pairs chosen elsewhere: draw a sample for it."
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
    pool = {Stance(label): size for label, size in made.of.items()}
    found = sample_estimates(rows, pool, left_out=len(review) - len(rows))
    return replace(found, frame=_frame(review, found.pool, [pair for pair, _ in rows]))


def corrected(reviews: Reviews, result: Result) -> tuple[Review, Estimates] | None:
    """Return the newest review of a result that corrects its counts, and its estimates.

    It has been finished and decided, holds a random sample of all labels, and was drawn from the
    same pairs with the same labels.
    """
    frame = frame_digest(result)
    for review in reviews.all():
        if review.settings.frame == frame and not review.settings.left_out:
            try:
                found = estimates(review)
            except ReviewError:
                continue
            if all(of.corrected and of.corrected.value is not None for of in found.labels.values()):
                return review, found
    return None


def _frame(review: Review, pool: int, read: Sequence[ReviewPair]) -> str:
    made = review.settings
    by = Counter(pair.label_source for pair in read if pair.label_source)
    who = " and ".join(f"{name} ({n} of those labelled here)" for name, n in by.most_common())
    frame = f"The figures are of the {counted(pool, 'pair')} that could be drawn"
    frame += f"; their labels are of {who}." if who else "."
    if made.screening:
        frame += (
            f" What {made.screening} alone read and took for neither is not among them, so it is "
            "in no figure, least of all in recall."
        )
    return frame


def sample_estimates(
    rows: Sequence[tuple[ReviewPair, Stance]], pool: Mapping[Stance, int], left_out: int = 0
) -> Estimates:
    """Return the estimates from a random sample, drawn from all pairs or label by label.

    Args:
        rows: Pairs with a label of the model, and people's labels; at least one.
        pool: For each of the model's labels that could be drawn, the number of pairs with it.
        left_out: Number of pairs of the sample that could not be judged.
    """
    read = [(pair.machine, people) for pair, people in rows if pair.machine]
    counts = confusion(*zip(*read, strict=True))  # the model's labels in rows
    called = counts.sum(axis=1)
    sizes = [max(pool.get(stance, 0), int(n)) for stance, n in zip(Stance, called, strict=True)]
    strata = [Stratum(counts, size, row) for row, size in enumerate(sizes) if size]
    effect = _design_effect(rows)
    diagonal, everywhere = np.eye(len(Stance), dtype=bool), np.ones_like(counts, bool)

    def share(right: NDArray[np.bool_], among: NDArray[np.bool_]) -> Figure:
        """Return the share of pairs in the cells `right` among those in the cells `among`.

        If no pair of a stratum was labelled, the share is unknown.
        """
        counting = [one for one in strata if among[one.row].any()]
        if not all(counts[one.row].any() for one in counting):
            return Figure(None)
        return _estimate(
            lambda tables: _ratio(tables[:, right].sum(axis=1), tables[:, among].sum(axis=1)),
            counting,
            effect,
            finite=True,
        )

    is_whole = set(pool) == set(Stance)  # so that pairs the model misses could be drawn
    labels = {}
    for number, stance in enumerate(Stance):
        if stance not in pool:
            continue
        row, column = (np.zeros_like(everywhere) for _ in range(2))
        row[number], column[:, number] = True, True
        labels[stance] = LabelEstimate(
            share(diagonal & row, row) if called[number] else Figure(None),
            share(diagonal & column, column) if is_whole else None,
            int(called[number]),
            int(counts[:, number].sum()),
            sizes[number] / sum(sizes),
            share(column, everywhere) if is_whole else None,
        )
    accuracy = share(diagonal, everywhere)
    pairs = int(counts.sum())
    return Estimates(pairs, left_out, sum(sizes), "", accuracy, labels, _groups(rows))


def _design_effect(rows: Sequence[tuple[ReviewPair, Stance]]) -> float:
    """Return how many labels of these pairs say as much as one of an independent pair, at least 1.

    It is the variance of the labels' weighted sums over speeches divided by that over pairs (Kish
    1965), by the speeches of side b, or of side a if these are more alike.
    """
    strata = [pair.machine for pair, _ in rows]
    weights = np.array([pair.weight for pair, _ in rows])
    labels = np.eye(len(Stance))[gold_of([people for _, people in rows])]
    for stratum in set(strata):  # what a label differs by from others of its stratum
        of = np.array([one is stratum for one in strata])
        labels[of] -= labels[of].mean(axis=0)
    labels *= weights[:, None]
    alone, effects = (labels**2).sum(), [1.0]
    for side in ("a", "b"):
        sums: dict[Hashable, Floats] = defaultdict(lambda: np.zeros(len(Stance)))
        for (pair, _), label in zip(rows, labels, strict=True):
            sums[getattr(pair, side).statement.speech] += label
        if alone and len(sums) > 1:  # a search has one quote
            effects.append(float(sum((of**2).sum() for of in sums.values()) / alone))
    return max(effects)


LEAST_OF_GROUP = 5
"""Pairs that a group must have to be shown."""


def _groups(rows: Sequence[tuple[ReviewPair, Stance]]) -> dict[str, tuple[GroupEstimate, ...]]:
    """Return how often the model is right by country, decade and source of side b."""
    found = {}
    for by, names_of in _GROUPS.items():
        groups: dict[str, list[tuple[ReviewPair, bool]]] = defaultdict(list)
        for pair, people in rows:
            for name in names_of(pair.b.statement):
                groups[name].append((pair, pair.machine is people))
        found[by] = tuple(
            GroupEstimate(name, len(of), _accuracy(of))
            for name, of in sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))
            if len(of) >= LEAST_OF_GROUP
        )
    return found


def _accuracy(of: Sequence[tuple[ReviewPair, bool]]) -> Figure:
    """Return the weighed share of right labels; unequal weights say as much as fewer equal ones."""
    weights = np.array([pair.weight for pair, _ in of])
    share = float(weights @ np.array([right for _, right in of]) / weights.sum())
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    return Figure(share, *share_interval(share * effective, effective))


_GROUPS: Mapping[str, Callable[[Statement], Collection[str]]] = {
    "country": lambda said: [country.name for country in said.country],
    "decade": lambda said: [f"{said.date.year // 10 * 10}s"] if said.date else [],
    "source": lambda said: [said.source] if said.source else [],
}


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
