"""Files of pairs: the columns that are read, and the errors for bad files."""

from __future__ import annotations

import csv
import errno
import gzip
import json
from pathlib import Path

import pytest

from compare.batch.tables import READERS
from compare.errors import CorpusError
from compare.evaluate import read_labelled, read_pairs
from compare.models import ModelInput
from compare.results import Stance


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_premise_and_hypothesis(tmp_path: Path) -> None:
    text = "premise\thypothesis\tlabel\nOne.\tTwo.\tentailment\nThree.\tFour.\t Contradiction \n"
    first, second = read_labelled(write(tmp_path / "x.tsv", text))
    assert (first.a, first.b, first.label) == (ModelInput("One."), ModelInput("Two."), Stance.AGREE)
    assert (second.label, second.mode) == (Stance.OPPOSE, None)


def test_a_and_b_with_who_and_when(tmp_path: Path) -> None:
    columns = "a b label a_country a_speaker a_date a_role a_context b_country b_speaker b_date"
    cells = ["It is.", "It is not.", "OPPOSE", "Valdoria; Sudland", "Ada Lorn", "2001-02", "Envoy"]
    cells += ["of the war", "Republic of Ostravia", "", ""]
    text = "\t".join(columns.split()) + "\n" + "\t".join(cells) + "\n"
    (pair,) = read_labelled(write(tmp_path / "x.tsv", text))
    assert pair.a == ModelInput("It is.", "of the war", "Valdoria, Sudland", "2001-02")
    assert pair.b == ModelInput("It is not.", country="Republic of Ostravia")


@pytest.mark.parametrize(
    ("short", "country", "date"),
    [
        ("Valdoria|Ada Lorn|2001-02-03", "Valdoria", "2001-02-03"),
        (" Valdoria | | 2001 ", "Valdoria", "2001"),
        ("Valdoria|Ada | Lorn|2001", "Valdoria", "2001"),
        ("||2001", "", "2001"),
        ("Valdoria|Ada Lorn|", "Valdoria", ""),
        ("Valdoria|Ada Lorn", "Valdoria", ""),
        ("Valdoria|2001", "Valdoria", "2001"),
        ("Valdoria", "Valdoria", ""),
        ("", "", ""),
    ],
)
def test_beside_premise_a_and_b_are_who_and_when(
    tmp_path: Path, short: str, country: str, date: str
) -> None:
    text = f"a\tb\tpremise\thypothesis\tlabel\n{short}\tOstravia||1999\tOne.\tTwo.\tneutral\n"
    (pair,) = read_labelled(write(tmp_path / "x.tsv", text))
    assert pair.a == ModelInput("One.", country=country, date=date)
    assert pair.b == ModelInput("Two.", country="Ostravia", date="1999")


def test_columns_of_their_own_count_before_the_short_form(tmp_path: Path) -> None:
    text = (
        "premise,hypothesis,label,a,A Country,b_date\nOne.,Two.,neutral,Valdoria||2001,Sudland,7\n"
    )
    (pair,) = read_labelled(write(tmp_path / "x.csv", text))
    assert pair.a == ModelInput("One.", country="Sudland", date="2001")
    assert pair.b.date == "7"


@pytest.mark.parametrize(
    "nothing", ["nan", "NaN", "N/A", "null", "None", "n.d.", "-", "—", " Unknown "]
)
def test_missing_values_are_not_read(tmp_path: Path, nothing: str) -> None:
    columns = ["a", "b", "label", "a_country", "a_date", "a_context", "b_country", "b_date"]
    cells = ["One.", "nan", "agree", nothing, nothing, nothing, f"Valdoria; {nothing}", "2001"]
    text = "\t".join(columns) + "\n" + "\t".join(cells) + "\n"
    (pair,) = read_labelled(write(tmp_path / "x.tsv", text))
    assert pair.a == ModelInput("One.")
    assert pair.b == ModelInput("nan", country="Valdoria", date="2001")


