"""Search a judged test collection, and score the two lists of each query as a search shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from filelock import FileLock

from compare import __version__
from compare.batch.tables import cell, read_label, read_rows, required_cell
from compare.comparison.search import search
from compare.corpus import Problem
from compare.corpus.columns import names_found, resolve
from compare.corpus.validate import Validator
from compare.errors import CorpusError, LibraryError, QueryError
from compare.facade import Library
from compare.files import file_sha256
from compare.library.generations import FORMAT
from compare.library.locations import cache_dir
from compare.models import Encoder, StanceModel
from compare.results import Figure, Result, Stance, clustered_share
from compare.statements import Quote, Statement, clean_quote

LISTS = (Stance.AGREE, Stance.OPPOSE)

FIRST = 5
"""Entries of a list for P@5."""

DEPTH = 10
"""Entries of a list for recall@10."""

_QUERIES = "a file of queries has the columns query_id and query"
_JUDGEMENTS = "a file of judgements has the columns query_id, passage_id and label"

# -- The files of a test collection --------------------------------------------------------------


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


def read_judgements(
    paths: Sequence[Path], queries: Collection[str]
) -> dict[str, dict[str, Stance]]:
    """Return the judgements of these queries in all files, by query id and passage id.

    A row counts if it has a label and, in a file with the column second_label, the second label is
    empty or the same.

    Raises:
        CorpusError: A file cannot be read, a label is unknown, or a passage has two labels for one
            query.
    """
    labels: dict[str, dict[str, Stance]] = {}
    for row in chain.from_iterable(map(read_rows, paths)):
        query, passage = (
            required_cell(row, name, _JUDGEMENTS).strip() for name in ("query_id", "passage_id")
        )
        if not required_cell(row, "label", _JUDGEMENTS).strip() or query not in queries:
            continue
        label = read_label(row, _JUDGEMENTS)
        second = (cell(row, "second_label") or "").strip()
        if second and read_label(row, _JUDGEMENTS, "second_label") is not label:
            continue
        first = labels.setdefault(query, {}).setdefault(passage, label)
        if first is not label:
            message = f"this passage is labelled {first.value} before; keep one of the two"
            raise CorpusError(str(row.problem(message, "label", label.value)))
    return labels


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


def open_collection(path: Path, encoder: Encoder) -> Library:
    """Open the library of a collection; the first call with an encoder builds it in the cache."""
    folder = cache_dir() / "evaluation" / _cache_key(path, encoder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        with suppress(LibraryError):  # missing or incomplete, so build it
            return Library.open(folder, encoder)
        return Library.build(read_collection(path), folder, encoder)


def _cache_key(path: Path, encoder: Encoder) -> str:
    """Return a key of everything that the library depends on: file, encoder, format, version."""
    read_as = "".join(path.suffixes[-2:]).casefold()
    made_of = [file_sha256(path), read_as, encoder.name, encoder.digest, str(FORMAT), __version__]
    return hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:16]


# -- Lists as a search shows them ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListedPair:
    """An entry of a list.

    Attributes:
        probability: As it is shown.
        label: People's label; None if the entry is not judged.
        unsure: Whether the entry is marked as unclear and only fills the list.
    """

    probability: float
    label: Stance | None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class ShownList:
    """One list of one query as a search shows it.

    Attributes:
        stance: The list, agree or oppose.
        known: Number of passages that people labelled so; `found` are among the first ten.
        pairs: All entries of the list, best first, those marked as unclear last.
    """

    stance: Stance
    known: int
    found: int
    pairs: Sequence[ListedPair]

    @classmethod
    def of(cls, result: Result, stance: Stance, judged: Mapping[str, Stance]) -> ShownList:
        """Return a list of a search, with the label of each pair by the statements' ids.

        A pair has the label of its statement, or else of the first judged statement with the same
        words.
        """
        known = {name for name, label in judged.items() if label is stance}
        listed = result.listed(stance)
        names = [[one.id for one in (pair.b.statement, *pair.b.repeats)] for pair in listed]
        pairs = [
            ListedPair(
                float(pair.probabilities.of(stance)),
                next((judged[id] for id in ids if id in judged), None),
                result.is_unsure(pair),
            )
            for pair, ids in zip(listed, names, strict=True)
        ]
        found = {id for ids in names[:DEPTH] for id in ids}
        return cls(stance, len(known), len(known & found), pairs)

    @property
    def sure(self) -> Sequence[ListedPair]:
        """Return the entries that are not marked as unclear."""
        return [pair for pair in self.pairs if not pair.unsure]

    @property
    def right(self) -> int:
        """Return the number of sure entries that people labelled as the list does."""
        return sum(pair.label is self.stance for pair in self.sure)

    @property
    def unjudged(self) -> int:
        """Return the number of sure entries without a label."""
        return sum(pair.label is None for pair in self.sure)

    @property
    def right_at_5(self) -> int:
        """Return the number of right entries among the first five."""
        return sum(pair.label is self.stance for pair in self.pairs[:FIRST])

    @property
    def p_at_5(self) -> float:
        """Return the share of five places with a right entry; missing and unjudged are misses."""
        return self.right_at_5 / FIRST

    @property
    def recall_at_10(self) -> float | None:
        """Return the share of all known passages that are among the first ten; None without any."""
        return self.found / self.known if self.known else None


@dataclass(frozen=True, slots=True)
class ShownReport:
    """One list of all queries as a search shows it; each interval draws queries again.

    P@5, recall@10 and `claims_with_right` are over the `claims` with a known passage of that label,
    and include what is marked as unclear; the others are over all other pairs listed for any query.

    Attributes:
        p_at_5: Mean share of the first five places with a right passage; missing and unjudged are
            misses.
        recall_at_10: Mean share of the known passages that are among the first ten.
        claims_with_right: Claims with a right passage among the first five.
        right_of_judged: Share of the judged pairs that is right.
        probability: Mean probability shown, to be compared with the share that is right.
    """

    claims: int
    p_at_5: Figure
    recall_at_10: Figure
    claims_with_right: int
    listed: int
    judged: int
    right_of_judged: Figure
    probability: Figure


def shown_report(lists: Sequence[ShownList]) -> ShownReport:
    """Return the figures of one list over all queries."""
    counting = [one for one in lists if one.known]
    listed, right = [len(one.sure) for one in lists], [one.right for one in lists]
    judged = [len(one.sure) - one.unjudged for one in lists]
    shown = [sum(pair.probability for pair in one.sure) for one in lists]
    return ShownReport(
        claims=len(counting),
        p_at_5=clustered_share([one.p_at_5 for one in counting]),
        recall_at_10=clustered_share([one.found / one.known for one in counting]),
        claims_with_right=sum(one.right_at_5 > 0 for one in counting),
        listed=sum(listed),
        judged=sum(judged),
        right_of_judged=clustered_share(right, judged),
        probability=clustered_share(shown, listed),
    )


# -- Searching -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SearchReport:
    """Both lists of each judged query as a search shows them, and the figures over all queries."""

    queries: Mapping[str, Mapping[Stance, ShownList]]
    lists: Mapping[Stance, ShownReport]


def evaluate_search(
    library: Library,
    queries: Mapping[str, str | Quote],
    judged: Mapping[str, Mapping[str, Stance]],
    stance_model: StanceModel,
) -> SearchReport:
    """Search for each judged query and score both lists as they are shown.

    Args:
        queries: Texts, or quotes with their speaker, by query id.
        judged: Labels by query id and passage id.
    """
    found: dict[str, dict[Stance, ShownList]] = {}
    for name in filter(judged.get, queries):
        result = search(library, queries[name], stance_model=stance_model)
        found[name] = {stance: ShownList.of(result, stance, judged[name]) for stance in LISTS}
    lists = {stance: shown_report([of[stance] for of in found.values()]) for stance in LISTS}
    return SearchReport(found, lists)
