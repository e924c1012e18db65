"""Search for a file of quotes, and write the listed pairs of all; an interrupted run continues.

Finished quotes are kept in a file beside the one to write: a line that says what they were made
with, then a line of JSON for each quote.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from compare import __version__
from compare.batch.tables import READERS, TableFile, cell, read_rows, without_gz
from compare.corpus import BadFileError, Problem, Row
from compare.corpus.columns import column_key, names_found, resolve
from compare.corpus.text_files import read_lines
from compare.corpus.validate import Validator
from compare.defaults import CANDIDATES
from compare.errors import CorpusError, ExportError, QueryError
from compare.export import columns, csv_bytes
from compare.export.formats import jsonl_bytes
from compare.export.rows import pair_rows
from compare.files import check_ending, check_writable, writing
from compare.library import Filters
from compare.library.filters import filters_in_force
from compare.models import signature
from compare.progress import Progress, within_total
from compare.results import Thresholds
from compare.results.provenance import screening
from compare.statements import Quote, clean_quote
from compare.strict_json import read_json
from compare.strict_model import check

if TYPE_CHECKING:
    from compare.facade import Library
    from compare.models import StanceModel

COLUMNS = (*columns("pairs of quotes"), *columns("pairs"))
"""The columns of the file that is written."""

_PLAIN = ".txt"
_PARTIAL = ".partial"


# -- Quotes --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NamedQuote:
    """A quote of a file; its id is that of the column id, else the number of its line."""

    id: str
    quote: Quote


def read_quotes(path: Path) -> list[NamedQuote]:
    """Return the quotes of a table (.csv, .tsv, .jsonl), or of a text (.txt), one a line.

    The words are in the column `quote`, `query` or `text`; `id`, `speaker`, `role`, `country`,
    `date`, `context` and `opposite` are optional. Blank lines of a text are skipped.

    Raises:
        CorpusError: The file cannot be read, a quote is empty or too long, a cell cannot be used,
            or an id is used twice.
    """
    found: dict[str, NamedQuote] = {}
    validator = Validator()
    for row in _rows(path):
        name = (cell(row, "id") or cell(row, "query_id") or "").strip() or str(row.line)
        if name in found:
            message = f"the id {name!r} is used already; give each quote its own"
            raise CorpusError(str(row.problem(message)))
        found[name] = NamedQuote(name, _quote(row, validator))
    if not found:
        raise CorpusError(str(Problem.of_file(str(path), "there is no quote; write one a line")))
    return list(found.values())


def _rows(path: Path) -> list[Row]:
    if not _is_plain(path):
        if without_gz(path).suffix.casefold() not in READERS:
            known = ", ".join(READERS)
            raise CorpusError(
                f"{path}: this is no file of quotes; end the name in {known} for a table, or in "
                f"{_PLAIN} for a quote on each line."
            )
        return read_rows(path)
    try:
        lines = enumerate(map(str.strip, read_lines(TableFile(path))), start=1)
        return [Row(str(path), line, {"quote": text}) for line, text in lines if text]
    except (BadFileError, OSError) as error:
        reason = BadFileError.unreadable(error) if isinstance(error, OSError) else error
        raise CorpusError(str(Problem.of_file(str(path), reason))) from None


def _is_plain(path: Path) -> bool:
    return without_gz(path).suffix.casefold() == _PLAIN


def _quote(row: Row, validator: Validator) -> Quote:
    keys = {column_key(column): column for column in row.cells}
    words = keys.get("quote", keys.get("query"))
    fields = resolve(row.cells, {words: "text"} if words else {})
    fields = {column: field for column, field in fields.items() if field != "id"}
    column = next((column for column, field in fields.items() if field == "text"), None)
    if column is None:
        found = names_found(row.cells)
        message = f"no column holds quotes (found: {found}); name one quote, query or text"
        raise CorpusError(str(row.problem(message)))
    try:
        text = clean_quote(row.cells[column])
    except QueryError as error:
        message = _as_part(error)
        shown = "" if _is_plain(Path(row.file)) else column
        raise CorpusError(str(row.problem(message, shown, row.cells[column]))) from None
    statement = validator.statement(row, fields)
    if isinstance(statement, Problem):
        raise CorpusError(str(statement))
    opposite = cell(row, "opposite") or ""
    quote = replace(Quote.from_statement(statement), text=text, opposite=opposite)
    try:
        return replace(quote, statement_id=None).cleaned()
    except QueryError as error:
        message = _as_part(error)
        raise CorpusError(str(row.problem(message, "opposite", opposite))) from None


def _as_part(error: QueryError) -> str:
    """Return a sentence as the last part of one."""
    message = str(error).removesuffix(".")
    return message[0].lower() + message[1:]


@dataclass(frozen=True, slots=True)
class SearchedFile:
    """What a search for the quotes of a file found.

    Attributes:
        pairs: The number of pairs listed, by the quote's id.
        notes: The ids of the quotes with each note that a search gives its reader.
    """

    pairs: Mapping[str, int]
    notes: Mapping[str, Sequence[str]]


# -- Searching -----------------------------------------------------------------------------------


def search_file(
    library: Library,
    quotes: Sequence[NamedQuote],
    target: Path,
    *,
    stance_model: StanceModel | None = None,
    filters: Filters | None = None,
    thresholds: Thresholds | None = None,
    candidates: int = CANDIDATES,
    why: bool = False,
    same_actor: bool = True,
    force: bool = False,
    on_progress: Progress | None = None,
) -> SearchedFile:
    """Search for each quote, and write the pairs listed for all to a file, whole or not at all.

    If an earlier run of the same search was interrupted, this one continues after the last finished
    quote.

    Args:
        quotes: See `read_quotes`.
        target: The file to write, .csv or .jsonl; its columns are `COLUMNS`.
        force: Overwrite an existing file.
        on_progress: Reports the number of quotes done.

    The others are those of `Library.search`.

    Raises:
        ExportError: The file exists and `force` is not given, it cannot be written, it has another
            ending, or beside it are the finished quotes of another search.
        ModelError: A model is missing, or is not the one the library was built with.
    """
    check_target(target, force=force)
    model = stance_model or library.stance_model()
    filters, thresholds = filters or Filters(), thresholds or Thresholds()
    partial = partial_path(target)
    made_with = {
        "quotes": _digest([{"id": one.id, **asdict(one.quote)} for one in quotes]),
        "library": f"{library.digest} {library.generation}",
        "models": [library.encoder.digest, signature(model), screening(model)],
        "options": {
            "filters": filters_in_force(filters),
            "thresholds": asdict(thresholds),
            "candidates": candidates,
            "why": why,
            "same_actor": same_actor,
        },
        "version": __version__,
    }
    done = _finished(partial, made_with, len(quotes))
    results = library.search_many(
        [one.quote for one in quotes[done:]],
        stance_model=model,
        filters=filters,
        thresholds=thresholds,
        candidates=candidates,
        why=why,
        same_actor=same_actor,
        on_progress=within_total(on_progress, done, len(quotes)),
    )
    try:
        with partial.open("ab") as file:
            if not file.tell():
                _append(file, {"made_with": made_with})
            for number, result in enumerate(results, start=done):
                rows = pair_rows(result)
                _append(file, {"number": number, "rows": rows, "notes": result.notes})
        return _write(partial, quotes, target, force=force)
    except OSError as error:
        raise ExportError(
            f"{partial} cannot be written or read ({error.strerror}): make room or choose another "
            "folder, then run the command again."
        ) from error


def check_target(target: Path, *, force: bool = False) -> None:
    """Raise the errors of `search_file` about its target early."""
    check_ending(target, [*_WRITERS])
    check_writable(target, force=force)


def partial_path(target: Path) -> Path:
    """Return the file that keeps the finished quotes until all are."""
    return target.with_name(target.name + _PARTIAL)


def _finished(partial: Path, made_with: Mapping[str, Any], quotes: int) -> int:
    """Return the number of quotes that an interrupted run finished; drop a half-written line."""
    if not partial.exists():
        return 0
    found, whole = set(), 0
    try:
        for line in _lines(partial):
            if whole == 0:
                if other := _differing(line["made_with"], made_with):
                    raise ExportError(
                        f"{partial} keeps the finished quotes of a search with other {other}: "
                        "repeat that search to finish it, name another file with --out, or delete "
                        "this one."
                    )
            elif "made_with" not in line:  # two runs at once may both have begun the file
                check("finished quote", {name: line[name] for name in line if name != "end"})
                found.add(line["number"])
            whole = line["end"]
        if found and max(found) >= quotes:
            raise ValueError(f"there is no quote {max(found) + 1}")
        with partial.open("r+b") as file:
            file.truncate(whole)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ExportError(f"{partial} cannot be read ({error}): delete it to begin anew.") from None
    return next(number for number in range(quotes + 1) if number not in found)


def _lines(partial: Path) -> Iterator[dict[str, Any]]:
    """Yield the whole lines, each with the offset of its end."""
    end = 0
    with partial.open("rb") as file:
        for line in file:
            end += len(line)
            if line.endswith(b"\n"):  # the last one may be half-written
                yield {**read_json(line), "end": end}


def _differing(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> str:
    """Name what two searches were not both made with."""
    known = json.loads(json.dumps(ours))  # tuples become lists, as in the file
    return " and ".join(name for name in known if theirs.get(name) != known[name])


def _append(file: IO[bytes], data: Mapping[str, Any]) -> None:
    file.write(json.dumps(data).encode() + b"\n")
    file.flush()


def _write(
    partial: Path, quotes: Sequence[NamedQuote], target: Path, *, force: bool
) -> SearchedFile:
    """Write the file from the finished quotes, and remove them."""
    counts: dict[str, int] = {}
    notes: dict[str, list[str]] = {}
    to_bytes = _WRITERS[target.suffix.casefold()]
    with writing(target, force=force) as file:
        file.write(to_bytes([], header=True))
        for line in _lines(partial):
            # Two runs at once may both have finished a quote.
            if "rows" not in line or (name := quotes[line["number"]].id) in counts:
                continue
            rows = [{COLUMNS[0]: name, **row} for row in line["rows"]]
            file.write(to_bytes(rows, header=False))
            counts[name] = len(rows)
            for note in line["notes"]:
                notes.setdefault(note, []).append(name)
    partial.unlink(missing_ok=True)
    return SearchedFile(counts, notes)


def _digest(data: Any) -> str:
    text = json.dumps(data, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _csv(rows: Sequence[Mapping[str, Any]], *, header: bool) -> bytes:
    return csv_bytes(COLUMNS, rows, header=header)


def _jsonl(rows: Sequence[Mapping[str, Any]], *, header: bool) -> bytes:
    return jsonl_bytes(rows)


_WRITERS = {".csv": _csv, ".jsonl": _jsonl}
