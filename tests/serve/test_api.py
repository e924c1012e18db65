"""The HTTP API, on a library of made-up statements read by a small judge."""

from __future__ import annotations

import inspect
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
import click
import feedparser
import httpx2 as httpx
import pytest
import uvicorn
from starlette.testclient import TestClient

from compare.cli.actors import positions, sides
from compare.cli.search import search
from compare.comparison.turns import TURNS
from compare.export.json_files import public_json
from compare.facade import Library
from compare.results import Result
from compare.serve import bodies
from compare.serve.api import create_app
from compare.serve.settings import Connection, Settings
from compare.strict_model import model
from tests.cli.conftest import BLOCKADE, STATEMENTS
from tests.fakes import HashingEncoder, WordJudge, statement
from tests.serve.apart import apart

TOKEN = "a-token-of-many-letters"


def client(*folders: Path, **settings: object) -> TestClient:
    app = create_app({one.name: one for one in folders}, Settings(**settings))
    return TestClient(app, base_url="http://localhost", raise_server_exceptions=False)


def said(answer) -> str:
    return answer.json()["error"]


def test_a_search_answers_as_the_command_does(folder: Path) -> None:
    answer = client(folder).get("/search", params={"q": BLOCKADE})
    assert answer.status_code == 200
    own = Library.open(folder).search(BLOCKADE, stance_model=WordJudge())
    expected = json.loads(json.dumps(public_json(own)))
    found = answer.json()
    for data in (found, expected):
        del data["provenance"]["date"]
    assert found == expected
    assert [entry["statement"]["id"] for entry in found["results"]] == ["agree-1", "oppose-1"]


def test_opposites_are_asked_for_with_a_quote(folder: Path) -> None:
    api = client(folder)
    answer = api.get("/opposites", params={"q": BLOCKADE})
    assert (answer.status_code, answer.json()) == (200, {"opposites": []})
    refused = api.get("/opposites", params={"q": " "})
    assert refused.status_code == 400
    assert "empty" in said(refused)


def test_a_search_takes_a_speaker_filters_and_thresholds(folder: Path) -> None:
    asked = {
        "quote": {"text": BLOCKADE, "country": "Valdoria", "date": "2021"},
        "filters": {"countries": ["Norland"], "date_from": "2020", "not_own_country": True},
        "thresholds": {"probability": 0.5, "without_kinds": ["question"]},
        "why": True,
    }
    found = client(folder).post("/search", json=asked).json()
    (entry,) = found["results"]
    assert entry["statement"]["id"] == "oppose-1"
    assert entry["why"]["passage"]
    assert found["provenance"]["thresholds"]["probability"] == 0.5
    assert found["provenance"]["thresholds"]["without_kinds"] == ["question"]
    assert found["provenance"]["filters"]["countries"] == ["Norland"]


def test_lists_come_in_parts(folder: Path) -> None:
    more = [statement(f"more-{n}", f"The blockade of Port Meren must end {n}.") for n in range(7)]
    Library.open(folder, HashingEncoder(256)).update(more).close()
    api = client(folder)

    def agree(**part: int) -> list[str]:
        found = api.get("/search", params={"q": BLOCKADE, **part}).json()["results"]
        return [entry["statement"]["id"] for entry in found if entry["stance"] == "agree"]

    assert len(agree()) == 8
    assert agree(limit=3) + agree(limit=3, offset=3) + agree(limit=3, offset=6) == agree()


