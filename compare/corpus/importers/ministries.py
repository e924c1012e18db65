"""Ministries' press conferences, briefings and statements as plain text.

Lines about the page stand above the words; labels, if any, say who speaks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from compare.corpus.importers.records import is_on_site
from compare.corpus.importers.registry import Format, Glimpse
from compare.corpus.importers.sources import Reason
from compare.corpus.importers.text import (
    ANSWERS,
    ASKERS,
    DAY,
    TEXTS,
    Page,
    Parts,
    Turn,
    answer_next,
    each_page,
    match_label,
    own_label_next,
)
from compare.corpus.validate import is_address
from compare.statements.dates import DateOrder, parse_date

# The Chinese and Russian foreign ministries in English

_STAMP = re.compile(
    r"(?:\d{4}[-/]\d{2}[-/]\d{2})?\s*(?:\d{1,2}:\d{2})?|\d{1,2} \w+ \d{4} ?\d\d:\d\d"
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
_ITEM = re.compile(r"(?:[-–•]|\d+\.)\s*(?P<item>.+)")
_MEDIA = re.compile(
    r"(?i)(?:\d+\. )?(?:Answers? to (?:media )?questions|(?:из )?ответ(?:ов|ы) на вопросы).*"
)
_OF_SITE = re.compile(r"(?i)(?:• )?(?:[a-z]{2}-[A-Z]{2}\d? ?)+|[\d-]+|back to top")
_OF_CONTENTS = re.compile(
    rf"(?i)(?:(?:Table of )?contents|Оглавление):?|{_MEDIA.pattern[4:]}|{_STAMP.pattern}"
    rf"|{_OF_SITE.pattern[4:]}"
)


def _chinese(page: Page) -> Iterator[Turn | str | None]:
    """Yield the turns: the spokesperson in the title speaks, everybody else with a label asks."""
    title, _ = page.take_head(
        _CHINESE,
        'there is no title like "Foreign Ministry Spokesperson ...’s Regular Press Conference on '
        '..."; put it above the text',
    )
    stamps = page.take_about(_STAMP.fullmatch)
    day = DAY.search(title[0])
    date = day[0] if day else "".join(stamps[:1]).partition(" ")[0]
    page.cells.update(title.groupdict(), title=title[0], date=date)
    page.cells.update(country="China", doc_type="press conference")
    own_label_follows = answer_next(page.lines, title["speaker"])
    for text, line in page.lines:
        if _AFTERWARDS.fullmatch(text) or not re.search(r"\w", text):
            page.leave(text, Reason.HEADINGS)
        else:
            yield page.labelled(text, line, match_label(text), own_label_follows)


def _russian(page: Page) -> Iterator[Turn | str | None]:
    """Yield each section under its heading, then the questions and answers."""
    title, _ = page.take_head(
        _RUSSIAN,
        'there is no title like "Briefing by Foreign Ministry Spokeswoman ..., Moscow, ... 2025"; '
        "put it above the text",
    )
    page.cells.update(title.groupdict(""), title=title[0], country="Russia", doc_type="briefing")
    contents = page.take_about(lambda text: _ITEM.fullmatch(text) or _OF_CONTENTS.fullmatch(text))
    headings = {_heading(text) for text in contents if not _OF_CONTENTS.fullmatch(text)}
    own_label_follows = answer_next(page.lines, title["speaker"])
    known_labels = ASKERS | ANSWERS | {title["speaker"].casefold()}
    for text, line in page.lines:
        if _heading(text) in headings or _MEDIA.fullmatch(text):
            page.section, page.is_open = text, False
            page.leave(text, Reason.HEADINGS)
            yield None
        elif _OF_SITE.fullmatch(text) or not re.search(r"\w", text):
            page.leave(text, Reason.HEADINGS)
        else:
            label = match_label(text)
            is_known = label is not None and label["label"].casefold() in known_labels
            is_label = own_label_follows.get(line) or is_known or text.endswith("?")
            yield page.labelled(text, line, label if is_label else None, own_label_follows)


def _heading(text: str) -> str:
    """Return a heading as a key: with or without its number, in any case and punctuation."""
    item = _ITEM.fullmatch(text)
    return " ".join(re.findall(r"\w+", (item["item"] if item else text).casefold()))


# Other languages: the title names the main speaker, and labels mark questions and answers


@dataclass(frozen=True, slots=True)
class _Language:
    """How the texts in a language are laid out; all are patterns.

    Attributes:
        title: The start of a title.
        who: The main speaker in a title, in the groups `role` and `speaker`; the first that is
            found counts.
        asks: Labels of questions.
        answers: Labels of the main speaker.
        chairs: Labels of moderators.
        person: Labels that surely name somebody.
        about: Lines of the page above the words.
    """

    title: str
    who: tuple[str, ...]
    asks: str
    answers: str
    chairs: str
    person: str
    about: str


_LATIN = r"[A-ZÀ-ÖØ-Þ][\w’'-]+"
_PERSON = rf"{_LATIN}(?: (?:(?:de|du|des|la|le|del|los|y|von|al|el) )*{_LATIN}){{1,3}}"
_NAME = rf"(?P<speaker>{_PERSON})"
_FRENCH = (
    r"(?P<role>(?:(?:vice-)?président|ministre|porte-parole|secrétaire|premi[eè]r|ambassad|chef)"
)
_SPANISH = (
    r"(?P<role>(?:(?:vice)?president|ministr|canciller|portavoz|vocer|secretari|embajador|jef)\w*"
)
_RUSSIAN_PERSON = r"(?:[А-ЯЁ]\. ?){1,2}[А-ЯЁ][а-яё-]+|[А-ЯЁ][а-яё-]+(?: [А-ЯЁ][а-яё-]+){1,2}"
_ARABIC = r"(?P<role>(?:ال)?(?:متحدث|ناطق|وزير|رئيس|مندوب|سفير|أمين)\w*"
_ARABIC_TITLE = "(?:السيدة?|الدكتورة?|السفيرة?)"
_ARABIC_NAME = r"(?P<speaker>[^\W\d_]+(?: [^\W\d_]+){1,4})(?=[،,(]|$)"

_LANGUAGES = {
    "zh": _Language(
        title=r"(?:\d{4}年\d{1,2}月\d{1,2}日)?外交部(?:副)?发言人",
        who=(r"(?P<role>外交部(?:副)?发言人)(?P<speaker>[\w·]{2,4}?)(?:主持|就|在|答|的|发表)",),
        asks="问|追问|提问|(?P<outlet>.*)记者",
        answers="答|发言人",
        chairs="主持人",
        person="(?!)",
        about="来源.*|分享到.*|.*字体.*|.*简体中文.*",
    ),
    "ru": _Language(
        title="Брифинг|Комментари|Заявлени|Выступлени|Интервью|Ответ|Вступительное|Пресс-конференц",
        who=(
            r"(?P<role>(?i:официального представителя) (?:МИД|Министерства иностранных дел)"
            r"(?: России| Российской Федерации)|Министра иностранных дел"
            rf"(?: России| Российской Федерации)) (?P<speaker>{_RUSSIAN_PERSON})",
        ),
        asks="вопрос|реплика",
        answers="ответ",
        chairs="модератор|ведущ(?:ий|ая)",
        person=_RUSSIAN_PERSON,
        about=r"(?i)поделиться.*|версия для печати|сообщение для сми|(?:[a-z]{2}-[A-Z]{2}\d? ?)+",
    ),
    "fr": _Language(
        title="Conférence de presse|Point de presse|Entretien|Interview|Déclaration|Discours"
        "|Allocution|Intervention|Communiqué|Audition",
        who=(
            rf"\b(?:M\.|Mme) {_NAME}, {_FRENCH}[^,(–—:]*)",
            rf"\b(?:de |d[’']|avec |par ){_NAME}, {_FRENCH}[^,(–—:]*)",
            rf"{_FRENCH}[^,(–—:]*), {_NAME}",
            rf"{_FRENCH}[^,(–—:]*)",
        ),
        asks="q|questions?|journaliste",
        answers="r|réponse|l[ea] porte-parole|porte-parole",
        chairs="modérat(?:eur|rice)",
        person=_PERSON,
        about="(?i)texte intégral|partager.*|imprimer.*|à la une|seul le prononcé.*",
    ),
    "es": _Language(
        title="Conferencia de prensa|Rueda de prensa|Declaraci|Intervenci|Comparecencia|Discurso"
        "|Palabras|Entrevista|Comunicado",
        who=(
            rf"{_SPANISH}[^,(–—:]*), {_NAME}",
            rf"{_SPANISH}) {_NAME}",
            rf"{_SPANISH}[^,(–—:]*?)(?= (?:en|sobre|tras|con|ante|durante|posterior)\b|[,(–—:]|$)",
        ),
        asks="p|preguntas?|periodista",
        answers="r|respuesta",
        chairs="moderadora?",
        person=_PERSON,
        about="(?i).*abre ventana nueva|whatsapp|linkedin|compartir.*|imprimir.*",
    ),
    "ar": _Language(
        title="(?:ال)?(?:مؤتمر صحفي|مؤتمر الصحفي|تصريح|بيان|كلمة|خطاب|مقابلة|حوار|إحاطة|إيجاز)",
        who=(
            rf"{_ARABIC}[^،,(]*)[،,] ?(?:{_ARABIC_TITLE} )?{_ARABIC_NAME}",
            rf"{_ARABIC}[^،,(]*?) {_ARABIC_TITLE} {_ARABIC_NAME}",
        ),
        asks=r"س ?\d*|(?:ال)?سؤال(?: \d+)?|صحفية?|مراسلة?",
        answers=r"ج ?\d*|(?:ال)?جواب|(?:ال)?إجابة|(?:المتحدث|الناطق) الرسمي",
        chairs="مديرة? الجلسة",
        person="(?!)",
        about="شارك.*|طباعة",
    ),
}
_SITES = {
    "diplomatie.gouv.fr": "France", "elysee.fr": "France", "lamoncloa.gob.es": "Spain",
    "exteriores.gob.es": "Spain", "gob.mx": "Mexico", "cancilleria.gob.ar": "Argentina",
    "cancilleria.gov.co": "Colombia", "mofa.gov.sa": "Saudi Arabia", "mfa.gov.eg": "Egypt",
}  # fmt: skip
"""The governments whose sites these are."""

_URL = re.compile(r"https?://\S+")
_FIRST_LINES = 30
_LONGEST_TITLE = 500  # characters; a longer line is a paragraph
_DAY = re.compile(
    r"\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?日|\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}-\d\d-\d\d"
    r"|\d{1,2}(?:er|º)? (?:de )?[^\W\d_]{3,}(?:/[^\W\d_]+)? (?:del? )?\d{4}"
)
_SIGNS = r"(?: ?[(（][^()（）]*[)）])?(?P<sign> ?[:：]| ?[-–—](?= )|\.[-–—]|\.(?= ))\s*"
_LABELS = tuple(
    re.compile(rf"(?P<label>{start}[\w《][^:：?!؟？،，。;；.\n]{{0,60}}?){_SIGNS}")
    for start in ("", r"(?:[^\W\d_]\. ?){1,2}")  # without initials and with them
)
_MOST_LABEL_WORDS = 7
_ENDS = ".!?…:。！？؟"  # of paragraphs, unlike headings
_SHORTEST_OFFICE = 4  # letters; "chef" is no office by itself
_LONGEST_DAY = 60  # characters of a line with a day, a place and a time

# Russian titles name people in the genitive
_CYRILLIC = re.compile("[А-ЯЁ]")
_OFFICES = {
    "официального представителя": "Официальный представитель",
    "министра": "Министр",
}
_GENITIVE = re.compile("|".join(_OFFICES), re.IGNORECASE)
_OF_WOMEN = re.compile("(ов|ев|ёв|ин)ой$")
_OF_MEN = re.compile("(ов|ев|ёв|ин)а$")


def _title(
    lines: Sequence[tuple[str, int]], languages: Collection[str]
) -> tuple[int, str, re.Match[str]] | None:
    """Return the index of the title among the first lines, its language and the speaker in it."""
    for number, (line, _) in enumerate(lines[:_FIRST_LINES]):
        for language in languages if len(line) <= _LONGEST_TITLE else ():
            known = _LANGUAGES[language]
            if re.match(known.title, line):
                for pattern in known.who:
                    if found := re.search(pattern, line):
                        return number, language, found
    return None


def _in_language(*languages: str, country: str = "") -> Parts:
    """Return what reads the texts in some languages."""

    def parts(page: Page) -> Iterator[Turn | str | None]:
        title = _title(page.lines, languages)
        if title is None:
            raise page.refuse(
                'there is no title that names an official, such as "Conférence de presse de Mme '
                '..., ministre ..."; put it above the text'
            )
        number, language, found = title
        head = [line for line, _ in page.lines[: number + 1]]
        del page.lines[: number + 1]
        for text in head:
            page.leave(text)
        known = _LANGUAGES[language]
        head += page.take_about(
            lambda text: _URL.fullmatch(text) or re.fullmatch(known.about, text) or _is_day(text)
        )
        headings = _take_contents(page)
        url = next((line for line in head if _URL.fullmatch(line)), "")
        conference = _Conference(known, found)
        turns = conference.turns(page.lines)
        page.cells.update(
            title=head[number],
            language=language,
            speaker=conference.speaker,
            role=conference.role,
            country=country or _country_of(url),
            date=next(filter(None, map(_day, (head[number], *head))), ""),
            url=url,
            doc_type="press conference" if turns else "statement",
        )
        if not conference.speaker:
            page.account.note("texts that name no speaker")
        for text, line in page.lines:
            if turn := turns.get(line):
                page.leave(text[: len(text) - len(turn.text)], Reason.LABELS)
                yield page.start(turn)
            elif _heading(text) in headings or _MEDIA.fullmatch(text):
                page.section, page.is_open = text, False
                page.leave(text, Reason.HEADINGS)
                yield None
            elif not re.search(r"\w", text):
                page.leave(text, Reason.HEADINGS)
            else:
                yield page.words(text, line)

    return parts


def _country_of(url: str) -> str:
    """Return the country whose government has a site, "" if that is not known."""
    known = _SITES.items() if is_address(url) else ()
    return next((country for site, country in known if is_on_site(url, site)), "")


def _take_contents(page: Page) -> set[str]:
    """Take a table of contents, and return its headings, which come again below."""
    counts = Counter(_heading(text) for text, _ in page.lines)
    headings: set[str] = set()

    def is_listed(text: str) -> bool:
        heading = _heading(text)
        is_new = counts[heading] > 1 and heading not in headings and text[-1] not in _ENDS
        headings.update([heading] if is_new else [])
        return is_new or bool(_OF_CONTENTS.fullmatch(text))

    page.take_about(is_listed)
    return headings


def _day(text: str) -> str:
    """Return the first day in some words, in ISO form; "" if there is none."""
    for found in _DAY.finditer(text):
        try:
            return str(parse_date(found[0], DateOrder.DAY_FIRST))
        except ValueError:
            continue
    return ""


def _is_day(line: str) -> bool:
    """Say whether a line is a day, with or without place and time."""
    return len(line) <= _LONGEST_DAY and bool(_day(line))


class _Conference:
    """The turns of a text in which one official speaks and all others ask."""

    def __init__(self, language: _Language, found: re.Match[str]) -> None:
        self.language = language
        self.role = _GENITIVE.sub(lambda role: _OFFICES[role[0].casefold()], found["role"].strip())
        self.speaker = (found.groupdict().get("speaker") or "").replace(". ", ".")

    def turns(self, lines: Sequence[tuple[str, int]]) -> dict[int, Turn]:
        """Return the turns by the lines that they start on."""
        labels = [(found, line) for text, line in lines if (found := self._label(text))]
        if _CYRILLIC.match(self.speaker):
            self.speaker = _in_nominative(self.speaker, (found["label"] for found, _ in labels))
        followed = own_label_next((line, self._is_own(found["label"])) for found, line in labels)
        turns = (self._turn(found, line, followed.get(line, False)) for found, line in labels)
        return {turn.line: turn for turn in turns if turn}

    def _label(self, text: str) -> re.Match[str] | None:
        """Return what may be a label at the start of a paragraph."""
        for pattern in _LABELS:
            found = pattern.match(text)
            if found and len(found["label"].split()) <= _MOST_LABEL_WORDS:
                is_sign = found["sign"].strip().startswith((":", "：", ".-", ".–", ".—"))
                if is_sign or self._is_known(found["label"]):
                    return found
        return None

    def _turn(self, found: re.Match[str], line: int, own_follows: bool) -> Turn | None:
        """Return the turn that a label starts, None if it may be a part of a sentence."""
        label, words = found["label"], found.string[found.end() :]
        asks = re.fullmatch(self.language.asks, label.casefold())
        is_sure = found["sign"].startswith(".") or re.fullmatch(self.language.person, label)
        if self._is_own(label):
            return Turn(self.speaker, words, line)
        if asks:
            return Turn(asks.groupdict().get("outlet") or "", words, line, Reason.QUESTIONS)
        if re.fullmatch(self.language.chairs, label.casefold()):
            return Turn(label, words, line, Reason.MODERATORS)
        if own_follows or (is_sure and re.search("[?？؟]", words)):
            return Turn(label, words, line, Reason.QUESTIONS)
        return Turn("", words, line, Reason.UNIDENTIFIED) if is_sure else None

    def _is_known(self, label: str) -> bool:
        known = (self.language.asks, self.language.chairs)
        return self._is_own(label) or any(re.fullmatch(each, label.casefold()) for each in known)

    def _is_own(self, label: str) -> bool:
        """Say whether a label is the main speaker's: a mark, the name or the office."""
        folded = re.sub(r"^(?:l[ea]|el) |(?<=\.) ", "", label.casefold())
        office = self.role.casefold()
        return (
            folded == self.speaker.casefold()
            or bool(re.fullmatch(self.language.answers, folded))
            or (len(folded) > _SHORTEST_OFFICE and f"{office} ".startswith(f"{folded} "))
        )


