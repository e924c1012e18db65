"""Score pairs with the stages of a stance model, cache the scores, and find rationales."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from compare.errors import LibraryError
from compare.library.build import passage_key
from compare.library.index.base import Floats, Rows
from compare.library.locations import CACHE_VARIABLE, writable_cache
from compare.models import InputPair, ModelInput, StanceModel, Use, signature
from compare.models.model_input import affirmed
from compare.progress import Progress, within_total
from compare.results import Excerpt, Pair, Probabilities, Result
from compare.results.pair import ranking_score
from compare.statements import check_languages, language_of, split_quote, words_key

if TYPE_CHECKING:
    from compare.library.library import OpenLibrary
    from compare.statements import Quote


_LEAST_OPPOSITE = 0.2
"""Least probability of opposition between a text and its opposite for no warning.

With it, 13 of 50 opponents' sentences on dev claims are warned of, and 149 of 150 on other claims.
"""


# -- Stages --------------------------------------------------------------------------------------


class Scores(NamedTuple):
    """The scores of pairs.

    Attributes:
        probabilities: Of agree, oppose and neither, float32 [n, 3].
        stages_left: How many later stages of a cascade did not score each pair, int [n].
    """

    probabilities: Floats
    stages_left: NDArray[np.int64]

    @property
    def first_stage_only(self) -> NDArray[np.bool_]:
        """Return which pairs the last stage of a cascade did not score, bool [n]."""
        return self.stages_left > 0

    def take(self, numbers: Rows) -> Scores:
        """Return the scores of these pairs."""
        return Scores(self.probabilities[numbers], self.stages_left[numbers])

    def of_each(self) -> Iterator[tuple[Probabilities, bool]]:
        """Yield the probabilities of each pair, and whether the last stage did not score it."""
        rows = zip(self.probabilities.tolist(), self.first_stage_only.tolist(), strict=True)
        yield from ((Probabilities(*row), only) for row, only in rows)


class Rescoring(NamedTuple):
    """Which pairs a later stage of a cascade scores again.

    Attributes:
        most: Maximum number of pairs.
        choose: Given the numbers of the pairs that the stage before scored, and their
            probabilities, returns the numbers of those to score again.
    """

    most: int
    choose: Callable[[Rows, Floats], Rows]


def score_in_stages(
    model: StanceModel,
    count: int,
    score: Callable[[StanceModel, Rows, Progress | None], Floats],
    choices: Sequence[Rescoring],
    on_progress: Progress | None = None,
) -> Scores:
    """Score pairs; each later stage of a cascade rescores some that the stage before scored.

    Args:
        model: A model of one or more stages.
        count: Number of pairs.
        score: Given a stage and numbers of pairs, returns their probabilities.
        choices: One for each later stage. A model of fewer stages takes the last ones.
        on_progress: Reports pairs scored; those scored twice count twice.
    """
    first, *later = model.stages
    if not later:
        every = np.arange(count)
        return Scores(score(first, every, on_progress), np.zeros(count, np.int64))
    budgets = [min(count, choice.most) for choice in choices[-len(later) :]]
    total = count + sum(budgets)
    numbers, done = np.arange(count), count
    scores = score(first, numbers, within_total(on_progress, 0, total))
    stages_left = np.full(count, len(later))
    for stage, choice, budget in zip(later, choices[-len(later) :], budgets, strict=True):
        numbers, done = choice.choose(numbers, scores[numbers]), done + budget
        counted = within_total(on_progress, done - len(numbers), total)
        scores[numbers] = score(stage, numbers, counted)
        stages_left[numbers] -= 1
    if on_progress:
        on_progress(total, total)
    return Scores(scores, stages_left)


def score_both_ends(
    stage: StanceModel,
    pairs: Sequence[InputPair],
    opposites: Sequence[ModelInput | None],
    on_progress: Progress | None = None,
) -> Floats:
    """Return probabilities of pairs of what is asked and a passage, compared with both ends.

    They are the calibrated mean, float32 [len(pairs), 3], of each pair's probabilities and of those
    of its opposite, what someone who disagrees would say, and the passage, with agree and oppose
    exchanged. A pair without an opposite has its own.

    >>> claim, denial = ModelInput("The canal is open."), ModelInput("The canal is closed.")
    >>> score_both_ends(model, [(claim, ModelInput("No ship may pass."))], [denial]).shape
    (1, 3)
    """
    with_opposite = [n for n, opposite in enumerate(opposites) if opposite]
    if not with_opposite:
        return stage.score(pairs, on_progress)

    def part(done_before: int) -> Progress | None:
        if on_progress is None:
            return None
        whole = len(pairs) + len(with_opposite)
        return lambda done, _: on_progress(len(pairs) * (done_before + done) // whole, len(pairs))

    read = stage.score(pairs, part(0))
    against = [(opposites[n] or pairs[n][0], pairs[n][1]) for n in with_opposite]
    turned = stage.for_use(Use.QUOTE).score(against, part(len(pairs)))
    read[with_opposite] = mean_of_ends(stage.for_use(Use.BOTH_ENDS), read[with_opposite], turned)
    return read


def mean_of_ends(stage: StanceModel, read: Floats, of_opposite: Floats) -> Floats:
    """Return the calibrated mean of both readings, agree and oppose exchanged in the second."""
    mean = (read + of_opposite[:, [1, 0, 2]]) / 2
    return stage.calibrate(np.asarray(mean, np.float32))


def opposite_notes(text: str, opposite: str, model: StanceModel) -> list[str]:
    """Return a warning if the opposite of a text, unless empty, does not look like one."""
    if not opposite:
        return []
    denials = {words_key(affirmed(one) or "") for one in (text, opposite)}
    if denials & {words_key(text), words_key(opposite)}:
        return [
            "The opposite only denies the other words, which tells the model nothing new: say what "
            "someone who disagrees would say, in words of their own."
        ]
    last = model.for_use(Use.QUOTE).stages[-1]
    agree, oppose, _ = last.score([(ModelInput(text), ModelInput(opposite))])[0].tolist()
    if agree <= oppose and oppose >= _LEAST_OPPOSITE:
        return []
    found_that = (
        f"likelier to agree with it ({agree:.2f}) than to oppose it ({oppose:.2f})"
        if agree > oppose
        else f"hardly likely to oppose it ({oppose:.2f})"
    )
    return [
        f"The opposite may not be one: the model finds it {found_that}. If it is not what someone "
        "who disagrees would say, verdicts may be wrong: say it more plainly, or leave it out."
    ]


def check_proposition(asked: Quote, model: StanceModel) -> None:
    """Refuse a proposition, or an opposite, that the stance model does not read.

    Raises:
        QueryError: It is in another language.
    """
    named = ("The proposition", asked.text), ("The opposite", asked.opposite)
    check_languages(*named, languages=model.languages)


def proposition_notes(asked: Quote, model: StanceModel) -> list[str]:
    """Return notes on a proposition: its length, and whether its opposite is one."""
    notes = []
    if (sentences := len(split_quote(asked.text, language_of(asked.text)))) > 1:
        notes.append(
            f"The proposition has {sentences} sentences and is read as one: a single claim gives "
            "clearer positions."
        )
    return notes + opposite_notes(asked.text, asked.opposite, model)


def list_ranks(scores: Floats, similarities: Iterable[float]) -> NDArray[np.float64]:
    """Return each pair's ranking score in the agree list and in the oppose list, [n, 2]."""
    rows = zip(scores[:, :2].tolist(), map(float, similarities), strict=True)
    ranks = [
        [ranking_score(probability, similarity) for probability in row] for row, similarity in rows
    ]
    return np.array(ranks, np.float64).reshape(-1, 2)


