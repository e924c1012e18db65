"""ParlaMint as plain text: an utterance a line, and a table that says who spoke."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from io import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import Self

from compare.corpus.importers.account import NOISES, OTHER_FILES, Account
from compare.corpus.importers.formats import Piece
from compare.corpus.importers.parlamint_lists import country_of
from compare.corpus.importers.reading import told
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.tables import read_tsv
from compare.corpus.values import BadFileError, Problem, Row
from compare.errors import CorpusError

TEXT = re.compile(
    r"(?P<stem>ParlaMint-(?P<corpus>[A-Z]{2}(?:-[A-Z]{2})?)(?P<translated>-en)?_.*)(?<!\.ana)\.txt"
)
_TABLE = re.compile(r"(?P<stem>ParlaMint-.*?_.*(?<!-ana))(?P<ending>-meta(?:-en)?\.tsv)")
_ENGLISH = "-meta-en.tsv"
_NOISE = re.compile(r"\s*\[\[.*?\]\]")
_MOST_HELD = 64 * 1024**2
_ROLES = {"chairperson": "Chair", "guest": "Guest"}

_MAIN_LANGUAGES = {
    "AT": "de", "BG": "bg", "CZ": "cs", "DK": "da", "EE": "et", "ES": "es", "FR": "fr", "GR": "el",
    "HR": "hr", "HU": "hu", "IS": "is", "IT": "it", "LT": "lt", "LV": "lv", "NL": "nl", "PL": "pl",
    "PT": "pt", "RS": "sr", "SE": "sv", "SI": "sl", "TR": "tr",
}  # fmt: skip
"""Of parliaments that speak one language: the translated files do not say from what they are."""


def read_text(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the lines of each text file, joined with the table beside it.

    Of a table in the corpus's language and one in English the English is read.
    """
    english = {
        found["stem"]
        for entry in source.entries()
        if (found := _TABLE.fullmatch(entry.base)) and found["ending"] == _ENGLISH
    }
    with _Waiting() as waiting:
        yield from _pairs(source, english, waiting, account)


def _pairs(
    source: Source, english: Container[str], waiting: _Waiting, account: Account
) -> Iterator[Piece]:
    for entry in source.entries():
        text, table = TEXT.fullmatch(entry.base), _TABLE.fullmatch(entry.base)
        if table and (table["stem"] in english) != (table["ending"] == _ENGLISH):
            account.skip_file("tables that stand there in English too")
        elif found := text or table:
            kind = "text" if text else "table"
            pair = waiting.taken(found["stem"])
            if pair is None or pair[0] == kind:
                waiting.put(found["stem"], kind, entry)
                continue
            yield from _told(*((entry, pair[1]) if text else (pair[1], entry)), account)
        else:
            account.skip_file(OTHER_FILES)
    for kind, entry in waiting.rest():
        if kind == "text":
            yield Problem.of_file(
                entry.label,
                "its table (-meta.tsv) was not found, so that no speaker is known; put it beside "
                "the text",
                skips=False,
            )
            yield from _told(entry, None, account)
        else:
            account.skip_file("tables without a text")


class _Waiting:
    """Files whose other half is yet to come.

    What archives hold of them lies in a temporary file without a name where it is much.
    """

    def __init__(self) -> None:
        self._files: dict[str, tuple[str, Entry, int, int]] = {}
        # Closed by `__exit__`.
        self._contents = SpooledTemporaryFile(max_size=_MOST_HELD)  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._contents.close()

    def put(self, stem: str, kind: str, entry: Entry) -> None:
        """Keep a file, whose content is held no longer.

        Raises:
            CorpusError: There is no room for the temporary file.
        """
        try:
            if not self._files:
                self._contents.truncate(0)
            start = self._contents.seek(0, SEEK_END)
            length = -1 if entry.content is None else self._contents.write(entry.content)
        except OSError as error:
            raise CorpusError(
                f"{entry.label} cannot be kept in a temporary file until its other half is read "
                f"({error.strerror}): make room there, or unpack the archive and name the folder."
            ) from None
        self._files[stem] = (kind, replace(entry, content=None), start, length)

    def taken(self, stem: str) -> tuple[str, Entry] | None:
        """Return a file and its kind, which waits no more; None where there is none."""
        if stem not in self._files:
            return None
        kind, entry, start, length = self._files.pop(stem)
        if length >= 0:
            self._contents.seek(start)
            entry = replace(entry, content=self._contents.read(length))
        return kind, entry

    def rest(self) -> Iterator[tuple[str, Entry]]:
        """Yield, and wait no more for, each file that is left."""
        for stem in [*self._files]:
            if found := self.taken(stem):
                yield found


