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

from compare.comparison.nearest_pairs import LEAST_SIMILARITY, NearestPairs, nearest_pairs
from compare.comparison.retrieval import with_readable_languages
from compare.comparison.scoring import (
    ScoreCache,
    Scores,
    explain_listed,
    read_excerpts,
    score_in_stages,
    score_passages,
    top_of_lists,
)
from compare.errors import QueryError
from compare.library.filters import Filters
from compare.library.index.base import selected_rows
from compare.library.passage_store import PassageMetadata
from compare.models.encoder import load_prefilter, opposition_first
from compare.results.pair import Pair, Thresholds
from compare.results.provenance import filters_in_force, provenance
from compare.results.result import Kind, Result

if TYPE_CHECKING:
    from compare.library.index.base import Floats, Rows
    from compare.library.library import Library
    from compare.models import StanceModel
    from compare.progress import Progress

MOST_READ = 20_000
"""Pairs that are scored unless more are asked for: the likeliest of those found."""

MOST_READ_AGAIN = 400
"""Pairs at the top of either list that a second stage scores."""

SIMILARITY_WEIGHT = 4.0
"""Weight of the similarity beside the prefilter's logits: the best of 0, 1, 2, 4 and 8 where all
pairs of two sides were scored."""

TOPIC_SIMILARITY = 0.35
"""Cosine to the topic from which a passage without all of its words is on it."""

_TIMED = 48  # pairs scored to estimate a plan's time
_SOME = 2**13  # passages compared to estimate the time of `find`
_FOUND_SOON = 2**30  # pairs of passages that are compared in a few seconds


@dataclass(frozen=True, slots=True)
class Plan:
    """What a comparison will read, and how long that will take.

    Attributes:
        a: Number of passages of side a that are on the topic; b of side b.
        same_point: Pairs of them on the same point.
        to_read: Pairs that the stance model will read.
        known: Those of them whose scores are in the cache.
        seconds: About how long the others take on this machine, timed on some of them.
    """

    a: int
    b: int
    same_point: int
    to_read: int
    known: int
    seconds: float


