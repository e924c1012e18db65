"""Compare two sides over a whole library, and one side with its own past."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compare.comparison.explain import explain_listed
from compare.comparison.model_input import passage_side
from compare.comparison.nearest_pairs import LEAST_SIMILARITY, NearestPairs, nearest_pairs
from compare.comparison.retrieval import with_readable_languages
from compare.comparison.score_cache import Journal
from compare.errors import QueryError
from compare.library.filters import Filters
from compare.library.index.base import selected_rows
from compare.library.passage_store import PassageMetadata
from compare.models.prefilter import load_prefilter, opposition_first
from compare.models.protocols import Pair as Sides
from compare.models.protocols import StanceModel, signature
from compare.progress import counted_on
from compare.results.provenance import filters_in_force, provenance
from compare.results.result import (
    Excerpt,
    Kind,
    Pair,
    Probabilities,
    Result,
    Thresholds,
    ranking_score,
)
from compare.statements.passages import Passage
from compare.statements.statement import Statement

if TYPE_CHECKING:
    from compare.library.index.base import Floats, Rows
    from compare.library.library import Library
    from compare.progress import Progress

MOST_READ = 20_000
"""Pairs that the stance model reads unless more are asked for: the likeliest of those found."""

MOST_READ_AGAIN = 400
"""Pairs nearest the top of either list that a cascade's accurate model reads again."""

CLOSENESS = 4.0
"""What closeness adds to the logits by which pairs are chosen: the best of 0, 1, 2, 4 and 8 where
all pairs of two sides were read."""

TOPIC_SIMILARITY = 0.35
"""Cosine to the topic from which a passage is on it, if it does not hold all of its words."""

_TIMED = 48
_FOUND_SOON = 2**30
"""Pairs of passages of the two sides that are compared in a few seconds."""
_SOME = 2**13


@dataclass(frozen=True, slots=True)
class Plan:
    """What a comparison will read, and what it will cost.

    Attributes:
        a: Passages of side a that are on the topic, b of side b.
        same_point: Pairs of them on the same point.
        to_read: Pairs that the stance model will read.
        known: How many of those it has read before.
        seconds: About how long the rest will take on this machine, timed on some of the pairs.
    """

    a: int
    b: int
    same_point: int
    to_read: int
    known: int
    seconds: float


