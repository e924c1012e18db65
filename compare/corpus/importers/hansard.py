"""British Hansard as parlparse (TheyWorkForYou, Public Whip) publishes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from compare.corpus.importers.account import HEADINGS, Account
from compare.corpus.importers.cells import is_of, link
from compare.corpus.importers.formats import Format, Piece
from compare.corpus.importers.reading import LeftOutError, each
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.importers.turns import QUESTIONS
from compare.corpus.importers.xml_files import attribute, elements, name_of, text_of, words_of
from compare.corpus.values import Row

_PLACES = {
    "debate": "House of Commons",
    "lords": "House of Lords",
    "westminhall": "House of Commons, Westminster Hall",
    "standing": "House of Commons, public bill committee",
    "wrans": "UK Parliament, written answers",
    "lordswrans": "House of Lords, written answers",
    "wms": "UK Parliament, written ministerial statements",
    "lordswms": "House of Lords, written statements",
    "spor": "Scottish Parliament",
    "ni": "Northern Ireland Assembly",
}
"""Where words were said, by the part of an id behind "uk.org.publicwhip/"."""

_AUSTRALIA = {"debate": "House of Representatives", "lords": "Senate"}
"""OpenAustralia has the same layout and the same ids; its links lead to aph.gov.au."""

_KINDS = {"wrans": "written answer", "lordswrans": "written answer", "wms": "written statement",
          "lordswms": "written statement"}  # fmt: skip
_HEADINGS = frozenset({"major-heading", "minor-heading", "oral-heading"})
_SPEECHES = frozenset({"speech", "ques", "reply"})
_PARAGRAPHS = frozenset({"p", "tr", "li", "table", "ul", "ol", "blockquote"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(slots=True)
class _Section:
    """What is known of a speech from where it stands in its file."""

    entry: Entry
    major: str = ""
    minor: str = ""
    turn: int = 0
    asked_by: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    def head(self, name: str, heading: str) -> None:
        """Start what a heading is above."""
        self.asked_by, self.questions = [], []
        if name == "minor-heading":
            self.minor = heading
        else:
            self.major, self.minor = heading, ""


def read(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the speeches and the written answers, under their headings."""
    return each(source, account, {".xml"}, _read)


def _read(entry: Entry, account: Account) -> Iterator[Piece]:
    section = _Section(entry)
    for element in elements(entry, _HEADINGS | _SPEECHES | {"division"}):
        name = name_of(element)
        if name in _HEADINGS:
            heading = text_of(element)
            account.leave(HEADINGS, account.take(heading))
            section.head(name, heading)
        elif name == "division":
            account.leave("lists of votes", account.take(text_of(element)))
        elif name in _SPEECHES:
            section.turn += 1
            yield from _speech(name, element, section, account)
        elif name != "publicwhip":
            raise LeftOutError("no debates")
        elif element.get("latest") == "no":
            raise LeftOutError("older versions of a day")


def _speech(name: str, element: Element, section: _Section, account: Account) -> Iterator[Row]:
    text = account.take(words_of(element, _PARAGRAPHS)[0])
    speaker = attribute(element, "speakername")
    if name == "ques":
        account.leave(QUESTIONS, text, piece=True)
        section.questions.append(text)
        section.asked_by.append(speaker)
    elif element.get("nospeaker") == "true" or not speaker:
        account.leave("procedural text without a speaker", text, piece=True)
    elif not text:
        account.leave("speeches without words", text, piece=True)
    else:
        yield Row(section.entry.label, 0, _cells(name, element, section, account) | {"text": text})


def _cells(name: str, element: Element, section: _Section, account: Account) -> dict[str, str]:
    key = attribute(element, "id").removeprefix("uk.org.publicwhip/")
    kind = key.partition("/")[0]
    date = _DATE.search(key) or _DATE.search(section.entry.base)
    url = link("".join(element.get("url", "").split()), account)
    australian = is_of(url, "aph.gov.au")
    venue = (_AUSTRALIA if australian else _PLACES).get(kind, "")
    cells = {
        "id": f"hansard-{key.replace('/', '-')}" if key else "",
        "speaker": attribute(element, "speakername"),
        "role": attribute(element, "speakeroffice"),
        "country": "Australia" if australian else "United Kingdom",
        "date": date[0] if date else "",
        "venue": venue,
        "title": ": ".join(part for part in (section.major, section.minor) if part),
        "source": f"Hansard (parlparse), {section.entry.base}",
        "url": url,
        "language": "en" if venue else "",
        "doc_type": _KINDS.get(kind, "speech"),
        "turn": str(section.turn),
        "time": attribute(element, "time"),
        "column": attribute(element, "colnum"),
        "speech_type": attribute(element, "type"),
        "speaker_id": attribute(element, "person_id") or attribute(element, "speakerid"),
        "source_file": section.entry.name,
    }
    if name == "reply":
        cells["question"] = "\n".join(section.questions)
        cells["asked_by"] = "; ".join(dict.fromkeys(filter(None, section.asked_by)))
    return cells


FORMATS = (
    Format(
        "hansard",
        "Hansard in the XML of TheyWorkForYou (parlparse)",
        "debatesYYYY-MM-DDx.xml, daylordYYYY-MM-DDx.xml and the like (files, folder or archive)",
        lambda seen: "<publicwhip" in seen.head,
        read,
    ),
)
