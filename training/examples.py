"""Turn a recipe's mixture into the examples of an epoch."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training import pairs as pair_files
from training.batches import Example, Target
from training.frames import framed
from training.pairs import LABELS, LabelledPair
from training.readings import contrasts, readings
from training.recipes import Mixture

NLI_FILE = "nli.tsv.gz"
ARGUMENT_FILE = "argument_stance.tsv.gz"
OFFICIALS_FILE = "officials.train.tsv"
CLAIMS_FILE = "claims.train.tsv"

_DRAW = 7  # seed of the shares that are drawn, the same for every recipe
_HARD: tuple[Target, ...] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


class Pool:
    """The pairs of a mixture."""

    def __init__(
        self, mixture: Mixture, data: Path, unlabelled: Sequence[LabelledPair] = ()
    ) -> None:
        """Read the pairs.

        Args:
            mixture: Which ones.
            data: The folder that holds `pairs/`.
            unlabelled: Pairs whose label is not known; teachers have to give it.
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
        """Return the examples of an epoch: prefixes dropped and sides turned by chance."""
        rng = random.Random(seed)
        examples = []
        for n, group in self._order():
            pair = self.pairs[n]
            a, b = pair.texts(rng, self.mixture.prefix_drop)
            if self.mixture.swapped and n >= self._general and rng.random() < 0.5:
                a, b = b, a
            examples.append(Example(a, b, self._target(n), self._weight(n), group))
        return examples

    def taught(self) -> list[tuple[str, str]]:
        """Return what teachers label, all but the general pairs, read with who and when."""
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
        """Return all pairs with their group, those of a group behind each other."""
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
    if mixture.framed:
        files = (folder / OFFICIALS_FILE, folder / CLAIMS_FILE)
        found += framed(*(pair_files.officials(file) for file in files), mixture.framed)
    if mixture.readings:
        found += readings(data)
    if mixture.contrasts:
        found += contrasts()
    return found
