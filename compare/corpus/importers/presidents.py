"""Presidents: the Kremlin's pages, tables of speeches and press releases, Ukrainian messages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from compare.corpus.importers.people import (
    LONGEST_COUNTRY,
    PARTICLES,
    country_in,
    has_office,
    split_role,
)
from compare.corpus.importers.records import (
    Cells,
    Record,
    each_record,
    is_on_site,
    make_key,
    read_javascript,
    read_records,
    web_link,
)
from compare.corpus.importers.registry import Format
from compare.corpus.importers.sources import (
    Account,
    Entry,
    Piece,
    Reason,
    SkipFileError,
    Source,
    claim_key,
    each_file,
    track_file,
)
from compare.corpus.importers.text import (
    Turn,
    gather_turns,
    is_opener,
    tidy_line,
    turn_cells,
)
from compare.corpus.values import BadFileError, Problem, Row

# The Kremlin's pages in English: HTML with a turn behind each name in bold letters

COUNTRY = "Russia"
PRESIDENTS = frozenset({"Vladimir Putin", "Dmitry Medvedev"})
"""Who speaks for the country even if no role stands before the name."""

_PAGES = frozenset({".html", ".htm"})
_HIDDEN = frozenset({"masha-ignore", "hidden-copy"})
_BRACKETS = re.compile(r"\([^()]*\)")
_SHOUTED = re.compile(r"(?:[A-Z]{3,}(?: |$)){2,}$")
_SMALL_WORDS = PARTICLES | {"of", "the", "and", "for", "in", "on", "to", "at", "by", "a", "i"}
_LONGEST_LABEL = 300
_NOBODY = {
    Reason.QUESTIONS: re.compile(r"Questions?|Journalist|Reporter|Correspondent"),
    Reason.UNNAMED: re.compile(
        r"Audience|Remarks?|Response|Repl(?:y|ies)|Answers?|Voices?|All|Shout.*|Phrase"
    ),
}
_ASKING = re.compile(
    r"\b(?:anchor|correspondent|journalist|presenter|interviewer)\b", re.IGNORECASE
)
_CHAIRING = re.compile(r"\b(?:moderator|host)\b", re.IGNORECASE)
_TRANSLATED = re.compile(r"\((?:as )?(?:re-?)?translat\w+[.:]*\)[.:]? ?", re.IGNORECASE)
_REPLYING = re.compile(
    r"^\((?P<to>(?:reply|answer|respond|address)ing [^()]*)\)[ :]*", re.IGNORECASE
)
_WENT_ON = re.compile(r"\([^()]* went on to [^()]*\)\.? ?")


def _read_page(entry: Entry, account: Account) -> Iterator[Piece]:
    """Yield the turns of a page.

    Most of the news only reports in the third person what was said; that goes to the account.
    """
    page = _parse_page(entry)
    found = page.find_class("entry-content")
    parts = [part for part in found if "lister-page" not in part.get("class").split()]
    if not parts:
        raise SkipFileError("lists of pages")
    key = claim_key(entry, parts[0].text_content(), account)
    yield from _Page(entry, key, page, account).rows(parts[0])


def _parse_page(entry: Entry) -> Any:
    """Return the element tree of a page; nothing is fetched."""
    from lxml import etree, html

    content = entry.bytes()
    if not content.strip():
        raise BadFileError("it is empty; download it again")
    try:
        content.decode("utf-8")
        return html.document_fromstring(content, parser=html.HTMLParser(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise BadFileError(f"byte {error.start} is not UTF-8; download it again") from None
    except (etree.LxmlError, ValueError) as error:
        raise BadFileError(f"this is not readable HTML ({error}); download it again") from None


Run = tuple[str, str]
"""Text of one kind, and the kind: bold, plain, or hidden (a tooltip, or page furniture)."""


def _runs(element: Any) -> Iterator[Run]:
    """Yield the text of an element in runs of one kind, without comments."""
    from lxml import etree

    kinds = ["plain"]
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start":
            if _HIDDEN & set((node.get("class") or "").split()):
                kinds.append("hidden")
            elif node.tag in {"b", "strong"} and kinds[-1] == "plain":
                kinds.append("bold")
            else:
                kinds.append(kinds[-1])
            if node.text:
                yield node.text, kinds[-1]
            continue
        if event == "end":
            kinds.pop()
        if node is not element and node.tail:
            yield node.tail, kinds[-1]


def _shown(element: Any) -> str:
    """Return the visible text of an element on one line."""
    return " ".join("".join(text for text, kind in _runs(element) if kind != "hidden").split())


def _label_of(runs: list[Run]) -> tuple[str, str] | None:
    """Return the name in bold that a paragraph starts with, and all before its colon."""
    before, colon, words = "".join(text for text, _ in runs).partition(":")
    bold = [kind == "bold" for text, kind in runs for _ in text]
    outside = _BRACKETS.sub(lambda found: " " * len(found[0]), before)
    if not colon or any(
        sign.strip() and not is_bold for is_bold, sign in zip(bold, outside, strict=False)
    ):
        return None
    label = _SHOUTED.sub(lambda found: found[0].title(), " ".join(outside.split()))
    named = _is_name(label) or (words.strip() and has_office(label.split()))
    return (label, before) if label and named and len(label) <= _LONGEST_LABEL else None


def _is_name(label: str) -> bool:
    """Say whether a label is a name or an office: only little words start in lower case."""
    return all(
        not re.match("[a-z]", word) or word.split("-")[0] in _SMALL_WORDS for word in label.split()
    )


class _Page:
    """One page of the Kremlin while it is read."""

    def __init__(self, entry: Entry, key: str, page: Any, account: Account) -> None:
        self.label, self.page, self.account = entry.label, page, account
        self.labels: set[str] = set()
        self.roles: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        urls = [str(url) for url in page.xpath("//meta[@property='og:url']/@content")[:1]]
        dates = page.xpath("//time[contains(@class, 'read__published')]/@datetime")
        self.cells = {
            "id": f"kremlin-{key}",
            "title": self._first("entry-title"),
            "date": str(dates[0]) if dates else "",
            "venue": self._first("read__place"),
            "url": "".join(
                u for u in urls if re.fullmatch(r"https?://(?:en\.)?kremlin\.ru/\S+", u)
            ),
            "source": f"President of Russia, en.kremlin.ru, {entry.base}",
            "language": "en",
            "doc_type": "transcript",
            "source_file": entry.name,
        }
        self.is_interview = "interview" in self.cells["title"].casefold()

    def _first(self, name: str) -> str:
        found = self.page.find_class(name)
        return _shown(found[0]) if found else ""

    def rows(self, content: Any) -> Iterator[Row]:
        turns = gather_turns(self._parts(content), self._before, self.account)
        for turn, cells in turn_cells(turns, self.cells, self.account):
            text = self.account.remove(Reason.DIRECTIONS, _TRANSLATED, turn.text)
            translated = text != turn.text or bool(_TRANSLATED.search(turn.note))
            note = "" if _TRANSLATED.search(turn.note) else turn.note
            if found := _REPLYING.match(text):
                note = found["to"]
                text = self.account.remove("notes in brackets (kept as context)", _REPLYING, text)
            role = self.roles.get(turn.label, "")
            cells |= {
                "text": text,
                "context": " ".join(note.strip("() .").split()),
                "role": role,
                "country": _country_of(turn.label, role, cells["title"]),
                "translated": "yes" if translated else "",
            }
            yield Row(self.label, turn.line, cells)

    def _parts(self, content: Any) -> Iterator[Turn | str | None]:
        pieces = [*self._pieces(content)]
        self.labels = {found[0] for _, runs in pieces if (found := _label_of(runs))}
        for element, runs in pieces:
            if turn := self._turn(element, runs):
                yield turn
                continue
            in_bold = all(kind == "bold" or not text.strip() for text, kind in runs)
            text = tidy_line("".join(text for text, _ in runs), self.account)
            if element.tag == "blockquote":
                self.account.leave("pull quotes (said in the text too)", text)
            elif text and (in_bold or not re.search(r"\w", text)):
                self.account.leave(Reason.HEADINGS, text)
                yield None
            elif text:
                yield self.account.remove(Reason.DIRECTIONS, _WENT_ON, text)

    def _before(self, text: str) -> None:
        self.account.leave("the Kremlin's own report (nobody's words)", text)

    def _pieces(self, content: Any) -> Iterator[tuple[Any, list[Run]]]:
        """Yield the paragraphs of the text; furniture between and in them goes to the account."""
        self.account.take("".join(text for text, _ in _runs(content)))
        self._leave_furniture(content.text)
        for element in content:
            if isinstance(element.tag, str):
                runs = [*_runs(element)]
                hidden = "".join(text for text, kind in runs if kind == "hidden")
                self.account.leave("page furniture", hidden)
                yield element, [run for run in runs if run[1] != "hidden"]
            self._leave_furniture(element.tail)

    def _leave_furniture(self, text: str | None) -> None:
        self.account.leave("page furniture", self.account.strip(text or ""))

    def _turn(self, element: Any, runs: list[Run]) -> Turn | None:
        """Return the turn that a paragraph starts, None if it has no label."""
        found = _label_of(runs)
        if found is None:
            return None
        label, before = found
        whole = "".join(text for text, _ in runs)
        self.account.leave(Reason.LABELS, whole[: len(before) + 1])
        text = tidy_line(whole[len(before) + 1 :], self.account)
        linked = [_shown(link) for link in element.find_class("person_tag")]
        speaker, reason = self._speaker(label, linked[0] if linked else "")
        note = "".join(_BRACKETS.findall(before))
        return Turn(speaker, text, element.sourceline or 1, reason, note)

    def _speaker(self, label: str, linked: str) -> tuple[str, str]:
        """Return the name in a label and why its turns are no statements; remember the role."""
        for reason, pattern in _NOBODY.items():
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
        asks = _ASKING.search(told) or (self.is_interview and name not in PRESIDENTS)
        why = Reason.MODERATORS if _CHAIRING.search(told) else Reason.QUESTIONS if asks else ""
        return name, self.reasons.setdefault(name, why)


_OF = re.compile(r" of (?:the )?", re.IGNORECASE)
_OF_STATE = re.compile(
    r"\b(?:President|Minister|Premier|Chancellor|King|Queen|Emir|Amir|Sultan|Prince|Princess|Leader"
    r"|Head of (?:State|Government)|Governor-General|Ambassador|Plenipotentiary|Envoy|Consul"
    r"|Representative|Secretary of State|Senate|Parliament|Assembly|Congress|Duma|Council|Party"
    r"|Government|Cabinet|Court|Central Bank|National Bank)$|\bMinist(?:er|ry) (?:of|for) [^,]+$",
    re.IGNORECASE,
)
"""What precedes a country: an office of a State, or one of its institutions."""

_ENDS = re.compile(r"$|[,;)]| (?:and|of|to|for|on|in|at|with|–|-) ")
_ONLY_ABOUT = re.compile(r"\b(?:to|for|on|in|with|from|friends)(?: the)? $", re.IGNORECASE)
_ALWAYS_RUSSIAN = re.compile(r"\bState Duma\b|(?<!and )\bPlenipotentiary\b")
_OF_CABINET = re.compile(r"\b(?:Minister|Governor)\b")
_RUSSIAN_PLACES = re.compile(r"\b(?:Region|Territory|Area|District|Federal City|St Petersburg)\b")
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
"""A government office in generic words, without a place or a nationality."""

_OTHER_STATES = re.compile(
    r"\b(?:US|USA|UK|UAE|DPRK)\b|\b[A-Z][a-z]+(?:an|ish|ese|ch|i|ss|ek|ai) (?:Federal )?"
    r"(?:President|Chancellor|King|Emir|(?:Prime |Foreign |Defence )?Minister)\b"
)


def _country_of(name: str, role: str, title: str) -> str:
    """Return the country of whose State a role is an office; "" in doubt.

    An office that names no country is Russia's: always if no other State has it, and one of a
    government only if the title of the page names no other country.
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
    is_plain = _RUSSIAN_PLACES.search(role) or _PORTFOLIO.fullmatch(role)
    may_be = (_OF_CABINET.search(role) and is_plain) or role.startswith("Presidential ")
    ours = _ALWAYS_RUSSIAN.search(role) or (may_be and not _names_another(title))
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
    parts = (" ".join(words[at : at + LONGEST_COUNTRY]) for at in range(len(words)))
    named = {country_in(f"of {part}") for part in parts} - {""}
    return (
        any(COUNTRY not in country for country in named)
        or re.search(rf"\b{COUNTRY}n?[-–]\w", title) is not None
        or any(not found[0].startswith(f"{COUNTRY}n ") for found in _OTHER_STATES.finditer(title))
    )


