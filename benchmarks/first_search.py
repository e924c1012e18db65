"""From nothing to the first search: `compare get` and a search, timed by step.

    python -m benchmarks.first_search --files DIR --collection un-general-debate

DIR holds the collection's files as they are published. They are downloaded from a server on this
machine that answers as Dataverse does, so "Downloading" is the program's own share: add what the
network takes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from compare.collections import Service, accept_licence, download, get_collection, named_collection
from compare.progress import Progress

QUOTE = "The embargo against Cuba must be lifted."


@contextmanager
def published(folder: Path) -> Iterator[str]:
    """Serve the files of a folder as a Dataverse does; yield its address."""
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    files = []
    for number, path in enumerate(paths):
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "md5").hexdigest()
        about = {"id": number, "filename": path.name, "filesize": path.stat().st_size}
        files.append({"dataFile": about | {"checksum": {"type": "MD5", "value": digest}}})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            if name.isdigit():
                body = paths[int(name)].read_bytes()
            else:
                body = json.dumps({"data": {"latestVersion": {"files": files}}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=Path, required=True, metavar="DIR")
    parser.add_argument("--collection", default="un-general-debate")
    arguments = parser.parse_args()
    took: dict[str, float] = {}

    @contextmanager
    def step(does: str, counts: str = "") -> Iterator[Progress | None]:
        began = time.perf_counter()
        yield None
        took[does] = time.perf_counter() - began

    with tempfile.TemporaryDirectory() as scratch, published(arguments.files) as address:
        os.environ["COMPARE_CACHE"] = str(Path(scratch) / "cache")
        collection = replace(
            named_collection(arguments.collection), address=address, service=Service.DATAVERSE
        )
        download.user_settings = lambda: Path(scratch) / "settings.json"
        accept_licence(collection)
        library, _ = get_collection(collection, Path(scratch) / "library", steps=step)
        with step("First search"):
            result = library.search(QUOTE)
        passages = library.manifest.passages
        library.close()
    print("| step | seconds |\n|---|---:|")
    for does, seconds in took.items():
        print(f"| {does} | {seconds:,.1f} |")
    print(f"\n{passages:,} passages; {len(result.agree)} agree, {len(result.oppose)} oppose.")


if __name__ == "__main__":
    main()
