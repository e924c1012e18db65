"""Place countries or speakers on propositions by the verdicts on what they said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from compare.comparison.counts import NOT_A_SAMPLE
from compare.comparison.retrieval import (
    MOST_PER_ACTOR,
    by_date,
    nearest_per_actor,
    repetitions,
    with_readable_languages,
)
from compare.comparison.scoring import (
    Scores,
    list_ranks,
    read_excerpts,
    score_in_stages,
    score_passages,
)
from compare.errors import QueryError
from compare.library.actors import Actors, actor_keys, actors_named
from compare.library.build import passage_key
from compare.library.filters import Filters
from compare.results.pair import Excerpt, Pair, Thresholds
from compare.results.positions import Actor, FrameTable, Position, Positions
from compare.results.provenance import Provenance, filters_in_force, provenance
from compare.results.statistics import mean_interval
from compare.statements.languages import language_of
from compare.statements.passages import split_quote
from compare.statements.quotes import Quote, clean_quote, language_notes

if TYPE_CHECKING:
    import pandas as pd

    from compare.library.index.base import Floats, Rows, Selection
    from compare.library.library import Library
    from compare.library.passage_store import ActorPassages
    from compare.models import StanceModel
    from compare.progress import Progress

TOO_FEW = 5
"""With fewer shared propositions an agreement has no interval."""

MOST_ACTORS = 300
"""Actors of an agreement matrix: each two of them are compared."""

_MAY_TAKE_A_SIDE = 0.2
"""Probability of a side by the first stage from which the second stage scores a passage: all that
takes a side is scored by one model, since the two are not equally sure of the same."""


# -- One proposition -----------------------------------------------------------------------------


def positions(
    library: Library,
    proposition: str,
    *,
    by: str = "country",
    filters: Filters | None = None,
    stance_model: StanceModel | None = None,
    thresholds: Thresholds | None = None,
    most_each: int = MOST_PER_ACTOR,
    seed: int = 0,
    on_progress: Progress | None = None,
    cache_folder: Path | None = None,
) -> Positions:
    """Place every actor in the filter between opposed to a proposition and agreeing with it.

    The stance model reads the passages of each actor that are most similar to the proposition, so
    that actors who say little are not crowded out. A run that was stopped resumes from the cache.

    Args:
        library: Whose statements.
        proposition: One claim or demand, as a sentence.
        by: Actors are countries ("country") or speakers ("speaker"). A statement of several
            countries counts for each of them.
        filters: Which statements. If countries or speakers are named, only they are actors.
        stance_model: None: the library's, which is the shipped one, adapted if it was.
        thresholds: The least probability at which a passage takes a side, and the least cosine at
            which one is read; see `Positions.rethreshold`.
        most_each: Most passages of an actor that are read; half as many more for their words.
        seed: Of the intervals.
        on_progress: Reports passages read; those that both stages read count twice.
        cache_folder: Where scores are kept; None: the cache.

    Raises:
        QueryError: The proposition is empty or too long, `by` is something else, or the filters
            leave no actor.
        ModelError: A model is missing or not the library's.
    """
    text, filters = clean_quote(proposition), filters or Filters()
    model = stance_model or library.stance_model()
    read_filters, notes = with_readable_languages(library.store, filters, model.languages)
    within = library.store.select(read_filters)
    names = library.store.actors(by)
    counts = _statement_counts(library, names, by, within, filters)
    if not counts.any():
        raise QueryError(
            f"No {by} can be placed: no statement that passes the filters names one. Loosen the "
            "filters."
        )
    least = thresholds or Thresholds()
    near, similar = nearest_per_actor(
        library, text, by, least=least.similarity, most_each=most_each, within=within
    )
    # Joint statements also have actors that the filters do not name.
    near = near.take(counts[near.actor] > 0)
    claim = Excerpt.of_quote(Quote(text), text)
    scores = _score(library, claim, near, model, on_progress, cache_folder)
    read = _pairs_by_actor(library, claim, near, scores, names, by, within)
    actors = tuple(
        Actor(actor.key, actor.name, count, int(similar[n]), tuple(read.get(n, ())))
        for n, (actor, count) in enumerate(zip(names, counts.tolist(), strict=True))
        if count
    )
    settings = {"by": by, "most_each": most_each, "least_similarity": least.similarity}
    return Positions(
        text,
        by,
        actors,
        least,
        provenance(library, model, filters_in_force(read_filters), {**settings, "seed": seed}),
        seed,
        (*_about_the_proposition(text, model), *notes, *_about_reading(actors), NOT_A_SAMPLE),
    )


def _statement_counts(
    library: Library, actors: Actors, by: str, within: Selection, filters: Filters
) -> Rows:
    """Return how many selected statements with words each actor has, int64 [actors].

    If the filters name actors, all others have 0, also those that spoke together with them.
    """
    counts = library.store.statement_counts(by, within)
    if names := filters.countries if by == "country" else filters.speakers:
        counts[np.setdiff1d(np.arange(len(counts)), actors_named(actors, names))] = 0
    return counts


def _about_the_proposition(text: str, model: StanceModel) -> list[str]:
    notes = language_notes(("The proposition", text), languages=model.languages)
    if (sentences := len(split_quote(text, language_of(text)))) > 1:
        notes.append(
            f"The proposition has {sentences} sentences and is read as one: a single claim gives "
            "clearer positions."
        )
    return notes


def _about_reading(actors: Sequence[Actor]) -> list[str]:
    more = [actor for actor in actors if actor.near > len(actor.read)]
    if not more:
        return []
    most = max(more, key=lambda actor: actor.near)
    who = "1 actor has" if len(more) == 1 else f"{len(more):,} actors have"
    return [
        f"{who} more passages near the proposition than were read: of {most.name} the "
        f"{len(most.read):,} most similar of {most.near:,} were read."
    ]


# -- Reading -------------------------------------------------------------------------------------


def _score(
    library: Library,
    claim: Excerpt,
    near: ActorPassages,
    model: StanceModel,
    on_progress: Progress | None,
    cache_folder: Path | None,
) -> Scores:
    """Return the scores of the passages; one of several actors is scored once."""
    rows, places = np.unique(near.row, return_inverse=True)
    key = passage_key(claim.text)
    number = min(key, ~key)  # of the claim in the cache: negative, so that it is no passage's row
    claims = np.full(len(rows), number)

    def score(stage: StanceModel, chosen: Rows, on_progress: Progress | None) -> Floats:
        pairs, inputs = (claims[chosen], rows[chosen]), {number: claim.model_input}
        return score_passages(library, stage, *pairs, inputs, cache_folder, on_progress)

    def choose(scores: Floats) -> Rows:
        return np.unique(places[_may_decide(near, scores[places])])

    scores = score_in_stages(model, len(rows), score, choose, len(rows), on_progress)
    return Scores(scores.probabilities[places], scores.first_stage_only[places])


def _may_decide(near: ActorPassages, scores: Floats) -> Rows:
    """Return which passages may take a side, and each actor's strongest of either side."""
    chosen = scores[:, :2].max(axis=1, initial=0) >= _MAY_TAKE_A_SIDE
    for ranks in list_ranks(scores, near.similarity).T:
        order = np.lexsort((near.row, -ranks, near.actor))
        _, first = np.unique(near.actor[order], return_index=True)
        chosen[order[first]] = True
    return np.flatnonzero(chosen)


