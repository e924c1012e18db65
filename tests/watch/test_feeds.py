"""Feeds are valid, stable, and safe with any text."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import pytest

from compare.errors import WatchError
from compare.export import columns
from compare.facade import Library
from compare.strict_model import model
from compare.watch import FeedFormat, entry_rows, feed_bytes
from tests.fakes import WordJudge
from tests.watch.conftest import LATER, reported, run, said, watching

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = (
    "The blockade of Port Meren must end </content>]]> <script>alert(1)</script> &amp; "
    "\x00\x07\x1b[31m \ufffe \u202eevil\u202c 'quoted' \"twice\""
)
ADDRESS = "https://example.org/watches/canal/feed.atom?a=1&b=<2>"


@pytest.fixture
def after(place: Path) -> Library:
    """A library with entries: new, hostile, of other words, and of a statement that is gone."""
    library = watching(place, 'canal <b>&"', "second")
    corrected = said("agree-1", "The blockade of Port Meren shall not end, we say.")
    hostile = said("=evil()", HOSTILE, '<img src=x onerror="x">', url="https://x.example/a b?<&>")
    gone = said("gone", "The blockade of Port Meren must end, said and deleted.")
    bad = said("bad", "The blockade of Port Meren must end by then.", url="javascript:alert(1)")
    after = library.update([LATER, corrected, hostile, gone, bad])
    run(after)
    return after.delete(["gone"])


def test_an_atom_feed_has_what_the_standard_requires(after: Library) -> None:
    data = feed_bytes(after.watches.found(['canal <b>&"']), "atom", ADDRESS)
    feed = ET.fromstring(data)
    assert feed.tag == f"{ATOM}feed"
    for of in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (found,) = of.findall(f"{ATOM}{name}")
            assert found.text
        name = of.find(f"{ATOM}id").text
        assert uuid.UUID(name).urn == name
        assert datetime.fromisoformat(of.find(f"{ATOM}updated").text).tzinfo
    assert feed.find(f"{ATOM}author/{ATOM}name").text
    (link,) = feed.findall(f"{ATOM}link")
    assert (link.get("rel"), link.get("href")) == (
        "self", "https://example.org/watches/canal/feed.atom?a=1&b=%3C2%3E",
    )  # fmt: skip
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 4
    assert len({one.find(f"{ATOM}id").text for one in entries}) == 4
    for one in entries:
        (content,) = one.findall(f"{ATOM}content")
        assert content.get("type") == "html"
        assert all(name.text for name in one.iter(f"{ATOM}name"))
    links = [link.get("href") for one in entries for link in one.findall(f"{ATOM}link")]
    assert links == ["https://x.example/a%20b?%3C&%3E"]


def test_a_reader_of_feeds_reads_it(after: Library) -> None:
    parsed = feedparser.parse(feed_bytes(after.watches.found(['canal <b>&"']), "atom"))
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    assert len(parsed.entries) == 4
    by_title = {entry.title: entry for entry in parsed.entries}
    later = next(entry for title, entry in by_title.items() if "Dena Orr" in title)
    for words in ("must end at once", "Dena Orr", "2023", "Meren Gazette", "Agrees, 70"):
        assert words in later.summary + later.content[0].value
    assert any(title.startswith("Opposes: Bren Tal") for title in by_title)


def test_hostile_text_stays_text(after: Library) -> None:
    data = feed_bytes(after.watches.found(), "atom")
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", data)
    for content in ET.fromstring(data).iter(f"{ATOM}content"):
        assert "<script" not in content.text
        assert "<img" not in content.text
        assert set(re.findall(r"</?(\w+)", content.text)) <= {"p", "bdi", "blockquote", "br"}


def test_a_deleted_statement_leaves_the_feeds(after: Library) -> None:
    for data in (feed_bytes(after.watches.found(), one) for one in FeedFormat):
        assert b"said and deleted" not in data


def test_the_csv_is_safe_and_described(after: Library) -> None:
    data = feed_bytes(after.watches.found(), "csv")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == columns("watch entries")
    assert len(rows) == 8
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]
    for watch, entries in after.watches.found():
        for row in entry_rows(watch, entries):
            model("watch entries").model_validate(row)


def test_feeds_are_the_same_until_something_is_new(after: Library) -> None:
    for one in FeedFormat:
        before = feed_bytes(after.watches.found(), one)
        after.watches.run(stance_model=WordJudge())
        assert feed_bytes(after.watches.found(), one) == before


def test_a_feed_without_entries_is_valid(library: Library) -> None:
    parsed = feedparser.parse(feed_bytes(library.watches.found(), "atom"))
    assert (parsed.bozo, parsed.entries, parsed.feed.title) == (
        False, [], "New statements: canal",
    )  # fmt: skip
    assert ET.fromstring(feed_bytes([], "atom")).find(f"{ATOM}updated").text


@pytest.mark.parametrize("address", ["feed.atom", "javascript:alert(1)", "ftp://x/y", "https://"])
def test_an_address_is_one_of_the_web(library: Library, address: str) -> None:
    with pytest.raises(WatchError, match="not a web address"):
        feed_bytes(library.watches.found(), "atom", address)


def test_a_feed_keeps_its_id(after: Library) -> None:
    def id_of_feed() -> str:
        feed = feed_bytes(after.watches.found(["second"]), "atom")
        return ET.fromstring(feed).find(f"{ATOM}id").text

    before = id_of_feed()
    after.watches.remove('canal <b>&"')
    assert id_of_feed() == before


def test_entries_of_a_watch_that_is_added_again_are_others(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = watching(place, "first", "second")
    after = library.update([LATER])
    run(after)
    assert len({reported(after, name)[0].id for name in ("first", "second")}) == 2
