"""`compare import url` and `compare import html`: listing, accepting, asking, writing."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from compare.corpus import read_corpus
from compare.corpus.web.fetch import fetch
from tests.corpus.web.serving import Site
from tests.fakes import Ran, runner

PAGE = """<!DOCTYPE html><html lang="en"><head><title>The blockade \x1b[31m goes on</title>
<meta property="og:site_name" content="The Meren Post">
<meta property="article:published_time" content="2021-05-03">
<link rel="canonical" href="https://post.example/a/1"></head><body><article>
<h1>The blockade goes on</h1>
<p>Foreign Minister Ada Lorn of Valdoria met the press in Port Meren on Monday at noon.</p>
<p>&ldquo;We will not accept this blockade,&rdquo; she told reporters in the harbour.</p>
<p>&ldquo;The blockade is lawful,&rdquo; said Envoy Bren Tal, &ldquo;and it will stay.&rdquo;</p>
<p>Prime Minister Cor Vael of Norland said: &ldquo;The talks go on in the spring.&rdquo;</p>
</article></body></html>"""
LISTED = """\
Page: The blockade goes on, The Meren Post, 2021-05-03, en, https://post.example/a/1
  1. “We will not accept this blockade”
     in: “We will not accept this blockade,” she told reporters in the harbour.
  2. “The blockade is lawful and it will stay.”
     in: “The blockade is lawful,” said Envoy Bren Tal, “and it will stay.”
  3. “The talks go on in the spring.”
     in: Prime Minister Cor Vael of Norland said: “The talks go on in the spring.”
"""

Run = Callable[..., Ran]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("page.html").write_text(PAGE)
    return tmp_path


@pytest.fixture
def run(here: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    return partial(runner(capfd), "import")


@pytest.fixture
def site() -> Iterator[Site]:
    with closing(Site()) as site:
        yield site


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Answer the questions of a command, as on a terminal."""

    def give(*lines: str) -> None:
        for name in ("corpus.on_terminal", "options.can_ask"):
            monkeypatch.setattr(f"compare.cli.{name}", lambda: True)
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return give


def written(path: str) -> list[tuple[str, str, str, str]]:
    corpus = read_corpus([path], strict=True)
    return [(s.text, s.speaker, s.role, s.countries) for s in corpus.statements]


FIRST = ("We will not accept this blockade", "Ada Lorn", "", "")
SECOND = ("The blockade is lawful and it will stay.", "Ada Lorn", "", "")
THIRD = ("The talks go on in the spring.", "Ada Lorn", "", "")
LORN = ("--speaker", "Ada Lorn")


# -- listing -------------------------------------------------------------------------------------


def test_a_list_and_how_to_accept(run: Run) -> None:
    told = run("html", "page.html")
    assert (told.code, told.out) == (0, LISTED)
    assert told.err == (
        "Nothing is written: accept what one speaker said with --out FILE.jsonl and --accept "
        "1,3-5 --speaker NAME.\n"
    )
    told = run("html", "page.html", "--out", "a.jsonl")
    assert (told.code, told.out) == (0, LISTED)
    assert "one speaker said with --accept 1,3-5 --speaker NAME" in told.err
    assert not Path("a.jsonl").exists()


def test_the_same_words_on_two_pages_are_two_statements(run: Run) -> None:
    Path("again.html").write_text(PAGE.replace("a/1", "a/2"))
    told = run("html", "page.html", "again.html", "--accept", "all", "--out", "a.jsonl", *LORN)
    assert (told.code, told.out.splitlines()[-1]) == (0, "a.jsonl: 6 statements.")
    corpus = read_corpus(["a.jsonl"])
    assert (len(corpus.statements), corpus.problems) == (6, ())


def test_a_folder_that_is_not_there_is_said_ahead_of_the_questions(run: Run) -> None:
    told = run("html", "page.html", "--accept", "all", "--out", "absent/a.jsonl", *LORN)
    assert (told.code, told.out) == (2, "")
    assert "a.jsonl cannot be written (No such file" in told.err


def test_json(run: Run) -> None:
    told = run("html", "page.html", "--json")
    assert told.err == ""
    assert (told.json["out"], told.json["written"]) == (None, 0)
    first, second, _ = told.json["proposals"]
    assert first == {
        "number": 1,
        "text": "We will not accept this blockade",
        "context": "“We will not accept this blockade,” she told reporters in the harbour.",
        "paragraph": 1,
        "start": 1,
        "end": 33,
        "page": {
            "title": "The blockade goes on",
            "site": "The Meren Post",
            "date": "2021-05-03",
            "url": "https://post.example/a/1",
            "language": "en",
        },
    }
    assert second["number"] == 2
    told = run("html", "page.html", "--json", "--out", "a.jsonl", "--accept", "2", *LORN)
    assert (told.json["out"], told.json["written"]) == ("a.jsonl", 1)
    assert written("a.jsonl") == [SECOND]


def test_several_pages_are_numbered_through(run: Run) -> None:
    Path("b.txt").write_text("Envoy Bren Tal said: “We will wait for you.”")
    told = run("html", "page.html", "b.txt", "--out", "a.jsonl", "--accept", "4,1", *LORN)
    assert "Page: en\n  4. “We will wait for you.”\n     in: Envoy Bren Tal" in told.out
    assert told.out.endswith("a.jsonl: 2 statements.\n")
    assert written("a.jsonl") == [FIRST, ("We will wait for you.", "Ada Lorn", "", "")]


def test_a_page_without_quotations(run: Run) -> None:
    Path("b.txt").write_text("The harbour is open.")
    told = run("html", "b.txt")
    assert (told.code, told.out) == (0, "Page: en\nNo quotation was found.\n")
    told = run("html", "b.txt", "--out", "a.jsonl", "--accept", "all", *LORN)
    assert told.code == 2
    assert told.err == ("Error: No quotation was accepted, so there is nothing to write.\n")
    assert not Path("a.jsonl").exists()


def test_no_control_character_is_printed(run: Run) -> None:
    Path("b.txt").write_text("Envoy \x1b[31mBren Tal said: “We will \x9b2J wait for \x07 you.”")
    told = run("html", "b.txt")
    assert "“We will �2J wait for ␇ you.”" in told.out
    assert "\x1b" not in told.out
    assert "\x9b" not in told.out


# -- accepting -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("all", [FIRST, SECOND, THIRD]),
        ("1,3", [FIRST, THIRD]),
        (" 2", [SECOND]),
        ("2-3", [SECOND, THIRD]),
        ("3, 1-2,1", [FIRST, SECOND, THIRD]),
    ],
)
def test_numbers_are_accepted(
    run: Run, accept: str, expected: list[tuple[str, str, str, str]]
) -> None:
    told = run("html", "page.html", "--out", "a.jsonl", "--accept", accept, *LORN)
    assert (told.code, told.err) == (0, "")
    number = "1 statement" if len(expected) == 1 else f"{len(expected)} statements"
    assert told.out == f"{LISTED}a.jsonl: {number}.\n"
    assert written("a.jsonl") == expected


