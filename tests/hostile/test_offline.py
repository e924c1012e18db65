"""The main jobs work without a network, and look up nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OFFLINE = Path(__file__).with_name("offline.py")
ALONE = ["unshare", "--user", "--map-root-user", "--net", "--mount"]

JOBS = """
import sys, time
from compare.cli.program import main
def run(*arguments):
    try:
        main(arguments)
    except SystemExit as ended:
        assert not ended.code, (arguments, ended.code)
run("build", "--corpus", "corpora/sample.csv", "--library", "{home}/library")
run("search", "China denies military aid", "--library", "{home}/library", "--why",
    "--out", "{home}/result.json")
run("report", "{home}/result.json", "--out", "{home}/report.html")
run("reproduce", "{home}/result.json", "--library", "{home}/library")
run("sides", "China gives Russia military aid.", "--a", "country=China",
    "--b", "country=United States", "--library", "{home}/library", "--out", "{home}/pairs.json")
time.sleep({linger})  # what is sent in the background is sent after some seconds
"""

APP = """
import http.client, subprocess, sys, time, urllib.request
app = subprocess.Popen([sys.executable, "-m", "compare", "app", "--no-browser", "--port", "8501"])
try:
    for _ in range(600):
        try:
            urllib.request.urlopen("http://127.0.0.1:8501/_stcore/health", timeout=1).read()
            break
        except OSError:
            time.sleep(0.1)
    for origin in ("http://127.0.0.1:8501", "http://elsewhere.example"):
        asking = http.client.HTTPConnection("127.0.0.1", 8501, timeout=30)
        asking.request("GET", "/_stcore/stream", headers={
            "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": origin})
        print(origin, asking.getresponse().status)
finally:
    app.terminate()
    app.wait()
"""


def _can_be_alone() -> bool:
    if not shutil.which("unshare"):
        return False
    return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0


alone = pytest.mark.skipif(not _can_be_alone(), reason="no network of its own can be made here")


def asked_by(script: str, home: Path) -> tuple[str, list[str]]:
    """What a script printed, run where there is no network, and the names it looked up."""
    variables = {"HOME": str(home), "COMPARE_CACHE": str(home / "cache"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*ALONE, sys.executable, str(OFFLINE), sys.executable, "-c", script],
        cwd=ROOT,
        env={name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *printed, last = done.stdout.splitlines()
    assert last.startswith("asked:")
    return "\n".join(printed), last.split()[1:]


@alone
def test_a_name_that_is_looked_up_is_seen(tmp_path: Path) -> None:
    look_up = (
        "import socket\ntry: socket.getaddrinfo('elsewhere.example', 80)\nexcept OSError: pass"
    )
    assert "elsewhere.example" in asked_by(look_up, tmp_path)[1]


@alone
def test_the_main_jobs_look_up_nothing(tmp_path: Path) -> None:
    printed, asked = asked_by(JOBS.format(home=tmp_path, linger=6), tmp_path)
    assert "Same: " in printed
    assert asked == []


@alone
def test_the_app_looks_up_nothing_even_for_a_page_elsewhere(tmp_path: Path) -> None:
    printed, asked = asked_by(APP, tmp_path)
    assert "http://127.0.0.1:8501 101" in printed
    assert "http://elsewhere.example 403" in printed
    assert asked == []
