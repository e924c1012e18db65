"""GDELT: headlines are reported speech without a speaker, quotations have their surroundings."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from compare.corpus.importing import Import
from compare.statements import Quotation
from tests.corpus.importers.helpers import read

URL = "https://www.paper.invalid/1"


LISTS = {
    "list.csv": "\ufeffurl,url_mobile,title,seendate,socialimage,domain,language,sourcecountry\n"
    f"{URL},,Veld : we build,20200510T001500Z,,paper.invalid,English,Valdoria\n",
    "frame.csv": ",url,url_mobile,title,seendate,socialimage,domain,language,sourcecountry\n"
    f"0,{URL},,Veld : we build,20200510T001500Z,,paper.invalid,English,Valdoria\n",
    "list.json": json.dumps(
        {
            "articles": [
                {
                    "url": URL,
                    "url_mobile": "",
                    "title": "Veld : we build",
                    "seendate": "20200510T001500Z",
                    "domain": "paper.invalid",
                    "language": "English",
                    "sourcecountry": "Valdoria",
                }
            ]
        }
    ),
    "api.csv": f"\ufeffURL,MobileURL,Date,Title\n{URL},,2020-05-10 00:15:00,Veld : we build\n",
    "20200510001600.gal.json": json.dumps(
        {
            "date": "2020-05-10T00:15:00Z",
            "url": URL,
            "title": "Veld : we build",
            "lang": "en",
            "domain": "paper.invalid",
            "outletName": "paper.invalid",
            "desc": "A summary.",
        }
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_article_lists_in_every_spelling(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(LISTS[name], "utf-8")
    (headline,), report = read(path)
    assert report.format == "gdelt-articles"
    assert headline.text == "Veld : we build"
    assert headline.quotation is Quotation.REPORTED
    assert (headline.speaker, headline.countries) == ("", "")
    assert (str(headline.date), headline.url) == ("2020-05-10", URL)
    assert headline.source == "GDELT; paper.invalid"
    assert headline.extra["outlet"] == "paper.invalid"
    assert headline.extra["doc_type"] == "headline"
    assert report.account.notes == {"headlines, which name no speaker": 1}


def test_the_outlets_country_is_not_the_speakers(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(LISTS["list.csv"] + f"{URL},,Veld : we build,20200511,,,,\n", "utf-8")
    (headline,), report = read(path)
    assert headline.extra["outlet_country"] == "Valdoria"
    assert "this id is already used" in str(report.problems[0])  # one article, listed twice


def test_quotations(tmp_path: Path) -> None:
    article = {
        "date": "2020-01-01T00:15:00Z",
        "url": URL,
        "title": "A title",
        "lang": "ENGLISH",
        "quotes": [
            {"pre": "Minister Veld said", "quote": "We build.", "post": "on Tuesday"},
            {"pre": "and", "quote": " ", "post": ""},
            "no quote",
        ],
    }
    path = tmp_path / "20200101001500.gqg.json.gz"
    path.write_bytes(gzip.compress((json.dumps(article) + "\n" + '{"x"\n').encode()))
    (quote,), report = read(path)
    assert report.format == "gdelt-quotes"
    assert (quote.text, quote.speaker, quote.countries) == ("We build.", "", "")
    assert (quote.extra["pre"], quote.extra["post"]) == ("Minister Veld said", "on Tuesday")
    assert (str(quote.date), quote.title, quote.url) == ("2020-01-01", "A title", URL)
    assert quote.quotation is Quotation.DIRECT
    assert report.account.left_out == {"rows without words": 1}
    assert "line 2" in str(report.problems[0])
    path.with_suffix("").write_text(json.dumps(article), "utf-8")
    assert Import([path.with_suffix("")]).format.name == "gdelt-quotes"
