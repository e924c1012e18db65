"""A statement: what an official said, when, where, and for whom."""

from __future__ import annotations

import calendar
import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from compare.statements.languages import language_code

TRANSLATION_FIELDS = ("translation", "translation_language", "translated_by")
"""The fields of a statement's translation."""

READ_IN_TRANSLATION = "en"
"""The language of the translations that models read in place of the words."""

# Without re.ASCII, \d matches the digits of any script.
_ISO_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?\Z", re.ASCII)


class Quotation(StrEnum):
    """Whether the words are the speaker's own or an account of them."""

    DIRECT = "direct"
    REPORTED = "reported"


class TranslatedBy(StrEnum):
    """Who made the translation of a statement."""

    UNKNOWN = ""
    OFFICIAL = "official"
    PERSON = "person"
    MACHINE = "machine"


class Precision(StrEnum):
    """How much of a date is known."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date known to the year, the month or the day: "2022", "2022-03" or "2022-03-18".

    >>> PartialDate("2022-03").precision
    <Precision.MONTH: 'month'>
    """

    iso: str

    def __post_init__(self) -> None:
        """Raise ValueError if `iso` is not such a date."""
        if not _ISO_PARTIAL.match(self.iso):
            raise ValueError(f"{self.iso!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
        _ = self.first  # raises ValueError for 2022-13

    @property
    def precision(self) -> Precision:
        """Return how much of the date is known."""
        return {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}[len(self.iso)]

    @property
    def year(self) -> int:
        """Return the year."""
        return int(self.iso[:4])

    @property
    def first(self) -> date:
        """Return the first day the date can mean."""
        month = int(self.iso[5:7] or 1)
        return date(self.year, month, int(self.iso[8:10] or 1))

    @property
    def last(self) -> date:
        """Return the last day the date can mean."""
        month = int(self.iso[5:7] or 12)
        day = int(self.iso[8:10] or calendar.monthrange(self.year, month)[1])
        return date(self.year, month, day)

    @property
    def in_words(self) -> str:
        """Return "18 March 2022", "March 2022" or "2022"."""
        words = [str(self.first.day), calendar.month_name[self.first.month], str(self.year)]
        return " ".join(words[-self.iso.count("-") - 1 :])

    def __str__(self) -> str:
        """Return the date in ISO form."""
        return self.iso


@dataclass(frozen=True, slots=True)
class Country:
    """A country, organisation or historical State: its spelling as given, and its code.

    >>> Country("China", "CHN").name
    'China'
    """

    name: str
    code: str | None = None
    """ISO 3166-1 alpha-3, or from `country_names.csv` ("EUU", "SUN"); None if unknown."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its verbatim words and their provenance.

    >>> library.statement("embassy-1").speaker
    'Chinese Embassy'

    Attributes:
        id: Unique in a corpus.
        text: The words as quoted or, for reported speech, as reported.
        context: Completes a fragment ("said of the war in Ukraine"); never shown as quoted.
        country: The governments or organisations that the speaker represents.
        source: A publication, a file or a document symbol.
        quotation: Whether `text` is quoted directly or reported.
        extra: All other columns of the corpus, as given.
        pages: The offset in `text` at which each page of its document begins, the first page
            first. An empty page has the offset of the next. Empty if it has no pages.
        translation: The words in another language, normally English; "" if there is none.
        translation_language: The language of the translation.
        translated_by: Who translated the words; unknown without a translation.
    """

    id: str
    text: str
    context: str = ""
    speaker: str = ""
    role: str = ""
    country: tuple[Country, ...] = ()
    date: PartialDate | None = None
    venue: str = ""
    title: str = ""
    source: str = ""
    url: str = ""
    language: str = ""
    quotation: Quotation = Quotation.DIRECT
    extra: Mapping[str, str] = field(default_factory=dict)
    pages: tuple[int, ...] = ()
    translation: str = ""
    translation_language: str = ""
    translated_by: TranslatedBy = TranslatedBy.UNKNOWN

    @property
    def is_read_in_translation(self) -> bool:
        """Tell whether models can read an English translation in place of other words.

        >>> english = {"translation": "We object.", "translation_language": "en"}
        >>> Statement("1", "Мы против.", language="ru", **english).is_read_in_translation
        True
        """
        own, other = map(language_code, (self.language, self.translation_language))
        return bool(self.translation.strip()) and own != other == READ_IN_TRANSLATION

    def as_translated(self) -> Statement:
        """Return the statement with the words of its translation, which has no pages."""
        return replace(
            self,
            text=self.translation,
            language=self.translation_language,
            pages=(),
            translation="",
            translation_language="",
            translated_by=TranslatedBy.UNKNOWN,
        )

    @property
    def speech(self) -> tuple[str, ...]:
        """Return a key that the statements of one speech share: who spoke, when and where.

        A statement with neither date nor address is a speech of its own.
        """
        date = self.date.iso if self.date else ""
        if not date and not self.url:
            return (self.id,)
        return (self.speaker, self.countries, date, self.venue, self.source, self.url)

    @property
    def countries(self) -> str:
        """Return the spellings of the countries, joined by "; "."""
        return "; ".join(entry.name for entry in self.country)

    def page_of(self, offset: int) -> int | None:
        """Return the number of the page that holds a character, None if it has no pages."""
        return max(bisect_right(self.pages, offset), 1) if self.pages else None

    def pages_of(self, start: int, end: int) -> tuple[int, ...]:
        """Return the page of a part of the text, or the first and the last; () without pages.

        >>> Statement("1", "On the first. On the second.", pages=(0, 14)).pages_of(3, 20)
        (1, 2)
        """
        first, last = self.page_of(start), self.page_of(max(start, end - 1))
        if first is None or last is None:
            return ()
        return (first,) if first == last else (first, last)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data from which `from_dict` makes an equal statement.

        A statement without pages has no "pages", and one without a translation none of its fields,
        so its content hash is that of older programs.
        """
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        data["country"] = [{"name": entry.name, "code": entry.code} for entry in self.country]
        data["date"] = self.date.iso if self.date else ""
        data["date_precision"] = self.date.precision.value if self.date else ""
        data["quotation"] = self.quotation.value
        data["extra"] = dict(self.extra)
        data["pages"] = list(self.pages)
        data["translated_by"] = self.translated_by.value
        empty = {
            *(() if self.pages else ("pages",)),
            *(() if self.translation else TRANSLATION_FIELDS),
        }
        return {name: value for name, value in data.items() if name not in empty}

    def to_json(self) -> str:
        """Return `to_dict` as JSON; equal statements give equal text."""
        return json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Statement:
        """Make a statement from what `to_dict` returned."""
        values = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        values["country"] = tuple(Country(**entry) for entry in data.get("country", ()))
        values["date"] = PartialDate(data["date"]) if data.get("date") else None
        values["quotation"] = Quotation(data.get("quotation", Quotation.DIRECT))
        values["extra"] = dict(data.get("extra", {}))
        values["pages"] = tuple(data.get("pages", ()))
        values["translated_by"] = TranslatedBy(data.get("translated_by", ""))
        return cls(**values)

    @classmethod
    def from_json(cls, data: str) -> Statement:
        """Make a statement from what `to_json` returned."""
        return cls.from_dict(json.loads(data))

    @property
    def content_hash(self) -> str:
        """Return the sha256 (hex) of the whole statement."""
        return hashlib.sha256(self.to_json().encode("utf-8", "surrogatepass")).hexdigest()
