"""The review projects beside a library: made, listed, opened and removed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.errors import ReviewError
from compare.review.answers import Review
from compare.review.codebook import CODEBOOK
from compare.review.drawing import Drawn, ordered, pair_id
from compare.review.store import FORMAT, ReviewStore, reviews_file
from compare.review.values import MachineShown, Order, ReviewPair, Settings, one_of
from compare.statements.statement import Statement

if TYPE_CHECKING:
    from typing import Self

    from compare.library.library import Library

MOST_READERS = 2
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A project in the list.

    Attributes:
        answered: Pairs that each reader has looked at, skipped ones included.
        handed_in: Readers who are done.
    """

    name: str
    pairs: int
    readers: tuple[str, ...]
    answered: tuple[int, ...]
    handed_in: tuple[str, ...]
    created: str
    subject: str


class Reviews:
    """The projects in one file."""

    def __init__(self, path: Path | str) -> None:
        """Name the file, which is made with the first project."""
        self._store = ReviewStore(Path(path))

    @classmethod
    def of(cls, library: Library | None = None) -> Self:
        """Return the projects beside a library; see `reviews_file`."""
        return cls(reviews_file(library.folder if library else None))

    @property
    def path(self) -> Path:
        """Return the file."""
        return self._store.path

    def create(
        self,
        name: str,
        drawn: Drawn,
        readers: Sequence[str],
        *,
        order: Order | str = Order.RANDOM,
        seed: int = 0,
        machine_shown: MachineShown | str = MachineShown.AFTER,
        codebook: str = CODEBOOK,
    ) -> Review:
        """Make a project and return it.

        Args:
            name: Not that of another project, whatever its capitals.
            drawn: The pairs, which are kept whole: no later change of the library changes them.
            readers: One or two names.
            order: In which order the pairs are read.
            seed: Of the order, where it is random.
            machine_shown: When readers see the machine's label.
            codebook: What readers go by.

        Raises:
            ReviewError: The name is taken, there is no pair, two pairs have one id, the readers
                are none or more than two or of one name, or the order cannot be made.
        """
        name, names = _name(name, "project"), [_name(reader, "reader") for reader in readers]
        if not 1 <= len(names) <= MOST_READERS:
            raise ReviewError(f"A review has one or two readers, not {len(names)}: name them.")
        if len({reader.casefold() for reader in names}) < len(names):
            raise ReviewError(f"Both readers are called {names[0]!r}: give them different names.")
        if not drawn.pairs:
            raise ReviewError("There is no pair to review: choose others.")
        order, machine_shown = one_of(Order, order), one_of(MachineShown, machine_shown)
        pairs = ordered(drawn.pairs, order, seed)
        finished = self.finished_pairs()
        settings = Settings(
            drawn.choice,
            order,
            machine_shown,
            drawn.of,
            drawn.seed,
            seed if order is Order.RANDOM else None,
            drawn.subject,
            left_out=drawn.left_out,
            read_before=sum(
                pair_id(pair.a, pair.a_passage, pair.b, pair.b_passage) in finished
                for pair in pairs
            ),
            **_source(drawn),
        )
        with self._store.writing() as database:
            project = _add_project(database, name, codebook, settings)
            database.executemany(
                "INSERT INTO readers VALUES (?, ?, ?, NULL)",
                [(project, number, reader) for number, reader in enumerate(names, start=1)],
            )
            _add_pairs(database, project, pairs)
        return self.open(name)

    def open(self, name: str) -> Review:
        """Return a project by its name, whatever its capitals.

        Raises:
            ReviewError: There is none.
        """
        found = self._store.all(
            "SELECT project FROM projects WHERE name = ?", (" ".join(name.split()),)
        )
        if not found:
            there = ", ".join(entry.name for entry in self.listed()) or "none"
            raise ReviewError(
                f"There is no review {name!r} in {self.path}: name one of those there ({there}), "
                "or make it."
            )
        return Review(self._store, found[0][0])

    def finished_pairs(self) -> frozenset[str]:
        """Return the ids of the pairs of all reviews whose readers have handed in.

        They are made of what a pair holds, whichever side was a, and whatever a file called it.
        """
        return frozenset(
            identity
            for entry in self.listed()
            if len(entry.handed_in) == len(entry.readers)
            for _, pair in self.open(entry.name).pairs()
            for identity in (
                pair_id(pair.a, pair.a_passage, pair.b, pair.b_passage),
                pair_id(pair.b, pair.b_passage, pair.a, pair.a_passage),
            )
        )

    def listed(self) -> list[Listed]:
        """Return the projects, the newest first."""
        rows = self._store.all(
            "SELECT project, name, settings, created, "
            "(SELECT count(*) FROM pairs WHERE pairs.project = projects.project) "
            "FROM projects ORDER BY project DESC"
        )
        found = []
        for project, name, settings, created, pairs in rows:
            readers = self._store.all(
                "SELECT name, handed_in, (SELECT count(*) FROM answers a WHERE "
                "a.project = r.project AND a.reader = r.reader) FROM readers r "
                "WHERE project = ? ORDER BY reader",
                (project,),
            )
            found.append(
                Listed(
                    name,
                    pairs,
                    tuple(reader for reader, _, _ in readers),
                    tuple(answered for _, _, answered in readers),
                    tuple(reader for reader, handed_in, _ in readers if handed_in),
                    created,
                    Settings.from_json(settings).subject,
                )
            )
        return found

    def delete(self, name: str) -> None:
        """Remove a project for good, with its answers and its history.

        Raises:
            ReviewError: There is none.
        """
        project = self.open(name).number
        with self._store.writing() as database:
            database.execute("DELETE FROM projects WHERE project = ?", (project,))
            for table in ("readers", "pairs", "answers", "events"):
                database.execute(f"DELETE FROM {table} WHERE project = ?", (project,))
            database.execute(
                "DELETE FROM statements WHERE hash NOT IN "
                "(SELECT a_hash FROM pairs UNION SELECT b_hash FROM pairs)"
            )


