"""PDFs made to exhaust, mislead or take over what reads them: one sentence each, or their words."""

from __future__ import annotations

import io
import socket
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.corpus import pdf
from tests.fakes import Ran
from tests.hostile.conftest import digest
from tests.pdf_files import assembled, stream, text_page
from tests.pdf_files import pdf as made

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory")

WORDS = "We object."
DRAWN = f"BT /F1 11 Tf 72 700 Td ({WORDS}) Tj ET\n".encode()
PLAIN = made(text_page(WORDS))
FORM = "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X 6 0 R >> >>"
DEEP = 20_000


def page(
    content: str = stream(DRAWN),
    *more: str,
    resources: str = "/Font << /F1 5 0 R >> /XObject << /X 6 0 R >>",
    catalogue: str = "",
    extra: str = "",
) -> bytes:
    """Return a PDF of a page; `more` are its objects from number 6."""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        f"/Resources << {resources} >> {extra} >>",
        content,
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    return assembled([*objects, *more])


def packed(content: bytes, times: int = 1) -> str:
    for _ in range(times):
        content = zlib.compress(content, 9)
    return stream(content, f"/Filter [{'/FlateDecode ' * times}]")


def page_tree(count: int) -> bytes:
    pages = f"<< /Type /Pages /Kids [{'3 0 R ' * count}] /Count {count} >>"
    leaf = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    return assembled(["<< /Type /Catalog /Pages 2 0 R >>", pages, leaf])


def name_tree() -> bytes:
    names = "<< /Dests 6 0 R /EmbeddedFiles 6 0 R /JavaScript 6 0 R >>"
    links = [f"<< /Kids [{7 + n} 0 R] /Limits [(a) (z)] >>" for n in range(DEEP)]
    more = (*links, "<< /Kids [6 0 R] >>")  # and in a circle
    return page(stream(DRAWN), *more, catalogue=f"/Names {names} /Outlines 6 0 R")


def font_without_names(codes: str) -> bytes:
    font = "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H"
    system = "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
    return page(
        stream(f"BT /F2 11 Tf 72 700 Td <{codes}> Tj ET".encode()),
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A {system} >>",
        resources=f"/Font << /F2 {font} /DescendantFonts [6 0 R] >> >> >>",
    )


def with_archive() -> bytes:
    both = io.BytesIO(PLAIN)
    with zipfile.ZipFile(both, "a") as archive:
        archive.writestr("other.txt", "We agree to all of it.")
    return both.getvalue()


def xref_in_a_circle() -> bytes:
    start = PLAIN.rpartition(b"startxref\n")[2].split()[0]
    return PLAIN.replace(b"/Root", b"/Prev " + start + b" /Root")


UNNAMED = "the PDF has no text, since its fonts do not name their letters; run OCR on it"
STOPPED = "the PDF cannot be read (its reader stopped"
READ: dict[str, Callable[[], bytes]] = {
    "200 MB of blanks": lambda: page(packed(DRAWN + b" " * 200_000_000)),
    "a name tree without an end": name_tree,
    "an array without an end": lambda: page(extra="/Z " + "[" * 200_000),
    "a length that is its own": lambda: page(stream(DRAWN).replace(f"{len(DRAWN)}", "4 0 R")),
    "a table of objects in a circle": xref_in_a_circle,
    "a page in front": lambda: b"PK\x03\x04<html><script>alert(1)</script>\n" + PLAIN,
    "an archive behind": with_archive,
}
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "300 MB in 1 KB": (lambda: page(packed(b" " * 300_000_000, 3)), "the PDF "),
    "100,000 pages": (lambda: page_tree(100_000), "the PDF has more than 2,000 pages; split it"),
    "forms in a circle": (lambda: page(stream(b"/X Do"), stream(b"/X Do " * 9, FORM)), STOPPED),
    "20,000 filters": (lambda: page(packed(DRAWN).replace("/Fl", "/Fl " * DEEP)), "has no text"),
    "a font of controls": (lambda: font_without_names("00010002001F"), UNNAMED),
}


@pytest.fixture
def build(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[bytes], Ran]:
    """Build a library from a PDF, and see that nothing else is left anywhere."""
    temporary, corpus, there = (tmp_path / name for name in ("tmp", "a.pdf", "new"))
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(pdf, "MOST_MEMORY", 500 * 1024**2)

    def built(content: bytes) -> Ran:
        corpus.write_bytes(content)
        before = digest(tmp_path)
        told = run("build", "--corpus", corpus, "--library", there)
        assert "Traceback" not in told.err
        left = digest(tmp_path)
        assert {name: left[name] for name in before} == before
        new = {Path(name).parts[0] for name in left.keys() - before.keys()}
        assert new == ({"new"} if told.code == 0 else set())
        return told

    return built


@pytest.mark.parametrize("name", READ)
def test_the_words_of_a_pdf_are_read_whatever_is_around_them(
    name: str, build: Callable[[bytes], Ran], run: Callable[..., Ran], tmp_path: Path
) -> None:
    told = build(READ[name]())
    assert told.code == 0, told.err
    (shown,) = run("show", "--library", tmp_path / "new", "--json").json["statements"]
    assert shown["text"] == WORDS


@pytest.mark.parametrize("name", REFUSED)
def test_a_pdf_that_cannot_be_read_is_one_sentence(
    name: str, build: Callable[[bytes], Ran]
) -> None:
    content, sentence = REFUSED[name]
    told = build(content())
    assert told.code == 2
    assert sentence in told.err
    assert told.err.count("Error: ") == 1


def test_words_in_a_font_without_names_are_not_relied_on(build: Callable[[bytes], Ran]) -> None:
    told = build(font_without_names("00240041004200030043"))
    assert told.code == 0
    assert "page 1 has a font that does not name its letters: its words may be wrong" in told.err


def test_actions_are_not_run_and_attachments_not_unpacked(
    build: Callable[[bytes], Ran], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        touch = tmp_path / "touched"
        script = f"<< /S /JavaScript /JS (app.launchURL\\('{address}'\\)) /Next 7 0 R >>"
        launch = (
            f"<< /S /Launch /F (/bin/sh) /Unix << /F (/bin/touch) /P ({touch}) >> /Next 8 0 R >>"
        )
        submit = f"<< /S /SubmitForm /F << /FS /URL /F ({address}) >> /Next 9 0 R >>"
        file = "<< /Type /Filespec /F (../a.sh) /EF << /F 10 0 R >> >>"
        told = build(
            page(
                stream(DRAWN), script, launch, submit, f"<< /S /URI /URI ({address}) >>",
                stream(f"#!/bin/sh\ntouch {touch}\n".encode(), "/Type /EmbeddedFile"),
                catalogue=f"/OpenAction 6 0 R /AA << /WC 6 0 R >> /Names << /JavaScript << /Names "
                f"[(a) 6 0 R] >> /EmbeddedFiles << /Names [(a) {file}] >> >>",
                extra="/AA << /O 6 0 R >>",
            )
        )  # fmt: skip
        assert told.code == 0
        with pytest.raises(BlockingIOError):
            server.accept()
    assert not touch.exists()
