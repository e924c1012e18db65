"""PDFs as statements: their pages, hostile files, and what is said of those that cannot be read."""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

import pytest

from compare.corpus import Corpus, pdf, pdf_pages, read_corpus
from compare.errors import CorpusError
from compare.statements import Statement
from tests import pdf_files
from tests.pdf_files import IMAGE, text_page, write_pdf


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def problem_of(data: bytes) -> str:
    """Return the one problem of a PDF, which another file in the same folder survives."""
    Path("c").mkdir(exist_ok=True)
    Path("c/bad.pdf").write_bytes(data)
    Path("c/good.txt").write_text("We object.")
    corpus = read_corpus(["c"])
    assert [statement.text for statement in corpus.statements] == ["We object."]
    (problem,) = corpus.problems
    assert problem.file == "c/bad.pdf"
    return problem.message


def test_a_pdf_is_one_statement_with_its_pages() -> None:
    write_pdf(Path("a.PDF"), "We welcome the canal.", "We object to the ferry.")
    (statement,) = read_corpus(["a.PDF"], strict=True).statements
    assert statement.text == "We welcome the canal.\n\nWe object to the ferry."
    assert (statement.source, statement.pages) == ("a.PDF", (0, 23))
    assert [statement.page_of(at) for at in (0, 22, 23, 45)] == [1, 1, 2, 2]
    assert statement.pages_of(0, 23) == (1,)
    assert statement.pages_of(0, 24) == (1, 2)


def test_a_statement_without_pages_is_as_before() -> None:
    statement = Statement("1", "We object.")
    assert "pages" not in statement.to_dict()
    assert (statement.page_of(3), statement.pages_of(0, 3)) == (None, ())


def test_pages_survive_json_lines() -> None:
    write_pdf(Path("a.pdf"), "We welcome the canal.", "", "We object to the ferry.")
    (statement,) = read_corpus(["a.pdf"]).statements
    Path("a.jsonl").write_text(statement.to_json() + "\n")
    Path("a.json").write_text(f"[{statement.to_json()}]")
    for name in ("a.jsonl", "a.json"):
        (again,) = read_corpus([name], strict=True).statements
        assert again == statement
        assert again.content_hash == statement.content_hash


def from_line(line: str) -> Corpus:
    Path("a.jsonl").write_text(line)
    return read_corpus(["a.jsonl"])


def test_offsets_follow_the_cleaned_text() -> None:
    text = r" \r\nOne.\r\n\r\nTwo\u0007.\r\nThree. "
    raw = " \r\nOne.\r\n\r\nTwo\x07.\r\nThree. "
    at = [0, raw.index("Two"), raw.index("Three"), len(raw)]
    (statement,) = from_line(f'{{"text": "{text}", "pages": {at}}}').statements
    begins = [statement.text[offset:][:3] for offset in statement.pages]
    assert begins == ["One", "Two", "Thr", ""]


@pytest.mark.parametrize(
    "pages", ["[1]", "[0, 5, 4]", "[0, 11]", "[-1]", "[0.5]", '["x"]', "[[0]]"]
)
def test_offsets_that_cannot_be(pages: str) -> None:
    (problem,) = from_line(f'{{"text": "We object.", "pages": {pages}}}').problems
    assert str(problem).startswith(
        "a.jsonl, line 1, column \"pages\", '': these are not the offsets in the text at which "
    )


def test_a_column_of_that_name_stays_a_column() -> None:
    (statement,) = from_line('{"text": "We object.", "pages": "12-14"}').statements
    assert (statement.extra, statement.pages) == ({"pages": "12-14"}, ())
    again = Statement("1", "We object.", pages=(0,), extra={"pages": "12-14"})
    assert from_line(again.to_json()).statements == (again,)


def test_a_note_names_what_was_left_out() -> None:
    line = pdf_files.Line
    pages = [
        [line(72, 810, "Gazette", 9), *text_page(f"Words {n}."), line(290, 30, str(n), 9)]
        for n in (1, 2, 3)
    ]
    Path("a.pdf").write_bytes(pdf_files.pdf(*pages))
    corpus = read_corpus(["a.pdf"], strict=True)
    assert corpus.statements[0].text == "Words 1.\n\nWords 2.\n\nWords 3."
    assert corpus.notes == (
        "a.pdf: left out headers, footers and page numbers: 'Gazette' (3 times), 'N' (3 times).",
    )


# -- Files that cannot be read -------------------------------------------------------------------


def test_a_scan_and_pages_that_are_scanned() -> None:
    assert problem_of(pdf_files.pdf([IMAGE], [IMAGE])) == (
        "the PDF has no text, only images of pages; run OCR on it first (such as ocrmypdf)"
    )
    Path("b.pdf").write_bytes(pdf_files.pdf(text_page("We object."), [IMAGE], [IMAGE]))
    corpus = read_corpus(["b.pdf"], strict=True)
    assert corpus.notes == (
        "b.pdf: pages 2, 3 have no text, only images, and were not read; run OCR on it first (such "
        "as ocrmypdf).",
    )
    assert corpus.statements[0].pages == (0, 10, 10)


WORDS = pdf_files.pdf(text_page("We object."))


def page_tree_loop() -> bytes:
    catalogue = "<< /Type /Catalog /Pages 2 0 R >>"
    return pdf_files.assembled([catalogue, "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 5 >>"])


