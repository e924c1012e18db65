"""Ministries, alliances and press offices: speeches, statements and briefings as plain text.

Lines about the page stand above the words, and before these a name or none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from compare.corpus.importers.people import (
    country_in,
    find_full_name,
    has_office,
    speaks_for,
    spelling_in,
    split_office,
    split_role,
)
from compare.corpus.importers.records import Cells, make_key
from compare.corpus.importers.registry import Format
from compare.corpus.importers.sources import Account, Entry, Piece, Read, Reason, each_file
from compare.corpus.importers.text import (
    ANSWERS,
    ASKERS,
    MOST_WORDS,
    Turn,
    answer_next,
    gather_turns,
    is_heading,
    is_opener,
    match_label,
    own_label_next,
    split_paragraphs,
    turn_cells,
    turn_in_capitals,
    turn_of_label,
)
from compare.corpus.text_files import plain_name
from compare.corpus.values import BadFileError, Row
from compare.statements.countries import country_code

_TEXTS = frozenset({".txt", ".text"})
_ABOUT = "title, date and page lines"


@dataclass(slots=True)
class _Page:
    """One text while it is read.

    Attributes:
        lines: The lines that are not blank, and their numbers.
        cells: What is known of all its statements; "speaker" and "role" are of its main speaker.
        people: Role and country of the other speakers.
        open: Whether a turn goes on.
    """

    entry: Entry
    account: Account
    lines: list[tuple[str, int]]
    cells: Cells
    people: dict[str, Cells] = field(default_factory=dict)
    open: bool = False

    def leave(self, line: str, reason: str = _ABOUT) -> None:
        """Count a line that nobody said."""
        self.account.leave(reason, line)

    def take_head(self, last: re.Pattern[str], missing: str) -> tuple[re.Match[str], list[str]]:
        """Take the lines up to the first that matches, and return that match and those above it.

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
        raise self.refuse(missing)

    def refuse(self, said: str) -> BadFileError:
        """Count all lines as a text of another kind, and return the error to raise."""
        for line, _ in self.lines:
            self.leave(line, "texts of another kind")
        return BadFileError(said)

    def turn(self, turn: Turn, note: str = "") -> Turn:
        """Return a turn, which may go on."""
        self.open = True
        return replace(turn, note=note) if note else turn

    def words(self, text: str, line: int, note: str = "") -> Turn | str:
        """Return a paragraph: of the open turn, or else as a new turn of the main speaker."""
        if self.open:
            return text
        return self.turn(Turn(self.cells.get("speaker", ""), text, line), note)

    def rows(self, parts: Iterator[Turn | str | None]) -> Iterator[Row]:
        """Yield the statements of a text."""
        turns = gather_turns(parts, self.leave, self.account)
        for turn, cells in turn_cells(turns, self.cells, self.account):
            is_main = turn.label == self.cells.get("speaker", "")
            who = {} if is_main else {"role": "", "country": ""}
            who |= self.people.get(turn.label, {})
            yield Row(self.entry.label, turn.line, cells | who | {"section": turn.note})


Parts = Callable[[_Page], Iterator[Turn | str | None]]
"""Take the lines about the page off, fill in the cells, and yield the rest."""


def _each_page(prefix: str, publication: str, parts: Parts) -> Read:
    """Return a reader of such texts."""

    def read(entry: Entry, account: Account) -> Iterator[Piece]:
        text = account.take(entry.text())
        lines = [*split_paragraphs(text, account)]
        name = plain_name(entry.name).rpartition(".")[0].replace("/", "-")
        cells = {
            "id": make_key(f"{prefix}-{name}", text),  # files of other folders have the same names
            "source": f"{publication}, {entry.base}",
            "language": "en",
            "source_file": entry.name,
        }
        if not lines:
            raise BadFileError("it is empty; download it again")
        page = _Page(entry, account, lines, cells)
        empty = True
        for row in page.rows(parts(page)):
            empty = False
            yield row
        if empty:
            account.leave("documents without words", "", piece=True)

    return each_file(_TEXTS, read)


