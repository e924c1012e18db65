"""`compare stance --batch`: a file of pairs, copied with labels."""

from __future__ import annotations

import csv
import errno
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from compare.batch.pairs import read_batch, score_file
from compare.corpus.tables import read_csv
from compare.errors import CorpusError, ModelError
from compare.models import ModelInput
from compare.models.huggingface import model_folder
from tests.evaluate.conftest import Run, WordJudge, assert_one_sentence

ADDED = ["stance", "unsure", "p_agree", "p_oppose", "p_neither", "model", "decided_a", "decided_b"]
MODEL = "judge@555555555555"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_csv_keeps_its_columns_and_is_safe_in_a_spreadsheet(run: Run, tmp_path: Path) -> None:
    text = 'nr,a,b,=note\n007,"It must end, now.",Yes.,=1+1\n8,It is.,It is not.,"two\nlines"\n'
    path = write(tmp_path / "pairs.csv", text)
    told = run("stance", "--batch", path)
    target = tmp_path / "pairs.stance.csv"
    assert told == (0, "", f"Wrote {target}: 2 pairs, model {MODEL}.\n")
    lines = target.read_bytes().decode("utf-8-sig").split("\r\n")
    assert lines[0] == (
        '"nr","a","b","\'=note","stance","unsure","p_agree","p_oppose","p_neither","model",'
        '"decided_a","decided_b"'
    )
    assert (
        lines[1]
        == f'"007","It must end, now.","Yes.","\'=1+1","agree","",0.7,0.1,0.2,"{MODEL}","",""'
    )
    first, second = read_csv(target, "x")
    assert (first.cells["nr"], first.cells["=note"]) == ("007", "=1+1")
    assert (second.cells["=note"], second.cells["stance"]) == ("two\nlines", "oppose")
    assert path.read_text() == text


def test_tsv_is_written_without_quoting(run: Run, tmp_path: Path) -> None:
    path = write(
        tmp_path / "pairs.tsv", 'premise\thypothesis\tx\n"It\tmust"\t-1\nRain.\tCold.\t"\n'
    )
    told = run("stance", "--batch", path, "--json")
    target = tmp_path / "pairs.stance.tsv"
    assert told.json == {"written": str(target), "pairs": 2, "judged": 2, "model": MODEL}
    with target.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert list(rows[0]) == ["premise", "hypothesis", "x", *ADDED]
    assert (rows[0]["premise"], rows[0]["x"], rows[1]["x"]) == ('"It', "-1", '"')
    assert [row["stance"] for row in rows] == ["neither", "neither"]
    assert rows[0]["p_neither"] == "0.6"


def test_a_pair_that_the_model_does_not_read_gets_no_verdict(run: Run, tmp_path: Path) -> None:
    text = "a,b\nIt must end.,Порт Мерен должен быть открыт.\nIt must end.,Yes.\n"
    path = write(tmp_path / "pairs.csv", text)
    told = run("stance", "--batch", path)
    assert "1 pair not judged: a side is in a language that the stance model does not" in told.err
    unread, read = read_csv(tmp_path / "pairs.stance.csv", "x")
    assert {unread.cells[name] for name in ADDED} == {""}
    assert (read.cells["stance"], read.cells["model"]) == ("agree", MODEL)


def test_json_lines_keep_numbers_lists_and_half_characters(run: Run, tmp_path: Path) -> None:
    line = '{"nr": 7, "a": "It must \\ud800", "b": "Ja, für uns.", "tags": [1, {"x": null}]}\n'
    path = write(
        tmp_path / "pairs.jsonl", line + "\n" + '{"b": "not", "a": "It is", "more": 1.5}\n'
    )
    assert run("stance", "--batch", path).code == 0
    first, second = (tmp_path / "pairs.stance.jsonl").read_text("utf-8").splitlines()
    verdict = {"stance": "agree", "p_agree": 0.7, "p_oppose": 0.1, "p_neither": 0.2, "model": MODEL}
    verdict |= {"unsure": "", "decided_a": "", "decided_b": ""}
    assert json.loads(first) == json.loads(line) | verdict
    assert first.startswith(line[:-2])  # sign for sign
    assert "für" in first
    assert list(json.loads(second)) == ["b", "a", "more", *ADDED]


