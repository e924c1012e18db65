"""`compare app` and `compare completion`."""

from __future__ import annotations

import socket
import sys
import time
import urllib.request
from pathlib import Path

from tests.cli.conftest import Run, command_line


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
