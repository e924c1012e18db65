"""The answers in a review: given, taken back, decided on, and seen by whom they may be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from compare.errors import ReviewError
from compare.export import frames as tables
from compare.results.result import Stance
from compare.review.project import Project
from compare.review.rows import ANSWER, answer_of_row, checked_note
from compare.review.values import Answer, Event, MachineShown, Progress
from compare.review.writing import DECISION, PROJECT, Hand, Kept

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from compare.library.library import Library


_DIFFERENCES = (
    "FROM answers a JOIN answers b ON b.project = a.project AND b.place = a.place AND b.reader = 2 "
    "WHERE a.project = ? AND a.reader = 1 AND a.stance IS NOT b.stance"
)


class Review(Project):
    """One project; what readers may not see of each other, no call gives them."""

    # -- Reading ---------------------------------------------------------------------------------

    def progress(self, reader: str) -> Progress:
        """Return how far a reader is."""
        found = self._store.all(
            "SELECT count(*), count(stance) FROM answers WHERE project = ? AND reader = ?",
            (self.number, self.number_of(reader)),
        )
        seen, answered = found[0] if found else (0, 0)
        return Progress(answered, seen - answered, len(self))

    def next_place(self, reader: str) -> int | None:
        """Return the first place that a reader has not looked at; None: there is none left."""
        return (
            self._number(
                "SELECT min(place) FROM pairs p WHERE project = ? AND NOT EXISTS (SELECT 1 FROM "
                "answers a WHERE a.project = p.project AND a.reader = ? AND a.place = p.place)",
                self.number,
                self.number_of(reader),
            )
            or None
        )

    def answer_of(self, reader: str, place: int) -> Answer | None:
        """Return a reader's own answer to one pair, for that reader to see."""
        found = self._store.all(
            f"SELECT {ANSWER} FROM answers WHERE project = ? AND reader = ? AND place = ?",
            (self.number, self.number_of(reader), place),
        )
        return answer_of_row(found[0]) if found else None

    def answers(self, seen_by: str | None = None) -> dict[str, dict[int, Answer]]:
        """Return the answers of each reader by place, as far as they may be seen.

        All are once all readers have handed in; until then `seen_by` sees their own only, and
        nobody in particular (None) sees none.
        """
        own = None if seen_by is None else self.readers[self.number_of(seen_by) - 1]
        open_to_all = self.is_open
        return {
            reader: self._answers(number) if open_to_all or reader == own else {}
            for number, reader in enumerate(self.readers, start=1)
        }

    def decisions(self) -> dict[int, Answer]:
        """Return the decisions on pairs on which readers differ, by place."""
        return self._answers(DECISION)

    def _answers(self, number: int) -> dict[int, Answer]:
        rows = self._store.all(
            f"SELECT place, {ANSWER} FROM answers WHERE project = ? AND reader = ? ORDER BY place",
            (self.number, number),
        )
        return {place: answer_of_row(rest) for place, *rest in rows}

    def to_decide(self) -> list[int]:
        """Return the places on which the readers differ, decided or not.

        A pair that one of them skipped is among them; one that both skipped is not.

        Raises:
            ReviewError: A reader has not handed in.
        """
        self.must_be_open()
        rows = self._store.all(f"SELECT a.place {_DIFFERENCES} ORDER BY a.place", (self.number,))
        return [place for (place,) in rows]

    def must_be_open(self) -> None:
        """Raise ReviewError where a reader has not handed in."""
        done = self.handed_in
        if lacking := [reader for reader in self.readers if reader not in done]:
            raise ReviewError(
                f"The answers in the review {self.name!r} are shown once all readers have handed "
                f"in: {' and '.join(lacking)} {'has' if len(lacking) == 1 else 'have'} not yet."
            )

    def shows_machine(self, answered: bool) -> bool:
        """Tell whether a reader may see the machine's label of a pair now."""
        shown = self.settings.machine_shown
        return (
            shown is MachineShown.BEFORE
            or (shown is MachineShown.AFTER and answered)
            or self.is_open
        )

    def history(self, seen_by: str | None = None) -> list[Event]:
        """Return what happened, the oldest first, as far as it may be seen: see `answers`."""
        own = None if seen_by is None else self.number_of(seen_by)
        rows = self._store.all(
            "SELECT at, who, what, coalesce(p.id, ''), before, after, reader FROM events e "
            "LEFT JOIN pairs p ON p.project = e.project AND p.place = e.place "
            "WHERE e.project = ? ORDER BY n",
            (self.number,),
        )
        open_to_all = self.is_open
        return [
            Event(*row[:6])
            for row in rows
            if open_to_all or row[6] == own or row[2] in ("hand in", "codebook")
        ]

    def _repr_html_(self) -> str:
        """Return the first pairs side by side, for a notebook."""
        from compare.review.notebook import review_html

        return review_html(self)

    def to_pandas(self, library: Library | None = None, seen_by: str | None = None) -> pd.DataFrame:
        """Return the pairs with all that was said of them as a frame, one row a pair.

        The columns are those of the CSV (`compare.review.exporting.COLUMNS`); a number that there
        is none of is missing, and text is "".

        Args:
            library: Tells which statements were changed or removed since; None leaves it open.
            seen_by: As of `answers`.
        """
        import pandas as pd

        from compare.review.exporting import COLUMNS, NUMBERS, review_records

        rows = review_records(self, library=library, seen_by=seen_by)
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        return frame.assign(**{name: pd.to_numeric(frame[name]) for name in NUMBERS})

    def to_arrow(self, library: Library | None = None, seen_by: str | None = None) -> pa.Table:
        """Return the same as an Arrow table."""
        return tables.frame_to_arrow(self.to_pandas(library, seen_by))

    def to_polars(self, library: Library | None = None, seen_by: str | None = None) -> Any:
        """Return the same as a polars frame.

        Raises:
            ExportError: polars is not installed.
        """
        return tables.arrow_to_polars(self.to_arrow(library, seen_by))

    # -- Writing ---------------------------------------------------------------------------------

    def answer(
        self,
        reader: str,
        place: int,
        stance: Stance | None,
        confidence: int | None = None,
        note: str = "",
    ) -> Kept:
        """Keep a reader's answer to a pair; it is on the disk when this returns.

        Args:
            reader: Whose.
            place: Of the pair.
            stance: None skips the pair.
            confidence: 1 unsure, 2 fairly sure, 3 sure; None: not said.
            note: What the reader wants to be known of it.

        Raises:
            ReviewError: The reader has handed in, there is no such reader or pair, or the
                confidence is none.
        """
        with self._hand(reader) as hand:
            return hand.put(place, Answer(stance, confidence, checked_note(note)))

    def answer_many(self, reader: str, answers: Mapping[int, Answer]) -> int:
        """Keep many answers of a reader, as of a file, all or none.

        The history calls them imported. An answer that tells when it was given keeps that time.

        Returns:
            How many are new or other ones.
        """
        number = 0
        with self._hand(reader) as hand:
            hand.renew_format()
            for place, given in answers.items():
                there = hand.standing(place)
                if there is None or _told(there) != _told(given):
                    kept = Answer(*_told(given), at=given.at)
                    hand.put(place, kept, "import")
                    number += 1
        return number

    def undo(self, reader: str) -> Kept | None:
        """Take back a reader's last answer that stands; None: there is none.

        Raises:
            ReviewError: The reader has handed in.
        """
        with self._hand(reader) as hand:
            return hand.undo()

    def hand_in(self, reader: str) -> None:
        """Declare a reader done: their answers stand, and are shown once all have handed in.

        Raises:
            ReviewError: A pair was neither answered nor skipped.
        """
        with self._hand(reader) as hand:
            if left := self.progress(reader).left:
                raise ReviewError(
                    f"{left:,} of {len(self):,} pairs were neither answered nor skipped by "
                    f"{hand.who}: look at them, then hand in."
                )
            hand.hand_in()

    def decide(
        self,
        place: int,
        stance: Stance | None,
        by: str,
        confidence: int | None = None,
        note: str = "",
    ) -> Kept:
        """Decide a pair on which the readers differ; None: it cannot be judged.

        Raises:
            ReviewError: A reader has not handed in, the readers do not differ on the pair, or
                nobody is named.
        """
        who = _named(by, "decides")
        self.must_be_open()
        if not self._store.all(f"SELECT 1 {_DIFFERENCES} AND a.place = ?", (self.number, place)):
            raise ReviewError(f"The readers do not differ on pair {place}: nothing is to decide.")
        with self._store.writing() as database:
            hand = Hand(database, self.number, DECISION, who, len(self))
            given = Answer(stance, confidence, checked_note(note), who=who)
            return hand.put(place, given, "decision")

    def undo_decision(self, by: str) -> Kept | None:
        """Take back the last decision of one person that stands; None: there is none.

        Raises:
            ReviewError: Nobody is named.
        """
        who = _named(by, "decides")
        with self._store.writing() as database:
            return Hand(database, self.number, DECISION, who, len(self)).undo()

    def change_codebook(self, text: str, by: str) -> None:
        """Write another codebook; the history keeps the one before.

        Raises:
            ReviewError: All readers have handed in, or nobody is named.
        """
        who = _named(by, "changes the codebook")
        if self.is_open:
            raise ReviewError(
                f"All readers of the review {self.name!r} have handed in: the codebook that they "
                "went by stands; make another review for another one."
            )
        if text == self.codebook:
            return
        before, after = (json.dumps(of, ensure_ascii=False) for of in (self.codebook, text))
        with self._store.writing() as database:
            database.execute(
                "UPDATE projects SET codebook = ? WHERE project = ?", (text, self.number)
            )
            Hand(database, self.number, PROJECT, who).note("codebook", 0, before, after)

    @contextmanager
    def _hand(self, reader: str) -> Iterator[Hand]:
        """Give what writes for a reader who has not handed in, in a transaction."""
        number, places = self.number_of(reader), len(self)
        with self._store.writing() as database:
            hand = Hand(database, self.number, number, self.readers[number - 1], places)
            hand.must_not_be_done()
            yield hand


def _told(answer: Answer) -> tuple[Stance | None, int | None, str]:
    return answer.stance, answer.confidence, checked_note(answer.note)


def _named(by: str, does: str) -> str:
    who = " ".join(by.split())
    if not who:
        raise ReviewError(f"Nobody is named who {does}: give a name.")
    return who
