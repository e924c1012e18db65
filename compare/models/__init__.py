"""Models that turn texts into vectors, and pairs of texts into agree, oppose or neither."""

from compare.models.protocols import (
    Encoder,
    StanceModel,
    load_encoder,
    load_stance_model,
    signature,
)

__all__ = ["Encoder", "StanceModel", "load_encoder", "load_stance_model", "signature"]