def encrypted() -> bytes:
    key = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'ab' * 32}> /U <{'cd' * 32}> >>"
    catalogue = "<< /Type /Catalog /Pages 2 0 R >>"
    pages = "<< /Type /Pages /Kids [] /Count 0 >>"
    return pdf_files.assembled([catalogue, pages], f"{key} /ID [<{'00' * 16}> <{'00' * 16}>]")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"We object.", "this is not a PDF, whatever its name says"),
        (WORDS[:200], "the PDF cannot be read (it is damaged or cut short)"),
        (page_tree_loop(), "the PDF "),
        (encrypted(), "the PDF needs a password; save it without one"),
        (WORDS.replace(b"Tj", b"xx"), "the PDF has no text; leave it out"),
    ],
)
def test_hostile_and_damaged_files(data: bytes, message: str) -> None:
    assert problem_of(data).startswith(message)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(b"/Count 1", b"/Count 999999999"), (b"[0 0 595 842]", b"[-9e30 -9e30 9e30 9e30]")],
)
def test_wrong_numbers_of_pages_and_sizes_do_no_harm(right: bytes, wrong: bytes) -> None:
    data = WORDS.replace(right, wrong)
    assert data != WORDS
    Path("a.pdf").write_bytes(data)
    assert read_corpus(["a.pdf"]).statements[0].text == "We object."


def test_a_bomb_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux limits the memory of a process")
    monkeypatch.setattr(pdf, "MOST_MEMORY", 200 * 1024**2)
    packed = zlib.compress(zlib.compress(b" " * 200_000_000, 9), 9)
    bomb = pdf_files.stream(packed, "/Filter [/FlateDecode /FlateDecode]")
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        bomb,
    ]
    assert problem_of(pdf_files.assembled(objects)).startswith("the PDF ")


def test_limits_of_size_pages_and_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_PAGES", 1)
    assert problem_of(pdf_files.pdf(text_page("a"), text_page("b"))).startswith(
        "the PDF has more than 2,000 pages; split it"
    )
    monkeypatch.setattr(pdf, "MOST_CHARACTERS", 9)
    assert "characters; split it" in problem_of(WORDS)
    monkeypatch.setattr(pdf, "MOST_BYTES", 100)
    assert "the PDF is larger than" in problem_of(WORDS)


def child(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Let another program read the PDF, as one that a hostile file took over."""
    Path("child.py").write_text(program)
    monkeypatch.setattr(pdf_pages, "__file__", str(Path("child.py").resolve()))


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import os; os.abort()", "the PDF cannot be read (its reader stopped, code -6); open it"),
        ("print('{}')", "the PDF cannot be read (its reader stopped, code 0)"),
        ("print('[' * 100000)", "the PDF cannot be read (its reader stopped, code 0)"),
        ("print('{\"error\": [1]}')", "the PDF cannot be read (its reader stopped, code 0)"),
        ('print(\'{"text": "a", "pages": [7], "images": []}\')', "these are not the offsets"),
        (
            'print(\'{"text": "a", "pages": [0], "images": [], "left_out": {"x": {"y": "z"}}}\')',
            "the PDF cannot be read (its reader stopped, code 0)",
        ),
        ("while True: print('x' * 999)", "the PDF cannot be read (its reader stopped, code -9)"),
    ],
)
def test_a_process_that_dies_or_lies(
    monkeypatch: pytest.MonkeyPatch, program: str, message: str
) -> None:
    monkeypatch.setattr(pdf, "_MOST_OUTPUT", 10**6)
    child(monkeypatch, program)
    assert problem_of(WORDS).startswith(message)


@pytest.mark.parametrize(
    "program", ["import time; time.sleep(99)", "import os\nos.close(1)\nwhile 1: 1"]
)
def test_a_process_that_never_ends(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(pdf, "MOST_SECONDS", 0.3)
    child(monkeypatch, program)
    assert problem_of(WORDS).startswith("the PDF cannot be read (it takes too long); split")


def test_processor_time_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_SECONDS", 1)
    program = (
        Path(pdf_pages.__file__)
        .read_text()
        .replace(
            "    limits = json.loads(sys.argv[1])\n    _limit_resources(limits)\n",
            "    _limit_resources(json.loads(sys.argv[1]))\n    while True:\n        pass\n",
        )
    )
    child(monkeypatch, program)
    assert problem_of(WORDS).startswith("the PDF cannot be read (it takes too long); split")


def test_strict_stops_at_a_pdf_that_cannot_be_read() -> None:
    Path("a.pdf").write_bytes(b"We object.")
    with pytest.raises(CorpusError, match=r"a\.pdf: this is not a PDF"):
        read_corpus(["a.pdf"], strict=True)


def test_the_reader_has_no_environment_no_files_and_no_connections(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGPASSWORD", "secret")
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import json, os, socket, sys\n"
        "from compare.corpus import pdf_pages\n"
        "def read_pages(*_):\n"
        "    found = [os.environ.get('PGPASSWORD', 'none')]\n"
        "    for use in (lambda: open('/dev/null'), lambda: socket.socket()):\n"
        "        try:\n"
        "            use()\n"
        "            found.append('open')\n"
        "        except OSError as error:\n"
        "            found.append('refused')\n"
        "    sys.stdout.write(json.dumps({'text': ' '.join(found), 'pages': [0], 'images': []}))\n"
        "    sys.stdout.flush()\n"
        "    os._exit(0)\n"
        "pdf_pages.read_pages = read_pages\n"
        "pdf_pages.main()\n"
    )
    monkeypatch.setattr("compare.corpus.pdf.pdf_pages.__file__", str(spy))
    write_pdf(Path("a.pdf"), "We welcome the canal.")
    assert read_corpus(["a.pdf"]).statements[0].text == "none refused refused"
