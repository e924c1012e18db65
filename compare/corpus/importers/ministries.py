"""Ministries' press conferences, briefings and statements as plain text.

Lines about the page stand above the words; labels, if any, say who speaks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from compare.corpus.importers.kremlin import RUSSIAN_OFFICE
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
    is_heading,
    match_label,
    own_label_next,
)
from compare.corpus.validate import is_address
from compare.statements import country_code
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
        f'..." or {_EXAMPLES["zh"]}; put it above the text',
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
        'there is no title like "Briefing by Foreign Ministry Spokeswoman ..., Moscow, ... 2025" '
        f"or {_EXAMPLES['ru']}; put it above the text",
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
            found counts. The last are of titles that name an institution or several officials.
        asks: Labels of questions.
        answers: Labels of the main speaker.
        chairs: Labels of moderators.
        person: Names of people.
        office: Labels that start with an office, or with a form of address and a name. A form of
            address and an office ("Señor Presidente:") open a speech.
        about: Lines of the page above the words.
    """

    title: str
    who: tuple[str, ...]
    asks: str
    answers: str
    chairs: str
    person: str
    office: str
    about: str


_LATIN = r"[A-ZÀ-ÖØ-Þ][\w’'-]+"
_PERSON = rf"{_LATIN}(?: (?:(?:de|du|des|la|le|del|los|von|al|el) )*{_LATIN}){{1,4}}"
_NAME = rf"(?P<speaker>{_PERSON})(?![\w’'-]| [A-ZÀ-ÖØ-Þ]| (?:y|e|et)\b)"
_ADDRESS = r"(?:(?:M|Mr|Mme|Mlle|Sra?|Dra?|Prof)\.? |(?i:don|doña|monsieur|madame|señora?) )"
_PORTFOLIO = r"[^,(–—:]*(?:(?:, [^,(–—:]+)+ (?:y|e|et) [^,(–—:]+)?"  # ", des Finances et du Budget"
_FRENCH = (
    r"(?i:\b(?:ancien(?:ne)? |(?:vice|sous|ex)-?)?(?:présidente?|ministre|porte-parole|secrétaire"
    r"|premi[eè]re?s? ministre|ambassad(?:eur|rice)|chef(?:fe)?|adjointe?|conseill[eè]re?|envoyée?"
    r"|direct(?:eur|rice)|représentante?|déléguée?)s?\b)"
)
_SPANISH = (
    r"(?i:\b(?:vice|sub|ex)?-?(?:president[ea]|ministr[oa]|canciller|portavo(?:z|ce)|vocer[oa]"
    r"|secretari[oa]|embajadora?|jef[ea]|adjunt[oa]|asesora?|enviad[oa]|directora?|representante"
    r"|delegad[oa])s?\b)"
)
_RUSSIAN_INITIALS = r"(?:[А-ЯЁ]\. ?){1,2}[А-ЯЁ][а-яё-]+"
_RUSSIAN_PERSON = rf"{_RUSSIAN_INITIALS}|[А-ЯЁ][а-яё-]+(?: [А-ЯЁ][а-яё-]+){{1,2}}"
_GENITIVE = (
    r"(?i:(?P<kind>(?:\w+ого (?:и )?)*)(?P<office>представител|заместител|министр|пос(?=ла)"
    r"|директор)(?P<ending>я|ла|а)\b)"
)
_RUSSIAN_ROLE = rf"(?P<role>{_GENITIVE}(?:(?! (?:с|на|о|об|для) )[^,(«])*?"
_OF_RUSSIA = "(?:России|Российской Федерации)"
_CHINESE_OFFICE = "部长|外长|大使|总统|总理|主席|秘书长"
_CHINESE_ROLE = "(?P<role>外交部(?:副?发言人|(?:副?部)?长|部长助理))"
_CHINESE_VERB = "(?:主持|就|在|答|的|对|发表|例行|举行|关于|谈|出席)"
_CHINESE_NAME = rf"(?P<speaker>(?:(?!{_CHINESE_VERB})[\w·]){{2,4}}?)"
_ARABIC = (
    "(?:ال)?(?:نائب|مساعد|وكيل|مستشار|مبعوث|مدير|ممثل|متحدث|ناطق|وزير|رئيس|مندوب|سفير|أمين)ة?"
    r"\b"
)
_ARABIC_ROLE = rf"\b(?:لل|[لب])?(?P<role>{_ARABIC}"
_ARABIC_TITLE = "(?:السيدة?|الدكتورة?|السفيرة?)"
_ARABIC_LINK = "(?:أمام|في|حول|بشأن|خلال|عن|مع|بعد|على|إلى|لدى|عقب|أثناء|عند|بمناسبة|من)"
_ARABIC_NAME = (
    rf"(?P<speaker>(?!{_ARABIC_LINK} )[^\W\d_]+(?: [^\W\d_]+){{1,4}}?)"
    rf"(?=[،,(]|$| {_ARABIC_LINK} )"
)

