"""Positions as a notebook shows them: a row a party, quiet, and safe (see `export.notebook`)."""

from __future__ import annotations

from compare.comparison.positions import PositionTable
from compare.export.cards import time_html
from compare.export.notebook import formulas, short, text, wrapped
from compare.export.words import counted
from compare.results.positions import SILENT, Position, Positions
from compare.results.result import Pair, Stance
from compare.statements.statement import Quotation

MOST_SHOWN = 20
"""Parties shown: the first half of them the most opposed, the second the most agreeing."""

_HEAD = ("Party", "Place", "Strongest against", "Strongest for")


def positions_html(positions: Positions, most: int = MOST_SHOWN) -> str:
    """Return at most `most` parties as HTML, and how many there are besides."""
    placed = positions.placed
    half = (most + 1) // 2
    shown = (
        placed if len(placed) <= most else (*placed[:half], *placed[len(placed) - most + half :])
    )
    rows = "".join(_row(position) for position in shown)
    head = "".join(f"<th>{name}</th>" for name in _HEAD)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    left = len(placed) - len(shown)
    more = f"<p>… and {left:,} between them: <code>.to_pandas()</code> has all.</p>" if left else ""
    counts = (
        f"{len(placed):,} placed from opposed (-1) to agreeing (+1), {len(positions.undecided):,} "
        f"take no side, {len(positions.silent):,} say nothing near it."
    )
    notes = "".join(f"<p><small>{text(note)}</small></p>" for note in positions.notes)
    return wrapped(positions.proposition, f"<p>{counts}</p>{table}{more}{notes}")


def beside_html(table: PositionTable, most: int = MOST_SHOWN) -> str:
    """Return the `most` parties with places on most propositions, beside the propositions."""

    def often(name: str) -> tuple[int, str]:
        return -sum(cell is not None for cell in table.cells[name]), name

    names = sorted(sorted(table.cells, key=often)[:most])
    head = "".join(f"<th>{text(p)}</th>" for p in ("Party", *table.propositions))
    rows = "".join(
        f"<tr><td><b>{text(name)}</b></td>"
        + "".join(
            f"<td>{_cell(one, name, cell)}</td>"
            for one, cell in zip(table.positions, table.cells[name], strict=True)
        )
        + "</tr>"
        for name in names
    )
    left = len(table.cells) - len(names)
    more = f"<p>… and {left:,} more: <code>.to_pandas()</code> has all.</p>" if left else ""
    counts = f"{counted(len(table.cells), 'party', 'parties')} placed on any of them."
    body = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    return wrapped("Several propositions", f"<p>{counts}</p>{body}{more}")


def _cell(positions: Positions, name: str, position: Position | None) -> str:
    if position is None:
        return positions.standings.get(name, SILENT)
    return f"{position.score.mean:+.2f}<small>n = {position.score.passages}</small>"


def _row(position: Position) -> str:
    place, verdict = position.score, "agree" if position.score.mean > 0 else "oppose"
    between = "" if place.low is None else f"<small>{place.low:+.2f} to {place.high:+.2f}</small>"
    dates = ""
    if position.dates:
        first, last = (time_html(date) for date in position.dates)
        dates = f"<small>{first if first == last else f'{first} to {last}'}</small>"
    cells = [
        f'<td class="cp-nb-{verdict}"><b>{text(position.name)}</b>{formulas(dates)}</td>',
        f"<td>{place.mean:+.2f}{between}<small>n = {place.passages}</small></td>",
        *(f"<td>{_words(position.strongest(side))}</td>" for side in (Stance.OPPOSE, Stance.AGREE)),
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _words(pair: Pair | None) -> str:
    if pair is None:
        return ""
    who = ", ".join(filter(None, (pair.b.statement.speaker, pair.b.statement.source)))
    day = f", {time_html(pair.b.statement.date)}" if pair.b.statement.date else ""
    below = f"<small>{text(short(who))}{formulas(day)}</small>"
    words = text(pair.b.text)
    said = f"“{words}”" if pair.b.statement.quotation is Quotation.DIRECT else words
    return f'<span dir="auto">{said}</span>{below}'
