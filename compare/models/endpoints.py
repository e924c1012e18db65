"""Where a language model is asked: addresses, what to say about them, and their keys."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from ipaddress import IPv6Address

from compare.errors import ModelError

LOCAL_SERVERS = {
    "ollama": "http://localhost:11434/v1",
    "llamacpp": "http://localhost:8080/v1",
    "lmstudio": "http://localhost:1234/v1",
    "vllm": "http://localhost:8000/v1",
}
"""Well-known servers, with the addresses at which they listen unless told otherwise."""

KEY_VARIABLE = "COMPARE_THIRD_READER_KEY"
"""Environment variable with the key of the endpoint."""

READER_VARIABLE, MODEL_VARIABLE = "COMPARE_THIRD_READER", "COMPARE_THIRD_MODEL"
"""Environment variables with the endpoint and the model that the app offers."""

OPENAI_HOST, OPENAI_KEY_VARIABLE = "api.openai.com", "OPENAI_API_KEY"

# Stricter than a browser, so that no two programs can take different hosts from one address.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<name>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?P<port>:\d{1,5})?"
    r"(?P<path>(/[\w.~%-]*)*)",
    re.ASCII | re.IGNORECASE,
)
_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a language model is asked.

    Attributes:
        url: The base URL, which ends before `/chat/completions`.
        host: Its host, with the port if the URL names one.
    """

    url: str
    host: str

    @classmethod
    def of(cls, url_or_name: str) -> Endpoint:
        """Return the endpoint of a base URL, or of a name in `LOCAL_SERVERS`.

        Raises:
            ModelError: It is neither.
        """
        url = LOCAL_SERVERS.get(url_or_name.strip().lower(), url_or_name.strip())
        found = _URL.fullmatch(url)
        if found is None or not (_can_be_host(found["name"]) and _can_be_port(found["port"])):
            raise ModelError(
                f"{url_or_name!r} is no third reader: give a base URL such as "
                f"https://models.example.org/v1, or one of {', '.join(LOCAL_SERVERS)}."
            )
        host = f"{found['name']}{found['port'] or ''}".lower()
        return cls(f"{found['scheme'].lower()}://{host}{found['path'].rstrip('/')}", host)

    @property
    def origin(self) -> str:
        """Return scheme and host: consent to send over https is none to send over http."""
        return f"{self.url.partition('://')[0]}://{self.host}"

    @property
    def is_local(self) -> bool:
        """Whether the host is this machine."""
        return re.sub(r":\d+$", "", self.host) in _THIS_MACHINE

    @property
    def in_words(self) -> str:
        """Return the host, and what a user should know before anything is sent there."""
        if self.is_local:
            return f"{self.host} (this computer)"
        unsafe = "" if self.url.startswith("https:") else ", without encryption"
        return f"{self.host} (not this computer{unsafe})"

    @property
    def key(self) -> str:
        """Return the key to send, read from the environment; "" for none.

        The key of OpenAI is sent to no other host, and only with encryption.
        """
        of_openai = self.origin == f"https://{OPENAI_HOST}"
        other = os.environ.get(OPENAI_KEY_VARIABLE, "") if of_openai else ""
        return os.environ.get(KEY_VARIABLE, "") or other


def _can_be_port(port: str | None) -> bool:
    return port is None or 0 < int(port[1:]) < 2**16


def _can_be_host(name: str) -> bool:
    try:
        return not name.startswith("[") or bool(IPv6Address(name[1:-1]))
    except ValueError:
        return False