def _told(entry: Entry, table: Entry | None, account: Account) -> Iterator[Piece]:
    """Yield a text file's utterances, or say why it or its table cannot be read; count both."""
    about: dict[str, Mapping[str, str]] = {}
    for row in told(table, read_tsv(table, table.label), account) if table else ():
        if isinstance(row, Problem):
            yield row
        else:
            about[row.cells.get("ID", "")] = row.cells
    yield from told(entry, _utterances(entry, about, account), account)


def _utterances(
    entry: Entry, about: dict[str, Mapping[str, str]], account: Account
) -> Iterator[Piece]:
    empty = True
    for number, line in enumerate(entry.lines(), start=1):
        key, tab, words = line.rstrip("\r\n").partition("\t")
        if not line.strip():
            continue
        empty = False
        if not tab:
            yield Problem(
                entry.label, number, "", line.strip(),
                "a line is an id, a tab and the words; put the tab in",
            )  # fmt: skip
            continue
        cells = about.pop(key, {})
        text = account.without(NOISES, _NOISE, account.take(words))
        if not text.strip():
            account.leave("utterances without words", text, piece=True)
            continue
        if not _cell(cells, "Speaker_name"):
            account.note("utterances without a speaker")
        yield Row(entry.label, number, _cells(entry, key, cells) | {"text": text})
    if empty:
        raise BadFileError("there is nothing in it; fetch it again")
    for _ in about:
        account.note("rows of the tables without words")


def _cells(entry: Entry, key: str, cells: Mapping[str, str]) -> dict[str, str]:
    found = TEXT.fullmatch(entry.base)
    assert found is not None
    corpus = found["corpus"]
    translated = bool(found["translated"]) and corpus != "GB"
    mark = "-en_" if found["translated"] and "-en_" not in key else "_"
    language = "en" if translated else _language(_cell(cells, "Lang"))
    return {
        "id": f"parlamint-{key.removeprefix('ParlaMint-').replace('_', mark, 1)}",
        "speaker": _in_order(_cell(cells, "Speaker_name")),
        "role": _role(cells),
        "country": country_of(corpus),
        "date": _cell(cells, "Date"),
        "venue": _cell(cells, "Body"),
        "title": _cell(cells, "Title"),
        "source": f"ParlaMint-{corpus}{found['translated'] or ''}, {entry.base}",
        "language": language,
        "original_language": _MAIN_LANGUAGES.get(corpus, "") if translated else "",
        "translated": "by machine" if translated else "",
        "doc_type": "parliamentary speech",
        "party": _cell(cells, "Speaker_party_name"),
        "party_status": _cell(cells, "Party_status"),
        "topic": _cell(cells, "Agenda"),
        "turn": key.rpartition(".u")[2] if ".u" in key else "",
        "speaker_id": _cell(cells, "Speaker_ID"),
        "source_file": entry.name,
    }


def _cell(cells: Mapping[str, str], name: str) -> str:
    value = cells.get(name, "").strip()
    return "" if value == "-" else value


def _in_order(name: str) -> str:
    """Return "Surname, Forename" as it is said."""
    surname, comma, forename = name.partition(", ")
    return f"{forename} {surname}" if comma and "," not in forename else name


def _role(cells: Mapping[str, str]) -> str:
    said_as = _cell(cells, "Speaker_role")
    roles = [
        _ROLES.get(said_as.casefold(), ""),
        "Minister" if _cell(cells, "Speaker_minister").casefold() == "minister" else "",
        "Member of parliament" if _cell(cells, "Speaker_MP") == "MP" else "",
    ]
    return "; ".join(filter(None, roles))


@lru_cache(maxsize=64)
def _language(name: str) -> str:
    """Return the code of a language's English name, "" where it has none."""
    import pycountry

    found = pycountry.languages.get(name=name) if name else None
    return str(getattr(found, "alpha_2", "")) if found else ""
