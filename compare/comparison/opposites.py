"""Offer what someone who disagrees would say, from a list of contested matters.

`matters.tsv` has a line for each matter: its name, a claim, and what the other side says. A text is
placed on a line as a passage is on a proposition with two ends, and is offered the other end. An
offer is only that: the model's list is short and its reading may be wrong, so a person chooses.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from compare.comparison.scoring import score_both_ends
from compare.models import ModelInput, Use
from compare.statements import clean_quote, is_language, language_of, words_key

if TYPE_CHECKING:
    from compare.library.index.base import Floats
    from compare.library.library import Library
    from compare.models import StanceModel

MATTERS = Path(__file__).with_name("matters.tsv")

_MOST_BY_WORDS = 60
"""Lines that share the most telling words with the text; only these are embedded."""
_MOST_READ = 6
_LEAST_SIMILAR = 0.5
_LEAST_SURE = 0.6


class Matter(NamedTuple):
    """A line of the list: what is contested, and what either side says."""

    name: str
    claim: str
    opposite: str


class Offer(NamedTuple):
    """What someone who disagrees with a text may say.

    Attributes:
        text: The words.
        matter: What is contested.
        similarity: Cosine of the text and the more similar end of the line.
        probability: That the text takes the other side of the line.
    """

    text: str
    matter: str
    similarity: float
    probability: float


@cache
def matters() -> tuple[Matter, ...]:
    """Return the lines of the list."""
    with MATTERS.open(encoding="utf-8", newline="") as handle:
        lines = csv.reader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(lines)
        return tuple(Matter(*line) for line in lines)


def opposites(
    library: Library, text: str, *, most: int = 2, stance_model: StanceModel | None = None
) -> tuple[Offer, ...]:
    """Return what someone who disagrees with a claim may say, the most similar matter first.

    Nothing is returned for a text in a language that the stance model does not read, or if no line
    of the list is on its point.

    Args:
        library: Its encoder finds the lines.
        text: A claim or a quote.
        most: Maximum number of offers.
        stance_model: None uses the library's.

    Raises:
        QueryError: The text is empty or too long.
        ModelError: A model is missing or not the library's.
    """
    text = clean_quote(text)
    model = (stance_model or library.stance_model()).for_use(Use.QUOTE)
    if model.languages and not is_language(language_of(text), *model.languages):
        return ()
    near = [matters()[n] for n in _by_words(text)]
    if not near:
        return ()
    vectors = library.encoder.encode([text, *(end for line in near for end in line[1:])])
    similar = (vectors[1:] @ vectors[0]).reshape(-1, 2).max(axis=1)
    best = [n for n in np.argsort(-similar)[:_MOST_READ].tolist() if similar[n] >= _LEAST_SIMILAR]
    asked = ModelInput(text)
    placed = score_both_ends(
        model.stages[-1],
        [(ModelInput(near[n].claim), asked) for n in best],
        [ModelInput(near[n].opposite) for n in best],
    )
    found = []
    for n, (agree, oppose, _) in zip(best, placed.tolist(), strict=True):
        other, sure = (near[n].opposite, agree) if agree > oppose else (near[n].claim, oppose)
        if sure >= _LEAST_SURE and words_key(other) != words_key(text):
            found.append(Offer(other, near[n].name, float(similar[n]), sure))
    return tuple(found[:most])


def _by_words(text: str) -> list[int]:
    """Return the numbers of the lines that share the most telling words with a text."""
    vectorizer, lines = _words()
    shared: Floats = (lines @ vectorizer.transform([text]).T).toarray()[:, 0]
    order = np.argsort(-shared, kind="stable")[:_MOST_BY_WORDS]
    return [n for n in order.tolist() if shared[n] > 0]


@cache
def _words() -> tuple[Any, Any]:
    """Return the weights of the words (tf-idf), and a row for each line."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(stop_words="english", strip_accents="unicode", sublinear_tf=True)
    return vectorizer, vectorizer.fit_transform(" ".join(line) for line in matters())
