"""Results as data frames, and the methods of a library that give them."""

from __future__ import annotations

import json
import sys

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import ExportError, QueryError
from compare.export import columns
from compare.export.formats import read_pairs_csv
from compare.export.rows import CHANGED, pair_rows
from compare.facade import Library
from compare.library import Filters
from compare.results import Actor, Positions, Stance, Thresholds
from compare.statements import PartialDate, Statement
from tests.fabricate import (
    AGREEING,
    OPPOSED,
    PROVENANCE,
    QUOTE,
    a_search,
    found_pair,
    pair_of,
    two_sides,
)
from tests.fakes import HashingEncoder, WordJudge, statement

# --- frames ----------------------------------------------------------------------------------

COLUMNS = columns("pairs")


@pytest.mark.parametrize(
    "result",
    [a_search(), two_sides(), two_sides(over_time=True)],
    ids=["search", "two sides", "over time"],
)
def test_a_frame_has_the_columns_of_the_csv_and_the_same_values(result, tmp_path) -> None:
    frame = result.to_pandas()
    assert tuple(frame.columns) == (*COLUMNS, "a_date_text", "b_date_text")
    kept = read_pairs_csv(result.export(tmp_path / "pairs.csv"))
    assert len(frame) == len(kept)
    for (_, row), record in zip(frame.iterrows(), kept, strict=True):
        for name, value in record.items():
            found = row[f"{name}_text"] if name in ("a_date", "b_date") else row[name]
            assert (None if pd.isna(found) else found) == value


def test_types_are_kept_whatever_the_number_of_rows() -> None:
    for frame in (a_search().to_pandas(), a_search().to_pandas([])):
        assert isinstance(frame["stance"].dtype, pd.CategoricalDtype)
        assert tuple(frame["stance"].cat.categories) == ("agree", "oppose", "neither", "changed")
        assert pd.api.types.is_datetime64_dtype(frame["b_date"])
        assert pd.api.types.is_integer_dtype(frame["rank"])
        for name in ("p_agree", "p_oppose", "p_neither", "similarity"):
            assert pd.api.types.is_float_dtype(frame[name])
        assert pd.api.types.is_string_dtype(frame["b_text"])


def test_a_date_is_one_where_the_day_is_known_and_text_beside_it() -> None:
    frame = a_search().to_pandas()
    assert frame["b_date"].tolist()[0] == pd.Timestamp("2019-04-02")
    assert frame["b_date"].isna().tolist() == [False, True, True]
    assert frame["b_date_text"].tolist() == ["2019-04-02", "2019-04", ""]


def test_a_year_that_others_cannot_hold_is_a_date_all_the_same() -> None:
    old = Statement("s", "words", date=PartialDate("0044-03-15"))
    frame = a_search(found_pair(old, (0.8, 0.1, 0.1))).to_pandas()
    assert frame["b_date"].dt.year.tolist() == [44]


def test_lists_can_be_chosen_and_the_usual_ones_are_those_of_the_files() -> None:
    assert a_search().to_pandas()["stance"].tolist() == ["agree", "oppose", "neither"]
    assert a_search().to_pandas([Stance.OPPOSE])["stance"].tolist() == ["oppose"]
    assert two_sides().to_pandas()["stance"].tolist() == ["agree", "oppose"]
    assert two_sides().to_pandas(list(Stance))["stance"].tolist() == ["agree", "oppose", "neither"]
    changed = two_sides(over_time=True).to_pandas()
    assert changed["stance"].tolist() == ["agree", CHANGED]
    both = pd.concat([changed, a_search().to_pandas()])
    assert isinstance(both["stance"].dtype, pd.CategoricalDtype)


def test_what_a_table_comes_from_travels_with_it() -> None:
    told = two_sides().to_pandas().attrs["compare"]
    assert told["query"] == "Ostmark and Valdoria"
    assert told["thresholds"] == {"probability": 0.5, "similarity": 0.35}
    assert told["provenance"]["stance_digest"] == "5" * 64
    assert told["provenance"]["settings"]["proposition"] == QUOTE
    metadata = two_sides().to_arrow().schema.metadata[b"compare"]
    assert json.loads(metadata) == told


def test_arrow_types() -> None:
    schema = a_search().to_arrow().schema
    assert schema.field("b_date").type == pa.date32()
    assert schema.field("stance").type == pa.dictionary(pa.int8(), pa.string())
    assert schema.field("p_agree").type == pa.float64()
    assert schema.field("b_id").type == pa.string()
    assert a_search().to_arrow([]).schema == schema


