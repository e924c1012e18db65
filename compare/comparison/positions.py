"""Place countries or speakers on propositions by the verdicts on what they said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.comparison.counts import NOT_A_SAMPLE
from compare.comparison.retrieval import (
    by_date,
    nearest_per_actor,
    readable,
    repetitions,
    why_nothing,
    with_readable_languages,
)
from compare.comparison.scoring import (
    Rescoring,
    Scores,
    check_proposition,
    list_ranks,
    proposition_notes,
    read_excerpts,
    score_against,
    score_in_stages,
)
from compare.defaults import MOST_PER_ACTOR
from compare.errors import QueryError
from compare.library.actors import ActorNames, actor_keys, actors_named
from compare.library.filters import Filters, filters_in_force
from compare.results import (
    OF_PLACEMENTS,
    Actor,
    Excerpt,
    Pair,
    Position,
    Positions,
    Provenance,
    Thresholds,
)
from compare.results.positions import FrameTable
from compare.results.provenance import provenance
from compare.results.statistics import TOO_FEW, share_interval
from compare.statements import Quote

if TYPE_CHECKING:
    import pandas as pd

    from compare.library.index.base import Floats, Rows, Selection
    from compare.library.library import OpenLibrary
    from compare.library.passage_store import ActorPassages
    from compare.models import StanceModel
    from compare.progress import Progress

MOST_ACTORS = 300
"""Maximum number of actors in an agreement matrix, which compares every two."""

_NAME = "The proposition"

_OF_EACH = 0.95**0.5
"""Coverage of the interval of each of two positions, so that both hold in 95 %."""

_MAY_TAKE_A_SIDE = 0.2
"""Minimum first-stage probability of a side for the second stage to score a passage. It is low so
that one model scores every passage that takes a side: the two are not equally confident."""


# -- One proposition -----------------------------------------------------------------------------


def positions(
    library: OpenLibrary,
    proposition: str,
    *,
    opposite: str = "",
    by: str = "country",
    filters: Filters | None = None,
    stance_model: StanceModel | None = None,
    thresholds: Thresholds | None = None,
    most_each: int = MOST_PER_ACTOR,
    on_progress: Progress | None = None,
    cache_folder: Path | None = None,
) -> Positions:
    """Place every actor between opposition to a proposition and agreement with it.

    The stance model reads the passages of each actor that are most similar to the proposition, so
    that actors who say little are not crowded out. A run that was stopped resumes from the cache.

    Args:
        library: The library to read.
        proposition: One claim or demand, as a sentence.
        opposite: What someone who disagrees would say. If given, passages near either are compared
            with both: their probabilities are the calibrated mean of both readings, with agree and
            oppose exchanged in the second.
        by: Actors are countries ("country") or speakers ("speaker"). A statement of several
            countries counts for each of them.
        filters: Which statements. If countries or speakers are named, only they are actors.
        stance_model: None uses the shipped one.
        thresholds: Minimum probability for a passage to take a side, and minimum cosine for it to
            be read; see `Positions.rethreshold`.
        most_each: Maximum number of similar passages read per actor; up to half as many more are
            read because they share words.
        on_progress: Reports passages scored; those that both stages score count twice.
        cache_folder: Folder for scores; None uses the default cache.

    Raises:
        QueryError: The proposition is empty, too long or in a language that the stance model does
            not read, its opposite has the same words, `by` is invalid, or the filters leave no
            actor.
        ModelError: A model is missing or not the library's.
    """
    asked, filters = Quote(proposition, opposite=opposite).cleaned(_NAME), filters or Filters()
    model = stance_model or library.stance_model()
    check_proposition(asked, model)
    read_filters, notes = with_readable_languages(library.store, filters, model.languages)
    within = readable(library.store, read_filters, model.languages)
    names = library.store.actors(by)
    counts = _statement_counts(library, names, by, within, filters)
    if not counts.any():
        raise QueryError(
            f"No {by} can be placed: no statement that passes the filters names one. "
            + why_nothing(library.store, filters, notes)
        )
    thresholds = thresholds or OF_PLACEMENTS
    passages, similar_counts = nearest_per_actor(
        library, asked.ends, by, least=thresholds.similarity, most_each=most_each, within=within
    )
    # Joint statements also have actors that the filters do not name.
    passages = passages.take(counts[passages.actor] > 0)
    claim = Excerpt.of_quote(asked, asked.text)
    scores = _score(library, asked.ends, passages, model, on_progress, cache_folder)
    pairs = _pairs_by_actor(library, claim, passages, scores, names, by, within)
    actors = tuple(
        Actor(actor.key, actor.name, count, int(similar_counts[n]), tuple(pairs.get(n, ())))
        for n, (actor, count) in enumerate(zip(names, counts.tolist(), strict=True))
        if count
    )
    settings = {"by": by, "most_each": most_each, "least_similarity": thresholds.similarity}
    if asked.opposite:
        settings["opposite"] = asked.opposite
    return Positions(
        asked.text,
        by,
        actors,
        thresholds,
        provenance(library, model, filters_in_force(read_filters), settings),
        (
            *proposition_notes(asked, model),
            *notes,
            *_reading_notes(actors),
            NOT_A_SAMPLE,
        ),
        asked.opposite,
    )


def _statement_counts(
    library: OpenLibrary, actors: ActorNames, by: str, within: Selection, filters: Filters
) -> Rows:
    """Return how many selected statements with passages each actor has, int64 [actors].

    If the filters name actors, all others get 0, even those who made a joint statement with them.
    """
    counts = library.store.statement_counts(by, within)
    if names := filters.countries if by == "country" else filters.speakers:
        counts[np.setdiff1d(np.arange(len(counts)), actors_named(actors, names))] = 0
    return counts


def _reading_notes(actors: Sequence[Actor]) -> list[str]:
    more = [actor for actor in actors if actor.near > len(actor.read)]
    if not more:
        return []
    most = max(more, key=lambda actor: actor.near)
    every = sum(actor.statements for actor in actors)
    read = sum(len({pair.b.statement.id for pair in actor.read}) for actor in actors)
    return [
        "More passages are near the proposition than were read, for example of "
        f"{most.name}: {len(most.read):,} of {most.near:,} were read. Counted for each actor, "
        f"passages of {read:,} of {every:,} statements were read; raise the maximum to read more."
    ]


# -- Reading -------------------------------------------------------------------------------------


def _score(
    library: OpenLibrary,
    ends: Sequence[str],
    passages: ActorPassages,
    model: StanceModel,
    on_progress: Progress | None,
    cache_folder: Path | None,
) -> Scores:
    """Score the passages against both ends; a passage of several actors is scored once."""
    rows, places = np.unique(passages.row, return_inverse=True)

    def score(stage: StanceModel, chosen: Rows, on_progress: Progress | None) -> Floats:
        return score_against(library, stage, ends, rows[chosen], cache_folder, on_progress)

    def choose(numbers: Rows, scores: Floats) -> Rows:
        return np.unique(places[_may_decide(passages, scores[places])])

    choices = [Rescoring(len(rows), choose)]
    return score_in_stages(model, len(rows), score, choices, on_progress).take(places)


def _may_decide(passages: ActorPassages, scores: Floats) -> Rows:
    """Return the passages that may take a side and each actor's top passage for either side."""
    chosen = scores[:, :2].max(axis=1, initial=0) >= _MAY_TAKE_A_SIDE
    for ranks in list_ranks(scores, passages.similarity).T:
        order = np.lexsort((passages.row, -ranks, passages.actor))
        _, first = np.unique(passages.actor[order], return_index=True)
        chosen[order[first]] = True
    return np.flatnonzero(chosen)


