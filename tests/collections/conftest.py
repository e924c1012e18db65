"""A local service that publishes collections as Dataverse, Zenodo and a page of links do."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.corpus.importers.helpers import tarred
from tests.corpus.importers.samples import SAMPLES

NOTES = """
[notes]
title = "Notes"
about = "One file at a fixed address"
years = "2021"
languages = "English"
size = "one file"
licence = "CC BY 4.0"
cite = "Notes"
page = "https://example.org/notes"
format = "us-china"
service = "address"
address = "{url}/notes.csv"
files = ["speeches.csv"]
"""
"""A collection of one file, at `url`."""


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path in self.service.lists:
            self.reply(200, self.service.lists[path], self.service.kind)
        elif path in self.service.files:
            self.service.asked.append((self.path, self.headers.get("Range") or ""))
            self.send_file(self.service.files[path])
        else:
            self.reply(404, b"{}")

    def send_file(self, content: bytes) -> None:
        if self.service.redirect:
            self.send_response(302)
            self.send_header("Location", self.service.redirect)
            self.end_headers()
            return
        if self.service.statuses and (status := self.service.statuses.pop(0)) != 200:
            self.reply(status, b"")
            return
        tag = f'"{hashlib.sha256(content).hexdigest()[:8]}"'
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        changed = self.headers.get("If-Range") not in (None, tag)
        start = start if self.service.ranges and not changed else 0
        if start >= len(content) > 0:
            self.reply(416, b"")
            return
        self.send_response(206 if start else 200)
        if start:
            place = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self.send_header("Content-Range", place)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        time.sleep(self.service.pause)  # a slow server, which is what is tested
        body = content[start:]
        if self.service.cut:
            self.wfile.write(body[: self.service.cut.pop(0)])
            self.close_connection = True
            self.connection.close()
            return
        self.wfile.write(body)

    def reply(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Service:
    """Files of one collection, and what goes wrong when they are asked for.

    Attributes:
        files: The content of each file, by its number in the address.
        cut: How many bytes of each of the next answers are sent, before the connection breaks off.
        statuses: Statuses of the next answers for files.
        pause: Seconds before the body of a file.
        asked: The path and the Range of each request for a file.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.lists: dict[str, bytes] = {}
        self.cut: list[int] = []
        self.statuses: list[int] = []
        self.pause = 0.0
        self.ranges = True
        self.redirect = ""
        self.kind = "application/json"
        self.asked: list[tuple[str, str]] = []
        self.server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"service": self})
        )
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def publish(self, files: dict[str, bytes], **changed: object) -> None:
        """List files as Dataverse does; a .tsv as a table that it made of the uploaded file."""
        entries = []
        for number, (name, content) in enumerate(files.items(), start=1):
            folder, _, base = name.rpartition("/")
            about: dict[str, object] = {"id": number, "filename": base, "filesize": len(content)}
            if base.endswith(".tsv"):
                about["filename"] = base.replace(".tsv", ".tab")
                about["filesize"] = len(content) + 9
                about["originalFileFormat"] = "text/tsv"
                about |= {"originalFileName": base, "originalFileSize": len(content)}
            digest = hashlib.md5(content).hexdigest()
            about["checksum"] = {"type": "MD5", "value": digest}
            entry = {"label": base, "restricted": False, "dataFile": about | changed}
            entries.append(entry | ({"directoryLabel": folder} if folder else {}))
            self.files[f"/api/access/datafile/{number}"] = content
        self.list_files(entries)

    def list_files(self, entries: object) -> None:
        """Answer with a list of files as Dataverse's API does."""
        version = {"license": {"name": "CC0 1.0", "uri": "https://example.org"}, "files": entries}
        answer = {"status": "OK", "data": {"id": 1, "latestVersion": version}}
        self.lists["/api/datasets/:persistentId/"] = json.dumps(answer).encode()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.server.shutdown()
    service.server.server_close()


@pytest.fixture
def registry(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of collections of the local service: `canals`, a debate of made-up speeches."""
    path = tmp_path / "collections.toml"
    path.write_text(
        f"""
[canals]
title = "Debates on canals"
about = "What was said on canals"
years = "2021"
languages = "English"
size = "one speech"
licence = "CC0 1.0"
cite = "Ada Made-Up, Debates on canals"
page = "https://example.org/canals"
format = "ungdc"
service = "dataverse"
address = "{service.url}"
dataset = "doi:10.5072/FK2/CANALS"
files = ["UNGDC_*.tgz", "Speakers_by_session.xlsx"]

{NOTES.format(url=service.url)}
[days]
title = "A parliament"
about = "A file a day"
years = "2030 to 2031"
languages = "English"
size = "two days"
licence = "Open Parliament Licence"
cite = "A parliament"
page = "https://example.org/days"
format = "hansard"
service = "index"
address = "{service.url}/days/"
files = ['debates(?P<date>\\d{{4}}-\\d{{2}}-\\d{{2}})(?P<version>[a-z]+)\\.xml']
since = 2031

[tables]
title = "Tables"
about = "A record"
years = "2021"
languages = "English"
size = "one table"
licence = "see its page"
cite = "Tables"
page = "https://example.org/tables"
format = "us-china"
service = "zenodo"
address = "{service.url}"
dataset = "7"
files = ["mod_*.csv"]
"""
    )
    monkeypatch.setenv("COMPARE_COLLECTIONS", str(path))
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "cache"))
    settings = tmp_path / "config" / "settings.json"
    monkeypatch.setattr("compare.collections.download.user_settings", lambda: settings)
    monkeypatch.setattr("compare.collections.download.FIRST_PAUSE", 0.01)
    return path


@pytest.fixture
def canals(service: Service, registry: Path, tmp_path: Path) -> dict[str, bytes]:
    """The files of the collection `canals`, published."""
    sample = dict(SAMPLES["ungdc"])
    speakers = sample.pop("Speakers_by_session.xlsx")
    assert isinstance(speakers, bytes)
    files = {
        "README.txt": b"About canals.",
        "UNGDC_2021.tgz": tarred(tmp_path / "published.tgz", sample).read_bytes(),
        "Speakers_by_session.xlsx": speakers,
    }
    service.publish(files)
    return files
