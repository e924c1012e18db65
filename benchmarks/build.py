"""Sentences per second: the program's encoder against `SentenceTransformer.encode`.

    python -m benchmarks.build --corpus PATH [--format NAME]

Both encode the same sentences with the same number of threads, in turns; medians are compared. The
output also says how similar the 8-bit vectors are to those in full precision: the mean cosine, and
the share of each sentence's twenty nearest neighbours that both find.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from compare.corpus.importing import Import
from compare.models.encoder import OnnxEncoder
from compare.models.runtime import thread_count
from compare.statements import split_statement

ROUNDS = 3
NEIGHBOURS = 20


def sentences(corpus: Path, format_name: str | None, count: int) -> list[str]:
    """Draw `count` passages at random from the first `10 * count` of a corpus."""

    def every() -> Iterator[str]:
        for statement in Import([corpus], format_name).statements():
            for passage in split_statement(statement):
                yield passage.completed

    pool = [text for text, _ in zip(every(), range(10 * count), strict=False)]
    drawn = np.random.default_rng(0).permutation(len(pool))[:count]
    return [pool[n] for n in drawn]


def neighbours(vectors: np.ndarray) -> np.ndarray:
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -1)
    return np.argpartition(-similarity, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]


def main() -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    from training import backbones

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--format")
    parser.add_argument("--sentences", type=int, default=4_000)
    arguments = parser.parse_args()
    torch.set_num_threads(thread_count())
    texts = sentences(arguments.corpus, arguments.format, arguments.sentences)
    plain = SentenceTransformer(str(backbones.folder("minilm")), device="cpu")
    shipped = OnnxEncoder()
    sides = {
        "8 bits": shipped.encode,
        "SentenceTransformer.encode": lambda read: plain.encode(read, normalize_embeddings=True),
    }
    rates: dict[str, list[float]] = {name: [] for name in sides}
    vectors = {}
    for encode in sides.values():
        encode(texts[:64])
    for _ in range(ROUNDS):
        for name, encode in sides.items():
            began = time.perf_counter()
            vectors[name] = encode(texts)
            rates[name].append(len(texts) / (time.perf_counter() - began))
    ours, exact = vectors.values()
    medians = {name: float(np.median(found)) for name, found in rates.items()}
    words = np.mean([len(text.split()) for text in texts])
    print(f"{len(texts):,} sentences of {words:.0f} words, {thread_count()} threads")
    for name, rate in medians.items():
        print(f"{name:28}{rate:8.0f} sentences/s")
    print(f"ratio {medians['8 bits'] / medians['SentenceTransformer.encode']:.2f}")
    print(f"mean cosine {(ours * exact).sum(axis=1).mean():.4f}")
    shared = [
        len({*a} & {*b}) / NEIGHBOURS
        for a, b in zip(neighbours(ours), neighbours(exact), strict=True)
    ]
    print(f"recall@{NEIGHBOURS} of the neighbours found in full precision {np.mean(shared):.3f}")


if __name__ == "__main__":
    main()
