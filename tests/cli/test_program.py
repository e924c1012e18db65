"""The program as a whole: its help, its exit codes, its errors; the app and completion."""

from __future__ import annotations

import errno
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import click
import pytest

from compare import __main__ as entry
from compare.cli import program
from compare.cli.program import cli, main
from compare.export import ExportFormat
from tests.cli.conftest import Run, command_line


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
    assert "..." not in listed.partition("Commands:")[2], "each help fits its line"

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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["search"], "Give one of a quote, a statement's id with --id, and a file with"),
        (["search", " "], "The quote is empty: give its words."),
        (
            ["search", "x", "--date", "soon"],
            "'soon' is not a date: give YYYY, YYYY-MM or YYYY-MM-DD.",
        ),
        (["search", "x", "--min-probability", "nan"], "'nan' is not a number from 0.5 to 1."),
        (["search", "x", "--min-similarity", "2"], "'2' is not a number from -1 to 1."),
        (["search", "x", "--from", "2022", "--to", "2021"], "--from 2022 is after --to 2021: swap"),
        (
            ["search", "x", "--who", "China, 2022-13"],
            "'China, 2022-13' does not end in a date: write",
        ),
        (["search", "x", "--out", "a.doc"], "a.doc does not end in .csv, .xlsx,"),
        (["search", "\udcff"], "the text is not UTF-8: convert it first."),
        (["search", "x", "--library", "/absent"], "There is no library in /absent: build one with"),
        (["stance", "", "b"], "Statement A is empty"),
        (["export", "absent.json", "--to", "csv"], "absent.json cannot be read (No such file"),
        (
            ["export", "x.json"],
            f"Name a format by --to: {', '.join(ExportFormat)}.",
        ),
        (["build", "--corpus", "/absent.csv"], "/absent.csv"),
        (["build", "--corpus", "x.csv", "--map", "a"], "'a' is not COLUMN=FIELD."),
        (["delete", "nobody"], "There is no statement 'nobody'"),
        (["serch"], "No such command 'serch'"),
        (["pairs", "--a", "country=Valdoria"], "`compare pairs` is now `compare sides`."),
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


def test_ctrl_c_ends_with_130_and_leaves_nothing(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    lines = (json.dumps({"id": str(n), "text": f"Statement {n} says so."}) for n in range(20_000))
    corpus.write_text("\n".join(lines))
    folder = tmp_path / "library"
    process = command_line("build", "--corpus", corpus, "--library", folder)
    while not list(folder.glob("generations/*")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)  # between two looks for a file that another process writes
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.strip()) == (130, "", "Stopped.")
    assert not list(folder.glob("generations/*"))


def test_a_closed_pipe_is_quiet(library: Path) -> None:
    listing = f"{sys.executable} -m compare show --json --library {library} | true"
    for _ in range(3):
        done = subprocess.run(["bash", "-c", listing], capture_output=True, text=True)
        assert done.stderr == ""


def test_the_end_of_a_pipe_is_no_failure() -> None:
    shown = f"set -o pipefail; {sys.executable} -m compare completion bash | true"
    done = subprocess.run(["bash", "-c", shown], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="a shell closes the streams")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            "completion bash >&-",
            2,
            "Error: the output cannot be written (standard output is clo",
        ),
        ("completion tcsh 2>&-", 2, ""),
        ("search - <&-", 2, "Error: The quote is empty: give its words.\n"),
    ],
)
def test_closed_streams_are_no_crash(library: Path, arguments: str, code: int, said: str) -> None:
    call = f"{sys.executable} -m compare {arguments}"
    environment = {**os.environ, "COMPARE_LIBRARY": str(library)}
    done = subprocess.run(["bash", "-c", call], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr[: len(said)]) == (code, said)
    assert "Traceback" not in done.stderr


