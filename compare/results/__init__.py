"""What a comparison returns: pairs, results and positions, with their provenance."""

from compare.models.values import Probabilities, Rationale, Span, Stance
from compare.results.pair import OF_PLACEMENTS, Excerpt, Pair, ThirdReading, Thresholds, Unjudged
from compare.results.positions import SILENT, Actor, Position, Positions, PositionScore
from compare.results.provenance import Provenance
from compare.results.result import FILLED_TO, LEAST_UNSURE, MOST_OF_STATEMENT, Kind, Result
from compare.results.statistics import (
    Figure,
    clustered_share,
    percentile_interval,
    share_interval,
    table_draws,
)

__all__ = [
    "FILLED_TO",
    "LEAST_UNSURE",
    "MOST_OF_STATEMENT",
    "OF_PLACEMENTS",
    "SILENT",
    "Actor",
    "Excerpt",
    "Figure",
    "Kind",
    "Pair",
    "Position",
    "PositionScore",
    "Positions",
    "Probabilities",
    "Provenance",
    "Rationale",
    "Result",
    "Span",
    "Stance",
    "ThirdReading",
    "Thresholds",
    "Unjudged",
    "clustered_share",
    "percentile_interval",
    "share_interval",
    "table_draws",
]
