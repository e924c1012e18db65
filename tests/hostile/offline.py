"""Run a command where the only network is this machine, and print which names it looked up.

    unshare --user --map-root-user --net --mount python offline.py COMMAND...

Names are asked of a server here, whoever asks: Python or a library in another language. Addresses
cannot be reached, and no name has one.
"""

from __future__ import annotations

import fcntl
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

_UP = 0x1  # IFF_UP
_GET_FLAGS, _SET_FLAGS = 0x8913, 0x8914


def switch_on_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(handle, _GET_FLAGS, request))[1]
        fcntl.ioctl(handle, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def name_in(question: bytes) -> str:
    """The name that a DNS message asks for."""
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1 : at + 1 + question[at]].decode("ascii", "replace"))
        at += question[at] + 1
    return ".".join(labels)


def answer_names(server: socket.socket, asked: list[str]) -> None:
    while True:
        question, sender = server.recvfrom(4096)
        asked.append(name_in(question))
        no_such_name = question[:2] + b"\x81\x83" + question[4:6] + bytes(6) + question[12:]
        server.sendto(no_such_name, sender)


def main() -> None:
    switch_on_loopback()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (
            ("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"),
            ("nsswitch.conf", "hosts: files dns\n"),
        ):
            path = Path(folder) / name
            path.write_text(text)
            if Path("/etc", name).exists():
                subprocess.run(["mount", "--bind", path, f"/etc/{name}"], check=True)
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 53))
        asked: list[str] = []
        threading.Thread(target=answer_names, args=(server, asked), daemon=True).start()
        code = subprocess.run(sys.argv[1:], check=False).returncode
        print("asked:", *asked)
        for name in ("resolv.conf", "nsswitch.conf"):
            subprocess.run(["umount", f"/etc/{name}"], check=False)
    sys.exit(code)


if __name__ == "__main__":
    main()
