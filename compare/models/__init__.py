"""Models that turn texts into vectors, and pairs of texts into agree, oppose or neither."""

from compare.models.calibration import Kind, about_adaptation
from compare.models.protocols import (
    Encoder,
    StanceModel,
    load_encoder,
    load_stance_model,
    signature,
)
from compare.models.values import (
    CODEBOOK,
    InputPair,
    ModelInput,
    Probabilities,
    Rationale,
    Span,
    Stance,
)

__all__ = [
    "CODEBOOK",
    "Encoder",
    "InputPair",
    "Kind",
    "ModelInput",
    "Probabilities",
    "Rationale",
    "Span",
    "Stance",
    "StanceModel",
    "about_adaptation",
    "load_encoder",
    "load_stance_model",
    "signature",
]
