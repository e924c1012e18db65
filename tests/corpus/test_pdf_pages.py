"""The text of a PDF: lines, columns, paragraphs, hyphens, running lines and pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from compare.corpus.pdf_pages import (
    UnreadableError,
    read_pages,
    running_text,
    without_line_numbers,
    without_running_lines,
)
from compare.statements.quotes import PREFIXES
from tests import pdf_files
from tests.pdf_files import IMAGE, LEFT, SIZE, TOP, Line, pdf, text_page

LIMITS = {"pages": 20, "characters": 20_000}
FULL = "The ministers of the coastal states met in the capital to speak of the canal and"


def read(*pages: str | Sequence[Line]) -> tuple[str, list[int]]:
    drawn = (text_page(page) if isinstance(page, str) else page for page in pages)
    return read_and_count(pdf(*drawn))[0]


def read_and_count(data: bytes) -> tuple[tuple[str, list[int]], dict[str, int]]:
    """Return the text and the pages of a PDF, and what was left out."""
    left_out: Counter[str] = Counter()
    lines, _, _ = read_pages(data, LIMITS, left_out)
    lines = without_running_lines(without_line_numbers(lines, left_out), left_out)
    return running_text(lines, PREFIXES.pattern), dict(left_out)


def columns_of(left: str, right: str, x: float = 310, top: float = TOP) -> list[Line]:
    """Return two columns, drawn row by row."""
    lines = [(LEFT, *entry) for entry in enumerate(left.splitlines())]
    lines += [(x, *entry) for entry in enumerate(right.splitlines())]
    drawn = sorted(lines, key=lambda entry: (entry[1], entry[0]))
    return [Line(x, top - number * 14, text, 9) for x, number, text in drawn]


def test_lines_become_running_text_and_paragraphs_stay_apart() -> None:
    text, pages = read(f"{FULL}\nthe ferry. They agreed.\n\nThe canal (with its \\ locks) is open.")
    assert text == (f"{FULL} the ferry. They agreed.\n\nThe canal (with its \\ locks) is open.")
    assert pages == [0]


def test_a_short_last_line_or_an_indent_starts_a_paragraph() -> None:
    short = read(
        f"{FULL}\nthe ferry.\nThe canal is open, said the ministers at the end of the day."
    )
    assert short[0].count("\n\n") == 1
    lines = [FULL, f"{FULL[:76]}.", "Indented.", "and"]
    page = [Line(LEFT, TOP - 14 * n, text) for n, text in enumerate(lines)]
    page[2] = Line(LEFT + 20, page[2].y, f"{FULL[:-10]}")
    text, _ = read(page)
    assert text.count("\n\n") == 1
    assert f".\n\n{FULL[:20]}" in text


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("an offi-", "cial visit", "an official visit"),
        ("a long-", "term plan", "a long-term plan"),
        ("a coast-", "line, the coast-line", "a coast-line, the coast-line"),
        ("a multi-", "lateral or multilateral", "a multilateral or multilateral"),
        ("between Meren-", "Ostia and us", "between Meren-Ostia and us"),
        ("in 2021-", "22 we met", "in 2021-22 we met"),
        ("the plan -", "a good one", "the plan - a good one"),
        ("a sof\xad", "tened tone", "a softened tone"),
    ],
)
def test_hyphens_at_line_ends(first: str, second: str, joined: str) -> None:
    assert read(f"{first}\n{second}")[0] == joined


def test_a_sentence_goes_on_across_pages_without_a_break() -> None:
    text, pages = read(f"{FULL}\n{FULL[:60]}", "the ferry, which is late.\n\nEnd.", "", "Last.")
    assert text == f"{FULL} {FULL[:60]} the ferry, which is late.\n\nEnd.\n\nLast."
    at = [0, text.index("the ferry, which"), text.index("Last."), text.index("Last.")]
    assert pages == at


def test_empty_pages_at_the_ends() -> None:
    text, pages = read("", "Words.", "", "")
    assert (text, pages) == ("Words.", [0, 0, 6, 6])


def test_a_word_divided_between_pages_is_joined() -> None:
    text, pages = read("We met in the capital for an offi-", "cial visit.")
    assert text == "We met in the capital for an official visit."
    assert text[pages[1] :] == "cial visit."


LEFT_COLUMN = "We welcome the canal that the\ngovernment of Meren has opened\nand the ferry that\n"
LEFT_COLUMN += "goes from the coast to the"
RIGHT_COLUMN = (
    "islands every day. No state has\nasked us to close it, and so it\nstays open to the ships\n"
)
RIGHT_COLUMN += "of all states."


def test_columns_are_read_one_after_the_other() -> None:
    title = Line(
        LEFT, TOP, "Statement of the Ministry of Made-Up Affairs on the Canal of Meren", 14
    )
    text, _ = read([title, *columns_of(LEFT_COLUMN, RIGHT_COLUMN, top=TOP - 40)])
    first, words = text.split("\n\n")
    assert first == title.text
    assert words == f"{LEFT_COLUMN} {RIGHT_COLUMN}".replace("\n", " ")


def test_a_line_across_the_page_parts_the_columns() -> None:
    across = Line(
        LEFT, TOP - 70, "A heading of the whole page, as wide as the columns are beside it"
    )
    below = columns_of(LEFT_COLUMN.upper(), RIGHT_COLUMN.upper(), top=TOP - 100)
    text, _ = read([*below, across, *columns_of(LEFT_COLUMN, RIGHT_COLUMN)])
    starts = ["We welcome", "islands", "A heading", "WE WELCOME", "ISLANDS"]
    places = [text.index(words) for words in starts]
    assert places == sorted(places)


def test_figures_beside_a_text_are_no_column() -> None:
    rows = [(f"Chapter {n} on the canal and the ferry of Meren", str(10 * n)) for n in range(1, 9)]
    page = columns_of("\n".join(a for a, _ in rows), "\n".join(b for _, b in rows), x=500)
    text, _ = read(page)
    assert all(f"{words} {number}" in text for words, number in rows)


def running(number: int, body: str, header: str = "Gazette of Meren, volume 12") -> list[Line]:
    page = [Line(LEFT, 810, header, 9), *text_page(body)]
    return [*page, Line(290, 30, f"Page {number} of 3", 9)]


def test_running_headers_and_page_numbers_are_dropped() -> None:
    bodies = ["The first page says this,", "goes on here,", "and ends there."]
    text, pages = read(*(running(n, body) for n, body in enumerate(bodies, start=1)))
    assert text == "The first page says this, goes on here, and ends there."
    assert [text[at:][:4] for at in pages] == ["The ", "goes", "and "]


def test_a_header_on_two_pages_stays_but_the_page_number_goes() -> None:
    text, _ = read(running(7, "First."), running(8, "Second."))
    assert text.count("Gazette of Meren") == 2
    assert "Page" not in text


def test_what_differs_or_moves_is_no_header() -> None:
    pages = [running(n, "Words.", f"Article {n * n}") for n in (1, 2, 3)]
    assert read(*pages)[0].count("Article") == 3
    moving = [[Line(LEFT, TOP - 40 * n, "We object."), *text_page("Words.")] for n in (1, 2, 3)]
    assert read(*moving)[0].count("We object.") == 3


def test_what_is_dropped_is_counted() -> None:
    _, left_out = read_and_count(pdf(*(running(n, f"Words {n}.") for n in (1, 2, 3))))
    assert left_out == {"Gazette of Meren, volume 12": 3, "Page N of 3": 3}


SHORT = "Mister President,\n\n{} opposes this.\nThe Council decides to extend\nthe mandate."


@pytest.mark.parametrize(
    "pages",
    [
        [SHORT.format(name) for name in ("Ostia", "Meren", "Valland")],
        ["Thank you.\n\nWe oppose the canal."] * 3,
        [f"Question {n}: do you oppose it?\n\nNo." for n in (1, 2, 3)],
        [f"Article {n}\n\nThe canal is open." for n in (1, 2, 3)],
        [f"{year}\n\nThe canal was open." for year in (2019, 2020, 2021)],
        ["The canal\nis ours"] * 3,
        ["Ostia"] * 3,
        ["Ostia\n\n\n\n\n\n3"] * 2,
    ],
)
def test_sentences_and_years_that_come_again_are_no_running_lines(pages: list[str]) -> None:
    (text, _), left_out = read_and_count(pdf(*map(text_page, pages)))
    assert text.split() == " ".join(pages).split()
    assert left_out == {}


def test_numbers_of_lines_in_a_margin_are_dropped() -> None:
    rows = f"{FULL[:60]}\n" * 5
    numbers = ["\n".join(map(str, range(n, n + 5))) for n in (1, 6)]
    (text, _), left_out = read_and_count(pdf(*(columns_of(n, rows, 120) for n in numbers)))
    assert not any(map(str.isdigit, text))
    assert left_out == {"1 … 10": 10}
    (text, _), left_out = read_and_count(pdf(columns_of("1\n2\n3", rows, 120)))
    assert ({"1", "2", "3"} <= set(text.split()), left_out) == (True, {})


@pytest.mark.parametrize("turn", ["0 1 -1 0 20 500", "0.7 0.7 -0.7 0.7 150 600"])
def test_words_in_another_direction_are_left_out(turn: str) -> None:
    rows = [f"BT /F1 11 Tf 72 {760 - 14 * n} Td ({FULL}) Tj ET" for n in range(12)]
    stamp = f"BT /F1 30 Tf {turn} Tm (A DRAFT of Meren) Tj ET"
    page = "\n".join([*rows[:5], stamp, *rows[5:]]).encode()
    (text, _), left_out = read_and_count(pdf_files.with_content(page, page))
    assert text == " ".join([FULL] * 24)
    assert left_out == {"A DRAFT of Meren": 2}


@pytest.mark.parametrize(
    ("rotation", "upright", "sideways"),
    [
        (0, "1 0 0 1", "0 1 -1 0"),
        (90, "0 1 -1 0", "1 0 0 1"),
        (180, "-1 0 0 -1", "0 1 -1 0"),
        (270, "0 -1 1 0", "1 0 0 1"),
    ],
)
def test_a_few_upright_words_beside_a_stamp_stay(
    rotation: int, upright: str, sideways: str
) -> None:
    stamp = f"BT /F1 9 Tf {sideways} 20 300 Tm (Taken from the archive) Tj ET"
    page = f"{stamp} BT /F1 11 Tf {upright} 300 400 Tm (Thank you.) Tj ET".encode()
    data = pdf_files.with_content(page, extra=f"/Rotate {rotation}")
    assert read_and_count(data)[0][0] == "Thank you."


def test_what_stands_below_two_columns_comes_after_both() -> None:
    below = [Line(LEFT, 640 - 14 * n, words, 9) for n, words in enumerate(["Reply.", "No."])]
    text, _ = read([*columns_of(LEFT_COLUMN, RIGHT_COLUMN), *below])
    words = f"{LEFT_COLUMN} {RIGHT_COLUMN}".replace("\n", " ")
    assert text.startswith(words)
    assert text[len(words) :].split() == ["Reply.", "No."]


@pytest.mark.parametrize("paragraphs", [2, 3])
def test_paragraphs_that_end_side_by_side_do_not_part_the_columns(paragraphs: int) -> None:
    left = "\n\n".join([LEFT_COLUMN] * paragraphs)
    text, _ = read(columns_of(left, left.upper()))
    assert text.rindex("We welcome") < text.index("WE WELCOME")


def test_text_on_a_turned_page_and_beyond_its_edges() -> None:
    lines = [Line(-100, 900 - 14 * n, text) for n, text in enumerate(["We object", "to this."])]
    assert read(lines)[0] == "We object to this."
    for matrix in ("0 1 -1 0 100 100", "-1 0 0 -1 500 700", "0 -1 1 0 100 700"):
        lines = [f"{matrix} cm", "BT /F1 11 Tf 14 TL (We object) Tj T* (to this.) Tj ET"]
        data = pdf_files.with_content("\n".join(lines).encode())
        assert read_and_count(data)[0][0] == "We object to this."


def test_words_drawn_in_another_order_are_put_in_order() -> None:
    words = ["We", "object", "to", "this", "plan"]
    places = [LEFT, LEFT + 22, LEFT + 60, LEFT + 74, LEFT + 98]
    drawn = [Line(x, TOP, word) for x, word in zip(places, words, strict=True)]
    assert read(drawn[::-1])[0] == "We object to this plan"


def test_control_characters_are_dropped() -> None:
    data = pdf(text_page("We obXject to this.")).replace(b"obXject", b"ob\x07ject")
    assert read_and_count(data)[0][0] == "We object to this."


def test_ligatures_become_letters() -> None:
    names = "/Differences [65 /fi /fl]"
    data = pdf(text_page("Of AnAl and of BeetXs")).replace(
        b"/Encoding /WinAnsiEncoding", f"/Encoding << /Type /Encoding {names} >>".encode()
    )
    assert read_and_count(data)[0][0] == "Of finfil and of BeetXs".replace("Be", "fle")


def test_pages_of_images() -> None:
    pages, images, _ = read_pages(pdf(text_page("Words."), [IMAGE], []), LIMITS, Counter())
    assert ([len(page) for page in pages], images) == ([1, 0, 0], [2])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"We object.", "not a pdf"),
        (b"%PDF-1.7\n", "damaged"),
        (pdf([IMAGE], []), "images"),
        (pdf([], []), "blank"),
        (pdf(*([[]] * 21)), "pages"),
        (pdf(*[text_page("\n".join([FULL] * 30))] * 9), "characters"),
    ],
)
def test_why_a_pdf_has_no_text(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_pages(data, LIMITS, Counter())
    assert str(caught.value) == reason


def test_the_helper_counts_in_points() -> None:
    (line,) = read_pages(pdf([Line(100, 700, "We object.")]), LIMITS, Counter())[0][0]
    assert (round(line.x0), round(line.y)) == (100, 700)
    assert line.height == pytest.approx(SIZE, abs=3)
    assert line.x1 < pdf_files.WIDTH


ARABIC = [
    "ترفض حكومة ميرين إغلاق القناة في 24 فبراير 2022 وتدعو إلى",
    "وقف ما جاء في Canal of Ostia وتطلب من Meren أن تفتح الميناء اليوم",
    "أمام السفن كلها في 5 مارس/آذار، حسب Article 7 of the Treaty وغيره.",
]


@pytest.mark.parametrize("in_order", [True, False])
def test_a_right_to_left_script_is_read_in_order(in_order: bool) -> None:
    (text, _), left_out = read_and_count(pdf_files.right_to_left(ARABIC, in_order=in_order))
    assert (text, left_out) == (" ".join(ARABIC), {})
