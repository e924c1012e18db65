"""The charts as SVG, for a paper: the same numbers, with what they stand on written below."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from compare.comparison.counts import Cell, YearCount
from compare.export.cards import text_html
from compare.export.words import counted

COLOURS = {
    "light": {
        "agree": "#0a5c9e",
        "oppose": "#a83e07",
        "even": "#efece4",
        "ink": "#24211d",
        "paper": "#fbfaf6",
    },
    "dark": {
        "agree": "#7fbcf2",
        "oppose": "#f2a077",
        "even": "#26282c",
        "ink": "#e9e5dc",
        "paper": "#16171a",
    },
}
"""Those of cards.css; agree is told from oppose in every form of colour blindness."""

_LIGHT = COLOURS["light"]
_WIDTH = 720
_CELL = 64
_CLEAR = 0.35
"""How far from one half a share is where its colour is dark."""


JOINT_COUNTS = "What several said jointly counts once for each two of them."


def stands_on(read: int, decided: int) -> str:
    """Return how few pairs a number stands on."""
    return f"n = {counted(read, 'pair')} read, {decided:,} decided."


def clear(cell: Cell) -> bool:
    """Tell whether a cell's colour is dark, so that its words have to be light."""
    return cell.opposed is not None and abs(cell.opposed - 0.5) > _CLEAR


def years_svg(counts: Sequence[YearCount], over_time: bool = False) -> bytes:
    """Return the pairs of each year: agree above the line, oppose below; over time, what changed.

    Every bar has its number; a scale is not needed.
    """
    names = [("oppose", "Changed")] if over_time else [("agree", "Agree"), ("oppose", "Opposed")]
    up = [count.oppose if over_time else count.agree for count in counts]
    down = [0 if over_time else count.oppose for count in counts]
    tall = max(1, max(up) + max(down))
    each, line = (_WIDTH - 20) / len(counts), 50 + 240 * max(up) / tall
    marks = []
    for n, count in enumerate(counts):
        left, middle = 10 + n * each, 10 + (n + 0.5) * each
        for pairs, way, kind in ((up[n], -1, names[0][0]), (down[n], 1, "oppose")):
            height = 240 * pairs / tall
            top = line - height if way < 0 else line
            marks.append(box(left + each * 0.1, top, each * 0.8, height, _LIGHT[kind]))
            if pairs:
                at = line + way * (height + (4 if way < 0 else 13))
                marks.append(text(middle, at, f"{pairs:,}", size=11))
        if n % max(1, math.ceil(len(counts) * 40 / _WIDTH)) == 0:
            marks.append(text(middle, 330, str(count.year)))
    marks.append(box(10, line - 0.5, _WIDTH - 20, 1, _LIGHT["ink"]))
    for n, (kind, name) in enumerate(names):
        marks += [
            box(10 + 100 * n, 10, 12, 12, _LIGHT[kind]),
            text(28 + 100 * n, 21, name, "start"),
        ]
    decided = sum(count.agree + count.oppose for count in counts)
    note = stands_on(sum(count.read for count in counts), decided)
    return figure(_WIDTH, 375, "Pairs by year", marks, note)


def matrix_svg(cells: Sequence[Cell], parties: Sequence[str]) -> bytes:
    """Return the share opposed of each two of `parties`, coloured and as counts."""
    place = {party: n for n, party in enumerate(parties)}
    left, top = 200, 30
    marks = []
    for party, n in place.items():
        marks.append(text(left - 8, top + (n + 0.6) * _CELL, party, "end"))
        below = top + len(parties) * _CELL + 14
        marks.append(text(left + (n + 0.5) * _CELL, below, party, "end", turned=True))
    drawn = [cell for cell in cells if cell.a in place and cell.b in place]
    for cell in drawn:
        told = f"{cell.oppose}/{cell.agree + cell.oppose}"
        ink = _LIGHT["paper" if clear(cell) else "ink"]
        for one, other in ((cell.a, cell.b), (cell.b, cell.a)):
            x, y = left + place[one] * _CELL, top + place[other] * _CELL
            marks.append(box(x + 1, y + 1, _CELL - 2, _CELL - 2, shade(cell.opposed)))
            marks.append(text(x + _CELL / 2, y + _CELL * 0.58, told, ink=ink))
    read, decided = sum(c.read for c in drawn), sum(c.agree + c.oppose for c in drawn)
    note = f"In a cell: opposed pairs of decided pairs. {stands_on(read, decided)} {JOINT_COUNTS}"
    height = top + len(parties) * _CELL + 190
    wide = max(_WIDTH, left + len(parties) * _CELL + 20)
    return figure(wide, height, "Who agrees with whom", marks, note)


def shade(share: float | None) -> str:
    """Return the colour of a share: from that of agree over the even one to that of oppose."""
    if share is None:
        return _LIGHT["even"]
    ends = _LIGHT["even"], _LIGHT["oppose" if share > 0.5 else "agree"]
    parts = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in ends]
    far = abs(share - 0.5) * 2
    mixed = (round(a + (b - a) * far) for a, b in zip(*parts, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def box(x: float, y: float, width: float, height: float, colour: str) -> str:
    """Return a rectangle."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
    )


def text(
    x: float,
    y: float,
    words: str,
    anchor: str = "middle",
    *,
    size: int = 12,
    ink: str = _LIGHT["ink"],
    turned: bool = False,
) -> str:
    """Return words in one line, cut where they are long; untrusted ones are escaped."""
    turn = f' transform="rotate(-40 {x:.1f} {y:.1f})"' if turned else ""
    short = words if len(words) <= 28 else words[:27] + "…"
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
        f'fill="{ink}"{turn}>{text_html(short)}</text>'
    )


def figure(width: int, height: int, title: str, marks: Iterable[str], note: str) -> bytes:
    """Return a whole SVG; `note`, what the numbers stand on, is written at its foot."""
    below = (
        f'<text x="10" y="{height - 14}" font-size="11" fill="{_LIGHT["ink"]}">'
        f"{text_html(note)} Chosen and labelled by a model; no random sample.</text>"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="Source Sans 3, Helvetica, Arial, sans-serif">'
        f"<title>{text_html(title)}</title>{''.join(marks)}{below}</svg>\n"
    ).encode()
