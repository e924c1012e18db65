"""Files and folders: what is read, in which order, and what is left out."""

from __future__ import annotations

import json
import os
import resource
import tracemalloc
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import pytest

from compare.corpus import read_corpus
from compare.corpus.read import Reading
from compare.errors import CorpusError, LibraryError
from compare.statements.statement_file import in_file


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(**files: str) -> None:
    for name, content in files.items():
        path = Path(name.replace("__", "/").replace("_dot_", "."))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def test_a_folder_is_read_in_order_and_says_what_it_left_out(here: Path) -> None:
    put(
        c__b_dot_csv="text\nfrom b\n",
        c__a__z_dot_jsonl='{"text": "from a/z"}\n',
        c__a__y_dot_JSON='[{"text": "from a/y"}]',
        c__d_dot_md="---\nspeaker: x\n---\nfrom d\n",
        c__README_dot_md="not a statement",
        c__a__Readme_dot_txt="not a statement",
        c__LICENSE_dot_txt="not a statement",
        c__notes_dot_docx="not a statement",
        c___dot_hidden_dot_csv="text\nnot a statement\n",
        c___dot_git__a_dot_csv="text\nnot a statement\n",
    )
    Path("c/~$book.xlsx").write_text("not a statement")
    corpus = read_corpus([Path("c")], strict=True)
    assert [statement.text for statement in corpus.statements] == [
        "from a/y",
        "from a/z",
        "from b",
        "from d",
    ]
    assert corpus.notes == (
        "6 files were skipped (hidden, README or LICENSE, or of a type that is not read): "
        ".hidden.csv, LICENSE.txt, README.md, Readme.txt, notes.docx, ~$book.xlsx.",
    )


def test_the_order_does_not_hang_on_the_disk(here: Path) -> None:
    names = [f"c/{letter}.txt" for letter in "qwertz"]
    for name in names:
        put(**{name.replace("/", "__").replace(".", "_dot_"): name})
    corpus = read_corpus(["c"])
    assert [statement.text for statement in corpus.statements] == sorted(names)


def test_one_bad_file_in_a_folder_does_not_cost_the_others(here: Path) -> None:
    put(c__a_dot_json="[", c__b_dot_csv="text\nx\n", c__c_dot_csv="Year,Post\n1,2\n")
    Path("c/d.csv").touch()
    Path("c/e.csv").symlink_to("nowhere.csv")
    corpus = read_corpus(["c"])
    assert [statement.text for statement in corpus.statements] == ["x"]
    assert [str(problem) for problem in corpus.problems] == [
        "c/a.json, line 1: this is not JSON (Expecting value, column 2); correct it there.",
        "c/c.csv: no column holds the words of a statement (found: Year, Post); name one with "
        "--map COLUMN=text.",
        "c/d.csv: the file is empty; remove it, or put statements into it.",
        "c/e.csv: the file cannot be read (No such file or directory); check that it is there and "
        "yours to read.",
    ]
    with pytest.raises(CorpusError, match=r"^c/a.json, line 1: this is not JSON"):
        read_corpus(["c"], strict=True)


def test_what_stands_before_the_end_of_a_bad_file_is_kept(here: Path) -> None:
    put(c__a_dot_csv="id,text\n1,x\n2,y\n3,\0\n4,z\n", c__b_dot_csv="id,text\n2,again\n")
    corpus = read_corpus(["c"])
    assert [statement.text for statement in corpus.statements] == ["x", "y"]
    assert [str(problem) for problem in corpus.problems] == [
        "c/a.csv, line 4: this is not text (it has a NUL character): save it as UTF-8 (in a "
        'spreadsheet program: "CSV UTF-8") (2 statements before it were read).',
        "c/b.csv, line 2, column \"id\", '2': this id is already used at c/a.csv, line 3; give "
        "each its own.",
    ]
    with pytest.raises(CorpusError, match=r'UTF-8"\)\.$'):
        read_corpus(["c/a.csv"])


def test_a_file_is_read_once(here: Path) -> None:
    put(c__a_dot_csv="id,text\n1,x\n")
    Path("c/link.csv").symlink_to("a.csv")
    corpus = read_corpus(["c/a.csv", "c"])
    assert len(corpus) == 1
    assert corpus.problems == ()
    assert corpus.notes == ("2 files were named twice and read once: c/a.csv, c/link.csv.",)


@pytest.mark.parametrize("name", ["README.md", ".hidden.txt"])
def test_a_file_that_is_named_is_read(here: Path, name: str) -> None:
    Path(name).write_text("words")
    assert [statement.text for statement in read_corpus([name]).statements] == ["words"]


def test_what_is_not_there(here: Path) -> None:
    with pytest.raises(CorpusError) as caught:
        read_corpus(["no.csv"])
    assert str(caught.value) == "There is no file or folder 'no.csv': check the path."


