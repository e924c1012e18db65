"""The White House's briefing room: Markdown with front matter, transcripts and written texts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from compare.corpus.documents import read_document
from compare.corpus.importers.account import Account
from compare.corpus.importers.formats import Format, Glimpse, Piece
from compare.corpus.importers.labels import shouted
from compare.corpus.importers.reading import Documents, each
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.importers.turns import (
    DIRECTIONS,
    UNSEEN,
    Turn,
    answers,
    gathered,
    joined,
    tidied,
    without_interpreter,
)
from compare.corpus.importers.white_house_people import Speakers, author
from compare.corpus.values import BadFileError, Problem, Row
from compare.statements.dates import parse_date

_ADDRESS = re.compile(r"^source_url: \S*whitehouse\.", re.MULTILINE)
_ENDS = "end marks"
_HEADS = "places, times and notes before the first turn"
_PARAGRAPH = re.compile(r".*?(?:\n(?:[^\S\n]*\n)+| {2,}\n(?!\]\()|\Z)", re.DOTALL)
_STRUCK = re.compile(r"<s>.*?</s>", re.DOTALL)
_MARKUP = (
    re.compile(r"<!--.*?-->|!\[[^\]]*\]\([^)]*\)|^#+ |^> ?|-{10,}", re.DOTALL | re.MULTILINE),
    re.compile(r"<(?P<stays>(?:https?://|mailto:)[^<>\s]+|[^<>\s@]+@[^<>\s@]+)>"),
    re.compile(r"</?[A-Za-z][^<>]*>"),
    re.compile(r"(?<!\\)\[(?P<stays>(?:\\.|[^\[\]\\])*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)"),
    re.compile(r"(?<!\\)\*+"),
    re.compile(r"\\(?P<stays>[^A-Za-z0-9\s])"),
)
_ENTITY = re.compile(r"&(?:amp|lt|gt|nbsp|quot|#\d+);")
_END_MARK = re.compile(r"[#*_ .\-—]+")
_CLOCK = r"\d{1,2}:\d{2} ?[AP]\.? ?M\.?(?: \(?(?:[A-Z]{2,5}|[A-Z][a-z]+ [Tt]ime)\)?)?"
_TIME = re.compile(rf"(?:END\b\W*)?(?:{_CLOCK})?(?:\W*END)?\W*")
_TIME_BEFORE = re.compile(rf"^{_CLOCK} (?=[A-Z][A-Z.’ \-]+:|Q )")
_DATE = re.compile(r"\((\w+ \d{1,2}, \d{4})\)")
_DIRECTION = re.compile(r"\([^()]+\)\.?")
_SPOKEN = re.compile(
    r"(?:M[RS]|MRS|DR)\b|(?:THE )?(?:(?:VICE )?PRESIDENT\b|FIRST LADY|SECOND GENT)|SENIOR ADMIN"
    r"|SECRETARY|PRIME MIN|MODERATOR|AUDIENCE|GOVERNOR|SENATOR|REPRESENTATIVE|AMBASSADOR|DIRECTOR"
    r"|ADMINISTRATOR"
)
_PREPARED = re.compile(r"\(?(?:remarks )?as (?:prepared|delivered)\b.*", re.IGNORECASE)
_NO_PLACE = re.compile(r"[IVX\d]+\. .*|.*[.!?,:;—”](?<!D\.C\.)\)?|.{81,}")
_VENUE_MOST = 150


def read(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the turns of transcripts, and each other text as one statement."""
    documents = Documents()

    def read_entry(entry: Entry, account: Account) -> Iterator[Piece]:
        piece = next(read_document(entry, entry.label), None)
        if piece is None:
            raise BadFileError("this file is empty; fetch it again")
        if isinstance(piece, Problem):
            yield piece
        else:
            key = documents.key(entry, piece.cells["text"])
            account.take(piece.cells["text"])
            yield from _Document(entry, key, piece, account).rows()

    return each(source, account, {".md"}, read_entry)


