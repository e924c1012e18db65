"""The process that reads one PDF: its file comes from standard input, its text goes out as JSON.

`compare.corpus.pdf` starts this file by its path, so it imports nothing of the package. PDFium only
parses the file: scripts, forms and links in it are never run or followed.
"""

from __future__ import annotations

import json
import math
import re
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

_LIGATURES = dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"),
                      strict=True))  # fmt: skip
_HYPHEN_MARK = "\N{SOFT HYPHEN}"
_HYPHENS = "-\N{HYPHEN}"
# What PDFium reports for a hyphen of any kind at the end of a line; the next line follows at once.
_LINE_END_HYPHENS = frozenset({0x02, 0xFFFE})
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NUMBER = re.compile(r"\d{1,6}")
_ONLY_A_NUMBER = re.compile(
    r"\W*(?:page|p\.|seite)?\W*\d{1,6}\W*(?:(?:of|/|von|de)\W*\d{1,6}\W*)?\Z", re.IGNORECASE
)
_ENDS_SENTENCE = re.compile(r"[.!?:;…][\"'”’»)\]]*(?:\d{1,3})?\Z")
_BULLETS = "•▪◦●‣■–—*"

_GAP = 1.0  # line heights between two words that belong to different columns
_SAME_LINE = 0.5  # most line heights between the baselines of a line and its superscripts
_BINS = 400  # places across a page at which a gutter can be
_WORDS_IN_COLUMN = 3  # in most of its lines
_EDGE_LINES = 3  # at the top and at the bottom of a page, where running lines are looked for
_SEEN_ON = 3  # pages on which a running line has to be; page numbers: 2


@dataclass(slots=True)
class Line:
    """A line of text or a part of one, in points: y is its baseline, and grows upwards."""

    x0: float
    x1: float
    y: float
    height: float
    text: str


class UnreadableError(Exception):
    """The file has no text that can be read; the message is a key of `pdf.REASONS`."""


# -- Reading pages with PDFium -------------------------------------------------------------------


def read_pages(data: bytes, limits: dict[str, Any]) -> tuple[list[list[Line]], list[int]]:
    """Return the lines of each page, and the numbers of the pages that are only images.

    Args:
        data: The file.
        limits: The most "pages" and "characters".

    Raises:
        UnreadableError: It is no PDF, needs a password, has no text, or exceeds a limit.
    """
    if b"%PDF-" not in data[:1024]:
        raise UnreadableError("not a pdf")
    import pypdfium2.raw as pdfium

    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        needs_password = pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD
        raise UnreadableError("password" if needs_password else "damaged")
    count = pdfium.FPDF_GetPageCount(document)
    if count > limits["pages"]:
        raise UnreadableError("pages")
    pages: list[list[Line]] = []
    images: list[int] = []
    left = limits["characters"]
    for number in range(1, count + 1):
        page = pdfium.FPDF_LoadPage(document, number - 1)
        lines = _lines(pdfium, page) if page else []
        pages.append(lines)
        left -= sum(len(line.text) for line in lines)
        if left < 0:
            raise UnreadableError("characters")
        if page and not lines and _has_image(pdfium, page):
            images.append(number)
        pdfium.FPDF_ClosePage(page)
    if not any(pages):
        raise UnreadableError("images" if images else "blank" if count else "damaged")
    return pages, images


def _has_image(pdfium: Any, page: Any) -> bool:
    """Return whether a page shows an image, or a form, which may hold one."""
    kinds = {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM}
    objects = range(min(pdfium.FPDFPage_CountObjects(page), 1000))
    return any(
        pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, place)) in kinds
        for place in objects
    )


