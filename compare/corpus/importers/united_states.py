"""The United States: the White House's briefing room, and the State Department's briefings."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from string import capwords

from compare.corpus.documents import read_document
from compare.corpus.importers.people import (
    PARTICLES,
    country_behind,
    country_in,
    find_full_name,
    has_office,
    spelling_in,
    split_role,
)
from compare.corpus.importers.records import Cells
from compare.corpus.importers.registry import Format
from compare.corpus.importers.sources import Account, Entry, Piece, Reason, claim_key, each_file
from compare.corpus.importers.text import (
    DAY,
    HONORIFIC,
    MONTH,
    TEXTS,
    Page,
    Turn,
    each_page,
    gather_turns,
    join_paragraphs,
    speaks_for,
    tidy_line,
    turn_cells,
    turn_in_capitals,
)
from compare.corpus.values import BadFileError, Problem, Row
from compare.statements import country_code, parse_date
from compare.statements.normalize import HONORIFICS

# The White House: Markdown with front matter, transcripts and written texts

OFFICE_HOLDERS = {
    "president": ("Joe Biden", "Joseph Biden"),
    "vice president": ("Kamala Harris",),
    "first lady": ("Jill Biden",),
    "second gentleman": ("Douglas Emhoff",),
}
"""Who held the offices that stand alone before a turn; a speaker gets the first spelling."""

_TERM = ("2021-01-20", "2025-01-20")
_US = "United States"

_PARAGRAPH = re.compile(r".*?(?:\n(?:[^\S\n]*+\n)+|(?<! ) {2,}+\n(?!\]\()|\Z)", re.DOTALL)
_STRUCK = re.compile(r"<s>(?:(?!<s>).)*?</s>", re.DOTALL)
_MARKUP = (
    re.compile(
        r"<!--(?:(?!<!--).)*?-->|!\[(?:(?!!\[)[^\]])*\]\((?:(?!\]\()[^)])*\)|^#+ |^> ?|-{10,}",
        re.DOTALL | re.MULTILINE,
    ),
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
_INTERPRETED = re.compile(r"\((?:as interpreted|as translated|through interpreter)[.:]?\) ?", re.I)
_SPOKEN = re.compile(
    rf"(?:{HONORIFICS.upper()})\b|(?:THE )?(?:(?:VICE )?PRESIDENT\b|FIRST LADY|SECOND GENT)"
    r"|SENIOR ADMIN|SECRETARY|PRIME MIN|MODERATOR|AUDIENCE|GOVERNOR|SENATOR|REPRESENTATIVE"
    r"|AMBASSADOR|DIRECTOR|ADMINISTRATOR"
)
_PREPARED = re.compile(r"\(?(?:remarks )?as (?:prepared|delivered)\b.*", re.IGNORECASE)
_NO_PLACE = re.compile(r"[IVX\d]+\. .*|.*[.!?,:;—”](?<!D\.C\.)\)?|.{81,}")
_LONGEST_VENUE = 150


def _read_document(entry: Entry, account: Account) -> Iterator[Piece]:
    """Yield the turns of a transcript, or another text as one statement."""
    row = next(read_document(entry, entry.label), None)
    if row is None:
        raise BadFileError("it is empty; download it again")
    if isinstance(row, Problem):
        yield row
        return
    cells = {
        "id": f"whitehouse-{claim_key(entry, row.cells['text'], account)}",
        "title": tidy_line(row.cells.get("title", ""), Account()),
        "date": row.cells.get("date", ""),
        "published": row.cells.get("published_time", ""),
        "url": row.cells.get("source_url", ""),
        "source": f"The White House, Briefing Room, {entry.base}",
        "doc_type": row.cells.get("tags", ""),
        "source_file": entry.name,
    }
    paragraphs = [*_paragraphs(row, account)]
    if any(_is_spoken(text) for text, _ in paragraphs):
        yield from _spoken(entry, cells, paragraphs, account)
    elif paragraphs:
        yield _written(entry, cells, paragraphs, account)
    else:
        account.leave("documents without words", "", piece=True)


def _paragraphs(row: Row, account: Account) -> Iterator[tuple[str, int]]:
    """Yield the paragraphs without markup, and the lines they start on."""
    line = row.lines.get("text", 1)
    for found in _PARAGRAPH.finditer(account.take(row.cells["text"])):
        text = account.remove("struck words that a correction follows", _STRUCK, found[0])
        for pattern in _MARKUP:
            text = account.remove("markup", pattern, text, lambda m: m.groupdict().get("stays", ""))
        text = account.remove("markup", _ENTITY, text, lambda entity: html.unescape(entity[0]))
        text = tidy_line(text, account)
        if text and _END_MARK.fullmatch(text):
            account.leave("end marks", text)
        elif text:
            yield text, line
        line += found[0].count("\n")


def _written(
    entry: Entry, cells: Cells, paragraphs: list[tuple[str, int]], account: Account
) -> Row:
    head: list[str] = []
    if "remarks" in cells["title"].casefold():
        while len(paragraphs) > 1 and _is_head(paragraphs[0][0]):
            head.append(paragraphs.pop(0)[0])
    cells |= _place(head, account)
    author = _author(cells["title"], paragraphs[-1][0], cells["date"])
    if not author["speaker"]:
        account.note("statements that name no speaker")
    text = join_paragraphs([text for text, _ in paragraphs], account)
    return Row(entry.label, paragraphs[0][1], cells | author | {"text": text})


def _spoken(
    entry: Entry, cells: Cells, paragraphs: list[tuple[str, int]], account: Account
) -> Iterator[Row]:
    head: list[str] = []
    turns = [*gather_turns(_parts(paragraphs, account), head.append, account)]
    cells |= _place(head, account) | {"language": "en"}
    speakers = _speakers(turns, cells)
    for turn, spoken in turn_cells(turns, cells, account):
        text = account.strip(account.remove(Reason.DIRECTIONS, _INTERPRETED, turn.text))
        interpreted = text != turn.text or _INTERPRETED.match(turn.note)
        words = {"text": text, "translated": "yes" if interpreted else ""}
        yield Row(entry.label, turn.line, spoken | speakers[turn.label] | words)


def _parts(paragraphs: list[tuple[str, int]], account: Account) -> Iterator[Turn | str]:
    started = False
    for paragraph, line in paragraphs:
        text = account.remove("times", _TIME_BEFORE, paragraph)
        if _TIME.fullmatch(text):
            account.leave("times", text)
        elif started and _DIRECTION.fullmatch(text):
            account.leave(Reason.DIRECTIONS, text)
        else:
            turn = turn_in_capitals(text, line, account)
            started = started or turn is not None
            yield turn or text


def _place(head: list[str], account: Account) -> Cells:
    """Return venue and day from the lines before the first turn."""
    cells: Cells = {}
    places: list[str] = []
    for line in head:
        account.leave("places, times and notes before the first turn", line)
        if found := _DATE.fullmatch(line):
            try:
                cells["date"] = str(parse_date(found[1]))
            except ValueError:
                continue
        elif not any(p.fullmatch(line) for p in (_NO_PLACE, _PREPARED, _TIME)):
            places.append(line.strip("() "))
    venue = ", ".join(places)
    return cells | ({"venue": venue} if len(venue) <= _LONGEST_VENUE else {})


def _is_spoken(text: str) -> bool:
    """Say whether a paragraph starts a turn."""
    turn = turn_in_capitals(_TIME_BEFORE.sub("", text), 0, Account())
    return turn is not None and (not turn.label or bool(_SPOKEN.match(turn.label)))


def _is_head(text: str) -> bool:
    """Say whether a paragraph can be a place or time above a prepared speech."""
    is_time = _TIME.fullmatch(text) or _PREPARED.fullmatch(text)
    return bool(is_time) or not _NO_PLACE.fullmatch(text)


# Speakers of transcripts

_AT_HOME = re.compile(
    r"(?:[A-Z.]+ )*(?:SECRETARY|GOVERNOR|SENATOR|REPRESENTATIVE|CONGRESS(?:WO)?MAN|MAYOR"
    r"|ADMINISTRATOR|DIRECTOR|ADVISOR|(?:SURGEON|ATTORNEY) GENERAL|SPEAKER|LEADER|JUSTICE"
    r"|ASSISTANT)"
)


def _speakers(turns: Iterable[Turn], cells: Cells) -> dict[str, Cells]:
    """Return the cells of each speaker by the label of the turns."""
    known: dict[str, Cells] = {}
    heard = ""
    for turn in turns:
        if turn.label not in known and not turn.left_out:
            known[turn.label] = _speaker(turn.label, cells, heard)
        heard += f" {turn.text}"
    return known


def _speaker(label: str, cells: Cells, heard: str) -> Cells:
    """Return the cells of a speaker, whom the title names, or what was said before."""
    if holder := _holder(label, cells["date"]):
        return holder
    title, context = cells["title"], f"{cells['title']} | {heard}"
    office, surname = split_office(label)
    if surname == label:
        name = capwords(label) if "OFFICIAL" in label.split() else spelling_in(context, label)
        return _cells(name, country=_country(label, "", name, cells))
    full = find_full_name(title, surname)
    if full and full[1] and office and office.split()[-1].casefold() not in full[1].casefold():
        full = None  # it is another of that surname
    role = full[1] if full else ""
    if full is None and not office.endswith("LADY"):
        full = find_full_name(heard, surname)
    name = full[0] if full else spelling_in(context, label)
    country = _country(office, role, full[0] if full else spelling_in(context, surname), cells)
    return _cells(name, role or capwords(office), country)


def _country(office: str, role: str, name: str, cells: Cells) -> str:
    """Return the speaker's country, which the title may name.

    Guests without an office have none, nor have ambassadors outside press briefings.
    """
    if name and (abroad := country_behind(cells["title"], name)):
        return abroad
    if is_foreign_office(office):
        return ""
    known = role or _AT_HOME.fullmatch(office) or office.startswith("SENIOR ADMIN")
    return _US if known or cells["doc_type"] == "press-briefings" else ""


def _cells(name: str = "", role: str = "", country: str = _US) -> Cells:
    return {"speaker": name, "role": role, "country": country}


def _holder(label: str, date: str) -> Cells | None:
    """Return who holds the office of "THE PRESIDENT" or of "President Joseph R. Biden, Jr."."""
    if not _TERM[0] <= date < _TERM[1]:
        return None
    for office, names in OFFICE_HOLDERS.items():
        given = "|".join(name.split()[0] for name in names)
        surname = names[0].split()[1]
        alone = re.fullmatch(rf"(?:the )?{office}", label, re.IGNORECASE)
        named = rf"(?:the )?{office} (?:(?:{given}) (?:[A-Z]\.? )?)?{surname}(?![\w’])"
        if alone or re.match(named, label, re.IGNORECASE):
            return _cells(names[0], office.title())
    return None


# Authors of written texts

_BY = re.compile(
    r"(?i)\b(?:statement|remarks|message|letter|excerpts?|readout|note|address|release)s?\b"
    r"(?: \([^)]*\))?(?: as prepared)?(?: for delivery)?"
    r"(?:(?: on .+)? (?:by|from)| (?P<of>of)) (?P<who>.+)"
    r"|(?P<whose>(?:vice )?president \w+)(?:’s)? statement\b"
)
_TOPIC = re.compile(
    r"(?i) (?:on|at|in|to(?! the (?:vice )?president\b)|upon|during|before|after|following"
    r"|regarding|about|as|virtual|\w+ years|(?!emerging)\w{4,}ing|call|meeting)\b.*|:.*| \|.*"
)
_ASIDE = re.compile(r" with\b.*|,(?! jr).*", re.IGNORECASE)
_JOINS = re.compile(r"(,? (?:and|&|with) |,(?! jr) ?)", re.IGNORECASE)
_AND = re.compile(r",? (?:and|&) ", re.IGNORECASE)
_JOINT = re.compile(
    r"(?i)\bjoint\b(?: [\w.’\-]+){0,2} (?:statement|message|letter|declaration|remarks)s?\b"
)
_SIGNED = re.compile(r"([A-Z]+)(?: [A-Z]\.)? ([A-Z]+),?(?: JR\.?)?")


def _author(title: str, last: str, date: str) -> Cells:
    """Return the author of a text without turns: named in its title, or who signed it.

    A text by several authors, or a joint statement, has none.
    """
    found = _BY.search(title)
    before = title
    if found:
        before = title[: found.start("who")] if found["who"] else found[0]
    if _JOINT.search(before):
        return _cells()
    if found and not (found["of"] and "readout" in found[0].casefold()):
        joined = found["whose"] and _JOINS.search(title[: found.start()])
        authors = _TOPIC.sub("", found["who"] or found["whose"])
        if joined or _are_several(authors, date):
            return _cells()
        who = _ASIDE.sub("", authors)
        if holder := _holder(who, date):
            return holder
        role, name = split_role(who)
        if name and (has_office(role.split()) or who.startswith("Dr. ")):
            return _cells(name, role, country_in(role) or country_behind(title, name) or _US)
    if found := _SIGNED.fullmatch(last):
        for office in ("president", "vice president"):
            names = map(str.upper, OFFICE_HOLDERS[office])
            if f"{found[1]} {found[2]}" in names and (holder := _holder(office, date)):
                return holder
    return _cells()


def _are_several(authors: str, date: str) -> bool:
    """Say whether the words may name more than one person.

    "Senior Advisor and Chief Spokesperson Ada Veld" is one person with two offices. An office after
    a person is another person's, and so is anything after "and".
    """
    first, *rest = _JOINS.split(authors)
    for join, part in zip(rest[::2], rest[1::2], strict=True):
        words, is_and = part.split(), _AND.fullmatch(join)
        if not words:
            continue
        if _is_person(first, date):
            if is_and or has_office(words) or split_role(part) == ("", " ".join(words)):
                return True
        elif is_and and (words[0] == "the" or _holder(part, date)) and has_office(first.split()):
            return True
        first += join + part
    role, name = split_role(authors)
    return bool(name) and _has_name(role)


def _is_person(text: str, date: str) -> bool:
    """Say whether a person is named, or an office that one person holds: "the President"."""
    office = text.casefold().removeprefix("the ").partition(" of ")[0]
    return bool(_holder(text, date)) or is_foreign_office(office.upper()) or _has_name(text)


def _has_name(text: str) -> bool:
    """Say whether a name, or a surname alone, ends a text or precedes an "of"."""
    words = [word for word in text.split() if word not in PARTICLES]
    ends = [at for at, word in enumerate(words) if at and word == "of"] + [len(words)]
    return any(split_role(" ".join([*words[:end], words[end - 1]]))[1] for end in ends if end)


# The State Department: lines about the page, then turns with labels in capitals

_DAY_OF_FILE = re.compile(rf"{MONTH}-\d{{1,2}}-\d{{4}}|\d{{4}}-\d{{2}}-\d{{2}}", re.I)
_PERSON = re.compile(r"(?P<name>[A-Z][\w.’'\- ]+), (?P<role>[A-Z].*)")
_OF_STATE = r"\bstate\.gov\b|United States Government|Department (?:of State|Press Briefing|Spokes)"
_GUEST = re.compile(
    r"\b(?:Ministers?|Chancellor|High Representative|Secretary[- ]General|Commissioner|Premier|King"
    r"|Queen|Emir|Amir|Prince|Princess|Pope|Council?lor)\b"
)


def _state_department(page: Page) -> Iterator[Turn | str | None]:
    """Yield the turns after the lines about the page, which name people and perhaps a day."""
    at_head = True
    people: dict[str, re.Match[str] | None] = {}  # by surname; None if two have it
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
            if found := DAY.search(text):
                page.cells["date"] = found[0]
            if "Briefing" in text or "Press" in text.split():
                page.cells.setdefault("title", text)
        elif turn is not None and not turn.left_out:
            turn = _named_turn(page, turn, people)
        yield turn or text


def _named_turn(page: Page, turn: Turn, people: Mapping[str, re.Match[str] | None]) -> Turn:
    """Return the turn with the name that the lines about the page have for its label."""
    office, surname = split_office(turn.label)
    found, home = people.get(surname.casefold()), speaks_for(turn.label, _US)
    if found and not home:
        home = bool(office) and office.split()[-1].casefold() in found["role"].casefold()
        found = found if home else None  # it is another of that surname
    name, role = (found["name"], found["role"]) if found else (turn.label, "")
    abroad = country_in(role.partition(" to ")[0])
    is_guest = _GUEST.search(role) or (abroad and country_code(abroad) != "USA")
    page.people[name] = {
        "role": role if has_office(role.split()) else "",
        "country": _US if home and not is_guest else "",
    }
    return replace(turn, label=name)


# Offices in labels in capitals

_OFFICE = re.compile(
    r"(?:(?:THE|FORMER|DEPUTY|ASSISTANT|ACTING|STATE|LT\.|VICE|PRIME|FIRST|SURGEON|ATTORNEY|FOREIGN"
    r"|SPECIAL|UNDER) |SECRETARY[ -](?=GENERAL))*"
    r"(?:PRESIDENT|SECRETARY|GENERAL|GOVERNOR|SENATOR|REPRESENTATIVE|CONGRESS(?:WO)?MAN|MAYOR"
    r"|ADMINISTRATOR|AMBASSADOR|DIRECTOR|CHAIR(?:MAN|WOMAN)?|ADVISOR|MINISTER|CHANCELLOR|KING|QUEEN"
    r"|AMIR|LADY|GENTLEM[AE]N|SPEAKER|LEADER|JUSTICE|JUDGE|COMMISSIONER|COLONEL|ADMIRAL|MAJOR|CHIEF"
    r"|COUNSEL|COORDINATOR|ENVOY|RABBI|CHAPLAIN|PRINCE(?:SS)?|POPE|ASSISTANT) "
)
_FOREIGN_OFFICE = re.compile(
    r"(?:VICE )?PRESIDENT|PRIME MINISTER|(?:FOREIGN )?MINISTER|CHANCELLOR|KING|QUEEN|AMIR|POPE"
    r"|PRINCE(?:SS)?|SECRETARY[ -]GENERAL|FIRST LADY"
)


def split_office(label: str) -> tuple[str, str]:
    """Return office and surname of a label in capitals; without an office, "" and the whole."""
    if found := HONORIFIC.match(label):
        return "", label[found.end() :]
    found = _OFFICE.match(label)
    return (found[0].strip(), label[found.end() :]) if found else ("", label)


def is_foreign_office(office: str) -> bool:
    """Say whether an office in capitals is a guest's in a transcript of the United States."""
    return bool(_FOREIGN_OFFICE.fullmatch(office))


FORMATS = (
    Format("whitehouse", "White House briefing room",
           "{section}/YYYY-MM/YYYY-MM-DD-title.md with front matter (folder or archive)",
           lambda seen: seen.kind == ".md" and seen.says(r"^source_url: \S*whitehouse\."),
           each_file({".md"}, _read_document)),
    Format("state-department", "State Department press briefings",
           'one text file a briefing, with lines "MR ROE: ..." and "QUESTION: ..."',
           lambda seen: seen.kind in TEXTS and seen.says(
               "^QUESTION: ", rf"^{HONORIFIC.pattern}[A-Z’'-]+: ", _OF_STATE),
           each_page("state", "US Department of State", _state_department)),
)  # fmt: skip
