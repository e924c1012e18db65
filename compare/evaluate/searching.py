"""Search a judged test collection and score the two lists of each query."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compare.comparison.search import scored_pool
from compare.corpus import Problem
from compare.corpus.columns import missing_text, resolve
from compare.corpus.validate import Validator
from compare.errors import CorpusError, LibraryError, QueryError
from compare.evaluate.metrics import ListScores, RankingReport, list_scores, ranking_report
from compare.evaluate.pairs import read_label, read_rows, required_cell
from compare.library.library import Library
from compare.library.locations import CACHE_VARIABLE, cache_dir
from compare.results import Pair, Stance
from compare.statements import Statement, clean_quote

if TYPE_CHECKING:
    from compare.models import Encoder, StanceModel
    from compare.progress import Progress

LISTS = (Stance.AGREE, Stance.OPPOSE)
_QUERIES = "a file of queries has the columns query_id and query"
_JUDGEMENTS = "a file of judgements has the columns query_id, passage_id and label"


# -- The files of a test collection --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judgement:
    """People's label of one passage for one query; `line` is its line in the file."""

    query_id: str
    passage_id: str
    label: Stance
    line: int


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


def read_judgements(path: Path, queries: Mapping[str, str]) -> tuple[list[Judgement], int]:
    """Return the judgements of these queries, and the number of judgements of other queries.

    Raises:
        CorpusError: The file cannot be read, a label is unknown, a passage has two labels for one
            query, or none of the queries is judged.
    """
    found: dict[tuple[str, str], Judgement] = {}
    for row in read_rows(path):
        query, passage = (
            required_cell(row, name, _JUDGEMENTS).strip() for name in ("query_id", "passage_id")
        )
        judged = Judgement(query, passage, read_label(row, _JUDGEMENTS), row.line)
        first = found.setdefault((query, passage), judged)
        if first.label is not judged.label:
            message = (
                f"this passage is labelled {first.label.value} for the same query on line "
                f"{first.line}; keep one of the two"
            )
            raise CorpusError(str(row.problem(message, "label", judged.label.value)))
    kept = [judged for judged in found.values() if judged.query_id in queries]
    if not kept:
        message = "it judges none of the queries; name the judgements that belong to them"
        raise CorpusError(str(Problem.of_file(str(path), message)))
    return kept, len(found) - len(kept)


def labels_by_query(
    judgements: Iterable[Judgement], ids: Container[str], path: Path
) -> dict[str, dict[str, Stance]]:
    """Return the labels by passage for each query; `path` is the file they were read from.

    Raises:
        CorpusError: A passage is not among the `ids` of the collection.
    """
    labels: dict[str, dict[str, Stance]] = {}
    for judged in judgements:
        if judged.passage_id not in ids:
            message = "the collection has no such passage; name the collection that was judged"
            where = Problem(str(path), judged.line, "passage_id", judged.passage_id, message)
            raise CorpusError(str(where))
        labels.setdefault(judged.query_id, {})[judged.passage_id] = judged.label
    return labels


def read_collection(path: Path) -> list[Statement]:
    """Return the passages of a collection as statements, with the ids they have in it."""
    validator, statements = Validator(), []
    for row in read_rows(path):
        fields = resolve(row.cells, {})
        if "text" not in fields.values():
            raise CorpusError(str(row.problem(missing_text(row.cells, {}))))
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
    from compare.library.generations import FORMAT
    from compare.models.runtime import file_sha256

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
    """The scores of both lists, for each judged query and on average.

    `lists` holds means over the queries with enough relevant passages; `seconds` is the total time
    of the searches, without opening the library.
    """

    queries: Mapping[str, Mapping[Stance, ListScores]]
    lists: Mapping[Stance, RankingReport]
    seconds: float


def evaluate_search(
    library: Library,
    queries: Mapping[str, str],
    judged: Mapping[str, Mapping[str, Stance]],
    stance_model: StanceModel,
    on_progress: Progress | None = None,
) -> SearchReport:
    """Search each judged query, and score the full ranking of both lists.

    Args:
        queries: Texts by query id.
        judged: Labels by query id and passage id.
    """
    found: dict[str, dict[Stance, ListScores]] = {}
    asked = [name for name in queries if name in judged]
    began = time.perf_counter()
    for done, name in enumerate(asked, start=1):
        pool = scored_pool(library, queries[name], stance_model)
        found[name] = {
            stance: list_scores(ranked_ids(pool, stance), judged[name], stance) for stance in LISTS
        }
        if on_progress:
            on_progress(done, len(asked))
    seconds = time.perf_counter() - began
    lists = {
        stance: ranking_report([scores[stance] for scores in found.values()]) for stance in LISTS
    }
    return SearchReport(found, lists, seconds)


def ranked_ids(pool: Sequence[Pair], stance: Stance) -> list[str]:
    """Return the statements' ids, best first, in the order of `Result.listed`."""
    ranked = sorted(pool, key=lambda pair: pair.rank_key(stance))
    return [pair.b.statement.id for pair in ranked]
