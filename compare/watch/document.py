"""The watches of a library as a document beside it, `watches.json`, and how it is changed.

The document names, for each state of the library that a watch has seen, another document with the
statements known then (`known`). A change writes that one first, under a name not in use, and then
`watches.json` at once: a program that is killed leaves the watches as they were. All changes are
made under a lock. The tables `kept watches` and below in the data dictionary describe the fields.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any, NoReturn

from compare.errors import WatchError
from compare.export.dictionary import check
from compare.export.json_files import quote_to_json
from compare.results import Probabilities, Stance, Thresholds, filters_in_force
from compare.results.provenance import parse_filters
from compare.statements import Country, PartialDate, Quotation, Quote, Statement
from compare.strict_json import read_json
from compare.watch.values import Before, Entry, EntryKind, LastRun, Watch

if TYPE_CHECKING:
    from compare.library.backend import Backend
    from compare.watch.known import Known

FILE = "watches.json"
FORMAT, VERSION = "compare-watches", 1


class UnknownStateError(WatchError):
    """A watch has seen a state of the library whose statements are no longer known."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A watch with all its entries, the oldest first."""

    watch: Watch
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """All watches, and the document of each known state by the library's digest."""

    watches: tuple[Kept, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)

    def named(self, name: str) -> Kept | None:
        """Return the watch with a name, ignoring case; None if there is none."""
        key = " ".join(name.split()).casefold()
        return next((one for one in self.watches if one.watch.name.casefold() == key), None)


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


def read_known(backend: Backend, document: Document, digest: str) -> Known:
    """Read the statements known in a state of the library.

    Raises:
        WatchError: They are missing or damaged.
    """
    from compare.watch.known import Known

    name = document.known[digest]
    try:
        text = backend.read_document(name)
        if text is None:
            raise ValueError("it is missing")
        found = Known.from_json(text)
        if found.digest != digest:
            raise ValueError("digest: it is of another state of the library")
    except (OSError, ValueError) as error:
        _refuse(backend, name, error)
    return found


def change(
    backend: Backend, make: Callable[[Document], Document], known: Known | None = None
) -> Document:
    """Replace the watches by what `make` returns for them, under a lock; return them.

    Args:
        backend: The library's.
        make: Called once, with the watches as they are now.
        known: The statements of a state that the watches after the change may have seen.

    Raises:
        WatchError: The document is damaged, or what `make` raises.
        UnknownStateError: A watch has seen a state that is neither kept nor `known`.
        LibraryError: The library cannot be written.
    """
    after = Document()
    unused: list[str] = []

    def rewrite(text: str | None) -> str:
        nonlocal after
        before = _from_text(text, backend)
        after = make(before)
        seen = {one.watch.digest for one in after.watches}
        names = {digest: name for digest, name in before.known.items() if digest in seen}
        if known and known.digest in seen and known.digest not in names:
            names[known.digest] = _free_name(before.known.values())
            backend.write_document(names[known.digest], known.to_json())
        if seen - names.keys():
            raise UnknownStateError("The watches have changed meanwhile: try again.")
        unused.extend(set(before.known.values()) - set(names.values()))
        after = replace(after, known=names)
        return _to_text(after)

    def sweep(text: str | None) -> str:
        in_use = set(_from_text(text, backend).known.values())
        for name in unused:
            if name not in in_use:  # otherwise another program has taken the name since
                backend.remove_document(name)
        return text or _to_text(Document())

    try:
        backend.update_document(FILE, rewrite)
        if unused:
            backend.update_document(FILE, sweep)
    except (OSError, UnicodeDecodeError) as error:
        _refuse(backend, FILE, error)
    return after


def forget(backend: Backend, ids: Iterable[str]) -> None:
    """Remove the words of statements from all entries, for good.

    Raises:
        WatchError: The document is damaged.
        LibraryError: The library cannot be written.
    """
    gone = frozenset(ids)

    def without(document: Document) -> Document:
        return replace(document, watches=tuple(_without(one, gone) for one in document.watches))

    if any(gone & entry.ids for one in read(backend).watches for entry in one.entries):
        change(backend, without)


def _without(kept: Kept, gone: frozenset[str]) -> Kept:
    return replace(
        kept,
        entries=tuple(one.without_words() if one.ids & gone else one for one in kept.entries),
    )


def _free_name(in_use: Iterable[str]) -> str:
    taken = set(in_use)
    return next(name for n in count() if (name := f"watches-known-{n}.json") not in taken)


def _refuse(backend: Backend, name: str, error: Exception) -> NoReturn:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    raise WatchError(
        f"{backend.place_of(name)} cannot be read ({said}): restore it from a copy, or remove "
        f"{backend.place_of(FILE)} to begin without watches."
    ) from error


# -- The document as text ------------------------------------------------------------------------


def _from_text(text: str | None, backend: Backend) -> Document:
    if text is None:
        return Document()
    try:
        data = read_json(text)
        _check_version(data, backend)
        check("kept watches", data)
        document = _document(data)
        _check_unique(document)
    except ValueError as error:
        _refuse(backend, FILE, error)
    return document


