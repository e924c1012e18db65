"""Gather people's labels of a corpus from reviews, corrections and a file.

Labels from a review or a file were given independently of the model's. Which pairs were drawn may
depend on the model's label, as in a stratified sample; that is harmless, since the layer learns
which label is right given the model's. Corrections, however, were noted because the model was
wrong. They may be learned from on request, but the model is never measured on them: it would look
worse than it is.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.adapt.corrections import read_corrections
from compare.errors import AdaptError
from compare.evaluate import read_labelled
from compare.export import counted
from compare.models import InputPair, Kind, ModelInput
from compare.results import Stance
from compare.review import MachineShown, Review, ReviewPair, Reviews

if TYPE_CHECKING:
    from compare.library.library import Library

CORRECTIONS = "corrections"
"""The source of labels noted because the model was wrong."""


@dataclass(frozen=True, slots=True)
class Label:
    """A pair and its right label.

    Attributes:
        keys: Identify both statements by their ids and by their words, ignoring case.
        source: 'review "NAME"', the name of a file, or `CORRECTIONS`.
    """

    pair: InputPair
    stance: Stance
    keys: frozenset[str]
    source: str

    @property
    def measured(self) -> bool:
        """Tell whether the model may be measured on this label."""
        return self.source != CORRECTIONS


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels of a corpus, each pair once, and notes on what was left out."""

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

    @property
    def counts(self) -> Counter[Stance]:
        """Count the labels on which the model may be measured."""
        return Counter(entry.stance for entry in self.labels if entry.measured)

    def to_dict(self) -> dict[str, Any]:
        """Return the number of labels of each kind and source as plain data for JSON."""
        counts = self.counts
        return {
            "pairs": len(self.labels),
            "measured": counts.total(),
            **{stance.value: counts[stance] for stance in Stance},
            "sources": dict(Counter(entry.source for entry in self.labels)),
            "digest": self.digest,
        }


def gather_labels(
    library: Library, file: Path | str | None = None, *, corrections: Path | str | None = None
) -> LabelSet:
    """Return the labels of a library's pairs from its finished reviews and the files named.

    A review contributes its final labels. Excluded are unfinished and damaged reviews, those whose
    readers saw the model's label before they answered, and pairs whose label a reader changed after
    the model's was shown. If several libraries share a file of reviews, as the sample and the
    user's own do, only pairs with a statement in this library count. The same holds for
    corrections.
    """
    notes: list[str] = []
    labels = [*_from_reviews(library, notes)]
    if file is not None:
        for entry in read_labelled(Path(file)):
            keys = _keys(("", entry.a.text), ("", entry.b.text))
            labels.append(Label((entry.a, entry.b), entry.label, keys, Path(file).name))
    if corrections is not None:
        labels += _from_corrections(library, Path(corrections), notes)
    return LabelSet(tuple(_unambiguous(labels, notes)), tuple(notes))


def _unambiguous(labels: Iterable[Label], notes: list[str]) -> Iterator[Label]:
    """Yield each pair once, leaving out pairs with different labels."""
    by_pair: dict[frozenset[ModelInput], list[Label]] = {}
    for entry in labels:
        by_pair.setdefault(frozenset(entry.pair), []).append(entry)
    conflicts = 0
    for entries in by_pair.values():
        # A review or a file overrules a correction.
        best = [entry for entry in entries if entry.measured] or entries
        if len({entry.stance for entry in best}) > 1:
            conflicts += 1
        else:
            yield best[0]
    if conflicts:
        notes.append(f"Left out {counted(conflicts, 'pair')} with conflicting labels.")


def _keys(*sides: tuple[str, str]) -> frozenset[str]:
    """Return the keys of the statements, given as (id or "", words)."""
    ids = {f"id {identity}" for identity, _ in sides if identity}
    return frozenset(ids | {f"words {' '.join(words.casefold().split())}" for _, words in sides})