def _lines(pdfium: Any, page: Any) -> list[Line]:
    """Return the parts of lines of a page: words that follow each other without a wide gap."""
    text_page = pdfium.FPDFText_LoadPage(page)
    if not text_page:
        return []
    words = list(_words(pdfium, text_page))
    turned = _direction(pdfium, text_page, [first for first, _, _ in words])
    lines: list[Line] = []
    for first, last, text in words:
        word = _placed(pdfium, text_page, first, last, text, turned)
        if lines and _continues(lines[-1], word):
            before = lines[-1]
            before.text += f" {word.text}"
            before.x1 = max(before.x1, word.x1)
            before.height = max(before.height, word.height)
        else:
            lines.append(word)
    pdfium.FPDFText_ClosePage(text_page)
    return _whole_lines(lines)


def _words(pdfium: Any, text_page: Any) -> Iterator[tuple[int, int, str]]:
    """Yield the words of a page in the order in which they are drawn, with their characters."""
    code_at = pdfium.FPDFText_GetUnicode
    word: list[str] = []
    first = last = 0
    for index in range(pdfium.FPDFText_CountChars(text_page)):
        code = code_at(text_page, index)
        is_hyphen = code in _LINE_END_HYPHENS
        sign = "-" if is_hyphen else _LIGATURES.get(code) or chr(min(code, sys.maxunicode))
        if code and not sign.isspace():
            if not word:
                first = index
            word.append(sign)
            last = index
            if not is_hyphen:
                continue
        if word:
            yield first, last, "".join(word)
            word = []
    if word:
        yield first, last, "".join(word)


def _direction(pdfium: Any, text_page: Any, places: Sequence[int]) -> int:
    """Return the direction of most characters at some places: 1 upwards, 2 to the left, 3 down."""
    angles = (pdfium.FPDFText_GetCharAngle(text_page, place) for place in places)
    quarters = Counter(-round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0)
    return quarters.most_common(1)[0][0] if quarters else 0


def _placed(pdfium: Any, text_page: Any, first: int, last: int, text: str, turned: int) -> Line:
    """Return a word with its place on the page, turned so that most text runs to the right."""
    box, x, y = pdfium.FS_RECTF(), pdfium.c_double(), pdfium.c_double()
    across: list[float] = []
    height = 0.0
    for index in (first, last):
        pdfium.FPDFText_GetLooseCharBox(text_page, index, box)
        left, low = _turned(box.left, box.bottom, turned)
        right, high = _turned(box.right, box.top, turned)
        across += [left, right]
        height = max(height, abs(high - low))  # that of a ligature is too small
    pdfium.FPDFText_GetCharOrigin(text_page, first, x, y)
    _, base = _turned(x.value, y.value, turned)
    # A pair of surrogates becomes one character again; a lone one is dropped when cleaned.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Line(min(across), max(across), base, height or 10.0, text)


def _turned(x: float, y: float, quarters: int) -> tuple[float, float]:
    """Return a point of a page that is turned clockwise by quarters."""
    x, y = (value if math.isfinite(value) else 0.0 for value in (x, y))
    return [(x, y), (y, -x), (-x, -y), (-y, x)][quarters % 4]


def _continues(line: Line, word: Line) -> bool:
    height = max(line.height, word.height)
    gap = word.x0 - line.x1
    return abs(word.y - line.y) <= _SAME_LINE * height and -height < gap <= _GAP * height


def _whole_lines(parts: list[Line]) -> list[Line]:
    """Join parts that stand close to each other on one line but were drawn in another order."""
    lines: list[Line] = []
    for row in _rows(parts):
        start = len(lines)
        for part in row:
            if len(lines) > start and _continues(lines[-1], part):
                blank = " " if part.x0 - lines[-1].x1 > 0.1 * part.height else ""
                lines[-1].text += blank + part.text
                lines[-1].x1 = max(lines[-1].x1, part.x1)
                lines[-1].height = max(lines[-1].height, part.height)
            else:
                lines.append(part)
    for line in lines:
        line.text = _UNREADABLE.sub("", line.text).strip()
    return [line for line in lines if line.text]


