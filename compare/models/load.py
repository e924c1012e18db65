"""Load a stance model: the shipped one, or any Hugging Face pair classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from compare.models.runtime import Progress
from compare.results.result import Side

Pair = tuple[Side, Side]


class StanceModel(Protocol):
    """Pairs to probabilities. `digest` names the weights and their calibration."""

    name: str
    digest: str

    def score(
        self, pairs: Sequence[Pair], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Return probabilities, float32 [len(pairs), 3], columns agree, oppose, neither.

        Rows sum to 1. Both orders of a pair are read and their logits averaged, so that
        swapping the sides changes nothing; a pair's row does not depend on the other pairs.
        """
        ...

    def score_parts(
        self, pairs: Sequence[Pair], on_progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], list[Pair]]:
        """Return the same and, of each pair, what was read.

        That is the pair itself, or of one longer than the model's window the two sentences, or
        pieces of sentences, with the strongest verdict.
        """
        ...


TIERS = ("fast", "accurate")
"""The models that come with the program."""

CASCADE = "cascade"
"""Both in turn."""

DEFAULT = CASCADE
"""What is read where no model is named."""


def load_stance_model(name_or_path: str | None = None) -> StanceModel:
    """Load a shipped stance model, or a Hugging Face NLI cross-encoder by folder or name.

    Args:
        name_or_path: "fast", "accurate", or "cascade", which is what None means. The columns of
            another model are mapped by its `config.id2label` (entailment, contradiction, neutral
            or agree, oppose, neither).

    Raises:
        ModelError: The model is not there, is damaged, or its labels are others.
    """
    name = name_or_path or DEFAULT
    if name in TIERS:
        from compare.models.shipped import WEIGHTS, ShippedStance

        return ShippedStance(WEIGHTS / name)
    if name == CASCADE:
        from compare.models.cascade import CascadeStance

        return CascadeStance(*(load_stance_model(tier) for tier in TIERS))
    from compare.models.huggingface import HuggingFaceStance

    return HuggingFaceStance(name)


def signature(model: StanceModel) -> str:
    """Return what names a model beside its verdicts: its name and 12 digits of its digest."""
    return f"{model.name}@{model.digest[:12]}"


def softmax(
    logits: NDArray[np.floating], scale: ArrayLike = 1.0, shift: ArrayLike = 0.0
) -> NDArray[np.float32]:
    """Return float32 rows that sum to 1.

    Calibration multiplies the logits by `scale` and adds `shift`, one number each or one for each
    column; a scale below 1 makes all less sure.
    """
    scaled = logits.astype(np.float64) * np.asarray(scale) + np.asarray(shift)
    scaled -= scaled.max(axis=1, keepdims=True)
    powers = np.exp(scaled)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
