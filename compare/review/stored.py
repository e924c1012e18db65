"""Read the rows of one review strictly, and write its answers and events.

A person or another program may have edited the database, and a disk may have damaged it. Types and
ranges are checked by tables of the data dictionary, as those of saved results are. Beyond that,
what is stored twice must be the same: statements are stored under their hash, and the history tells
how each answer came about. Every error names the place of the value, the value, and what to do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from datetime import UTC, datetime
from typing import Any, NoReturn

from compare.errors import DamagedReviewError, ReviewError
from compare.export.validation import check_filters, check_plain
from compare.results import Excerpt, Probabilities, Stance
from compare.review.store import ReviewDatabase, ReviewStore
from compare.review.values import (
    CONFIDENCE,
    SKIP,
    SUM_TOLERANCE,
    Answer,
    AnswerChange,
    Choice,
    Event,
    MachineShown,
    Order,
    ReviewPair,
    ReviewSettings,
    excerpt_at,
)
from compare.safe_text import one_line
from compare.statements import Statement
from compare.strict_json import read_json
from compare.strict_model import check

DECISION = 0
"""In place of the reader's number for decisions; readers are numbered from 1."""

PROJECT = -1
"""In place of the reader's number for events of the whole review."""

_PAIR = ("id", "a_start", "a_end", "b_start", "b_end", "machine", "p_agree", "p_oppose",
         "p_neither", "label_source", "similarity", "divergence", "topic", "stratum",
         "weight")  # fmt: skip
_PROBABILITIES = _PAIR[6:9]
_SELECT_PAIRS = (
    f"SELECT place, a_hash, a.data, b_hash, b.data, {', '.join(f'p.{name}' for name in _PAIR)} "
    "FROM pairs p LEFT JOIN statements a ON a.hash = p.a_hash "
    "LEFT JOIN statements b ON b.hash = p.b_hash WHERE project = ?"
)
_SELECT_READERS = (
    "SELECT reader, name, handed_in, (SELECT count(*) FROM events e WHERE e.project = r.project "
    "AND e.reader = r.reader AND e.what = 'hand in') FROM readers r WHERE project = ? "
    "ORDER BY reader"
)
_SELECT_ANSWERS = (
    "SELECT 0, place, stance, confidence, note, at, who FROM answers "
    "WHERE project = ? AND reader = ? AND ? IN (0, place)"
)
_SELECT_ANSWERS_WITH_EVENTS = (
    f"{_SELECT_ANSWERS} UNION ALL SELECT n, place, before, NULL, after, at, who FROM events "
    "WHERE project = ? AND reader = ? AND ? IN (0, place) ORDER BY 1, 2"
)
"""Both in one query, since another program may be writing: rows of answers begin with 0."""

_POSSIBLE = {
    # A reader, who decides, or the whole review; of a pair or not; undoing another event or not
    (1, True, False): ("answer", "import"),
    (1, True, True): ("undo",),
    (1, False, False): ("hand in",),
    (DECISION, True, False): ("decision",),
    (DECISION, True, True): ("undo decision",),
    (PROJECT, False, False): ("codebook",),
}
_ANSWER = ("answer", "confidence", "note", "at", "who")
_NO_STATEMENT = Statement("", "").to_dict()
_NO_SETTINGS = ReviewSettings(Choice.IMPORTED, Order.GIVEN, MachineShown.AFTER).to_dict()
for _name in ("choice", "order", "machine_shown"):
    del _NO_SETTINGS[_name]  # every version wrote it
_ROUNDED = 1e-3
"""By how much a cosine or a sum may exceed 1, and a weight may differ from its share."""
_SHOWN = 60  # characters of a value in a message
_LONGEST_NOTE = 5_000


