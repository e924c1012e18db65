"""Plain texts of web pages: lines about the page, then words, with a name before them or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from compare.corpus.imports.account import Account
from compare.corpus.imports.formats import Glimpse, Piece, Read
from compare.corpus.imports.reading import each
from compare.corpus.imports.sources import Entry
from compare.corpus.imports.turns import Turn, answers, gathered, paragraphs
from compare.corpus.packed import plain_name
from compare.corpus.values import BadFileError, Row

PAGE = "title, date and page lines"
_TEXTS = frozenset({".txt", ".text"})


@dataclass(slots=True)
class Page:
    """One text while it is read.

    Attributes:
        lines: The lines that are not blank, and their numbers.
        cells: What is known of all its statements; "speaker" and "role" are of its main speaker.
        people: Role and country of the speakers that are named otherwise.
        open: Whether a turn goes on.
    """

    entry: Entry
    account: Account
    lines: list[tuple[str, int]]
    cells: dict[str, str]
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    open: bool = False

    def leave(self, line: str, reason: str = PAGE) -> None:
        """Count a line that is no words of anybody."""
        self.account.leave(reason, line)

    def head(self, last: re.Pattern[str], missing: str) -> tuple[re.Match[str], list[str]]:
        """Take the lines up to the first that has a pattern, and return that and those above it.

        Raises:
            BadFileError: There is none, and so this is no such text: `missing` says what to do.
        """
        for number, (line, _) in enumerate(self.lines):
            if found := last.fullmatch(line):
                above = [text for text, _ in self.lines[:number]]
                for text in (*above, line):
                    self.leave(text)
                del self.lines[: number + 1]
                return found, above
        raise self.of_another_kind(missing)

    def of_another_kind(self, said: str) -> BadFileError:
        """Count all lines as a text of another kind, and return what to raise."""
        for line, _ in self.lines:
            self.leave(line, "texts of another kind")
        return BadFileError(said)

    def turn(self, turn: Turn, note: str = "") -> Turn:
        """Return a turn, which may go on."""
        self.open = True
        return replace(turn, note=note) if note else turn

    def words(self, text: str, line: int, note: str = "") -> Turn | str:
        """Return a paragraph: of the turn that goes on, or else the main speaker's next turn."""
        if self.open:
            return text
        return self.turn(Turn(self.cells.get("speaker", ""), text, line), note)

    def rows(self, parts: Iterator[Turn | str | None]) -> Iterator[Row]:
        """Yield the statements of a text."""
        turns = gathered(parts, self.leave, self.account)
        for said in answers(turns, self.account):
            cells = self.cells | said.cells
            if said.turn.label != self.cells.get("speaker", ""):
                cells |= {"role": "", "country": "", "speaker": said.turn.label}
            cells |= self.people.get(said.turn.label, {})
            cells |= {"id": f"{self.cells['id']}-{said.number}", "section": said.turn.note}
            yield Row(self.entry.label, said.turn.line, cells)


Parts = Callable[[Page], Iterator[Turn | str | None]]


def reader(prefix: str, publication: str, parts: Parts) -> Read:
    """Return what reads a folder of such texts.

    `parts` takes the lines about the page off, fills in the cells, and yields the rest.
    """

    def read(entry: Entry, account: Account) -> Iterator[Piece]:
        lines = [*paragraphs(account.take(entry.text()), account)]
        cells = {
            "id": f"{prefix}-{plain_name(entry.name).rpartition('.')[0].replace('/', '-')}",
            "source": f"{publication}, {entry.base}",
            "language": "en",
            "source_file": entry.name,
        }
        if not lines:
            raise BadFileError("this file is empty; fetch it again")
        page = Page(entry, account, lines, cells)
        empty = True
        for row in page.rows(parts(page)):
            empty = False
            yield row
        if empty:
            account.leave("documents without words", "", piece=True)

    return lambda source, account: each(source, account, _TEXTS, read)


def is_text(seen: Glimpse) -> bool:
    """Say whether a corpus starts with a plain text."""
    return seen.kind in _TEXTS