def _pairs_by_actor(
    library: Library,
    claim: Excerpt,
    near: ActorPassages,
    scores: Scores,
    actors: Actors,
    by: str,
    within: Selection,
) -> dict[int, list[Pair]]:
    """Return the pairs of each actor, by its number, the most similar first."""
    rows = np.unique(near.row).tolist()
    excerpts, repeated = read_excerpts(library, rows), repetitions(library, rows, (), within)
    pairs: dict[int, list[Pair]] = defaultdict(list)
    passages = zip(near.row.tolist(), near.actor.tolist(), near.similarity.tolist(), strict=True)
    for (row, actor, similarity), (found, only) in zip(passages, scores.of_each(), strict=True):
        key = actors[actor].key
        own = by_date(other for other in repeated[row] if key in actor_keys(other, by))
        passage = replace(excerpts[row], repeats=own)
        pairs[actor].append(Pair(claim, passage, found, similarity, first_stage_only=only))
    return pairs


# -- Several propositions ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agreement:
    """How similar the positions of two actors are.

    Attributes:
        a: Name of one actor; b of the other.
        agreement: 1 - mean |position of a - position of b| / 2 over the propositions on which both
            take a side: 1 for equal positions, 0 for opposite ends. Unlike a correlation, it stays
            the same if a proposition is turned into its opposite.
        low: Lower end of the 95 % interval (see `mean_interval`), `high` the upper, as if
            propositions were drawn; None for fewer than `TOO_FEW`.
        propositions: Number of those propositions.
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
        actors: Names, in an order in which neighbours are similar.
        cells: Each two that share a proposition; a is the earlier in `actors`.
        provenance: What the positions were made from, and at which `thresholds`.
    """

    actors: tuple[str, ...]
    cells: tuple[Agreement, ...]
    provenance: Provenance
    thresholds: Thresholds