def _pairs_by_actor(
    library: OpenLibrary,
    claim: Excerpt,
    passages: ActorPassages,
    scores: Scores,
    actors: ActorNames,
    by: str,
    within: Selection,
) -> dict[int, list[Pair]]:
    """Return each actor's pairs, by the actor's number, the most similar first."""
    rows = np.unique(passages.row).tolist()
    excerpts, repeated = read_excerpts(library, rows), repetitions(library, rows, (), within)
    pairs: dict[int, list[Pair]] = defaultdict(list)
    columns = (part.tolist() for part in passages)
    for row, actor, similarity, (p, only) in zip(*columns, scores.of_each(), strict=True):
        key = actors[actor].key
        own = by_date(other for other in repeated[row] if key in actor_keys(other, by))
        passage = replace(excerpts[row], repeats=own)
        cosine = min(similarity, 1.0)  # rounding can exceed 1
        pairs[actor].append(Pair(claim, passage, p, cosine, first_stage_only=only))
    return pairs


# -- Several propositions ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ActorAgreement:
    """How similar the positions of two actors are.

    Attributes:
        a: Name of one actor; `b` is the other.
        agreement: How often two speeches, one of each, take the same side, as the mean over the
            propositions on which both take one: 1 always, 0 never. It stays the same if a
            proposition is turned into its opposite, and few speeches do not lower it.
        low: Lower end of the 95 % interval; `high` is the upper end. Over several propositions, it
            treats these as a random sample, and is None for fewer than `TOO_FEW`. On one, it
            combines the intervals of both positions, and is None if one of them has none.
        propositions: Number of propositions on which both take a side.
    """

    a: str
    b: str
    agreement: float
    low: float | None
    high: float | None
    propositions: int