def _from_reviews(library: Library, notes: list[str]) -> Iterator[Label]:
    reviews = Reviews.of(library)
    is_shared = not reviews.are_beside(library)

    def labels(review: Review) -> tuple[list[Label], list[str]]:
        pairs = dict(review.pairs())
        if is_shared:
            ids = {side.statement.id for pair in pairs.values() for side in (pair.a, pair.b)}
            ours = library.store.statements(ids).keys()
            pairs = {
                n: pair
                for n, pair in pairs.items()
                if ours & {pair.a.statement.id, pair.b.statement.id}
            }
        if not pairs:
            return [], []
        if why := _unusable(review):
            return [], [f"Left out the review {review.name!r}: {why}."]
        said: list[str] = []
        return list(_from_review(review, pairs, said)), said

    found, damaged = reviews.each(labels)
    for given, said in reversed(found):  # oldest first
        notes += said
        yield from given
    notes += [f"Left out a review: {sentence}" for sentence in damaged]


def _unusable(review: Review) -> str:
    """Return why a review cannot be used; "" if it can."""
    if lacking := review.still_reading:
        has = "has" if len(lacking) == 1 else "have"
        return f"{' and '.join(lacking)} {has} not handed in"
    if review.settings.machine_shown is MachineShown.BEFORE:
        return "its readers saw the model's label before they answered"
    return ""


def _from_review(
    review: Review, pairs: Mapping[int, ReviewPair], notes: list[str]
) -> Iterator[Label]:
    final = review.final_labels()
    changed = set[int]().union(*review.changed_after_label().values()) & pairs.keys()
    undecided = len(pairs.keys() - final.keys())
    for number, why in (
        (len(changed), "whose label a reader changed after the model's was shown"),
        (undecided, "on which the readers differ and nothing is decided"),
    ):
        if number:
            notes.append(
                f"Left out of the review {review.name!r}: {counted(number, 'pair')} {why}."
            )
    for place, pair in pairs.items():
        if place not in changed and (stance := final.get(place)):
            names = (side.statement.id or side.statement.text for side in (pair.a, pair.b))
            keys = _keys(*zip(names, (pair.a.text, pair.b.text), strict=True))
            yield Label(pair.sides, stance, keys, f'review "{review.name}"')


def _from_corrections(library: Library, path: Path, notes: list[str]) -> list[Label]:
    # A later correction of the same pair replaces an earlier one.
    latest = {frozenset(pair): (pair, ids, right) for pair, ids, right in read_corrections(path)}
    known = library.store.statements({name for _, ids, _ in latest.values() for name in ids}).keys()
    ours = [entry for entry in latest.values() if known & {*entry[1]}]
    if others := len(latest) - len(ours):
        notes.append(f"Left out {counted(others, 'correction')} of statements of other libraries.")
    return [
        Label(pair, right, _keys(*zip(ids, (side.text for side in pair), strict=True)), CORRECTIONS)
        for pair, ids, right in ours
    ]


# -- Requirements --------------------------------------------------------------------------------

LEAST_PAIRS = {Kind.RECALIBRATION: 50, Kind.HEAD: 200}
"""Labelled pairs needed to learn a kind of layer, among them `LEAST_OF_EACH` of each label."""

LEAST_OF_EACH = {Kind.RECALIBRATION: 5, Kind.HEAD: 20}


def learnable_kinds(labels: LabelSet) -> list[Kind]:
    """Return the kinds of layer with enough labels; AdaptError if there are none."""
    if found := [kind for kind in Kind if not _lacking(labels, kind)]:
        return found
    raise AdaptError(
        f"Too few labels: {_lacking(labels, Kind.RECALIBRATION)}. Finish a review of this "
        "library's pairs (`compare review`), or name a file of labelled pairs."
        + "".join(f" {note}" for note in labels.notes)
    )


def untried_notes(labels: LabelSet, tried: Sequence[Kind]) -> tuple[str, ...]:
    """Return a sentence for each kind that was not tried, saying what it lacks."""
    return tuple(
        f"A {kind.value} was not tried: {_lacking(labels, kind)}."
        for kind in Kind
        if kind not in tried
    )


def _lacking(labels: LabelSet, kind: Kind) -> str:
    """Return what a kind of layer lacks; "" if there are enough labels."""
    counts, least, each = labels.counts, LEAST_PAIRS[kind], LEAST_OF_EACH[kind]
    if counts.total() < least:
        return f"it needs {least} labelled pairs, and there are {counts.total():,}"
    few = [f"{counts[stance]} {stance.value}" for stance in Stance if counts[stance] < each]
    return f"it needs {each} pairs of each label, and there are {' and '.join(few)}" if few else ""
