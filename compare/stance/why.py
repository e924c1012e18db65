"""The words that decide a verdict, by occlusion.

A word counts as much as the verdict's probability falls when it and its neighbours are left out
(Zeiler and Fergus 2014, over words): each word alone, each run of two and of three words, a run's
fall shared equally among its words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from compare.results import Probabilities, Side, Span, Stance, Why
from compare.stance.load import StanceModel

_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_RUNS = (1, 2, 3)
SHARE = 0.28
"""Most that is marked: readers marked 27 to 29 % of the words of such pairs."""
_MOST_WORDS = 120


def words_of(text: str) -> list[tuple[int, int]]:
    """Return the offsets of the first words of a text, at most `_MOST_WORDS`."""
    return [match.span() for match in _WORD.finditer(text)][:_MOST_WORDS]


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return the text with the given spans cut out and the gaps closed."""
    kept, last = [], 0
    for start, end in sorted(spans):
        kept.append(text[last:start])
        last = end
    return re.sub(r"\s+", " ", "".join([*kept, text[last:]])).strip()


def deciding_words(model: StanceModel, a: Side, b: Side) -> tuple[Probabilities, Why]:
    """Return the verdict on a pair and the words of each side that decide it.

    The cost is about six readings of the pair for each word of it.
    """
    sides = (a, b)
    words = [words_of(side.text) for side in sides]
    runs = [
        (side, first, length)
        for side in (0, 1)
        for length in _RUNS
        for first in range(len(words[side]) - length + 1)
        if length < max(len(words[side]), 2)
    ]
    pairs = [(a, b)]
    for side, first, length in runs:
        cut = without(sides[side].text, words[side][first : first + length])
        changed = replace(sides[side], text=cut)
        pairs.append((changed, b) if side == 0 else (a, changed))
    scores = model.score(pairs)
    verdict = Probabilities(*(float(value) for value in scores[0]))
    column = list(Stance).index(verdict.stance)
    falls = [np.zeros(len(side_words)) for side_words in words]
    for (side, first, length), row in zip(runs, scores[1:], strict=True):
        falls[side][first : first + length] += (scores[0, column] - row[column]) / length
    for side in (0, 1):
        falls[side] /= len(_RUNS)
    marked = [_spans(sides[n].text, words[n], falls[n]) for n in (0, 1)]
    return verdict, Why(tuple(marked[0]), tuple(marked[1]))


def _least_marked(falls: NDArray[np.float64]) -> float:
    """Return the least weight marked: of a side's words the heaviest `SHARE`, all above 0."""
    if not len(falls):
        return np.inf
    heaviest = np.sort(falls)[::-1]
    return max(float(heaviest[max(round(len(falls) * SHARE), 1) - 1]), 1e-6)


def _spans(text: str, words: Sequence[tuple[int, int]], falls: NDArray[np.float64]) -> list[Span]:
    """Join marked words that stand side by side into spans; a span weighs the sum of its words."""
    least = _least_marked(falls)
    spans: list[Span] = []
    for (start, end), fall in zip(words, falls, strict=True):
        if fall < least:
            continue
        if spans and not _WORD.search(text, spans[-1].end, start):
            spans[-1] = Span(spans[-1].start, end, spans[-1].weight + float(fall))
        else:
            spans.append(Span(start, end, float(fall)))
    return spans
