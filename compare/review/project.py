"""A review project: what it is, its readers and its pairs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from compare.errors import ReviewError
from compare.review.rows import JOINED, PAIR, pair_of_row, removed
from compare.review.store import ReviewStore
from compare.review.values import ReviewPair, Settings


class Project:
    """What of a project does not depend on who looks; `Review` has the answers, too.

    Every call reads the file anew, so any number of programs may have it open at once. Pairs are
    named by their place in the order of reading, from 1.
    """

    def __init__(self, store: ReviewStore, number: int) -> None:
        """Name the project; use `Reviews.create` or `Reviews.open`."""
        self._store, self.number = store, number

    # -- What it is ------------------------------------------------------------------------------

    def _project(self, column: str) -> str:
        found = self._store.all(f"SELECT {column} FROM projects WHERE project = ?", (self.number,))
        if not found:
            raise removed()
        return str(found[0][0])

    @cached_property
    def name(self) -> str:
        """Return the name."""
        return self._project("name")

    @cached_property
    def settings(self) -> Settings:
        """Return how the project was made; that never changes."""
        return Settings.from_json(self._project("settings"))

    @cached_property
    def created(self) -> str:
        """Return when it was made (ISO 8601, UTC)."""
        return self._project("created")

    @cached_property
    def version(self) -> str:
        """Return the version of the program that made it."""
        return self._project("version")

    @property
    def codebook(self) -> str:
        """Return what readers go by, as it is now."""
        return self._project("codebook")

    @property
    def codebook_changes(self) -> tuple[tuple[str, str], ...]:
        """Return when (ISO 8601, UTC) and by whom the codebook was changed after an answer."""
        found = self._store.all(
            "SELECT at, who FROM events WHERE project = ? AND what = 'codebook' AND n > (SELECT "
            "min(n) FROM events WHERE project = ? AND what IN ('answer', 'import')) ORDER BY n",
            (self.number, self.number),
        )
        return tuple((at, who) for at, who in found)

    @cached_property
    def readers(self) -> tuple[str, ...]:
        """Return the names of the readers."""
        found = self._store.all(
            "SELECT name FROM readers WHERE project = ? ORDER BY reader", (self.number,)
        )
        return tuple(name for (name,) in found)

    @property
    def handed_in(self) -> tuple[str, ...]:
        """Return the readers who are done."""
        found = self._store.all(
            "SELECT name FROM readers WHERE project = ? AND handed_in IS NOT NULL ORDER BY reader",
            (self.number,),
        )
        return tuple(name for (name,) in found)

    @property
    def is_open(self) -> bool:
        """Tell whether all readers are done, so that all may see all answers."""
        return len(self.handed_in) == len(self.readers)

    @cached_property
    def _places(self) -> int:
        return int(self._number("SELECT count(*) FROM pairs WHERE project = ?", self.number))

    def __len__(self) -> int:
        """Return the number of pairs."""
        return self._places

    def _number(self, sql: str, *parameters: Any) -> int:
        found = self._store.all(sql, parameters)
        return int(found[0][0] or 0) if found else 0

    def number_of(self, reader: str) -> int:
        """Return the number of a reader, whatever the capitals of the name.

        Raises:
            ReviewError: There is no such reader.
        """
        names = [name.casefold() for name in self.readers]
        if " ".join(reader.split()).casefold() in names:
            return names.index(" ".join(reader.split()).casefold()) + 1
        raise ReviewError(
            f"{reader!r} reads nothing in the review {self.name!r}: name one of its readers "
            f"({', '.join(self.readers)})."
        )

    # -- Pairs -----------------------------------------------------------------------------------

    def pair(self, place: int) -> ReviewPair:
        """Return the pair at a place.

        Raises:
            ReviewError: There is none.
        """
        found = self._store.all(
            f"SELECT {PAIR} FROM {JOINED} WHERE project = ? AND place = ?", (self.number, place)
        )
        if not found:
            raise ReviewError(
                f"There is no pair {place} in the review {self.name!r}: they are numbered 1 to "
                f"{len(self)}."
            )
        return pair_of_row(found[0])

    def pairs(self) -> Iterator[tuple[int, ReviewPair]]:
        """Read place and pair of all, in the order of reading, a few at a time."""
        last, size = 0, 1000
        while rows := self._store.all(
            f"SELECT {PAIR} FROM {JOINED} WHERE project = ? AND place > ? ORDER BY place LIMIT ?",
            (self.number, last, size),
        ):
            for row in rows:
                yield row[0], pair_of_row(row)
            last = rows[-1][0]

    def place_of(self, pair_id: str) -> int:
        """Return the place of the pair with an id.

        Raises:
            ReviewError: There is none.
        """
        found = self._store.all(
            "SELECT place FROM pairs WHERE project = ? AND id = ?", (self.number, pair_id)
        )
        if not found:
            raise ReviewError(
                f"There is no pair {pair_id!r} in the review {self.name!r}: an export of it lists "
                "the ids."
            )
        return int(found[0][0])
