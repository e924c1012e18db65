"""A search of a library in several languages, against one of a library in English of the same size.

    python -m benchmarks.mixed --data DIR [--passages 1000000]

Both libraries hold the sentences of the search collection, again and again, each time with a
number. In the mixed one, every second statement is marked as Russian, so that a search also looks
for what it cannot judge. Vectors are random but for the quotes', which the shipped encoder embeds:
the time of a search does not depend on what is near. Prints the median times and their ratio.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.search import queries
from compare import Library, load_encoder, load_stance_model
from compare.progress import Progress
from compare.statements import Statement
from training.pairs import collection


class RandomEncoder:
    """Gives passages random vectors, and quotes those of the shipped encoder."""

    name, languages, dim, at_once = "random", (), 384, 4096
    digest = hashlib.sha256(b"random").hexdigest()

    def __init__(self) -> None:
        self._random, self.asks = np.random.default_rng(0), False
        self._shipped = load_encoder()

    def encode(
        self, texts: Sequence[str], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        if self.asks:
            return self._shipped.encode(texts)
        vectors = self._random.standard_normal((len(texts), self.dim), np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def statements(data: Path, count: int, *, mixed: bool) -> Iterator[Statement]:
    """Yield one statement for each passage."""
    sentences = [str(entry["text"]) for entry in collection(data / "search")]
    for number, text in zip(range(count), itertools.cycle(sentences), strict=False):
        language = "ru" if mixed and number % 2 else "en"
        words = f"{text.rstrip('.')}, {number}."
        yield Statement(f"s{number}", words, language=language, source="collection")


def median(data: Path, folder: Path, count: int, quotes: int, *, mixed: bool) -> float:
    """Return the median time of a search, in seconds."""
    encoder, model = RandomEncoder(), load_stance_model()
    library = Library.build(statements(data, count, mixed=mixed), folder, encoder)
    encoder.asks = True
    asked = queries(data)[: quotes + 1]
    times = []
    for quote in asked:
        began = time.perf_counter()
        found = library.search(quote, stance_model=model)
        times.append(time.perf_counter() - began)
    name = "mixed" if mixed else "English"
    print(f"{name}: {library.manifest.passages:,} passages, {found.passages_read} read", flush=True)
    return float(np.median(times[1:]))


def main() -> None:
    """Print the times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--quotes", type=int, default=20)
    arguments = parser.parse_args()
    times = {}
    for mixed in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "library"
            data, count = arguments.data, arguments.passages
            times[mixed] = median(data, place, count, arguments.quotes, mixed=mixed)
    print(
        f"median of a search: English {times[False]:.2f} s, mixed {times[True]:.2f} s, "
        f"ratio {times[True] / times[False]:.2f}"
    )


if __name__ == "__main__":
    main()
