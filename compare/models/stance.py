"""The shipped stance models, run without torch, and the cascade of both."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from compare.errors import ModelError
from compare.models.model_input import (
    Spelling,
    affirmed,
    as_cause,
    read_in_parts,
    reading_order,
    says_the_same,
    side_text,
    who_when_prefix,
)
from compare.models.protocols import StanceModel
from compare.models.runtime import (
    MANIFEST,
    Feed,
    GraphRunner,
    check_files,
    load_tokenizer,
    read_manifest,
)
from compare.models.values import InputPair, ModelInput, SameActor, Use
from compare.progress import Progress, within_total

if TYPE_CHECKING:
    from tokenizers import Encoding

TIERS = ("fast", "accurate")
"""The stance models whose weights come with the program."""

WEIGHTS = Path(__file__).parent / "weights" / "stance"
"""Contains one folder per tier."""

READING = "spelled-9"
"""Version of how texts become tokens, and logits verdicts: raise it if either changes. It is part
of the digest."""

OUTPUTS = ("out", "words")
"""Outputs of a graph: logits, and how likely each token belongs to a deciding word."""

OF_THE_SAME_WORDS = 0.98, 0.01, 0.01
"""Probabilities of a pair that says the same in the same words. The models did not learn from such
pairs: of 352 sentences next to themselves, the accurate one called 247 agreeing and 21 opposing."""

_INPUTS = {"input_ids": "ids", "token_type_ids": "type_ids"}
_MARKS = 8  # upper bound on the special tokens around and between two texts
_LEAST = 1e-6  # of a probability, before its logarithm
_AT_ONCE = 4096  # pairs tokenised at once, which limits memory


def shipped_manifests() -> dict[str, Mapping[str, Any]]:
    """Return the manifests of the installed tiers, the accurate one first."""
    return {
        tier: read_manifest(WEIGHTS / tier, "stance manifest")
        for tier in reversed(TIERS)
        if (WEIGHTS / tier / MANIFEST).is_file()
    }


def measured_by_use(model: StanceModel) -> Mapping[str, Any]:
    """Return how true the probabilities of a shipped model are in each use, {} for another model.

    By the use's name: what its calibration was fitted on, the number of pairs that the model did
    not learn from, their log loss, and of those called agreeing and opposing the number, the mean
    probability shown and the share that is right. All are measured in folds that share no claim,
    topic or document.
    """
    for tier, manifest in shipped_manifests().items():
        if model.digest == model_digest(WEIGHTS / tier):
            measured: Mapping[str, Any] = manifest["measured"]
            return measured
    return {}


def model_digest(folder: Path) -> str:
    """Return the digest of the model whose weights are in a folder."""
    return hashlib.sha256((folder / MANIFEST).read_bytes() + READING.encode()).hexdigest()


def softmax(
    logits: NDArray[np.floating], scale: ArrayLike = 1.0, shift: ArrayLike = 0.0
) -> NDArray[np.float32]:
    """Return float32 rows that sum to 1.

    Calibration multiplies the logits by `scale` and adds `shift`, one number or one per column. A
    scale below 1 makes the model less confident.
    """
    scaled = logits.astype(np.float64) * np.asarray(scale) + np.asarray(shift)
    scaled -= scaled.max(axis=1, keepdims=True)
    powers = np.exp(scaled)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


class ShippedStance(StanceModel):
    """A shipped pair model: 8-bit ONNX, with a calibration for each use.

    Without a use, each pair is calibrated by its form, as `Use.CLAIM` or as `Use.PAIR`.
    """

    languages = ("en",)

    def __init__(self, folder: Path) -> None:
        """Check the files and load them.

        Raises:
            ModelError: A file is missing or differs from the manifest.
        """
        manifest = read_manifest(folder, "stance manifest")
        check_files(folder, manifest)
        self.name: str = manifest["name"]
        self.digest = model_digest(folder)
        self._calibrations: Mapping[str, Mapping[str, Any]] = manifest["calibrations"]
        if missing := [use.value for use in Use if use not in self._calibrations]:
            raise ModelError(
                f"{folder / MANIFEST} has no calibration for {missing[0]}: install the program "
                "again."
            )
        self._most_tokens: int = manifest["max_tokens"]
        self._tokenizer = load_tokenizer(folder / "tokenizer.json", self._most_tokens)
        self._spelling = Spelling(self._tokenizer.get_vocab())
        self._runner = GraphRunner(folder / "model.onnx")

    def for_use(self, use: Use) -> ShippedStance:
        found = copy.copy(self)  # shares the weights
        found.use, same = use, self._calibrations[use]["same_actor"]
        found.same_actor = same and SameActor(
            same["weight"], tuple(same["scale"]), tuple(same["shift"])
        )
        return found

    def calibrate(self, mean: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._calibrated(np.log(np.maximum(mean, _LEAST)), self.use) if self.use else mean

    def score_parts(
        self, pairs: Sequence[InputPair], on_progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], list[InputPair]]:
        return read_in_parts(pairs, self._fits, self._score, on_progress)

    def logits(
        self, pairs: Sequence[InputPair], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Return the numbers before calibration, float32 [len(pairs), 3], for pairs that fit.

        If one side alone has neither country nor year, as typed claims have none, and is a plain
        denial, what it denies is read, and agree and oppose are exchanged: see
        `model_input.affirmed`. A counterfactual is read as what it holds to be so: see
        `model_input.as_cause`. Pairs of statements are read in both orders, and the means returned:
        on officials' dev pairs, log loss falls from .487 to .477; typed claims gain .002.
        """
        denied = [_typed_as(affirmed, pair) for pair in pairs]
        asked = [
            other or _typed_as(as_cause, pair) or pair
            for other, pair in zip(denied, pairs, strict=True)
        ]
        again = [n for n, pair in enumerate(pairs) if self._in_both_orders(pair)]
        texts = [self._in_order(pair) for pair in asked]
        texts += [(texts[n][1], texts[n][0]) for n in again]
        found = [np.zeros((0, 3), np.float32)]
        for start in range(0, len(texts), _AT_ONCE):
            counted = within_total(on_progress, start, len(texts))
            found.append(self._runner.run(self._feeds(texts[start : start + _AT_ONCE]), counted))
        logits, others = np.split(np.concatenate(found), [len(pairs)])
        logits[again] = (logits[again] + others) / 2
        turned = [n for n, other in enumerate(denied) if other]
        logits[turned] = logits[turned][:, [1, 0, 2]]
        return logits

    def _in_both_orders(self, pair: InputPair) -> bool:
        """Tell whether a pair is read as two statements; in a search, reading once is enough."""
        return self.use is Use.PAIR or (self.use is None and not any(map(is_typed, pair)))

    def mark(self, pair: InputPair) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        texts = [self._text(side) for side in pair]
        order = reading_order(*texts)
        encoding = self._tokenizer.encode(*order)
        tokens = zip(
            encoding.sequence_ids,
            encoding.offsets,
            self._runner.output(OUTPUTS[1], self._feed(encoding))[0].tolist(),
            strict=True,
        )
        read = [np.zeros(len(text), np.float32) for text in order]
        for side, (start, end), weight in tokens:
            if side is not None:
                read[side][start:end] = weight
        a, b = read if order == tuple(texts) else reversed(read)
        return self._of_characters(pair[0], a), self._of_characters(pair[1], b)

    def _of_characters(self, side: ModelInput, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the weights of the characters of a side's text, given those of what was read."""
        prefix = who_when_prefix(side.country, side.date)
        lengths = [len(character.translate(self._spelling)) for character in prefix + side.text]
        starts = np.cumsum([0, *lengths])[len(prefix) : -1]
        return np.take(np.append(weights, np.float32(0)), starts, mode="clip")

    def _text(self, side: ModelInput) -> str:
        """Return the model's input for a side, spelled with the vocabulary's characters."""
        return side_text(side).translate(self._spelling)

    def _fits(self, pair: InputPair) -> bool:
        a, b = (self._text(side) for side in pair)
        if len(a) + len(b) < self._most_tokens - _MARKS:  # a token has at least one character
            return True
        return not self._tokenizer.encode(a, b).overflowing

    def _score(
        self, pairs: Sequence[InputPair], on_progress: Progress | None
    ) -> NDArray[np.float32]:
        found = self.logits(pairs, on_progress)
        if self.use:
            scores = self._calibrated(found, self.use)
        else:
            typed = np.array([any(map(is_typed, pair)) for pair in pairs], bool)[:, None]
            uses = Use.CLAIM, Use.PAIR
            scores = np.where(typed, *(self._calibrated(found, use) for use in uses))
        scores[[says_the_same(*pair) for pair in pairs]] = OF_THE_SAME_WORDS
        return scores

    def _calibrated(self, logits: NDArray[np.float32], use: Use) -> NDArray[np.float32]:
        calibration = self._calibrations[use]
        return softmax(logits, calibration["scale"], calibration["shift"])

    def _in_order(self, pair: InputPair) -> tuple[str, str]:
        """Return the texts of both sides as the model reads them: the shorter one first."""
        a, b = pair
        return reading_order(self._text(a), self._text(b))

    def _feeds(self, texts: Sequence[tuple[str, str]]) -> list[Feed]:
        return [self._feed(encoding) for encoding in self._tokenizer.encode_batch(texts)]

    def _feed(self, encoding: Encoding) -> Feed:
        return {
            name: np.asarray([getattr(encoding, _INPUTS[name])], np.int64)
            for name in self._runner.inputs
        }


def _typed_as(reading: Callable[[str], str | None], pair: InputPair) -> InputPair | None:
    """Return the pair with its typed side in another reading; None if that has none."""
    a, b = pair
    if is_typed(a) == is_typed(b):
        return None
    text = reading(a.text if is_typed(a) else b.text)
    if text is None:
        return None
    return (replace(a, text=text), b) if is_typed(a) else (a, replace(b, text=text))


def is_typed(side: ModelInput) -> bool:
    """Tell whether a side names neither its speaker's country nor a date."""
    return not who_when_prefix(side.country, side.date)


class CascadeStance(StanceModel):
    """Stance models in turn: the first scores all candidates, each later one fewer of them."""

    def __init__(self, *stages: StanceModel) -> None:
        """Combine models of one stage; name and digest are those of the last."""
        self._stages, last = stages, stages[-1]
        self.name, self.digest, self.languages = last.name, last.digest, last.languages
        self.use, self.same_actor = last.use, last.same_actor

    def for_use(self, use: Use) -> CascadeStance:
        return CascadeStance(*(stage.for_use(use) for stage in self._stages))

    @property
    def stages(self) -> tuple[StanceModel, ...]:
        return self._stages

    def score_parts(
        self, pairs: Sequence[InputPair], on_progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], list[InputPair]]:
        return self._stages[-1].score_parts(pairs, on_progress)

    def mark(self, pair: InputPair) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        return self._stages[-1].mark(pair)


# -- Loaders, which `loading.STANCE_MODELS` names ------------------------------------------------


def load_fast() -> ShippedStance:
    """Load the shipped model that reads every candidate."""
    return _loaded(WEIGHTS / "fast")


def load_accurate() -> ShippedStance:
    """Load the slower shipped model, which rescores the top of each list."""
    return _loaded(WEIGHTS / "accurate")


def load_cascade() -> CascadeStance:
    """Load both shipped models in turn."""
    return CascadeStance(load_fast(), load_accurate())


@lru_cache(maxsize=len(TIERS))
def _loaded(folder: Path) -> ShippedStance:
    return ShippedStance(folder)
