"""Search for every query of a test collection and see how good the two lists are."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare.comparison.search import scored_pool
from compare.evaluate.ranking import ListScores, RankingReport, list_scores, ranking_report
from compare.results.result import Pair, Stance

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.models.load import StanceModel
    from compare.models.runtime import Progress

LISTS = (Stance.AGREE, Stance.OPPOSE)


@dataclass(frozen=True, slots=True)
class SearchReport:
    """The figures of both lists, for each query that is judged and over those that count.

    Attributes:
        queries: By query id and stance.
        lists: By stance.
        seconds: All searches together, the library being open.
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
    """Rank what a search reads for each judged query, without thresholds, and judge the lists.

    Args:
        library: The collection.
        queries: The words by query id.
        judged: The labels of passages by query id.
        stance_model: What reads the pairs.
        on_progress: Told of queries.
    """
    found: dict[str, dict[Stance, ListScores]] = {}
    asked = [name for name in queries if name in judged]
    began = time.perf_counter()
    for done, name in enumerate(asked, start=1):
        pool = scored_pool(library, queries[name], stance_model)
        found[name] = {
            stance: list_scores(ranked(pool, stance), judged[name], stance) for stance in LISTS
        }
        if on_progress:
            on_progress(done, len(asked))
    seconds = time.perf_counter() - began
    lists = {
        stance: ranking_report([scores[stance] for scores in found.values()]) for stance in LISTS
    }
    return SearchReport(found, lists, seconds)


def ranked(pool: Sequence[Pair], stance: Stance) -> list[str]:
    """Return the ids of all that was scored as `Result.listed` ranks them, best first."""
    order = sorted(pool, key=lambda pair: pair.rank_key(stance))
    return [pair.b.statement.id for pair in order]
