"""The folder protocol of a library: immutable generations and a one-line CURRENT.

    CURRENT                  the name of the generation in use, replaced atomically
    generations/
        000007-0f3a…/        its number and the first digits of its manifest's sha256
            manifest.json    how it was built; size and sha256 of each other file
            library.sqlite   vectors.npy   index.faiss
    write.lock               held by the one program that writes

A generation is written to a scratch folder, flushed to disk, renamed, and only then named in
CURRENT, so that a crash at any moment leaves either the old library or the new one. Everything else
in the folder belongs to the user and is never touched.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.errors import UPDATE, LibraryError
from compare.files import file_sha256, locked
from compare.safe_text import one_line
from compare.statements import WordsRead
from compare.strict_json import read_json
from compare.strict_model import check

if TYPE_CHECKING:
    from compare.library.passage_store import FileStore

FORMAT = 5
"""Increased whenever older programs could no longer read the files."""

_READ_FORMATS = (4, FORMAT)  # those of format 4 have no translations

MANIFEST = "manifest.json"
RESUME = "unfinished.json"
"""Records the progress of an unfinished generation."""

_CURRENT = "CURRENT"
_GENERATIONS = "generations"
_LOCK = "write.lock"
_READ_ONLY = "READ_ONLY"
_UNFINISHED = ".unfinished"
_NAME = re.compile(r"(\d{6,})-([0-9a-f]{16})\Z")
_CHECKED_AT_OPEN = 4 * 2**20  # of larger files, only the size is checked when opening

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Size and sha256 (hex) of a file of a generation."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """How a generation was built, with its files.

    Attributes:
        format: Format of the files; see `FORMAT`.
        program: Version of the program that wrote them.
        encoder: Name of the embedding model; `encoder_digest` identifies its weights.
        dim: Dimension of the vectors.
        corpus_digest: sha256 over the sorted content hashes of the statements.
        store: Kind of the store; see `passage_store.STORES`.
        read: What models read of statements with a translation; see `statements.WordsRead`.
    """

    format: int
    program: str
    encoder: str
    encoder_digest: str
    dim: int
    statements: int
    passages: int
    corpus_digest: str
    files: Mapping[str, FileRecord]
    store: str = "sqlite"
    read: WordsRead = WordsRead.TRANSLATIONS


@dataclass(frozen=True, slots=True)
class FolderGeneration:
    """A generation on disk."""

    path: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """Return the name that CURRENT holds while this generation is in use."""
        return self.path.name

    @property
    def built(self) -> datetime:
        """Return when its last file was written.

        Raises:
            LibraryError: It is no longer there.
        """
        try:
            return datetime.fromtimestamp((self.path / MANIFEST).stat().st_mtime, UTC)
        except OSError as error:
            raise unreadable(self.path / MANIFEST, error) from error

    def open_store(self) -> FileStore:
        """Open the statements, passages and vectors."""
        from compare.library.passage_store import store_kind  # loads numpy

        manifest, folder = self.manifest, self.path.parents[1]
        return store_kind(manifest.store, folder).open(self.path, manifest.passages, manifest.dim)

    def verify(self, at_most: int | None = None) -> None:
        """Check all sizes, and the digests of files up to `at_most` bytes (None: of all files).

        Raises:
            LibraryError: A file is missing or changed.
        """
        for name, record in self.manifest.files.items():
            path = self.path / name
            if path.is_symlink():  # a deletion would remove the link, and leave the words
                raise damaged(path, "is a link to another file")
            try:
                with path.open("rb") as file:
                    size = os.fstat(file.fileno()).st_size
                if size != record.size:
                    raise damaged(path, f"has {size} bytes instead of {record.size}")
                if (at_most is None or size <= at_most) and file_sha256(path) != record.sha256:
                    raise damaged(path, "is not as it was written (its sha256 differs)")
            except OSError as error:
                raise unreadable(path, error) from error


# -- Reading -------------------------------------------------------------------------------------


def is_library(folder: Path) -> bool:
    """Tell whether a folder holds a library, damaged or not.

    Raises:
        LibraryError: The folder cannot be searched.
    """
    try:
        (folder / _CURRENT).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:  # ValueError: a null character
        raise unreadable(folder, error) from error
    return True


def is_read_only(folder: Path) -> bool:
    """Tell whether the library was marked read-only or its folder cannot be written."""
    return os.path.lexists(folder / _READ_ONLY) or not os.access(folder, os.W_OK)


def current_name(folder: Path) -> str:
    """Return the name of the generation in use.

    Raises:
        LibraryError: There is no library, or CURRENT is damaged.
    """
    path = folder / _CURRENT
    try:
        name = path.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        remedy = f"build one with `compare build --corpus FILE --library {folder}`"
        try:
            _check_writable(folder)
        except LibraryError:  # none could be built there
            remedy = "name the folder of one, or build one in a new folder"
        raise LibraryError(f"There is no library in {folder}: {remedy}.") from None
    except IsADirectoryError:
        raise _no_file(path) from None
    except UnicodeDecodeError:
        name = ""
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    if not _NAME.match(name):
        raise damaged(path, f"names no generation ({name[:40]!r})")
    return name


def open_generation(folder: Path) -> FolderGeneration:
    """Open the generation in use; nothing is written.

    Raises:
        LibraryError: There is no library, it is damaged, or it has another format.
    """
    tries = 5
    while True:
        name = current_name(folder)
        path = folder / _GENERATIONS / name
        try:
            try:
                path.lstat()
            except FileNotFoundError:
                raise damaged(folder / _CURRENT, f"names {name}, which is not there") from None
            except OSError as error:
                raise unreadable(path, error) from error
            generation = FolderGeneration(path, _read_manifest(path / MANIFEST))
            generation.verify(at_most=_CHECKED_AT_OPEN)
            return generation
        except LibraryError:
            # A writer may have published two generations while this one was being opened.
            tries -= 1
            if tries < 0 or current_name(folder) == name:
                raise


def _read_manifest(path: Path) -> Manifest:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        data = read_json(content)
        version = data["format"]
    except (ValueError, KeyError, TypeError) as error:
        said = error if isinstance(error, ValueError) else "format: Field required"
        raise damaged(path, f"is not a manifest ({said})") from error
    if type(version) is int and version not in _READ_FORMATS:
        program = one_line(str(data.get("program", "unknown")))[:20]
        raise _other_format(path.parents[2], version, program)
    wrong = ""
    try:
        manifest = manifest_of(data)
    except ValueError as error:
        wrong = str(error)
    if hashlib.sha256(content).hexdigest()[:16] != _NAME.sub(r"\2", path.parent.name):
        see = f"; see {wrong}" if wrong else ""
        raise damaged(path, f"is not as it was written (its sha256 differs{see})")
    if wrong:
        raise damaged(path, f"is not a manifest ({wrong})")
    return manifest


def manifest_of(data: Any) -> Manifest:
    """Return the manifest of the data that its JSON holds.

    Raises:
        ValueError: A field is missing, unknown, of another type or out of its range; the message
            begins with its place.
    """
    check("library manifest", data)
    for name in data["files"]:
        if name in ("", ".", "..") or set(name) & set("/\\\0"):
            raise ValueError(f"files: {name[:40]!a} is not the name of a file")
    files = {name: FileRecord(**record) for name, record in data["files"].items()}
    read = WordsRead(data.get("read") or WordsRead.TRANSLATIONS)
    return Manifest(**{**data, "files": files, "read": read})


def _no_file(path: Path) -> LibraryError:
    return LibraryError(
        f"The library is damaged: {path} is a folder; remove it, then build the library again with "
        "`compare build --force` (what you wrote yourself stays)."
    )


def _other_format(folder: Path, version: int, program: str) -> LibraryError:
    if version > FORMAT:
        return LibraryError(
            f"The library in {folder} has format {version}, written by version {program} of the "
            f"program; this one reads format {FORMAT}: {UPDATE}."
        )
    return LibraryError(
        f"The library in {folder} has the old format {version}, and this program reads format "
        f"{FORMAT}: build it again with `compare build --corpus FILE --library {folder} --force`; "
        "what you wrote yourself stays."
    )


def damaged(path: Path, what: str) -> LibraryError:
    """Return the error for a file of a library that is damaged."""
    return LibraryError(
        f"The library is damaged: {path} {what}; build it again with `compare build --force` (what "
        "you wrote yourself stays), or restore the folder from a copy."
    )


def unreadable(path: Path, error: Exception) -> LibraryError:
    """Return the error for a file or folder that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        return damaged(path, "is missing")
    if isinstance(error, IsADirectoryError | NotADirectoryError):
        return damaged(path, f"cannot be read ({error.strerror})")
    return LibraryError(
        f"{path} cannot be read ({getattr(error, 'strerror', None) or error}): check that it is "
        "yours to read, or name another library with --library."
    )


