from __future__ import annotations

import csv
import errno
import io
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import click
import pytest

from compare.cli import options
from compare.cli.program import cli, main
from compare.export.rows import COLUMNS
from compare.export.saved import load_result
from compare.library.library import Library
from compare.library.locations import sample_corpus
from tests.fakes import HashingEncoder, Ran, WordJudge, runner, statement

BLOCKADE = "The blockade of Port Meren must end"
ESCAPES = "\x1b[31mred\x1b[0m \x9b2J \x07bell"
STATEMENTS = [
    statement(
        "own", f"{BLOCKADE}.", speaker="Ms. Ada Lorn", country="Valdoria=VLD", date="2021-05"
    ),
    statement(
        "agree-1",
        "We say that the blockade of Port Meren must end now.",
        speaker="Bren Tal",
        role="Envoy",
        venue="Pier of Meren",
        extra={"party": "Reeds"},
        country="Ostravia",
        date="2021-06-01",
        source="Bulletin",
        url="https://example.org/1",
        language="en",
    ),
    statement(
        "oppose-1",
        f"The blockade of Port Meren will not end {ESCAPES}",
        context="asked by Valdoria",
        speaker=f"Cor {ESCAPES}",
        country="Norland=NOR",
        date="2022",
    ),
    statement("other", "Trade in timber has doubled.", speaker="Bren Tal", country="Ostravia"),
]


Run = Callable[..., Ran]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], library: Path
) -> Iterator[Run]:
    """Run a command in this process, on small models, and see what it prints and exits with."""
    monkeypatch.setattr(
        "compare.models.encoder.load_encoder", lambda name=None: HashingEncoder(256)
    )
    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: WordJudge())
    monkeypatch.setenv("COMPARE_LIBRARY", str(library))
    return runner(capfd)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "library"
    Library.build(STATEMENTS, folder, HashingEncoder(256)).close()
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.csv"
    path.write_text("id,text,speaker\na,We agree to the plan.,Bren Tal\nb,We refuse.,Cor Vael\n")
    return path


def command_line(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    """Start a command in a process of its own, which heeds Ctrl-C though the tests may not."""
    was = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "compare", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, **environment},
        )
    finally:
        signal.signal(signal.SIGINT, was)


# --- lightness -------------------------------------------------------------------------------


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys, runpy, atexit\n"
        "atexit.register(lambda: print('\\n@', *sorted(sys.modules)))\n"
        "sys.argv = ['compare', '--help']\n"
        "runpy.run_module('compare', run_name='__main__', alter_sys=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    names, modules = done.stdout.split("\n@")
    assert done.returncode == 0, done.stderr
    assert "search" in names
    heavy = {"torch", "faiss", "streamlit", "numpy", "onnxruntime", "pandas", "openpyxl", "rich"}
    heavy |= {"sklearn", "scipy"}
    assert not heavy & set(modules.split())


def test_every_command_explains_itself(run: Run) -> None:
    listed = run("--help").out

    def explained(group: click.Group, names: tuple[str, ...]) -> int:
        context, count = click.Context(group), 0
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            told = run(*names, name, "--help")
            assert told.code == 0
            assert told.out.startswith(" ".join(("Usage: compare", *names, name)))
            assert "\\b" not in told.out
            assert names or name in listed
            count += 1
            if isinstance(command, click.Group):
                count += explained(command, (*names, name))
        return count

    assert isinstance(cli, click.Group)
    assert explained(cli, ()) > 50


# --- search ----------------------------------------------------------------------------------


def test_search_prints_plain_text_into_a_pipe(run: Run) -> None:
    told = run("search", BLOCKADE)
    assert told.code == 0
    assert "AGREE\n  1. 0.70 “We say that the blockade of Port Meren must end now.”" in told.out
    assert "Bren Tal, Envoy, Ostravia, 2021-06-01, Pier of Meren, Bulletin, [agree-1]" in told.out
    assert "https://example.org/1" in told.out
    assert "OPPOSE\n  1. 0.80 “The blockade of Port Meren will not end" in told.out
    assert "context: asked by Valdoria" in told.out
    assert "Note:  The words stand in the library" in told.out
    assert "\x1b" not in told.out + told.err


