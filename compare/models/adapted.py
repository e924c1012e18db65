"""A stance model adapted to one library, and the file beside the library that says how.

`compare.adapt` learns the adaptation from people's labels; here it is read and put to use.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compare.errors import ModelError
from compare.files import write_whole
from compare.models.calibration import Kind, Layer, inputs_of
from compare.models.cascade import CascadeStance
from compare.results.result import Stance

if TYPE_CHECKING:
    from compare.models.load import Pair, StanceModel
    from compare.models.runtime import Progress

FILE = "adapted.json"
"""In the folder of a library, beside its generations."""

FORMAT = 1
SUFFIX = "-adapted"
"""Behind the name of a model that is adapted to a library."""

_REMEDY = "learn it again with `compare adapt`, or go back with `compare adapt --undo`"


@dataclass(frozen=True)
class Adaptation:
    """What is put above a model for one library.

    Attributes:
        model: Name of the model that it belongs to; `model_digest` names its weights.
        reads: sha256 of what gives a head its closeness (`compare.models.prefilter`); "" of a
            recalibration.
        learned: From which labels, when, and the figures before and after; plain data.
    """

    model: str
    model_digest: str
    layer: Layer
    reads: str = ""
    learned: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Return the sha256 (hex) of the model's digest and of the numbers put above it."""
        layer = self.layer
        told = [self.model_digest, layer.kind, self.reads, layer.weights, layer.shift]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

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


class AdaptedStance:
    """A stance model with what was learned for a library above it, and a name of its own."""

    def __init__(self, model: StanceModel, adaptation: Adaptation) -> None:
        """Join the two."""
        self.model, self.adaptation = model, adaptation
        self.name, self.digest = model.name + SUFFIX, adaptation.digest

    def score(
        self, pairs: Sequence[Pair], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Return probabilities, float32 [len(pairs), 3]: see `StanceModel.score`."""
        return self.score_parts(pairs, on_progress)[0]

    def score_parts(
        self, pairs: Sequence[Pair], on_progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], list[Pair]]:
        """Return the probabilities and what they are of: see `StanceModel.score_parts`."""
        scores, parts = self.model.score_parts(pairs, on_progress)
        layer = self.adaptation.layer
        return layer.apply(inputs_of(layer.kind, scores, parts)), parts


# -- Of a library --------------------------------------------------------------------------------


def library_model(folder: Path) -> StanceModel:
    """Return what a library is read with where no model is named.

    That is the shipped model, as adapted to the library where an adaptation is in force.

    Raises:
        ModelError: The model is missing or damaged, or the adaptation cannot be read.
    """
    from compare.models import load_stance_model

    return adapted_to(load_stance_model(), folder)


def adapted_to(model: StanceModel, folder: Path) -> StanceModel:
    """Return a model as adapted to a library; the model itself where nothing is in force.

    Of a cascade the accurate model is adapted; the fast one reads ahead of it as it is.

    Raises:
        ModelError: The adaptation cannot be read.
    """
    found = read_adaptation(folder)
    if found is None or not _belongs(found, model):
        return model
    if isinstance(model, CascadeStance):
        return CascadeStance(model.fast, AdaptedStance(model.accurate, found))
    return AdaptedStance(model, found)


def is_adapted(model: StanceModel) -> bool:
    """Tell whether a model is one that `adapted_to` gave."""
    return isinstance(final_reader(model), AdaptedStance)


def final_reader(model: StanceModel) -> StanceModel:
    """Return what decides: of a cascade the accurate model."""
    return model.accurate if isinstance(model, CascadeStance) else model


def about_adaptation(model: StanceModel, folder: Path) -> str:
    """Say in a sentence whether `model`, as `adapted_to` gave it, is adapted; "" where nothing is.

    Raises:
        ModelError: The adaptation cannot be read.
    """
    found = read_adaptation(folder)
    if found is None:
        return ""
    if not is_adapted(model):
        return (
            f"The adaptation of this library ({folder / FILE}) is not used: it was learned for "
            f"{found.model}@{found.model_digest[:12]}, and the model here is "
            f"{model.name}@{model.digest[:12]}, or reads otherwise; {_REMEDY}."
        )
    labels, made = found.learned.get("labels"), str(found.learned.get("made", ""))[:10]
    number = labels.get("pairs") if isinstance(labels, dict) else None
    told = f"learned from {number} labelled pairs on {made}" if number and made else "learned"
    return f"Labels are adapted to this corpus ({found.layer.kind.value}, {told})."


def _belongs(found: Adaptation, model: StanceModel) -> bool:
    reader = final_reader(model)
    known = (reader.name, reader.digest) == (found.model, found.model_digest)
    return known and found.reads == read_by(found.layer.kind)


def read_by(kind: Kind) -> str:
    """Return the sha256 of what gives a layer's inputs beside the model; "" where nothing does."""
    if kind is Kind.RECALIBRATION:
        return ""
    from compare.models.prefilter import FILE as FIRST_PASS
    from compare.models.runtime import file_sha256

    return file_sha256(FIRST_PASS)


# -- The file ------------------------------------------------------------------------------------


def read_adaptation(folder: Path) -> Adaptation | None:
    """Return the adaptation beside a library, whatever model it belongs to; None: there is none.

    Raises:
        ModelError: It cannot be read, or is of another format.
    """
    path = folder / FILE
    try:
        return _from_json(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ModelError(f"{path} holds no adaptation that can be read ({said}): {_REMEDY}.") from (
            error
        )


def write_adaptation(folder: Path, adaptation: Adaptation) -> Path:
    """Write the file whole, over one that is there; return it.

    Raises:
        ExportError: It cannot be written.
    """
    data = json.dumps(adaptation.to_dict(), ensure_ascii=False, allow_nan=False, indent=1)
    write_whole(folder / FILE, f"{data}\n".encode(), force=True)
    return folder / FILE


def remove_adaptation(folder: Path) -> bool:
    """Remove the file, so that the model reads as it ships; tell whether there was one.

    Raises:
        ModelError: It cannot be removed.
    """
    path = folder / FILE
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ModelError(
            f"{path} cannot be removed ({error.strerror}): check that it is yours."
        ) from error
    return True


_OWN = ("format", "kind", "model", "adapted", "weights", "shift", "reads")


def _by_label(numbers: Sequence[float]) -> dict[str, float]:
    return {stance.value: number for stance, number in zip(Stance, numbers, strict=True)}


def _numbers(by_label: Mapping[str, Any]) -> tuple[float, float, float]:
    agree, oppose, neither = (float(by_label[stance.value]) for stance in Stance)
    return agree, oppose, neither


def _from_json(text: str) -> Adaptation:
    data = json.loads(text)
    if data["format"] != FORMAT:
        raise ValueError(f"format {data['format']}, this program reads {FORMAT}")
    kind = Kind(data["kind"])
    weights = tuple(_numbers(data["weights"][name]) for name in kind.inputs)
    shift = _numbers(data["shift"])
    if not np.isfinite([*weights, shift]).all():
        raise ValueError("a weight is no finite number")
    return Adaptation(
        str(data["model"]["name"]),
        str(data["model"]["digest"]),
        Layer(kind, weights, shift),
        str(data["reads"]),
        {name: value for name, value in data.items() if name not in _OWN},
    )