def top_of_lists(similarities: ArrayLike, most_agree: int, most_oppose: int) -> Rescoring:
    """Choose the top pairs of the agree list and of the oppose list."""
    of_each = np.asarray(similarities, np.float64)

    def choose(numbers: Rows, scores: Floats) -> Rows:
        order = np.argsort(-list_ranks(scores, of_each[numbers].tolist()), axis=0, kind="stable")
        return numbers[np.union1d(order[:most_agree, 0], order[:most_oppose, 1])]

    return Rescoring(most_agree + most_oppose, choose)


def read_excerpts(library: OpenLibrary, rows: Iterable[int]) -> dict[int, Excerpt]:
    """Return the passages in these rows, each with its statement, by row.

    Raises:
        LibraryError: The library is damaged: a statement does not have the words of a passage.
    """
    wanted = sorted(set(rows))
    passages = library.passages(wanted)
    ids = sorted({passage.statement_id for passage in passages})
    statements = dict(zip(ids, library.statements(ids), strict=True))
    for passage in passages:
        said = statements[passage.statement_id]
        kept = passage.text, passage.context
        own = said.text[passage.start : passage.end], said.context
        if kept != own and kept != tuple(text.replace("\0", "") for text in own):  # as databases do
            raise LibraryError(
                f"The library in {library.backend} is damaged: the statement {said.id!r} does not "
                "have the words of its passage; build it again with `compare build --force`."
            )
    return {
        row: Excerpt(statements[passage.statement_id], passage)
        for row, passage in zip(wanted, passages, strict=True)
    }