def test_statements_facets_and_libraries_are_listed(folder: Path, tmp_path: Path) -> None:
    Library.build([statement("a/b c", "One.")], tmp_path / "more", HashingEncoder(256)).close()
    api = client(folder, tmp_path / "more")
    assert [one["name"] for one in api.get("/libraries").json()] == ["un", "more"]
    assert api.get("/statements/oppose-1").json() == STATEMENTS[2].to_dict()
    assert api.get("/statements/a%2Fb%20c", params={"library": "more"}).json()["text"] == "One."
    facets = api.get("/facets").json()
    assert {"value": "Bren Tal", "count": 2} in facets["speakers"]
    missing = api.get("/statements/nobody")
    assert (missing.status_code, said(missing)) == (
        404,
        "There is no statement 'nobody' in this library.",
    )
    missing = api.get("/facets", params={"library": "../un"})
    assert (missing.status_code, said(missing)) == (
        404,
        "There is no library '../un' here: see /libraries.",
    )


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (
            b'{"quote": {"text": "Yes \\ud800 it must end."}}',
            422,
            "quote.text: it holds half a character",
        ),
        (b'{"quote": ', 422, "The body cannot be read: line 1, column 11: expecting value."),
        (b'{"quote": "\xff"}', 422, "The body cannot be read: byte 12 is not UTF-8."),
        (b"[" * 100_000, 422, "The body cannot be read: it is nested too deeply."),
        (
            b'{"quote": {"text": "Yes."}, "quote": {"text": "No."}}',
            422,
            "The body cannot be read: an object has the field 'quote' twice.",
        ),
        (
            b'{"quote": {"text": "Yes.", "date": 1e309}}',
            422,
            "The body cannot be read: quote.date: 1e309 is not a finite number.",
        ),
    ],
)
def test_a_body_that_cannot_be_read_is_said(
    folder: Path, body: bytes, status: int, sentence: str
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client(folder).post("/search", content=body, headers=headers)
    assert answer.status_code == status
    assert said(answer).startswith(sentence)


def test_a_page_elsewhere_starts_nothing_unless_its_origin_is_named(folder: Path) -> None:
    page = {"Sec-Fetch-Site": "cross-site"}
    named = {**page, "Origin": "https://ours.example"}
    api = client(folder, origins=("https://ours.example",))
    for headers in (page, {**page, "Origin": "https://theirs.example"}):
        answer = api.get("/search", params={"q": BLOCKADE}, headers=headers)
        assert (answer.status_code, "--cors" in said(answer)) == (403, True)
    for headers in (named, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}):
        assert api.get("/libraries", headers=headers).status_code == 200


def test_two_ways_to_say_where_a_body_ends_are_refused(folder: Path) -> None:
    headers = {"Content-Length": "2", "Transfer-Encoding": "chunked"}
    answer = client(folder).post("/search", content=b"{}", headers=headers)
    assert (answer.status_code, "not both" in said(answer)) == (400, True)


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: local"])
def test_a_connection_that_asks_nothing_is_closed(
    folder: Path, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compare.serve.settings.HEAD_SECONDS", 0.3)
    config = uvicorn.Config(create_app({"un": folder}), port=0, http=Connection)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)  # between two looks: the server says only by this that it listens
        address = server.servers[0].sockets[0].getsockname()
        many = [socket.create_connection(address) for _ in range(150)]
        for one in many:
            one.sendall(begun)
        assert httpx.get(f"http://localhost:{address[1]}/health").status_code == 200
        many[0].settimeout(10)
        assert many[0].recv(1) == b""  # closed by the server
    finally:
        server.should_exit = True
        thread.join()
    for one in many:
        one.close()


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("/search", [], "The body: give a JSON object."),
        ("/search", {"quote": "Yes."}, "quote: give a JSON object."),
        ("/search", {"quote": {}}, "quote.text: it is missing."),
        ("/search", {"quote": {"text": "Yes."}, "more": 1}, "more: there is no such field."),
        (
            "/search",
            {"quote": {"text": "Yes."}, "candidates": "5"},
            'candidates: give a whole number, not "5".',
        ),
        (
            "/search",
            {"quote": {"text": "Yes."}, "why": "yes"},
            'why: give true or false, not "yes".',
        ),
        (
            "/search",
            {"quote": {"text": "Yes."}, "candidates": True},
            "candidates: give a whole number, not true.",
        ),
        (
            "/search",
            {"quote": {"text": "Yes."}, "candidates": 1.5},
            "candidates: give a whole number, not 1.5.",
        ),
        (
            "/search",
            {"quote": {"text": "Yes."}, "candidates": 0},
            "candidates: give 1 or more, not 0.",
        ),
        (
            "/search",
            {"quote": {"text": "Yes."}, "thresholds": {"probability": 2}},
            "thresholds.probability: give 1 or less, not 2.",
        ),
        (
            "/search",
            {"quote": {"text": "Yes."}, "thresholds": {"probability": "0.5"}},
            'thresholds.probability: give a number, not "0.5".',
        ),
        ("/search", {"quote": {"text": [5]}}, "quote.text: give a text, not a list."),
        (
            "/search?limit=x",
            {"quote": {"text": "Yes."}},
            'limit: give a whole number, not "x".',
        ),
        ("/search", {"quote": {"text": "???"}}, "The quote has no words, only '???'"),
        (
            "/search",
            {"quote": {"text": "Yes."}, "filters": {"countries": [" "]}},
            "filters.countries.0: it is empty",
        ),
        (
            "/search",
            {"quote": {"text": "Yes."}, "filters": {"date_from": "2022", "date_to": "2021"}},
            "date_from 2022 is after date_to 2021: swap them.",
        ),
        (
            "/search",
            {"quote": {"text": "Yes.", "date": "１９９０"}},
            "date: '１９９０' is not a date",
        ),
        ("/stance", {"a": {"text": " "}, "b": {"text": "Yes."}}, "Statement a is empty"),
        (
            "/positions",
            {"proposition": "Yes.", "by": "x"},
            "by: give 'country' or 'speaker', not \"x\".",
        ),
        ("/search?q=x", {"quote": {"text": "Yes."}}, "There is no parameter 'q' here"),
    ],
)
def test_a_wrong_body_is_one_sentence(folder: Path, path: str, body: object, sentence: str) -> None:
    answer = client(folder).post(path, json=body)
    assert answer.status_code in (400, 422)
    assert said(answer).startswith(sentence)


