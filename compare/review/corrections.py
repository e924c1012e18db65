"""The CSV file of corrections: wrong verdicts and the right labels, as noted by users."""

from __future__ import annotations

import os
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from compare.errors import ExportError
from compare.export import Row, columns, csv_bytes
from compare.export.rows import side_cells
from compare.files import home_path
from compare.models import ModelInput
from compare.results import Pair, Probabilities, Result, Stance

CORRECTIONS_VARIABLE = "COMPARE_CORRECTIONS"
_LOCK = threading.Lock()

COLUMNS = columns("corrections")
"""The columns of the file; `right` is the user's label, `stance` the model's."""


def corrections_file() -> Path:
    """Return the path: $COMPARE_CORRECTIONS, else corrections.csv beside the user's library."""
    if named := os.environ.get(CORRECTIONS_VARIABLE):
        return home_path(named, CORRECTIONS_VARIABLE)
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
    """Append the right label of a pair to the file, and return the file.

    Raises:
        ExportError: The file cannot be written, or it is another kind of file.
    """
    cells = side_cells("a", pair.a) | side_cells("b", pair.b)
    cells |= {"a_text": pair.a.text, "b_text": pair.b.text, "right": right.value, "note": note}
    listed = result.stance_of(pair)
    shown = listed if listed in (Stance.AGREE, Stance.OPPOSE) else pair.probabilities.stance
    label_source = result.provenance.label_source_of(pair)
    return _append(cells, pair.probabilities, shown, label_source, path)


def append_typed_correction(
    a: ModelInput,
    b: ModelInput,
    probabilities: Probabilities,
    label_source: str,
    right: Stance,
    *,
    note: str = "",
    path: Path | str | None = None,
) -> Path:
    """Append the right label of two typed statements; see `append_correction`."""
    cells: Row = {f"a_{field}": value for field, value in asdict(a).items()}
    cells |= {f"b_{field}": value for field, value in asdict(b).items()}
    cells |= {"right": right.value, "note": note}
    return _append(cells, probabilities, probabilities.stance, label_source, path)


def _append(
    cells: Row, p: Probabilities, shown: Stance, label_source: str, path: Path | str | None
) -> Path:
    row: Row = {
        **dict.fromkeys(COLUMNS, ""),
        **cells,
        "noted": datetime.now(UTC).isoformat(timespec="seconds"),
        "stance": shown.value,
        **{f"p_{stance}": round(float(p.of(stance)), 6) for stance in Stance},
        "label_source": label_source,
    }
    path = corrections_file() if path is None else Path(path)
    header = csv_bytes(COLUMNS, [])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _LOCK, path.open("ab+") as file:
            file.seek(0)
            start = file.read(len(header))  # append mode: writing still goes to the end
            if start not in (b"", header):
                raise ExportError(
                    f"{path} is not a file of corrections: move it away, or name another with "
                    f"{CORRECTIONS_VARIABLE}."
                )
            file.write((b"" if start else header) + csv_bytes(COLUMNS, [row], header=False))
    except OSError as error:
        raise ExportError(
            f"{path} cannot be written ({error.strerror}): name another file with "
            f"{CORRECTIONS_VARIABLE}."
        ) from error
    return path
