"""Press conferences in a table, and Elasticsearch's bulk files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from compare.corpus.importing import Import
from tests.corpus.importers.helpers import table, workbook

HEADER = ["id_orig", "id_split", "id", "link", "spokesperson", "day", "month", "year", "date",
          "question", "answer", "question_lem", "answer_lem", "who_asked", "a_loc"]  # fmt: skip
ANSWERS: list[list[Any]] = [
    [1, "1_1", 1, "https://a.invalid/1", "Ada Veld", 2, 1, 2023, "01/02/2023", "Does it rain?",
     "It does. ", "rain", "do", "The Paper", "Valdoria"],
    [1, "1_2", 2, "-", "missing", "", "", "", "2023-01-03", "-", "We build.", "", "", "-", "-"],
    [1, "1_3", 3, "no link", "Ada Veld", 2, 1, 2023, "", "And now?", "", "", "", "missing", ""],
]  # fmt: skip


@pytest.fixture(params=["csv", "xlsx"])
def conferences(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"CMFA_PressCon.{request.param}"
    if request.param == "xlsx":
        path.write_bytes(workbook(HEADER, *ANSWERS))
    else:
        path.write_text(table(HEADER, *ANSWERS), "utf-8")
    return path


def test_answers_with_the_question_beside(conferences: Path) -> None:
    reading = Import([conferences])
    one, two = reading.statements()
    assert reading.format.name == "cmfa"
    assert (one.id, one.text, one.speaker) == ("cmfa-1", "It does.", "Ada Veld")
    assert (one.role, one.countries) == ("Foreign Ministry Spokesperson", "China")
    assert (str(one.date), one.url) == ("2023-01-02", "https://a.invalid/1")
    assert one.extra == {
        "doc_type": "answer",
        "question": "Does it rain?",
        "asked_by": "The Paper",
        "source_file": conferences.name,
    }
    assert (two.speaker, str(two.date), two.url) == ("", "2023-01-03", "")
    assert not {"question", "asked_by"} & set(two.extra)
    account = reading.report.account
    assert account.left_out == {
        "questions (kept beside the answer)": 2,
        "rows without words": 1,
    }
    assert account.notes == {
        "answers without a spokesperson": 1,
        "invalid links, left out": 1,
    }
    assert not reading.report.problems


def bulk(path: Path, *lines: object) -> None:
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")


DOCUMENT = {
    "url": "https://mfa.invalid/1",
    "indexed_date": "2021-01-12 09:14:11",
    "content_type": "static",
    "language": "English",
    "country": "Valdoria",
    "statement": "Valdoria builds. ",
    "title": "A title",
    "posted_date": "2021-01-12",
}


def test_bulk_files(tmp_path: Path) -> None:
    configuration = {
        "name": "Valdoria",
        "global": "//li",
        "statement": "//p",
        "posted_date": "nill",
    }
    bulk(
        tmp_path / "dppa.st.json",
        {"index": {"_id": "abc"}},
        DOCUMENT,
        {"index": {"_id": "def"}},
        DOCUMENT | {"statement": ""},
        DOCUMENT | {"statement": "Without an id."},
    )
    bulk(tmp_path / "urlconfig.json", {"index": {"_id": "ghi"}}, configuration)
    reading = Import([tmp_path])
    one, two = reading.statements()
    assert reading.format.name == "diplomatic-pulse"
    assert (one.id, one.text, one.title) == ("diplomatic-pulse-abc", "Valdoria builds.", "A title")
    assert (one.speaker, one.countries, str(one.date)) == ("", "Valdoria", "2021-01-12")
    assert (one.url, one.language) == ("https://mfa.invalid/1", "English")
    assert one.extra == {"content_type": "static", "source_file": "dppa.st.json"}
    assert len(two.id) == 12  # told by what it says
    account = reading.report.account
    assert account.left_out == {"rows without words": 1}
    assert account.notes == {
        "statements without a speaker": 2,
        "documents that set up the collection": 1,
    }
    bulk(tmp_path / "dppa.st.json", {"index": {"_id": "abc"}}, DOCUMENT)
    (tmp_path / "dppa.st.json").rename(tmp_path / "urlconfig.json")
    assert Import([tmp_path]).format.name == "diplomatic-pulse"
