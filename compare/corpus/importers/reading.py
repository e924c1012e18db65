"""Go through the files of a corpus: each is read, left out, or told to be broken."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from typing import TypeVar

from compare.corpus.importers.account import REPEATED_FILES, UNREADABLE, Account
from compare.corpus.importers.formats import Piece
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.read import is_skipped
from compare.corpus.values import BadFileError, Problem

T = TypeVar("T")
_DIGEST = 8
"""Bytes that tell documents of one name apart."""


class LeftOutError(Exception):
    """A file is left out; the message says why. It is raised before words are taken of it."""


class Documents:
    """The documents that were read, so that a copy in another folder is left out."""

    def __init__(self) -> None:
        """Start with none."""
        self._bodies: defaultdict[str, set[bytes]] = defaultdict(set)

    def key(self, entry: Entry, body: str) -> str:
        """Return what a document's id is made of: the name of its file, without the ending.

        The folders stand before it where another document has that name.

        Raises:
            LeftOutError: The document was read.
        """
        words = " ".join(body.split()).encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(words, digest_size=_DIGEST).digest()
        bodies = self._bodies[entry.base]
        if digest in bodies:
            raise LeftOutError(REPEATED_FILES)
        name = entry.base.rpartition(".")[0]
        if bodies:
            name = f"{entry.name.rpartition('/')[0]}/{name}".replace("/", "-").lstrip("-")
        bodies.add(digest)
        return name


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
            yield from told(entry, read(entry, account), account)
        except LeftOutError as error:
            account.skip_file(str(error))


def told(entry: Entry, pieces: Iterable[T], account: Account) -> Iterator[T | Problem]:
    """Yield what is read from a file, and count the file; where it cannot be read on, say so.

    One that cannot be read at all is left out.
    """
    given = False
    try:
        for piece in pieces:
            given = True
            yield piece
    except BadFileError as error:
        yield Problem.of_file(entry.label, error)
        if not given:
            account.skip_file(UNREADABLE)
            return
    account.files += 1
