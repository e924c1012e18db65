"""Data sets of officials' speeches and press conferences, published as tables or JSON lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from math import gcd

from compare.corpus.importers.records import (
    Cells,
    Record,
    each_record,
    is_on_site,
    known,
    make_key,
    read_records,
    read_statements,
    web_link,
)
from compare.corpus.importers.registry import Format
from compare.corpus.importers.sources import Account, Entry, Piece, Reason, Source, each_file
from compare.corpus.importers.text import (
    Turn,
    answer_next,
    gather_turns,
    match_label,
    speaks_for,
    split_paragraphs,
    turn_cells,
    turn_in_capitals,
    turn_of_label,
)
from compare.corpus.values import BadFileError, Problem, Row
from compare.statements import language_of

# The Executive Communications Dataset: one paragraph per row, joined into documents here

_PARAGRAPH = ("country", "executive", "text")
# two files mix both countries' documents under the file's own country (release 1.0.0)
_OF_THE_OTHER = {"Ecuador": "do", "Dominican Republic": "ec"}


def _read_ecdata(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the documents: consecutive rows with the same address."""
    seen: set[str] = set()

    def read(entry: Entry, account: Account) -> Iterator[Piece]:
        document: list[Record] = []
        for row in read_records(entry, _PARAGRAPH):
            if isinstance(row, Problem):
                yield row
                continue
            if document and _address(row) not in {_address(document[0])} - {""}:
                yield from _ecdata_document(document, seen, account)
                document = []
            document.append(row)
        if document:
            yield from _ecdata_document(document, seen, account)

    return each_file({".csv", ".parquet"}, read)(source, account)


def _ecdata_document(rows: list[Record], seen: set[str], account: Account) -> Iterator[Row]:
    first, texts = rows[0], [row.text("text") for row in rows]
    text = account.take("\n".join(_without_repeats(texts, account)))
    address, country = _address(first), first.known("country")
    key = make_key("ecdata", address, first.known("date"), text)
    elsewhere = _OF_THE_OTHER.get(country)
    if not text:
        account.leave("documents without words", "", piece=True)
    elif elsewhere and is_on_site(address, elsewhere):
        account.leave("documents of another country than the file says", text, piece=True)
    elif key in seen:
        account.leave(Reason.DUPLICATES, text, piece=True)
    else:
        seen.add(key)
        speakers = dict.fromkeys(filter(None, (row.known("executive") for row in rows)))
        if len(speakers) > 1:
            account.note("documents under more than one executive")
        cells = first.cells("country", "date", "title", "language", doc_type="type") | {
            "id": key,
            "text": text,
            "speaker": "; ".join(speakers),
            "source": f"Executive Communications Dataset, {first.entry.base}",
            "url": web_link(address, account),
        }
        yield first.row(cells)


def _without_repeats(texts: list[str], account: Account) -> Iterator[str]:
    """Yield each paragraph as often as the document really has it.

    Some files repeat every row of a document the same number of times: the common divisor of all
    counts.
    """
    times = gcd(*Counter(texts).values())
    met: Counter[str] = Counter()
    for text in texts:
        met[text] += 1
        if (met[text] - 1) % times:
            account.leave("duplicate rows", account.take(text))
        elif known(text):
            yield text
        else:
            account.leave("rows without words", account.take(text))


def _address(record: Record) -> str:
    return record.known("url") or record.known("link")


# EUSpeech: speeches of heads of government and of the European Union's institutions

_DAY_FIRST = re.compile(r"(\d{1,2})-(0?[1-9]|1[0-2])-(\d{4})")
_TAGS = re.compile(r"(?<!\s)\s*+</p>\s*+(<p>)\s*+|</?p>")


def _euspeech2(record: Record, account: Account) -> Iterator[Cells]:
    text = _untagged(record.text("origtext"), account)
    speaker, date, url = (record.known(name) for name in ("speaker", "date", "url"))
    yield record.cells("speaker", "country", "title", language="lang") | {
        "id": make_key("euspeech2", url, date, speaker, text),
        "text": text,
        "date": _day_first(date),
        "source": f"EUSpeech, version 2 (Berk et al.), {record.entry.base}",
        "url": web_link(url, account),
        "doc_type": "speech",
    }


