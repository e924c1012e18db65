"""The shipped encoder, run without torch, and the prefilter that reads its vectors."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from compare.errors import ModelError
from compare.models.protocols import Encoder
from compare.models.runtime import (
    Feed,
    GraphRunner,
    check_files,
    clean_text,
    load_tokenizer,
    read_manifest,
)
from compare.models.stance import WEIGHTS as STANCE_WEIGHTS
from compare.progress import Progress

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

WEIGHTS = Path(__file__).parent / "weights" / "encoder"
"""The folder of the shipped encoder; its README.md shows other ways to load it."""

PREFILTER = STANCE_WEIGHTS / "prefilter.npz"
_BLOCK = 16_384


class OnnxEncoder(Encoder):
    """An 8-bit encoder, as written by `training.encoder`.

    Each text is run separately, so that its vector does not depend on the other texts.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """Read the manifest; the first `encode` checks the files and loads the graph.

        Raises:
            ModelError: The manifest is missing or cannot be read.
        """
        self._folder = folder
        self._manifest = read_manifest(folder, "encoder manifest")
        self.name: str = self._manifest["name"]
        self.digest: str = self._manifest["digest"]
        self.dim: int = self._manifest["dim"]
        self._loaded: tuple[GraphRunner, Tokenizer] | None = None

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Floats:
        """Return float32 [len(texts), dim], rows of unit length.

        Raises:
            ModelError: A file of the model is missing or damaged.
        """
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        runner, tokenizer = self._loaded or self._load()
        vectors = runner.run(token_feeds(tokenizer, texts), on_progress)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    def _load(self) -> tuple[GraphRunner, Tokenizer]:
        check_files(self._folder, self._manifest)
        runner = GraphRunner(self._folder / "onnx" / "model.onnx")
        max_tokens = self._manifest["max_tokens"]
        self._loaded = runner, load_tokenizer(self._folder / "tokenizer.json", max_tokens)
        return self._loaded


def token_feeds(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Feed]:
    """Return one feed per text: `input_ids`, int64 [1, tokens]."""
    encodings = tokenizer.encode_batch([clean_text(text) for text in texts])
    return [{"input_ids": np.asarray([encoding.ids], np.int64)} for encoding in encodings]


# -- The prefilter -------------------------------------------------------------------------------


class Prefilter(NamedTuple):
    """Guesses from vectors alone which pairs agree or oppose each other.

    The guess only decides which pairs the stance model reads if there are too many to read all. For
    unit vectors u and v, in either order, the logits of agree and oppose are `(u * v) @ product +
    |u - v| @ difference + ((u @ basis) * (v @ basis)) @ form + bias`.

    Attributes:
        encoder: Digest of the encoder whose vectors it was trained on.
        product: float32 [dim, 2], like `difference`.
        basis: float32 [dim, rank].
        form: float32 [rank, 2].
        bias: float32 [2].
    """

    encoder: str
    product: Floats
    difference: Floats
    basis: Floats
    form: Floats
    bias: Floats

    def logits(self, vectors: Callable[[Rows], Floats], a: Rows, b: Rows) -> Floats:
        """Return the logits of agree and oppose for pairs of rows, float32 [pairs, 2].

        `vectors` returns the vectors of given rows, float32 [rows, dim].
        """
        found = np.empty((len(a), 2), np.float32)
        for start in range(0, len(a), _BLOCK):
            here = slice(start, start + _BLOCK)
            u, v = vectors(a[here]), vectors(b[here])
            found[here] = (
                (u * v) @ self.product
                + np.abs(u - v) @ self.difference
                + ((u @ self.basis) * (v @ self.basis)) @ self.form
                + self.bias
            )
        return found


@cache
def load_prefilter() -> Prefilter:
    """Load the shipped prefilter.

    Raises:
        ModelError: Its file is missing or damaged.
    """
    try:
        with np.load(PREFILTER, allow_pickle=False) as kept:
            numbers = {name: kept[name].astype(np.float32) for name in Prefilter._fields[1:]}
            return Prefilter(str(kept["encoder"]), **numbers)
    except (OSError, ValueError, LookupError, EOFError, zlib.error, BadZipFile) as error:
        raise ModelError(
            f"{PREFILTER} cannot be loaded ({error}): install the program again."
        ) from error
