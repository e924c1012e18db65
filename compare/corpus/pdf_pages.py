"""The process that reads one PDF: its file comes from standard input, its text goes out as JSON.

`compare.corpus.pdf` starts this file by its path, so it imports nothing of the package. PDFium only
parses the file: scripts, forms and links in it are never run or followed.
"""

from __future__ import annotations

import json
import math
import re
import sys
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise
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
_LINE_NUMBER = re.compile(r"[0-9]{1,3}")
_PAGE = r"(page|p\.|seite|{})\W*(\d{{1,6}})(?=\W*(?:(?:of|/|von|de)\W*\d{{1,6}}\W*)?(?:{}))"
# A tab stands between two parts of a line.
_PAGE_NUMBER = re.compile(_PAGE.format(r"[|·•–—\t]|\A", r"\Z|[|·•–—\t]"), re.IGNORECASE)
_ONLY_A_NUMBER = re.compile(r"\W*" + _PAGE.format("", r"\Z"), re.IGNORECASE)
_ENDS_OR_PAUSES = re.compile(r"[.!?:;…,][\"'”’»)\]]*\Z|[a-z][.!?][\"'”’»)\]]*\d{1,3}\Z")
_ENDS_SENTENCE = re.compile(r"[.!?:;…][\"'”’»)\]]*(?:\d{1,3})?\Z")
_BULLETS = "•▪◦●‣■–—*"

_GAP = 1.0  # line heights between two words that belong to different columns
_SAME_LINE = 0.5  # most line heights between the baselines of a line and its superscripts
_BINS = 400  # places across a page at which a gutter can be
_WORDS_IN_COLUMN = 3  # in most of its lines
_SEEN_ON = 3  # pages on which a running line has to be; page numbers: 2
_WIDE = 1.15  # usual distances of lines between a running line and the text
_YEAR = 1000  # how far a bare number may be ahead of its page; a larger one can be a year
_LINE_NUMBERS = 6  # in a document that has some
_GUESSED = 0.1  # of the words of a page; bullets may be in fonts without names
_STEPS = 72  # directions that are told apart, clockwise


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