# -- Scores on disk ------------------------------------------------------------------------------

_MOST_FILES = 20
# CROSS JOIN makes SQLite look up each pair instead of scanning all scores.
_KNOWN = """
SELECT pair.key, agree, oppose, neither FROM json_each(?) AS pair CROSS JOIN scores
WHERE a = json_extract(pair.value, '$[0]') AND b = json_extract(pair.value, '$[1]')
"""


class ScoreCache:
    """Cached scores of pairs of a library's passages by one model, in either order.

    Scores are written every few seconds, so that a stopped comparison can resume.
    """

    def __init__(self, key: Mapping[str, Any], folder: Path | None = None) -> None:
        """Open or create the file for a key, which names everything that the scores depend on.

        Raises:
            LibraryError: The file cannot be read or written; all methods may raise this.
        """
        name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]
        folder = folder or writable_cache() / "comparisons"
        self._path = folder / f"{name}.sqlite"
        with self._plain_errors():
            folder.mkdir(parents=True, exist_ok=True)
            _remove_oldest(folder, self._path)
            with self._renewed_if_damaged():
                self._create_table()

    @classmethod
    def of(cls, library: OpenLibrary, model: StanceModel, folder: Path | None = None) -> ScoreCache:
        """Open the file for a generation of a library and a model of one stage."""
        key = {"library": library.generation, "model": signature(model), "use": model.use}
        return cls(key, folder)

    def _create_table(self) -> None:
        with closing(self._connect()) as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS scores (a INTEGER, b INTEGER, agree REAL, oppose REAL, "
                "neither REAL, PRIMARY KEY (a, b)) WITHOUT ROWID"
            )
            database.execute("SELECT a FROM scores LIMIT 1").fetchall()  # fails if it is damaged

    def known(self, a: Rows, b: Rows) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the cached scores of pairs, float32 [n, 3], and which are known, bool [n]."""
        scores = np.zeros((len(a), 3), np.float32)
        known = np.zeros(len(a), bool)
        pairs = json.dumps(_pairs(a, b))
        rows: list[tuple[Any, ...]] = []
        with (
            self._plain_errors(),
            self._renewed_if_damaged(),
            closing(self._connect()) as database,
        ):
            rows = database.execute(_KNOWN, (pairs,)).fetchall()
        for place, *row in rows:
            # This program writes only probabilities: for anything else, score the pair again.
            if all(isinstance(number, float) and 0 <= number <= 1 for number in row):
                scores[place], known[place] = row, True
        return scores, known

    def score(
        self,
        a: Rows,
        b: Rows,
        score: Callable[[Rows], Floats],
        on_progress: Progress | None = None,
        *,
        at_once: int = StanceModel.at_once,
    ) -> Floats:
        """Return the scores of pairs, float32 [n, 3], calling `score` for those not cached.

        `score` gets the numbers of some pairs, `at_once` at most.
        """
        scores, known = self.known(a, b)
        left = np.flatnonzero(~known)
        done = len(a) - len(left)
        for start in range(0, len(left), at_once):
            part = left[start : start + at_once]
            scores[part] = score(part)
            self.add(a[part], b[part], scores[part])
            done += len(part)
            if on_progress:
                on_progress(done, len(a))
        return scores

    def add(self, a: Rows, b: Rows, scores: Floats) -> None:
        """Store the scores of pairs on disk."""
        rows = [(*pair, *row) for pair, row in zip(_pairs(a, b), scores.tolist(), strict=True)]
        with self._plain_errors(), closing(self._connect()) as database, database:
            database.executemany("INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?)", rows)

    @contextmanager
    def _renewed_if_damaged(self) -> Iterator[None]:
        """Start again if the file is damaged, since scores can be recomputed."""
        try:
            yield
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            # Busy or full, but not damaged. Other tables, or text that is not UTF-8, are damage.
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
            if isinstance(error, sqlite3.OperationalError) and code != sqlite3.SQLITE_ERROR:
                raise
            self._path.unlink(missing_ok=True)
            self._create_table()

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise LibraryError(
                f"Scores cannot be saved in {self._path} ({error}); those already saved are kept. "
                f"Make room, or name another folder with {CACHE_VARIABLE}."
            ) from error

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=60)


def _pairs(a: Rows, b: Rows) -> list[tuple[int, int]]:
    """Return pairs with the lower row first: swapping the sides does not change a score."""
    low, high = np.minimum(a, b).tolist(), np.maximum(a, b).tolist()
    return list(zip(low, high, strict=True))


def _remove_oldest(folder: Path, keep: Path) -> None:
    """Remove the oldest files, so that the cache stays small."""
    with suppress(OSError):
        files = sorted(folder.glob("*.sqlite"), key=lambda path: path.stat().st_mtime)
        for path in files[:-_MOST_FILES]:
            if path != keep:
                path.unlink(missing_ok=True)


def score_passages(
    library: OpenLibrary,
    stage: StanceModel,
    a: Rows,
    b: Rows,
    inputs: Mapping[int, ModelInput] | None = None,
    folder: Path | None = None,
    on_progress: Progress | None = None,
) -> Floats:
    """Return the probabilities of pairs of rows, float32 [n, 3], from the cache where possible.

    Args:
        library: The library of the passages.
        stage: A model of one stage.
        a: Rows of side a.
        b: Rows of side b.
        inputs: Model inputs for numbers that are not rows of the library, such as a claim's.
        folder: Folder for scores; None uses the default cache.
        on_progress: Reports pairs with a score.
    """
    given = inputs or {}

    def score(numbers: Rows) -> Floats:
        pairs = list(zip(a[numbers].tolist(), b[numbers].tolist(), strict=True))
        rows = {row for pair in pairs for row in pair} - given.keys()
        excerpts = read_excerpts(library, rows)
        known = {row: excerpt.model_input for row, excerpt in excerpts.items()} | dict(given)
        return stage.score([(known[one], known[other]) for one, other in pairs])

    cache = ScoreCache.of(library, stage, folder)
    return cache.score(a, b, score, on_progress, at_once=stage.at_once)


def score_against(
    library: OpenLibrary,
    stage: StanceModel,
    ends: Sequence[str],
    rows: Rows,
    folder: Path | None = None,
    on_progress: Progress | None = None,
) -> Floats:
    """Return the probabilities that passages agree with a proposition, oppose it, or do neither.

    They are float32 [n, 3], and come from the cache where possible.

    Args:
        library: The library of the passages.
        stage: A model of one stage.
        ends: The proposition and, if there is one, its opposite, with which passages are compared,
            too: see `score_both_ends`.
        rows: Rows of the passages.
        folder: Folder for scores; None uses the default cache.
        on_progress: Reports passages with a score.
    """

    def against(end: str, stage: StanceModel, on_progress: Progress | None) -> Floats:
        key = passage_key(end)
        number = min(key, ~key)  # the end's number in the cache: negative, as rows never are
        sides, inputs = (np.full(len(rows), number), rows), {number: ModelInput(end)}
        return score_passages(library, stage, *sides, inputs, folder, on_progress)

    if len(ends) == 1:
        return against(ends[0], stage.for_use(Use.PROPOSITION), on_progress)
    alone, count = stage.for_use(Use.QUOTE), len(rows)

    def half(before: int) -> Progress | None:
        return on_progress and (lambda done, _: on_progress((before + done) // 2, count))

    read, turned = (against(end, alone, half(n * count)) for n, end in enumerate(ends))
    return mean_of_ends(stage.for_use(Use.POLES), read, turned)


# -- Rationale -----------------------------------------------------------------------------------


def explain_pair(pair: Pair, stance_model: StanceModel, quote: Quote | None = None) -> Pair:
    """Return the pair with its rationale, found by the stage that gave the verdict.

    In a search, the model read `quote` itself, though `pair.a` may show its source statement.
    """
    from compare.models.rationale import find_rationale

    stage = stance_model.stages[0 if pair.first_stage_only else -1]
    a = Excerpt.of_quote(quote, pair.a.text) if quote else pair.a
    _, rationale = find_rationale(stage, a.model_input, pair.b.model_input)
    return replace(pair, rationale=rationale)


def explain_listed(
    result: Result,
    stance_model: StanceModel,
    on_progress: Progress | None = None,
    *,
    most: int | None = None,
) -> Result:
    """Return the result with the rationale of its agree and oppose lists: see `Result.explain`."""
    listed = [*result.agree[:most], *result.oppose[:most]]
    wanted = [pair for pair in listed if pair.rationale is None]
    found: dict[int, Pair] = {}
    for done, pair in enumerate(wanted, start=1):
        found[id(pair)] = explain_pair(pair, stance_model, result.quote)
        if on_progress:
            on_progress(done, len(wanted))
    return result.replacing(found)