def test_an_error_is_one_line_of_any_value(run: Run) -> None:
    told = run("export", "a\nError: b.json", "--to", "csv")
    assert told.err.startswith("Error: a Error: b.json cannot be read")
    assert told.err.count("\n") == 1
    told = run("search", "x", "--limit", "9" * 5000)
    *_, last = told.err.splitlines()
    assert last.endswith("9' is not a whole number of at least 1.")
    assert len(last) < 1_600


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
    with pytest.raises(OSError if at_the_end and error.filename else SystemExit) as raised:
        main(["--version"])
    if isinstance(raised.value, SystemExit):
        assert raised.value.code == 2
    told = capsys.readouterr().err
    if code:
        assert told == "Error: the output cannot be written (No space left on device): make room.\n"
    elif not at_the_end:
        assert told.startswith(f"Error: {error.filename or 'A file'} cannot be used (")
    elif not error.filename:
        said = "Error: the output cannot be written (Input/output error): check where it goes.\n"
        assert told == said


@pytest.mark.skipif(os.name == "nt", reason="Windows has no numbered streams")
@pytest.mark.parametrize(
    ("closed", "arguments", "code", "said"),
    [
        (">&-", "show", 2, "Error: the output cannot be written (standard output is closed): send"),
        ("2>&-", "show", 0, "own"),
        (">&- 2>&- <&-", "show", 2, ""),
    ],
)
def test_streams_may_be_closed(
    library: Path, closed: str, arguments: str, code: int, said: str
) -> None:
    """No file of the library may get the number of a closed stream."""
    call = f"exec {sys.executable} -m compare {arguments} {closed}"
    environment = {**os.environ, "COMPARE_LIBRARY": str(library)}
    done = subprocess.run(call, shell=True, capture_output=True, text=True, env=environment)
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_while_modules_are_imported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop() -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("compare.cli.program.main", stop)
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert (ended.value.code, capsys.readouterr().err) == (130, "Stopped.\n")


# --- the app and completion ------------------------------------------------------------------


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
                time.sleep(0.1)  # between two questions to a server that is starting
        assert answer == b"ok"
        if sys.platform == "linux":  # where a server on every address answers at this one, too
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.2", port)) != 0
        assert opened(port, f"127.0.0.1:{port}") == opened(port, f"localhost:{port}") == 101
        assert opened(port, f"elsewhere.example:{port}") == 403  # a name that leads here
    finally:
        process.terminate()
        _, err = process.communicate(timeout=60)
    assert f"The app is at http://localhost:{port} (Ctrl-C ends it).\n" in err
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def opened(port: int, host: str) -> int:
    """The status that a browser gets which opens a session of the app by this name."""
    headers = {
        "Host": host,
        "Origin": f"http://{host}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/_stcore/stream", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_completion_scripts_name_the_program(run: Run) -> None:
    assert "_COMPARE_COMPLETE=bash_complete" in run("completion", "bash").out
    assert "#compdef compare" in run("completion", "zsh").out
    assert "complete --no-files --command compare" in run("completion", "fish").out
    process = command_line(
        _COMPARE_COMPLETE="bash_complete", COMP_WORDS="compare sea", COMP_CWORD="1"
    )
    assert process.communicate()[0] == "plain,search\n"


def test_labels_of_progress_are_words() -> None:
    sources = "\n".join(path.read_text() for path in Path(program.__file__).parent.glob("*.py"))
    labels = re.findall(r'\b(?:progress|waiting)\(\s*"([^"]*)"', sources)
    assert len(labels) > 15
    assert not [label for label in labels if not re.fullmatch("[A-Z][a-z]+( [a-z]+)*", label)]


def test_help_names_no_function_of_ours() -> None:
    def metavars(command: click.Command, context: click.Context) -> Iterator[str]:
        yield from (one.make_metavar(context) for one in command.params if one.name != "help")
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                under = command.get_command(context, name)
                assert under
                yield from metavars(under, click.Context(under, info_name=name, parent=context))

    assert not [one for one in metavars(cli, click.Context(cli)) if re.search("[A-Z]*_[A-Z]", one)]
