"""Create, list, open and delete the reviews beside a library."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from compare import __version__
from compare.errors import DamagedReviewError, ReviewError
from compare.models import CODEBOOK
from compare.review.drawing import PairSelection, in_reading_order
from compare.review.review import Review
from compare.review.store import (
    ReviewDatabase,
    ReviewStore,
    SqliteReviews,
    reviews_inside,
    store_of,
)
from compare.review.stored import encodable, hash_of, shown_name
from compare.review.values import (
    MachineShown,
    Order,
    ReviewPair,
    ReviewSettings,
    check_seed,
    checked_readers,
)
from compare.safe_text import checked_name

if TYPE_CHECKING:
    from typing import Self

    from compare.library.library import OpenLibrary

T = TypeVar("T")


class Reviews:
    """The reviews in one place."""

    def __init__(self, place: ReviewStore | Path | str, inside: ReviewStore | None = None) -> None:
        """Use a store, or the SQLite file at a path; the first review creates it.

        `inside` has further reviews, which can only be read.
        """
        self._store = SqliteReviews(Path(place)) if isinstance(place, str | Path) else place
        self._stores = (self._store, *([inside] if inside else []))

    @classmethod
    def of(cls, library: OpenLibrary | None = None) -> Self:
        """Return the reviews beside a library; see `compare.review.store.store_of`.

        A read-only library may bring reviews along, which can be read but not changed.
        """
        return cls(store_of(library), reviews_inside(library) if library else None)

    @property
    def location(self) -> str:
        """Return where they are: the path of a file, or the address of a database."""
        return self._store.location

    def create(
        self,
        name: str,
        selection: PairSelection,
        readers: Sequence[str],
        *,
        order: Order | str = Order.RANDOM,
        seed: int = 0,
        machine_shown: MachineShown | str = MachineShown.END,
        codebook: str = CODEBOOK,
        plan: str = "",
    ) -> Review:
        """Create a review and return it.

        Args:
            name: Unique among the reviews, ignoring case.
            selection: The pairs; the review keeps its own copy of them.
            readers: One name to ten.
            order: The order in which the pairs are read; `seed` is for a random order.
            machine_shown: When readers see the model's label.
            codebook: The readers' instructions.
            plan: The digest of the plan that it is made from.

        Raises:
            ReviewError: The name is taken, there are no pairs, two pairs have the same id, the
                readers' names are invalid, or the pairs lack what the order needs.
        """
        name, names = checked_name(name, "review", ReviewError), checked_readers(readers)
        if not selection.pairs:
            raise ReviewError("There are no pairs to review: choose others.")
        for given in (seed, selection.seed or 0):
            check_seed(given)
        order, machine_shown = Order(order), MachineShown(machine_shown)
        pairs = in_reading_order(selection.pairs, order, seed)
        for identity, number in Counter(pair.id for pair in pairs).items():
            if number > 1:
                raise ReviewError(f"Two pairs have the id {identity!r}: give each its own.")
        finished = frozenset[str]().union(*self.each(_finished_pairs)[0])
        settings = ReviewSettings(
            selection.choice,
            order,
            machine_shown,
            of=selection.pool,
            chosen_seed=selection.seed,
            order_seed=seed if order is Order.RANDOM else None,
            subject=selection.subject,
            left_out=selection.left_out,
            read_before=sum(pair.content_ids[0] in finished for pair in pairs),
            plan=plan,
            frame=selection.frame,
            **_origin(selection),
        )
        with self._store.writing() as database:
            if any(_key(stored) == _key(name) for _, _, stored in self._stored()):
                raise ReviewError(
                    f"There is already a review {name!r}: choose another name, or remove it."
                )
            _add_project(database, name, names, pairs, settings, codebook)
        return self.open(name)

    def open(self, name: str) -> Review:
        """Return the review with a name, ignoring case."""
        store, number, _ = self._found(name)
        return Review(store, number)

    def stored_name(self, name: str) -> str:
        """Return the name of a review as it is shown, of a damaged one, too."""
        return self._found(name)[2]

    def _stored(self) -> list[tuple[ReviewStore, int, str]]:
        """Return where all reviews are, their numbers and names, without reading them.

        The names are as messages show them.
        """
        return [
            (store, number, shown_name(stored))
            for store in self._stores
            for number, stored in store.all(
                "SELECT project, name FROM projects ORDER BY project DESC"
            )
        ]

    def _found(self, name: str) -> tuple[ReviewStore, int, str]:
        """Return where a review is, its number and its name, without reading it."""
        stored, wanted = self._stored(), _key(name)
        for entry in stored:
            if _key(entry[2]) == wanted:
                return entry
        there = ", ".join(shown for _, _, shown in stored) or "none"
        raise ReviewError(
            f"There is no review {name!r} in {self.location}: name an existing one ({there}), "
            "or create it."
        )

    def state(self) -> tuple[object, ...]:
        """Return what changes whenever a review is made, changed or deleted."""
        sql = "SELECT count(*), max(project), (SELECT max(n) FROM events) FROM projects"
        return tuple((store.location, *store.all(sql)) for store in self._stores)

    def all(self) -> list[Review]:
        """Return all reviews, newest first; those that a library brings along come last.

        Those that are damaged are left out; `each` tells of them.
        """
        return self.each(lambda review: review)[0]

    def each(self, read: Callable[[Review], T]) -> tuple[list[T], list[str]]:
        """Return what `read` returns of each review, in the order of `all`.

        The second list has a sentence for each review that is damaged, and therefore left out.
        """
        sql = "SELECT project FROM projects ORDER BY project DESC"
        values: list[T] = []
        damaged: list[str] = []
        for store in self._stores:
            for (number,) in store.all(sql):
                try:
                    values.append(read(Review(store, number)))
                except DamagedReviewError as error:
                    damaged.append(str(error))
        return values, damaged

    def finished_pairs(self) -> frozenset[str]:
        """Return the ids (`ReviewPair.content_ids`) of the pairs of all finished reviews.

        Raises:
            ReviewError: A review is damaged, so its pairs are not known.
        """
        ids, damaged = self.each(_finished_pairs)
        if damaged:
            raise DamagedReviewError(damaged[0])
        return frozenset[str]().union(*ids)

    def delete(self, name: str) -> None:
        """Remove a review for good, with its answers and history, even if it is damaged."""
        store, number, _ = self._found(name)
        with store.writing() as database:
            _remove_project(database, number)


def _finished_pairs(review: Review) -> frozenset[str]:
    """Return the ids of a review's pairs if it is finished."""
    pairs = review.pairs() if review.is_finished else ()
    return frozenset(identity for _, pair in pairs for identity in pair.content_ids)


