"""Go through the files of a corpus: each is read, left out, or told to be broken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator
from typing import TypeVar

from compare.corpus.folders import is_skipped
from compare.corpus.imports.account import Account
from compare.corpus.imports.formats import Piece
from compare.corpus.imports.sources import Entry, Source
from compare.corpus.values import BadFileError, Problem

T = TypeVar("T")


class LeftOutError(Exception):
    """A file is left out; the message says why. It is raised before words are taken of it."""


def each(
    source: Source,
    account: Account,
    kinds: Container[str],
    read: Callable[[Entry, Account], Iterator[Piece]],
    aside: Collection[str] = (),
) -> Iterator[Piece]:
    """Yield what `read` finds in each file of some kinds (".csv"), and count the files.

    `read` raises `BadFileError` where a file cannot be read on, which is a problem and no more, and
    `LeftOutError` for one that is left out. Files whose names in lower case are `aside` are read
    and counted apart.
    """
    for entry in source.entries():
        if entry.base.casefold() in aside:
            continue
        if entry.kind not in kinds or is_skipped(entry.base):
            account.skip_file("of another kind")
            continue
        try:
            yield from told(entry, read(entry, account))
        except LeftOutError as error:
            account.skip_file(str(error))
        else:
            account.files += 1


def told(entry: Entry, pieces: Iterable[T]) -> Iterator[T | Problem]:
    """Yield what is read from a file; where it cannot be read on, say so."""
    try:
        yield from pieces
    except BadFileError as error:
        yield Problem.of_file(entry.label, error)
