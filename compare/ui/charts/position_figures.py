"""The charts of places as SVG, for a paper: the same numbers, with what they stand on below."""

from __future__ import annotations

from collections.abc import Sequence

from compare.comparison.propositions import Agreement, AgreementMatrix
from compare.export.cards import text_html
from compare.export.words import counted
from compare.results.positions import PeriodPlace, Place, Position
from compare.ui.charts.figures import COLOURS, box, figure, shade, text
from compare.ui.charts.position_charts import KINDS, kind

_LIGHT = COLOURS["light"]
_COLOURS = dict(zip(KINDS, ("agree", "oppose", "ink", "ink"), strict=True))
_WIDTH, _LEFT, _ROW = 720, 220, 20
_PANEL, _HIGH = 220, 150
_CELL = 56


def stands_on(positions: Sequence[Position]) -> str:
    """Return on how few passages places stand."""
    few = sum(position.place.low is None for position in positions)
    told = (
        f"n = {counted(sum(p.place.passages for p in positions), 'passage')} of "
        f"{counted(len(positions), 'party', 'parties')}, in brackets by party"
    )
    return f"{told}; {few:,} with too few for an interval." if few else f"{told}."


def places_svg(positions: Sequence[Position], proposition: str, placed: int) -> bytes:
    """Return a dot a party with its 95 % interval, the most agreeing above.

    Args:
        positions: Those that are drawn, from opposed to agreeing.
        proposition: What was asked.
        placed: How many have a place; the note says where not all are drawn.
    """
    top, bottom = 90, 90 + _ROW * len(positions)
    marks = head(proposition, _WIDTH)
    for value in (-1.0, -0.5, 0.0, 0.5, 1.0):
        x = _across(value)
        marks.append(box(x - 0.5, top - 8, 1, bottom - top + 8, _LIGHT["even" if value else "ink"]))
        marks.append(text(x, bottom + 16, f"{value:+.1f}" if value else "0", size=11))
    marks.append(text(_across(-1), bottom + 32, "Opposed", "start", size=11))
    marks.append(text(_across(1), bottom + 32, "Agreeing", "end", size=11))
    for n, position in enumerate(reversed(positions)):
        y = top + (n + 0.5) * _ROW
        marks.append(text(_LEFT - 42, y + 4, position.name, "end"))
        marks.append(text(_LEFT - 12, y + 4, f"({position.place.passages:,})", "end"))
        marks += _dot(position.place, _across(position.place.mean), y, sideways=True)
    for n, name in enumerate(KINDS):
        x = 18 + n * 175
        marks += [_shape(name, x, 62), text(x + 10, 66, name, "start", size=11)]
    some = f"The {len(positions):,} of {placed:,} with most passages. "
    note = (some if placed > len(positions) else "") + stands_on(positions)
    return figure(_WIDTH, bottom + 70, proposition, marks, note)