def test_a_filter_in_the_address_of_a_search_is_not_ignored(folder: Path) -> None:
    answer = client(folder).get("/search", params={"q": BLOCKADE, "country": "Norland"})
    assert (answer.status_code, said(answer)) == (
        422,
        "There is no parameter 'country' here: see /openapi.json.",
    )


def test_a_whole_number_may_be_written_as_a_float(folder: Path) -> None:
    body = {"quote": {"text": BLOCKADE}, "candidates": 400.0}
    assert client(folder).post("/search", json=body).status_code == 200


@pytest.mark.parametrize("path", ["/health?ts=1", "/metrics?x=1"])
def test_a_probe_may_add_a_parameter(folder: Path, path: str) -> None:
    assert client(folder).get(path).status_code == 200


def test_a_body_of_another_kind_is_said(folder: Path) -> None:
    answer = client(folder).post("/search", content='{"quote": {"text": "Yes."}}')
    assert said(answer) == "Send JSON, with the header Content-Type: application/json."


def test_a_body_that_is_never_sent_whole_is_not_waited_for(folder: Path) -> None:
    sent: list[dict] = []

    async def begun() -> dict:
        if not sent and not waiting:
            waiting.append(True)
            return {"type": "http.request", "body": b'{"quote": ', "more_body": True}
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: dict) -> None:
        sent.append(message)

    waiting: list[bool] = []
    app = create_app({"un": folder}, Settings(seconds=0.05))
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/search",
        "raw_path": b"/search",
        "headers": headers,
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
    }
    apart(lambda: app(scope, begun, send))
    start, body = sent
    assert start["status"] == 408
    assert b"The body was not sent within 0.05 seconds" in body["body"]


