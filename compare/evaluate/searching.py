"""Search a judged test collection and score the two lists of each query, as shown or in full."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from compare.comparison.search import scored_pool, search
from compare.corpus import Problem, Row
from compare.corpus.columns import names_found, resolve
from compare.corpus.validate import Validator
from compare.errors import CorpusError, LibraryError, QueryError
from compare.evaluate.lists import (
    ListScores,
    RankingReport,
    ShownList,
    ShownReport,
    list_scores,
    ranking_report,
    shown_report,
)
from compare.evaluate.pairs import cell, read_label, read_rows, required_cell
from compare.export import csv_bytes
from compare.library.library import Library
from compare.library.locations import CACHE_VARIABLE, cache_dir
from compare.results import Pair, Stance
from compare.statements import Quote, Statement, clean_quote

if TYPE_CHECKING:
    from compare.models import Encoder, StanceModel
    from compare.progress import Progress

LISTS = (Stance.AGREE, Stance.OPPOSE)
_QUERIES = "a file of queries has the columns query_id and query"
_TO_JUDGE = ("query_id", "query", "passage_id", "text", "context", "country", "date", "label")
_JUDGEMENTS = "a file of judgements has the columns query_id, passage_id and label"


# -- The files of a test collection --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judgements:
    """People's labels of passages, by query id and passage id.

    Attributes:
        rows: Where each label was read.
        unlabelled: Rows left out because their label is empty.
        disputed: Rows left out because the second reader gave another label.
        of_other_queries: Rows left out because the query is not among those asked.
    """

    labels: Mapping[str, Mapping[str, Stance]]
    rows: Mapping[tuple[str, str], Row]
    unlabelled: int = 0
    disputed: int = 0
    of_other_queries: int = 0

    @property
    def left_out(self) -> dict[str, int]:
        """Return the number of rows left out, by reason."""
        names = ("unlabelled", "disputed", "of_other_queries")
        return {name: getattr(self, name) for name in names}

    def check(self, ids: Container[str]) -> None:
        """Raise CorpusError if a passage is not among the `ids` of the collection."""
        for (_, passage), row in self.rows.items():
            if passage not in ids:
                message = "the collection has no such passage; name the collection that was judged"
                raise CorpusError(str(row.problem(message, "passage_id", passage)))


def read_queries(path: Path) -> dict[str, str]:
    """Return the queries by id, in the order of the file.

    Raises:
        CorpusError: The file cannot be read, an id is used twice, or a query is empty.
    """
    found: dict[str, str] = {}
    for row in read_rows(path):
        name = required_cell(row, "query_id", _QUERIES).strip()
        text = required_cell(row, "query", _QUERIES).strip()
        if name in found:
            message = "this id is used already; give each query its own"
            raise CorpusError(str(row.problem(message, "query_id", name)))
        try:
            found[name] = clean_quote(text)
        except QueryError:
            message = "this is empty or too long for a query; give the words to search for"
            raise CorpusError(str(row.problem(message, "query", text))) from None
    return found


def read_judgements(paths: Sequence[Path], queries: Collection[str]) -> Judgements:
    """Return the judgements of these queries in all files.

    A row counts if it has a label and, in a file with the column second_label, the second label is
    empty or the same.

    Raises:
        CorpusError: A file cannot be read, a label is unknown, a passage has two labels for one
            query, or the files judge none of the queries.
    """
    labels: dict[str, dict[str, Stance]] = {}
    rows: dict[tuple[str, str], Row] = {}
    left_out = Counter[str]()
    for row in chain.from_iterable(map(read_rows, paths)):
        query, passage = (
            required_cell(row, name, _JUDGEMENTS).strip() for name in ("query_id", "passage_id")
        )
        if not required_cell(row, "label", _JUDGEMENTS).strip():
            left_out["unlabelled"] += 1
            continue
        label = read_label(row, _JUDGEMENTS)
        second = (cell(row, "second_label") or "").strip()
        if second and read_label(row, _JUDGEMENTS, "second_label") is not label:
            left_out["disputed"] += 1
        elif query not in queries:
            left_out["of_other_queries"] += 1
        else:
            first = labels.setdefault(query, {}).setdefault(passage, label)
            at = rows.setdefault((query, passage), row)
            if first is not label:
                where = f"{at.file}, line {at.line}" if at.file != row.file else f"line {at.line}"
                message = (
                    f"this passage is labelled {first.value} for the same query on {where}; keep "
                    "one of the two"
                )
                raise CorpusError(str(row.problem(message, "label", label.value)))
    if paths and not rows:
        files = " and ".join(map(str, paths))
        message = "no row judges one of the queries; name the judgements that belong to them"
        if not left_out["of_other_queries"]:
            message = "no row has a label; write agree, oppose or neither in that column"
            if left_out["disputed"]:
                message = "no row has the same label twice; correct label or second_label"
        raise CorpusError(str(Problem.of_file(files, message)))
    return Judgements(labels, rows, **left_out)


def read_collection(path: Path) -> list[Statement]:
    """Return the passages of a collection as statements, with the ids they have in it."""
    validator, statements = Validator(), []
    for row in read_rows(path):
        fields = resolve(row.cells, {})
        if "text" not in fields.values():
            message = f"no column holds words (found: {names_found(row.cells)}); name one text"
            raise CorpusError(str(row.problem(message)))
        statement = validator.statement(row, fields)
        if isinstance(statement, Problem):
            raise CorpusError(str(statement))
        statements.append(statement)
    return statements


def open_collection(
    path: Path,
    encoder: Encoder,
    on_progress: Progress | None = None,
    check: Callable[[Container[str]], object] | None = None,
) -> Library:
    """Open the library of a collection; the first call with an encoder builds it in the cache.

    `check` is called with the passages' ids before the slow embedding, to raise errors early.

    Raises:
        CorpusError: The collection cannot be read.
        LibraryError: The cache cannot be written.
    """
    from filelock import FileLock

    folder = cache_dir() / "evaluation" / _cache_key(path, encoder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            with suppress(LibraryError):  # missing or incomplete, so build it
                return Library.open(folder, encoder)
            statements = read_collection(path)
            if check:
                check({statement.id for statement in statements})
            return Library.build(statements, folder, encoder, on_progress)
    except OSError as error:
        raise LibraryError(
            f"The cache {folder.parent} cannot be written ({error.strerror or error}): name "
            f"another folder with {CACHE_VARIABLE}."
        ) from error


def _cache_key(path: Path, encoder: Encoder) -> str:
    """Return a key of everything that the library depends on: file, encoder, format, version."""
    from compare import __version__
    from compare.files import file_sha256
    from compare.library.generations import FORMAT

    try:
        content = file_sha256(path)
    except OSError:
        read_rows(path)  # raises a clearer error
        raise
    read_as = "".join(path.suffixes[-2:]).casefold()
    made_of = [content, read_as, encoder.name, encoder.digest, str(FORMAT), __version__]
    return hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:16]


# -- Searching -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SearchReport:
    """Both lists of each judged query as a search shows them.

    `lists` has the figures over all queries; `not_judged` are the listed pairs without a judgement,
    each with its query's id. `seconds` is the time of the searches.
    """

    queries: Mapping[str, Mapping[Stance, ShownList]]
    lists: Mapping[Stance, ShownReport]
    not_judged: Sequence[tuple[str, Pair]]
    seconds: float


@dataclass(frozen=True, slots=True)
class PoolReport:
    """The scores of both full rankings, for each judged query and on average.

    `lists` holds means over the queries with enough relevant passages; `seconds` is the time of the
    searches.
    """

    queries: Mapping[str, Mapping[Stance, ListScores]]
    lists: Mapping[Stance, RankingReport]
    seconds: float


def evaluate_search(
    library: Library,
    queries: Mapping[str, str | Quote],
    judged: Mapping[str, Mapping[str, Stance]],
    stance_model: StanceModel,
    on_progress: Progress | None = None,
) -> SearchReport:
    """Search for each query and score both lists as they are shown.

    A query without judgements is in no figure; what is listed for it is among `not_judged`.

    Args:
        queries: Texts, or quotes with their speaker, by query id.
        judged: Labels by query id and passage id.
    """
    found: dict[str, dict[Stance, ShownList]] = {}
    not_judged: list[tuple[str, Pair]] = []
    began = time.perf_counter()
    for name in _each(queries, on_progress):
        result, labels = search(library, queries[name], stance_model=stance_model), judged.get(name)
        lists_of = {stance: ShownList.of(result, stance, labels or {}) for stance in LISTS}
        if labels:
            found[name] = lists_of
        for stance, of in lists_of.items():
            listed = zip(result.listed(stance), of.pairs, strict=True)
            not_judged += [(name, pair) for pair, one in listed if one.label is None]
    seconds = time.perf_counter() - began
    lists = {stance: shown_report([of[stance] for of in found.values()]) for stance in LISTS}
    return SearchReport(found, lists, not_judged, seconds)


def evaluate_pool(
    library: Library,
    queries: Mapping[str, str],
    judged: Mapping[str, Mapping[str, Stance]],
    stance_model: StanceModel,
    on_progress: Progress | None = None,
) -> PoolReport:
    """Score the full ranking of all that a search reads, without thresholds, for each judged query.

    Passages without a judgement are removed from the rankings.

    Args:
        queries: Texts by query id.
        judged: Labels by query id and passage id.
    """
    found: dict[str, dict[Stance, ListScores]] = {}
    began = time.perf_counter()
    for name in _each([name for name in queries if name in judged], on_progress):
        pool = scored_pool(library, queries[name], stance_model)
        found[name] = {
            stance: list_scores(ranked_ids(pool, stance), judged[name], stance) for stance in LISTS
        }
    seconds = time.perf_counter() - began
    lists = {
        stance: ranking_report([scores[stance] for scores in found.values()]) for stance in LISTS
    }
    return PoolReport(found, lists, seconds)


def _each(names: Collection[str], on_progress: Progress | None) -> Iterator[str]:
    """Yield the ids of queries, and report each when it is done."""
    for done, name in enumerate(names, start=1):
        yield name
        if on_progress:
            on_progress(done, len(names))


def ranked_ids(pool: Sequence[Pair], stance: Stance) -> list[str]:
    """Return the statements' ids, best first, in the order of `Result.listed`."""
    ranked = sorted(pool, key=lambda pair: pair.rank_key(stance))
    return [pair.b.statement.id for pair in ranked]


def not_judged_csv(report: SearchReport, queries: Mapping[str, str]) -> bytes:
    """Return the listed pairs without a judgement as CSV, with an empty column `label` to fill in.

    A reader should not know the model's verdict: neither a column nor the order tells it.
    """
    rows = []
    for name in queries:
        listed = [pair.b.statement for query, pair in report.not_judged if query == name]
        for said in sorted(listed, key=lambda one: one.id):
            date = said.date.iso if said.date else ""
            cells = name, queries[name], said.id, said.text, said.context, said.countries, date, ""
            rows.append(dict(zip(_TO_JUDGE, cells, strict=True)))
    return csv_bytes(_TO_JUDGE, rows)
