"""Score a file of pairs and write it again, each row with its verdict behind it."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compare.corpus.documents import cells_of
from compare.corpus.text_files import read_lines
from compare.errors import CorpusError, ExportError
from compare.evaluate.pair_files import (
    PACKED,
    PairRow,
    columns_named,
    read_pairs,
    table_suffix,
    unpacked,
)
from compare.export.formats import csv_bytes
from compare.files import is_folder, is_there, write_whole
from compare.models.load import signature
from compare.results.result import Probabilities
from compare.safe_text import escape_cell

if TYPE_CHECKING:
    from compare.export.rows import Record
    from compare.models.load import Pair, StanceModel
    from compare.models.runtime import Progress

COLUMNS = ("stance", "p_agree", "p_oppose", "p_neither", "model", "decided_a", "decided_b")
"""What is written behind the columns that the file has."""

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Batch:
    """What was written, of how many pairs, by which model (name and digest)."""

    written: Path
    pairs: int
    model: str


def target_of(path: Path, out: Path | None = None) -> Path:
    """Return where the verdicts on a file go: `out`, else "pairs.stance.csv" for "pairs.csv".

    Where there is no file to read, the target is not looked at: reading tells what is wrong.

    Raises:
        CorpusError: The file is a folder, or its ending names no table.
        ExportError: The target is there already, or is another kind of table.
    """
    if is_folder(path):
        raise CorpusError(f"{path}: this is a folder; name a file.")
    suffix = table_suffix(path)
    packed = path.suffix.casefold() == PACKED
    plain = path.with_suffix("") if packed else path
    ending = plain.suffix + (path.suffix if packed else "")
    target = out or path.with_name(f"{plain.stem}.stance{ending}")
    last = target.with_suffix("") if target.suffix.casefold() == PACKED else target
    if last.suffix.casefold() != suffix:
        raise ExportError(f"{target} does not end in {suffix}, as {path} does: let it end so.")
    if _can_be_seen(path) and is_there(target):
        raise ExportError(f"{target} is there already: move it, or name another file with --out.")
    return target


def _can_be_seen(path: Path) -> bool:
    """Tell whether a file is there; what cannot be looked at is left to the reading."""
    try:
        return path.exists()
    except OSError:
        return False


def check_target(target: Path) -> None:
    """Raise ExportError if a file cannot be written there, ahead of the work."""
    try:
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise ExportError(
            f"{target} cannot be written ({error.strerror}): name a file in a folder that is there "
            "and yours with --out."
        ) from error


def score_file(
    pairs: Sequence[PairRow],
    target: Path,
    stance_model: StanceModel,
    on_progress: Progress | None = None,
) -> Batch:
    """Score pairs and write their rows with the verdicts, whole or not at all.

    Args:
        pairs: As `read_batch` gives them.
        target: See `target_of`.
        stance_model: What reads the pairs.
        on_progress: Told of pairs read.

    Raises:
        ExportError: The target cannot be written, or came to be there meanwhile.
    """
    label_source = signature(stance_model)
    sides = [(pair.a, pair.b) for pair in pairs]
    scores, read = stance_model.score_parts(sides, on_progress)
    verdicts = [
        _verdict(Probabilities(*(float(value) for value in row)), label_source)
        | _decided(whole, part)
        for row, whole, part in zip(scores, sides, read, strict=True)
    ]
    data = _WRITERS[table_suffix(target)](pairs, verdicts)
    packed = target.suffix.casefold() == PACKED
    write_whole(target, gzip.compress(data, mtime=0) if packed else data)
    return Batch(target, len(pairs), label_source)


def read_batch(path: Path) -> list[PairRow]:
    """Return the pairs of a file to be scored; see `read_pairs` for its columns.

    Raises:
        CorpusError: It cannot be read, or has a column that the verdict is to have, in capital
            letters too.
    """
    pairs = read_pairs(path)
    for pair in pairs:
        for name in COLUMNS:
            for column in columns_named(pair.row, name):
                message = f'a column of this name is to be added; rename "{column}" in the file'
                raise CorpusError(str(pair.row.problem(message, column, pair.row.cells[column])))
    return pairs


def _verdict(probabilities: Probabilities, label_source: str) -> Record:
    return {
        "stance": probabilities.stance.value,
        "p_agree": round(probabilities.agree, _DIGITS),
        "p_oppose": round(probabilities.oppose, _DIGITS),
        "p_neither": round(probabilities.neither, _DIGITS),
        "model": label_source,
    }


def _decided(whole: Pair, part: Pair) -> Record:
    """Return the two sentences that decide; "" of a pair that was read whole."""
    texts = ("", "") if part == whole else (part[0].text, part[1].text)
    return dict(zip(COLUMNS[-2:], texts, strict=True))


def _csv(pairs: Sequence[PairRow], verdicts: Sequence[Record]) -> bytes:
    """Return CSV that is safe to open in a spreadsheet, its header too; reading undoes that."""
    columns = [escape_cell(name) for name in (*pairs[0].row.cells, *COLUMNS)]
    cells = [
        (*pair.row.cells.values(), *verdict.values())
        for pair, verdict in zip(pairs, verdicts, strict=True)
    ]
    return csv_bytes(columns, [dict(zip(columns, row, strict=True)) for row in cells])


def _tsv(pairs: Sequence[PairRow], verdicts: Sequence[Record]) -> bytes:
    """Return TSV without quoting, cells as they were: no reader of it would undo more."""
    lines = ["\t".join((*pairs[0].row.cells, *COLUMNS))]
    for pair, verdict in zip(pairs, verdicts, strict=True):
        lines.append("\t".join((*pair.row.cells.values(), *map(str, verdict.values()))))
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def _jsonl(pairs: Sequence[PairRow], verdicts: Sequence[Record]) -> bytes:
    """Return the objects sign for sign as they stand in the file, with the verdicts behind.

    Raises:
        CorpusError: The file is not as it was when the pairs were read.
    """
    file = pairs[0].row.file
    try:
        with unpacked(Path(file)) as path:
            lines = dict(enumerate(read_lines(path), start=1))
        same = all(cells_of(lines[pair.row.line]) == pair.row.cells for pair in pairs)
    except (OSError, ValueError, KeyError, RecursionError):
        same = False
    if not same:
        raise CorpusError(f"{file} was changed while its pairs were read: run it again.")
    text = "".join(
        f"{lines[pair.row.line].strip()[:-1].rstrip()}, {json.dumps(verdict)[1:]}\n"
        for pair, verdict in zip(pairs, verdicts, strict=True)
    )
    return text.encode("utf-8", "backslashreplace")  # half a character, as JSON writes it


_WRITERS = {".csv": _csv, ".tsv": _tsv, ".jsonl": _jsonl}
