"""Pairs longer than a model's window: read sentence by sentence, and the strongest pair counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compare.fulltext import content_words
from compare.passages import split_quote
from compare.results import Side

if TYPE_CHECKING:
    from compare.stance.load import Pair

MOST_SENTENCES = 200
"""Sentences of a side that are looked at."""

MOST_PAIRS = 32
"""Pairs of sentences that are read for a long pair, those first that share most words; pairs
with as much in common as the last of them are read, too, so that the sides can be swapped."""


def read_in_parts(
    pairs: Sequence[Pair],
    fits: Callable[[Pair], bool],
    score: Callable[[Sequence[Pair]], NDArray[np.float32]],
) -> tuple[NDArray[np.float32], list[Pair]]:
    """Return the probabilities of each pair, float32 [n, 3], and the pair that they are of.

    That is the pair itself where it fits the window; of a longer one it is the pair of sentences
    with the strongest verdict, agree or oppose.
    """
    parts = [[pair] if fits(pair) else sentence_pairs(*pair) for pair in pairs]
    scores = score([part for found in parts for part in found])
    rows, chosen, start = np.zeros((len(pairs), 3), np.float32), [], 0
    for n, found in enumerate(parts):
        its = scores[start : start + len(found)]
        strongest = int(its[:, :2].max(axis=1).argmax())
        rows[n] = its[strongest]
        chosen.append(found[strongest])
        start += len(found)
    return rows, chosen


def sentence_pairs(a: Side, b: Side) -> list[Pair]:
    """Return the pairs of sentences of two sides that share most words."""
    first, second = _sentences(a), _sentences(b)
    words = [[set(content_words(text)) for text in texts] for texts in (first, second)]
    ranked = sorted(
        ((-len(words[0][i] & words[1][j]), i + j), i, j)
        for i in range(len(first))
        for j in range(len(second))
    )
    last = ranked[min(MOST_PAIRS, len(ranked)) - 1][0]
    return [
        (replace(a, text=first[i]), replace(b, text=second[j]))
        for key, i, j in ranked
        if key <= last
    ]


def _sentences(side: Side) -> list[str]:
    return split_quote(side.text)[:MOST_SENTENCES] or [side.text]
