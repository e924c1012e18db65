"""How far the readers of a review agree with each other and with the machine, in one value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from compare.errors import ReviewError
from compare.export.words import counted
from compare.results.result import Stance
from compare.review.answers import Review
from compare.review.estimates import Estimates, estimates, final_labels
from compare.review.independence import changed_after_label
from compare.review.reliability import Counts, Reliability, confusion, one_label, reliability
from compare.review.values import MachineShown

Table = tuple[tuple[int, ...], ...]
"""A confusion: a row for each label of the one, in it a column for each of the other, both in the
order agree, oppose, neither."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The figures of a review, once all readers have handed in.

    Attributes:
        readers: Their names.
        overall: Of both readers, None where there is one; so are `by_label`, in which each label
            stands against the two others, `by_topic`, empty where the pairs have one topic, and
            `between`, rows of the first reader, columns of the second.
        differ: Pairs on which the readers differ, and `decided` those of them that are decided.
        with_machine: Of each reader and, of two, of "final", what people say in the end: their
            labels in rows, the machine's in columns.
        changed: How many pairs each reader labels otherwise than before the machine's label of them
            was shown.
        cautions: Why agreement with the machine is no independent check, in sentences.
        estimates: Of the machine's labels, None where none can be made; `no_estimates` says why.
    """

    readers: tuple[str, ...]
    pairs: int
    overall: Reliability | None
    by_label: Mapping[Stance, Reliability]
    by_topic: Mapping[str, Reliability]
    between: Table | None
    differ: int
    decided: int
    with_machine: Mapping[str, Table]
    changed: Mapping[str, int]
    cautions: tuple[str, ...]
    estimates: Estimates | None
    no_estimates: str

    @property
    def lacks_interval(self) -> bool:
        """Tell whether a kappa or an alpha stands without an interval; see `NO_INTERVAL`."""
        rows = [*self.by_label.values(), *self.by_topic.values()]
        return any(
            of.lacks_interval for of in (rows if self.overall is None else [self.overall, *rows])
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


FINAL = "final"
"""The name under which what people say in the end is compared with the machine."""


def agreement(review: Review) -> Agreement:
    """Return all figures of a review.

    Raises:
        ReviewError: A reader has not handed in.
    """
    review.must_be_open()
    answers = {
        reader: {place: answer.stance for place, answer in of.items()}
        for reader, of in review.answers().items()
    }
    final, differ = final_labels(review), review.to_decide()
    machine, topics = {}, {}
    for place, pair in review.pairs():
        machine[place], topics[place] = pair.machine, pair.topic
    table = None
    by_topic: dict[str, Reliability] = {}
    if len(review.readers) > 1:
        first, second = answers.values()
        table = _between(first, second, machine)
        names = sorted(set(topics.values()))
        if len(names) > 1:
            by_topic = {
                name: reliability(
                    _between(first, second, [p for p, topic in topics.items() if topic == name])
                )
                for name in names
            }
    changed = {reader: len(places) for reader, places in changed_after_label(review).items()}
    estimated, why_not = _estimated(review)
    return Agreement(
        review.readers,
        len(review),
        None if table is None else reliability(table),
        {}
        if table is None
        else {s: reliability(one_label(table, n)) for n, s in enumerate(Stance)},
        by_topic,
        None if table is None else _plain(table),
        len(differ),
        len([place for place in differ if place in final]),
        {
            name: _plain(_between(of, machine, machine))
            for name, of in (answers if table is None else {**answers, FINAL: final}).items()
        },
        changed,
        tuple(_cautions(review.settings.machine_shown, changed)),
        estimated,
        why_not,
    )


def _between(
    first: Mapping[int, Stance | None], second: Mapping[int, Stance | None], places: Iterable[int]
) -> Counts:
    """Return the confusion on the places that both labelled."""
    both = [
        (one, other)
        for place in places
        if (one := first.get(place)) and (other := second.get(place))
    ]
    return confusion([one for one, _ in both], [other for _, other in both])


def _cautions(shown: MachineShown, changed: Mapping[str, int]) -> Iterator[str]:
    if shown is MachineShown.BEFORE:
        yield (
            "The readers saw the model's label before they answered: that they agree with it is no "
            "independent check of it."
        )
    if told := [f"{name} changed {counted(n, 'answer')}" for name, n in changed.items() if n]:
        yield (
            f"Once the model's label was shown {' and '.join(told)}: that these agree with it is "
            "no independent check of it."
        )


def _plain(table: Counts) -> Table:
    rows: Sequence[Sequence[int]] = table.tolist()
    return tuple(tuple(row) for row in rows)


def _estimated(review: Review) -> tuple[Estimates | None, str]:
    try:
        return estimates(review), ""
    except ReviewError as error:
        return None, str(error)
