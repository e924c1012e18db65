"""Offer what someone who disagrees would say, from a list of contested matters.

`matters.tsv` has a line for each matter: its name, a claim, and what the other side says. A text is
placed on a line as a passage is on a proposition with two ends, and is offered the other end. A
language model of the user's own may write one more. An offer is only that: the list is short and
models err, so a person chooses.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from compare.comparison.scoring import score_both_ends
from compare.models import ModelInput, Use, signature
from compare.models.model_input import affirmed
from compare.models.stance import is_typed
from compare.results import Excerpt
from compare.statements import Quote, complete, is_language, language_of, split_quote, words_key

if TYPE_CHECKING:
    from compare.library.index.base import Floats
    from compare.library.library import OpenLibrary
    from compare.models import StanceModel
    from compare.models.third_reader import ThirdReader
    from compare.progress import Progress

MATTERS = Path(__file__).with_name("matters.tsv")

_MOST_BY_WORDS = 60
"""Lines that share the most telling words with the text; only these are embedded."""
_MOST_READ = 6
_MOST_PARTS = 8
_LANGUAGE = "en"  # of the list
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
        matter: The name of the dispute; "" if a language model wrote the words.
        similarity: Cosine of the text and the more similar end of the line, or the words.
        probability: That the text takes the other side of the line, or opposes the words.
        written_by: Name and digest of the language model that wrote them; "" if they are of the
            list.
    """

    text: str
    matter: str
    similarity: float
    probability: float
    written_by: str = ""


@cache
def matters() -> tuple[Matter, ...]:
    """Return the lines of the list."""
    with MATTERS.open(encoding="utf-8", newline="") as handle:
        lines = csv.reader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(lines)
        return tuple(Matter(*line) for line in lines)


def opposites(
    library: OpenLibrary,
    quote: Quote | str,
    *,
    most: int = 2,
    stance_model: StanceModel | None = None,
    third_reader: ThirdReader | None = None,
    on_progress: Progress | None = None,
) -> tuple[Offer, ...]:
    """Return what someone who disagrees with a quote may say, the most similar matter first.

    The list is English: nothing of it is offered for a quote in another language, nor if no line
    is on its point. Of several sentences, the one most similar to a line is placed on it; of more
    than eight, the first eight count.

    Args:
        library: Its encoder finds the lines.
        quote: A claim or a quote, with its context and speaker if known.
        most: Maximum number of offers from the list.
        stance_model: None uses the library's.
        third_reader: A language model that is sent the quote and writes one more, the last.
        on_progress: Reports lines read.

    Raises:
        QueryError: The quote is empty or too long.
        ModelError: A model is missing or not the library's, or the third reader wrote nothing.
    """
    asked = (Quote(quote) if isinstance(quote, str) else quote).cleaned()
    model = (stance_model or library.stance_model()).for_use(Use.QUOTE)
    found = _from_list(library, asked, model, on_progress)[:most]
    if third_reader:
        side = _side(asked, asked.text)
        text = third_reader.opposite_of(side)
        near, other = library.encoder.encode([complete(asked.text, asked.context), text])
        _, oppose, _ = model.stages[-1].score([(ModelInput(text), side)])[0].tolist()
        similar = min(float(near @ other), 1.0)  # rounding can exceed 1
        found.append(Offer(text, "", similar, oppose, signature(third_reader)))
    return tuple(found)


def _from_list(
    library: OpenLibrary, asked: Quote, model: StanceModel, on_progress: Progress | None
) -> list[Offer]:
    read = model.languages or (_LANGUAGE,)
    if language_of(asked.text) != _LANGUAGE or not is_language(_LANGUAGE, *read):
        return []
    denied = affirmed(asked.text) if is_typed(_side(asked, asked.text)) else None
    if denied:  # two typed sentences: the model would hear the topic better than the "not"
        asked = replace(asked, text=denied)
    parts = split_quote(asked.text, _LANGUAGE)[:_MOST_PARTS]
    texts = [complete(part, asked.context) for part in parts]
    near = [matters()[n] for n in _by_words(" ".join(texts))]
    if not near:
        return []
    vectors = library.encoder.encode([*texts, *(end for line in near for end in line[1:])])
    cosines = vectors[len(parts) :] @ vectors[: len(parts)].T
    by_line = cosines.reshape(len(near), 2, len(parts)).max(axis=1)
    similar, part_of = by_line.max(axis=1), by_line.argmax(axis=1)
    best = [n for n in np.argsort(-similar)[:_MOST_READ].tolist() if similar[n] >= _LEAST_SIMILAR]
    placed = score_both_ends(
        model.stages[-1],
        [(ModelInput(near[n].claim), _side(asked, parts[part_of[n]])) for n in best],
        [ModelInput(near[n].opposite) for n in best],
        on_progress,
    )
    found = []
    for n, (agree, oppose, _) in zip(best, placed.tolist(), strict=True):
        on_claim = (agree > oppose) != bool(denied)
        other, sure = near[n].opposite if on_claim else near[n].claim, max(agree, oppose)
        if sure >= _LEAST_SURE and words_key(other) != words_key(asked.text):
            found.append(Offer(other, near[n].name, float(similar[n]), sure))
    return found


def _side(quote: Quote, sentence: str) -> ModelInput:
    return Excerpt.of_quote(quote, sentence).model_input


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
