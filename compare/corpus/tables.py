"""What CSV, TSV and XLSX have in common: a header, and rows as long as it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compare.corpus.values import BadFileError, Problem, Row

Layouts = Mapping[int, Sequence[str]]
"""The columns of a table without a header, by the number of cells in a row."""


class Table:
    """Make rows of lists of cells; the first list that is not blank is the header."""

    def __init__(
        self,
        file: str,
        place: str,
        remedy: str,
        *,
        loose: bool = False,
        layouts: Layouts | None = None,
    ) -> None:
        """Start a table of a file whose rows are counted as `place`.

        `remedy` is what mends a row that is longer or shorter than the header; a loose table
        drops the cells that stand beyond it. A table with `layouts` has no header.
        """
        self.loose = loose
        self.layouts = layouts or {}
        self.remedy = remedy
        self.file = file
        self.place = place
        self.header: tuple[str, ...] = ()

    def add(self, line: int, cells: Sequence[str]) -> Iterator[Row | Problem]:
        """Yield the row of some cells, or what is wrong with it; nothing for header and blanks.

        Raises:
            BadFileError: The header names a column twice.
        """
        if not any(cell.strip() for cell in cells):
            return
        if self.layouts:
            yield self._laid_out(line, cells)
            return
        if not self.header:
            self.header = _header(cells, line)
            return
        row = Row(self.file, line, dict(zip(self.header, cells, strict=False)), self.place)
        count = len(cells)
        if count > len(self.header) and (self.loose or not any(cells[len(self.header) :])):
            count = len(self.header)
        if count != len(self.header):
            yield row.problem(
                f"the row has {count} cells and the header {len(self.header)}; {self.remedy}"
            )
        else:
            yield row

    def _laid_out(self, line: int, cells: Sequence[str]) -> Row | Problem:
        columns = self.layouts.get(len(cells))
        row = Row(self.file, line, dict(zip(columns or (), cells, strict=False)), self.place)
        if columns:
            return row
        known = " or ".join(map(str, self.layouts))
        return row.problem(f"the row has {len(cells)} cells and not {known}; {self.remedy}")


def _header(cells: Sequence[str], line: int) -> tuple[str, ...]:
    names = [
        cell.strip("\ufeff \t\r\n") or f"column {number}"
        for number, cell in enumerate(cells, start=1)
    ]
    for name in names:
        if names.count(name) > 1:
            raise BadFileError(f"the header names the column {name!r} twice; rename one", line)
    return tuple(names)
