from __future__ import annotations

import csv
import html
import io
import json
import re
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import bibtexparser
import openpyxl
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from compare.errors import ExportError
from compare.export import ExportFormat, columns, export_bytes
from compare.export.formats import CELL_LIMIT, WRITERS, cell_text, read_pairs_csv
from compare.export.json_files import load_result, public_json
from compare.export.report import report_html
from compare.export.rows import pair_rows
from compare.results import Stance
from compare.statements import Country, PartialDate, Quotation, Quote, Statement
from tests.fabricate import (
    AGREEING,
    OPPOSED,
    QUOTE,
    VALDORIA,
    a_search,
    found_pair,
    pair_of,
    two_sides,
)

HOSTILE = [
    '=HYPERLINK("http://example.org","x")',
    "+1 234",
    "-2+3",
    "@SUM(A1)",
    "'=already quoted",
    "<script>alert(1)</script> & <b>bold</b>",
    "![x](http://example.org/x.png) [l](javascript:alert(1)) <http://example.org>",
    "$x^2$ :red[red] `code` *em* _em_ ~~gone~~ | cell |",
    "http://example.org/bare and www.example.org and a@example.org",
    "1. first\n2. second\n\n    code\n- item\n# head\n> quote\n---\n===",
    "1914. War",
    "100) ships",
    "- a dash, non-permanent, 2022-03-15 -- and ---",
    "words ##",
    "!!! note evil",
    "www.1e.com :100: ==x== (c)",
    "\\textbf{x} 100% of {a} #1 & b_c ~ ^ $5 }{",
    "TY  - JOUR\r\nER  - \r\nAU  - Forged",
    "\u202bשלום\u202c مرحبا “curly” – dash",
    "tab\there, comma, semi; \"quotes\" 'single'",
    "#N/A",
    "TRUE",
    "1/2",
    "007",
    "_x0041_",
    "&amp; &#x41; &lt;",
]

COLUMNS = columns("pairs")


def result_with(text: str, **fields: object):
    statement = Statement(id="s-1", text=text, speaker=text, source=text, **fields)
    return a_search(found_pair(statement, (0.75, 0.125, 0.125)), quote=text)


def text_of(format: ExportFormat, result=None) -> str:
    return export_bytes(result or a_search(), format).decode("utf-8-sig")


# --- the table -------------------------------------------------------------------------------


def test_a_record_holds_both_sides_the_verdict_and_where_it_came_from() -> None:
    quote = Quote(QUOTE, "Ana Prell", "Envoy", (VALDORIA,), PartialDate("2019"), "of the war")
    first = pair_rows(a_search(quote=quote))[0]
    assert tuple(first) == COLUMNS
    assert first == {
        "query": QUOTE,
        "stance": "agree",
        "rank": 1,
        "unsure": "",
        "p_agree": 0.765432,
        "p_oppose": 0.2,
        "p_neither": 0.034568,
        "p_agree_alone": None,
        "p_oppose_alone": None,
        "similarity": 0.75,
        "a_text": QUOTE,
        "a_passage": QUOTE,
        "a_context": "of the war",
        "a_words": "Valdoria || sends arms",
        "a_speaker": "Ana Prell",
        "a_role": "Envoy",
        "a_country": "Republic of Valdoria",
        "a_country_code": "VLD",
        "a_date": "2019",
        "a_venue": "",
        "a_title": "",
        "a_source": "",
        "a_pages": "",
        "a_url": "",
        "a_quotation": "",
        "a_translation": "",
        "a_translation_language": "",
        "a_translated_by": "",
        "a_read": "",
        "a_id": "",
        "b_text": AGREEING.text,
        "b_passage": "Valdoria arms the rebels, and it must stop.",
        "b_context": "",
        "b_words": "arms",
        "b_speaker": "Mira Tollen",
        "b_role": "Foreign Minister",
        "b_country": "Ostmark",
        "b_country_code": "OST",
        "b_date": "2019-04-02",
        "b_venue": "press conference",
        "b_title": "Remarks to the press",
        "b_source": "Ostmark Gazette",
        "b_pages": "",
        "b_url": "https://example.org/ostmark?id=1&lang=en",
        "b_quotation": "direct",
        "b_translation": "",
        "b_translation_language": "",
        "b_translated_by": "",
        "b_read": "",
        "b_id": "ost-1",
        "b_also_said": "ost-2 (2020, Lake Post)",
        "a_sentence_kind": "",
        "b_sentence_kind": "",
        "opposite": "",
        "label_source": "judge@555555555555",
        "encoder": "tiny@eeeeeeeeeeee",
        "library_digest": "sha256:" + "1" * 64,
        "searched_on": "2024-05-06T07:08:09+00:00",
        "version": "0.1.0",
    }