# The State Department, and the Chinese and Russian foreign ministries

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_DAY = re.compile(rf"{_MONTH} \d{{1,2}}, \d{{4}}")
_DAY_OF_FILE = re.compile(rf"{_MONTH}-\d{{1,2}}-\d{{4}}|\d{{4}}-\d{{2}}-\d{{2}}", re.I)
_STAMP = re.compile(
    r"(?:\d{4}[-/]\d{2}[-/]\d{2})?\s*(?:\d{1,2}:\d{2})?|\d{1,2} \w+ \d{4} ?\d\d:\d\d"
)
_HOME = "United States"
_PERSON = re.compile(r"(?P<name>[A-Z][\w.’'\- ]+), (?P<role>[A-Z].*)")
_OF_STATE = r"\bstate\.gov\b|United States Government|Department (?:of State|Press Briefing|Spokes)"
_GUEST = re.compile(
    r"\b(?:Ministers?|Chancellor|High Representative|Secretary[- ]General|Commissioner|Premier|King"
    r"|Queen|Emir|Amir|Prince|Princess|Pope|Council?lor)\b"
)
_CHINESE = re.compile(
    r"(?P<role>Foreign Ministry Spokes(?:person|man|woman)) (?P<speaker>.+?)[’'`]s? "
    r"(?:Regular |Remarks? |Press |Statement|Comment).*"
)
_AFTERWARDS = re.compile(r".*\b(?:raised|asked|question)\b.* after the (?:regular )?press conf.*")
_RUSSIAN = re.compile(
    r"\w+ by (?:the )?(?P<role>(?:Russian )?Foreign Ministry(?:’s)?(?: Official)? Spokes\w+) "
    r"(?P<speaker>[^,(]+?),? \(?(?:(?P<venue>[^,()]+), )?(?P<date>\w+ \d{1,2}, \d{4})\)?"
)
_CONTENTS = re.compile(r"Table of contents:?|Contents:?", re.IGNORECASE)
_ITEM = re.compile(r"(?:[-–•]|\d+\.)\s*(?P<item>.+)")
_MEDIA = re.compile(r"(?:\d+\. )?Answers? to (?:media )?questions.*", re.IGNORECASE)
_OF_SITE = re.compile(r"(?:• )?(?:[a-z]{2}-[A-Z]{2}\d? ?)+|[\d-]+|back to top", re.IGNORECASE)
_OF_CONTENTS = (_CONTENTS, _MEDIA, _STAMP, _OF_SITE)


def _state_department(page: _Page) -> Iterator[Turn | str | None]:
    """Yield the turns after the lines about the page, which name people and perhaps a day."""
    at_head = True
    people: dict[str, re.Match[str] | None] = {}
    found = _DAY_OF_FILE.search(page.entry.base)
    day = found[0] if found else ""
    day = day if day[:1].isdigit() else day.replace("-", " ")
    page.cells.update(doc_type="press briefing", date=day)
    for text, line in page.lines:
        if not re.search(r"\w", text):
            page.leave(text, Reason.HEADINGS)
            continue
        turn = turn_in_capitals(text, line, page.account)
        at_head = at_head and turn is None
        if at_head:
            if found := _PERSON.fullmatch(text):
                surname = found["name"].split()[-1].casefold()
                people[surname] = None if surname in people else found
            if found := _DAY.search(text):
                page.cells["date"] = found[0]
            if "Briefing" in text or "Press" in text.split():
                page.cells.setdefault("title", text)
        elif turn is not None and not turn.left_out:
            turn = _named_turn(page, turn, people)
        yield turn or text


