"""Calibration learned for one library: a small layer on top of a stance model, and its file.

`compare.adapt` learns the layer from a reader's labels. As for the model, swapping the two sides
changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from compare import models
from compare.errors import ModelError
from compare.files import file_sha256
from compare.models.encoder import PREFILTER, load_prefilter
from compare.models.protocols import Encoder, StanceModel, signature
from compare.models.stance import CascadeStance, softmax
from compare.models.values import InputPair, Stance, Use
from compare.progress import Progress
from compare.statements import complete
from compare.strict_json import read_json
from compare.strict_model import check

Inputs = NDArray[np.float64]

LEAST = 1e-6
"""Smaller probabilities are raised to this, so that their logarithm is finite."""

LOGITS = ("log_p_agree", "log_p_oppose", "log_p_neither")
FROM_VECTORS = ("closeness", "first_pass_agree", "first_pass_oppose")  # names in saved files
"""Inputs from the two texts' vectors: their cosine and the prefilter's logits."""

_MIDDLE = np.array([0.5, -1.5, -2.8])
_SPREAD = np.array([0.2, 2.0, 1.5])
"""Approximate mean and standard deviation of `FROM_VECTORS`, to standardise them."""

FILE = "adapted.json"  # the document beside a library's generations
FORMAT = 1
SUFFIX = "-adapted"  # of an adapted model's name

_REMEDY = "learn it again with `compare adapt`, or go back with `compare adapt --undo`"


# -- The layer -----------------------------------------------------------------------------------


class Kind(StrEnum):
    """The kinds of layers."""

    RECALIBRATION = "recalibration"
    """A scale and a shift for each label's logit."""
    HEAD = "head"
    """A multinomial logistic regression on the logits and on the similarity of the texts."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the names of the layer's inputs."""
        return LOGITS if self is Kind.RECALIBRATION else (*LOGITS, *FROM_VECTORS)


@dataclass(frozen=True, slots=True)
class Layer:
    """Probabilities from a pair's inputs: `softmax(inputs @ weights + shift)`.

    On log-probabilities this is Dirichlet calibration (Kull et al. 2019, section 3, linear
    parametrisation); a recalibration only has weights on the diagonal.

    Attributes:
        weights: A row for each of `kind.inputs`; columns agree, oppose, neither, like `shift`.
    """

    kind: Kind
    weights: tuple[tuple[float, float, float], ...]
    shift: tuple[float, float, float]

    def apply(self, inputs: Inputs) -> NDArray[np.float32]:
        """Return probabilities, float32 [n, 3]."""
        # Unlike a matrix product, einsum gives each row the same result in any batch.
        return softmax(np.einsum("ni,ij->nj", inputs, np.asarray(self.weights)), 1.0, self.shift)


def inputs_of(
    kind: Kind, probabilities: NDArray[np.floating[Any]], pairs: Sequence[InputPair]
) -> Inputs:
    """Return a layer's inputs, float64 [n, inputs], for pairs with a model's probabilities."""
    logits = np.log(np.maximum(probabilities.astype(np.float64), LEAST))
    if kind is Kind.RECALIBRATION:
        return logits
    return np.hstack([logits, (_from_vectors(pairs) - _MIDDLE) / _SPREAD])


def _from_vectors(pairs: Sequence[InputPair]) -> Inputs:
    """Return `FROM_VECTORS` of each pair, [n, 3]; pair by pair, so that no pair affects another."""
    prefilter, found = load_prefilter(), np.empty((len(pairs), len(FROM_VECTORS)))
    one, other = np.array([0]), np.array([1])
    for n, pair in enumerate(pairs):
        vectors = np.stack([_embed(complete(side.text, side.context)) for side in pair])
        found[n, 0] = np.dot(*vectors.astype(np.float64))
        found[n, 1:] = prefilter.logits(vectors.__getitem__, one, other)[0]
    return found


@lru_cache(maxsize=20_000)
def _embed(text: str) -> NDArray[np.float32]:
    return np.asarray(_encoder().encode([text])[0], np.float32)


