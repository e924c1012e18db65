"""What watches found as Atom (RFC 4287) and CSV.

Statements are untrusted: XML and HTML are escaped, control characters become visible signs, and
cells of the CSV are never formulas. Ids follow from the entries, so that a reader shows each once.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from urllib.parse import quote as percent_encoded
from xml.etree import ElementTree as ET

from compare import __version__
from compare.errors import WatchError
from compare.export import Row, percent, table_csv
from compare.export.formats import FileFormat
from compare.export.html import text_html, web_address
from compare.export.rows import rounded, side_cells
from compare.export.words import VERDICT, attribution, shortened
from compare.results import Stance
from compare.safe_text import one_line, printable
from compare.watch.values import Entry, Watch

MOST_IN_FEED = 500
"""Most entries of a feed for readers, the newest; the CSV has all."""

_ATOM = "http://www.w3.org/2005/Atom"
_IN_AN_ADDRESS = "%:/?#[]@!$&'()*+,;=~"
_TITLE = 100

Found = Sequence[tuple[Watch, Sequence[Entry]]]
"""Watches with what they found, as `Watches.found` returns them."""


class FeedFormat(FileFormat):
    """The formats of what watches found."""

    ATOM = "atom", ".atom", "application/atom+xml", "Atom"
    CSV = "csv", ".csv", "text/csv", "CSV"

    @property
    def endings(self) -> tuple[str, ...]:
        """Return the endings that a file in this format may have."""
        return (self.suffix, ".xml") if self is FeedFormat.ATOM else (self.suffix,)


FEED_ENDINGS = {ending: format for format in FeedFormat for ending in format.endings}
"""The format of a file with each ending."""


def feed_bytes(found: Found, format: FeedFormat | str, address: str = "") -> bytes:
    """Return what some watches found in a format.

    Args:
        found: What `Watches.found` returned.
        format: One of `FeedFormat`, or its name.
        address: Where the feed can be fetched; "" if nowhere.

    Raises:
        WatchError: It is not a web address.
    """
    format = FeedFormat(format)
    if format is FeedFormat.CSV:
        return table_csv("watch entries", [_row(*pair) for pair in _newest_first(found)])
    return _atom(found, address)


# -- CSV -----------------------------------------------------------------------------------------


def entry_rows(watch: Watch, entries: Iterable[Entry]) -> list[Row]:
    """Return a row for each entry, with the columns of the table `watch entries`."""
    return [_row(watch, entry) for entry in entries]


def _row(watch: Watch, entry: Entry) -> Row:
    side, probabilities = entry.pair.b, entry.pair.probabilities
    cells = {name.removeprefix("_"): value for name, value in side_cells("", side).items()}
    del cells["text"], cells["words"]
    return {
        "watch": watch.name,
        "query": watch.quote.text,
        "entry": entry.id,
        "found": entry.found,
        "stance": entry.stance.value,
        **{f"p_{one}": rounded(probabilities.of(one)) for one in Stance},
        "similarity": rounded(entry.pair.similarity),
        **cells,
        "label_source": entry.label_source,
    }


# -- Atom ----------------------------------------------------------------------------------------


def _atom(found: Found, address: str) -> bytes:
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed")
    _add(feed, "id", _feed_id(found))
    _add(feed, "title", _title(found))
    times = [entry.found for _, entries in found for entry in entries]
    times += [watch.created for watch, _ in found]
    _add(feed, "updated", max(times, default="1970-01-01T00:00:00+00:00"))
    _add(_add(feed, "author"), "name", "compare")
    _add(feed, "generator", "compare", version=__version__)
    if address:
        _add(feed, "link", rel="self", type=FeedFormat.ATOM.mime, href=_checked(address))
    for watch, entry in _newest_first(found)[:MOST_IN_FEED]:
        one = _add(feed, "entry")
        _add(one, "id", _urn(entry.id))
        _add(one, "title", headline(entry))
        _add(one, "updated", entry.found)
        _add(one, "published", entry.found)
        if name := _who(entry):
            _add(_add(one, "author"), "name", name)
        if link := _link(entry.statement.url):
            _add(one, "link", rel="alternate", href=link)
        _add(one, "content", entry_html(watch, entry), type="html")
    data: bytes = ET.tostring(feed, "utf-8", xml_declaration=True)
    return data + b"\n"


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    clean = {key: printable(value) for key, value in attributes.items()}
    child = ET.SubElement(parent, f"{{{_ATOM}}}{name}", clean)
    child.text = printable(text) or None
    return child


def headline(entry: Entry) -> str:
    """Return one line on an entry: "Opposes: Ada Lorn, “It must end today.”"."""
    words = shortened(one_line(entry.pair.b.text), _TITLE)
    return f"{VERDICT[entry.stance]}: {_who(entry) or 'Speaker not named'}, “{words}”"


def _who(entry: Entry) -> str:
    return one_line(entry.statement.speaker or entry.statement.countries)


def verdict_words(entry: Entry) -> str:
    """Return the verdict of an entry with its probability: "Opposes, 80 %"."""
    return f"{VERDICT[entry.stance]}, {percent(entry.pair.probabilities.of(entry.stance))}"


def entry_html(watch: Watch, entry: Entry) -> str:
    """Return the quote, the words found and all that is known of them, as escaped HTML."""
    side = entry.pair.b
    parts = [
        _tagged("p", f"Watch: {watch.name}"),
        _tagged("p", f"Quote: {watch.quote.text}"),
        _tagged("p", f"Opposite: {watch.quote.opposite}") if watch.quote.opposite else "",
        _tagged("p", f"Verdict: {verdict_words(entry)}"),
        _tagged("blockquote", side.text),
        _tagged("p", f"Translation: {said}") if (said := side.passage.translation) else "",
        _tagged("p", f"Context: {side.context}") if side.context else "",
        _tagged("p", ", ".join(attribution(side.statement, side.pages))),
    ]
    return "".join(parts)


def _tagged(tag: str, text: str) -> str:
    return f"<{tag}><bdi>{text_html(printable(text))}</bdi></{tag}>"


def _newest_first(found: Found) -> list[tuple[Watch, Entry]]:
    pairs = [(watch, entry) for watch, entries in found for entry in entries]
    return sorted(pairs, key=lambda pair: (pair[1].found, pair[1].id), reverse=True)


def _title(found: Found) -> str:
    names = ", ".join(watch.name for watch, _ in found)
    return f"New statements: {names}" if names else "New statements"


def _feed_id(found: Found) -> str:
    parts = json.dumps(sorted([watch.name, watch.created] for watch, _ in found))
    return _urn(hashlib.sha256(parts.encode()).hexdigest())


def _urn(digest: str) -> str:
    """Return a URI that names what a sha256 (hex) identifies."""
    return uuid.UUID(hex=digest[:32], version=5).urn


def _link(url: str) -> str:
    """Return an address as a URI, "" unless it is one of the web."""
    return percent_encoded(web_address(url).encode("utf-8", "replace"), safe=_IN_AN_ADDRESS)


def _checked(address: str) -> str:
    if link := _link(address):
        return link
    raise WatchError(f"{address[:200]!r} is not a web address: begin it with https:// or http://.")
