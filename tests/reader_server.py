"""A server that speaks the protocol of language models, and plays the answers of a test."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

Pair = Mapping[str, Mapping[str, str]]
Reply = Mapping[str, Any] | list[Any] | str | int
"""An answer as an object, the text of one that has another form, or the status of a refusal."""


class Asked(NamedTuple):
    """A request that the server got."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def pair(self) -> Pair:
        """The statements, as the message of the user holds them."""
        return json.loads(self.body["messages"][1]["content"])


def verdict(
    label: str, confidence: int = 3, words_a: Any = (), words_b: Any = ()
) -> dict[str, Any]:
    return {
        "words_a": list(words_a),
        "words_b": list(words_b),
        "label": label,
        "confidence": confidence,
    }


def judge(pair: Pair) -> Reply:
    """Agree, unless one of the two says "not"."""
    texts = f"{pair['A']['words']} {pair['B']['words']}"
    return verdict("oppose" if "not" in texts.split() else "agree")


class ReaderServer:
    """What the server was asked, and how it replies."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}/v1"
        self.asked: list[Asked] = []
        self.reply: Callable[[Pair], Reply] = judge
        self.message = "no"  # of refusals, and so are the headers
        self.headers: dict[str, str] = {}

    @property
    def pairs(self) -> list[Pair]:
        return [asked.pair for asked in self.asked]


def _body(reply: Reply) -> bytes:
    content = json.dumps(reply) if isinstance(reply, dict) else reply
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    data = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return json.dumps(data).encode()


@contextmanager
def reader_server() -> Iterator[ReaderServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked = Asked(self.path, dict(self.headers), json.loads(self.rfile.read(length)))
            served.asked.append(asked)
            reply = served.reply(asked.pair)
            refused = isinstance(reply, int)
            error = {"error": {"message": served.message}}
            data = json.dumps(error).encode() if refused else _body(reply)
            self.send_response(reply if refused else 200)
            for name, value in (served.headers if refused else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = ReaderServer(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