@pytest.mark.parametrize(
    ("head", "row", "column", "date"),
    [
        ("a,b,a_date", "One.,Two.,banana", "a_date", "banana"),
        ("a,b,B-Date", "One.,Two.,2022-13", "B-Date", "2022-13"),
        ("premise,hypothesis,b", "One.,Two.,Valdoria|Ada|soon", "b", "soon"),
        ("a,b,a_date", "One.,Two.,03/04/2022", "a_date", "03/04/2022"),
    ],
)
def test_a_date_that_is_none_is_refused_with_its_line(
    run: Run, tmp_path: Path, head: str, row: str, column: str, date: str
) -> None:
    path = write(tmp_path / "pairs.csv", f'{head}\n"It is",not,\n{row}\n')
    told = run("stance", "--batch", path)
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert f'{path}, line 3, column "{column}"' in told.err
    assert date in told.err
    assert [*tmp_path.iterdir()] == [path]
    path.write_text("a,b,a_date\nOne.,Two.,18 March 2022\nOne.,Two.,unknown\n")
    assert run("stance", "--batch", path).code == 0


def test_a_file_changed_meanwhile_is_refused(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "pairs.jsonl", '{"a": "It is", "b": "not"}\n')
    for other in ('{"a": "It was", "b": "not"}\n', "", "no json\n"):
        pairs = read_batch(path)
        path.write_text(other)
        with pytest.raises(CorpusError, match="was changed while its pairs were scored"):
            score_file(pairs, tmp_path / "out.jsonl", WordJudge())
        write(path, '{"a": "It is", "b": "not"}\n')
    path.unlink()
    with pytest.raises(CorpusError, match="was changed while its pairs were scored"):
        score_file(pairs, tmp_path / "out.jsonl", WordJudge())
    assert [entry.name for entry in tmp_path.iterdir()] == []


def test_a_name_that_is_too_long_is_one_sentence(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / f"{'x' * 248}.csv", "a,b\nOne.,Two.\n")
    told = run("stance", "--batch", path)
    assert (told.code, told.out) == (2, "")
    assert "cannot be written (File name too long)" in told.err


def test_a_name_too_long_to_read_is_one_sentence(run: Run, tmp_path: Path) -> None:
    told = run("stance", "--batch", tmp_path / f"{'x' * 300}.csv")
    assert (told.code, told.out) == (2, "")
    assert "File name too long" in told.err
    with pytest.raises(ModelError, match="There is no model"):
        model_folder("y" * 300)


def test_rows_as_statements_are_written_stay_as_they_are(run: Run, tmp_path: Path) -> None:
    line = '{"a": "It is", "b": "not", "extra": {"x": "1"}, "date_precision": "day", "n": %s}\n'
    path = write(tmp_path / "pairs.jsonl", line % ("7" * 5000))
    assert run("stance", "--batch", path).code == 0
    written = (tmp_path / "pairs.stance.jsonl").read_text("utf-8")
    assert written.startswith(path.read_text("utf-8").strip()[:-1])


def test_deep_nesting_is_one_sentence(run: Run, tmp_path: Path) -> None:
    for depth in (500, 5_000):
        deep = "[" * depth + "]" * depth
        path = write(tmp_path / "deep.jsonl", f'{{"a": "x", "b": "y", "c": {deep}}}\n')
        told = run("stance", "--batch", path)
        assert (told.code, told.err.count("\n")) == (2, 1)
        assert "nested too deep" in told.err


def test_the_deciding_sentences_of_a_long_pair_are_named(
    run: Run, judge: WordJudge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "x.jsonl", '{"a": "One. Two.", "b": "Three."}\n{"a": "A", "b": "B"}\n')

    def in_parts(pairs, on_progress=None):
        read = [(ModelInput("Two."), pairs[0][1]), pairs[1]]
        return np.ones((2, 3), np.float32) / 3, read

    monkeypatch.setattr(judge, "score_parts", in_parts)
    assert run("stance", "--batch", path).code == 0
    rows = [json.loads(line) for line in (tmp_path / "x.stance.jsonl").read_text().splitlines()]
    told = [(row["decided_a"], row["decided_b"]) for row in rows]
    assert told == [("Two.", "Three."), ("", "")]