def _untagged(text: str, account: Account) -> str:
    """Take a text and replace the tags between its paragraphs by line breaks."""
    text = account.take(text)
    return account.remove("paragraph tags", _TAGS, text, lambda found: "\n" if found[1] else "")


def _day_first(date: str) -> str:
    """Return "2014-01-02" for "02-01-2014"; the corpus writes the day first."""
    found = _DAY_FIRST.fullmatch(date)
    return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else date


# ParlSpeech V2: a table of speeches for each of nine parliaments

_SPEECH = ("date", "agenda", "speechnumber", "speaker", "party", "chair", "text", "parliament",
           "iso3country")  # fmt: skip
_R = frozenset({".rds", ".rdata"})
_LANGUAGES = {"AUT": "de", "CZE": "cs", "DEU": "de", "DNK": "da", "ESP": "es", "FIN": "fi",
              "NLD": "nl", "SWE": "sv"}  # fmt: skip
"""The languages of the parliaments that do not debate in English."""

MOST_DAYS = 1_000  # the latest, whose numbers of speeches are remembered


def _read_parlspeech(entry: Entry, account: Account) -> Iterator[Piece]:
    if entry.kind in _R:
        raise BadFileError(
            "R's own files are not read; save it as CSV in R: "
            'write.csv(readRDS("FILE.rds"), "FILE.csv", row.names = FALSE, fileEncoding = "UTF-8")'
        )
    yield from read_statements(entry, account, partial(_parlspeech, {}), _SPEECH)


def _parlspeech(days: dict[str, Counter[str]], record: Record, account: Account) -> Iterator[Cells]:
    text = account.take(record.text("text"))
    if not known(text):
        yield {"text": text}
        return
    day, number = record.known("date"), record.known("speechnumber")
    # a day can use a number twice, and its rows may be scattered
    numbers = days[day] = days.pop(day, Counter())
    numbers[number] += 1
    if len(days) > MOST_DAYS:
        del days[next(iter(days))]
    again = f"-{numbers[number]}" if numbers[number] > 1 else ""
    language = _LANGUAGES.get(record.known("iso3country"))
    chairs = record.known("chair").casefold() in {"true", "1", "t"}
    if chairs:
        account.note("speeches of the chair")
    yield record.cells(
        "speaker", "date", "party", country="iso3country", venue="parliament", title="agenda",
        turn="speechnumber", party_facts_id="party.facts.id",
    ) | {
        "id": f"parlspeech-{record.entry.base.rpartition('.')[0]}-{day}-{number}{again}",
        "text": text,
        "role": "Chair" if chairs else "",
        "source": f"ParlSpeech V2 (Rauh, Schwalbach), {record.entry.base}",
        "language": language_of(text, language) if language else "",  # few words say little
        "doc_type": "parliamentary speech",
    }  # fmt: skip


# China's Foreign Ministry: its press conferences as a table


def _cmfa_answer(record: Record, account: Account) -> Iterator[Cells]:
    question, answer = account.take(record.text("question")), account.take(record.text("answer"))
    if known(question):
        account.leave(Reason.QUESTIONS, question, piece=True)
    else:
        account.leave("cells without words", question)
    names = record.cells(speaker="spokesperson", asked_by="who_asked")
    names = {name: "" if cell.casefold() == "missing" else cell for name, cell in names.items()}
    if not names["speaker"]:
        account.note("answers without a spokesperson")
    # these three columns are unambiguous; the date is not
    year, month, day = (record.known(name) for name in ("year", "month", "day"))
    whole = year.isdecimal() and month.isdecimal() and day.isdecimal()
    yield names | {
        "id": f"cmfa-{record.known('id') or record.known('id_split')}",
        "text": answer,
        "role": "Foreign Ministry Spokesperson",
        "country": "China",
        "date": f"{year}-{month:0>2}-{day:0>2}" if whole else record.known("date"),
        "venue": "Foreign Ministry press conference",
        "source": f"CMFA PressCon (Mochtak and Turcsanyi), {record.entry.base}",
        "url": web_link(record.text("link"), account),
        "language": "en",
        "doc_type": "answer",
        "question": known(question),
    }


