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
from compare.corpus.values import shortened
from compare.errors import QueryError
from compare.library import Filters
from compare.library.index.base import selected_rows
from compare.library.passage_store import PassageMetadata
from compare.models import Use
from compare.models.encoder import load_prefilter, opposition_first
from compare.results import Kind, Pair, Result, Thresholds, filters_in_force
from compare.results.provenance import provenance
from compare.statements.normalize import content_words

if TYPE_CHECKING:
    from compare.library.index.base import Floats, Rows
    from compare.library.library import Library
    from compare.models import StanceModel
    from compare.progress import Progress

MOST_READ = 20_000
"""Maximum number of pairs that are scored by default: the likeliest of those found."""

MOST_READ_AGAIN = 400
"""Pairs at the top of each list that the second stage scores."""

SIMILARITY_WEIGHT = 4.0
"""Weight of the similarity relative to the prefilter's logits: the best of 0, 1, 2, 4 and 8 when
all pairs of two sides were scored."""

TOPIC_SIMILARITY = 0.55
"""Minimum cosine to the topic for a passage that has too few of its words: see `_words_needed`.

Of 331 pairs of two sides that are called opposing, in folds by topic, 0.48 were right and on the
topic when 0.35 was enough, and 0.77 of the 112 that this leaves; "Said the same" of timelines 0.53
of 774, and 0.79 of 349.
"""

_TIMED = 48  # pairs scored to estimate a plan's time
_SAMPLED = 2**13  # passages compared to estimate the time of `find`
_FOUND_SOON = 2**30  # pairs of passages that are compared within a few seconds


