"""Batches on a Ray cluster against one process: sentences embedded and pairs scored a second.

    python -m benchmarks.distributed [--ray ADDRESS] [--sentences 5000] [--pairs 2000]

Without --ray, a cluster of this machine's cores is started. Both read the same sentences and pairs,
made here, and give the same numbers. The last lines say what the rates mean for larger corpora: the
time of one core, and the number of cores that finish in a day.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from compare.models import ModelInput, load_encoder, load_stance_model
from compare.models.on_ray import LOCAL, Cluster, RayEncoder, stance_on

SIZES = (10**7, 10**9)
PAIRS_PER_PASSAGE = 2  # of a comparison of two large sides
DAY = 24 * 3600
WORDS = "the port channel harbour treaty must shall not end open remain lawful"


def sentences(count: int) -> list[str]:
    """Return made-up sentences of 8 to 30 words."""
    random = np.random.default_rng(0)
    return [
        " ".join(random.choice(WORDS.split(), random.integers(8, 31))) + "." for _ in range(count)
    ]


def rate(work: Callable[[], Any], count: int) -> tuple[float, Any]:
    began = time.perf_counter()
    made = work()
    return count / (time.perf_counter() - began), made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ray", default=LOCAL)
    parser.add_argument("--sentences", type=int, default=5000)
    parser.add_argument("--pairs", type=int, default=2000)
    arguments = parser.parse_args()
    texts = sentences(max(arguments.sentences, arguments.pairs + 1))
    pairs = [(ModelInput(a), ModelInput(b)) for a, b in pairwise(texts[: arguments.pairs + 1])]
    texts = texts[: arguments.sentences]
    cluster = Cluster(arguments.ray)
    rates: dict[str, dict[str, float]] = {}
    made: dict[str, list[Any]] = {}
    for name in ("one process", f"Ray, {cluster.cores} cores"):
        on_ray = name != "one process"
        encoder = RayEncoder(None, cluster) if on_ray else load_encoder()
        model = stance_on(cluster, "fast") if on_ray else load_stance_model("fast")
        encoder.encode(texts[:200])  # loads the models
        model.score(pairs[:200])
        embedded, vectors = rate(lambda e=encoder: e.encode(texts), len(texts))
        scored, scores = rate(lambda m=model: m.score(pairs), len(pairs))
        rates[name] = {"sentences/s": embedded, "pairs/s": scored}
        made[name] = [vectors, scores]
    for one, other in zip(*made.values(), strict=True):
        np.testing.assert_array_equal(one, other)
    print("| | sentences/s | pairs/s |\n|---|---|---|")
    for name, row in rates.items():
        print(f"| {name} | {row['sentences/s']:,.0f} | {row['pairs/s']:,.0f} |")
    per_core = {what: value / cluster.cores for what, value in row.items()}
    print("\n| passages | core-hours to embed | to score | cores for a day |\n|---|---|---|---|")
    for size in SIZES:
        embed = size / per_core["sentences/s"] / 3600
        score = size * PAIRS_PER_PASSAGE / per_core["pairs/s"] / 3600
        print(f"| {size:.0e} | {embed:,.0f} | {score:,.0f} | {(embed + score) / 24:,.0f} |")


if __name__ == "__main__":
    main()