_OUTLET = "(?: (?P<outlet>.+))?"

_LANGUAGES = {
    "zh": _Language(
        title=r"(?:\d{4}年\d{1,2}月\d{1,2}日)?(?:[^\W\d]{2,12}、){0,3}外交部",
        who=(
            rf"{_CHINESE_ROLE}{_CHINESE_NAME}(?={_CHINESE_VERB})",
            rf"{_CHINESE_ROLE}(?={_CHINESE_VERB})",
            "(?P<role>)外交部[^，。]*(?:声明|公告|谈话|讲话|记者会|答记者问)$",
        ),
        asks="有?(?P<outlet>.*?)(?:记者(?:追?问|提问)?|(?<=[社报台网》])(?:追?问|提问))|追?问|提问",
        answers="答|发言人",
        chairs="主持人",
        person="(?!)",
        office=rf"(?!尊敬|各位|{_CHINESE_OFFICE})\w{{1,12}}(?:{_CHINESE_OFFICE}|先生|女士)",
        about="来源.*|分享到.*|.*字体.*|.*简体中文.*",
    ),
    "ru": _Language(
        title="Брифинг|Комментари|Заявлени|Выступлени|Интервью|Ответ|Вступительное|Пресс-конференц"
        "|Стенограмма|Тезисы|Статья|Реплика|Приветстви|Совместн",
        who=(
            rf"{_RUSSIAN_ROLE} {_OF_RUSSIA}) (?P<speaker>{_RUSSIAN_PERSON})",
            rf"{_RUSSIAN_ROLE}) (?P<speaker>{_RUSSIAN_INITIALS})",
            rf"{_RUSSIAN_ROLE} {_OF_RUSSIA})",
            r"(?P<role>)(?:МИД|(?i:Министерств\w+|министров) иностранных дел)",
        ),
        asks=r"вопрос(?:ы| из зала)? ?\d*|реплика"
        rf"|(?:журналист|корреспондент)\w*{_OUTLET}",
        answers="ответ",
        chairs="модератор|ведущ(?:ий|ая)",
        person=_RUSSIAN_PERSON,
        office=rf"{RUSSIAN_OFFICE.pattern}.* (?-i:{_RUSSIAN_PERSON})"
        "|(?:г-н|г-жа|господин|госпожа) (?!президент|председатель|министр|посол).+",
        about=r"(?i)поделиться.*|версия для печати|сообщение для сми|(?:[a-z]{2}-[A-Z]{2}\d? ?)+",
    ),
    "fr": _Language(
        title="Conférence de presse|Point de presse|Entretien|Interview|Déclaration|Discours"
        "|Allocution|Intervention|Communiqué|Audition|Propos|Réponse|Message|Tribune",
        who=(
            rf"\b(?:M\.|Mme) {_NAME}, (?P<role>{_FRENCH}[^,(–—:]*)",
            rf"\b(?:de |d[’']|avec |par ){_NAME}, (?P<role>{_FRENCH}[^,(–—:]*)",
            rf"(?P<role>{_FRENCH}{_PORTFOLIO}), {_ADDRESS}?{_NAME}",
            rf"(?P<role>{_FRENCH}[^,(–—:]*?)(?= (?:sur|lors|devant|après|du \d)\b|[,(–—:]|$)",
            "(?P<role>)(?i:conjoint|ministère|gouvernement|présidence|^point de presse)",
        ),
        asks=r"q ?\d*|questions?(?: n ?[°º]?)? ?\d*|"
        rf"(?:une? |l[ea] )?journaliste{_OUTLET}",
        answers="r|réponse|l[ea] porte-parole|porte-parole",
        chairs="modérat(?:eur|rice)",
        person=_PERSON,
        office=rf"(?i:l[ea] |l[’'])?{_FRENCH}.*|{_ADDRESS}(?!{_FRENCH}){_LATIN}.*",
        about="(?i)texte intégral|partager.*|imprimer.*|à la une|seul le prononcé.*",
    ),
    "es": _Language(
        title=r"(?:(?:Versión estenográfica|Transcripción)\W+(?:de (?:la |los )?|del )?)?"
        "(?:Conferencia|Rueda de prensa|Declaraci|Intervenci|Comparecencia|Discurso|Palabras"
        "|Entrevista|Comunicado|Mensaje|Alocución|Nota de prensa)",
        who=(
            rf"(?P<role>{_SPANISH}{_PORTFOLIO}), {_ADDRESS}?{_NAME}",
            rf"(?P<role>{_SPANISH}(?: General)?) {_ADDRESS}?{_NAME}",
            rf"(?P<role>{_SPANISH}[^,(–—:]*?)"
            r"(?= (?:en|sobre|tras|con|ante|durante|posterior)\b|[,(–—:]|$)",
            "(?P<role>)(?i:conjunt[oa]|ministerio|gobierno|cancillería|presidencia|secretaría)",
        ),
        asks=r"p ?\d*|preguntas? ?\d*|"
        rf"(?:(?:un|una|el|la) )?(?:periodista|reporter[oa]){_OUTLET}"
        "|interlocutora?|intervención|prensa",
        answers="r|respuesta",
        chairs="moderadora?",
        person=_PERSON,
        office=rf"(?i:el |la )?{_SPANISH}.*|{_ADDRESS}(?!{_SPANISH}){_LATIN}.*",
        about="(?i).*abre ventana nueva|whatsapp|linkedin|compartir.*|imprimir.*",
    ),
    "ar": _Language(
        title="(?:نص )?(?:ال)?(?:مؤتمر صحفي|مؤتمر الصحفي|تصريح|بيان|كلمة|خطاب|مقابلة|حوار|إحاطة"
        "|إيجاز|مداخلة)",
        who=(
            rf"{_ARABIC_ROLE}[^،,(]*?)[،,] ?(?:{_ARABIC_TITLE} )?{_ARABIC_NAME}",
            rf"{_ARABIC_ROLE}[^،,(]*?) {_ARABIC_TITLE} {_ARABIC_NAME}",
            rf"{_ARABIC_ROLE}[^،,(]*?)(?= {_ARABIC_LINK} |[،,(]|$)",
            "(?P<role>)(?:مشترك|وزار|وزراء|وزير[يا]|حكومة|رئاسة)",
        ),
        asks=r"س ?\d*|(?:ال)?سؤال(?: \w+)?|(?:ال)?(?:صحفي|صحافي|مراسل)ة?" + _OUTLET,
        answers=r"ج ?\d*|(?:ال)?جواب|(?:ال)?إجابة|(?:المتحدث|الناطق) الرسمي",
        chairs="مديرة? الجلسة",
        person="(?!)",
        office=rf"{_ARABIC}.*|(?:{_ARABIC_TITLE}|معالي|سعادة|فخامة) (?!ال).*",
        about="شارك.*|طباعة",
    ),
}
_NO_NAMES = re.compile(
    r"(?i)\b(?:conse(?:il|jo)|ass?embl[eé]e|asamblea|nations?|naciones|uni[oó]n|commission|comisión"
    r"|s[eé]na(?:t|do)|palais|palacio|sommet|cumbre|minist[eè]r\w+|gouvernement|gobierno|générale?"
    r"|iberoamericana|(?:proche|medio|moyen)|oriente?|europ\w+|afrique|áfrica|asie|asia"
    r"|am[eé]ri(?:que|ca)|nord|norte|sud|sur|ouest|oeste|este|señora?|sra?|mme|madame|господин|госпожа)\b"
    r"|\b(?:مجلس|جلسة|اجتماع|مؤتمر|قمة|منظمة|الأمم|جامعة|وزارة)\b"
)
"""Words of institutions, regions and address, which may be capitalised as names of people are."""

