"""`compare search --queries`: many quotes in one process, and a run that continues."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from compare.batch.quotes import partial_path, read_quotes, search_file
from compare.export.dictionary import columns
from compare.facade import Library
from tests.cli.conftest import BLOCKADE, Run
from tests.fakes import HashingEncoder, Ran, WordJudge

DENIED = "The blockade of Port Meren will not end"
QUOTES = [BLOCKADE, "Trade in timber has doubled", DENIED]
FILE = f"id,quote,speaker,country,date\nq1,{BLOCKADE},,,\n,{QUOTES[1]},Bren Tal,Ostravia,2021\n"


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    path = tmp_path / "quotes.txt"
    path.write_text("\n".join([QUOTES[0], "", *QUOTES[1:]]) + "\n\n", encoding="utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{**row, "searched_on": ""} for row in csv.DictReader(file)]


def one_sentence(told: Ran, message: str) -> None:
    assert (told.code, told.out, told.err) == (2, "", f"Error: {message}\n")


# -- What is read --------------------------------------------------------------------------------


def test_a_text_has_a_quote_on_each_line(queries: Path) -> None:
    quotes = read_quotes(queries)
    assert [one.id for one in quotes] == ["1", "3", "4"]
    assert [one.quote.text for one in quotes] == QUOTES


@pytest.mark.parametrize("column", ["quote", "Query", "text", "statement"])
def test_a_table_may_say_who_and_when(tmp_path: Path, column: str) -> None:
    path = tmp_path / "quotes.csv"
    path.write_text(FILE.replace("quote", column))
    first, second = read_quotes(path)
    assert (first.id, first.quote.text, first.quote.speaker) == ("q1", BLOCKADE, "")
    assert (second.id, second.quote.speaker, str(second.quote.date)) == ("3", "Bren Tal", "2021")
    assert [entry.name for entry in second.quote.country] == ["Ostravia"]
    assert second.quote.statement_id is None


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("q.csv", "id,quote\na,One is.\nb,\n", "{}, line 3, column \"quote\", '': "),
        (
            "q.txt",
            "One is.\n...\n",
            "{}, line 2, '...': the quote has no words, only '...': give at least one word.",
        ),
        ("q.csv", "quote,date\nOne is.,someday\n", "{}, line 2, column \"date\", 'someday': "),
        (
            "q.csv",
            "id,quote\na,One is.\na,Two are.\n",
            "{}, line 3: the id 'a' is used already; give each quote its own.",
        ),
        (
            "q.csv",
            "id,words\na,One is.\n",
            "{}, line 2: no column holds quotes (found: id, words); name one quote, query or text.",
        ),
        ("q.txt", "\n\n", "{}: there is no quote; write one a line."),
        ("q.txt", "caf\udce9\n", "{}: byte 3 (0xE9) is not UTF-8: "),
        (
            "q.md",
            "One is.\n",
            "{}: this is no file of quotes; end the name in .csv, .tsv, .jsonl for a table, or in "
            ".txt for a quote on each line.",
        ),
    ],
)
def test_a_bad_quote_is_one_sentence_before_any_search(
    run: Run, tmp_path: Path, name: str, content: str, message: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8", errors="surrogateescape")
    told = run("search", "--queries", path, "--out", tmp_path / "pairs.csv")
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("Error: " + message.format(path))
    assert told.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == [path]


def test_a_quote_that_is_too_long_is_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "q.txt"
    path.write_text("words" * 5_000)
    told = run("search", "--queries", path, "--out", tmp_path / "pairs.csv")
    assert f"{path}, line 1, 'wordswords" in told.err
    assert "the quote has 25,000 characters, more than 20,000" in told.err


# -- What is written -----------------------------------------------------------------------------


def test_csv_has_the_pairs_of_all_quotes(run: Run, queries: Path, tmp_path: Path) -> None:
    out, single = tmp_path / "pairs.csv", tmp_path / "single.csv"
    told = run("search", "--queries", queries, "--out", out)
    rows = rows_of(out)
    assert (told.code, told.out) == (0, "")
    assert told.err.splitlines()[-1] == f"Wrote {out}: {len(rows)} pairs of 3 quotes; none for 3."
    assert tuple(rows[0]) == ("query_id", *columns("pairs"))
    for name, text in (("1", BLOCKADE), ("4", DENIED)):
        assert run("search", text, "--out", single, "--force").code == 0
        wanted = [{"query_id": name, **row} for row in rows_of(single)]
        assert [row for row in rows if row["query_id"] == name] == wanted
        assert {row["query"] for row in wanted} == {text}
    assert not partial_path(out).exists()


def test_json_lines_have_the_same_rows(run: Run, queries: Path, tmp_path: Path) -> None:
    out, table = tmp_path / "pairs.jsonl", tmp_path / "pairs.csv"
    told = run("search", "--queries", queries, "--out", out, "--json")
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    summary = {"path": str(out), "quotes": 3, "pairs": len(rows), "without_pairs": ["3"]}
    data = told.json
    notes = data.pop("notes")
    assert data == summary
    assert sorted(notes.values()) == [["1"], ["3"]]  # each is in the library
    assert run("search", "--queries", queries, "--out", table).code == 0
    assert [row["b_id"] for row in rows] == [row["b_id"] for row in rows_of(table)]
    assert isinstance(rows[0]["p_agree"], float)


def test_notes_on_the_quotes_are_told(run: Run, tmp_path: Path) -> None:
    path, out = tmp_path / "quotes.txt", tmp_path / "pairs.csv"
    long = " ".join(f"The blockade of Port Meren must end in {year}." for year in range(2000, 2040))
    path.write_text(f"{BLOCKADE}\n{long}\n")
    note = run("search", long, "--json").json["provenance"]["notes"][0]
    assert note.startswith("The quote has 40 sentences; the first")
    assert f"Note on 2: {note}\n" in run("search", "--queries", path, "--out", out).err
    told = run("search", "--queries", path, "--out", out, "--force", "--json")
    assert told.json["notes"][note] == ["2"]


def test_options_of_a_search_apply(run: Run, queries: Path, tmp_path: Path) -> None:
    out = tmp_path / "pairs.csv"
    options = ("--min-probability", "0.75", "--only-country", "Norland", "--why")
    assert run("search", "--queries", queries, "--out", out, *options).code == 0
    rows = rows_of(out)
    assert {row["query_id"] for row in rows} == {"1", "4"}
    assert {(row["stance"], row["b_id"]) for row in rows} == {("oppose", "oppose-1")}
    assert all(row["b_words"] for row in rows)


def test_a_mistake_in_the_options_is_told(run: Run, queries: Path, tmp_path: Path) -> None:
    out = tmp_path / "pairs.csv"
    assert "--queries needs a file to write" in run("search", "--queries", queries).err
    both = run("search", "A quote.", "--queries", queries, "--out", out)
    assert "and a file with --queries" in both.err
    for option in (("--limit", "3"), ("--speaker", "Ada"), ("--who", "Norland, 2022")):
        told = run("search", "--queries", queries, "--out", out, *option)
        assert (told.code, "do not go with --queries" in told.err) == (2, True)
    one_sentence(
        run("search", "--queries", queries, "--out", tmp_path / "a.xlsx"),
        f"{tmp_path / 'a.xlsx'} does not end in .csv or .jsonl: give it one of these endings.",
    )
    out.write_text("mine")
    told = run("search", "--queries", queries, "--out", out)
    assert (told.code, "already exists" in told.err, out.read_text()) == (2, True, "mine")


# -- A run that continues ------------------------------------------------------------------------


class Interrupted(WordJudge):
    """Ctrl-C arrives when this many quotes have been read."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def score(self, pairs, on_progress=None):
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return super().score(pairs, on_progress)