class Comparison:
    """Two sides of a library on a topic; look at its `plan`, then `run` it."""

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
        cache_folder: Path | None = None,
    ) -> None:
        """Choose the passages of both sides; no two of them are compared yet.

        Args:
            library: Where both sides are.
            a: The statements of one side.
            b: Those of the other; None compares `a` with its own past.
            topic: Words or a sentence: only passages that hold all of its words, or are similar to
                it, count. Empty: all.
            stance_model: None: the library's, which is the shipped one, adapted if it was.
            least_similarity: The least cosine of a pair.
            most_read: See `MOST_READ`.
            between: One of `library.actors.KINDS`: only pairs of two different actors of that
                kind are found, as a matrix counts them.
            cache_folder: Where scores are kept; None: the cache.

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
        settings = {"most_read": most_read, "least_similarity": least_similarity}
        self._settings: dict[str, Any] = settings | ({"between": between} if between else {})
        self._found: NearestPairs | None = None
        self._cache_folder = cache_folder

    def seconds_to_find(self) -> float:
        """Return about how long `find` takes, timed on some of the passages; 0 if they are few."""
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
        """Find the pairs on the same point, once; return how many there are.

        Args:
            on_progress: Reports passages compared.
        """
        return len(self._near(on_progress).a)

    def _near(self, on_progress: Progress | None = None) -> NearestPairs:
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
        return self._found

    def plan(self, on_progress: Progress | None = None) -> Plan:
        """Return what `run` will read; a few pairs are read to estimate the time.

        Args:
            on_progress: As of `find`.
        """
        self.find(on_progress)
        near = self._chosen()
        known, seconds = self._timed(self.model.stages[0], near, len(near.a), _TIMED)
        for second in self.model.stages[1:]:
            again = min(len(near.a), 2 * MOST_READ_AGAIN)
            seconds += self._timed(second, near, again, _TIMED // 6)[1]
        return Plan(len(self.a), len(self.b), self.find(), len(near.a), known, seconds)

    def run(
        self, *, thresholds: Thresholds | None = None, on_progress: Progress | None = None
    ) -> Result:
        """Read the pairs and return them all; a run that was stopped resumes.

        Args:
            thresholds: What a pair must reach to be listed; see `Result.rethreshold`.
            on_progress: Reports pairs read; those that both stages read count twice.
        """
        near = self._chosen()

        def score(stage: StanceModel, numbers: Rows, on_progress: Progress | None) -> Floats:
            return self._score(stage, near.take(numbers), on_progress)

        def choose(scores: Floats) -> Rows:
            return top_of_lists(scores, near.similarity, MOST_READ_AGAIN)

        most_again = 2 * MOST_READ_AGAIN
        scores = score_in_stages(self.model, len(near.a), score, choose, most_again, on_progress)
        filters = {side: filters_in_force(chosen) for side, chosen in self._filters.items()}
        return Result(
            Kind.TIMELINE if self.over_time else Kind.SIDES,
            self.subject,
            tuple(self._pairs(near, scores)),
            thresholds=thresholds or Thresholds(),
            provenance=provenance(
                self.library, self.model, {**filters, "topic": self.topic}, self._settings
            ),
            candidates=self.find(),
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

        All of the side's passages are compared with it, so that others cannot crowd any out.
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
        """Return the metadata of the passages of both sides, in the order of `_rows`."""
        return self.library.store.metadata(self._rows)

    def _actors_between(self, kind: str) -> Rows:
        """Return a number for the actor, or the set of actors, of each passage of `_rows`.

        Passages without one leave both sides.

        Raises:
            QueryError: No passage is left.
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

        Over time, also without pairs that have no order in time, and with the earlier passage as a.
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
        """Return the numbers of the pairs on the same point in the order in which to read them.

        Those that the prefilter finds likeliest to agree or oppose come first; with another encoder
        than the shipped one, the most similar.
        """
        likely = self.likely()
        if likely is not None:
            return opposition_first(likely)
        near = self._near()
        return np.lexsort((near.b, near.a, -near.similarity))

    def likely(self) -> Floats | None:
        """Return how likely each pair on the same point is to agree and to oppose.

        The prefilter's logits and the similarity, float32 [pairs, 2]; None with another encoder
        than the shipped one.
        """
        if not self._has_prefilter:
            return None
        near = self._near()
        logits = load_prefilter().logits(self.library.store.vectors, near.a, near.b)
        found: Floats = logits + SIMILARITY_WEIGHT * near.similarity[:, None]
        return found

    @property
    def _has_prefilter(self) -> bool:
        return self.library.manifest.encoder_digest == load_prefilter().encoder

    def _chosen(self) -> NearestPairs:
        """Return the pairs to read."""
        # Sorted, so that neighbouring pairs share statements when their texts are read.
        return self._near().take(np.sort(self.order()[: self._most_read]))

    # -- Scoring -------------------------------------------------------------------------------

    def _score(
        self, stage: StanceModel, near: NearestPairs, on_progress: Progress | None = None
    ) -> Floats:
        library, folder = self.library, self._cache_folder
        return score_passages(library, stage, near.a, near.b, None, folder, on_progress)

    def _timed(
        self, stage: StanceModel, near: NearestPairs, of: int, some: int
    ) -> tuple[int, float]:
        """Return how many pairs are known, and about how many seconds scoring `of` of them takes.

        Some are scored for it, the first one untimed, since it may load the model.
        """
        cache = ScoreCache.of(self.library, stage, self._cache_folder)
        known = cache.known(near.a, near.b)[1]
        count, left = int(known.sum()), np.flatnonzero(~known)
        tried = left[:: max(1, len(left) // some)][: some + 1]
        if of <= count or not len(tried):
            return count, 0.0
        self._score(stage, near.take(tried[:1]))
        began = time.perf_counter()
        self._score(stage, near.take(tried[1:]))
        each = (time.perf_counter() - began) / max(1, len(tried) - 1)
        return count, each * max(0, of - count - len(tried))

    def _pairs(self, near: NearestPairs, scores: Scores) -> Iterator[Pair]:
        excerpts = read_excerpts(self.library, (*near.a.tolist(), *near.b.tolist()))
        rows = zip(near.a.tolist(), near.b.tolist(), near.similarity.tolist(), strict=True)
        for (a, b, similarity), (found, only) in zip(rows, scores.of_each(), strict=True):
            cosine = min(similarity, 1.0)  # rounding can exceed 1
            yield Pair(excerpts[a], excerpts[b], found, cosine, first_stage_only=only)

    def _about_reading(self, near: NearestPairs) -> list[str]:
        notes = []
        if self._alike:
            notes.append(f"Pairs with the same words on both sides were left out: {self._alike:,}.")
        if self.find() > len(near.a):
            which = "likeliest to oppose or to agree" if self._has_prefilter else "most similar"
            notes.append(
                f"{self.find():,} pairs are on the same point; the {len(near.a):,} {which} "
                "were read. Ask for more to be read, or narrow the topic, to see the others."
            )
        return notes


def compare_sides(
    library: Library,
    a: Filters,
    b: Filters | None,
    *,
    topic: str = "",
    stance_model: StanceModel | None = None,
    thresholds: Thresholds | None = None,
    most_read: int = MOST_READ,
    why: int = 0,
    on_progress: Progress | None = None,
) -> Result:
    """Return the pairs in which two sides agree or oppose each other: see `Comparison`.

    If `b` is None, `a` is compared with its own past: side a is always the earlier statement, and
    what opposes it is a change. The first `why` pairs of either list get their rationale, too.
    """
    comparison = Comparison(
        library, a, b, topic=topic, stance_model=stance_model, most_read=most_read
    )
    result = comparison.run(thresholds=thresholds, on_progress=on_progress)
    return explain_listed(result, comparison.model, most=why)
