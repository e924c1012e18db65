"""Statements in a file, one on each line: a corpus may be larger than memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

from compare.errors import CorpusError
from compare.statements.statement import Statement


class StatementFile:
    """The statements of a JSONL file, as often as they are asked for."""

    def __init__(self, path: Path, count: int = 0) -> None:
        """Read nothing yet; `count` is how many statements a file has that is there."""
        self._path = path
        self._count = count
        self._file: IO[str] | None = None

    def __enter__(self) -> StatementFile:
        """Write a new file, to which statements are added.

        Raises:
            CorpusError: It cannot be written, as of `add` and of the end of the block.
        """
        try:
            self._file = self._path.open("w", encoding="utf-8")
        except OSError as error:
            raise self._no_room(error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        assert self._file is not None
        try:
            self._file.close()
        except OSError as closing:
            if error is None:
                raise self._no_room(closing) from closing

    def add(self, statement: Statement) -> None:
        """Write a statement behind the others."""
        assert self._file is not None
        try:
            self._file.write(statement.to_json() + "\n")
        except OSError as error:
            raise self._no_room(error) from error
        self._count += 1

    def _no_room(self, error: OSError) -> CorpusError:
        return CorpusError(
            f"{self._path.parent} cannot take what is read ({error.strerror}): make room there, or "
            "name another folder with TMPDIR."
        )

    def __len__(self) -> int:
        """Return how many statements there are."""
        return self._count

    def __iter__(self) -> Iterator[Statement]:
        """Give the statements in the order of the file."""
        with self._path.open(encoding="utf-8") as file:
            for line in file:
                yield Statement.from_json(line)
