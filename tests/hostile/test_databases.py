"""A library in PostgreSQL as the target: of the commands in `inputs.tsv`, and of edited rows."""

from __future__ import annotations

import zlib

import pytest

from compare.errors import CompareError
from compare.facade import Library
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
    "UPDATE contents SET context = 'x'",
    "UPDATE statements SET id = 'v9' WHERE id = 'v1'",
    "UPDATE statements SET first_day = 2147483647, last_day = 2147483647",
    "UPDATE statements SET speaker = 'x', speaker_key = 'x'",
    "DELETE FROM countries",
    "UPDATE passages SET first = 5, last = 900",
    "UPDATE passages SET text = 'x'",
    "UPDATE passages SET vector = '[1,2]'",
    "UPDATE passages SET vector = vector - vector",
    "UPDATE passages SET words = 5",
    "UPDATE passages SET encoder = 9",
    "UPDATE passages SET terms = ''",
    "UPDATE generations SET mean_length = 'NaN'",
    "UPDATE generations SET number = 9",
    "UPDATE generations SET encoder = 9",
    "DELETE FROM encoders",
    "ALTER TABLE passages DROP COLUMN text",
    "ALTER SEQUENCE passage_rows RESTART 0",
]
"""What is derived from the statements, where only the checksums of the server would notice."""


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


def test_edited_words_of_a_statement_are_never_shown(postgres: Server) -> None:
    address = postgres.address("words")
    Library.build(STATEMENTS, address, ENCODER).close()
    postgres.sql("UPDATE words.contents SET data = replace(data, 'canal', 'river')")
    for ask in (searched, shown, verified):
        with pytest.raises(CompareError, match="is damaged: .* as (it was|they were) written"):
            ask(address)
