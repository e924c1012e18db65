from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.facade import Library
from compare.library import Filters, sqlite_store
from compare.library.filters import FACETED, Facet
from compare.library.index.base import RowSpans, Selection, selected_rows
from compare.statements import Country, PartialDate, Quote, Statement
from tests.fakes import HashingEncoder, sample_statements, statement


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def library(folder: Path) -> Library:
    return Library.build(sample_statements(), folder, HashingEncoder())


def files_of(library: Library) -> dict[str, bytes]:
    path = library.folder / "generations" / library.generation
    return {entry.name: entry.read_bytes() for entry in path.iterdir()}


# -- Filters -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filtered(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("filtered") / "library"
    return Library.build(sample_statements(), folder, HashingEncoder())


def selected(library: Library, filters: Filters, quote: Quote | None = None) -> Selection:
    return library.store.select(filters.excluding_own(quote) if quote else filters)


def selected_ids(library: Library, quote: Quote | None = None, **filters: object) -> set[str]:
    rows = selected_rows(selected(library, Filters(**filters), quote))
    return {passage.statement_id for passage in library.passages(rows)}


def test_no_filter_allows_everything(library: Library) -> None:
    for filters, quote in (
        (Filters(), None),
        (Filters(not_own_speaker=True, not_own_country=True), None),
        (Filters(not_own_speaker=True), Quote("x")),
    ):
        assert selected_rows(selected(library, filters, quote)).tolist() == list(range(6))


def test_speakers_are_known_whatever_their_honorific(library: Library) -> None:
    assert selected_ids(library, speakers=("H.E. Ada Lorn",)) == {"valdoria-1", "valdoria-2"}


def test_countries_are_known_by_code_or_any_spelling(folder: Path) -> None:
    said = [
        statement("a", "We are all of us here.", country="Viet Nam=VNM"),
        statement("b", "We are all of us here.", country="Vietnam=VNM; Old Lorn"),
        statement("c", "We are all of us here."),
    ]
    library = Library.build(said, folder, HashingEncoder())
    for spelling in ("VNM", "vnm", "Vietnam", "VIET NAM", "Socialist Republic of Viet Nam"):
        assert selected_ids(library, countries=(spelling,)) == {"a", "b"}
        assert selected_ids(library, not_countries=(spelling,)) == {"c"}
    assert selected_ids(library, countries=("old lorn",)) == {"b"}
    own = Quote("We are not here.", country=(Country("Vietnam", "VNM"),))
    assert selected_ids(library, own, not_own_country=True) == {"c"}


def test_a_partial_date_matches_a_range_that_its_span_overlaps(library: Library) -> None:
    may, june = PartialDate("2021-05"), PartialDate("2021-06")
    assert selected_ids(library, date_to=may) == {"valdoria-1", "valdoria-2"}
    assert selected_ids(library, date_from=june) == {"ostrava-1", "valdoria-2"}
    assert selected_ids(library, date_from=PartialDate("2022")) == set()


def test_a_filter_is_applied_before_the_best_are_chosen(library: Library) -> None:
    query = library.store.vectors(np.array(library.statement_rows("valdoria-1")))[:1]
    within = library.store.select(Filters(countries=("Ostravia",)))
    assert library.store.nearest(query, 1).rows.tolist() == [[3]]
    assert library.store.nearest(query, 1, within).rows.tolist() == [[1]]
    assert library.store.ranked_by_words("mines disinformation", 1, within).tolist() != []


def test_filter_values_are_values_and_no_sql(library: Library) -> None:
    for value in ("' OR 1=1 --", '"', "%", "\0", "[]", "\ud800"):
        assert selected_ids(library, sources=(value,)) == set()
        assert selected_ids(library, countries=(value,)) == set()
        assert selected_ids(library, statement_ids=(value,)) == set()


@pytest.mark.parametrize(
    ("language", "found"),
    [
        ("ru", ["s-0", "s-1", "s-2"]),
        ("rus", ["s-0", "s-1", "s-2"]),
        ("Russian", ["s-0", "s-1", "s-2"]),
        ("en", ["s-3"]),
        ("en-GB", ["s-4"]),
        ("Klingon", []),
    ],
)
def test_a_language_is_found_by_any_of_its_tags(
    folder: Path, language: str, found: list[str]
) -> None:
    tags = ["ru", "rus", "Russian", "en", "en-GB"]
    said = [statement(f"s-{n}", f"Statement {n}.", language=tag) for n, tag in enumerate(tags)]
    library = Library.build(said, folder, HashingEncoder())
    chosen = Filters(languages=(language,))
    assert ids(library.browse(chosen)) == found
    assert len(library.store.select(chosen)) == len(found)