@pytest.mark.parametrize("accept", ["0", "4", "2-4", "3-1", "x", "1;2", "-1", "9999999"])
def test_numbers_that_name_nothing(run: Run, accept: str) -> None:
    told = run("html", "page.html", "--out", "a.jsonl", f"--accept={accept}", *LORN)
    assert told.code == 2
    assert f"{accept!r} names none of the 3 proposals: give numbers as in" in told.err
    assert not Path("a.jsonl").exists()


def test_what_is_written(run: Run) -> None:
    run("html", "page.html", "--out", "a.jsonl", "--accept", "all", *LORN)
    lines = Path("a.jsonl").read_text().splitlines()
    data = json.loads(lines[0])
    assert data["extra"] == {"confirmed_on": f"{datetime.now().astimezone():%Y-%m-%d}"}
    assert (data["date"], data["source"], data["url"]) == (
        "2021-05-03",
        "The Meren Post",
        "https://post.example/a/1",
    )
    assert (data["speaker"], data["quotation"]) == ("Ada Lorn", "direct")
    first, *_ = read_corpus(["a.jsonl"], strict=True).statements
    assert first.to_dict() == data


def test_a_file_that_is_there_is_kept(run: Run) -> None:
    Path("a.jsonl").write_text("mine")
    told = run("html", "nowhere.html", "--out", "a.jsonl", "--accept", "all", *LORN)
    assert told.code == 2
    assert told.err == (
        "Error: a.jsonl already exists: choose another name, or overwrite it with --force.\n"
    )
    told = run("html", "page.html", "--out", "a.jsonl", "--accept", "1", "--force", *LORN)
    assert (told.code, written("a.jsonl")) == (0, [FIRST])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["html"], "Missing argument 'FILE...'"),
        (["html", "page.html", "--accept", "all"], "--accept needs --out FILE.jsonl"),
        (["html", "page.html", "--out", "a.jsonl", "--accept", "1"], "--accept needs --speaker"),
        (
            ["html", "page.html", "--out", "a.jsonl", "--accept", "1", "--speaker", " "],
            "--accept needs --speaker NAME",
        ),
        (["html", "page.html", "--out", "a.jsonl", *LORN], "need --accept NUMBERS"),
        (["html", "nowhere.html"], "nowhere.html cannot be read (No such file or directory)"),
        (["html", "."], ". cannot be read (Is a directory): check the path."),
        (["html", "empty.html"], "empty.html is empty: save the page anew"),
        (["html", "a.csv"], "a.csv is neither a web page nor a .txt file"),
        (["html", "drawing.html"], "drawing.html is a PNG picture, not a web page"),
        (["html", "page.html", "--out", "a.csv"], "a.csv does not end in .jsonl"),
        (["html", "page.html", "--out", "page.html", "--force"], "does not end in .jsonl"),
        (["html", "page.html", "--out", "a.jsonl", "--accept", "１", *LORN], "names none of the"),
        (["html", "page.html", "--out", "no/a.jsonl", "--accept", "1", *LORN], "cannot be written"),
        (["url", "ftp://meren.example"], "is not a web address"),
        (["url", "http://127.0.0.1/"], "is not on the public web"),
    ],
)
def test_errors_are_one_sentence(run: Run, arguments: list[str], why: str) -> None:
    Path("empty.html").touch()
    Path("a.csv").write_text("id,text\n")
    Path("drawing.html").write_bytes(b"\x89PNG\r\n\x1a\n")
    told = run(*arguments)
    assert told.code == 2
    assert why in told.err
    assert "Traceback" not in told.err


