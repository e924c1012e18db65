"""The words that decide a verdict, by occlusion.

A word counts as the square root of what the verdict's probability falls by when it is left out
(occlusion, Zeiler and Fergus 2014, over words). Function words other than negations are passed
over, and each word lends a quarter of what it counts to either neighbour, since readers mark
phrases. On dev pairs that a reader marked this agrees with the reader better than leaving out runs
of words or function words, too. Words that move the probabilities in any direction agree better
still, but the verdict does not hang on them (`training/EXPERIMENTS.md`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from compare.models.protocols import StanceModel
from compare.models.values import ModelInput, Probabilities, Rationale, Span, Stance
from compare.statements.normalize import STOP_WORDS, marks_as_letters
from compare.statements.passages import spans as sentences_of

_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
SHARE = 0.28
"""Most that is marked: readers marked 27 to 29 % of the words of such pairs."""

_MOST_WORDS = 256
"""Words of a side that are left out in turn: as many as a window has tokens, so that of a text that
was read whole none is missed."""

_LIGHT = STOP_WORDS - {"no", "nor", "not", "against"}
_NOTHING = 1e-6
_LENT = np.array([0.25, 0.5, 0.25])


def words_of(text: str) -> list[tuple[int, int]]:
    """Return the offsets of the words of a text, of the first `_MOST_WORDS` if there are more."""
    return [match.span() for match in _WORD.finditer(marks_as_letters(text))][:_MOST_WORDS]


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return the text with the given spans cut out and the gaps closed."""
    kept, last = [], 0
    for start, end in sorted(spans):
        kept.append(text[last:start])
        last = end
    return re.sub(r"\s+", " ", "".join([*kept, text[last:]])).strip()


def find_rationale(
    model: StanceModel, a: ModelInput, b: ModelInput
) -> tuple[Probabilities, Rationale]:
    """Return the verdict on a pair and the words of each side that decide it.

    Of a pair longer than the model's window they are words of the two sentences that decide, or of
    pieces of them. The cost is a reading of the pair for each of its words that is no function
    word; what fits a window has fewer words than that has tokens.
    """
    whole = (a, b)
    (sides,) = model.score_parts([whole])[1]
    a, b = sides
    words = [words_of(side.text) for side in sides]
    left_out = [(n, place) for n in (0, 1) for place in _counting(sides[n].text, words[n])]
    pairs = [sides]
    for n, place in left_out:
        changed = replace(sides[n], text=without(sides[n].text, [words[n][place]]))
        pairs.append((changed, b) if n == 0 else (a, changed))
    scores = model.score(pairs)
    verdict = Probabilities(*(float(value) for value in scores[0]))
    column = list(Stance).index(verdict.stance)
    falls = [np.zeros(len(found)) for found in words]
    for (n, place), row in zip(left_out, scores[1:], strict=True):
        falls[n][place] = max(float(scores[0, column] - row[column]), 0.0) ** 0.5
    weights = [_lent(found) for found in falls]
    marks = _marked(weights)
    marked = [_spans(sides[n].text, words[n], weights[n], marks[n]) for n in (0, 1)]
    starts = [_start(whole[n].text, sides[n].text) for n in (0, 1)]
    moved = [
        tuple(Span(span.start + start, span.end + start, span.weight) for span in spans)
        for start, spans in zip(starts, marked, strict=True)
    ]
    return verdict, Rationale(moved[0], moved[1])


def _start(text: str, part: str) -> int:
    """Return where a sentence of a text, or a piece of one, begins.

    That is a whole sentence's own place, though another may hold the same words before it.
    """
    whole = (start for start, end in sentences_of(text) if text[start:end] == part)
    return 0 if part == text else next(whole, text.index(part))


def _counting(text: str, words: Sequence[tuple[int, int]]) -> list[int]:
    """Return the places of the words that are left out: none of a text of one word."""
    if len(words) < 2:
        return []
    every = range(len(words))
    telling = [place for place in every if text[slice(*words[place])].casefold() not in _LIGHT]
    return telling or list(every)


def _lent(falls: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what words count, a part of each lent to its neighbours."""
    return np.convolve(falls, _LENT)[1:-1] if len(falls) else falls


def _marked(weights: Sequence[NDArray[np.float64]]) -> list[NDArray[np.bool_]]:
    """Mark the heaviest `SHARE` of both sides' words, of each side one at least; none of no weight.

    Of words that weigh the same, those ahead are marked first.
    """
    joined = np.concatenate(weights)
    chosen = np.zeros(len(joined), bool)
    most = max(round(len(joined) * SHARE), 1)
    chosen[np.argsort(-joined, kind="stable")[:most]] = True
    marks = np.split(chosen, [len(weights[0])])
    for mark, weight in zip(marks, weights, strict=True):
        if len(weight):
            mark[weight.argmax()] = True
    return [mark & (weight > _NOTHING) for mark, weight in zip(marks, weights, strict=True)]


def _spans(
    text: str,
    words: Sequence[tuple[int, int]],
    weights: NDArray[np.float64],
    marks: NDArray[np.bool_],
) -> list[Span]:
    """Join marked words that stand side by side into spans; a span weighs the sum of its words."""
    spans: list[Span] = []
    for (start, end), weight, mark in zip(words, weights, marks, strict=True):
        if not mark:
            continue
        if spans and not _WORD.search(text, spans[-1].end, start):
            spans[-1] = Span(spans[-1].start, end, spans[-1].weight + float(weight))
        else:
            spans.append(Span(start, end, float(weight)))
    return spans
