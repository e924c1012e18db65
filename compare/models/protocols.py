"""Protocols of encoders and stance models, and how to load one by its name."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from compare.progress import Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from compare.models.values import InputPair, SameActor, Use

ENCODER = "all-MiniLM-L6-v2"
"""The encoder that comes with the program."""

TIERS = ("fast", "accurate")
"""The stance models whose weights come with the program."""

CASCADE = "cascade"
"""Both in turn: what is used if no model is named."""

STANCE_MODELS = {
    "fast": "compare.models.stance:load_fast",
    "accurate": "compare.models.stance:load_accurate",
    CASCADE: "compare.models.stance:load_cascade",
}
"""What loads each stance model, by the name for `--stance-model`: a function or a class that is
called without arguments. Each passes `tests/models/test_contract.py`."""


class Encoder(Protocol):
    """Texts to vectors.

    Attributes:
        name: As results cite it.
        digest: Names the weights: equal digests give equal vectors.
        dim: Dimension of the vectors.
        at_once: How many texts are given at once where many wait; it changes no vector.
    """

    name: str
    digest: str
    dim: int
    at_once: int = 1024

    def encode(
        self, texts: Sequence[str], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Return float32 [len(texts), dim], rows of unit length.

        A text's vector does not depend on the other texts.
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
        """
        ...

    def mark(self, pair: InputPair) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """Return how likely each character of the two texts belongs to a deciding word, 0 to 1.

        The pair must fit the model's window. None if the model has no head for deciding words.
        """
        return None


def load_encoder(name_or_path: str | None = None) -> Encoder:
    """Load the shipped encoder, or a sentence-transformers model by folder or name.

    >>> load_encoder().encode(["Two sentences.", "Two vectors."]).shape
    (2, 384)

    Args:
        name_or_path: None or "all-MiniLM-L6-v2" for the shipped one. A name is looked up on this
            machine only, unless the environment sets `COMPARE_HUB=1`.

    Raises:
        ModelError: The model is not there or is damaged.
    """
    from compare.models.encoder import OnnxEncoder
    from compare.models.runtime import MANIFEST

    if name_or_path is None or name_or_path == ENCODER:
        return OnnxEncoder()
    if (Path(name_or_path) / MANIFEST).is_file():
        return OnnxEncoder(Path(name_or_path))
    from compare.models.huggingface import SentenceTransformerEncoder

    return SentenceTransformerEncoder(name_or_path)


def load_stance_model(name_or_path: str | None = None) -> StanceModel:
    """Load a registered stance model, or a Hugging Face NLI cross-encoder by folder or name.

    The weights of a shipped model are loaded once in a process.

    >>> load_stance_model("fast").name
    'compare-stance-fast'

    Args:
        name_or_path: A name in `STANCE_MODELS`; None means "cascade". The columns of another
            model are mapped by its `config.id2label` (entailment, contradiction, neutral or agree,
            oppose, neither).

    Raises:
        ModelError: The model is not there, is damaged, or its labels are others.
    """
    name = name_or_path or CASCADE
    if name in STANCE_MODELS:
        module, _, attribute = STANCE_MODELS[name].partition(":")
        model: StanceModel = getattr(importlib.import_module(module), attribute)()
        return model
    from compare.models.huggingface import HuggingFaceStance

    return HuggingFaceStance(name)


def signature(model: StanceModel) -> str:
    """Return how results cite a model: its name and 12 digits of its digest."""
    return f"{model.name}@{model.digest[:12]}"
