"""PDFs on the command line: built, filled in, shown and searched with their pages."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run
from tests.pdf_files import IMAGE, pdf, write_pdf


def test_a_folder_of_pdfs_is_built_and_shown_with_its_pages(run: Run, tmp_path: Path) -> None:
    folder, library = tmp_path / "speeches", tmp_path / "library"
    folder.mkdir()
    write_pdf(folder / "a.pdf", "We oppose the blockade.", "The timber is sold abroad.")
    (folder / "scan.pdf").write_bytes(pdf([IMAGE]))
    (folder / "index.csv").write_text("file,id,speaker\na.pdf,a-1,Bren Tal\n")
    fill = ("--fill", "country=Ostravia", "--fill", "speaker=Nobody")
    told = run("build", "--corpus", folder, "--library", library, *fill)
    assert (told.code, told.out) == (0, f"{library}: 1 statement, 2 passages.\n")
    assert "scan.pdf: the PDF has no text, only images of pages; run OCR on it first" in told.err
    assert "1 skipped." in told.err
    shown = run("show", "a-1", "--library", library)
    assert "speaker: Bren Tal\n" in shown.out
    assert "country: Ostravia\n" in shown.out
    assert "pages: 2\n" in shown.out
    assert "passage 2 (25-51, page 2): The timber is sold abroad.\n" in shown.out
    data = run("show", "a-1", "--library", library, "--json").json
    assert [passage["pages"] for passage in data["passages"]] == ["1", "2"]
    assert data["statement"]["pages"] == [0, 25]
    found = run("search", "The timber is sold.", "--library", library, "--min-similarity", "0")
    assert "Ostravia, a.pdf, page 2, [a-1]" in found.out
    out = tmp_path / "found.md"
    run(
        "search", "The timber is sold.", "--library", library, "--out", out, "--min-similarity", "0"
    )
    assert "page 2" in out.read_text()


def test_bad_values_to_fill_in_are_told_once(run: Run, tmp_path: Path, corpus: Path) -> None:
    library = tmp_path / "library"
    for value, message in (
        ("date=soon", "Error: 'soon' cannot be filled in as the date: "),
        ("speker=x", "Error: 'speker' is no field that can be filled in: use one of context, "),
        ("speaker", "'speaker' is not FIELD=VALUE."),
    ):
        told = run("build", "--corpus", corpus, "--library", library, "--fill", value)
        assert told.code == 2
        assert told.err.count(message) == 1
        assert not library.exists()
    twice = ("--fill", "speaker=A", "--fill", "speaker=B")
    told = run("build", "--corpus", corpus, "--library", library, *twice)
    assert (told.code, "'speaker' has two values: give one." in told.err) == (2, True)


def test_a_public_format_fills_its_own_fields(run: Run, tmp_path: Path) -> None:
    speech = tmp_path / "VAL_50_1995.txt"
    speech.write_text("We hold that the canal is open.\n")
    to = ("--corpus", speech, "--library", tmp_path / "library", "--fill", "speaker=Ada")
    told = run("build", *to)
    assert (told.code, "a public format fills its own fields." in told.err) == (2, True)
    assert run("build", *to, "--format", "plain").code == 0


def test_a_pdf_without_text_leaves_nothing_to_build(run: Run, tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(pdf([IMAGE]))
    told = run("build", "--corpus", tmp_path / "scan.pdf", "--library", tmp_path / "library")
    assert told.code == 2
    assert "only images of pages; run OCR on it first (such as ocrmypdf)." in told.err
    assert "Traceback" not in told.err
