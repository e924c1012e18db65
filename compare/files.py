"""Write files whole or not at all, and tell plain files and folders from anything else."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import IO

from compare.errors import CompareError, CorpusError, ExportError

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

# Characters of the target's name in the temporary one: at most 160 bytes of the 255 allowed.
_PREFIX_LENGTH = 40
_TEMPORARY = ".tmp"


@contextmanager
def writing(path: Path, *, force: bool = False) -> Iterator[IO[bytes]]:
    """Yield a temporary file that replaces `path` at the end, or is removed after an error.

    A file that is replaced keeps its owner and its permissions. Temporary files for `path` that
    killed programs left are removed.

    Raises:
        ExportError: The file exists and `force` is not given, it is no plain file, or it cannot be
            written.
    """
    _check_free(path, force=force)
    temporary: str | None = None
    lock: int | None = None
    try:
        _remove_left_over(path)
        handle, temporary, lock = _make_temporary(path)
        with os.fdopen(handle, "wb") as file:
            yield file
        before = _check_free(path, force=force)  # the work may have taken hours
        if before is None:
            Path(temporary).chmod(0o666 & ~_umask())
        else:
            _make_like(Path(temporary), before)
        Path(temporary).replace(path)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        if lock is not None:
            os.close(lock)


def _make_temporary(path: Path) -> tuple[int, str, int | None]:
    """Return a new temporary file beside a path, its name, and a lock that shows it is in use."""
    while True:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_prefix(path), suffix=_TEMPORARY)
        if fcntl is None:
            return handle, name, None
        lock = os.dup(handle)  # held until the file has its name
        with suppress(OSError):  # some file systems have no locks
            fcntl.flock(lock, fcntl.LOCK_EX)
        if Path(name).exists():
            return handle, name, lock
        os.close(handle)  # another program took it for one that was left over
        os.close(lock)


def _remove_left_over(path: Path) -> None:
    """Remove temporary files for a path whose writers were killed."""
    name = re.compile(re.escape(_prefix(path)) + r"\w{8}" + re.escape(_TEMPORARY))
    with suppress(OSError):  # of a folder that cannot be listed
        for found in [entry for entry in path.parent.iterdir() if name.fullmatch(entry.name)]:
            with suppress(OSError):  # it is in use
                _remove_unlocked(found)


def _remove_unlocked(path: Path) -> None:
    if fcntl is None:
        path.unlink(missing_ok=True)  # Windows refuses to remove a file that is in use
        return
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _prefix(path: Path) -> str:
    return f".{path.name[:_PREFIX_LENGTH]}."


def _check_free(path: Path, *, force: bool = False) -> os.stat_result | None:
    """Return what is known of the plain file that would be replaced; None without one.

    Raises:
        ExportError: It exists and `force` is not given, or it is another user's or no plain file.
    """
    found = _stat(path)
    if found is None:
        return None
    if kind := _SPECIAL.get(stat.S_IFMT(found.st_mode)):
        raise ExportError(f"{path} is {kind}, which is never replaced: choose another name.")
    if not force:
        raise ExportError(
            f"{path} already exists: choose another name, or overwrite it with --force."
        )
    if hasattr(os, "geteuid") and os.geteuid() not in (0, found.st_uid):
        raise ExportError(f"{path} is another user's: choose another name.")
    return found


_SPECIAL = {
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}
"""What a path can be instead of a plain file."""


def _make_like(path: Path, before: os.stat_result) -> None:
    """Give a file the owner, group and permissions of another."""
    mode = stat.S_IMODE(before.st_mode) & 0o777
    if hasattr(os, "chown"):
        try:
            os.chown(path, before.st_uid, before.st_gid)
        except PermissionError:  # the owner is not a member of that group
            mode &= ~0o070
    path.chmod(mode)


def exists(path: Path) -> bool:
    """Tell whether a file or link exists; raise ExportError if the path cannot be accessed."""
    return _stat(path) is not None


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()  # of a link, not of what it leads to
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _not_written(path, error) from error


def is_folder(path: Path) -> bool:
    """Tell whether a folder exists; False if the path cannot be accessed."""
    try:
        return path.is_dir()
    except OSError:
        return False


def home_path(named: str, variable: str) -> Path:
    """Return the path that an environment variable names; "~" is the user's folder.

    Raises:
        CompareError: There is no such user.
    """
    try:
        return Path(named).expanduser()
    except RuntimeError as error:  # "~NAME" of an unknown user
        raise CompareError(f"{variable}={named} is no path ({error}): name another.") from error


def is_file(path: Path) -> bool:
    """Tell whether a plain file exists; False if the path cannot be accessed."""
    try:
        return path.is_file()
    except OSError:
        return False


def why_unusable(path: Path) -> str:
    """Return why a path can be neither read nor written; "" for files, folders and free names."""
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except ValueError:
        return "its name has a null character"
    except OSError as error:
        return error.strerror or str(error)
    return "" if kind == stat.S_IFDIR else _SPECIAL.get(kind, "")


def check_path(path: Path) -> None:
    """Raise CorpusError unless there is a plain file or a folder that can be accessed."""
    if why := why_unusable(path):
        raise CorpusError(f"{path} cannot be read ({why}): name a file or a folder.")
    if not path.exists():
        raise CorpusError(f"There is no file or folder {str(path)!r}: check the path.")


def check_ending(path: Path, endings: Sequence[str]) -> str:
    """Return the ending of a file to write, in lower case.

    Raises:
        ExportError: It is none of those given.
    """
    if (ending := path.suffix.casefold()) in endings:
        return ending
    *others, last = endings
    known = f"{', '.join(others)} or {last}" if others else last
    remedy = "one of these endings" if others else "that ending"
    raise ExportError(f"{path} does not end in {known}: give it {remedy}.")


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


@contextmanager
def locked(path: Path, seconds: float = -1) -> Iterator[None]:
    """Hold a lock file, so that one program at a time writes; wait for it if `seconds` is below 0.

    Raises:
        TimeoutError: Another program has held it for these `seconds`.
        OSError: It cannot be written, or the file system has no locks.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=seconds)
    try:
        lock.acquire()
    except Timeout:
        raise TimeoutError(f"another program holds {path}") from None
    except (OSError, NotImplementedError) as error:
        without = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
        if isinstance(error, OSError) and error.errno not in without:
            raise
        what = "this file system has no locks: keep the library on another"
        raise OSError(errno.ENOLCK, what, str(path)) from None
    try:
        yield
    finally:
        lock.release()


def bare_environment() -> dict[str, str]:
    """Return the environment of a process that reads untrusted files: no passwords, no settings."""
    needed = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in needed if name in os.environ}