# The US-China Official Diplomatic and Defense Corpus: briefings and statements of both sides

_US_CHINA = ("publish_time", "type", "title", "content", "source_url")
_STATE = ("source", "type", "title", "date", "url", "content")
_GOVERNMENTS = {"gov.cn": "China", "gov": "United States", "mil": "United States"}
_SPOKESPERSON = re.compile(r"Spokes(?:person|man|woman) (.+?)[’']s? ")
_LEAST_TURNS = 2


def _us_china(record: Record, account: Account) -> Iterator[Cells]:
    text = account.take(record.text("content"))
    address = web_link(record.text("source_url") or record.text("url"), account)
    title = record.known("title")
    # the government that runs the site
    country = next((c for site, c in _GOVERNMENTS.items() if is_on_site(address, site)), "")
    cells = record.cells("title", doc_type="type") | {
        "id": make_key("us-china", address, title, text),
        "country": country,
        "date": record.known("publish_time") or record.known("date"),
        "source": "US-China Official Diplomatic and Defense Corpus (doi:10.5281/zenodo.18383270)",
        "url": address,
    }
    named = _SPOKESPERSON.search(title)
    spokesperson = named[1] if named else ""
    parts = _us_china_parts(text, spokesperson, Account())
    certain = (isinstance(part, Turn) and part.left_out != Reason.UNIDENTIFIED for part in parts)
    if sum(certain) < _LEAST_TURNS:
        account.note("documents without turns, whose speaker is not known")
        yield cells | {"text": text}
        return
    before = partial(account.leave, "words before the first turn")
    turns = gather_turns(_us_china_parts(text, spokesperson, account), before, account)
    for turn, spoken in turn_cells(turns, cells, account):
        home = bool(spokesperson) or speaks_for(turn.label, country)
        yield spoken | {"country": country if home else ""}


def _us_china_parts(text: str, spokesperson: str, account: Account) -> Iterator[Turn | str]:
    """Yield the starts of turns, and further paragraphs.

    If the title names a spokesperson, everybody else with a label asks questions.
    """
    lines = [*split_paragraphs(text, account)]
    followed = answer_next(lines, spokesperson)
    for paragraph, line in lines:
        turn: Turn | None = None
        if not spokesperson:
            turn = turn_in_capitals(paragraph, line, account)
        elif found := match_label(paragraph):
            turn = turn_of_label(found, line, spokesperson, account, followed.get(line))
        yield turn or paragraph


FORMATS = (
    Format("ecdata", "Executive Communications Dataset",
           "CSV or Parquet files with the columns country, url, text, date, executive",
           lambda seen: seen.has_columns(*_PARAGRAPH, "url", "date", "title", "type", "language"),
           _read_ecdata),
    Format("euspeech2", "EUSpeech, version 2",
           "a CSV file with the columns date, country, speaker, title, url, origtext, lang",
           lambda seen: seen.has_columns("speaker", "origtext", "lang", "lang_prob"),
           each_record(("speaker", "origtext"), _euspeech2)),
    Format("parlspeech", "ParlSpeech V2", "Corp_*.csv (not .rds)",
           lambda seen: (seen.has_columns("speechnumber", "party", "chair", "text")
                         or seen.has_file(r"(?i)corp_.*\.rds")),
           each_file({".csv"} | _R, _read_parlspeech)),
    Format("cmfa", "Press conferences of the Chinese Ministry of Foreign Affairs (CMFA PressCon)",
           "CMFA_PressCon_v4.xlsx, or the same as CSV",
           lambda seen: seen.has_columns("id_split", "question", "answer", "spokesperson"),
           each_record(("question", "answer", "spokesperson"), _cmfa_answer)),
    Format("us-china", "US-China Official Diplomatic and Defense Corpus",
           "CSV, XLSX or JSON lines: publish_time, type, title, content, source_url",
           lambda seen: (seen.has_columns(*_US_CHINA) or seen.has_keys(*_US_CHINA[:4])
                         or (seen.has_keys(*_STATE) and seen.says(r"state\.gov/"))),
           each_record(("type", "title", "content"), _us_china)),
)  # fmt: skip
