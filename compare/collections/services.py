"""Ask the service that publishes a collection for the list of its files."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import IO, Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from compare import __version__
from compare.collections.registry import (
    Collection,
    Service,
    is_local,
    is_plain_name,
    is_safe_address,
)
from compare.corpus.values import listed, shortened
from compare.errors import CorpusError

STALLED_AFTER = 60.0
"""Seconds without a byte after which a connection counts as broken."""

_MOST_OF_LIST = 64 * 1024**2  # bytes
_USER_AGENT = f"compare-statements/{__version__} (fetches a collection because a person asked)"
_CHECKSUMS = {"md5": "md5", "sha-1": "sha1", "sha-256": "sha256", "sha-512": "sha512"}
_NAMED = 20  # names of files in a message
NO_SUCH_PART = http.client.REQUESTED_RANGE_NOT_SATISFIABLE
_TEMPORARY = (408, NO_SUCH_PART, 425, 429)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a collection.

    Attributes:
        name: Its path below the collection's folder, with "/".
        size: In bytes; None if the service does not say.
        checksum: The name of an algorithm of `hashlib` and the digest in hex; None if not given.
    """

    name: str
    url: str
    size: int | None = None
    checksum: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a collection, and the licence that its service states ("" if none)."""

    files: tuple[RemoteFile, ...]
    licence: str = ""

    @property
    def size(self) -> int | None:
        """Return the number of bytes of all files, None if the service does not say."""
        sizes = [file.size for file in self.files]
        return None if None in sizes else sum(filter(None, sizes))


def list_files(
    collection: Collection, since: int | None = None, until: int | None = None
) -> Listing:
    """Return the files of a collection.

    Args:
        collection: See `named_collection`.
        since: The first year, for a collection with a file a day; None for the collection's own.
        until: The last year, for a collection with a file a day.

    Raises:
        CorpusError: The service cannot be reached, answers with something else, or has no such
            files; or years are asked of a collection that cannot be divided.
    """
    if collection.service is not Service.INDEX and (since or until):
        raise CorpusError(
            f"{collection.name} is fetched as a whole: leave --since and --until out, and filter "
            "by date when you search."
        )
    if collection.service is Service.ADDRESS:
        return Listing((RemoteFile(collection.files[0], collection.address),))
    try:
        if collection.service is Service.INDEX:
            return Listing(_on_index(collection, since or collection.since or 0, until or 9999))
        in_dataverse = collection.service is Service.DATAVERSE
        found = _in_dataverse(collection) if in_dataverse else _on_zenodo(collection)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise CorpusError(
            f"{collection.address} answered with something else than a list of files: try again "
            f"later, {collection.by_hand}."
        ) from error
    _check_names(collection, found.files)
    return found


def _check_names(collection: Collection, files: Sequence[RemoteFile]) -> None:
    """Refuse files that would be written over each other, or into each other's folder."""
    taken: set[str] = set()
    folders: set[str] = set()
    for file in files:
        path = PurePosixPath(file.name.casefold())
        parents = {str(parent) for parent in path.parents} - {"."}
        if str(path) in taken | folders or parents & taken:
            raise CorpusError(
                f"{collection.page} has two files named {file.name}: {collection.by_hand[3:]}."
            )
        taken.add(str(path))
        folders |= parents


def _is_wanted(collection: Collection, name: Any) -> bool:
    base = str(name).rpartition("/")[2]
    return any(fnmatch(base, pattern) for pattern in collection.files)


def _chosen(collection: Collection, names: Iterable[Any], files: list[RemoteFile]) -> Listing:
    """Return the files; raise CorpusError if there are none among those named."""
    if files:
        return Listing(tuple(files))
    known = listed([str(name) for name in names][:_NAMED]) or "none at all"
    raise CorpusError(
        f"{collection.page} has no file named {listed(list(collection.files))} but {known}: it "
        "has changed; see whether a newer version of this program knows it, "
        f"{collection.by_hand}."
    )


