"""Write the shipped encoder: all-MiniLM-L6-v2 with its pooling, in 8 bits, for ONNX Runtime.

    python -m training.encoder
    python -m training.encoder --exact

The second line writes vectors in full precision, with which the tests compare those of the shipped
encoder. The same packages on the same kind of processor write the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from transformers import AutoModel

from compare.files import file_sha256
from compare.models.encoder import WEIGHTS, OnnxEncoder, token_feeds
from compare.models.huggingface import SentenceTransformerEncoder
from compare.models.loading import ENCODER
from compare.models.runtime import MANIFEST, GraphRunner, load_tokenizer
from training import backbones
from training.probes import neighbour_recall, sentences
from training.quantize import export_graph, quantize, read_tokens, smooth
from training.ship import put_in_place

SCHEME = "int8-7"
"""Part of the digest. Change it whenever the export gives other vectors."""

MAX_TOKENS = 256
LEAST_RECALL = 0.9
"""Least share of the ten nearest neighbours in full precision that an export must find to ship."""

PROBE = "probe.npy"
PROBES = 32
EXACT = Path(__file__).parents[1] / "tests" / "data" / "full_precision.npy"
"""Vectors of `exact_sentences` from the published weights, float16 [EXACT_COUNT, dim]."""

EXACT_COUNT = 300
COPIED = ("config.json", "tokenizer.json")
BESIDE = ("README.md", "LICENSE", "modules.json", "config_sentence_transformers.json")
"""Written by hand; copied from the old folder to the new."""


class Pooled(torch.nn.Module):
    """The model with mean pooling: token ids to a unit vector."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.body = AutoModel.from_pretrained(str(folder))

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.normalize(read_tokens(self.body, input_ids)[0].mean(1), dim=1)


def traced() -> onnx.ModelProto:
    """Return the graph in full precision."""
    return export_graph(Pooled(backbones.folder("minilm")), ["input_ids"])


def ship(target: Path = WEIGHTS) -> None:
    """Write the encoder's folder, or stop if it is too far from full precision.

    Raises:
        SystemExit: The 8-bit graph misses too many neighbours, or the backbone is another.
    """
    source = backbones.folder("minilm")
    model = traced()
    feeds = token_feeds(load_tokenizer(source / "tokenizer.json", MAX_TOKENS), sentences())
    exact = GraphRunner(model.SerializeToString()).run(feeds)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        folder = Path(scratch) / "encoder"
        (folder / "onnx").mkdir(parents=True)
        for name in COPIED:
            shutil.copyfile(source / name, folder / name)
        for name in BESIDE:
            shutil.copyfile(WEIGHTS / name, folder / name)
        smooth(model, feeds[::2])
        quantize(model, folder / "onnx" / "model.onnx", tables=False)
        rounded = GraphRunner(folder / "onnx" / "model.onnx").run(feeds)
        recall = neighbour_recall(exact, rounded)
        print(f"8 bits against full precision: {recall:.4f} of ten nearest neighbours shared")
        if recall < LEAST_RECALL:
            raise SystemExit("The export does not pass its gate; nothing was written.")
        manifest = {
            "name": ENCODER,
            "digest": digest(),
            "dim": rounded.shape[1],
            "max_tokens": MAX_TOKENS,
            "files": {
                path.relative_to(folder).as_posix(): file_sha256(path)
                for path in (folder / "onnx" / "model.onnx", folder / "tokenizer.json")
            },
            "backbone": {
                "name": "sentence-transformers/all-MiniLM-L6-v2",
                "licence": "Apache-2.0",
                "sha256": backbones.DIGESTS["minilm"],
            },
            "scheme": SCHEME,
            "int8_neighbour_recall": round(recall, 4),
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        np.save(folder / PROBE, OnnxEncoder(folder).encode(sentences(PROBES)))
        put_in_place(folder, target, Path(scratch) / "old")


def exact_sentences() -> list[str]:
    """Return the sentences of the vectors in full precision; the export was fitted on others."""
    return sentences(EXACT_COUNT, seed=11)


def exact_vectors() -> NDArray[np.float16]:
    """Return the vectors that sentence-transformers computes from the published weights."""
    published = SentenceTransformerEncoder(str(backbones.folder("minilm")))
    return published.encode(exact_sentences()).astype(np.float16)


def digest() -> str:
    """Return the digest that libraries record: equal digests mean equal vectors."""
    return hashlib.sha256(f"{backbones.DIGESTS['minilm']} {SCHEME}".encode()).hexdigest()


def main() -> None:
    """Write the folder named on the command line, or the vectors in full precision."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", type=Path, default=WEIGHTS)
    parser.add_argument("--exact", action="store_true", help=f"only write {EXACT.name}")
    arguments = parser.parse_args()
    if arguments.exact:
        np.save(EXACT, exact_vectors())
    else:
        ship(arguments.target)


if __name__ == "__main__":
    main()