@given(st.text(), st.floats(0, 1))
def test_any_text_makes_a_table(words: str, chance: float) -> None:
    odd = Statement("s", words, context=words, speaker=words, source=words)
    result = a_search(found_pair(odd, (chance, 1 - chance, 0.0), similarity=chance), quote=words)
    frame = result.to_pandas()
    for row, record in zip(frame.to_dict("records"), pair_rows(result), strict=True):
        assert row["b_text"] == words.encode("utf-8", "replace").decode()
        assert row["p_agree"] == record["p_agree"]


def test_polars_is_asked_for_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(
        ExportError, match=r"polars is not installed: .*'compare-statements\[polars\]'`"
    ):
        a_search().to_polars()


def test_polars_has_the_rows_and_types_of_the_arrow_table() -> None:
    arrow, frame = a_search().to_arrow(), a_search().to_polars()
    assert frame.columns == arrow.column_names
    assert frame["stance"].cast(str).to_list() == ["agree", "oppose", "neither"]
    assert frame["p_agree"].to_list() == arrow["p_agree"].to_pylist()
    assert frame["b_date"].to_list() == arrow["b_date"].to_pylist()
    assert two_sides().to_polars([Stance.AGREE]).height == 1


# --- a library's methods ---------------------------------------------------------------------

OPEN = "The canal of Meren must be open to all ships"
SHUT = "The canal of Meren shall not be open to all ships"
CLAIM = "The canal of Meren is open."


@pytest.fixture
def library(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "cache"))
    statements = [
        statement("v1", f"{OPEN} at once.", country="Valdoria", date="2010-05-01"),
        statement("v2", f"{SHUT} today.", country="Valdoria", date="2015-03"),
        statement("o1", f"{SHUT}.", country="Ostravia", date="2011-01-01"),
    ]
    return Library.build(statements, tmp_path / "library", HashingEncoder(256))


def judge() -> WordJudge:
    return WordJudge(either=True)


def test_a_library_is_asked_as_the_functions_are(library: Library) -> None:
    found = library.search(OPEN, stance_model=judge(), thresholds=Thresholds(0.5))
    assert {pair.b.statement.id for pair in found.oppose} == {"v2", "o1"}
    assert found.thresholds.probability == 0.5
    table = library.compare("Valdoria", "Ostravia", CLAIM, stance_model=judge())
    assert {pair.ids for pair in table.oppose} == {("v1", "o1")}
    assert table.subject == f"Valdoria and Ostravia on “{CLAIM}”"
    assert table.said_by(1).to_pandas()["b_id"].tolist() == ["o1"]
    changed = library.timeline(Filters(countries=("Valdoria",)), CLAIM, stance_model=judge())
    assert [pair.ids for pair in changed.oppose] == [("v1", "v2")]
    assert pair_rows(changed)[0]["stance"] == CHANGED


def test_a_period_is_given_in_words_or_as_dates(library: Library) -> None:
    late = library.compare("Valdoria", "Ostravia", CLAIM, since="2011", stance_model=judge())
    assert {pair.a.statement.id for pair in late.pairs} == {"v2"}
    assert late.provenance.filters["a"]["date_from"] == "2011"
    dated = Filters(countries=("Valdoria",), date_from=PartialDate("2011"))
    alone = library.compare(
        dated, "Ostravia", CLAIM, until=PartialDate("2015-12"), stance_model=judge()
    )
    assert alone.provenance.filters["a"] == {
        "countries": ["Valdoria"], "date_from": "2011", "date_to": "2015-12"
    }  # fmt: skip
    with pytest.raises(QueryError, match=r"'last year' is not YYYY.*: give a year, a month or"):
        library.timeline("Valdoria", CLAIM, since="last year")


def test_settings_that_decide_what_is_read_are_recorded(library: Library) -> None:
    found = library.search(OPEN, stance_model=judge(), candidates=7)
    assert found.provenance.settings == {"candidates": 7}
    more = {"opposite": "The canal is shut.", "most_of_side": 1}
    table = library.compare("Valdoria", "Ostravia", CLAIM, **more, stance_model=judge())
    assert table.provenance.settings == {"proposition": CLAIM, **more}
    table = library.timeline("Valdoria", CLAIM, stance_model=judge())
    assert table.provenance.settings == {"proposition": CLAIM, "most_of_side": 120}


