"""Read an article out of a web page: its paragraphs, and what the page says of itself.

HTML is read in a process of its own with limits on time and memory (`extraction`), since some
pages, built so or broken, keep a parser busy for hours.
"""

from __future__ import annotations

import codecs
import importlib.util
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import compare
from compare.corpus.values import shortened
from compare.errors import CorpusError
from compare.statements.languages import is_language, language_of

MOST_BYTES = 5 * 1024**2
"""Of a page that is read."""

SECONDS = 30.0
"""In which a page must be read."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})|encoding=[\"']([\w.:-]{1,40})", re.IGNORECASE
)
_DECLARED_WITHIN = 2048
_ENCODINGS = ("utf-8", "iso8859", "cp125", "cp874", "koi8", "gb", "big5", "shift_jis", "euc_")
_LANGUAGE = re.compile(
    r"<html\b[^<>]{0,2000}?\blang=[\"']?([a-z]{2,3}(?:-[a-z0-9]{1,8}){0,3})\b", re.IGNORECASE
)
_LANGUAGE_WITHIN = 20_000
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


@dataclass(frozen=True, slots=True)
class Page:
    """An article, and what its page says of it; "" where it says nothing.

    Attributes:
        site: The publication's name, else the name of its host.
        date: When it was published: YYYY-MM-DD.
        paragraphs: Its text without headings, each on one line.
    """

    title: str
    site: str
    date: str
    url: str
    language: str
    paragraphs: tuple[str, ...]


def read_html(content: bytes, url: str = "", charset: str = "", *, name: str = "") -> Page:
    """Read a web page; never reaches the network.

    Args:
        url: Where it was fetched; "" takes the address that the page gives as its own.
        charset: As the server named it.
        name: What messages call it, if not by its address.

    Raises:
        CorpusError: It is too large, cannot be read in the time, or holds no article; or what reads
            pages is not installed.
    """
    if importlib.util.find_spec("trafilatura") is None:
        raise CorpusError(
            "Web pages are read by trafilatura, which is not installed: run "
            "`pip install 'compare-statements[web]'`, or, in the program's folder, "
            "`pip install '.[web]'`."
        )
    called = shortened(name or url or "the page")
    html = _decoded(content, charset, called)
    found = _extracted(html, url, called)
    paragraphs = tuple(found["paragraphs"])
    if not paragraphs:
        raise CorpusError(
            f"No article was found in {called}: if its text shows only in a browser, copy it "
            "there into a .txt file and read that with `compare import html FILE.txt`."
        )
    language = _LANGUAGE.search(html[:_LANGUAGE_WITHIN])
    told = _told(paragraphs)
    if language and is_language(language[1], "en") == is_language(told, "en"):
        told = language[1]  # else the words decide: some pages name that of their frame
    address = url or _web_address(found["url"])
    return Page(
        title=found["title"],
        site=found["site"] or (urlsplit(address).hostname or ""),
        date=found["date"],
        url=address,
        language=told,
        paragraphs=paragraphs,
    )


def read_plain(content: bytes, url: str = "", charset: str = "", *, name: str = "") -> Page:
    """Read plain text, whose paragraphs have a blank line between them; raise as `read_html`."""
    called = shortened(name or url or "the text")
    text = _decoded(content, charset, called).replace("\r\n", "\n").replace("\r", "\n")
    paragraphs = tuple(
        words for piece in _BLANK_LINE.split(text) if (words := " ".join(piece.split()))
    )
    if not paragraphs:
        raise CorpusError(f"{called} holds no words: check that it is the file you mean.")
    return Page("", urlsplit(url).hostname or "", "", url, _told(paragraphs), paragraphs)


def _decoded(content: bytes, charset: str, called: str) -> str:
    """Return the text in the encoding that its first bytes, the server or the page name.

    Without any, and where it is not what they name, it is UTF-8, else Windows-1252 as in browsers.
    """
    if len(content) > MOST_BYTES:
        raise CorpusError(
            f"{called} is longer than {MOST_BYTES // 1024**2} MB, which no article is: copy "
            "its text into a .txt file and read that."
        )
    marked = [encoding for mark, encoding in _MARKS if content.startswith(mark)]
    declared = _DECLARED.search(content[:_DECLARED_WITHIN])
    by_page = (declared[1] or declared[2]).decode("ascii") if declared else ""
    for encoding in (*marked, _encoding(charset), _encoding(by_page), "utf-8"):
        try:
            return content.decode(encoding)
        except ValueError:
            continue
    return content.decode("windows-1252", "replace")


def _encoding(name: str) -> str:
    """Return an encoding of texts as browsers take its name, UTF-8 where it is none."""
    try:
        known = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return "utf-8"
    if known in {"iso8859-1", "ascii"}:
        return "windows-1252"
    return known if known.startswith(_ENCODINGS) else "utf-8"


def _extracted(html: str, url: str, called: str) -> dict[str, Any]:
    """Return what `extraction` prints of a page."""
    package = str(Path(compare.__file__).resolve().parents[1])
    given = os.environ.get("PYTHONPATH")
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "compare.corpus.web.extraction"],
            input=json.dumps({"html": html, "url": url}).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": f"{package}{os.pathsep}{given}" if given else package},
            timeout=SECONDS,
            check=False,
        )
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise CorpusError(
            f"{called} is so tangled that it cannot be read: copy the article in a browser "
            "into a .txt file and read that with `compare import html FILE.txt`."
        ) from None
    return found


def _web_address(text: str) -> str:
    """Return an address that a page gives as its own, "" where it is none that a row can have."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    plain = parts.scheme in {"http", "https"} and parts.hostname and not re.search(r"\s", text)
    return text if plain else ""


def _told(paragraphs: tuple[str, ...]) -> str:
    """Return the language of an article that does not name it."""
    return language_of(" ".join(paragraphs))
