"""Candidates for a quote: readable languages, duplicates, and the quote's own statement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from compare.comparison.retrieval import (
    _for_each,
    duplicates,
    own_statements,
    repetitions,
    retrieve,
    with_readable_languages,
)
from compare.facade import Library
from compare.library import Filters
from compare.statements import Quote, split_statement
from tests.fakes import HashingEncoder, statement

STATEMENTS = [
    statement(
        "a",
        "The port must open. It is late for that.",
        speaker="Ada Lorn",
        language="en",
        date="2020",
    ),
    statement("b", "The port must open!", speaker="Bren Tal", language="en-GB", date="2021"),
    statement("c", "Le port doit ouvrir.", language="fr"),
    statement("d", "“The port must open”, we hear. The port must open.", language=""),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder: Path = tmp_path_factory.mktemp("retrieval") / "library"
    return Library.build(STATEMENTS, folder, HashingEncoder())


@pytest.mark.parametrize(
    ("candidates", "sentences", "numbers"),
    [
        (400, 1, (400, 30)),
        (400, 2, (200, 15)),
        (400, 12, (33, 6)),
        (60, 1, (60, 30)),
        (20, 1, (20, 10)),
        (1, 1, (12, 6)),
        (10_000, 1, (10_000, 30)),
    ],
)
def test_how_many_passages_are_read_for_each_sentence(
    candidates: int, sentences: int, numbers: tuple[int, int]
) -> None:
    assert _for_each(candidates, ["It ends."] * sentences) == numbers


@pytest.mark.parametrize(
    ("reads", "languages", "told"),
    [
        (("en",), ("", "en", "en-GB"), "The stance model reads English. What is in"),
        (("fr",), ("", "fr"), "The stance model reads French. What is in"),
        (("de",), ("",), "The stance model reads German. What is in"),
        (("en", "fr"), (), ""),
        ((), (), ""),
    ],
)
def test_languages_that_the_model_does_not_read_are_left_out(
    library: Library, reads: tuple[str, ...], languages: tuple[str, ...], told: str
) -> None:
    filters, notes = with_readable_languages(library.store, Filters(), reads)
    assert tuple(sorted(filters.languages)) == languages
    assert [note[: len(told)] for note in notes] == [told] * bool(told)
    asked = Filters(languages=("fr",))
    again, notes = with_readable_languages(library.store, asked, reads)
    assert again == asked
    assert bool(notes) == (bool(reads) and "fr" not in reads)


def test_a_quote_is_split_by_its_language_as_statements_are(library: Library) -> None:
    text = "Das ist nach Abs. 5 des Vertrags nicht erlaubt. Wir lehnen es deshalb entschieden ab."
    passages = split_statement(statement("e", text, language="de"))
    assert len(passages) == 2
    parts = retrieve(library, Quote(text), Filters(), 12, ()).parts
    assert parts == [passage.text for passage in passages]


def test_a_repeated_sentence_is_searched_once(library: Library) -> None:
    quote = Quote("The port must open. It is late for that. The port must open.")
    found = retrieve(library, quote, Filters(), 12, ())
    assert found.parts == ["The port must open.", "It is late for that."]


def test_duplicates_are_all_passages_with_the_same_words(library: Library) -> None:
    row = {passage.text: n for n, passage in enumerate(library.passages(range(len(library.store))))}
    first, late = row["The port must open."], row["It is late for that."]
    found = duplicates(library.store, [0, late])
    assert [statement_id for _, statement_id in found[0]] == ["a", "b", "d"]
    assert found[late] == [(late, "a")]
    within = library.store.select(Filters(speakers=("Bren Tal",)))
    assert [identity for _, identity in duplicates(library.store, [0], within)[0]] == ["b"]
    everything = library.store.select(Filters())
    others = repetitions(library, [0, late], (), everything)
    assert {at: [entry.id for entry in found] for at, found in others.items()} == {
        0: ["b", "d"],
        late: [],
    }
    assert repetitions(library, [0], {first, *range(2, 9)}, everything) == {0: []}


def test_whole_sentences_of_a_statement_are_its_own_words(library: Library) -> None:
    every = np.arange(len(library.store))

    def ids(quote: Quote) -> list[str]:
        return [entry.id for entry in own_statements(library, quote, every)]

    assert ids(Quote("The port must open.")) == ["a", "b", "d"]
    assert ids(Quote("The port must open.", speaker="Ms. Ada Lorn")) == ["a", "d"]
    assert ids(Quote("The port must open. It is late for that!")) == ["a"]
    assert ids(Quote("The port must")) == []
    assert ids(Quote("The port must open.", statement_id="c")) == ["c", "a", "b", "d"]
