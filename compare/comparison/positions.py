"""Where countries or speakers stand on a proposition, by the verdicts on what they said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from compare.comparison.counts import NOT_A_SAMPLE
from compare.comparison.read_actors import pairs_of_actors, read_actors_passages
from compare.comparison.retrieval import (
    MOST_PER_ACTOR,
    nearest_per_actor,
    with_readable_languages,
)
from compare.errors import QueryError
from compare.library.actors import Actors
from compare.library.filters import Filters
from compare.results.positions import Actor, Positions
from compare.results.provenance import filters_in_force, provenance
from compare.results.result import Thresholds
from compare.statements.languages import language_of
from compare.statements.passages import split_quote
from compare.statements.quotes import clean_quote

if TYPE_CHECKING:
    from compare.library.index.base import Rows, Selection
    from compare.library.library import Library
    from compare.models.protocols import StanceModel
    from compare.progress import Progress


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
    journal_folder: Path | None = None,
) -> Positions:
    """Place every party in the filter between opposed to a proposition and agreeing with it.

    The passages nearest to the proposition are taken within each party, so that who says little is
    not crowded out, and read with it by the stance model; of a cascade the fast model reads all and
    the accurate one again what decides a place. Scores are kept in the cache: a run that was
    stopped goes on where it was.

    Args:
        library: Whose statements.
        proposition: One claim or demand, as a sentence.
        by: Parties are countries ("country") or speakers ("speaker"). A statement of several
            countries counts for each of them.
        filters: Which statements. Countries or speakers that are named are the only parties.
        stance_model: The shipped one where None, as adapted to the library where it is.
        thresholds: From which probability a passage takes a side, and the least cosine at which one
            is read; see `Positions.rethreshold`.
        most_each: Passages of a party that are read at most, half as many more by their words.
        seed: Of the intervals.
        on_progress: Told of passages read, those read twice counted twice.
        journal_folder: Where scores are kept and taken from; in the cache where None.

    Raises:
        QueryError: The proposition is empty or too long, `by` is something else, or the filters
            leave no party.
        ModelError: A model is missing or not the library's.
    """
    text, filters = clean_quote(proposition), filters or Filters()
    model = stance_model or library.stance_model()
    readable_ones, notes = with_readable_languages(library.store, filters, model.languages)
    within = library.store.select(readable_ones)
    names = library.store.actors(by)
    counts = _statement_counts(library, names, by, within, filters)
    if not counts.any():
        raise QueryError(
            f"No {by} can be placed: no statement that is left has one. Loosen the filters."
        )
    least = thresholds or Thresholds()
    near, similar = nearest_per_actor(
        library, text, by, least=least.similarity, most_each=most_each, within=within
    )
    near = near.take(counts[near.actor] > 0)
    read = read_actors_passages(library, text, near, model, on_progress, journal_folder)
    found = pairs_of_actors(library, names, near, read, text, by, within)
    actors = tuple(
        Actor(actor.key, actor.name, count, int(similar[n]), tuple(found.get(n, ())))
        for n, (actor, count) in enumerate(zip(names, counts.tolist(), strict=True))
        if count
    )
    settings = {"by": by, "most_each": most_each, "least_similarity": least.similarity}
    return Positions(
        text,
        by,
        actors,
        least,
        provenance(library, model, filters_in_force(readable_ones), {**settings, "seed": seed}),
        seed,
        (*_about_the_proposition(text), *notes, *_about_reading(actors), NOT_A_SAMPLE),
    )


def _about_the_proposition(text: str) -> list[str]:
    notes = []
    if (language := language_of(text)) != "en":
        notes.append(
            f"The proposition does not look English (detected: {language}). The stance model reads "
            "English: take these places as guesses, or give a translation."
        )
    if (sentences := len(split_quote(text))) > 1:
        notes.append(
            f"The proposition has {sentences} sentences and is read as one: of a single claim the "
            "places are clearer."
        )
    return notes


def _about_reading(actors: Sequence[Actor]) -> list[str]:
    more = [actor for actor in actors if actor.near > len(actor.read)]
    if not more:
        return []
    most = max(more, key=lambda actor: actor.near)
    who = "1 party has" if len(more) == 1 else f"{len(more):,} parties have"
    return [
        f"{who} more passages near the proposition than were read, the nearest: of "
        f"{most.name} {len(most.read):,} of {most.near:,}."
    ]


def _statement_counts(
    library: Library, actors: Actors, by: str, within: Selection, filters: Filters
) -> Rows:
    """Return how many selected statements with words each actor has, int64 [actors]; 0 for others.

    Who only spoke together with the actors that the filters name is not meant.
    """
    counts = library.store.statement_counts(by, within)
    if names := filters.countries if by == "country" else filters.speakers:
        counts[np.setdiff1d(np.arange(len(counts)), actors.named(names))] = 0
    return counts
