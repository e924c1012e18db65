"""Positions as the terminal shows them."""

from __future__ import annotations

from collections.abc import Sequence

from compare.cli.lines import attribution, words_shown
from compare.cli.output import MISSING, Table, remark, say, show_table
from compare.comparison.propositions import AgreementMatrix
from compare.results.positions import Actor, Position, Positions, PositionScore
from compare.results.result import Stance

_NAMED = 12
_BAR = 21


def show_positions(positions: Positions, limit: int, period: int | None) -> None:
    """Print where the parties stand, their strongest passages, and who takes no side.

    Args:
        positions: On one proposition.
        limit: Most parties.
        period: Years of the periods of a second table; None: there is none.
    """
    for note in positions.notes[:-1]:
        remark(f"Note: {note}")
    placed = positions.placed
    rows = [_row(position) for position in placed[:limit]]
    columns = ("party", "opposed ··· agreeing", "place", "95 %", "passages", "agree", "oppose")
    show_table(Table(positions.proposition, (*columns, "first", "last"), rows, names=2))
    if len(placed) > limit:
        say(f"… and {len(placed) - limit} more (--limit {len(placed)})")
    for position in placed[:limit]:
        _show_strongest(position)
    _show_others("NEAR, BUT TAKING NO SIDE", positions.undecided)
    _show_others("SILENT", positions.silent)
    if period:
        periods = [
            (
                one.actor.name,
                f"{one.start} to {one.end}",
                f"{one.score.mean:+.2f}",
                _between(one.score),
                str(one.score.passages),
            )
            for one in positions.by_period(period)
        ]
        head = ("party", "years", "place", "95 %", "passages")
        show_table(Table(f"By {period} years", head, periods, names=2))


def _between(place: PositionScore) -> str:
    if place.low is None or place.high is None:
        return "too few"
    return f"{place.low:+.2f} to {place.high:+.2f}"


def _row(position: Position) -> list[str]:
    place, dates = position.score, position.dates
    first, last = (date.iso for date in dates) if dates else ("", "")
    counts = (place.passages, len(position.of(Stance.AGREE)), len(position.of(Stance.OPPOSE)))
    figures = (f"{place.mean:+.2f}", _between(place), *map(str, counts))
    return [position.name, _bar(position), *figures, first, last]


def _bar(position: Position) -> str:
    """Return a line from -1 to 1 with the interval on it and the place as a dot."""

    def at(value: float) -> int:
        return round((value + 1) / 2 * (_BAR - 1))

    place = position.score
    line = ["·"] * _BAR
    line[_BAR // 2] = "|"
    if place.low is not None and place.high is not None:
        for n in range(at(place.low), at(place.high) + 1):
            line[n] = "-"
    line[at(place.mean)] = "o"
    return "".join(line)


def _show_strongest(position: Position) -> None:
    say()
    say(position.name)
    for stance in (Stance.AGREE, Stance.OPPOSE):
        if pair := position.strongest(stance):
            words = words_shown(pair.b.statement, pair.b.text)
            say(f"  {stance.value:6} {pair.probabilities.of(stance):.2f} {words}")
            say(f"              {attribution(pair.b.statement)}")


def _show_others(title: str, actors: Sequence[Actor]) -> None:
    if not actors:
        return
    most = sorted(actors, key=lambda actor: (-actor.statements, actor.name))
    named = "; ".join(f"{actor.name} ({actor.statements:,})" for actor in most[:_NAMED])
    more = f"; and {len(most) - _NAMED} more" if len(most) > _NAMED else ""
    say()
    say(f"{title}: {named}{more} (statements in brackets)")


def show_agreement(matrix: AgreementMatrix, limit: int) -> None:
    """Print how near each two parties stand, those that share most propositions first."""
    cells = sorted(matrix.cells, key=lambda cell: (-cell.propositions, -cell.agreement))
    rows = [
        [
            cell.a,
            cell.b,
            f"{cell.agreement:.2f}",
            MISSING if cell.low is None else f"{cell.low:.2f} to {cell.high:.2f}",
            str(cell.propositions),
        ]
        for cell in cells[:limit]
    ]
    head = ("party", "and", "agreement", "95 %", "propositions")
    show_table(Table("Who stands near whom", head, rows, names=2))