def _in_dataverse(collection: Collection) -> Listing:
    """Ask the native API of a Dataverse: a tabular file is fetched as it was uploaded."""
    dataset = quote(collection.dataset, safe=":/")
    where = f"{collection.address}/api/datasets/:persistentId/?persistentId={dataset}"
    version = _json(where, collection)["data"]["latestVersion"]
    licence = version.get("license") or ""
    names, files = [], []
    for entry in version["files"]:
        about = entry["dataFile"]
        is_table = "originalFileFormat" in about
        name = about.get("originalFileName") if is_table else about["filename"]
        names.append(name)
        if not _is_wanted(collection, name):
            continue
        if entry.get("restricted"):
            raise CorpusError(
                f"{name} of {collection.name} is restricted: ask for access at {collection.page}, "
                f"{collection.by_hand}."
            )
        checksum = about.get("checksum") or {}
        files.append(
            RemoteFile(
                _safe_name(entry.get("directoryLabel") or "", name),
                f"{collection.address}/api/access/datafile/{int(about['id'])}"
                + ("?format=original" if is_table else ""),
                _size(about.get("originalFileSize" if is_table else "filesize")),
                # The checksum is that of the file as uploaded, also if it was made a table.
                _checksum(checksum.get("type"), checksum.get("value")),
            )
        )
    stated = licence.get("name") if isinstance(licence, dict) else licence
    return replace(_chosen(collection, names, files), licence=str(stated or ""))


def _on_zenodo(collection: Collection) -> Listing:
    record = _json(f"{collection.address}/api/records/{quote(collection.dataset)}", collection)
    licence = (record.get("metadata") or {}).get("license") or {}
    names, files = [], []
    for entry in record["files"]:
        names.append(entry["key"])
        if not _is_wanted(collection, entry["key"]):
            continue
        algorithm, _, digest = str(entry.get("checksum") or "").partition(":")
        files.append(
            RemoteFile(
                _safe_name("", entry["key"]),
                _safe_link(collection, entry["links"]["self"]),
                _size(entry.get("size")),
                _checksum(algorithm, digest),
            )
        )
    return replace(_chosen(collection, names, files), licence=str(licence.get("id") or ""))


def _on_index(collection: Collection, since: int, until: int) -> tuple[RemoteFile, ...]:
    """Return the files to which a page links: the latest version of each day."""
    page = _read(collection.address, collection).decode("utf-8", "replace")
    links = _Links()
    links.feed(page)
    latest: dict[str, tuple[int, str, str, str]] = {}
    for link in links.found:
        try:
            name = PurePosixPath(unquote(urlsplit(link).path)).name
        except ValueError:  # a link that is no address
            continue
        matches = (re.fullmatch(pattern, name) for pattern in collection.files)
        if found := next(filter(None, matches), None):
            day, version = found["date"], found["version"]
            entry = len(version), version, name, link
            if since <= int(day[:4]) <= until:
                latest[day] = max(latest.get(day, entry), entry)
    if not latest:
        raise CorpusError(
            f"{collection.address} links to no file of {collection.name} from {since} to {until}: "
            f"choose other years, {collection.by_hand}."
        )
    chosen = [latest[day] for day in sorted(latest)]
    return tuple(
        RemoteFile(_safe_name("", name), _safe_link(collection, link)) for *_, name, link in chosen
    )


class _Links(HTMLParser):
    """Collects the addresses to which a page links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        """Keep the address of a link."""
        if tag == "a" and (link := dict(attrs).get("href")):
            self.found.append(link)


def _size(value: Any) -> int | None:
    size = None if value is None else int(value)
    return size if size is not None and size >= 0 else None


def _checksum(kind: Any, value: Any) -> tuple[str, str] | None:
    algorithm = _CHECKSUMS.get(str(kind).lower())
    digest = str(value).lower()
    return (algorithm, digest) if algorithm and re.fullmatch("[0-9a-f]+", digest) else None


def _safe_name(folder: str, name: str) -> str:
    """Return a path below the collection's folder; ValueError for one that leaves it."""
    path = PurePosixPath(folder, name)
    if not all(map(is_plain_name, path.parts)) or not path.parts:
        raise ValueError(f"{shortened(str(path))} is no name of a file")
    return str(path)


