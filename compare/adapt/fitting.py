"""Fit a layer on top of the stance model, and split labels into folds to measure it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from compare.evaluate.metrics import Gold
from compare.library.index.base import Rows
from compare.models import Kind
from compare.models.calibration import LOGITS, Inputs, Layer

FOLDS = 10

_SCALE, _SHIFT, _ACROSS, _SIMILARITY = 4.0, 1.0, 16.0, 4.0
"""Precisions (1 / variance) of the normal priors: for the scale of a label's own logit (around 1),
its shift, the weight of another label's logit, and the weight of the similarity."""

_DIGITS = 6
"""Decimals of the weights in the file."""


def fit(kind: Kind, inputs: Inputs, gold: Gold) -> Layer:
    """Return the most probable layer given the labels and a prior.

    It is a multinomial logistic regression with a normal prior around the shipped model (a ridge
    penalty), so that with few labels it stays near that model. The problem is convex: the same
    labels, in any order, give the same layer.

    Args:
        kind: The kind of layer.
        inputs: From `compare.models.calibration.inputs_of`, [n, inputs].
        gold: Column of the right label of each row, [n].
    """
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    width, classes = len(kind.inputs), len(LOGITS)
    start = np.eye(width, classes)  # the shipped model: probabilities stay as they are
    strength = np.full((width, classes), _SIMILARITY)
    strength[:classes] = np.where(np.eye(classes, dtype=bool), _SCALE, _ACROSS)
    free = np.eye(classes, dtype=bool) if kind is Kind.RECALIBRATION else np.ones_like(start, bool)
    order = np.lexsort((*inputs.T, gold))  # a fixed order, since floating-point sums depend on it
    read, right = inputs[order], np.eye(classes)[gold[order]]

    def loss(given: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, shift = np.zeros_like(start), given[-classes:]
        weights[free] = given[:-classes]
        logs = log_softmax(read @ (start + weights) + shift, axis=1)
        wrong = np.exp(logs) - right  # the gradient of the cross-entropy
        slope = read.T @ wrong + strength * weights
        value = ((strength * weights**2).sum() + _SHIFT * (shift**2).sum()) / 2
        return (
            float(value - logs[right > 0].sum()),
            np.append(slope[free], wrong.sum(axis=0) + _SHIFT * shift),
        )

    # A label's own scale may not fall below 0, or likelier labels would become less likely.
    bounds = [
        (-1.0, None) if source == target < classes else (None, None)
        for source, target in np.argwhere(free).tolist()
    ]
    found = minimize(
        loss,
        np.zeros(int(free.sum()) + classes),
        jac=True,
        method="L-BFGS-B",
        bounds=[*bounds, *[(None, None)] * classes],
        options={"ftol": 1e-12, "gtol": 1e-8, "maxiter": 1000},
    ).x
    weights = start.copy()
    weights[free] += found[:-classes]
    return Layer(kind, _rows(weights), _rows(found[None, -classes:])[0])


def _rows(weights: NDArray[np.float64]) -> tuple[tuple[float, float, float], ...]:
    rounded = (np.round(weights, _DIGITS) + 0.0).tolist()  # no -0.0
    return tuple((row[0], row[1], row[2]) for row in rounded)


def folds(
    keys: Sequence[frozenset[str]], count: int = FOLDS, measured: Rows | None = None
) -> Iterator[tuple[Rows, Rows]]:
    """Yield the rows to learn from and the rows to measure in each fold.

    Rows that share a statement with a measured row are not learned from in that fold. To lose few
    rows, the folds are cut from an order that keeps rows with common statements together (reverse
    Cuthill-McKee on the graph of rows and statements).

    Args:
        keys: Identifiers of each row's statements.
        count: Number of folds, at most one per measured row.
        measured: The rows to measure, each in one fold; None for all.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    own = np.arange(len(keys)) if measured is None else measured
    size, keys_of = len(own), [keys[row] for row in own]
    names = {key: size + n for n, key in enumerate(sorted(frozenset().union(*keys_of)))}
    edges = [(row, names[key]) for row, found in enumerate(keys_of) for key in sorted(found)]
    rows, columns = np.array(edges, np.int64).T
    both = np.concatenate([rows, columns]), np.concatenate([columns, rows])
    total = size + len(names)
    graph = coo_matrix((np.ones(len(both[0])), both), shape=(total, total)).tocsr()
    order = reverse_cuthill_mckee(graph, symmetric_mode=True)
    for part in np.array_split(order[order < size].astype(np.int64), min(count, size)):
        taken = frozenset().union(*(keys_of[row] for row in part))
        apart = [row for row, found in enumerate(keys) if taken.isdisjoint(found)]
        yield np.array(apart, np.int64), own[np.sort(part)]