@pytest.mark.parametrize("code", ["NA", "na"])
def test_the_code_of_namibia_is_not_a_missing_value(tmp_path: Path, code: str) -> None:
    text = f"a,b,label,a_country,a_date,a_context\nOne.,Two.,agree,{code},{code},{code}\n"
    (pair,) = read_labelled(write(tmp_path / "x.csv", text))
    assert pair.a == ModelInput("One.", country=code)


def test_the_short_form_may_be_missing(tmp_path: Path) -> None:
    text = "premise,hypothesis,label,a,b\nOne.,Two.,agree,nan|nan|2001,Valdoria|None|N/A\n"
    (pair,) = read_labelled(write(tmp_path / "x.csv", text))
    assert (pair.a, pair.b) == (
        ModelInput("One.", date="2001"),
        ModelInput("Two.", country="Valdoria"),
    )


@pytest.mark.parametrize("nothing", ["", " ", "nan"])
def test_the_short_form_counts_if_a_column_is_empty(tmp_path: Path, nothing: str) -> None:
    text = "premise,hypothesis,label,a,a_country,a_date\n"
    text += f"One.,Two.,agree,Valdoria|Ada Lorn|2001,{nothing},{nothing}\n"
    (pair,) = read_labelled(write(tmp_path / "x.csv", text))
    assert pair.a == ModelInput("One.", country="Valdoria", date="2001")


def test_two_columns_of_one_name_matter_only_if_they_are_read(tmp_path: Path) -> None:
    text = "a,b,label,note,Note\nOne.,Two.,agree,x,y\n"
    assert len(read_labelled(write(tmp_path / "x.csv", text))) == 1


def test_tsv_is_read_without_quoting_as_the_csv_module_does(tmp_path: Path) -> None:
    rows = ['"We said "no".\tYes.\tagree', 'A " alone\tB\tneither', '"x\t"y"\toppose']
    path = write(tmp_path / "x.tsv", "a\tb\tlabel\n" + "\n".join(rows) + "\n")
    with path.open(newline="") as file:
        wanted = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = read_labelled(path)
    assert [(pair.a.text, pair.b.text) for pair in found] == [(r["a"], r["b"]) for r in wanted]


def test_csv_is_read_with_quoting(tmp_path: Path) -> None:
    text = 'a,b,label\n"Yes, said ""we"".","Two\nlines",agree\n'
    (pair,) = read_labelled(write(tmp_path / "x.csv", text))
    assert (pair.a.text, pair.b.text) == ('Yes, said "we".', "Two\nlines")


def test_json_lines_and_packed_files(tmp_path: Path) -> None:
    line = json.dumps({"a": "One.", "b": "Two.", "label": "agree", "a_date": 2001, "mode": "dates"})
    (pair,) = read_labelled(write(tmp_path / "x.jsonl", line + "\n"))
    assert (pair.a, pair.mode) == (ModelInput("One.", date="2001"), "dates")
    (tmp_path / "y.JSONL.gz").write_bytes(gzip.compress(line.encode()))
    assert read_labelled(tmp_path / "y.JSONL.gz") == [pair]
    (tmp_path / "z.tsv.gz").write_bytes(gzip.compress(b"a\tb\tlabel\nOne.\tTwo.\tagree\n"))
    assert read_labelled(tmp_path / "z.tsv.gz")[0].a == ModelInput("One.")


def test_pairs_need_no_label(tmp_path: Path) -> None:
    (pair,) = read_pairs(write(tmp_path / "x.tsv", "a\tb\nOne.\tTwo.\n"))
    assert (pair.a, pair.b, pair.row.line) == (ModelInput("One."), ModelInput("Two."), 2)


