"""One review: its pairs, its readers and their answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from compare.errors import ReviewError
from compare.export import frames
from compare.results import Stance
from compare.review.exporting import is_number, review_html, review_rows
from compare.review.store import ReviewStore
from compare.review.stored import DECISION, PROJECT, ReviewWriter, StoredReview, validated
from compare.review.values import (
    Answer,
    AnswerChange,
    Event,
    MachineShown,
    ReaderProgress,
    ReviewPair,
    StatementState,
)
from compare.safe_text import checked_name
from compare.statements import Statement

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from compare.library.library import OpenLibrary


class Review:
    """One review of pairs by one reader or more.

    Each call reads the file again, so any number of programs may have it open. Pairs are numbered
    by their place in the reading order, from 1. Readers cannot see each other's answers before all
    have handed in: figures, differences and decisions raise ReviewError until then. Unknown readers
    and pairs raise it, too, and so does whatever was changed or damaged since it was written.

    Attributes:
        store: Where it is kept.
        number: Its number there.
        name: Unique in the file.
        settings: How it was made.
        created: When it was made (ISO 8601, UTC), by `version` of the program.
        readers: The readers' names.
    """

    def __init__(self, store: ReviewStore, number: int) -> None:
        """Read what never changes; callers use `Reviews.create` or `Reviews.open`."""
        self.store, self.number = store, number
        self._stored = stored = StoredReview(store, number)
        self.name, self.settings, self.readers = stored.name, stored.settings, stored.readers
        self.created, self.version = stored.created, stored.version

    def __len__(self) -> int:
        """Return the number of pairs."""
        return self._stored.size

    @property
    def codebook(self) -> str:
        """Return the current codebook."""
        return self._stored.codebook()

    @property
    def codebook_changes(self) -> list[tuple[str, str]]:
        """Return the time (ISO 8601, UTC) and author of each codebook change after an answer."""
        events = [event for _, event in self._stored.events()]
        answered = [event.what in ("answer", "import") for event in events]
        first = answered.index(True) if any(answered) else len(events)
        return [(event.at, event.who) for event in events[first:] if event.what == "codebook"]

    def reader_number(self, reader: str) -> int:
        """Return a reader's number, from 1; case does not matter."""
        names = [name.casefold() for name in self.readers]
        if (name := " ".join(reader.split()).casefold()) not in names:
            raise ReviewError(
                f"{reader!r} is not a reader of the review {self.name!r}: name one of its readers "
                f"({', '.join(self.readers)})."
            )
        return names.index(name) + 1

    # -- Pairs -----------------------------------------------------------------------------------

    def pair(self, place: int) -> ReviewPair:
        """Return the pair at a place."""
        self._require_place(place)
        return self._stored.pair(place)

    def _require_place(self, place: int) -> None:
        if not 1 <= place <= len(self):
            raise ReviewError(
                f"There is no pair {place} in the review {self.name!r}: pairs are numbered 1 "
                f"to {len(self)}."
            )

    def pairs(self) -> Iterator[tuple[int, ReviewPair]]:
        """Return place and pair in reading order."""
        return self._stored.pairs()

    def place_of(self, pair_id: str) -> int:
        """Return the place of the pair with an id."""
        sql = "SELECT place FROM pairs WHERE project = ? AND id = ?"
        rows = self._stored.all(sql, pair_id)
        if not rows:
            raise ReviewError(
                f"There is no pair {pair_id!r} in the review {self.name!r}: an export lists them."
            )
        (place,) = rows[0]
        if self.pair(place).id != pair_id:
            self._stored.refuse(f"pair {place}", f"it is found under the id {pair_id!r}")
        return int(place)

    def statement_states(
        self, library: OpenLibrary, pairs: Sequence[ReviewPair]
    ) -> list[tuple[StatementState, StatementState]]:
        """Return the state of both statements of each pair in the library as it is now."""
        ids = {side.statement.id for pair in pairs for side in (pair.a, pair.b)}
        same = library.digest == self.settings.library_digest
        now = {} if same else library.store.statements(ids)  # an unchanged library needs no look-up

        def state(old: Statement) -> StatementState:
            if same or not old.id:
                return StatementState.UNCHANGED
            if (new := now.get(old.id)) is None:
                return StatementState.GONE
            # The readers and the model saw only these.
            seen = [
                (one.text, one.translation, one.context, one.countries, one.date)
                for one in (old, new)
            ]
            return StatementState.UNCHANGED if seen[0] == seen[1] else StatementState.CHANGED

        return [(state(pair.a.statement), state(pair.b.statement)) for pair in pairs]

    # -- Readers ---------------------------------------------------------------------------------

    @property
    def handed_in(self) -> tuple[str, ...]:
        """Return the readers who have handed in."""
        return tuple(reader for reader, is_done in self._stored.handed_in().items() if is_done)

    @property
    def still_reading(self) -> tuple[str, ...]:
        """Return the readers who have not handed in."""
        done = self.handed_in
        return tuple(reader for reader in self.readers if reader not in done)

    @property
    def is_finished(self) -> bool:
        """Tell whether all readers have handed in; from then on everybody sees all answers."""
        return not self.still_reading

    def require_finished(self) -> None:
        """Raise ReviewError unless all readers have handed in."""
        if waiting := self.still_reading:
            raise ReviewError(
                f"The answers in the review {self.name!r} are shown once all readers have handed "
                f"in: {' and '.join(waiting)} {'has' if len(waiting) == 1 else 'have'} not yet."
            )

    def shows_machine(self, answered: bool) -> bool:
        """Tell whether a reader who has or has not answered a pair may see the model's label.

        At the end all may: once all readers have handed in, and every difference is decided.
        """
        shown = self.settings.machine_shown
        return (
            shown is MachineShown.BEFORE
            or (shown is MachineShown.AFTER and answered)
            or (self.is_finished and len(self.decisions()) == len(self.differences()))
        )

    def progress(self, reader: str) -> ReaderProgress:
        """Return how many pairs a reader has answered and skipped, without checking the answers."""
        answered, given = self._stored.one(
            "SELECT count(stance), count(*) FROM answers a JOIN pairs p ON p.project = a.project "
            "AND p.place = a.place WHERE a.project = ? AND reader = ?",
            self.reader_number(reader),
        )
        return ReaderProgress(answered, given - answered, len(self))

    def next_place(self, reader: str) -> int | None:
        """Return the first place without a reader's answer, unchecked; None if none is left."""
        (place,) = self._stored.one(
            "SELECT min(place) FROM pairs p WHERE project = ? AND NOT EXISTS (SELECT 1 FROM "
            "answers a WHERE a.project = p.project AND a.place = p.place AND reader = ?)",
            self.reader_number(reader),
        )
        return None if place is None else int(place)

    def check_answers(self) -> None:
        """Raise ReviewError if any answer or decision is not what the history ends in."""
        for number in range(len(self.readers) + 1):
            self._stored.answers(number)

    # -- Answers ---------------------------------------------------------------------------------

    def answer_of(self, reader: str, place: int) -> Answer | None:
        """Return a reader's answer to one pair, to be shown only to that reader."""
        return self._stored.answers(self.reader_number(reader), place).get(place)

    def answers(self, seen_by: str | None = None) -> dict[str, dict[int, Answer]]:
        """Return the visible answers of each reader by place.

        Once all readers have handed in, all answers are visible. Until then `seen_by` sees only
        their own, and None sees none.
        """
        visible = self._visible(seen_by)
        return {
            reader: self._stored.answers(number) if number in visible else {}
            for number, reader in enumerate(self.readers, start=1)
        }

    def _visible(self, seen_by: str | None) -> set[int]:
        """Return the numbers of the readers whose answers may be shown, `DECISION` included."""
        own = set() if seen_by is None else {self.reader_number(seen_by)}
        return {DECISION, *range(1, len(self.readers) + 1)} if self.is_finished else own

    def decisions(self) -> dict[int, Answer]:
        """Return the decisions on pairs on which readers differ, by place."""
        return self._stored.answers(DECISION)

    def differences(self) -> list[int]:
        """Return the places on which the readers differ, decided or not.

        A pair that only some of them skipped counts as a difference; one that all skipped does not.
        """
        self.require_finished()
        first, *others = self.answers().values()
        return [
            place
            for place, answer in first.items()
            if any(own[place].stance is not answer.stance for own in others)
        ]

    def final_labels(self) -> dict[int, Stance | None]:
        """Return the final labels by place: the readers' if they agree, else the decision.

        The label is None if the pair cannot be judged. Pairs still to be decided are missing.
        """
        differ, decisions = set(self.differences()), self.decisions()
        answers = self.answers()[self.readers[0]]
        return {
            place: (decisions if place in differ else answers)[place].stance
            for place in answers
            if place not in differ or place in decisions
        }

    def first_answers(self, seen_by: str | None = None) -> dict[str, dict[str, Answer]]:
        """Return each reader's first answer by the pair's id, if visible to `seen_by`."""
        first: dict[str, dict[str, Answer]] = {reader: {} for reader in self.readers}
        for event in self.history(seen_by):
            # An answer that was undone counts: the model's label may have been shown after it.
            if event.what in ("answer", "import"):
                answer = self._stored.answer_from_json("the history", event.after)
                if answer is not None:
                    first[event.who].setdefault(event.pair, answer)
        return first

    def changed_after_label(self) -> dict[str, set[int]]:
        """Return the places where each reader changed their label after seeing the model's.

        The sets are empty unless the model's label is shown after each answer.
        """
        self.require_finished()
        places: dict[str, set[int]] = {reader: set() for reader in self.readers}
        if self.settings.machine_shown is not MachineShown.AFTER:
            return places
        first, answers = self.first_answers(), self.answers()
        # Answers that were imported were given elsewhere, where no label was shown.
        here = {(event.who, event.pair) for event in self.history() if event.what == "answer"}
        for place, pair in self.pairs():
            for reader, own in answers.items():
                changed = own[place].stance is not first[reader][pair.id].stance
                if pair.machine and changed and (reader, pair.id) in here:
                    places[reader].add(place)
        return places

    def history(self, seen_by: str | None = None) -> list[Event]:
        """Return the visible events, oldest first; see `answers`."""
        visible = self._visible(seen_by)
        return [
            event
            for number, event in self._stored.events()
            if number in visible or event.what in ("hand in", "codebook")
        ]

    # -- Tables ----------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        return review_html(self)

    def to_pandas(
        self, library: OpenLibrary | None = None, seen_by: str | None = None
    ) -> pd.DataFrame:
        """Return one row per pair, with the columns of an export.

        Missing numbers are NaN, missing texts "".

        Args:
            library: Supplies which statements have changed or gone since.
            seen_by: See `answers`.
        """
        import pandas as pd

        rows = review_rows(self, library=library, seen_by=seen_by)
        frame = pd.DataFrame(rows)
        return frame.assign(
            **{name: pd.to_numeric(frame[name]) for name in filter(is_number, rows[0])}
        )

    def to_arrow(self, library: OpenLibrary | None = None, seen_by: str | None = None) -> pa.Table:
        """Return the same as an Arrow table."""
        return frames.frame_to_arrow(self.to_pandas(library, seen_by))

    def to_polars(self, library: OpenLibrary | None = None, seen_by: str | None = None) -> Any:
        """Return the same as a polars frame.

        Raises:
            ExportError: polars is not installed.
        """
        return frames.arrow_to_polars(self.to_arrow(library, seen_by))

    # -- Writing ---------------------------------------------------------------------------------

    def answer(
        self,
        reader: str,
        place: int,
        stance: Stance | None,
        confidence: int | None = None,
        note: str = "",
    ) -> AnswerChange:
        """Store a reader's answer to a pair; it is safely on disk on return.

        Args:
            stance: None skips the pair.
            confidence: 1 unsure, 2 fairly sure, 3 sure; None if not given.

        Raises:
            ReviewError: The reader has handed in, the confidence is invalid, or the note too long.
        """
        self._require_place(place)
        with self._reader(reader) as writer:
            return writer.write(place, validated(Answer(stance, confidence, note)))

    def answer_many(self, reader: str, answers: Mapping[int, Answer]) -> int:
        """Store many answers of a reader, all or none, and return how many are new or changed.

        The history records them as imported. Answers that have a time keep it.
        """
        changed = 0
        with self._reader(reader) as writer:
            for place, answer in answers.items():
                self._require_place(place)
                old, new = writer.current(place), replace(validated(answer), who="")
                if old is None or replace(old, at=new.at) != new:
                    writer.write(place, new, "import")
                    changed += 1
        return changed

    def undo(self, reader: str) -> AnswerChange | None:
        """Undo a reader's latest answer that is not undone; None if there is none."""
        with self._reader(reader) as writer:
            return writer.undo()

    def hand_in(self, reader: str) -> None:
        """Make a reader's answers final, once every pair is answered or skipped."""
        with self._reader(reader) as writer:
            if left := len(self) - len(self._stored.answers(writer.number)):
                raise ReviewError(
                    f"{left:,} of {len(self):,} pairs were neither answered nor skipped by "
                    f"{writer.who}: look at them, then hand in."
                )
            writer.hand_in()

    def decide(
        self,
        place: int,
        stance: Stance | None,
        by: str,
        confidence: int | None = None,
        note: str = "",
    ) -> AnswerChange:
        """Decide a pair on which the readers differ; None means it cannot be judged."""
        who = checked_name(by, "person who decides", ReviewError)
        self.require_finished()
        if place not in self.differences():
            raise ReviewError(f"The readers do not differ on pair {place}: nothing to decide.")
        with self._writer(DECISION, who) as writer:
            answer = validated(Answer(stance, confidence, note, who=who))
            return writer.write(place, answer, "decision")

    def undo_decision(self, by: str) -> AnswerChange | None:
        """Undo a person's latest decision that is not undone; None if there is none."""
        with self._writer(DECISION, checked_name(by, "person who decides", ReviewError)) as writer:
            return writer.undo()

    def change_codebook(self, text: str, by: str) -> None:
        """Replace the codebook before all have handed in; the history keeps the old one."""
        who = checked_name(by, "person who changes the codebook", ReviewError)
        if self.is_finished:
            raise ReviewError(
                f"All readers of the review {self.name!r} have handed in, so its codebook is "
                "final: make another review to use another one."
            )
        if (old := self.codebook) != text:
            with self._writer(PROJECT, who) as writer:
                writer.change_codebook(old, text)

    @contextmanager
    def _writer(self, number: int, who: str) -> Iterator[ReviewWriter]:
        """Yield a writer within a transaction."""
        with self.store.writing() as database:
            yield ReviewWriter(database, self._stored, number, who)

    @contextmanager
    def _reader(self, reader: str) -> Iterator[ReviewWriter]:
        """Yield a writer for a reader who has not handed in."""
        number = self.reader_number(reader)
        with self._writer(number, self.readers[number - 1]) as writer:
            writer.require_not_handed_in()
            yield writer
