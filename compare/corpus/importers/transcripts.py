"""Briefings as plain text: the State Department, the Chinese and the Russian foreign ministry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compare.corpus.importers.account import HEADINGS
from compare.corpus.importers.formats import Format, Glimpse
from compare.corpus.importers.labels import (
    ANSWERS,
    ASKERS,
    answered,
    capitalised,
    is_at_home,
    shouted,
    split_label,
    voice,
)
from compare.corpus.importers.people import country_in, has_office
from compare.corpus.importers.text_pages import PAGE, Page, is_text, reader
from compare.corpus.importers.turns import Turn
from compare.statements.countries import country_code

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_DAY = re.compile(rf"{_MONTH} \d{{1,2}}, \d{{4}}")
_DAY_OF_FILE = re.compile(rf"({_MONTH})-(\d{{1,2}})-(\d{{4}})|(\d{{4}})-(\d{{2}})-(\d{{2}})", re.I)
_STAMP = re.compile(
    r"(?:\d{4}[-/]\d{2}[-/]\d{2})?\s*(?:\d{1,2}:\d{2})?|\d{1,2} \w+ \d{4} ?\d\d:\d\d"
)

_HOME = "United States"
_PERSON = re.compile(r"(?P<name>[A-Z][\w.’'\- ]+), (?P<role>[A-Z].*)")
_OF_STATE = re.compile(
    r"\bstate\.gov\b|United States Government|Department (?:of State|Press Briefing|Spokes)"
)
_GUEST = re.compile(
    r"\b(?:Ministers?|Chancellor|High Representative|Secretary[- ]General|Commissioner|Premier|King"
    r"|Queen|Emir|Amir|Prince|Princess|Pope|Council?lor)\b"
)
_CHINESE = re.compile(
    r"(?P<role>Foreign Ministry Spokes(?:person|man|woman)) (?P<name>.+?)[’'`]s? "
    r"(?:Regular |Remarks? |Press |Statement|Comment).*"
)
_AFTERWARDS = re.compile(r".*\b(?:raised|asked|question)\b.* after the (?:regular )?press conf.*")
_RUSSIAN = re.compile(
    r"\w+ by (?:the )?(?P<role>(?:Russian )?Foreign Ministry(?:’s)?(?: Official)? Spokes\w+) "
    r"(?P<name>[^,(]+?),? \(?(?:(?P<place>[^,()]+), )?(?P<date>\w+ \d{1,2}, \d{4})\)?"
)
_CONTENTS = re.compile(r"Table of contents:?|Contents:?", re.IGNORECASE)
_ITEM = re.compile(r"(?:[-–•]|\d+\.)\s*(?P<item>.+)")
_MEDIA = re.compile(r"(?:\d+\. )?Answers? to (?:media )?questions.*", re.IGNORECASE)
_OF_SITE = re.compile(r"(?:• )?(?:[a-z]{2}-[A-Z]{2}\d? ?)+|[\d-]+|back to top", re.IGNORECASE)


def _state_department(page: Page) -> Iterator[Turn | str | None]:
    """Yield the turns behind the lines about the page, which name people and perhaps a day."""
    at_head = True
    people: dict[str, re.Match[str] | None] = {}
    page.cells |= {"doc_type": "press briefing", "date": _day_of_file(page.entry.base)}
    for text, line in page.lines:
        if not re.search(r"\w", text):
            page.leave(text, HEADINGS)
            continue
        turn = shouted(text, line, page.account)
        at_head = at_head and turn is None
        if at_head:
            if found := _PERSON.fullmatch(text):
                surname = found["name"].split()[-1].casefold()
                people[surname] = None if surname in people else found
            if day := _DAY.search(text):
                page.cells["date"] = day[0]
            if "Briefing" in text or "Press" in text.split():
                page.cells.setdefault("title", text)
        elif turn is not None and not turn.left_out:
            turn = _known(page, turn, people)
        yield turn or text


def _known(page: Page, turn: Turn, people: dict[str, re.Match[str] | None]) -> Turn:
    """Return the turn with the name that the lines about the page have for its label."""
    office, surname = split_label(turn.label)
    found, home = people.get(surname.casefold()), is_at_home(turn.label, _HOME)
    if found and not home:
        home = bool(office) and office.split()[-1].casefold() in found["role"].casefold()
        found = found if home else None  # it is another of that surname
    name = found["name"] if found else turn.label
    role = found["role"] if found and has_office(found["role"].split()) else ""
    country = _HOME if home and not (found and _is_guest(found["role"])) else ""
    page.people[name] = {"role": role, "country": country}
    return Turn(name, turn.text, turn.line, note=turn.note)


def _is_guest(role: str) -> bool:
    """Say whether a role is of another country than the United States, or of none."""
    named = country_in(role.partition(" to ")[0])
    return bool(_GUEST.search(role)) or (bool(named) and country_code(named) != "USA")


def _day_of_file(name: str) -> str:
    found = _DAY_OF_FILE.search(name)
    if found is None:
        return ""
    return f"{found[1]} {found[2]}, {found[3]}" if found[1] else "-".join(found.groups()[3:])


def _chinese(page: Page) -> Iterator[Turn | str | None]:
    """Yield the turns: the spokesperson of the title speaks, whoever else has a label asks."""
    title, _ = page.head(
        _CHINESE,
        'there is no title like "Foreign Ministry Spokesperson ...’s Regular Press Conference on '
        '..."; put it above the text',
    )
    day = _DAY.search(title[0])
    page.cells |= {
        "title": title[0],
        "speaker": title["name"],
        "role": title["role"],
        "country": "China",
        "doc_type": "press conference",
        "date": day[0] if day else "",
    }
    followed = answered(page.lines, title["name"])
    for text, line in page.lines:
        if not page.open and _STAMP.fullmatch(text):
            page.leave(text)
            page.cells["date"] = page.cells["date"] or text.split()[0]
        elif _AFTERWARDS.fullmatch(text) or not re.search(r"\w", text):
            page.leave(text, HEADINGS)
        elif (found := capitalised(text)) and (turn := _voice(page, found, line, followed)):
            yield page.turn(turn)
        else:
            yield page.words(text, line)


def _russian(page: Page) -> Iterator[Turn | str | None]:
    """Yield each section under its heading, then the questions and answers."""
    title, _ = page.head(
        _RUSSIAN,
        'there is no title like "Briefing by Foreign Ministry Spokeswoman ..., Moscow, ... 2025"; '
        "put it above the text",
    )
    page.cells |= {
        "title": title[0],
        "speaker": title["name"],
        "role": title["role"],
        "country": "Russia",
        "doc_type": "briefing",
        "date": title["date"],
        "venue": title["place"] or "",
    }
    headings: set[str] = set()
    followed = answered(page.lines, title["name"])
    section, at_head = "", True
    for text, line in page.lines:
        item = None if _is_of_contents(text) else _ITEM.fullmatch(text)
        if at_head and (item or _is_of_contents(text)):
            headings |= {_folded(item["item"])} if item else set()
            page.leave(text, "table of contents" if item else PAGE)
            continue
        at_head = False
        if _folded(item["item"] if item else text) in headings or _MEDIA.fullmatch(text):
            section, page.open = text, False
            page.leave(text, HEADINGS)
            yield None
        elif _OF_SITE.fullmatch(text) or not re.search(r"\w", text):
            page.leave(text, HEADINGS)
        elif (
            (found := capitalised(text))
            and (followed.get(line) or _is_voice(found["label"], title["name"], text))
            and (turn := _voice(page, found, line, followed))
        ):
            yield page.turn(turn, section)
        else:
            yield page.words(text, line, section)


def _voice(
    page: Page, found: re.Match[str], line: int, followed: Mapping[int, bool]
) -> Turn | None:
    return voice(found, line, page.cells["speaker"], page.account, followed.get(line))


def _is_voice(label: str, speaker: str, text: str) -> bool:
    """Say whether a label is one of those used, or the name of whoever asks what ends in "?"."""
    return label.casefold() in ASKERS | ANSWERS | {speaker.casefold()} or text.endswith("?")


def _is_of_contents(text: str) -> bool:
    patterns = (_CONTENTS, _MEDIA, _STAMP, _OF_SITE)
    return any(pattern.fullmatch(text) for pattern in patterns)


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _recognises_state(seen: Glimpse) -> bool:
    asked = re.search(r"^QUESTION: ", seen.head, re.MULTILINE)
    said = re.search(r"^(?:M[RS]S?|DR)\.? [A-Z’'-]+: ", seen.head, re.MULTILINE)
    return is_text(seen) and bool(asked and said and _OF_STATE.search(seen.head))


def _recognises_chinese(seen: Glimpse) -> bool:
    titles = [line for line in seen.lines if _CHINESE.fullmatch(line)]
    chinese = "Regular Press Conference" in "".join(titles) or "China" in seen.head
    return is_text(seen) and bool(titles) and chinese


def _recognises_russian(seen: Glimpse) -> bool:
    titled = any(map(_RUSSIAN.fullmatch, seen.lines))
    return is_text(seen) and titled and bool(re.search(r"Moscow|Russia", seen.head))


FORMATS = (
    Format(
        "state-department",
        "State Department press briefings",
        'one text file a briefing, with lines "MR ROE: ..." and "QUESTION: ..."',
        _recognises_state,
        reader("state", "US Department of State", _state_department),
    ),
    Format(
        "cmfa-text",
        "Chinese Foreign Ministry press conferences",
        "one text file a press conference, its title line above it",
        _recognises_chinese,
        reader("cmfa", "Ministry of Foreign Affairs of China", _chinese),
    ),
    Format(
        "russian-mfa",
        "Russian Foreign Ministry briefings",
        "one text file a briefing, its title line above it",
        _recognises_russian,
        reader("russian-mfa", "Ministry of Foreign Affairs of Russia", _russian),
    ),
)
