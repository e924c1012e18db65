"""The Kremlin's pages, English and Russian: HTML with a turn behind each name in bold letters.

A page has the same number in both languages. If a corpus has both pages and their turns correspond,
the English is the translation of the Russian.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from compare.corpus.importers.people import (
    PARTICLES,
    country_in,
    has_office,
    leading_country,
    split_role,
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
    read_entry,
    set_aside,
)
from compare.corpus.importers.text import Turn, gather_turns, tidy_line, turn_cells
from compare.corpus.values import BadFileError, Row
from compare.statements.countries import country_name, translations

COUNTRY = "Russia"
PRESIDENTS = frozenset({"Vladimir Putin", "Dmitry Medvedev"})
"""Who speaks for the country even if no role stands before the name."""

RUSSIAN_COUNTRY = "России|Российской Федерации|РФ"
RUSSIAN_PRESIDENTS = {"В.Путин": "Владимир Путин", "Д.Медведев": "Дмитрий Медведев"}
"""The same in Russian: the genitive of the country, and full names by labels."""

_PAGES = frozenset({".html", ".htm"})
_HIDDEN = ("masha-ignore", "hidden-copy")  # tooltips and page furniture
_SITES = {"en": "en.kremlin.ru", "ru": "kremlin.ru"}
_FURNITURE = "page furniture"
_BRACKETS = re.compile(r"\([^()]*\)")
_SHOUTED = re.compile(r"(?<![A-Z])(?:[A-Z]{3,}+(?: |$)){2,}$")
_SMALL_WORDS = PARTICLES | {"of", "the", "and", "for", "in", "on", "to", "at", "by", "a", "i"}
_INTERVIEW = ("interview", "интервью")
_LONGEST_LABEL = 300
_NOBODY = {
    Reason.QUESTIONS: re.compile(
        r"Questions?|Journalist|Reporter|Correspondent"
        r"|(?:Вопрос|Журналист|Корреспондент)\w*(?: из зала)?"
    ),
    Reason.UNNAMED: re.compile(
        r"Audience|Remarks?|Response|Repl(?:y|ies)|Answers?|Voices?|All|Shout.*|Phrase"
        r"|(?:Реплик[аи]|Ответ|Голоса?|Возглас|Выкрик)(?: из зала)?|Из зала|Все|Участник\w*"
    ),
}
_ASKING = re.compile(
    r"(?i)\b(?:anchor|correspondent|journalist|presenter|interviewer)\b"
    r"|\b(?:корреспондент|журналист|телеведущ|обозреватель)"
)
_CHAIRING = re.compile(r"(?i)\b(?:moderator|host)\b|\b(?:модератор|ведущ)")
_TRANSLATED = re.compile(
    r"(?i)\((?:as )?(?:re-?)?translat\w+[.:]*\)[.:]? ?"
    r"|\((?:как |обратный )?перев(?:едено|од)\)[.:]? ?|\(через переводчика\)[.:]? ?"
)
_REPLYING = re.compile(r"(?i)^\((?P<to>(?:reply|answer|respond|address)ing [^()]*)\)[ :]*")
_WENT_ON = re.compile(r"\([^()]* went on to [^()]*\)\.? ?")


_IN_RUSSIAN = re.compile(
    rb"og:url[\"'][^>]{0,20}content=[\"']https?://(?:www\.|special\.)?kremlin\.ru/"
)
_HEAD = 20_000  # bytes that have a page's address
_COMPARED = 200  # characters; the lengths of shorter turns say little
_LONGEST_RATIO = 2.5  # of the lengths of a turn and of its translation


def _read_pages(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the turns of all pages, those in Russian with the translation on the English page."""
    languages: defaultdict[str, set[str]] = defaultdict(set)
    for entry in source.entries():
        if entry.kind in _PAGES:
            languages[entry.base].add(_language(entry))
    waiting: dict[tuple[str, str], Entry] = {}
    with TemporaryDirectory() as folder:
        for number, entry in enumerate(source.entries()):
            if len(languages[entry.base]) < 2:
                yield from read_entry(entry, _PAGES, _read_page, account)
                continue
            language = _language(entry)
            other = waiting.pop((entry.base, "en" if language == "ru" else "ru"), None)
            if other is not None:
                yield from _pair(*((entry, other) if language == "ru" else (other, entry)), account)
            elif (entry.base, language) in waiting:
                yield from read_entry(entry, _PAGES, _read_page, account)
            else:
                aside = set_aside(entry, Path(folder) / str(number))
                waiting[entry.base, language] = aside
        for entry in waiting.values():
            yield from read_entry(entry, _PAGES, _read_page, account)


