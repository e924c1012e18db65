"""Plain texts of web pages: lines about the page, then words, with a name before them or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from compare.corpus.importers.account import Account
from compare.corpus.importers.cells import key
from compare.corpus.importers.formats import Glimpse, Piece, Read
from compare.corpus.importers.labels import (
    MOST_WORDS,
    UNTOLD,
    before_answers,
    is_heading,
    is_opener,
)
from compare.corpus.importers.people import has_office, named_in, spelled_in, split_role
from compare.corpus.importers.reading import each
from compare.corpus.importers.sources import Entry
from compare.corpus.importers.turns import (
    MODERATORS,
    QUESTIONS,
    Turn,
    answers,
    gathered,
    paragraphs,
)
from compare.corpus.text_files import plain_name
from compare.corpus.values import BadFileError, Row

PAGE = "title, date and page lines"
_TEXTS = frozenset({".txt", ".text"})

_NAME_WORD = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w.’'&\-]*"
_NAME_WORDS = rf"{_NAME_WORD}(?: (?:{_NAME_WORD}|of|for|the|and|&|von|van|der|de|di|al|el|bin))*"
_BY_NAME = re.compile(
    rf"(?P<main>{_NAME_WORDS})(?:,? [(\[](?P<brackets>[^()\[\]:]{{1,80}})[)\]]"
    r"|(?P<mark>,| from) (?P<behind>[^:.?!]{1,60}))?: ?"
)
_ASKED = re.compile(
    r"(?P<main>Question|Journalist|Reporter|Q)(?: \d+)?(?:,? [(\[](?P<brackets>[^:]{1,80})[)\]]"
    r"|(?P<mark>,| from| by) (?P<behind>[^:.?!]{1,80}))?: ?",
    re.IGNORECASE,
)
_OUTLET = re.compile(rf"(?:the )?{_NAME_WORDS}(?:, {_NAME_WORDS})*")
_ASK = frozenset(
    {"question", "questions", "q", "journalist", "reporter", "correspondent", "answer"}
)
_PRESS = re.compile(
    r"\b(?:journalist|reporter|correspondent|editor|anchor|interviewer|bureau chief)\b",
    re.IGNORECASE,
)
_CHAIRS = re.compile(
    r"\b(?:Moderator|Spokes(?:person|woman|man)|Host|Facilitator)\b", re.IGNORECASE
)
_OWN_OFFICE = re.compile(r"(?:the )?(?:nato )?(?:acting )?((?:deputy )?secretary[ -]general)\b.*")


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
        text = account.take(entry.text())
        lines = [*paragraphs(text, account)]
        name = plain_name(entry.name).rpartition(".")[0].replace("/", "-")
        cells = {
            "id": key(f"{prefix}-{name}", text),  # files of other folders have the same names
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


@dataclass(frozen=True, slots=True)
class _Label:
    """What stands before a colon at the start of a paragraph.

    Attributes:
        main: A name, an office or an outlet, if it is a label.
        of: The outlet or office behind it.
        is_bracketed: Whether that stands in brackets.
        is_plain: Whether it does, or has capital letters: a sentence would go on without.
        words: What comes behind.
    """

    main: str
    of: str
    is_bracketed: bool
    is_plain: bool
    words: str
    line: int

    @property
    def who(self) -> str:
        """Return name and outlet."""
        return f"{self.main} ({self.of})" if self.of else self.main

    @property
    def is_person(self) -> bool:
        """Say whether the name can be a person's."""
        main = self.main.title() if self.main.isupper() else self.main
        return split_role(main) == ("", main)

    @property
    def is_heading(self) -> bool:
        """Say whether it is rather a heading, or a part of a sentence."""
        if self.is_bracketed and self.is_person:
            return False
        return not self.is_plain or is_heading(self.main, self.words)