def _in_nominative(genitive: str, labels: Iterable[str]) -> str:
    """Return a Russian name in the nominative: as a label has it, else by its ending."""
    stems = [word.rstrip("аеийоюьыя") for word in genitive.split()]
    for label in labels:
        words = [word.rstrip("аеийоюьыя") for word in label.replace(". ", ".").split()]
        if len(words) == len(stems) and all(map(str.startswith, stems, words)):
            return label.replace(". ", ".")
    pattern, nominative = (_OF_WOMEN, r"\1а") if _OF_WOMEN.search(genitive) else (_OF_MEN, r"\1")
    return pattern.sub(nominative, genitive)


def _either(english: Parts, language: str, country: str) -> Parts:
    """Return what reads a ministry's texts in English or in its own language."""
    own = _in_language(language, country=country)
    return lambda page: (own if _title(page.lines, (language,)) else english)(page)


def _shows(seen: Glimpse, *languages: str) -> bool:
    """Say whether the first lines of a text have a title in one of these languages."""
    lines = [line.strip() for line in seen.head.splitlines() if line.strip()]
    return (
        seen.kind in TEXTS
        and _title([(line, 0) for line in lines[:_FIRST_LINES]], languages) is not None
    )


def _is_press_text(seen: Glimpse) -> bool:
    """Say whether a text has such a title, and is from a known site or has questions."""
    marks = (
        "^(?:Q|R|Question|Réponse|P|Pregunta|Respuesta|[سج]|سؤال|جواب)"
        r"(?: ?[:：]| [-–—] |\.[-–—]|\. )"
    )
    return _shows(seen, "fr", "es", "ar") and (
        seen.says(marks) or any(map(_country_of, _URL.findall(seen.head)))
    )


FORMATS = (
    Format("cmfa-text", "Chinese Foreign Ministry press conferences, English and Chinese",
           "one text file a press conference, its title line above it",
           lambda seen: _shows(seen, "zh") or (seen.kind in TEXTS and seen.says(
               rf"^\s*(?:{_CHINESE.pattern})$", "Regular Press Conference|China")),
           each_page("cmfa", "Ministry of Foreign Affairs of China",
                     _either(_chinese, "zh", "China"))),
    Format("russian-mfa", "Russian Foreign Ministry briefings, English and Russian",
           "one text file a briefing, its title line above it",
           lambda seen: _shows(seen, "ru") or (seen.kind in TEXTS and seen.says(
               rf"^\s*(?:{_RUSSIAN.pattern})\s*$", "Moscow|Russia")),
           each_page("russian-mfa", "Ministry of Foreign Affairs of Russia",
                     _either(_russian, "ru", "Russia"))),
    Format("press-text", "Press conferences and statements in French, Spanish and Arabic",
           "one text file a page, its address and its title on top",
           _is_press_text, each_page("press", "Press", _in_language("fr", "es", "ar"))),
)  # fmt: skip
