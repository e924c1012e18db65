"""The registry of public collections: `collections.toml`, and files of the user's own."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from compare.corpus.importers.registry import formats
from compare.errors import CorpusError
from compare.strict_model import first_problem

COLLECTIONS_VARIABLE = "COMPARE_COLLECTIONS"
"""Names a file with further collections, in the layout of `collections.toml`."""

_SHIPPED = Path(__file__).with_name("collections.toml")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}\Z")
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|\x00-\x1f\ud800-\udfff]')
_LONGEST_NAME = 200  # bytes, which leaves room for the ending of a partial file
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Service(StrEnum):
    """The kind of service that publishes a collection."""

    DATAVERSE = "dataverse"
    ZENODO = "zenodo"
    INDEX = "index"
    """A page with links to the files, one a day."""
    ADDRESS = "address"
    """One file at a fixed address."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A public collection: what it is, and where its files are.

    >>> named_collection("un-general-debate").licence
    'CC0 1.0'

    Attributes:
        format: The name of the importer that reads it; see `compare.corpus.importers.registry`.
        dataset: For Dataverse the DOI, for Zenodo the number of the record, else "".
        files: Patterns of the names of the files; see `collections.toml`.
        since: For an index, the first year that is fetched unless another is asked for.
        tried: The last day on which the addresses were known to answer, "" if that is not known.
    """

    name: str
    title: str
    about: str
    years: str
    languages: str
    size: str
    licence: str
    cite: str
    page: str
    format: str
    service: Service
    address: str
    files: tuple[str, ...]
    dataset: str = ""
    since: int | None = None
    tried: str = ""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    @property
    def by_hand(self) -> str:
        """Return how to build a library without `compare get`, for the end of a message."""
        return (
            f"or download it by hand from {self.page} and use "
            f"`compare build --corpus FILE --format {self.format}`"
        )

    @property
    def last_known(self) -> str:
        """Say when its addresses were last known to answer."""
        if self.tried:
            return f"Its addresses answered on {self.tried}."
        return "The download has not been tried yet."


def collections() -> dict[str, Collection]:
    """Return the collections by name: the shipped ones, and those in $COMPARE_COLLECTIONS.

    >>> len(collections()) >= 5
    True

    Raises:
        CorpusError: The file that the variable names cannot be read or has an invalid entry.
    """
    own = os.environ.get(COLLECTIONS_VARIABLE)
    return _read(_SHIPPED) | (_read(Path(own).expanduser()) if own else {})


def named_collection(name: str) -> Collection:
    """Return a collection; raise CorpusError if there is none of that name."""
    known = collections()
    if name not in known:
        raise CorpusError(f"There is no collection {name!r}: choose one of {', '.join(known)}.")
    return known[name]


def _read(path: Path) -> dict[str, Collection]:
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise CorpusError(
            f"{path} cannot be read ({error.strerror}): correct ${COLLECTIONS_VARIABLE}."
        ) from error
    return _parsed(path, changed)


@cache
def _parsed(path: Path, changed: int) -> dict[str, Collection]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise CorpusError(f"{path} is not a file of collections ({error}): correct it.") from error
    return {name: _collection(path, name, table) for name, table in tables.items()}


def _collection(path: Path, name: str, table: Any) -> Collection:
    from pydantic import TypeAdapter, ValidationError

    def refuse(what: str) -> CorpusError:
        return CorpusError(f"{path}: the collection {name!r} {what}.")

    if not _NAME.match(name) or not isinstance(table, dict):
        raise refuse("needs a name of small letters, digits and hyphens, and a table of its fields")
    try:
        text = json.dumps({**table, "name": name}, default=str)  # else a list is no tuple
        found: Collection = TypeAdapter(Collection).validate_json(text, strict=True)
    except ValidationError as error:
        raise refuse(f"cannot be read ({first_problem(error)})") from None
    if found.format not in formats():
        raise refuse(f"has the format {found.format!r}: use one of {', '.join(formats())}")
    if not is_safe_address(found.address):
        raise refuse(f"has the address {found.address!r}: give one that starts with https://")
    _check_files(found, refuse)
    return found


def _check_files(found: Collection, refuse: Callable[[str], CorpusError]) -> None:
    """Check the names of files, which mean something else for each service."""
    if not found.files:
        raise refuse("names no files")
    if found.service is Service.INDEX:
        for pattern in found.files:
            try:
                groups = re.compile(pattern).groupindex
            except re.error as error:
                raise refuse(f"has the pattern {pattern!r}, which is wrong: {error}") from error
            if not {"date", "version"} <= set(groups):
                raise refuse(f"has the pattern {pattern!r}: it needs the groups date and version")
    elif found.service is Service.ADDRESS:
        if len(found.files) != 1 or not is_plain_name(found.files[0]):
            raise refuse("needs the one name of its file, without a folder")
    elif not found.dataset:
        raise refuse("does not name its dataset: give its DOI, or its number")


def is_safe_address(address: str, *, local: bool = True) -> bool:
    """Tell whether files may be fetched from an address.

    That is over TLS, and from this machine only if `local` is set: no service elsewhere may send
    the program to one here.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if host in _LOOPBACK:
        return local and parts.scheme in ("http", "https")
    return bool(host) and parts.scheme == "https"


def is_local(address: str) -> bool:
    """Tell whether an address is of this machine."""
    return urlsplit(address).hostname in _LOOPBACK


def is_plain_name(name: str) -> bool:
    """Tell whether a file of this name can be on any system, in the folder where it is put."""
    return (
        name not in ("", ".", "..")
        and len(name.encode("utf-8", "replace")) <= _LONGEST_NAME
        and not _NOT_IN_NAMES.search(name)
    )
