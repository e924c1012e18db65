"""Several propositions at once: parties beside propositions, and which parties agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from compare.comparison.positions import positions
from compare.comparison.retrieval import MOST_PER_ACTOR
from compare.errors import QueryError
from compare.library.filters import Filters
from compare.results.positions import FrameTable, Position, Positions
from compare.results.provenance import Provenance
from compare.results.result import Thresholds
from compare.results.statistics import mean_interval
from compare.statements.quotes import clean_quote

if TYPE_CHECKING:
    import pandas as pd

    from compare.library.index.base import Floats
    from compare.library.library import Library
    from compare.models.protocols import StanceModel
    from compare.progress import Progress

TOO_FEW = 5
"""Under so many shared propositions an agreement has no interval."""

MOST_PARTIES = 300
"""Parties of a matrix: each two of them are compared."""

Began = Callable[[int, str], "Progress | None"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How near two parties stand to each other over the propositions on which both take a side.

    Attributes:
        a: The name of one, b of the other.
        agreement: 1 - mean |place of a - place of b| / 2 over those propositions: 1 where the two
            stand in the same places, 0 where they are at opposite ends of each. Turning a
            proposition round changes nothing, which it would change of a correlation.
        low: Of its 95 % interval (see `mean_interval`), as `high`, as if propositions were drawn:
            how far the number depends on which were asked. None for fewer than `TOO_FEW`.
        propositions: How many those are.
    """

    a: str
    b: str
    agreement: float
    low: float | None
    high: float | None
    propositions: int


@dataclass(frozen=True)
class AgreementMatrix:
    """All parties that take a side, and each two that share a proposition.

    Attributes:
        parties: Names, in an order in which neighbours are alike.
        cells: Of each two parties, whichever stands first in `parties` as a.
        provenance: What the places were made from, and at which `thresholds`.
    """

    parties: tuple[str, ...]
    cells: tuple[Agreement, ...]
    provenance: Provenance
    thresholds: Thresholds


@dataclass(frozen=True)
class PositionTable(FrameTable):
    """The positions on several propositions, of the same parties."""

    positions: tuple[Positions, ...]

    def rethreshold(
        self, *, probability: float | None = None, similarity: float | None = None
    ) -> PositionTable:
        """Return the same with other thresholds; nothing is read again."""
        return replace(
            self,
            positions=tuple(
                one.rethreshold(probability=probability, similarity=similarity)
                for one in self.positions
            ),
        )

    @property
    def propositions(self) -> tuple[str, ...]:
        """Return what was asked."""
        return tuple(one.proposition for one in self.positions)

    @cached_property
    def cells(self) -> Mapping[str, tuple[Position | None, ...]]:
        """Return by the party's name where it stands on each proposition, None for nowhere.

        Only parties that take a side on any stand here; they are in the order of their names.
        """
        found: dict[str, list[Position | None]] = {}
        for n, one in enumerate(self.positions):
            for position in one.placed:
                row = found.setdefault(position.name, [None] * len(self.positions))
                row[n] = position
        return {name: tuple(found[name]) for name in sorted(found)}

    @cached_property
    def rows(self) -> Mapping[str, tuple[Position | None, ...]]:
        """Return the same of all parties: behind those the ones that nowhere take a side."""
        nowhere = (None,) * len(self.positions)
        others = {name for one in self.positions for name in one.standings} - self.cells.keys()
        return {**self.cells, **dict.fromkeys(sorted(others), nowhere)}

    def to_pandas(self) -> pd.DataFrame:
        """Return a row an actor as a frame: see `compare.export.rows.proposition_rows`."""
        from compare.export.frames import propositions_frame

        return propositions_frame(self)

    def _repr_html_(self) -> str:
        """Return the first parties beside the propositions, for a notebook."""
        from compare.export.notebook_positions import beside_html

        return beside_html(self)

    def agreement(self, seed: int = 0) -> AgreementMatrix:
        """Return how near each two parties stand to each other, and an order of the parties.

        Parties are clustered by the average of 1 - agreement (UPGMA) and the leaves ordered so that
        neighbours are as near as they can be (Bar-Joseph et al. 2001). For that alone two parties
        that share no proposition count as far apart as the average two that do. Of more than
        `MOST_PARTIES` parties those that are placed on most propositions, by most passages, are
        compared.

        Args:
            seed: Of the intervals.
        """
        names = self._most_placed()
        places = np.array(
            [[np.nan if p is None else p.score.mean for p in self.cells[name]] for name in names]
        ).reshape(len(names), len(self.positions))
        ordered = [names[n] for n in _alike_first(places)]
        at = {name: n for n, name in enumerate(names)}
        found = (
            _agreement(a, b, places[at[a]], places[at[b]], seed)
            for a, b in combinations(ordered, 2)
        )
        cells = tuple(cell for cell in found if cell)
        first = self.positions[0]
        return AgreementMatrix(tuple(ordered), cells, first.provenance, first.thresholds)

    def _most_placed(self) -> list[str]:
        """Return the names of the parties that the matrix holds, in order."""

        def placed(name: str) -> tuple[int, int]:
            found = [cell.score.passages for cell in self.cells[name] if cell]
            return -len(found), -sum(found)

        return sorted(sorted(self.cells, key=placed)[:MOST_PARTIES])


