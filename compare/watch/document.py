"""The watches of a library as a document beside it, `watches.json`, and how it is changed.

For each state of the library that a watch has seen, another document has the statements known then
(`known`); it is named by the state's digest. A change writes that one first and then `watches.json`
at once, so a program that is killed leaves the watches as they were. All changes are made under a
lock. The tables `kept watches` and below in the data dictionary describe the fields.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, is_dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

from compare.errors import UPDATE, LibraryError, WatchError
from compare.library import Filters
from compare.results import Probabilities, Stance, Thresholds, filters_in_force
from compare.results.provenance import parse_filters
from compare.statements import Country, PartialDate, Quotation, Quote, Statement
from compare.strict_json import read_json
from compare.strict_model import check
from compare.watch.known import FORMAT as KNOWN_FORMAT
from compare.watch.known import Known
from compare.watch.values import Before, Entry, EntryKind, LastRun, Watch, name_key

if TYPE_CHECKING:
    from compare.library.backend import Backend

FILE = "watches.json"

_FORMAT, _VERSION = "compare-watches", 1
_MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A watch with all its entries, the oldest first; those of its baseline come before all."""

    watch: Watch
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """All watches.

    Attributes:
        watches: In the order in which they were added.
        id: A random name, which the document keeps; "" before it is first written.
        known: Digests of the library states whose known statements may be stored.
    """

    watches: tuple[Kept, ...] = ()
    id: str = ""
    known: frozenset[str] = frozenset()

    @property
    def seen(self) -> frozenset[str]:
        """Return the digests of the states that the watches have seen."""
        return frozenset(one.watch.digest for one in self.watches)

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
        _refuse(backend, FILE, error)


def read_known(backend: Backend, digest: str) -> Known:
    """Read the statements known in a state of the library that a watch has seen.

    Raises:
        WatchError: They are missing, damaged, or of another version.
    """
    name = known_name(digest)
    try:
        text = backend.read_document(name)
        if text is None:
            raise ValueError("it is missing")
        data = _validated(text, "known statements", backend.place_of(name))
        found = Known.read(data.digest, data.statements)
        if found.digest != digest:
            raise ValueError("digest: it is of another state of the library")
    except (OSError, ValueError) as error:
        _refuse(backend, name, error)
    return found


def known_name(digest: str) -> str:
    """Return the name of the document with the statements of a state of the library."""
    return f"watches-known-{digest[:16]}.json"


def change(
    backend: Backend,
    make: Callable[[Document], Document],
    survey: Callable[[], Known] | None = None,
) -> Document:
    """Replace the watches by what `make` returns for them, under a lock; return them.

    Args:
        backend: The library's.
        make: Called once, with the watches as they are now. If it returns them, nothing is written.
        survey: Returns the statements of a state that no watch had seen, and that one has now.

    Raises:
        WatchError: The document is damaged, or what `make` raises.
        LibraryError: The library cannot be written.
    """
    after = Document()
    unused: frozenset[str] = frozenset()

    def rewrite(text: str | None) -> str:
        nonlocal after, unused
        before = _from_text(text, backend)
        after = make(before)
        if after is before and text is not None:
            return text
        if after.seen - before.seen and survey:
            known = survey()
            backend.write_document(known_name(known.digest), known.to_json())
        unused = (before.known | before.seen) - after.seen
        after = replace(after, id=before.id or str(uuid4()), known=before.seen | after.seen)
        written = _to_text(after)
        try:
            _parsed(written, backend.place_of(FILE))
        except ValueError as error:  # such as a result that was edited by hand
            raise WatchError(f"The watch cannot be kept ({error}): search again.") from error
        return written

    def sweep(text: str | None) -> str:
        for digest in unused - _from_text(text, backend).seen:
            backend.remove_document(known_name(digest))
        return text or ""

    try:
        backend.update_document(FILE, rewrite)
    except (OSError, UnicodeDecodeError) as error:
        _refuse(backend, FILE, error)
    if unused:
        with suppress(OSError, LibraryError):  # the next change tries again
            backend.update_document(FILE, sweep)
    return after


def forget(backend: Backend, ids: Iterable[str]) -> None:
    """Remove the words of statements from all entries, for good.

    Raises:
        WatchError: The document is damaged.
        LibraryError: The library cannot be written.
    """
    gone, when = frozenset(ids), now()

    def without(kept: Kept) -> Kept:
        shown = (one.without_words(when) if one.ids & gone else one for one in kept.entries)
        return replace(kept, entries=tuple(shown))

    entries = (entry for one in read(backend).watches for entry in one.entries)
    if any(entry.ids & gone and not entry.removed for entry in entries):
        change(backend, lambda all_: replace(all_, watches=tuple(map(without, all_.watches))))


