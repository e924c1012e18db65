"""Press conferences in a table."""

from __future__ import annotations

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