# -- Full text -----------------------------------------------------------------------------------


def found(library: Library, query: str, k: int = 10) -> list[str]:
    return [passage.text for passage in library.passages(library.store.ranked_by_words(query, k))]


def test_rare_words_rank_before_common_ones(library: Library) -> None:
    first, *_ = found(library, "the lawful blockade of the port")
    assert first == "The blockade of Port Meren is lawful and will not end."


def test_forms_of_a_word_accents_and_context_count(library: Library) -> None:
    assert found(library, "condemning") == ["We condemn the blockade of Port Meren."]
    assert found(library, "MÉREN lawful")[0].endswith("will not end.")
    assert "malicious disinformation" in found(library, "report")


SPELLED = [
    "Sözcü İbrahim İstanbul toplantısını duyurdu.",
    "Minister Weiß visited Großbritannien.",
    "The o\ufb03cial denied it.",
    "President Erdog\u0306an spoke of the ne\u0301gociation.",
    "हिन्दी बोलते हैं",
    "The Strasse was closed by an official.",
]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("İbrahim", [0]),
        ("İstanbul", [0]),
        ("istanbul", [0]),
        ("Weiß", [1]),
        ("Großbritannien", [1]),
        ("o\ufb03cial", [2, 5]),
        ("official", [5]),
        ("Straße", [5]),
        ("Erdog\u0306an", [3]),
        ("Erdoğan", [3]),
        ("négociation", [3]),
        ("हिन्दी", [4]),
    ],
)
def test_words_are_found_as_they_are_spelled_in_the_statement(
    folder: Path, query: str, rows: list[int]
) -> None:
    said = [statement(f"s-{n}", text) for n, text in enumerate(SPELLED)]
    library = Library.build(said, folder, HashingEncoder())
    assert sorted(library.store.ranked_by_words(query, 9).tolist()) == rows
    assert ids(library.browse(query=query)) == [f"s-{row}" for row in rows]


SCRIPTS = [
    "我们反对封锁梅伦港，运河必须开放。",
    "瓦尔多利亚支持开放港口。",
    "Мы ещё не открыли канал в Остии.",
    "نُعارِضُ إغلاق القناة في مدينة ميرين.",
    "Nous avons déjà fermé le canal à Ostia.",
    "¿Cuándo abrirán ustedes el puerto marítimo?",
]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("封锁", [0]),
        ("梅伦港", [0]),
        ("开放", [0, 1]),
        ("港口", [1]),
        ("锁封", []),
        ("еще", [2]),
        ("ОСТИИ", [2]),
        ("نعارض", [3]),
        ("اغلاق", [3]),
        ("مدينه", [3]),
        ("القنـــاة", [3]),
        ("deja", [4]),
        ("fermé", [4]),
        ("maritimo", [5]),
    ],
)
def test_words_are_found_in_every_script(folder: Path, query: str, rows: list[int]) -> None:
    said = [statement(f"s-{n}", text) for n, text in enumerate(SCRIPTS)]
    library = Library.build(said, folder, HashingEncoder())
    assert ids(library.browse(query=query)) == [f"s-{row}" for row in rows]
    within = library.store.select(Filters(words=(query,)))
    assert [*within.holds(np.arange(6)).nonzero()[0]] == rows
    assert sorted(library.store.ranked_by_words(query, 9).tolist()) == rows


def test_chinese_passages_rank_by_the_pairs_of_characters_that_they_share(folder: Path) -> None:
    said = [statement(f"s-{n}", text) for n, text in enumerate(SCRIPTS)]
    library = Library.build(said, folder, HashingEncoder())
    ranked = library.store.ranked_by_words("他们反对封锁港口和运河", 9)
    assert ranked.tolist() == [0, 1]


def test_every_statement_is_found_by_its_own_words(folder: Path) -> None:
    said = [statement(f"s-{n}", text) for n, text in enumerate(SPELLED)]
    library = Library.build(said, folder, HashingEncoder())
    for row, text in enumerate(SPELLED):
        assert ids(library.browse(query=text)) == [f"s-{row}"]
        assert library.store.ranked_by_words(text, 1).tolist() == [row]


def test_stop_words_alone_find_what_has_them(library: Library) -> None:
    assert found(library, "is not the") != []


