"""Tables of what single heads of state and government said, as their offices publish it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cache

from compare.corpus.importers.account import Account
from compare.corpus.importers.cells import is_of, key, link
from compare.corpus.importers.formats import Format, Piece
from compare.corpus.importers.labels import UNTOLD, is_opener
from compare.corpus.importers.reading import told
from compare.corpus.importers.records import Cells, Record, reader, records
from compare.corpus.importers.sources import Source
from compare.corpus.importers.turns import MODERATORS, NAMES, QUESTIONS, Turn, answers
from compare.corpus.values import Problem

_INDEX = "corpus_index.csv"

SPEAKERS = {
    "narendramodi.in": ("Narendra Modi", "India"),
    "kremlin.ru": ("Vladimir Putin", "Russia"),
    "president.gov.ua": ("Volodymyr Zelenskyy", "Ukraine"),
}
"""Whose words the site of an office publishes, and for which country they speak."""

_MODI, _PRESIDENTS = "narendramodi.in", ("kremlin.ru", "president.gov.ua")
_BY_THE_PRESIDENT = (
    r"\b(?:address|speech|statement|remarks|appeal|message)(?:es)? (?:by|of) (?:the )?President"
    r"(?! of (?!{country}))"
)
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
"""Words after which a name stands in a sentence, even where a colon is behind it."""
_LONGEST_WORD = 30


def _of_modi(record: Record, account: Account) -> Iterator[Cells]:
    text = account.take(record.text("speechText"))
    url = link(record.text("href"), account)
    speaker, country = SPEAKERS[_MODI]
    yield {
        "id": key("modi", url, text),
        "text": text,
        "speaker": speaker,
        "country": country,
        "date": record.known("date"),
        "title": html.unescape(record.known("title")),
        "source": f"{_MODI}, {record.entry.base}",
        "url": url,
        "doc_type": "speech",
        "video": record.known("youtubeURL"),
    }


def read_narratives(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the speeches, with country and conflict where the index has their address."""
    index: dict[str, Record] = {}
    found = source.beside(_INDEX)
    for listed in told(found, records(found), account) if found else ():
        if isinstance(listed, Problem):
            yield listed
        else:
            index[listed.known("url")] = listed

    def speech(record: Record, account: Account) -> Iterator[Cells]:
        text = account.take(record.text("text"))
        url = record.known("url")
        listed = index.get(url) if url else None
        if listed is None:
            account.note("speeches that the index does not have, without a country")
        yield {
            "id": key("narratives", url, record.known("date"), text),
            "text": text,
            "speaker": record.known("speaker"),
            "country": listed.known("country") if listed else "",
            "date": record.known("date"),
            "title": record.known("title"),
            "source": f"US/Russia narratives, {record.entry.base}",
            "url": link(url, account),
            "conflict": listed.known("conflict") if listed else "",
        }

    yield from reader(("speaker", "title", "text"), speech, aside=(_INDEX,))(source, account)


def _release(record: Record, account: Account) -> Iterator[Cells]:
    """Yield a press release, or the turns of a transcript."""
    text = account.take(record.text("body"))
    url = link(record.text("link"), account)
    president, country = next(
        (SPEAKERS[site] for site in _PRESIDENTS if is_of(url, site)), ("", "")
    )
    title = record.known("headline")
    name = key("putin-zelensky", url, title, text)
    cells = {
        "country": country,
        "date": record.known("date"),
        "venue": record.known("location"),
        "title": title,
        "source": f"Press releases of the {country or 'president'}'s office, {record.entry.base}",
        "url": url,
        "language": "en",
    }
    if president and re.search(rf"(?:^|[\W]){president}: ", text):
        for said in answers(_turns(text, president, account), account):
            yield {
                **cells,
                "id": f"{name}-{said.number}",
                "speaker": said.turn.label,
                "country": country if said.turn.label == president else "",
                "doc_type": "transcript",
                **said.cells,
            }
        return
    speaks = bool(president and _by_the_president(country).search(title) and not _is_led(text))
    account.note("press releases" if not speaks else "addresses")
    yield {
        **cells,
        "id": name,
        "text": text,
        "speaker": president if speaks else "",
        "doc_type": "speech" if speaks else "press release",
    }


