"""Validate rows and turn them into statements."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from compare.corpus.columns import FIELDS, column_key
from compare.corpus.values import Problem, Row, listed, shortened
from compare.errors import CorpusError
from compare.statements import (
    MISSING,
    Quotation,
    Statement,
    TranslatedBy,
    language_of,
    parse_countries,
    parse_date,
)
from compare.statements.dates import CELL_ERRORS, DateOrder
from compare.statements.statement import TRANSLATION_FIELDS

QUOTATIONS: Mapping[str, Quotation] = {
    "": Quotation.DIRECT,
    **dict.fromkeys(("direct", "quoted", "quote", "verbatim", "direct speech"), Quotation.DIRECT),
    **dict.fromkeys(
        ("reported", "reported speech", "indirect", "indirect speech", "paraphrase", "paraphrased"),
        Quotation.REPORTED,
    ),
}
"""The values that a `quotation` cell can have."""

TRANSLATORS: Mapping[str, TranslatedBy] = {
    **{one.value: one for one in TranslatedBy},
    **dict.fromkeys(("human", "translator"), TranslatedBy.PERSON),
    **dict.fromkeys(("mt", "machine translation"), TranslatedBy.MACHINE),
}
"""The values that a `translated_by` cell can have."""

HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_VISIBLE = re.compile(r"[^\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Patterns that begin with \s* or [\s…]+ would look at a long run of blanks from each of them.
_BLANKS = re.compile(r"\s+")
_OUTSIDE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_BEFORE = re.compile(r"[\s\ufeff]*")
_SEVERAL_LINES = frozenset({"text", "context", "translation"})
_BAD_PAGES = (
    "these are not the offsets in the text at which its pages begin; write whole numbers that "
    "begin with 0, never fall and do not exceed the length of the text, or leave them out"
)
_CODES = ("country", "language")  # NA is valid in both: Namibia, Nauruan
FILLED = tuple(name for name in FIELDS if name not in ("id", "text", "translation"))
"""The fields that can have a value for all rows that lack one."""

_MAY_BE_MISSING = frozenset(FIELDS) - {"text", *_CODES}


class Validator:
    """Turns the rows of a corpus into statements, and counts what a summary reports.

    Attributes:
        unknown_countries: Spellings without a code, with their number of statements.
        with_control_characters: Number of statements with such characters, read as blanks.
        with_missing_values: Number of statements with cells like "NA", read as empty.
    """

    def __init__(
        self, dates: DateOrder | None = None, fill: Mapping[str, str] | None = None
    ) -> None:
        """Start a corpus.

        Args:
            dates: Decides about dates that can mean two days.
            fill: The values of fields that a row lacks, as `checked_fill` returns them.
        """
        self.unknown_countries: Counter[str] = Counter()
        self.with_control_characters = 0
        self.with_missing_values = 0
        self._dates, self._fill = dates, fill or {}
        self._ids = IdPlaces()
        self._repeats: Counter[str] = Counter()

    def statement(self, row: Row, fields: Mapping[str, str]) -> Statement | Problem:
        """Return the statement of a row, or the problem of a cell that cannot be used.

        Args:
            row: As its reader found it.
            fields: Maps columns to fields.
        """
        columns = {field: column for column, field in fields.items()}
        words = columns.get("text", "text")
        try:
            if words in row.objects:
                raise _BadCellError(words, "this is an object; write the words as text")
            for column in row.cells:
                _check_characters(column, column, "in the column's name ")
            cells = {column: _clean(column, value) for column, value in row.cells.items()}
            # A field in JSON can be named "", so "" cannot mean that there is no column.
            given = {field: cells.get(column, "") for field, column in columns.items()}
            cell = {field: _tidy(field, given.get(field, "")) for field in FIELDS}
            self.with_missing_values += _empty_missing(cell)
            for field, value in self._fill.items():
                if not cell[field] or columns.get(field) in row.fallbacks:
                    cell[field] = value
            pages = _pages(row, words, cell["text"])
            statement = _statement(cell, columns, self._dates)
            name = self._new_id(statement, row, columns.get("id", "id"))
        except _BadCellError as error:
            value = row.cells.get(error.column, "")
            return row.problem(str(error), _encodable(error.column), _encodable(value))
        extra = {
            column: value
            for column, value in cells.items()
            if column not in fields
            and (said := value.strip())
            and said.casefold() not in CELL_ERRORS
        }
        statement = replace(statement, id=name, extra=extra, pages=pages)
        self.with_control_characters += any(map(_CONTROL.search, row.cells.values()))
        self.unknown_countries.update(
            country.name for country in statement.country if country.code is None
        )
        return statement

    def _new_id(self, statement: Statement, row: Row, column: str) -> str:
        """Return the statement's id; a derived id that is taken gets "-2", "-3" and so on."""
        name = statement.id
        if name and name in self._ids:
            message = f"this id is already used at {self._ids.place(name)}; give each its own"
            raise _BadCellError(column, message)
        if not name:
            name = derived = derived_id(statement)
            while name in self._ids:
                self._repeats[derived] += 1
                name = f"{derived}-{self._repeats[derived] + 1}"
        self._ids.add(name, row)
        return name