def test_packed_files_stay_packed(run: Run, tmp_path: Path) -> None:
    for name, line in (("x.tsv", b"a\tb\nIt\tmust\n"), ("x.jsonl", b'{"a": "It", "b": "must"}\n')):
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(line))
        assert run("stance", "--batch", tmp_path / f"{name}.gz").code == 0
        written = tmp_path / f"{name.replace('.', '.stance.')}.gz"
        assert b"agree" in gzip.decompress(written.read_bytes())


def test_the_model_reads_who_and_when(run: Run, judge: WordJudge, tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.csv", "a,b,a_country,b_date,label\nOne.,Two.,Valdoria,2001,whatever\n"
    )
    run("stance", "--batch", path)
    assert judge.read == [(ModelInput("One.", country="Valdoria"), ModelInput("Two.", date="2001"))]


def test_missing_values_do_not_reach_the_model(run: Run, judge: WordJudge, tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "a,b,a_country,b_country\nOne.,Two.,nan,N/A\n")
    run("stance", "--batch", path)
    assert judge.read == [(ModelInput("One."), ModelInput("Two."))]


@pytest.mark.parametrize("name", ["nowhere/x.csv", "x.csv"])
@pytest.mark.parametrize("out", [None, "there.csv", "nowhere/y.csv"])
def test_an_unreadable_file_is_reported_before_the_target(
    run: Run, tmp_path: Path, name: str, out: str | None
) -> None:
    write(tmp_path / "there.csv", "mine")
    write(tmp_path / "x.stance.csv", "mine")
    path = tmp_path / name
    told = run("stance", "--batch", path, *(["--out", tmp_path / out] if out else []))
    said = "(No such file or directory); check that it is there and yours to read."
    message = f"{path}: the file cannot be read {said}"
    assert_one_sentence(told, message)


def test_an_existing_target_is_reported_before_the_pairs_are_read(run: Run, tmp_path: Path) -> None:
    path, target = write(tmp_path / "x.csv", ""), write(tmp_path / "x.stance.csv", "mine")
    message = f"{target} exists already: move it, or name another file with --out."
    assert_one_sentence(run("stance", "--batch", path), message)


def test_out_names_another_file(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "a,b\nOne.,Two.\n")
    told = run("stance", "--batch", path, "--out", tmp_path / "y.csv")
    assert told.err == f"Wrote {tmp_path / 'y.csv'}: 1 pair, model {MODEL}.\n"
    assert not (tmp_path / "x.stance.csv").exists()


def test_nothing_is_overwritten(run: Run, judge: WordJudge, tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "a,b\nOne.,Two.\n")
    target = write(tmp_path / "x.stance.csv", "mine")
    message = f"{target} exists already: move it, or name another file with --out."
    assert_one_sentence(run("stance", "--batch", path), message)
    told = run("stance", "--batch", path, "--out", path)
    assert_one_sentence(told, message.replace(str(target), str(path)))
    assert (target.read_text(), judge.read) == ("mine", [])


