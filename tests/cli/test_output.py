"""Output to a terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from compare.cli.output import draw_table, say_json, write_to_stdout
from compare.errors import ExportError
from tests.cli.conftest import BLOCKADE, STATEMENTS, Run


def test_no_control_character_of_a_statement_is_printed(run: Run) -> None:
    for told in (run("search", BLOCKADE), run("show", "oppose-1"), run("show")):
        assert "␛[31mred␛[0m �2J ␇bell" in told.out
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", told.out + told.err)
    told = run("show", "oppose-1", "--json")
    assert told.json["statement"]["text"] == STATEMENTS[2].text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", told.out)


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
import compare.models
from compare.cli.program import main
from tests.fakes import HashingEncoder
from tests.fakes import WordJudge
compare.models.load_encoder = lambda name=None: HashingEncoder(256)
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


def test_a_file_on_a_terminal_is_made_printable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("compare.cli.output.on_terminal", lambda: True)
    write_to_stdout("\ufeffa \x1b[31m\u202eb\n".encode())
    assert capsys.readouterr().out == "a ␛[31m�b\n\n"
    with pytest.raises(ExportError, match="not text, so no terminal can show it"):
        write_to_stdout(b"PK\x03\x04\xff")


def test_marks_that_turn_the_direction_are_escaped_in_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say_json({"words": "a\u202eb\u2066"})
    shown = capsys.readouterr().out
    assert "\\u202eb\\u2066" in shown
    assert json.loads(shown) == {"words": "a\u202eb\u2066"}


def test_no_mark_turns_the_direction_in_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_table("a\u202e", [("b", {})], [["c\u2066\x1b[31m"]])
    shown = capsys.readouterr().out
    assert not {"\u202e", "\u2066", "\x1b"} & set(shown)
