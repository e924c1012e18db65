import numpy as np
import pytest

from compare.comparison import nearest_pairs as module
from compare.comparison.nearest_pairs import nearest_pairs


def unit(rows, dim=16, seed=0, kind=np.float16):
    vectors = np.random.default_rng(seed).standard_normal((rows, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(kind)


def by_hand(vectors, a, b, least, most):
    """Each passage of either side with its nearest of the other, ties by row."""
    exact = vectors.astype(np.float64) @ vectors.astype(np.float64).T
    exact = ((exact + exact.T) / 2).astype(np.float32)
    found = set()
    for one, other, turned in ((a, b, False), (b, a, True)):
        for row in one.tolist():
            near = [col for col in other.tolist() if col != row and exact[row, col] >= least]
            near.sort(key=lambda col, row=row: (-exact[row, col], col))
            found |= {(col, row) if turned else (row, col) for col in near[:most]}
    both = set(a.tolist()) & set(b.tolist())
    return {tuple(sorted(pair)) if set(pair) <= both else pair for pair in found}


def pairs_of(near):
    return list(zip(near.a.tolist(), near.b.tolist(), strict=True))


SIDES = {
    "apart": (np.arange(60), np.arange(60, 150)),
    "overlapping": (np.arange(0, 90), np.arange(50, 150)),
    "the same": (np.arange(150), np.arange(150)),
    "one of many": (np.array([3]), np.arange(150)),
}


@pytest.mark.parametrize(("a", "b"), SIDES.values(), ids=SIDES)
@pytest.mark.parametrize("most", [1, 5, 400])
def test_the_pairs_are_those_found_by_hand(a, b, most):
    vectors = unit(150)
    near = nearest_pairs(vectors.__getitem__, a, b, least=0.2, most_each=most)
    assert set(pairs_of(near)) == by_hand(vectors, a, b, np.float32(0.2), most)
    assert len(set(pairs_of(near))) == len(near.a)
    assert near.similarity.min() >= np.float32(0.2)
    exact = (vectors[near.a].astype(np.float64) * vectors[near.b]).sum(1)
    assert np.array_equal(near.similarity, exact.astype(np.float32))


@pytest.mark.parametrize(("a", "b"), SIDES.values(), ids=SIDES)
def test_the_size_of_a_block_changes_nothing(a, b, monkeypatch):
    vectors = unit(150)
    vectors[40:80] = vectors[7]  # the same words again and again
    vectors[100:130] = vectors[8]
    whole = nearest_pairs(vectors.__getitem__, a, b, least=0.1, most_each=6)
    assert set(pairs_of(whole)) == by_hand(vectors, a, b, np.float32(0.1), 6)
    big = 2**25
    for block, cells, at_once, others in (
        (1, big, big, big),
        (7, big, big, big),
        (1024, 500, big, big),
        (1024, big, 16, big),
        (1024, big, big, 9),
        (4, big, 10, 13),
    ):
        monkeypatch.setattr(module, "_BLOCK", block)
        monkeypatch.setattr(module, "_CELLS", cells)
        monkeypatch.setattr(module, "_AT_ONCE", at_once)
        monkeypatch.setattr(module, "_OTHERS", others)
        parts = nearest_pairs(vectors.__getitem__, a, b, least=0.1, most_each=6)
        assert all(np.array_equal(one, other) for one, other in zip(whole, parts, strict=True))


@pytest.mark.parametrize(("a", "b"), SIDES.values(), ids=SIDES)
def test_the_sides_can_be_exchanged(a, b):
    vectors = unit(150)
    one = nearest_pairs(vectors.__getitem__, a, b, least=0.1, most_each=4)
    other = nearest_pairs(vectors.__getitem__, b, a, least=0.1, most_each=4)
    assert {frozenset(pair) for pair in pairs_of(one)} == {
        frozenset(pair) for pair in pairs_of(other)
    }


def test_no_passage_is_a_pair_with_itself_and_no_pair_stands_twice():
    near = nearest_pairs(
        unit(40).__getitem__, np.arange(40), np.arange(40), least=-1.0, most_each=100
    )
    assert (near.a < near.b).all()
    assert len(near.a) == 40 * 39 // 2


def test_nothing_near_is_no_pair():
    for a, b in ((np.arange(5), np.arange(5, 9)), (np.zeros(0, np.int64), np.arange(9))):
        near = nearest_pairs(unit(9).__getitem__, a, b, least=1.5)
        assert [len(part) for part in near] == [0, 0, 0]
        assert near.a.dtype == np.int64


def test_progress_counts_the_passages_of_both_sides():
    told = []
    nearest_pairs(
        unit(9).__getitem__,
        np.arange(5),
        np.arange(5, 9),
        on_progress=lambda *done: told.append(done),
    )
    assert told == [(5, 9), (9, 9)]
    told.clear()
    nearest_pairs(
        unit(9).__getitem__, np.arange(9), np.arange(9), on_progress=lambda *done: told.append(done)
    )
    assert told == [(9, 9)]


def test_progress_counts_within_a_block_and_never_goes_back(monkeypatch):
    monkeypatch.setattr(module, "_AT_ONCE", 4)
    monkeypatch.setattr(module, "_OTHERS", 2)
    told = []
    nearest_pairs(
        unit(9).__getitem__,
        np.arange(5),
        np.arange(5, 9),
        on_progress=lambda *done: told.append(done),
    )
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[0] == (2, 9)
    assert told[-1] == (9, 9)


@pytest.mark.parametrize("most", [1, 4])
def test_who_is_of_one_actor_crowds_no_other_out(most):
    vectors = unit(150)
    vectors[:70] = vectors[0] + vectors[:70] / 4  # one actor, whose passages are near each other
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    actors, every = np.repeat([7, 8, 9], [70, 40, 40]), np.arange(150)
    found = set(
        pairs_of(
            nearest_pairs(
                vectors.__getitem__, every, every, actors=actors, least=-1, most_each=most
            )
        )
    )
    expected = set()
    for row in every.tolist():
        others = np.flatnonzero(actors != actors[row])
        alone = nearest_pairs(
            vectors.__getitem__, np.array([row]), others, least=-1, most_each=most
        )
        nearest = np.argsort(-alone.similarity, kind="stable")
        mine = [pairs_of(alone)[n] for n in nearest]
        expected |= {tuple(sorted(pair)) for pair in mine[:most]}
    assert found == expected
