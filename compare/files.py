"""Write files whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from compare.errors import ExportError

# Characters of the target's name in the temporary one: at most 160 bytes of the 255 allowed.
_PREFIX_LENGTH = 40


@contextmanager
def writing(path: Path, *, force: bool = False) -> Iterator[IO[bytes]]:
    """Yield a temporary file that replaces `path` at the end, or is removed after an error.

    Raises:
        ExportError: The file exists and `force` is not given, or it cannot be written.
    """
    _check_free(path, force=force)
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name[:_PREFIX_LENGTH]}.", suffix=".tmp"
        )
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _check_free(path: Path, *, force: bool = False) -> None:
    """Raise ExportError if the file exists and `force` is not given."""
    if exists(path) and not force:
        raise ExportError(
            f"{path} already exists: choose another name, or overwrite it with --force."
        )


def exists(path: Path) -> bool:
    """Tell whether a file or link exists; raise ExportError if the path cannot be accessed."""
    try:
        # lstat: a link that leads nowhere would be replaced, too.
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _not_written(path, error) from error
    return True


def is_folder(path: Path) -> bool:
    """Tell whether a folder exists; False if the path cannot be accessed."""
    try:
        return path.is_dir()
    except OSError:
        return False


def check_writable(path: Path, *, force: bool = False) -> None:
    """Raise the errors of `writing` early, before long work whose result is to be written."""
    _check_free(path, force=force)
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError) -> ExportError:
    remedy = "choose a folder that exists and that you may write to"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        remedy = f"make room in {path.parent}, or choose another folder"
    return ExportError(f"{path} cannot be written ({error.strerror}): {remedy}.")


def write_whole(path: Path, data: bytes, *, force: bool = False) -> Path:
    """Write a whole file or nothing, and return its path; raise as `writing` does."""
    with writing(path, force=force) as file:
        file.write(data)
    return path


def _umask() -> int:
    """Return the process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def file_sha256(path: Path) -> str:
    """Return the sha256 (hex) of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