def _check_version(data: Any, backend: Backend) -> None:
    version = data.get("version") if isinstance(data, dict) else None
    if isinstance(version, int) and version > VERSION and data.get("format") == FORMAT:
        raise WatchError(
            f"{backend.place_of(FILE)} has format {version}, and this program reads {VERSION}: "
            "update it with `pip install --upgrade compare-statements`."
        )


def _check_unique(document: Document) -> None:
    names = [one.watch.name.casefold() for one in document.watches]
    if len(set(names)) < len(names):
        raise ValueError("watches: two have the same name")
    for number, one in enumerate(document.watches):
        if one.watch.digest not in document.known:
            raise ValueError(f"watches.{number}.digest: no known statements have it")
        if len({entry.id for entry in one.entries}) < len(one.entries):
            raise ValueError(f"watches.{number}.entries: two have the same id")


def _document(data: Mapping[str, Any]) -> Document:
    known = {entry["digest"]: entry["document"] for entry in data["known"]}
    watches = []
    for number, entry in enumerate(data["watches"]):
        try:
            watches.append(_kept(entry))
        except ValueError as error:
            raise ValueError(f"watches.{number}: {error}") from None
    return Document(tuple(watches), known)


def _kept(data: Mapping[str, Any]) -> Kept:
    run = data["last_run"]
    try:
        filters = parse_filters(data["filters"])
    except ValueError as error:
        raise ValueError(f"filters.{error}") from None
    entries = []
    for number, entry in enumerate(data["entries"]):
        try:
            entries.append(_entry(entry))
        except ValueError as error:
            raise ValueError(f"entries.{number}: {error}") from None
    watch = Watch(
        data["name"],
        Quote(**{**data["quote"], **_who(data["quote"])}),
        filters,
        Thresholds(**data["thresholds"]),
        data["candidates"],
        data["created"],
        data["digest"],
        LastRun(**run) if run else None,
        sum(entry.kind is not EntryKind.BASELINE for entry in entries),
    )
    return Kept(watch, tuple(entries))


def _entry(data: Mapping[str, Any]) -> Entry:
    said, before, odds = data["statement"], data["before"], data["probabilities"]
    if (data["stance"] is None) != (odds is None) or (odds is None) != (data["similarity"] is None):
        raise ValueError("it has only a part of a verdict")
    quotation = Quotation(said["quotation"])
    return Entry(
        data["id"],
        EntryKind(data["kind"]),
        data["found"],
        Statement(**{**said, **_who(said), "quotation": quotation, "pages": tuple(said["pages"])}),
        _stance(data["stance"]),
        Probabilities(**odds) if odds else None,
        None if data["similarity"] is None else float(data["similarity"]),
        data["label_source"],
        Before(**{**before, "stance": _stance(before["stance"])}) if before else None,
    )


def _who(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "country": tuple(Country(**entry) for entry in data["country"]),
        "date": PartialDate(data["date"]) if data["date"] else None,
    }


def _stance(name: str | None) -> Stance | None:
    return Stance(name) if name else None


def _to_text(document: Document) -> str:
    data = {
        "format": FORMAT,
        "version": VERSION,
        "known": [{"digest": one, "document": name} for one, name in document.known.items()],
        "watches": [
            {**watch_to_json(one.watch), "entries": [*map(_entry_to_json, one.entries)]}
            for one in document.watches
        ],
    }
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    # Text from the web may hold half a surrogate pair, which neither UTF-8 nor a database holds.
    return text.encode("utf-8", "replace").decode("utf-8")


def watch_to_json(watch: Watch) -> dict[str, Any]:
    """Return a watch as plain data, without its entries."""
    return {
        "name": watch.name,
        "quote": quote_to_json(watch.quote),
        "filters": dict(filters_in_force(watch.filters)),
        "thresholds": asdict(watch.thresholds),
        "candidates": watch.candidates,
        "created": watch.created,
        "digest": watch.digest,
        "last_run": watch.last_run and asdict(watch.last_run),
    }


def _entry_to_json(entry: Entry) -> dict[str, Any]:
    said = entry.statement
    fields = ("id", "text", "context", "speaker", "role", "venue", "title", "source", "url")
    statement = {name: getattr(said, name) for name in (*fields, "language")}
    statement["pages"] = list(said.pages)
    odds = entry.probabilities
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "found": entry.found,
        "statement": {
            **statement, **_who_to_json(said), "quotation": said.quotation.value
        },
        "stance": entry.stance and entry.stance.value,
        "probabilities": odds and {one.value: float(odds.of(one)) for one in Stance},
        "similarity": None if entry.similarity is None else float(entry.similarity),
        "label_source": entry.label_source,
        "before": entry.before
        and {
            **asdict(entry.before),
            "stance": entry.before.stance and entry.before.stance.value,
        },
    }  # fmt: skip


def _who_to_json(of: Statement) -> dict[str, Any]:
    return {
        "country": [asdict(entry) for entry in of.country],
        "date": of.date.iso if of.date else "",
    }
