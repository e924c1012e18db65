"""Extract the article of a web page: its paragraphs and its metadata.

HTML is read in a separate process with limits on time and memory (`main`), since a broken or
hostile page can keep a parser busy for hours.
"""

from __future__ import annotations

import codecs
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import compare
from compare.corpus.read import SUFFIXES
from compare.corpus.text_files import other_kind
from compare.corpus.validate import is_address
from compare.corpus.values import shortened
from compare.corpus.web.fetch import MOST_BYTES, fetch
from compare.errors import CorpusError, not_installed
from compare.files import bare_environment
from compare.statements import is_language, language_of

SECONDS = 30.0
"""The limit for reading a page."""

_TEXT_REMEDY = "into a .txt file and read that with `compare import html FILE.txt`"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})|encoding=[\"']([\w.:-]{1,40})", re.IGNORECASE
)
_DECLARED_WITHIN = 2048
_PAGES = frozenset({".html", ".htm", ".xhtml", ".txt"})
_BINARY = frozenset({".pdf", ".xlsx"})
_BUILD = "read it with `compare build`"
_TAG = re.compile("<[a-z!]", re.IGNORECASE)
_ENCODINGS = ("utf-8", "iso8859", "cp125", "cp874", "koi8", "gb", "big5", "shift_jis", "euc_")
_LANGUAGE = re.compile("[a-z]{2,3}(?:-[a-z0-9]{1,8}){0,3}", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


@dataclass(frozen=True, slots=True)
class Page:
    """An article and its metadata; "" for what the page does not give.

    Attributes:
        site: The name of the publication, else of its host.
        date: The day of publication: YYYY-MM-DD.
        paragraphs: The text without headings; each paragraph is on one line.
    """

    title: str
    site: str
    date: str
    url: str
    language: str
    paragraphs: tuple[str, ...]


def fetch_page(url: str) -> Page:
    """Fetch a page and read it; CorpusError if it may not or cannot be fetched or read."""
    fetched = fetch(url)
    read = read_html if fetched.kind == "html" else read_plain
    return read(fetched.content, fetched.url, fetched.charset)


def read_saved(content: bytes, name: str) -> Page:
    """Read a saved page, or plain text if its name ends in .txt.

    Raises:
        CorpusError: As in `read_html`, or it is empty or of another kind.
    """
    if not content.strip():
        raise CorpusError(f"{name} is empty: save the page anew.")
    suffix = Path(name).suffix.casefold()
    if found := other_kind(content):
        kind, remedy = found
        remedy = _BUILD if suffix in _BINARY else remedy
        raise CorpusError(f"{name} is {kind}, not a web page: {remedy}.")
    if suffix not in _PAGES and not _TAG.search(_decoded(content, "", name)):
        remedy = _BUILD if suffix in SUFFIXES else "save the page anew, or name a .txt file"
        raise CorpusError(f"{name} is neither a web page nor a .txt file: {remedy}.")
    read = read_plain if suffix == ".txt" else read_html
    return read(content, name=name)


def read_file(file: Path) -> Page:
    """Read a saved page or a text file.

    Raises:
        CorpusError: As in `read_saved`, or it cannot be opened.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise CorpusError(f"{file} cannot be read ({error.strerror}): check the path.") from None
    return read_saved(content, str(file))


def read_html(content: bytes, url: str = "", charset: str = "", *, name: str = "") -> Page:
    """Read a web page without using the network.

    Args:
        content: The bytes of the page.
        url: The address; "" takes the canonical address from the page.
        charset: The encoding given by the server.
        name: The name in messages, if not the address.

    Raises:
        CorpusError: The page is too large, takes too long or has no article; or trafilatura is not
            installed.
    """
    if importlib.util.find_spec("trafilatura") is None:
        raise CorpusError(not_installed("Web pages are read by trafilatura, which", "web"))
    label = shortened(name or url or "the page")
    html = _decoded(content, charset, label)
    found = _extract_apart(html, url, label)
    paragraphs = tuple(found["paragraphs"])
    if not paragraphs:
        raise CorpusError(
            f"No article was found in {label}: if its text shows only in a browser, copy it "
            f"there {_TEXT_REMEDY}."
        )
    language = language_of(" ".join(paragraphs))
    declared = _LANGUAGE.match(found["language"])
    if declared and is_language(declared[0], "en") == (language == "en"):
        language = declared[0]  # some pages declare the language of their menus
    address = url or (found["url"] if is_address(found["url"]) else "")
    return Page(
        title=found["title"],
        site=found["site"] or (urlsplit(address).hostname or ""),
        date=found["date"],
        url=address,
        language=language,
        paragraphs=paragraphs,
    )


def read_plain(content: bytes, url: str = "", charset: str = "", *, name: str = "") -> Page:
    """Read plain text, whose paragraphs are separated by blank lines; errors as in `read_html`."""
    label = shortened(name or url or "the text")
    text = _decoded(content, charset, label).replace("\r\n", "\n").replace("\r", "\n")
    paragraphs = tuple(
        words for piece in _BLANK_LINE.split(text) if (words := " ".join(piece.split()))
    )
    if not paragraphs:
        raise CorpusError(f"{label} has no words: check that it is the file you mean.")
    language = language_of(" ".join(paragraphs))
    site = urlsplit(url).hostname or ""
    return Page("", site, date="", url=url, language=language, paragraphs=paragraphs)


def _decoded(content: bytes, charset: str, label: str) -> str:
    """Decode by the byte order mark, the server or the page, else as UTF-8 or Windows-1252."""
    if len(content) > MOST_BYTES:
        raise CorpusError(
            f"{label} is longer than {MOST_BYTES // 1024**2} MB: copy its text into a .txt file "
            "and read that."
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
    """Return the encoding that browsers use for a name, UTF-8 for an unknown one."""
    try:
        known = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return "utf-8"
    if known in {"iso8859-1", "ascii"}:
        return "windows-1252"
    return known if known.startswith(_ENCODINGS) else "utf-8"


def _extract_apart(html: str, url: str, label: str) -> dict[str, Any]:
    """Run `extract` in a separate process."""
    package = str(Path(compare.__file__).resolve().parents[1])
    try:
        done = subprocess.run(
            # -P: import nothing from the working folder
            [sys.executable, "-P", "-c", f"from {__name__} import main; main()"],
            input=json.dumps({"html": html, "url": url}).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=bare_environment() | {"PYTHONPATH": package},
            timeout=SECONDS,
            check=False,
        )
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise CorpusError(
            f"{label} is too tangled to be read: copy the article in a browser {_TEXT_REMEDY}."
        ) from None
    return found


# -- in the separate process -----------------------------------------------------------------------

_MEMORY = 2 * 1024**3
_CPU_SECONDS = 60  # ends the process even if nobody waits for it any more

_OPENING = ("“", '"', "„", "«", "‘")
_STRUCK_OUT = ("del", "s", "strike")
_NOTE_MARK = re.compile(r"\[(?:note )?(?:\d{1,4}|[a-z])\]|[\d*†‡,; \u00a0]{1,12}")
_PIECES_OF_NOTE = 8


def main() -> None:
    """Read a page as JSON from standard input and print its article as JSON."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    json.dump(extract(**json.load(sys.stdin)), sys.stdout)


def extract(html: str, url: str) -> dict[str, Any]:
    """Return the paragraphs of a page's article, and its metadata."""
    from trafilatura import bare_extraction, load_html
    from trafilatura.settings import Document

    tree = load_html(html)
    found = bare_extraction(
        html if tree is None else _cleaned(tree),
        url=url or None,
        include_comments=False,
        include_tables=False,
        with_metadata=True,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if not isinstance(found, Document):
        found = Document()
    return {
        "title": found.title or "",
        "site": found.sitename or "",
        "date": found.date or "",
        "url": found.url or "",
        "language": "" if tree is None else tree.get("lang", ""),
        "paragraphs": list(_paragraphs(found.body)),
    }


def _cleaned(tree: Any) -> Any:
    """Remove struck-out text and note marks from a tree; put quotation marks around <q>."""
    from lxml.etree import strip_elements

    for mark in tree.iter("sup"):
        if _NOTE_MARK.fullmatch("".join(islice(mark.itertext(), _PIECES_OF_NOTE)).strip()):
            mark.tag = "del"  # one of the tags removed next
    strip_elements(tree, *_STRUCK_OUT, with_tail=False)
    # the foot of a quotation names who said it, but trafilatura drops every <footer>
    for block in tree.iter("blockquote"):
        for foot in block.findall("footer"):
            foot.tag = "p"
    for quoted in tree.iter("q"):
        if not (quoted.text or "").lstrip().startswith(_OPENING):
            quoted.text, quoted.tail = f"“{quoted.text or ''}", f"”{quoted.tail or ''}"
        quoted.tag = "span"
    return tree


def _paragraphs(body: Any) -> Iterator[str]:
    """Yield the text of each block except headings, on one line."""
    from lxml.etree import strip_elements
    from trafilatura.xml import xmltotxt

    strip_elements(body, "head", with_tail=False)
    for item in body.iter("item"):
        item.tag = "p"  # trafilatura puts a dash before list items
    for line in xmltotxt(body, include_formatting=False).splitlines():
        if words := " ".join(line.split()):
            yield words