class Comparison:
    """Two sides of a library on a topic; make one, look at its `plan`, then `run` it."""

    def __init__(
        self,
        library: Library,
        a: Filters,
        b: Filters | None = None,
        *,
        topic: str = "",
        stance_model: StanceModel | None = None,
        least_similarity: float = LEAST_SIMILARITY,
        most_read: int = MOST_READ,
        between: str = "",
        journal_folder: Path | None = None,
    ) -> None:
        """Choose the passages of both sides; no two of them are compared yet.

        Args:
            library: Where both sides are.
            a: The statements of one side.
            b: Those of the other; None compares `a` with its own past.
            topic: Words or a sentence: only passages that hold all of its words, or are near it,
                count. All where empty.
            stance_model: The shipped one where None, as adapted to the library where it is.
            least_similarity: The least cosine of a pair.
            most_read: See `MOST_READ`.
            between: One of `library.actors.KINDS`: only pairs of two different actors of that
                kind are found, as a matrix counts them.
            journal_folder: Where scores are kept and taken from; in the cache where None.

        Raises:
            QueryError: A side holds no passage, or none on the topic.
        """
        self.library = library
        self.model = stance_model or library.stance_model()
        self.topic = " ".join(topic.split())
        self.over_time = b is None
        self._given = {"a": a} if b is None else {"a": a, "b": b}
        read = {
            side: with_readable_languages(library.store, chosen, self.model.languages)
            for side, chosen in self._given.items()
        }
        self._filters = {side: chosen for side, (chosen, _) in read.items()}
        self._notes = dict.fromkeys(note for _, notes in read.values() for note in notes)
        self.a = self._side("a")
        self.b = self.a if b is None else self._side("b")
        self._rows = np.union1d(self.a, self.b)
        self._actors = self._actors_between(between) if between else None
        self._least = least_similarity
        self._most_read = most_read
        self._settings: dict[str, Any] = {
            "most_read": most_read,
            "least_similarity": least_similarity,
        }
        if between:
            self._settings["between"] = between
        self._found: NearestPairs | None = None
        self._journal_folder = journal_folder

    def seconds_to_find(self) -> float:
        """Return about how long `find` takes, which a plan needs.

        It is timed on some of them; 0 where there are so few that it takes no time to speak of.
        """
        cells = len(self.a) * len(self.b)
        if cells < _FOUND_SOON:
            return 0.0
        some, others = self.a[:_SOME], self.b[-4 * _SOME :]
        began = time.perf_counter()
        nearest_pairs(self.library.store.vectors, some, others, least=self._least)
        taken = time.perf_counter() - began
        whole = cells if np.array_equal(self.a, self.b) else 2 * cells
        return taken * whole / (2 * len(some) * len(others))

    def find(self, on_progress: Progress | None = None) -> int:
        """Find the pairs on the same point, unless they are found; return how many there are.

        Args:
            on_progress: Told of passages compared.
        """
        if self._found is None:
            found = nearest_pairs(
                lambda numbers: self.library.store.vectors(self._rows[numbers]),
                np.searchsorted(self._rows, self.a),
                np.searchsorted(self._rows, self.b),
                metadata=self._metadata,
                over_time=self.over_time,
                actors=self._actors,
                least=self._least,
                on_progress=on_progress,
            )
            self._found = self._apart(found)
        return len(self._found.a)

    @property
    def _near(self) -> NearestPairs:
        """Return the pairs on the same point."""
        self.find()
        assert self._found is not None
        return self._found

    def plan(self, on_progress: Progress | None = None) -> Plan:
        """Say what `run` will read; a few pairs are read to tell how long it will take.

        Args:
            on_progress: As of `find`.
        """
        self.find(on_progress)
        near = self._chosen()
        known, seconds = self._timed(self.model.stages[0], near, len(near.a), _TIMED)
        for second in self.model.stages[1:]:
            again = min(len(near.a), 2 * MOST_READ_AGAIN)
            seconds += self._timed(second, near, again, _TIMED // 6)[1]
        return Plan(len(self.a), len(self.b), len(self._near.a), len(near.a), known, seconds)

    def run(
        self, *, thresholds: Thresholds | None = None, on_progress: Progress | None = None
    ) -> Result:
        """Read the pairs and return them all; a run that was stopped goes on where it was.

        Args:
            thresholds: What a pair must reach to be listed; see `Result.rethreshold`.
            on_progress: Told of pairs read.
        """
        near = self._chosen()
        screened = np.zeros(len(near.a), bool)
        first, *more = self.model.stages
        if more:
            most = len(near.a) + min(len(near.a), 2 * MOST_READ_AGAIN)
            scores = self._read(first, near, counted_on(on_progress, 0, most))
            again = _near_the_top(scores, near.similarity)
            beyond = counted_on(on_progress, most - len(again), most)
            scores[again] = self._read(more[0], near.take(again), beyond)
            screened[:] = True
            screened[again] = False
        else:
            scores = self._read(first, near, on_progress)
        filters = {side: filters_in_force(chosen) for side, chosen in self._filters.items()}
        return Result(
            Kind.TIMELINE if self.over_time else Kind.SIDES,
            self.subject,
            tuple(self._pairs(near, scores, screened)),
            thresholds=thresholds or Thresholds(),
            provenance=provenance(
                self.library, self.model, {**filters, "topic": self.topic}, self._settings
            ),
            candidates=len(self._near.a),
            notes=(*self._notes, *self._about_reading(near)),
        )

    @property
    def subject(self) -> str:
        """Return what is compared, in words."""
        sides = [chosen.in_words() for chosen in self._given.values()]
        what = " and ".join(sides)
        if self.over_time:
            what = f"{sides[0]} over time"
        elif self._given["a"] == self._given["b"]:
            what = f"{sides[0]} among themselves"
        what = what[0].upper() + what[1:]
        return f"{what} on {self.topic}" if self.topic else what

    # -- Passages and pairs --------------------------------------------------------------------

    def _side(self, side: str) -> Rows:
        """Return the rows of a side's passages on the topic, ascending.

        All of them are compared with it, so that what others say crowds none out.
        """
        who = self._given[side].in_words()
        name = f"The statements chosen ({who})" if self.over_time else f"Side {side} ({who})"
        store = self.library.store
        selection = store.select(self._filters[side])
        if not len(selection):
            raise QueryError(f"{name} cannot be compared: there are none. Loosen the filters.")
        if not self.topic:
            return selected_rows(selection)
        (vector,) = self.library.encoder.encode([self.topic])
        near, _ = store.at_least(vector, TOPIC_SIMILARITY, selection)
        held = store.holding_words(self.topic)
        rows = np.union1d(near, held[selection.holds(held)])
        if not len(rows):
            raise QueryError(
                f"{name} cannot be compared: nothing is said on {self.topic!r}. Use other words "
                "for the topic, or none."
            )
        return rows

    @cached_property
    def _metadata(self) -> PassageMetadata:
        """Return what is known of the passages of both sides, in the order of `_rows`."""
        return self.library.store.metadata(self._rows)

    def _actors_between(self, kind: str) -> Rows:
        """Return a number for the actor, or the actors together, of each passage of `_rows`.

        Passages of nobody leave both sides.

        Raises:
            QueryError: None is left.
        """
        statements, which = np.unique(self._metadata.statement, return_inverse=True)
        together: dict[int, tuple[int, ...]] = defaultdict(tuple)
        places, actors = self.library.store.actors_of(kind, statements)
        for place, actor in zip(places.tolist(), actors.tolist(), strict=True):
            together[place] += (actor,)
        number = {actors: n for n, actors in enumerate(dict.fromkeys(together.values()))}
        of_statement = np.full(len(statements), -1)
        of_statement[[*together]] = [number[actors] for actors in together.values()]
        of_row: Rows = of_statement[which]
        named = self._rows[of_row >= 0]
        same = self.b is self.a
        self.a = np.intersect1d(self.a, named, assume_unique=True)
        self.b = self.a if same else np.intersect1d(self.b, named, assume_unique=True)
        if not (len(self.a) and len(self.b)):
            raise QueryError(f"None of the statements chosen names a {kind}. Loosen the filters.")
        return of_row

    def _apart(self, found: NearestPairs) -> NearestPairs:
        """Return rows of pairs, but not within a statement or with the same words on both sides.

        Over time those of which one has no date, or both may be of one day, are left out, too, and
        what was said first is put on side a.
        """
        of_a, of_b = (
            PassageMetadata(*(part[numbers] for part in self._metadata))
            for numbers in (found.a, found.b)
        )
        alike = of_a.words == of_b.words
        kept = of_a.statement != of_b.statement
        self._alike = int((kept & alike).sum())
        kept &= ~alike
        a, b = self._rows[found.a], self._rows[found.b]
        if self.over_time:
            dated = (of_a.first_day > 0) & (of_b.first_day > 0)
            later = of_b.last_day < of_a.first_day
            kept &= dated & ((of_a.last_day < of_b.first_day) | later)
            a, b = np.where(later, b, a), np.where(later, a, b)
        return NearestPairs(a, b, found.similarity).take(np.flatnonzero(kept))

    def order(self) -> Rows:
        """Return the numbers of the pairs on the same point, those to be read first ahead.

        Those likeliest to agree or to oppose by their vectors come first (`models.prefilter`);
        with another encoder than the shipped one the nearest do.
        """
        likely = self.likely()
        if likely is not None:
            return opposition_first(likely)
        return np.lexsort((self._near.b, self._near.a, -self._near.similarity))

    def likely(self) -> Floats | None:
        """Return what speaks for agree and for oppose of each pair on the same point.

        Logits and closeness, float32 [pairs, 2]; None with another encoder than the shipped one.
        """
        if not self._guessed:
            return None
        near = self._near
        logits = load_prefilter().logits(self.library.store.vectors, near.a, near.b)
        found: Floats = logits + CLOSENESS * near.similarity[:, None]
        return found

    @property
    def _guessed(self) -> bool:
        return self.library.manifest.encoder_digest == load_prefilter().encoder

    def _chosen(self) -> NearestPairs:
        """Return the pairs to read."""
        return self._near.take(np.sort(self.order()[: self._most_read]))

    # -- Reading -------------------------------------------------------------------------------

    def _journal(self, model: StanceModel) -> Journal:
        what = {"library": self.library.generation, "model": signature(model)}
        return Journal(what, self._journal_folder)

    def _read(
        self, model: StanceModel, near: NearestPairs, on_progress: Progress | None
    ) -> NDArray[np.float32]:
        """Return the probabilities of pairs, float32 [n, 3]; what is known is not read again."""

        def score(part: Rows) -> NDArray[np.float32]:
            return model.score([sides for *_, sides in self._sides(near.take(part))])

        return self._journal(model).read(near.a, near.b, score, on_progress)

    def _timed(
        self, model: StanceModel, near: NearestPairs, of: int, some: int
    ) -> tuple[int, float]:
        """Return how many pairs are known and about how many seconds it takes to know `of` of them.

        Some are read to tell; the first may have to wait for the model to be loaded.
        """
        _, there = self._journal(model).known(near.a, near.b)
        known, left = int(there.sum()), np.flatnonzero(~there)
        tried = left[:: max(1, len(left) // some)][: some + 1]
        if of <= known or not len(tried):
            return known, 0.0
        self._read(model, near.take(tried[:1]), None)
        began = time.perf_counter()
        self._read(model, near.take(tried[1:]), None)
        each = (time.perf_counter() - began) / max(1, len(tried) - 1)
        return known, each * max(0, of - known - len(tried))

    def _sides(
        self, near: NearestPairs
    ) -> Iterator[tuple[Statement, Passage, Statement, Passage, Sides]]:
        rows = np.unique(np.concatenate([near.a, near.b])).tolist()
        passages = dict(zip(rows, self.library.passages(rows), strict=True))
        ids = sorted({passage.statement_id for passage in passages.values()})
        statements = dict(zip(ids, self.library.statements(ids), strict=True))
        for row, other in zip(near.a.tolist(), near.b.tolist(), strict=True):
            a, b = passages[row], passages[other]
            said, answered = statements[a.statement_id], statements[b.statement_id]
            yield said, a, answered, b, (passage_side(said, a), passage_side(answered, b))

    def _pairs(
        self, near: NearestPairs, scores: NDArray[np.float32], screened: NDArray[np.bool_]
    ) -> Iterator[Pair]:
        found = zip(self._sides(near), scores, near.similarity, screened, strict=True)
        for (a, a_passage, b, b_passage, _), row, similarity, only in found:
            yield Pair(
                Excerpt(a, a_passage),
                Excerpt(b, b_passage),
                Probabilities(*(float(value) for value in row)),
                min(float(similarity), 1.0),
                first_stage_only=bool(only),
            )

    def _about_reading(self, near: NearestPairs) -> list[str]:
        notes = []
        if self._alike:
            notes.append(
                f"Pairs with the same words on both sides were left out: {self._alike:,}. Nothing "
                "is to be read there."
            )
        if len(self._near.a) > len(near.a):
            which = "likeliest to oppose or to agree" if self._guessed else "nearest"
            notes.append(
                f"{len(self._near.a):,} pairs are on the same point; the {len(near.a):,} {which} "
                "were read. Ask for more to be read, or narrow the topic, to see the others."
            )
        return notes


def compare_sides(
    library: Library,
    a: Filters,
    b: Filters,
    *,
    topic: str = "",
    stance_model: StanceModel | None = None,
    thresholds: Thresholds | None = None,
    most_read: int = MOST_READ,
    why: int = 0,
    on_progress: Progress | None = None,
) -> Result:
    """Return the pairs in which side a and side b agree or oppose each other: see `Comparison`.

    Of the first `why` pairs of either list the deciding words are found, too.
    """
    comparison = Comparison(
        library, a, b, topic=topic, stance_model=stance_model, most_read=most_read
    )
    table = comparison.run(thresholds=thresholds, on_progress=on_progress)
    return explain_listed(table, comparison.model, most=why)


def changed_positions(
    library: Library,
    who: Filters,
    *,
    topic: str = "",
    stance_model: StanceModel | None = None,
    thresholds: Thresholds | None = None,
    most_read: int = MOST_READ,
    why: int = 0,
    on_progress: Progress | None = None,
) -> Result:
    """Return the pairs in which someone opposes or repeats what they said before.

    Side a is always the earlier statement; what opposes it is a change between the two dates. Of
    the first `why` pairs of either list the deciding words are found, too.
    """
    comparison = Comparison(
        library, who, topic=topic, stance_model=stance_model, most_read=most_read
    )
    table = comparison.run(thresholds=thresholds, on_progress=on_progress)
    return explain_listed(table, comparison.model, most=why)


def _near_the_top(scores: NDArray[np.float32], similarity: NDArray[np.float32]) -> Rows:
    """Return the numbers of the pairs that stand first in either list."""
    again: set[int] = set()
    for column in (0, 1):
        ranks = [
            ranking_score(float(p), float(s))
            for p, s in zip(scores[:, column], similarity, strict=True)
        ]
        again.update(np.argsort(-np.asarray(ranks), kind="stable")[:MOST_READ_AGAIN].tolist())
    return np.array(sorted(again), np.int64)
