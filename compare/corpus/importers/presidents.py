"""Presidents: the Kremlin's pages, tables of speeches and press releases, Ukrainian messages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from compare.corpus.importers.people import PARTICLES, country_of_role, has_office, split_role
from compare.corpus.importers.records import (
    Cells,
    Record,
    each_record,
    is_on_site,
    make_key,
    read_javascript,
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
)
from compare.corpus.importers.text import Turn, gather_turns, is_opener, tidy_line, turn_cells
from compare.corpus.values import BadFileError, Row

# The Kremlin's pages in English: HTML with a turn behind each name in bold letters

COUNTRY = "Russia"
PRESIDENTS = frozenset({"Vladimir Putin", "Dmitry Medvedev"})
"""Who speaks for the country even if no role stands before the name."""

_PAGES = frozenset({".html", ".htm"})
_HIDDEN = ("masha-ignore", "hidden-copy")  # tooltips and page furniture
_FURNITURE = "page furniture"
_BRACKETS = re.compile(r"\([^()]*\)")
_SHOUTED = re.compile(r"(?<![A-Z])(?:[A-Z]{3,}+(?: |$)){2,}$")
_SMALL_WORDS = PARTICLES | {"of", "the", "and", "for", "in", "on", "to", "at", "by", "a", "i"}
_LONGEST_LABEL = 300
_NOBODY = {
    Reason.QUESTIONS: re.compile(r"Questions?|Journalist|Reporter|Correspondent"),
    Reason.UNNAMED: re.compile(
        r"Audience|Remarks?|Response|Repl(?:y|ies)|Answers?|Voices?|All|Shout.*|Phrase"
    ),
}
_ASKING = re.compile(r"(?i)\b(?:anchor|correspondent|journalist|presenter|interviewer)\b")
_CHAIRING = re.compile(r"(?i)\b(?:moderator|host)\b")
_TRANSLATED = re.compile(r"(?i)\((?:as )?(?:re-?)?translat\w+[.:]*\)[.:]? ?")
_REPLYING = re.compile(r"(?i)^\((?P<to>(?:reply|answer|respond|address)ing [^()]*)\)[ :]*")
_WENT_ON = re.compile(r"\([^()]* went on to [^()]*\)\.? ?")


def _read_page(entry: Entry, account: Account) -> Iterator[Row]:
    """Yield the turns of a page; what it only reports in the third person goes to the account."""
    page = _parse_page(entry)
    found = page.find_class("entry-content")
    parts = [part for part in found if "lister-page" not in part.get("class").split()]
    if not parts:
        raise SkipFileError("lists of pages")
    content, whole = parts[0], parts[0].text_content()
    key = claim_key(entry, whole, account)
    account.take(whole)
    titles, places = page.find_class("entry-title")[:1], page.find_class("read__place")[:1]
    shown = (content, *titles, *places)
    for hidden in (each for part in shown for name in _HIDDEN for each in part.find_class(name)):
        hidden.drop_tree()
    account.characters_left_out[_FURNITURE] += len(whole) - len(content.text_content())
    title, place = "".join(map(_shown, titles)), "".join(map(_shown, places))
    dates = page.xpath("//time[contains(@class, 'read__published')]/@datetime")
    urls = [str(url) for url in page.xpath("//meta[@property='og:url']/@content")[:1]]
    shared = {
        "id": f"kremlin-{key}",
        "title": title,
        "date": str(dates[0]) if dates else "",
        "venue": place,
        "url": "".join(u for u in urls if re.fullmatch(r"https?://(?:en\.)?kremlin\.ru/\S+", u)),
        "source": f"President of Russia, en.kremlin.ru, {entry.base}",
        "language": "en",
        "doc_type": "transcript",
        "source_file": entry.name,
    }
    speakers = _Speakers("interview" in title.casefold())
    report = partial(account.leave, "the Kremlin's own report (nobody's words)")
    turns = gather_turns(_parts(content, speakers, account), report, account)
    for turn, cells in turn_cells(turns, shared, account):
        text = account.remove(Reason.DIRECTIONS, _TRANSLATED, turn.text)
        in_note = _TRANSLATED.search(turn.note)
        note = "" if in_note else turn.note
        translated = "yes" if in_note or text != turn.text else ""
        if reply := _REPLYING.match(text):
            note = reply["to"]
            text = account.remove("notes in brackets (kept as context)", _REPLYING, text)
        role, is_president = speakers.roles.get(turn.label, ""), turn.label in PRESIDENTS
        cells |= {
            "text": text,
            "context": " ".join(note.strip("() .").split()),
            "role": role,
            "country": COUNTRY if is_president else country_of_role(role, title, COUNTRY),
            "translated": translated,
        }
        yield Row(entry.label, turn.line, cells)


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


def _shown(element: Any) -> str:
    """Return the text of an element on one line."""
    return " ".join(element.text_content().split())


def _runs(element: Any) -> Iterator[tuple[str, bool]]:
    """Yield the texts in an element, and whether each is in bold letters."""
    for text in element.xpath(".//text()"):
        holder = text.getparent().getparent() if text.is_tail else text.getparent()
        yield text, any(node.tag in {"b", "strong"} for node in (holder, *holder.iterancestors()))


def _parts(content: Any, speakers: _Speakers, account: Account) -> Iterator[Turn | str | None]:
    """Yield the paragraphs of a page and the starts of turns; the rest goes to the account."""
    for text in filter(None, (content.text, *(element.tail for element in content))):
        account.leave(_FURNITURE, account.strip(text))
    elements = [element for element in content if isinstance(element.tag, str)]  # no comments
    labels = [_label_of(element) for element in elements]
    speakers.labels = {label[0] for label in labels if label}
    for element, label in zip(elements, labels, strict=True):
        whole = element.text_content()
        start = len(label[1]) + 1 if label else 0
        text = tidy_line(whole[start:], account)
        in_bold = all(is_bold or not run.strip() for run, is_bold in _runs(element))
        if label:
            account.leave(Reason.LABELS, whole[:start])
            linked = [_shown(link) for link in element.find_class("person_tag")]
            speaker, reason = speakers.identify(label[0], linked[0] if linked else "")
            note = "".join(_BRACKETS.findall(label[1]))
            yield Turn(speaker, text, element.sourceline or 1, reason, note)
        elif element.tag == "blockquote":
            account.leave("pull quotes (said in the text too)", text)
        elif text and (in_bold or not re.search(r"\w", text)):
            account.leave(Reason.HEADINGS, text)
            yield None
        elif text:
            yield account.remove(Reason.DIRECTIONS, _WENT_ON, text)


def _label_of(element: Any) -> tuple[str, str] | None:
    """Return the name in bold that a paragraph starts with, and all before its colon."""
    before, colon, words = element.text_content().partition(":")
    outside = _BRACKETS.sub(lambda found: " " * len(found[0]), before)
    bold = (is_bold for text, is_bold in _runs(element) for _ in text)
    in_bold = all(b for b, sign in zip(bold, outside, strict=False) if sign.strip())
    label = _SHOUTED.sub(lambda found: found[0].title(), " ".join(outside.split()))
    if not (colon and in_bold and label and len(label) <= _LONGEST_LABEL):
        return None
    # a name or an office: only small words start in lower case
    is_name = all(
        not re.match("[a-z]", word) or word.split("-")[0] in _SMALL_WORDS for word in label.split()
    )
    return (label, before) if is_name or (words.strip() and has_office(label.split())) else None


class _Speakers:
    """The speakers of a page, as identified by its labels so far."""

    def __init__(self, is_interview: bool) -> None:
        self.is_interview = is_interview
        self.labels: set[str] = set()
        self.roles: dict[str, str] = {}
        self._reasons: dict[str, str] = {}

    def identify(self, label: str, linked: str) -> tuple[str, str]:
        """Return the name in a label and why its turns are no statements; remember the role."""
        for reason, pattern in _NOBODY.items():
            if pattern.fullmatch(label):
                return "", reason
        if label in self._reasons:
            return label, self._reasons[label]
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
        described = f"{role} {label}"
        asks = _ASKING.search(described) or (self.is_interview and name not in PRESIDENTS)
        chairs = _CHAIRING.search(described)
        left_out = Reason.MODERATORS if chairs else Reason.QUESTIONS if asks else ""
        return name, self._reasons.setdefault(name, left_out)


# Tables: speeches of one person, narratives on conflicts, press releases

SPEAKERS = {
    "narendramodi.in": ("Narendra Modi", "India"),
    "kremlin.ru": ("Vladimir Putin", "Russia"),
    "president.gov.ua": ("Volodymyr Zelenskyy", "Ukraine"),
}
"""The speaker whose words an office's site publishes, and their country."""

