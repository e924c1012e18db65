"""Libraries of growing size: time to build, disk space, and time to answer a quote.

    python -m benchmarks.scale --corpus UNGDC.tgz --data DIR [--sizes 10000 100000 1000000]

Each size is built and searched in its own process, so that peak memory can be measured (anonymous
memory, without mapped files). The recipe that one would write by hand (`IndexFlatIP` over float32
vectors, `CrossEncoder` on the nearest) answers the same quotes on the same passages. Recall
compares the candidates with an exact float32 search, without a filter and with one that leaves 1 %
of the passages. An existing library is not built again; its row then has no build rate.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search import apart, queries, recipe
from compare import Library, load_stance_model
from compare.comparison.retrieval import SHARING_WORDS
from compare.corpus.importing import Import
from compare.defaults import CANDIDATES
from compare.library.index.base import RowSpans, selected_rows
from compare.library.locations import cache_dir
from compare.models.encoder import OnnxEncoder
from compare.models.runtime import thread_count
from compare.statements import Statement, split_statement

SIZES = (10_000, 100_000, 1_000_000)
RECALL_AT = 50
SHARE_FILTERED = 100


def first_statements(corpus: Path, format_name: str | None, passages: int) -> Iterator[Statement]:
    """Yield statements until they have at least this many passages."""
    count = 0
    for statement in Import([corpus], format_name).statements():
        if count >= passages:
            return
        count += len(split_statement(statement))
        yield statement


class OwnMemory:
    """Track the peak of the process's anonymous memory, in MiB."""

    def __init__(self) -> None:
        self.peak = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            lines = Path("/proc/self/status").read_text().splitlines()
            held = next(line for line in lines if line.startswith("RssAnon"))
            self.peak = max(self.peak, int(held.split()[1]) / 1024)
            time.sleep(0.2)  # often enough to see a peak, rarely enough to cost nothing


def build(arguments: argparse.Namespace, size: int) -> dict[str, Any]:
    """Build the library of one size unless it exists."""
    folder = arguments.work / f"scale-{size}"
    if (folder / "CURRENT").exists():
        return {}
    memory = OwnMemory()
    encoder = OnnxEncoder()
    encoder.encode(["The first sentence loads the model."])
    began = time.perf_counter()
    statements = first_statements(arguments.corpus, arguments.format, size)
    built = Library.build(statements, folder, encoder)
    seconds = time.perf_counter() - began
    return {"passages/s": built.manifest.passages / seconds, "build MiB": memory.peak}


def answer(arguments: argparse.Namespace, size: int) -> dict[str, Any]:
    """Search the library of one size."""
    folder = arguments.work / f"scale-{size}"
    memory = OwnMemory()
    began = time.perf_counter()
    library = Library.open(folder, OnnxEncoder())
    library.store.nearest(np.zeros((0, library.manifest.dim), np.float32), 1)  # opens the index
    opened = time.perf_counter() - began
    model = load_stance_model()
    asked = queries(arguments.data)[: arguments.quotes]
    library.search(asked[0], stance_model=model)
    whole, candidates = [], []
    for quote in asked:
        began = time.perf_counter()
        library.search(quote, stance_model=model)
        whole.append(time.perf_counter() - began)
        vector = library.encoder.encode([quote])
        began = time.perf_counter()
        library.store.nearest(vector, 2 * CANDIDATES + 10)
        library.store.ranked_by_words(quote, SHARING_WORDS + 10)
        candidates.append(time.perf_counter() - began)
    disk = sum(path.stat().st_size for path in (folder / "generations").rglob("*"))
    return {
        "passages": library.manifest.passages,
        "disk MiB": disk / 2**20,
        "open ms": opened * 1000,
        "median ms": float(np.median(whole)) * 1000,
        "95 % ms": float(np.percentile(whole, 95)) * 1000,
        "candidates ms": float(np.median(candidates)) * 1000,
        "search MiB": memory.peak,
        **recalls(library, asked),
    }


def recalls(library: Library, asked: list[str]) -> dict[str, float]:
    """Return the share of the exact nearest passages found, with and without a filter."""
    vectors = library.encoder.encode(asked)
    size = len(library.store)
    few = np.random.default_rng(0).permutation(size)[: max(1, size // SHARE_FILTERED)]
    found = {}
    for name, within in (("recall", RowSpans.whole(size)), ("recall 1 %", RowSpans.of(few))):
        blocks = [library.store.vectors(rows) @ vectors.T for rows in within.blocks()]
        scores = np.concatenate(blocks)
        best = selected_rows(within)[np.argsort(-scores, axis=0, kind="stable")[:RECALL_AT]].T
        ours = library.store.nearest(vectors, RECALL_AT, within).rows
        shares = [len({*a} & {*b}) / len(b) for a, b in zip(ours, best, strict=True)]
        found[name] = float(np.mean(shares))
    return found


def by_hand(arguments: argparse.Namespace, size: int) -> dict[str, Any]:
    """Answer with the hand-written recipe."""
    library = Library.open(arguments.work / f"scale-{size}", OnnxEncoder())
    memory = OwnMemory()
    reply = recipe(library, arguments.pairs)
    asked = queries(arguments.data)[: arguments.quotes]
    reply(asked[0])
    times = []
    for quote in asked:
        began = time.perf_counter()
        reply(quote)
        times.append(time.perf_counter() - began)
    return {"by hand ms": float(np.median(times)) * 1000, "by hand MiB": memory.peak}


STEPS = {"build": build, "answer": answer, "by-hand": by_hand}


def run_step(arguments: argparse.Namespace, step: str, size: int) -> dict[str, Any]:
    """Run a step in its own process."""
    options = {
        name: getattr(arguments, name) for name in ("corpus", "data", "work", "quotes", "pairs")
    }
    if arguments.format:
        options["format"] = arguments.format
    return apart("benchmarks.scale", {**options, "step": step, "sizes": size})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--format")
    parser.add_argument("--data", type=Path, required=True, help="holds search/queries.dev.tsv")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--work", type=Path, default=cache_dir() / "benchmark")
    parser.add_argument("--quotes", type=int, default=20)
    parser.add_argument(
        "--pairs", type=int, default=CANDIDATES, help="pairs the recipe scores for a quote"
    )
    parser.add_argument("--step", choices=STEPS)
    arguments = parser.parse_args()
    if arguments.step:
        print(json.dumps(STEPS[arguments.step](arguments, arguments.sizes[0])))
        return
    print(
        f"{arguments.quotes} quotes, {thread_count()} threads, the cascade, without deciding words"
    )
    rows = []
    for size in arguments.sizes:
        row: dict[str, Any] = {}
        for step in STEPS:
            row |= run_step(arguments, step, size)
        rows.append(row)
        print(json.dumps({name: round(value, 3) for name, value in row.items()}), flush=True)
    names = [*dict.fromkeys(name for row in rows for name in row)]
    print("\n| " + " | ".join(names) + " |\n|" + "---|" * len(names))
    for row in rows:
        cells = (
            f"{row[n]:,.2f}" if "recall" in n else f"{row[n]:,.0f}" if n in row else ""
            for n in names
        )
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
