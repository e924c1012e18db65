"""The words that decide a verdict, by occlusion.

A word counts as much as the verdict's probability falls when it is left out (Zeiler and Fergus
2014, over words). Function words but negations count a fifth, and each word lends a quarter of what
it counts to either neighbour, since readers mark phrases. On dev pairs that a reader marked this
agrees with the reader better than leaving out runs of words does, at a third of the readings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from compare.fulltext import STOP_WORDS
from compare.results import Probabilities, Side, Span, Stance, Why
from compare.stance.load import StanceModel

_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
SHARE = 0.28
"""Most that is marked: readers marked 27 to 29 % of the words of such pairs."""

_MOST_WORDS = 120
_LIGHT = STOP_WORDS - {"no", "nor", "not", "against"}
_LIGHT_WEIGHT = 0.2
_NOTHING = 1e-6
_LENT = np.array([0.25, 0.5, 0.25])


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

    The cost is a reading of the pair for each word of it.
    """
    sides = (a, b)
    words = [words_of(side.text) for side in sides]
    left_out = [(n, place) for n in (0, 1) if len(words[n]) > 1 for place in range(len(words[n]))]
    pairs = [(a, b)]
    for n, place in left_out:
        changed = replace(sides[n], text=without(sides[n].text, [words[n][place]]))
        pairs.append((changed, b) if n == 0 else (a, changed))
    scores = model.score(pairs)
    verdict = Probabilities(*(float(value) for value in scores[0]))
    column = list(Stance).index(verdict.stance)
    falls = [np.zeros(len(found)) for found in words]
    for (n, place), row in zip(left_out, scores[1:], strict=True):
        start, end = words[n][place]
        light = sides[n].text[start:end].casefold() in _LIGHT
        fall = max(float(scores[0, column] - row[column]), 0.0)
        falls[n][place] = fall * (_LIGHT_WEIGHT if light else 1.0)
    weights = [_lent(found) for found in falls]
    least = _least_marked(np.concatenate(weights))
    marked = [
        _spans(sides[n].text, words[n], weights[n], min(least, _heaviest(weights[n])))
        for n in (0, 1)
    ]
    return verdict, Why(tuple(marked[0]), tuple(marked[1]))


def _lent(falls: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the falls with a part of each lent to its neighbours."""
    return np.convolve(falls, _LENT)[1:-1] if len(falls) else falls


def _heaviest(weights: NDArray[np.float64]) -> float:
    """Return the weight of a side's heaviest word, which is marked at least, if it is above 0."""
    heaviest = float(weights.max(initial=0.0))
    return heaviest if heaviest > _NOTHING else np.inf


def _least_marked(weights: NDArray[np.float64]) -> float:
    """Return the least weight marked: of all words the heaviest `SHARE`, all above 0."""
    if not len(weights):
        return np.inf
    heaviest = np.sort(weights)[::-1]
    return max(float(heaviest[max(round(len(weights) * SHARE), 1) - 1]), _NOTHING)


def _spans(
    text: str, words: Sequence[tuple[int, int]], weights: NDArray[np.float64], least: float
) -> list[Span]:
    """Join marked words that stand side by side into spans; a span weighs the sum of its words."""
    spans: list[Span] = []
    for (start, end), weight in zip(words, weights, strict=True):
        if weight < least:
            continue
        if spans and not _WORD.search(text, spans[-1].end, start):
            spans[-1] = Span(spans[-1].start, end, spans[-1].weight + float(weight))
        else:
            spans.append(Span(start, end, float(weight)))
    return spans
