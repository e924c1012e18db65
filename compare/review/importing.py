"""Read pairs to be reviewed, and a reader's answers, from CSV, TSV and JSONL.

A file is taken over whole or not at all: the first thing that is wrong is said in one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.corpus.validate import HALF_CHARACTER
from compare.corpus.values import Row
from compare.errors import ReviewError
from compare.evaluate.labelled import LABELS
from compare.evaluate.pair_files import cell, needed, read_rows
from compare.export.rows import CHANGED
from compare.results.result import Probabilities, Stance
from compare.review.drawing import pair_id, passage_in
from compare.review.rows import utc
from compare.review.states import found
from compare.review.values import CONFIDENCE, SKIP, Answer, ReviewPair
from compare.statements.countries import parse_countries
from compare.statements.statement import PartialDate, Quotation, Statement

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.review.answers import Review

_TEXTS = (("a_passage", "b_passage"), ("a_text", "b_text"), ("premise", "hypothesis"), ("a", "b"))
_PAIRS = "a file of pairs has the columns a_passage and b_passage, a_text and b_text, or a and b"
_ANSWERS = "a file of answers has the columns pair and answer"
_IDS = ("pair", "pair_id", "id")
_ROUNDED = 0.01
"""By how much three probabilities may fail to add up to 1."""
_FIELDS = ("speaker", "role", "venue", "title", "source", "url", "context")


@dataclass(frozen=True, slots=True)
class ImportedPairs:
    """The pairs of a file; `unread` are its columns that say nothing here."""

    pairs: tuple[ReviewPair, ...]
    unread: tuple[str, ...]


def read_review_pairs(path: Path | str, library: Library | None = None) -> ImportedPairs:
    """Read the pairs of a file.

    The texts are `a_passage` and `b_passage`, else `a_text` and `b_text`, else `premise` and
    `hypothesis`, else `a` and `b`; where both of the first stand there, `a_text` is the whole
    statement. Each side may have `a_speaker`, `a_role`, `a_country`, `a_date`, `a_venue`,
    `a_title`, `a_source`, `a_url`, `a_context` and `a_id`. A pair may have an id (`pair`), a
    `topic`, and what a machine says of it: `machine` or `stance`, `p_agree`, `p_oppose`,
    `p_neither`, `similarity`, `label_source`. An export of pairs, or of a review, is such a file.

    Args:
        path: A file that ends in .csv, .tsv or .jsonl.
        library: A statement with an `a_id` that it holds, and with these words, is taken from it.

    Raises:
        CorpusError: The file cannot be read, or has no such columns.
        ReviewError: A label, number or date is none, a text is empty, or two pairs have one id.
    """
    rows = read_rows(Path(path))
    if not any(cell(rows[0], column) is not None for two in _TEXTS for column in two):
        needed(rows[0], "a_passage", _PAIRS)
    known = _known(rows, library)
    lines: dict[str, int] = {}
    pairs = []
    for row in rows:
        pair = _pair(row, known)
        if pair.id in lines:
            raise _bad(
                row,
                f"the pair stands on line {lines[pair.id]}, too; remove one of the two, or give "
                "each an id of its own in a column pair",
                "pair",
                pair.id,
            )
        lines[pair.id] = row.line
        pairs.append(pair)
    read = {column.casefold() for column in _columns()}
    unread = tuple(column for column in rows[0].cells if column.casefold() not in read)
    return ImportedPairs(tuple(pairs), unread)


def read_answers(path: Path | str, review: Review, reader: str) -> dict[int, Answer]:
    """Read a reader's answers to pairs of a review, by place; rows without one are passed over.

    Columns are `pair` (its id) and `answer` or `label`, with `confidence`, `note` and `answered`,
    when that was, where they are known; or those of an exported review, of which the answers of
    `reader` are taken.

    Raises:
        CorpusError: The file cannot be read, or has no such columns.
        ReviewError: A label or a confidence is none, the review has no such pair, or a pair is
            answered twice.
    """
    rows = read_rows(Path(path))
    suffix = _suffix_of(rows, reader)
    places = {pair.id: place for place, pair in review.pairs()}
    answers: dict[int, Answer] = {}
    lines: dict[int, int] = {}
    for row in rows:
        identity = _first(row, _IDS) or needed(row, "pair", _ANSWERS)
        if identity not in places:
            raise _bad(
                row,
                f"the review {review.name!r} has no such pair; take the ids of an export of it",
                "pair",
                identity,
            )
        place = places[identity]
        if place in lines:
            raise _bad(
                row,
                f"the pair is answered on line {lines[place]}, too; remove one of the two",
                "pair",
                identity,
            )
        lines[place] = row.line
        if answer := _answer(row, suffix):
            answers[place] = answer
    return answers


def _suffix_of(rows: Sequence[Row], reader: str) -> str:
    """Return what stands behind "answer" in the columns of a reader."""
    for suffix in ("_1", "_2"):
        names = {(cell(row, f"reader{suffix}") or "").casefold() for row in rows}
        if " ".join(reader.split()).casefold() in names:
            return suffix
    if cell(rows[0], "answer") is None and cell(rows[0], "label") is None:
        needed(rows[0], "answer", _ANSWERS)
    return ""


def _answer(row: Row, suffix: str) -> Answer | None:
    column = f"answer{suffix}" if cell(row, f"answer{suffix}") is not None else "label"
    given = (cell(row, column) or "").strip()
    if not given:
        return None
    stance = None if given.casefold() == SKIP else _stance(row, column, given, f", or {SKIP}")
    told = (cell(row, f"confidence{suffix}") or "").strip()
    confidence = _CONFIDENCES.get(told.casefold())
    if told and confidence is None:
        raise _bad(row, "this is no confidence; write 1, 2 or 3", f"confidence{suffix}", told)
    note, answered = (cell(row, f"{name}{suffix}") or "" for name in ("note", "answered"))
    return Answer(stance, confidence, note, _time(answered))


_CONFIDENCES = {
    written: number
    for number, word in CONFIDENCE.items()
    for written in (str(number), f"{number}.0", word)
}
"""How a confidence is written; a data frame with a missing one writes 3 as 3.0."""


def _time(told: str) -> str:
    """Return a time (ISO 8601) in UTC; "" where none is told, or not of which zone."""
    try:
        given = datetime.fromisoformat(told.strip())
        return "" if given.tzinfo is None else utc(given)
    except (ValueError, OverflowError):
        return ""


def _stance(row: Row, column: str, given: str, also: str = "") -> Stance:
    stance = {**LABELS, CHANGED: Stance.OPPOSE}.get(given.strip().casefold())
    if stance is None:
        raise _bad(row, f"this is no label; write agree, oppose or neither{also}", column, given)
    return stance


# -- Pairs ---------------------------------------------------------------------------------------


def _pair(row: Row, known: Mapping[str, Statement]) -> ReviewPair:
    for column, text in row.cells.items():
        if found := HALF_CHARACTER.search(text):
            raise _bad(row, f"{found[0]!a} is half a character; write the whole one", column)
    a, b = _texts(row)
    first, second = _statement(row, "a", a, known), _statement(row, "b", b, known)
    a_passage, b_passage = passage_in(first, a), passage_in(second, b)
    label = "machine" if cell(row, "machine") is not None else "stance"
    given = (cell(row, label) or "").strip()
    odds = [_number(row, f"p_{stance}") for stance in Stance]
    probabilities = None
    if all(value is not None for value in odds):
        probabilities = Probabilities(*(value or 0.0 for value in odds))
        if abs(sum(value or 0.0 for value in odds) - 1) > _ROUNDED:
            message = (
                "p_agree, p_oppose and p_neither do not add up to 1; mend them, or leave them out"
            )
            raise _bad(row, message, "p_agree", cell(row, "p_agree") or "")
    return ReviewPair(
        (_first(row, _IDS) or "").strip() or pair_id(first, a_passage, second, b_passage),
        first,
        a_passage,
        second,
        b_passage,
        _stance(row, label, given) if given else None,
        probabilities,
        (cell(row, "label_source") or "").strip(),
        _number(row, "similarity", -1.0),
        topic=(cell(row, "topic") or "").strip(),
    )


def _texts(row: Row) -> tuple[str, str]:
    for a, b in _TEXTS:
        if cell(row, a) is not None or cell(row, b) is not None:
            texts = needed(row, a, _PAIRS), needed(row, b, _PAIRS)
            for column, text in zip((a, b), texts, strict=True):
                if not text.strip():
                    raise _bad(row, "there are no words; write them, or remove the row", column)
            return texts
    return needed(row, "a_passage", _PAIRS), ""


def _statement(row: Row, side: str, words: str, known: Mapping[str, Statement]) -> Statement:
    """Return the library's statement where it has these words, else one of what the row says."""
    identity = (cell(row, f"{side}_id") or "").strip()
    if identity in known and words in known[identity].text:
        return known[identity]
    text = cell(row, f"{side}_text") or ""
    date = (cell(row, f"{side}_date") or "").strip()
    try:
        day = PartialDate(date) if date else None
    except ValueError:
        message = "this is no date; write YYYY, YYYY-MM or YYYY-MM-DD"
        raise _bad(row, message, f"{side}_date", date) from None
    given: dict[str, Any] = {name: (cell(row, f"{side}_{name}") or "").strip() for name in _FIELDS}
    reported = (cell(row, f"{side}_quotation") or "").strip() == Quotation.REPORTED
    return Statement(
        identity,
        text if words in text else words,
        country=parse_countries(cell(row, f"{side}_country") or ""),
        date=day,
        quotation=Quotation.REPORTED if reported else Quotation.DIRECT,
        **given,
    )


def _known(rows: Sequence[Row], library: Library | None) -> dict[str, Statement]:
    if library is None:
        return {}
    ids = {(cell(row, f"{side}_id") or "").strip() for row in rows for side in "ab"} - {""}
    return {statement.id: statement for statement in found(library, sorted(ids))}


def _number(row: Row, column: str, least: float = 0.0) -> float | None:
    text = (cell(row, column) or "").strip()
    try:
        value = float(text) if text else None
    except ValueError:
        value = float("nan")
    if value is not None and not least <= value <= 1:
        message = f"this is no number from {least:g} to 1; mend it, or leave the cell empty"
        raise _bad(row, message, column, text)
    return value


def _first(row: Row, names: Sequence[str]) -> str | None:
    return next((text for name in names if (text := cell(row, name))), None)


def _bad(row: Row, message: str, column: str = "", value: str = "") -> ReviewError:
    return ReviewError(str(row.problem(message, column, value)))


def _columns() -> set[str]:
    """Return the columns that are read, and those that an export adds to them."""
    from compare.export.rows import COLUMNS as PAIR_COLUMNS
    from compare.review.exporting import COLUMNS

    return {*COLUMNS, *PAIR_COLUMNS, *(name for two in _TEXTS for name in two), *_IDS}
