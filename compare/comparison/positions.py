"""Where countries or speakers stand on a proposition, by the verdicts on what they said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compare.comparison.counts import NOT_A_SAMPLE
from compare.comparison.near_actors import MOST_EACH, NearParties, near_each_party
from compare.comparison.read_actors import pairs_of_parties, read_parties_passages
from compare.comparison.search import readable
from compare.errors import QueryError
from compare.library.actors import Parties
from compare.library.filters import Filters
from compare.models.calibration import library_model
from compare.results.positions import Actor, Positions
from compare.results.provenance import filters_in_force, provenance
from compare.results.result import Thresholds
from compare.statements.languages import language_of
from compare.statements.passages import split_quote
from compare.statements.quotes import clean_quote

if TYPE_CHECKING:
    from compare.library.index.faiss import Rows
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
    most_each: int = MOST_EACH,
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
    readable_ones, notes = readable(library, filters)
    allowed = library.allowed(readable_ones)
    parties = library.parties(by)
    counts = _statements_of(library, parties, allowed, _named(parties, by, filters))
    if not counts.any():
        raise QueryError(
            f"No {by} can be placed: no statement that is left has one. Loosen the filters."
        )
    least = thresholds or Thresholds()
    near = near_each_party(
        library, text, parties, least=least.similarity, most_each=most_each, allowed=allowed
    )
    near = _only(near, counts[near.party] > 0)
    model = stance_model or library_model(library.folder)
    read = read_parties_passages(library, text, near, model, on_progress, journal_folder)
    found = pairs_of_parties(library, parties, near, read, text, by, allowed)
    actors = tuple(
        Actor(parties.keys[n], parties.names[n], count, int(near.found[n]), tuple(found.get(n, ())))
        for n, count in enumerate(counts.tolist())
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


# -- Parties -------------------------------------------------------------------------------------


def _named(parties: Parties, by: str, filters: Filters) -> Rows | None:
    """Return the parties that the filters name; who only spoke together with them is not meant."""
    names = filters.countries if by == "country" else filters.speakers
    return parties.called(names) if names else None


def _statements_of(
    library: Library, parties: Parties, allowed: Rows | None, named: Rows | None
) -> Rows:
    """Return how many statements with words each party has, int64 [parties]; 0 for others."""
    whose = library.whose.statement
    _, party = parties.of(np.unique(whose if allowed is None else whose[allowed]).astype(np.int64))
    counts = np.bincount(party, minlength=len(parties.keys))
    if named is not None:
        counts[np.setdiff1d(np.arange(len(counts)), named)] = 0
    return counts


def _only(near: NearParties, kept: NDArray[np.bool_]) -> NearParties:
    return NearParties(near.row[kept], near.party[kept], near.similarity[kept], near.found)
