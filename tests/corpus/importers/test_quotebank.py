"""Quotebank: a speaker with a probability, or none."""

from __future__ import annotations

import bz2
import json
from pathlib import Path

from compare.corpus.importing import Import

QUOTES = [
    {
        "quoteID": "2020-01-01-000001",
        "quotation": "We build.",
        "speaker": "Ada Veld",
        "qids": ["Q0", "Q00"],
        "date": "2020-01-01 00:10:00",
        "numOccurrences": 2,
        "probas": [["None", "0.09"], ["Ada Veld", "0.91"]],
        "urls": ["http://www.paper.invalid/1", "http://other.invalid/2"],
        "phase": "E",
    },
    {
        "quoteID": "2020-01-01-000002",
        "quotation": "It rains.",
        "speaker": "None",
        "qids": [],
        "date": "2020-01-01 00:00:00",
        "numOccurrences": 1,
        "probas": [["None", "0.8"]],
        "urls": [],
        "phase": "E",
    },
]


def test_quotations(tmp_path: Path) -> None:
    path = tmp_path / "quotes-2020.json.bz2"
    path.write_bytes(bz2.compress("\n".join(map(json.dumps, QUOTES)).encode()))
    reading = Import([path])
    assert reading.format.name == "quotebank"
    one, two = reading.statements()
    assert (one.id, one.text, one.speaker) == (
        "quotebank-2020-01-01-000001",
        "We build.",
        "Ada Veld",
    )
    assert (str(one.date), one.url, one.language) == (
        "2020-01-01",
        "http://www.paper.invalid/1",
        "en",
    )
    assert one.source == "Quotebank (Vaucher et al., 2021); paper.invalid"
    assert one.extra == {
        "doc_type": "quotation",
        "wikidata": "Q0; Q00",
        "probability": "0.91",
        "occurrences": "2",
        "other_urls": "http://other.invalid/2",
        "source_file": "quotes-2020.json.bz2",
    }
    assert (two.speaker, two.url) == ("", "")
    assert "probability" not in two.extra
    assert reading.report.account.notes == {"quotations without a speaker": 1}


def test_unpacked_and_the_version_by_article(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(QUOTES[0]), "utf-8")
    assert Import([path]).format.name == "quotebank"
    path.write_text(json.dumps({"articleID": "1", "quotations": []}), "utf-8")
    reading = Import([path], "quotebank")
    assert not list(reading.statements())
    assert "it has no 'quoteID' and no 'quotation'" in str(reading.report.problems[0])