def test_a_cosine_is_never_above_one(library: Library) -> None:
    found = library.search(f"{SHUT}!", stance_model=judge())
    assert max(pair.similarity for pair in found.pairs) <= 1


# --- what a notebook shows -------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "</style></td></table><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "costs $x^2$ and $$y$$ and \\(z\\) and \\begin{align}w\\end{align}",
    '\'" onmouseover=alert(1) x="',
    "w" * 100_000,
    "https://example.org/" + "w" * 100_000,
    "half a pair: \ud83d",
]


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: words[:20])
def test_a_notebook_is_shown_words_and_nothing_else(words: str) -> None:
    odd = Statement("s", words, context=words, speaker=words, title=words, source=words, url=words)
    shown = [
        a_search(found_pair(odd, (0.8, 0.1, 0.1)), quote=words)._repr_html_(),
        two_sides(pair_of(odd, OPPOSED, (0.1, 0.8, 0.1)), subject=words)._repr_html_(),
    ]
    for html in shown:
        html.encode()
        body = html.split("</style>", 1)[1]
        for active in ("<script", "<img", "<a ", 'onmouseover=alert(1) x="', "</style"):
            assert active not in body
        for sign in ("$", "\\"):
            assert body.count(sign) == body.count(f"<span>{sign}</span>")
        assert len(html) < 20_000


def test_a_notebook_shows_pairs_side_by_side_with_who_and_when() -> None:
    html = a_search(quote=QUOTE)._repr_html_()
    assert html.index("= Agrees") < html.index("≠ Opposes") < html.index("– Neither")
    assert "<th>The quote</th><th>Found</th>" in html
    assert "“Valdoria arms the rebels, and it must stop.”" in html
    assert f'href="{AGREEING.url.replace("&", "&amp;")}"' in html
    assert "2 April 2019" in html
    assert "The quote has two sentences." in html
    table = two_sides(over_time=True)._repr_html_()
    assert "<th>Before</th><th>After</th>" in table
    assert "≠ May have changed" in table
    assert "http" not in two_sides(pair_of(OPPOSED, OPPOSED, (0.8, 0.1, 0.1)))._repr_html_()


def test_a_notebook_shows_places_of_either_end() -> None:
    def actor(n: int, agree: float, text: str = "Open the canal.") -> Actor:
        said = Statement(f"s{n}", text, speaker=f"Envoy {n}", date=PartialDate("2019"))
        match = found_pair(said, (agree, 0.9 - agree, 0.1))
        return Actor(f"k{n}", f"Land {n} <b>", 1, 1, (match,))

    actors = tuple(actor(n, 0.1 if n < 14 else 0.8) for n in range(28))
    silent = Actor("q", "Land Q", 3, 0, ())
    made = Positions("Open $x$ <i>", "country", (*actors, silent), Thresholds(), PROVENANCE)
    html = made._repr_html_()
    assert html.count("<tr><td") == 20
    assert "… and 8 more" in html
    assert "28 placed from opposed (-1) to agreeing (+1), 0 take no side, 1 say nothing" in html
    assert "Land 0 &lt;b&gt;" in html
    assert "<i>" not in html
    assert "<td>-1.00" in html
    assert "<td>+1.00" in html
    for words in HOSTILE:
        odd = Positions(words, "country", (actor(1, 0.8, words),), Thresholds(), PROVENANCE)
        body = odd._repr_html_().split("</style>", 1)[1]
        assert "<script" not in body
        for sign in ("$", "\\"):
            assert body.count(sign) == body.count(f"<span>{sign}</span>")


def test_a_notebook_shows_the_first_and_says_how_many_there_are() -> None:
    said = [Statement(f"s{n}", f"Words number {n}.") for n in range(40)]
    pairs = [pair_of(said[n], said[n + 20], (0.8, 0.1, 0.1)) for n in range(14)]
    pairs += [pair_of(said[n], said[n + 20], (0.1, 0.8, 0.1)) for n in range(14, 17)]
    html = two_sides(*pairs)._repr_html_()
    assert html.count("<tr><td") == 10
    assert html.count("≠ Opposed") == 3
    assert "… and 7 more" in html
    assert "agree: 14 pairs; opposed: 3 pairs." in html
    empty = a_search().rethreshold(similarity=1)._repr_html_()
    assert "<table" not in empty
    assert "agrees: 0 statements" in empty
