"""The contract of every store, checked on those of files and databases and on a plain one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.errors import LibraryError, QueryError
from compare.facade import Library
from compare.library import FILTERS, Filters
from compare.library.actors import actor_keys, actors_named
from compare.library.backend import Backend, backend_at
from compare.library.build import Change, Embedding, passage_key
from compare.library.filters import FACETED, Filter
from compare.library.index import base
from compare.library.index.base import RowSpans, Selection, selected_rows
from compare.library.passage_store import STORES as BY_NAME
from compare.library.passage_store import FileStore, PassageStore, passages_by_actor, store_kind
from compare.library.postgres.database import _SETTINGS
from compare.library.postgres.store import PostgresStore
from compare.library.sqlite_store import SqliteStore
from compare.statements import Country, PartialDate, Quote, Statement, split_statement, words_key
from tests.fakes import HashingEncoder, sample_statements, statement
from tests.library.fake_store import MemoryStore, has_words, passes


class InFiles:
    """Writes stores of one kind to folders."""

    def __init__(self, kind: type[FileStore]) -> None:
        self.kind = kind

    def write(
        self,
        name: str,
        folder: Path,
        add: Iterable[Statement],
        before: FileStore | None = None,
        remove: frozenset[str] = frozenset(),
    ) -> FileStore:
        folder = folder / name
        folder.mkdir()
        encoder = HashingEncoder()
        # The encoder is loaded only if something is new.
        source = Embedding(encoder.name, encoder.digest, encoder.dim, lambda: encoder, before)
        written = self.kind.write(folder, Change(folder, add, before, remove), source)
        store = self.kind.open(folder, written.passages, encoder.dim)
        assert len(store) == written.passages
        assert len(store.ids()) == written.statements
        return store


class InDatabase:
    """Writes stores to schemas of a database."""

    def __init__(self, address: Callable[[str], str]) -> None:
        self.address = address
        self.backends: dict[PassageStore, Backend] = {}

    def write(
        self,
        name: str,
        folder: Path,
        add: Iterable[Statement],
        before: PassageStore | None = None,
        remove: frozenset[str] = frozenset(),
    ) -> PassageStore:
        encoder = HashingEncoder()
        if before is None:
            backend = backend_at(self.address(f"{name}_{len(self.backends)}"))
            store = backend.build(add, encoder).open_store()
        else:
            backend = self.backends[before]
            store = backend.update(add, remove, encoder).open_store()
        self.backends[store] = backend
        return store


IN_FILES: dict[str, type[FileStore]] = {
    **{name: store_kind(name) for name in BY_NAME},
    "another index": SqliteStore,
    "memory": MemoryStore,
}

REPEATED = [
    statement("again-1", "We condemn the blockade of Port Meren!", country="Valdoria=VLD"),
    statement(
        "again-2", "“We condemn the blockade of Port Meren”", country="Valdoria=VLD; Ostravia"
    ),
    statement("again-3", "We condemn the blockade of Port Meren.", speaker="Ada Lorn", date="2020"),
]
STATEMENTS = sorted([*sample_statements(), *REPEATED], key=lambda entry: entry.id)
PASSAGES = [passage for entry in STATEMENTS for passage in split_statement(entry)]
BY_ID = {entry.id: entry for entry in STATEMENTS}
EVERY = np.arange(len(PASSAGES))


@pytest.fixture(scope="module", params=[*IN_FILES, "postgres", "postgres, indexed"])
def writer(request: pytest.FixtureRequest) -> Iterator[InFiles | InDatabase]:
    if request.param in IN_FILES:
        with pytest.MonkeyPatch.context() as patch:
            if request.param == "another index":
                patch.setattr(base, "INDEXES", {"exact": "tests.library.fake_store:ExactIndex"})
            yield InFiles(IN_FILES[request.param])
        return
    server = request.getfixturevalue("postgres")
    name = request.param.replace(", ", "_")
    with pytest.MonkeyPatch.context() as patch:
        if "indexed" in name:
            patch.setattr("compare.library.postgres.writer.EXACT_UP_TO", 0)
            for way in ("enable_seqscan", "enable_sort"):  # so few rows would not need an index
                patch.setitem(_SETTINGS, way, "off")
        yield InDatabase(lambda library: server.address(f"{name}_{library}"))


@pytest.fixture(scope="module")
def store(writer: InFiles | InDatabase, tmp_path_factory: pytest.TempPathFactory) -> PassageStore:
    shuffled = random.Random(0).sample(STATEMENTS, len(STATEMENTS))
    return writer.write("store", tmp_path_factory.mktemp("contract"), shuffled)


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    texts = [passage.completed for passage in PASSAGES]
    return HashingEncoder().encode(texts).astype(np.float16).astype(np.float32)


# -- Statements and passages ---------------------------------------------------------------------


def test_statements_are_read_by_id_and_in_order(store: PassageStore) -> None:
    assert list(store.all_statements()) == STATEMENTS
    assert store.ids() == set(BY_ID)
    wanted = ["joint-1", "nobody", "again-2"]
    assert store.statements(wanted) == {i: BY_ID[i] for i in wanted if i in BY_ID}
    assert store.statements([]) == {}


def test_passages_stand_in_rows_a_statement_after_the_other(store: PassageStore) -> None:
    assert store.passages(EVERY) == PASSAGES
    assert store.passages([4, 0, 4]) == [PASSAGES[4], PASSAGES[0], PASSAGES[4]]
    assert store.passages([]) == []
    with pytest.raises(IndexError, match=f"row {len(EVERY)} of {len(EVERY)} passages"):
        store.passages([0, len(EVERY)])
    rows = store.rows_of([*BY_ID, "nobody"])
    assert set(rows) == set(BY_ID)
    assert rows["empty-1"] == range(0) or len(rows["empty-1"]) == 0
    for identity, span in rows.items():
        held = [n for n, passage in enumerate(PASSAGES) if passage.statement_id == identity]
        assert list(span) == held


def test_what_is_known_of_passages_comes_in_the_order_asked_for(store: PassageStore) -> None:
    rows = np.array([5, 0, 5, 3])
    known = store.metadata(rows)
    numbers = [STATEMENTS.index(BY_ID[PASSAGES[row].statement_id]) for row in rows]
    dates = [STATEMENTS[n].date for n in numbers]
    assert known.statement.tolist() == numbers
    assert known.first_day.tolist() == [d.first.toordinal() if d else 0 for d in dates]
    assert known.last_day.tolist() == [d.last.toordinal() if d else 0 for d in dates]
    assert known.words.tolist() == store.words(rows).tolist()
    assert [len(part) for part in store.metadata(np.zeros(0, np.int64))] == [0] * 4


def test_duplicates_share_a_key(store: PassageStore) -> None:
    keys = [words_key(passage.text, passage.context) for passage in PASSAGES]
    assert store.words(EVERY).tolist() == keys
    wanted = {keys[0], keys[-1], 17}
    assert store.with_words(wanted) == [
        (key, row, PASSAGES[row].statement_id) for row, key in enumerate(keys) if key in wanted
    ]
    assert store.with_words([]) == []
    assert store.same_text("again-1") == REPEATED[1:]
    assert store.same_text("joint-1") == store.same_text("nobody") == []


def test_vectors_come_by_row(store: PassageStore, vectors: np.ndarray) -> None:
    np.testing.assert_array_equal(store.vectors(np.array([3, 1, 3])), vectors[[3, 1, 3]])
    assert store.vectors(EVERY[:0]).shape == (0, 32)
    np.testing.assert_array_equal(store.vectors(EVERY), vectors)


def test_a_text_that_is_embedded_is_found_again_in_files(store: PassageStore) -> None:
    if isinstance(store, PostgresStore):
        pytest.skip("a database looks for its own keys")
    keys = np.array([passage_key(passage.completed) for passage in PASSAGES[::-1]] + [17])
    rows = store.embedded_rows(keys)
    assert rows[-1] == -1
    assert [PASSAGES[row].completed for row in rows[:-1]] == [p.completed for p in PASSAGES[::-1]]


# -- Choosing ------------------------------------------------------------------------------------


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2).map(tuple)


DATES = st.sampled_from(
    [None, *map(PartialDate, ["2020", "2021", "2021-05", "2021-06-01", "2022"])]
)
# Values that differ in spelling from those of the statements; other filters take theirs from these.
SPELLINGS = {
    "speakers": some("Ada Lorn", "Mr. BREN TAL", "Nobody"),
    "countries": some("VLD", "Republic of Valdoria", "ostravia", "Nowhere"),
    "sources": some("Bulletin", "", "bulletin"),
    "roles": some("foreign minister", "Envoy", ""),
    "parties": some("REEDS", "Nobody's"),
    "venues": some("Séance of Meren", "elsewhere"),
    "languages": some("en", "fr"),
    "words": some("Blockade", '"Port Meren" OR nothing', '"meren port"', "mines OR harbour"),
    "statement_ids": some("joint-1", "valdoria-1", "no such"),
    "not_speakers": some("Ms. Ada Lorn", ""),
    "not_countries": some("VLD", "OSTRAVIA"),
}


def values_for(entry: Filter) -> st.SearchStrategy[object]:
    """Values of a filter: dates, flags, or such as the statements have and others."""
    if entry.name in SPELLINGS:
        return SPELLINGS[entry.name]
    if not entry.attribute:
        return DATES if entry.name.startswith("date_") else st.booleans()
    held = sorted({entry.attribute.read(one) for one in STATEMENTS})
    return some(*held, *map(str.upper, held), "Nothing of the kind")


CHOSEN = st.builds(Filters, **{name: values_for(entry) for name, entry in FILTERS.items()})
QUOTES = st.sampled_from(
    [
        None,
        Quote("They laid mines."),
        Quote("They laid mines.", speaker="Mrs Ada Lorn", country=(Country("Val", "VLD"),)),
        Quote("They laid mines.", speaker="Bren Tal", country=(Country("Ostravia"),)),
    ]
)


@given(filters=CHOSEN, quote=QUOTES)
@settings(max_examples=200)
def test_filters_select_just_what_they_say(
    store: PassageStore, filters: Filters, quote: Quote | None
) -> None:
    expected = [
        n
        for n, p in enumerate(PASSAGES)
        if passes(BY_ID[p.statement_id], filters, quote) and has_words(p, filters)
    ]
    filters = filters.excluding_own(quote) if quote else filters
    selection = store.select(filters)
    assert selected_rows(selection).dtype == np.int64
    assert len(selection) == len(expected)
    assert selected_rows(selection).tolist() == expected
    assert EVERY[selection.holds(EVERY)].tolist() == expected
    page, total = store.browse(filters, "", 100, 0)
    ids = {PASSAGES[n].statement_id for n in expected}
    without_passages = {one.id for one in STATEMENTS} - {one.statement_id for one in PASSAGES}
    if not filters.words:
        ids |= {one for one in without_passages if passes(BY_ID[one], filters)}
    assert {entry.id for entry in page} == ids
    assert total == len(page)


def test_browsing_goes_page_by_page_from_the_newest(store: PassageStore) -> None:
    whole, total = store.browse(Filters(), "", 100, 0)
    assert total == len(whole) == len(STATEMENTS)
    days = [entry.date.first.toordinal() if entry.date else 0 for entry in whole]
    assert days == sorted(days, reverse=True)
    pages = [store.browse(Filters(), "", 3, at)[0] for at in (0, 3, 6, 9)]
    assert [entry for page in pages for entry in page] == whole
    assert store.browse(Filters(), "", -1, -5) == ([], total)
    found, total = store.browse(Filters(countries=("VLD",)), "blockade meren", 1, 0)
    assert (len(found), total) == (1, 3)
    assert store.browse(Filters(), "gazette", 9, 0)[1] == 2, "of what is known of a statement"


def test_facets_count_what_a_filter_on_them_finds(store: PassageStore) -> None:
    facets = store.facets()
    assert set(facets) == set(FACETED)
    assert facets["speakers"][0].spellings == ("ADA LORN", "Ada Lorn", "Ms. Ada Lorn")
    assert {facet.value for facet in facets["countries"]} == {"VLD", "Ostravia"}
    for name in FACETED:
        assert facets[name], f"give one of the sample statements a value for {name}"
        for facet in facets[name]:
            assert store.browse(Filters(**{name: (facet.value,)}), "", 9, 0)[1] == facet.count
    assert dict(store.languages()) == {"": 5, "en": 2, "fr": 1}


@given(filters=CHOSEN, query=st.sampled_from(["", "blockade", "nowhere"]))
@settings(max_examples=50)
def test_who_speaks_is_counted_by_year_among_what_is_browsed(
    store: PassageStore, filters: Filters, query: str
) -> None:
    browsed, _ = store.browse(filters, query, 100, 0)
    facets = store.facets()
    for kind, name in (("country", "countries"), ("speaker", "speakers")):
        found = store.facets_by_year(kind, filters, query)
        assert [*found] == sorted(found, key=lambda one: (-one.count, one.label))
        expected = {}
        for facet in facets[name]:
            of_it = [one for one in browsed if passes(one, Filters(**{name: (facet.value,)}))]
            years = Counter(one.date.year for one in of_it if one.date)
            if of_it:
                expected[facet.value] = (facet.label, len(of_it), dict(years))
        assert {one.value: (one.label, one.count, one.years) for one in found} == expected
        assert all([*one.years] == sorted(one.years) for one in found)


def test_the_period_is_that_of_the_dated_statements(store: PassageStore) -> None:
    dates = [one.date for one in store.all_statements() if one.date]
    first, last = min(day.first for day in dates), max(day.last for day in dates)
    assert store.period() == (first, last)


# -- Retrieval -----------------------------------------------------------------------------------

SELECTIONS: dict[str, Callable[[], Selection | None]] = {
    "all": lambda: None,
    "whole": lambda: RowSpans.whole(len(PASSAGES)),
    "some": lambda: RowSpans.of(np.array([8, 1, 4, 5])),
    "none": lambda: RowSpans.of(EVERY[:0]),
}


@pytest.mark.parametrize("name", SELECTIONS)
@pytest.mark.parametrize("text", ["The blockade must end", PASSAGES[0].text])
def test_the_most_similar_are_found_exactly(
    store: PassageStore, vectors: np.ndarray, name: str, text: str
) -> None:
    within = SELECTIONS[name]()
    (query,) = HashingEncoder().encode([text])
    pool = EVERY if within is None else selected_rows(within)
    exact = (vectors[pool].astype(np.float64) * query).sum(axis=1).astype(np.float32)
    order = np.lexsort((pool, -exact))
    for k in (0, 3, 100):
        found = store.nearest(query[None], k, within)
        np.testing.assert_array_equal(found.rows[0], pool[order][:k])
        np.testing.assert_array_equal(found.scores[0], exact[order][:k])
    for least in (-1.0, 0.2, 2.0):
        rows, scores = store.at_least(query, least, within)
        np.testing.assert_array_equal(rows, pool[exact >= least])
        np.testing.assert_array_equal(scores, exact[exact >= least])


@pytest.mark.parametrize("name", SELECTIONS)
@pytest.mark.parametrize("by", ["country", "speaker"])
@pytest.mark.parametrize("least", [-1.0, 0.3])
def test_each_actor_has_its_most_similar_passages_with_the_same_words_once(
    store: PassageStore, vectors: np.ndarray, name: str, by: str, least: float
) -> None:
    within = SELECTIONS[name]()
    (query,) = HashingEncoder().encode(["We condemn the blockade of Port Meren"])
    exact = (vectors.astype(np.float64) * query).sum(axis=1).astype(np.float32)
    expected = []
    for n, actor in enumerate(store.actors(by)):
        seen = set()
        pool = EVERY if within is None else selected_rows(within)
        for row in sorted(pool.tolist(), key=lambda row: (-exact[row], row)):
            words = words_key(PASSAGES[row].text, PASSAGES[row].context)
            own = actor.key in actor_keys(BY_ID[PASSAGES[row].statement_id], by)
            if own and exact[row] >= least and words not in seen:
                seen.add(words)
                expected.append((row, n, float(exact[row])))
    found = passages_by_actor(store, by, *store.at_least(query, least, within))
    assert list(zip(*(part.tolist() for part in found), strict=True)) == expected
    assert [part.dtype for part in found] == [np.int64, np.int64, np.float32]


def test_passages_are_ranked_by_the_words_they_share(store: PassageStore) -> None:
    def texts(query: str, k: int = 99, within: Selection | None = None) -> list[str]:
        return [p.text for p in store.passages(store.ranked_by_words(query, k, within))]

    assert texts("the lawful blockade of the port")[0].startswith("The blockade of Port Meren is")
    assert texts("disinformation report") == ["malicious disinformation"], "context counts"
    assert texts("MÉREN lawful")[0].endswith("will not end.")
    assert len(texts("blockade")) == 5
    assert texts("blockade", 2) == texts("blockade")[:2]
    assert texts("blockade", 0) == texts("nowhere") == texts("") == []
    within = store.select(Filters(countries=("Ostravia",)))
    assert set(store.ranked_by_words("blockade mines", 99, within).tolist()) == {
        row for row in selected_rows(within).tolist() if "mines" in PASSAGES[row].text.lower()
    } | {row for row in selected_rows(within).tolist() if "blockade" in PASSAGES[row].text.lower()}
    assert store.ranked_by_words("blockade", 99, RowSpans.of(EVERY[:0])).tolist() == []


def test_words_are_found_in_every_script(writer: InFiles | InDatabase, tmp_path: Path) -> None:
    said = ["我们反对封锁梅伦港。", "Мы ещё не открыли канал.", "نُعارِضُ إغلاق القناة اليوم."]
    scripts = [statement(f"s-{n}", text) for n, text in enumerate(said)]
    store = writer.write("scripts", tmp_path, scripts)
    for query, n in [("封锁", 0), ("梅伦港", 0), ("еще", 1), ("نعارض", 2), ("اغلاق القناه", 2)]:
        rows = selected_rows(store.select(Filters(words=(query,))))
        assert [passage.statement_id for passage in store.passages(rows)] == [f"s-{n}"], query
        assert [entry.id for entry in store.browse(Filters(), query, 9, 0)[0]] == [f"s-{n}"], query
        assert store.ranked_by_words(query, 1).tolist() == rows.tolist(), query
    assert len(store.select(Filters(words=("锁封",)))) == 0


# -- Actors --------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["country", "speaker"])
def test_actors_are_those_of_the_statements(store: PassageStore, by: str) -> None:
    actors = store.actors(by)
    assert [actor.key for actor in actors] == sorted(
        {key for entry in STATEMENTS for key in actor_keys(entry, by)}
    )
    numbers = np.array([5, 0, 5, 3])
    places, found = store.actors_of(by, numbers)
    assert list(zip(places.tolist(), found.tolist(), strict=True)) == [
        (place, n)
        for place, number in enumerate(numbers.tolist())
        for n, actor in enumerate(actors)
        if actor.key in actor_keys(STATEMENTS[number], by)
    ]
    for filters in (Filters(), Filters(sources=("Bulletin",)), Filters(statement_ids=("empty-1",))):
        within = store.select(filters)
        said = {PASSAGES[row].statement_id for row in selected_rows(within).tolist()}
        assert store.statement_counts(by, within).tolist() == [
            sum(actor.key in actor_keys(BY_ID[identity], by) for identity in said)
            for actor in actors
        ]


def test_actors_are_named_by_any_spelling(store: PassageStore) -> None:
    countries, speakers = store.actors("country"), store.actors("speaker")
    assert [actor.name for actor in countries] == ["VLD", "Ostravia"]
    for name in ("VLD", "vld", "Republic of Valdoria", "valdoria"):
        assert actors_named(countries, [name]) == [0]
    assert actors_named(countries, ["OSTRAVIA", "VLD", "Nowhere"]) == [0, 1]
    assert [speakers[n].name for n in actors_named(speakers, ["H.E. Ada Lorn"])] == ["ADA LORN"]
    by_year = partial(store.facets_by_year, filters=Filters(), query="")
    for ask in (store.actors, partial(store.actors_of, statements=EVERY), by_year):
        with pytest.raises(QueryError, match="'party' is not a kind of actor: use country"):
            ask("party")


# -- Writing -------------------------------------------------------------------------------------


def rows_in_order(store: PassageStore) -> np.ndarray:
    rows = store.rows_of(store.ids())
    return np.array([row for identity in sorted(rows) for row in rows[identity]], np.int64)


def test_what_is_added_and_removed_is_as_if_built_from_nothing(
    writer: InFiles | InDatabase, tmp_path: Path
) -> None:
    first = writer.write("first", tmp_path, STATEMENTS)
    added = [
        replace(BY_ID["joint-1"], text="Our two governments regret it."),
        statement("z", "One more was said. It must end today."),
    ]
    gone = frozenset({"again-2", "valdoria-1"})
    after = writer.write("after", tmp_path, added, before=first, remove=gone)
    kept = [e for e in STATEMENTS if e.id not in gone | {"joint-1"}]
    fresh = writer.write("fresh", tmp_path, [*kept, *added])
    assert list(after.all_statements()) == list(fresh.all_statements())
    rows, fresh_rows = rows_in_order(after), rows_in_order(fresh)
    assert after.passages(rows) == fresh.passages(fresh_rows)
    np.testing.assert_array_equal(after.vectors(rows), fresh.vectors(fresh_rows))
    assert len(after) == len(fresh)
    assert after.facets() == fresh.facets()
    assert after.statements(gone) == after.rows_of(gone) == {}
    found = after.passages(sorted(after.ranked_by_words("blockade", 99).tolist()))
    assert {(one.statement_id, one.start) for one in found} == {
        (one.statement_id, one.start)
        for one in fresh.passages(fresh.ranked_by_words("blockade", 99))
    }
    assert len(first) == len(PASSAGES), "the store before stays as it was"


def test_a_store_of_nothing(writer: InFiles | InDatabase, tmp_path: Path) -> None:
    empty = writer.write("empty", tmp_path, [])
    assert (len(empty), empty.ids(), list(empty.all_statements())) == (0, set(), [])
    (query,) = HashingEncoder().encode(["anything"])
    assert empty.nearest(query[None], 5).rows.shape == (1, 0)
    none = passages_by_actor(empty, "country", *empty.at_least(query, -1.0))
    assert [len(part) for part in none] == [0, 0, 0]
    assert len(empty.select(Filters())) == len(empty.actors("speaker")) == 0
    assert empty.browse(Filters(), "", 9, 0) == ([], 0)
    assert not any(empty.facets().values())
    assert len(writer.write("after", tmp_path, STATEMENTS, before=empty)) == len(PASSAGES)
    assert len(empty) == 0, "the store before stays as it was"


def test_a_library_keeps_what_it_holds_in_any_kind_of_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BY_NAME, "memory", "tests.library.fake_store:MemoryStore")
    library = Library.build([], tmp_path / "library", HashingEncoder(), store="memory")
    assert library.manifest.store == "memory"
    library = Library.build(STATEMENTS, tmp_path / "library", HashingEncoder())
    assert library.manifest.store == "memory"
    opened = Library.open(tmp_path / "library", HashingEncoder()).delete(["joint-1"])
    assert opened.manifest.store == "memory"
    assert opened.store.ids() == set(BY_ID) - {"joint-1"}
    monkeypatch.delitem(BY_NAME, "memory")
    with pytest.raises(
        LibraryError, match=f"of the kind 'memory', .* .it reads {', '.join(BY_NAME)}.: get a newer"
    ):
        Library.open(tmp_path / "library")
    with pytest.raises(LibraryError, match="of the kind 'nothing'"):
        store_kind("nothing")
