"""Models that turn texts into vectors, and pairs of texts into agree, oppose or neither."""

from compare.models.loading import load_encoder, load_stance_model
from compare.models.protocols import Encoder, StanceModel, signature
from compare.models.values import (
    CODEBOOK,
    LEAST_CALLED,
    InputPair,
    ModelInput,
    Probabilities,
    Rationale,
    SameActor,
    Span,
    Stance,
    Use,
)

__all__ = [
    "CODEBOOK",
    "LEAST_CALLED",
    "Encoder",
    "InputPair",
    "ModelInput",
    "Probabilities",
    "Rationale",
    "SameActor",
    "Span",
    "Stance",
    "StanceModel",
    "Use",
    "load_encoder",
    "load_stance_model",
    "signature",
]
