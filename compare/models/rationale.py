"""The words that decide a verdict: those that the model marks, or else by occlusion.

A model with a head for deciding words gives each word's weight in one reading. For others it is the
square root of how much the verdict's probability falls without the word (Zeiler and Fergus 2014);
function words other than negations are skipped. Each word lends a quarter of its weight to each
neighbour, since readers mark phrases. `training/EXPERIMENTS.md` compares both with readers' marks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from compare.models.protocols import StanceModel
from compare.models.values import InputPair, ModelInput, Probabilities, Rationale, Span
from compare.statements import language_of
from compare.statements.normalize import STOP_WORDS, marks_as_letters
from compare.statements.passages import spans as sentences_of

_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
SHARE = 0.28
"""Maximum share of words marked: readers marked 27 to 29 % of the words of such pairs."""

_MOST_WORDS = 256  # the tokens of a window, so that no word of a text that fits is missed

_LIGHT = STOP_WORDS - {"no", "nor", "not", "against"}
_NOTHING = 1e-6
_LENT = np.array([0.25, 0.5, 0.25])


def words_of(text: str) -> list[tuple[int, int]]:
    """Return the offsets of the first `_MOST_WORDS` words of a text."""
    return [match.span() for match in _WORD.finditer(marks_as_letters(text))][:_MOST_WORDS]


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return the text without the given spans."""
    kept, last = [], 0
    for start, end in sorted(spans):
        kept.append(text[last:start])
        last = end
    return re.sub(r"\s+", " ", "".join([*kept, text[last:]])).strip()


def find_rationale(
    model: StanceModel, a: ModelInput, b: ModelInput
) -> tuple[Probabilities, Rationale]:
    """Return the verdict on a pair and the words of each side that decide it.

    In a pair longer than the model's window, these are words of the two sentences, or pieces of
    sentences, with the strongest verdict. By occlusion, the model reads the pair once
    per content word.
    """
    whole = (a, b)
    scores, (sides,) = model.score_parts([whole])
    words = [words_of(side.text) for side in sides]
    marks = model.mark(sides)
    if marks is None:
        found = _by_occlusion(model, sides, words)
    else:
        found = [_of_words(mark, part) for mark, part in zip(marks, words, strict=True)]
    weights = [np.convolve(each, _LENT)[1:-1] if len(each) else each for each in found]
    chosen = _marked(weights)
    spans = []
    for n in (0, 1):
        start = _start(whole[n].text, sides[n].text)
        moved = [(first + start, end + start) for first, end in words[n]]
        spans.append(tuple(_spans(whole[n].text, moved, weights[n], chosen[n])))
    return Probabilities(*scores[0].tolist()), Rationale(*spans)


def _of_words(mark: NDArray[np.float32], words: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Return the mean weight of each word's characters."""
    return np.array([mark[start:end].mean() for start, end in words], np.float64)


def _by_occlusion(
    model: StanceModel, sides: InputPair, words: Sequence[Sequence[tuple[int, int]]]
) -> list[NDArray[np.float64]]:
    """Return the square root of how much leaving out each word lowers the verdict's probability."""
    a, b = sides
    left_out = [(n, place) for n in (0, 1) for place in _content(sides[n].text, words[n])]
    pairs = [sides]
    for n, place in left_out:
        changed = replace(sides[n], text=without(sides[n].text, [words[n][place]]))
        pairs.append((changed, b) if n == 0 else (a, changed))
    scores = model.score(pairs)
    column = int(scores[0].argmax())
    falls = [np.zeros(len(found)) for found in words]
    for (n, place), row in zip(left_out, scores[1:], strict=True):
        falls[n][place] = max(float(scores[0, column] - row[column]), 0.0) ** 0.5
    return falls


def _start(text: str, part: str) -> int:
    """Return where a sentence of a text, or a piece of one, begins.

    A whole sentence is preferred, since an earlier sentence may contain the same words.
    """
    if part == text:
        return 0
    sentences = sentences_of(text, language_of(text))  # as `model_input` splits it
    whole = (start for start, end in sentences if text[start:end] == part)
    return next(whole, text.index(part))


def _content(text: str, words: Sequence[tuple[int, int]]) -> list[int]:
    """Return the indices of the words to leave out in turn; none if the text has one word."""
    if len(words) < 2:
        return []
    every = range(len(words))
    content = [place for place in every if text[slice(*words[place])].casefold() not in _LIGHT]
    return content or list(every)


def _marked(weights: Sequence[NDArray[np.float64]]) -> list[NDArray[np.bool_]]:
    """Mark the heaviest `SHARE` of all words, and at least one per side if any has weight."""
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
    """Join adjacent marked words into spans; a span's weight is the sum of its words."""
    spans: list[Span] = []
    for (start, end), weight, mark in zip(words, weights, marks, strict=True):
        if not mark:
            continue
        if spans and not _WORD.search(text, spans[-1].end, start):
            spans[-1] = Span(spans[-1].start, end, spans[-1].weight + float(weight))
        else:
            spans.append(Span(start, end, float(weight)))
    return spans
