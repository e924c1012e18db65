"""The one place where rows become statements: what is checked, is checked here."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from compare.corpus.columns import FIELDS
from compare.corpus.places import Places
from compare.corpus.values import BadCellError, Row, listed, shortened
from compare.statements.countries import parse_countries
from compare.statements.dates import MISSING, Order, parse_date
from compare.statements.statement import PartialDate, Quotation, Statement

QUOTATIONS: Mapping[str, Quotation] = {
    "": Quotation.DIRECT,
    **dict.fromkeys(("direct", "quoted", "quote", "verbatim", "direct speech"), Quotation.DIRECT),
    **dict.fromkeys(
        ("reported", "reported speech", "indirect", "indirect speech", "paraphrase", "paraphrased"),
        Quotation.REPORTED,
    ),
}
"""What a `quotation` cell may say."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")
_LINE_BREAK = re.compile(r"\s*[\n\t]\s*")
_OUTSIDE = re.compile(r"\A[\s\ufeff]+|[\s\ufeff]+\Z")
_SEVERAL_LINES = frozenset({"text", "context"})
_MAY_SAY_NOTHING = frozenset(
    {"id", "speaker", "role", "venue", "title", "source", "context", "quotation", "date", "url"}
)
_CODES = frozenset({"country", "language"})  # of which NA is one: Namibia, Nauruan


class Validator:
    """Turn rows into statements, and remember what has to be unique or told in the end."""

    def __init__(self, dates: Order | None = None) -> None:
        """Start a corpus; `dates` tells of a date that can be read as two days which it is."""
        self._dates = dates
        self.unknown_countries: Counter[str] = Counter()
        self.with_control_characters = 0
        self.said_nothing = 0
        self._places = Places()
        self._repeats: Counter[str] = Counter()

    def statement(self, row: Row, fields: Mapping[str, str]) -> Statement:
        """Return the statement of a row.

        Args:
            row: As its reader found it.
            fields: The field of each column that has one.

        Raises:
            BadCellError: A cell cannot be taken over.
        """
        columns = {field: column for column, field in fields.items()}
        for column in row.cells:
            if found := HALF_CHARACTER.search(column):
                raise BadCellError(
                    column.encode("ascii", "backslashreplace").decode(),
                    "",
                    f"{found[0]!a} in the column's name is half a character; write the whole one",
                )
        cells = {column: _clean(column, value) for column, value in row.cells.items()}
        cell = {field: _tidy(field, cells.get(columns.get(field, ""), "")) for field in FIELDS}
        self.said_nothing += _empty_what_says_nothing(cell)
        try:
            statement = _statement(cell, self._dates)
        except _BadFieldError as error:
            column = columns.get(error.field, error.field)
            raise BadCellError(column, row.cells.get(column, ""), str(error)) from None
        extra = {
            column: value
            for column, value in cells.items()
            if column not in fields and value.strip()
        }
        name = self._new_id(statement, row, columns.get("id", "id"))
        statement = replace(statement, id=name, extra=extra)
        self.with_control_characters += any(map(_CONTROL.search, row.cells.values()))
        self.unknown_countries.update(
            country.name for country in statement.country if country.code is None
        )
        return statement

    def _new_id(self, statement: Statement, row: Row, column: str) -> str:
        name = statement.id
        if not name:
            name = self._free(derived_id(statement))
        elif name in self._places:
            raise BadCellError(
                column,
                name,
                f"this id is used already, at {self._places.of(name)}; give each its own",
            )
        self._places.add(name, row)
        return name

    def _free(self, name: str) -> str:
        """Return the name, or for the second statement that has it the name with "-2"."""
        free = name
        while free in self._places:
            self._repeats[name] += 1
            free = f"{name}-{self._repeats[name] + 1}"
        return free


def unknown_countries(counted: Mapping[str, int]) -> str:
    """Return the sentence that tells spellings of countries without a code."""
    spellings = [f"{shortened(name)} ({count})" for name, count in counted.items()]
    return f"Countries that are not known, and in how many statements: {listed(spellings)}."


def derived_id(statement: Statement) -> str:
    """Return an id for a statement that came without one: 12 hex digits of what it says.

    It is the sha256 of text, context, speaker, countries, date, venue and source, so that the same
    statement has it in another file and at another place too.
    """
    content = [
        statement.text,
        statement.context,
        statement.speaker,
        statement.countries,
        str(statement.date or ""),
        statement.venue,
        statement.source,
    ]
    text = json.dumps(content, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class _BadFieldError(ValueError):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def _empty_what_says_nothing(cell: dict[str, str]) -> bool:
    """Empty cells that say that nothing is known ("NA", "-"); tell whether there were any.

    NA is a country or a language too, and is left there unless another cell says it.
    """
    found = {name for name in _MAY_SAY_NOTHING if cell[name] and cell[name].casefold() in MISSING}
    not_available = any(cell[name].casefold() == "na" for name in found) or all(
        cell[name].casefold() == "na" for name in _CODES
    )
    for name in _CODES:
        plain = cell[name].casefold()
        if plain and plain in MISSING and (plain != "na" or not_available):
            found.add(name)
    cell.update(dict.fromkeys(found, ""))
    return bool(found)


def _statement(cell: Mapping[str, str], dates: Order | None) -> Statement:
    if not cell["text"]:
        raise _BadFieldError("text", "a statement needs words; fill the cell or remove the row")
    return Statement(
        id=cell["id"],
        text=cell["text"],
        context=cell["context"],
        speaker=cell["speaker"],
        role=cell["role"],
        country=parse_countries(cell["country"]),
        date=_date(cell["date"], dates),
        venue=cell["venue"],
        title=cell["title"],
        source=cell["source"],
        url=_url(cell["url"]),
        language=cell["language"],
        quotation=_quotation(cell["quotation"]),
    )


def _clean(column: str, value: str) -> str:
    """Return a cell with LF for every line break and a blank for a control character."""
    if found := HALF_CHARACTER.search(value):
        raise BadCellError(
            column,
            value.encode("ascii", "backslashreplace").decode(),
            f"{found[0]!a} is half a character; write the whole one",
        )
    return _CONTROL.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n"))


def _tidy(field: str, value: str) -> str:
    """Return a field without blanks around it, on one line unless it may have several."""
    value = _OUTSIDE.sub("", value) if value else value
    return value if not value or field in _SEVERAL_LINES else _LINE_BREAK.sub(" ", value)


def _date(text: str, order: Order | None) -> PartialDate | None:
    try:
        return parse_date(text, order)
    except ValueError as error:
        raise _BadFieldError("date", str(error)) from None


def _quotation(text: str) -> Quotation:
    found = QUOTATIONS.get(" ".join(text.casefold().replace("_", " ").split()))
    if found is None:
        raise _BadFieldError("quotation", 'write "direct" or "reported", or leave it empty')
    return found


def is_address(text: str) -> bool:
    """Say whether a text is an address of the web."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and not re.search(r"\s", text)


def _url(text: str) -> str:
    if text.casefold() in MISSING:
        return ""
    if not is_address(text):
        raise _BadFieldError(
            "url",
            "a link starts with http:// or https:// and has no blanks; write it so or leave "
            "it empty",
        )
    return text
