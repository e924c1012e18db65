"""Several libraries searched as one find what one library of all their statements finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from compare.errors import LibraryError
from compare.facade import Library
from compare.library import Filters
from compare.library.backend import backend_at
from compare.library.index.base import RowSpans, selected_rows
from compare.library.passage_store import PassageStore
from compare.review import Reviews
from tests.fakes import HashingEncoder, WordJudge, statement
from tests.library.test_postgres import lists, many
from tests.library.test_store_contract import STATEMENTS
from tests.postgres_server import Server

MORE = [
    statement("more-1", "We condemn the blockade of Port Meren.", speaker="ADA LORN", date="2021"),
    *many(12),
]
ALL = sorted([*STATEMENTS, *MORE], key=lambda entry: entry.id)
FILTERS = [
    Filters(),
    Filters(countries=("Valdoria",)),
    Filters(not_countries=("VLD",)),
    Filters(speakers=("Ada Lorn",)),
    Filters(statement_ids=("s-00003",)),
    Filters(statement_ids=("nobody",)),
]


@pytest.fixture(scope="module", params=["two folders", "a folder and a database"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Library, Library]:
    """Two libraries as one, and one of all their statements."""
    folder = tmp_path_factory.mktemp("merged")
    second = str(folder / "second")
    if request.param.endswith("database"):
        server: Server = request.getfixturevalue("postgres")
        second = server.address("merged")
    encoder = HashingEncoder(64)
    Library.build(ALL[::2], folder / "first", encoder).close()
    Library.build(ALL[1::2], second, encoder).close()
    merged = Library.open(f"{folder / 'first'};{second}", encoder)
    return merged, Library.build(ALL, folder / "whole", encoder)


def places(store: PassageStore, rows: np.ndarray) -> list[tuple[str, int]]:
    return [(one.statement_id, one.start) for one in store.passages(rows.tolist())]


def test_statements_are_those_of_all(both: tuple[Library, Library]) -> None:
    merged, whole = both
    assert merged.statements() == whole.statements() == ALL
    assert len(merged) == len(ALL)
    assert merged.store.ids() == whole.store.ids()
    assert merged.store.languages() == whole.store.languages()
    for entry in ALL:
        rows = merged.statement_rows(entry.id)
        assert merged.passages(rows) == whole.passages(whole.statement_rows(entry.id))
        assert merged.duplicates_of(entry.id) == whole.duplicates_of(entry.id)
    with pytest.raises(LibraryError, match="There is no statement 'nobody'"):
        merged.statement("nobody")


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_what_is_chosen_and_found_is_the_same(
    both: tuple[Library, Library], filters: Filters
) -> None:
    merged, whole = both
    for query in ("", "blockade"):
        for page in ((50, 0), (3, 2), (3, 40)):
            assert merged.browse(filters, query, *page) == whole.browse(filters, query, *page)
        for by in ("country", "speaker"):
            found = merged.facets_by_year(by, filters, query)
            assert found == whole.facets_by_year(by, filters, query)
    within, expected = merged.store.select(filters), whole.store.select(filters)
    assert len(within) == len(expected)
    chosen = selected_rows(within)
    assert within.holds(chosen).all()
    assert sorted(places(merged.store, chosen)) == sorted(
        places(whole.store, selected_rows(expected))
    )
    queries = HashingEncoder(64).encode(["The blockade of Port Meren", "Port 3 must stay open."])
    for k in (0, 5, 100):
        near, exact = merged.store.nearest(queries, k, within), whole.store.nearest(
            queries, k, expected
        )  # fmt: skip
        np.testing.assert_array_equal(near.scores, exact.scores)
    own = RowSpans.of(chosen[::2])
    assert set(merged.store.nearest(queries[:1], 100, own).rows[0]) == set(chosen[::2].tolist())
    rows, scores = merged.store.at_least(queries[0], 0.2, within)
    wanted, cosines = whole.store.at_least(queries[0], 0.2, expected)
    assert dict(zip(places(merged.store, rows), scores.tolist(), strict=True)) == dict(
        zip(places(whole.store, wanted), cosines.tolist(), strict=True)
    )
    ranked = merged.store.ranked_by_words("blockade", 99, within)
    assert set(places(merged.store, ranked)) == set(
        places(whole.store, whole.store.ranked_by_words("blockade", 99, expected))
    )


def test_actors_and_facets_are_counted_together(both: tuple[Library, Library]) -> None:
    merged, whole = both
    for kind in ("country", "speaker"):
        assert merged.store.actors(kind) == whole.store.actors(kind)
        for filters in FILTERS:
            counts = merged.store.statement_counts(kind, merged.store.select(filters))
            expected = whole.store.statement_counts(kind, whole.store.select(filters))
            assert counts.tolist() == expected.tolist()
    assert merged.facets() == whole.facets()
    assert merged.period() == whole.period()


@pytest.mark.parametrize("quote", ["The blockade of Port Meren must end.", "Port 7 must stay open"])
def test_a_search_lists_the_same(both: tuple[Library, Library], quote: str) -> None:
    found = [
        [
            sorted((i, text, round(cosine, 5)) for i, text, cosine in each)
            for each in lists(it, quote)
        ]
        for it in both
    ]
    assert found[0] == found[1]
    judge = WordJudge(either=True)
    ours, theirs = (each.positions(quote, stance_model=judge).placed for each in both)
    assert [(p.actor.key, p.score.mean) for p in ours] == [
        (p.actor.key, p.score.mean) for p in theirs
    ]


def test_two_sides_are_compared_across_libraries(
    both: tuple[Library, Library], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path))
    found = []
    for library in both:
        result = library.compare(
            "Valdoria",
            "Ostravia",
            "No port is shut.",
            most_of_side=8,
            stance_model=WordJudge(either=True),
        )
        found.append({(pair.a.text, pair.b.text, pair.probabilities) for pair in result.pairs})
    assert found[0] == found[1]
    assert found[0]


def test_they_are_only_read(both: tuple[Library, Library]) -> None:
    merged, _ = both
    assert merged.read_only
    for write in (lambda: merged.delete(["s-00001"]), lambda: merged.update(many(1))):
        with pytest.raises(LibraryError, match="only searched together: name the one to write to"):
            write()
    merged.verify()
    assert backend_at(merged.backend.address) == merged.backend
    assert Reviews.of(merged).location.endswith("reviews.sqlite")


def test_what_cannot_be_searched_together_is_said(tmp_path: Path) -> None:
    Library.build(many(2), tmp_path / "a", HashingEncoder(32)).close()
    Library.build(many(2, begin=1), tmp_path / "b", HashingEncoder(32)).close()
    Library.build(many(2, begin=9), tmp_path / "c", HashingEncoder(64)).close()
    with pytest.raises(LibraryError, match=r"The id 's-00001' is in .*a and .*b, so they cannot"):
        Library.open(f"{tmp_path / 'a'};{tmp_path / 'b'}")
    with pytest.raises(LibraryError, match=r"built with different encoders .* again with --enc"):
        Library.open(f"{tmp_path / 'a'};{tmp_path / 'c'}")
    with pytest.raises(LibraryError, match="There is no library in"):
        Library.open(f"{tmp_path / 'a'};{tmp_path / 'none'}")