# -- Writing -------------------------------------------------------------------------------------


@contextmanager
def writing(folder: Path) -> Iterator[Path]:
    """Hold the writer's lock and yield a folder in which to write a generation.

    The folder is empty, or holds `RESUME` and the files of an interrupted writer. It is removed at
    the end unless `publish` renamed it or it holds `RESUME`.

    Raises:
        LibraryError: Another program is writing, or the folder is read-only or holds other files.
    """
    generations = folder / _GENERATIONS
    scratch = generations / _UNFINISHED
    try:
        _check_writable(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / _LOCK, 0):
            generations.mkdir(exist_ok=True)
            _remove_leftovers(folder)
            scratch.mkdir(exist_ok=True)
            try:
                yield scratch
            finally:
                if not (scratch / RESUME).exists():
                    shutil.rmtree(scratch, ignore_errors=True)
    except TimeoutError:
        raise LibraryError(
            f"Another program is writing to the library in {folder}: wait until it has finished, "
            "then try again."
        ) from None
    except PermissionError as error:
        raise LibraryError(
            f"The library in {folder} cannot be written ({error.strerror}: {error.filename}): "
            "name a folder of your own with --library."
        ) from error
    except OSError as error:
        kept = (
            f" {scratch} keeps what is embedded for the next build: remove it if you need its room."
            if (scratch / RESUME).exists()
            else ""
        )
        raise LibraryError(
            f"The library in {folder} could not be written ({error.strerror or error}): make room "
            "there, or name another folder with --library; what was there before is "
            f"unchanged.{kept}"
        ) from error


