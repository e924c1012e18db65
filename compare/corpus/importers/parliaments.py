"""Parliaments: ParlaMint (TEI and text), and Hansard in the XML of parlparse."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import Element

from compare.corpus.importers.records import (
    ID,
    LANGUAGE,
    Cells,
    Record,
    attribute,
    is_on_site,
    name_of,
    read_elements,
    text_of,
    web_link,
    words_of,
)
from compare.corpus.importers.registry import Format
from compare.corpus.importers.sources import (
    Account,
    Entry,
    Piece,
    Reason,
    SkipFileError,
    Source,
    each_file,
    missing_file,
    set_aside,
    track_file,
)
from compare.corpus.tables import read_tsv
from compare.corpus.values import BadFileError, Problem, Row
from compare.statements import country_code, country_name
from compare.statements.languages import language_code

# ParlaMint in TEI: a file a sitting, and lists of persons and organisations

_CORPUS = r"ParlaMint-(?P<corpus>[A-Z]{2}(?:-[A-Z]{2})?)"
_TRANSCRIPT = re.compile(rf"{_CORPUS}(?P<translated>-en)?_.*(?<!\.ana)\.xml")
# before version 3 the corpus's own header held the lists
_LIST = re.compile(rf"{_CORPUS}(?:-listPerson|-listOrg)?\.xml")
_ANNOTATED = "with linguistic annotation (.ana.xml)"
_APART = frozenset({"note", "gap", "vocal", "kinesic", "incident"})
_PARTIES = frozenset({"politicalParty", "parliamentaryGroup", "party"})
_ROLES = {
    "chair": "Chair", "chairperson": "Chair", "guest": "Guest", "président": "Chair",
    "головуючий": "Chair",
}  # fmt: skip
_WORD_STARTS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NO_WORDS = "utterances without words"
_NO_SPEAKER = "utterances without a speaker"


class _Register:
    """The persons and organisations of the corpora in a source, by corpus and id."""

    def __init__(self) -> None:
        self._persons: dict[tuple[str, str], Element] = {}
        self.organisations: dict[tuple[str, str], tuple[str, str]] = {}  # name and role
        # a sitting names the same people again and again
        self.cells_of = lru_cache(maxsize=5_000)(self._cells_of)

    def read(self, source: Source, account: Account) -> Iterator[Problem]:
        """Read the lists in the source, and those of its corpora in the two folders above."""
        corpora: dict[str, None] = {}
        read: set[str] = set()
        for entry in source.entries():
            if found := _LIST.fullmatch(entry.base):
                yield from track_file(entry, self._read_list(entry, found["corpus"]), account)
                read.add(entry.base)
            elif found := _TRANSCRIPT.fullmatch(entry.base):
                corpora[found["corpus"]] = None
        above = dict.fromkeys(up for path in source.paths for up in path.resolve().parents[:2])
        for path in (path for folder in above for path in sorted(folder.glob("ParlaMint-*.xml"))):
            found = _LIST.fullmatch(path.name)
            if found and found["corpus"] in corpora and path.name not in read:
                entry = Entry(path.name, str(path), path)
                yield from track_file(entry, self._read_list(entry, found["corpus"]), account)
                read.add(path.name)
        for corpus in corpora:
            if all(of != corpus for of, _ in self._persons):
                consequence = "speakers are known only by their ids; put it beside the transcripts"
                yield missing_file(f"ParlaMint-{corpus}-listPerson.xml", "this list", consequence)

    def _read_list(self, entry: Entry, corpus: str) -> Iterator[Problem]:
        for element in read_elements(entry, {"person", "org"}):
            key = (corpus, element.get(ID, ""))
            if name_of(element) == "person":
                self._persons[key] = element
            elif name_of(element) == "org":
                names = element.findall("{*}orgName")
                full = [name for name in names if name.get("full") != "abb"]
                self.organisations[key] = (_english(full or names), attribute(element, "role"))
        yield from ()

    def _cells_of(self, corpus: str, person: str, date: str) -> Cells:
        """Return a person's name, offices (or the parliament they sat in) and parties on a day."""
        element = self._persons.get((corpus, person), Element("person"))
        names = [(one, name) for one in element.findall("{*}persName") if (name := _name(one))]
        on_the_day = [name for one, name in names if _holds(one, date)]
        offices: dict[str, None] = {}
        seats: dict[str, None] = {}
        parties: dict[str, None] = {}
        for one in element.findall("{*}affiliation"):
            if not _holds(one, date):
                continue
            ref, role = one.get("ref", "").lstrip("#"), one.get("role", "")
            unlisted = ("", "party" if ref.startswith("party.") else "")
            where, kind = self.organisations.get((corpus, ref), unlisted)
            if kind in _PARTIES:
                parties[where or ref.removeprefix("party.")] = None
            if role not in {"member", "representative"}:
                role = _WORD_STARTS.sub(" ", role).capitalize()
                where = _english(one.findall("{*}orgName")) or where
                named = _english(one.findall("{*}roleName"))
                offices[named or ", ".join(filter(None, (role, where)))] = None
            elif kind == "parliament":
                seats[f"Member, {where}"] = None
        return {
            "speaker": next(iter([*on_the_day, *(name for _, name in names)]), ""),
            "role": "; ".join(offices or seats),
            "party": "; ".join(parties),
        }


