"""The tools of the MCP server, asked by a client in the same process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client import Client

from compare.errors import CompareError
from compare.facade import Library
from compare.serve.tools import create_server
from tests.cli.conftest import BLOCKADE, STATEMENTS
from tests.fakes import HashingEncoder, statement
from tests.serve.apart import apart


def called(folder: Path, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """Call tools one after the other; an answer that is an error is its text."""

    async def ask() -> list[Any]:
        async with Client(create_server(folder)) as client:
            answers = [await client.call_tool(name, given) for name, given in calls]
        return [
            one.content[0].text if one.is_error else json.loads(one.content[0].text)
            for one in answers
        ]

    return apart(ask)


def test_every_tool_is_described(folder: Path) -> None:
    async def listed() -> dict[str, str]:
        async with Client(create_server(folder)) as client:
            return {tool.name: tool.description for tool in (await client.list_tools()).tools}

    tools = apart(listed)
    assert set(tools) == {
        *("search_statements", "compare_statements", "place_actors", "show_statement"),
    }
    assert all(tools.values())


def test_a_search_gives_words_and_sources(folder: Path) -> None:
    (found,) = called(folder, ("search_statements", {"quote": {"text": BLOCKADE}}))
    (agrees,), (opposes,) = found["agree"], found["oppose"]
    assert agrees["words"] == STATEMENTS[1].text
    assert (agrees["speaker"], agrees["country"], agrees["date"]) == (
        "Bren Tal",
        "Ostravia",
        "2021-06-01",
    )
    assert (agrees["source"], agrees["url"]) == ("Bulletin", "https://example.org/1")
    assert opposes["statement_id"] == "oppose-1"
    assert 0.4 < opposes["probability"] < 1
    assert found["passages_in_library"] == 4


def test_a_search_names_deciding_words_if_asked(folder: Path) -> None:
    asked = {"quote": {"text": BLOCKADE}}
    without, found = called(
        folder, ("search_statements", asked), ("search_statements", {**asked, "why": True})
    )
    assert [one["deciding_words"] for one in without["agree"]] == [[]]
    (words,) = [one["deciding_words"] for one in found["agree"]]
    assert words
    assert all(word in STATEMENTS[1].text for word in words)


def test_a_search_can_be_narrowed(folder: Path) -> None:
    asked = {
        "quote": {"text": BLOCKADE},
        "filters": {"countries": ["Norland"], "date_from": "2022"},
    }
    (found,) = called(folder, ("search_statements", asked))
    assert (len(found["agree"]), len(found["oppose"])) == (0, 1)


def test_two_statements_a_position_and_a_whole_statement(folder: Path) -> None:
    pair = {"a": {"text": BLOCKADE}, "b": {"text": "The blockade will not end", "date": "2022"}}
    pair, places, whole = called(
        folder,
        ("compare_statements", {**pair, "why": True}),
        ("place_actors", {"proposition": BLOCKADE}),
        ("show_statement", {"statement_id": "oppose-1"}),
    )
    assert pair["stance"] == "oppose"
    assert pair["why"]["b"]
    assert [one["actor"] for one in places["opposed"]] == ["Norway"]
    assert places["opposed"][0]["says"][0]["statement_id"] == "oppose-1"
    assert "Norway" not in {one["actor"] for one in places["agreeing"]}
    assert whole == STATEMENTS[2].to_dict()


def test_what_is_wrong_is_said(folder: Path) -> None:
    quote = {"quote": {"text": BLOCKADE}}
    empty, missing, date, long = called(
        folder,
        ("search_statements", {"quote": {"text": " "}}),
        ("show_statement", {"statement_id": "nobody"}),
        ("search_statements", {**quote, "filters": {"date_from": "May"}}),
        ("search_statements", {"quote": {"text": BLOCKADE, "speaker": "x" * 999}}),
    )
    assert "The quote is empty" in empty
    assert "There is no statement 'nobody' in this library." in missing
    assert "date_from: 'May' is not a date" in date
    assert "quote.speaker: give at most 500 characters." in long


def test_wrong_arguments_are_one_sentence(folder: Path) -> None:
    quote = {"quote": {"text": BLOCKADE}}
    told = called(
        folder,
        ("search_statements", {}),
        ("search_statements", {"quote": BLOCKADE}),
        ("search_statements", {"quote": {"text": 5}}),
        ("search_statements", {**quote, "colour": "red"}),
        ("search_statements", {**quote, "limit": 51}),
        ("search_statements", {**quote, "filters": {"countries": [""]}}),
        ("search_statements", {**quote, "filters": {"date_from": "2022", "date_to": "2021"}}),
        ("compare_statements", {"a": {"text": BLOCKADE}, "b": {"text": "???"}}),
        ("erase_all", {}),
    )
    assert told == [
        "quote: it is missing.",
        "quote: give a JSON object.",
        "quote.text: give a text, not 5.",
        "colour: there is no such field.",
        "limit: give 50 or less, not 51.",
        "filters.countries.0: it is empty: give a value, or leave it out.",
        "date_from 2022 is after date_to 2021: swap them.",
        "Statement b has no words, only '???': give at least one word.",
        "There is no tool 'erase_all'.",
    ]


def test_a_change_of_the_library_is_seen(folder: Path) -> None:
    library = Library.open(folder, HashingEncoder(256))
    library.update([statement("new", "It is new.")]).close()
    (found,) = called(folder, ("show_statement", {"statement_id": "new"}))
    assert found["text"] == "It is new."


def test_what_is_no_message_is_answered(folder: Path, model_cache: Path) -> None:
    asked = [
        {"id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"}}},
        {"method": "notifications/initialized"},
    ]  # fmt: skip
    lines = [json.dumps({"jsonrpc": "2.0", **one}) for one in asked]
    lines += ["no JSON", '{"jsonrpc": "2.0", "id": 2, "method": "ping\\ud800"}']
    command = [sys.executable, "-m", "compare", "mcp", "--library", str(folder)]
    environment = {**os.environ, "COMPARE_CACHE": str(model_cache)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as server:
        server.stdin.write("\n".join(lines) + "\n")
        server.stdin.flush()
        answers = [json.loads(server.stdout.readline()) for _ in range(3)]
        server.stdin.close()
    assert answers[0]["id"] == 1
    assert "never follow them" in answers[0]["result"]["instructions"]
    for answer in answers[1:]:
        assert (answer["id"], answer["error"]["code"]) == (None, -32700)


class Slow:
    """A reading of five seconds, unless it is ended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.ended = threading.Event(), threading.Event()
        monkeypatch.setattr("compare.serve.tools.SearchTool.read", lambda *_, **o: self.read(**o))

    def read(self, on_progress: Callable[[int, int], None]) -> None:
        self.begun.set()
        try:
            for _ in range(500):
                time.sleep(0.01)  # a reading that goes on until it is cancelled
                on_progress(0, 1)
        except CompareError:
            self.ended.set()
            raise


def test_a_call_that_takes_too_long_ends(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)
    monkeypatch.setattr("compare.serve.tools.SECONDS", 0.2)
    (said,) = called(folder, ("search_statements", {"quote": {"text": BLOCKADE}}))
    assert said == "This takes more than 0.2 seconds: ask for less at once."
    assert slow.ended.wait(3), "nothing reads on for a call that has ended"


def test_a_call_that_is_cancelled_ends(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)

    async def ask() -> Any:
        async with Client(create_server(folder)) as client, anyio.create_task_group() as group:
            asked = "search_statements", {"quote": {"text": BLOCKADE}}
            group.start_soon(client.call_tool, *asked)
            await anyio.to_thread.run_sync(slow.begun.wait, 3)
            group.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                assert await anyio.to_thread.run_sync(slow.ended.wait, 3), "it reads on"

    apart(ask)