def _check_writable(folder: Path) -> None:
    if os.path.lexists(folder / _READ_ONLY):
        raise LibraryError(
            f"The library in {folder} is read-only: build one of your own with "
            "`compare build --corpus FILE --library FOLDER`."
        )
    if folder.exists() and not folder.is_dir():
        raise LibraryError(f"{folder} is a file: name a folder for the library.")
    if (folder / _CURRENT).is_dir():
        raise _no_file(folder / _CURRENT)
    if folder.is_dir() and not is_library(folder) and not (folder / _GENERATIONS).is_dir():
        try:
            others = sorted(entry.name for entry in folder.iterdir() if entry.name != _LOCK)
        except PermissionError:
            return  # writing will fail with a clear message
        if others:
            raise LibraryError(
                f"{folder} is neither a library nor empty (it holds {others[0]!r}): name a new or "
                "empty folder."
            )


def publish(
    folder: Path, scratch: Path, manifest: Manifest, *, for_good: bool = False
) -> FolderGeneration:
    """Make the files in `scratch` the generation in use; only call it within `writing`.

    The generation before is kept for programs that open it now, unless what the new one does not
    hold is deleted for good.
    """
    content = (json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n").encode()
    (scratch / MANIFEST).write_bytes(content)
    # The order matters: all files reach the disk before the rename, and the rename before CURRENT.
    for path in (*scratch.iterdir(), scratch):
        _sync(path)
    before = _current_or_none(folder)
    number = 1 + max(map(_number, _generations(folder)), default=0)
    name = f"{number:06d}-{hashlib.sha256(content).hexdigest()[:16]}"
    final = folder / _GENERATIONS / name
    (scratch / RESUME).unlink(missing_ok=True)
    scratch.rename(final)
    _sync(final.parent)
    pointer = folder / f"{_CURRENT}.new"
    pointer.write_text(name + "\n", encoding="utf-8")
    _sync(pointer)
    pointer.replace(folder / _CURRENT)
    _sync(folder)
    if for_good:
        _prune_for_good(folder)
    else:
        _prune(folder, keep={name, before})
    return FolderGeneration(final, manifest)


def forget_before(folder: Path) -> None:
    """Remove all generations but the one in use, and with them deleted statements.

    Raises:
        LibraryError: Another program is writing, or a file cannot be removed.
    """
    with writing(folder):
        _prune_for_good(folder)


def _prune_for_good(folder: Path) -> None:
    name = current_name(folder)
    _prune(folder, keep={name})
    if left := [path for path in _generations(folder) if path.name != name]:
        raise LibraryError(
            f"{left[0]} cannot be removed, and still holds what was deleted: check that it is "
            "yours, then delete the same statements again."
        )


def record_files(scratch: Path) -> dict[str, FileRecord]:
    """Return size and sha256 of all files of an unpublished generation."""
    return {
        path.name: FileRecord(path.stat().st_size, file_sha256(path))
        for path in sorted(scratch.iterdir())
        if path.name != RESUME
    }


def mark_read_only(folder: Path) -> None:
    """Mark the library, so that all later writing is refused."""
    (folder / _READ_ONLY).write_text("This library is not written to.\n", encoding="utf-8")


def _current_or_none(folder: Path) -> str | None:
    with suppress(LibraryError):
        return current_name(folder)
    return None


def _generations(folder: Path) -> list[Path]:
    return [path for path in (folder / _GENERATIONS).iterdir() if _NAME.match(path.name)]


def _number(path: Path) -> int:
    return int(path.name.split("-", 1)[0])


def _remove_leftovers(folder: Path) -> None:
    """Remove the files of an interrupted writer, unless the next one can resume."""
    for path in (folder / _GENERATIONS).glob(f"{_UNFINISHED}*"):
        if path.name != _UNFINISHED or not (path / RESUME).exists():
            shutil.rmtree(path, ignore_errors=True)
    current = folder / _GENERATIONS / (_current_or_none(folder) or _UNFINISHED)
    if current.name != _UNFINISHED and current.is_dir():
        earlier = [path for path in _generations(folder) if _number(path) < _number(current)]
        before = max(earlier, key=_number, default=current)
        _prune(folder, keep={current.name, before.name})


def _prune(folder: Path, keep: set[str | None]) -> None:
    """Remove all other generations; programs that have one open keep reading its files."""
    for path in _generations(folder):
        if path.name not in keep:
            logger.debug("removing generation %s", path.name)
            shutil.rmtree(path, ignore_errors=True)


def _sync(path: Path) -> None:
    """Flush a file or a folder's entries to the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a folder; its file system keeps renames in order
    handle = os.open(path, os.O_RDWR if path.is_file() and os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