@dataclass(frozen=True)
class AgreementMatrix:
    """The agreement of all actors that take a side.

    Attributes:
        actors: Names, ordered so that neighbours are similar.
        cells: One for each two actors that share a proposition; a comes first in `actors`.
        provenance: How the positions were made; `thresholds` are those that were applied.
    """

    actors: tuple[str, ...]
    cells: tuple[ActorAgreement, ...]
    provenance: Provenance
    thresholds: Thresholds


@dataclass(frozen=True)
class PositionTable(FrameTable):
    """The positions of the same actors on several propositions."""

    positions: tuple[Positions, ...]

    def rethreshold(self, **thresholds: Any) -> PositionTable:
        """Return the table at other thresholds: see `Positions.rethreshold`."""
        return PositionTable(tuple(one.rethreshold(**thresholds) for one in self.positions))

    @property
    def propositions(self) -> tuple[str, ...]:
        """Return the propositions."""
        return tuple(one.proposition for one in self.positions)

    @cached_property
    def cells(self) -> Mapping[str, tuple[Position | None, ...]]:
        """Return positions by name of the actors that take any side; None where they take none."""
        by_name: dict[str, list[Position | None]] = {}
        for n, one in enumerate(self.positions):
            for position in one.placed:
                row = by_name.setdefault(position.name, [None] * len(self.positions))
                row[n] = position
        return {name: tuple(by_name[name]) for name in sorted(by_name)}

    @cached_property
    def rows(self) -> Mapping[str, tuple[Position | None, ...]]:
        """Return the cells of all actors; those that never take a side come last."""
        nowhere = (None,) * len(self.positions)
        others = {name for one in self.positions for name in one.standings} - self.cells.keys()
        return {**self.cells, **dict.fromkeys(sorted(others), nowhere)}

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per actor as a frame: see `compare.export.rows.proposition_rows`."""
        from compare.export.frames import propositions_frame

        return propositions_frame(self)

    def _repr_html_(self) -> str:
        """Return the first actors beside the propositions, for a notebook."""
        from compare.export.notebook import propositions_html

        return propositions_html(self)

    def agreement(self) -> AgreementMatrix:
        """Return how similar the positions of each two actors are.

        Actors are ordered by average-linkage clustering on the distance of their positions, with
        leaves ordered so that neighbours are as similar as possible (Bar-Joseph et al. 2001). If
        there are more than `MOST_ACTORS`, only those placed on most propositions, by most
        passages, are compared.
        """
        names = self._most_placed()
        means = np.array(
            [[np.nan if p is None else p.score.mean for p in self.cells[name]] for name in names]
        ).reshape(len(names), len(self.positions))
        order = _leaf_order(means)
        pairs = (self._agreement(names, means, a, b) for a, b in combinations(order, 2))
        first = self.positions[0]
        return AgreementMatrix(
            tuple(names[n] for n in order),
            tuple(cell for cell in pairs if cell),
            first.provenance,
            first.thresholds,
        )

    def _agreement(
        self, names: Sequence[str], means: Floats, a: int, b: int
    ) -> ActorAgreement | None:
        """Return the agreement of two actors; None if they take a side on no common proposition."""
        both = ~np.isnan(means[a]) & ~np.isnan(means[b])
        if not both.any():
            return None
        agreements = ((1 + means[a][both] * means[b][both]) / 2).tolist()
        count, total = len(agreements), sum(agreements)
        low, high = share_interval(total, count) if count >= TOO_FEW else (None, None)
        if len(self.positions) == 1:
            low, high = self._on_one(names[a], names[b])
        return ActorAgreement(names[a], names[b], total / count, low, high, count)

    def _on_one(self, a: str, b: str) -> tuple[float | None, float | None]:
        """Return the interval of the agreement of two actors on the one proposition."""
        ends = []
        for name in (a, b):
            position = self.cells[name][0]
            if not position or position.score.low is None:
                return None, None
            speeches = position.score.speeches
            part = (position.score.mean + 1) / 2 * speeches
            ends.append([2 * end - 1 for end in share_interval(part, speeches, _OF_EACH)])
        products = [one * other for one in ends[0] for other in ends[1]]
        return (1 + min(products)) / 2, (1 + max(products)) / 2

    def _most_placed(self) -> list[str]:
        """Return the names of the actors of the matrix, sorted."""

        def placed(name: str) -> tuple[int, int]:
            passages = [cell.score.passages for cell in self.cells[name] if cell]
            return -len(passages), -sum(passages)

        return sorted(sorted(self.cells, key=placed)[:MOST_ACTORS])


def position_table(
    library: OpenLibrary,
    propositions: Sequence[str],
    *,
    opposites: Sequence[str] = (),
    by: str = "country",
    filters: Filters | None = None,
    stance_model: StanceModel | None = None,
    thresholds: Thresholds | None = None,
    most_each: int = MOST_PER_ACTOR,
    on_proposition: Callable[[int, str], Progress | None] | None = None,
) -> PositionTable:
    """Place every actor on each of several propositions: see `positions`.

    `opposites` are those of the first propositions, in their order, or "" for one without.
    `on_proposition` gets the number and words of a proposition and returns its `on_progress`.

    Raises:
        QueryError: There is no proposition, there are more opposites than propositions, or as for
            `positions`.
    """
    if not propositions:
        raise QueryError("There is no proposition: give one claim or demand, as a sentence.")
    if (more := len(opposites) - len(propositions)) > 0:
        raise QueryError(
            f"There are {more} more opposites than propositions: give one for each proposition, in "
            "the same order."
        )
    asked: dict[str, str] = {}
    for text, opposite in zip_longest(propositions, opposites, fillvalue=""):
        one = Quote(text, opposite=opposite).cleaned(_NAME)
        known = asked.get(one.text, "")
        if known and one.opposite and known != one.opposite:
            raise QueryError(
                f"“{one.text}” has two opposites, “{known}” and “{one.opposite}”: leave one out."
            )
        asked[one.text] = known or one.opposite
    placed = []
    for number, (text, opposite) in enumerate(asked.items()):
        on_progress = on_proposition(number, text) if on_proposition else None
        placed.append(
            positions(
                library, text, opposite=opposite, by=by, filters=filters, stance_model=stance_model,
                thresholds=thresholds, most_each=most_each, on_progress=on_progress,
            )
        )  # fmt: skip
    return PositionTable(tuple(placed))


def _leaf_order(means: Floats) -> list[int]:
    """Order actors by clustering their positions, [actors, propositions], NaN where none."""
    if len(means) < 3:
        return list(range(len(means)))
    from scipy.cluster.hierarchy import leaves_list, linkage

    one, other = np.triu_indices(len(means), 1)
    apart = np.abs(means[one] - means[other]) / 2
    shared = (~np.isnan(apart)).sum(axis=1)
    mean = np.nansum(apart, axis=1) / np.maximum(shared, 1)
    # Clustering needs every distance: actors that share no proposition get the average.
    average = float(mean[shared > 0].mean()) if shared.any() else 0.0
    distances = np.where(shared > 0, mean, average)
    order: list[int] = leaves_list(linkage(distances, "average", optimal_ordering=True)).tolist()
    return order