def _language(entry: Entry) -> str:
    """Return the language of a page by its address."""
    try:
        with entry.open() as opened:
            return "ru" if _IN_RUSSIAN.search(opened.read(_HEAD)) else "en"
    except BadFileError:  # reported when it is read
        return "en"


def _pair(russian: Entry, english: Entry, account: Account) -> Iterator[Piece]:
    """Yield the turns of a page in both languages: once each if they correspond."""
    ours, theirs = (
        [*read_entry(entry, _PAGES, _read_page, account)] for entry in (russian, english)
    )
    pairs = [
        (row, translated)
        for row, translated in zip(ours, theirs, strict=False)
        if isinstance(row, Row) and isinstance(translated, Row)
    ]
    if not (len(pairs) == len(ours) == len(theirs) and _correspond(pairs)):
        if ours and theirs:
            account.note("pages whose turns differ in both languages")
        yield from (*ours, *theirs)
        return
    for row, translated in pairs:
        account.leave(Reason.TRANSLATIONS, translated.cells["text"], piece=True)
        # the English page spells names and offices as all others do
        who = {name: translated.cells[name] for name in ("speaker", "role", "country")}
        translation = {
            "translation": translated.cells["text"],
            "translation_language": "en",
            "translated_by": "official",
            "translation_url": translated.cells["url"],
        }
        yield replace(row, cells={**row.cells, **who, **translation})


def _correspond(pairs: list[tuple[Row, Row]]) -> bool:
    """Say whether two pages have the same speakers in the same order, and turns as long."""
    matches: set[tuple[str, str]] = set()
    for row, translated in pairs:
        speakers = (row.cells["speaker"], translated.cells["speaker"])
        lengths = sorted((len(row.cells["text"]), len(translated.cells["text"])))
        is_president = speakers[0] in RUSSIAN_PRESIDENTS.values()
        if is_president != (speakers[1] in PRESIDENTS) or (
            lengths[1] > _COMPARED and lengths[1] > _LONGEST_RATIO * lengths[0]
        ):
            return False
        matches.add(speakers)
    return len(matches) == len({a for a, _ in matches}) == len({b for _, b in matches})


