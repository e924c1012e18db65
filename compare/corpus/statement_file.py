"""Statements in a file, one on each line: a corpus may be larger than memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from compare.statement import Statement


class StatementFile:
    """The statements of a JSONL file that the program wrote, as often as they are asked for."""

    def __init__(self, path: Path, count: int) -> None:
        """Read nothing yet; `count` is how many there are."""
        self._path = path
        self._count = count

    def __len__(self) -> int:
        """Return how many statements there are."""
        return self._count

    def __iter__(self) -> Iterator[Statement]:
        """Give the statements in the order of the file."""
        with self._path.open(encoding="utf-8") as file:
            for line in file:
                yield Statement.from_json(line)
