"""The pages of a passage: kept by libraries, results and reviews, and shown by every export."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare import Result
from compare.export import ExportFormat, export_bytes
from compare.export.citations import Citation, bibtex, reference, ris
from compare.export.dictionary import columns
from compare.export.html import found_card, half_html, statement_card
from compare.export.json_files import public_json
from compare.export.notebook import notebook_html
from compare.export.rows import pair_rows
from compare.export.words import page_numbers, pages_in_words
from compare.facade import Library
from compare.results import Stance, Thresholds
from compare.review import PairSelection, ReviewPair, Reviews
from compare.review.exporting import review_rows
from tests.fabricate import excerpt
from tests.fakes import HashingEncoder, WordJudge, statement

TEXT = "We open the canal. The ships must pass it. We like the old ferry."
OF_PDF = statement("p-1", TEXT, country="Ostravia", source="a.pdf", pages=(0, 19, 43))
PLAIN = statement("s-1", "The ships must pass the canal.", country="Valdoria", source="Gazette")


@pytest.fixture(scope="module")
def encoder() -> HashingEncoder:
    return HashingEncoder(64)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: HashingEncoder) -> Library:
    return Library.build([PLAIN, OF_PDF], tmp_path_factory.mktemp("l") / "library", encoder)


@pytest.fixture(scope="module")
def result(library: Library) -> Result:
    thresholds = Thresholds(probability=0.4, similarity=-1)
    return library.search(
        "Every one of the ships must pass.", stance_model=WordJudge(), thresholds=thresholds
    )


def pages_of(result: Result) -> dict[str, tuple[int, ...]]:
    return {pair.b.statement.id: pair.b.pages for pair in result.pairs}


def test_a_library_keeps_pages_through_updates_and_merging(
    library: Library, encoder: HashingEncoder, tmp_path: Path
) -> None:
    assert library.statement("p-1") == OF_PDF
    folder = tmp_path / "other"
    Library.build([OF_PDF], folder, encoder).close()
    changed = statement("p-2", "We wait.", pages=(0,))
    updated = Library.open(folder, encoder).update([changed])
    assert {one.id: one.pages for one in updated.statements()} == {"p-1": (0, 19, 43), "p-2": (0,)}
    Library.build([PLAIN], tmp_path / "third", encoder).close()
    merged = Library.open(f"{folder};{tmp_path / 'third'}", encoder)
    assert merged.statement("p-1") == OF_PDF
    again = merged.search("Every one of the ships must pass.", stance_model=WordJudge())
    assert again.pairs


def test_a_saved_result_keeps_pages(result: Result, tmp_path: Path) -> None:
    assert pages_of(result) == {"p-1": (2,), "s-1": ()}
    result.save(tmp_path / "kept.json")
    again = Result.load(tmp_path / "kept.json")
    assert pages_of(again) == pages_of(result)
    assert again.pairs == result.pairs


def test_a_review_keeps_pages(result: Result, tmp_path: Path) -> None:
    reviews = Reviews(tmp_path / "reviews.sqlite")
    pairs = [ReviewPair(f"x{n}", pair.a, pair.b) for n, pair in enumerate(result.pairs)]
    reviews.create("canal", PairSelection.imported(pairs), ["Ada"], order="given")
    review = reviews.open("canal")
    kept = {pair.b.statement.id: pair.b.pages for _, pair in review.pairs()}
    assert kept == pages_of(result)
    assert {row["b_id"]: row["b_pages"] for row in review_rows(review)}["p-1"] == "2"


def test_pages_in_words() -> None:
    assert [page_numbers(pages) for pages in ((), (3,), (3, 4))] == ["", "3", "3–4"]
    assert [pages_in_words(pages) for pages in ((), (3,), (3, 4))] == ["", "page 3", "pages 3–4"]


def test_every_export_shows_the_page(result: Result) -> None:
    pair = next(pair for pair in result.pairs if pair.b.statement.id == "p-1")
    assert pair.b.pages == (2,)
    row = next(row for row in pair_rows(result) if row["b_id"] == "p-1")
    assert (row["a_pages"], row["b_pages"]) == ("", "2")
    assert tuple(row) == columns("pairs")
    assert result.to_pandas()["b_pages"].tolist() == [row["b_pages"] for row in pair_rows(result)]
    shown = next(one for one in public_json(result)["results"] if one["pages"])
    assert (shown["pages"], shown["statement"]["pages"]) == ("2", [0, 19, 43])
    where = "<bdi>a.pdf</bdi></cite><span> · </span><bdi>page 2</bdi>"
    assert where in found_card(pair, Stance.AGREE, result.subject)
    assert where in half_html("Found", pair.b)
    assert "page" not in statement_card(OF_PDF)
    assert ", page 2" in notebook_html(result)

    def exported(format: ExportFormat) -> str:
        return export_bytes(result, format).decode()

    assert "a\\.pdf, page 2, id p-1" in exported(ExportFormat.MARKDOWN)
    assert "  pages = {2}," in exported(ExportFormat.BIBTEX)
    assert "SP  - 2\r\n" in exported(ExportFormat.RIS)
    report = exported(ExportFormat.HTML)
    assert where in report
    assert "a.pdf, page 2." in report


def test_a_reference_to_several_pages() -> None:
    words = "The ships must pass it.", "it. We like the old ferry."
    cited = Citation(OF_PDF, tuple(excerpt(OF_PDF, one) for one in words))
    assert reference(cited).endswith(" a.pdf, pages 2, 2–3.")
    assert reference(Citation(OF_PDF, cited.passages[:1])).endswith(" page 2.")
    assert "  pages = {2, 2--3}," in bibtex([cited])
    assert "SP  - 2, 2–3\r\n" in ris([cited])
    assert f"AB  - {words[0]} […] {words[1]}\r\n" in ris([cited])
    assert "pages" not in bibtex([Citation(OF_PDF)])


def test_an_author_is_cited_without_honorifics() -> None:
    names = "H.E. Mr. Bo Made", "Bo Made"
    said = [statement(f"s-{n}", TEXT, speaker=name) for n, name in enumerate(names)]
    assert bibtex(map(Citation, said)).count("  author = {{Bo Made}},") == 2
    named_he = statement("s-3", TEXT, speaker="He Made")  # a surname, not "His Excellency"
    assert "  author = {{He Made}}," in bibtex([Citation(named_he)])
