"""Filters as data: which statements may be found, and the values that filters offer.

The store's columns and conditions, the options of the command line, the fields of a side and the
app's filter panel all follow from `FILTERS`. `docs/extend.md` says how to add a filter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from compare.errors import QueryError
from compare.library.actors import commonest, spellings_by_key
from compare.safe_text import one_line
from compare.statements import (
    Country,
    PartialDate,
    country_code,
    country_key,
    country_name,
    fold,
    speaker_key,
)
from compare.statements.languages import language_code
from compare.statements.normalize import searchable
from compare.statements.statement import READ_IN_TRANSLATION

if TYPE_CHECKING:
    from compare.statements import Quote, Statement


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a statement to filter by.

    Attributes:
        name: Name of the store's column and of the command line's FIELD.
        read: Returns a statement's value, "" if it has none.
        key: Maps all spellings of a value to the same key; None compares exact spellings.
    """

    name: str
    read: Callable[[Statement], str]
    key: Callable[[str], str] | None = None

    @property
    def key_column(self) -> str:
        """Return the column that filters compare."""
        return f"{self.name}_key" if self.key else self.name


def _party(statement: Statement) -> str:
    """Return the political party, an extra column whose name may be written in any case."""
    return next((value for name, value in statement.extra.items() if fold(name) == "party"), "")


SPEAKER = Attribute("speaker", attrgetter("speaker"), speaker_key)
ROLE = Attribute("role", attrgetter("role"), fold)
PARTY = Attribute("party", _party, fold)
VENUE = Attribute("venue", attrgetter("venue"), fold)
SOURCE = Attribute("source", attrgetter("source"))
LANGUAGE = Attribute("language", attrgetter("language"))
COLUMNS = (SPEAKER, SOURCE, LANGUAGE, ROLE, PARTY, VENUE)
"""Attributes that a store keeps in columns."""

COLUMN_NAMES = tuple(dict.fromkeys(name for one in COLUMNS for name in (one.name, one.key_column)))
"""The columns of `COLUMNS`."""

ID = Attribute("id", attrgetter("id"))
COUNTRY = Attribute("country", attrgetter("countries"))
"""A joint statement belongs to each of its countries; they match by code or any spelling."""


@dataclass(frozen=True, slots=True)
class Filter:
    """How one field of `Filters` is matched and offered.

    Attributes:
        name: Name of the field.
        label: Label in the app.
        option: Command line option, with its `help`.
        attribute: The attribute to compare with the values; None for words, a date or a flag.
        excludes: Whether statements with one of the values are excluded.
    """

    name: str
    label: str
    option: str
    help: str
    attribute: Attribute | None = None
    excludes: bool = False

    @property
    def takes_values(self) -> bool:
        """Tell whether the filter takes any number of texts."""
        return self.attribute is not None or self.name == "words"

    @property
    def word(self) -> str:
        """Return the FIELD of a side on the command line: "country", "not-country"."""
        name = self.attribute.name if self.attribute else self.option.removeprefix("--")
        return f"not-{name}" if self.excludes else name


