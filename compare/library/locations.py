"""Locations of libraries, the sample corpus and caches on this machine."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_dir, user_config_dir, user_data_dir

from compare.errors import LibraryError
from compare.files import home_path, locked

if TYPE_CHECKING:
    from compare.library.backend import Backend
    from compare.models import Encoder

APPLICATION = "compare-statements"
LIBRARY_VARIABLE = "COMPARE_LIBRARY"
CACHE_VARIABLE = "COMPARE_CACHE"
READER_HEADER_VARIABLE = "COMPARE_READER_HEADER"
"""Names the header in which a proxy before the app says who is signed in."""

READ_ONLY_VARIABLE = "COMPARE_READ_ONLY"
"""Set if visitors of the app can neither add nor delete anything."""


def user_library() -> Path:
    """Return the folder of the user's own library, which may not exist yet."""
    return Path(user_data_dir(APPLICATION, appauthor=False)) / "library"


def cache_dir() -> Path:
    """Return the cache folder: $COMPARE_CACHE, else the platform's."""
    given = os.environ.get(CACHE_VARIABLE)
    if given:
        return home_path(given, CACHE_VARIABLE)
    return Path(user_cache_dir(APPLICATION, appauthor=False))


def user_settings() -> Path:
    """Return the path of the user's settings, which may not exist yet."""
    return Path(user_config_dir(APPLICATION, appauthor=False)) / "settings.json"


def resolve_library(given: Backend | Path | str | None = None) -> Backend:
    """Return the library to use: `given`, else $COMPARE_LIBRARY, else the user's, else the sample.

    The sample library is built on first use.
    """
    from compare.library.backend import backend_at

    if named := given or os.environ.get(LIBRARY_VARIABLE):
        return backend_at(named)
    own = backend_at(user_library())
    return own if own.exists() else sample_library()


def sample_corpus() -> Path:
    """Return the path of the sample corpus: beside the package, else where it was installed.

    Raises:
        LibraryError: Neither path exists.
    """
    paths = [
        Path(__file__).resolve().parents[2] / "corpora" / "sample.csv",
        Path(sys.prefix) / "share" / "compare" / "corpora" / "sample.csv",
    ]
    for path in paths:
        if path.is_file():
            return path
    raise LibraryError(
        f"The sample corpus is neither at {paths[0]} nor at {paths[1]}: install the program "
        "again, or name a library with --library."
    )


def sample_library(encoder: Encoder | None = None) -> Backend:
    """Return where the read-only sample library is; it is built in the cache on first use."""
    from compare import __version__
    from compare.corpus import read_corpus
    from compare.library.backend import backend_at
    from compare.library.generations import FORMAT, mark_read_only
    from compare.models import load_encoder

    corpus, encoder = sample_corpus(), encoder or load_encoder()
    parts = [corpus.read_bytes().hex(), encoder.name, encoder.digest, str(FORMAT), __version__]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    folder = writable_cache() / f"sample-{key}"
    sample = backend_at(folder)
    try:
        with locked(Path(f"{folder}.lock")):  # the command line and the app may start at once
            if not _is_complete(sample):
                shutil.rmtree(folder, ignore_errors=True)
                sample.build(read_corpus([corpus]).statements, encoder)
                mark_read_only(folder)
    except (LibraryError, OSError) as error:
        raise LibraryError(
            f"The sample library cannot be written into the cache, {folder.parent}: make room "
            f"there, or name another folder with {CACHE_VARIABLE}."
        ) from error
    return sample


def _is_complete(sample: Backend) -> bool:
    """Whether a sample library can be opened and was marked read-only, its last step."""
    try:
        sample.open().open_store().close()
    except LibraryError:
        return False
    return sample.read_only


def writable_cache() -> Path:
    """Return the cache folder, or one in the temporary folder if it cannot be written.

    Raises:
        LibraryError: Neither can be written.
    """
    folder = cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _probe(folder)
        return folder
    except OSError:
        pass
    other = Path(tempfile.gettempdir()) / f"{APPLICATION}-{_user()}"
    try:
        other.mkdir(mode=0o700, exist_ok=True)
        if other.is_symlink() or (hasattr(os, "getuid") and other.stat().st_uid != os.getuid()):
            raise PermissionError(errno.EPERM, "it is another user's")
        _probe(other)
        return other
    except OSError as error:
        raise LibraryError(
            f"Neither {folder} nor {other} can be written ({error.strerror}), where the program "
            f"keeps what it can make again: name another folder with {CACHE_VARIABLE}."
        ) from error


def _probe(folder: Path) -> None:
    """Raise OSError if a file cannot be written into a folder, or the disk is full."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(1 << 16))


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