def test_lists_come_in_the_order_agree_oppose_neither_and_can_be_chosen() -> None:
    assert [row["stance"] for row in pair_rows(a_search())] == ["agree", "oppose", "neither"]
    chosen = pair_rows(a_search(), [Stance.NEITHER, Stance.AGREE])
    assert [row["stance"] for row in chosen] == ["agree", "neither"]


def test_two_countries_and_a_month_stay_what_they_are() -> None:
    row = pair_rows(a_search())[1]
    assert row["b_country"] == "Republic of Valdoria; Union of Lakes"
    assert row["b_country_code"] == "VLD; "
    assert row["b_date"] == "2019-04"


def test_a_quote_from_the_corpus_carries_its_statement() -> None:
    quote = Quote.from_statement(OPPOSED)
    row = pair_rows(a_search(quote=quote, source=OPPOSED))[0]
    assert (row["a_id"], row["a_speaker"], row["a_quotation"]) == (
        "val-1",
        "Embassy of Valdoria",
        "direct",
    )
    known_by_text = pair_rows(a_search(quote=OPPOSED.text, source=OPPOSED))[0]
    assert known_by_text["a_id"] == "val-1"


def test_the_same_words_of_another_speaker_are_not_given_the_corpus_source() -> None:
    quote = Quote(OPPOSED.text, speaker="Someone Else")
    row = pair_rows(a_search(quote=quote, source=OPPOSED))[0]
    assert (row["a_speaker"], row["a_id"], row["a_date"]) == ("Someone Else", "", "")


# --- CSV -------------------------------------------------------------------------------------


def test_csv_bytes_are_exact() -> None:
    data = export_bytes(result_with("=1+1"), ExportFormat.CSV)
    header, row, end = data.split(b"\r\n")
    assert header.startswith(b'\xef\xbb\xbf"query","stance","rank","unsure",')
    assert row.startswith(b'"\'=1+1","agree",1,"",0.75,0.125,0.125,"","",0.75,"\'=1+1"')
    assert end == b""


@pytest.mark.parametrize("text", HOSTILE)
def test_csv_round_trip_of_hostile_text(text: str, tmp_path: Path) -> None:
    result = result_with(text)
    assert read_pairs_csv(result.export(tmp_path / "pairs.csv")) == pair_rows(result)


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text("=+-@'\t\r\n \"\x00\x1b,;", max_size=6),
)
def test_csv_round_trip_of_any_text(tmp_path_factory, anything: str, risky: str) -> None:
    result = result_with(risky + anything, venue=anything, extra={"k": risky})
    path = tmp_path_factory.mktemp("csv") / "pairs.csv"
    assert read_pairs_csv(result.export(path)) == pair_rows(result)


