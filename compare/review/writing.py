"""The steps of one writing into a review, each within a transaction of its caller."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

from compare.errors import ReviewError
from compare.review.rows import (
    ANSWER,
    answer_from_json,
    answer_of_row,
    answer_to_json,
    now,
    removed,
)
from compare.review.store import FORMAT
from compare.review.values import CONFIDENCE, Answer

DECISION = 0
"""The number under which decisions on readers who differ are kept; readers count from 1."""

PROJECT = -1
"""The number under which events of the project itself are kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a writing did to a pair: what stood there and what stands there now."""

    place: int
    before: Answer | None
    after: Answer | None


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes into what.

    Attributes:
        number: Of the reader, `DECISION` or `PROJECT`.
        who: The name that the history keeps.
        places: Pairs of the project.
    """

    database: sqlite3.Connection
    project: int
    number: int
    who: str
    places: int = 0

    def renew_format(self) -> None:
        """Mark the file as one that a program of the format before would misread."""
        self.database.execute(f"PRAGMA user_version = {FORMAT}")

    def must_not_be_done(self) -> None:
        """Raise ReviewError where the reader has handed in."""
        row = self.database.execute(
            "SELECT handed_in FROM readers WHERE project = ? AND reader = ?",
            (self.project, self.number),
        ).fetchone()
        if row is None:
            raise removed()
        if row[0]:
            raise ReviewError(
                f"{self.who} has handed in, so the answers stand: decide the pairs on which the "
                "readers differ instead."
            )

    def standing(self, place: int) -> Answer | None:
        """Return what stands at a place."""
        row = self.database.execute(
            f"SELECT {ANSWER} FROM answers WHERE project = ? AND reader = ? AND place = ?",
            (self.project, self.number, place),
        ).fetchone()
        return answer_of_row(row) if row else None

    def put(self, place: int, given: Answer, what: str = "answer") -> Kept:
        """Write an answer and its line of history, which tells what was done.

        It was given now, unless it says when.
        """
        if given.confidence is not None and given.confidence not in CONFIDENCE:
            told = ", ".join(f"{value} {word}" for value, word in CONFIDENCE.items())
            raise ReviewError(f"{given.confidence!r} is no confidence: give one of {told}.")
        if not 1 <= place <= self.places:
            raise ReviewError(f"There is no pair {place}: they are numbered 1 to {self.places}.")
        before, given = self.standing(place), replace(given, at=given.at or now())
        self._store(place, given)
        self.note(what, place, answer_to_json(before), answer_to_json(given))
        return Kept(place, before, given)

    def undo(self) -> Kept | None:
        """Put back what stood before the last writing of one's own that still stands.

        None: there is no such. What somebody else has written over since does not stand.
        """
        found = self.database.execute(
            f"SELECT n, place, before FROM events e WHERE {_stands('e')} AND project = ? AND "
            "reader = ? AND who = ? COLLATE NOCASE AND NOT EXISTS (SELECT 1 FROM events l WHERE "
            "l.project = e.project AND l.reader = e.reader AND l.n > e.n AND l.place = e.place "
            f"AND {_stands('l')}) ORDER BY n DESC LIMIT 1",
            (self.project, self.number, self.who),
        ).fetchone()
        if found is None:
            return None
        n, place, text = found
        taken, back = self.standing(place), answer_from_json(text)
        self._store(place, back)
        what = "undo decision" if self.number == DECISION else "undo"
        self.note(what, place, answer_to_json(taken), text, undoes=n)
        return Kept(place, taken, back)

    def hand_in(self) -> None:
        """Note that the reader is done."""
        self.database.execute(
            "UPDATE readers SET handed_in = ? WHERE project = ? AND reader = ?",
            (now(), self.project, self.number),
        )
        self.note("hand in")

    def note(
        self,
        what: str,
        place: int = 0,
        before: str = "",
        after: str = "",
        undoes: int | None = None,
    ) -> None:
        """Add a line to the history."""
        row = (self.project, self.number, place, self.who, what, before, after, undoes, now())
        self.database.execute(
            "INSERT INTO events (project, reader, place, who, what, before, after, undoes, at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )

    def _store(self, place: int, given: Answer | None) -> None:
        key = (self.project, self.number, place)
        self.database.execute(
            "DELETE FROM answers WHERE project = ? AND reader = ? AND place = ?", key
        )
        if given is not None:
            stance = given.stance.value if given.stance else None
            self.database.execute(
                "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*key, stance, given.confidence, given.note, given.at, given.who),
            )


def _stands(event: str) -> str:
    """Return the condition that an event has written something which was not taken back."""
    return (
        f"{event}.what IN ('answer', 'import', 'decision') "
        f"AND NOT EXISTS (SELECT 1 FROM events u WHERE u.undoes = {event}.n)"
    )