def test_an_error_of_the_program_is_a_sentence_with_the_id(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("compare.serve.bodies.search", broken)
    answer = client(folder).get("/search", params={"q": BLOCKADE})
    assert answer.status_code == 500
    assert said(answer) == (
        f"The server failed at this request: see {answer.headers['x-request-id']} in its log."
    )


def test_a_change_of_the_library_is_seen_at_once(folder: Path) -> None:
    api = client(folder)
    assert api.get("/statements/new").status_code == 404
    Library.open(folder, HashingEncoder(256)).update([statement("new", "It is new.")]).close()
    assert api.get("/statements/new").json()["text"] == "It is new."


def test_two_statements_two_sides_and_positions(folder: Path) -> None:
    api = client(folder)
    pair = {"a": {"text": BLOCKADE}, "b": {"text": "The blockade will not end", "date": "2022"}}
    assert api.post("/stance", json=pair).json()["stance"] == "oppose"
    assert "why" in api.post("/stance", json={**pair, "why": True}).json()
    claim = {"proposition": BLOCKADE, "opposite": "The blockade stays."}
    sides = {**claim, "a": {"countries": ["Valdoria"]}, "b": {"countries": ["Norland"]}}
    found = api.post("/sides", json={**sides, "most_of_side": 9}).json()
    assert [one["stance"] for one in found["pairs"]] == ["oppose"]
    assert (found["placed"], found["read"]) == ([1, 1], 1)
    assert found["provenance"]["settings"] == {**claim, "most_of_side": 9}
    assert [(one["side"], one["year"], one["read"]) for one in found["by_year"]] == [
        ("a", 2021, 1), ("b", 2022, 1)
    ]  # fmt: skip
    assert api.post("/pairs", json=sides).json()["read"] == 1  # its name before
    over_time = api.post("/sides", json={**claim, "a": {"countries": ["Ostravia"]}}).json()
    assert (over_time["placed"], over_time["pairs"]) == ([2], [])
    places = api.post("/positions", json={"proposition": BLOCKADE}).json()["actors"]
    assert {one["party"] for one in places} == {"VLD", "Ostravia", "Norway"}


@pytest.mark.parametrize(
    ("format", "start"), [("csv", '\ufeff"query"'), ("jsonl", "{"), ("html", "<!doctype html>")]
)
def test_lists_come_as_files(folder: Path, format: str, start: str) -> None:
    answer = client(folder).post(f"/export/{format}", json={"quote": {"text": BLOCKADE}})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="pairs.')
    assert answer.content.decode().startswith(start)


def test_a_kept_result_can_be_loaded(folder: Path, tmp_path: Path) -> None:
    answer = client(folder).post("/export/json", json={"quote": {"text": BLOCKADE}})
    (tmp_path / "kept.json").write_bytes(answer.content)
    assert Result.load(tmp_path / "kept.json").oppose[0].b.statement.id == "oppose-1"


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("/search", {"quote": {"text": " "}}, 400, "The quote is empty"),
        ("/search", {"quote": {"text": "x" * 30_000}}, 400, "The quote has 30,000 characters"),
        (
            "/search",
            {"quote": {"text": "Yes.", "date": "May"}},
            400,
            "date: 'May' is not a date: write YYYY",
        ),
        ("/search", {"quote": {"text": "Yes."}, "candidates": 10**9}, 422, "candidates: "),
        ("/search", {"quote": {"text": "Yes."}, "sql": "1"}, 422, "sql: "),
        ("/search", {"quote": {"text": "Yes."}, "filters": {"who": ["x"]}}, 422, "filters.who: "),
        ("/search", {"quote": {"text": "Yes."}, "thresholds": {"probability": 2}}, 422, "thresho"),
        ("/search", [], 422, "The body: "),
        ("/positions", {"proposition": "Yes.", "by": "party"}, 422, "by: "),
        (
            "/sides",
            {"proposition": "Yes.", "a": {}, "b": {"countries": ["Nowhere"]}},
            400,
            "Side b (Nowhere) cannot be compared",
        ),
        ("/sides", {"a": {}}, 422, "proposition: "),
        ("/sides", {"proposition": " ", "a": {}}, 400, "The proposition is empty"),
        ("/sides", {"proposition": "Yes.", "a": {}, "most_of_side": 0}, 422, "most_of_side: "),
        ("/sides", {"proposition": "Yes.", "a": {}, "topic": "canal"}, 422, "topic: "),
        ("/nowhere", {}, 404, "There is nothing at this address"),
        ("/health", {}, 405, "This address does not take such a request"),
        ("/export/docx", {"quote": {"text": "Yes."}}, 422, "format: "),
    ],
)
def test_what_is_wrong_is_one_sentence(
    folder: Path, path: str, body: object, status: int, sentence: str
) -> None:
    answer = client(folder).post(path, json=body)
    assert answer.status_code == status
    assert said(answer).startswith(sentence)
    assert said(answer).endswith(".")
    assert "\n" not in said(answer)


def test_too_large_a_request_is_refused(folder: Path) -> None:
    api = client(folder, largest_body=1_000)
    whole = api.post("/search", content=b"x" * 1_001)
    in_parts = api.post("/search", content=(b"x" * 600 for _ in range(2)))
    for answer in (whole, in_parts):
        assert answer.status_code == 413
        assert said(answer) == "Requests are limited to 1,000 bytes: send less at once."