def position_table(
    library: Library,
    propositions: Sequence[str],
    *,
    by: str = "country",
    filters: Filters | None = None,
    stance_model: StanceModel | None = None,
    thresholds: Thresholds | None = None,
    most_each: int = MOST_PER_ACTOR,
    seed: int = 0,
    on_proposition: Began | None = None,
) -> PositionTable:
    """Place every party on each of several propositions: see `positions`.

    Args:
        propositions: Each once.
        on_proposition: Told the number and the words of each before it is read; returns what is
            told of passages read.

    Raises:
        QueryError: There is no proposition, or as `positions` does.
    """
    asked = list(dict.fromkeys(map(clean_quote, propositions)))
    if not asked:
        raise QueryError("There is no proposition: give one claim or demand, as a sentence.")
    found = []
    for number, text in enumerate(asked):
        on_progress = on_proposition(number, text) if on_proposition else None
        found.append(
            positions(
                library, text, by=by, filters=filters, stance_model=stance_model,
                thresholds=thresholds, most_each=most_each, seed=seed, on_progress=on_progress,
            )
        )  # fmt: skip
    return PositionTable(tuple(found))


def _agreement(a: str, b: str, of_a: Floats, of_b: Floats, seed: int) -> Agreement | None:
    both = ~np.isnan(of_a) & ~np.isnan(of_b)
    if not both.any():
        return None
    alike = (1 - np.abs(of_a[both] - of_b[both]) / 2).tolist()
    low, high = mean_interval(alike, seed) if len(alike) >= TOO_FEW else (None, None)
    return Agreement(a, b, sum(alike) / len(alike), low, high, len(alike))


def _alike_first(places: Floats) -> list[int]:
    """Return the numbers of the parties in the order of the leaves.

    Args:
        places: [parties, propositions], NaN where a party takes no side.
    """
    if len(places) < 3:
        return list(range(len(places)))
    from scipy.cluster.hierarchy import leaves_list, linkage

    one, other = np.triu_indices(len(places), 1)
    apart = np.abs(places[one] - places[other]) / 2
    shared = (~np.isnan(apart)).sum(axis=1)
    mean = np.nansum(apart, axis=1) / np.maximum(shared, 1)
    average = float(mean[shared > 0].mean()) if shared.any() else 0.0
    distances = np.where(shared > 0, mean, average)
    order: list[int] = leaves_list(linkage(distances, "average", optimal_ordering=True)).tolist()
    return order