def periods_svg(
    panels: Sequence[tuple[str, Sequence[PeriodPlace]]], proposition: str, years: int
) -> bytes:
    """Return a panel a party: its places by period, with the number of passages of each."""
    columns = min(3, max(1, len(panels)))
    marks = head(proposition, _WIDTH, "Upper line: agreeing (+1). Lower line: opposed (-1).")
    found = [one.start for _, places in panels for one in places]
    starts = list(range(min(found), max(found) + 1, years)) if found else []
    every = max(1, -(-len(starts) // 5))
    for n, (name, places) in enumerate(panels):
        left = 20 + (n % columns) * (_PANEL + 15)
        top = 80 + (n // columns) * (_HIGH + 55)
        marks.append(text(left, top - 12, name, "start"))
        for value in (-1.0, 0.0, 1.0):
            y = top + (1 - value) / 2 * _HIGH
            marks.append(box(left, y - 0.5, _PANEL, 1, _LIGHT["even" if value else "ink"]))
        wide = _PANEL / max(1, len(starts))
        for at, start in enumerate(starts[::every]):
            marks.append(
                text(left + (at * every + 0.5) * wide, top + _HIGH + 16, str(start), size=10)
            )
        for one in places:
            x = left + (starts.index(one.start) + 0.5) * wide
            y = top + (1 - one.place.mean) / 2 * _HIGH
            marks += _dot(one.place, x, y, top=top)
            marks.append(text(x + 8, y + 3.5, f"{one.place.passages:,}", "start", size=9))
    rows = -(-len(panels) // columns)
    number = sum(one.place.passages for _, places in panels for one in places)
    note = f"Periods of {counted(years, 'year')}; numbers are passages, n = {number:,} in all."
    return figure(_WIDTH, 80 + rows * (_HIGH + 55) + 20, proposition, marks, note)


def agreement_svg(matrix: AgreementMatrix, parties: Sequence[str], propositions: int) -> bytes:
    """Return a square of cells in the order of the clusters."""
    place = {party: n for n, party in enumerate(parties)}
    left, top = 200, 30
    marks = []
    for party, n in place.items():
        marks.append(text(left - 8, top + (n + 0.6) * _CELL, party, "end"))
        below = top + len(parties) * _CELL + 14
        marks.append(text(left + (n + 0.5) * _CELL, below, party, "end", turned=True))
    for cell in matrix.cells:
        if cell.a in place and cell.b in place:
            marks += _cell(cell, left + place[cell.a] * _CELL, top + place[cell.b] * _CELL)
            marks += _cell(cell, left + place[cell.b] * _CELL, top + place[cell.a] * _CELL)
    note = (
        f"1 - mean distance / 2 over the propositions on which both take a side (n in a cell, of "
        f"{propositions:,})."
    )
    wide = max(_WIDTH, left + len(parties) * _CELL + 20)
    return figure(wide, top + len(parties) * _CELL + 190, "Who stands near whom", marks, note)


def _cell(cell: Agreement, x: float, y: float) -> list[str]:
    far = abs(cell.agreement - 0.5) * 2
    ink = _LIGHT["paper" if far > 0.7 else "ink"]
    middle = x + _CELL / 2
    return [
        box(x + 1, y + 1, _CELL - 2, _CELL - 2, shade(1 - cell.agreement)),
        text(middle, y + _CELL * 0.48, f"{cell.agreement:.2f}", ink=ink),
        text(middle, y + _CELL * 0.76, f"n {cell.propositions}", size=10, ink=ink),
    ]


def head(proposition: str, width: int, below: str = "") -> list[str]:
    """Return the proposition on one line, cut where it is long; it stands whole in the title."""
    most = width // 8
    short = proposition if len(proposition) <= most else proposition[: most - 1] + "…"
    ink = _LIGHT["ink"]
    return [
        f'<text x="10" y="28" font-size="15" font-weight="600" fill="{ink}">'
        f"{text_html(short)}</text>",
        f'<text x="10" y="46" font-size="11" fill="{ink}">{text_html(below)}</text>',
    ]


def _across(value: float) -> float:
    return _LEFT + (value + 1) / 2 * (_WIDTH - _LEFT - 24)


def _dot(
    place: Place, x: float, y: float, *, sideways: bool = False, top: float = 0.0
) -> list[str]:
    """Return a place with its interval, along the line or upright in a panel."""
    name = kind(place)
    marks = []
    if place.low is not None and place.high is not None:
        colour = _LIGHT[_COLOURS[name]]
        if sideways:
            low, high = _across(place.low), _across(place.high)
            marks.append(box(low, y - 1, high - low, 2, colour))
        else:
            low, high = (top + (1 - value) / 2 * _HIGH for value in (place.low, place.high))
            marks.append(box(x - 1, high, 2, low - high, colour))
    return [*marks, _shape(name, x, y)]


def _shape(name: str, x: float, y: float) -> str:
    """Return the disc, diamond, square or triangle of a kind."""
    colour = _LIGHT[_COLOURS[name]]
    if name == KINDS[0]:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>'
    points = {
        KINDS[1]: ((0, -6), (6, 0), (0, 6), (-6, 0)),
        KINDS[2]: ((-4, -4), (4, -4), (4, 4), (-4, 4)),
        KINDS[3]: ((0, -5), (5, 4), (-5, 4)),
    }[name]
    path = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in points)
    return f'<polygon points="{path}" fill="{colour}"/>'
