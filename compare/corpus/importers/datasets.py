"""Data sets of governments' speeches and of news, published as tables or JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import gcd

from compare.corpus.importers.records import (
    JSON,
    Cells,
    Record,
    each_record,
    host,
    is_on_site,
    known,
    make_key,
    read_records,
    read_statements,
    starts_list,
    web_link,
)
from compare.corpus.importers.registry import Format, Glimpse
from compare.corpus.importers.sources import (
    Account,
    Entry,
    Piece,
    Reason,
    Source,
    each_file,
    track_file,
)
from compare.corpus.values import BadFileError, Problem, Row

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

_COLUMNS = ("title", "date", "institution", "speaker", "length", "fulltext", "stemmed", "lang")
# nine columns: a machine translation into English, and the original
_LAYOUTS = {8: _COLUMNS, 9: (*_COLUMNS[:7], "original", "lang")}
_FILE = re.compile(r"Speeches_([A-Za-z]+)_Cleaned(?:_Translated)?\.csv")
_COUNTRIES = {
    "CZ": "Czech Republic", "DE": "Germany", "EC": "European Union", "EUCouncil": "European Union",
    "FR": "France", "GR": "Greece", "IT": "Italy", "NL": "Netherlands", "PL": "Poland",
    "PO": "Portugal", "SP": "Spain", "UK": "United Kingdom",
}  # fmt: skip  # by the codes in the files' names; other files are of parties and banks
_DAY_FIRST = re.compile(r"(\d{1,2})-(0?[1-9]|1[0-2])-(\d{4})")
_TAGS = re.compile(r"(?<!\s)\s*+</p>\s*+(<p>)\s*+|</?p>")


def _euspeech1(record: Record, account: Account) -> Iterator[Cells]:
    text = _untagged(record.text("fulltext"), account)
    speaker, date, language = (record.known(name) for name in ("speaker", "date", "lang"))
    named = _FILE.fullmatch(record.entry.base)
    is_translated = language == "entr"
    if is_translated and known(text):
        account.note("machine translations into English")
    yield record.cells("speaker", "title", "institution") | {
        "id": make_key("euspeech1", date, speaker, text),
        "text": text,
        "country": _COUNTRIES.get(named[1], "") if named else "",
        "date": _day_first(date),
        "source": f"EUSpeech (Schumacher et al., doi:10.7910/DVN/XPCVEI), {record.entry.base}",
        "language": "en" if is_translated else language,
        "translation": "machine" if is_translated else "",
        "doc_type": "speech",
    }


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


def _is_euspeech1(seen: Glimpse) -> bool:
    cells = seen.columns()
    return len(cells) > 5 and bool(_DAY_FIRST.fullmatch(cells[1])) and cells[4].isdigit()


# ParlSpeech V2: a table of speeches for each of nine parliaments

_SPEECH = ("date", "agenda", "speechnumber", "speaker", "party", "chair", "text", "parliament",
           "iso3country")  # fmt: skip
_R = frozenset({".rds", ".rdata"})
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
        "doc_type": "parliamentary speech",
    }  # fmt: skip


# Vie publique: speeches that the French State collects

_SPEECHES = ("speechs", "speeches")


def _vie_publique(record: Record, account: Account) -> Iterator[Cells]:
    text = account.take(record.text("text"))
    speakers = [each for each in record.objects("speakers") if each.known("name")]
    if not speakers:
        account.note("speeches without a speaker")
    if len(speakers) > 1:
        account.note("speeches of several speakers")
    if "interview" in record.known("kind").casefold():
        account.note("interviews, with the questions in the text")
    cells = record.cells("title", date="datetime", venue="context", doc_type="kind")
    yield cells | {
        "id": make_key("vie-publique", cells["date"], cells["title"], text),
        "text": text,
        "speaker": "; ".join(each.known("name") for each in speakers),
        "role": "; ".join(filter(None, (each.known("function") for each in speakers))),
        "country": "France",
        "source": f"vie-publique.fr, {record.entry.base}",
        "language": "fr",
        "keywords": "; ".join(record.listed("keywords")),
        "topics": "; ".join(record.listed("thematics")),
    }


# Foreign ministries: China's press conferences as a table, and what Diplomatic Pulse collects


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


def _read_bulk(entry: Entry, account: Account) -> Iterator[Piece]:
    """Yield the documents of an Elasticsearch bulk file: a line with the id, then the document."""
    key = ""

    def document(record: Record, account: Account) -> Iterator[Cells]:
        nonlocal key
        action = record.values.get("index")
        if "index" in record.values:
            key = str(action.get("_id", "")) if isinstance(action, dict) else ""
            return
        if "country" not in record.values:
            account.note("documents that set up the collection")
        elif not known(text := account.take(record.text("statement"))):
            yield {"text": text}
        else:
            account.note("statements without a speaker")
            cells = record.cells("country", "title", "language", "content_type", date="posted_date")
            yield cells | {
                "id": f"diplomatic-pulse-{key}" if key else "",
                "text": text,
                "source": f"Diplomatic Pulse, {record.entry.base}",
                "url": web_link(record.text("url"), account),
            }
        key = ""

    return read_statements(entry, account, document)


# GDELT: a headline is a paper's own account of what somebody said or did; it is imported as
# reported speech without a speaker, a lead to the article, and never as an official's words

_ARTICLE_LISTS = ("articles",)


def _gdelt_headline(record: Record, account: Account) -> Iterator[Cells]:
    # the lists spell their columns in three ways
    record = replace(record, values={name.casefold(): v for name, v in record.values.items()})
    text, url = account.take(record.text("title")), web_link(record.text("url"), account)
    outlet = record.known("outletname") or record.known("domain") or host(url)
    account.note("headlines, which name no speaker")
    yield {
        "id": make_key("gdelt", url, text),
        "text": text,
        "date": record.known("seendate") or record.known("date"),
        "source": f"GDELT; {outlet}",
        "url": url,
        "language": record.known("language") or record.known("lang"),
        "quotation": "reported",
        "doc_type": "headline",
        "outlet": outlet,
        "outlet_country": record.known("sourcecountry"),
    }


def _gdelt_quotations(record: Record, account: Account) -> Iterator[Cells]:
    url = web_link(record.text("url"), account)
    for quote in record.objects("quotes"):
        text = account.take(quote.text("quote"))
        account.note("quotations, which name no speaker")
        yield record.cells("title", language="lang") | {
            "id": make_key("gdelt-quote", url, quote.text("pre"), text),
            "text": text,
            "date": record.text("date"),
            "source": f"GDELT Global Quotation Graph; {host(url)}",
            "url": url,
            "doc_type": "quotation",
            "pre": quote.text("pre"),
            "post": quote.text("post"),
        }


def _is_gdelt_list(seen: Glimpse) -> bool:
    columns = {name.casefold() for name in seen.columns()}
    in_table = {"url", "title"} <= columns and bool({"seendate", "mobileurl"} & columns)
    in_json = bool(starts_list(seen.head, _ARTICLE_LISTS)) and seen.has_keys("seendate")
    return in_table or in_json or seen.has_keys("outletName", "title")


# Quotebank: quotations out of the news, each with its likeliest speaker


def _quotebank(record: Record, account: Account) -> Iterator[Cells]:
    speaker = record.known("speaker")  # "None": no speaker is the likeliest
    if not speaker:
        account.note("quotations without a speaker")
    urls = record.listed("urls")
    url = web_link(urls[0], account) if urls else ""
    likely = [
        str(each[1])
        for each in record.items("probas")
        if isinstance(each, list) and len(each) > 1 and each[0] == record.text("speaker")
    ]
    yield {
        "id": f"quotebank-{record.text('quoteID')}",
        "text": account.take(record.text("quotation")),
        "speaker": speaker,
        "date": record.text("date"),
        "source": "; ".join(filter(None, ("Quotebank (Vaucher et al., 2021)", host(url)))),
        "url": url,
        "language": "en",
        "doc_type": "quotation",
        "wikidata": "; ".join(record.listed("qids")),
        "probability": likely[0] if speaker and likely else "",
        "occurrences": record.text("numOccurrences"),
        "other_urls": "; ".join(urls[1:]),
    }


# US and Russian narratives on conflicts: a table a speaker, and an index that names the country

_INDEX, _NARRATIVE = "corpus_index.csv", ("speaker", "date", "title", "url")


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


FORMATS = (
    Format("ecdata", "Executive Communications Dataset",
           "CSV or Parquet files with the columns country, url, text, date, executive",
           lambda seen: seen.has_columns(*_PARAGRAPH, "url", "date", "title", "type", "language"),
           _read_ecdata),
    Format("euspeech1", "EUSpeech, version 1", "Speeches_XX_Cleaned.csv, without a header",
           _is_euspeech1, each_record((), _euspeech1, kinds={".csv"}, layouts=_LAYOUTS)),
    Format("euspeech2", "EUSpeech, version 2",
           "a CSV file with the columns date, country, speaker, title, url, origtext, lang",
           lambda seen: seen.has_columns("speaker", "origtext", "lang", "lang_prob"),
           each_record(("speaker", "origtext"), _euspeech2)),
    Format("parlspeech", "ParlSpeech V2", "Corp_*.csv (not .rds)",
           lambda seen: (seen.has_columns("speechnumber", "party", "chair", "text")
                         or seen.has_file(r"(?i)corp_.*\.rds")),
           each_file({".csv"} | _R, _read_parlspeech)),
    Format("vie-publique", "Speeches of vie-publique.fr (French Politic Speech Dataset)",
           'a JSON file {"speechs": [...]}; the public list vp_discours.json has no words',
           lambda seen: (
               seen.has_keys("prononciation", "intervenants")
               or (bool(starts_list(seen.head, _SPEECHES))
                   and seen.has_keys("speakers", "thematics", "datetime"))),
           each_record(("text",), _vie_publique, lists=_SPEECHES)),
    Format("cmfa", "Press conferences of the Chinese Ministry of Foreign Affairs (CMFA PressCon)",
           "CMFA_PressCon_v4.xlsx, or the same as CSV",
           lambda seen: seen.has_columns("id_split", "question", "answer", "spokesperson"),
           each_record(("question", "answer", "spokesperson"), _cmfa_answer)),
    Format("diplomatic-pulse", "Diplomatic Pulse", "dppa.st.json: Elasticsearch bulk, JSON lines",
           lambda seen: seen.has_file(r"dppa\.st\.json") or seen.has_keys("index", "posted_date"),
           each_file(JSON, _read_bulk)),
    Format("gdelt-articles", "GDELT article lists (headlines)",
           "CSV or JSON of the DOC 2.0 API (mode ArtList), YYYYMMDDhhmmss.gal.json.gz",
           _is_gdelt_list, each_record((), _gdelt_headline, lists=_ARTICLE_LISTS)),
    Format("gdelt-quotes", "GDELT Global Quotation Graph",
           "YYYYMMDDhhmmss.gqg.json.gz, or unpacked: JSON lines",
           lambda seen: seen.has_keys("quotes", "pre", "quote", "post"),
           each_record(("quotes", "url"), _gdelt_quotations)),
    Format("narratives", "US and Russian narratives on conflicts",
           f"CSV files with the columns speaker, date, title, text, url; with them {_INDEX}",
           lambda seen: seen.has_file(_INDEX) and seen.has_columns(*_NARRATIVE), _read_narratives),
    Format("quotebank", "Quotebank, quotation-centric",
           "quotes-YYYY.json.bz2, or unpacked: JSON lines",
           lambda seen: seen.has_keys("quoteID", "quotation"),
           each_record(("quoteID", "quotation", "speaker"), _quotebank)),
)  # fmt: skip