def _safe_link(collection: Collection, link: str) -> str:
    address = urljoin(collection.address, link)
    if not is_safe_address(address, local=is_local(collection.address)):
        raise ValueError(f"{shortened(address)} is not fetched: it is not behind https://")
    return address


# -- Requests ------------------------------------------------------------------------------------


class UnansweredError(Exception):
    """A connection failed or broke off; another attempt may succeed."""

    status: int | None = None
    """The status of the answer, if there was one."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    def __init__(self, *, local: bool) -> None:
        self._local = local

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str,
        headers: http.client.HTTPMessage, newurl: str,
    ) -> urllib.request.Request | None:  # fmt: skip
        """Follow a redirect over TLS only."""
        if not is_safe_address(newurl, local=self._local):
            raise CorpusError(
                f"{shortened(req.full_url)} redirects to {shortened(newurl)}, which is not behind "
                "https://: nothing was fetched."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def open_address(
    url: str, collection: Collection, headers: Mapping[str, str] | None = None
) -> http.client.HTTPResponse:
    """Return the answer of a server, with a status below 300.

    Raises:
        CorpusError: The server refuses, in one sentence.
        UnansweredError: It cannot be reached or is overloaded.
    """
    request = urllib.request.Request(url, headers={"User-Agent": _USER_AGENT, **(headers or {})})
    opener = urllib.request.build_opener(_Redirects(local=is_local(collection.address)))
    try:
        answer: http.client.HTTPResponse = opener.open(request, timeout=STALLED_AFTER)
    except urllib.error.HTTPError as error:
        error.close()
        phrase = f"{error.code} {http.client.responses.get(error.code, '')}".strip()
        if error.code in _TEMPORARY or error.code >= 500:
            unanswered = UnansweredError(f"it answered with {phrase}")
            unanswered.status = error.code
            raise unanswered from error
        raise CorpusError(
            f"{shortened(url)} was answered with {phrase}: try again later, {collection.by_hand}."
        ) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise CorpusError(
                f"The certificate of {urlsplit(url).hostname} cannot be trusted "
                f"({error.reason.verify_message}): check the clock and the network of this machine."
            ) from error
        raise UnansweredError(reason_of(error.reason)) from error
    except (OSError, http.client.HTTPException) as error:
        raise UnansweredError(reason_of(error)) from error
    except ValueError as error:  # a redirect to what is no address
        raise CorpusError(
            f"{shortened(url)} leads to an address that is none: try again later, "
            f"{collection.by_hand}."
        ) from error
    return answer


def reason_of(error: object) -> str:
    """Return why a connection failed, in a few words."""
    if isinstance(error, UnansweredError):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"it sent nothing for {STALLED_AFTER:g} seconds"
    if isinstance(error, socket.gaierror):
        return "its name cannot be looked up"
    if isinstance(error, http.client.IncompleteRead | http.client.RemoteDisconnected):
        return "the connection broke off"
    return str(getattr(error, "strerror", None) or type(error).__name__)


def _read(url: str, collection: Collection) -> bytes:
    """Return a list of files as it is answered."""
    try:
        with open_address(url, collection) as answer:
            data = answer.read(_MOST_OF_LIST + 1)
    except (UnansweredError, OSError, http.client.HTTPException) as error:
        raise CorpusError(
            f"{shortened(url)} cannot be reached ({reason_of(error)}): check the connection, "
            f"try again later, {collection.by_hand}."
        ) from error
    if len(data) > _MOST_OF_LIST:
        raise CorpusError(
            f"{shortened(url)} answers with more than {_MOST_OF_LIST // 1024**2} MB, which is no "
            f"list of files: try again later, {collection.by_hand}."
        )
    return data


def _json(url: str, collection: Collection) -> Any:
    try:
        return json.loads(_read(url, collection))
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