def test_another_csv_is_not_taken_for_pairs(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\r\n1,2\r\n")
    with pytest.raises(
        ExportError, match=r"other\.csv is not a CSV of pairs: it has other columns"
    ):
        read_pairs_csv(path)
    good = a_search().export(tmp_path / "pairs.csv").read_bytes()
    path.write_bytes(good.replace(b"0.7654", b"1.7654"))
    with pytest.raises(ExportError, match=r"(?s)other\.csv is not a CSV of pairs: .*p_agree"):
        read_pairs_csv(path)


WITHOUT_JAVA = "Warning: failed to launch javaldx - java may not function correctly"


def convert(soffice: str, path: Path, to: str, options: str = "") -> bytes:
    """Have LibreOffice open a file and write it as another; it must have nothing to say."""
    folder = path.parent / "converted"
    profile = (path.parent / "profile").as_uri()
    done = subprocess.run(
        [
            *(soffice, "--headless", "--norestore", f"-env:UserInstallation={profile}"),
            *([f"--infilter={options}"] if options else []),
            *("--convert-to", to, "--outdir", folder, path),
        ],
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    said = done.stderr.replace(WITHOUT_JAVA, "").lower()
    assert "warn" not in said, done.stderr
    assert "error" not in said, done.stderr
    return (folder / path.with_suffix("." + to.partition(":")[0]).name).read_bytes()


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def hostile_result():
    statements = [Statement(id=f"s-{n}", text=text) for n, text in enumerate(HOSTILE)]
    return a_search(*(found_pair(one, (0.75, 0.125, 0.125)) for one in statements))


AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"


@pytest.mark.parametrize("options", ["", "Text - txt - csv (StarCalc):44,34,76,1,,1033,true"])
def test_libreoffice_reads_the_same_cells(soffice: str, tmp_path: Path, options: str) -> None:
    """As it opens by itself (where only "007" becomes 7), and with quoted fields as text."""
    path = hostile_result().export(tmp_path / "pairs.csv")
    back = rows_of(convert(soffice, path, AS_CSV, options))
    ours = [[cell.replace("\r\n", "\n") for cell in row] for row in rows_of(path.read_bytes())]
    if not options:
        ours = [["7" if cell == "007" else cell for cell in row] for row in ours]
    assert back == ours


def test_libreoffice_runs_no_formula(soffice: str, tmp_path: Path) -> None:
    path = hostile_result().export(tmp_path / "pairs.csv")
    book = openpyxl.load_workbook(io.BytesIO(convert(soffice, path, "xlsx")))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert len(cells) == len(COLUMNS) * (len(HOSTILE) + 1)
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]


# --- XLSX ------------------------------------------------------------------------------------


def test_workbook_holds_the_same_cells_as_text_and_numbers() -> None:
    result = hostile_result()
    book = openpyxl.load_workbook(io.BytesIO(export_bytes(result, ExportFormat.XLSX)))
    assert [sheet.title for sheet in book] == ["Results", "Pairs", "About"]
    assert [cell.value for cell in book["Results"][1]][:5] == [
        "stance", "unsure", "probability", "b_country", "b_speaker"
    ]  # fmt: skip
    assert all(book[name].auto_filter.ref.startswith("A1:") for name in ("Results", "Pairs"))
    header, *rows = book["Pairs"].iter_rows()
    assert tuple(cell.value for cell in header) == COLUMNS
    for row, record in zip(rows, pair_rows(result), strict=True):
        for cell, (name, value) in zip(row, record.items(), strict=True):
            assert cell.data_type in ("n", "s"), name
            expected = cell_text(value) or None if isinstance(value, str) else value
            assert cell.value == expected, name
    about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert about["labels by"] == "judge@" + "5" * 64
    assert about["note"] == "The quote has two sentences."


def test_libreoffice_reads_the_workbook_the_same(soffice: str, tmp_path: Path) -> None:
    result = hostile_result()
    path = result.export(tmp_path / "pairs.xlsx")
    header, *rows = rows_of(convert(soffice, path, AS_CSV))  # of the first sheet
    for row, record in zip(rows, pair_rows(result), strict=True):
        cells = dict(zip(header, row, strict=True))
        for name in ("b_passage", "b_speaker", "b_source", "stance"):
            assert cells[name] == str(record[name]).replace("\r\n", "\n"), name


def test_what_a_cell_cannot_hold_is_shown() -> None:
    assert cell_text("a\x1b[31m\x00b\x0b\ud800\ufffe") == "a␛[31m␀b␋��"
    assert cell_text("one\r\ntwo\tthree") == "one\ntwo\tthree"
    long = cell_text("ö😀" * CELL_LIMIT)
    assert len(long.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert long.endswith(" … [cut: a cell holds no more; the CSV has all of it]")


@given(st.text())
def test_any_text_makes_a_workbook(text: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export_bytes(result_with(text), ExportFormat.XLSX)))
    assert book["Pairs"]["A2"].value == (cell_text(text) or None)


# --- JSONL, Markdown, BibTeX, RIS -----------------------------------------------------------


def test_jsonl_is_one_record_a_line() -> None:
    lines = text_of(ExportFormat.JSONL).splitlines()
    assert [json.loads(line) for line in lines] == pair_rows(a_search())


class Page(HTMLParser):
    """The tags, addresses and text of a rendered page."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.targets: set[str] = set()
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.targets |= {value or "" for name, value in attrs if name in ("href", "src")}

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(markup: str) -> Page:
    return Page(MarkdownIt("commonmark", {"html": True}).enable(["table"]).render(markup))


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_lets_no_statement_act(text: str) -> None:
    page = rendered(text_of(ExportFormat.MARKDOWN, result_with(text)))
    assert page.tags <= {"h1", "h2", "h3", "p", "blockquote", "hr"}
    assert page.targets == set()
    assert page.text.count(" ".join(text.split())) >= 3


def test_markdown_reads_like_a_page() -> None:
    markup = text_of(ExportFormat.MARKDOWN)
    assert "## Agree" in markup
    assert "<strong>arms</strong>" in markup
    page = rendered(markup)
    assert "Mira Tollen, Foreign Minister, Ostmark, 2019-04-02, press conference" in page.text
    assert "Agree 0.77, oppose 0.20, neither 0.03; similarity 0.75" in page.text
    assert "context: dismissing the charge" in page.text
    assert "reported, not quoted" in page.text
    assert html.unescape(next(iter(page.targets))) == AGREEING.url


def test_markdown_says_which_sentence_of_the_quote_a_verdict_is_about() -> None:
    part = found_pair(OPPOSED, (0.05, 0.9, 0.05), quote="We deny it, *all*.")
    page = rendered(
        text_of(ExportFormat.MARKDOWN, a_search(part, quote=f"We deny it, *all*. {QUOTE}"))
    )
    assert "Compared with: “We deny it, *all*.”" in page.text
    assert "Compared with" not in text_of(ExportFormat.MARKDOWN)


def test_what_only_the_fast_model_read_is_not_said_to_be_read_by_the_other() -> None:
    fast = "fast@666666666666"
    pairs = [
        found_pair(AGREEING, (0.9, 0.05, 0.05), first_stage_only=True),
        found_pair(OPPOSED, (0.05, 0.9, 0.05)),
    ]
    result = a_search(*pairs)
    result = replace(result, provenance=replace(result.provenance, screening=fast))
    for found in (result, two_sides()):
        stances = (Stance.AGREE, Stance.OPPOSE)
        page = rendered(export_bytes(found, ExportFormat.MARKDOWN, stances=stances).decode())
        assert page.text.count("read by the fast model only") == 1
        scored = f"{fast} for pairs that only the fast model scored"
        labels = f"labels by judge@555555555555 ({scored}), library"
        assert labels in page.text
        book = openpyxl.load_workbook(io.BytesIO(export_bytes(found, ExportFormat.XLSX)))
        about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
        assert about["labels by"].endswith(f"; {fast} for pairs that only the fast model scored")
    assert "fast model" not in text_of(ExportFormat.MARKDOWN)


def test_markdown_links_only_web_addresses() -> None:
    page = rendered(text_of(ExportFormat.MARKDOWN, result_with("x", url="javascript:alert(1)")))
    assert page.targets == set()
    assert "javascript:alert(1)" in page.text


def test_markdown_says_when_nothing_was_found() -> None:
    far = found_pair(AGREEING, (0.9, 0.05, 0.05), similarity=0.1)
    assert "Nothing found at these thresholds." in text_of(ExportFormat.MARKDOWN, a_search(far))


def test_markdown_shows_both_statements_of_a_pair() -> None:
    markup = text_of(ExportFormat.MARKDOWN, two_sides())
    page = rendered(markup)
    assert markup.index("# Ostmark and Valdoria") < markup.index("## Opposed")
    assert "## Neither" not in markup
    shown = page.text[page.text.index("Opposed") : page.text.index("oppose 0.88")]
    assert shown.index(AGREEING.text) < shown.index("Mira Tollen") < shown.index(OPPOSED.text)
    assert "<strong>proof</strong>" in markup
    changed = text_of(ExportFormat.MARKDOWN, two_sides(over_time=True))
    assert "## May have changed\n" in changed


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_lets_no_statement_of_a_pair_act(text: str) -> None:
    said = Statement(id="x", text=text, speaker=text, source=text)
    table = two_sides(pair_of(said, said, (0.1, 0.8, 0.1)), subject=text)
    page = rendered(text_of(ExportFormat.MARKDOWN, table))
    assert page.tags <= {"h1", "h2", "h3", "p", "blockquote", "hr"}
    assert page.targets == set()
    assert page.text.count(" ".join(text.split())) >= 7


def plain(latex: str) -> str:
    """Text as LaTeX would set it, for the commands the writer uses."""
    names = {"backslash": "\\", "braceleft": "{", "braceright": "}", "asciitilde": "~"}
    names["asciicircum"] = "^"
    replaced = re.sub(r"\\text([a-z]+)\{\}", lambda found: f"\0{found[1]}\0", latex)
    replaced = re.sub(r"\\([$&#_%])", r"\1", replaced)
    return re.sub("\0([a-z]+)\0", lambda found: names[found[1]], replaced)


@pytest.mark.parametrize("text", HOSTILE)
def test_bibtex_is_parsed_back(text: str) -> None:
    library = bibtexparser.parse_string(text_of(ExportFormat.BIBTEX, result_with(text)))
    assert library.failed_blocks == []
    (entry,) = library.entries
    assert plain(entry["annote"]) == " ".join(text.split())
    assert plain(entry["author"][1:-1]) == " ".join(text.split())


def test_bibtex_cites_each_statement_once() -> None:
    source = Statement(id="ost-1 ", text=QUOTE, date=PartialDate("2018"))
    result = a_search(quote=Quote.from_statement(source), source=source)
    library = bibtexparser.parse_string(text_of(ExportFormat.BIBTEX, result))
    assert [entry.key for entry in library.entries] == [
        "ost-1-",
        "ost-1",
        "ost-2",
        "val-1",
        "lak-1",
    ]
    entry = library.entries_dict["ost-1"]
    assert {name: entry[name] for name in ("title", "year", "month", "date", "url")} == {
        "title": "{Remarks to the press}",
        "year": "2019",
        "month": "04",
        "date": "2019-04-02",
        "url": AGREEING.url,
    }
    assert entry["note"] == "Foreign Minister, Ostmark. In Ostmark Gazette"


def test_ids_that_make_the_same_key_are_told_apart() -> None:
    pairs = [
        found_pair(Statement(id=identifier, text="words"), (0.8, 0.1, 0.1))
        for identifier in ("a b", "a/b", "A-B", "é")
    ]
    library = bibtexparser.parse_string(text_of(ExportFormat.BIBTEX, a_search(*pairs)))
    assert sorted(entry.key for entry in library.entries) == ["-", "A-B", "a-b-2", "a-b-3"]


@pytest.mark.parametrize("text", HOSTILE)
def test_ris_is_parsed_back(text: str) -> None:
    (entry,) = rispy.loads(text_of(ExportFormat.RIS, result_with(text)))
    assert entry["abstract"] == " ".join(text.split())
    assert entry["authors"] == [" ".join(text.split())]


def test_ris_fields() -> None:
    first, second, third, fourth = rispy.loads(text_of(ExportFormat.RIS))
    assert (first["id"], first["year"], first["date"]) == ("ost-1", "2019", "2019/04/02")
    assert first["urls"] == [AGREEING.url]
    assert second["id"] == "ost-2"
    assert third["title"] == "“baseless slander”"
    assert fourth["notes"] == ["Reported, not quoted"]


# --- files -----------------------------------------------------------------------------------


def test_every_format_has_a_writer_of_its_own() -> None:
    assert list(WRITERS) == list(ExportFormat)
    assert len(set(WRITERS.values())) == len(ExportFormat)
    for told in ("suffix", "mime"):
        assert len({getattr(format, told) for format in ExportFormat}) == len(ExportFormat)


@pytest.mark.parametrize("format", ExportFormat)
def test_nothing_is_written_over_without_force(format: ExportFormat, tmp_path: Path) -> None:
    path = tmp_path / f"pairs{format.suffix}"
    path.write_text("mine")
    with pytest.raises(ExportError, match=r"already exists: choose another name, or .*--force"):
        a_search().export(path)
    assert path.read_text() == "mine"
    a_search().export(path, force=True)
    assert path.read_bytes() != b"mine"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"cannot be written \(No such file or directory\)"):
        a_search().export(tmp_path / "absent" / "pairs.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_ending_names_the_format(tmp_path: Path) -> None:
    assert [ExportFormat.of(Path(f"x{format.suffix.upper()}")) for format in ExportFormat] == list(
        ExportFormat
    )
    with pytest.raises(ExportError, match=r"pairs.doc does not end in \.csv, .* or \.json: give"):
        a_search().export(tmp_path / "pairs.doc")
    with pytest.raises(ExportError, match=r"'doc' is not a format: use one of csv, xlsx"):
        a_search().export(tmp_path / "pairs.csv", "doc")
    named = a_search().export(tmp_path / "pairs.txt", "markdown", stances=[Stance.OPPOSE])
    assert "## Agree" not in named.read_text()
    whole = a_search().export(tmp_path / "result.json", stances=[Stance.OPPOSE])
    assert load_result(whole) == a_search()


def test_a_country_without_a_code_and_reported_speech_are_said() -> None:
    statement = Statement(
        id="x", text="t", country=(Country("Atlantis"),), quotation=Quotation.REPORTED
    )
    (row,) = pair_rows(a_search(found_pair(statement, (0.8, 0.1, 0.1))))
    assert (row["b_country"], row["b_country_code"], row["b_quotation"]) == (
        "Atlantis",
        "",
        "reported",
    )


def test_what_fills_a_short_list_is_marked_as_unsure() -> None:
    unsure = found_pair(OPPOSED, (0.0625, 0.3125, 0.625))
    made = a_search(found_pair(AGREEING, (0.75, 0.125, 0.125)), unsure)
    rows = [(entry["stance"], entry["unsure"]) for entry in pair_rows(made)]
    assert rows == [("agree", ""), ("oppose", "yes")]
    assert "Unclear filler: may oppose" in made._repr_html_()
    assert [entry["unsure"] for entry in public_json(made)["results"]] == [False, True]
    written = export_bytes(made, ExportFormat.MARKDOWN).decode()
    assert written.count("; unclear") == 1
    page = report_html(made)
    assert page.count("Unclear filler: may oppose") == 1
    assert "Unclear ones, below one half, fill short lists and count in no total: 1." in page


def test_a_workbook_without_room_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    with pytest.raises(ExportError, match=r"The workbook cannot be written in .*absent .*TMPDIR"):
        export_bytes(a_search(), ExportFormat.XLSX)
