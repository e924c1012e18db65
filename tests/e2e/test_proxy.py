"""The app and the API behind a reverse proxy, set up as the guide says."""

from __future__ import annotations

import base64
import json
import os
import re
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from compare.library.locations import sample_library
from compare.review import PairSelection, Reviews
from tests.e2e.conftest import RUN_TIMEOUT, _free_port, settled
from tests.review.conftest import pair

ROOT = Path(__file__).resolve().parents[2]
NAME = "statements.localhost"  # browsers find it on this machine


@dataclass(frozen=True)
class Site:
    """What the proxy offers, and where the app itself listens."""

    url: str
    app: str


@pytest.fixture(scope="module")
def site(nginx: str, tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("proxy")
    ports = {name: _free_port() for name in ("443 ssl", "8501", "8600")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMPARE_CACHE", str(model_cache))
        sample_library()
    drawn = PairSelection.imported([pair(0)])
    Reviews(folder / "reviews.sqlite").create("canal", drawn, ["Ada", "Zoë"])
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "COMPARE_CACHE": str(model_cache),
        "COMPARE_REVIEWS": str(folder / "reviews.sqlite"),
    }
    compare = [sys.executable, "-m", "compare"]
    own = ["--host-name", NAME, "--port"]
    options = ["--no-browser", "--read-only", "--reader-header", "X-Remote-User"]
    commands = [
        [*compare, "app", *own, str(ports["8501"]), *options],
        [*compare, "serve", *own, str(ports["8600"])],
        [nginx, "-c", str(write_settings(folder, ports)), "-e", str(folder / "errors")],
    ]
    running = []
    with (folder / "log").open("wb") as log:
        for command in commands:
            running.append(
                subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
            )
    site = Site(f"https://{NAME}:{ports['443 ssl']}", f"http://127.0.0.1:{ports['8501']}")
    try:
        for url in (f"{site.app}/_stcore/health", f"http://127.0.0.1:{ports['8600']}/health"):
            wait_for(url)
        yield site
    finally:
        for process in running:
            process.terminate()
            process.wait(timeout=30)
        print((folder / "log").read_text(errors="replace"))


def write_settings(folder: Path, ports: dict[str, int]) -> Path:
    """Write the settings of the guide with the names, ports and files of this test."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={NAME}",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-days", "2"],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / "readers").write_text(
        "Ada:{PLAIN}harbour\nZoë:{PLAIN}harbour\nEve:{PLAIN}harbour\n", encoding="utf-8"
    )
    guide = (ROOT / "docs" / "how-to" / "serve.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```nginx\n(.*?)```", guide, re.DOTALL)
    block = block.replace("statements.example.org", NAME)
    for name, port in ports.items():
        old, new = (f"listen {name}", f"listen 127.0.0.1:{port} ssl") if " " in name else (
            f":{name}", f":{port}")  # fmt: skip
        assert old in block
        block = block.replace(old, new)
    for old, new in (
        ("/etc/ssl/statements.pem", folder / "cert.pem"),
        ("/etc/ssl/statements.key", folder / "key.pem"),
        ("/etc/nginx/readers", folder / "readers"),
    ):
        assert old in block
        block = block.replace(old, str(new))
    temporary = "".join(
        f"{name}_temp_path {folder / name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.getuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off;\n{user}pid {folder / 'pid'};\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{block}}}\n",
        encoding="utf-8",
    )
    return path


def wait_for(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)  # between two questions to a server that is starting
    raise RuntimeError(f"nothing answers at {url}")


def asked(url: str, user: str = "", **headers: str) -> tuple[int, str]:
    """Ask the proxy, whose name is only known to browsers."""
    place = re.sub(NAME, "127.0.0.1", url)
    if user:
        headers["Authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
    request = urllib.request.Request(place, headers={"Host": NAME, **headers})
    trust = ssl._create_unverified_context()
    try:
        with urllib.request.urlopen(request, timeout=60, context=trust) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_nobody_gets_in_without_signing_on(site: Site) -> None:
    for path in ("/", "/_stcore/health", "/api/health", "/api/search?q=aid"):
        assert asked(site.url + path)[0] == 401
        assert asked(site.url + path, "Ada:wrong")[0] == 401


def test_the_api_answers_behind_the_proxy(site: Site) -> None:
    quote = "China+is+considering+military+aid+to+Russia."
    status, text = asked(f"{site.url}/api/search?q={quote}", "Ada:harbour")
    assert status == 200
    assert json.loads(text)["results"]


def visited(browser: Browser, user: str, url: str, **headers: str) -> Iterator[Page]:
    """Open a page as someone who has signed in."""
    context = browser.new_context(
        ignore_https_errors=True,
        http_credentials={"username": user, "password": "harbour"},
        extra_http_headers=headers,
    )
    page = context.new_page()
    page.set_default_timeout(RUN_TIMEOUT)
    page.goto(url)
    try:
        yield settled(page)
    finally:
        context.close()


def test_the_app_searches(site: Site, browser: Browser) -> None:
    quote = "China+is+considering+military+aid+to+Russia."
    for page in visited(browser, "Ada", f"{site.url}/?q={quote}"):
        expect(page.get_by_text("Antony Blinken").first).to_be_visible()
    for page in visited(browser, "Ada", f"{site.url}/add"):
        expect(page.get_by_text("Nothing can be added here")).to_be_visible()


@pytest.mark.parametrize("user", ["Ada", "Zoë"])
def test_who_is_signed_in_is_the_reader_whatever_they_send(
    site: Site, browser: Browser, user: str
) -> None:
    other = {"Ada": "Zo", "Zoë": "Ada"}[user]
    for page in visited(browser, user, f"{site.url}/review", **{"X-Remote-User": other}):
        said = f"You are signed in as {user} and answer under that name."
        expect(page.get_by_text(said)).to_be_visible()
        expect(page.get_by_text("Who is reading?")).to_have_count(0)
        page.get_by_text("Files", exact=True).click()
        page.get_by_text("Answers from a file").click()
        whose = page.get_by_role("combobox", name="Whose answers")
        expect(whose).to_have_value(user)
        expect(page.get_by_text("Delete this review")).to_have_count(0)


def test_who_is_no_reader_cannot_answer(site: Site, browser: Browser) -> None:
    for page in visited(browser, "Eve", f"{site.url}/review"):
        said = "You are signed in as Eve, who is no reader of this review."
        expect(page.get_by_text(said)).to_be_visible()
        expect(page.get_by_text("Sign in as one of the readers to answer.")).to_be_visible()


def test_a_name_that_was_not_given_is_refused(site: Site) -> None:
    key = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    key["Sec-WebSocket-Key"] = base64.b64encode(bytes(16)).decode()
    found = []
    for name in (NAME, "elsewhere.example.org"):
        connection = HTTPConnection(site.app.removeprefix("http://"))
        headers = {**key, "Host": name, "Origin": f"https://{name}"}
        connection.request("GET", "/_stcore/stream", headers=headers)
        found.append(connection.getresponse().status)
        connection.close()
    assert found == [101, 403]