@dataclass(frozen=True)
class PositionTable(FrameTable):
    """The positions of the same actors on several propositions."""

    positions: tuple[Positions, ...]

    def rethreshold(
        self, *, probability: float | None = None, similarity: float | None = None
    ) -> PositionTable:
        """Return the same at other thresholds; nothing is read again."""
        thresholds = {"probability": probability, "similarity": similarity}
        return PositionTable(tuple(one.rethreshold(**thresholds) for one in self.positions))

    @property
    def propositions(self) -> tuple[str, ...]:
        """Return the propositions."""
        return tuple(one.proposition for one in self.positions)

    @cached_property
    def cells(self) -> Mapping[str, tuple[Position | None, ...]]:
        """Return the positions by actor's name, for actors that take any side; None: no side."""
        found: dict[str, list[Position | None]] = {}
        for n, one in enumerate(self.positions):
            for position in one.placed:
                row = found.setdefault(position.name, [None] * len(self.positions))
                row[n] = position
        return {name: tuple(found[name]) for name in sorted(found)}

    @cached_property
    def rows(self) -> Mapping[str, tuple[Position | None, ...]]:
        """Return the cells of all actors; those that take no side come last."""
        nowhere = (None,) * len(self.positions)
        others = {name for one in self.positions for name in one.standings} - self.cells.keys()
        return {**self.cells, **dict.fromkeys(sorted(others), nowhere)}

    def to_pandas(self) -> pd.DataFrame:
        """Return a row an actor as a frame: see `compare.export.rows.proposition_rows`."""
        from compare.export.frames import propositions_frame

        return propositions_frame(self)

    def _repr_html_(self) -> str:
        """Return the first actors beside the propositions, for a notebook."""
        from compare.export.notebook import propositions_html

        return propositions_html(self)

    def agreement(self, seed: int = 0) -> AgreementMatrix:
        """Return how similar the positions of each two actors are, and an order of the actors.

        Actors are clustered by the average of 1 - agreement (UPGMA) and the leaves ordered so that
        neighbours are as similar as possible (Bar-Joseph et al. 2001); two actors that share no
        proposition count as average there. Of more than `MOST_ACTORS` actors, those placed on most
        propositions, by most passages, are compared.

        Args:
            seed: Of the intervals.
        """
        names = self._most_placed()
        means = np.array(
            [[np.nan if p is None else p.score.mean for p in self.cells[name]] for name in names]
        ).reshape(len(names), len(self.positions))
        order = _similar_first(means)
        pairs = (_agreement(names, means, a, b, seed) for a, b in combinations(order, 2))
        first = self.positions[0]
        return AgreementMatrix(
            tuple(names[n] for n in order),
            tuple(cell for cell in pairs if cell),
            first.provenance,
            first.thresholds,
        )

    def _most_placed(self) -> list[str]:
        """Return the names of the actors of the matrix, sorted."""

        def placed(name: str) -> tuple[int, int]:
            found = [cell.score.passages for cell in self.cells[name] if cell]
            return -len(found), -sum(found)

        return sorted(sorted(self.cells, key=placed)[:MOST_ACTORS])


def position_table(
    library: Library,
    propositions: Sequence[str],
    *,
    by: str = "country",
    filters: Filters | None = None,
    stance_model: StanceModel | None = None,
    thresholds: Thresholds | None = None,
    most_each: int = MOST_PER_ACTOR,
    seed: int = 0,
    on_proposition: Callable[[int, str], Progress | None] | None = None,
) -> PositionTable:
    """Place every actor on each of several propositions: see `positions`.

    `on_proposition` gets the number and words of a proposition and returns its `on_progress`.

    Raises:
        QueryError: There is no proposition, or as for `positions`.
    """
    asked = list(dict.fromkeys(map(clean_quote, propositions)))
    if not asked:
        raise QueryError("There is no proposition: give one claim or demand, as a sentence.")
    found = []
    for number, text in enumerate(asked):
        on_progress = on_proposition(number, text) if on_proposition else None
        found.append(
            positions(
                library, text, by=by, filters=filters, stance_model=stance_model,
                thresholds=thresholds, most_each=most_each, seed=seed, on_progress=on_progress,
            )
        )  # fmt: skip
    return PositionTable(tuple(found))


def _agreement(names: Sequence[str], means: Floats, a: int, b: int, seed: int) -> Agreement | None:
    both = ~np.isnan(means[a]) & ~np.isnan(means[b])
    if not both.any():
        return None
    alike = (1 - np.abs(means[a][both] - means[b][both]) / 2).tolist()
    low, high = mean_interval(alike, seed) if len(alike) >= TOO_FEW else (None, None)
    return Agreement(names[a], names[b], sum(alike) / len(alike), low, high, len(alike))


def _similar_first(means: Floats) -> list[int]:
    """Return the numbers of the actors in the order of the leaves.

    Args:
        means: Positions, [actors, propositions], NaN if an actor takes no side.
    """
    if len(means) < 3:
        return list(range(len(means)))
    from scipy.cluster.hierarchy import leaves_list, linkage

    one, other = np.triu_indices(len(means), 1)
    apart = np.abs(means[one] - means[other]) / 2
    shared = (~np.isnan(apart)).sum(axis=1)
    mean = np.nansum(apart, axis=1) / np.maximum(shared, 1)
    average = float(mean[shared > 0].mean()) if shared.any() else 0.0
    distances = np.where(shared > 0, mean, average)
    order: list[int] = leaves_list(linkage(distances, "average", optimal_ordering=True)).tolist()
    return order