def test_a_token_is_asked_for_everywhere_but_at_the_door(folder: Path) -> None:
    api = client(folder, token=TOKEN)
    assert api.get("/health").json()["status"] == "ok"
    for path in ("/libraries", "/metrics", "/openapi.json", "/search?q=Yes"):
        assert api.get(path).status_code == 401
        assert api.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert api.get("/libraries", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_a_foreign_name_is_refused(folder: Path) -> None:
    api = client(folder)
    refused = api.get("/libraries", headers={"Host": "evil.example"})
    assert refused.status_code == 403
    assert "does not answer under the name 'evil.example'" in said(refused)
    for host in ("localhost:8600", "127.0.0.1", "[::1]:8600"):
        assert api.get("/libraries", headers={"Host": host}).status_code == 200
    assert (
        "access-control-allow-origin"
        not in api.get("/health", headers={"Origin": "https://a.example"}).headers
    )
    upper = client(folder, hosts=("statements.example",))
    assert upper.get("/health", headers={"Host": "Statements.Example:80"}).status_code == 200
    named = client(folder, origins=("https://a.example",), token=TOKEN)
    asked = {
        "Origin": "https://a.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    assert named.options("/search", headers=asked).status_code == 200
    refused = named.get("/libraries", headers={"Origin": "https://a.example"})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://a.example"
    answer = named.get("/health", headers={"Origin": "https://a.example"})
    assert answer.headers["access-control-allow-origin"] == "https://a.example"


def test_the_log_has_an_id_and_no_words(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    api = client(folder)
    with caplog.at_level(logging.INFO):
        answer = api.get("/search", params={"q": BLOCKADE})
        api.get("/statements/oppose-1")
    lines = [record.getMessage() for record in caplog.records if record.name == "compare.serve"]
    assert lines[0].startswith(f"{answer.headers['x-request-id']} GET /search 200 ")
    assert lines[1].split()[1:4] == ["GET", "/statements/{statement_id:path}", "200"]
    assert not any("blockade" in line.lower() or "oppose-1" in line for line in lines)


def test_requests_are_counted(folder: Path) -> None:
    api = client(folder)
    api.get("/search", params={"q": BLOCKADE})
    api.get("/search")
    text = api.get("/metrics").text
    assert 'compare_requests_total{method="GET",route="/search",status="200"} 1.0' in text
    assert 'compare_requests_total{method="GET",route="/search",status="422"} 1.0' in text
    assert "compare_request_seconds_bucket" in text
    assert "compare_readings 0.0" in text


@contextmanager
def a_reading_of_another() -> Iterator[None]:
    """Have the turn in another thread."""
    over, begun = threading.Event(), threading.Event()

    def occupy() -> None:
        with TURNS.take():
            begun.set()
            over.wait(60)

    other = threading.Thread(target=occupy)
    other.start()
    begun.wait(5)
    try:
        yield
    finally:
        over.set()
        other.join()


def test_a_reading_waits_for_its_turn_and_not_for_ever(folder: Path) -> None:
    api = client(folder, seconds=0.6)
    with a_reading_of_another():
        late = api.get("/search", params={"q": BLOCKADE})
    assert late.status_code == 503
    assert said(late).startswith("The reading was not done within 0.6 seconds: ")
    assert api.get("/search", params={"q": BLOCKADE}).status_code == 200


def test_many_may_wait_and_more_are_refused_at_once(folder: Path) -> None:
    app = create_app({"un": folder}, Settings(seconds=3, most_waiting=50))
    refused, answered = "Too many readings wait already: try again in a minute.", []

    async def ask_all() -> float:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as api:

            async def ask() -> None:
                answer = await api.get("/search", params={"q": BLOCKADE})
                answered.append(answer.json()["error"])

            async with anyio.create_task_group() as group:
                for _ in range(60):
                    group.start_soon(ask)
                await anyio.sleep(0.5)
                began = time.monotonic()
                assert (await api.get("/health")).status_code == 200
                return time.monotonic() - began

    with a_reading_of_another():
        assert apart(ask_all) < 1
    assert answered.count(refused) == 9
    assert len(TURNS) == 0


def test_a_writer_lets_nobody_pass(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TURNS, "_longest", 0.0)
    api = client(folder, allow_write=True)
    answers = []

    def add(name: str) -> None:
        many = [{"id": f"{name}-{n}", "text": f"{name} says {n}."} for n in range(90)]
        answers.append(api.post("/statements", json={"statements": many}).status_code)

    writers = [threading.Thread(target=add, args=(name,)) for name in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert answers == [200, 200, 200]
    assert len(Library.open(folder)) == 4 + 3 * 90


def test_the_description_has_every_route_and_an_example(folder: Path) -> None:
    described = client(folder).get("/openapi.json").json()
    assert set(described["paths"]) == {
        *("/health", "/metrics", "/libraries", "/facets", "/statements/{statement_id}"),
        *("/search", "/opposites", "/export/{format}", "/stance", "/sides", "/positions"),
        *("/watches", "/watches/{name}/feed.{format}"),
    }
    for routes in described["paths"].values():
        assert all(route["description"] for route in routes.values())
    words = described["components"]["schemas"]["QuoteFields"]
    assert words["properties"]["text"]["examples"] == [
        "China is considering military aid to Russia."
    ]


@pytest.mark.parametrize(
    ("body", "field", "method", "command", "option"),
    [
        (bodies.SearchRequest, "candidates", Library.search, search, "candidates"),
        (bodies.SidesRequest, "most_of_side", Library.compare, sides, "each"),
        (bodies.PositionsRequest, "most_each", Library.positions, positions, "each"),
    ],
)
def test_defaults_and_limits_are_those_of_python_and_the_command_line(
    body: Any, field: str, method: Any, command: click.Command, option: str
) -> None:
    (of_command,) = (one for one in command.params if one.name == option)
    described = body.model_json_schema()["properties"][field]
    default = inspect.signature(method).parameters[field].default
    assert described["default"] == of_command.default == default
    assert isinstance(of_command.type, click.IntRange)
    assert described["maximum"] == of_command.type.max


def test_statements_are_added_and_deleted_if_allowed(folder: Path) -> None:
    new = {
        "id": "new/1",
        "text": "The blockade of Port Meren must end soon.",
        "country": "Ostravia",
    }
    assert client(folder).post("/statements", json={"statements": [new]}).status_code == 405
    api = client(folder, allow_write=True)
    assert api.post("/statements", json={"statements": [new]}).json() == {
        "added": 1,
        "statements": 5,
    }
    assert api.get("/statements/new/1").json()["country"][0]["name"] == "Ostravia"
    found = api.get("/search", params={"q": BLOCKADE}).json()["results"]
    assert "new/1" in {entry["statement"]["id"] for entry in found}
    assert api.delete("/statements/new%2F1").json() == {"statements": 4}
    assert api.delete("/statements/new%2F1").status_code == 404
    assert len(Library.open(folder)) == 4


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"id": "x", "text": ""}, "statement 1, field "),
        ({"id": "x", "text": "Yes.", "date": "soon"}, "statement 1, field "),
        ({}, "statement: no column holds the words"),
        ({"id": "x", "text": {"words": "Yes."}}, "statement 1, field 'text': give a text, not an"),
    ],
)
def test_a_bad_statement_is_refused_whole(folder: Path, row: dict[str, str], sentence: str) -> None:
    answer = client(folder, allow_write=True).post("/statements", json={"statements": [row]})
    assert answer.status_code == 400
    assert said(answer).startswith(sentence)
    assert len(Library.open(folder)) == 4