_MODI, _RELEASING = "narendramodi.in", ("kremlin.ru", "president.gov.ua")
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
    r"(?i)\b(?:a|about|and|as|asks?|asked|by|called|dear|for|from|in|like|mr|named|of|on|or|quoted?"
    r"|says?|said|tells?|told|than|that|the|to|with)\s*$"
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
        for turn, spoken in turn_cells(_turns(text, president, account), cells, account):
            yield spoken | {"country": country if turn.label == president else ""}
        return
    headed = _BY_THE_PRESIDENT.format(country=re.escape(country))
    titled = president and re.search(headed, cells["title"], re.IGNORECASE)
    # a text with a moderator or interviewer is not the president's alone
    labels = [found["label"] or "" for found in _find_labels(text)] if titled else []
    others = any(kind.fullmatch(label) for label in labels for kind in (_UNNAMED, _ASKS, _CHAIRS))
    speaks = titled and not others
    account.note("addresses" if speaks else "press releases")
    kind = "speech" if speaks else "press release"
    yield cells | {"text": text, "speaker": president if speaks else "", "doc_type": kind}


def _turns(text: str, president: str, account: Account) -> Iterator[Turn]:
    """Yield the turns of a transcript on one line, in which names stand before the words.

    Anybody but the president whose turn ends in a question mark is an interviewer or a listener.
    """
    labels = [found for found in _find_labels(text) if not is_opener(found["label"] or "")]
    account.leave("words before the first turn", text[: labels[0].start()] if labels else text)
    ends = [label.start() for label in labels[1:]] + [len(text)]
    for label, end in zip(labels, ends, strict=True):
        account.leave(Reason.LABELS, label[0])
        words = account.strip(text[label.end() : end])
        who, reason = _identify(label, president)
        asks = not reason and who != president and words.endswith("?")
        yield Turn(who, words, 0, Reason.QUESTIONS if asks else reason)