def ids_in_entries(backend: Backend) -> frozenset[str]:
    """Return the ids of all statements whose words may be in entries.

    Raises:
        WatchError: The document is damaged.
    """
    entries = (entry for one in read(backend).watches for entry in one.entries)
    return frozenset().union(*(entry.ids for entry in entries if not entry.removed))


def _refuse(backend: Backend, name: str, error: Exception) -> NoReturn:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    raise WatchError(
        f"{backend.place_of(name)} cannot be read ({said}): restore it from a copy, or remove "
        f"{backend.place_of(FILE)} to begin without watches."
    ) from error


# -- From text -----------------------------------------------------------------------------------


def _from_text(text: str | None, backend: Backend) -> Document:
    if text is None:
        return Document()
    try:
        return _parsed(text, backend.place_of(FILE))
    except ValueError as error:
        _refuse(backend, FILE, error)


@lru_cache(maxsize=2)  # a page or a run reads the same text several times
def _parsed(text: str, place: str) -> Document:
    # Of many values, the collector would take twice as long as all the rest, and find nothing.
    was_on = gc.isenabled()
    gc.disable()
    try:
        data = _validated(text, "kept watches", place)
        document = Document(_at("watches", _kept, data.watches), data.id, frozenset(data.known))
    finally:
        if was_on:
            gc.enable()
    names = [name_key(one.watch.name) for one in document.watches]
    if len(set(names)) < len(names):
        raise ValueError("watches: two have the same name")
    return document


def _validated(text: str, table: str, place: str) -> Any:
    """Return a document as the model of its table.

    Raises:
        ValueError: It is not as the table says; the message is one line.
        WatchError: A newer program wrote it.
    """
    data = read_json(text)
    version = data.get("version") if isinstance(data, dict) else None
    newer = type(version) is int and version > _VERSION
    if newer and data.get("format") in (_FORMAT, KNOWN_FORMAT):
        raise WatchError(
            f"{place} has format {version}, and this program reads {_VERSION}: {UPDATE}."
        )
    return check(table, data)


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
    entries: tuple[Entry, ...] = _at("entries", _entry, data.entries)
    if len({entry.id for entry in entries}) < len(entries):
        raise ValueError("entries: two have the same id")
    run = LastRun(**vars(data.last_run)) if data.last_run else None
    try:
        filters = parse_filters(data.filters)
    except ValueError as error:
        raise ValueError(f"filters.{error}") from None
    values = {
        **vars(data),
        "quote": Quote(**{**vars(data.quote), **_who(data.quote)}),
        "filters": filters,
        "thresholds": Thresholds(**vars(data.thresholds)),
        "last_run": run,
    }
    del values["entries"]
    return Kept(Watch(**values), entries)


def _entry(data: Any) -> Entry:
    before, odds, stance = data.before, data.probabilities, data.stance
    if not (stance is None) == (odds is None) == (data.similarity is None):
        raise ValueError("it has only a part of a verdict")
    if before:
        before = Before(before.id, before.words, before.context, _stance(before.stance))
    return Entry(
        data.id,
        EntryKind(data.kind),
        data.found,
        _statement(data.statement),
        _stance(stance),
        Probabilities(odds.agree, odds.oppose, odds.neither) if odds else None,
        data.similarity,
        data.label_source,
        before,
        data.removed,
    )


def _statement(data: Any) -> Statement:
    values = {**vars(data), **_who(data), "quotation": Quotation(data.quotation)}
    return Statement(pages=_pages(values.pop("page")), **values)


def _who(data: Any) -> dict[str, Any]:
    country = tuple(Country(one.name, one.code) for one in data.country)
    return {"country": country, "date": _date(data.date)}


@lru_cache(maxsize=1000)
def _date(iso: str) -> PartialDate | None:
    return PartialDate(iso) if iso else None


@lru_cache(maxsize=1000)
def _pages(page: int | None) -> tuple[int, ...]:
    """Return the `pages` of a statement that begins on a page."""
    return (0,) * (page or 0)


def _stance(name: str | None) -> Stance | None:
    return Stance(name) if name else None


# -- To text -------------------------------------------------------------------------------------


def _to_text(document: Document) -> str:
    data = {
        "format": _FORMAT,
        "version": _VERSION,
        "id": document.id,
        "known": sorted(document.known),
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
    if isinstance(value, PartialDate):
        return value.iso
    if isinstance(value, Filters):
        return filters_in_force(value)
    if isinstance(value, Quote):
        return value.to_dict()
    if not is_dataclass(value):
        return float(value)
    data = {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, Kept):
        return {**_plain(value.watch), "entries": value.entries}
    if isinstance(value, Statement):
        del data["extra"], data["pages"]
        page = value.page_of(0)
        data["page"] = page if page and page <= _MOST_PAGES else None
        data["date"] = value.date or ""
    return data