def test_no_control_character_of_a_statement_is_printed(run: Run) -> None:
    for told in (run("search", BLOCKADE), run("show", "oppose-1"), run("show")):
        assert "␛[31mred␛[0m �2J ␇bell" in told.out
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", told.out + told.err)
    told = run("show", "oppose-1", "--json")
    assert told.json["statement"]["text"] == STATEMENTS[2].text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", told.out)


def test_search_json_has_the_lists_in_order(run: Run) -> None:
    data = run("search", BLOCKADE, "--json").json
    assert list(data) == ["query", "outcome", "model", "provenance", "results"]
    assert (data["query"], data["outcome"]) == (BLOCKADE, "found")
    assert data["model"] == "judge@555555555555"
    assert [(entry["stance"], entry["statement"]["id"]) for entry in data["results"]] == [
        ("agree", "agree-1"),
        ("oppose", "oppose-1"),
    ]
    assert all(entry["why"] is None for entry in data["results"])
    assert data["provenance"]["source"]["id"] == "own"


def test_why_is_found_when_it_is_asked_for(run: Run) -> None:
    first = run("search", BLOCKADE, "--json", "--why").json["results"][0]
    (span,) = first["why"]["passage"]
    assert "must" in span["text"]
    assert first["passage"][span["start"] : span["end"]] == span["text"]
    assert f"deciding in statement: {span['text']}" in run("search", BLOCKADE, "--why").out


def test_the_quote_is_read_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_stdin(data: bytes) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return run("search", "-", "--json")

    assert with_stdin(b"\xef\xbb\xbf" + BLOCKADE.encode() + b"\n").json["query"] == BLOCKADE
    told = with_stdin(b"caf\xe9")
    assert (told.code, told.out) == (2, "")
    assert told.err == (
        "Error: Standard input is not UTF-8 text (byte 4): convert it, or give the quote as an "
        "argument.\n"
    )
    assert "The quote is empty" in with_stdin(b"").err


def test_a_statement_of_the_library_is_asked_about_by_its_id(run: Run) -> None:
    quote = run("search", "--id", "own", "--json").json["provenance"]["quote"]
    assert quote["speaker"] == "Ms. Ada Lorn"
    assert quote["country"] == [{"name": "Valdoria", "code": "VLD"}]
    assert quote["date"] == "2021-05"
    given = run("search", "--id", "own", "--date", "1999", "--json").json["provenance"]["quote"]
    assert (given["date"], given["statement_id"]) == ("1999", "own")
    told = run("search", "--id", "nobody")
    assert (told.code, "There is no statement 'nobody'" in told.err) == (2, True)


@pytest.mark.parametrize(
    ("who", "countries", "date"),
    [
        ("China, 2022", ["China"], "2022"),
        ("Korea, Republic of, 2022-03", ["Korea, Republic of"], "2022-03"),
        ("Russia; China,2022-03-18", ["Russia", "China"], "2022-03-18"),
        ("China", ["China"], ""),
        ("2022", [], "2022"),
        ("Korea, Republic of", ["Korea, Republic of"], ""),
    ],
)
def test_who_is_short_for_country_and_date(
    run: Run, who: str, countries: list[str], date: str
) -> None:
    quote = run("search", BLOCKADE, "--who", who, "--json").json["provenance"]["quote"]
    assert [country["name"] for country in quote["country"]] == countries
    assert quote["date"] == date


def test_who_said_it_travels_with_the_result(run: Run) -> None:
    told = run(
        *("search", BLOCKADE, "--speaker", "Eve", "--role", "Judge", "--country", "Japan"),
        *("--date", "2001-02", "--context", "of the war", "--json"),
    )
    quote = told.json["provenance"]["quote"]
    assert quote == {
        "text": BLOCKADE,
        "speaker": "Eve",
        "role": "Judge",
        "country": [{"name": "Japan", "code": "JPN"}],
        "date": "2001-02",
        "context": "of the war",
        "statement_id": None,
    }


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--only-speaker", "Bren Tal"], ["agree-1"]),
        (["--only-country", "Norland", "--only-country", "Ostravia"], ["agree-1", "oppose-1"]),
        (["--from", "2022"], ["oppose-1"]),
        (["--to", "2021-06"], ["agree-1"]),
        (["--source", "Bulletin"], ["agree-1"]),
        (["--language", "en"], ["agree-1"]),
        (["--only-role", "envoy"], ["agree-1"]),
        (["--venue", "PIER OF MEREN"], ["agree-1"]),
        (["--party", "Reeds"], ["agree-1"]),
        (["--only-id", "oppose-1"], ["oppose-1"]),
        (["--not-speaker", "Mr. Bren Tal"], ["oppose-1"]),
        (["--not-country", "NOR"], ["agree-1"]),
        (["--speaker", "Bren Tal", "--not-own-speaker"], ["own", "oppose-1"]),
        (["--country", "Ostravia", "--not-own-country"], ["own", "oppose-1"]),
        (["--min-probability", "0.75"], ["oppose-1", "agree-1"]),
        (["--min-similarity", "1"], []),
        (["--limit", "1"], ["agree-1", "oppose-1"]),
    ],
)
def test_filters_and_thresholds_are_obeyed(run: Run, options: list[str], found: list[str]) -> None:
    data = run("search", BLOCKADE, "--json", *options).json
    assert [entry["statement"]["id"] for entry in data["results"]] == found
    assert data["outcome"] == ("found" if data["results"] else "nothing")


