"""The Kremlin's pages in English: HTML with a turn behind each name in bold letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from compare.corpus.importers.account import HEADINGS, Account
from compare.corpus.importers.formats import Format, Glimpse, Piece
from compare.corpus.importers.kremlin_pages import (
    BRACKETS,
    Run,
    is_heading,
    is_list,
    label_of,
    parsed,
    runs_of,
    shown,
)
from compare.corpus.importers.people import country_in, split_role
from compare.corpus.importers.reading import Documents, LeftOutError, each
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.importers.turns import (
    DIRECTIONS,
    MODERATORS,
    NAMES,
    QUESTIONS,
    UNNAMED,
    Turn,
    answers,
    gathered,
    tidied,
)
from compare.corpus.values import Row

_FURNITURE = "page furniture"
_REPORT = "the Kremlin's own report (nobody's words)"
_PAGES = frozenset({".html", ".htm"})
_ADDRESS = re.compile(r"https?://(?:en\.)?kremlin\.ru/\S+")
_UNNAMED = {
    QUESTIONS: re.compile(r"Questions?|Journalist|Reporter|Correspondent"),
    UNNAMED: re.compile(
        r"Audience|Remarks?|Response|Repl(?:y|ies)|Answers?|Voices?|All|Shout.*|Phrase"
    ),
}
_ASKS = re.compile(r"\b(?:anchor|correspondent|journalist|presenter|interviewer)\b", re.IGNORECASE)
_CHAIRS = re.compile(r"\b(?:moderator|host)\b", re.IGNORECASE)
_TRANSLATED = re.compile(r"\((?:as )?(?:re-?)?translat\w+[.:]*\)[.:]? ?", re.IGNORECASE)
_REPLYING = re.compile(
    r"^\((?P<to>(?:reply|answer|respond|address)ing [^()]*)\)[ :]*", re.IGNORECASE
)
_TOLD = re.compile(r"\([^()]* went on to [^()]*\)\.? ?")
_OF = re.compile(r" of (?:the )?", re.IGNORECASE)
_OF_STATE = re.compile(
    r"\b(?:President|Minister|Premier|Chancellor|King|Queen|Emir|Amir|Sultan|Prince|Princess|Leader"
    r"|Head of (?:State|Government)|Governor-General|Ambassador|Plenipotentiary|Envoy|Consul"
    r"|Representative|Secretary of State|Senate|Parliament|Assembly|Congress|Duma|Council|Party"
    r"|Government|Cabinet|Court|Central Bank|National Bank)$|\bMinist(?:er|ry) (?:of|for) [^,]+$",
    re.IGNORECASE,
)
"""What a country stands behind: an office of a State, or an institution of one."""

_ENDS = re.compile(r"$|[,;)]| (?:and|of|to|for|on|in|at|with|–|-) ")
_ONLY_ABOUT = re.compile(r"\b(?:to|for|on|in|with|from|friends)(?: the)? $", re.IGNORECASE)
_ALWAYS_OURS = re.compile(r"\bState Duma\b|(?<!and )\bPlenipotentiary\b")
_OF_CABINET = re.compile(r"\b(?:Minister|Governor)\b")
_OUR_PLACES = re.compile(r"\b(?:Region|Territory|Area|District|Federal City|St Petersburg)\b")
_PORTFOLIO = re.compile(
    r"(?:(?:acting|affairs|agriculture|and|arctic|board|chair|chairman|chief|civil|commission"
    r"|communications|construction|culture|defence|deputy|development|digital|disaster|east"
    r"|economic|economy|education|emergencies|emergency|energy|environment|envoy|far|federal"
    r"|finance|first|food|for|foreign|former|government|governor|health|healthcare|higher|housing"
    r"|industry|information|interior|internal|justice|labour|mass|media|military-industrial"
    r"|minister|natural|nuclear|of|office|open|policy|presidential|prime|protection|railways"
    r"|regional|relief|resources|science|security|situations|social|sports?|staff|technology|the"
    r"|tourism|trade|transport|utilities|youth),?(?: |$))+",
    re.IGNORECASE,
)
"""A government's office in its own words, among which stands no place and no people."""

