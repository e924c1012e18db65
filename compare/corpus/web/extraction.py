"""The process that reads a page: JSON with its HTML in, JSON with the article out."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

_MEMORY = 2 * 1024**3
_SECONDS = 60
"""Of computing, after which the process ends though nobody waits for it any more."""

_INLINE = frozenset({"hi", "ref", "del", "graphic"})
_OPENING = ("“", '"', "„", "«", "‘")
_STRUCK = ("del", "s", "strike")
_NOTE = re.compile(r"\[(?:note )?(?:\d{1,4}|[a-z])\]|[\d*†‡,; \u00a0]{1,12}")
_PIECES_OF_NOTE = 8


def main() -> None:
    """Read standard input, print what was found."""
    _limit()
    asked = json.load(sys.stdin)
    json.dump(extracted(asked["html"], asked["url"]), sys.stdout)


def extracted(html: str, url: str) -> dict[str, Any]:
    """Return the article of a page, its paragraphs and what the page says of itself."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    found = bare_extraction(
        _read(html),
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
        "paragraphs": list(_paragraphs(found.body)),
    }


def _read(html: str) -> Any:
    """Return the tree of a page without what is struck out, and without the marks of notes.

    The foot of a block of quoted words names who said them: it is a paragraph, not that of the
    page, which is left out.
    """
    from lxml.etree import strip_elements
    from trafilatura import load_html

    tree = load_html(html)
    if tree is None:
        return html
    for mark in tree.iter("sup"):
        if _NOTE.fullmatch("".join(islice(mark.itertext(), _PIECES_OF_NOTE)).strip()):
            mark.tag = "del"
    strip_elements(tree, *_STRUCK, with_tail=False)
    for block in tree.iter("blockquote"):
        for foot in block.findall("footer"):
            foot.tag = "p"
    return tree


def _paragraphs(body: Any) -> Iterator[str]:
    """Yield the text between the edges of blocks, without headings, blanks as one."""
    from lxml.etree import iterwalk

    pieces: list[str] = []
    headings = 0
    for event, element in iterwalk(body, events=("start", "end")):
        starts = event == "start"
        inline, quoted = element.tag in _INLINE, _is_inline_quote(element)
        if not inline and not quoted:
            if words := " ".join("".join(pieces).split()):
                yield words
            pieces.clear()
        if element.tag == "head":
            headings += 1 if starts else -1
        if headings:
            continue
        mark = ("“" if starts else "”") if quoted and not _is_marked(element) else ""
        text = (element.text if starts else element.tail) or ""
        pieces.append(text if not mark else mark + text)


def _is_inline_quote(element: Any) -> bool:
    """Say whether an element is a quotation inside a line, which browsers show with marks."""
    parent = element.getparent()
    inside = parent is not None and parent.tag in {"p", "item", "hi", "ref"}
    return element.tag == "quote" and inside and element.find("p") is None


def _is_marked(element: Any) -> bool:
    return (element.text or "").lstrip().startswith(_OPENING)


def _limit() -> None:
    """Give the process limits of its own, where the platform has any."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))


if __name__ == "__main__":
    main()