def _find_labels(text: str) -> Iterator[re.Match[str]]:
    """Yield possible labels: a name after a sentence, or a President's name anywhere."""
    people = [map(re.escape, SPEAKERS[site]) for site in _RELEASING]
    names, countries = map("|".join, zip(*people, strict=True))
    president = rf"(?P<president>(?:President of (?:{countries}) )?(?:{names})): +"
    return re.finditer(f"{_LABEL}|{president}", text)


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
    ("images", re.compile(r"!\[(?:(?!!\[)[^\]])*\]\((?:(?!\]\()[^)])*\)"), ""),
    ("addresses of links", re.compile(r"\[([^\[\]]*)\]\((?:(?!\]\()[^)])*\)"), r"\1"),
    ("marks of bold type", re.compile(r"\*\*"), ""),
)


def _read_messages(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the messages, each with the id of its counterpart in the other language, if any."""
    keys: dict[str, set[str]] = {"en": set(), "uk": set()}
    for entry in source.entries():
        if found := _MESSAGES.fullmatch(entry.base):
            with suppress(BadFileError):  # reported when the messages are read
                keys["en" if found[1] else "uk"].update(key for key, *_ in _messages(entry))

    def read_list(entry: Entry, account: Account) -> Iterator[Piece]:
        found = _MESSAGES.fullmatch(entry.base)
        if not found:
            raise SkipFileError(Reason.OTHER_FILES)
        language, other = ("en", "uk") if found[1] else ("uk", "en")
        for key, message, is_whole in _messages(entry):
            cells = {
                "id": f"zelensky-{key}-{language}",
                "language": language,
                "other_language": f"zelensky-{key}-{other}" if key in keys[other] else "",
            }
            yield from _message(message, cells, account)
            if not is_whole:
                yield message.here.problem(
                    "the file ends inside this message, whose words so far are taken; download the "
                    "file again"
                )

    yield from each_file({".js"}, read_list)(source, account)


def _messages(entry: Entry) -> Iterator[tuple[str, Record, bool]]:
    """Yield each message with its id and time (two can share an id), and whether it is whole."""
    for line, values, is_whole in read_javascript(entry.text()):
        message = Record(entry, Row(entry.label, line, {}), values)
        yield f"{message.text('id')}-{message.text('date')}", message, is_whole


def _message(record: Record, cells: Cells, account: Account) -> Iterator[Row]:
    text, title = account.take(record.text("text")), record.text("name").strip()
    if text.strip() == title:
        account.leave("titles of videos without their words", text, piece=True)
        return
    for reason, pattern, replacement in _LAYOUT:
        text = account.remove(reason, pattern, text, replacement)
    if not record.listed("speaker"):
        account.note("messages without a speaker")
    lists = {name: "; ".join(record.listed(name)) for name in ("speaker", "topics", "cities")}
    yield record.row(
        cells
        | lists
        | {
            "text": text,
            "country": "Ukraine",
            "date": record.text("date"),
            "title": title,
            "source": f"resistinua, {record.entry.base}",
            "url": web_link(record.text("url"), account),
        }
    )


FORMATS = (
    Format("kremlin", "The Kremlin's pages in English",
           "en.kremlin.ru/events/president/news/{id}.html (folder or archive)",
           lambda seen: seen.kind in _PAGES and seen.says(r"kremlin\.ru/"),
           each_file(_PAGES, _read_page)),
    Format("modi", "Speeches of Narendra Modi",
           "data_en.csv, data_hi.csv: href, title, date, img, youtubeURL, speechText",
           lambda seen: seen.has_columns("href", "youtubeURL", "speechText"),
           each_record(("href", "speechText"), _modi_speech)),
    Format("putin-zelensky", "Press releases of the presidents of Russia and Ukraine",
           "CSV files with the columns link, headline, date, body",
           lambda seen: (seen.has_columns("link", "headline", "date", "body")
                         and any(f"{site}/" in seen.head for site in _RELEASING)),
           each_record(("link", "headline", "body"), _release)),
    Format("zelensky", "Messages of Ukrainian officials in Ukrainian and English (resistinua)",
           "messages.js, messages-2.js, messages-en.js and the like",
           lambda seen: seen.has_file(_MESSAGES), _read_messages),
)  # fmt: skip
