"""Download the files of a collection: checked, resumed after an interruption, kept in the cache."""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from compare.collections.registry import Collection
from compare.collections.services import (
    NO_SUCH_PART,
    Listing,
    RemoteFile,
    UnansweredError,
    list_files,
    open_address,
    reason_of,
)
from compare.errors import CorpusError, ExportError
from compare.files import locked, write_whole
from compare.library.locations import user_settings, writable_cache
from compare.strict_json import read_json

if TYPE_CHECKING:
    from compare.progress import Progress

ATTEMPTS = 5
"""Attempts in a row that may bring no byte before a download is given up."""

FIRST_PAUSE = 1.0
"""Seconds before the second attempt; each further pause is twice as long."""

_BLOCK = 256 * 1024
_MOST = 50 * 1024**3  # bytes of one file
_PARTIAL = ".part"
_VERSION = ".version"  # the server's name for the content of a partial file


def fetch_collection(
    collection: Collection,
    folder: Path,
    listing: Listing | None = None,
    *,
    since: int | None = None,
    until: int | None = None,
    on_progress: Progress | None = None,
) -> list[Path]:
    """Return the files of a collection in `folder`, downloading what is not there yet.

    A download that was interrupted continues where it was. Nothing else uses the network.

    Args:
        collection: See `named_collection`.
        folder: Where the files are kept; made if it does not exist.
        listing: What `list_files` returned; None asks the service.
        since: The first year; see `list_files`.
        until: The last year.
        on_progress: Reports bytes; the total is 0 if the service does not say it.

    Raises:
        CorpusError: The licence is not accepted, the service does not answer, a file is not what
            it should be, or the disk is full.
    """
    if not is_accepted(collection):
        raise CorpusError(
            f"The licence of {collection.name} ({collection.licence}) has not been accepted: read "
            f"it at {collection.page}, then accept it with --accept-licence."
        )
    listing = listing or list_files(collection, since, until)
    alone, done, paths = len(listing.files) == 1, 0, []

    def report(size: int, whole: int) -> None:
        if on_progress is not None:
            on_progress(done + size, listing.size or (whole if alone else 0))

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(Path(f"{folder}.lock")):  # two at once would write into one partial file
            for file in listing.files:
                paths.append(_Download(collection, file, folder / file.name, report).run())
                done += paths[-1].stat().st_size
    except OSError as error:
        raise _not_kept(folder, listing.files[len(paths) :], error) from error
    return paths


