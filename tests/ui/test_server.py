"""The server of the app: whom it answers, and what it never asks."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from compare.ui.server import Guard, PageBase, ask_nobody_for_addresses

TOKEN = "a-token-of-sixteen"


async def _echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("open")
    await websocket.close()


def client(token: str = "") -> TestClient:
    page = Route("/{path:path}", lambda request: PlainTextResponse("page"))
    app = Starlette(routes=[WebSocketRoute("/stream", _echo), page])
    guard = Guard(app, ("localhost", "127.0.0.1", "::1"), token)
    return TestClient(guard, base_url="http://localhost:8501", follow_redirects=False)


@pytest.mark.parametrize("host", ["localhost:8501", "LOCALHOST", "127.0.0.1:8501", "[::1]:8501"])
def test_its_own_names_are_answered(host: str) -> None:
    assert client().get("/", headers={"Host": host}).text == "page"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:8501", "", "10.0.0.1"])
def test_other_names_are_refused(host: str) -> None:
    answer = client().get("/", headers={"Host": host})
    assert answer.status_code == 403
    assert "does not answer to that name" in answer.text
    with (
        pytest.raises(WebSocketDisconnect),
        client().websocket_connect("/stream", headers={"Host": host}),
    ):
        pass


def test_no_other_page_can_frame_it() -> None:
    headers = client().get("/").headers
    assert headers["x-frame-options"] == "SAMEORIGIN"
    policy = headers["content-security-policy"].split("; ")
    assert {"default-src 'self'", "object-src 'none'", "frame-ancestors 'self'"} <= {*policy}
    scripts = next(part for part in policy if part.startswith("script-src"))
    assert scripts.count("sha256-") >= 2
    assert "unsafe-inline" not in scripts


def test_without_the_token_nothing_is_answered() -> None:
    asking = client(TOKEN)
    for path in ("/", "/_stcore/health", "/?token=", "/?token=wrong", f"/?tokens={TOKEN}"):
        answer = asking.get(path)
        assert answer.status_code == 401
        assert "open the address that `compare app --token` printed" in answer.text
    asking.cookies.set("compare-token", "wrong")
    assert asking.get("/").status_code == 401
    with (
        pytest.raises(WebSocketDisconnect),
        asking.websocket_connect("/stream", headers={"Host": "localhost:8501"}),
    ):
        pass


def test_the_token_lets_in_and_leaves_the_address() -> None:
    asking = client(TOKEN)
    answer = asking.get(f"/corpus?token={TOKEN}&id=a%26b")
    assert (answer.status_code, answer.headers["location"]) == (303, "corpus?id=a%26b")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert asking.get("/corpus?id=a%26b").text == "page"
    held = {"Host": "localhost:8501", "Cookie": cookie.partition(";")[0]}
    with client(TOKEN).websocket_connect("/stream", headers=held) as socket:
        assert socket.receive_text() == "open"
    assert (
        client(TOKEN).get(f"http://localhost:8501//evil.example/?token={TOKEN}").headers["location"]
        == "."
    )


@pytest.mark.parametrize(
    "foreign",
    [
        'prefs={"a": 1}',
        'prefs={"a": "x;y", "b": [1, 2]}',
        "=;;=;a; =b",
        'a="b; c=d',
        "é=ü\x01\x7f",
        "compare-token",
        "compare-token=",
        "compare-token=wrong",
        'compare-token="\\777',
        f"compare-token={TOKEN}{TOKEN}",
        "a=" + "x" * 30_000,
    ],
)
def test_cookies_of_other_programs_do_not_lock_the_owner_out(foreign: str) -> None:
    own = f"compare-token={TOKEN}"
    for cookies, status in ((f"{foreign}; {own}", 200), (f"{own}; {foreign}", 200), (foreign, 401)):
        held = {"Cookie": cookies.encode("latin-1")}
        assert client(TOKEN).get("/", headers=held).status_code == status


def test_pages_alone_are_told_where_the_server_is() -> None:
    html = "<head></head><body></head></body>"
    app = Starlette(routes=[Route("/{path:path}", lambda request: HTMLResponse(html))])
    asking = TestClient(PageBase(app))
    for path in ("/review", "/under/a/proxy/search"):
        told = asking.get(path)
        assert told.text.startswith("<head><script>window.__streamlit=")
        assert told.text.endswith("</script></head><body></head></body>")
        assert int(told.headers["content-length"]) == len(told.content)
    for path in ("/", "/media/review.html", "/review/_stcore/health"):
        assert asking.get(path).text == html
    assert asking.head("/review").headers["content-length"] == str(len(html))


def test_the_server_looks_up_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit import net_util
    from streamlit.web.server import server_util

    for name in ("get_external_ip", "get_internal_ip"):  # put back afterwards
        monkeypatch.setattr(net_util, name, getattr(net_util, name))
    asked: list[str] = []
    monkeypatch.setattr(
        net_util, "_make_blocking_http_get", lambda url, timeout=5: asked.append(url)
    )
    assert not server_util.is_url_from_allowed_origins("http://evil.example")
    assert asked, "Streamlit asks no more: the patch can go"
    asked.clear()
    ask_nobody_for_addresses()
    assert not server_util.is_url_from_allowed_origins("http://evil.example")
    assert asked == []
