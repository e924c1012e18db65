"""The shipped encoders, run without torch: one for English, one for five other languages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compare.models.protocols import Encoder
from compare.models.runtime import (
    Feed,
    GraphRunner,
    check_files,
    clean_text,
    load_tokenizer,
    read_manifest,
)
from compare.progress import Progress
from compare.statements import language_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "weights" / "encoder"
"""The folder of the English encoder; its README.md shows other ways to load it."""

LANGUAGES_WEIGHTS = WEIGHTS.parent / "languages"
_CONTEXT = re.compile(r"(?<=\S) \([^()]*\)\Z")  # see `complete`; it may be in another language

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")


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
        self.languages = ("en",) if folder == WEIGHTS else ()
        self._loaded: tuple[GraphRunner, Tokenizer] | None = None

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Floats:
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


class LanguagesEncoder(Encoder):
    """The shipped encoders in one space: English texts by one of them, all others by the other.

    English texts have the same vectors as with the English encoder alone.
    """

    languages = LANGUAGES

    def __init__(self) -> None:
        """Read the manifests; the first text in a language loads the graph that reads it.

        Raises:
            ModelError: A manifest is missing or cannot be read.
        """
        self._english, self._others = OnnxEncoder(WEIGHTS), OnnxEncoder(LANGUAGES_WEIGHTS)
        self.name: str = self._others.name
        digests = f"{self._english.digest} {self._others.digest}"
        self.digest: str = hashlib.sha256(digests.encode()).hexdigest()
        self.dim: int = self._english.dim

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Floats:
        found = np.zeros((len(texts), self.dim), np.float32)
        english = np.array([language_of(_CONTEXT.sub("", one)) == "en" for one in texts], bool)
        done = 0

        def report(part: int, _: int) -> None:
            if on_progress:
                on_progress(done + part, len(texts))

        for encoder, chosen in ((self._english, english), (self._others, ~english)):
            rows = np.flatnonzero(chosen)
            found[rows] = encoder.encode([texts[n] for n in rows.tolist()], report)
            done += len(rows)
        return found


def token_feeds(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Feed]:
    """Return one feed per text: `input_ids`, int64 [1, tokens]."""
    encodings = tokenizer.encode_batch([clean_text(text) for text in texts])
    return [{"input_ids": np.asarray([encoding.ids], np.int64)} for encoding in encodings]
