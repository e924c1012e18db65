"""The watches of a library as a document beside it, `watches.json`, and how it is changed.

A change replaces it at once under a lock, so a program that is killed leaves the watches as they
were. Entries point to words of the library and hold none. The tables `kept watches` and below in
the data dictionary describe the fields.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, is_dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from compare.errors import UPDATE, WatchError
from compare.library.filters import Filters, filters_in_force, parse_filters
from compare.results import Probabilities, Stance, Thresholds
from compare.statements import Country, PartialDate, Quote
from compare.strict_json import read_json
from compare.strict_model import check
from compare.watch.values import LastRun, Watch, name_key

if TYPE_CHECKING:
    from compare.library.backend import Backend

FILE = "watches.json"

RECORD = 8
"""Bytes by which a statement is known."""

_FORMAT, _VERSION = "compare-watches", 2


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry as it is kept: the digest of a passage, its statement, and its verdict."""

    id: str
    found: str
    statement: str
    stance: Stance
    probabilities: Probabilities
    similarity: float
    label_source: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A watch with all its entries, the oldest first.

    Attributes:
        baseline: Ids of the entries that were not reported, since the search already listed them
            when the watch was added.
    """

    watch: Watch
    baseline: tuple[str, ...] = ()
    entries: tuple[KeptEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """All watches.

    Attributes:
        watches: In the order in which they were added.
        digest: The digest of the library at the last run, or when the first watch was added; None
            if an older version wrote the document.
        known: A record of each statement of the library then, sorted (`reading.survey`).
        older: Names of the documents that an older version kept beside this one.
    """

    watches: tuple[Kept, ...] = ()
    digest: str | None = None
    known: bytes = b""
    older: tuple[str, ...] = ()

    def named(self, name: str) -> Kept | None:
        """Return the watch with a name, ignoring case; None if there is none."""
        key = name_key(name)
        return next((one for one in self.watches if name_key(one.watch.name) == key), None)


def now() -> str:
    """Return the time as documents have it (ISO 8601, UTC)."""
    return datetime.now(UTC).isoformat(timespec="seconds")


# -- Reading and changing ------------------------------------------------------------------------


def read(backend: Backend) -> Document:
    """Read the watches beside a library.

    Raises:
        WatchError: The document is damaged, or of another version.
    """
    try:
        return _from_text(backend.read_document(FILE), backend)
    except (OSError, UnicodeDecodeError) as error:
        _refuse(backend, error)


def change(backend: Backend, make: Callable[[Document], Document]) -> None:
    """Replace the watches by what `make` returns for them, under a lock.

    Args:
        backend: The library's.
        make: Called once, with the watches as they are now. If it returns them, nothing is written.

    Raises:
        WatchError: The document is damaged, or what `make` raises.
        LibraryError: The library cannot be written.
    """

    def rewrite(text: str | None) -> str:
        before = _from_text(text, backend)
        after = make(before)
        if after is before and text is not None:
            return text
        for name in before.older:
            backend.remove_document(name)
        written = _to_text(after)
        try:
            _parsed(written, backend.place_of(FILE))
        except ValueError as error:  # such as a result that was edited by hand
            raise WatchError(f"The watch cannot be kept ({error}): search again.") from error
        return written

    try:
        backend.update_document(FILE, rewrite)
    except (OSError, UnicodeDecodeError) as error:
        _refuse(backend, error)


def upgrade(backend: Backend) -> None:
    """Rewrite watches of an older version, whose entries hold the words of statements.

    Raises:
        WatchError: The document is damaged.
        LibraryError: The library cannot be written.
    """
    if read(backend).older:
        change(backend, replace)


def _refuse(backend: Backend, error: Exception) -> NoReturn:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    raise WatchError(
        f"{backend.place_of(FILE)} cannot be read ({said}): restore it from a copy, or remove it "
        "to begin without watches."
    ) from error


# -- From text and to text -----------------------------------------------------------------------


def _from_text(text: str | None, backend: Backend) -> Document:
    if text is None:
        return Document()
    try:
        return _parsed(text, backend.place_of(FILE))
    except ValueError as error:
        _refuse(backend, error)


@lru_cache(maxsize=2)  # a page or a run reads the same text several times
def _parsed(text: str, place: str) -> Document:
    data = read_json(text)
    about = data if isinstance(data, dict) else {}
    version = about.get("version")
    if about.get("format") == _FORMAT and type(version) is int and version > _VERSION:
        raise WatchError(
            f"{place} has format {version}, and this program reads {_VERSION}: {UPDATE}."
        )
    older = _upgraded(about) if version == 1 else ()
    data = check("kept watches", data)
    watches = _at("watches", _kept, data.watches)
    names = [name_key(one.watch.name) for one in watches]
    if len(set(names)) < len(names):
        raise ValueError("watches: two have the same name")
    try:
        known = base64.b64decode(data.statements, validate=True)
    except ValueError:
        raise ValueError("statements: they are not in base64") from None
    if len(known) % RECORD:
        raise ValueError("statements: the last record is cut")
    return Document(watches, data.digest, known, older)


def _upgraded(data: dict[str, Any]) -> tuple[str, ...]:
    """Turn version 1 into this one, without entries; return the names of its other documents."""
    data |= {"version": _VERSION, "digest": None, "statements": ""}
    data.pop("id", None)
    digests, watches = data.pop("known", None), data.get("watches")
    for watch in watches if isinstance(watches, list) else ():
        if isinstance(watch, dict):
            watch.pop("digest", None)
            watch |= {"entries": [], "baseline": []}
            if isinstance(run := watch.get("last_run"), dict):
                run.pop("corrected", None)
    found = map(str, digests if isinstance(digests, list) else ())
    return tuple(
        f"watches-known-{one[:16]}.json" for one in found if re.fullmatch("[0-9a-f]{64}", one)
    )


def _at(place: str, make: Callable[[Any], Any], given: Iterable[Any]) -> tuple[Any, ...]:
    """Return what `make` returns for each; errors name its place."""
    made = []
    for number, one in enumerate(given):
        try:
            made.append(make(one))
        except ValueError as error:
            raise ValueError(f"{place}.{number}: {error}") from None
    return tuple(made)


def _kept(data: Any) -> Kept:
    values = vars(data)
    entries, baseline = tuple(map(_entry, values.pop("entries"))), tuple(values.pop("baseline"))
    if len({entry.id for entry in entries}) < len(entries):
        raise ValueError("entries: two have the same id")
    country = tuple(Country(one.name, one.code) for one in data.quote.country)
    date = PartialDate(data.quote.date) if data.quote.date else None
    try:
        filters = parse_filters(data.filters)
    except ValueError as error:
        raise ValueError(f"filters.{error}") from None
    of = {
        "quote": Quote(**{**vars(data.quote), "country": country, "date": date}),
        "filters": filters,
        "thresholds": Thresholds(**vars(data.thresholds)),
        "last_run": LastRun(**vars(data.last_run)) if data.last_run else None,
    }
    return Kept(Watch(**{**values, **of}), baseline, entries)


def _entry(data: Any) -> KeptEntry:
    p = Probabilities(**vars(data.probabilities))
    return KeptEntry(**{**vars(data), "stance": Stance(data.stance), "probabilities": p})


def _to_text(document: Document) -> str:
    data = {
        "format": _FORMAT,
        "version": _VERSION,
        "digest": document.digest,
        "statements": base64.b64encode(document.known).decode(),
        "watches": document.watches,
    }
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, default=_plain) + "\n"
    # Text from the web may hold half a surrogate pair, which neither UTF-8 nor a database holds.
    return text.encode("utf-8", "replace").decode("utf-8")


def plain(watch: Watch) -> dict[str, Any]:
    """Return a watch as plain data, without its entries."""
    data: dict[str, Any] = json.loads(json.dumps(watch, default=_plain))
    return data


def _plain(value: Any) -> Any:
    """Return what `json` cannot write as what it can: values, and NumPy's numbers."""
    if isinstance(value, Filters):
        return filters_in_force(value)
    if isinstance(value, Quote):
        return value.to_dict()
    if isinstance(value, Kept):
        return {**_plain(value.watch), "baseline": value.baseline, "entries": value.entries}
    if is_dataclass(value):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    return float(value)
