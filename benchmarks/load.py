"""Many visitors search at once: readings that take turns against readings that all run at once.

    python -m benchmarks.load --data DIR

Each visitor asks another quote of the judged collection, all in the same second, as the app's
visitors would. Each way runs in a process of its own, so that peak memory can be measured: with
mapped files, which the system can take back, and without ("own").
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import threading
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scale import OwnMemory
from benchmarks.search import apart, library, queries
from compare import load_stance_model
from compare.comparison.turns import Turns
from compare.library.locations import cache_dir

TURNS, AT_ONCE = "turns", "at once"


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Ask all quotes at once, after one untimed search and one alone."""
    memory = OwnMemory()
    opened = library(arguments.work, arguments.data, arguments.passages)
    asked, model, turns = queries(arguments.data), load_stance_model(), Turns()
    opened.search(asked[-1], stance_model=model)
    began = time.perf_counter()
    opened.search(asked[-2], stance_model=model)
    alone = time.perf_counter() - began
    ready = threading.Barrier(arguments.visitors + 1)
    times: list[float] = []

    def visit(quote: str) -> None:
        ready.wait()
        one: AbstractContextManager[object] = (
            turns.take() if arguments.way == TURNS else nullcontext()
        )
        with one:
            opened.search(quote, stance_model=model)
        times.append(time.perf_counter() - began)

    visitors = [
        threading.Thread(target=visit, args=(quote,)) for quote in asked[: arguments.visitors]
    ]
    for visitor in visitors:
        visitor.start()
    began = time.perf_counter()
    ready.wait()
    for visitor in visitors:
        visitor.join()
    unit = 1024**2 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"alone": alone, "times": sorted(times), "peak_mib": peak, "own_mib": memory.peak}


def run_way(arguments: argparse.Namespace, way: str) -> dict[str, Any]:
    """Run one way in its own process."""
    options = {name: getattr(arguments, name) for name in ("data", "work", "passages", "visitors")}
    return apart("benchmarks.load", {**options, "way": way})


def main() -> None:
    """Run both ways and print a table, or one of them and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=cache_dir() / "benchmarks")
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--way", choices=(TURNS, AT_ONCE))
    arguments = parser.parse_args()
    if arguments.way:
        print(json.dumps(measure(arguments)))
        return
    library(arguments.work, arguments.data, arguments.passages)
    names = ("way", "alone, s", "first answer, s", "median, s", "last, s", "first / alone")
    print(f"| {' | '.join((*names, 'peak MiB', 'own'))} |")
    print("|---|---|---|---|---|---|---|---|")
    for way in (AT_ONCE, TURNS):
        found = run_way(arguments, way)
        first, middle, last = np.quantile(found["times"], [0, 0.5, 1])
        cells = (found["alone"], first, middle, last, first / found["alone"])
        print(f"| {way} |", " | ".join(f"{cell:.1f}" for cell in cells), end=" | ")
        print(f"{found['peak_mib']:.0f} | {found['own_mib']:.0f} |")


if __name__ == "__main__":
    main()