@dataclass(slots=True)
class _Document:
    """One file while it is read."""

    entry: Entry
    key: str
    row: Row
    account: Account
    head: list[str] = field(default_factory=list)
    title: str = ""

    def rows(self) -> Iterator[Row]:
        self.title = " ".join(UNSEEN.sub("", self.row.cells.get("title", "")).split())
        paragraphs = [*self._paragraphs()]
        if any(_is_spoken(text) for text, _ in paragraphs):
            yield from self._spoken(paragraphs)
        else:
            yield from self._written(paragraphs)

    def _paragraphs(self) -> Iterator[tuple[str, int]]:
        """Yield the paragraphs without markup, and the lines they start on."""
        line = self.row.lines.get("text", 1)
        for found in _PARAGRAPH.finditer(self.row.cells["text"]):
            text = tidied(_without_markup(found[0], self.account), self.account)
            if text and _END_MARK.fullmatch(text):
                self.account.leave(_ENDS, text)
            elif text:
                yield text, line
            line += found[0].count("\n")

    def _written(self, paragraphs: list[tuple[str, int]]) -> Iterator[Row]:
        if not paragraphs:
            self.account.leave("documents without words", "", piece=True)
            return
        if "remarks" in self.title.casefold():
            paragraphs = [*self._behind_head(paragraphs)]
        cells = self._cells() | self._place()
        speaker = author(self.title, paragraphs[-1][0], cells["date"])
        if not speaker.name:
            self.account.note("statements that name no speaker")
        cells |= {"speaker": speaker.name, "role": speaker.role, "country": speaker.country}
        text = joined([text for text, _ in paragraphs], self.account)
        yield Row(self.entry.label, paragraphs[0][1], cells | {"text": text})

    def _behind_head(self, paragraphs: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
        """Yield the paragraphs but for the place and time before a prepared speech."""
        at_head = True
        for number, (text, line) in enumerate(paragraphs, start=1):
            told = _TIME.fullmatch(text) or _PREPARED.fullmatch(text)
            is_head = bool(told) or not _NO_PLACE.fullmatch(text)
            at_head = at_head and is_head and number < len(paragraphs)
            if at_head:
                self._before(text)
            else:
                yield text, line

    def _spoken(self, paragraphs: list[tuple[str, int]]) -> Iterator[Row]:
        turns = [*gathered(self._parts(paragraphs), self._before, self.account)]
        cells = self._cells() | self._place() | {"language": "en"}
        speakers = Speakers(self.title, cells["date"], cells["doc_type"])
        for said in answers(speakers.listening(turns), self.account):
            turn, interpreted = without_interpreter(said.turn, self.account)
            speaker = speakers.of(turn.label)
            more = said.cells | {
                "id": f"{cells['id']}-{said.number}",
                "text": turn.text,
                "speaker": speaker.name,
                "role": speaker.role,
                "country": speaker.country,
                "translated": "yes" if interpreted else "",
            }
            yield Row(self.entry.label, turn.line, cells | more)

    def _parts(self, paragraphs: list[tuple[str, int]]) -> Iterator[Turn | str]:
        started = False
        for paragraph, line in paragraphs:
            text = self.account.without("times", _TIME_BEFORE, paragraph)
            if _TIME.fullmatch(text):
                self.account.leave("times", text)
            elif started and _DIRECTION.fullmatch(text):
                self.account.leave(DIRECTIONS, text)
            else:
                turn = shouted(text, line, self.account)
                started = started or turn is not None
                yield turn or text

    def _before(self, text: str) -> None:
        self.account.leave(_HEADS, text)
        self.head.append(text)

    def _cells(self) -> dict[str, str]:
        have: Mapping[str, str] = self.row.cells
        return {
            "id": f"whitehouse-{self.key}",
            "title": self.title,
            "date": have.get("date", ""),
            "published": have.get("published_time", ""),
            "url": have.get("source_url", ""),
            "source": f"The White House, Briefing Room, {self.entry.base}",
            "doc_type": have.get("tags", ""),
            "source_file": self.entry.name,
        }

    def _place(self) -> dict[str, str]:
        """Return where and on which day it was said, out of the lines before the first turn."""
        cells: dict[str, str] = {}
        places: list[str] = []
        for line in self.head:
            if found := _DATE.fullmatch(line):
                try:
                    cells["date"] = str(parse_date(found[1]))
                except ValueError:
                    continue
            elif not any(p.fullmatch(line) for p in (_NO_PLACE, _PREPARED, _TIME)):
                places.append(line.strip("() "))
        venue = ", ".join(places)
        return cells | ({"venue": venue} if len(venue) <= _VENUE_MOST else {})


def _is_spoken(text: str) -> bool:
    """Say whether a paragraph starts a turn."""
    text = _TIME_BEFORE.sub("", text)
    turn = shouted(text, 0, Account())
    return turn is not None and (not turn.label or bool(_SPOKEN.match(turn.label)))


def _without_markup(text: str, account: Account) -> str:
    text = account.without("struck words that a correction follows", _STRUCK, text)
    for pattern in _MARKUP:
        text = account.without("markup", pattern, text, _inside)
    return account.without("markup", _ENTITY, text, lambda found: html.unescape(found[0]))


def _inside(found: re.Match[str]) -> str:
    """Return what stays of a piece of markup."""
    return found.groupdict().get("stays") or ""


def _recognises(seen: Glimpse) -> bool:
    return seen.kind == ".md" and bool(_ADDRESS.search(seen.head))


FORMATS = (
    Format(
        "whitehouse",
        "White House briefing room",
        "{section}/YYYY-MM/YYYY-MM-DD-title.md with front matter (folder or archive)",
        _recognises,
        read,
    ),
)