def _name(element: Element) -> str:
    kinds = ("forename", "nameLink", "surname")
    parts = [text_of(part) for kind in kinds for part in element.findall(f"{{*}}{kind}")]
    return " ".join(parts) or text_of(element)


def _english(names: list[Element]) -> str:
    """Return the English of some names, else the first."""
    english = [name for name in names if name.get(LANGUAGE) == "en"]
    return text_of((english or names)[0]) if names else ""


def _holds(dated: Element, date: str) -> bool:
    """Say whether an entry is valid on a day; an end in a year or month includes all of it."""
    when = dated.get("when", "")
    start, end = dated.get("from", when)[:10], dated.get("to", when)[:10]
    return (not start or start <= date) and (not end or date <= end or date.startswith(end))


def _read_parlamint(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the utterances, each with its speaker, party and offices on the day."""
    register = _Register()
    yield from register.read(source, account)
    has_transcripts = False
    for entry in source.entries():
        if found := _TRANSCRIPT.fullmatch(entry.base):
            has_transcripts = True
            sitting = _read_sitting(entry, found["corpus"], register, account)
            yield from track_file(entry, sitting, account)
        elif not _LIST.fullmatch(entry.base):
            account.skip_file(_ANNOTATED if entry.base.endswith(".ana.xml") else Reason.OTHER_FILES)
    if _ANNOTATED in account.files_left_out and not has_transcripts:
        yield Problem.of_file(
            str(source.paths[0]),
            "all transcripts have linguistic annotation (.ana.xml), which is not read; name the "
            "plain .xml, or the .txt and -meta.tsv, of the same corpus",
        )


def _read_sitting(
    entry: Entry, corpus: str, register: _Register, account: Account
) -> Iterator[Row]:
    cells: Cells = {"date": ""}
    topic, language, turn = "", "", 0
    for element in read_elements(entry, _APART | {"teiHeader", "head", "u"}):
        name = name_of(element)
        if name == "TEI":
            language = element.get(LANGUAGE, "")
        elif name == "teiHeader":
            cells = _header_cells(element, entry, corpus, register)
        elif name == "head":
            topic = text_of(element)
            account.leave(Reason.HEADINGS, account.take(topic))
        elif name in _APART:
            account.leave(Reason.NOISES, account.take(text_of(element)))
        elif name != "u":
            raise BadFileError(f"this is no transcript: it starts with <{name}>, not with <TEI>")
        else:
            turn += 1
            text, noises = words_of(element, {"seg"}, _APART)
            for noise in noises:
                account.leave(Reason.NOISES, account.take(noise))
            if not account.take(text):
                account.leave(_NO_WORDS, text, piece=True)
                continue
            speaker = _speaker_cells(element, corpus, cells["date"], register, account)
            here = {"text": text, "topic": topic, "turn": str(turn)}
            here["language"] = _language(element) or language
            yield Row(entry.label, 0, cells | here | speaker)


def _header_cells(header: Element, entry: Entry, corpus: str, register: _Register) -> Cells:
    """Return the cells that all utterances of a file share."""

    def first(*paths: str) -> Element:
        found = (header.find(path) for path in paths)
        return next((element for element in found if element is not None), Element("none"))

    titles = header.findall("./{*}fileDesc/{*}titleStmt/{*}title")
    subtitles = [title for title in titles if title.get("type") == "sub"]
    date = first(".//{*}setting/{*}date", ".//{*}sourceDesc//{*}date")
    url = text_of(first(".//{*}sourceDesc//{*}idno"))
    # the house that sat, by its name in the list of organisations, or the place
    bodies = (one.get("corresp", "") for one in header.findall(".//{*}titleStmt/{*}meeting"))
    body = next((body.lstrip("#") for body in bodies if body), "")
    house, _ = register.organisations.get((corpus, body), ("", ""))
    names = header.findall(".//{*}setting/{*}name")
    places = [text_of(one) for one in names if one.get("type") in {"org", "place", "city"}]
    return {
        "country": _country_of(corpus),
        "date": date.get("when", date.get("from", "")),
        "venue": house or ", ".join(places),
        "title": _english(subtitles or titles),
        "source": f"ParlaMint-{corpus}, {entry.base}",
        "url": url if url.startswith("http") else "",
        "doc_type": "parliamentary speech",
        "licence": text_of(first(".//{*}licence")),
        "source_file": entry.name,
    }


def _speaker_cells(
    element: Element, corpus: str, date: str, register: _Register, account: Account
) -> Cells:
    person = attribute(element, "who").lstrip("#")
    cells = register.cells_of(corpus, person, date)
    if not person:
        account.note(_NO_SPEAKER)
    elif not cells["speaker"]:
        account.note("utterances whose speaker is known by an id only")
    said_as = [_ROLES.get(one.lstrip("#"), "") for one in element.get("ana", "").split()]
    key = element.get(ID, "").removeprefix("ParlaMint-")
    return cells | {
        "id": f"parlamint-{key}" if key else "",
        "speaker": cells["speaker"] or person,
        "role": "; ".join(filter(None, (*said_as, cells["role"]))),
        "speaker_id": person,
    }


def _language(element: Element) -> str:
    """Return the language of an utterance or of most of its words, "" if unknown."""
    languages: Counter[str] = Counter()
    for segment in element.findall("{*}seg"):
        languages[segment.get(LANGUAGE, "")] += len(text_of(segment))
    return element.get(LANGUAGE, "") or max(languages, key=languages.__getitem__, default="")


def _country_of(corpus: str) -> str:
    """Return the country of a corpus code such as "GB" or "ES-CT"."""
    return country_name(country_code(corpus[:2]) or corpus[:2])


# ParlaMint as text: an utterance a line, and a table that says who spoke

_TEXT = re.compile(rf"(?P<stem>{_CORPUS}(?P<translated>-en)?_.*)(?<!\.ana)\.txt")
_TABLE = re.compile(r"(?P<stem>ParlaMint-.*?_.*(?<!-ana))(?P<ending>-meta(?:-en)?\.tsv)")
_ENGLISH = "-meta-en.tsv"
_NOISE = re.compile(r"(?<!\s)\s*+\[\[(?:(?!\[\[).)*?\]\]")
_MAIN_LANGUAGES = {
    "AT": "de", "BG": "bg", "CZ": "cs", "DK": "da", "EE": "et", "ES": "es", "FR": "fr", "GR": "el",
    "HR": "hr", "HU": "hu", "IS": "is", "IT": "it", "LT": "lt", "LV": "lv", "NL": "nl", "PL": "pl",
    "PT": "pt", "RS": "sr", "SE": "sv", "SI": "sl", "TR": "tr",
}  # fmt: skip  # of parliaments with one language: translated files do not name the original
_NAMES_OF_LANGUAGES = {
    "російська": "ru", "castellà": "es", "espanyol": "es", "castelán": "es", "gaztelania": "es",
    "frans": "fr", "ruotsi": "sv",
}  # fmt: skip  # a table may name the second language in the corpus's own


def _read_parlamint_text(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the lines of each text file, joined with the table beside it: the English, if any.

    A machine translation of a text that is there too is joined with its lines.
    """
    places = _Places({entry.base for entry in source.entries()})
    waiting: defaultdict[str, dict[str, Entry]] = defaultdict(dict)
    with TemporaryDirectory() as folder:
        for number, entry in enumerate(source.entries()):
            stem, part = places.of(entry.base)
            if not stem:
                account.skip_file(part)
                continue
            parts = waiting[stem]
            parts[part] = set_aside(entry, Path(folder) / str(number))
            if len(parts) == 2 + (stem in places.translated):
                yield from _read_parts(waiting.pop(stem), account)
                for each in parts.values():
                    if each.path.parent == Path(folder):
                        each.path.unlink()
        for parts in waiting.values():
            if "text" not in parts:
                account.skip_file("tables without a text")
                continue
            if "table" not in parts:
                consequence = "no speaker is known; put it beside the text"
                yield missing_file(parts["text"].label, "its table (-meta.tsv)", consequence)
            yield from _read_parts(parts, account)


class _Places:
    """Which text each file of a corpus is a part of."""

    def __init__(self, bases: Collection[str]) -> None:
        tables = filter(None, map(_TABLE.fullmatch, bases))
        self.english = {table["stem"] for table in tables if table["ending"] == _ENGLISH}
        stems = {text["stem"] for text in filter(None, map(_TEXT.fullmatch, bases))}
        self.translated = {_original(stem) for stem in stems} & stems

    def of(self, base: str) -> tuple[str, str]:
        """Return a text's stem, and "text", "table" or "translation"; else "" and the reason."""
        text, table = _TEXT.fullmatch(base), _TABLE.fullmatch(base)
        if (found := text or table) is None:
            return "", Reason.OTHER_FILES
        if (original := _original(stem := found["stem"])) in self.translated:
            return (original, "translation") if text else ("", "tables of translations")
        if table and (stem in self.english) != (table["ending"] == _ENGLISH):
            return "", "tables that exist in English too"
        return stem, "text" if text else "table"


def _original(stem: str) -> str:
    """Return the stem of the original of a machine translation, "" if it is none."""
    found = re.fullmatch(rf"({_CORPUS})-en(_.*)", stem)
    return found[1] + found[3] if found and found["corpus"] != "GB" else ""


def _join_key(key: str) -> str:
    """Return the id of an utterance without the mark of a machine translation."""
    return key.replace("-en_", "_", 1)


def _read_parts(parts: Mapping[str, Entry], account: Account) -> Iterator[Piece]:
    """Yield a text's utterances with its table and its translation; report and count the files."""
    about: dict[str, Record] = {}
    translations: dict[str, str] = {}
    text, table, translation = (parts.get(kind) for kind in ("text", "table", "translation"))
    assert text is not None
    for row in track_file(table, read_tsv(table, table.label), account) if table else ():
        if isinstance(row, Problem):
            yield row
        else:
            about[_join_key(row.cells.get("ID", ""))] = Record(text, row, row.cells)
    for piece in (
        track_file(translation, _lines(translation, account), account) if translation else ()
    ):
        if isinstance(piece, Problem):
            yield piece
        else:
            key, _, words = piece
            reason = Reason.TRANSLATIONS if words.strip() else _NO_WORDS
            account.leave(reason, words, piece=True)
            translations[_join_key(key)] = " ".join(words.split())
    yield from track_file(text, _utterances(text, about, translations, account), account)


def _lines(entry: Entry, account: Account) -> Iterator[tuple[str, Row, str] | Problem]:
    """Yield the id of each line, its place and its words."""
    empty = True
    for number, line in enumerate(entry.lines(), start=1):
        if not line.strip():
            continue
        empty = False
        here = Row(entry.label, number, {})
        key, tab, words = line.rstrip("\r\n").partition("\t")
        if not tab:
            message = "a line is an id, a tab and the words; insert the tab"
            yield here.problem(message, value=line.strip())
            continue
        yield key, here, account.remove(Reason.NOISES, _NOISE, account.take(words))
    if empty:
        raise BadFileError("it is empty; download it again")


def _utterances(
    entry: Entry, about: dict[str, Record], translations: Mapping[str, str], account: Account
) -> Iterator[Piece]:
    for line in _lines(entry, account):
        if isinstance(line, Problem):
            yield line
            continue
        key, here, text = line
        record = about.pop(_join_key(key), Record(entry, here, {}))
        if not text.strip():
            account.leave(_NO_WORDS, text, piece=True)
            continue
        if not record.known("Speaker_name"):
            account.note(_NO_SPEAKER)
        cells = _utterance_cells(key, record) | {"text": text}
        if translation := translations.get(_join_key(key)):
            cells |= {
                "translation": translation,
                "translation_language": "en",
                "translated_by": "machine",
            }
        yield replace(here, cells=cells)
    for _ in about:
        account.note("table rows without words")


def _utterance_cells(key: str, record: Record) -> Cells:
    found = _TEXT.fullmatch(record.entry.base)
    assert found is not None
    corpus = found["corpus"]
    translated = bool(found["translated"]) and corpus != "GB"
    mark = "-en_" if found["translated"] and "-en_" not in key else "_"
    name, named = record.known("Speaker_name"), language_code(record.known("Lang"))
    known = _NAMES_OF_LANGUAGES.get(named, named)
    language = known if len(known) == 2 else _MAIN_LANGUAGES.get(corpus, "")
    surname, comma, forename = name.partition(", ")
    roles = (
        _ROLES.get(record.known("Speaker_role").casefold()),
        "Minister" if record.known("Speaker_minister").casefold() == "minister" else "",
        "Member of parliament" if record.known("Speaker_MP") == "MP" else "",
    )
    return record.cells(
        date="Date", venue="Body", title="Title", party="Speaker_party_name",
        party_status="Party_status", topic="Agenda", speaker_id="Speaker_ID",
    ) | {
        "id": f"parlamint-{key.removeprefix('ParlaMint-').replace('_', mark, 1)}",
        "speaker": f"{forename} {surname}" if comma and "," not in forename else name,
        "role": "; ".join(filter(None, roles)),
        "country": _country_of(corpus),
        "source": f"ParlaMint-{corpus}{found['translated'] or ''}, {record.entry.base}",
        "language": "en" if translated else language,
        "original_language": _MAIN_LANGUAGES.get(corpus, "") if translated else "",
        "translated": "by machine" if translated else "",
        "doc_type": "parliamentary speech",
        "turn": key.rpartition(".u")[2] if ".u" in key else "",
        "source_file": record.entry.name,
    }  # fmt: skip


# Hansard, and the same layout for Australia

_PLACES = {
    "debate": "House of Commons",
    "lords": "House of Lords",
    "westminhall": "House of Commons, Westminster Hall",
    "standing": "House of Commons, public bill committee",
    "wrans": "UK Parliament, written answers",
    "lordswrans": "House of Lords, written answers",
    "wms": "UK Parliament, written ministerial statements",
    "lordswms": "House of Lords, written statements",
    "spor": "Scottish Parliament",
    "ni": "Northern Ireland Assembly",
}
"""The venue, by the part of an id after "uk.org.publicwhip/"."""

_AUSTRALIAN_PLACES = {"debate": "House of Representatives", "lords": "Senate"}
_KINDS = {"wrans": "written answer", "wms": "written statement"}  # else a speech
_HEADINGS = frozenset({"major-heading", "minor-heading", "oral-heading"})
_SPEECHES = frozenset({"speech", "ques", "reply"})
_PARAGRAPHS = frozenset({"p", "tr", "li", "table", "ul", "ol", "blockquote"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _read_hansard(entry: Entry, account: Account) -> Iterator[Piece]:
    major, minor, turn = "", "", 0
    asked: list[tuple[str, str]] = []  # who asked what under these headings
    for element in read_elements(entry, _HEADINGS | _SPEECHES | {"division"}):
        name = name_of(element)
        if name in _HEADINGS:
            heading = text_of(element)
            account.leave(Reason.HEADINGS, account.take(heading))
            major, minor = (major, heading) if name == "minor-heading" else (heading, "")
            asked = []
        elif name == "division":
            account.leave("lists of votes", account.take(text_of(element)))
        elif name in _SPEECHES:
            turn += 1
            text, speaker = words_of(element, _PARAGRAPHS)[0], attribute(element, "speakername")
            cells = {"title": ": ".join(filter(None, (major, minor))), "turn": str(turn)}
            if reason := _no_statement(element, account.take(text)):
                account.leave(reason, text, piece=True)
                asked += [(speaker, text)] if name == "ques" else []
                continue
            if name == "reply":
                cells["question"] = "\n".join(question for _, question in asked)
                cells["asked_by"] = "; ".join(dict.fromkeys(who for who, _ in asked if who))
            cells |= {"text": text, "speaker": speaker}
            yield Row(entry.label, 0, _hansard_cells(element, entry, account) | cells)
        elif name != "publicwhip":
            raise SkipFileError("no debates")
        elif element.get("latest") == "no":
            raise SkipFileError("older versions of a day")


def _no_statement(element: Element, text: str) -> str:
    """Return why an element of Hansard is no statement, "" if it is one."""
    if name_of(element) == "ques":
        return Reason.QUESTIONS
    if element.get("nospeaker") == "true" or not attribute(element, "speakername"):
        return "procedural text without a speaker"
    return "" if text else "speeches without words"


def _hansard_cells(element: Element, entry: Entry, account: Account) -> Cells:
    key = attribute(element, "id").removeprefix("uk.org.publicwhip/")
    kind = key.partition("/")[0]
    date = _DATE.search(key) or _DATE.search(entry.base)
    url = web_link("".join(element.get("url", "").split()), account)
    australian = is_on_site(url, "aph.gov.au")
    venue = (_AUSTRALIAN_PLACES if australian else _PLACES).get(kind, "")
    return {
        "id": f"hansard-{key.replace('/', '-')}" if key else "",
        "role": attribute(element, "speakeroffice"),
        "country": "Australia" if australian else "United Kingdom",
        "date": date[0] if date else "",
        "venue": venue,
        "source": f"Hansard (parlparse), {entry.base}",
        "url": url,
        "language": "en" if venue else "",
        "doc_type": _KINDS.get(kind.removeprefix("lords"), "speech"),
        "time": attribute(element, "time"),
        "column": attribute(element, "colnum"),
        "speech_type": attribute(element, "type"),
        "speaker_id": attribute(element, "person_id") or attribute(element, "speakerid"),
        "source_file": entry.name,
    }


FORMATS = (
    Format("hansard", "Hansard in the XML of TheyWorkForYou (parlparse)",
           "debatesYYYY-MM-DDx.xml, daylordYYYY-MM-DDx.xml and the like (files, folder or archive)",
           lambda seen: seen.says("<publicwhip"), each_file({".xml"}, _read_hansard)),
    Format("parlamint", "ParlaMint in TEI",
           "ParlaMint-XX_*.xml, ParlaMint-XX-listPerson.xml and ParlaMint-XX-listOrg.xml",
           lambda seen: seen.has_file(_TRANSCRIPT) or (
               seen.has_file(r"ParlaMint-.*\.ana\.xml") and not seen.has_file(_TEXT)),
           _read_parlamint),
    Format("parlamint-text", "ParlaMint as text, machine-translated corpora (ParlaMint-XX-en) too",
           "ParlaMint-XX_*.txt with ParlaMint-XX_*-meta.tsv or -meta-en.tsv",
           lambda seen: seen.has_file(_TEXT) and not seen.has_file(_TRANSCRIPT),
           _read_parlamint_text),
)  # fmt: skip