# One entry for each field of `Filters` below, of the same name and in the same order.
_FILTERS = (
    Filter("speakers", "Speaker", "--only-speaker", "Only statements of this speaker.", SPEAKER),
    Filter("countries", "Country or organisation", "--only-country",
           "Only statements of this country.", COUNTRY),
    Filter("roles", "Role", "--only-role", "Only statements of this office.", ROLE),
    Filter("parties", "Party", "--party", "Only statements of this political party.", PARTY),
    Filter("venues", "Venue", "--venue", "Only statements made at this venue.", VENUE),
    Filter("date_from", "From", "--from", "Only statements since this date."),
    Filter("date_to", "To", "--to", "Only statements until this date."),
    Filter("sources", "Source", "--source", "Only statements from this source.", SOURCE),
    Filter("languages", "Language", "--language",
           'Only statements in this language ("en", "English").', LANGUAGE),
    Filter("words", "Words", "--words",
           'Only passages with these words: veto "Security Council" OR UNSC.'),
    Filter("statement_ids", "Statement", "--only-id", "Only this statement.", ID),
    Filter("not_speakers", "Not the speaker", "--not-speaker", "Exclude this speaker.", SPEAKER,
           excludes=True),
    Filter("not_countries", "Not the country", "--not-country", "Exclude this country.", COUNTRY,
           excludes=True),
    Filter("not_own_speaker", "Not the quote’s own speaker", "--not-own-speaker",
           "Exclude the quote's speaker."),
    Filter("not_own_country", "Not the quote’s own country", "--not-own-country",
           "Exclude the quote's country."),
)  # fmt: skip
FILTERS: Mapping[str, Filter] = {entry.name: entry for entry in _FILTERS}
"""All filters, by the name of the field of `Filters`."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which statements may be found. An empty field allows all; fields are combined with "and".

    >>> china = library.search(result.quote, filters=Filters(countries=("China",)))
    >>> len(china.pairs) < len(result.pairs)
    True

    Countries match by code or any spelling in six languages, speakers with or without honorifics
    and in Cyrillic or Latin letters, and languages by code, English or own name. Case and accents
    do not matter for roles, political parties (the column `party`) and venues. A date matches if
    the period it covers overlaps `date_from`..`date_to`; statements without a date never
    match a period. A joint statement belongs to each of its countries, so that `not_countries`
    excludes it if it names any of them.

    `words` chooses passages rather than statements: all words of each text must occur in a passage
    or its context, in any inflection (see `required_words`); those of its translation count, too.

    `languages` also finds statements of which models read a translation in one of them.
    """

    speakers: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    date_from: PartialDate | None = None
    date_to: PartialDate | None = None
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    statement_ids: tuple[str, ...] = ()
    not_speakers: tuple[str, ...] = ()
    not_countries: tuple[str, ...] = ()
    not_own_speaker: bool = False
    not_own_country: bool = False

    def __post_init__(self) -> None:
        """Check the words.

        Raises:
            QueryError: See `required_words`.
        """
        required_words(self.words)

    def within(self, since: PartialDate | None, until: PartialDate | None) -> Filters:
        """Return the filters further limited to a period; None leaves an end open."""
        begins = [date for date in (self.date_from, since) if date]
        ends = [date for date in (self.date_to, until) if date]
        return replace(
            self,
            date_from=max(begins, key=lambda date: date.first, default=None),
            date_to=min(ends, key=lambda date: date.last, default=None),
        )

    def chosen(self) -> Iterator[tuple[Filter, Attribute, tuple[str, ...]]]:
        """Yield each filter that has values, with the attribute it compares and the values."""
        for entry in FILTERS.values():
            if entry.attribute and (values := getattr(self, entry.name)):
                yield entry, entry.attribute, values

    def excluding_own(self, quote: Quote) -> Filters:
        """Turn the `not_own_…` fields into exclusions of the quote's speaker and country."""
        speakers = (quote.speaker,) if self.not_own_speaker and quote.speaker else ()
        own = tuple(entry.code or entry.name for entry in quote.country)
        return replace(
            self,
            not_speakers=self.not_speakers + speakers,
            not_countries=self.not_countries + (own if self.not_own_country else ()),
            not_own_speaker=False,
            not_own_country=False,
        )

    def in_words(self) -> str:
        """Return the filters in words: "China, from 2014"."""
        names = [
            f"{'not ' * entry.excludes}{country_name(value) if attribute is COUNTRY else value}"
            for entry, attribute, values in self.chosen()
            for value in values
        ]
        names += [f"with {text}" for text in self.words]
        names += [f"from {self.date_from}"] if self.date_from else []
        names += [f"to {self.date_to}"] if self.date_to else []
        return ", ".join(names) or "all statements"


# -- As plain data ------------------------------------------------------------------------------


def filters_in_force(filters: Filters) -> Mapping[str, Any]:
    """Return the filters that are set, as plain data."""
    given: dict[str, Any] = {}
    for name in Filters.__dataclass_fields__:
        if value := getattr(filters, name):
            value = value.iso if isinstance(value, PartialDate) else value
            given[name] = list(value) if isinstance(value, tuple) else value
    return given


def parse_filters(given: Mapping[str, Any]) -> Filters:
    """Return the filters that `filters_in_force` wrote.

    Raises:
        ValueError: They are invalid; the message begins with the name of a filter.
    """
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in Filters.__dataclass_fields__:
            raise ValueError(f"{one_line(name)[:_SHOWN]}: there is no such filter")
        kind = type(getattr(Filters(), name))
        if kind is tuple:
            is_valid = isinstance(value, list) and all(isinstance(one, str) for one in value)
        else:
            is_valid = isinstance(value, bool if kind is bool else str)
        if not is_valid:
            raise ValueError(f"{name}: its value is of another kind")
        try:
            values[name] = PartialDate(value) if isinstance(value, str) else value
        except ValueError:
            shown = f"{value[:_SHOWN]!a}"
            raise ValueError(f"{name}: {shown} is not YYYY, YYYY-MM or YYYY-MM-DD") from None
        values[name] = tuple(value) if kind is tuple else values[name]
    try:
        return Filters(**values)
    except QueryError as error:
        raise ValueError(f"words: {error}") from error


# -- Words ----------------------------------------------------------------------------------------

_SHOWN = 40  # characters of a name or a value in a message
_MOST_TERMS, _LONGEST_TERM = 64, 200
_MARKS = str.maketrans(dict.fromkeys("“”„«»＂", '"'))
_UNREADABLE = re.compile("[\0\ud800-\udfff]")
_TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')
_OTHER_SYNTAX = re.compile(r"-\w.*|.*\w\*|AND|NOT|NEAR(?:/\d+)?", re.S)