def test_nothing_found_is_said(run: Run) -> None:
    told = run("search", BLOCKADE, "--min-similarity", "1")
    assert told.code == 0
    assert (
        "None of the 3 statements that were read, the nearest of 4, agrees with this or opposes it "
        "(none is on its topic; " in told.out
    )
    told = run("search", BLOCKADE, "--min-probability", "0.9")
    assert "(2 are on its topic; least probability 0.9, least similarity 0.35)" in told.out
    assert "SAME TOPIC, NEITHER" in told.out


def test_the_sentence_of_the_quote_that_was_read_is_named(run: Run) -> None:
    told = run("search", f"Trade is a good thing for all of us. {BLOCKADE} at once.")
    assert f"read against: “{BLOCKADE} at once.”" in told.out
    assert "read against" not in run("search", BLOCKADE).out


def test_a_filter_that_does_nothing_is_said(run: Run) -> None:
    told = run("search", "End the blockade of Port Meren", "--not-own-country")
    note = "Note:  The quote's country is not known, so its own country could not be left out."
    assert note in told.out


def test_a_list_says_how_much_of_it_is_not_shown(run: Run) -> None:
    told = run("search", BLOCKADE, "--min-probability", "0.9", "--limit", "1")
    assert "… and 1 more (--limit 2)" in told.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["search"], "Give a quote, or a statement's id with --id."),
        (["search", " "], "The quote is empty: give the words to search for."),
        (["search", "x", "--date", "soon"], "'soon' is no date: give YYYY, YYYY-MM or YYYY-MM-DD."),
        (["search", "x", "--min-probability", "nan"], "'nan' is no number from 0 to 1."),
        (["search", "x", "--min-similarity", "2"], "'2' is no number from -1 to 1."),
        (["search", "x", "--from", "2022", "--to", "2021"], "--from 2022 is after --to 2021: swap"),
        (["search", "x", "--who", "China, 2022-13"], "'China, 2022-13' ends in no date: write a"),
        (["search", "x", "--out", "a.doc"], "The ending of 'a.doc' names no format: end it in one"),
        (["search", "\udcff"], "the text is not UTF-8: convert it first."),
        (["search", "x", "--library", "/absent"], "There is no library in /absent: build one with"),
        (["stance", "", "b"], "Statement A: The quote is empty"),
        (["export", "absent.json", "--to", "csv"], "absent.json cannot be read (No such file"),
        (
            ["export", "x.json"],
            "Name a format by --to: csv, jsonl, xlsx, markdown, bibtex, ris, html.",
        ),
        (["build", "--corpus", "/absent.csv"], "/absent.csv"),
        (["build", "--corpus", "x.csv", "--map", "a"], "'a' is not COLUMN=FIELD."),
        (["delete", "nobody"], "There is no statement 'nobody'"),
        (["serch"], "No such command 'serch'"),
    ],
)
def test_a_mistake_gets_one_sentence_and_exit_code_2(
    run: Run, arguments: list[str], message: str
) -> None:
    told = run(*arguments)
    assert (told.code, told.out) == (2, "")
    assert message in told.err
    assert len([line for line in told.err.splitlines() if line.startswith("Error: ")]) == 1
    assert "Traceback" not in told.err


# --- keeping and exporting -------------------------------------------------------------------