def _read_page(entry: Entry, account: Account) -> Iterator[Row]:
    """Yield the turns of a page; what it only reports in the third person goes to the account."""
    page = _parse_page(entry)
    found = page.find_class("entry-content")
    parts = [part for part in found if "lister-page" not in part.get("class").split()]
    if not parts:
        raise SkipFileError("lists of pages")
    content, whole = parts[0], parts[0].text_content()
    language = _language(entry)
    key = claim_key(entry, whole, account, "ru/" if language == "ru" else "")
    account.take(whole)
    titles, places = page.find_class("entry-title")[:1], page.find_class("read__place")[:1]
    shown = (content, *titles, *places)
    people = [_shown(name) for name in content.find_class("tooltip_title")]
    for hidden in (each for part in shown for name in _HIDDEN for each in part.find_class(name)):
        hidden.drop_tree()
    account.characters_left_out[_FURNITURE] += len(whole) - len(content.text_content())
    title, place = "".join(map(_shown, titles)), "".join(map(_shown, places))
    dates = page.xpath("//time[contains(@class, 'read__published')]/@datetime")
    urls = [str(url) for url in page.xpath("//meta[@property='og:url']/@content")[:1]]
    shared = {
        "id": f"kremlin-ru-{key}" if language == "ru" else f"kremlin-{key}",
        "title": title,
        "date": str(dates[0]) if dates else "",
        "venue": place,
        "url": "".join(u for u in urls if re.fullmatch(r"https?://(?:en\.)?kremlin\.ru/\S+", u)),
        "source": f"President of Russia, {_SITES[language]}, {entry.base}",
        "language": language,
        "doc_type": "transcript",
        "source_file": entry.name,
    }
    speakers = _Speakers(any(word in title.casefold() for word in _INTERVIEW), people)
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
        role, is_president = speakers.roles.get(turn.label, ""), _is_president(turn.label)
        cells |= {
            "text": text,
            "context": " ".join(note.strip("() .").split()),
            "role": role,
            "country": COUNTRY if is_president else _COUNTRY_OF[language](role, title),
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
        not re.match("[a-zа-яё]", word) or word.split("-")[0] in _SMALL_WORDS
        for word in label.split()
    )
    is_known = any(pattern.fullmatch(label) for pattern in _NOBODY.values())
    is_office = (
        has_office(label.split())
        or RUSSIAN_OFFICE.match(label)
        or any(map(_RUSSIAN_NAME.search, (label, label.partition(",")[0])))
    )
    return (label, before) if is_name or is_known or (words.strip() and is_office) else None


def _is_president(name: str) -> bool:
    return name in PRESIDENTS or name in RUSSIAN_PRESIDENTS.values()


def _is_apart(role: str, name: str) -> bool:
    """Say whether a name surely starts behind a role: three words may only follow a country."""
    country = country_in(role)
    most = 3 if country and role.endswith(country) else 2
    return not role or len([w for w in name.split() if w.casefold() not in PARTICLES]) <= most


class _Speakers:
    """The speakers of a page, as identified by its labels so far."""

    def __init__(self, is_interview: bool, people: Iterable[str]) -> None:
        """Take the names that the page's pop-ups give, surname first."""
        self.is_interview = is_interview
        named = (words for name in people if len(words := name.split()) > 1)
        self._full = {f"{words[1][0]}.{words[0]}": f"{words[1]} {words[0]}" for words in named}
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
        if _RUSSIAN.match(label):
            role, name = split_russian_role(label)
            name = RUSSIAN_PRESIDENTS.get(name) or self._full.get(name, name)
        elif linked and linked in label and " " in linked:
            name, role = linked, label.removesuffix(linked).strip(" ,")
        elif short:
            name = min(short, key=len)
            role = plain.removesuffix(name).strip(" ,")
        elif (split := split_role(plain))[1] and _is_apart(*split):
            role, name = split
        if not role and name not in self.roles:
            known = [full for full in self.roles if full.endswith(f" {name}")]
            name = known[0] if len(known) == 1 else name
        if role:
            self.roles.setdefault(name, role)
        described = f"{role} {label}"
        asks = _ASKING.search(described) or (self.is_interview and not _is_president(name))
        chairs = _CHAIRING.search(described)
        left_out = Reason.MODERATORS if chairs else Reason.QUESTIONS if asks else ""
        return name, self._reasons.setdefault(name, left_out)


# Russian labels: "Министр дорог П.Лунд"

_RUSSIAN = re.compile("[А-ЯЁ]")
RUSSIAN_OFFICE = re.compile(
    r"(?i)(?:\w+(?:[иы]й|ая) (?:и )?)*"
    r"(?:президент|вице-|премьер|министр|канцлер|корол|эмир|султан|(?:со)?председател|губернатор"
    r"|глав|руководител|секретар|директор|посол|представител|генерал|депутат|помощник|советник"
    r"|врио|временно|ректор|патриарх|мэр|уполномоченн|начальник|команд|член|сенатор|спикер"
    r"|заместител|пресс-секретар|ведущ|модератор|корреспондент|журналист|телеведущ)"
)
_RUSSIAN_WORD = "[А-ЯЁ][а-яё]+(?:-[А-ЯЁа-яё]+)*"
_RUSSIAN_NAME = re.compile(
    rf"(?:(?:[А-ЯЁ]\. ?){{1,2}}(?:(?:фон|дер|де|ван|аль|бен)[ -])*|{_RUSSIAN_WORD} )"
    rf"{_RUSSIAN_WORD}$"
)


