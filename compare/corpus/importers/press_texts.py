"""Speeches and statements as plain text: NATO, the EU's External Action Service, gov.uk."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compare.corpus.importers.formats import Format, Glimpse
from compare.corpus.importers.people import has_office, split_role
from compare.corpus.importers.text_pages import Conference, Page, is_text, reader
from compare.corpus.importers.turns import NAMES, QUESTIONS, Turn

_CUT = re.compile(
    r"[,:(]? \(?(?:ahead|at|in|on|with|following|after|before|during|to|upon|about|regarding|from"
    r"|gave|made|delivered|addressed|said)\b.*|\(.*"
)
_BY = re.compile(r"by (?:the )?(?P<who>(?:NATO )?(?:Deputy |Acting )?Secretary General .+)")
_NO_ROLE = re.compile(
    r"(?:^| )(?!(?:of|the|for|and) )[a-z]|[,;:]|\b(?:Meet|Met|Host|Welcome|Visit|Call|Thank|Speak"
    r"|Spoke|Join|Hold|Held|Tell|Told|Urge|Receive|Greet|Congratulate)(?:s|d|ed)?\b"
)
_DAY = re.compile(r"\d{1,2} [A-Z][a-z]+\.? \d{4}")
_NATO_HEAD = re.compile(
    r"[•*-]? ?(?:\d{1,2} [A-Z][a-z]{2,8}\.? \d{4}.*|\||Last updated.*)|\((?:As|Check) .*\)"
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
_UK_NEWS = frozenset({"press release", "news story", "world news story"})


def _nato(page: Page) -> Iterator[Turn | str | None]:
    """Yield the Secretary General's words, then the questions and answers."""
    by, above = page.head(
        _BY, 'there is no line like "by NATO Secretary General ..."; put it above the text'
    )
    role, name = split_role(_CUT.sub("", by["who"]).partition(" and ")[0])
    page.cells |= {
        "title": " ".join((*above[-1:], by[0])),
        "speaker": name,
        "role": role,
        "country": "NATO",
        "doc_type": "".join(above[-1:]).casefold(),
    }
    conference = Conference(page.cells["title"], name, role)
    turns = conference.turns(page.lines)
    page.people |= {who: {"role": office} for who, office in conference.officials.items()}
    at_head = True
    for text, line in page.lines:
        at_head = at_head and bool(_NATO_HEAD.fullmatch(text) or (name and by[0][:40] in text))
        if at_head:
            if "date" not in page.cells and (day := _DAY.search(text)):
                page.cells["date"] = day[0]
            page.leave(text)
        elif turn := turns.get(line):
            page.leave(text[: len(text) - len(turn.text)], NAMES)
            yield page.turn(turn)
        else:
            yield page.words(text, line)


def _eeas(page: Page) -> Iterator[Turn | str | None]:
    """Yield the words; "Q." is before a question of one paragraph."""
    end = _without_contacts(page.lines)
    title = next((text for text, _ in page.lines if not _is_eu_head(text)), "")
    told = title[:_DESCRIPTION]
    found = _EU_BY.search(told) or _EU_BY_ITS_OWN.search(told)
    if found and _EU_DOES.fullmatch(found.groupdict().get("before") or ""):
        found = None  # a meeting led by somebody
    role, name = _official(found["who"]) if found else ("", "")
    page.cells |= {
        "title": title,
        "speaker": name,
        "role": role,
        "country": "European Union",
        "doc_type": "statement",
    }
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
            page.leave(found[0], NAMES)
            yield Turn("", text[found.end() :], line, QUESTIONS)
            page.open = False  # a question is one paragraph
        else:
            yield page.words(text, line)


def _official(text: str) -> tuple[str, str]:
    """Return role and name of the one whom words name that start with an office, "" for others.

    A role is an office without a verb. The name is "" where only the office is there.
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


def _without_contacts(lines: list[tuple[str, int]]) -> int:
    """Return the number of the line that the names and telephone numbers start on."""
    end = len(lines)
    while end > 1 and (
        (len(lines[end - 1][0]) <= 2 * _SHORT and _CONTACT.fullmatch(lines[end - 1][0]))
        or (end < len(lines) and _is_name(lines[end - 1][0]))
    ):
        end -= 1
    return end


def _is_name(text: str) -> bool:
    return len(text) <= _SHORT and split_role(text)[1] == text


def _govuk(page: Page) -> Iterator[Turn | str | None]:
    """Yield the words below title, description and byline."""
    kind, title = page.lines[0][0], page.lines[1][0] if len(page.lines) > 1 else ""
    if kind not in _UK_KINDS or not title:
        raise page.of_another_kind(
            f"the first line is none of {', '.join(_UK_KINDS)}; put it above the title"
        )
    page.cells |= {"title": title, "country": "United Kingdom", "doc_type": kind.casefold()}
    if day := _DAY.search(title):
        page.cells["date"] = day[0]
    page.leave(kind)
    page.leave(title)
    at_head, at_foot, described = True, False, False
    for text, line in page.lines[2:]:
        at_foot = at_foot or (not at_head and bool(_UK_FOOT.fullmatch(text)))
        is_line = bool(_UK_HEAD.fullmatch(text)) or (described and _is_byline(text))
        if at_head and (is_line or not (described or len(text) > _DESCRIPTION)):
            described = described or not is_line
            _tell(page, text)
            page.leave(text)
            continue
        at_head = False
        if at_foot:
            page.leave(text, "lines below the text")
        else:
            yield page.words(text, line)


def _is_byline(text: str) -> bool:
    return len(text) <= _SHORT and text[-1] not in ".,:;!?-—"


def _tell(page: Page, text: str) -> None:
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


def _recognises_nato(seen: Glimpse) -> bool:
    named, headed = any(map(_BY.fullmatch, seen.lines)), any(map(_NATO_HEAD.match, seen.lines))
    return is_text(seen) and named and headed


def _recognises_eeas(seen: Glimpse) -> bool:
    marked = re.search(r"EEAS Press Team|UNIQUE ID: ?\d{6}_\d", seen.head)
    return is_text(seen) and bool(marked)


def _recognises_govuk(seen: Glimpse) -> bool:
    marked = re.search(
        r"UK [Ss]tatement|This was published under the|gov\.uk|Foreign(?: and Commonwealth|,"
        r" Commonwealth| Office\b)",
        seen.head,
    )
    return is_text(seen) and bool(marked) and seen.lines[0] in _UK_KINDS


FORMATS = (
    Format(
        "nato",
        "NATO speeches and press conferences",
        'one text file a speech, with a line "by NATO Secretary General ..."',
        _recognises_nato,
        reader("nato", "NATO", _nato),
    ),
    Format(
        "eeas",
        "EU External Action Service statements",
        "one text file a statement, its title on top",
        _recognises_eeas,
        reader("eeas", "European External Action Service", _eeas),
    ),
    Format(
        "govuk",
        "gov.uk speeches and statements",
        'one text file a page, "Speech" or "Press release" and the title on top',
        _recognises_govuk,
        reader("govuk", "gov.uk", _govuk),
    ),
)