class StoredReview:
    """The rows of one review.

    Every method raises ReviewError if a row is not as the program writes it, or is gone.

    Attributes:
        size: Number of pairs.
    """

    def __init__(self, store: ReviewStore, number: int) -> None:
        """Read what never changes."""
        self.store, self.number = store, number
        self.name, settings, codebook, self.created, self.version = self.one(
            "SELECT name, settings, codebook, created, version FROM projects WHERE project = ?"
        )
        data = {"created": self.created, "version": self.version, "codebook": codebook}
        self._check("the review itself", "kept review", {"name": self.name, **data})
        if one_line(self.name) != self.name:
            self.refuse("the review itself, name", "it cannot be a name")
        rows = self._some("SELECT place FROM pairs WHERE project = ? ORDER BY place")
        self.size = len(rows)
        if [place for (place,) in rows] != [*range(1, self.size + 1)] or not rows:
            self.refuse("pairs", f"their places are not 1 to {self.size}")
        self.settings = self._settings(settings)
        self.readers = tuple(self.handed_in())
        for (one,) in self.all("SELECT DISTINCT reader FROM answers WHERE project = ?"):
            if one not in range(len(self.readers) + 1):
                self.refuse("answers", f"there is no reader {one!a:.{_SHOWN}}")

    # -- Rows -----------------------------------------------------------------------------------

    def all(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query whose first parameter is the review's number."""
        return self.store.all(sql, (self.number, *parameters))

    def one(self, sql: str, *parameters: Any) -> tuple[Any, ...]:
        """Return the first row of a query; ReviewError if there is none."""
        if found := self.all(sql, *parameters):
            return found[0]
        raise _removed()

    def _some(self, sql: str) -> list[tuple[Any, ...]]:
        """Return rows that every review has, unless it has been removed."""
        if not (found := self.all(sql)):
            self.one("SELECT 1 FROM projects WHERE project = ?")
        return found

    def refuse(self, place: str, why: str) -> NoReturn:
        """Raise the error for a value that the program did not write."""
        raise DamagedReviewError(
            f"{self.store.location} is damaged or was edited: in the review "
            f"{shown_name(self.name)[:_SHOWN]!r}, {place}: {why}; restore it from a copy, or "
            "remove the review with `compare review delete`."
        )

    def _check(self, place: str, table: str, data: Any) -> None:
        """Refuse data that are not as a table of the data dictionary describes them."""
        try:
            check(table, data)
        except ValueError as error:
            name, _, why = str(error).partition(": ")
            self.refuse(f"{place}, {name}", why[:1].lower() + why[1:])

    def _json(self, place: str, text: Any) -> Any:
        try:
            return read_json(text)
        except (ValueError, TypeError, AttributeError) as error:
            self.refuse(place, f"it cannot be read ({one_line(str(error))[:_SHOWN]})")

    def _object(
        self, place: str, table: str, text: Any, older: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return a JSON object of a table, with the values in `older` for what it lacks."""
        data = self._json(place, text)
        if not isinstance(data, dict):
            self.refuse(place, "it is not a JSON object")
        self._check(place, table, data := {**older, **data})
        return data

    # -- The review -----------------------------------------------------------------------------

    def _settings(self, text: Any) -> ReviewSettings:
        data = self._object("the settings", "kept review settings", text, _NO_SETTINGS)
        try:
            is_search = not {"a", "b", "topic"} & data["filters"].keys()
            check_filters("filters", data["filters"], is_search=is_search)
            check_plain("search_settings", data["search_settings"])
        except ValueError as error:
            self.refuse("the settings", str(error))
        if data["of"].keys() - set(Stance):
            self.refuse(f"the settings, of is {data['of']!a:.{_SHOWN}}", "these are not labels")
        return ReviewSettings.from_dict(data)

    def handed_in(self) -> dict[str, bool]:
        """Return whether each reader has handed in, by name."""
        is_done = {}
        rows = self._some(_SELECT_READERS)
        if (numbers := [number for number, *_ in rows]) != [*range(1, len(rows) + 1)]:
            self.refuse("readers", f"their numbers are {numbers!a:.{_SHOWN}}, not 1, 2 and so on")
        for number, name, handed_in, events in rows:
            self._check(f"reader {number}", "kept reader", {"name": name, "handed_in": handed_in})
            if one_line(name) != name:
                self.refuse(f"reader {number}, name", "it cannot be a name")
            is_done[name] = handed_in is not None
            if events != is_done[name]:
                self.refuse(
                    f"reader {number}, handed_in is {handed_in!a}", "the history says otherwise"
                )
        if len({name.casefold() for name in is_done}) < len(rows):
            self.refuse("readers", "two have one name")
        return is_done

    def codebook(self) -> str:
        """Return the current codebook, which must be that of its last change."""
        codebook, last_change = self.one(
            "SELECT codebook, (SELECT after FROM events e WHERE e.project = p.project AND "
            "what = 'codebook' ORDER BY n DESC LIMIT 1) FROM projects p WHERE project = ?"
        )
        if last_change is not None and self._json("the history", last_change) != codebook:
            self.refuse("the codebook", "the history has another")
        return str(codebook)

    # -- Pairs ----------------------------------------------------------------------------------

    def pair(self, place: int) -> ReviewPair:
        """Return the pair at a place."""
        return self._pair(self.one(f"{_SELECT_PAIRS} AND place = ?", place))

    def pairs(self) -> Iterator[tuple[int, ReviewPair]]:
        """Yield place and pair in reading order; the weights in a stratum must fit its pool."""
        last, sql = 0, f"{_SELECT_PAIRS} AND place > ? ORDER BY place LIMIT 1000"
        weights: dict[str, list[float]] = {}
        while rows := self.all(sql, last):  # in batches, since rows hold whole statements
            for row in rows:
                pair = self._pair(row)
                weights.setdefault(pair.stratum, []).append(pair.weight)
                yield row[0], pair
            last = rows[-1][0]
        of = self.settings.of if self.settings.choice is Choice.STRATIFIED else {}
        for stratum in of.keys() & weights.keys():
            share = of[stratum] / len(weights[stratum])
            if any(abs(one - share) > _ROUNDED * share for one in weights[stratum]):
                self.refuse(
                    f"pairs of the stratum {stratum}, weight",
                    f"{of[stratum]} pairs are not {len(weights[stratum])} of these weights",
                )

    def _pair(self, row: Sequence[Any]) -> ReviewPair:
        where, data = f"pair {row[0]}", dict(zip(_PAIR, row[5:], strict=True))
        for name, value in data.items():
            if name != "weight" and isinstance(value, float) and 1 < value < 1 + _ROUNDED:
                data[name] = 1.0
        self._check(where, "kept review pair", data)
        a_ends, b_ends = ((data.pop(f"{side}_start"), data.pop(f"{side}_end")) for side in "ab")
        a = self._excerpt(f"{where}, statement a", row[1:3], a_ends)
        b = self._excerpt(f"{where}, statement b", row[3:5], b_ends)
        given = [data.pop(name) for name in _PROBABILITIES]
        probabilities = None
        if given != [None] * 3:
            if None in given or abs(sum(given) - 1) > SUM_TOLERANCE:
                self.refuse(f"{where}, {', '.join(_PROBABILITIES)}", "they do not add up to 1")
            probabilities = Probabilities(*map(float, given))
        stance, made = data.pop("machine"), self.settings
        stance = Stance(stance) if stance else None
        if made.choice is not Choice.IMPORTED:
            is_drawn = stance is not None and (stance in made.of or not made.of)
            fits = probabilities and stance in (Stance.NEITHER, probabilities.side)
            stratum = stance if made.choice is Choice.STRATIFIED else ""
            if not (is_drawn and fits and data["stratum"] == stratum):
                self.refuse(
                    f"{where}, machine is {stance!s}", "probabilities, draw or stratum differ"
                )
        return ReviewPair(a=a, b=b, machine=stance, probabilities=probabilities, **data)

    def _excerpt(self, place: str, stored: Sequence[Any], ends: tuple[int, int]) -> Excerpt:
        (key, text), (start, end) = stored, ends
        if text is None:
            self.refuse(place, f"there is none with the hash {key!a:.{_SHOWN}}")
        if not isinstance(text, str) or hash_of(text) != key:
            self.refuse(place, "its hash does not fit its content")
        statement = Statement.from_dict(self._object(place, "statement", text, _NO_STATEMENT))
        if not start <= end <= len(statement.text):
            self.refuse(
                f"{place}, start and end are {start} and {end}",
                f"the statement has {len(statement.text):,} characters",
            )
        return excerpt_at(statement, start, end)

    # -- Answers and events ---------------------------------------------------------------------

    def answer(self, place: str, values: Sequence[Any]) -> Answer:
        """Return the answer of stance, confidence, note, time and who decided, as stored."""
        data = dict(zip(_ANSWER, values, strict=True))
        data["answer"] = SKIP if data["answer"] is None else data["answer"]
        self._check(place, "kept answer", data)
        label = data.pop("answer")
        return Answer(None if label == SKIP else Stance(label), **data)

    def answer_from_json(self, place: str, text: str) -> Answer | None:
        """Return the answer that `Answer.to_json` wrote; None for ""."""
        if not text:
            return None
        data = self._json(place, text)
        if not isinstance(data, dict) or data.keys() != {*_ANSWER}:
            self.refuse(place, "it is not an answer")
        return self.answer(place, [data[name] for name in _ANSWER])

    def answers(self, number: int, only: int = 0) -> dict[int, Answer]:
        """Return somebody's answers by place, which are those that their history ends in.

        Args:
            number: Of the reader, or `DECISION`.
            only: A place; 0 for all places.
        """
        of = "those who decide" if number == DECISION else self.readers[number - 1]
        is_final = number != DECISION and not only and self.handed_in()[of]
        rows = self.all(_SELECT_ANSWERS_WITH_EVENTS, number, only, self.number, number, only)
        last: dict[Any, Any] = {}
        for n, place, before, _, after, *_ in rows:
            if n:
                self._follow(last, place, before, after)
        answers = {}
        for n, place, *values in rows:
            if n:
                break  # the events come last
            where = f"the answer of {of} to pair {place!a:.{_SHOWN}}"
            if place not in range(1, self.size + 1):
                self.refuse(where, "there is no such pair")
            answers[place] = self.answer(where, values)
            if answers[place].to_json() != last.pop(place, ""):
                self.refuse(f"{where} is {answers[place].label}", "the history has another")
        for place, value in last.items():
            if value:
                self.refuse(f"the answer of {of} to pair {place!a:.{_SHOWN}}", "it is missing")
        if is_final and len(answers) < self.size:
            self.refuse(f"the answers of {of}", f"{len(answers)} were handed in")
        return answers

    def _follow(self, last: dict[Any, Any], key: Any, before: Any, after: Any) -> None:
        """Note what an event left, and refuse it if it does not follow the one before."""
        if last.get(key, "") != before:
            self.refuse("the history", f"an entry before {before!a:.{_SHOWN}} is not there")
        last[key] = after

    def events(self) -> list[tuple[int, Event]]:
        """Return the history, oldest first, with the reader's number, `DECISION` or `PROJECT`."""
        last: dict[Any, Any] = {}
        events = []
        for place, number, undoes, *values in self.all(
            "SELECT e.place, reader, undoes, at, who, what, coalesce(p.id, ''), before, after "
            "FROM events e LEFT JOIN pairs p ON p.project = e.project AND p.place = e.place "
            "WHERE e.project = ? ORDER BY n"
        ):
            event = Event(*values)
            where = f"the history at {event.at!a:.{_SHOWN}}"
            data = {"place": place, "reader": number, "undoes": undoes, **asdict(event)}
            self._check(where, "kept event", data)
            is_known = place <= self.size and number <= len(self.readers)
            possible = _POSSIBLE.get((min(number, 1), place > 0, undoes is not None), ())
            is_own = number < 1 or (is_known and event.who == self.readers[number - 1])
            if not (is_known and is_own and event.what in possible):
                self.refuse(where, f"{event.who!a:.{_SHOWN}} cannot have done this ({event.what})")
            if event.what != "codebook":  # the first one replaces that of the review's creation
                self._follow(last, (number, place), event.before, event.after)
                self.answer_from_json(where, event.after)
            events.append((number, event))
        return events


def shown_name(name: Any) -> str:
    """Return the stored name of a review as messages show it; bytes as SQL writes them."""
    return f"x'{name.hex()}'" if isinstance(name, bytes) else one_line(str(name))


def hash_of(statement: str) -> str:
    """Return the sha256 (hex) of a statement's JSON, under which it is stored."""
    return hashlib.sha256(statement.encode("utf-8", "surrogatepass")).hexdigest()


def encodable(text: str) -> str:
    """Return a text without halves of surrogate pairs, which SQLite refuses."""
    return text.encode("utf-8", "replace").decode()


def _removed() -> ReviewError:
    return ReviewError("The review has been removed: choose another.")


# -- Writing -------------------------------------------------------------------------------------


def validated(answer: Answer) -> Answer:
    """Return an answer with its note stripped; ReviewError if note or confidence is invalid."""
    note = encodable(answer.note.replace("\0", "").strip())
    if len(note) > _LONGEST_NOTE:
        raise ReviewError(
            f"The note has {len(note):,} characters; shorten it to {_LONGEST_NOTE:,}."
        )
    if answer.confidence is not None and answer.confidence not in CONFIDENCE:
        levels = ", ".join(f"{value} ({word})" for value, word in CONFIDENCE.items())
        raise ReviewError(f"{answer.confidence!r} is not a confidence: give {levels}.")
    return replace(answer, note=note)


def utc(time: datetime | None = None) -> str:
    """Return a time, by default the current one, as it is stored (ISO 8601, UTC, milliseconds)."""
    return (time or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class ReviewWriter:
    """Writes one person's answers and events within the caller's transaction.

    Attributes:
        stored: Reads what is there.
        number: The reader's number, `DECISION` or `PROJECT`.
        who: The name recorded in the history.
    """

    database: ReviewDatabase
    stored: StoredReview
    number: int
    who: str

    def _execute(self, sql: str, *more: Any) -> Any:
        """Run SQL whose first parameters are the review's number and the reader's."""
        return self.database.execute(sql, (self.stored.number, self.number, *more))

    def require_not_handed_in(self) -> None:
        """Raise ReviewError if the reader has handed in."""
        sql = "SELECT handed_in FROM readers WHERE project = ? AND reader = ?"
        if (row := self._execute(sql).fetchone()) is None:
            raise _removed()
        if row[0]:
            raise ReviewError(
                f"{self.who} has handed in, so the answers are final: decide the pairs on which "
                "the readers differ instead."
            )

    def current(self, place: int) -> Answer | None:
        """Return the current answer at a place."""
        # Of all places, this one, so that it is looked up by the primary key.
        row = self._execute(f"{_SELECT_ANSWERS} AND place = ?", 0, place).fetchone()
        return self.stored.answer(f"the answer to pair {place}", row[2:]) if row else None

    def write(self, place: int, answer: Answer, what: str = "answer") -> AnswerChange:
        """Write an answer, with the current time if it has none, and record it as `what`."""
        return self._change(what, place, replace(answer, at=answer.at or utc()))

    def undo(self) -> AnswerChange | None:
        """Restore what this person's latest answer replaced; None if there is none."""
        # Skips answers that were undone, and decisions that somebody else has replaced since.
        row = self._execute(
            f"SELECT n, place, before FROM events e WHERE project = ? AND reader = ? AND "
            f"lower(who) = lower(?) AND {_effective('e')} AND NOT EXISTS (SELECT 1 FROM events l "
            "WHERE l.project = e.project AND l.reader = e.reader AND l.n > e.n AND "
            f"l.place = e.place AND {_effective('l')}) ORDER BY n DESC LIMIT 1",
            self.who,
        ).fetchone()
        if row is None:
            return None
        n, place, text = row
        restored = self.stored.answer_from_json(f"the history of pair {place}", text)
        what = "undo decision" if self.number == DECISION else "undo"
        return self._change(what, place, restored, undoes=n)

    def hand_in(self) -> None:
        """Record that the reader is done."""
        sql = "UPDATE readers SET handed_in = ? WHERE project = ? AND reader = ?"
        self.database.execute(sql, (utc(), self.stored.number, self.number))
        self._add_event("hand in")

    def change_codebook(self, old: str, new: str) -> None:
        """Replace the codebook; the history keeps the old one."""
        sql = "UPDATE projects SET codebook = ? WHERE project = ?"
        self.database.execute(sql, (new, self.stored.number))
        before, after = (json.dumps(text, ensure_ascii=False) for text in (old, new))
        self._add_event("codebook", 0, before, after)

    def _change(
        self, what: str, place: int, after: Answer | None, undoes: int | None = None
    ) -> AnswerChange:
        """Store an answer, or none, and append the change to the history."""
        before = self.current(place)
        self._execute("DELETE FROM answers WHERE project = ? AND reader = ? AND place = ?", place)
        if after is not None:
            sql = "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            self._execute(sql, place, *astuple(after))
        texts = ["" if answer is None else answer.to_json() for answer in (before, after)]
        self._add_event(what, place, texts[0], texts[1], undoes)
        return AnswerChange(place, before, after)

    def _add_event(
        self, what: str, place: int = 0, before: str = "", after: str = "", undoes: Any = None
    ) -> None:
        self._execute(
            "INSERT INTO events (project, reader, place, who, what, before, after, undoes, at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(place, self.who, what, before, after, undoes, utc()),
        )


def _effective(event: str) -> str:
    """Return the SQL condition that an event wrote an answer and was never undone."""
    return (
        f"{event}.what IN ('answer', 'import', 'decision') "
        f"AND NOT EXISTS (SELECT 1 FROM events u WHERE u.undoes = {event}.n)"
    )
