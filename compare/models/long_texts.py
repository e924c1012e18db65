"""Pairs longer than a model's window: read sentence by sentence, and the strongest pair counts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compare.library.fulltext import content_words
from compare.results.result import Side
from compare.statements.passages import split_quote

if TYPE_CHECKING:
    from compare.models.load import Pair

MOST_SENTENCES = 1000
"""Sentences of a side that are looked at."""

MOST_PAIRS = 256
"""Pairs of sentences that are read for a long pair: every one where there are no more, else those
that share most words. A pair that ties with the last of them is read, too, so that the sides can be
swapped."""

MOST_PARTS = 512
"""Parts after which no more pairs of sentences are read, where many do not fit and are halved. A
pair of sentences that would make more by itself is not halved."""

_BLANK = re.compile(r"(?<=\S)\s+(?=\S)")


def read_in_parts(
    pairs: Sequence[Pair],
    fits: Callable[[Pair], bool],
    score: Callable[[Sequence[Pair]], NDArray[np.float32]],
) -> tuple[NDArray[np.float32], list[Pair]]:
    """Return the probabilities of each pair, float32 [n, 3], and the pair that they are of.

    That is the pair itself where it fits the window; of a longer one it is the pair of sentences,
    or of pieces of them, with the strongest verdict, agree or oppose.
    """
    parts = [[pair] if fits(pair) else parts_of(pair, fits) for pair in pairs]
    scores = score([part for found in parts for part in found])
    rows, chosen, start = np.zeros((len(pairs), 3), np.float32), [], 0
    for n, found in enumerate(parts):
        its = scores[start : start + len(found)]
        strongest = int(its[:, :2].max(axis=1).argmax())
        rows[n] = its[strongest]
        chosen.append(found[strongest])
        start += len(found)
    return rows, chosen


def parts_of(pair: Pair, fits: Callable[[Pair], bool]) -> list[Pair]:
    """Return what is read of a long pair: pairs of sentences, halved where they do not fit.

    All texts are verbatim pieces of the pair's.
    """
    parts: list[Pair] = []
    last = None
    for key, sentences in _sentence_pairs(*pair):
        if len(parts) >= MOST_PARTS and key != last:
            break
        parts += _halved(sentences, fits)
        last = key
    return parts


# -- Pairs of sentences --------------------------------------------------------------------------


def _sentence_pairs(a: Side, b: Side) -> Iterator[tuple[int, Pair]]:
    """Yield the pairs of sentences that share most words, and the key by which they are sorted.

    Of pairs that share as many words, those nearer the beginnings come first. A key is the same
    when the sides are swapped.
    """
    first, second = _sentences(a), _sentences(b)
    i, j = np.ogrid[: len(first), : len(second)]
    most = len(first) + len(second)
    keys = ((i + j - _shared(first, second) * most) * most + abs(i - j)).ravel()
    last = np.partition(keys, MOST_PAIRS - 1)[MOST_PAIRS - 1] if len(keys) > MOST_PAIRS else None
    kept = np.arange(len(keys)) if last is None else np.flatnonzero(keys <= last)
    for n in kept[np.argsort(keys[kept], kind="stable")].tolist():
        row, column = divmod(n, len(second))
        yield int(keys[n]), (replace(a, text=first[row]), replace(b, text=second[column]))


def _sentences(side: Side) -> list[str]:
    return split_quote(side.text)[:MOST_SENTENCES] or [side.text]


def _shared(first: Sequence[str], second: Sequence[str]) -> NDArray[np.int64]:
    """Return how many words each two texts share."""
    shared = np.zeros((len(first), len(second)), np.int64)
    places = _places(second)
    for word, rows in _places(first).items():
        if word in places:
            shared[np.ix_(rows, places[word])] += 1
    return shared


def _places(texts: Sequence[str]) -> dict[str, list[int]]:
    """Return the texts that hold each word."""
    places = defaultdict(list)
    for n, text in enumerate(texts):
        for word in content_words(text):
            places[word].append(n)
    return dict(places)


# -- Sentences longer than the window ------------------------------------------------------------


def _halved(pair: Pair, fits: Callable[[Pair], bool]) -> list[Pair]:
    """Halve the longer text at a blank until all fits; what holds no blank stays as it is.

    So does a pair whose contexts alone fill the window.
    """
    a, b = pair
    if fits(pair) or not fits((replace(a, text=""), replace(b, text=""))):
        return [pair]
    done: list[Pair] = []
    left = [pair]
    while left:
        part = left.pop()
        if halves := [] if fits(part) else _halves(part):
            left += reversed(halves)
        else:
            done.append(part)
        if len(done) + len(left) > MOST_PARTS:
            return [pair]
    return done


def _halves(pair: Pair) -> list[Pair]:
    """Return what a pair becomes when its longer text is halved; both are, if equally long."""
    cuts = [_middle(side.text) for side in pair]
    lengths = [len(side.text) if cut else 0 for side, cut in zip(pair, cuts, strict=True)]
    pieces = [
        [replace(side, text=side.text[: cut[0]]), replace(side, text=side.text[cut[1] :])]
        if cut and length == max(lengths)
        else [side]
        for side, cut, length in zip(pair, cuts, lengths, strict=True)
    ]
    return [(a, b) for a in pieces[0] for b in pieces[1]] if any(lengths) else []


def _middle(text: str) -> tuple[int, int] | None:
    """Return the offsets of the blank nearest the middle of a text; None of a single word."""
    blanks = (match.span() for match in _BLANK.finditer(text))
    return min(blanks, key=lambda span: abs(sum(span) - len(text)), default=None)
