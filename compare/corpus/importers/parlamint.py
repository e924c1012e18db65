"""ParlaMint: the parliaments of Europe in TEI, a file a sitting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from compare.corpus.importers.account import HEADINGS, NOISES, OTHER_FILES, Account
from compare.corpus.importers.formats import Format, Glimpse, Piece
from compare.corpus.importers.parlamint_lists import (
    LIST,
    TRANSCRIPT,
    Lists,
    country_of,
    preferred,
    read_lists,
)  # fmt: skip
from compare.corpus.importers.parlamint_text import TEXT, read_text
from compare.corpus.importers.reading import told
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.importers.xml_files import (
    ID,
    LANGUAGE,
    attribute,
    elements,
    name_of,
    text_of,
    words_of,
)  # fmt: skip
from compare.corpus.values import BadFileError, Problem, Row

_APART = frozenset({"note", "gap", "vocal", "kinesic", "incident"})
_ANNOTATED = "with an analysis of the language (.ana.xml)"
_ROLES = {"chair": "Chair", "guest": "Guest"}


@dataclass(slots=True)
class _Sitting:
    """What is known of an utterance from its file."""

    entry: Entry
    corpus: str
    language: str
    lists: Lists
    cells: dict[str, str]
    topic: str = ""
    turn: int = 0


def read(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the utterances, each with its speaker, party and offices on the day."""
    lists = read_lists(source, account)
    yield from lists.problems
    without_list: set[str] = set()
    sittings = 0
    for entry in source.entries():
        found = TRANSCRIPT.fullmatch(entry.base)
        if found is None:
            if not LIST.fullmatch(entry.base):
                account.skip_file(_ANNOTATED if entry.base.endswith(".ana.xml") else OTHER_FILES)
            continue
        sittings += 1
        corpus = found["corpus"]
        if corpus not in lists.corpora | without_list:
            without_list.add(corpus)
            yield Problem.of_file(
                f"ParlaMint-{corpus}-listPerson.xml",
                "this list was not found, so that speakers are known by their ids only; put it "
                "beside the transcripts",
                skips=False,
            )
        yield from told(entry, _read(entry, corpus, lists, account), account)
    if _ANNOTATED in account.files_left_out and not sittings:
        yield Problem.of_file(
            str(source.paths[0]),
            "all transcripts have an analysis of the language (.ana.xml), which is not read; name "
            "the plain .xml, or the .txt and -meta.tsv, of the same corpus",
        )


def _read(entry: Entry, corpus: str, lists: Lists, account: Account) -> Iterator[Row]:
    sitting = _Sitting(entry, corpus, "", lists, {})
    for element in elements(entry, _APART | {"teiHeader", "head", "u"}):
        name = name_of(element)
        if name == "teiHeader":
            sitting.cells = _header(element, sitting)
        elif name == "head":
            sitting.topic = text_of(element)
            account.leave(HEADINGS, account.take(sitting.topic))
        elif name in _APART:
            account.leave(NOISES, account.take(text_of(element)))
        elif name == "u":
            sitting.turn += 1
            yield from _utterance(element, sitting, account)
        elif name == "TEI":
            sitting.language = element.get(LANGUAGE, "")
        else:
            raise BadFileError(f"this is no transcript: it starts with <{name}>, not with <TEI>")


def _header(header: Element, sitting: _Sitting) -> dict[str, str]:
    """Return the cells that all utterances of a file share."""
    titles = header.findall("./{*}fileDesc/{*}titleStmt/{*}title")
    subtitles = [title for title in titles if title.get("type") == "sub"]
    date = header.find(".//{*}setting/{*}date")
    if date is None:
        date = header.find(".//{*}sourceDesc//{*}date")
    url = "".join(text_of(one) for one in header.findall(".//{*}sourceDesc//{*}idno")[:1])
    return {
        "country": country_of(sitting.corpus),
        "date": "" if date is None else date.get("when", date.get("from", "")),
        "venue": _venue(header, sitting),
        "title": preferred(subtitles or titles),
        "source": f"ParlaMint-{sitting.corpus}, {sitting.entry.base}",
        "url": url if url.startswith("http") else "",
        "doc_type": "parliamentary speech",
        "licence": "".join(text_of(one) for one in header.findall(".//{*}licence")[:1]),
        "source_file": sitting.entry.name,
    }


def _venue(header: Element, sitting: _Sitting) -> str:
    """Return the house that sat, by its name in the list of organisations, or the place."""
    bodies = (one.get("corresp", "") for one in header.findall(".//{*}titleStmt/{*}meeting"))
    body = next((body.lstrip("#") for body in bodies if body), "")
    names = header.findall(".//{*}setting/{*}name")
    places = [text_of(one) for one in names if one.get("type") in {"org", "place", "city"}]
    return sitting.lists.organisation(sitting.corpus, body) or ", ".join(places)


def _utterance(element: Element, sitting: _Sitting, account: Account) -> Iterator[Row]:
    text, noises = words_of(element, {"seg"}, _APART)
    account.take(text)
    for noise in noises:
        account.leave(NOISES, account.take(noise))
    if not text:
        account.leave("utterances without words", text, piece=True)
        return
    yield Row(sitting.entry.label, 0, _cells(element, sitting, account) | {"text": text})


def _cells(element: Element, sitting: _Sitting, account: Account) -> dict[str, str]:
    corpus, lists, date = sitting.corpus, sitting.lists, sitting.cells.get("date", "")
    person = attribute(element, "who").lstrip("#")
    name = lists.name(corpus, person, date)
    if not person:
        account.note("utterances without a speaker")
    elif not name:
        account.note("utterances whose speaker is known by an id only")
    said_as = [_ROLES.get(one.lstrip("#"), "") for one in element.get("ana", "").split()]
    key = element.get(ID, "").removeprefix("ParlaMint-")
    return sitting.cells | {
        "id": f"parlamint-{key}" if key else "",
        "speaker": name or person,
        "role": "; ".join(filter(None, (*said_as, lists.role(corpus, person, date)))),
        "party": lists.party(corpus, person, date),
        "language": _language(element) or sitting.language,
        "topic": sitting.topic,
        "turn": str(sitting.turn),
        "speaker_id": person,
    }


def _language(element: Element) -> str:
    """Return the language of an utterance, or of most of its words, "" where none is given."""
    languages: Counter[str] = Counter()
    for segment in element:
        if name_of(segment) == "seg":
            languages[segment.get(LANGUAGE, "")] += len(text_of(segment))
    return element.get(LANGUAGE, "") or max(languages, key=languages.__getitem__, default="")


def _is_tei(seen: Glimpse) -> bool:
    names = seen.bases
    annotated = any(n.startswith("ParlaMint-") and n.endswith(".ana.xml") for n in names)
    return any(map(TRANSCRIPT.fullmatch, names)) or (
        annotated and not any(map(TEXT.fullmatch, names))
    )


FORMATS = (
    Format(
        "parlamint",
        "ParlaMint in TEI",
        "ParlaMint-XX_*.xml, ParlaMint-XX-listPerson.xml and ParlaMint-XX-listOrg.xml",
        _is_tei,
        read,
    ),
    Format(
        "parlamint-text",
        "ParlaMint as text, machine-translated corpora (ParlaMint-XX-en) too",
        "ParlaMint-XX_*.txt with ParlaMint-XX_*-meta.tsv or -meta-en.tsv",
        lambda seen: any(map(TEXT.fullmatch, seen.bases)) and not _is_tei(seen),
        read_text,
    ),
)