def checked_fill(given: Mapping[str, str], dates: DateOrder | None = None) -> dict[str, str]:
    """Return values that fill fields, by the exact names of the fields; empty ones are left out.

    Raises:
        CorpusError: A field does not exist, cannot be filled or has two values, or a value is not
            one of the field.
    """
    known = {column_key(field): field for field in FILLED}
    checked: dict[str, str] = {}
    seen: set[str] = set()
    for name, value in given.items():
        field = known.get(column_key(name))
        if field is None:
            raise CorpusError(
                f"{shortened(name)} is no field that can be filled in: use one of "
                f"{', '.join(FILLED)}."
            )
        if field in seen:
            raise CorpusError(f"The {field} is to be filled in twice: give it one value.")
        seen.add(field)
        try:
            cell = dict.fromkeys(FIELDS, "") | {
                "text": "-",
                field: _tidy(field, _clean(name, value)),
            }
            _empty_missing(cell)
            _statement(cell, {}, dates)
        except _BadCellError as error:
            # the remedy for a cell becomes that for an option
            message = str(error).replace("leave it empty", "leave it out")
            raise CorpusError(
                f"{shortened(value)} cannot be filled in as the {field}: {message}."
            ) from None
        if cell[field]:
            checked[field] = cell[field]
    return checked


def _pages(row: Row, column: str, text: str) -> tuple[int, ...]:
    """Return the offsets of a row's pages in its cleaned text.

    Cleaning drops the blanks around the text and one of the two characters of a Windows line end.
    """
    if row.pages is None:
        return ()
    raw = row.cells.get(column, "")
    cleaned = _clean(column, raw)
    blanks = _BEFORE.match(cleaned)
    dropped = blanks.end() if blanks else 0
    found: list[int] = []
    before = pairs = 0
    for entry in row.pages:
        # read as text from JSON, so that a number has no fraction, exponent or sign
        if not re.fullmatch(r"[0-9]{1,12}", str(entry)):
            raise _BadCellError("pages", _BAD_PAGES)
        offset = int(entry)
        if not before <= offset <= len(raw) or (not found and offset):
            raise _BadCellError("pages", _BAD_PAGES)
        pairs += raw.count("\r\n", max(before - 1, 0), offset)
        found.append(min(max(offset - pairs - dropped, 0), len(text)))
        before = offset
    return tuple(found)


def unknown_countries(counted: Mapping[str, int]) -> str:
    """Return a sentence that lists the countries without a code."""
    spellings = [f"{shortened(name)} ({count})" for name, count in counted.items()]
    return f"Unknown countries, with their number of statements: {listed(spellings)}."


