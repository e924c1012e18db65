"""Two sides of a library: what comparing them costs, and how many of the best pairs it keeps.

    python -m benchmarks.mine --library DIR --a country=China --b country="United States"

The stance model's fast tier reads every pair on the same point once. Printed is how many of the
pairs that it holds most opposed a comparison reads when it may read only a share of all.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from compare import Library, load_stance_model
from compare.commands.pairs import read_side
from compare.mine import Comparison

TOP = 1_000
SHARES = (0.05, 0.1, 0.2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--a", action="append", required=True)
    parser.add_argument("--b", action="append", required=True)
    parser.add_argument("--topic", default="")
    arguments = parser.parse_args()
    library = Library.open(arguments.library)
    model = load_stance_model("fast")
    sides = [
        read_side(given, option) for given, option in ((arguments.a, "--a"), (arguments.b, "--b"))
    ]
    began = time.perf_counter()
    whole = Comparison(
        library, *sides, topic=arguments.topic, stance_model=model, most_read=sys.maxsize
    )
    found = time.perf_counter() - began
    began = time.perf_counter()
    table = whole.run()
    read = time.perf_counter() - began
    pairs = len(table.pairs)
    print(f"{whole.subject}: {len(whole.a):,} and {len(whole.b):,} passages")
    print(f"pairs on the same point: {pairs:,} found in {found:.1f} s, read in {read:.1f} s")
    key = {id(pair): n for n, pair in enumerate(table.pairs)}
    best = sorted(table.pairs, key=lambda pair: -pair.probabilities.oppose)[:TOP]
    wanted = {key[id(pair)] for pair in best}
    order = whole.order()
    for share in SHARES:
        kept = {*order[: int(share * pairs)].tolist()}
        closest = {*np.argsort([-pair.similarity for pair in table.pairs])[: int(share * pairs)]}
        print(
            f"reading {share:.0%}: {len(kept & wanted) / len(wanted):.2f} of the {len(wanted):,} "
            f"most opposed; by closeness alone {len(closest & wanted) / len(wanted):.2f}"
        )


if __name__ == "__main__":
    main()