def read_pages(
    data: bytes, limits: dict[str, Any], left_out: Counter[str]
) -> tuple[list[list[Line]], list[int], list[int]]:
    """Return the lines of each page, and the numbers of pages that cannot be read or relied on.

    These are the pages that are only images, and those with a font that does not name its letters.

    Args:
        data: The file.
        limits: The most "pages" and "characters".
        left_out: Counts the words in another direction than most of their page.

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
    unnamed: list[int] = []
    left = limits["characters"]
    for number in range(1, count + 1):
        page = pdfium.FPDF_LoadPage(document, number - 1)
        lines, is_unnamed = _lines(pdfium, page, left_out) if page else ([], False)
        pages.append(lines)
        left -= sum(len(line.text) for line in lines)
        if left < 0:
            raise UnreadableError("characters")
        if is_unnamed:
            unnamed.append(number)
        elif page and not lines and _has_image(pdfium, page):
            images.append(number)
        pdfium.FPDF_ClosePage(page)
    if not any(pages):
        reasons = {"letters": unnamed, "images": images, "blank": count, "damaged": True}
        raise UnreadableError(next(reason for reason, holds in reasons.items() if holds))
    return pages, images, unnamed


def _has_image(pdfium: Any, page: Any) -> bool:
    """Return whether a page shows an image, or a form, which may hold one."""
    places = range(min(pdfium.FPDFPage_CountObjects(page), 1000))
    objects = (pdfium.FPDFPage_GetObject(page, place) for place in places)
    kinds = {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM}
    return any(pdfium.FPDFPageObj_GetType(one) in kinds for one in objects)


def _lines(pdfium: Any, page: Any, left_out: Counter[str]) -> tuple[list[Line], bool]:
    """Return the parts of lines of a page: words that follow each other without a wide gap.

    Also return whether PDFium guessed at the letters of many words, for want of names in the font.
    Words in another direction, such as a watermark or a stamp in the margin, are left out.
    """
    text_page = pdfium.FPDFText_LoadPage(page)
    if not text_page:
        return [], False
    words = list(_words(pdfium, text_page))
    guessed = sum(pdfium.FPDFText_HasUnicodeMapError(text_page, last) == 1 for _, last, _ in words)
    angles = [pdfium.FPDFText_GetCharAngle(text_page, first) for first, _, _ in words]
    main = _direction(angles, -pdfium.FPDFPage_GetRotation(page) * _STEPS // 4 % _STEPS)
    off = [angle * _STEPS / math.tau - main if angle >= 0 else 0 for angle in angles]
    # 2 steps are 10 degrees
    turned = [abs((steps + _STEPS / 2) % _STEPS - _STEPS / 2) > 2 for steps in off]
    leftwards = _runs_left("".join(text for _, _, text in words))
    lines: list[Line] = []
    was_apart = False
    for is_turned, group in groupby(zip(turned, words, strict=True), lambda entry: entry[0]):
        if is_turned:
            left_out[" ".join(text for _, (_, _, text) in group)] += 1
            continue
        for _, (first, last, text) in group:
            word = _placed(pdfium, text_page, first, last, text, -round(main / (_STEPS / 4)) % 4)
            if leftwards:  # mirrored, so that all that follows may count from the left
                word.x0, word.x1 = -word.x1, -word.x0
            # Latin words run against the others: they are put in order row by row
            apart = leftwards and not _runs_left(word.text)
            if lines and not apart and not was_apart and _continues(lines[-1], word):
                _extend(lines[-1], word, " ")
            else:
                lines.append(word)
            was_apart = apart
    pdfium.FPDFText_ClosePage(text_page)
    return _whole_lines(lines, leftwards), guessed > _GUESSED * len(words)


def _words(pdfium: Any, text_page: Any) -> Iterator[tuple[int, int, str]]:
    """Yield the words of a page in the order in which they are drawn, with their characters."""
    code_at = pdfium.FPDFText_GetUnicode
    word: list[str] = []
    first = last = 0
    for index in range(pdfium.FPDFText_CountChars(text_page) + 1):  # behind the last: 0
        code = code_at(text_page, index)
        is_hyphen = code in _LINE_END_HYPHENS and not pdfium.FPDFText_HasUnicodeMapError(
            text_page, index
        )
        sign = "-" if is_hyphen else _LIGATURES.get(code) or chr(min(code, sys.maxunicode))
        if code and not sign.isspace():
            first = index if not word else first
            word.append(sign)
            last = index
            if not is_hyphen:
                continue
        if word:
            yield first, last, "".join(word)
            word = []


def _direction(angles: Sequence[float], upright: int) -> int:
    """Return the direction of most words, in steps; a quarter of them is enough for `upright`."""
    steps = Counter(round(angle * _STEPS / math.tau) % _STEPS for angle in angles if angle >= 0)
    found, times = steps.most_common(1)[0] if steps else (upright, 0)
    return upright if 4 * steps[upright] >= times else found


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


def _runs_left(text: str) -> bool:
    """Tell whether most letters of a text belong to a script that runs from right to left."""
    kinds = Counter(map(unicodedata.bidirectional, text))
    return kinds["R"] + kinds["AL"] > kinds["L"]


def _with_latin_words(row: Sequence[Line]) -> list[Line]:
    """Join the Latin words of a mirrored row, which run against it, with numbers among them."""
    joined: list[Line] = []
    for part in row:
        last = joined[-1] if joined else None
        pair = f"{part.text} {last.text}" if last else ""
        is_latin = any(map(str.isalpha, pair)) and not any(map(_runs_left, pair.split()))
        if last and is_latin and _continues(last, part):
            joined[-1] = replace(part, x0=last.x0, text=pair)
        else:
            joined.append(part)
    return joined


def _continues(line: Line, word: Line) -> bool:
    height = max(line.height, word.height)
    gap = word.x0 - line.x1
    return abs(word.y - line.y) <= _SAME_LINE * height and -height < gap <= _GAP * height


def _extend(line: Line, part: Line, blank: str) -> None:
    line.text += blank + part.text
    line.x1 = max(line.x1, part.x1)
    line.height = max(line.height, part.height)


def _whole_lines(parts: list[Line], leftwards: bool) -> list[Line]:
    """Join parts that stand close to each other on one line but were drawn in another order."""
    lines: list[Line] = []
    for row in _rows(parts):
        start = len(lines)
        for part in _with_latin_words(row) if leftwards else row:
            if len(lines) > start and _continues(lines[-1], part):
                blank = " " if part.x0 - lines[-1].x1 > 0.1 * part.height else ""
                _extend(lines[-1], part, blank)
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


# -- Line numbers, running headers and footers ---------------------------------------------------


def without_line_numbers(pages: Sequence[list[Line]], left_out: Counter[str]) -> list[list[Line]]:
    """Drop the numbers of lines in a margin; they rise by one in most rows of a page."""
    for side in (0, -1):
        found: list[list[Line]] = []
        for page in pages:
            ends = [row[side] for row in _rows(page)]
            parts = [part for part in ends if _LINE_NUMBER.fullmatch(part.text)]
            steps = [int(low.text) == int(high.text) + 1 for high, low in pairwise(parts)]
            risen = map(any, zip([*steps, False], [False, *steps], strict=False))
            rising = [part for part, rises in zip(parts, risen, strict=False) if rises]
            found.append(rising if 2 * len(rising) > len(ends) else [])
        numbers = [int(part.text) for rising in found for part in rising]
        if len(numbers) >= _LINE_NUMBERS:
            left_out[f"{min(numbers)} … {max(numbers)}"] += len(numbers)
            pages = [_without(page, rising) for page, rising in zip(pages, found, strict=True)]
    return list(pages)


def _without(page: list[Line], parts: Sequence[Line]) -> list[Line]:
    """Return a page without some parts, but never without all."""
    dropped = {id(part) for part in parts}
    return [part for part in page if id(part) not in dropped] or page


def without_running_lines(pages: Sequence[list[Line]], left_out: Counter[str]) -> list[list[Line]]:
    """Drop headers, footers and page numbers: what is at the same height of several pages.

    Such a line is the same on three pages, apart from a page number. A line that is only a page
    number has to be on two. It is one of the two outermost lines, a gap parts it from the text, and
    it does not end a sentence. Whatever is in doubt stays: words that are lost are worse.
    """
    spacing = _usual_spacing([block for page in pages for block in columns(page)])
    edges = [list(_edges(_rows(page), spacing)) for page in pages]
    seen: Counter[tuple[str, int]] = Counter()
    for number, groups in enumerate(edges):
        seen.update({entry for rows in groups for row in rows for entry in _keys(row, number)})
    kept = []
    for number, (page, groups) in enumerate(zip(pages, edges, strict=True)):
        running: dict[int, tuple[str, list[Line]]] = {}
        for rows in groups:
            keys = [_running_key(row, number, seen) for row in rows]
            if all(keys):
                running |= {id(row): (key, row) for key, row in zip(keys, rows, strict=True)}
        kept.append(_without(page, [part for _, row in running.values() for part in row]))
        if len(kept[-1]) < len(page):
            left_out.update(re.sub(r"\0.*\0", "N", key) for key, _ in running.values())
    return kept


def _edges(rows: list[list[Line]], spacing: float) -> Iterator[list[list[Line]]]:
    """Yield the one and the two outermost rows at either end that a gap parts from the others."""
    for inwards in (rows, rows[::-1]):
        for count in range(1, min(3, len(inwards))):
            here, there = inwards[count - 1][0], inwards[count][0]
            wide = spacing if _differ_in_size(here, there) else _WIDE * spacing
            if abs(here.y - there.y) > wide:
                yield inwards[:count]


def _keys(row: Sequence[Line], number: int) -> Iterator[tuple[str, int]]:
    """Yield what a running line has in common on all pages, with its height in steps of 4 points.

    That is its text, or its text with its page number as the difference to the page's place.
    """
    text, place = "\t".join(part.text for part in row), round(row[0].y / 4)
    if not _ONLY_A_NUMBER.match(text):
        if _ENDS_OR_PAUSES.search(text):
            return
        yield text.replace("\t", " "), place
    for found in _PAGE_NUMBER.finditer(text):
        ahead = int(found[2]) - number
        if ahead < _YEAR or len(found[1]) > 1:
            key = f"{text[: found.start(2)]}\0{ahead}\0{text[found.end(2) :]}"
            yield key.replace("\t", " "), place


def _running_key(row: Sequence[Line], number: int, seen: Counter[tuple[str, int]]) -> str:
    """Return the key that makes a row a running line, or ""."""
    for key, place in _keys(row, number):
        times = sum(seen[key, near] for near in (place - 1, place, place + 1))
        is_page_number = "\0" in key and _ONLY_A_NUMBER.match(key.replace("\0", ""))
        if times >= (2 if is_page_number else _SEEN_ON):
            return key
    return ""


# -- Columns -------------------------------------------------------------------------------------


def columns(lines: list[Line], depth: int = 3) -> list[list[Line]]:
    """Return the blocks of a page in the order of reading, each with its lines from the top.

    Lines that cross the gutter, such as a title, separate the columns above them from those below.
    So does a gap below both columns.
    """
    gutter = _gutter(lines) if depth else None
    if gutter is None:
        return [_joined_rows(lines)] if lines else []
    sides = [one.y for one in lines if one.x0 < gutter], [one.y for one in lines if one.x1 > gutter]
    heights = [sorted(side, reverse=True) for side in sides]
    bottom = max(side[-1] for side in heights)
    gaps = [gap for side in heights for gap in pairwise(side)]
    gaps.sort(key=lambda gap: gap[1] - gap[0])
    blocks: list[list[Line]] = []
    left: list[Line] = []
    right: list[Line] = []
    across: list[Line] = []

    def close(*parts: list[Line]) -> None:
        for part in parts:
            blocks.extend(columns(part[:], 0 if part is across else depth - 1))
            part.clear()

    for line in sorted(lines, key=lambda line: -line.y):
        if line.x0 < gutter < line.x1:
            close(left, right)
            across.append(line)
        else:
            close(across)
            if left and right and _is_below(line, (left[-1].y, right[-1].y), bottom, gaps):
                close(left, right)
            (left if line.x1 <= gutter else right).append(line)
    close(left, right, across)
    return blocks


def _is_below(
    line: Line, ends: Sequence[float], bottom: float, gaps: Sequence[tuple[float, float]]
) -> bool:
    """Return whether a gap above a line runs through both columns, which end at these heights.

    Two paragraphs can end side by side by chance. So it is wider than any other of the gaps, which
    come with the widest first, or nothing follows in the column that ends at the bottom.
    """
    top = min(ends)
    others = (high - low for high, low in gaps if high < top or low > line.y)
    high, low = gaps[len(gaps) // 2]
    usual = high - low
    # an empty line is 2 usual distances
    widest = usual if bottom >= top else max(next(others, usual), 1.7 * usual)
    return top - line.y > 1.3 * widest and max(ends) - top <= 1.3 * usual


def _gutter(lines: Sequence[Line]) -> float | None:
    """Return the place between two columns, None if the lines are one column.

    It is where the fewest lines cross, with at least three lines of text on either side.
    """
    begins = sorted(line.x0 for line in lines)
    ends = sorted(line.x1 for line in lines)
    if len(lines) < 6 or (width := ends[-1] - begins[0]) <= 0:
        return None
    found: dict[int, list[float]] = {}  # places by the number of lines that cross them
    for place in range(_BINS // 5, _BINS * 4 // 5):
        x = begins[0] + width * place / _BINS
        before, after = bisect_left(ends, x), len(begins) - bisect_left(begins, x)
        crossing = len(lines) - before - after
        if min(before, after) >= 3 and crossing <= before + after:
            found.setdefault(crossing, []).append(x)
    if not found:
        return None
    runs: list[list[float]] = []
    for x in found[min(found)]:
        if not runs or x - runs[-1][-1] >= 1.5 * width / _BINS:
            runs.append([])
        runs[-1].append(x)
    widest = max(runs, key=len)
    gutter = (widest[0] + widest[-1]) / 2
    sides = [one for one in lines if one.x1 <= gutter], [one for one in lines if one.x0 >= gutter]
    return gutter if all(map(_is_prose, sides)) else None


def _is_prose(lines: Sequence[Line]) -> bool:
    """Return whether most rows have words: figures beside a text are no column."""
    return median(len(_WORD.findall(row.text)) for row in _joined_rows(lines)) >= _WORDS_IN_COLUMN


def _joined_rows(lines: Sequence[Line]) -> list[Line]:
    joined = []
    for row in _rows(lines):
        text = " ".join(part.text for part in row)
        end, height = max(part.x1 for part in row), max(part.height for part in row)
        joined.append(Line(row[0].x0, end, row[0].y, height, text))
    return joined


# -- Running text --------------------------------------------------------------------------------


def running_text(kept: Sequence[list[Line]], prefixes: str) -> tuple[str, list[int]]:
    """Return the text of pages and the offset at which each begins.

    Args:
        kept: The lines of each page, without those that are left out.
        prefixes: A regular expression of first parts that keep a hyphen: "self", "long".
    """
    in_blocks = [columns(page) for page in kept]
    words = _vocabulary(kept)
    usual = _usual_spacing([block for page in in_blocks for block in page])
    pieces: list[str] = []
    starts: list[int] = []  # the first piece of each page; that of the next if it has none
    begun = 0
    before: Line | None = None
    right = 0.0  # the right edge of the block of `before`
    for page in in_blocks:
        begun += 1
        for block in page:
            spacing = _spacing(block, usual)
            edge = max(line.x1 for line in block)
            for place, line in enumerate(block):
                if before is not None:
                    room = right - before.x1
                    if _starts_paragraph(before, line, room, spacing if place else None):
                        pieces.append("\n\n")
                    else:
                        _join(pieces, before.text, line.text, words, prefixes)
                starts += [len(pieces)] * (begun - len(starts))
                mark = _HYPHEN_MARK if line.text.endswith(_HYPHEN_MARK) else ""
                pieces.append(line.text.replace(_HYPHEN_MARK, "") + mark)
                before, right = line, edge
    starts += [len(pieces)] * (begun - len(starts))
    made = "".join(pieces).removesuffix(_HYPHEN_MARK)
    ends = [0, *accumulate(map(len, pieces))]
    return made, [min(ends[start], len(made)) for start in starts]


def _starts_paragraph(before: Line, line: Line, room: float, spacing: float | None) -> bool:
    """Return whether a line starts a paragraph.

    Args:
        before: The line before it in the order of reading.
        line: The line.
        room: Points between the end of the line before and the right edge of its column.
        spacing: Usual distance of two lines; None if another column or page starts here.
    """
    height = max(before.height, line.height)
    if _differ_in_size(before, line) or line.text[0] in _BULLETS:
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


def _differ_in_size(line: Line, other: Line) -> bool:
    return abs(line.height - other.height) > 0.12 * max(line.height, other.height)


def _join(pieces: list[str], before: str, line: str, words: frozenset[str], prefixes: str) -> None:
    """Join two lines of a paragraph, and a word that a hyphen divides between them."""
    if before.endswith(_HYPHEN_MARK):
        pieces[-1] = pieces[-1][:-1]
    elif before[-1] in _HYPHENS and before[-2:-1].isalnum():
        if line[0].islower() and not _keeps_hyphen(before[:-1], line, words, prefixes):
            pieces[-1] = pieces[-1][:-1]
    else:
        pieces.append(" ")


def _keeps_hyphen(before: str, line: str, words: frozenset[str], prefixes: str) -> bool:
    """Return whether the hyphen between two lines belongs to the word, as in "long-term".

    The spelling elsewhere in the document decides, then a list of first parts.
    """
    found = re.search(rf"{_WORD.pattern}\Z", before.rsplit(maxsplit=1)[-1].casefold())
    following = _WORD.match(line.casefold())
    if not found or not following:
        return True
    first, second = found[0], following[0]
    if f"{first}{second}" in words:
        return False
    return f"{first}-{second}" in words or bool(re.fullmatch(prefixes, first))


def _vocabulary(pages: Sequence[Sequence[Line]]) -> frozenset[str]:
    """Return the words that stand within a line somewhere."""
    texts = (line.text.replace(_HYPHEN_MARK, "").casefold() for page in pages for line in page)
    return frozenset(word for text in texts for word in _WORD.findall(text))


def _usual_spacing(blocks: Sequence[Sequence[Line]]) -> float:
    """Return the distance of most lines of a document; their height if no two are near."""
    heights = [line.height for block in blocks for line in block] or [0.0]
    most = 3 * median(heights)
    return median([gap for block in blocks for gap in _gaps(block) if gap < most] or heights)


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
    """Limit the memory, time and files of this process, where the system has such limits."""
    try:
        import resource
    except ImportError:  # Windows
        return
    seconds = math.ceil(limits["seconds"])
    for kind, soft, hard in (
        (resource.RLIMIT_AS, limits["memory"], limits["memory"]),
        (resource.RLIMIT_CPU, seconds, seconds + 1),  # first SIGXCPU, which names the reason
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, 0, 0),  # no other file and no connection can be opened
    ):
        with suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (soft, hard))


def main() -> None:
    """Read a PDF from standard input; the limits are the first argument, as JSON."""
    import heapq  # noqa: F401  # `Counter` needs it, and no more files can be opened later

    import pypdfium2.raw  # noqa: F401

    limits = json.loads(sys.argv[1])
    _limit_resources(limits)
    left_out = {kind: Counter[str]() for kind in ("turned", "numbers", "running")}
    try:
        data = sys.stdin.buffer.read()
        pages, images, unnamed = read_pages(data, limits, left_out["turned"])
        pages = without_line_numbers(pages, left_out["numbers"])
        pages = without_running_lines(pages, left_out["running"])
        text, offsets = running_text(pages, limits["prefixes"])
        made: dict[str, Any] = {"text": text, "pages": offsets, "left_out": left_out}
        made |= {"images": images, "unnamed": unnamed}
    except UnreadableError as error:
        made = {"error": str(error)}
    except MemoryError:
        made = {"error": "memory"}
    sys.stdout.buffer.write(json.dumps(made, ensure_ascii=False).encode())


if __name__ == "__main__":
    main()
