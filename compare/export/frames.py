"""Results as tables of a notebook: Arrow, pandas and polars.

A frame of pairs has the columns of the CSV in the same order, with types: `stance` is a category,
`rank` an integer, probabilities and similarity are floats, dates are dates. A date that is not
known to the day is missing; `a_date_text` and `b_date_text`, the last columns, hold it as the CSV
does ("2019-04"). Missing text is "".
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from compare.errors import ExportError
from compare.export.dictionary import columns, fields, numbers
from compare.export.rows import pair_rows, position_rows, proposition_rows

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from compare.comparison.positions import PositionTable
    from compare.models.values import Stance
    from compare.results.positions import Positions
    from compare.results.result import Result

METADATA = "compare"
"""The key of `about` in Arrow's metadata and in a frame's attributes."""

_DATES = ("a_date", "b_date")


def to_arrow(result: Result, stances: Sequence[Stance] | None = None) -> pa.Table:
    """Return the listed pairs as an Arrow table; its metadata says what they come from.

    Args:
        result: Of a search, of two sides or over time.
        stances: Which lists; None: the usual ones of the result.
    """
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
    told = json.dumps(about(result, result.subject)).encode()
    return pa.table(made).replace_schema_metadata({METADATA: told})


def to_pandas(result: Result, stances: Sequence[Stance] | None = None) -> pd.DataFrame:
    """Return the listed pairs as a frame; `frame.attrs["compare"]` says what they come from."""
    frame: pd.DataFrame = to_arrow(result, stances).to_pandas(date_as_object=False)
    frame.attrs[METADATA] = about(result, result.subject)
    return frame


def positions_frame(positions: Positions) -> pd.DataFrame:
    """Return a row an actor as a frame, with the columns of the CSV."""
    import pandas as pd

    frame = pd.DataFrame(position_rows(positions), columns=list(columns("positions")))
    figures = [name for name in frame if name in numbers("positions")]
    frame[figures] = frame[figures].astype(float)
    frame.attrs[METADATA] = about(positions, positions.proposition)
    return frame


def propositions_frame(table: PositionTable) -> pd.DataFrame:
    """Return actors beside propositions as a frame: the columns of `proposition_rows`."""
    import pandas as pd

    names, rows = proposition_rows(table)
    texts = {"party", *columns("positions made with")} - numbers("positions made with")
    texts |= {f"{proposition} (standing)" for proposition in table.propositions}
    frame = pd.DataFrame(rows, columns=names)
    figures = [name for name in names if name not in texts]
    frame[figures] = frame[figures].astype(float)
    frame.attrs[METADATA] = about(table.positions[0], [*table.propositions])
    return frame


def frame_to_arrow(frame: pd.DataFrame) -> pa.Table:
    """Return a frame of text and numbers as an Arrow table, its `attrs["compare"]` as metadata."""
    import pandas as pd
    import pyarrow as pa

    made = {
        str(name): pa.array(values, from_pandas=True)
        if pd.api.types.is_numeric_dtype(values)
        else _texts(values.tolist())
        for name, values in frame.items()
    }
    told = json.dumps(frame.attrs.get(METADATA, {})).encode()
    return pa.table(made).replace_schema_metadata({METADATA: told})


def arrow_to_polars(table: pa.Table) -> Any:
    """Return an Arrow table as a polars frame.

    Raises:
        ExportError: polars is not installed.
    """
    try:
        polars = importlib.import_module("polars")
    except ImportError as error:
        raise ExportError(
            "polars is not installed: `pip install polars`, or use to_pandas() or to_arrow()."
        ) from error
    return polars.from_arrow(table)


def about(found: Result | Positions, query: str | list[str]) -> dict[str, Any]:
    """Return what a table comes from and what the reader should know, as plain data."""
    made = found.provenance
    return {
        "query": query,
        "thresholds": asdict(found.thresholds),
        "provenance": {name: getattr(made, name) for name in made.__dataclass_fields__},
        "notes": list(found.notes),
    }


def _texts(values: Sequence[object]) -> pa.Array:
    """Return text; half of a surrogate pair, which no UTF-8 holds, becomes "?"."""
    import pyarrow as pa

    texts = [str(value).encode("utf-8", "replace").decode() for value in values]
    return pa.array(texts, pa.string())


def _day(text: str) -> date | None:
    """Return a date that is known to the day."""
    return date.fromisoformat(text) if len(text) == len("YYYY-MM-DD") else None