@lru_cache(maxsize=1)
def _encoder() -> Encoder:
    return models.load_encoder()


# -- The model with the layer --------------------------------------------------------------------


@dataclass(frozen=True)
class Adaptation:
    """A layer for one library and the model it belongs to.

    Attributes:
        model: Name of the model; `model_digest` identifies its weights.
        reads: sha256 of the prefilter's file, which a head uses; "" for a recalibration.
        learned: Plain data on the labels, the date, and the figures before and after.
    """

    model: str
    model_digest: str
    layer: Layer
    reads: str = ""
    learned: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Return the sha256 (hex) of the model's digest and the layer's numbers."""
        layer = self.layer
        held = [self.model_digest, layer.kind, self.reads, layer.weights, layer.shift]
        return hashlib.sha256(json.dumps(held).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "format": FORMAT,
            "kind": self.layer.kind.value,
            "model": {"name": self.model, "digest": self.model_digest},
            "adapted": {"name": self.model + SUFFIX, "digest": self.digest},
            "weights": dict(
                zip(self.layer.kind.inputs, map(_by_label, self.layer.weights), strict=True)
            ),
            "shift": _by_label(self.layer.shift),
            "reads": self.reads,
            **self.learned,
        }


class AdaptedStance(StanceModel):
    """A stance model with a library's layer on top, under a name of its own."""

    def __init__(self, model: StanceModel, adaptation: Adaptation) -> None:
        """Combine the two."""
        self.model, self.adaptation = model, adaptation
        self.name, self.digest = model.name + SUFFIX, adaptation.digest
        self.languages, self.at_once = model.languages, model.at_once
        self.use, self.same_actor = model.use, model.same_actor

    def for_use(self, use: Use) -> AdaptedStance:
        """Return the model for a use: its layer replaces the calibration that it was learned on."""
        found = AdaptedStance(self.model, self.adaptation)
        found.use, found.same_actor = use, self.model.for_use(use).same_actor
        return found

    def score_parts(
        self, pairs: Sequence[InputPair], on_progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], list[InputPair]]:
        """Return the probabilities and the parts read: see `StanceModel.score_parts`."""
        scores, parts = self.model.score_parts(pairs, on_progress)
        layer = self.adaptation.layer
        return layer.apply(inputs_of(layer.kind, scores, parts)), parts

    def mark(self, pair: InputPair) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """Return what the model marks."""
        return self.model.mark(pair)


def adapted_to(model: StanceModel, beside: Documents) -> StanceModel:
    """Return the model with a library's adaptation, or the model itself if none fits it.

    In a cascade, only the last stage is adapted.

    Raises:
        ModelError: The adaptation cannot be read.
    """
    found = read_adaptation(beside)
    if found is None:
        return model
    *first, last = model.stages
    same_model = (last.name, last.digest) == (found.model, found.model_digest)
    if not same_model or found.reads != read_by(found.layer.kind):
        return model
    adapted = AdaptedStance(last, found)
    return CascadeStance(*first, adapted) if first else adapted


def is_adapted(model: StanceModel) -> bool:
    """Whether `adapted_to` adapted this model."""
    return isinstance(model.stages[-1], AdaptedStance)


def about_adaptation(model: StanceModel, beside: Documents) -> str:
    """Say whether `model`, as `adapted_to` returned it, is adapted; "" if the library has none.

    Raises:
        ModelError: The adaptation cannot be read.
    """
    found = read_adaptation(beside)
    if found is None:
        return ""
    if not is_adapted(model):
        return (
            f"The adaptation of this library ({beside.place_of(FILE)}) is not used: it was learned "
            f"for {found.model}@{found.model_digest[:12]}, the current model is "
            f"{signature(model)}, or the prefilter has changed; {_REMEDY}."
        )
    labels, made = found.learned.get("labels"), str(found.learned.get("made", ""))[:10]
    number = labels.get("pairs") if isinstance(labels, dict) else None
    how = f"learned from {number} labelled pairs on {made}" if number and made else "learned"
    return f"Labels are adapted to this corpus ({found.layer.kind.value}, {how})."