LONGER = ["{a b}: c", "NEAR(a b, 3)", "x" * 10_000, "word " * 5_000]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        *'"(\0😀\ud800',
        "AND",
        "NOT NEAR(",
        "a:b",
        "-x ^y *",
        "text:blockade",
        "';--",
        *LONGER,
    ],
)
def test_a_query_is_words_and_never_a_syntax_error(library: Library, query: str) -> None:
    assert len(library.store.ranked_by_words(query, 5)) <= 5
    library.browse(query=query)


@given(st.text(max_size=30))
@settings(max_examples=100)
def test_any_query_can_be_asked(filtered: Library, query: str) -> None:
    assert len(filtered.store.ranked_by_words(query, 5)) <= 5
    filtered.browse(query=query)


def test_common_words_are_dropped_where_there_are_too_many_texts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [statement(f"s-{n:03d}", f"We speak of peace here, {n}.") for n in range(50)]
    said[30] = statement("s-030", "We speak of mines and of peace here.")
    library = Library.build(said, folder, HashingEncoder())
    assert len(library.store.ranked_by_words("mines peace", 100)) == 50
    monkeypatch.setattr(sqlite_store, "READ_AT_MOST", 20)
    assert library.store.ranked_by_words("mines peace", 100).tolist() == [30]
    assert len(library.store.ranked_by_words("peace", 100)) == 50, "the rarest word always counts"


def test_equally_good_texts_stand_in_the_order_of_their_rows(folder: Path) -> None:
    said = [statement(f"s-{n}", "They laid mines there.") for n in range(9)]
    library = Library.build(said, folder, HashingEncoder())
    assert library.store.ranked_by_words("mines", 5).tolist() == [0, 1, 2, 3, 4]
    assert library.store.ranked_by_words("mines", 5, RowSpans.of(np.array([8, 2, 4]))).tolist() == [
        2,
        4,
        8,
    ]
    assert library.store.ranked_by_words("mines", 0).size == 0


# -- Browsing ------------------------------------------------------------------------------------


def ids(page: tuple[list[Statement], int]) -> list[str]:
    return [entry.id for entry in page[0]]


def test_browsing_goes_from_the_newest_to_what_has_no_date(library: Library) -> None:
    assert ids(library.browse()) == [
        "ostrava-1",
        "valdoria-1",
        "valdoria-2",
        "empty-1",
        "joint-1",
    ]


def test_browsing_goes_page_by_page(library: Library) -> None:
    pages = [library.browse(limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [total for _, total in pages] == [5] * 4
    assert [ids(page) for page in pages] == [
        ["ostrava-1", "valdoria-1"],
        ["valdoria-2", "empty-1"],
        ["joint-1"],
        [],
    ]
    assert library.browse(limit=-1, offset=-5) == ([], 5)


def test_browsing_finds_words_and_what_is_known_of_a_statement(library: Library) -> None:
    assert ids(library.browse(query="blockade")) == ["ostrava-1", "valdoria-1"]
    assert ids(library.browse(query="lorn blockades")) == ["valdoria-1"]
    assert ids(library.browse(query="valdoria mines end")) == ["ostrava-1"]
    assert ids(library.browse(query="gazette")) == ["valdoria-1", "valdoria-2"]
    assert library.browse(query="blockade nowhere") == ([], 0)


def test_browsing_obeys_filters(library: Library) -> None:
    page = library.browse(Filters(countries=("VLD",)), query="mines")
    assert (ids(page), page[1]) == (["valdoria-2", "joint-1"], 2)


def test_facets_count_statements(library: Library) -> None:
    facets = library.facets()
    assert facets["speakers"][0] == Facet("ADA LORN", "ADA LORN", 2, ("ADA LORN", "Ms. Ada Lorn"))
    assert facets["countries"] == (
        Facet("VLD", "Valdoria", 3, ("Valdoria", "Republic of Valdoria")),
        Facet("Ostravia", "Ostravia", 2, ("Ostravia",)),
    )
    assert [(facet.value, facet.count) for facet in facets["sources"]] == [
        ("Bulletin", 2),
        ("Valdorian Gazette", 2),
    ]
    assert [(facet.value, facet.count) for facet in facets["languages"]] == [("en", 2), ("fr", 1)]


def test_a_facets_value_is_one_to_filter_by(library: Library) -> None:
    facets = library.facets()
    assert facets["roles"] == (
        Facet("Foreign Minister", "Foreign Minister", 2, ("Foreign Minister", "foreign minister")),
    )
    assert [facet.value for facet in facets["parties"]] == ["Reeds"]
    assert [facet.value for facet in facets["venues"]] == ["Seance of Meren"]
    for name in FACETED:
        for facet in facets[name]:
            page = library.browse(Filters(**{name: (facet.value,)}))
            assert page[1] == facet.count, (name, facet)