def _rows(parts: Sequence[Line]) -> list[list[Line]]:
    """Return the parts of each row of a page, from the top; those of a row from the left."""
    rows: list[list[Line]] = []
    for part in sorted(parts, key=lambda part: -part.y):
        if rows and rows[-1][0].y - part.y <= 0.3 * part.height:
            rows[-1].append(part)
        else:
            rows.append([part])
    return [sorted(row, key=lambda part: part.x0) for row in rows]


# -- Running headers and footers -----------------------------------------------------------------


def without_running_lines(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """Drop headers, footers and page numbers: what is at the same height of several pages.

    Such a line is the same on three pages, apart from a number that grows with the pages. A line
    that is only a page number has to be on two.
    """
    edges = [_edges(page) for page in pages]
    seen: Counter[tuple[str, int]] = Counter()
    for number, rows in enumerate(edges):
        seen.update({(key, place) for row in rows for key, place in _keys(row, number)})
    kept = []
    for number, (page, rows) in enumerate(zip(pages, edges, strict=True)):
        dropped = {id(part) for row in rows if _is_running(row, number, seen) for part in row}
        kept.append([part for part in page if id(part) not in dropped])
    return kept


def _edges(page: Sequence[Line]) -> list[list[Line]]:
    rows = _rows(page)
    return rows if len(rows) <= 2 * _EDGE_LINES else rows[:_EDGE_LINES] + rows[-_EDGE_LINES:]


def _keys(row: Sequence[Line], number: int) -> Iterator[tuple[str, int]]:
    """Yield what a running line has in common on all pages, with its height in steps of 4 points.

    That is its text, or its text with a number as the difference to the number of the page.
    """
    text = " ".join(part.text for part in row)
    place = round(row[0].y / 4)
    yield text, place
    for found in list(_NUMBER.finditer(text))[:3]:
        ahead = int(found[0]) - number
        yield f"{text[: found.start()]}\0{ahead}\0{text[found.end() :]}", place


def _is_running(row: Sequence[Line], number: int, seen: Counter[tuple[str, int]]) -> bool:
    text = " ".join(part.text for part in row)
    for key, place in _keys(row, number):
        times = sum(seen[key, near] for near in (place - 1, place, place + 1))
        is_page_number = "\0" in key and _ONLY_A_NUMBER.match(text)
        if times >= (2 if is_page_number else _SEEN_ON):
            return True
    return False


# -- Columns -------------------------------------------------------------------------------------


def columns(lines: list[Line], depth: int = 3) -> list[list[Line]]:
    """Return the blocks of a page in the order of reading, each with its lines from the top.

    Lines that cross the gutter, such as a title, separate the columns above them from those below.
    """
    gutter = _gutter(lines) if depth else None
    if gutter is None:
        return [_joined_rows(lines)] if lines else []
    blocks: list[list[Line]] = []
    left: list[Line] = []
    right: list[Line] = []
    across: list[Line] = []

    def close_columns() -> None:
        for column in (left, right):
            blocks.extend(columns(column[:], depth - 1))
            column.clear()

    def close_across() -> None:
        blocks.extend([_joined_rows(across)] if across else [])
        across.clear()

    for line in sorted(lines, key=lambda line: -line.y):
        if line.x0 < gutter < line.x1:
            close_columns()
            across.append(line)
        else:
            close_across()
            (left if line.x1 <= gutter else right).append(line)
    close_columns()
    close_across()
    return blocks


def _gutter(lines: Sequence[Line]) -> float | None:
    """Return the place between two columns, None if the lines are one column.

    It is where the fewest lines cross, with at least three lines of text on either side.
    """
    begins = sorted(line.x0 for line in lines)
    ends = sorted(line.x1 for line in lines)
    if len(lines) < 6 or (width := ends[-1] - begins[0]) <= 0:
        return None
    found: list[tuple[int, float]] = []
    for place in range(_BINS // 5, _BINS * 4 // 5):
        x = begins[0] + width * place / _BINS
        before, after = bisect_left(ends, x), len(begins) - bisect_left(begins, x)
        crossing = len(lines) - before - after
        if min(before, after) >= 3 and crossing <= before + after:
            found.append((crossing, x))
    if not found:
        return None
    fewest = min(crossing for crossing, _ in found)
    best = [x for crossing, x in found if crossing == fewest]
    runs: list[list[float]] = [[best[0]]]
    for x in best[1:]:
        if x - runs[-1][-1] < 1.5 * width / _BINS:
            runs[-1].append(x)
        else:
            runs.append([x])
    widest = max(runs, key=len)
    gutter = (widest[0] + widest[-1]) / 2
    left = [line for line in lines if line.x1 <= gutter]
    right = [line for line in lines if line.x0 >= gutter]
    return gutter if _is_prose(left) and _is_prose(right) else None


def _is_prose(lines: Sequence[Line]) -> bool:
    """Return whether most rows have words: figures and page numbers beside a text are no column."""
    return median(len(_WORD.findall(row.text)) for row in _joined_rows(lines)) >= _WORDS_IN_COLUMN


def _joined_rows(lines: Sequence[Line]) -> list[Line]:
    joined = []
    for row in _rows(lines):
        text = " ".join(part.text for part in row)
        end, height = max(part.x1 for part in row), max(part.height for part in row)
        joined.append(Line(row[0].x0, end, row[0].y, height, text))
    return joined


# -- Running text --------------------------------------------------------------------------------


@dataclass(slots=True)
class Text:
    """The text of a PDF, as it grows line by line."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> None:
        """Add a piece at the end."""
        self.pieces.append(text)
        self.length += len(text)

    def drop_last(self) -> None:
        """Remove the last character of the last piece."""
        self.pieces[-1] = self.pieces[-1][:-1]
        self.length -= 1


def running_text(pages: Sequence[list[Line]], prefixes: str) -> tuple[str, list[int]]:
    """Return the text of pages and the offset at which each begins.

    Args:
        pages: The lines of each page.
        prefixes: A regular expression of first parts that keep a hyphen: "self", "long".
    """
    kept = without_running_lines(pages)
    in_blocks = [columns(page) for page in kept]
    words = _vocabulary(kept)
    usual = _usual_spacing([block for page in in_blocks for block in page])
    text, offsets = Text(), []
    before: Line | None = None
    right = 0.0  # the right edge of the block of `before`
    for page in in_blocks:
        begins = True
        for block in page:
            spacing = _spacing(block, usual)
            edge = max(line.x1 for line in block)
            for place, line in enumerate(block):
                if before is not None:
                    same_block = place > 0
                    room = right - before.x1
                    if _starts_paragraph(before, line, room, spacing if same_block else None):
                        text.add("\n\n")
                    else:
                        _join(text, before.text, line.text, words, prefixes)
                if begins:
                    offsets.append(text.length)
                    begins = False
                text.add(line.text.replace(_HYPHEN_MARK, "")
                         + (_HYPHEN_MARK if line.text.endswith(_HYPHEN_MARK) else ""))  # fmt: skip
                before, right = line, edge
        if begins:
            offsets.append(-1)
    made = "".join(text.pieces)
    if made.endswith(_HYPHEN_MARK):
        made = made[:-1]
    following = len(made)
    for number in reversed(range(len(offsets))):  # an empty page begins where the next does
        following = offsets[number] = following if offsets[number] < 0 else offsets[number]
    return made, offsets


def _starts_paragraph(before: Line, line: Line, room: float, spacing: float | None) -> bool:
    """Return whether a line starts a paragraph.

    Args:
        before: The line before it in the order of reading.
        line: The line.
        room: Points between the end of the line before and the right edge of its column.
        spacing: Usual distance of two lines; None if another column or page starts here.
    """
    height = max(before.height, line.height)
    if abs(before.height - line.height) > 0.12 * height or line.text[0] in _BULLETS:
        return True
    ended = bool(_ENDS_SENTENCE.search(before.text))
    first_word = line.text.split(maxsplit=1)[0]
    needed = (line.x1 - line.x0) * (len(first_word) + 1) / len(line.text)
    is_short = room > needed + 0.5 * height
    if spacing is None:
        return ended or (is_short and line.text[0].isupper())
    if before.y - line.y > 1.3 * spacing:
        return True
    is_indented = line.x0 - before.x0 > 0.6 * height
    return ended and (is_short or is_indented)


def _join(text: Text, before: str, line: str, words: frozenset[str], prefixes: str) -> None:
    """Join two lines of a paragraph, and a word that a hyphen divides between them."""
    if before.endswith(_HYPHEN_MARK):
        text.drop_last()
    elif before[-1] in _HYPHENS and before[-2:-1].isalnum():
        if line[0].islower() and not _keeps_hyphen(before[:-1], line, words, prefixes):
            text.drop_last()
    else:
        text.add(" ")


def _keeps_hyphen(before: str, line: str, words: frozenset[str], prefixes: str) -> bool:
    """Return whether the hyphen between two lines belongs to the word, as in "long-term".

    The spelling elsewhere in the document decides, then a list of first parts.
    """
    first = before.rsplit(maxsplit=1)[-1].casefold()
    found = _WORD.match(line)
    second = found[0].casefold() if found else ""
    found = re.search(r"[^\W\d_]+(?:-[^\W\d_]+)*\Z", first)
    first = found[0] if found else ""
    if not first or not second:
        return True
    if f"{first}{second}" in words:
        return False
    return f"{first}-{second}" in words or bool(re.fullmatch(prefixes, first))


def _vocabulary(pages: Sequence[Sequence[Line]]) -> frozenset[str]:
    """Return the words that stand within a line somewhere."""
    return frozenset(
        word
        for page in pages
        for line in page
        for word in _WORD.findall(line.text.replace(_HYPHEN_MARK, "").casefold())
    )


def _usual_spacing(blocks: Sequence[Sequence[Line]]) -> float:
    """Return the distance of most lines of a document."""
    return median(found) if (found := [gap for block in blocks for gap in _gaps(block)]) else 0.0


def _spacing(block: Sequence[Line], usual: float) -> float:
    """Return the usual distance of two lines of a block."""
    gaps = sorted(_gaps(block))
    if len(gaps) < 4:
        return usual
    own = gaps[len(gaps) // 4]
    return own if own < 1.6 * usual else usual


def _gaps(block: Sequence[Line]) -> list[float]:
    return [above.y - line.y for above, line in pairwise(block)]


# -- The process ---------------------------------------------------------------------------------


def _limit_resources(limits: dict[str, Any]) -> None:
    """Limit the memory and the time of this process, where the system has such limits."""
    try:
        import resource
    except ImportError:  # Windows
        return
    seconds = math.ceil(limits["seconds"])
    for kind, *most in (
        (resource.RLIMIT_AS, limits["memory"], limits["memory"]),
        (resource.RLIMIT_CPU, seconds, seconds + 1),  # first SIGXCPU, which names the reason
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        try:
            resource.setrlimit(kind, (most[0], most[1]))
        except (ValueError, OSError):  # macOS refuses some
            continue


def main() -> None:
    """Read a PDF from standard input; the limits are the first argument, as JSON."""
    limits = json.loads(sys.argv[1])
    _limit_resources(limits)
    try:
        pages, images = read_pages(sys.stdin.buffer.read(), limits)
        text, offsets = running_text(pages, limits["prefixes"])
        made: dict[str, Any] = {"text": text, "pages": offsets, "images": images}
    except UnreadableError as error:
        made = {"error": str(error)}
    except MemoryError:
        made = {"error": "memory"}
    sys.stdout.buffer.write(json.dumps(made, ensure_ascii=False).encode())


if __name__ == "__main__":
    main()
