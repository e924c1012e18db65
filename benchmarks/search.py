"""Searching 100,000 passages: this program against the recipe one would write by hand.

    python -m benchmarks.search --data DIR

The recipe is `SentenceTransformer.encode`, `faiss.IndexFlatIP`, and `CrossEncoder.predict` on the
top k, with a classifier of the fast model's shape. Its k is the number of passages that this
program scores for the median quote; threads and length limit are the same. The search is timed with
each shipped stance model. Each side runs in its own process, so that peak memory can be measured,
and so does what embeds the passages beforehand, in `--work`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.judged import read_queries
from compare import Library, Quote, load_stance_model
from compare.library.locations import cache_dir
from compare.models.encoder import OnnxEncoder
from compare.models.loading import CASCADE
from compare.models.runtime import thread_count
from compare.models.stance import shipped_manifests
from compare.statements import PartialDate, Statement, parse_countries

MAX_TOKENS = 256
SHIPPED = (*shipped_manifests(), *([CASCADE] if len(shipped_manifests()) > 1 else []))
BUILD = "build"
SIDES = (*SHIPPED, "plain", BUILD)


def statements(data: Path, count: int) -> list[Statement]:
    """Read the first `count` passages of the collection."""
    with gzip.open(data / "search" / "collection.jsonl.gz", "rt", encoding="utf-8") as handle:
        rows = [json.loads(line) for line in islice(handle, count)]
    return [
        Statement(
            id=row["id"],
            text=row["text"],
            speaker=row["speaker"],
            country=parse_countries(row["country"]),
            date=PartialDate(row["date"]) if row["date"] else None,
            source=row["source"],
            language="en",
        )
        for row in rows
    ]


def queries(data: Path) -> list[str]:
    """Read the typed queries."""
    return list(read_queries(data / "search" / "queries.dev.tsv").values())


def encoder_folder() -> str:
    from training import backbones

    return str(backbones.folder("minilm"))


def library(work: Path, data: Path, count: int) -> Library:
    """Open the library of the first `count` passages; build it first unless it exists."""
    folder = work / f"ours-{count}"
    if not (folder / "CURRENT").exists():
        began = time.perf_counter()
        built = Library.build(statements(data, count), folder, OnnxEncoder())
        seconds = time.perf_counter() - began
        print(f"built {built.manifest.passages:,} passages in {seconds:.0f} s", file=sys.stderr)
        return built
    return Library.open(folder, OnnxEncoder())


def searcher(tier: str, opened: Library) -> Callable[[str], int]:
    """Return a function that answers a quote and returns the number of passages scored."""
    model = load_stance_model(tier)
    return lambda quote: opened.search(Quote(quote), stance_model=model).passages_read


def recipe(opened: Library, k: int) -> Callable[[str], int]:
    """Return a function that answers a quote with the hand-written recipe."""
    import faiss
    from sentence_transformers import CrossEncoder, SentenceTransformer

    encoder = SentenceTransformer(encoder_folder(), device="cpu")
    encoder.max_seq_length = MAX_TOKENS
    texts = [p.text for p in opened.passages(range(opened.manifest.passages))]
    index = faiss.IndexFlatIP(384)
    index.add(opened.store.vectors(np.arange(len(opened.store))))
    # A pair takes the same time whatever the weights, so the shape is enough.
    model = CrossEncoder(encoder_folder(), device="cpu", max_length=MAX_TOKENS, num_labels=3)

    def answer(quote: str) -> int:
        _, rows = index.search(encoder.encode([quote], normalize_embeddings=True), k)
        found = [texts[row] for row in rows[0]]
        model.predict([(quote, text) for text in found])
        return k

    return answer


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run one side over all quotes, after answering the first one untimed."""
    import torch

    torch.set_num_threads(thread_count())
    opened = library(arguments.work, arguments.data, arguments.passages)
    if arguments.side == BUILD:
        return {}
    if arguments.side == "plain":
        answer = recipe(opened, arguments.top_k)
    else:
        answer = searcher(arguments.side, opened)
    asked = queries(arguments.data)[: arguments.quotes]
    answer(asked[0])
    times, read = [], []
    for quote in asked:
        began = time.perf_counter()
        read.append(answer(quote))
        times.append(time.perf_counter() - began)
    unit = 1024**2 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"times": times, "read": read, "peak_mib": peak}


def apart(module: str, options: Mapping[str, object]) -> dict[str, Any]:
    """Run a benchmark's module in its own process, and return the figures that it prints last.

    Raises:
        SystemExit: It failed, and has said why.
    """
    command = [sys.executable, "-m", module]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.returncode)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def run_side(arguments: argparse.Namespace, side: str, k: int = 0) -> dict[str, Any]:
    """Run a side in its own process."""
    options = {name: getattr(arguments, name) for name in ("data", "work", "passages", "quotes")}
    return apart("benchmarks.search", {**options, "side": side, "top-k": k})


def report(arguments: argparse.Namespace) -> None:
    """Run all sides and print the table."""
    run_side(arguments, BUILD)
    sides = {side: run_side(arguments, side) for side in SHIPPED}
    k = round(float(np.median(sides["fast"]["read"])))
    sides["plain"] = run_side(arguments, "plain", k)
    print(f"{arguments.passages:,} passages, {arguments.quotes} quotes, {k} pairs a quote,")
    print(f"{thread_count()} threads, at most {MAX_TOKENS} tokens")
    print(f"{'':10}{'median ms':>12}{'95 % ms':>12}{'peak MiB':>12}")
    for side, values in sides.items():
        times = np.array(values["times"]) * 1000
        median, late = np.percentile(times, [50, 95])
        print(f"{side:10}{median:12.0f}{late:12.0f}{values['peak_mib']:12.0f}")
    for side in SHIPPED:
        ratio = np.median(sides["plain"]["times"]) / np.median(sides[side]["times"])
        print(f"plain / {side}, medians: {ratio:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=cache_dir() / "benchmark")
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--quotes", type=int, default=50)
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("--top-k", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.side is None:
        report(arguments)
    else:
        print(json.dumps(measure(arguments)))


if __name__ == "__main__":
    main()