@dataclass(slots=True)
class Conference:
    """A press conference of one official, with guests; journalists have name and outlet.

    Attributes:
        title: What it is called, perhaps with the guests.
        speaker: The official.
        role: The office; alone before a turn it is the official's label too.
        officials: The roles of the others who have turns.
    """

    title: str
    speaker: str
    role: str
    officials: dict[str, str] = field(default_factory=dict)

    def turns(self, lines: Sequence[tuple[str, int]]) -> dict[int, Turn]:
        """Return the turns by the lines that they start on."""
        labels = [label for text, line in lines if (label := self._label(text, line))]
        turns = {label.line: self._turn(label) for label in labels}
        own = (self.speaker, "")
        followed = before_answers(
            (line, turn is not None and (turn.label, turn.left_out) == own)
            for line, turn in turns.items()
        )
        alone = not any(turns.values())
        for label in labels:
            if turns[label.line] is None:
                turns[label.line] = _doubtful(label, followed.get(label.line, False), alone)
        return {line: turn for line, turn in turns.items() if turn}

    def _label(self, text: str, line: int) -> _Label | None:
        """Return what stands before a colon at the start of a paragraph, if it can be a label."""
        found = _ASKED.match(text) or _BY_NAME.match(text)
        if found is None or is_opener(found["main"]) or len(found["main"].split()) > MOST_WORDS:
            return None
        main, behind = found["main"], found["behind"] or ""
        plain = not behind or bool(_OUTLET.fullmatch(behind))
        label = _Label(
            spelled_in(self.title, main) if main.isupper() else main,
            (found["brackets"] or behind).strip(" ,"),
            bool(found["brackets"]),
            plain or (found.re is _ASKED and found["mark"] != ","),
            text[found.end() :],
            line,
        )
        return label if label.is_plain or label.is_person else None

    def _turn(self, label: _Label) -> Turn | None:
        """Return whose turn a label starts where that is certain, else None."""
        main, of, words, line = label.main, label.of, label.words, label.line
        if self._is_own(main):
            return Turn(self.speaker, words, line)
        if not label.is_plain:
            return None
        if _CHAIRS.fullmatch(main) or (_CHAIRS.search(label.who) and not label.is_heading):
            return Turn(main, words, line, MODERATORS)
        if main.casefold() in _ASK:
            return Turn(of, words, line, QUESTIONS)
        if label.is_person and of and (_PRESS.search(of) or not has_office(of.split())):
            return None if label.is_heading else Turn(label.who, words, line, QUESTIONS)
        name, role = self._official(label)
        if not name or _PRESS.search(role):
            return Turn(label.who, words, line, QUESTIONS) if name else None
        if name != self.speaker:
            self.officials[name] = role
        return Turn(name, words, line)

    def _official(self, label: _Label) -> tuple[str, str]:
        """Return name and role of an official whom a label names, "" and "" where it does not.

        One whose label has no first name is in the title, or had a label with it.
        """
        main = label.main
        role, name = split_role(main)
        if label.is_person and (label.of or main in self.title):
            return main, label.of
        if label.is_heading or not has_office(main.split()):
            return "", ""
        if name:
            return name, role
        office, _, surname = main.rpartition(" ")
        known = f"{self.title}. {'. '.join(self.officials)}."
        found = named_in(known, surname) if office else None
        if found is None:
            return "", ""
        role = self.officials.get(found[0]) or found[1]
        same = office.split()[-1].casefold() in (role or self.title).casefold()
        return (found[0], role or office) if same else ("", "")

    def _is_own(self, main: str) -> bool:
        """Say whether a label is the official's: by name, or by the office."""
        named = split_role(main.title() if main.isupper() else main)[1].casefold()
        if self.speaker and named == self.speaker.casefold():
            return True
        office, own = (_OWN_OFFICE.match(who.casefold()) for who in (main, self.role))
        return bool(office and own and office[1] == own[1] and office[0].endswith("general"))


def _doubtful(label: _Label, followed: bool, alone: bool) -> Turn | None:
    """Return the turn of what may be a name as well as a heading in somebody's words.

    Args:
        followed: Whether the official's own label is the next.
        alone: Whether no label in the text is certain: then one person speaks.
    """
    asks = followed or "?" in label.words
    if alone and not (label.is_person or (asks and label.of)):
        return None
    if label.is_heading and not asks:
        return None
    if asks and not label.is_heading and not has_office(label.main.split()):
        return Turn(label.who, label.words, label.line, QUESTIONS)
    return Turn("", label.words, label.line, UNTOLD)
