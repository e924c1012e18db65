"""Score a file of pairs, and write a copy with the verdict appended to each row."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING

from compare.batch.tables import (
    GZ,
    PairRow,
    TableFile,
    check_dates,
    columns_named,
    read_pairs,
    table_suffix,
    without_gz,
)
from compare.corpus import BadFileError
from compare.corpus.documents import cells_of
from compare.corpus.text_files import read_lines
from compare.errors import CorpusError, ExportError
from compare.export import columns, csv_bytes
from compare.files import check_ending, exists, is_folder, write_whole
from compare.models import signature
from compare.results import Probabilities
from compare.safe_text import escape_cell
from compare.statements import unread_language

if TYPE_CHECKING:
    from compare.export import Row
    from compare.models import InputPair, StanceModel
    from compare.progress import Progress

COLUMNS = columns("batch")
"""The columns appended to those of the file."""

_DIGITS = 6


def target_path(path: Path, out: Path | None = None) -> Path:
    """Return the file to write: `out`, else "pairs.stance.csv" for "pairs.csv".

    Raises:
        CorpusError: `path` is a folder, or its ending is not that of a table.
        ExportError: The target exists, or is another kind of table.
    """
    if is_folder(path):
        raise CorpusError(f"{path}: this is a folder; name a file.")
    suffix, stem = table_suffix(path), without_gz(path).stem
    target = out or path.with_name(f"{stem}.stance{path.name.removeprefix(stem)}")
    check_ending(without_gz(target), [suffix])
    try:
        readable = path.exists()
    except OSError:
        readable = False
    if readable and exists(target):  # reading reports an unreadable file
        raise ExportError(f"{target} exists already: move it, or name another file with --out.")
    return target


def read_batch(path: Path) -> list[PairRow]:
    """Return the pairs of a file to be scored; see `read_pairs` for its columns.

    Raises:
        CorpusError: It cannot be read, already has one of `COLUMNS`, ignoring case, or has a date
            that is none.
    """
    pairs = read_pairs(path)
    for pair in pairs:
        check_dates(pair)
        for name in COLUMNS:
            for column in columns_named(pair.row, name):
                message = f'a column with this name will be added; rename "{column}" in the file'
                raise CorpusError(str(pair.row.problem(message, column, pair.row.cells[column])))
    return pairs


def score_file(
    pairs: Sequence[PairRow],
    target: Path,
    stance_model: StanceModel,
    on_progress: Progress | None = None,
) -> int:
    """Score pairs and write their rows with the verdicts, whole or not at all.

    A pair with a side that the model clearly does not read gets empty cells.

    Returns:
        The number of pairs with a verdict.

    Raises:
        ExportError: The target cannot be written, or was created in the meantime.
    """
    model = signature(stance_model)
    languages = stance_model.languages
    sides = {
        n: (pair.a, pair.b)
        for n, pair in enumerate(pairs)
        if not any(unread_language(side.text, languages) for side in (pair.a, pair.b))
    }
    scores, parts = stance_model.score_parts([*sides.values()], on_progress)
    verdicts: list[Row] = [dict.fromkeys(COLUMNS, "") for _ in pairs]
    for (n, whole), row, part in zip(sides.items(), scores, parts, strict=True):
        verdicts[n] = _verdict(Probabilities(*map(float, row)), model, whole, part)
    data = _WRITERS[table_suffix(target)](pairs, verdicts)
    packed = target.suffix.casefold() == GZ
    write_whole(target, gzip.compress(data, mtime=0) if packed else data)
    return len(sides)


def _verdict(probabilities: Probabilities, model: str, whole: InputPair, part: InputPair) -> Row:
    """Return the cells of `COLUMNS`; the deciding sentences are "" if the whole pair was read."""
    decided = ("", "") if part == whole else (part[0].text, part[1].text)
    rounded = (round(value, _DIGITS) for value in astuple(probabilities))
    unsure = "yes" if probabilities.is_unclear else ""
    cells = (probabilities.stance.value, unsure, *rounded, model, *decided)
    return dict(zip(COLUMNS, cells, strict=True))


def _csv(pairs: Sequence[PairRow], verdicts: Sequence[Row]) -> bytes:
    """Return CSV with a header, safe to open in a spreadsheet."""
    columns = [escape_cell(name) for name in (*pairs[0].row.cells, *COLUMNS)]
    rows = [
        dict(zip(columns, (*pair.row.cells.values(), *verdict.values()), strict=True))
        for pair, verdict in zip(pairs, verdicts, strict=True)
    ]
    return csv_bytes(columns, rows)


def _tsv(pairs: Sequence[PairRow], verdicts: Sequence[Row]) -> bytes:
    """Return TSV without quotes or escapes, which readers of TSV would not undo."""
    lines = ["\t".join((*pairs[0].row.cells, *COLUMNS))]
    for pair, verdict in zip(pairs, verdicts, strict=True):
        lines.append("\t".join((*pair.row.cells.values(), *map(str, verdict.values()))))
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def _jsonl(pairs: Sequence[PairRow], verdicts: Sequence[Row]) -> bytes:
    """Return the lines of the file as they are, with the verdict appended inside each object.

    Raises:
        CorpusError: The file has changed since the pairs were read.
    """
    file = pairs[0].row.file
    try:
        lines = dict(enumerate(read_lines(TableFile(Path(file))), start=1))
        same = all(cells_of(lines[pair.row.line]) == pair.row.cells for pair in pairs)
    except (BadFileError, OSError, ValueError, KeyError):
        same = False
    if not same:
        raise CorpusError(f"{file} was changed while its pairs were scored: run it again.")
    # `[1:]` drops the verdict's opening brace, `[:-1]` the closing brace of the line.
    text = "".join(
        f"{lines[pair.row.line].strip()[:-1].rstrip()}, {json.dumps(verdict)[1:]}\n"
        for pair, verdict in zip(pairs, verdicts, strict=True)
    )
    return text.encode("utf-8", "backslashreplace")  # half a surrogate pair becomes a JSON escape


_WRITERS = {".csv": _csv, ".tsv": _tsv, ".jsonl": _jsonl}
