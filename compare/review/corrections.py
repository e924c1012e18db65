"""Note that a verdict is wrong, and what it should be, in a CSV file on this machine."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from compare.errors import ExportError
from compare.export.formats import csv_bytes
from compare.export.rows import Record
from compare.results.result import Pair, Probabilities, Result, Side, Stance
from compare.statements.statement import Statement

CORRECTIONS_VARIABLE = "COMPARE_CORRECTIONS"
_LOCK = threading.Lock()


_SIDE = ("text", "context", "speaker", "country", "date", "id")

COLUMNS: tuple[str, ...] = (
    *("noted", "right", "stance", "p_agree", "p_oppose", "p_neither"),
    *(f"a_{name}" for name in _SIDE),
    *(f"b_{name}" for name in _SIDE),
    *("label_source", "note"),
)
"""The columns of the file: `right` is what the reader says, `stance` what the model said."""


def corrections_file() -> Path:
    """Return the file: $COMPARE_CORRECTIONS, else corrections.csv beside the user's library."""
    if named := os.environ.get(CORRECTIONS_VARIABLE):
        return Path(named).expanduser()
    from compare.library.locations import user_library

    return user_library().parent / "corrections.csv"


def append_correction(
    result: Result,
    pair: Pair,
    right: Stance,
    *,
    note: str = "",
    path: Path | str | None = None,
) -> Path:
    """Note the right label of a pair, under a header where the file is new; return the file.

    Raises:
        ExportError: The file cannot be written, or it is another kind of file.
    """
    cells: dict[str, str] = {}
    for name, side in (("a", pair.a), ("b", pair.b)):
        cells |= {**_who(name, side.statement), f"{name}_text": side.text}
    label_source = result.provenance.label_source_of(pair)
    return _append(cells, pair.probabilities, label_source, right, note, path)


def append_typed_correction(
    a: Side,
    b: Side,
    probabilities: Probabilities,
    label_source: str,
    right: Stance,
    *,
    note: str = "",
    path: Path | str | None = None,
) -> Path:
    """Note the right label of two statements that were typed in; otherwise as for a pair."""
    pair: dict[str, str] = {}
    for name, side in (("a", a), ("b", b)):
        pair |= {f"{name}_text": side.text, f"{name}_context": side.context}
        pair |= {f"{name}_country": side.country, f"{name}_date": side.date}
    return _append(pair, probabilities, label_source, right, note, path)


def _append(
    pair: Mapping[str, str],
    probabilities: Probabilities,
    label_source: str,
    right: Stance,
    note: str,
    path: Path | str | None,
) -> Path:
    row: Record = {
        **dict.fromkeys(COLUMNS, ""),
        **pair,
        "noted": datetime.now(UTC).isoformat(timespec="seconds"),
        "right": right.value,
        "stance": probabilities.stance.value,
        "p_agree": round(float(probabilities.agree), 6),
        "p_oppose": round(float(probabilities.oppose), 6),
        "p_neither": round(float(probabilities.neither), 6),
        "label_source": label_source,
        "note": note,
    }
    return _append_row(row, corrections_file() if path is None else Path(path))


def _append_row(row: Record, path: Path) -> Path:
    header = csv_bytes(COLUMNS, [])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _LOCK, path.open("ab+") as file:
            file.seek(0)
            begins = file.read(len(header))
            if begins not in (b"", header):
                raise ExportError(
                    f"{path} is no file of corrections: move it away, or name another with "
                    f"{CORRECTIONS_VARIABLE}."
                )
            file.write((b"" if begins else header) + csv_bytes(COLUMNS, [row], header=False))
    except OSError as error:
        raise ExportError(
            f"{path} cannot be written ({error.strerror}): name another file with "
            f"{CORRECTIONS_VARIABLE}."
        ) from error
    return path


def _who(side: str, statement: Statement) -> dict[str, str]:
    return {
        f"{side}_context": statement.context,
        f"{side}_speaker": statement.speaker,
        f"{side}_country": statement.countries,
        f"{side}_date": statement.date.iso if statement.date else "",
        f"{side}_id": statement.id,
    }
