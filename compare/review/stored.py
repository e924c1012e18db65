"""Read the rows of a review strictly, and refuse those that the program did not write.

A person or another program may have edited the database, and a disk may have damaged it. Types and
ranges are checked by tables of the data dictionary, as those of saved results are. Beyond that,
what is stored twice must be the same: statements are stored under their hash, and the history tells
how each answer came about. Every error names the place of the value, the value, and what to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import itemgetter
from typing import Any, NoReturn

from compare.errors import DamagedReviewError, ReviewError
from compare.export.validation import check_filters, check_plain, check_statement
from compare.results import Excerpt, Probabilities, Stance
from compare.review.values import (
    SKIP,
    Answer,
    Choice,
    MachineShown,
    Order,
    ReviewPair,
    Settings,
    excerpt_at,
)
from compare.safe_text import checked_name, one_line
from compare.statements import Statement
from compare.strict_json import read_json
from compare.strict_model import check

SELECT_PAIRS = (
    "SELECT place, p.id, a_hash, a.data, a_start, a_end, b_hash, b.data, b_start, b_end, machine, "
    "p_agree, p_oppose, p_neither, label_source, similarity, divergence, topic, stratum, weight "
    "FROM pairs p LEFT JOIN statements a ON a.hash = p.a_hash "
    "LEFT JOIN statements b ON b.hash = p.b_hash WHERE project = ?"
)
SELECT_ANSWERS = (
    "SELECT place, stance, confidence, note, at, who FROM answers WHERE project = ? AND reader = ?"
)
_ANSWERS_WITH_EVENTS = (
    "SELECT 0, place, stance, confidence, note, at, who FROM answers "
    "WHERE project = ? AND reader = ? AND {0} UNION ALL "
    "SELECT n, place, before, NULL, after, at, who FROM events "
    "WHERE project = ? AND reader = ? AND {0} ORDER BY 1, 2"
)
SELECT_ANSWERS_WITH_EVENTS = _ANSWERS_WITH_EVENTS.format("place <> 0")
"""Both in one query, since another program may be writing: rows of answers begin with 0."""

SELECT_ANSWER_WITH_EVENTS = _ANSWERS_WITH_EVENTS.format("place = ?")
"""The same of one place."""

SELECT_READERS = (
    "SELECT reader, name, handed_in, (SELECT count(*) FROM events e WHERE e.project = r.project "
    "AND e.reader = r.reader AND e.what = 'hand in') FROM readers r WHERE project = ? "
    "ORDER BY reader"
)

DECISION = 0
"""In place of the reader's number for decisions; readers are numbered from 1."""

PROJECT = -1
"""In place of the reader's number for events of the whole review."""

_PAIR = ("machine", "p_agree", "p_oppose", "p_neither", "label_source", "similarity", "divergence",
         "topic", "stratum", "weight")  # fmt: skip
_ANSWER = ("answer", "confidence", "note", "at", "who")
_ODDS = _PAIR[1:4]
_NO_STATEMENT = Statement("", "").to_dict()
_EMPTY = {
    name: value
    for name, value in asdict(Settings(Choice.IMPORTED, Order.GIVEN, MachineShown.AFTER)).items()
    if name not in ("choice", "order", "machine_shown")  # which every version wrote
}
_SUM_TOLERANCE = 0.01
"""By how much the sum of three probabilities may differ from 1; imported ones are rounded."""
_ROUNDED = 1e-3
"""By how much a cosine or a sum may exceed 1, and a weight may differ from its share."""
_SHOWN = 60  # characters of a value in a message