def split_russian_role(text: str) -> tuple[str, str]:
    """Return role and name of "Министр дорог П.Лунд" or of "Министр дорог, посол П.Лунд".

    If nothing precedes the name, all before a comma is the name.
    """
    plain = text.partition(",")[0]
    for part in (plain, text) if RUSSIAN_OFFICE.match(plain) else (plain,):
        found = _RUSSIAN_NAME.search(part)
        role = part[: found.start()].strip(" ,") if found else ""
        is_role = RUSSIAN_OFFICE.match(role) or re.search(r"\b[а-яё]", role)
        if found and (is_role or "." in found[0]):
            return role, found[0].replace(". ", ".")
    return "", plain


def _country_of_russian_role(role: str, _: str) -> str:
    """Return the country with which an office of State ends, "" if the role names none."""
    words = role.split()
    if re.search(rf"(?<!\bв )(?<!\bпри )\b(?:{RUSSIAN_COUNTRY})$", role):
        return COUNTRY
    for at in range(1, len(words)):
        if words[at - 1] in {"в", "во", "при"}:
            return ""  # where the office is held, not whose it is
        country = leading_country(words[at:])
        if len(country.split()) < len(words) - at:
            country = _countries_by_stems().get(_stems(role.split(maxsplit=at)[at]), "")
        if country and not re.search(r"^(?:по|с)$|(?:ой|ого|[иы]х)$", words[at - 1]):
            return country
    return ""


_ENDINGS = re.compile(r"(?:[ое]го|[оаыи]й|ая|[оыи]е|[ыи]х|[ое]в|[аяыиьо])\b")


def _stems(name: str) -> str:
    """Return a Russian name without the endings of its words: the same in all cases."""
    return _ENDINGS.sub("", " ".join(re.findall(r"\w+", name.casefold().replace("ё", "е"))))


@cache
def _countries_by_stems() -> dict[str, str]:
    """Map the stems of the Russian names of countries to the countries' names."""
    named = {
        _stems(name): country_name(code) for name, code in translations() if _RUSSIAN.match(name)
    }
    return named | {"египт": country_name("EGY")}  # loses a vowel


# The countries of roles

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


def _country_of_role(role: str, title: str) -> str:
    """Return the country in which a role is an office of State; "" in doubt.

    The Kremlin's pages name no country for offices at home. So an office without a country is at
    home if no other State has it, or if it is a government's and the title names no other country.
    """
    for found in _OF.finditer(role):
        before, behind = role[: found.start()], role[found.end() :]
        country = leading_country(behind.split()).rstrip(",")
        # what follows a country can make it a part of another name, as in that of a war
        ends = _ENDS.match(behind, len(country)) or before.endswith("Party")
        if country and behind.startswith(country) and _OF_STATE.search(before) and ends:
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


def _names_another(title: str) -> bool:
    """Say whether a title names another country: by its name, or "Ostravian-Valdorian talks"."""
    words = re.sub(r"[-–—:,;()]", " ", title).split()
    named = filter(None, (leading_country(words[at:]) for at in range(len(words))))
    return (
        any(COUNTRY not in country for country in named)
        or re.search(rf"\b{COUNTRY}n?[-–]\w", title) is not None
        or any(not found[0].startswith(f"{COUNTRY}n ") for found in _OTHER_STATES.finditer(title))
    )


_COUNTRY_OF = {"en": _country_of_role, "ru": _country_of_russian_role}

FORMATS = (
    Format("kremlin", "The Kremlin's pages, English and Russian",
           "en.kremlin.ru/events/president/news/{id}.html, and those of kremlin.ru (folder or "
           "archive)",
           lambda seen: seen.kind in _PAGES and seen.says(r"kremlin\.ru/"),
           _read_pages),
)  # fmt: skip
