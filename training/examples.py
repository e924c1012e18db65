"""Turn a recipe's mixture of pairs into the examples of an epoch."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compare.models.model_input import reading_order
from training import pairs as pair_files
from training.engine import Example, Target
from training.pairs import LABELS, LEARNED, LabelledPair, Spans
from training.recipes import Mixture

NLI_FILE = "nli.tsv.gz"
ARGUMENT_FILE = "argument_stance.tsv.gz"
OFFICIALS_FILE = "officials.train.tsv"
CLAIMS_FILE = "claims.train.tsv"
DEEP_FILE = "claims.deep.tsv"

_DRAW = 7  # seed for drawing a share of the pairs, the same for every recipe
_HARD: tuple[Target, ...] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


class Pool:
    """The pairs of a mixture."""

    def __init__(
        self, mixture: Mixture, data: Path, unlabelled: Sequence[LabelledPair] = ()
    ) -> None:
        """Read the pairs.

        Args:
            mixture: Which pairs.
            data: The folder that holds `pairs/`.
            unlabelled: Pairs for teachers to label.
        """
        self.mixture = mixture
        general = _general(mixture, data / "pairs")
        self._general = len(general)
        specific = _specific(mixture, data)
        self._labelled = len(general) + len(specific)
        self.pairs = [*general, *specific, *unlabelled]
        self.probabilities: NDArray[np.float32] | None = None

    def epoch(self, seed: int) -> list[Example]:
        """Return the examples of an epoch: prefixes are dropped at random, and sides swapped."""
        rng = random.Random(seed)
        examples = []
        dropped, last = random.Random(), 0
        for n, pair in enumerate(self.pairs):
            if not pair.group or pair.group != last:
                dropped, last = random.Random(rng.random()), pair.group
                state = dropped.getstate()
            dropped.setstate(state)  # all forms of a pair keep or lose its prefix
            a, b = pair.texts(dropped, self.mixture.prefix_drop)
            turned = self.mixture.swapped and n >= self._general and rng.random() < 0.5
            if self.mixture.shorter_first:
                turned = reading_order(a, b) != (a, b)
            words = _moved(pair, a, b)
            if turned:
                a, b, words = b, a, words and (words[1], words[0])
            weight = self.mixture.confidence[pair.confidence - 1]
            held = (self._target(n), weight, words, pair.group, pair.turned)
            examples.append(Example(a, b, *held))
        return examples

    def taught(self) -> list[LabelledPair]:
        """Return the pairs that teachers label: those without labels, and usually those with."""
        return self.pairs[self._first_taught :]

    @property
    def _first_taught(self) -> int:
        return self._labelled if self.mixture.hard == 1 else self._general

    def _target(self, n: int) -> Target:
        label = _HARD[self.pairs[n].label]
        if self.probabilities is None or n < self._first_taught:
            return label
        hard = self.mixture.hard if n < self._labelled else 0.0
        soft = self.probabilities[n - self._first_taught]
        mixed = (1 - hard) * soft + hard * np.asarray(label)
        return float(mixed[0]), float(mixed[1]), float(mixed[2])


def example(pair: LabelledPair) -> Example:
    """Return a pair as the program reads it: with both prefixes, the shorter side first."""
    a, b = pair.texts(None, 0.0)
    words = _moved(pair, a, b)
    if reading_order(a, b) != (a, b):
        a, b, words = b, a, words and (words[1], words[0])
    return Example(a, b, _HARD[pair.label], words=words)


def _moved(pair: LabelledPair, a: str, b: str) -> tuple[Spans, Spans] | None:
    """Return a pair's deciding words as offsets in the texts with their prefixes."""
    if pair.words is None:
        return None
    by_a, by_b = len(a) - len(pair.a), len(b) - len(pair.b)
    of_a, of_b = pair.words
    return (
        tuple((start + by_a, end + by_a) for start, end in of_a),
        tuple((start + by_b, end + by_b) for start, end in of_b),
    )


def _general(mixture: Mixture, folder: Path) -> list[LabelledPair]:
    nli = pair_files.drawn(folder / NLI_FILE, mixture.nli, mixture.nli_skip)
    return nli + pair_files.drawn(folder / ARGUMENT_FILE, mixture.argument)


def _specific(mixture: Mixture, data: Path) -> list[LabelledPair]:
    rng = random.Random(_DRAW)
    found = []
    if mixture.officials:
        found = pair_files.officials(data / "pairs" / OFFICIALS_FILE)
        rng.shuffle(found)
        found = found[: round(len(found) * mixture.officials)]
    found += _of_claims(mixture, data, rng)
    if mixture.readings:
        found += _thinned(pair_files.readings(data), mixture.readings_neither, rng)
    if mixture.contrasts:
        found += pair_files.contrasts()
    if mixture.edits:
        found += _share_of_groups(pair_files.edited_statements(data), mixture.edits, rng)
    if mixture.uses:
        found += [pair for _, _, pair in pair_files.use_readings(data, LEARNED)]
    return found


def _share_of_groups(
    pairs: Sequence[LabelledPair], share: float, rng: random.Random
) -> list[LabelledPair]:
    """Return a share of the groups of pairs."""
    kept = {group for group in sorted({pair.group for pair in pairs}) if rng.random() < share}
    return [pair for pair in pairs if pair.group in kept]


def _of_claims(mixture: Mixture, data: Path, rng: random.Random) -> list[LabelledPair]:
    """Return the pairs of typed claims, and of the statements that were asked like claims."""
    found, folder = [], data / "pairs"
    if mixture.claims:
        claims = pair_files.officials(folder / CLAIMS_FILE)
        found += _thinned(claims, mixture.claims_neither, rng)
    if mixture.deep:
        found += _thinned(pair_files.officials(folder / DEEP_FILE), mixture.neither, rng)
    if mixture.rounds:
        found += _thinned(pair_files.claim_readings(data, mixture.rounds), mixture.neither, rng)
    if not mixture.forms:
        return found
    forms = pair_files.claim_forms(data)
    return pair_files.in_forms(found, forms, mixture.forms, mixture.forms_neither, rng)


def _thinned(
    pairs: Sequence[LabelledPair], neither: float, rng: random.Random
) -> list[LabelledPair]:
    """Return the pairs, and only a share of those labelled "neither"."""
    if neither >= 1:
        return [*pairs]
    return [p for p in pairs if LABELS[p.label] != "neither" or rng.random() < neither]