# Tables: speeches of one person, narratives on conflicts, press releases

SPEAKERS = {
    "narendramodi.in": ("Narendra Modi", "India"),
    "kremlin.ru": ("Vladimir Putin", "Russia"),
    "president.gov.ua": ("Volodymyr Zelenskyy", "Ukraine"),
}
"""The speaker whose words an office's site publishes, and their country."""

_MODI, _RELEASING = "narendramodi.in", ("kremlin.ru", "president.gov.ua")
_INDEX, _NARRATIVE = "corpus_index.csv", ("speaker", "date", "title", "url")
_BY_THE_PRESIDENT = (
    r"\b(?:address|speech|statement|remarks|appeal|message)(?:es)? (?:by|of) (?:the )?President"
    r"(?! of (?!{country}))"
)
"""In a headline: the text below is the words of that President."""

_LITTLE = "of|the|and|for|to|in|on|at|de|der|van|von|bin|al|–"
_WORD = r"(?:(?:al-)?[A-Z\u00c0-\u00de][\w’'-]*|[A-Z]\.)"
_LABEL = (
    r"(?:^|(?<=[.!?…)»“”\"’'>*\n\]]) *)"
    rf"(?P<label>{_WORD}(?:(?:,? (?:{_WORD}|{_LITTLE})){{0,15}} {_WORD})?)"
    r"(?: \([^()]{1,60}\))?: +(?=[(\"“«‘'…]*[A-Z0-9(<…])"
)
_UNNAMED = re.compile(
    r"(?:Question|Remark|Answer|Response|Voice|Participant|Journalist|Reporter|Correspondent|Anchor"
    r"|Presenter|Interviewer)s?|Repl(?:y|ies)|Audience|All|Shouts?|Phrase"
)
_ASKS = re.compile(
    r"(?:The )?(?:Journalist|Reporter|Correspondent|Anchor|Presenter|Interviewer) .+"
    r"|.+ (?:Journalist|Reporter|Correspondent|Presenter|Interviewer)"
)
_CHAIRS = re.compile(r"(?:The )?(?:Moderator|Facilitator|Host)(?: .+)?|.+ Moderator")
_ANOTHERS = re.compile(
    r"(?:The )?(?:Spokes|Press|Aide|Advis|Assistant|Deputy|Interpreter|Envoy|Represent).*"
    r"|.*\b(?:of|for|to|by|and|with|from|about) "
)
_IN_SENTENCE = re.compile(
    r"\b(?:a|about|and|as|asks?|asked|by|called|dear|for|from|in|like|mr|named|of|on|or|quoted?|says?"
    r"|said|tells?|told|than|that|the|to|with)\s*$",
    re.IGNORECASE,
)
"""After these words a name is part of the sentence, even if a colon follows."""
_LONGEST_WORD = 30