NEEDS = "a file of labelled pairs has the columns premise, hypothesis and label, or a, b and label"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "x.tsv",
            b"a\tb\tlabel\n1\t2\tagree\n3\t4\tperhaps\n",
            "{}, line 3, column \"label\", 'perhaps': this is not a label; write agree, oppose or "
            "neither, or entailment, contradiction or neutral.",
        ),
        ("x.tsv", b"a\tb\n1\t2\n", '{}: there is no column "label" (found: a, b); ' + NEEDS + "."),
        (
            "x.tsv",
            b"a\tlabel\n1\t2\n",
            '{}: there is no column "b" (found: a, label); ' + NEEDS + ".",
        ),
        (
            "x.csv",
            b"premise,a,b,label\n1,2,3,agree\n",
            '{}: there is no column "hypothesis" (found: premise, a, b, label); ' + NEEDS + ".",
        ),
        (
            "x.jsonl",
            b'{"a": "1", "b": "2", "label": "agree"}\n{"a": "1", "label": "agree"}\n',
            '{}, line 2: there is no column "b" (found: a, label); ' + NEEDS + ".",
        ),
        (
            "x.csv",
            b"a,A,b,label,Label\n1,2,3,agree,oppose\n",
            '{}: the columns "a" and "A" can each be read as "a"; rename all but one.',
        ),
        (
            "x.csv",
            b"a,b,Label,label\n1,2,agree,oppose\n",
            '{}: the columns "Label" and "label" can each be read as "label"; rename all but one.',
        ),
        (
            "x.jsonl",
            b'{"a": "1", "b": "2", "label": "agree"}\n'
            b'{"a": "1", "b": "2", "label": "agree", "a_date": "2001", "A date": "2002"}\n',
            '{}, line 2: the columns "a_date" and "A date" can each be read as "a_date"; '
            "rename all but one.",
        ),
        ("x.tsv", b"", "{}: the file is empty; name another, or put rows into it."),
        (
            "x.tsv",
            b"a\tb\tlabel\n",
            "{}: there are no rows below the header; name another file, or add rows.",
        ),
        (
            "x.tsv",
            b"a\tb\tlabel\ncaf\xe9\t2\tagree\n",
            "{}: byte 13 (0xE9) is not UTF-8: save it as UTF-8 (in a spreadsheet program: "
            '"CSV UTF-8").',
        ),
        (
            "x.tsv",
            b"a\tb\tlabel\n1\tagree\n",
            "{}, line 2: the row has 2 cells and the header 3; add the missing ones, or write a "
            "blank for each tab and line break in a cell.",
        ),
        (
            "x.tsv.gz",
            b"a\tb\tlabel\n",
            "{}: this is cut short or damaged (it is not packed with gzip, or not all of it); "
            "fetch it again.",
        ),
        (
            "x.tsv.gz",
            gzip.compress(b"a\tb\tlabel\n1\t2\tagree\n" * 99, mtime=0)[:-9],
            "{}: this is cut short or damaged (Compressed file ended before the end-of-stream "
            "marker was reached); fetch it again.",
        ),
        (
            "x.tsv.gz",
            gzip.compress(b"", mtime=0),
            "{}: the file is empty; name another, or put rows into it.",
        ),
        (
            "x.txt",
            b"a\tb\tlabel\n",
            "{}: this is not a table that can be read; end the name in .csv, .tsv, .jsonl, "
            "or one of them and .gz.",
        ),
    ],
)
def test_bad_files_are_one_clear_sentence(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CorpusError) as raised:
        read_labelled(path)
    assert str(raised.value) == message.format(path)


def test_a_missing_file_or_a_folder_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").mkdir()
    with pytest.raises(CorpusError) as raised:
        read_labelled(tmp_path / "x.tsv")
    assert str(raised.value) == f"{tmp_path / 'x.tsv'}: this is a folder; name a file."
    with pytest.raises(CorpusError) as raised:
        read_labelled(tmp_path / "y.tsv")
    assert str(raised.value) == (
        f"{tmp_path / 'y.tsv'}: the file cannot be read (No such file or directory); check that it "
        "is there and yours to read."
    )


def test_an_unreadable_file_is_one_clear_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, file: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setitem(READERS, ".tsv", refused)
    with pytest.raises(CorpusError, match=r"x.tsv: the file cannot be read \(Permission denied\)"):
        read_labelled(write(tmp_path / "x.tsv", "a\tb\tlabel\n"))
