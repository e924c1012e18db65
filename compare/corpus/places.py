"""Where the statement of each id stands, in few bytes: a corpus has millions of them."""

from __future__ import annotations

from array import array

from compare.corpus.values import Row

_FIRST_ROOM = 1 << 10
_LINE_BITS = 40
_ID_BITS = (1 << 64) - 1


class Places:
    """The places of ids, found by a hash of 64 bits of each: of ten million ids no two share one.

    It is a table with open addressing in two arrays, at most two thirds full.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._count = 0
        self._files: list[tuple[str, str]] = []
        self._make_room(_FIRST_ROOM)

    def __contains__(self, name: str) -> bool:
        """Say whether there is a statement of an id."""
        return self._keys[self._slot(_key(name))] != 0

    def add(self, name: str, row: Row) -> None:
        """Keep where the statement of an id stands."""
        if self._count * 3 >= len(self._keys) * 2:
            self._grow()
        file = (row.file, row.place)
        if self._files[-1:] != [file]:  # files are read one after the other
            self._files.append(file)
        self._put(_key(name), (len(self._files) - 1) << _LINE_BITS | row.line)
        self._count += 1

    def of(self, name: str) -> str:
        """Return where the statement of an id stands: "a.csv, line 2"."""
        where = self._wheres[self._slot(_key(name))]
        line = where & ((1 << _LINE_BITS) - 1)
        file, place = self._files[where >> _LINE_BITS]
        return f"{file}, {place} {line}" if line else file

    def _make_room(self, slots: int) -> None:
        self._keys = array("Q", bytes(8 * slots))
        self._wheres = array("Q", bytes(8 * slots))

    def _grow(self) -> None:
        keys, wheres = self._keys, self._wheres
        self._make_room(2 * len(keys))
        for key, where in zip(keys, wheres, strict=True):
            if key:
                self._put(key, where)

    def _put(self, key: int, where: int) -> None:
        slot = self._slot(key)
        self._keys[slot], self._wheres[slot] = key, where

    def _slot(self, key: int) -> int:
        """Return where a key stands, or where it belongs."""
        keys, last = self._keys, len(self._keys) - 1
        slot = key & last
        while keys[slot] not in (0, key):
            slot = (slot + 1) & last
        return slot


def _key(name: str) -> int:
    return hash(name) & _ID_BITS or 1
