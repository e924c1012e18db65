"""Load a stance model: the shipped one, or any Hugging Face pair classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from compare.results import Side
from compare.runtime import Progress

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


def load_stance_model(name_or_path: str | None = None) -> StanceModel:
    """Load the shipped stance model, or a Hugging Face NLI cross-encoder by folder or name.

    Args:
        name_or_path: None for the shipped one. The columns of another model are mapped by its
            `config.id2label` (entailment, contradiction, neutral or agree, oppose, neither).

    Raises:
        ModelError: The model is not there, is damaged, or its labels are others.
    """
    if name_or_path is None:
        from compare.stance.shipped import ShippedStance

        return ShippedStance()
    from compare.stance.huggingface import HuggingFaceStance

    return HuggingFaceStance(name_or_path)


def softmax(logits: NDArray[np.floating], temperature: float = 1.0) -> NDArray[np.float32]:
    """Return float32 rows that sum to 1; a temperature above 1 makes them less sure."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    powers = np.exp(scaled)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
