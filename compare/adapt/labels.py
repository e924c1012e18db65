"""Gather the pairs of a corpus that people labelled: reviews, corrections, a file.

A label from a review or a file was given whatever the model said. Which pairs were drawn may hang
on what the model says, as in a stratified sample: which label is right given what the model says is
the same there, and that is what is learned. A correction was noted because the model was wrong. It
may be learned from where that is asked for, but nothing is measured on it, since the model looks
worse there than it is.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compare.comparison.model_input import passage_side
from compare.errors import CorpusError
from compare.results.result import Side, Stance
from compare.review.estimates import final_labels
from compare.review.independence import changed_after_label
from compare.review.reviews import Reviews
from compare.review.states import found
from compare.review.values import MachineShown
from compare.statements.countries import parse_countries

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.models.load import Pair
    from compare.review.answers import Review
    from compare.review.values import ReviewPair

CORRECTIONS = "corrections"
"""The source of a label that was noted because the model was wrong."""


@dataclass(frozen=True, slots=True)
class Label:
    """A pair and what people say of it.

    Attributes:
        keys: What its two statements are known by: ids, and words without regard to case.
        source: 'review "NAME"', the name of a file, or `CORRECTIONS`.
    """

    pair: Pair
    stance: Stance
    keys: frozenset[str]
    source: str

    @property
    def measured(self) -> bool:
        """Tell whether figures may be taken on it."""
        return self.source != CORRECTIONS


@dataclass(frozen=True, slots=True)
class Gathered:
    """The labels of a corpus, each pair once, and what was left out in sentences."""

    labels: tuple[Label, ...]
    notes: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Return the sha256 (hex) of the labels, whatever their order."""
        lines = sorted(
            json.dumps([sorted(map(astuple, entry.pair)), entry.stance.value, entry.measured])
            for entry in self.labels
        )
        return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def gather(
    library: Library, file: Path | None = None, *, corrections: Path | None = None
) -> Gathered:
    """Return the labels of a library's pairs: of its finished reviews and of the files named.

    Of a review they are what people say in the end: the decision, else what both readers say, else
    what the one says. Reviews that are not finished are left out, as are those whose readers saw
    the model's label before they answered, and pairs that a reader labels otherwise than before it
    was shown. In a file of reviews that other libraries share, as that beside the user's own
    library is for the sample, pairs count of which a statement stands in this library; so do
    corrections.

    Args:
        library: Whose.
        file: Labelled pairs; see `compare.evaluate.labelled`.
        corrections: A file of corrections; see `compare.review.corrections`.

    Raises:
        CorpusError: A file cannot be read.
        ReviewError: The file of reviews cannot be read.
    """
    notes: list[str] = []
    labels = [*_of_reviews(library, notes)]
    if file is not None:
        labels += _of_file(file)
    if corrections is not None:
        labels += _of_corrections(library, corrections, notes)
    kept = _once(labels, notes)
    return Gathered(tuple(kept), tuple(notes))


def _once(labels: Iterable[Label], notes: list[str]) -> list[Label]:
    """Return each pair once; of a pair with different labels nothing is kept."""
    by_pair: dict[frozenset[Side], list[Label]] = {}
    for entry in labels:
        by_pair.setdefault(frozenset(entry.pair), []).append(entry)
    kept, torn = [], 0
    for entries in by_pair.values():
        measured = [entry for entry in entries if entry.measured] or entries
        if len({entry.stance for entry in measured}) > 1:
            torn += 1
        else:
            kept.append(measured[0])
    if torn:
        notes.append(f"Left out, labelled differently in different places: {_pairs(torn)}.")
    return kept


def _pairs(number: int) -> str:
    return f"{number:,} pair{'' if number == 1 else 's'}"


def _keys(*sides: tuple[str, str]) -> frozenset[str]:
    """Return what statements are known by, of their ids ("" for none) and the words read."""
    ids = {f"id {identity}" for identity, _ in sides if identity}
    return frozenset(ids | {f"words {' '.join(words.casefold().split())}" for _, words in sides})


# -- Reviews -------------------------------------------------------------------------------------


