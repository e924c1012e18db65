"""Alliances and press offices: speeches, statements and briefings as plain text.

Lines about the page stand above the words; labels, if any, say who speaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from compare.corpus.importers.people import find_full_name, has_office, spelling_in, split_role
from compare.corpus.importers.registry import Format
from compare.corpus.importers.sources import Reason
from compare.corpus.importers.text import (
    MOST_WORDS,
    TEXTS,
    Page,
    Turn,
    each_page,
    is_heading,
    is_opener,
    own_label_next,
)

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
    r"|(?P<mark>,| from) (?P<addition>[^:.?!]{1,60}))?: ?"
)
_ASKED = re.compile(
    r"(?i)(?P<main>Question|Journalist|Reporter|Q)(?: \d+)?(?:,? [(\[](?P<brackets>[^:]{1,80})[)\]]"
    r"|(?P<mark>,| from| by) (?P<addition>[^:.?!]{1,80}))?: ?"
)
_OUTLET = re.compile(rf"(?:the )?{_NAME_WORDS}(?:, {_NAME_WORDS})*")
_ASKER_LABELS = frozenset(
    ["answer", "correspondent", "journalist", "q", "question", "questions", "reporter"]
)
_PRESS = re.compile(
    r"(?i)\b(?:journalist|reporter|correspondent|editor|anchor|interviewer|bureau chief)\b"
)
_CHAIRS = re.compile(r"(?i)\b(?:Moderator|Spokes(?:person|woman|man)|Host|Facilitator)\b")
_OWN_OFFICE = re.compile(r"(?:the )?(?:nato )?(?:acting )?((?:deputy )?secretary[ -]general)\b.*")


def _nato(page: Page) -> Iterator[Turn | str | None]:
    """Yield the Secretary General's words, then the questions and answers."""
    by, above = page.take_head(
        _BY, 'there is no line like "by NATO Secretary General ..."; put it above the text'
    )
    role, name = split_role(_CUT.sub("", by["who"]).partition(" and ")[0])
    title = f"{above} {by[0]}".strip()
    page.cells.update(title=title, speaker=name, role=role)
    page.cells.update(country="NATO", doc_type=above.casefold())
    about = page.take_about(
        lambda text: _NATO_HEAD.fullmatch(text) or (name and by[0][:40] in text)
    )
    if day := _WRITTEN_DAY.search("\n".join(about)):
        page.cells["date"] = day[0]
    conference = _Conference(title, name, role)
    turns = conference.turns(page.lines)
    page.people |= {who: {"role": office} for who, office in conference.officials.items()}
    for text, line in page.lines:
        if turn := turns.get(line):
            page.leave(text[: len(text) - len(turn.text)], Reason.LABELS)
            yield page.start(turn)
        else:
            yield page.words(text, line)


@dataclass(frozen=True, slots=True)
class _Label:
    """What may be a label: the words before a colon at the start of a paragraph."""

    turn: Turn  # as a question
    main: str  # a name, an office or an outlet
    of: str  # the outlet or office behind it
    is_plain: bool  # the addition is in brackets or capitalised, unlike words of a sentence
    is_person: bool
    is_heading: bool  # rather a heading or part of a sentence


class _Conference:
    """The speakers of a press conference: the official, and others as they are identified."""

    def __init__(self, title: str, speaker: str, role: str) -> None:
        self.title, self.speaker, self.role = title, speaker, role
        self.officials: dict[str, str] = {}

    def turns(self, lines: Sequence[tuple[str, int]]) -> dict[int, Turn]:
        """Return the turns by the lines that they start on."""
        labels = (label for text, line in lines if (label := self._label(text, line)))
        pairs = [(label, self._turn(label)) for label in labels]
        own_label_follows = own_label_next(
            (label.turn.line, turn is not None and turn.label == self.speaker and not turn.left_out)
            for label, turn in pairs
        )
        none_certain = not any(turn for _, turn in pairs)
        turns = (
            turn
            or _doubtful_turn(label, own_label_follows.get(label.turn.line, False), none_certain)
            for label, turn in pairs
        )
        return {turn.line: turn for turn in turns if turn}

    def _label(self, text: str, line: int) -> _Label | None:
        found = _ASKED.match(text) or _BY_NAME.match(text)
        if found is None or is_opener(found["main"]) or len(found["main"].split()) > MOST_WORDS:
            return None
        main, addition, words = found["main"], found["addition"] or "", text[found.end() :]
        is_asked = found.re is _ASKED and found["mark"] != ","
        is_plain = not addition or is_asked or bool(_OUTLET.fullmatch(addition))
        main = spelling_in(self.title, main) if main.isupper() else main
        named = main.title() if main.isupper() else main
        is_person = split_role(named) == ("", named)
        if not (is_plain or is_person):
            return None
        is_sentence = not is_plain or is_heading(main, words)
        of = (found["brackets"] or addition).strip(" ,")
        turn = Turn(f"{main} ({of})" if of else main, words, line, Reason.QUESTIONS)
        in_brackets = bool(found["brackets"]) and is_person
        return _Label(turn, main, of, is_plain, is_person, is_sentence and not in_brackets)

    def _turn(self, label: _Label) -> Turn | None:
        """Return the turn that a label starts if its speaker is certain, else None."""
        question, main = label.turn, label.main
        if self._is_own(main):
            return replace(question, label=self.speaker, left_out="")
        if not label.is_plain:
            return None
        if _CHAIRS.fullmatch(main) or (_CHAIRS.search(question.label) and not label.is_heading):
            return replace(question, label=main, left_out=Reason.MODERATORS)
        if main.casefold() in _ASKER_LABELS:
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

        A label without a first name counts if the title or an earlier label has the full name.
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


