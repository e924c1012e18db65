"""The tools of the MCP server, asked by a client in the same process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mcp.client import Client

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
    (found,) = called(folder, ("search_statements", {"quote": BLOCKADE}))
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


def test_a_search_can_be_narrowed(folder: Path) -> None:
    asked = {"quote": BLOCKADE, "only_countries": ["Norland"], "since": "2022"}
    (found,) = called(folder, ("search_statements", asked))
    assert (len(found["agree"]), len(found["oppose"])) == (0, 1)


def test_two_statements_a_position_and_a_whole_statement(folder: Path) -> None:
    pair, places, whole = called(
        folder,
        ("compare_statements", {"a": BLOCKADE, "b": "The blockade will not end", "b_date": "2022"}),
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
    empty, missing, date, long = called(
        folder,
        ("search_statements", {"quote": " "}),
        ("show_statement", {"statement_id": "nobody"}),
        ("search_statements", {"quote": BLOCKADE, "since": "May"}),
        ("search_statements", {"quote": BLOCKADE, "speaker": "x" * 999}),
    )
    assert "The quote is empty" in empty
    assert "There is no statement 'nobody' in this library." in missing
    assert "since: 'May' is not a date" in date
    assert "speaker: give at most 500 characters." in long


def test_wrong_arguments_are_one_sentence(folder: Path) -> None:
    told = called(
        folder,
        ("search_statements", {}),
        ("search_statements", {"quote": 5}),
        ("search_statements", {"quote": BLOCKADE, "colour": "red"}),
        ("search_statements", {"quote": BLOCKADE, "only_countries": [""]}),
        ("search_statements", {"quote": BLOCKADE, "since": "2022", "until": "2021"}),
        ("compare_statements", {"a": BLOCKADE, "b": "???"}),
    )
    assert told == [
        "quote: it is missing.",
        "quote: give a text, not 5.",
        "colour: there is no such argument.",
        "only_countries: a name is empty: write it, or leave it out.",
        "since 2022 is after until 2021: swap them.",
        "Statement b has no words, only '???': give at least one word.",
    ]


def test_a_change_of_the_library_is_seen(folder: Path) -> None:
    library = Library.open(folder, HashingEncoder(256))
    library.update([statement("new", "It is new.")]).close()
    (found,) = called(folder, ("show_statement", {"statement_id": "new"}))
    assert found["text"] == "It is new."
