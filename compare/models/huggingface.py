"""Encoders and stance models that run with torch.

Any sentence-transformers model can be the encoder, and any three-way pair classifier for Hugging
Face transformers can be the stance model.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from compare.errors import ModelError
from compare.files import file_sha256, is_folder
from compare.models.encoder import OnnxEncoder
from compare.models.model_input import read_in_parts
from compare.models.protocols import Encoder, StanceModel
from compare.models.runtime import clean_text
from compare.models.stance import softmax
from compare.models.values import InputPair, ModelInput, Stance
from compare.progress import Progress
from compare.statements import complete
from compare.statements.languages import language_code

_REPORT_EVERY = 64
_BATCH = 32
_MAX_TOKENS = 256
_KEPT_FREE = 2  # positions that some architectures count but do not use
_MOST_NAMES = 4
_SENTENCE_END = re.compile(r"[.!?](?=\s+[^\Wa-z])")
_COLUMN_NAMES = {
    "agree": Stance.AGREE,
    "entailment": Stance.AGREE,
    "oppose": Stance.OPPOSE,
    "contradiction": Stance.OPPOSE,
    "neither": Stance.NEITHER,
    "neutral": Stance.NEITHER,
}


# -- Encoders ----------------------------------------------------------------------------------


class SentenceTransformerEncoder(Encoder):
    """Any sentence-transformers model, run by that library in full precision.

    Each text is encoded separately, so that its vector does not depend on the others. For small
    models this takes two to three times as long as batches.
    """

    def __init__(self, name_or_path: str) -> None:
        """Load the model.

        Raises:
            ModelError: There is no such folder or model on this machine.
        """
        folder = model_folder(name_or_path)
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(str(folder), device="cpu")
        except Exception as error:  # the library raises many kinds of errors for unreadable folders
            raise ModelError(
                f"{name_or_path!r} is not a sentence-transformers model ({error}): "
                "give the folder or name of one."
            ) from error
        self.name = name_or_path
        self.digest = folder_sha256(folder)
        self.dim = int(self._model.get_embedding_dimension() or 0)
        self.languages = _languages(folder, ())

    def encode(
        self, texts: Sequence[str], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for n, text in enumerate(texts):
            vectors[n] = self._model.encode_document(
                clean_text(text), normalize_embeddings=True, show_progress_bar=False
            )
            if on_progress and ((n + 1) % _REPORT_EVERY == 0 or n + 1 == len(texts)):
                on_progress(n + 1, len(texts))
        return vectors


class OnnxModule(torch.nn.Module):
    """The shipped encoder as the only module of a sentence-transformers model.

    `SentenceTransformer(folder, trust_remote_code=True)` finds it in the folder's modules.json.
    """

    def __init__(self, folder: str) -> None:
        """Load the encoder in a folder."""
        super().__init__()
        self._encoder = OnnxEncoder(Path(folder))

    @classmethod
    def load(cls, model_name_or_path: str, **_: Any) -> OnnxModule:
        """Load the module; sentence-transformers calls this."""
        return cls(model_name_or_path)

    def preprocess(
        self, inputs: Sequence[str], prompt: str | None = None, **_: Any
    ) -> dict[str, Any]:
        """Return the texts unchanged: the encoder tokenizes them itself."""
        return {"texts": [f"{prompt or ''}{text}" for text in inputs]}

    def forward(self, features: dict[str, Any]) -> dict[str, Any]:
        """Add the vectors of the texts, float32 [texts, dim]."""
        vectors = torch.from_numpy(self._encoder.encode(features["texts"]))
        return features | {"sentence_embedding": vectors}

    def get_embedding_dimension(self) -> int:
        """Return the length of a vector."""
        return self._encoder.dim


# -- Stance models -----------------------------------------------------------------------------


def label_columns(id2label: Mapping[int, str], name: str) -> list[int]:
    """Return the indices of a model's columns for agree, oppose and neither.

    Raises:
        ModelError: The labels are not those of a three-way entailment or stance model.
    """
    found = {_COLUMN_NAMES.get(label.casefold()): column for column, label in id2label.items()}
    if len(id2label) != len(Stance) or set(found) != set(Stance):
        raise ModelError(
            f"The model {name!r} has the labels {sorted(id2label.values())}: a stance model needs "
            "entailment, contradiction and neutral, or agree, oppose and neither."
        )
    return [found[stance] for stance in Stance]


class HuggingFaceStance(StanceModel):
    """A cross-encoder in full precision, which does not see the country and date."""

    def __init__(self, name_or_path: str) -> None:
        """Load the model.

        Raises:
            ModelError: The model is not on this machine, lacks weights, or has other labels.
        """
        folder = model_folder(name_or_path)
        self._tokenizer, self._model = _load(folder, name_or_path)
        if self._tokenizer.pad_token is None:
            raise ModelError(
                f"The model {name_or_path!r} has no padding token, so that pairs cannot be read "
                "together: name another, or set one in its tokenizer."
            )
        self._columns = label_columns(self._model.config.id2label, name_or_path)
        positions = getattr(self._model.config, "max_position_embeddings", None) or _MAX_TOKENS * 2
        self._window = min(_MAX_TOKENS, self._tokenizer.model_max_length, positions - _KEPT_FREE)
        self.name = name_or_path
        self.digest = folder_sha256(folder)
        self.languages = _languages(folder, ("en",))

    def score_parts(
        self, pairs: Sequence[InputPair], on_progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], list[InputPair]]:
        return read_in_parts(pairs, self._fits, self._score, on_progress)

    def _fits(self, pair: InputPair) -> bool:
        a, b = map(_plain, pair)
        read = self._tokenizer(a, b, verbose=False, split_special_tokens=True)
        return bool(len(read["input_ids"]) <= self._window)

    def _score(
        self, pairs: Sequence[InputPair], on_progress: Progress | None
    ) -> NDArray[np.float32]:
        if not pairs:
            return np.zeros((0, 3), np.float32)
        texts = [(_plain(a), _plain(b)) for a, b in pairs]
        both = texts + [(b, a) for a, b in texts]
        # Batches of equally long texts need the least padding.
        order = sorted(range(len(both)), key=lambda n: len(both[n][0]) + len(both[n][1]))
        logits = np.zeros((len(both), len(Stance)), np.float32)
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            logits[part] = self._logits([both[n] for n in part])
            if on_progress:
                on_progress(min(start + _BATCH, len(order)) // 2, len(pairs))
        return softmax(logits[: len(texts)] / 2 + logits[len(texts) :] / 2)

    def _logits(self, texts: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        encoded = self._tokenizer(
            [a for a, _ in texts],
            [b for _, b in texts],
            truncation=True,
            max_length=self._window,
            padding=True,
            split_special_tokens=True,  # a "[SEP]" in a text is read as words
            return_tensors="pt",
        )
        with torch.inference_mode():
            logits = self._model(**encoded).logits.float().numpy()
        if not np.isfinite(logits).all():
            raise ModelError(
                f"The model {self.name!r} computes numbers that are not finite: get its files "
                "again, or name another model."
            )
        return np.asarray(logits[:, self._columns], np.float32)


def _load(folder: Path, name: str) -> tuple[Any, Any]:
    """Load a folder's tokenizer and model; ModelError if weights are damaged or missing."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    try:
        with _quiet():
            tokenizer = AutoTokenizer.from_pretrained(str(folder))
            model, info = AutoModelForSequenceClassification.from_pretrained(
                str(folder), output_loading_info=True, ignore_mismatched_sizes=True
            )
    except Exception as error:  # the error for a damaged file depends on its format
        raise ModelError(
            f"{name!r} is not a pair classifier ({_first_sentence(error)}): give the folder or "
            "name of a Hugging Face sequence classification model."
        ) from error
    if others := {key for key, *_ in info["mismatched_keys"]}:
        raise ModelError(
            f"Weights of the model {name!r} are not of the size that its config.json says "
            f"({_listed(others)}): get its files again, or name another model."
        )
    base = f"{model.base_model_prefix}."
    if missing := {key for key in info["missing_keys"] if not key.startswith(base)}:
        raise ModelError(
            f"The model {name!r} lacks the weights of a classification head ({_listed(missing)}): "
            "name one that was trained to classify pairs."
        )
    return tokenizer, model.eval()


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress log lines and progress bars of transformers."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    if bars:
        logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def _languages(folder: Path, if_unknown: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of a card's languages, none for "multilingual"."""
    import yaml
    from huggingface_hub import metadata_load

    try:
        named = (metadata_load(folder / "README.md") or {}).get("language")
    except (OSError, ValueError, yaml.YAMLError):
        return if_unknown
    listed = named if isinstance(named, list) else [named]
    # cards also write "deu" or "German"; YAML reads an unquoted "no", Norwegian, as False
    texts = ["no" if one is False else str(one) for one in listed if one not in (None, "")]
    languages = dict.fromkeys(map(language_code, texts or if_unknown))
    return () if languages.keys() & {"multilingual", "mul"} else tuple(languages)


def _first_sentence(error: Exception) -> str:
    said = " ".join(str(error).split()) or type(error).__name__
    return _SENTENCE_END.split(said, maxsplit=1)[0].rstrip(".!?")


def _listed(names: Iterable[str]) -> str:
    ordered = sorted(names)
    more = len(ordered) - _MOST_NAMES
    return ", ".join(ordered[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _plain(side: ModelInput) -> str:
    return clean_text(complete(side.text, side.context))


# -- Folders -------------------------------------------------------------------------------------


def model_folder(name_or_path: str) -> Path:
    """Return the folder of a model, given by folder or hub name.

    Raises:
        ModelError: It is not on this machine (and `COMPARE_HUB=1` is not set, or it is not there).
    """
    if is_folder(Path(name_or_path)):
        return Path(name_or_path)
    online = os.environ.get("COMPARE_HUB") == "1"
    if not online:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name_or_path, local_files_only=not online))
    except Exception as error:  # network, cache and naming errors all mean that it is unavailable
        remedy = (
            "check the name and the connection"
            if online
            else "give a folder, or set COMPARE_HUB=1 to fetch it from the Hugging Face hub"
        )
        raise ModelError(
            f"There is no model {name_or_path!r} on this machine: {remedy}."
        ) from error


def folder_sha256(folder: Path) -> str:
    """Return a sha256 (hex) over the names and contents of a model folder's files."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in relative.parts):
            total.update(f"{relative.as_posix()} {file_sha256(path)}\n".encode())
    return total.hexdigest()
