"""Filters of statements, as data and as SQL over a library's store."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from compare.statements.countries import country_code, country_key
from compare.statements.normalize import fold, speaker_key
from compare.statements.statement import Country, PartialDate, Statement

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from compare.library.index.faiss import Rows
    from compare.library.store import Store
    from compare.statements.quotes import Quote


@dataclass(frozen=True, slots=True)
class Filters:
    """Which statements may be found. An empty field allows all; fields combine with "and".

    Countries match by code or by any spelling, speakers whatever their honorific; roles, parties
    and venues whatever their case and accents. A statement's party is its column `party`, which
    corpora of parliaments have. A statement's date matches where the span it can mean overlaps
    `date_from`..`date_to`.
    """

    speakers: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    date_from: PartialDate | None = None
    date_to: PartialDate | None = None
    sources: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    statement_ids: tuple[str, ...] = ()
    not_speakers: tuple[str, ...] = ()
    not_countries: tuple[str, ...] = ()
    not_own_speaker: bool = False
    not_own_country: bool = False

    def within(self, since: PartialDate | None, until: PartialDate | None) -> Filters:
        """Return the same within a further period; None leaves an end open."""
        begins = [date for date in (self.date_from, since) if date]
        ends = [date for date in (self.date_to, until) if date]
        return replace(
            self,
            date_from=max(begins, key=lambda date: date.first, default=None),
            date_to=min(ends, key=lambda date: date.last, default=None),
        )


@dataclass(slots=True)
class Selection:
    """The conditions on table `statements`, all of which must hold, and their parameters."""

    conditions: list[str] = field(default_factory=list)
    parameters: list[str | int] = field(default_factory=list)

    def require(self, condition: str, *parameters: str | int) -> None:
        """Add a condition."""
        self.conditions.append(condition)
        self.parameters.extend(parameters)

    def one_of(self, column: str, values: Iterable[str]) -> None:
        """Require that a column hold one of the values, if there are any."""
        if chosen := list(values):
            self.require(f"{column} IN {_LISTED}", json.dumps(chosen))

    @property
    def sql(self) -> str:
        """Return the WHERE clause, "" where everything is selected."""
        return f"WHERE {' AND '.join(self.conditions)}" if self.conditions else ""


_LISTED = "(SELECT value FROM json_each(?))"
_OF_COUNTRY = (
    f"n IN (SELECT n FROM countries WHERE key IN {_LISTED} "
    f"UNION SELECT n FROM countries WHERE name_key IN {_LISTED})"
)


def selection(filters: Filters, quote: Quote | None = None) -> Selection:
    """Return the conditions of the filters; "not the quote's own" ones need the quote.

    A statement for several countries is of each of them, so `not_own_country` leaves out a joint
    statement in which the quote's country had a part. Statements without a date are left out once
    a date is asked for.
    """
    chosen = Selection()
    chosen.one_of("speaker_key", map(speaker_key, filters.speakers))
    chosen.one_of("source", filters.sources)
    chosen.one_of("role_key", map(fold, filters.roles))
    chosen.one_of("party_key", map(fold, filters.parties))
    chosen.one_of("venue_key", map(fold, filters.venues))
    chosen.one_of("language", filters.languages)
    chosen.one_of("id", filters.statement_ids)
    if filters.date_from is not None:
        chosen.require("last_day >= ?", filters.date_from.first.toordinal())
    if filters.date_to is not None:
        chosen.require("first_day <= ?", filters.date_to.last.toordinal())
    if filters.countries:
        chosen.require(_OF_COUNTRY, *_spelled(filters.countries))
    _leave_out(chosen, filters, quote)
    return chosen


def applicable(filters: Filters, quote: Quote) -> tuple[Filters, list[str]]:
    """Take away the "not the quote's own" filters for which too little is known of the quote.

    Returns the filters, and what the reader should know.
    """
    notes = []
    if filters.not_own_speaker and not quote.speaker:
        filters = replace(filters, not_own_speaker=False)
        notes.append(_NOT_KNOWN.format("speaker"))
    if filters.not_own_country and not quote.country:
        filters = replace(filters, not_own_country=False)
        notes.append(_NOT_KNOWN.format("country"))
    return filters, notes


_NOT_KNOWN = "The quote's {0} is not known, so its own {0} could not be left out."


def _leave_out(chosen: Selection, filters: Filters, quote: Quote | None) -> None:
    speakers = {speaker_key(name) for name in filters.not_speakers}
    if filters.not_own_speaker and quote is not None and quote.speaker:
        speakers.add(speaker_key(quote.speaker))
    if speakers:
        chosen.require(f"speaker_key NOT IN {_LISTED}", json.dumps(sorted(speakers)))
    if filters.not_countries:
        chosen.require(f"NOT {_OF_COUNTRY}", *_spelled(filters.not_countries))
    if filters.not_own_country and quote is not None and quote.country:
        keys = json.dumps([country_key(entry) for entry in quote.country])
        chosen.require(f"NOT {_OF_COUNTRY}", keys, "[]")


def _spelled(names: Iterable[str]) -> tuple[str, str]:
    """Return the keys and the folded spellings that the names can stand for."""
    names = list(names)
    keys = {country_key(Country(name, country_code(name))) for name in names}
    keys |= {name.strip().upper() for name in names}
    return json.dumps(sorted(keys)), json.dumps(sorted(map(fold, names)))


# -- Asking the store ----------------------------------------------------------------------------


def allowed_rows(store: Store, chosen: Selection) -> Rows | None:
    """Return the rows of the passages of the statements selected, ascending; None: of all."""
    if not chosen.conditions:
        return None
    found = store.all(
        f"SELECT first_row, row_count FROM statements {chosen.sql} ORDER BY n", chosen.parameters
    )
    import numpy as np

    spans = np.array(found, np.int64).reshape(-1, 2)
    starts, counts = spans[:, 0], spans[:, 1]
    ahead = np.cumsum(counts) - counts
    return np.repeat(starts - ahead, counts) + np.arange(counts.sum())


class Whose(NamedTuple):
    """Which statement each passage is of, by number, and the days that its date can mean.

    Attributes:
        statement: Of each passage, int32 [passages].
        first_day: Of each statement, an ordinal of `datetime.date`, int64; 0 without a date.
        last_day: See `first_day`.
    """

    statement: NDArray[np.int32]
    first_day: Rows
    last_day: Rows


def read_whose(store: Store, passages: int) -> Whose:
    """Read it for all passages of a store."""
    import numpy as np

    found = store.all(
        "SELECT row_count, coalesce(first_day, 0), coalesce(last_day, 0) FROM statements ORDER BY n"
    )
    counts, first, last = np.array(found, np.int64).reshape(-1, 3).T
    numbers = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    assert len(numbers) == passages
    return Whose(numbers, first, last)


def browse(store: Store, chosen: Selection, limit: int, offset: int) -> tuple[list[Statement], int]:
    """Return a page of the statements selected, newest first, and how many there are."""
    newest_first = "first_day IS NULL, first_day DESC, n"
    total = store.one(f"SELECT count(*) FROM statements {chosen.sql}", chosen.parameters)
    found = store.all(
        "SELECT data FROM contents JOIN "
        f"(SELECT n, first_day FROM statements {chosen.sql} "
        f"ORDER BY {newest_first} LIMIT ? OFFSET ?) USING (n) ORDER BY {newest_first}",
        [*chosen.parameters, max(0, limit), max(0, offset)],
    )
    return [Statement.from_json(data) for (data,) in found], total[0]
