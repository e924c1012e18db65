"""Find the files of a corpus."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from compare.errors import CorpusError

SKIPPED_NAMES = ("readme", "license", "licence")


@dataclass(frozen=True, slots=True)
class Found:
    """The files to read, those left out, and which of them were named themselves."""

    files: tuple[Path, ...]
    named: frozenset[Path]
    left_out: tuple[Path, ...]
    repeated: tuple[Path, ...]


def find_files(paths: Sequence[Path], suffixes: frozenset[str]) -> Found:
    """Return the files that are named, and in folders those with a known suffix, each once.

    Left out of a folder are hidden files and folders, lock files of office programs ("~$…"),
    files named README or LICENSE, and files with another suffix.

    Raises:
        CorpusError: A path does not exist, a named file has another suffix, or a folder holds
            nothing to read.
    """
    files: dict[Path, Path] = {}
    named: set[Path] = set()
    left_out: list[Path] = []
    repeated: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside, outside = _in_folder(path, suffixes)
            left_out += outside
        else:
            inside = [_checked(path, suffixes)]
            named.add(path)
        for file in inside:
            real = file.resolve()
            if real in files:
                repeated.append(file)
            files.setdefault(real, file)
    return Found(tuple(files.values()), frozenset(named), tuple(left_out), tuple(repeated))


def _checked(path: Path, suffixes: frozenset[str]) -> Path:
    if not path.exists():
        raise CorpusError(f"There is no file or folder {str(path)!r}: check the path.")
    if path.suffix.casefold() not in suffixes:
        raise CorpusError(
            f"{path} is of no kind that can be read: use one of {', '.join(sorted(suffixes))}."
        )
    return path


def _in_folder(folder: Path, suffixes: frozenset[str]) -> tuple[list[Path], list[Path]]:
    inside: list[Path] = []
    outside: list[Path] = []

    def refuse(error: OSError) -> None:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}.")

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            readable = Path(name).suffix.casefold() in suffixes and not is_skipped(name)
            (inside if readable else outside).append(Path(place, name))
    if not inside:
        raise CorpusError(
            f"The folder {str(folder)!r} holds nothing to read: "
            f"put files of the kinds {', '.join(sorted(suffixes))} into it."
        )

    def order(path: Path) -> tuple[str, ...]:
        return path.relative_to(folder).parts

    return sorted(inside, key=order), sorted(outside, key=order)


def is_skipped(name: str) -> bool:
    """Say whether a file of a folder is left out by its name: hidden, README or LICENSE."""
    return name.startswith((".", "~$")) or name.partition(".")[0].casefold() in SKIPPED_NAMES