def test_a_result_is_kept_and_exported(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    told = run("search", BLOCKADE, "--out", kept)
    assert told == (0, "", f"Wrote {kept}: 1 agree, 1 oppose, 0 neither.\n")
    assert load_result(kept).quote.text == BLOCKADE
    told = run("export", kept, "--to", "csv")
    assert told == (0, "", f"Wrote {tmp_path / 'kept.csv'}: 2 pairs.\n")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "kept.csv").read_text("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["b_id"] for row in rows] == ["agree-1", "oppose-1"]
    told = run("export", kept, "--to", "csv")
    assert (told.code, "is there already" in told.err) == (2, True)
    assert run("export", kept, "--to", "csv", "--force", "--stance", "oppose").code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "kept.csv").read_text("utf-8-sig"))))
    assert [row["b_id"] for row in rows] == ["oppose-1"]


def test_export_goes_to_standard_output_or_a_named_file(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    run("search", BLOCKADE, "--out", kept)
    lines = run("export", kept, "--to", "jsonl", "--out", "-").out.splitlines()
    assert [json.loads(line)["b_id"] for line in lines] == ["agree-1", "oppose-1"]
    page = tmp_path / "page.md"
    told = run("export", kept, "--out", page, "--min-probability", "0.75", "--json")
    assert told.json == {"path": str(page), "format": "markdown", "pairs": 2}
    assert "## Agree" not in page.read_text()


def test_search_writes_pairs_by_the_files_ending(run: Run, tmp_path: Path) -> None:
    direct, kept = tmp_path / "direct.csv", tmp_path / "kept.json"
    assert run("search", BLOCKADE, "--out", direct, "--json").json["outcome"] == "found"
    run("search", BLOCKADE, "--out", kept)
    run("export", kept, "--to", "csv")
    told = run("search", BLOCKADE, "--out", direct)
    assert (told.code, "overwrite by --force" in told.err) == (2, True)

    def without_time(path: Path) -> list[dict[str, str]]:
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        return [{**row, "searched_on": ""} for row in rows]

    assert without_time(direct) == without_time(tmp_path / "kept.csv")


# --- stance ----------------------------------------------------------------------------------


def test_stance_prints_the_verdict(run: Run) -> None:
    told = run("stance", "It must end", "It will not end")
    assert told.out == (
        "oppose (probability 0.80)\nagree 0.10  oppose 0.80  neither 0.10\n"
        "model judge@555555555555\n"
    )
    assert (
        "deciding in B: will not\n" in run("stance", "It must end", "It will not end", "--why").out
    )


def test_stance_json(run: Run) -> None:
    data = run("stance", "It must end", "It will not end", "--json").json
    assert data == {
        "stance": "oppose",
        "p_agree": pytest.approx(0.1),
        "p_oppose": pytest.approx(0.8),
        "p_neither": pytest.approx(0.1),
        "model": "judge@555555555555",
    }
    why = run("stance", "It must end", "  “It will not end”", "--json", "--why").json["why"]
    (span,) = why["b"]
    assert why["b_text"][span["start"] : span["end"]] == span["text"] == "will not"


def test_stance_says_that_a_statement_is_not_english(run: Run) -> None:
    german = "Die Blockade des Hafens ist nicht hinnehmbar und muss enden."
    told = run("stance", german, "It will not end")
    assert "Note: Statement A does not look English (detected: de)." in told.out
    data = run("stance", "It will not end", german, "--json").json
    assert [note.partition(" does")[0] for note in data["notes"]] == ["Statement B"]


def test_stance_names_the_sentences_that_decide_a_long_pair(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class ShortSighted(WordJudge):
        def score_parts(self, pairs, on_progress=None):
            read = [(replace(a, text=a.text[-11:]), b) for a, b in pairs]
            return self.score(read), read

    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: ShortSighted())
    long = "Rain fell on the harbour. It must end"
    told = run("stance", long, "It will not end")
    assert told.out.splitlines()[2:5] == [
        "The pair is longer than the model reads at once. It was decided by these sentences:",
        "  A: It must end",
        "  B: It will not end",
    ]
    data = run("stance", long, "It will not end", "--json", "--why").json
    assert data["decided_by"] == {"a": "It must end", "b": "It will not end"}
    assert all(span["start"] >= len(long) - 11 for span in data["why"]["a"])


def test_stance_tells_the_model_who_and_when(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple] = []

    class Listening(WordJudge):
        def score(self, pairs, on_progress=None):
            read.extend(pairs)
            return super().score(pairs, on_progress)

    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: Listening())
    run(
        *("stance", "“It must\nend”", "No", "--who-a", "Valdoria, 2021", "--a-context", "the war"),
        *("--b-country", "Ostravia", "--b-date", "2022-01", "--b-speaker", "Eve"),
    )
    ((a, b),) = read
    assert (a.text, a.country, a.date, a.context) == ("It must end", "Valdoria", "2021", "the war")
    assert (b.text, b.country, b.date) == ("No", "Ostravia", "2022-01")