def _modi_speech(record: Record, account: Account) -> Iterator[Cells]:
    text, url = account.take(record.text("speechText")), web_link(record.text("href"), account)
    speaker, country = SPEAKERS[_MODI]
    yield record.cells("date", video="youtubeURL") | {
        "id": make_key("modi", url, text),
        "text": text,
        "speaker": speaker,
        "country": country,
        "title": html.unescape(record.known("title")),
        "source": f"{_MODI}, {record.entry.base}",
        "url": url,
        "doc_type": "speech",
    }


def _read_narratives(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the speeches, with country and conflict if the index has their address."""
    index: dict[str, Cells] = {}
    found = source.find(_INDEX)
    for listed in track_file(found, read_records(found), account) if found else ():
        if isinstance(listed, Problem):
            yield listed
        else:
            index[listed.known("url")] = listed.cells("country", "conflict")

    def speech(record: Record, account: Account) -> Iterator[Cells]:
        text, url = account.take(record.text("text")), record.known("url")
        if not url or url not in index:
            account.note("speeches that the index does not have, without a country")
        yield record.cells("speaker", "date", "title") | {
            "id": make_key("narratives", url, record.known("date"), text),
            "text": text,
            "source": f"US/Russia narratives, {record.entry.base}",
            "url": web_link(url, account),
            **(index.get(url, {}) if url else {}),
        }

    yield from each_record(("speaker", "title", "text"), speech, aside=(_INDEX,))(source, account)


def _release(record: Record, account: Account) -> Iterator[Cells]:
    """Yield a press release, or the turns of a transcript."""
    text, url = account.take(record.text("body")), web_link(record.text("link"), account)
    president, country = next(
        (SPEAKERS[site] for site in _RELEASING if is_on_site(url, site)), ("", "")
    )
    cells = record.cells("date", venue="location", title="headline") | {
        "id": make_key("putin-zelensky", url, record.known("headline"), text),
        "country": country,
        "source": f"Press releases of the {country or 'president'}'s office, {record.entry.base}",
        "url": url,
        "language": "en",
    }
    if president and re.search(rf"(?:^|[\W]){president}: ", text):
        cells["doc_type"] = "transcript"
        for turn, said in turn_cells(_turns(text, president, account), cells, account):
            yield said | {"country": country if turn.label == president else ""}
        return
    headed = _BY_THE_PRESIDENT.format(country=re.escape(country))
    titled = president and re.search(headed, cells["title"], re.IGNORECASE)
    speaks = titled and not _is_led(text)
    account.note("addresses" if speaks else "press releases")
    kind = "speech" if speaks else "press release"
    yield cells | {"text": text, "speaker": president if speaks else "", "doc_type": kind}


def _is_led(text: str) -> bool:
    """Say whether a text has a moderator or interviewer."""
    labels = [found["label"] or "" for found in _find_labels(text)]
    return any(kind.fullmatch(label) for label in labels for kind in (_UNNAMED, _ASKS, _CHAIRS))


def _turns(text: str, president: str, account: Account) -> Iterator[Turn]:
    """Yield the turns of a transcript on one line, in which names stand before the words.

    Anybody but the president whose turn ends in a question mark is an interviewer or a listener.
    """
    labels = [found for found in _find_labels(text) if not is_opener(found["label"] or "")]
    account.leave("words before the first turn", text[: labels[0].start()] if labels else text)
    ends = [label.start() for label in labels[1:]] + [len(text)]
    for label, end in zip(labels, ends, strict=True):
        account.leave(Reason.LABELS, label[0])
        said = account.strip(text[label.end() : end])
        who, reason = _identify(label, president)
        asks = not reason and who != president and said.endswith("?")
        yield Turn(who, said, 0, Reason.QUESTIONS if asks else reason)


def _find_labels(text: str) -> Iterator[re.Match[str]]:
    """Yield possible labels: a name after a sentence, or a President's name anywhere."""
    return _label_pattern(tuple(SPEAKERS[site] for site in _RELEASING)).finditer(text)


@cache
def _label_pattern(presidents: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name, _ in presidents)
    countries = "|".join(re.escape(country) for _, country in presidents)
    return re.compile(rf"{_LABEL}|(?P<president>(?:President of (?:{countries}) )?(?:{names})): +")


def _identify(label: re.Match[str], president: str) -> tuple[str, str]:
    """Return the speaker of a label, and why the words are left out, "" if they are not.

    A single word does not identify anybody, but it ends the president's turn.
    """
    who = label["label"] or label["president"]
    if _CHAIRS.fullmatch(who):
        return who, Reason.MODERATORS
    if _UNNAMED.fullmatch(who):
        return "", Reason.QUESTIONS
    if _ASKS.fullmatch(who):
        return who, Reason.QUESTIONS
    if " " not in who:
        return (president, "") if president.endswith(f" {who}") else ("", Reason.UNIDENTIFIED)
    if not who.endswith(president):
        return ("", Reason.UNIDENTIFIED) if _is_in_sentence(label, own=False) else (who, "")
    if _is_in_sentence(label, own=True) or _ANOTHERS.fullmatch(who.removesuffix(president)):
        return "", Reason.UNIDENTIFIED
    return president, ""


def _is_in_sentence(label: re.Match[str], *, own: bool) -> bool:
    """Say whether a president's name without a full stop before it just ends a sentence.

    Their own president's name, or one with the office before it, may follow a heading as well.
    """
    before = label.string[max(0, label.start() - _LONGEST_WORD) : label.start()]
    if label["label"] or not re.search(r"\w\s*$", before):
        return False
    headed = own or label["president"].startswith("President of ")
    return not headed or bool(_IN_SENTENCE.search(before))


# Messages of Ukrainian officials in Ukrainian and English: the lists of resistinua

_MESSAGES = re.compile(r"messages(?:-\d+)?(-en)?\.js", re.IGNORECASE)
_LAYOUT = (
    ("images", re.compile(r"!\[[^\]]*\]\([^)]*\)"), ""),
    ("addresses of links", re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    ("marks of bold type", re.compile(r"\*\*"), ""),
)


def _read_messages(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the messages, each with the id of its counterpart in the other language, if any."""
    keys: dict[str, set[str]] = {"en": set(), "uk": set()}
    for entry in source.entries():
        if found := _MESSAGES.fullmatch(entry.base):
            try:
                keys["en" if found[1] else "uk"].update(
                    _message_key(values) for _, values, _ in read_javascript(entry.text())
                )
            except BadFileError:
                continue  # reported when the messages are read

    def read_list(entry: Entry, account: Account) -> Iterator[Piece]:
        found = _MESSAGES.fullmatch(entry.base)
        if not found:
            raise SkipFileError(Reason.OTHER_FILES)
        language, other = ("en", "uk") if found[1] else ("uk", "en")
        for line, values, whole in read_javascript(entry.text()):
            record = Record(entry, Row(entry.label, line, {}), values)
            key = _message_key(values)
            names = {
                "id": f"zelensky-{key}-{language}",
                "language": language,
                "other_language": f"zelensky-{key}-{other}" if key in keys[other] else "",
            }
            yield from _message(record, names, account)
            if not whole:
                yield record.here.problem(
                    "the file ends inside this message, whose words so far are taken; download the "
                    "file again"
                )

    yield from each_file({".js"}, read_list)(source, account)


def _message_key(values: dict[str, Any]) -> str:
    """Return a message's id and time; two messages can share an id."""
    parts = (values.get(name) for name in ("id", "date"))
    return "-".join(part if isinstance(part, str) else "" for part in parts)


def _message(record: Record, names: Cells, account: Account) -> Iterator[Row]:
    text = account.take(record.text("text"))
    title = record.text("name").strip()
    if text.strip() == title:
        account.leave("titles of videos without their words", text, piece=True)
        return
    for reason, pattern, replacement in _LAYOUT:
        text = account.remove(reason, pattern, text, replacement)
    if not record.listed("speaker"):
        account.note("messages without a speaker")
    lists = ("speaker", "topics", "cities")
    cells = {name: "; ".join(record.listed(name)) for name in lists} | {
        "text": text,
        "country": "Ukraine",
        "date": record.text("date"),
        "title": title,
        "source": f"resistinua, {record.entry.base}",
        "url": web_link(record.text("url"), account),
    }
    yield record.row(cells | names)


FORMATS = (
    Format("kremlin", "The Kremlin's pages in English",
           "en.kremlin.ru/events/president/news/{id}.html (folder or archive)",
           lambda seen: seen.kind in _PAGES and seen.says(r"kremlin\.ru/"),
           each_file(_PAGES, _read_page)),
    Format("modi", "Speeches of Narendra Modi",
           "data_en.csv, data_hi.csv: href, title, date, img, youtubeURL, speechText",
           lambda seen: seen.has_columns("href", "youtubeURL", "speechText"),
           each_record(("href", "speechText"), _modi_speech)),
    Format("narratives", "US and Russian narratives on conflicts",
           f"CSV files with the columns speaker, date, title, text, url; with them {_INDEX}",
           lambda seen: seen.has_file(_INDEX) and seen.has_columns(*_NARRATIVE), _read_narratives),
    Format("putin-zelensky", "Press releases of the presidents of Russia and Ukraine",
           "CSV files with the columns link, headline, date, body",
           lambda seen: (seen.has_columns("link", "headline", "date", "body")
                         and any(f"{site}/" in seen.head for site in _RELEASING)),
           each_record(("link", "headline", "body"), _release)),
    Format("zelensky", "Messages of Ukrainian officials in Ukrainian and English (resistinua)",
           "messages.js, messages-2.js, messages-en.js and the like",
           lambda seen: seen.has_file(_MESSAGES), _read_messages),
)  # fmt: skip
