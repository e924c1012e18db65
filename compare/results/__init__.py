"""What a comparison returns: pairs, results and positions, with their provenance."""

from compare.models.values import Probabilities, Rationale, Span, Stance
from compare.results.pair import Excerpt, Pair, Thresholds
from compare.results.positions import Actor, Position, Positions, PositionScore
from compare.results.provenance import Provenance
from compare.results.result import Kind, Result

__all__ = [
    "Actor",
    "Excerpt",
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
    "Thresholds",
]
