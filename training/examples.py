"""Turn a recipe's mixture of pairs into the examples of an epoch."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compare.models.model_input import reading_order
from compare.statements.normalize import STOP_WORDS
from training import pairs as pair_files
from training.engine import Example, Target
from training.pairs import LABELS, LabelledPair, Spans
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
        claims = data / "pairs" / CLAIMS_FILE
        self._read = len(general) + len(specific)
        derived = pair_files.derived(claims) if mixture.derived else []
        self._labelled = self._read + len(derived)
        self.pairs = [*general, *specific, *derived, *unlabelled]
        self.probabilities: NDArray[np.float32] | None = None

    def epoch(self, seed: int) -> list[Example]:
        """Return the examples of an epoch: prefixes are dropped at random, and sides swapped."""
        rng = random.Random(seed)
        examples = []
        for n, group in self._order():
            pair = self.pairs[n]
            a, b = pair.texts(rng, self.mixture.prefix_drop)
            turned = self.mixture.swapped and n >= self._general and rng.random() < 0.5
            if self.mixture.shorter_first:
                turned = reading_order(a, b) != (a, b)
            words = _moved(pair, a, b)
            if turned:
                a, b, words = b, a, words and (words[1], words[0])
            examples.append(Example(a, b, self._target(n), self._weight(n), group, words))
        return examples

    def taught(self) -> list[tuple[str, str]]:
        """Return the texts that teachers label, with their prefixes: all but the general pairs."""
        return [pair.texts(None, 0.0) for pair in self.pairs[self._general :]]

    def _weight(self, n: int) -> float:
        if self._read <= n < self._labelled:
            return self.mixture.derived
        return self.mixture.confidence[self.pairs[n].confidence - 1]

    def _target(self, n: int) -> Target:
        label = _HARD[self.pairs[n].label]
        if self.probabilities is None or n < self._general:
            return label
        hard = self.mixture.hard if n < self._labelled else 0.0
        soft = self.probabilities[n - self._general]
        mixed = (1 - hard) * soft + hard * np.asarray(label)
        return float(mixed[0]), float(mixed[1]), float(mixed[2])

    def _order(self) -> list[tuple[int, int | None]]:
        """Return the number of each pair with its group; the pairs of a group are consecutive."""
        if not self.mixture.pairs_of_claims:
            return [(n, None) for n in range(len(self.pairs))]
        polar: dict[str, list[int]] = defaultdict(list)
        for n, pair in enumerate(self.pairs):
            if pair.matter and not pair.who_a and LABELS[pair.label] != "neither":
                polar[pair.matter].append(n)
        groups = [held for held in polar.values() if {self.pairs[n].label for n in held} == {0, 1}]
        grouped = {n for held in groups for n in held}
        single = [(n, None) for n in range(len(self.pairs)) if n not in grouped]
        return [*single, *((n, number) for number, held in enumerate(groups) for n in held)]


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
    nli = pair_files.drawn(folder / NLI_FILE, mixture.nli, mixture.nli_skip, polar=mixture.polar)
    return nli + pair_files.drawn(folder / ARGUMENT_FILE, mixture.argument)


def _specific(mixture: Mixture, data: Path) -> list[LabelledPair]:
    folder, rng = data / "pairs", random.Random(_DRAW)
    found = []
    if mixture.officials:
        found = pair_files.officials(folder / OFFICIALS_FILE)
        rng.shuffle(found)
        found = found[: round(len(found) * mixture.officials)]
    if mixture.claims:
        found += [
            pair
            for pair in pair_files.officials(folder / CLAIMS_FILE)
            if LABELS[pair.label] != "neither" or rng.random() < mixture.claims_neither
        ]
    if mixture.deep:
        found += pair_files.officials(folder / DEEP_FILE)
    if mixture.rounds:
        found += pair_files.claim_readings(data)
    if mixture.framed:
        files = (folder / OFFICIALS_FILE, folder / CLAIMS_FILE)
        found += framed(*(pair_files.officials(file) for file in files), mixture.framed)
    if mixture.readings:
        found += pair_files.readings(data)
    if mixture.contrasts:
        found += pair_files.contrasts()
    return found


# -- Frames: officials deny a claim by repeating it; few labelled pairs show this ------------------


DENIALS = (
    "It is not true that {}.",
    "We deny that {}.",
    "The claim that {} is false.",
    "The allegation that {} is a fabrication.",
    "Some say that {}, and that is a lie.",
    "Those who say that {} spread disinformation.",
    "Nobody can seriously believe that {}.",
    "We reject the accusation that {}.",
)
AFFIRMATIONS = (
    "It is true that {}.",
    "Nobody can deny that {}.",
    "We have said all along that {}.",
    "Those who deny that {} do not tell the truth.",
    "There is no doubt that {}.",
    "It is right to say that {}.",
    "The report that {} is correct.",
    "It would be wrong to deny that {}.",
)
MOST_WORDS = 30
_FRAMES_SEED = 13
_OTHER = {"agree": "oppose", "oppose": "agree", "neither": "neither"}
_SPEAKER = {"i", "my", "me", "we", "our", "us", "let", "thank"}


def framed(
    officials: Sequence[LabelledPair], claims: Sequence[LabelledPair], count: int
) -> list[LabelledPair]:
    """Return pairs with a frame around one side that denies or affirms it, always the same ones.

    Denying a typed claim swaps agree and oppose. If two officials' statements oppose each other,
    one need not agree with the denial of the other, so these are only affirmed. A framed side has
    no prefix.
    """
    rng = random.Random(_FRAMES_SEED)
    pool = [*claims, *(_turned(pair) for pair in officials)]
    first_official = len(claims)
    order = list(range(len(pool)))
    rng.shuffle(order)
    found: list[LabelledPair] = []
    for n in order:
        pair = pool[n]
        inner = _inner(pair.a)
        if inner is None:
            continue
        label = LABELS[pair.label]
        denied = rng.random() < 0.5
        if denied and label == "oppose" and n >= first_official:
            continue
        frame = rng.choice(DENIALS if denied else AFFIRMATIONS)
        found.append(
            replace(
                pair,
                a=frame.format(inner),
                who_a="",
                label=LABELS.index(_OTHER[label] if denied else label),
                matter="",
            )
        )
        if len(found) == count:
            break
    return found


def _turned(pair: LabelledPair) -> LabelledPair:
    """Return the pair with its shorter side first."""
    if len(pair.a) <= len(pair.b):
        return pair
    return replace(pair, a=pair.b, b=pair.a, who_a=pair.who_b, who_b=pair.who_a)


def _inner(text: str) -> str | None:
    """Return a statement as a clause; None if it is long or in the first person."""
    clause = text.strip()
    if not clause.endswith(".") or any(mark in clause for mark in '"“”;:?!()'):
        return None
    words = clause[:-1].split()
    if len(words) > MOST_WORDS or {word.strip(",").lower() for word in words} & _SPEAKER:
        return None
    if words[0].lower() in STOP_WORDS:
        words[0] = words[0].lower()
    return " ".join(words)
