"""Parse dates as people write them, to the year, month or day, without guessing.

Months and weekdays are read in English, and in the languages of `months.csv`.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from compare.statements.normalize import fold
from compare.statements.statement import PartialDate

REMEDY = "write it as 2022, 2022-03 or 2022-03-18"
TWO_DAYS = "this can be read as two days"
CELL_ERRORS = frozenset({"#n/a", "#ref!", "#name?", "#value!", "#div/0!", "#null!", "#num!"})
"""What spreadsheet programs write for a cell that they cannot compute."""

MISSING = CELL_ERRORS | {"", "-", "—", "na", "n/a", "nan", "nd", "n.d.", "none", "null", "unknown"}
"""What corpora write for an unknown value."""

_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
          "october", "november", "december")  # fmt: skip
_MONTHS = {"sept": 9}  # 1 to 12 by folded name, in full and by three letters
_WEEKDAYS: set[str] = set()
for _number, _name in enumerate(_NAMES, start=1):
    _MONTHS[_name] = _MONTHS[_name[:3]] = _number
with files("compare.statements").joinpath("months.csv").open(encoding="utf-8") as _file:
    for _row in csv.DictReader(_file):
        _folded = [fold(_name) for _name in _row["names"].split(";")]
        if _row["month"] == "weekday":
            _WEEKDAYS.update(_folded)
        else:
            _MONTHS.update(dict.fromkeys(_folded, int(_row["month"])))
_MONTH = r"(?P<month>[^\W\d_]+(?:[ /][^\W\d_]+){0,3})\.?"  # "كانون الثاني/يناير"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|-?го)?"
_YEAR = r"(?P<year>\d{4})"
_TIME = r"(?:[t\s,]\s*\d{1,2}:\d{2}.*|t\d{6}.*)?"
_FORMATS = [
    re.compile(pattern)
    for pattern in (
        _YEAR,
        rf"{_YEAR}-(?P<month>\d{{1,2}})",
        rf"{_YEAR}([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){_TIME}",
        rf"{_YEAR}(?P<month>\d{{2}})(?P<day>\d{{2}}){_TIME}",
        rf"{_MONTH},? {_YEAR}",
        rf"{_DAY}(?: of)?[ -]{_MONTH},?[ -]{_YEAR}{_TIME}",
        rf"{_MONTH} {_DAY},? {_YEAR}{_TIME}",
        rf"{_YEAR},? {_MONTH}(?: {_DAY})?",
    )
]
_NUMERIC = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})" + _TIME)
_WEEKDAY = re.compile(r"\A(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[.,]* ")
_LED_BY = re.compile(r"\A(?:le |el )?(?P<weekday>[^\W\d_]+(?: [^\W\d_]+)?)?[.,،]* (?=\d)")
_OF_YEAR = re.compile(
    r"(?<=\d{4})[ ]?(?:г\.?|года?|م\.?)(?=[ ,]|\Z)|\A(?:le|el) | (?=del? )del?(?= )"
)
_CHINESE = re.compile(r"(\d{4}) ?年(?: ?(\d{1,2}) ?月(?: ?(\d{1,2}) ?[日号號])?)?")
_CHINESE_WEEKDAY = re.compile(r"\A(\d{4}-.*?) ?[(（]?(?:星期|周|週)[一二三四五六日天][)）]?")


class DateOrder(StrEnum):
    """Which number in "03/04/2022" is the day."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


@lru_cache(maxsize=8192)
def parse_date(text: str, order: DateOrder | None = None) -> PartialDate | None:
    """Return the date of a cell, None if it is unknown. Times and time zones are ignored.

    Args:
        text: The cell.
        order: How to read a date that can mean two days; None refuses it.

    Raises:
        ValueError: The text is not a date or can mean two days; the message says what to write.
    """
    cell = " ".join(text.casefold().split())
    if cell in MISSING:
        return None
    cell = _in_latin(_WEEKDAY.sub("", cell))
    for pattern in _FORMATS:
        if found := pattern.fullmatch(cell):
            part = found.groupdict()
            return _date(part["year"], part.get("month"), part.get("day"))
    if found := _NUMERIC.fullmatch(cell):
        return _numeric_date(found[1], found[3], found[4], order)
    if re.fullmatch(r"\d{5}(?:\.\d+)?", cell):
        raise ValueError(f"this is a spreadsheet's day number, not a date; {REMEDY}")
    raise ValueError(f"this is not a date that can be read; {REMEDY}")


def _in_latin(cell: str) -> str:
    """Return a cell with the digits 0 to 9 and without the small words of other languages."""
    if cell.isascii() and not _OF_YEAR.search(cell) and not _LED_BY.match(cell):
        return cell
    latin = "".join(str(unicodedata.decimal(sign, sign)) for sign in cell)
    if latin != cell and re.search(r"\b1[0-6]\d\d\b", latin):
        raise ValueError(f"this can be a year of another calendar; {REMEDY}")
    cell = latin
    cell = _CHINESE.sub(lambda found: "-".join(filter(None, found.groups())), cell, count=1)
    cell = _CHINESE_WEEKDAY.sub(r"\1", _OF_YEAR.sub("", cell))
    led = _LED_BY.match(cell)
    return cell[led.end() :] if led and fold(led["weekday"] or "") in _WEEKDAYS else cell


def _numeric_date(first: str, second: str, year: str, order: DateOrder | None) -> PartialDate:
    """Return the date of "18/03/2022"; `order` decides if both numbers can be a month."""
    if int(second) > 12:
        order = DateOrder.MONTH_FIRST
    elif int(first) > 12 or int(first) == int(second):
        order = DateOrder.DAY_FIRST
    if order is None:
        month_first, day_first = _date(year, first, second), _date(year, second, first)
        raise ValueError(f"{TWO_DAYS}; write {month_first} or {day_first}")
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    return _date(year, month, day)


def _date(year: str, month: str | None = None, day: str | None = None) -> PartialDate:
    if not 1000 <= int(year) <= 2199:
        raise ValueError(f"{year} is not a plausible year; {REMEDY}")
    parts = [year]
    if month is not None:
        names = [] if month.isdecimal() else map(fold, month.split("/"))
        numbers = {_MONTHS.get(name) for name in names} or {int(month)}
        number = numbers.pop()
        if number is None or numbers:
            raise ValueError(f"this is not a date that can be read; {REMEDY}")
        parts.append(f"{number:02d}")
    if day is not None:
        parts.append(f"{int(day):02d}")
    try:
        return PartialDate("-".join(parts))
    except ValueError:
        raise ValueError(f"there is no such month or day; {REMEDY}") from None
