from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from compare.errors import ExportError
from compare.models import ModelInput
from compare.results import Probabilities, Stance
from compare.review import append_correction, append_typed_correction
from compare.review.corrections import COLUMNS, corrections_file
from compare.statements import Quote
from tests.fabricate import QUOTE, VALDORIA, a_search, two_sides


def correct(path: Path | None, text: str = QUOTE) -> Path:
    return append_typed_correction(
        ModelInput(text, country="Ostmark", date="2019"),
        ModelInput("baseless slander", context="of the charge"),
        Probabilities(0.7, 0.2, 0.1),
        "judge@555555555555",
        Stance.OPPOSE,
        path=path,
    )


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_correction_of_a_match_keeps_the_pair_and_both_labels(tmp_path: Path) -> None:
    result = a_search(quote=Quote(QUOTE, speaker="Ana Prell", country=(VALDORIA,)))
    path = append_correction(
        result,
        result.oppose[0],
        Stance.NEITHER,
        note="a denial of what?",
        path=tmp_path / "new" / "corrections.csv",
    )
    (row,) = rows_in(path)
    noted = row.pop("noted")
    assert noted.endswith("+00:00")
    assert row == {
        "right": "neither",
        "stance": "oppose",
        "p_agree": "0.0625",
        "p_oppose": "0.875",
        "p_neither": "0.0625",
        "a_text": QUOTE,
        "b_text": "baseless slander",
        "label_source": "judge@555555555555",
        "a_context": "",
        "a_speaker": "Ana Prell",
        "a_country": "Republic of Valdoria",
        "a_date": "",
        "a_id": "",
        "b_context": "dismissing the charge that Valdoria armed rebels in Ostmark",
        "b_speaker": "Embassy of Valdoria",
        "b_country": "Republic of Valdoria; Union of Lakes",
        "b_date": "2019-04",
        "b_id": "val-1",
        "note": "a denial of what?",
    }


def test_rows_are_added_under_one_header_from_many_threads(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    texts = [f'line {number}\nbreak, "quote"' for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: correct(path, text), texts))
    rows = rows_in(path)
    assert sorted(row["a_text"] for row in rows) == sorted(texts)
    assert {row["right"] for row in rows} == {"oppose"}
    assert path.read_bytes().count(b"\xef\xbb\xbf") == 1


def test_formulas_are_escaped(tmp_path: Path) -> None:
    path = correct(tmp_path / "corrections.csv", "=1+1")
    assert rows_in(path)[0]["a_text"] == "'=1+1"


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    path.write_text("mine")
    with pytest.raises(ExportError, match=r"is not a file of corrections: move it away, or name"):
        correct(path)
    assert path.read_text() == "mine"


def test_an_unwritable_path_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match=r"cannot be written \(.*\): name another file with"):
        correct(tmp_path / "file" / "corrections.csv")


def test_the_environment_names_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("COMPARE_CORRECTIONS", raising=False)
    assert corrections_file().name == "corrections.csv"
    monkeypatch.setenv("COMPARE_CORRECTIONS", str(tmp_path / "mine.csv"))
    assert correct(None) == tmp_path / "mine.csv"
    assert set(rows_in(tmp_path / "mine.csv")[0]) == set(COLUMNS)


def test_a_correction_of_a_pair_names_both_statements(tmp_path: Path) -> None:
    result = two_sides()
    (pair,) = result.oppose
    path = append_correction(result, pair, Stance.AGREE, path=tmp_path / "c.csv")
    (row,) = rows_in(path)
    assert (row["right"], row["stance"], row["label_source"]) == (
        "agree",
        "oppose",
        "judge@555555555555",
    )
    for name, side in (("a", pair.a), ("b", pair.b)):
        assert row[f"{name}_text"] == side.text
        assert row[f"{name}_id"] == side.statement.id
        assert row[f"{name}_speaker"] == side.statement.speaker
        assert row[f"{name}_date"] == side.statement.date.iso
