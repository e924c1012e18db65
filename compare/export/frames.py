"""A result as a table of a notebook, one row a pair: Arrow, pandas or polars.

The columns are those of the CSV (`export.rows.COLUMNS`) in the same order, with their types:
`stance` is a category, `rank` an integer, probabilities and closeness are floats, dates are dates.
A date that is not known to the day is missing there; `a_date_text` and `b_date_text`, which stand
behind the others, hold it as the CSV does ("2019-04"). Text that is not known is "".
"""

from __future__ import annotations

import importlib
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from compare.errors import ExportError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from compare.results.positions import Positions
    from compare.results.result import Result, Stance

METADATA = "compare"
"""The key under which a table holds `about`: of Arrow's metadata, and of a frame's attributes."""


def to_arrow(result: Result, stances: Sequence[Stance] | None = None) -> pa.Table:
    """Return the listed pairs as an Arrow table; what they come from is in its metadata.

    Args:
        result: Of a search, of two sides or over time.
        stances: Which lists; None: all of a search, and of two sides those that agree or oppose.
    """
    import pyarrow as pa

    from compare.export.rows import COLUMNS, DATES, NUMBERS, STANCES, records_of

    rows = records_of(result, stances)
    columns: dict[str, pa.Array] = {}
    for name in COLUMNS:
        values = [row[name] for row in rows]
        if name == "stance":
            places = pa.array([STANCES.index(str(value)) for value in values], pa.int8())
            columns[name] = pa.DictionaryArray.from_arrays(places, list(STANCES))
        elif name in NUMBERS:
            columns[name] = pa.array(values, pa.int64() if name == "rank" else pa.float64())
        elif name in DATES:
            columns[name] = pa.array([_day(str(value)) for value in values], pa.date32())
        else:
            columns[name] = _texts(values)
    columns |= {f"{name}_text": _texts([row[name] for row in rows]) for name in DATES}
    told = json.dumps(about(result)).encode()
    return pa.table(columns).replace_schema_metadata({METADATA: told})


def to_pandas(result: Result, stances: Sequence[Stance] | None = None) -> pd.DataFrame:
    """Return the listed pairs as a frame; `frame.attrs["compare"]` says what they come from.

    Args:
        result: Of a search, of two sides or over time.
        stances: Which lists; None: all of a search, and of two sides those that agree or oppose.
    """
    frame: pd.DataFrame = to_arrow(result, stances).to_pandas(date_as_object=False)
    frame.attrs[METADATA] = about(result)
    return frame


def to_polars(result: Result, stances: Sequence[Stance] | None = None) -> Any:
    """Return the listed pairs as a polars frame.

    Raises:
        ExportError: polars is not installed.
    """
    return arrow_to_polars(to_arrow(result, stances))


def arrow_to_polars(table: pa.Table) -> Any:
    """Return an Arrow table as a polars frame.

    Raises:
        ExportError: polars is not installed.
    """
    try:
        polars = importlib.import_module("polars")
    except ImportError as error:
        raise ExportError(
            "polars is not installed: `pip install polars`, or take to_pandas() or to_arrow()."
        ) from error
    return polars.from_arrow(table)


def frame_to_arrow(frame: pd.DataFrame) -> pa.Table:
    """Return a frame of text and numbers as an Arrow table, its `attrs["compare"]` as metadata."""
    import pandas as pd
    import pyarrow as pa

    columns = {
        str(name): pa.array(values, from_pandas=True)
        if pd.api.types.is_numeric_dtype(values)
        else _texts(values.tolist())
        for name, values in frame.items()
    }
    told = json.dumps(frame.attrs.get(METADATA, {})).encode()
    return pa.table(columns).replace_schema_metadata({METADATA: told})


class FrameTable(ABC):
    """What is a frame, and by it an Arrow table and a polars frame."""

    @abstractmethod
    def to_pandas(self) -> pd.DataFrame:
        """Return it as a frame."""

    def to_arrow(self) -> pa.Table:
        """Return the same as an Arrow table."""
        return frame_to_arrow(self.to_pandas())

    def to_polars(self) -> Any:
        """Return the same as a polars frame.

        Raises:
            ExportError: polars is not installed.
        """
        return arrow_to_polars(self.to_arrow())


def about(result: Result) -> dict[str, Any]:
    """Return what a table of the pairs comes from, as plain data."""
    return {"query": result.subject, **behind(result)}


def behind(found: Result | Positions) -> dict[str, Any]:
    """Return what something was found with, and what the reader should know, as plain data."""
    made = found.provenance
    return {
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