_OTHER_STATES = re.compile(
    r"\b(?:US|USA|UK|UAE|DPRK)\b|\b[A-Z][a-z]+(?:an|ish|ese|ch|i|ss|ek|ai) (?:Federal )?"
    r"(?:President|Chancellor|King|Emir|(?:Prime |Foreign |Defence )?Minister)\b"
)
_LONGEST_COUNTRY = 6
COUNTRY = "Russia"
PRESIDENTS = frozenset({"Vladimir Putin", "Dmitry Medvedev"})
"""Who speaks for the country even where no role stands before the name."""


def read(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the turns of all pages; what nobody is named for stays in the account.

    That is most of what the site calls news: it tells in the third person what was said.
    """
    documents = Documents()

    def read_entry(entry: Entry, account: Account) -> Iterator[Piece]:
        page = parsed(entry)
        parts = [part for part in page.find_class("entry-content") if not is_list(part)]
        if not parts:
            raise LeftOutError("lists of pages")
        key = documents.key(entry, parts[0].text_content())
        yield from _Page(entry, key, page, account).rows(parts[0])

    return each(source, account, _PAGES, read_entry)


@dataclass(slots=True)
class _Page:
    """One page while it is read."""

    entry: Entry
    key: str
    page: Any
    account: Account
    interview: bool = False
    labels: set[str] = field(default_factory=set)
    roles: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def rows(self, content: Any) -> Iterator[Row]:
        cells = self._cells()
        self.interview = "interview" in cells["title"].casefold()
        turns = gathered(self._parts(content), self._before, self.account)
        for said in answers(turns, self.account):
            turn = said.turn
            text = self.account.without(DIRECTIONS, _TRANSLATED, turn.text)
            translated = text != turn.text or bool(_TRANSLATED.search(turn.note))
            note = "" if _TRANSLATED.search(turn.note) else turn.note
            if found := _REPLYING.match(text):
                note = found["to"]
                text = self.account.without("notes in brackets (kept as context)", _REPLYING, text)
            role = self.roles.get(turn.label, "")
            yield Row(
                self.entry.label,
                turn.line,
                cells
                | said.cells
                | {
                    "id": f"{cells['id']}-{said.number}",
                    "text": text,
                    "context": " ".join(note.strip("() .").split()),
                    "speaker": turn.label,
                    "role": role,
                    "country": _country(turn.label, role, cells["title"]),
                    "translated": "yes" if translated else "",
                },
            )

    def _parts(self, content: Any) -> Iterator[Turn | str | None]:
        pieces = [*self._pieces(content)]
        self.labels = {found[0] for _, runs in pieces if (found := label_of(runs))}
        for element, runs in pieces:
            if turn := self._named(element, runs):
                yield turn
                continue
            text = tidied("".join(run.text for run in runs), self.account)
            if element.tag == "blockquote":
                self.account.leave("pull quotes (said in the text too)", text)
            elif text and (is_heading(runs) or not re.search(r"\w", text)):
                self.account.leave(HEADINGS, text)
                yield None
            elif text:
                yield self.account.without(DIRECTIONS, _TOLD, text)

    def _before(self, text: str) -> None:
        self.account.leave(_REPORT, text)

    def _pieces(self, content: Any) -> Iterator[tuple[Any, list[Run]]]:
        """Yield the paragraphs of the text; furniture between and in them goes to the account."""
        self.account.take("".join(run.text for run in runs_of(content)))
        self._between(content.text)
        for element in content:
            if isinstance(element.tag, str):
                runs = [*runs_of(element)]
                hidden = "".join(run.text for run in runs if run.kind == "hidden")
                self.account.leave(_FURNITURE, hidden)
                yield element, [run for run in runs if run.kind != "hidden"]
            self._between(element.tail)

    def _between(self, text: str | None) -> None:
        rest = self.account.stripped(text or "")
        self.account.leave(_FURNITURE, rest)

    def _named(self, element: Any, runs: list[Run]) -> Turn | None:
        """Return the turn that a paragraph starts, None where it has no label."""
        found = label_of(runs)
        if found is None:
            return None
        label, before = found
        whole = "".join(run.text for run in runs)
        self.account.leave(NAMES, whole[: len(before) + 1])
        text = tidied(whole[len(before) + 1 :], self.account)
        linked = [" ".join(shown(link).split()) for link in element.find_class("person_tag")]
        speaker, reason = self._speaker(label, linked[0] if linked else "")
        note = "".join(BRACKETS.findall(before))
        return Turn(speaker, text, element.sourceline or 1, reason, note)

    def _speaker(self, label: str, linked: str) -> tuple[str, str]:
        """Return the name in a label and why its turns are no statements; remember the role."""
        for reason, pattern in _UNNAMED.items():
            if pattern.fullmatch(label):
                return "", reason
        if label in self.reasons:
            return label, self.reasons[label]
        name, role = label, ""
        plain = label.partition(",")[0]
        short = [known for known in self.labels if " " in known and plain.endswith(f" {known}")]
        if linked and linked in label and " " in linked:
            name, role = linked, label.removesuffix(linked).strip(" ,")
        elif short:
            name = min(short, key=len)
            role = plain.removesuffix(name).strip(" ,")
        elif (split := split_role(plain))[1] and (len(split[1].split()) == 2 or not split[0]):
            role, name = split
        if not role and name not in self.roles:
            known = [full for full in self.roles if full.endswith(f" {name}")]
            name = known[0] if len(known) == 1 else name
        if role:
            self.roles.setdefault(name, role)
        told = f"{role} {label}"
        asks = _ASKS.search(told) or (self.interview and name not in PRESIDENTS)
        reason = MODERATORS if _CHAIRS.search(told) else QUESTIONS if asks else ""
        self.reasons.setdefault(name, reason)
        return name, self.reasons[name]

    def _cells(self) -> dict[str, str]:
        addresses = self.page.xpath("//meta[@property='og:url']/@content")
        url = str(addresses[0]) if addresses and _ADDRESS.fullmatch(str(addresses[0])) else ""
        dates = self.page.xpath("//time[contains(@class, 'read__published')]/@datetime")
        return {
            "id": f"kremlin-{self.key}",
            "title": self._first("entry-title"),
            "date": str(dates[0]) if dates else "",
            "venue": self._first("read__place"),
            "url": url,
            "source": f"President of Russia, en.kremlin.ru, {self.entry.base}",
            "language": "en",
            "doc_type": "transcript",
            "source_file": self.entry.name,
        }

    def _first(self, name: str) -> str:
        found = self.page.find_class(name)
        return " ".join(shown(found[0]).split()) if found else ""


def _country(name: str, role: str, title: str) -> str:
    """Return the country of whose State a role is an office; "" in doubt.

    An office that names no country is Russia's: always where no other State has it, and one of a
    government only where the title of the page names no other country.
    """
    if name in PRESIDENTS:
        return COUNTRY
    if country := _of_state(role):
        return country
    at_home = re.finditer(rf"(?<![-–])\b(?:{COUNTRY}n|of (?:the )?{COUNTRY})\b(?![-–])", role)
    if any(not _ONLY_ABOUT.search(role[: found.start()]) for found in at_home):
        return COUNTRY
    if country_in(role):
        return ""
    is_plain = _OUR_PLACES.search(role) or _PORTFOLIO.fullmatch(role)
    may_be = (_OF_CABINET.search(role) and is_plain) or role.startswith("Presidential ")
    ours = _ALWAYS_OURS.search(role) or (may_be and not _names_another(title))
    return COUNTRY if ours else ""


def _of_state(role: str) -> str:
    """Return the country behind an office of a State: "Minister of Trade of Valdoria"."""
    for found in _OF.finditer(role):
        before, behind = role[: found.start()], role[found.end() :]
        country = country_in(f"of {behind}")
        if not country or not behind.startswith(country) or not _OF_STATE.search(before):
            continue
        # what follows a country can make it a part of another name, as in that of a war
        if _ENDS.match(behind, len(country)) or before.endswith("Party"):
            return country
    return ""


def _names_another(title: str) -> bool:
    """Say whether a title names another country: by its name, or "Ostravian-Valdorian talks"."""
    words = re.sub(r"[-–—:,;()]", " ", title).split()
    parts = (" ".join(words[at : at + _LONGEST_COUNTRY]) for at in range(len(words)))
    named = {country_in(f"of {part}") for part in parts} - {""}
    return (
        any(COUNTRY not in country for country in named)
        or re.search(rf"\b{COUNTRY}n?[-–]\w", title) is not None
        or any(not found[0].startswith(f"{COUNTRY}n ") for found in _OTHER_STATES.finditer(title))
    )


def _recognises(seen: Glimpse) -> bool:
    return seen.kind in _PAGES and "kremlin.ru/" in seen.head


FORMATS = (
    Format(
        "kremlin",
        "The Kremlin's pages in English",
        "en.kremlin.ru/events/president/news/{id}.html (folder or archive)",
        _recognises,
        read,
    ),
)