_JOINT = re.compile(r"(?i)\b(?:conjoint|conjunt|совместн)|مشترك")
_AND_ANOTHER = re.compile(r",? (?:y|e|et|и) ")
_SMALL_WORDS = re.compile(
    r"\b(?:A|Au|Con|D|De|Del|Des|Du|E|El|En|Et|La|Las|Le|Les|Los|Par|Por|Sobre|Sur|Y)\b"
)
_EXAMPLES = {
    "zh": '"外交部发言人...主持例行记者会"',
    "ru": '"Брифинг официального представителя МИД России ..., Москва, ... 2025 года"',
    "fr": '"Conférence de presse de Mme ..., ministre ..."',
    "es": '"Rueda de prensa de la ministra ..."',
    "ar": '"مؤتمر صحفي لوزير ...، السيد ..."',
}
"""Titles that are understood."""

_SITES = {
    "diplomatie.gouv.fr": "France", "elysee.fr": "France", "lamoncloa.gob.es": "Spain",
    "exteriores.gob.es": "Spain", "gob.mx": "Mexico", "cancilleria.gob.ar": "Argentina",
    "cancilleria.gov.co": "Colombia", "mofa.gov.sa": "Saudi Arabia", "mfa.gov.eg": "Egypt",
}  # fmt: skip
"""The governments whose sites these are."""

