"""Serve the app: who may ask for it, and that the server asks the network for nothing.

`compare app` runs this module in a process of its own; its environment says how.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import socket
import sys
import threading
import time
import webbrowser
from base64 import b64encode
from contextlib import suppress
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.websockets import WebSocketClose

from compare.ui import PAGES

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

SETTINGS_VARIABLE = "COMPARE_APP_SETTINGS"
"""Holds Streamlit's settings as JSON, by their dotted names."""

OPEN_VARIABLE = "COMPARE_APP_OPEN"
"""Holds the address to open in a browser once the app answers, if any."""

TOKEN_VARIABLE = "COMPARE_APP_TOKEN"
"""Holds the token without which nothing is answered, if there is one."""

_QUERY = "token"
_BASE = b'window.__streamlit={BACKEND_BASE_URL:new URL(".",location).href}'
# All comes from this server and goes to it, so that words which a page failed to escape could
# fetch nothing; and no page elsewhere may show the app in a frame and have its buttons pressed
# unseen. Streamlit writes styles into its pages, and Vega evaluates the expressions of charts.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval' {scripts}; style-src 'self' "
    "'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = (
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)
_NO_TOKEN = (
    "This app is for those who have its address with the token: open the address that "
    "`compare app --token` printed."
)
_NO_HOST = (
    "This app does not answer to that name: open it by the address that `compare app` printed."
)


class Guard:
    """Answers only those who name this app and, if there is a token, have it."""

    def __init__(
        self, app: ASGIApp, hosts: tuple[str, ...], token: str = "", cookie: str = "compare-token"
    ) -> None:
        """Guard an application.

        Args:
            app: The application.
            hosts: The names that it answers to.
            token: What an address or a cookie has to hold; "" for nothing.
            cookie: The cookie's name; browsers send it to all ports of a machine.
        """
        self._app, self._hosts, self._token, self._cookie = app, hosts, token, cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        if _host_name(asked.headers.get("host", "")) not in self._hosts:
            await _refuse(scope, receive, send, HTTPStatus.FORBIDDEN, _NO_HOST)
            return
        if self._token and not self._has_cookie(asked):
            if scope["type"] == "http" and self._is_token(asked.query_params.get(_QUERY, "")):
                await self._let_in(asked)(scope, receive, send)
            else:
                await _refuse(scope, receive, send, HTTPStatus.UNAUTHORIZED, _NO_TOKEN)
            return

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *_headers()]}
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _has_cookie(self, asked: HTTPConnection) -> bool:
        """Return whether a cookie has the token; other programs may have set some of its name."""
        cookies = ";".join(asked.headers.getlist("cookie")).split(";")
        return any(
            name.strip() == self._cookie and self._is_token(value.strip())
            for name, _, value in (cookie.partition("=") for cookie in cookies)
        )

    def _is_token(self, offered: str) -> bool:
        return hmac.compare_digest(offered.encode(), self._token.encode())

    def _let_in(self, asked: HTTPConnection) -> ASGIApp:
        """Return an answer with a cookie that leads to the same page without the token."""
        # From the address asked for, since a proxy may serve the app below a path of its own.
        page = asked.scope["path"].rpartition("/")[2] or "."
        rest = [pair for pair in asked.query_params.multi_items() if pair[0] != _QUERY]
        answer = RedirectResponse(
            quote(page) + (f"?{urlencode(rest)}" if rest else ""),
            HTTPStatus.SEE_OTHER,
            {"referrer-policy": "no-referrer"},
        )
        answer.set_cookie(self._cookie, self._token, httponly=True, samesite="strict")
        return answer


@cache
def _headers() -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers of every answer; scripts within pages are allowed by their digests."""
    import streamlit

    page = Path(streamlit.__file__).with_name("static") / "index.html"
    within = [*re.findall(b"<script>(.*?)</script>", page.read_bytes(), re.DOTALL), _BASE]
    digests = [b64encode(sha256(script).digest()).decode() for script in within]
    policy = _POLICY.format(scripts=" ".join(f"'sha256-{digest}'" for digest in digests))
    return (b"content-security-policy", policy.encode()), *_HEADERS


def _host_name(host: str) -> str:
    """Return the name in a Host header, without the port."""
    if host.startswith("["):
        return host.partition("]")[0].lstrip("[").casefold()
    return host.rpartition(":")[0].casefold() if ":" in host else host.casefold()


async def _refuse(
    scope: Scope, receive: Receive, send: Send, status: HTTPStatus, sentence: str
) -> None:
    refusal = WebSocketClose(1008) if scope["type"] == "websocket" else None
    await (refusal or PlainTextResponse(f"{sentence}\n", status))(scope, receive, send)


class PageBase:
    """Tells a page where its server is; at /review, it would try /review/ before, in vain."""

    _SCRIPT = b"<script>%s</script>" % _BASE
    _PAGES = frozenset(page.stem for page in PAGES.glob("*.py"))

    def __init__(self, app: ASGIApp) -> None:
        """Put the script into the pages of an application, at the end of their heads."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer with the script if it is a page."""
        name = scope.get("path", "").rpartition("/")[2]
        if scope["type"] != "http" or scope["method"] != "GET" or name not in self._PAGES:
            await self._app(scope, receive, send)
            return
        start: dict[str, Any] = {}
        body = bytearray()

        async def send_with_script(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                page = body.replace(b"</head>", self._SCRIPT + b"</head>", 1)
                if page != body:
                    MutableHeaders(raw=start["headers"])["content-length"] = str(len(page))
                await send(start)
                await send({**message, "body": bytes(page)})

        plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        await self._app({**scope, "headers": plain}, receive, send_with_script)


def ask_nobody_for_addresses() -> None:
    """Keep the server from looking up its own addresses, which it does for a foreign Origin."""
    from streamlit import net_util

    for name in ("get_external_ip", "get_internal_ip"):
        setattr(net_util, name, lambda: None)


def main() -> None:
    """Serve the script named on the command line until it is stopped."""
    # A browser sends the cookies of all ports of a machine, in a line as long as those can be.
    os.environ.setdefault("WEBSOCKETS_MAX_LINE_LENGTH", "65536")
    import streamlit as st

    script = Path(sys.argv[1])
    settings = json.loads(os.environ[SETTINGS_VARIABLE])
    sys.argv = [str(script)]
    ask_nobody_for_addresses()
    guard = Middleware(
        Guard,
        hosts=tuple(settings["server.allowedHosts"]),
        token=os.environ.get(TOKEN_VARIABLE, ""),
        cookie=f"compare-token-{settings['server.port']}",
    )
    if address := os.environ.get(OPEN_VARIABLE):
        where = settings["server.address"], settings["server.port"]
        threading.Thread(target=_open_browser, args=(address, where), daemon=True).start()
    st.App(script, middleware=[guard, Middleware(PageBase)]).run(config=settings)


def _open_browser(address: str, where: tuple[str, int]) -> None:
    """Open an address once the server answers."""
    for _ in range(600):
        with suppress(OSError), socket.create_connection(where, timeout=1):
            webbrowser.open(address)
            return
        time.sleep(0.1)  # between two questions to a server that is starting


if __name__ == "__main__":
    main()
