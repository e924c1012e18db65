"""A library in PostgreSQL as the target: of the commands in `inputs.tsv`, and of edited rows."""

from __future__ import annotations

import re
import shlex
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from compare.errors import CompareError
from compare.facade import Library
from compare.review import PairSelection, Reviews
from tests.fakes import HashingEncoder, Ran
from tests.hostile import conftest
from tests.hostile.test_inputs import ROWS, filled
from tests.hostile.test_kept_files import sentence_of
from tests.hostile.test_library_files import (
    ENCODER,
    STATEMENTS,
    searched,
    shown,
    updated,
    verified,
)
from tests.postgres_server import Server
from tests.review.conftest import pair

NOTICED = [
    "UPDATE contents SET data = '{'",
    "UPDATE contents SET data = 'null'",
    "UPDATE contents SET data = repeat('[', 100000)",
    'UPDATE contents SET data = \'{"id": 5, "text": null}\'',
    'UPDATE contents SET data = replace(data, \'"text"\', \'"text": "x", "text"\')',
    "UPDATE contents SET data = replace(data, 'canal', 'river')",
    "DELETE FROM contents",
    "DELETE FROM statements",
    "UPDATE statements SET first_row = 99",
    "UPDATE statements SET row_count = 2147483647",
    "UPDATE statements SET row_count = -1",
    "UPDATE statements SET hash = 'x'",
    "DELETE FROM passages WHERE row = 1",
    "UPDATE passages SET n = 77",
    "UPDATE passages SET until = 0",
    "UPDATE passages SET row = row + 100",
    "UPDATE generations SET manifest = repeat('[', 100000)",
    "DELETE FROM generations",
    "DROP TABLE passages CASCADE",
]
"""What `verify` refuses; questions are answered rightly or refused, whichever rows they read."""

OTHERS = [
    "UPDATE statements SET id = 'v9' WHERE id = 'v1'",
    "UPDATE statements SET first_day = 2147483647, last_day = 2147483647",
    "UPDATE passages SET first = 5, last = 900",
    "UPDATE passages SET vector = '[1,2]'",
    "UPDATE passages SET vector = vector - vector",
    "UPDATE passages SET words = 5",
    "UPDATE generations SET mean_length = 'NaN'",
    "DELETE FROM encoders",
    "ALTER TABLE passages DROP COLUMN text",
    "ALTER SEQUENCE passage_rows RESTART 0",
]
"""What is derived from the statements, where only the checksums of the server would notice."""


def of_a_library(row: dict[str, str]) -> bool:
    """Whether a row is a question to the library, or a change of it, with text that is odd."""
    first, command = row["command"].split()[0], row["command"]
    asks = first in (
        "search",
        "show",
        "delete",
        "sides",
        "timeline",
        "positions",
        "watch",
        "review",
    )
    return asks and not re.search(r"\.[a-z]+\b|third|lib-|://|;|~|--library \{|/", command)


@pytest.fixture(scope="module")
def library(postgres: Server) -> Library:
    made = Library.build(conftest.STATEMENTS, postgres.address("inputs"), HashingEncoder(256))
    drawn = PairSelection.imported([pair(number) for number in range(3)])
    Reviews.of(made).create("canal", drawn, ["Ada", "Bren"])
    return made


@pytest.mark.parametrize("row", [*filter(of_a_library, ROWS)], ids=lambda row: row["name"])
def test_an_input(
    row: dict[str, str], run: Callable[..., Ran], library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = library.backend.address
    monkeypatch.setenv("COMPARE_LIBRARY", address)
    words = [address if word == "library" else filled(word) for word in shlex.split(row["command"])]
    told = run(*words)
    assert (told.code, row["words"] in told.out + told.err) == (int(row["code"]), True), told
    assert "Traceback" not in told.err
    assert (told.code == 0) or told.err.count("Error: ") == 1
    assert library.backend.current() == library.generation
    assert [len(review.history("Ada")) for review in Reviews.of(library).all()] == [0]


@pytest.mark.parametrize("edit", [*NOTICED, *OTHERS])
def test_an_edited_row_is_refused_in_a_sentence_if_at_all(postgres: Server, edit: str) -> None:
    name = f"d{zlib.crc32(edit.encode())}"
    address = postgres.address(name)
    Library.build(STATEMENTS, address, ENCODER).close()
    postgres.sql(f"SET search_path = {name}, public; {edit}")
    refused = set()
    for ask in (searched, shown, verified, updated):
        try:
            ask(address)
        except CompareError as error:
            sentence_of(error)
            refused.add(ask)
    assert verified in refused or edit in OTHERS


@pytest.mark.parametrize(
    ("edit", "asks"),
    [
        ("contents SET data = replace(data, 'canal', 'river')", (searched, shown, verified)),
        ("contents SET context = 'x'", (searched,)),
        ("passages SET text = replace(text, 'canal', 'river')", (searched,)),
        ("passages SET first = first + 1", (searched,)),
    ],
)
def test_no_search_shows_words_that_are_not_in_the_statement(
    postgres: Server, edit: str, asks: tuple[Callable[[str], Any], ...]
) -> None:
    name = f"w{zlib.crc32(edit.encode())}"
    Library.build(STATEMENTS, postgres.address(name), ENCODER).close()
    postgres.sql(f"UPDATE {name}.{edit}")
    for ask in asks:
        with pytest.raises(CompareError, match="is damaged: "):
            ask(postgres.address(name))
