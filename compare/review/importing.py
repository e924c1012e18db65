"""Read pairs to review, and a reader's answers, from CSV, TSV and JSONL.

A file is accepted whole or not at all; the error names the first mistake.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.batch.tables import LABELS, cell, read_rows, required_cell
from compare.corpus import Row
from compare.corpus.validate import HALF_CHARACTER
from compare.errors import ReviewError
from compare.export import columns
from compare.export.rows import CHANGED
from compare.results import Excerpt, Probabilities, Stance
from compare.review.exporting import COLUMNS
from compare.review.review import Review
from compare.review.stored import utc
from compare.review.values import (
    CONFIDENCE,
    MOST_READERS,
    SKIP,
    SUM_TOLERANCE,
    Answer,
    ReviewPair,
    excerpt_of,
    pair_id,
)
from compare.statements import PartialDate, Quotation, Statement, parse_countries

if TYPE_CHECKING:
    from compare.library.library import OpenLibrary

_TEXTS = (("a_passage", "b_passage"), ("a_text", "b_text"), ("premise", "hypothesis"), ("a", "b"))
_PAIRS = "a file of pairs has the columns a_passage and b_passage, a_text and b_text, or a and b"
_ANSWERS = "a file of answers has the columns pair and answer"
_IDS = ("pair", "pair_id", "id")
_LABELS = {**LABELS, CHANGED: Stance.OPPOSE}
_FIELDS = ("speaker", "role", "venue", "title", "source", "url", "context")
_CONFIDENCES = {
    written: number
    for number, word in CONFIDENCE.items()
    for written in (str(number), f"{number}.0", word)
}
"""Accepted spellings of a confidence; data frames with missing values write 3 as 3.0."""


@dataclass(frozen=True, slots=True)
class ImportedPairs:
    """The pairs of a file; `unread` lists the columns that were ignored."""

    pairs: tuple[ReviewPair, ...]
    unread: tuple[str, ...]


def read_review_pairs(path: Path | str, library: OpenLibrary | None = None) -> ImportedPairs:
    """Read the pairs of a file.

    The texts are `a_passage` and `b_passage`, else `a_text` and `b_text`, else `premise` and
    `hypothesis`, else `a` and `b`; beside the first, `a_text` is the whole statement. Each side may
    have `a_speaker`, `a_role`, `a_country`, `a_date`, `a_venue`, `a_title`, `a_source`, `a_url`,
    `a_context` and `a_id`. A pair may have an id (`pair`), a `topic`, and a model's label:
    `machine` or `stance`, `p_agree`, `p_oppose`, `p_neither`, `similarity`, `label_source`. Exports
    of pairs and of reviews are such files.

    Args:
        path: A file that ends in .csv, .tsv or .jsonl.
        library: Supplies statements that match in `a_id` (or `b_id`) and words.

    Raises:
        CorpusError: The file cannot be read, or lacks these columns.
        ReviewError: A label, number or date is invalid, a text is empty, or two pairs have the same
            id.
    """
    rows = read_rows(Path(path))
    ids = {_text(row, f"{side}_id") for row in rows for side in "ab"}
    known = {} if library is None else library.store.statements(ids)
    pairs: list[ReviewPair] = []
    lines: dict[str, int] = {}
    for row in rows:
        pair = _pair(row, known)
        pairs.append(pair)
        remedy = "remove one of the two, or give each an id of its own in a column pair"
        _note_line(lines, row, pair.id, f"is also on line {{}}; {remedy}")
    texts = {name for two in _TEXTS for name in two}
    read = {column.casefold() for column in {*COLUMNS, *columns("pairs"), *texts, *_IDS}}
    unread = tuple(
        column
        for column in rows[0].cells
        if re.sub(r"_\d+$", "_2", column.casefold()) not in read and column.casefold() not in read
    )
    return ImportedPairs(tuple(pairs), unread)


def read_answers(path: Path | str, review: Review, reader: str) -> dict[int, Answer]:
    """Read a reader's answers to pairs of a review, by place; rows without one are ignored.

    The columns are `pair` (its id) and `answer` or `label`, and optionally `confidence`, `note` and
    `answered` (the time). In an exported review, the columns of `reader` are read.

    Raises:
        CorpusError: The file cannot be read, or lacks these columns.
        ReviewError: A label or confidence is invalid, the review has no such pair, or a pair is
            answered twice.
    """
    rows = read_rows(Path(path))
    suffix = _suffix_of(rows, reader)
    places = {pair.id: place for place, pair in review.pairs()}
    answers: dict[int, Answer] = {}
    lines: dict[str, int] = {}
    for row in rows:
        identity = _id(row) or required_cell(row, "pair", _ANSWERS)
        if identity not in places:
            message = f"the review {review.name!r} has no such pair; take the ids from an export"
            raise _error(row, message, "pair", identity)
        _note_line(lines, row, identity, "is also answered on line {}; remove one of the two")
        if answer := _answer(row, suffix):
            answers[places[identity]] = answer
    return answers


def _suffix_of(rows: Sequence[Row], reader: str) -> str:
    """Return the suffix of the reader's columns: "_1", "_2"… in an exported review, else ""."""
    for suffix in (f"_{number}" for number in range(1, MOST_READERS + 1)):
        names = {(cell(row, f"reader{suffix}") or "").casefold() for row in rows}
        if " ".join(reader.split()).casefold() in names:
            return suffix
    if cell(rows[0], "label") is None:
        required_cell(rows[0], "answer", _ANSWERS)
    return ""