def _origin(selection: PairSelection) -> dict[str, Any]:
    """Return the settings that describe the search or comparison the pairs come from."""
    origin: dict[str, Any] = {}
    if least := selection.thresholds:
        origin = {"least_probability": least.probability, "least_similarity": least.similarity}
    if made := selection.provenance:
        names = ("library_digest", "filters", "encoder", "encoder_digest", "stance_model")
        origin |= {name: getattr(made, name) for name in (*names, "stance_digest", "screening")}
        origin |= {"search_settings": made.settings, "searched_on": made.date}
    return origin


def _key(name: str) -> str:
    """Return what names of one review share."""
    return " ".join(name.split()).casefold()


# -- Rows ---------------------------------------------------------------------------------------


def _add_project(
    database: ReviewDatabase,
    name: str,
    readers: Sequence[str],
    pairs: Sequence[ReviewPair],
    settings: ReviewSettings,
    codebook: str,
) -> None:
    """Write a new review."""
    created = datetime.now(UTC).isoformat(timespec="seconds")
    project = database.execute(
        "INSERT INTO projects (name, codebook, settings, created, version) VALUES (?, ?, ?, ?, ?) "
        "RETURNING project",
        (name, codebook, json.dumps(settings.to_dict(), ensure_ascii=False), created, __version__),
    ).fetchone()[0]
    for row in [(project, number, reader) for number, reader in enumerate(readers, start=1)]:
        database.execute("INSERT INTO readers VALUES (?, ?, ?, NULL)", row)
    # Many pairs may share one statement object: hash each only once.
    statements = {id(s): s for pair in pairs for s in (pair.a.statement, pair.b.statement)}
    texts = {key: encodable(statement.to_json()) for key, statement in statements.items()}
    hashes = {key: hash_of(text) for key, text in texts.items()}
    for key, statement in statements.items():
        database.execute(
            "INSERT INTO statements VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (hashes[key], encodable(statement.id), texts[key]),
        )
    for place, pair in enumerate(pairs, start=1):
        values = (
            *(project, place, pair.id),
            *(hashes[id(pair.a.statement)], pair.a.passage.start, pair.a.passage.end),
            *(hashes[id(pair.b.statement)], pair.b.passage.start, pair.b.passage.end),
            pair.machine,
            *(astuple(pair.probabilities) if pair.probabilities else (None, None, None)),
            *(pair.label_source, pair.similarity, pair.divergence),
            *(pair.topic, pair.stratum, pair.weight),
        )
        database.execute(f"INSERT INTO pairs VALUES ({', '.join('?' * len(values))})", values)


def _remove_project(database: ReviewDatabase, project: int) -> None:
    """Remove a review with its answers, its history and statements that no other review uses."""
    for table in ("projects", "readers", "pairs", "answers", "events"):
        database.execute(f"DELETE FROM {table} WHERE project = ?", (project,))
    database.execute(
        "DELETE FROM statements WHERE hash NOT IN "
        "(SELECT a_hash FROM pairs UNION SELECT b_hash FROM pairs)"
    )
