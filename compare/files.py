"""Write whole files or none."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from compare.errors import ExportError

# Characters of a file's name in its temporary one: at most 160 bytes of the 255 a name may have.
_NAME_KEPT = 40


@contextmanager
def writing(path: Path, *, force: bool = False) -> Iterator[IO[bytes]]:
    """Yield a temporary file that replaces `path` at the end; after an error nothing is kept.

    Raises:
        ExportError: The file exists and `force` is not given, or it cannot be written.
    """
    check_free(path, force=force)
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name[:_NAME_KEPT]}.", suffix=".tmp"
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


def check_free(path: Path, *, force: bool = False) -> None:
    """Raise ExportError if the file exists and `force` is not given."""
    if is_there(path) and not force:
        raise ExportError(f"{path} is there already: choose another name, or overwrite by --force.")


def is_there(path: Path) -> bool:
    """Say whether a file or a link exists, even one that leads nowhere: it would be replaced.

    Raises:
        ExportError: It cannot be told.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _not_written(path, error) from error
    return True


def is_folder(path: Path) -> bool:
    """Say whether a folder exists; what cannot be looked at is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def check_writable(path: Path, *, force: bool = False) -> None:
    """Raise as `writing` would, before the work whose result is to be written."""
    check_free(path, force=force)
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError) -> ExportError:
    remedy = "choose a folder that is there and yours"
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