def read_by(kind: Kind) -> str:
    """Return the sha256 of the file that a layer uses besides the model's output; "" if none."""
    return "" if kind is Kind.RECALIBRATION else file_sha256(PREFILTER)


# -- The file ------------------------------------------------------------------------------------


class Documents(Protocol):
    """Where a library's documents are kept; `library.backend.Backend` is one."""

    def place_of(self, document: str) -> str:
        """Return where a document is or would be, for messages."""

    def read_document(self, document: str) -> str | None:
        """Return the text of a document; None if there is none of this name."""

    def write_document(self, document: str, text: str) -> None:
        """Write a document at once or not at all, replacing one of the same name."""

    def remove_document(self, document: str) -> bool:
        """Remove a document; return whether there was one."""


def read_adaptation(beside: Documents) -> Adaptation | None:
    """Return a library's adaptation, for any model; None if there is none.

    Raises:
        ModelError: It cannot be read, or is of another format.
    """
    try:
        text = beside.read_document(FILE)
        return None if text is None else _from_json(text)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ModelError(
            f"{beside.place_of(FILE)} holds no adaptation that can be read ({said}): {_REMEDY}."
        ) from error


def write_adaptation(beside: Documents, adaptation: Adaptation) -> str:
    """Write the file atomically, replacing an existing one; return where it is.

    Raises:
        CompareError: It cannot be written.
    """
    data = json.dumps(adaptation.to_dict(), ensure_ascii=False, allow_nan=False, indent=1)
    beside.write_document(FILE, f"{data}\n")
    return beside.place_of(FILE)


def remove_adaptation(beside: Documents) -> bool:
    """Remove the file, which undoes the adaptation; return whether there was one.

    Raises:
        ModelError: It cannot be removed.
    """
    try:
        return beside.remove_document(FILE)
    except OSError as error:
        raise ModelError(
            f"{beside.place_of(FILE)} cannot be removed ({error.strerror}): check that it is yours."
        ) from error


_OWN = ("format", "kind", "model", "adapted", "weights", "shift", "reads")

_MOST = 1e6
"""The largest weight or shift; larger ones could make a probability that is no number."""


def _by_label(numbers: Sequence[float]) -> dict[str, float]:
    return {stance.value: number for stance, number in zip(Stance, numbers, strict=True)}


def _numbers(place: str, by_label: Mapping[str, float]) -> tuple[float, float, float]:
    _check_names(place, by_label, [stance.value for stance in Stance])
    for name, number in by_label.items():
        if abs(number) > _MOST:
            raise ValueError(f"{place}.{name}: {number} is not between {-_MOST} and {_MOST}")
    agree, oppose, neither = (float(by_label[stance.value]) for stance in Stance)
    return agree, oppose, neither


def _check_names(place: str, given: Mapping[str, Any], names: Sequence[str]) -> None:
    for name in names:
        if name not in given:
            raise ValueError(f"{place}.{name}: it is missing")
    for name in given:
        if name not in names:
            raise ValueError(f"{place}.{name[:40]!a}: there is no such field")


def _from_json(text: str) -> Adaptation:
    data = read_json(text)
    if not isinstance(data, dict):
        raise ValueError("it is not an object")
    version = data.get("format")
    if type(version) is int and version > FORMAT:
        raise ValueError(f"format {version}, this program reads {FORMAT}")
    learned = {name: value for name, value in data.items() if name not in _OWN}
    check("adaptation" if learned else "adapted layer", data)
    kind = Kind(data["kind"])
    _check_names("weights", data["weights"], kind.inputs)
    weights = tuple(_numbers(f"weights.{name}", data["weights"][name]) for name in kind.inputs)
    layer = Layer(kind, weights, _numbers("shift", data["shift"]))
    made = Adaptation(data["model"]["name"], data["model"]["digest"], layer, data["reads"], learned)
    if data["adapted"] != made.to_dict()["adapted"]:
        raise ValueError("adapted: it is not the name and digest of this model and these numbers")
    return made
