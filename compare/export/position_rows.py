"""Positions as tables: a row a party, a column a proposition, a row a period, a row two parties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from compare.comparison.propositions import AgreementMatrix, PositionTable
from compare.export.frames import behind
from compare.export.rows import Cell, Record, made_with
from compare.results.positions import (
    NO_SIDE,
    PLACED,
    SILENT,
    Actor,
    Position,
    Positions,
    PositionScore,
)
from compare.results.provenance import Provenance
from compare.results.result import Pair, Stance, Thresholds

if TYPE_CHECKING:
    import pandas as pd

_SIDES = (Stance.AGREE, Stance.OPPOSE)
_MADE_WITH = (
    *("least_probability", "least_similarity", "filters", "seed"),
    *("label_source", "encoder", "library_digest", "searched_on", "version"),
)
_OF_SIDE = ("text", "probability", "date", "speaker", "id", "source", "url")

COLUMNS: tuple[str, ...] = (
    *("proposition", "by", "party", "key", "standing", "place", "low", "high", "passages"),
    *("agree", "oppose", "neither", "screened", "near", "statements", "first_date", "last_date"),
    *(f"{side.value}_{name}" for side in _SIDES for name in _OF_SIDE),
    *_MADE_WITH,
)
"""The columns of a row a party; the names are stable. `standing` is placed, no side or silent."""

NUMBERS = frozenset(
    {
        *("place", "low", "high", "passages", "agree", "oppose", "neither", "screened", "near"),
        *("statements", "agree_probability", "oppose_probability", "start", "end", "agreement"),
        *("propositions", "least_probability", "least_similarity", "seed"),
    }
)
"""The columns of all these tables that hold numbers; all others hold text."""

PERIOD_COLUMNS = (
    *("proposition", "party", "key", "start", "end"),
    *("place", "low", "high", "passages"),
    *_MADE_WITH,
)
AGREEMENT_COLUMNS = ("a", "b", "agreement", "low", "high", "propositions", *_MADE_WITH)
_DIGITS = 6


def position_records(positions: Positions) -> list[Record]:
    """Return a row a party: from opposed to agreeing, then who takes no side, then the silent.

    What is not known is "": the place of who has none, the interval of too few passages.
    """
    behind = _behind(positions.provenance, positions.thresholds)
    ahead: Record = {"proposition": positions.proposition, "by": positions.by}
    rows = [_placed(position) for position in positions.placed]
    rows += [_other(positions, actor, NO_SIDE) for actor in positions.undecided]
    rows += [_other(positions, actor, SILENT) for actor in positions.silent]
    return [{**ahead, **row, **behind} for row in rows]


def period_records(positions: Positions, years: int) -> list[Record]:
    """Return a row a party and period."""
    return [
        {
            "proposition": positions.proposition,
            "party": one.actor.name,
            "key": one.actor.key,
            "start": one.start,
            "end": one.end,
            **_score(one.score),
            **_behind(positions.provenance, positions.thresholds),
        }
        for one in positions.by_period(years)
    ]


def table_records(table: PositionTable) -> tuple[list[str], list[Record]]:
    """Return the columns and the rows of parties beside propositions.

    Each proposition has five columns: its words (the place), and behind them its interval, the
    number of passages, and how the party stands: placed, no side or silent.
    """
    columns = ["party"]
    for proposition in table.propositions:
        names = ("low", "high", "n", "standing")
        columns += [proposition, *(f"{proposition} ({name})" for name in names)]
    columns += _MADE_WITH
    behind = _behind(table.positions[0].provenance, table.positions[0].thresholds)
    rows: list[Record] = []
    for name, cells in table.rows.items():
        values: list[Cell] = [name]
        for one, cell in zip(table.positions, cells, strict=True):
            place = _score(cell.score if cell else None)
            values += [*place.values(), one.standings.get(name, SILENT)]
        values += behind.values()
        rows.append(dict(zip(columns, values, strict=True)))
    return columns, rows


def agreement_records(matrix: AgreementMatrix) -> list[Record]:
    """Return a row each two parties that share a proposition, in the order of the clusters."""
    return [
        {
            "a": cell.a,
            "b": cell.b,
            "agreement": round(cell.agreement, _DIGITS),
            "low": _number(cell.low),
            "high": _number(cell.high),
            "propositions": cell.propositions,
            **_behind(matrix.provenance, matrix.thresholds),
        }
        for cell in matrix.cells
    ]


def positions_csv(positions: Positions | PositionTable) -> bytes:
    """Return a row a party as CSV, or for several propositions parties beside propositions."""
    from compare.export.formats import csv_bytes

    if isinstance(positions, PositionTable):
        return csv_bytes(*table_records(positions))
    return csv_bytes(COLUMNS, position_records(positions))


def known(rows: Sequence[Record]) -> list[dict[str, Any]]:
    """Return the rows with None where a number is not there: what JSON and data frames hold."""
    return [
        {name: None if value == "" and name in NUMBERS else value for name, value in row.items()}
        for row in rows
    ]


def frame(positions: Positions) -> pd.DataFrame:
    """Return a row a party as a frame; `attrs["compare"]` says what it comes from."""
    import pandas as pd

    made = pd.DataFrame(known(position_records(positions)), columns=list(COLUMNS))
    numbers = [name for name in COLUMNS if name in NUMBERS]
    made[numbers] = made[numbers].astype(float)
    made.attrs["compare"] = {"query": positions.proposition, **behind(positions)}
    return made


def table_frame(table: PositionTable) -> pd.DataFrame:
    """Return parties beside propositions as a frame: the columns of `table_records`."""
    import pandas as pd

    columns, rows = table_records(table)
    texts = {"party", *_MADE_WITH} | {f"{p} (standing)" for p in table.propositions}
    made = pd.DataFrame(rows, columns=columns)
    numbers = [name for name in columns if name not in texts or name in NUMBERS]
    made[numbers] = made[numbers].replace("", None).astype(float)
    made.attrs["compare"] = {"query": [*table.propositions], **behind(table.positions[0])}
    return made


def _placed(position: Position) -> Record:
    actor, dates = position.actor, position.dates
    row: Record = {
        **_who(actor, PLACED),
        **_score(position.score),
        "agree": len(position.of(Stance.AGREE)),
        "oppose": len(position.of(Stance.OPPOSE)),
        "neither": position.neither,
        "screened": position.first_stage_only,
        "near": actor.near,
        "statements": actor.statements,
        "first_date": dates[0].iso if dates else "",
        "last_date": dates[1].iso if dates else "",
    }
    for side in _SIDES:
        row |= _strongest(side, position.strongest(side))
    return row


def _other(positions: Positions, actor: Actor, standing: str) -> Record:
    row: Record = dict.fromkeys(COLUMNS[2 : -len(_MADE_WITH)], "")  # of the party itself
    for name in ("passages", "agree", "oppose", "screened"):
        row[name] = 0
    row |= {**_who(actor, standing), "near": actor.near, "statements": actor.statements}
    return row | {"neither": len({pair.b.statement.id for pair in positions.near(actor)})}


def _behind(made: Provenance, least: Thresholds) -> Record:
    from compare.export.methods import filters_in_words

    return {
        "least_probability": least.probability,
        "least_similarity": least.similarity,
        "filters": filters_in_words(made.filters),
        "seed": made.settings.get("seed", ""),
        "label_source": made.label_source,
        **made_with(made),
    }


def _who(actor: Actor, standing: str) -> Record:
    return {"party": actor.name, "key": actor.key, "standing": standing}


def _score(place: PositionScore | None) -> Record:
    if place is None:
        return {"place": "", "low": "", "high": "", "passages": ""}
    return {
        "place": round(place.mean, _DIGITS),
        "low": _number(place.low),
        "high": _number(place.high),
        "passages": place.passages,
    }


def _number(value: float | None) -> Cell:
    return "" if value is None else round(value, _DIGITS)


def _strongest(side: Stance, pair: Pair | None) -> Record:
    values: Sequence[Cell] = [""] * len(_OF_SIDE)
    if pair is not None:
        said = pair.b.statement
        date = said.date.iso if said.date else ""
        probability = round(pair.probabilities.of(side), _DIGITS)
        values = (
            pair.b.text, probability, date, said.speaker, said.id, said.source, said.url
        )  # fmt: skip
    return {f"{side.value}_{name}": value for name, value in zip(_OF_SIDE, values, strict=True)}
