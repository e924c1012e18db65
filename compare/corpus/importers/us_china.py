"""The US-China Official Diplomatic and Defense Corpus: briefings and statements of both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compare.corpus.importers.account import Account
from compare.corpus.importers.cells import is_of, key, link
from compare.corpus.importers.formats import Format, Glimpse
from compare.corpus.importers.labels import (
    UNTOLD,
    answered,
    capitalised,
    is_at_home,
    shouted,
    voice,
)
from compare.corpus.importers.records import Cells, Record, reader
from compare.corpus.importers.turns import Turn, answers, gathered, paragraphs

_COLUMNS = ("publish_time", "type", "title", "content", "source_url")
_STATE = ("source", "type", "title", "date", "url", "content")
_GOVERNMENTS = {"gov.cn": "China", "gov": "United States", "mil": "United States"}
_SPOKESPERSON = re.compile(r"Spokes(?:person|man|woman) (.+?)[’']s? ")
_LEAST_TURNS = 2


def _statements(record: Record, account: Account) -> Iterator[Cells]:
    text = account.take(record.text("content"))
    address = link(record.text("source_url") or record.text("url"), account)
    name = key("us-china", address, record.known("title"), text)
    cells = {
        # whose government the site is of
        "country": next((c for site, c in _GOVERNMENTS.items() if is_of(address, site)), ""),
        "date": record.known("publish_time") or record.known("date"),
        "title": record.known("title"),
        "source": "US-China Official Diplomatic and Defense Corpus (doi:10.5281/zenodo.18383270)",
        "url": address,
        "doc_type": record.known("type"),
    }
    named = _SPOKESPERSON.search(cells["title"])
    spokesperson = named[1] if named else ""
    scratch = Account()
    parts = _parts(text, spokesperson, scratch)
    told = (isinstance(part, Turn) and part.left_out != UNTOLD for part in parts)
    if sum(told) < _LEAST_TURNS:
        account.note("documents without turns, whose speaker is not known")
        yield {"id": name, "text": text, **cells}
        return

    def before(words: str) -> None:
        account.leave("words before the first turn", words)

    turns = gathered(_parts(text, spokesperson, account), before, account)
    for said in answers(turns, account):
        home = bool(spokesperson) or is_at_home(said.turn.label, cells["country"])
        yield {
            **cells,
            "id": f"{name}-{said.number}",
            "speaker": said.turn.label,
            "country": cells["country"] if home else "",
            **said.cells,
        }


def _parts(text: str, spokesperson: str, account: Account) -> Iterator[Turn | str]:
    """Yield the turns that paragraphs start, and further paragraphs.

    Where the title names a spokesperson, whoever else has a name before the words asks.
    """
    lines = [*paragraphs(text, account)]
    followed = answered(lines, spokesperson)
    for paragraph, line in lines:
        if not spokesperson:
            yield shouted(paragraph, line, account) or paragraph
        elif found := capitalised(paragraph):
            turn = voice(found, line, spokesperson, account, followed.get(line))
            yield turn or paragraph
        else:
            yield paragraph


def _recognises(seen: Glimpse) -> bool:
    whole, in_json = set(_COLUMNS) <= set(seen.columns()), seen.has_keys(*_COLUMNS[:4])
    return whole or in_json or (seen.has_keys(*_STATE) and "state.gov/" in seen.head)


FORMATS = (
    Format(
        "us-china",
        "US-China Official Diplomatic and Defense Corpus",
        "CSV, XLSX or JSON lines: publish_time, type, title, content, source_url",
        _recognises,
        reader(("type", "title", "content"), _statements),
    ),
)