def _named_turn(page: _Page, turn: Turn, people: dict[str, re.Match[str] | None]) -> Turn:
    """Return the turn with the name that the lines about the page have for its label."""
    office, surname = split_office(turn.label)
    found, home = people.get(surname.casefold()), speaks_for(turn.label, _HOME)
    if found and not home:
        home = bool(office) and office.split()[-1].casefold() in found["role"].casefold()
        found = found if home else None  # it is another of that surname
    name, told = (found["name"], found["role"]) if found else (turn.label, "")
    abroad = country_in(told.partition(" to ")[0])
    is_guest = _GUEST.search(told) or (abroad and country_code(abroad) != "USA")
    page.people[name] = {
        "role": told if has_office(told.split()) else "",
        "country": _HOME if home and not is_guest else "",
    }
    return Turn(name, turn.text, turn.line, note=turn.note)


def _chinese(page: _Page) -> Iterator[Turn | str | None]:
    """Yield the turns: the spokesperson in the title speaks, everybody else with a label asks."""
    title, _ = page.take_head(
        _CHINESE,
        'there is no title like "Foreign Ministry Spokesperson ...’s Regular Press Conference on '
        '..."; put it above the text',
    )
    day = _DAY.search(title[0])
    page.cells.update(title.groupdict(), title=title[0], country="China")
    page.cells.update(doc_type="press conference", date=day[0] if day else "")
    followed = answer_next(page.lines, title["speaker"])
    for text, line in page.lines:
        if not page.open and _STAMP.fullmatch(text):
            page.leave(text)
            page.cells["date"] = page.cells["date"] or text.split()[0]
        elif _AFTERWARDS.fullmatch(text) or not re.search(r"\w", text):
            page.leave(text, Reason.HEADINGS)
        elif turn := _turn_of(page, match_label(text), line, followed):
            yield page.turn(turn)
        else:
            yield page.words(text, line)


def _russian(page: _Page) -> Iterator[Turn | str | None]:
    """Yield each section under its heading, then the questions and answers."""
    title, _ = page.take_head(
        _RUSSIAN,
        'there is no title like "Briefing by Foreign Ministry Spokeswoman ..., Moscow, ... 2025"; '
        "put it above the text",
    )
    page.cells.update(title.groupdict(""), title=title[0], country="Russia", doc_type="briefing")
    headings: set[str] = set()
    followed = answer_next(page.lines, title["speaker"])
    known_labels = ASKERS | ANSWERS | {title["speaker"].casefold()}
    section, at_head = "", True
    for text, line in page.lines:
        of_contents = any(pattern.fullmatch(text) for pattern in _OF_CONTENTS)
        item = None if of_contents else _ITEM.fullmatch(text)
        if at_head and (item or of_contents):
            headings |= {_folded(item["item"])} if item else set()
            page.leave(text, "table of contents" if item else _ABOUT)
            continue
        at_head = False
        found = match_label(text)
        if found and not (
            followed.get(line) or found["label"].casefold() in known_labels or text.endswith("?")
        ):
            found = None
        if _folded(item["item"] if item else text) in headings or _MEDIA.fullmatch(text):
            section, page.open = text, False
            page.leave(text, Reason.HEADINGS)
            yield None
        elif _OF_SITE.fullmatch(text) or not re.search(r"\w", text):
            page.leave(text, Reason.HEADINGS)
        elif turn := _turn_of(page, found, line, followed):
            yield page.turn(turn, section)
        else:
            yield page.words(text, line, section)


def _turn_of(
    page: _Page, found: re.Match[str] | None, line: int, followed: Mapping[int, bool]
) -> Turn | None:
    if found is None:
        return None
    return turn_of_label(found, line, page.cells["speaker"], page.account, followed.get(line))


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


# NATO: a press conference of one official, with guests; journalists have name and outlet

_BY = re.compile(r"by (?:the )?(?P<who>(?:NATO )?(?:Deputy |Acting )?Secretary General .+)")
_CUT = re.compile(
    r"[,:(]? \(?(?:ahead|at|in|on|with|following|after|before|during|to|upon|about|regarding|from"
    r"|gave|made|delivered|addressed|said)\b.*|\(.*"
)
_WRITTEN_DAY = re.compile(r"\d{1,2} [A-Z][a-z]+\.? \d{4}")
_NATO_HEAD = re.compile(
    r"[•*-]? ?(?:\d{1,2} [A-Z][a-z]{2,8}\.? \d{4}.*|\||Last updated.*)|\((?:As|Check) .*\)"
)
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