def _answer(row: Row, suffix: str) -> Answer | None:
    column = f"answer{suffix}" if cell(row, f"answer{suffix}") is not None else "label"
    given = _text(row, column)
    if not given:
        return None
    stance = None if given.casefold() == SKIP else _stance(row, column, given, f", or {SKIP}")
    written = _text(row, f"confidence{suffix}")
    confidence = _CONFIDENCES.get(written.casefold())
    if written and confidence is None:
        message = "this is not a confidence; write 1, 2 or 3"
        raise _error(row, message, f"confidence{suffix}", written)
    note, answered = (_text(row, f"{name}{suffix}") for name in ("note", "answered"))
    return Answer(stance, confidence, note, _time(answered))


def _time(text: str) -> str:
    """Return a time (ISO 8601) in UTC; "" if there is none, or its zone is unknown."""
    try:
        given = datetime.fromisoformat(text)
        return "" if given.tzinfo is None else utc(given)
    except (ValueError, OverflowError):
        return ""


def _stance(row: Row, column: str, given: str, also: str = "") -> Stance:
    if (stance := _LABELS.get(given.casefold())) is None:
        message = f"this is not a label; write agree, oppose or neither{also}"
        raise _error(row, message, column, given)
    return stance


# -- Pairs ---------------------------------------------------------------------------------------


def _pair(row: Row, known: Mapping[str, Statement]) -> ReviewPair:
    for column, text in row.cells.items():
        if found := HALF_CHARACTER.search(text):
            raise _error(row, f"{found[0]!a} is half a character; write the whole one", column)
    a, b = _sides(row, known)
    label = "machine" if cell(row, "machine") is not None else "stance"
    given = _text(row, label)
    return ReviewPair(
        _id(row) or pair_id(a, b),
        a,
        b,
        _stance(row, label, given) if given else None,
        _probabilities(row),
        _text(row, "label_source"),
        _number(row, "similarity", -1.0),
        topic=_text(row, "topic"),
    )


def _sides(row: Row, known: Mapping[str, Statement]) -> tuple[Excerpt, Excerpt]:
    has = [names for names in _TEXTS if any(cell(row, name) is not None for name in names)]
    names = has[0] if has else _TEXTS[0]
    texts = [required_cell(row, name, _PAIRS) for name in names]
    for name, text in zip(names, texts, strict=True):
        if not text.strip():
            raise _error(row, "there are no words; write them, or remove the row", name)
    a, b = (
        excerpt_of(_statement(row, side, text, known), text)
        for side, text in zip("ab", texts, strict=True)
    )
    return a, b


def _statement(row: Row, side: str, words: str, known: Mapping[str, Statement]) -> Statement:
    """Return the library's statement if it has these words, else one made from the row."""
    identity, date = _text(row, f"{side}_id"), _text(row, f"{side}_date")
    if identity in known and words in known[identity].text:
        return known[identity]
    text = cell(row, f"{side}_text") or ""
    try:
        day = PartialDate(date) if date else None
    except ValueError:
        message = "this is not a date; write YYYY, YYYY-MM or YYYY-MM-DD"
        raise _error(row, message, f"{side}_date", date) from None
    fields: dict[str, Any] = {name: _text(row, f"{side}_{name}") for name in _FIELDS}
    reported = _text(row, f"{side}_quotation") == Quotation.REPORTED
    return Statement(
        identity,
        text if words in text else words,
        country=parse_countries(cell(row, f"{side}_country") or ""),
        date=day,
        quotation=Quotation.REPORTED if reported else Quotation.DIRECT,
        **fields,
    )


def _probabilities(row: Row) -> Probabilities | None:
    """Return the three probabilities; None unless all are given."""
    agree, oppose, neither = (_number(row, f"p_{stance}") for stance in Stance)
    if agree is None or oppose is None or neither is None:
        return None
    if abs(agree + oppose + neither - 1) > SUM_TOLERANCE:
        message = "p_agree, p_oppose and p_neither do not add up to 1; correct or remove them"
        raise _error(row, message, "p_agree", _text(row, "p_agree"))
    return Probabilities(agree, oppose, neither)


def _number(row: Row, column: str, least: float = 0.0) -> float | None:
    text = _text(row, column)
    try:
        value = float(text) if text else None
    except ValueError:
        value = float("nan")
    if value is not None and not least <= value <= 1:
        message = f"this is not a number from {least:g} to 1; correct it, or leave the cell empty"
        raise _error(row, message, column, text)
    return value


# -- Cells ---------------------------------------------------------------------------------------


def _text(row: Row, name: str) -> str:
    """Return the text in a column without surrounding blanks; "" if there is no such column."""
    return (cell(row, name) or "").strip()


def _id(row: Row) -> str:
    return next((text for name in _IDS if (text := _text(row, name))), "")


def _note_line(lines: dict[str, int], row: Row, identity: str, twice: str) -> None:
    """Note the line of a pair; ReviewError if another line has the pair."""
    if (line := lines.setdefault(identity, row.line)) != row.line:
        raise _error(row, f"the pair {twice.format(line)}", "pair", identity)


def _error(row: Row, message: str, column: str = "", value: str = "") -> ReviewError:
    return ReviewError(str(row.problem(message, column, value)))