@dataclass(frozen=True, slots=True)
class StoredReview:
    """Makes values of the rows of one review.

    Every method raises ReviewError if a row is not as the program writes it.

    Attributes:
        location: The file or database, in words.
        name: The name of the review, as stored.
    """

    location: str
    name: str

    def refuse(self, place: str, why: str) -> NoReturn:
        """Raise the error for a value that the program did not write."""
        shown = shown_name(self.name)[:_SHOWN]
        raise DamagedReviewError(
            f"{self.location} is damaged or was edited: in the review {shown!r}, {place}: {why}; "
            "restore it from a copy, or remove the review with `compare review delete`."
        )

    def _check(self, place: str, table: str, data: Mapping[str, Any]) -> None:
        """Refuse data that are not as a table of the data dictionary describes them."""
        try:
            check(table, data)
        except ValueError as error:
            name, _, why = str(error).partition(": ")
            self.refuse(f"{place}, {name}", why[:1].lower() + why[1:])

    # -- The review -----------------------------------------------------------------------------

    def check_review(self, codebook: Any, created: Any, version: Any) -> None:
        """Check what is stored once for a review, apart from its settings."""
        data = {"name": self.name, "codebook": codebook, "created": created, "version": version}
        self._check("the review itself", "kept review", data)
        self._check_name("the review itself, name", self.name)
        if not created:
            self.refuse("the review itself, created", "it is empty")

    def _check_name(self, place: str, name: str) -> None:
        try:
            is_valid = checked_name(name, "review", ReviewError) == name
        except ReviewError:
            is_valid = False
        if not is_valid:
            self.refuse(f"{place} is {name!a:.{_SHOWN}}", "it cannot be a name")

    def settings(self, text: Any, places: Sequence[Any]) -> Settings:
        """Return the settings of a review with pairs at these places."""
        if not places or any(type(one) is not int for one in places):
            self.refuse("pairs", "there are none" if not places else "a place is not a number")
        if list(places) != list(range(1, len(places) + 1)):
            self.refuse("pairs", f"their places are not 1 to {len(places)}")
        data = self._json("the settings", text)
        if not isinstance(data, Mapping):
            self.refuse("the settings", "it is not a JSON object")
        data = {**_EMPTY, **data}
        self._check("the settings", "kept review settings", data)
        try:
            is_search = not {"a", "b", "topic"} & data["filters"].keys()
            check_filters("filters", data["filters"], is_search=is_search)
            check_plain("search_settings", data["search_settings"])
        except ValueError as error:
            self.refuse("the settings", str(error))
        made = Settings.from_dict(data)
        pool = made.of.values()
        if made.of.keys() - set(Stance) or any(type(one) is not int or one < 0 for one in pool):
            self.refuse(
                f"the settings, of is {dict(made.of)!a:.{_SHOWN}}", "it is not a count of labels"
            )
        is_whole = made.choice is Choice.WHOLE
        if made.of and (sum(pool) < len(places) or (is_whole and sum(pool) > len(places))):
            self.refuse("the settings, of", f"{len(places)} pairs cannot be of {sum(pool)}")
        return made

    def _json(self, place: str, text: Any) -> Any:
        try:
            return read_json(text)
        except (ValueError, TypeError) as error:
            self.refuse(place, f"it cannot be read ({one_line(str(error))[:_SHOWN]})")

    def readers(
        self, rows: Sequence[Sequence[Any]], of_answers: Iterable[Sequence[Any]] = ()
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of all readers, and of those who have handed in.

        Args:
            rows: Rows of `SELECT_READERS`.
            of_answers: Rows with the numbers, 0 for decisions, under which there are answers.
        """
        numbers = [number for number, *_ in rows]
        if not rows or numbers != list(range(1, len(rows) + 1)):
            self.refuse("readers", f"their numbers are {numbers!a:.{_SHOWN}}, not 1, 2 and so on")
        if strangers := [one for (one,) in of_answers if one not in (0, *numbers)]:
            self.refuse("answers", f"there is no reader {strangers[0]!a:.{_SHOWN}}")
        for number, name, handed_in, events in rows:
            place = f"reader {number}"
            self._check(place, "kept reader", {"name": name, "handed_in": handed_in})
            self._check_name(f"{place}, name", name)
            if events != (handed_in is not None) or handed_in == "":
                self.refuse(f"{place}, handed_in is {handed_in!a}", "the history says otherwise")
        names = tuple(name for _, name, *_ in rows)
        if len({name.casefold() for name in names}) < len(names):
            self.refuse("readers", "two have one name")
        return names, tuple(name for _, name, handed_in, _ in rows if handed_in)

    def check_codebook(self, codebook: Any, last_change: Any) -> None:
        """Check that the codebook is that of its last change; `last_change` is None without any."""
        if not isinstance(codebook, str):
            self.refuse(f"the codebook is {codebook!a:.{_SHOWN}}", "it is not a text")
        if last_change is not None and self._json("the history", last_change) != codebook:
            self.refuse("the codebook", "the history has another")

    # -- Pairs ----------------------------------------------------------------------------------

    def pair(self, row: Sequence[Any], made: Settings) -> ReviewPair:
        """Return the pair in a row of `SELECT_PAIRS`."""
        place, identity, *sides = row[:10]
        where = f"pair {place}"
        if not isinstance(identity, str) or not identity:
            self.refuse(f"{where}, id is {identity!a:.{_SHOWN}}", "it is not a text")
        where = f"pair {place} ({one_line(identity)[:_SHOWN]})"
        data = dict(zip(_PAIR, row[10:], strict=True))
        for name, value in data.items():
            if name != "weight" and isinstance(value, float) and 1 < value < 1 + _ROUNDED:
                data[name] = 1.0
        self._check(where, "kept review pair", data)
        a, b = (
            self._excerpt(f"{where}, statement {side}", *given)
            for side, given in (("a", sides[:4]), ("b", sides[4:]))
        )
        odds = [data.pop(name) for name in _ODDS]
        machine = data.pop("machine")
        probabilities = None
        if odds != [None] * 3:
            if None in odds or abs(sum(odds) - 1) > _SUM_TOLERANCE:
                self.refuse(f"{where}, {', '.join(_ODDS)}", "they do not add up to 1")
            probabilities = Probabilities(*map(float, odds))
        stance = Stance(machine) if machine else None
        pair = ReviewPair(identity, a, b, stance, probabilities, **data)
        if made.choice is not Choice.IMPORTED:
            self._check_draw(where, pair, made)
        return pair

    def _check_draw(self, where: str, pair: ReviewPair, made: Settings) -> None:
        """Check that a pair that was drawn has the label and the stratum it was drawn by."""
        label, odds = pair.machine, pair.probabilities
        if label is None or odds is None or (made.of and label not in made.of):
            self.refuse(f"{where}, machine is {label!s}", "no pair of this draw has such a label")
        if label is not Stance.NEITHER and label is not odds.side:
            self.refuse(f"{where}, machine is {label}", "its probabilities say otherwise")
        if pair.stratum != (label if made.choice is Choice.STRATIFIED else ""):
            self.refuse(f"{where}, stratum is {pair.stratum!r}", "it does not fit the draw")

    def check_weights(self, weights: Mapping[str, Sequence[float]], made: Settings) -> None:
        """Check that the weights in each stratum of a stratified sample add up to its pool."""
        if made.choice is not Choice.STRATIFIED or not made.of:
            return
        for stratum, given in weights.items():
            share = made.of[stratum] / len(given)
            if any(abs(one - share) > _ROUNDED * share for one in given):
                self.refuse(
                    f"pairs of the stratum {stratum}, weight",
                    f"{made.of[stratum]} pairs are not {len(given)} of these weights",
                )

    def _excerpt(self, place: str, key: Any, text: Any, start: Any, end: Any) -> Excerpt:
        statement = self._statement(place, key, text)
        if type(start) is not int or type(end) is not int:
            self.refuse(f"{place}, start and end", "they are not whole numbers")
        if not 0 <= start <= end <= len(statement.text):
            self.refuse(
                f"{place}, start and end are {start} and {end}",
                f"the statement has {len(statement.text):,} characters",
            )
        return excerpt_at(statement, start, end)

    def _statement(self, place: str, key: Any, text: Any) -> Statement:
        if text is None:
            self.refuse(place, f"there is none with the hash {key!a:.{_SHOWN}}")
        if not isinstance(text, str) or hash_of(text) != key:
            self.refuse(place, "its hash does not fit its content")
        data = self._json(place, text)
        if not isinstance(data, Mapping):
            self.refuse(place, "it is not a JSON object")
        data = {**_NO_STATEMENT, **data}
        self._check(place, "statement", data)
        try:
            check_statement("statement", data)
        except ValueError as error:
            self.refuse(place, str(error))
        return Statement.from_dict(data)

    # -- Answers and events ---------------------------------------------------------------------

    def answer(self, place: str, row: Sequence[Any]) -> Answer:
        """Return the answer in a row of `SELECT_ANSWERS`."""
        _, stance, *rest = row
        return self._answer(place, (SKIP if stance is None else stance, *rest))

    def _answer(self, place: str, values: Sequence[Any]) -> Answer:
        data = dict(zip(_ANSWER, values, strict=True))
        self._check(place, "kept answer", data)
        if not data["at"]:
            self.refuse(f"{place}, at", "it is empty")
        label = data.pop("answer")
        return Answer(None if label == SKIP else Stance(label), **data)

    def answer_from_json(self, place: str, text: Any) -> Answer | None:
        """Return the answer that `Answer.to_json` wrote; None for ""."""
        if text == "":
            return None
        data = self._json(place, text)
        if not isinstance(data, Mapping) or set(data) != set(_ANSWER):
            self.refuse(place, "it is not an answer")
        return self._answer(place, [data[name] for name in _ANSWER])

    def answers(self, who: str, rows: Sequence[Sequence[Any]], size: int) -> dict[int, Answer]:
        """Return somebody's answers by place, which are those that their history ends in.

        Args:
            who: Whose they are, for messages.
            rows: Rows of `SELECT_ANSWERS_WITH_EVENTS`.
            size: Number of pairs.
        """
        last: dict[Any, Any] = {}
        for _, place, before, _, after, *_ in filter(itemgetter(0), rows):
            self._follow(last, place, before, after)
        found = {}
        for number, place, *values in rows:
            if number:
                break  # the events come last
            where = f"the answer of {who} to pair {place!a:.{_SHOWN}}"
            if type(place) is not int or not 1 <= place <= size:
                self.refuse(where, "there is no such pair")
            found[place] = self.answer(where, (place, *values))
            if found[place].to_json() != last.pop(place, ""):
                self.refuse(f"{where} is {found[place].label}", "the history has another")
        for place, value in last.items():
            if value:
                self.refuse(f"the answer of {who} to pair {place!a:.{_SHOWN}}", "it is missing")
        return found

    def _follow(self, last: dict[Any, Any], key: Any, before: Any, after: Any) -> None:
        """Note what an event left, and refuse it if it does not follow the one before."""
        if last.get(key, "") != before:
            self.refuse("the history", f"an entry before {before!a:.{_SHOWN}} is not there")
        last[key] = after

    def check_history(
        self, rows: Iterable[Sequence[Any]], readers: Sequence[str], size: int
    ) -> None:
        """Check all events, the oldest first.

        Args:
            rows: When, who, what, pair, before, after, place, reader's number, undone event.
            readers: Names of the readers.
            size: Number of pairs.
        """
        last: dict[Any, Any] = {}
        for row in rows:
            self._check_event(row, readers, size)
            what, before, after, place, number = row[2], *row[4:8]
            if (
                what == "codebook"
            ):  # the first is of the review's creation, and nothing depends on it
                last[number, place] = before
            self._follow(last, (number, place), before, after)

    def _check_event(self, row: Sequence[Any], readers: Sequence[str], size: int) -> None:
        at, who, what, _, before, after, place, number, undoes = row
        where = f"the history at {at!a:.{_SHOWN}}"
        data = {"at": at, "who": who, "what": what, "before": before, "after": after}
        self._check(where, "kept event", {**data, "undoes": undoes})
        if type(place) is not int or not 0 <= place <= size:
            self.refuse(where, f"there is no pair {place!a:.{_SHOWN}}")
        if number not in range(-1, len(readers) + 1):
            self.refuse(where, f"there is no reader {number!a:.{_SHOWN}}")
        possible = {PROJECT: ("codebook",), DECISION: _OF_DECISIONS}.get(number, _OF_READER)
        if what not in possible or (number > 0 and who != readers[number - 1]):
            self.refuse(where, f"{who!a:.{_SHOWN}} cannot have done this ({what})")
        if (place == 0) != (what in ("hand in", "codebook")):
            self.refuse(where, f"{what} cannot be of pair {place}")
        if (undoes is None) == what.startswith("undo"):
            self.refuse(where, f"what it undoes is {undoes}")
        if what != "codebook":
            for text in (before, after):
                self.answer_from_json(where, text)


_OF_READER = ("answer", "import", "undo", "hand in")
_OF_DECISIONS = ("decision", "undo decision")


def shown_name(name: Any) -> str:
    """Return the stored name of a review as messages show it; bytes as SQL writes them."""
    return f"x'{name.hex()}'" if isinstance(name, bytes) else one_line(str(name))


def hash_of(statement: str) -> str:
    """Return the sha256 (hex) of a statement's JSON, under which it is stored."""
    return hashlib.sha256(statement.encode("utf-8", "surrogatepass")).hexdigest()
