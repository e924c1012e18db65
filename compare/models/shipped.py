"""The stance models that come with the program, run without torch."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.models.load import TIERS, Pair, softmax
from compare.models.long_texts import read_in_parts
from compare.models.pairs import side_text
from compare.models.runtime import (
    MANIFEST,
    Feed,
    GraphRunner,
    Progress,
    check_files,
    counted_on,
    load_tokenizer,
    read_manifest,
)
from compare.models.spelling import Spelling
from compare.results.result import Side

WEIGHTS = Path(__file__).parents[1] / "stance" / "weights"
"""The folder that holds a folder for each tier."""

_INPUTS = {"input_ids": "ids", "token_type_ids": "type_ids"}
_MARKS = 8
"""More than the tokens that a model puts around and between two texts."""
READING = "spelled-2"
"""Changes whenever the same weights would be given other tokens; part of the digest."""
_AT_ONCE = 4096
"""Pairs that are cut into tokens at a time, so that memory does not grow with their number."""


def shipped_tiers() -> tuple[str, ...]:
    """Return the tiers whose weights came with the install, the accurate one first."""
    return tuple(tier for tier in reversed(TIERS) if (WEIGHTS / tier / MANIFEST).is_file())


class ShippedStance:
    """A shipped pair model: 8-bit ONNX, calibrated on the dev set."""

    def __init__(self, folder: Path) -> None:
        """Check the digests and load.

        Raises:
            ModelError: A file is missing or its digest is not the manifest's.
        """
        manifest = read_manifest(folder, "calibration")
        check_files(folder, manifest)
        self.name: str = manifest["name"]
        read = (folder / MANIFEST).read_bytes() + READING.encode()
        self.digest = hashlib.sha256(read).hexdigest()
        self._calibration: Mapping[str, Any] = manifest["calibration"]
        self._most_tokens: int = manifest["max_tokens"]
        self._tokenizer = load_tokenizer(folder / "tokenizer.json", self._most_tokens)
        self._spelling = Spelling(self._tokenizer.get_vocab())
        self._runner = GraphRunner(folder / "model.onnx")

    def score(
        self, pairs: Sequence[Pair], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Return probabilities, float32 [len(pairs), 3]: see `StanceModel.score`."""
        return self.score_parts(pairs, on_progress)[0]

    def score_parts(
        self, pairs: Sequence[Pair], on_progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], list[Pair]]:
        """Return the probabilities and, of each pair, what they are of: see `read_in_parts`."""

        def score(parts: Sequence[Pair]) -> NDArray[np.float32]:
            return self._score(parts, _of_pairs(on_progress, len(parts), len(pairs)))

        return read_in_parts(pairs, self._fits, score)

    def _text(self, side: Side) -> str:
        """Return what is read of a side, in characters that the vocabulary has."""
        return side_text(side).translate(self._spelling)

    def _fits(self, pair: Pair) -> bool:
        a, b = (self._text(side) for side in pair)
        if len(a) + len(b) < self._most_tokens - _MARKS:  # a token is a character at least
            return True
        return not self._tokenizer.encode(a, b).overflowing

    def _score(self, pairs: Sequence[Pair], on_progress: Progress | None) -> NDArray[np.float32]:
        logits = [np.zeros((0, 3), np.float32)]
        for start in range(0, len(pairs), _AT_ONCE):
            part = pairs[start : start + _AT_ONCE]
            told = counted_on(on_progress, start, len(pairs))
            logits.append(self._runner.run(self._feeds(part), told).mean(axis=1))
        scale, shift = self._calibration["scale"], self._calibration["shift"]
        return softmax(np.concatenate(logits), scale, shift)

    def _feeds(self, pairs: Sequence[Pair]) -> list[Feed]:
        """Return what the graph reads of each pair: its two orders, which are equally long."""
        texts = [(self._text(a), self._text(b)) for a, b in pairs]
        both = self._tokenizer.encode_batch(texts + [(b, a) for a, b in texts])
        return [
            {
                name: np.asarray([getattr(order, _INPUTS[name]) for order in orders], np.int64)
                for name in self._runner.inputs
            }
            for orders in zip(both[: len(texts)], both[len(texts) :], strict=True)
        ]


def _of_pairs(on_progress: Progress | None, parts: int, pairs: int) -> Progress | None:
    """Count pairs where the runner counts their parts."""
    if on_progress is None or not parts:
        return None
    return lambda done, _: on_progress(done * pairs // parts, pairs)