_URL = re.compile(r"https?://\S+")
_FIRST_LINES = 30
_LONGEST_TITLE = 500  # characters; a longer line is a paragraph
_BESIDE_DAY = re.compile(r"\d{1,2} ?[:.h] ?\d\d(?: ?h(?:oras|rs?)?\.?)?| ?г(?:\.|ода\b)")
_MOST_BESIDE_DAY = 4  # words: a place, a day of the week
_DAY = re.compile(
    r"\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?日|\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}-\d\d-\d\d"
    r"|\d{1,2}(?:er|º)? (?:de )?[^\W\d_]{3,}(?:/[^\W\d_]+)? (?:del? )?\d{4}"
)
_INITIAL = r"(?<=[ .][^\W\d_])\."
_SIGNS = r"(?: ?[(（][^()（）]*[)）])?(?P<sign> ?[:：]| ?[-–—](?= )|\.[-–—]|\.(?= ))\s*"
_LABELS = tuple(
    re.compile(
        rf"(?P<label>{start}[\w《](?:[^:：?!؟？。;；.\n{no_comma}]|{_INITIAL}){{0,{most}}}?){_SIGNS}"
    )
    for start, no_comma, most in (
        ("", ",،，", 60),
        (r"(?:[^\W\d_]{1,4}\. ?){1,2}", ",،，", 60),  # behind initials or "Sra."
        ("", "", 120),  # an office and a name
    )
)
_COMMA = re.compile("[,،，] ?")
_MOST_LABEL_WORDS = 7
_HONORIFICS = {"m", "mr", "mme", "mlle", "sr", "sra", "dr", "dra", "don", "doña", "السيد", "السيدة"}
_LONGEST_DAY = 60  # characters of a line with a day, a place and a time
_PUBLISHED_WITHIN = timedelta(days=31)
_ENDS = ".!?…:。！？؟"  # of paragraphs, unlike headings
_SHORTEST_OFFICE = 4  # letters; "chef" is no office by itself

# Russian titles name people in the genitive
_CYRILLIC = re.compile("[А-ЯЁ]")
_ENDINGS = {"я": "ь", "а": "", "ла": "ол"}
_OF_WOMEN = re.compile("(ов|ев|ёв|ин)ой$")
_OF_MEN = re.compile("(ов|ев|ёв|ин)а$")