def _doubtful_turn(label: _Label, own_label_follows: bool, none_certain: bool) -> Turn | None:
    """Return the turn of a label that may also be a heading within a speech.

    `own_label_follows`: the next label is the official's own. `none_certain`: no label is certain.
    """
    asks = own_label_follows or "?" in label.turn.text
    if none_certain and not (label.is_person or (asks and label.of)):
        return None
    if label.is_heading and not asks:
        return None
    if asks and not label.is_heading and not has_office(label.main.split()):
        return label.turn
    return replace(label.turn, label="", left_out=Reason.UNIDENTIFIED)


# The EU's External Action Service, and gov.uk

_NO_ROLE = re.compile(
    r"(?:^| )(?!(?:of|the|for|and) )[a-z]|[,;:]|\b(?:Meet|Met|Host|Welcome|Visit|Call|Thank|Speak"
    r"|Spoke|Join|Hold|Held|Tell|Told|Urge|Receive|Greet|Congratulate)(?:s|d|ed)?\b"
)
_EU_DAY = re.compile(r"(?:(?P<place>[A-Z]\w+), )?(\d{2})[./](\d{2})[./](\d{4})\b.*")
_EU_HEAD = re.compile(
    r"(?i)Page language:|Not specified|English|Share.*|Print|EEAS Press Team"
    r"|Check against delivery.?|.*UNIQUE ID:.*"
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
_EU_VERB_BEFORE_BY = re.compile(
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


def _eeas(page: Page) -> Iterator[Turn | str | None]:
    """Yield the words; "Q." is before a question of one paragraph."""
    title = next((text for text, _ in page.lines if not _is_eu_head(text)), "")
    start = title[:_DESCRIPTION]
    found = _EU_BY.search(start) or _EU_BY_ITS_OWN.search(start)
    if found and _EU_VERB_BEFORE_BY.fullmatch(found.groupdict().get("before") or ""):
        found = None  # a meeting led by somebody
    role, name = _official(found["who"]) if found else ("", "")
    page.cells.update(title=title, speaker=name, role=role)
    page.cells.update(country="European Union", doc_type="statement")
    if not name:
        page.account.note("texts that name no speaker")
    about = page.take_about(lambda text: _is_eu_head(text) or text == title)
    for day in filter(None, map(_EU_DAY.fullmatch, about)):  # the EEAS writes the day first
        page.cells["date"] = f"{day[4]}-{day[3]}-{day[2]}"
        page.cells["venue"] = day["place"] or ""
    end = _start_of_contacts(page.lines)
    for number, (text, line) in enumerate(page.lines):
        if number >= end:
            page.leave(text, "contacts below the text")
        elif found := _EU_QUESTION.match(text):
            page.leave(found[0], Reason.LABELS)
            yield Turn("", text[found.end() :], line, Reason.QUESTIONS)
            page.is_open = False  # a question is one paragraph
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


def _govuk(page: Page) -> Iterator[Turn | str | None]:
    """Yield the words below title, description and byline."""
    kind, title = page.lines[0][0], page.lines[1][0] if len(page.lines) > 1 else ""
    if kind not in _UK_KINDS or not title:
        raise page.refuse(
            f"the first line is not a kind of page ({', '.join(_UK_KINDS)}); put the kind above "
            "the title"
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
        at_head = at_head and (is_line or not (described or len(text) > _DESCRIPTION))
        if at_head:
            described = described or not is_line
            _read_govuk_head(page, text)
            page.leave(text)
        elif at_foot:
            page.leave(text, "lines below the text")
        else:
            yield page.words(text, line)


def _is_byline(text: str) -> bool:
    return len(text) <= _SHORT and text[-1] not in ".,:;!?-—"


def _read_govuk_head(page: Page, text: str) -> None:
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
    Format("nato", "NATO speeches and press conferences",
           'one text file a speech, with a line "by NATO Secretary General ..."',
           lambda seen: seen.kind in TEXTS and seen.says(
               rf"^\s*(?:{_BY.pattern})$", rf"^\s*(?:{_NATO_HEAD.pattern})"),
           each_page("nato", "NATO", _nato)),
    Format("eeas", "EU External Action Service statements",
           "one text file a statement, its title on top",
           lambda seen: seen.kind in TEXTS and seen.says(
               r"EEAS Press Team|UNIQUE ID: ?\d{6}_\d"),
           each_page("eeas", "European External Action Service", _eeas)),
    Format("govuk", "gov.uk speeches and statements",
           'one text file a page, "Speech" or "Press release" and the title on top',
           lambda seen: seen.kind in TEXTS and seen.says(
               rf"\A\s*(?:{'|'.join(_UK_KINDS)})\s*$", _OF_UK),
           each_page("govuk", "gov.uk", _govuk)),
)  # fmt: skip