def test_an_interrupted_run_continues(
    run: Run, queries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, out = tmp_path / "whole.csv", tmp_path / "pairs.csv"
    assert run("search", "--queries", queries, "--out", whole).code == 0
    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: Interrupted(2))
    told = run("search", "--queries", queries, "--out", out)
    partial = partial_path(out)
    kept = f"{partial} keeps the finished quotes: the same command continues after them.\n"
    assert (told.code, told.err.startswith(kept)) == (130, True)
    assert not out.exists()
    with partial.open("ab") as file:
        file.write(b'{"number": 2, "rows": [{"qu')  # as a crash may leave it
    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: Interrupted(1))
    assert run("search", "--queries", queries, "--out", out).code == 0
    assert not partial.exists()
    assert rows_of(out) == rows_of(whole)


def test_another_search_does_not_continue_it(
    run: Run, queries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "pairs.csv"
    with monkeypatch.context() as patch:
        patch.setattr("compare.models.load_stance_model", lambda name=None: Interrupted(1))
        run("search", "--queries", queries, "--out", out)
    partial = partial_path(out)
    before = partial.read_bytes()
    one_sentence(
        run("search", "--queries", queries, "--out", out, "--why"),
        f"{partial} keeps the finished quotes of a search with other options: repeat that search "
        "to finish it, name another file with --out, or delete this one.",
    )
    queries.write_text(f"{DENIED}\n")
    told = run("search", "--queries", queries, "--out", out, "--force", "--candidates", "9")
    assert "a search with other quotes and options: " in told.err
    assert partial.read_bytes() == before
    partial.write_bytes(b"[]\n")
    told = run("search", "--queries", queries, "--out", out)
    assert (told.code, told.err.endswith("delete it to begin anew.\n")) == (2, True)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda line: line.update(number=-1), "number: Input should be greater than"),
        (lambda line: line.update(number=99), "there is no quote 100"),
        (lambda line: line.update(rows=[{"quote": 1}]), "rows.0."),
        (lambda line: line.update(notes="x"), "notes: Input should be a valid list"),
        (lambda line: line["rows"][0].update(p_agree=5), "rows.0.p_agree: Input should be less"),
        (lambda line: line.pop("rows"), "rows: Field required"),
    ],
)
def test_finished_quotes_that_were_edited_are_one_sentence(
    run: Run, queries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: Any, said: str
) -> None:
    out = tmp_path / "pairs.csv"
    with monkeypatch.context() as patch:
        patch.setattr("compare.models.load_stance_model", lambda name=None: Interrupted(1))
        run("search", "--queries", queries, "--out", out)
    partial = partial_path(out)
    head, line = map(json.loads, partial.read_text().splitlines())
    edit(line)
    partial.write_text(f"{json.dumps(head)}\n{json.dumps(line)}\n")
    told = run("search", "--queries", queries, "--out", out)
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert said in told.err
    assert told.err.endswith("delete it to begin anew.\n")


def test_the_same_from_python(library: Path, queries: Path, tmp_path: Path) -> None:
    opened, judge = Library.open(library, HashingEncoder(256)), WordJudge()
    results = list(opened.search_many(QUOTES, stance_model=judge))
    assert [result.subject for result in results] == QUOTES
    done: list[tuple[int, int]] = []
    found = search_file(
        opened,
        read_quotes(queries),
        tmp_path / "pairs.csv",
        stance_model=judge,
        on_progress=lambda *at: done.append(at),
    )
    numbers = [sum(1 for _ in result.ranked()) for result in results]
    assert found.pairs == dict(zip(["1", "3", "4"], numbers, strict=True))
    assert done == [(1, 3), (2, 3), (3, 3)]
