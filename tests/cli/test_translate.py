"""`compare translate`: what is sent, written, refused and gone on with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compare.corpus import read_corpus
from tests.cli.conftest import Run
from tests.reader_server import ReaderServer

TEXT = "id,text,language,Note\na,Мы против войны.,ru,x\nb,We refuse.,en,\nc,Nous refusons.,fr,\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.csv"
    path.write_text(TEXT)
    return path


@pytest.fixture
def local(reader: ReaderServer) -> tuple[str, ...]:
    reader.reply = lambda asked: {"paragraphs": [*map(str.upper, asked["paragraphs"].values())]}
    return "--third-reader", reader.url, "--third-model", "polyglot"


def test_a_corpus_is_translated_and_can_be_built(
    run: Run, reader: ReaderServer, local: tuple[str, ...], corpus: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    told = run("translate", corpus, "--out", out, *local, "--json")
    assert told.code == 0
    assert (
        f"This sends 2 statements (fr, ru), 30 characters, roughly 10 tokens, to {reader.host} "
        "(this computer), to be translated by polyglot."
    ) in told.err
    assert told.json == {"out": str(out), "statements": 3, "translated": 2, "problems": {}}
    first, second, third = read_corpus([out]).statements
    assert (first.translation, first.translated_by) == ("МЫ ПРОТИВ ВОЙНЫ.", "machine")
    assert (second.translation, third.translation_language) == ("", "en")
    assert first.extra == {"Note": "x", "translated_with": f"polyglot at {reader.host}"}
    assert corpus.read_text() == TEXT
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out.jsonl"]
    assert run("build", "--corpus", out, "--library", tmp_path / "lib").code == 0
    shown = run("show", "a", "--library", tmp_path / "lib")
    assert "translation: МЫ ПРОТИВ ВОЙНЫ." in shown.out
    again = run("translate", out, "--out", tmp_path / "2.jsonl", *local)
    assert (again.code, "No statement is to be translated" in again.err) == (2, True)


def test_columns_and_dates_are_read_as_build_reads_them(
    run: Run, local: tuple[str, ...], tmp_path: Path
) -> None:
    corpus, out = tmp_path / "corpus.csv", tmp_path / "out.jsonl"
    corpus.write_text("слова,date,language\nМы против войны.,03/04/2022,ru\n", "utf-8")
    named = "--map", "слова=text", "--dates", "day-first", "--fill", "speaker=Ada Made-Up"
    assert run("translate", corpus, "--out", out, *named, *local).code == 0
    (only,) = read_corpus([out]).statements
    assert (only.translation, str(only.date)) == ("МЫ ПРОТИВ ВОЙНЫ.", "2022-04-03")
    assert only.speaker == "Ada Made-Up"


def test_some_are_chosen_and_an_interrupted_run_goes_on(
    run: Run, reader: ReaderServer, local: tuple[str, ...], corpus: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    reply = reader.reply
    reader.reply = lambda asked: 500 if asked["from"] == "French" else reply(asked)
    told = run("translate", corpus, "--out", out, *local)
    assert (told.code, out.exists()) == (2, False)
    assert "polyglot" in told.err
    assert "gave no translation" in told.err
    assert len(json.loads((tmp_path / ".out.jsonl.done.json").read_text())["translations"]) == 1
    reader.reply = reply
    reader.asked.clear()
    assert run("translate", corpus, "--out", out, *local).code == 0
    assert [pair["from"] for pair in reader.pairs] == ["French"]
    told = run("translate", corpus, "--out", out, "--language", "ru", "--limit", "1", *local)
    assert (told.code, "exists" in told.err) == (2, True)
    told = run("translate", corpus, "--out", out, "--id", "a", "--force", *local)
    assert told.out == f"{out}: 3 statements, 1 translated.\n"


def test_nothing_is_sent_without_consent(
    run: Run,
    reader: ReaderServer,
    local: tuple[str, ...],
    corpus: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = ("translate", corpus, "--out", tmp_path / "out.jsonl")
    told = run(*command)
    assert (told.code, "Name one translator" in told.err) == (2, True)
    told = run(*command, "--argos", *local)
    assert (told.code, "Name one translator" in told.err) == (2, True)
    monkeypatch.setattr("compare.models.endpoints._THIS_MACHINE", ())
    told = run(*command, *local)
    assert (told.code, f"allow it with --allow-host {reader.host}" in told.err) == (2, True)
    told = run(*command, *local, "--allow-host", reader.host)
    assert (told.code, "add --yes" in told.err, reader.asked) == (2, True, [])
    told = run(*command, *local, "--allow-host", reader.host, "--yes")
    assert told.code == 0
    assert "(not this computer, without encryption)" in told.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "out.csv"], ".jsonl"),
        (["--out", "out.jsonl", "--to", "no tongue"], "'no tongue' is no language"),
        (["--out", "out.jsonl", "--id", "z"], "There is no statement 'z'"),
        (["--out", "out.jsonl", "--language", "de"], "No statement is to be translated"),
    ],
)
def test_errors_are_sentences(
    run: Run,
    local: tuple[str, ...],
    corpus: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    told = run("translate", corpus, *arguments, *local)
    assert (told.code, told.out) == (2, "")
    assert message in told.err