@dataclass(frozen=True, slots=True)
class Plan:
    """What a comparison will read, and how long that will take.

    Attributes:
        a: Number of side a's passages on the topic; `b` is that of side b.
        same_point: Number of pairs on the same point.
        to_read: Number of pairs that the stance model will read.
        known: How many of these already have scores in the cache.
        seconds: Estimated time for the others on this machine, from timing a few of them.
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
        """Select the passages of both sides; pairs are only formed by `find`.

        Args:
            library: The library that both sides are in.
            a: Filters for the statements of side a.
            b: Filters for side b; None compares `a` with its own past.
            topic: Words or a sentence; only passages that contain at least half of its content
                words, and at least two if it has two, or are similar to it, count. "" allows all.
            stance_model: None uses the library's: the shipped model, adapted if there is an
                adaptation.
            least_similarity: Minimum cosine of a pair.
            most_read: See `MOST_READ`.
            between: One of `library.actors.KINDS`: only pairs of two different actors of that
                kind are found, as a matrix counts them. "" allows all.
            cache_folder: Folder for scores; None uses the default cache.

        Raises:
            QueryError: A side has no passage, or none on the topic.
        """
        self.library = library
        self.over_time = b is None
        use = Use.TIMELINE if self.over_time else Use.SIDES
        self.model = (stance_model or library.stance_model()).for_use(use)
        self.topic = " ".join(topic.split())
        self._requested = {"a": a} if b is None else {"a": a, "b": b}
        read = {
            side: with_readable_languages(library.store, chosen, self.model.languages)
            for side, chosen in self._requested.items()
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
        if self.topic:
            self._settings["topic_similarity"] = TOPIC_SIMILARITY
        self._pairs: NearestPairs | None = None
        self._cache_folder = cache_folder

    def seconds_to_find(self) -> float:
        """Estimate how long `find` takes by timing it on some passages; 0 if there are few."""
        cells = len(self.a) * len(self.b)
        if cells < _FOUND_SOON:
            return 0.0
        some, others = self.a[:_SAMPLED], self.b[-4 * _SAMPLED :]
        began = time.perf_counter()
        nearest_pairs(self.library.store.vectors, some, others, least=self._least)
        taken = time.perf_counter() - began
        # If both sides are the same, each two passages are compared only once.
        whole = cells if np.array_equal(self.a, self.b) else 2 * cells
        return taken * whole / (2 * len(some) * len(others))

    def find(self, on_progress: Progress | None = None) -> int:
        """Find the pairs on the same point and return their number; later calls reuse the pairs.

        Args:
            on_progress: Reports passages compared.
        """
        return len(self._same_point(on_progress).a)

    def _same_point(self, on_progress: Progress | None = None) -> NearestPairs:
        if self._pairs is None:
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
            self._pairs = self._drop_identical(found)
        return self._pairs

    def plan(self, on_progress: Progress | None = None) -> Plan:
        """Return what `run` will read; a few pairs are scored to estimate the time.

        Args:
            on_progress: Reports passages compared.
        """
        same_point = self.find(on_progress)
        pairs = self._pairs_to_read()
        to_read = len(pairs.a)
        known, seconds = self._estimate_time(self.model.stages[0], pairs, to_read, _TIMED)
        for second in self.model.stages[1:]:
            again = min(to_read, 2 * MOST_READ_AGAIN)
            # A second stage is several times slower, so fewer pairs are timed.
            seconds += self._estimate_time(second, pairs, again, _TIMED // 6)[1]
        return Plan(len(self.a), len(self.b), same_point, to_read, known, seconds)

    def run(
        self, *, thresholds: Thresholds | None = None, on_progress: Progress | None = None
    ) -> Result:
        """Score the pairs and return them all; a run that was stopped resumes.

        Args:
            thresholds: What a pair must reach to be listed; see `Result.rethreshold`.
            on_progress: Reports pairs scored; those that both stages score count twice.
        """
        pairs = self._pairs_to_read()

        def score(stage: StanceModel, numbers: Rows, on_progress: Progress | None) -> Floats:
            return self._score(stage, pairs.take(numbers), on_progress)

        choices = [top_of_lists(pairs.similarity, MOST_READ_AGAIN, MOST_READ_AGAIN)]
        scores = score_in_stages(self.model, len(pairs.a), score, choices, on_progress)
        filters = {side: filters_in_force(chosen) for side, chosen in self._filters.items()}
        return Result(
            Kind.TIMELINE if self.over_time else Kind.SIDES,
            self.subject,
            tuple(self._scored_pairs(pairs, scores)),
            thresholds=thresholds or Thresholds(),
            provenance=provenance(
                self.library, self.model, {**filters, "topic": self.topic}, self._settings
            ),
            candidates=self.find(),
            notes=(*self._notes, *self._reading_notes(pairs)),
        )

    @property
    def subject(self) -> str:
        """Return what is compared, in words."""
        sides = [chosen.in_words() for chosen in self._requested.values()]
        what = " and ".join(sides)
        if self.over_time:
            what = f"{sides[0]} over time"
        elif self._requested["a"] == self._requested["b"]:
            what = f"{sides[0]} among themselves"
        what = what[0].upper() + what[1:]
        return f"{what} on {self.topic}" if self.topic else what

    # -- Passages and pairs --------------------------------------------------------------------

    def _side(self, side: str) -> Rows:
        """Return the rows of a side's passages on the topic, ascending."""
        who = self._requested[side].in_words()
        is_one = self.over_time or self._requested["a"] == self._requested["b"]
        name = f"The statements chosen ({who})" if is_one else f"Side {side} ({who})"
        store = self.library.store
        selection = store.select(self._filters[side])
        if not len(selection):
            raise QueryError(
                f"{name} cannot be compared: no statement matches. Loosen the filters."
            )
        if not self.topic:
            return selected_rows(selection)
        (vector,) = self.library.encoder.encode([self.topic])
        similar, _ = store.at_least(vector, TOPIC_SIMILARITY, selection)
        with_words = self._with_words_of_topic
        rows = np.union1d(similar, with_words[selection.holds(with_words)])
        if not len(rows):
            raise QueryError(
                f"{name} cannot be compared: nothing is said on "
                f"{shortened(self.topic)}. Use fewer or other words for the topic, or none."
            )
        return rows

    @cached_property
    def _with_words_of_topic(self) -> Rows:
        """Return the rows of the passages that hold enough of the topic's content words."""
        words = [*content_words(self.topic)]
        found = [self.library.store.holding_words(word) for word in words]
        held, count = np.unique(np.concatenate([np.zeros(0, np.int64), *found]), return_counts=True)
        return held[count >= _words_needed(len(words))]

    @cached_property
    def _metadata(self) -> PassageMetadata:
        """Return the metadata of both sides' passages, in the order of `_rows`."""
        return self.library.store.metadata(self._rows)

    def _actors_between(self, kind: str) -> Rows:
        """Number the actor, or the set of joint actors, of each passage in `_rows`.

        Passages without an actor are removed from both sides.

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

    def _drop_identical(self, found: NearestPairs) -> NearestPairs:
        """Drop pairs within a statement or with identical words; return the rows of the others.

        Over time, pairs whose order is unknown are dropped too, and side a is the earlier passage.
        """
        of_a, of_b = (
            PassageMetadata(*(part[numbers] for part in self._metadata))
            for numbers in (found.a, found.b)
        )
        identical = of_a.words == of_b.words
        kept = of_a.statement != of_b.statement
        self._identical = int((kept & identical).sum())
        kept &= ~identical
        a, b = self._rows[found.a], self._rows[found.b]
        if self.over_time:
            dated = (of_a.first_day > 0) & (of_b.first_day > 0)
            later = of_b.last_day < of_a.first_day
            kept &= dated & ((of_a.last_day < of_b.first_day) | later)
            a, b = np.where(later, b, a), np.where(later, a, b)
        return NearestPairs(a, b, found.similarity).take(np.flatnonzero(kept))

    def _pairs_to_read(self) -> NearestPairs:
        """Return the `most_read` pairs that are likeliest to oppose or to agree."""
        pairs = self._same_point()
        if self._has_prefilter:
            logits = load_prefilter().logits(self.library.store.vectors, pairs.a, pairs.b)
            order = opposition_first(logits + SIMILARITY_WEIGHT * pairs.similarity[:, None])
        else:
            order = np.lexsort((pairs.b, pairs.a, -pairs.similarity))
        # Sorted, so that neighbouring pairs share statements when their texts are read.
        return pairs.take(np.sort(order[: self._most_read]))

    @property
    def _has_prefilter(self) -> bool:
        """Whether the library has vectors of the encoder that the prefilter was trained on."""
        return self.library.manifest.encoder_digest == load_prefilter().encoder

    # -- Scoring -------------------------------------------------------------------------------

    def _score(
        self, stage: StanceModel, pairs: NearestPairs, on_progress: Progress | None = None
    ) -> Floats:
        library, folder = self.library, self._cache_folder
        return score_passages(library, stage, pairs.a, pairs.b, None, folder, on_progress)

    def _estimate_time(
        self, stage: StanceModel, pairs: NearestPairs, to_score: int, sample_size: int
    ) -> tuple[int, float]:
        """Return how many pairs have cached scores, and about how long `to_score` pairs take."""
        cache = ScoreCache.of(self.library, stage, self._cache_folder)
        known = cache.known(pairs.a, pairs.b)[1]
        count, unknown = int(known.sum()), np.flatnonzero(~known)
        sample = unknown[:: max(1, len(unknown) // sample_size)][: sample_size + 1]
        if to_score <= count or not len(sample):
            return count, 0.0
        self._score(stage, pairs.take(sample[:1]))  # untimed, since it may load the model
        began = time.perf_counter()
        self._score(stage, pairs.take(sample[1:]))
        each = (time.perf_counter() - began) / max(1, len(sample) - 1)
        return count, each * max(0, to_score - count - len(sample))

    def _scored_pairs(self, pairs: NearestPairs, scores: Scores) -> Iterator[Pair]:
        excerpts = read_excerpts(self.library, (*pairs.a.tolist(), *pairs.b.tolist()))
        columns = (part.tolist() for part in pairs)
        for a, b, similarity, (found, only) in zip(*columns, scores.of_each(), strict=True):
            cosine = min(similarity, 1.0)  # rounding can exceed 1
            yield Pair(excerpts[a], excerpts[b], found, cosine, first_stage_only=only)

    def _reading_notes(self, pairs: NearestPairs) -> list[str]:
        notes = []
        if self._identical:
            notes.append(
                f"Pairs with the same words on both sides were left out: {self._identical:,}."
            )
        if self.find() > len(pairs.a):
            which = "likeliest to oppose or to agree" if self._has_prefilter else "most similar"
            notes.append(
                f"{self.find():,} pairs are on the same point; the {len(pairs.a):,} {which} "
                "were read. Ask for more to be read, or narrow the topic, to see the others."
            )
        return notes


def _words_needed(count: int) -> int:
    """Return how many of a topic's words a passage must hold: half, but two of two."""
    return min(count, max(2, (count + 1) // 2))


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

    If `b` is None, `a` is compared with its own past: side a of each pair is the earlier statement,
    so that opposition is a change of position. The first `why` pairs of each list get a rationale.
    """
    comparison = Comparison(
        library, a, b, topic=topic, stance_model=stance_model, most_read=most_read
    )
    result = comparison.run(thresholds=thresholds, on_progress=on_progress)
    return explain_listed(result, comparison.model, most=why)
