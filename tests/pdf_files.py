"""Small PDFs written by hand: Helvetica text at given places, and files that are damaged."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

WIDTH, HEIGHT = 595, 842
LEFT, TOP, LEADING, SIZE = 72, 760, 14, 11


class Line(NamedTuple):
    """A line of text: its left end and baseline in points from the lower left, and its size."""

    x: float
    y: float
    text: str
    size: float = SIZE


IMAGE = Line(0, 0, "")
"""On a page, stands for an image instead of text."""


def pdf(*pages: Sequence[Line], compressed: bool = False, extra: str = "") -> bytes:
    """Return a PDF with these lines on its pages; `extra` goes into the dictionary of each page."""
    return with_content(
        *(b"\n".join(map(_drawn, lines)) for lines in pages), compressed=compressed, extra=extra
    )


def with_content(*pages: bytes, compressed: bool = False, extra: str = "") -> bytes:
    """Return a PDF with these content streams on its pages."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    objects.append(
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    )
    image = stream(b"\xff", "/Type /XObject /Subtype /Image /Width 1 /Height 1 "
                   "/BitsPerComponent 8 /ColorSpace /DeviceGray")  # fmt: skip
    objects.append(image)
    kids = []
    for content in pages:
        if compressed:
            objects.append(stream(zlib.compress(content), "/Filter /FlateDecode"))
        else:
            objects.append(stream(content))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] {extra} "
            "/Resources << /Font << /F1 3 0 R >> /XObject << /I1 4 0 R >> >> "
            f"/Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return assembled(objects)


def text_page(text: str, top: float = TOP, leading: float = LEADING) -> list[Line]:
    """Return a text as the lines of a page, one below the other; an empty line leaves a gap."""
    return [
        Line(LEFT, top - number * leading, line)
        for number, line in enumerate(text.splitlines())
        if line
    ]


def right_to_left(rows: Sequence[str], *, in_order: bool) -> bytes:
    """Return a PDF of rows in a right-to-left script, letters of 6 points, flush right at 520.

    Words are drawn from the left, or `in_order`, from the right. Latin words and numbers that
    follow each other run from the left.
    """
    codes = {sign: at for at, sign in enumerate(sorted({*"".join(rows)} - {" "}), start=33)}
    drawn = []
    for n, row in enumerate(rows):
        right, placed = 520, []
        for is_latin, run in groupby(row.split(), str.isascii):
            words = [*run]
            for word in reversed(words) if is_latin else words:
                right -= 6 * len(word)
                placed.append((right, word if is_latin else word[::-1]))
                right -= 6
        for x, word in placed if in_order else sorted(placed):
            shown = "".join(f"{codes[sign]:02X}" for sign in word)
            drawn.append(f"BT /F1 10 Tf {x} {TOP - LEADING * n} Td <{shown}> Tj ET")
    names = "".join(f"<{at:02X}> <{ord(sign):04X}>\n" for sign, at in codes.items())
    return assembled(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [6 0 R] /Count 1 >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /ToUnicode 4 0 R >>",
            stream(
                "begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
                f"{len(codes)} beginbfchar\n{names}endbfchar endcmap".encode()
            ),
            stream("\n".join(drawn).encode()),
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] "
            "/Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>",
        ]
    )


def write_pdf(path: Path, *pages: str | Sequence[Line]) -> Path:
    """Write a PDF whose pages are texts or lines."""
    drawn = (text_page(page) if isinstance(page, str) else page for page in pages)
    path.write_bytes(pdf(*drawn))
    return path


def stream(content: bytes, dictionary: str = "") -> str:
    """Return a stream object; its bytes as Latin-1."""
    return (
        f"<< /Length {len(content)} {dictionary} >>\nstream\n{content.decode('latin-1')}\nendstream"
    )


def assembled(objects: Sequence[str], trailer: str = "") -> bytes:
    """Return a PDF of numbered objects, the first of which is its catalogue."""
    made = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\n"
        f"startxref\n{len(made)}\n%%EOF\n"
    )
    return made + end.encode("latin-1")


def _drawn(line: Line) -> bytes:
    if line is IMAGE:
        return b"q 500 0 0 700 40 40 cm /I1 Do Q"
    text = line.text.encode("cp1252").replace(b"\\", b"\\\\")
    text = text.replace(b"(", b"\\(").replace(b")", b"\\)")
    return f"BT /F1 {line.size} Tf {line.x} {line.y} Td (".encode() + text + b") Tj ET"