def test_a_target_created_meanwhile_is_kept(
    run: Run, judge: WordJudge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, target = write(tmp_path / "x.csv", "a,b\nOne.,Two.\n"), tmp_path / "x.stance.csv"

    def slowly(pairs, on_progress=None):
        target.write_text("theirs")
        return np.ones((len(pairs), 3), np.float32) / 3, list(pairs)

    monkeypatch.setattr(judge, "score_parts", slowly)
    told = run("stance", "--batch", path)
    assert (told.code, target.read_text()) == (2, "theirs")
    assert f"{target} already exists" in told.err


def test_a_model_that_fails_leaves_nothing(
    run: Run, judge: WordJudge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "x.csv", "a,b\nOne.,Two.\n")

    def interrupted(pairs, on_progress=None):
        raise KeyboardInterrupt

    monkeypatch.setattr(judge, "score_parts", interrupted)
    assert run("stance", "--batch", path).code == 130
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.csv"]


@pytest.mark.parametrize(
    ("name", "content", "out", "message"),
    [
        (
            "x.csv",
            "a,b,model\n1,2,mine\n",
            None,
            "{0}/x.csv, line 2, column \"model\", 'mine': a column with this name will be added; "
            'rename "model" in the file.',
        ),
        (
            "x.csv",
            "a,b,Stance\n1,2,mine\n",
            None,
            "{0}/x.csv, line 2, column \"Stance\", 'mine': a column with this name will be added; "
            'rename "Stance" in the file.',
        ),
        (
            "x.jsonl",
            '{"a": "1", "b": "2"}\n{"a": "1", "b": "2", "P-Agree": 0.5}\n',
            None,
            "{0}/x.jsonl, line 2, column \"P-Agree\", '0.5': a column with this name will be "
            'added; rename "P-Agree" in the file.',
        ),
        (
            "x.csv",
            "a,A,b\n1,2,3\n",
            None,
            '{0}/x.csv: the columns "a" and "A" can each be read as "a"; rename all but one.',
        ),
        (
            "x.csv",
            "a,c\n1,2\n",
            None,
            '{0}/x.csv: there is no column "b" (found: a, c); a file of pairs has the columns '
            "premise and hypothesis, or a and b.",
        ),
        ("x.csv", "", None, "{0}/x.csv: the file is empty; name another, or put rows into it."),
        (
            "x.doc",
            "a,b\n1,2\n",
            None,
            "{0}/x.doc: this is not a table that can be read; end the name in .csv, .tsv, "
            ".jsonl, or one of them and .gz.",
        ),
        (
            "x.csv",
            "a,b\n1,2\n",
            "y.tsv",
            "{0}/y.tsv does not end in .csv: give it that ending.",
        ),
        (
            "x.csv",
            "a,b\n1,2\n",
            "nowhere/y.csv",
            "{0}/nowhere/y.csv cannot be written (No such file or directory): choose a "
            "folder that exists and that you may write to.",
        ),
    ],
)
def test_mistakes_are_one_sentence_and_write_nothing(
    run: Run, tmp_path: Path, name: str, content: str, out: str | None, message: str
) -> None:
    path = write(tmp_path / name, content)
    told = run("stance", "--batch", path, *(["--out", tmp_path / out] if out else []))
    assert_one_sentence(told, message.format(tmp_path))
    assert list(tmp_path.iterdir()) == [path]


def test_an_unwritable_folder_is_one_sentence(
    run: Run, judge: WordJudge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**options):
        raise PermissionError(errno.EACCES, "Permission denied")

    path = write(tmp_path / "x.csv", "a,b\n1,2\n")
    monkeypatch.setattr("compare.files.tempfile.TemporaryFile", refused)
    assert_one_sentence(
        run("stance", "--batch", path),
        f"{tmp_path / 'x.stance.csv'} cannot be written (Permission denied): choose a folder "
        "that exists and that you may write to.",
    )
    assert judge.read == []


def test_a_folder_or_a_missing_model_is_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.csv").mkdir()
    told = run("stance", "--batch", tmp_path / "x.csv")
    assert_one_sentence(told, f"{tmp_path / 'x.csv'}: this is a folder; name a file.")
    path = write(tmp_path / "y.csv", "a,b\n1,2\n")
    assert_one_sentence(
        run("stance", "--batch", path, "--stance-model", "absent"),
        "There is no model 'absent' on this machine: give a folder.",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Give statements A and B, or a file of pairs with --batch."),
        (["One."], "Give statement B, too, or a file of pairs with --batch."),
        (
            ["One.", "Two.", "--batch", "x.csv"],
            "Give statements A and B or a file with --batch, not",
        ),
        (["One.", "Two.", "--out", "x.csv"], "--out goes with --batch only: leave it out."),
        (
            ["--batch", "x.csv", "--why"],
            "--why and the options about A and B do not go with --batch",
        ),
        (["--batch", "x.csv", "--a-date", "2001"], "write who and when into columns of the file"),
        (["--batch", "x.csv", "--who-b", "Valdoria"], "do not go with --batch"),
    ],
)
def test_one_form_or_the_other(run: Run, arguments: list[str], message: str) -> None:
    told = run("stance", *arguments)
    assert (told.code, told.out) == (2, "")
    assert message in " ".join(told.err.split())
    assert "Traceback" not in told.err
