"""Align the passages of a text with those of its translation, by length.

W. A. Gale and K. W. Church, "A Program for Aligning Sentences in Bilingual Corpora", Computational
Linguistics 19 (1993): long sentences have long translations, so that the lengths alone find which
belong together. Here lengths are relative to those of the whole texts, as Chinese is shorter than
English.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache

Span = tuple[int, int]

_VARIANCE = 6.8
"""Variance of the length of a translation for each character, from section 3.3."""

_BEADS = {(1, 1): 0.89, (1, 0): 0.005, (0, 1): 0.005, (2, 1): 0.0445, (1, 2): 0.0445, (2, 2): 0.011}
"""How often so many sentences of a text are so many of its translation, from table 5."""

_BAND = 20
"""Sentences that a text may be ahead of its translation, in addition to how many it has more."""


def align(
    text_spans: Sequence[Sequence[Span]], translation_spans: Sequence[Sequence[Span]]
) -> list[Span | None]:
    """Return the span of the translation of each passage of a text, None if it has none.

    Each passage of the translation is that of one passage of the text or several.

    >>> align([[(0, 10), (11, 60)]], [[(0, 12), (13, 40), (41, 70)]])
    [(0, 12), (13, 70)]

    Args:
        text_spans: Starts and ends of the passages of each paragraph of the text.
        translation_spans: The same of the translation. If it has another number of paragraphs,
            they are not regarded.
    """
    if len(text_spans) != len(translation_spans):
        text_spans = [[span for part in text_spans for span in part]]
        translation_spans = [[span for part in translation_spans for span in part]]
    found: list[Span | None] = []
    waiting: list[Span] = []  # parts of the translation that no passage has yet
    last = 0  # number of passages that share the last part
    ratio = _length(translation_spans) / max(_length(text_spans), 1)
    for of_text, of_translation in zip(text_spans, translation_spans, strict=True):
        for own, other in _beads(of_text, of_translation, ratio):
            waiting += other
            if own:
                joined = (waiting[0][0], waiting[-1][1]) if waiting else None
                found += [joined] * len(own)
                waiting, last = [], len(own)
            elif found and (before := found[-1]):
                found[-last:] = [(before[0], waiting[-1][1])] * last
                waiting = []
    if waiting and found:  # only if the last passage has no translation
        found[-1] = (waiting[0][0], waiting[-1][1])
    return found


def _length(spans: Sequence[Sequence[Span]]) -> int:
    return sum(end - start for part in spans for start, end in part)


def _beads(
    text: Sequence[Span], translation: Sequence[Span], ratio: float
) -> Iterator[tuple[Sequence[Span], Sequence[Span]]]:
    """Yield the passages that belong together, in order, with the least sum of costs."""
    most, other_most = len(text), len(translation)
    lengths = [(end - start) * ratio for start, end in text]
    others = [end - start for start, end in translation]
    band = _BAND + abs(most - other_most)
    least: dict[Span, tuple[float, Span]] = {(0, 0): (0.0, (0, 0))}
    for i in range(most + 1):
        middle = i * other_most // max(most, 1)
        first, last = (
            (max(0, middle - band), min(other_most, middle + band)) if most else (0, other_most)
        )
        for j in range(first, last + 1):
            ways = [
                (
                    least[i - own, j - other][0]
                    + _prior(own, other)
                    + _cost(sum(lengths[i - own : i]), sum(others[j - other : j])),
                    (own, other),
                )
                for own, other in _BEADS
                if (i - own, j - other) in least
            ]
            if ways:
                least[i, j] = min(ways)
    beads = []
    at = (most, other_most)
    while at != (0, 0):
        own, other = least[at][1]
        before = at[0] - own, at[1] - other
        beads.append((text[before[0] : at[0]], translation[before[1] : at[1]]))
        at = before
    yield from reversed(beads)


@cache
def _prior(own: int, other: int) -> float:
    return -math.log(_BEADS[own, other])


def _cost(length: float, other: float) -> float:
    """Return -log of how likely lengths that belong together differ at least as much."""
    # Unlike the paper, so that a long sentence that was left out does not shift its neighbours.
    if not length or not other:
        return 0.0
    apart = abs(other - length) / math.sqrt((length + other) / 2 * _VARIANCE)
    return -math.log(max(math.erfc(apart / math.sqrt(2)), 1e-300))