def _source(drawn: Drawn) -> dict[str, Any]:
    """Return those of a review's settings that come with what its pairs were drawn from."""
    made, least, found = drawn.provenance, drawn.thresholds, dict[str, Any]()
    if least is not None:
        found = {"least_probability": least.probability, "least_similarity": least.similarity}
    if made is not None:
        names = ("library_digest", "filters", "encoder", "encoder_digest", "stance_model")
        found |= {name: getattr(made, name) for name in (*names, "stance_digest", "screening")}
        found |= {"search_settings": made.settings, "searched_on": made.date}
    return found


def _name(given: str, what: str) -> str:
    name = " ".join(given.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ReviewError(
            f"{given[:_LONGEST_NAME]!r} is no name of a {what}: write 1 to {_LONGEST_NAME} "
            "visible characters."
        )
    return name


def _add_project(database: sqlite3.Connection, name: str, codebook: str, settings: Settings) -> int:
    from compare import __version__

    if database.execute("SELECT 1 FROM projects WHERE name = ?", (name,)).fetchone():
        raise ReviewError(f"There is a review {name!r} already: choose another name, or remove it.")
    database.execute(
        f"PRAGMA user_version = {FORMAT}"
    )  # of an older file, which has no such settings
    created = datetime.now(UTC).isoformat(timespec="seconds")
    row = (name, codebook, settings.to_json(), created, __version__)
    added = database.execute(
        "INSERT INTO projects (name, codebook, settings, created, version) VALUES (?, ?, ?, ?, ?)",
        row,
    )
    return int(added.lastrowid or 0)


def _add_pairs(database: sqlite3.Connection, project: int, pairs: Sequence[ReviewPair]) -> None:
    seen: set[str] = set()
    for pair in pairs:
        if pair.id in seen:
            raise ReviewError(f"Two pairs have the id {pair.id!r}: give each its own.")
        seen.add(pair.id)
    hashes: dict[int, str] = {}
    database.executemany(
        "INSERT OR IGNORE INTO statements VALUES (?, ?, ?)", _statements(pairs, hashes)
    )
    marks = ", ".join("?" * 19)
    database.executemany(
        f"INSERT INTO pairs VALUES ({marks})",
        (_row(project, place, pair, hashes) for place, pair in enumerate(pairs, start=1)),
    )


def _statements(
    pairs: Sequence[ReviewPair], hashes: dict[int, str]
) -> Iterator[tuple[str, str, str]]:
    """Yield each statement once; `hashes` keeps the content hash of each object."""
    for pair in pairs:
        for statement in (pair.a, pair.b):
            if id(statement) not in hashes:
                hashes[id(statement)] = statement.content_hash
                yield hashes[id(statement)], statement.id, _as_text(statement)


def _as_text(statement: Statement) -> str:
    return statement.to_json().encode("utf-8", "replace").decode()


def _row(project: int, place: int, pair: ReviewPair, hashes: dict[int, str]) -> tuple[object, ...]:
    odds = pair.probabilities
    return (
        project,
        place,
        pair.id,
        hashes[id(pair.a)],
        pair.a_passage.start,
        pair.a_passage.end,
        hashes[id(pair.b)],
        pair.b_passage.start,
        pair.b_passage.end,
        pair.machine.value if pair.machine else None,
        *((odds.agree, odds.oppose, odds.neither) if odds else (None, None, None)),
        pair.label_source,
        pair.similarity,
        pair.divergence,
        pair.topic,
        pair.stratum,
        pair.weight,
    )
