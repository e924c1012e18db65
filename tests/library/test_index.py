from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compare.library.index import faiss as index_module
from compare.library.index.base import INDEXES as BY_NAME
from compare.library.index.base import (
    Floats,
    Neighbours,
    Rows,
    RowSpans,
    Selection,
    VectorIndex,
    selected_rows,
)
from compare.library.index.faiss import FaissIndex
from tests.library.fake_store import ExactIndex, RowSet


def unit(vectors: Floats) -> Floats:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def random_vectors(n: int, dim: int = 24, seed: int = 0) -> Floats:
    return unit(np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32))


def brute_force(vectors: Floats, queries: Floats, k: int, allowed: Rows | None) -> Neighbours:
    """Score everything in float64 and sort by score, then by row."""
    rows = np.arange(len(vectors)) if allowed is None else np.unique(allowed)
    scores, found = [], []
    for query in queries:
        products = vectors[rows].astype(np.float64) * query
        exact = products.sum(axis=1).astype(np.float32)
        order = sorted(range(len(rows)), key=lambda at: (-exact[at], rows[at]))[:k]
        scores.append(exact[order])
        found.append(rows[order])
    return Neighbours(np.array(scores, np.float32), np.array(found, np.int64))


def assert_exact(found: Neighbours, expected: Neighbours) -> None:
    np.testing.assert_array_equal(found.rows, expected.rows)
    np.testing.assert_array_equal(found.scores, expected.scores)
    assert found.scores.dtype == np.float32
    assert found.rows.dtype == np.int64


VECTORS = random_vectors(3000)
QUERIES = random_vectors(30, seed=1)
ALLOWED = {
    "all": None,
    "one": np.array([2999]),
    "few": np.arange(0, 3000, 100),
    "half": np.arange(1500, 3000),
    "nearly all": np.arange(1, 3000),
}
INDEXES: dict[str, type[VectorIndex]] = {
    **{name: resolve_name(kind) for name, kind in BY_NAME.items()},
    "in memory": ExactIndex,
}


def select(rows: Rows | None) -> Selection | None:
    return None if rows is None else RowSpans.of(rows)


@pytest.fixture(params=INDEXES)
def make(request: pytest.FixtureRequest) -> Callable[[np.ndarray], VectorIndex]:
    """What makes an index of vectors: each has to keep the contract."""
    return INDEXES[request.param].build


@pytest.fixture(params=["rows multiplied", "FAISS selector"])
def path_taken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways that a filtered search can go, whatever the number of allowed rows."""
    few = 10**9 if request.param == "rows multiplied" else 0
    monkeypatch.setattr(index_module, "FEW", few)
    return str(request.param)


@pytest.fixture(params=["32 bits", "8 bits"], autouse=True)
def kept_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both kinds of index, whatever the number of vectors; one over none is always flat."""
    monkeypatch.setattr(index_module, "FLAT_UP_TO", 10**9 if request.param == "32 bits" else 0)
    return str(request.param)


@pytest.mark.parametrize("allowed", ALLOWED)
@pytest.mark.parametrize("queries", [1, 30])
@pytest.mark.parametrize("k", [1, 10, 5000])
@pytest.mark.usefixtures("path_taken")
def test_every_path_equals_brute_force(
    allowed: str, queries: int, k: int, make: Callable[[np.ndarray], VectorIndex]
) -> None:
    found = make(VECTORS).search(QUERIES[:queries], k, select(ALLOWED[allowed]))
    assert_exact(found, brute_force(VECTORS, QUERIES[:queries], k, ALLOWED[allowed]))


@pytest.mark.usefixtures("path_taken")
def test_equal_vectors_stand_in_the_order_of_their_rows() -> None:
    vectors = np.repeat(random_vectors(20, seed=2), 100, axis=0)
    index = FaissIndex.build(vectors)
    for allowed in (None, np.arange(3, 2000, 2)):
        for k in (1, 7, 150, 250):
            found = index.search(vectors[[150, 0]], k, select(allowed))
            assert_exact(found, brute_force(vectors, vectors[[150, 0]], k, allowed))
    assert index.search(vectors[:1], 3).rows.tolist() == [[0, 1, 2]]