def test_what_cannot_be_read(here: Path) -> None:
    for name, remedy in (
        ("a.docx", "save it as PDF or text"),
        ("a.xls", "save it as XLSX or CSV"),
        ("a.html", "read it with `compare import html`"),
        ("a.csv.gz", "unpack it, and name what is in it"),
    ):
        Path(name).touch()
        with pytest.raises(CorpusError, match=f"^{name} has a type that cannot be read: {remedy}"):
            read_corpus([name])
    Path("a.doz").touch()
    with pytest.raises(CorpusError) as caught:
        read_corpus(["a.doz"])
    assert str(caught.value) == (
        "a.doz has a type that cannot be read: use one of .csv, .json, .jsonl, .markdown, .md, "
        ".ndjson, .pdf, .tab, .tsv, .txt, .xlsx."
    )


def test_a_folder_with_nothing_in_it(here: Path) -> None:
    put(c__README_dot_md="words", c__a_dot_docx="words")
    with pytest.raises(CorpusError) as caught:
        read_corpus(["c"])
    assert str(caught.value) == (
        "The folder 'c' holds nothing to read: put files of the kinds .csv, .json, .jsonl, "
        ".markdown, .md, .ndjson, .pdf, .tab, .tsv, .txt, .xlsx into it."
    )


def test_no_path_at_all() -> None:
    with pytest.raises(CorpusError) as caught:
        read_corpus([])
    assert str(caught.value) == "No corpus is named: give the path of a file or folder."


def test_an_empty_file(here: Path) -> None:
    Path("a.csv").touch()
    with pytest.raises(CorpusError) as caught:
        read_corpus(["a.csv"])
    assert str(caught.value) == ("a.csv: the file is empty; remove it, or put statements into it.")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(here: Path) -> None:
    put(c__a_dot_csv="text\nx\n", d__a_dot_csv="text\nx\n")
    Path("c/a.csv").chmod(0)
    with pytest.raises(CorpusError, match=r"^c/a.csv: the file cannot be read \(Permission denied"):
        read_corpus(["c/a.csv"])
    Path("d").chmod(0)
    try:
        with pytest.raises(CorpusError, match=r"^d cannot be read: Permission denied\.$"):
            read_corpus(["d"])
    finally:
        Path("d").chmod(0o700)


def test_progress(here: Path) -> None:
    put(c__a_dot_txt="x", c__b_dot_txt="y")
    seen: list[tuple[int, int]] = []
    read_corpus(["c"], on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 2), (1, 2), (2, 2)]


# -- on disk ---------------------------------------------------------------------------------------


ROWS = [
    {"id": "m1", "text": "The pier of Meren stays open.", "speaker": "Ada Quill", "date": "2020"},
    {"id": "m2", "text": "The pier is\nclosed, «for good».", "country": "Valdoria"},
    {"id": "m1", "text": "An id that is used already."},
    {"text": ""},
    {"text": "No id is given here \u2028 at all.", "tags": "pier"},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "statements.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return file


def test_it_holds_what_a_corpus_in_memory_holds_as_often_as_asked(path: Path) -> None:
    whole = read_corpus([path])
    reading = Reading([path])
    with in_file(reading.statements()) as statements:
        corpus = reading.corpus()
        assert corpus == replace(whole, statements=())
        assert len(corpus.problems) == 2
        assert len(statements) == 3
        by_id = tuple(sorted(whole.statements, key=attrgetter("id")))
        assert tuple(statements) == tuple(statements) == by_id
        assert statements.ids() == {one.id for one in by_id}


def test_what_cannot_be_read_is_said_and_leaves_no_file(path: Path) -> None:
    with (
        pytest.raises(CorpusError, match=r"line 3, column \"id\", 'm1': this id is already used"),
        in_file(Reading([path], strict=True).statements()),
    ):
        pass


def test_a_full_disk_is_not_blamed_on_the_file(path: Path) -> None:
    for room in (10, 8_000):
        for row in ROWS[:1]:
            many = [{**row, "id": str(n)} for n in range(200)]
            path.write_text("".join(json.dumps(entry) + "\n" for entry in many))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
        try:
            with (
                pytest.raises(LibraryError, match=r"could not be written .* with TMPDIR"),
                in_file(Reading([path]).statements()),
            ):
                pass
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_half_a_character_in_a_columns_name_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text('{"text": "We stay.", "\\ud800x": "y"}\n{"text": "We go."}\n')
    reading = Reading([file])
    assert [entry.text for entry in reading.statements()] == ["We go."]
    assert "is half a character" in reading.corpus().problems[0].message


def test_memory_does_not_grow_with_the_corpus(tmp_path: Path) -> None:
    file = tmp_path / "long.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for n in range(600):
            out.write(json.dumps({"id": str(n), "text": f"We open pier {n}. " * 400}) + "\n")
    assert file.stat().st_size > 4_000_000
    tracemalloc.start()
    try:
        told: list[int] = []
        with in_file(Reading([file]).statements(), told.append) as statements:
            assert sum(1 for _ in statements) == len(statements) == 600
            assert told == [100, 200, 300, 400, 500, 600]
        assert tracemalloc.get_traced_memory()[1] < 1_500_000
    finally:
        tracemalloc.stop()