class _Download:
    """One file on its way."""

    def __init__(
        self, collection: Collection, file: RemoteFile, path: Path, report: Progress
    ) -> None:
        self.collection, self.file, self.path, self.report = collection, file, path, report
        self.partial = path.with_name(path.name + _PARTIAL)
        self.version = path.with_name(path.name + _VERSION)

    def run(self) -> Path:
        """Return the path of the whole file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.is_file() and self._is_whole(self.path):
            self._forget()  # what a kill left just after the file got its name
            size = self.path.stat().st_size
            self.report(size, size)
            return self.path
        self._fetch()
        if not self._is_whole(self.partial):  # perhaps two versions of the file in one
            self._forget()
            self._fetch()
        if not self._is_whole(self.partial):
            self._forget()
            raise CorpusError(
                f"{self.file.url} is not the file that {self.collection.page} lists: its "
                f"{self._expected} differs; nothing is kept. Try again later, "
                f"{self.collection.by_hand}."
            )
        self.partial.replace(self.path)
        self.version.unlink(missing_ok=True)
        return self.path

    @property
    def _expected(self) -> str:
        return self.file.checksum[0].upper() if self.file.checksum else "size"

    def _is_whole(self, path: Path) -> bool:
        """Compare a file with its size and checksum if the service publishes them."""
        if self.file.size is not None and path.stat().st_size != self.file.size:
            return False
        if self.file.checksum is None:
            return True
        algorithm, digest = self.file.checksum
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, algorithm).hexdigest() == digest

    def _fetch(self) -> None:
        """Download into the partial file until it is complete; keep it if that fails."""
        failures, pause = 0, FIRST_PAUSE
        while True:
            before = self._partial_size()
            try:
                self._continue(before)
                return
            except (UnansweredError, http.client.HTTPException) as error:
                reason = reason_of(error)
                if getattr(error, "status", None) == NO_SUCH_PART:
                    self._forget()
            came = self._partial_size() > before
            failures, pause = (1, FIRST_PAUSE) if came else (failures + 1, pause * 2)
            if failures >= ATTEMPTS:
                kept = self._partial_size()
                raise CorpusError(
                    f"{self.file.url} cannot be fetched ({reason}): check the connection and run "
                    f"the same command again, which continues after {_megabytes(kept)}, "
                    f"{self.collection.by_hand}."
                )
            time.sleep(pause)  # a server that is overloaded gets time to recover

    def _continue(self, have: int) -> None:
        """Ask for what is missing, and append it."""
        headers = {}
        known = self._known_version()
        if have and (known or self.file.checksum):
            headers["Range"] = f"bytes={have}-"
            if known:
                headers["If-Range"] = known  # the whole file if it changed in between
        with open_address(self.file.url, self.collection, headers) as answer:
            resumed = answer.status == http.client.PARTIAL_CONTENT
            start = have if resumed else 0
            self._check_kind(answer)
            if resumed and not (answer.getheader("Content-Range") or "").startswith(
                f"bytes {have}-"
            ):
                self._forget()
                raise UnansweredError("it sent another part than the one asked for")
            self._check_room(answer.length)
            self._remember_version(answer)
            with self.partial.open("ab" if resumed else "wb") as out:
                while block := _received(answer):
                    out.write(block)
                    start += len(block)
                    if start > (self.file.size or _MOST):
                        raise CorpusError(
                            f"{self.file.url} is longer than {self.collection.page} says: try "
                            f"again later, {self.collection.by_hand}."
                        )
                    self.report(start, start + (answer.length or 0))
            if answer.length:  # `read1` does not complain about a short body
                raise UnansweredError("the connection broke off")
        if not start and self.file.size != 0:
            raise UnansweredError("it sent an empty file")

    def _check_kind(self, answer: http.client.HTTPResponse) -> None:
        """Refuse a page in the place of a file, such as one that asks to log in."""
        kind = answer.headers.get_content_type()
        if kind == "text/html" and not self.file.name.lower().endswith((".html", ".htm")):
            raise CorpusError(
                f"{self.file.url} was answered with a web page and not with {self.file.name}: open "
                f"{self.collection.page} in a browser to see why, {self.collection.by_hand}."
            )

    def _partial_size(self) -> int:
        size = self.partial.stat().st_size if self.partial.is_file() else 0
        if (
            self.file.size is not None
            and size >= self.file.size
            and not self._is_whole(self.partial)
        ):
            self._forget()
            return 0
        return size

    def _known_version(self) -> str:
        return self.version.read_text(encoding="utf-8") if self.version.is_file() else ""

    def _remember_version(self, answer: http.client.HTTPResponse) -> None:
        tag = answer.getheader("ETag") or ""
        if tag.startswith("W/"):  # a weak tag does not promise equal bytes
            tag = ""
        self.version.write_text(tag or answer.getheader("Last-Modified") or "", encoding="utf-8")

    def _forget(self) -> None:
        self.partial.unlink(missing_ok=True)
        self.version.unlink(missing_ok=True)

    def _check_room(self, length: int | None) -> None:
        if length and shutil.disk_usage(self.path.parent).free < length:
            raise OSError(errno.ENOSPC, "the disk is too full")


def _not_kept(folder: Path, left: Sequence[RemoteFile], error: OSError) -> CorpusError:
    """Return the error of a folder for files, of which the first of those left was fetched."""
    if left and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        size = f" ({_megabytes(left[0].size)})" if left[0].size else ""
        return CorpusError(
            f"There is no room for {left[0].name}{size} in {folder}: make room, or name another "
            "folder with COMPARE_CACHE, and run the same command again."
        )
    return CorpusError(
        f"{error.filename or folder} cannot be written ({error.strerror}): name another folder "
        "with COMPARE_CACHE."
    )


def _received(answer: http.client.HTTPResponse) -> bytes:
    """Return what has arrived; an error of the connection is not one of the disk."""
    try:
        return answer.read1(_BLOCK)
    except OSError as error:
        raise UnansweredError(reason_of(error)) from error


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


# -- Licences ------------------------------------------------------------------------------------


def is_accepted(collection: Collection) -> bool:
    """Tell whether the user accepted the licence of a collection, as it is now."""
    accepted = _accepted().get(collection.name)
    return isinstance(accepted, dict) and accepted.get("licence") == collection.licence


def accept_licence(collection: Collection) -> None:
    """Remember that the user accepts the licence of a collection.

    Raises:
        CorpusError: The user's settings cannot be written.
    """
    entry = {"licence": collection.licence, "on": f"{datetime.now(UTC):%Y-%m-%d}"}
    text = json.dumps(_accepted() | {collection.name: entry}, indent=2)
    path = _accepted_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode(), force=True)
    except (OSError, ExportError) as error:
        raise CorpusError(
            f"The licence cannot be remembered in {path} ({error}): make its folder writable."
        ) from error


def _accepted() -> dict[str, object]:
    try:
        found = read_json(_accepted_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _accepted_path() -> Path:
    return user_settings().with_name("licences.json")


def downloads(collection: Collection) -> Path:
    """Return the folder of the cache where the files of a collection are kept."""
    return writable_cache() / "collections" / collection.name