def derived_id(statement: Statement) -> str:
    """Return 12 hex digits of a sha256 of the content: the same in any file."""
    names = ("text", "context", "speaker", "countries", "date", "venue", "source")
    content = [str(getattr(statement, name) or "") for name in names]
    text = json.dumps(content, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class _BadCellError(ValueError):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def _statement(
    cell: Mapping[str, str], columns: Mapping[str, str], dates: DateOrder | None
) -> Statement:
    def bad(field: str, message: str) -> _BadCellError:
        return _BadCellError(columns.get(field, field), message)

    if not _VISIBLE.search(cell["text"]):
        raise bad("text", "a statement needs words; fill the cell or remove the row")
    try:
        date = parse_date(cell["date"], dates)
    except ValueError as error:
        raise bad("date", str(error)) from None
    quotation = QUOTATIONS.get(_words(cell["quotation"]))
    if quotation is None:
        raise bad("quotation", 'write "direct" or "reported", or leave it empty')
    if cell["url"] and not is_address(cell["url"]):
        message = "a link starts with http:// or https:// and has no blanks"
        raise bad("url", f"{message}; write it so or leave it empty")
    translated_by = TRANSLATORS.get(_words(cell["translated_by"]))
    if translated_by is None:
        raise bad("translated_by", 'write "official", "person" or "machine", or leave it empty')
    countries = parse_countries(cell["country"])
    values: dict[str, Any] = {"country": countries, "date": date, "quotation": quotation}
    if _VISIBLE.search(cell["translation"]):
        language = cell["translation_language"] or language_of(cell["translation"])
        values |= {"translated_by": translated_by, "translation_language": language}
    else:  # a column that says the same for all rows says nothing of this one
        values |= dict.fromkeys(TRANSLATION_FIELDS, "") | {"translated_by": TranslatedBy.UNKNOWN}
    return Statement(**{**cell, **values})


def _words(value: str) -> str:
    """Return a value of a closed set in the spelling in which it is looked up."""
    return " ".join(value.casefold().replace("_", " ").split())


def is_empty(field: str, value: str) -> bool:
    """Return whether a cell says nothing of its field: it is empty or means "not known"."""
    value = value.strip().casefold()
    return not value or (field in _MAY_BE_MISSING and value in MISSING)


def _empty_missing(cell: dict[str, str]) -> bool:
    """Empty the cells that mean "unknown" ("NA", "-", "#N/A"); return whether there were any.

    In a country or a language, NA is a code, unless another cell is NA too.
    """
    found = {name for name in _MAY_BE_MISSING if cell[name] and cell[name].casefold() in MISSING}
    not_available = any(cell[name].casefold() == "na" for name in found) or all(
        cell[name].casefold() == "na" for name in _CODES
    )
    for name in _CODES:
        plain = cell[name].casefold()
        if plain and plain in MISSING and (plain != "na" or not_available):
            found.add(name)
    if cell["text"].casefold() in CELL_ERRORS:
        found.add("text")
    cell.update(dict.fromkeys(found, ""))
    return bool(found)


def _clean(column: str, value: str) -> str:
    """Return a cell with LF for each line break and a blank for each control character."""
    _check_characters(column, value)
    return _CONTROL.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n"))


def _check_characters(column: str, text: str, where: str = "") -> None:
    if found := HALF_CHARACTER.search(text):
        message = f"{found[0]!a} {where}is half a character; write the whole one"
        raise _BadCellError(column, message)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _tidy(field: str, value: str) -> str:
    """Return a field trimmed and, unless it can have several lines, on one line."""
    value = value.strip(_OUTSIDE)
    return value if field in _SEVERAL_LINES else _BLANKS.sub(_without_breaks, value)


def _without_breaks(blanks: re.Match[str]) -> str:
    return " " if "\n" in blanks[0] or "\t" in blanks[0] else blanks[0]


def is_address(text: str) -> bool:
    """Return whether a text is an address on the web."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", text)


class IdPlaces:
    """Maps ids to the places of their statements; it keeps hashes, as there can be millions.

    The hashes have 64 bits: a collision is not expected among ten million ids.
    """

    _LINE_BITS = 40

    def __init__(self) -> None:
        """Start empty."""
        self._places: dict[int, int] = {}
        self._files: list[tuple[str, str]] = []

    def __contains__(self, name: str) -> bool:
        """Return whether an id is taken."""
        return hash(name) in self._places

    def add(self, name: str, row: Row) -> None:
        """Remember the place of the statement with an id."""
        file = (row.file, row.place)
        if self._files[-1:] != [file]:  # files come one after the other
            self._files.append(file)
        self._places[hash(name)] = (len(self._files) - 1) << self._LINE_BITS | row.line

    def place(self, name: str) -> str:
        """Return the place of the statement with an id: "a.csv, line 2"."""
        place = self._places[hash(name)]
        line = place & ((1 << self._LINE_BITS) - 1)
        file, counted = self._files[place >> self._LINE_BITS]
        return f"{file}, {counted} {line}" if line else file
