"""PostgreSQL servers of a test's own: made by initdb, reached by a socket in a folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PORT = 5432  # of the socket's name; nothing listens on the network


def programs() -> Path | None:
    """Return the folder with the programs of the newest PostgreSQL that has pgvector."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        version = folder.parent.name
        if Path(f"/usr/share/postgresql/{version}/extension/vector.control").is_file():
            return folder
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return None


def _user() -> str | None:
    """Return the user to run servers as, since PostgreSQL refuses root; None for this one."""
    if os.getuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


@dataclass
class Server:
    """One server, in a folder of its own."""

    programs: Path
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def address(self, library: str = "lib", user: str = "postgres", **more: str) -> str:
        options = {"host": str(self.folder), "user": user, **more, "library": library}
        return "postgresql:///postgres?" + "&".join(f"{k}={v}" for k, v in options.items())

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.programs / program, *arguments], user=_user(), cwd=self.folder, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def make(self) -> None:
        self.run(
            "initdb", "--pgdata", str(self.data), "--username", "postgres", "--auth", "trust",
            "--encoding", "UTF8", "--no-locale", "--no-sync", "--no-instructions",
        )  # fmt: skip

    def start(self, *settings: str) -> None:
        """Start, and wait until the server answers."""
        chosen = ("listen_addresses=", f"unix_socket_directories={self.folder}", *settings)
        options = [option for entry in chosen for option in ("-c", entry)]
        log = (self.folder / "log").open("ab")
        with log:
            server = subprocess.Popen(
                [self.programs / "postgres", "-D", str(self.data), *options], user=_user(),
                cwd=self.folder, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.processes.append(server)
        for _ in range(300):
            ready = [self.programs / "pg_isready", "-q", "-h", str(self.folder)]
            if subprocess.run(ready, check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError((self.folder / "log").read_text(encoding="utf-8"))

    def sql(self, *commands: str, database: str = "postgres") -> None:
        for command in commands:
            self.run("psql", "-h", str(self.folder), "-U", "postgres", "-qc", command, database)

    def kill(self) -> None:
        """End the server and all its processes at once, as a failing machine does."""
        for server in self.processes:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()

    def stop(self) -> None:
        for server in self.processes:
            if server.poll() is None:
                server.send_signal(signal.SIGQUIT)
                server.wait()


@contextmanager
def new_server(found: Path) -> Iterator[Server]:
    """Yield a server that has not been made yet; it ends, and its folder goes, at the end."""
    # A socket's path may have 107 characters, fewer than those of a test's folder.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if user := _user():
        shutil.chown(folder, user)
    server = Server(found, folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_server(found: Path) -> Iterator[Server]:
    """Yield a running server with the extension."""
    with new_server(found) as server:
        server.make()
        server.start("fsync=off")
        server.sql("CREATE EXTENSION vector")
        yield server
