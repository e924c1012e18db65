"""Results as Arrow tables, pandas and polars frames.

A frame of pairs has the columns of the CSV in the same order, with types: `stance` is a category,
`rank` an integer, probabilities and similarity are floats, dates are dates. A date that is not
known to the day is missing there; the last columns, `a_date_text` and `b_date_text`, hold it as in
the CSV ("2019-04"). Missing text is "".
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from compare.errors import ExportError, not_installed
from compare.export.dictionary import columns, numbers
from compare.export.rows import Row, pair_rows, position_rows, proposition_rows
from compare.strict_model import fields

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from compare.comparison import PositionTable
    from compare.results import Positions, Result, Stance

METADATA = "compare"
"""The key of `about` in Arrow's metadata and in a frame's `attrs`."""

_DATES = ("a_date", "b_date")


def to_arrow(result: Result, stances: Sequence[Stance] | None = None) -> pa.Table:
    """Return the listed pairs as an Arrow table; its metadata describes their origin."""
    import pyarrow as pa

    rows = pair_rows(result, stances)
    made: dict[str, pa.Array] = {}
    for field in fields("pairs"):
        values = [row[field.name] for row in rows]
        if field.name == "stance":
            places = pa.array([field.choices.index(str(value)) for value in values], pa.int8())
            made[field.name] = pa.DictionaryArray.from_arrays(places, list(field.choices))
        elif field.is_number:
            kind = pa.int64() if field.type == "integer" else pa.float64()
            made[field.name] = pa.array(values, kind)
        elif field.name in _DATES:
            made[field.name] = pa.array([_day(str(value)) for value in values], pa.date32())
        else:
            made[field.name] = _texts(values)
    made |= {f"{name}_text": _texts([row[name] for row in rows]) for name in _DATES}
    return _described(made, about(result, result.subject))


def to_pandas(result: Result, stances: Sequence[Stance] | None = None) -> pd.DataFrame:
    """Return the listed pairs as a frame; `frame.attrs["compare"]` describes their origin."""
    frame: pd.DataFrame = to_arrow(result, stances).to_pandas(date_as_object=False)
    frame.attrs[METADATA] = about(result, result.subject)
    return frame


def positions_frame(positions: Positions) -> pd.DataFrame:
    """Return a row an actor as a frame, with the columns of the CSV."""
    names = columns("positions")
    frame = _frame(position_rows(positions), names, {*names} - numbers("positions"))
    frame.attrs[METADATA] = about(positions, positions.proposition)
    return frame


def propositions_frame(table: PositionTable) -> pd.DataFrame:
    """Return actors beside propositions as a frame: the columns of `proposition_rows`."""
    names, rows = proposition_rows(table)
    texts = {"party", *columns("positions made with")} - numbers("positions made with")
    texts |= {f"{proposition} (standing)" for proposition in table.propositions}
    frame = _frame(rows, names, texts)
    frame.attrs[METADATA] = about(table.positions[0], [*table.propositions])
    return frame


def _frame(rows: Sequence[Row], names: Sequence[str], texts: AbstractSet[str]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=list(names))
    # Without this, a column whose numbers are all missing would hold objects.
    return frame.astype({name: float for name in names if name not in texts})


def frame_to_arrow(frame: pd.DataFrame) -> pa.Table:
    """Return a frame of text and numbers as an Arrow table, with `attrs["compare"]` as metadata."""
    import pandas as pd
    import pyarrow as pa

    made = {
        str(name): pa.array(values, from_pandas=True)
        if pd.api.types.is_numeric_dtype(values)
        else _texts(values.tolist())
        for name, values in frame.items()
    }
    return _described(made, frame.attrs.get(METADATA, {}))


def _described(made: Mapping[str, pa.Array], origin: Mapping[str, Any]) -> pa.Table:
    import pyarrow as pa

    return pa.table(made).replace_schema_metadata({METADATA: json.dumps(origin).encode()})


def arrow_to_polars(table: pa.Table) -> Any:
    """Return an Arrow table as a polars frame.

    Raises:
        ExportError: polars is not installed.
    """
    try:
        polars = importlib.import_module("polars")
    except ImportError as error:
        raise ExportError(not_installed("polars", "polars")) from error
    return polars.from_arrow(table)


def about(found: Result | Positions, query: str | list[str]) -> dict[str, Any]:
    """Return the origin of a table and its notes, as plain data."""
    return {
        "query": query,
        "thresholds": found.thresholds.to_dict(),
        "provenance": asdict(found.provenance),
        "notes": list(found.notes),
    }


def _texts(values: Sequence[object]) -> pa.Array:
    """Return text; lone surrogates, which UTF-8 cannot hold, become "?"."""
    import pyarrow as pa

    texts = [str(value).encode("utf-8", "replace").decode() for value in values]
    return pa.array(texts, pa.string())


def _day(text: str) -> date | None:
    """Return a date that is known to the day, None for any other."""
    return date.fromisoformat(text) if len(text) == len("YYYY-MM-DD") else None