# --- build, show, delete, info ---------------------------------------------------------------


def test_build_reads_files_and_says_what_it_skipped(run: Run, tmp_path: Path, corpus: Path) -> None:
    more = tmp_path / "more.csv"
    more.write_text("id,text,date\nc,We wait.,2020\nd,We hope.,someday\n")
    folder = tmp_path / "library"
    told = run("build", "--corpus", corpus, more, "--library", folder)
    assert told.code == 0
    assert told.out == f"{folder}: 3 statements, 3 passages.\n"
    assert "Skipped: " in told.err
    assert "more.csv" in told.err
    assert "'someday'" in told.err
    assert "1 skipped.\n" in told.err
    data = run("build", "--corpus", corpus, "--corpus", more, "--library", folder, "--json").json
    assert (data["statements"], data["read"]) == (3, 3)
    (problem,) = data["skipped"]
    assert (problem["line"], problem["column"], problem["value"]) == (3, "date", "someday")


def test_strict_building_stops_at_a_bad_row(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("id,text,date\nc,We wait.,someday\n")
    for strict in (["--strict"], []):
        told = run("build", "--corpus", bad, "--library", tmp_path / "library", *strict)
        assert (told.code, "someday" in told.err) == (2, True)
        assert not (tmp_path / "library").exists()


def test_building_over_a_library_drops_nothing_unasked(
    run: Run, tmp_path: Path, corpus: Path
) -> None:
    folder, other = tmp_path / "library", tmp_path / "other.csv"
    other.write_text("id,text\nz,We wait.\n")
    run("build", "--corpus", corpus, "--library", folder)
    told = run("build", "--corpus", other, "--library", folder)
    assert told.code == 2
    assert "holds 2 statements that the corpus does not have (the first is 'a')" in told.err
    assert run("build", "--corpus", other, "--library", folder, "--add").code == 0
    assert run("show", "--library", folder, "--json").json["total"] == 3
    assert run("build", "--corpus", other, "--library", folder, "--force").code == 0
    assert run("show", "--library", folder, "--json").json["total"] == 1


def test_build_maps_columns(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("nr,worte,wer\n1,We wait.,Eve\n")
    folder = tmp_path / "library"
    mapping = ("--map", "worte=text", "--map", "wer=speaker", "--map", "nr=id")
    assert run("build", "--corpus", tmp_path / "own.csv", "--library", folder, *mapping).code == 0
    assert run("show", "1", "--library", folder, "--json").json["statement"]["speaker"] == "Eve"


def test_show_gives_a_statement_with_its_passages(run: Run) -> None:
    data = run("show", "agree-1", "--json").json
    assert data["statement"] == STATEMENTS[1].to_dict()
    assert [passage["text"] for passage in data["passages"]] == [STATEMENTS[1].text]
    assert data["also_said"] == []
    told = run("show", "agree-1")
    assert "country: Ostravia" in told.out
    assert "passage 1 (0-52): We say that the blockade" in told.out
    assert len(run("show", "agree-1", "own", "--json").json) == 2


def test_show_lists_and_finds(run: Run) -> None:
    lines = run("show").out.splitlines()
    assert lines[-1] == "4 of 4 statements."
    assert "agree-1\t2021-06-01\tBren Tal\tOstravia\tWe say that" in run("show").out
    assert run("show", "--find", "timber").out.startswith("other\t")
    data = run("show", "--only-country", "Ostravia", "--limit", "1", "--offset", "1", "--json").json
    assert (data["total"], data["offset"], len(data["statements"])) == (2, 1, 1)


def test_delete_removes_for_good(run: Run, tmp_path: Path, corpus: Path) -> None:
    folder = tmp_path / "library"
    run("build", "--corpus", corpus, "--library", folder)
    told = run("delete", "a", "--library", folder)
    assert told.out == f"{folder}: 1 deleted, 1 statements left.\n"
    assert run("show", "a", "--library", folder).code == 2
    data = run("delete", "b", "--library", folder, "--json").json
    assert data == {"deleted": ["b"], "statements": 0}


def test_info_says_what_the_library_is(run: Run, library: Path) -> None:
    data = run("info", "--verify", "--json").json
    assert (data["statements"], data["verified"]) == (4, True)
    assert data["encoder"] == {
        "name": "hashing",
        "digest": HashingEncoder(256).digest,
        "dim": 256,
    }
    assert data["stance"] == {"name": "judge", "digest": "5" * 64}
    assert f"library: {library}\n" in run("info").out
    assert "verified: no\n" in run("info").out


def test_info_finds_damage(run: Run, tmp_path: Path, corpus: Path) -> None:
    folder = tmp_path / "library"
    run("build", "--corpus", corpus, "--library", folder)
    (vectors,) = folder.glob("generations/*/vectors.npy")
    data = bytearray(vectors.read_bytes())
    data[-1] ^= 1
    vectors.write_bytes(data)
    told = run("info", "--verify", "--library", folder)
    assert (told.code, "The library is damaged" in told.err) == (2, True)


# --- the terminal ----------------------------------------------------------------------------


def on_a_terminal(*arguments: object, **environment: str) -> str:
    """Run a command whose output is a terminal of 120 columns; return what it was sent."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", FAKED, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", **environment},
    )
    os.close(follower)
    sent = b""
    while True:
        try:
            sent += (piece := os.read(leader, 65_536))
        except OSError:
            break
        if not piece:
            break
    assert process.wait() == 0, sent
    os.close(leader)
    return sent.decode()


FAKED = """
import sys
import compare.models.encoder, compare.models
from compare.cli.program import main
from tests.fakes import HashingEncoder
from tests.fakes import WordJudge
compare.models.encoder.load_encoder = lambda name=None: HashingEncoder(256)
compare.models.load_stance_model = lambda name=None: WordJudge()
main(sys.argv[1:])
"""


def test_a_terminal_gets_tables_in_colour_unless_no_color(library: Path) -> None:
    sent = on_a_terminal("search", BLOCKADE, "--library", library)
    assert "Who, when, where" in sent
    assert "\x1b[1;34mAgree" in sent
    assert "\x1b[31mred" not in sent
    assert "␛[31mred" in sent
    plain = on_a_terminal("search", BLOCKADE, "--library", library, NO_COLOR="1")
    assert "Who, when, where" in plain
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", plain)


def test_deciding_words_are_marked_on_a_terminal(library: Path) -> None:
    sent = on_a_terminal("search", BLOCKADE, "--why", "--library", library)
    assert "\x1b[1;4m" in sent
    assert "\x1b[1;4m" not in on_a_terminal("search", BLOCKADE, "--library", library)


def test_a_list_on_a_terminal_is_a_table(library: Path) -> None:
    assert "Speaker" in on_a_terminal("show", "--library", library)


# --- signals, pipes, ports -------------------------------------------------------------------


def test_ctrl_c_ends_with_130_and_leaves_nothing(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    lines = (json.dumps({"id": str(n), "text": f"Statement {n} says so."}) for n in range(20_000))
    corpus.write_text("\n".join(lines))
    folder = tmp_path / "library"
    process = command_line("build", "--corpus", corpus, "--library", folder)
    while not list(folder.glob("generations/*")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.strip()) == (130, "", "Stopped.")
    assert not list(folder.glob("generations/*"))


def test_a_closed_pipe_is_quiet(library: Path) -> None:
    listing = f"{sys.executable} -m compare show --json --library {library} | true"
    for _ in range(3):
        done = subprocess.run(["bash", "-c", listing], capture_output=True, text=True)
        assert done.stderr == ""


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a full device")
@pytest.mark.parametrize("arguments", [["show", "--json"], ["--help"]])
def test_a_full_disk_is_one_sentence(library: Path, arguments: list[str]) -> None:
    call = [sys.executable, "-m", "compare", *arguments]
    environment = {**os.environ, "COMPARE_LIBRARY": str(library)}
    with FULL.open("w") as full:
        done = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, text=True, env=environment)
    said = "Error: the output cannot be written (No space left on device): make room.\n"
    assert (done.returncode, done.stderr) == (2, said)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 2),
        (OSError(errno.ENOSPC, "No space left on device", "a file"), None),
        (OSError(errno.EIO, "Input/output error"), None),
    ],
)
@pytest.mark.parametrize("at_the_end", [False, True])
def test_only_a_full_output_is_said_so(
    error: OSError,
    code: int | None,
    at_the_end: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr("compare.cli.program._discard_output", lambda: None)
    if at_the_end:
        monkeypatch.setattr("compare.cli.program._run", lambda _: 0)
        monkeypatch.setattr(sys, "stdout", SimpleNamespace(flush=fail))
    else:
        monkeypatch.setattr(cli, "main", fail)
    with pytest.raises(SystemExit if code else OSError) as raised:
        main(["--version"])
    if isinstance(raised.value, SystemExit):
        assert raised.value.code == code
    said = "Error: the output cannot be written (No space left on device): make room.\n"
    assert capsys.readouterr().err == (said if code else "")


def test_a_taken_port_gets_one_sentence(library: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = command_line("app", "--port", port, "--no-browser", "--library", library)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err.startswith(f"Error: Port {port} is taken or not allowed (")
    assert f"choose another with --port {port + 1}" in err
    assert err.count("\n") == 1


def test_the_app_answers_on_this_machine_only_and_ends_with_the_command(sample: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = command_line("app", "--port", port, "--no-browser", COMPARE_LIBRARY=str(sample))
    try:
        health = f"http://127.0.0.1:{port}/_stcore/health"
        deadline = time.monotonic() + 120
        while True:
            try:
                answer = urllib.request.urlopen(health, timeout=5).read()
                break
            except OSError:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert answer == b"ok"
        if sys.platform == "linux":  # where a server on every address answers at this one, too
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.2", port)) != 0
    finally:
        process.terminate()
        _, err = process.communicate(timeout=60)
    assert f"The app is at http://localhost:{port} (Ctrl-C ends it).\n" in err
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_completion_scripts_name_the_program(run: Run) -> None:
    assert "_COMPARE_COMPLETE=bash_complete" in run("completion", "bash").out
    assert "#compdef compare" in run("completion", "zsh").out
    assert "complete --no-files --command compare" in run("completion", "fish").out
    process = command_line(
        _COMPARE_COMPLETE="bash_complete", COMP_WORDS="compare sea", COMP_CWORD="1"
    )
    assert process.communicate()[0] == "plain,search\n"


# --- the shipped models ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample corpus, built into a library by the command."""
    folder = tmp_path_factory.mktemp("sample") / "library"
    process = command_line("build", "--corpus", sample_corpus(), "--library", folder)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    assert out == f"{folder}: 11 statements, 13 passages.\n"
    return folder


def test_search_answers_soon_and_without_torch(sample: Path) -> None:
    program = (
        "import atexit, sys\nfrom compare.cli.program import main\n"
        "atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))\nmain()"
    )
    quote = "China is considering military aid to Russia."

    def search() -> tuple[float, dict, set[str]]:
        before = os.times()
        done = subprocess.run(
            [sys.executable, "-c", program, "search", quote, "--json", "--library", sample],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        used = sum(os.times()[2:4]) - sum(before[2:4])
        return used, json.loads(done.stdout), set(done.stderr.split())

    seconds, found, modules = min((search() for _ in range(3)), key=lambda ran: ran[0])
    assert seconds < 3, "of processor time, which does not depend on what else runs"
    assert not {"torch", "transformers", "sentence_transformers", "streamlit"} & modules
    assert len(found["results"]) > 3
    for entry in found["results"]:
        assert entry["p_agree"] + entry["p_oppose"] + entry["p_neither"] == pytest.approx(1)


def test_an_invented_model_gets_one_sentence(sample: Path) -> None:
    for option in ("--stance-model", "--encoder"):
        process = command_line("search", "x", option, "nobody/nothing", "--library", sample)
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out) == (2, "")
        assert "nobody/nothing" in err
        assert "Traceback" not in err
        assert err.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize("short", ["G77", "E3", "Valdoria, G7"])
def test_digits_in_a_name_are_no_date(short: str) -> None:
    countries, day = options.who(short)
    assert [country.name for country in countries] == [short]
    assert day is None