def required_words(texts: Iterable[str]) -> list[list[str]]:
    """Return the words and phrases of which a passage must hold one of each list.

    >>> required_words(['veto "Security Council" OR UNSC'])
    [['veto'], ['Security Council', 'UNSC']]

    Raises:
        QueryError: A text has no word, more than 64 or one of more than 200 characters, OR has none
            on one side, or there is a sign that other searches know.
    """
    required: list[list[str]] = []
    for text in texts:
        its: list[list[str]] = []
        joins = False
        for term in _terms(text):
            if term is None and (joins or not its):
                raise _without_word(text)
            if term is not None and joins:
                its[-1].append(term)
            elif term is not None:
                its.append([term])
            joins = term is None
        if joins:
            raise _without_word(text)
        if not its:
            raise QueryError(f"{text[:60]!r} has no word to look for: write one.")
        required += its
    if (count := sum(map(len, required))) > _MOST_TERMS:
        raise QueryError(f"{count} words are more than can be looked for at once: {_MOST_TERMS}.")
    return required


def _terms(text: str) -> Iterator[str | None]:
    """Yield the words and phrases of a text, and None for each OR."""
    for term in _TERM.finditer(_UNREADABLE.sub(" ", text.translate(_MARKS))):
        quoted, bare = term.groups()
        if bare and _OTHER_SYNTAX.fullmatch(bare):
            raise QueryError(
                f"{text[:60]!r} has {bare[:20]!r}, which is not known: words that are all needed "
                "need no sign, all inflections count, and no word can be excluded."
            )
        word = quoted if bare is None else bare
        if len(word) > _LONGEST_TERM:
            raise QueryError(f"{word[:60]!r} … is a word of more than {_LONGEST_TERM} characters.")
        if bare == "OR":
            yield None
        elif searchable(word):
            yield word


def _without_word(text: str) -> QueryError:
    return QueryError(f"{text[:60]!r} has OR without a word on both sides: add one.")


def check_order(
    first: PartialDate | None, last: PartialDate | None, names: tuple[str, str]
) -> None:
    """Refuse a period that ends before it begins.

    Raises:
        QueryError: It does; `names` are those of its dates.
    """
    if first and last and first.first > last.last:
        begin, end = names
        raise QueryError(f"{begin} {first} is after {end} {last}: swap them.")


def reads_translations(languages: Iterable[str]) -> bool:
    """Tell whether languages have that of the translations that models read.

    A tag with a region ("en-GB") only means itself.
    """
    return READ_IN_TRANSLATION in {language_code(tag) for tag in languages if has_no_region(tag)}


def has_no_region(tag: str) -> bool:
    """Tell whether a tag of a language names no region: "en", not "en-GB"."""
    return not {"-", "_"} & set(tag)


def country_spellings(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the country keys, and the folded spellings, that names of countries can mean."""
    names = list(names)
    keys = {country_key(Country(name, country_code(name))) for name in names}
    keys |= {name.strip().upper() for name in names}
    return sorted(keys), sorted(map(fold, names))


def applicable(filters: Filters, quote: Quote) -> tuple[Filters, list[str]]:
    """Drop `not_own_…` filters if the quote's speaker or country is unknown; also return notes."""
    unknown = [
        what
        for what in ("speaker", "country")
        if getattr(filters, f"not_own_{what}") and not getattr(quote, what)
    ]
    dropped: dict[str, Any] = {f"not_own_{what}": False for what in unknown}
    notes = [
        f"The quote's {what} is not known, so its own {what} could not be left out."
        for what in unknown
    ]
    return replace(filters, **dropped), notes


# -- Values to choose from -----------------------------------------------------------------------

FACETED = tuple(
    name for name, f in FILTERS.items() if f.attribute not in (None, ID) and not f.excludes
)
"""The filters whose values are counted and offered."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that a filter can be set to.

    Attributes:
        value: The value for `Filters`.
        label: The most frequent spelling.
        count: Number of statements that have the value.
        spellings: All spellings in the library, the most frequent first.
    """

    value: str
    label: str
    count: int
    spellings: tuple[str, ...]


Facets = Mapping[str, tuple[Facet, ...]]
"""A library's values by name of the filter, the most frequent first."""


@dataclass(frozen=True, slots=True)
class FacetByYear(Facet):
    """A country or speaker, with its statements by year.

    Attributes:
        years: Number of statements in each year that has one, the earliest first; `count` has the
            undated ones, too.
    """

    years: Mapping[int, int]


def facets_of(
    counted: Iterable[tuple[str, str, int]], totals: Mapping[str, int] | None = None
) -> dict[str, Facet]:
    """Return an attribute's facets by key, given keys and spellings with numbers of statements.

    `totals` has the numbers by key if a statement can have several values, as with countries.
    """
    facets = {}
    for key, its in spellings_by_key(counted).items():
        ordered = tuple(commonest(its))
        total = totals[key] if totals else its.total()
        # Only a country code is upper case; other keys have lost case and accents.
        value = key if totals and key.isupper() else ordered[0]
        facets[key] = Facet(value, ordered[0], total, ordered)
    return dict(sorted(facets.items(), key=lambda entry: most_first(entry[1])))


def most_first(facet: Facet) -> tuple[int, str]:
    """Return what facets are sorted by."""
    return -facet.count, facet.label