def test_the_score_of_a_pair_does_not_depend_on_what_else_is_searched() -> None:
    index = FaissIndex.build(VECTORS)
    together = index.search(QUERIES, 20)
    for at, query in enumerate(QUERIES):
        alone = index.search(query[None], 20)
        np.testing.assert_array_equal(alone.scores[0], together.scores[at])
        filtered = index.search(query[None], 1, RowSpans.of(together.rows[at][5:6]))
        assert filtered.scores[0, 0] == together.scores[at][5]


@pytest.mark.parametrize("allowed", [*ALLOWED, "none"])
@pytest.mark.parametrize("least", [-1.0, 0.0, 0.3, 0.999, 2.0])
@pytest.mark.parametrize("block", [7, 65_536])
def test_all_that_score_enough_are_found(
    allowed: str,
    least: float,
    block: int,
    make: Callable[[np.ndarray], VectorIndex],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(RowSpans.blocks, "__defaults__", (block,))
    chosen = (ALLOWED | {"none": np.zeros(0, np.int64)})[allowed]
    halves = VECTORS.astype(np.float16)
    rows, scores = make(halves).at_least(QUERIES[0], least, select(chosen))
    pool = np.arange(3000) if chosen is None else chosen
    exact = (halves[pool].astype(np.float64) * QUERIES[0]).sum(axis=1).astype(np.float32)
    np.testing.assert_array_equal(rows, pool[exact >= least])
    np.testing.assert_array_equal(scores, exact[exact >= least])
    assert (rows.dtype, scores.dtype) == (np.int64, np.float32)


def test_vectors_of_16_bits_are_searched_as_they_are() -> None:
    halves = VECTORS.astype(np.float16)
    found = FaissIndex.build(halves).search(QUERIES, 9)
    assert_exact(found, brute_force(halves.astype(np.float32), QUERIES, 9, None))


@given(
    st.integers(1, 60), st.integers(1, 3), st.integers(1, 70), st.integers(0, 2**32), st.booleans()
)
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # it sets the same each time
)
def test_any_search_equals_brute_force(
    n: int, distinct: int, k: int, seed: int, filtered: bool
) -> None:
    random = np.random.default_rng(seed)
    vectors = random_vectors(distinct, 4, seed)[random.integers(0, distinct, n)]
    allowed = np.flatnonzero(random.random(n) < 0.6) if filtered else None
    queries = random_vectors(2, 4, seed + 1)
    found = FaissIndex.build(vectors).search(queries, k, select(allowed))
    if allowed is not None and not allowed.size:
        assert found.rows.shape == (2, 0)
    else:
        assert_exact(found, brute_force(vectors, queries, k, allowed))


def test_never_more_than_there_are_and_never_a_row_that_there_is_not(
    make: Callable[[np.ndarray], VectorIndex],
) -> None:
    index = make(VECTORS[:5])
    found = index.search(QUERIES[:1], 100)
    assert sorted(found.rows[0]) == [0, 1, 2, 3, 4]
    assert found.scores.min() >= -1.001
    assert index.search(QUERIES[:1], 100, RowSpans.of(np.array([3, 1, 3]))).rows.size == 2


@pytest.mark.parametrize("k", [0, -1])
def test_nothing_asked_nothing_found(k: int, make: Callable[[np.ndarray], VectorIndex]) -> None:
    assert make(VECTORS).search(QUERIES[:2], k).rows.shape == (2, 0)


def test_nothing_allowed_nothing_found(
    make: Callable[[np.ndarray], VectorIndex],
) -> None:
    found = make(VECTORS).search(QUERIES[:2], 3, RowSpans.of(np.array([], np.int64)))
    assert found.rows.shape == found.scores.shape == (2, 0)


