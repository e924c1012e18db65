"""The protocols of encoders and stance models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from compare.progress import Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from compare.models.values import InputPair, SameActor, Use


class Encoder(Protocol):
    """Texts to vectors.

    Attributes:
        name: As results cite it.
        digest: Names the weights: equal digests give equal vectors.
        dim: Dimension of the vectors.
        languages: ISO 639-1 codes of the languages that it reads; empty if it may read any.
        at_once: How many texts are given at once where many wait; it changes no vector.
    """

    name: str
    digest: str
    dim: int
    languages: tuple[str, ...] = ()
    at_once: int = 1024

    def encode(
        self, texts: Sequence[str], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Return float32 [len(texts), dim], rows of unit length.

        A text's vector does not depend on the other texts.

        Raises:
            ModelError: A file of the model is missing or damaged.
        """
        ...


class StanceModel(Protocol):
    """Pairs to probabilities. A subclass only needs `score_parts`.

    Attributes:
        name: As results cite it.
        digest: Names the weights and their calibration.
        languages: ISO 639-1 codes of the languages that it reads; empty if it reads any.
        use: What the probabilities are calibrated for; None for any pair by itself: see `for_use`.
        same_actor: How a search weighs a verdict with those on the same actor's other passages;
            None for not at all.
        at_once: How many pairs are given at once where many wait, a few seconds' work; it changes
            no score.
    """

    name: str
    digest: str
    languages: tuple[str, ...]
    use: Use | None = None
    same_actor: SameActor | None = None
    at_once: int = 128

    @property
    def stages(self) -> tuple[StanceModel, ...]:
        """Return the model itself, or the models of a cascade.

        The first stage scores every candidate, each later one some that the stage before scored;
        a pair scored by itself gets the last stage's probabilities, and a cascade has its name and
        digest.
        """
        return (self,)

    def for_use(self, use: Use) -> StanceModel:
        """Return the model with its calibration for a use; itself if it has only one."""
        return self

    def calibrate(self, mean: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the mean probabilities of two readings, float32 [n, 3], calibrated for the use."""
        return mean

    def score(
        self, pairs: Sequence[InputPair], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Return probabilities, float32 [len(pairs), 3], columns agree, oppose, neither.

        Rows sum to 1. Swapping the sides changes nothing, and a pair's row does not depend on the
        other pairs.
        """
        return self.score_parts(pairs, on_progress)[0]

    def score_parts(
        self, pairs: Sequence[InputPair], on_progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], list[InputPair]]:
        """Return the same and the part of each pair that the probabilities are of.

        That is the pair itself, or, if it is longer than the model's window, the two sentences, or
        pieces of sentences, with the strongest verdict.

        Raises:
            ModelError: The model computes numbers that are not finite, or cannot be reached.
        """
        ...

    def mark(self, pair: InputPair) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """Return how likely each character of the two texts belongs to a deciding word, 0 to 1.

        The pair must fit the model's window. None if the model has no head for deciding words.
        """
        return None


def signature(model: StanceModel) -> str:
    """Return how results cite a model: its name and 12 digits of its digest."""
    return f"{model.name}@{model.digest[:12]}"