def _nato(page: _Page) -> Iterator[Turn | str | None]:
    """Yield the Secretary General's words, then the questions and answers."""
    by, above = page.take_head(
        _BY, 'there is no line like "by NATO Secretary General ..."; put it above the text'
    )
    role, name = split_role(_CUT.sub("", by["who"]).partition(" and ")[0])
    page.cells.update(title=" ".join((*above[-1:], by[0])), speaker=name, role=role)
    page.cells.update(country="NATO", doc_type="".join(above[-1:]).casefold())
    conference = _Conference(page.cells["title"], name, role)
    turns = conference.turns(page.lines)
    page.people |= {who: {"role": office} for who, office in conference.officials.items()}
    at_head = True
    for text, line in page.lines:
        at_head = at_head and bool(_NATO_HEAD.fullmatch(text) or (name and by[0][:40] in text))
        if at_head:
            if "date" not in page.cells and (day := _WRITTEN_DAY.search(text)):
                page.cells["date"] = day[0]
            page.leave(text)
        elif turn := turns.get(line):
            page.leave(text[: len(text) - len(turn.text)], Reason.LABELS)
            yield page.turn(turn)
        else:
            yield page.words(text, line)


class _Label(NamedTuple):
    """The words before a colon at the start of a paragraph, and those after it."""

    main: str  # a name, an office or an outlet, if it is a label
    of: str  # the outlet or office behind it
    is_bracketed: bool
    is_plain: bool  # in brackets or with capital letters: a sentence would go on without
    words: str
    line: int

    @property
    def who(self) -> str:
        return f"{self.main} ({self.of})" if self.of else self.main

    @property
    def is_person(self) -> bool:
        main = self.main.title() if self.main.isupper() else self.main
        return split_role(main) == ("", main)

    @property
    def is_heading(self) -> bool:
        """Say whether this is rather a heading or part of a sentence."""
        if self.is_bracketed and self.is_person:
            return False
        return not self.is_plain or is_heading(self.main, self.words)


