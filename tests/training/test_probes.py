import numpy as np

from training.probes import neighbour_recall, sentences


def test_sentences_are_always_the_same_and_differ():
    drawn = sentences()
    assert drawn == sentences()
    assert len(set(drawn)) == len(drawn) == 400


def test_neighbour_recall_counts_shared_neighbours():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(50, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    other = rng.permutation(vectors)
    assert neighbour_recall(vectors, vectors) == 1.0
    assert neighbour_recall(vectors, other) < 0.5


def test_neighbour_recall_by_hand():
    line = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], np.float32)
    swapped = line[[0, 2, 1, 3]]
    assert neighbour_recall(line, line, k=1) == 1.0
    assert neighbour_recall(line, swapped, k=1) == 0.0