def _of_reviews(library: Library, notes: list[str]) -> Iterator[Label]:
    reviews = Reviews.of(library)
    beside = reviews.path.parent.resolve() == library.folder.resolve()
    for listed in reversed(reviews.listed()):
        review = reviews.open(listed.name)
        pairs = dict(review.pairs())
        if not beside:
            there = _there(library, {one.id for of in pairs.values() for one in (of.a, of.b)})
            pairs = {n: of for n, of in pairs.items() if there & {of.a.id, of.b.id}}
        if pairs and (why := _unusable(review)):
            notes.append(f"The review {review.name!r} is left out: {why}.")
        elif pairs:
            yield from _of_review(review, pairs, notes)


def _unusable(review: Review) -> str:
    """Say why nothing is learned from a review; "" where something is."""
    done = review.handed_in
    if lacking := [name for name in review.readers if name not in done]:
        has = "has" if len(lacking) == 1 else "have"
        return f"{' and '.join(lacking)} {has} not handed in"
    if review.settings.machine_shown is MachineShown.BEFORE:
        return "its readers saw the model's label before they answered"
    return ""


def _of_review(
    review: Review, pairs: Mapping[int, ReviewPair], notes: list[str]
) -> Iterator[Label]:
    final = final_labels(review)
    changed = set[int]().union(*changed_after_label(review).values()) & pairs.keys()
    if changed:
        notes.append(
            f"Left out of the review {review.name!r}: {_pairs(len(changed))} that a reader "
            "labelled otherwise once the model's label was shown."
        )
    if undecided := len(pairs.keys() - final.keys()):
        notes.append(
            f"Left out of the review {review.name!r}: {_pairs(undecided)} on which its readers "
            "differ and nothing is decided."
        )
    for place, pair in pairs.items():
        if place not in changed and (stance := final.get(place)):
            sides = passage_side(pair.a, pair.a_passage), passage_side(pair.b, pair.b_passage)
            names = (pair.a.id or pair.a.text, pair.b.id or pair.b.text)
            keys = _keys(*zip(names, (side.text for side in sides), strict=True))
            yield Label(sides, stance, keys, f'review "{review.name}"')


def _there(library: Library, ids: Iterable[str]) -> set[str]:
    """Return those of the ids that statements of the library have."""
    return {statement.id for statement in found(library, sorted({*ids} - {""}))}


# -- Files ---------------------------------------------------------------------------------------


def _of_file(path: Path) -> Iterator[Label]:
    from compare.evaluate.labelled import read_labelled

    for entry in read_labelled(path):
        keys = _keys(("", entry.a.text), ("", entry.b.text))
        yield Label((entry.a, entry.b), entry.label, keys, path.name)


def _of_corrections(library: Library, path: Path, notes: list[str]) -> list[Label]:
    from compare.evaluate.pair_files import needed, read_rows

    what = "a file of corrections has the columns right, a_text and b_text"
    noted: dict[frozenset[Side], tuple[Label, set[str]]] = {}
    for row in read_rows(path) if path.exists() else []:
        given = {name: needed(row, name, what) for name in _COLUMNS}
        try:
            stance = Stance(given["right"].strip().casefold())
        except ValueError:
            message = "this is no label; write agree, oppose or neither"
            raise CorpusError(str(row.problem(message, "right", given["right"]))) from None
        a, b = _side(given, "a"), _side(given, "b")
        ids = (given["a_id"], given["b_id"])
        label = Label((a, b), stance, _keys((ids[0], a.text), (ids[1], b.text)), CORRECTIONS)
        noted[frozenset((a, b))] = label, set(ids)  # what was noted later stands
    there = _there(library, {one for _, ids in noted.values() for one in ids})
    ours = [label for label, ids in noted.values() if ids & there]
    if elsewhere := len(noted) - len(ours):
        notes.append(
            f"Corrections that are not of this library's statements, left out: {elsewhere:,}."
        )
    return ours


def _side(given: Mapping[str, str], side: str) -> Side:
    country = ", ".join(entry.name for entry in parse_countries(given[f"{side}_country"]))
    return Side(given[f"{side}_text"], given[f"{side}_context"], country, given[f"{side}_date"])


_COLUMNS = (
    "right",
    *(f"{side}_{name}" for side in "ab" for name in ("text", "context", "country", "date", "id")),
)


def sources(labels: Iterable[Label]) -> dict[str, int]:
    """Return how many labels come from where, in the order in which they come."""
    return dict(Counter(entry.source for entry in labels))
