"""Draw pairs as a comparison of two sides finds them, for the fast tier to label."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import numpy as np

from compare.comparison.nearest_pairs import nearest_pairs
from training import pairs as pair_files
from training.pairs import LabelledPair
from training.unlabelled import passages_apart, vectors_of

HELD_APART = {"China", "United States"}
"""Two sides that are never drawn against each other: `benchmarks.mine` measures on them."""

_SEED = 13
_LEAST_PASSAGES = 150
_OF_TWO_SIDES = 400
_TOO_FEW = "The search collection has too few countries to draw so many pairs of two of them from."


def mined_pairs(data: Path, count: int) -> list[LabelledPair]:
    """Return pairs on the same point, always the same ones; their label 2 means nothing.

    Two countries are drawn by the roots of their numbers of passages, the same one twice for a
    country and its own past; of the pairs on the same point between them some are drawn.

    Raises:
        SystemExit: There are too few of both for so many pairs.
    """
    passages = passages_apart(data)
    vectors = vectors_of([passage["text"] for passage in passages])
    rows = defaultdict(list)
    for n, passage in enumerate(passages):
        rows[passage["country"]].append(n)
    names = sorted(name for name, held in rows.items() if len(held) >= _LEAST_PASSAGES)
    roots = [len(rows[name]) ** 0.5 for name in names]
    rng = random.Random(_SEED)
    found: dict[tuple[int, int], LabelledPair] = {}
    tries = 0
    while len(found) < count:
        tries += 1
        if len(names) < 2 or tries > 100 + count:
            raise SystemExit(_TOO_FEW)
        one, other = rng.choices(names, roots, k=2)
        if {one, other} == HELD_APART:
            continue
        near = nearest_pairs(vectors.__getitem__, np.asarray(rows[one]), np.asarray(rows[other]))
        for at in rng.sample(range(len(near.a)), min(_OF_TWO_SIDES, len(near.a))):
            a, b = int(near.a[at]), int(near.b[at])
            if passages[a]["text"] != passages[b]["text"]:
                who = (pair_files.who_said(passages[row]) for row in (a, b))
                found[a, b] = LabelledPair(passages[a]["text"], passages[b]["text"], *who, 2)
    return list(found.values())[:count]
