"""Speeches that vie-publique.fr collects, as the French Politic Speech Dataset holds them."""

from __future__ import annotations

from collections.abc import Iterator

from compare.corpus.importers.account import Account
from compare.corpus.importers.cells import key
from compare.corpus.importers.formats import Format, Glimpse
from compare.corpus.importers.json_streams import starts_list
from compare.corpus.importers.records import Cells, Record, reader

_LISTS = ("speechs", "speeches")


def _speech(record: Record, account: Account) -> Iterator[Cells]:
    text = account.take(record.text("text"))
    speakers = [each for each in record.objects("speakers") if each.known("name")]
    if not speakers:
        account.note("speeches without a speaker")
    if len(speakers) > 1:
        account.note("speeches of several speakers")
    kind = record.known("kind")
    if "interview" in kind.casefold():
        account.note("interviews, with the questions in the text")
    date, title = record.known("datetime"), record.known("title")
    yield {
        "id": key("vie-publique", date, title, text),
        "text": text,
        "speaker": "; ".join(each.known("name") for each in speakers),
        "role": "; ".join(filter(None, (each.known("function") for each in speakers))),
        "country": "France",
        "date": date,
        "venue": record.known("context"),
        "title": title,
        "source": f"vie-publique.fr, {record.entry.base}",
        "language": "fr",
        "doc_type": kind,
        "keywords": "; ".join(record.listed("keywords")),
        "topics": "; ".join(record.listed("thematics")),
    }


def _recognises(seen: Glimpse) -> bool:
    ours = starts_list(seen.head, _LISTS) and seen.has_keys("speakers", "thematics", "datetime")
    return ours or seen.has_keys("prononciation", "intervenants")


FORMATS = (
    Format(
        "vie-publique",
        "Speeches of vie-publique.fr (French Politic Speech Dataset)",
        'a JSON file {"speechs": [...]}; the public list vp_discours.json has no words',
        _recognises,
        reader(("text",), _speech, lists=_LISTS),
    ),
)
