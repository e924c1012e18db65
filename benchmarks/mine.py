"""Comparing two sides of a library: the time, and the share of the best pairs that is found.

    python -m benchmarks.mine --library DIR --a country=China --b country="United States"

The fast stance model scores every pair of similar passages. The output says how many of the pairs
with the highest probabilities of oppose and of agree a comparison finds if it may score only a
share of all pairs, and how many it would find if it chose them by opposition or similarity alone.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compare import Library, Stance, load_stance_model
from compare.cli.options import read_side
from compare.comparison import Comparison

TOP = 1_000
SHARES = (0.05, 0.1, 0.2)


def first(scores: Sequence[float] | NDArray[np.float32], most: int) -> set[int]:
    """Return the indices of the highest scores."""
    return {*np.argsort(-np.asarray(scores), kind="stable")[:most].tolist()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--a", action="append", required=True)
    parser.add_argument("--b", action="append", required=True)
    parser.add_argument("--topic", default="")
    arguments = parser.parse_args()
    library = Library.open(arguments.library)
    model = load_stance_model("fast")
    sides = [read_side(given) for given in (arguments.a, arguments.b)]
    began = time.perf_counter()
    whole = Comparison(
        library, *sides, topic=arguments.topic, stance_model=model, most_read=sys.maxsize
    )
    whole.find()
    found = time.perf_counter() - began
    began = time.perf_counter()
    table = whole.run()
    read = time.perf_counter() - began
    pairs = len(table.pairs)
    print(f"{whole.subject}: {len(whole.a):,} and {len(whole.b):,} passages")
    print(f"similar pairs: {pairs:,} found in {found:.1f} s, scored in {read:.1f} s")
    agree, oppose = (
        first([pair.probabilities.of(stance) for pair in table.pairs], TOP)
        for stance in (Stance.AGREE, Stance.OPPOSE)
    )
    similarity = [pair.similarity for pair in table.pairs]
    likely = whole.likely()
    if likely is None:
        raise SystemExit(
            "The library has another encoder: its pairs are chosen by similarity alone."
        )
    print(f"share of the {TOP:,} top pairs that is scored, by how pairs are chosen:")
    for share in SHARES:
        most = int(share * pairs)
        chosen = {
            "a comparison": {*whole.order()[:most].tolist()},
            "opposition alone": first(likely[:, 1], most),
            "similarity alone": first(similarity, most),
        }
        for name, kept in chosen.items():
            print(
                f"{share:5.0%} for {name:16}: agree {len(kept & agree) / len(agree):.2f}, "
                f"oppose {len(kept & oppose) / len(oppose):.2f}"
            )


if __name__ == "__main__":
    main()
