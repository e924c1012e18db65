"""A library in PostgreSQL against the same one in a folder: searches, updates, bytes.

    python -m benchmarks.postgres --library FOLDER --database postgresql://… [--passages 100000]

Both get statements of a library that is there already, with its vectors, so that building embeds
nothing. Then quotes ask both for their nearest passages: without a filter, with one that leaves one
country, and with one that leaves a tenth of the statements. Last, both take in a thousand new
statements, whose passages are embedded. Ratios count.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from compare import Filters, Library
from compare.library.build import passage_key
from compare.library.index.base import Floats
from compare.library.passage_store import FileStore
from compare.library.postgres import writer
from compare.models import Encoder
from compare.models.encoder import OnnxEncoder
from compare.statements import Statement

QUERIES = 60
NEAREST = 400
ADDED = 1000


class KnownVectors(Encoder):
    """The encoder of a library, which takes its vectors from there where it can."""

    def __init__(self, store: FileStore) -> None:
        self._store, self._encoder = store, OnnxEncoder()
        self.name, self.digest, self.dim = (
            getattr(self._encoder, name) for name in ("name", "digest", "dim")
        )
        keys = np.array([key for (key,) in store._all("SELECT key FROM passages ORDER BY row")])
        self._keys, self._rows = np.unique(keys, return_index=True)

    def encode(self, texts: Sequence[str], on_progress: Any = None) -> Floats:
        keys = np.array([passage_key(text) for text in texts], np.int64)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        known = self._keys[at] == keys
        vectors = np.zeros((len(texts), self.dim), np.float32)
        vectors[known] = self._store.vectors(self._rows[at[known]])
        new = [text for text, there in zip(texts, known, strict=True) if not there]
        if new:
            vectors[~known] = self._encoder.encode(new)
        return vectors


def first(library: Library, passages: int) -> Iterator[Statement]:
    """Yield statements until they have so many passages."""
    count = 0
    for statement in library.store.all_statements():
        if count >= passages:
            return
        count += len(library.statement_rows(statement.id))
        yield statement


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    made = work()
    return time.perf_counter() - began, made


def searches(library: Library, vectors: Floats) -> dict[str, float]:
    """Return the median milliseconds of a search for the nearest, by filter."""
    countries = library.facets()["countries"]
    few = Filters(countries=(countries[len(countries) // 2].value,))
    tenth: list[str] = []
    total = 0
    for facet in countries[::2]:
        if total < len(library) / 10:
            tenth.append(facet.value)
            total += facet.count
    found = {}
    for name, filters in (
        ("all", Filters()),
        ("one country", few),
        ("a tenth", Filters(countries=tuple(tenth))),
    ):
        times = []
        for vector in vectors:
            seconds, _ = timed(
                lambda vector=vector, filters=filters: library.store.nearest(
                    vector[None], NEAREST, library.store.select(filters)
                )
            )
            times.append(seconds * 1000)
        found[name] = float(np.median(times))
    return found


def recall(database: Library, folder: Library, vectors: Floats) -> float:
    """Return which share of the folder's exact nearest the database finds."""
    shares = []
    for vector in vectors:
        ids = []
        for library in (database, folder):
            rows = library.store.nearest(vector[None], NEAREST).rows[0]
            ids.append({(p.statement_id, p.start) for p in library.passages(rows.tolist())})
        shares.append(len(ids[0] & ids[1]) / len(ids[1]))
    return float(np.mean(shares))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True, help="A library in a folder.")
    parser.add_argument("--database", required=True, help="The address of an empty library.")
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--exact-up-to", type=int, default=writer.EXACT_UP_TO)
    arguments = parser.parse_args()
    writer.EXACT_UP_TO = arguments.exact_up_to
    source = Library.open(arguments.library)
    encoder = KnownVectors(source.store)
    with tempfile.TemporaryDirectory(dir=arguments.library.parent) as folder:
        places = {"a folder": Path(folder) / "library", "PostgreSQL": arguments.database}
        libraries, rows = {}, {}
        for name, place in places.items():
            statements = first(source, arguments.passages)
            seconds, library = timed(lambda p=place, s=statements: Library.build(s, p, encoder))
            rows[name] = {"build s": seconds, "passages": library.manifest.passages}
            libraries[name] = library
        texts = [p.text for p in source.passages(range(0, len(source.store), 997)[:QUERIES])]
        vectors = OnnxEncoder().encode(texts)
        for name, library in libraries.items():
            rows[name] |= {f"{what}, ms": ms for what, ms in searches(library, vectors).items()}
        rows["PostgreSQL"]["recall"] = recall(
            libraries["PostgreSQL"], libraries["a folder"], vectors
        )
        rows["PostgreSQL"]["nearest by"] = libraries["PostgreSQL"].store.nearest_by
        added = [
            replace(statement, id=f"new-{n:05}", text=f"{statement.text} And so say we, {n}.")
            for n, statement in enumerate(islice(short(source), ADDED))
        ]
        for name, library in libraries.items():
            rows[name]["update s"], after = timed(lambda each=library: each.update(added))
            rows[name]["new passages"] = after.manifest.passages - library.manifest.passages
        sql = "SELECT pg_total_relation_size(%s) / %s"
        place = f"{libraries['PostgreSQL'].backend.name}.passages"
        store = libraries["PostgreSQL"].store
        ((size,),) = store.all(sql, (place, rows["PostgreSQL"]["passages"]))
        rows["PostgreSQL"]["bytes a passage, with indexes"] = size
    for name, row in rows.items():
        print(f"{name}:")
        for what, value in row.items():
            print(f"  {what}: {value:,.3f}" if isinstance(value, float) else f"  {what}: {value}")


def short(library: Library) -> Iterator[Statement]:
    """Yield the library's statements, each cut after 300 characters."""
    for statement in library.store.all_statements():
        yield replace(statement, text=statement.text[:300])


if __name__ == "__main__":
    main()