# -- asking --------------------------------------------------------------------------------------


def test_who_said_each_is_asked(run: Run, answers: Callable[..., None]) -> None:
    answers("Ada Lorn", "Envoy", "Norland", "", "Ada Lorn", "", "-")
    told = run("html", "page.html", "--out", "a.jsonl")
    assert told.code == 0
    assert told.out == f"{LISTED}a.jsonl: 2 statements.\n"
    assert "Who said it (Enter skips it): " in told.err
    assert 'Role ("-" for none) [Envoy]: ' in told.err  # as for the first of her quotations
    assert written("a.jsonl") == [
        (FIRST[0], "Ada Lorn", "Envoy", "Norland"),
        (THIRD[0], "Ada Lorn", "Envoy", ""),
    ]


def test_nothing_is_taken_without_a_speaker(run: Run, answers: Callable[..., None]) -> None:
    answers("", " ", "-")
    told = run("html", "page.html", "--out", "a.jsonl")
    assert (told.code, told.out, told.err[-20:]) == (0, LISTED, "Nothing is written.\n")
    assert not Path("a.jsonl").exists()


def test_answers_that_end_early(run: Run, answers: Callable[..., None]) -> None:
    answers("Ada Lorn", "", "")
    told = run("html", "page.html", "--out", "a.jsonl")
    assert told.code == 2
    assert told.err.endswith(
        "Error: The input ended at this question: answer it, or see --help to avoid it.\n"
    )
    assert not Path("a.jsonl").exists()


def test_a_terminal_is_asked(here: Path) -> None:
    program = "from compare.cli.corpus import html; html()"
    leader, follower = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", program, "page.html", "--out", "a.jsonl"],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        close_fds=True,
    )
    os.close(follower)
    os.write(leader, b"\nAda Lorn\n\n\n\n")
    assert child.wait(60) == 0
    os.close(leader)
    assert written("a.jsonl") == [SECOND]


# -- a page of the web ---------------------------------------------------------------------------


def test_a_page_is_fetched(run: Run, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = {("127.0.0.1", site.port)}
    monkeypatch.setattr("compare.corpus.web.page.fetch", partial(fetch, allowed=allowed))
    site.answer("/old", b"", 301, Location="/a")
    site.answer("/a", PAGE.encode("windows-1252"), Content_Type="text/html; charset=latin-1")
    told = run("url", f"{site.url}/old", "--out", "a.jsonl", "--accept", "2", *LORN)
    assert told.code == 0
    assert f"Page: The blockade goes on, The Meren Post, 2021-05-03, en, {site.url}/a\n" in told.out
    (statement,) = read_corpus(["a.jsonl"], strict=True).statements
    assert statement.url == f"{site.url}/a"
    site.answer("/b", b'Envoy Bren Tal said: "We will wait for you."', Content_Type="text/plain")
    told = run("url", f"{site.url}/b")
    assert "  1. “We will wait for you.”\n     in: Envoy Bren Tal" in told.out
    assert f"Page: 127.0.0.1, en, {site.url}/b\n" in told.out