def _is_led(text: str) -> bool:
    """Say whether somebody asks or leads through a text."""
    labels = (found["label"] or "" for found in _found(text))
    return any(kind.fullmatch(label) for label in labels for kind in (_UNNAMED, _ASKS, _CHAIRS))


def _turns(text: str, president: str, account: Account) -> Iterator[Turn]:
    """Yield the turns of a text whose paragraphs stand on one line, each with a name before it.

    Whoever asks the president something at the end of a turn is an interviewer or sits in a hall.
    """
    labels = [found for found in _found(text) if not is_opener(found["label"] or "")]
    account.leave("words before the first turn", text[: labels[0].start()] if labels else text)
    ends = [label.start() for label in labels[1:]] + [len(text)]
    for label, end in zip(labels, ends, strict=True):
        account.leave(NAMES, label[0])
        said = account.stripped(text[label.end() : end])
        who, reason = _whose(label, president)
        asks = not reason and who != president and said.endswith("?")
        yield Turn(who, said, 0, QUESTIONS if asks else reason)


def _found(text: str) -> Iterator[re.Match[str]]:
    """Yield what may be labels in a text."""
    return _label(tuple(SPEAKERS[site] for site in _PRESIDENTS)).finditer(text)


def _whose(label: re.Match[str], president: str) -> tuple[str, str]:
    """Return who speaks behind a label, and why the words are left out, "" where they are not.

    One word is no name that tells who it is, but the president's turn ends there.
    """
    who = label["label"] or label["president"]
    if _CHAIRS.fullmatch(who):
        return who, MODERATORS
    if _UNNAMED.fullmatch(who):
        return "", QUESTIONS
    if _ASKS.fullmatch(who):
        return who, QUESTIONS
    if " " not in who:
        return (president, "") if president.endswith(f" {who}") else ("", UNTOLD)
    if not who.endswith(president):
        return ("", UNTOLD) if _is_in_sentence(label, own=False) else (who, "")
    if _is_in_sentence(label, own=True) or _ANOTHERS.fullmatch(who.removesuffix(president)):
        return "", UNTOLD
    return president, ""


def _is_in_sentence(label: re.Match[str], *, own: bool) -> bool:
    """Say whether a president's name behind no full stop is rather the last word of a sentence.

    It may be behind a heading too, if it is the own president's or has the office before it.
    """
    before = label.string[max(0, label.start() - _LONGEST_WORD) : label.start()]
    if label["label"] or not re.search(r"\w\s*$", before):
        return False
    headed = own or label["president"].startswith("President of ")
    return not headed or bool(_IN_SENTENCE.search(before))


@cache
def _by_the_president(country: str) -> re.Pattern[str]:
    """Return what a headline has where the text below it is the words of that President."""
    return re.compile(_BY_THE_PRESIDENT.format(country=re.escape(country)), re.IGNORECASE)


@cache
def _label(presidents: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    """Return what is before a turn: a name behind a sentence, or anywhere a President's."""
    names = "|".join(re.escape(name) for name, _ in presidents)
    countries = "|".join(re.escape(country) for _, country in presidents)
    return re.compile(rf"{_LABEL}|(?P<president>(?:President of (?:{countries}) )?(?:{names})): +")


FORMATS = (
    Format(
        "modi",
        "Speeches of Narendra Modi",
        "data_en.csv, data_hi.csv: href, title, date, img, youtubeURL, speechText",
        lambda seen: {"href", "youtubeURL", "speechText"} <= set(seen.columns()),
        reader(("href", "speechText"), _of_modi),
    ),
    Format(
        "putin-zelensky",
        "Press releases of the presidents of Russia and Ukraine",
        "CSV files with the columns link, headline, date, body",
        lambda seen: (
            {"link", "headline", "date", "body"} <= set(seen.columns())
            and any(f"{site}/" in seen.head for site in _PRESIDENTS)
        ),
        reader(("link", "headline", "body"), _release),
    ),
    Format(
        "narratives",
        "US and Russian narratives on conflicts",
        f"CSV files with the columns speaker, date, title, text, url; with them {_INDEX}",
        lambda seen: (
            _INDEX in seen.bases and {"speaker", "date", "title", "url"} <= set(seen.columns())
        ),
        read_narratives,
    ),
)