def test_an_index_of_nothing(make: Callable[[np.ndarray], VectorIndex]) -> None:
    index = make(np.zeros((0, 24), np.float32))
    assert len(index) == 0
    assert index.search(QUERIES[:2], 3).rows.shape == (2, 0)
    assert [len(part) for part in index.at_least(QUERIES[0], -1.0)] == [0, 0]
    assert make(VECTORS).search(QUERIES[:0], 3).rows.shape == (0, 3)


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (VECTORS.astype(np.float64), "vectors are float32, not float64"),
        (VECTORS[0], r"vectors are \[n, dim\], not \[24\]"),
        (np.full((2, 3), np.nan, np.float32), "vectors hold a number that is not finite"),
        (np.full((2, 3), np.inf, np.float32), "vectors hold a number that is not finite"),
        ([[1.0]], "vectors are float32, not <class 'list'>"),
    ],
)
def test_only_finite_float32_matrices_are_indexed(vectors: Floats, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FaissIndex.build(vectors)


def test_queries_are_checked() -> None:
    index = FaissIndex.build(VECTORS)
    with pytest.raises(ValueError, match=r"vectors are \[n, 24\], not \[1, 5\]"):
        index.search(np.ones((1, 5), np.float32), 3)
    with pytest.raises(ValueError, match="float32, not float64"):
        index.search(QUERIES.astype(np.float64), 3)


@pytest.mark.parametrize(
    ("allowed", "message"),
    [
        (np.array([0, 3000]), "row 3000 of 3000 rows"),
        (np.array([-1, 3]), "row -1 of 3000 rows"),
        (np.array([0.5]), r"selected rows are int64 \[n\], not float64 \[1\]"),
        (np.array([[1]]), r"selected rows are int64 \[n\], not int64 \[1, 1\]"),
        (np.ones(3000, bool), r"selected rows are int64 \[n\], not bool"),
    ],
)
def test_allowed_rows_are_checked(allowed: Rows, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FaissIndex.build(VECTORS).search(QUERIES[:1], 3, select(allowed))


@pytest.mark.parametrize("name", INDEXES)
def test_a_written_index_opens_as_it_was(name: str, tmp_path: Path) -> None:
    path = tmp_path / "index"
    INDEXES[name].build(VECTORS).write(path)
    index = INDEXES[name].open(path, VECTORS)
    assert len(index) == 3000
    for allowed in ALLOWED.values():
        assert_exact(
            index.search(QUERIES, 9, select(allowed)), brute_force(VECTORS, QUERIES, 9, allowed)
        )


def test_an_opened_index_outlives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "index.faiss"
    FaissIndex.build(VECTORS).write(path)
    index = FaissIndex.open(path, VECTORS)
    path.unlink()
    assert_exact(index.search(QUERIES, 9), brute_force(VECTORS, QUERIES, 9, None))


@pytest.mark.parametrize("index", INDEXES.values(), ids=INDEXES)
def test_equal_vectors_give_equal_bytes(index: type[VectorIndex], tmp_path: Path) -> None:
    for name in ("a", "b"):
        index.build(VECTORS.copy()).write(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def damaged(content: bytes) -> dict[str, bytes]:
    return {
        "empty": b"",
        "cut": content[:-1],
        "longer": content + b"\0",
        "another kind": b"IxF2" + content[4:],
        "another dimension": content[:4] + (25).to_bytes(4, "little") + content[8:],
        "another number": content[:8] + (2999).to_bytes(8, "little") + content[16:],
        "another metric": content[:33] + (1).to_bytes(4, "little") + content[37:],
        "another length": content[:37] + (10**15).to_bytes(8, "little") + content[45:],
    }


@pytest.mark.parametrize("damage", damaged(b""))
def test_a_damaged_index_is_not_read(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "index.faiss"
    FaissIndex.build(VECTORS).write(path)
    path.write_bytes(damaged(path.read_bytes())[damage])
    with pytest.raises(ValueError, match="is not the index of this library's vectors"):
        FaissIndex.open(path, VECTORS)


# -- Selections ----------------------------------------------------------------------------------


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 9))
def test_spans_are_the_rows_they_are_made_of(held: list[bool], size: int) -> None:
    rows = np.flatnonzero(held)
    every = np.arange(len(held))
    for selection in (RowSpans.of(rows[::-1]), RowSpans(rows, rows + 1), RowSet(rows)):
        assert len(selection) == len(rows)
        blocks = list(selection.blocks(size))
        assert [len(block) for block in blocks[:-1]] == [size] * len(blocks[:-1])
        np.testing.assert_array_equal(selected_rows(selection), rows)
        np.testing.assert_array_equal(np.concatenate([*blocks, rows[:0]]), rows)
        assert every[selection.holds(every)].tolist() == rows.tolist()


def test_neighbouring_spans_are_one() -> None:
    spans = RowSpans(np.array([0, 2, 2, 9, 12]), np.array([2, 2, 5, 12, 20]))
    assert len(spans) == 16
    assert (spans._first.tolist(), spans._end.tolist()) == ([0, 9], [5, 20])
    assert len(RowSpans.whole(10**9)) == 10**9
    assert RowSpans.whole(0).holds(np.array([0])).tolist() == [False]