def test_half_a_character_is_said(folder: Path) -> None:
    body = b'{"statements": [{"id": "x", "text": "Yes \\ud800."}]}'
    headers = {"Content-Type": "application/json"}
    api = client(folder, allow_write=True)
    answer = api.post("/statements", content=body, headers=headers)
    assert said(answer) == "statement 1: it holds half a character: send it as UTF-8."


# --- watches -------------------------------------------------------------------------------------


def test_watches_and_their_feeds_are_read(folder: Path) -> None:
    opened = Library.open(folder, HashingEncoder(256))
    result = opened.search(BLOCKADE, stance_model=WordJudge())
    name = "port/<a> b"
    opened.watches.add(name, result, stance_model=WordJudge())
    after = opened.update([statement("new-1", f"{BLOCKADE} at once, we say.", speaker="Dena Orr")])
    after.watches.run(stance_model=WordJudge())
    asked = client(folder)
    (watch,) = asked.get("/watches").json()
    model("watch").model_validate(watch)
    assert (watch["name"], watch["total"], watch["library_changed"]) == (name, 1, False)
    for format, mime in (("atom", "atom+xml"), ("csv", "text/csv")):
        answer = asked.get(f"/watches/{quote(name, safe='')}/feed.{format}")
        assert answer.status_code == 200
        assert mime in answer.headers["content-type"]
        assert "Dena Orr" in answer.text
    feed = feedparser.parse(asked.get(f"/watches/{quote(name)}/feed.atom").content)
    assert not feed.bozo
    assert feed.feed.links[0].href.startswith("http://localhost/watches/port")
    missing = asked.get("/watches/x/feed.atom")
    assert (missing.status_code, said(missing)) == (
        404, "There is no watch 'x' in this library: see /watches.",
    )  # fmt: skip
    assert asked.get("/watches/x/feed.exe").status_code == 422
    with_token = client(folder, token=TOKEN)
    assert with_token.get("/watches").status_code == 401