def _title(
    lines: Sequence[tuple[str, int]], languages: Collection[str]
) -> tuple[int, str, re.Match[str]] | None:
    """Return the index of the title among the first lines, its language and the speaker in it."""
    for number, (line, _) in enumerate(lines[:_FIRST_LINES]):
        for language in languages if len(line) <= _LONGEST_TITLE else ():
            known = _LANGUAGES[language]
            if re.match(known.title, line, re.IGNORECASE):
                names = line.title() if line.isupper() else ""
                plain = _SMALL_WORDS.sub(lambda word: word[0].lower(), names) or line
                for pattern in known.who:
                    found = re.search(pattern, plain)
                    if found and _may_name(found.groupdict().get("speaker") or ""):
                        return number, language, found
    return None


def _may_name(words: str) -> bool:
    """Say whether words in the form of a name are not those of a country or an institution."""
    return not (_NO_NAMES.search(words) or country_code(words))


def _is_joint(found: re.Match[str]) -> bool:
    """Say whether a title is of several officials: "Communiqué conjoint", "les ministres"."""
    offices = found["role"].split()
    return bool(
        _JOINT.search(found.string, 0, found.start())
        or _AND_ANOTHER.match(found.string, found.end())
        or (offices and offices[0].endswith("s"))
    )


def _in_language(*languages: str, country: str = "") -> Parts:
    """Return what reads the texts in some languages."""

    def parts(page: Page) -> Iterator[Turn | str | None]:
        title = _title(page.lines, languages)
        if title is None:
            raise page.refuse(
                "there is no title that names an official or a ministry, such as "
                f"{' or '.join(_EXAMPLES[each] for each in languages)}; put it above the text"
            )
        number, language, found = title
        head = [line for line, _ in page.lines[: number + 1]]
        del page.lines[: number + 1]
        for text in head:
            page.leave(text)
        known = _LANGUAGES[language]
        head += page.take_about(
            lambda text: (
                _URL.fullmatch(text)
                or _is_day(text)
                or (re.fullmatch(known.about, text) and text[-1] not in _ENDS)
            )
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
            date=_date(head[number], [line for line in head if line != head[number]]),
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


def _days(text: str) -> Iterator[date]:
    """Yield the days in some words."""
    for found in _DAY.finditer(text):
        with suppress(ValueError):
            day = parse_date(found[0], DateOrder.DAY_FIRST)
            yield date.fromisoformat(str(day))


def _date(title: str, others: Iterable[str]) -> str:
    """Return the day of a statement, in ISO form; "" if there is none.

    It is the latest in the title, which may name earlier events, unless the page has another date.
    """
    published = next((day for line in others for day in _days(line)), None)
    days = [*_days(title)]
    if published is not None:
        days = [day for day in days if timedelta(0) <= published - day <= _PUBLISHED_WITHIN]
    return str(max(days, default=published or ""))


def _is_day(line: str) -> bool:
    """Say whether a line is a day, with or without place and time, and not a sentence."""
    if len(line) > _LONGEST_DAY or not any(_days(line)):
        return False
    beside = _BESIDE_DAY.sub("", _DAY.sub("", line)).strip()
    is_sentence = re.search(r"\w ?[.!?…。！？؟]$", beside)
    return len(beside.split()) <= _MOST_BESIDE_DAY and not is_sentence


class _Conference:
    """The turns of a text in which one official speaks and all others ask."""

    def __init__(self, language: _Language, found: re.Match[str]) -> None:
        named = found.groupdict("")
        self.language = language
        self.role = _office_in_nominative(named["role"].strip())
        self.speaker = named.get("speaker", "").replace(". ", ".")
        self.is_joint = _is_joint(found)
        self.labels_stand_alone = False

    def turns(self, lines: Sequence[tuple[str, int]]) -> dict[int, Turn]:
        """Return the turns by the lines that they start on."""
        labels = [(found, line) for text, line in lines if (found := self._label(text))]
        if _CYRILLIC.match(self.speaker):
            self.speaker = _in_nominative(self.speaker, (found["label"] for found, _ in labels))
        own = {line: found for found, line in labels if self._is_own(found["label"])}
        if self.is_joint and not own:
            self.speaker = self.role = ""
        self.labels_stand_alone = any(found.end() == len(found.string) for found in own.values())
        followed = own_label_next((line, line in own) for _, line in labels)
        turns = (self._turn(found, line, followed.get(line, False)) for found, line in labels)
        return {turn.line: turn for turn in turns if turn}

    def _label(self, text: str) -> re.Match[str] | None:
        """Return what may be a label at the start of a paragraph."""
        for pattern in _LABELS:
            found = pattern.match(text)
            if found is None:
                continue
            is_short = len(found["label"].split()) <= _MOST_LABEL_WORDS
            is_plain = is_short and not _COMMA.search(found["label"])
            is_sign = found["sign"].strip().startswith((":", "：", ".-", ".–", ".—"))
            is_label = is_sign and (is_plain or self._names_somebody(found))
            if is_label or (is_short and self._is_known(found["label"])):
                return found
        return None

    def _turn(self, found: re.Match[str], line: int, own_follows: bool) -> Turn | None:
        """Return the turn that a label starts, None if it may be a part of a sentence."""
        label, words = found["label"], found.string[found.end() :]
        asks = re.fullmatch(self.language.asks, label, re.IGNORECASE)
        is_sure = found["sign"].startswith(".") or self._names_somebody(found)
        if self._is_own(label):
            return Turn(self.speaker, words, line)
        if asks:
            return Turn(asks.groupdict().get("outlet") or "", words, line, Reason.QUESTIONS)
        if re.fullmatch(self.language.chairs, label.casefold()):
            return Turn(label, words, line, Reason.MODERATORS)
        if own_follows or (is_sure and re.search("[?？؟]", words)):
            return Turn(label, words, line, Reason.QUESTIONS)
        return Turn("", words, line, Reason.UNIDENTIFIED) if is_sure else None

    def _names_somebody(self, found: re.Match[str]) -> bool:
        """Say whether a label is a name or an office, or both, and not a topic."""
        words = found.string[found.end() :]
        offices, names = self._parts(found["label"])
        if _COMMA.search(found["label"]):
            return bool(offices and names)
        is_topic = is_heading(found["label"], words) or not (words or self.labels_stand_alone)
        return bool(offices or (names and ("." in names[0] or not is_topic)))

    def _parts(self, label: str) -> tuple[list[str], list[str]]:
        """Return the parts of a label that are offices, and those that are names."""
        parts = _COMMA.split(label)
        offices = [part for part in parts if re.fullmatch(self.language.office, part)]
        names = [
            part
            for part in parts
            if re.fullmatch(self.language.person, part) and part not in offices and _may_name(part)
        ]
        return offices, names

    def _is_known(self, label: str) -> bool:
        known = (self.language.asks, self.language.chairs)
        return self._is_own(label) or any(re.fullmatch(each, label.casefold()) for each in known)

    def _is_own(self, label: str) -> bool:
        """Say whether a label is the main speaker's: a mark, the name or the office."""
        if any(map(self._is_name, _COMMA.split(label))):
            return True
        folded = re.sub(r"^(?:l[ea] |l[’']|el |ال)", "", label.casefold())
        office = self.role.casefold().removeprefix("ال")
        return bool(
            re.fullmatch(self.language.answers, label.casefold())
            or re.fullmatch(self.language.answers, folded)
            or (len(folded) > _SHORTEST_OFFICE and f"{office} ".startswith(f"{folded} "))
        )

    def _is_name(self, part: str) -> bool:
        """Say whether a part of a label names the main speaker, with or without the given name."""
        own = set(re.findall(r"\w+", self.speaker.casefold()))
        words = set(re.findall(r"\w+", part.casefold())) - _HONORIFICS
        return bool(words) and (words <= own or (len(own) > 1 and own <= words))


def _office_in_nominative(role: str) -> str:
    """Return a Russian role in the nominative: "Первый заместитель Министра"."""
    found = re.match(_GENITIVE, role)
    if found is None:
        return role
    kind = re.sub(r"ого\b", "ый", found["kind"])
    office = f"{kind}{found['office']}{_ENDINGS[found['ending'].lower()]}{role[found.end() :]}"
    return office[0].upper() + office[1:]


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
