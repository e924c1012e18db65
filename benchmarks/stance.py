"""Pairs per second: the shipped stance models against `CrossEncoder` on torch.

    python -m benchmarks.stance --data DIR

Both score each pair once. The peer is a classifier of the same shape in full precision
(an untrained head on the backbone, since only the shape matters), run by sentence-transformers'
`CrossEncoder.predict` with the same number of threads and the same length limit. Both score the
same pairs in turns; medians are compared.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from compare.evaluate import read_labelled
from compare.models import InputPair, load_stance_model
from compare.models.model_input import side_text
from compare.models.runtime import thread_count
from compare.models.stance import shipped_manifests
from training import backbones

MAX_TOKENS = 256
ROUNDS = 5
PEERS = {"fast": "minilm", "accurate": "mpnet"}


def peer(folder: Path) -> Callable[[list[InputPair]], None]:
    """Return a function that scores pairs with sentence-transformers."""
    import torch
    from sentence_transformers import CrossEncoder

    torch.set_num_threads(thread_count())
    model = CrossEncoder(str(folder), device="cpu", max_length=MAX_TOKENS, num_labels=3)

    def score(pairs: list[InputPair]) -> None:
        model.predict([(side_text(a), side_text(b)) for a, b in pairs])

    return score


def ours(tier: str) -> Callable[[list[InputPair]], None]:
    """Return a function that scores pairs with a shipped model."""
    model = load_stance_model(tier)

    def score(pairs: list[InputPair]) -> None:
        model.score(pairs)

    return score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=200)
    arguments = parser.parse_args()
    dev = read_labelled(arguments.data / "pairs" / "officials.dev.tsv")
    drawn = np.random.default_rng(0).permutation(len(dev))[: arguments.pairs]
    pairs = [(dev[n].a, dev[n].b) for n in drawn]
    print(f"{len(pairs)} pairs, {thread_count()} threads, {MAX_TOKENS} tokens at most")
    for tier in shipped_manifests():
        sides = {"ours": ours(tier), "peer": peer(backbones.folder(PEERS[tier]))}
        rates = {name: [] for name in sides}
        for _ in range(ROUNDS):
            for name, score in sides.items():
                began = time.perf_counter()
                score(pairs)
                rates[name].append(len(pairs) / (time.perf_counter() - began))
        medians = {name: float(np.median(found)) for name, found in rates.items()}
        speeds = ", ".join(f"{name} {rate:.0f} pairs/s" for name, rate in medians.items())
        print(f"{tier}: {speeds}, ratio {medians['ours'] / medians['peer']:.2f}")


if __name__ == "__main__":
    main()
