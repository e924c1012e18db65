"""`compare serve`: what it refuses, and a server that answers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from compare.models.runtime import thread_count
from tests.cli.conftest import Run


@pytest.fixture
def token(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("0123456789abcdef0123\n")
    path.chmod(0o600)
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_other_machines_need_a_token(run: Run, tmp_path: Path) -> None:
    told = run("serve", "--host", "0.0.0.0")
    assert told.code == 2
    assert "--host 0.0.0.0 lets other machines in: name a file with a token" in told.err
    told = run("serve", "--cors", "example.org")
    assert (told.code, "is no origin: write it as https://" in told.err) == (2, True)
    for seconds in ("nan", "1_0", "１０", "0"):
        told = run("serve", "--seconds", seconds)
        assert (told.code, f"{seconds!r} is not a whole number" in told.err) == (2, True)
    told = run("serve", "--seconds", " 10 ", "--cors", "example.org")
    assert "is no origin" in told.err
    told = run("serve", "--allow-write")
    assert (told.code, "--allow-write needs a token" in told.err) == (2, True)
    (tmp_path / "open").write_text("0123456789abcdef0123")
    told = run("serve", "--token-file", tmp_path / "open")
    assert (told.code, "chmod 600" in told.err) == (2, True)
    (tmp_path / "short").write_text("abc")
    told = run("serve", "--token-file", tmp_path / "short")
    assert (told.code, "holds no token: write at least 16" in told.err) == (2, True)
    told = run("serve", "--token-file", tmp_path / "none")
    assert (told.code, "none cannot be read" in told.err) == (2, True)


def test_what_cannot_be_served_is_said_before_the_start(
    run: Run, library: Path, tmp_path: Path
) -> None:
    told = run("serve", "--library", tmp_path / "nothing")
    assert (told.code, "There is no library in" in told.err) == (2, True)
    told = run("serve", "--library", library, "--library", library)
    assert (told.code, "Two libraries are named" in told.err) == (2, True)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = run("serve", "--port", str(taken.getsockname()[1]))
    assert (told.code, "is taken or not allowed" in told.err) == (2, True)


def test_without_the_extra_its_name_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    told = run("serve")
    assert told.code == 2
    assert "'compare-statements[serve]'`" in told.err


def test_several_processes_read_at_the_same_time(library: Path, model_cache: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "compare", "serve", "--library", str(library)]
    command += ["--port", str(port), "--readers", "2"]
    environment = {**os.environ, "COMPARE_CACHE": str(model_cache)}
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        address = f"http://127.0.0.1:{port}/statements/other"
        for _ in range(600):
            try:
                with urllib.request.urlopen(address, timeout=5) as answer:
                    assert json.load(answer)["id"] == "other"
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.1)  # until the next look: the processes take seconds to start
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        threads = {
            entry
            for child in children
            for entry in Path(f"/proc/{child}/environ").read_text().split("\0")
            if entry.startswith("COMPARE_THREADS=")
        }
        readers = [c for c in children if "spawn_main" in Path(f"/proc/{c}/cmdline").read_text()]
        assert len(readers) == 2
        assert threads == {f"COMPARE_THREADS={max(1, thread_count() // 2)}"}
    finally:
        server.send_signal(signal.SIGINT)
        _, told = server.communicate(timeout=30)
    assert "GET /statements/{statement_id:path} 200" in told
    assert "Traceback" not in told


def test_a_server_answers_until_it_is_ended(library: Path, token: Path, model_cache: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "compare", "serve", "--library", str(library)]
    command += ["--port", str(port), "--token-file", str(token)]
    environment = {**os.environ, "COMPARE_CACHE": str(model_cache)}
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
                    assert json.load(answer)["status"] == "ok"
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.1)  # until the next look: the server takes a second to start
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{address}/libraries", timeout=5)
        asked = urllib.request.Request(
            f"{address}/libraries", headers={"Authorization": f"Bearer {token.read_text().strip()}"}
        )
        with urllib.request.urlopen(asked, timeout=5) as answer:
            assert [one["name"] for one in json.load(answer)] == [library.name]
    finally:
        server.send_signal(signal.SIGINT)
        _, told = server.communicate(timeout=30)
    assert f"The API is at {address}, described at /openapi.json" in told
    assert "GET /libraries 200" in told
    assert "Traceback" not in told
