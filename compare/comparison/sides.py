"""Compare two sides on a proposition, and one side with its own past.

A proposition has two ends: the claim itself, and what someone who disagrees would say. The model
reads the passages of each side that are most similar to either end, and says which end each takes.
Two passages that take different ends may oppose each other; two that take the same end may agree.
The likeliest of these pairs are then compared with each other, and the verdict on a pair combines
both readings: the first keeps it on the point, the second compares the two passages directly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from compare.comparison.retrieval import (
    duplicates,
    nearest_to,
    readable,
    why_nothing,
    with_readable_languages,
    without_added_languages,
)
from compare.comparison.scoring import (
    check_proposition,
    explain_listed,
    proposition_notes,
    read_excerpts,
    score_against,
    score_passages,
)
from compare.defaults import MOST_OF_SIDE, MOST_OF_SIDE_LIMIT
from compare.errors import QueryError
from compare.library.filters import Filters, filters_in_force
from compare.library.passage_store import PassageMetadata, occurrence
from compare.models import Use
from compare.progress import Progress, within_total
from compare.results import OF_PLACEMENTS, Excerpt, Kind, Pair, Probabilities, Result, Thresholds
from compare.results.pair import Place
from compare.results.provenance import provenance
from compare.safe_text import one_line
from compare.statements import PartialDate, Quote, words_key

if TYPE_CHECKING:
    from compare.library.index.base import Floats, Rows
    from compare.library.library import OpenLibrary
    from compare.models import StanceModel

MOST_READ = 60
"""Pairs compared with each other for each list: the likeliest by the placements of both."""

MOST_WITH_ONE = 8
"""Most of these with one passage on either side, so that no passage fills a list."""

_LEAST = 1e-3  # of a probability, so that no single reading rules out a verdict


class Placements(NamedTuple):
    """Passages of a side, placed on a proposition.

    Attributes:
        row: Rows of the passages, int64 [n].
        probabilities: Of agreeing with the proposition, opposing it and neither, float32 [n, 3].
    """

    row: Rows
    probabilities: Floats


class Pairs(NamedTuple):
    """Pairs of passages.

    Attributes:
        a: Rows of side a, int64 [n].
        b: Rows of side b, int64 [n].
        probabilities: Of agree, oppose and neither, float32 [n, 3].
    """

    a: Rows
    b: Rows
    probabilities: Floats

    def take(self, numbers: Rows) -> Pairs:
        """Return the pairs at these indices."""
        return Pairs(self.a[numbers], self.b[numbers], self.probabilities[numbers])


def compare_sides(
    library: OpenLibrary,
    proposition: str,
    a: Filters,
    b: Filters | None,
    *,
    opposite: str = "",
    stance_model: StanceModel | None = None,
    thresholds: Thresholds | None = None,
    most_of_side: int = MOST_OF_SIDE,
    why: int = 0,
    on_progress: Progress | None = None,
    cache_folder: Path | None = None,
) -> Result:
    """Return the pairs in which two sides agree or oppose each other on a proposition.

    If `b` is None, `a` is compared with its own past: side a of each pair is the earlier statement,
    so that opposition may be a change of position. Only a cascade's last stage reads, so that one
    model gives every verdict. A run that was stopped resumes from the cache.

    Args:
        library: The library that both sides are in.
        proposition: One claim or demand, as a sentence.
        a: Filters for the statements of side a.
        b: Filters for side b.
        opposite: What someone who disagrees would say: passages near either end are compared with
            both.
        stance_model: None uses the shipped one.
        thresholds: What a pair must reach to be listed; see `Result.rethreshold`.
        most_of_side: See `MOST_OF_SIDE`.
        why: Find the deciding words of this many pairs of each list.
        on_progress: Reports passages placed and pairs read.
        cache_folder: Folder for scores; None uses the default cache.

    Raises:
        QueryError: The proposition is empty or too long, its opposite has the same words, no
            statement passes the filters of a side, or `most_of_side` is not from 1 to
            `MOST_OF_SIDE_LIMIT`.
        ModelError: A model is missing or not the library's.
    """
    asked = Quote(proposition, opposite=opposite).cleaned("The proposition")
    if not 1 <= most_of_side <= MOST_OF_SIDE_LIMIT:
        raise QueryError(
            f"The passages of a side are {most_of_side}: give a number from 1 to "
            f"{MOST_OF_SIDE_LIMIT}."
        )
    over_time = b is None
    model = (stance_model or library.stance_model()).stages[-1]
    check_proposition(asked, model)
    requested = {"a": a} if b is None else {"a": a, "b": b}
    filters, about, notes = {}, {}, proposition_notes(asked, model)
    for side, chosen in requested.items():
        filters[side], about[side] = with_readable_languages(library.store, chosen, model.languages)
        notes += [note for note in about[side] if note not in notes]
    rows = {
        side: _nearest(
            library,
            asked,
            chosen,
            _name(side, requested),
            most_of_side,
            model.languages,
            about[side],
            repeated=over_time,
        )
        for side, chosen in filters.items()
    }
    count = sum(map(len, rows.values()))
    total = count + 2 * MOST_READ
    placed: dict[str, Placements] = {}
    for side, of_side in rows.items():
        done = sum(len(before.row) for before in placed.values())
        part = within_total(on_progress, done, total)
        scores = score_against(library, model, asked.ends, of_side, cache_folder, part)
        placed[side] = Placements(of_side, scores)
    metadata = library.store.metadata
    pairs = _pairs(metadata, placed["a"], placed.get("b", placed["a"]), over_time=over_time)
    read = pairs.take(_likeliest(pairs, MOST_READ))
    part = within_total(on_progress, count, total)
    direct = score_passages(
        library, model.for_use(Use.PAIR), read.a, read.b, None, cache_folder, part
    )
    if on_progress:
        on_progress(total, total)
    calibrated = model.for_use(Use.TIMELINE if over_time else Use.SIDES)
    read = read._replace(probabilities=calibrated.calibrate(joined(read.probabilities, direct)))
    settings: dict[str, str | int] = {"proposition": asked.text, "most_of_side": most_of_side}
    if asked.opposite:
        settings["opposite"] = asked.opposite
    result = Result(
        Kind.TIMELINE if over_time else Kind.SIDES,
        f"{_sides_in_words(requested)} on “{asked.text}”",
        tuple(_as_pairs(library, read)),
        thresholds=thresholds or OF_PLACEMENTS,
        provenance=provenance(
            library,
            calibrated,
            {side: filters_in_force(chosen) for side, chosen in filters.items()},
            settings,
        ),
        candidates=len(pairs.a),
        notes=tuple(notes),
        placed=tuple(_placed(library, asked, side) for side in placed.values()),
    )
    return explain_listed(result, model, most=why)


def _name(side: str, requested: dict[str, Filters]) -> str:
    who = requested[side].in_words()
    is_one = len(requested) == 1 or requested["a"] == requested["b"]
    return f"The statements chosen ({who})" if is_one else f"Side {side} ({who})"


def _sides_in_words(requested: dict[str, Filters]) -> str:
    sides = [chosen.in_words() for chosen in requested.values()]
    what = " and ".join(sides)
    if len(sides) == 1:
        what = f"{sides[0]} over time"
    elif requested["a"] == requested["b"]:
        what = f"{sides[0]} among themselves"
    return what[0].upper() + what[1:]


def _nearest(
    library: OpenLibrary,
    asked: Quote,
    chosen: Filters,
    name: str,
    most: int,
    languages: tuple[str, ...],
    notes: Sequence[str],
    *,
    repeated: bool,
) -> Rows:
    """Return the rows of a side's passages that are placed, ascending.

    Words said several times are placed once or, if `repeated`, when they were said first and last:
    who returns to an earlier position may have changed it twice.

    Raises:
        QueryError: No statement passes the filters.
    """
    within = readable(library.store, chosen, languages)
    if not len(within):
        given = without_added_languages(library.store, chosen, languages)
        raise QueryError(
            f"{one_line(name)} cannot be compared: no statement matches. "
            + why_nothing(library.store, given, notes)
        )
    rows = nearest_to(library, asked.ends, within, most)
    if not repeated:
        return rows
    groups = duplicates(library.store, rows.tolist(), within).values()
    every = np.array([row for group in groups for row, _ in group], np.int64)
    known = library.store.metadata(every)
    order = np.argsort(-known.first_day, kind="stable")
    return np.union1d(rows, every[order[occurrence(known.words[order]) == 0]])


def _placed(library: OpenLibrary, asked: Quote, side: Placements) -> tuple[Pair, ...]:
    """Return the passages of a side, each paired with the proposition."""
    claim, excerpts = Excerpt.of_quote(asked, asked.text), read_excerpts(library, side.row.tolist())
    ends, vectors = library.encoder.encode([*asked.ends]), library.store.vectors(side.row)
    cosines = np.minimum((vectors @ ends.T).max(axis=1, initial=-1), 1)  # rounding can exceed 1
    columns = (side.row.tolist(), side.probabilities.tolist(), cosines.tolist())
    return tuple(
        Pair(claim, excerpts[row], Probabilities(*probabilities), cosine)
        for row, probabilities, cosine in zip(*columns, strict=True)
    )


# -- Pairs -----------------------------------------------------------------------------------------


def pairs_of_placed(
    placed: Sequence[Sequence[Pair]],
    *,
    over_time: bool,
    most: int,
    least: float,
    left_out: Set[frozenset[Place]],
) -> list[tuple[Excerpt, Excerpt]]:
    """Return the passages of the pairs likeliest to agree, or to oppose each other, by placements.

    Args:
        placed: Passages of each side, paired with the proposition: see `Result.placed`.
        over_time: Whether they are of one side, and side a of a pair is the earlier statement.
        most: Maximum number of pairs for each list.
        least: Minimum probability by both placements.
        left_out: The places of pairs to leave out.
    """
    by_key = {pair.key: pair for side in placed for pair in side}
    passages, rows = [pair.b for pair in by_key.values()], {key: n for n, key in enumerate(by_key)}
    probabilities = np.array([astuple(pair.probabilities) for pair in by_key.values()], np.float32)
    numbers = [np.array([rows[pair.key] for pair in side], np.int64) for side in placed]
    sides = [Placements(of, probabilities.reshape(-1, 3)[of]) for of in numbers]
    statements = {one.statement.id: number for number, one in enumerate(passages)}
    known = [
        (statements[one.statement.id], *_days(one.statement.date), words_key(one.text, one.context))
        for one in passages
    ]
    columns = np.array(known, np.int64).reshape(-1, 4).T
    pairs = _pairs(
        lambda of: PassageMetadata(*columns[:, of]), sides[0], sides[-1], over_time=over_time
    )
    both = list(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True))
    new = [frozenset((passages[a].place, passages[b].place)) not in left_out for a, b in both]
    chosen = np.flatnonzero(new)
    chosen = chosen[_likeliest(pairs.take(chosen), most, least)]
    return [(passages[a], passages[b]) for a, b in (both[number] for number in chosen)]


def _days(date: PartialDate | None) -> tuple[int, int]:
    return (date.first.toordinal(), date.last.toordinal()) if date else (0, 0)


def _pairs(
    metadata: Callable[[Rows], PassageMetadata], a: Placements, b: Placements, *, over_time: bool
) -> Pairs:
    """Return every two passages of both sides, with what their placements say of them.

    Two passages of one statement, or with the same words, are no pair. Over time, side a is the
    earlier one, and pairs whose order is unknown are left out.
    """
    of_a, of_b = (metadata(side.row) for side in (a, b))
    one, other = (part.ravel() for part in np.indices((len(a.row), len(b.row))))
    first, second = (
        PassageMetadata(*(column[numbers] for column in of_side))
        for of_side, numbers in ((of_a, one), (of_b, other))
    )
    kept = (first.statement != second.statement) & (first.words != second.words)
    if over_time:
        kept &= (first.first_day > 0) & (second.first_day > 0)
        kept &= first.last_day < second.first_day
    else:  # a passage of both sides meets each other one once
        both = np.isin(a.row, b.row)[one] & np.isin(b.row, a.row)[other]
        kept &= ~both | (a.row[one] < b.row[other])
    one, other = one[kept], other[kept]
    return Pairs(a.row[one], b.row[other], of_both(a.probabilities[one], b.probabilities[other]))


def of_both(a: Floats, b: Floats) -> Floats:
    """Return the probabilities of pairs by their passages' placements, float32 [n, 3].

    Two passages agree if both take the same end, and oppose each other if they take different ones.
    """
    agree = a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1]
    oppose = a[:, 0] * b[:, 1] + a[:, 1] * b[:, 0]
    return np.stack([agree, oppose, 1 - agree - oppose], axis=1).astype(np.float32)


def joined(placed: Floats, direct: Floats) -> Floats:
    """Return the normalized geometric mean of both probabilities, float32 [n, 3].

    Both have to speak for a verdict: of labelled pairs, its log loss after calibration was .67; of
    the arithmetic mean .68, of placements alone .71, of the direct reading alone .72.
    """
    mean = np.sqrt(np.maximum(placed, _LEAST) * np.maximum(direct, _LEAST))
    return np.asarray(mean / mean.sum(axis=1, keepdims=True), np.float32)


def _likeliest(pairs: Pairs, most: int, least: float = 0) -> Rows:
    """Return the `most` pairs likeliest to agree, and to oppose each other, ascending."""
    chosen: list[Rows] = []
    for column in (0, 1):
        order = np.argsort(-pairs.probabilities[:, column], kind="stable")
        order = order[pairs.probabilities[order, column] >= least]
        for rows in (pairs.a, pairs.b):
            order = order[occurrence(rows[order]) < MOST_WITH_ONE]
        chosen.append(order[:most])
    return np.unique(np.concatenate(chosen))


def _as_pairs(library: OpenLibrary, pairs: Pairs) -> Iterator[Pair]:
    excerpts = read_excerpts(library, (*pairs.a.tolist(), *pairs.b.tolist()))
    cosines = np.einsum("nd,nd->n", *(library.store.vectors(rows) for rows in (pairs.a, pairs.b)))
    columns = (pairs.a.tolist(), pairs.b.tolist(), pairs.probabilities.tolist(), cosines.tolist())
    for a, b, probabilities, cosine in zip(*columns, strict=True):
        read = Probabilities(*probabilities)
        yield Pair(excerpts[a], excerpts[b], read, min(cosine, 1.0))  # rounding can exceed 1