class _Conference:
    """The speakers of a press conference: the official, and others as they are identified."""

    def __init__(self, title: str, speaker: str, role: str) -> None:
        self.title, self.speaker, self.role = title, speaker, role
        self.officials: dict[str, str] = {}

    def turns(self, lines: Sequence[tuple[str, int]]) -> dict[int, Turn]:
        """Return the turns by the lines that they start on."""
        labels = [label for text, line in lines if (label := self._label(text, line))]
        turns = {label.line: self._turn(label) for label in labels}
        followed = own_label_next(
            (line, turn is not None and turn.label == self.speaker and not turn.left_out)
            for line, turn in turns.items()
        )
        alone = not any(turns.values())
        for label in labels:
            if turns[label.line] is None:
                turns[label.line] = _doubtful_turn(label, followed.get(label.line, False), alone)
        return {line: turn for line, turn in turns.items() if turn}

    def _label(self, text: str, line: int) -> _Label | None:
        found = _ASKED.match(text) or _BY_NAME.match(text)
        if found is None or is_opener(found["main"]) or len(found["main"].split()) > MOST_WORDS:
            return None
        main, brackets, behind = found["main"], found["brackets"], found["behind"] or ""
        is_plain = not behind or bool(_OUTLET.fullmatch(behind))
        label = _Label(
            spelling_in(self.title, main) if main.isupper() else main,
            (brackets or behind).strip(" ,"),
            bool(brackets),
            is_plain or (found.re is _ASKED and found["mark"] != ","),
            text[found.end() :],
            line,
        )
        return label if label.is_plain or label.is_person else None

    def _turn(self, label: _Label) -> Turn | None:
        """Return the turn that a label starts if its speaker is certain, else None."""
        question = Turn(label.who, label.words, label.line, Reason.QUESTIONS)
        if self._is_own(label.main):
            return replace(question, label=self.speaker, left_out="")
        if not label.is_plain:
            return None
        if _CHAIRS.fullmatch(label.main) or (_CHAIRS.search(label.who) and not label.is_heading):
            return replace(question, label=label.main, left_out=Reason.MODERATORS)
        if label.main.casefold() in _ASK:
            return replace(question, label=label.of)
        of_press = _PRESS.search(label.of) or not has_office(label.of.split())
        if label.is_person and label.of and of_press:
            return None if label.is_heading else question
        name, role = self._official(label)
        if not name or _PRESS.search(role):
            return question if name else None
        if name != self.speaker:
            self.officials[name] = role
        return replace(question, label=name, left_out="")

    def _official(self, label: _Label) -> tuple[str, str]:
        """Return name and role of an official whom a label names, "" and "" if it does not.

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
        found = find_full_name(known, surname) if office else None
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


def _doubtful_turn(label: _Label, followed: bool, alone: bool) -> Turn | None:
    """Return the turn of a label that may be a heading in somebody's words as well.

    `followed`: the official's own label is the next. `alone`: no label is certain.
    """
    asks = followed or "?" in label.words
    if alone and not (label.is_person or (asks and label.of)):
        return None
    if label.is_heading and not asks:
        return None
    if asks and not label.is_heading and not has_office(label.main.split()):
        return Turn(label.who, label.words, label.line, Reason.QUESTIONS)
    return Turn("", label.words, label.line, Reason.UNIDENTIFIED)


# The EU's External Action Service, and gov.uk

_NO_ROLE = re.compile(
    r"(?:^| )(?!(?:of|the|for|and) )[a-z]|[,;:]|\b(?:Meet|Met|Host|Welcome|Visit|Call|Thank|Speak"
    r"|Spoke|Join|Hold|Held|Tell|Told|Urge|Receive|Greet|Congratulate)(?:s|d|ed)?\b"
)
_EU_DAY = re.compile(r"(?:(?P<place>[A-Z]\w+), )?(\d{2})[./](\d{2})[./](\d{4})\b.*")
_EU_HEAD = re.compile(
    r"Page language:|Not specified|English|Share.*|Print|EEAS Press Team|Check against delivery.?"
    r"|.*UNIQUE ID:.*",
    re.IGNORECASE,
)
_EU_NOUN = (
    r"(?:^|[:|–—-] )(?:(?!(?:on|to|about|the|of|in|an?|after|following|against|for)\b)"
    r"[^\s:]+ ){0,4}(?:statements?|remarks|declaration|speech|message)"
)
_EU_BY = re.compile(
    rf"(?i:{_EU_NOUN}(?: (?:as )?(?:delivered|given|made|issued))? (?:by|of|from) (?:the )?)"
    r"(?P<who>.+)"
)
_EU_BY_ITS_OWN = re.compile(
    rf"(?i:{_EU_NOUN}\b.*? )(?P<before>\S+) by (?:the )?(?P<who>(?:EU |European |HR/VP"
    r"|High Representative|Vice-President|Commissioner|Spokes|Head of Delegation).+)"
)
_EU_DOES = re.compile(
    r"\w+(?:ed|en)|(?:visit|trip|call|decision|letter|report|led|held|made|met)s?"
)
_EU_QUESTION = re.compile(r"Q(?:uestion)?[.:] ?(?:\d+[.:] ?)?")
_CONTACT = re.compile(r"\+?[\d ()/.-]{8,}|\S+@\S+|(?:.*\b(?:Spokesperson|Press [Oo]fficer)\b[^.]*)")
_SHORT = 60
_DESCRIPTION = 300

_UK_KINDS = ("Speech", "Press release", "News story", "Oral statement to Parliament", "Statement",
             "Written statement to Parliament", "Authored article", "World news story")  # fmt: skip
_OF_UK = (
    r"UK [Ss]tatement|This was published under the|gov\.uk"
    r"|Foreign(?: and Commonwealth|, Commonwealth| Office\b)"
)
_UK_NEWS = frozenset({"press release", "news story", "world news story"})
_UK_HEAD = re.compile(
    r"(?:From|Location):.*|(?:Published|Delivered on|Last updated):? ?\d.*"
    r"|This was published under .*"
)
_UK_FOOT = re.compile(
    r"(?:Share this page|Updates to this page|Is this page useful|Sign up for emails|Published \d"
    r"|Print this page).*"
)
_UK_DAY = re.compile(r"(?:Delivered on|Published)\b:? ?(\d{1,2} \w+ \d{4})")
_UK_SAYS = re.compile(
    r"(?:Statement|Speech|Remarks|Explanation of vote) (?:by|from) (?:the )?(?P<by>.+)"
    r"|(?P<who>.+?) (?:gave|made|delivered) (?:an?|the|this) (?:(?!joint)[\w’]+ )?"
    r"(?:statement|speech|remarks|address|explanation of vote)\b.*"
)


def _eeas(page: _Page) -> Iterator[Turn | str | None]:
    """Yield the words; "Q." is before a question of one paragraph."""
    end = _start_of_contacts(page.lines)
    title = next((text for text, _ in page.lines if not _is_eu_head(text)), "")
    told = title[:_DESCRIPTION]
    found = _EU_BY.search(told) or _EU_BY_ITS_OWN.search(told)
    if found and _EU_DOES.fullmatch(found.groupdict().get("before") or ""):
        found = None  # a meeting led by somebody
    role, name = _official(found["who"]) if found else ("", "")
    page.cells.update(title=title, speaker=name, role=role)
    page.cells.update(country="European Union", doc_type="statement")
    if not name:
        page.account.note("texts that name no speaker")
    at_head = True
    for number, (text, line) in enumerate(page.lines):
        at_head = at_head and (_is_eu_head(text) or text == title)
        if at_head:
            if day := _EU_DAY.fullmatch(text):  # the EEAS writes the day first
                page.cells["date"] = f"{day[4]}-{day[3]}-{day[2]}"
                page.cells["venue"] = day["place"] or ""
            page.leave(text)
        elif number >= end:
            page.leave(text, "contacts below the text")
        elif found := _EU_QUESTION.match(text):
            page.leave(found[0], Reason.LABELS)
            yield Turn("", text[found.end() :], line, Reason.QUESTIONS)
            page.open = False  # a question is one paragraph
        else:
            yield page.words(text, line)


def _official(text: str) -> tuple[str, str]:
    """Return role and name of the one official at the start of some words, "" and "" if none.

    A role is an office without a verb. The name is "" if only the office is given.
    """
    who = _CUT.sub("", text)
    first, joint, _ = who.partition(" and ")
    role, name = split_role(who)
    several = joint and (split_role(first)[1] or not _has_office(first))
    return ("", "") if several or not _has_office(role) or _NO_ROLE.search(role) else (role, name)


def _has_office(role: str) -> bool:
    return has_office(role.split()) or "HR/VP" in role.split()


def _is_eu_head(text: str) -> bool:
    return bool(_EU_HEAD.fullmatch(text) or _EU_DAY.fullmatch(text))


def _start_of_contacts(lines: list[tuple[str, int]]) -> int:
    """Return the index of the first line of names and telephone numbers."""
    end = len(lines)
    while end > 1:
        text = lines[end - 1][0]
        is_contact = len(text) <= 2 * _SHORT and _CONTACT.fullmatch(text)
        is_name = len(text) <= _SHORT and split_role(text)[1] == text
        if not (is_contact or (is_name and end < len(lines))):
            break
        end -= 1
    return end


def _govuk(page: _Page) -> Iterator[Turn | str | None]:
    """Yield the words below title, description and byline."""
    kind, title = page.lines[0][0], page.lines[1][0] if len(page.lines) > 1 else ""
    if kind not in _UK_KINDS or not title:
        raise page.refuse(
            f"the first line is none of {', '.join(_UK_KINDS)}; put it above the title"
        )
    page.cells.update(title=title, country="United Kingdom", doc_type=kind.casefold())
    if day := _WRITTEN_DAY.search(title):
        page.cells["date"] = day[0]
    page.leave(kind)
    page.leave(title)
    at_head, at_foot, described = True, False, False
    for text, line in page.lines[2:]:
        at_foot = at_foot or (not at_head and bool(_UK_FOOT.fullmatch(text)))
        is_line = bool(_UK_HEAD.fullmatch(text)) or (described and _is_byline(text))
        if at_head and (is_line or not (described or len(text) > _DESCRIPTION)):
            described = described or not is_line
            _read_govuk_head(page, text)
            page.leave(text)
            continue
        at_head = False
        if at_foot:
            page.leave(text, "lines below the text")
        else:
            yield page.words(text, line)


def _is_byline(text: str) -> bool:
    return len(text) <= _SHORT and text[-1] not in ".,:;!?-—"


def _read_govuk_head(page: _Page, text: str) -> None:
    """Take speaker and day out of a line above a gov.uk text."""
    if day := _UK_DAY.match(text):
        page.cells.setdefault("date", day[1])
    news = page.cells["doc_type"] in _UK_NEWS
    if news or page.cells.get("speaker") or _UK_HEAD.fullmatch(text):
        return
    found = _UK_SAYS.fullmatch(text)
    if found is None and not _is_byline(text):
        return
    role, name = _official((found["by"] or found["who"]) if found else text)
    if name:
        page.cells |= {"speaker": name, "role": role.removeprefix("UK ")}


FORMATS = (
    Format("state-department", "State Department press briefings",
           'one text file a briefing, with lines "MR ROE: ..." and "QUESTION: ..."',
           lambda seen: seen.kind in _TEXTS and seen.says(
               "^QUESTION: ", r"^(?:M[RS]S?|DR)\.? [A-Z’'-]+: ", _OF_STATE),
           _each_page("state", "US Department of State", _state_department)),
    Format("cmfa-text", "Chinese Foreign Ministry press conferences",
           "one text file a press conference, its title line above it",
           lambda seen: seen.kind in _TEXTS and seen.says(
               rf"^\s*(?:{_CHINESE.pattern})$", "Regular Press Conference|China"),
           _each_page("cmfa", "Ministry of Foreign Affairs of China", _chinese)),
    Format("russian-mfa", "Russian Foreign Ministry briefings",
           "one text file a briefing, its title line above it",
           lambda seen: seen.kind in _TEXTS and seen.says(
               rf"^\s*(?:{_RUSSIAN.pattern})\s*$", "Moscow|Russia"),
           _each_page("russian-mfa", "Ministry of Foreign Affairs of Russia", _russian)),
    Format("nato", "NATO speeches and press conferences",
           'one text file a speech, with a line "by NATO Secretary General ..."',
           lambda seen: seen.kind in _TEXTS and seen.says(
               rf"^\s*(?:{_BY.pattern})$", rf"^\s*(?:{_NATO_HEAD.pattern})"),
           _each_page("nato", "NATO", _nato)),
    Format("eeas", "EU External Action Service statements",
           "one text file a statement, its title on top",
           lambda seen: seen.kind in _TEXTS and seen.says(
               r"EEAS Press Team|UNIQUE ID: ?\d{6}_\d"),
           _each_page("eeas", "European External Action Service", _eeas)),
    Format("govuk", "gov.uk speeches and statements",
           'one text file a page, "Speech" or "Press release" and the title on top',
           lambda seen: seen.kind in _TEXTS and seen.says(
               rf"\A\s*(?:{'|'.join(_UK_KINDS)})\s*$", _OF_UK),
           _each_page("govuk", "gov.uk", _govuk)),
)  # fmt: skip
