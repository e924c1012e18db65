"""Have a page: from its address, or out of a file that a person saved."""

from __future__ import annotations

from pathlib import Path

from compare.corpus.web.page import MOST_BYTES, Page, read_html, read_plain
from compare.errors import CorpusError


def fetched_page(url: str) -> Page:
    """Fetch a page and read it; its server is told the address and who asks: this program.

    Raises:
        CorpusError: The address is none that may be fetched, or the page cannot be had or read.
    """
    from compare.corpus.web.fetch import fetch

    fetched = fetch(url)
    read = read_html if fetched.kind == "html" else read_plain
    return read(fetched.content, fetched.url, fetched.charset)


def saved_page(content: bytes, name: str) -> Page:
    """Read a saved page, or plain text where its name ends in .txt; raise as `read_html`."""
    read = read_plain if name.casefold().endswith(".txt") else read_html
    return read(content, name=name)


def page_in(file: Path) -> Page:
    """Read a saved page or a text from a file.

    Raises:
        CorpusError: The file cannot be read, or `saved_page` raises it.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise CorpusError(f"{file} cannot be read ({error.strerror}): check the path.") from None
    return saved_page(content, str(file))
