"""The first pairs of a result, or its positions, as a table in a notebook.

Statements are untrusted, and notebooks run scripts and render formulas in HTML. So all text is
escaped and cut, and each sign that begins a formula gets an element of its own. Nothing is fetched.
Without styles a plain table remains.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from compare.comparison import PositionTable
from compare.export.html import environment, text_html
from compare.export.words import (
    SIDE_NAMES,
    SIGN,
    counted,
    percent,
    read_as,
    unclear_words,
    verdict_word,
)
from compare.results import SILENT, Excerpt, Pair, Position, Positions, Result, Stance

MOST_SHOWN = 10
"""Pairs shown: the first of those that agree and of those that oppose."""

MOST_ACTORS = 20
"""Actors shown: half of them the most opposed, half the most agreeing."""

LONGEST = 600
"""Characters shown of a text."""

Rows = Sequence[tuple[str, Sequence[str]]]
"""Each row's kind (a stance, or "" for none) and cells."""

_FORMULA = str.maketrans({sign: f"<span>{sign}</span>" for sign in "$\\"})
_IN_URL = str.maketrans({"$": "%24", "\\": "%5C"})


@cache
def _notebook() -> Environment:
    made = environment().overlay(finalize=_inert)
    made.filters = {**made.filters, "short_url": _short_url}
    return made


def _inert(value: Any) -> Any:
    """Escape and cut text; `Markup` is safe already."""
    if isinstance(value, Markup):
        return value
    text = str(value)
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
    return Markup(text_html(shown).translate(_FORMULA))


def _short_url(url: str) -> str:
    # A cut address would lead somewhere else.
    return url.translate(_IN_URL) if len(url) <= LONGEST else ""


def _macro(name: str, *values: Any) -> Markup:
    made: Markup = getattr(_notebook().get_template("notebook.html").module, name)(*values)
    return made


def page(
    heading: str,
    lines: Sequence[str],
    head: Sequence[str],
    rows: Rows,
    left: int = 0,
    notes: Sequence[str] = (),
) -> Markup:
    """Return lines and a table below a heading; `left` is the number of rows not shown."""
    return _macro("page", heading, lines, head, rows, left, notes)


def stacked(first: object, *lines: str, bold: bool = True) -> Markup:
    """Return a cell with small lines below the first."""
    return _macro("stacked", first, lines, bold)


def side_html(side: Excerpt, *, only_words: bool = False) -> Markup:
    """Return words, in quotation marks if they are quoted, with speaker, date and source."""
    return _macro("side", side, only_words)


def notebook_html(result: Result) -> str:
    """Return the first pairs of a result, and the number of others."""
    stances = result.usual_lists
    shown = _first(result, stances)
    number = sum(len(result.listed(stance)) for stance in stances)
    what = "statement" if result.quote else "pair"
    counts = "; ".join(
        f"{verdict_word(result, stance).lower()}: {counted(len(result.sure(stance)), what)}"
        for stance in stances
    )
    who = _macro("who", result.asked) if result.asked else ""
    lines = [_macro("small", who) if who else "", f"{counts}."]
    head = ["Verdict", *(name.removeprefix("Side ") for name in SIDE_NAMES[result.kind])]
    rows = [(stance.value, _cells(result, stance, pair)) for stance, pair in shown]
    return page(result.subject, lines, head, rows, number - len(shown), result.notes)


def _first(result: Result, stances: Sequence[Stance]) -> list[tuple[Stance, Pair]]:
    """Return the first pairs of each list, agree and oppose before neither."""
    decided = min(len(result.agree), len(result.oppose))
    room = max(MOST_SHOWN // 2, MOST_SHOWN - decided)
    chosen: list[tuple[Stance, Pair]] = []
    for stance in stances:
        fit = min(room, MOST_SHOWN - len(chosen))
        chosen += [(stance, pair) for pair in result.listed(stance)[:fit]]
    return chosen


def _cells(result: Result, stance: Stance, pair: Pair) -> list[Markup]:
    verdict = read_as(stance, pair.probabilities)
    word, unsure = verdict_word(result, verdict), result.is_unsure(pair)
    below = ", below the minimum probability" if unsure or verdict is not stance else ""
    probability = f"probability {percent(pair.probabilities.of(verdict))}{below}"
    return [
        stacked(f"{SIGN[verdict]} {unclear_words(verdict) if unsure else word}", probability),
        side_html(pair.a, only_words=result.quote is not None),
        side_html(pair.b),
    ]


# -- Positions -----------------------------------------------------------------------------------


def positions_html(positions: Positions) -> str:
    """Return the most opposed and the most agreeing actors, and the number of others."""
    placed, half = positions.placed, MOST_ACTORS // 2
    shown = (*placed[:half], *placed[max(half, len(placed) - half) :])
    counts = (
        f"{len(placed):,} placed from opposed (-1) to agreeing (+1), {len(positions.undecided):,} "
        f"take no side, {len(positions.silent):,} say nothing on the point."
    )
    head = (positions.by.capitalize(), "Position", "Strongest against", "Strongest for")
    rows = [(position.score.side.value, _position_cells(position)) for position in shown]
    left = len(placed) - len(shown)
    return page(positions.proposition, [counts], head, rows, left, positions.notes)


def _position_cells(position: Position) -> list[str]:
    score = position.score
    interval = "" if score.low is None else f"{score.low:+.2f} to {score.high:+.2f}"
    dates = " to ".join(dict.fromkeys(date.in_words for date in position.dates or ()))
    strongest = [position.strongest(stance) for stance in (Stance.OPPOSE, Stance.AGREE)]
    return [
        stacked(position.name, dates),
        stacked(f"{score.mean:+.2f}", interval, f"n = {score.passages}", bold=False),
        *(side_html(pair.b) if pair else "" for pair in strongest),
    ]


def propositions_html(table: PositionTable) -> str:
    """Return the actors with positions on most propositions, beside the propositions."""
    # The sort is stable: actors with positions on equally many propositions stay sorted by name.
    often = sorted(table.cells, key=lambda name: table.cells[name].count(None))
    names = sorted(often[:MOST_ACTORS])
    rows = [("", [stacked(name), *_on_each(table, name)]) for name in names]
    what = ("country", "countries") if table.positions[0].by == "country" else ("speaker", "")
    counts = f"{counted(len(table.cells), *what)} placed on any of them."
    head = (what[0].capitalize(), *table.propositions)
    return page("Several propositions", [counts], head, rows, len(table.cells) - len(names))


def _on_each(table: PositionTable, name: str) -> list[str]:
    """Return an actor's position or standing on each proposition."""
    return [
        stacked(f"{cell.score.mean:+.2f}", f"n = {cell.score.passages}", bold=False)
        if cell
        else one.standings.get(name, SILENT)
        for one, cell in zip(table.positions, table.cells[name], strict=True)
    ]
